use std::path::PathBuf;

use clap::Args;

use crate::cli::args::options::{BookArgs, ClockArgs};

/// What is open, what is due, which certificate ends when
///
/// Of the book in this folder, or that --book or the variable KSEF_QR_BOOK names; with --credentials, of the certificates of
/// a register, too.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr status
  ksef-qr status --book firm.book --credentials keys.toml --json

Exit status: 0 answered, 2 the book or the register could not be read.")]
pub struct StatusArgs {
    /// A register of certificates (see `ksef-qr cert register`)
    #[arg(long, value_name = "FILE")]
    pub credentials: Option<PathBuf>,
    /// A file with further days that are no working days
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub non_working_days: Option<PathBuf>,
    /// One line of JSON, on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub book: BookArgs,
}
