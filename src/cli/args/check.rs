use std::path::PathBuf;

use clap::Args;
use ksef_qr::Environment;

use super::options::{ENVIRONMENTS, InputArgs, JobsArgs, WhenArgs, one_of};

/// Check invoices: would KSeF accept them?
///
/// Reports everything that is wrong with each file, with its place and what to do: form, encoding, characters, size, check
/// digits of NIPs, issue date, invoices that are given twice. With --xsd the files are validated against the Ministry's
/// schemas, too. Nothing is changed, signed or sent.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  A folder, before it is sent:
    ksef-qr check invoices/

  With the Ministry's schemas (they are in the repository CIRFMF/ksef-api, faktury/schemy):
    ksef-qr check invoices/ --xsd schemy/

  Issued offline: is there still time?
    ksef-qr check invoices/ --mode offline24

  For a program, one line of JSON for each file:
    ksef-qr check invoices/ --json

Exit status: 0 all would be accepted, 1 some would not, 2 nothing could be checked.")]
pub struct CheckArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Which KSeF: prod, demo or test
    #[arg(
        long,
        value_name = "ENV",
        default_value = "prod",
        value_parser = one_of::<Environment>(ENVIRONMENTS),
        hide_possible_values = true
    )]
    pub env: Environment,
    /// Folder with the Ministry's schemas (.xsd) and all that they import
    ///
    /// The schema of each form is found by its namespace. Nothing is fetched from anywhere.
    #[arg(long, value_name = "DIR")]
    pub xsd: Option<PathBuf>,
    /// One line of JSON for each file, and a summary, on standard output
    #[arg(long)]
    pub json: bool,
    /// Print only what KSeF would refuse: no warnings, no summary
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub jobs: JobsArgs,
    #[command(flatten)]
    pub when: WhenArgs,
}
