use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::SystemTime;

use super::options::{BookPlace, SecretSource, jobs};
use crate::cli::args::VerifyArgs;

/// `ksef-qr verify`.
#[derive(Debug)]
pub struct Verify {
    /// Links, files, or `-`.
    pub subjects: Vec<PathBuf>,
    pub manifests: Vec<PathBuf>,
    /// Invoices, and folders of them.
    pub invoices: Vec<PathBuf>,
    pub certificates: Vec<PathBuf>,
    /// Of certificates in PKCS#12 files.
    pub password: SecretSource,
    /// The book that links are looked up in, if one is named.
    pub book: Option<BookPlace>,
    /// How many files or links at a time.
    pub jobs: NonZeroUsize,
    pub json: bool,
    pub quiet: bool,
    pub now: SystemTime,
}

impl Verify {
    pub fn from_args(args: VerifyArgs) -> anyhow::Result<Self> {
        Ok(Self {
            now: args.clock.now(),
            subjects: args.subjects,
            manifests: args.manifest,
            invoices: args.invoice,
            certificates: args.cert,
            password: SecretSource::file_or_prompt(args.password_file),
            book: BookPlace::from_args(args.book)?,
            jobs: jobs(&args.jobs),
            json: args.json,
            quiet: args.quiet,
        })
    }
}
