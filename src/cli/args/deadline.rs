use clap::Args;
use ksef_qr::values::IssueDate;

use super::options::{OfflineMode, OutageArgs, word_of};

/// By which day must an invoice issued offline be sent?
///
/// Counts working days: Saturdays, Sundays and Polish public holidays are skipped. The answer depends on the arguments
/// alone, not on today.
#[derive(Debug, Args)]
// What is rare in other commands is what this one is about.
#[command(mut_args(|arg| if arg.get_id() == "now" { arg } else { arg.hide_short_help(false) }))]
#[command(after_long_help = "\
Examples:
  Issued by your own choice (no internet at the till): the next working day.
    ksef-qr deadline --mode offline24 --issued 2026-04-03

  The same, and a failure was announced before that deadline passed: 7 working days after its end.
    ksef-qr deadline --mode offline24 --issued 2025-07-08 --failure 2025-07-09..2025-07-12

  The same, and a total failure was announced: the duty to send has ended.
    ksef-qr deadline --mode offline24 --issued 2026-04-03 --total-failure 2026-04-07

  Failures as the Ministry announced them, by the answer of its service Latarnia, saved as a file:
    ksef-qr deadline --mode failure --issued 2026-03-02 --announcements messages.json

  Issued while KSeF was unavailable, until 7 March: the next working day after that.
    ksef-qr deadline --mode unavailable --issued 2026-03-06 --ended 2026-03-07

  Issued in a failure that ended on 2 March; another one ended on 10 March, within 7 working days:
    ksef-qr deadline --mode failure --issued 2026-03-02 --ended 2026-03-02 \\
      --ended 2026-03-10

  While the outage lasts, leave its end out. The answer is then that there is no date yet:
    ksef-qr deadline --mode failure --issued 2026-03-02

Sources: VAT Act, art. 106nda, 106nf, 106ng, 106nh, 106nha; the Ministry's tryby-offline.md.
This is a reading of the rules, not legal advice.

Exit status: 0 answered, 2 refused.")]
pub struct DeadlineArgs {
    /// Why issued offline: offline24, unavailable, failure or total
    ///
    /// - offline24: the issuer's own choice
    /// - unavailable: KSeF was announced to be unavailable (niedostępność)
    /// - failure: KSeF was announced to have failed (awaria)
    /// - total: a total failure (awaria całkowita); such invoices are never sent
    #[arg(
        long,
        value_parser = word_of::<OfflineMode>(),
        value_name = "MODE",
        hide_possible_values = true,
        verbatim_doc_comment
    )]
    pub mode: OfflineMode,
    /// The issue date on the invoice (P_1)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub issued: IssueDate,
    #[command(flatten)]
    pub outage: OutageArgs,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}
