use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ksef_qr::deadline::Failure;
use ksef_qr::values::Day;

use super::clock::ClockArgs;
use super::values::word_of;

/// What `--mode` is about, wherever it can be left out.
#[derive(Debug, Args)]
#[command(next_help_heading = "When and why")]
pub struct WhenArgs {
    /// Why issued offline: offline24, unavailable, failure or total
    ///
    /// - offline24: the issuer's own choice
    /// - unavailable: KSeF was announced to be unavailable (niedostępność)
    /// - failure: KSeF was announced to have failed (awaria)
    /// - total: a total failure (awaria całkowita); such invoices are never sent
    ///
    /// The manifest then says by when to send each invoice, and what to hand over until then.
    #[arg(
        long,
        value_parser = word_of::<OfflineMode>(),
        value_name = "MODE",
        hide_possible_values = true,
        verbatim_doc_comment
    )]
    pub mode: Option<OfflineMode>,
    #[command(flatten)]
    pub outage: OutageArgs,
    #[command(flatten)]
    pub clock: ClockArgs,
}

/// When KSeF was out, and which days do not count.
#[derive(Debug, Args)]
pub struct OutageArgs {
    /// The last day of the outage in which the invoice was issued
    ///
    /// Left out while the outage lasts. With --mode failure it may be repeated: the earliest day is that of the failure
    /// the invoice was issued in, the others are further failures of which only the end is given.
    #[arg(long, value_name = "YYYY-MM-DD", hide_short_help = true)]
    pub ended: Vec<Day>,
    /// A failure that was announced before the deadline passed
    ///
    /// With the day of its end: 2025-07-09..2025-07-12, or 2025-07-09.. while it lasts; repeated for further ones. One
    /// that was announced after the deadline had passed, or before the invoice was issued, does not count, and a warning
    /// says so. The end alone (2025-07-12) is enough if the deadline had not passed on that day.
    #[arg(long, value_name = "ANNOUNCED..ENDED", hide_short_help = true)]
    pub failure: Vec<Failure>,
    /// The day of the announcement of a total failure
    ///
    /// In Polish awaria całkowita. Announced while the deadline ran, it ends the duty to send the invoice. Repeated for further ones.
    #[arg(long, value_name = "YYYY-MM-DD", hide_short_help = true)]
    pub total_failure: Vec<Day>,
    /// Announced failures: the saved answer of Latarnia
    ///
    /// Of https://api-latarnia.ksef.mf.gov.pl/messages, which is not fetched from here: save it as a file. Failures, their
    /// ends and total failures are taken from it; with --mode failure and --mode unavailable the end of the outage, too.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub announcements: Option<PathBuf>,
    /// A file with further days that are no working days
    ///
    /// One YYYY-MM-DD a line; what follows a # is a comment. Weekends and Polish public holidays are known.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub non_working_days: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OfflineMode {
    /// The issuer's own choice
    #[value(alias = "tryb offline24")]
    Offline24,
    /// KSeF was announced to be unavailable (niedostępność)
    #[value(aliases = ["unavailability", "niedostepnosc", "niedostepny"])]
    Unavailable,
    /// KSeF was announced to have failed (awaria)
    #[value(aliases = ["awaria", "awaryjny", "tryb awaryjny"])]
    Failure,
    /// A total failure (awaria całkowita); such invoices are never sent
    #[value(aliases = ["total failure", "awaria calkowita", "calkowita awaria"])]
    Total,
}
