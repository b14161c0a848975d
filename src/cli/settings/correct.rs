use std::path::PathBuf;
use std::time::SystemTime;

use ksef_qr::Environment;
use ksef_qr::correction::Exceptions;
use ksef_qr::values::IssueDate;

use super::options::BookPlace;
use crate::cli::args::{Allowed, CorrectArgs};

/// `ksef-qr correct`.
#[derive(Debug)]
pub struct Correct {
    /// The file that KSeF refused.
    pub first: PathBuf,
    pub corrected: PathBuf,
    /// KSeF's answers on the first file.
    pub refusals: Vec<PathBuf>,
    pub exceptions: Exceptions,
    pub environment: Environment,
    /// The folder of the Ministry's schemas, if they are asked.
    pub schemas: Option<PathBuf>,
    pub json: bool,
    pub today: IssueDate,
    pub now: SystemTime,
    /// The book to enter the correction in, if one is named.
    pub book: Option<BookPlace>,
}

impl Correct {
    pub fn from_args(args: CorrectArgs) -> anyhow::Result<Self> {
        let has = |what| args.allow.contains(&what);
        Ok(Self {
            exceptions: Exceptions { content: has(Allowed::Content), online: has(Allowed::Online) },
            first: args.first,
            corrected: args.corrected,
            refusals: args.refusal,
            environment: args.env,
            schemas: args.xsd,
            json: args.json,
            today: IssueDate::today(args.clock.now()),
            now: args.clock.now(),
            book: BookPlace::from_args(args.book)?,
        })
    }
}
