use std::path::PathBuf;

use clap::Args;
use ksef_qr::values::Rule;

use crate::cli::args::options::{BookArgs, ClockArgs, one_of};

/// Enter what KSeF said: from its UPO, its JSON, tables of numbers
///
/// Which file is what, its content tells: a UPO of version 4-3; KSeF's answer about a session's invoices (GET
/// /sessions/.../invoices); the _metadata.json of an export package; a CSV table with the columns ksef_number and hash_base64,
/// or seller_nip and invoice_number; a manifest, whose codes are entered as they are; an export of another book. Folders and
/// archives are read through. The same may be read again and again: what is known changes nothing.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
#[command(after_long_help = "\
Examples:
  ksef-qr book import answers/ --book firm.book
  ksef-qr book import upo.xml session.json --json

  The codes of earlier runs, their signatures verified:
    ksef-qr book import codes/manifest.ndjson --cert firm.crt

  A failure was announced, or ended; the newest answer of Latarnia, saved as a file:
    ksef-qr book import --announcements messages.json

Exit status: 0 read, 1 something contradicts the book or could not be read, 2 nothing could be
read.")]
pub struct ImportArgs {
    /// Files, folders, archives
    #[arg(value_name = "FILE", group = "what")]
    pub files: Vec<PathBuf>,
    /// Announced failures: the saved answer of Latarnia
    ///
    /// Of https://api-latarnia.ksef.mf.gov.pl/messages, which is not fetched from here. Moves the days by which open invoices
    /// must be sent. A total failure ends the duty to send them.
    #[arg(long, value_name = "FILE", group = "what")]
    pub announcements: Option<PathBuf>,
    /// A file with further days that are no working days
    #[arg(long, value_name = "FILE", requires = "announcements", hide_short_help = true)]
    pub non_working_days: Option<PathBuf>,
    /// Verify the KOD II of manifests that it signed; repeated for more
    #[arg(long, value_name = "FILE")]
    pub cert: Vec<PathBuf>,
    /// issued-number: enter codes of a manifest though another file has the number
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        value_parser = one_of::<Rule>(&["issued-number"]),
        hide_possible_values = true,
        hide_short_help = true
    )]
    pub allow: Vec<Rule>,
    /// One line of JSON for each invoice, and a summary, on standard output
    #[arg(long)]
    pub json: bool,
    /// Print only what contradicts, or could not be read
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub book: BookArgs,
}
