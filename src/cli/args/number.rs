use clap::Args;

use super::options::ClockArgs;

/// Explain a KSeF number, IZ or reference number: its parts, its check sum
///
/// Knows numbers of invoices, those of KSeF 1.0 too, collective identifiers for payments (identyfikator zbiorczy, IZ), and
/// reference numbers of sessions, of invoices as they were sent, of requests. A NIP, a date and a check sum can be looked
/// at here; whether there is such an invoice, only KSeF knows.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr number 5265877635-20250826-0100001AF629-AF

  A collective identifier, and a reference number:
    ksef-qr number 1111111111-IZ202607-65ED02180000-E7 20250625-EE-319D7EE000-B67F415CDC-2C

  A column of a table, one line of JSON for each:
    cut -d';' -f3 payments.csv | ksef-qr number - --json

Sources: the Ministry's numer-ksef.md and open-api.json.

Exit status: 0 all are right, 1 some are not, 2 there was nothing to explain.")]
pub struct NumberArgs {
    /// The numbers; - reads them from standard input, one a line
    #[arg(value_name = "TEXT", required = true)]
    pub texts: Vec<String>,
    /// One line of JSON for each number, on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
}
