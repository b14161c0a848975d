use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ksef_qr::deadline::Failure;
use ksef_qr::values::{Day, IssueDate};

/// By when an invoice issued offline must be in KSeF
///
/// Counts working days: Saturdays, Sundays and Polish public holidays are skipped. Depends on nothing but what is
/// given, not on today.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  Issued on your own decision (no internet at the till): the next working day.
    ksef-qr deadline --mode offline24 --issued 2026-04-03

  The same, and a failure was announced while that deadline ran: 7 working days after its end.
    ksef-qr deadline --mode offline24 --issued 2025-07-08 --failure 2025-07-09..2025-07-12

  Issued while KSeF was unavailable, until 7 March: the next working day after that.
    ksef-qr deadline --mode unavailable --issued 2026-03-06 --ended 2026-03-07

  Issued in a failure that ended on 2 March; a further one ended on 10 March, within 7 working days:
    ksef-qr deadline --mode failure --issued 2026-03-02 --ended 2026-03-02 2026-03-10

  While the outage lasts, leave its end out. The answer is then that there is no date yet:
    ksef-qr deadline --mode failure --issued 2026-03-02

Sources: VAT Act, art. 106nda, 106nf, 106ng, 106nh; the Ministry's tryby-offline.md. A reading of the rules, no advice.

Exit status: 0 answered, 2 refused.")]
pub struct DeadlineArgs {
    /// Why the invoice was issued outside of KSeF
    #[arg(long, value_enum, value_name = "MODE")]
    pub mode: OfflineMode,
    /// The issue date that stands on the invoice (P_1)
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = IssueDate::parse)]
    pub issued: IssueDate,
    #[command(flatten)]
    pub outage: OutageArgs,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

/// When KSeF was out, and which days do not count.
#[derive(Debug, Args)]
pub struct OutageArgs {
    /// The day on which the unavailability or failure that the invoice was issued in ended
    ///
    /// Left out while it lasts. With --mode failure it may be repeated: the earliest day is that of the failure
    /// the invoice was issued in, the others are further failures of which only the end is given.
    #[arg(long, value_name = "YYYY-MM-DD", num_args = 1..)]
    pub ended: Vec<Day>,
    /// A failure that the Ministry announced later, while the deadline ran, and the day it ended
    ///
    /// 2025-07-09..2025-07-12, or 2025-07-09.. while it lasts; repeated for further ones. One that was announced
    /// after the deadline had passed, or before the invoice was issued, does not count, and a warning says so. The
    /// end alone (2025-07-12) will do if the deadline was still running on that day.
    #[arg(long, value_name = "ANNOUNCED..ENDED", num_args = 1..)]
    pub failure: Vec<Failure>,
    /// A file with days that are no working days either, though no public holidays
    ///
    /// One YYYY-MM-DD a line; what follows a # is a comment.
    #[arg(long, value_name = "FILE")]
    pub non_working_days: Option<PathBuf>,
}

impl OutageArgs {
    /// True if any of them is there.
    pub fn is_given(&self) -> bool {
        !self.ended.is_empty() || !self.failure.is_empty() || self.non_working_days.is_some()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OfflineMode {
    /// The issuer's own choice
    Offline24,
    /// KSeF was announced to be unavailable (niedostępność)
    Unavailable,
    /// KSeF was announced to have failed (awaria)
    Failure,
    /// A total failure (awaria całkowita): never sent
    Total,
}
