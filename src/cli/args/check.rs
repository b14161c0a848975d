use std::path::PathBuf;

use clap::Args;
use ksef_qr::Environment;

use super::{InputArgs, OfflineMode, OutageArgs, parse_time};

/// Would KSeF accept these files?
///
/// Tells everything that is wrong with each file, with its place and what to do: form, encoding, characters, size,
/// NIP check digits, issue date, invoices that are in the batch twice; with --xsd the Ministry's schema is asked too.
/// Nothing is changed, signed or sent.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  A folder, before it is sent:
    ksef-qr check invoices/

  With the Ministry's schemas (the repository CIRFMF/ksef-docs has them, faktury/schemy):
    ksef-qr check invoices/ --xsd schemy/

  Were they issued offline, and is there still time?
    ksef-qr check invoices/ --mode offline24

  For a program, one JSON object a file:
    ksef-qr check invoices/ --json

Exit status: 0 all would be accepted, 1 some would not, 2 nothing could be checked.")]
pub struct CheckArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Which KSeF: prod, demo, test
    #[arg(long, value_name = "ENV", default_value = "prod")]
    pub env: Environment,
    /// A folder with the Ministry's schemas (.xsd) and all that they import; the one for each form is found by its
    /// namespace. Nothing is fetched from anywhere
    #[arg(long, value_name = "DIR")]
    pub xsd: Option<PathBuf>,
    /// Why the invoices were issued outside of KSeF: says by when to send them, and warns of those that are late
    #[arg(long, value_enum, value_name = "MODE")]
    pub mode: Option<OfflineMode>,
    #[command(flatten)]
    pub outage: OutageArgs,
    /// One JSON object a file, and a summary, on standard output
    #[arg(long)]
    pub json: bool,
    /// Only what KSeF would refuse: no warnings, no summary
    #[arg(long, short)]
    pub quiet: bool,
    /// The moment that dates are checked against, as 2026-06-15T12:00:00Z; now if left out. For rehearsals and
    /// tests
    #[arg(long, value_name = "TIME", hide_short_help = true, value_parser = parse_time)]
    pub now: Option<std::time::SystemTime>,
}

impl CheckArgs {
    /// True if a schema is asked.
    pub fn validates(&self) -> bool {
        self.xsd.is_some()
    }
}
