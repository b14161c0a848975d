use std::path::PathBuf;

use clap::Args;
use ksef_qr::values::Nip;

use crate::cli::args::cert::parse_days;
use crate::cli::args::options::{BookArgs, ClockArgs};

/// Which invoices must be sent to KSeF: today, soon, overdue
///
/// An invoice is open until KSeF has given it a number. One whose mode the book does not know counts as the issuer's own choice
/// (offline24): it is due on the next working day. Invoices of an outage that lasts are due when it has ended.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr book due
  ksef-qr book due --within 2d --json

  A calendar with an event for each day and seller, made again each night:
    ksef-qr book due --within 30d --ics ksef.ics --quiet

  From monitoring, which is to ring when something is late:
    ksef-qr book due --overdue --quiet --book /var/lib/ksef/firm.book

Exit status: 0 nothing is due, 1 something is, 2 the book could not be read. Nagios and similar
monitors read them as OK, WARNING and CRITICAL.")]
pub struct DueArgs {
    /// How far to look ahead, besides today: 2d (days) or 1w (weeks)
    #[arg(long, value_name = "DAYS", default_value = "0d", value_parser = parse_days, conflicts_with = "overdue")]
    pub within: u32,
    /// Only what should have been sent before today
    #[arg(long)]
    pub overdue: bool,
    /// Only this seller's
    #[arg(long, value_name = "NIP")]
    pub seller: Option<Nip>,
    /// Write a calendar (iCalendar); - for standard output
    ///
    /// It has an event for each day and seller. An earlier calendar is replaced.
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub ics: Option<PathBuf>,
    /// A file with further days that are no working days
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub non_working_days: Option<PathBuf>,
    /// One line of JSON for each that is due, on standard output
    #[arg(long)]
    pub json: bool,
    /// Print only what is due
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub book: BookArgs,
}
