use clap::{Args, ValueEnum};
use ksef_qr::values::{Day, Nip};

use crate::cli::args::options::{BookArgs, ClockArgs, word_of};

/// List invoices of the book
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr book list --open
  ksef-qr book list --state refused --from 2026-06-01 --json

  For Excel; the column ksef_number may be filled in there, and be read by import:
    ksef-qr book list --open --csv > open.csv

Exit status: 0 listed, 2 the book could not be read.")]
pub struct ListArgs {
    /// Only what KSeF must still get
    #[arg(long)]
    pub open: bool,
    /// Only in this state; repeated for several
    ///
    /// - linked: KOD I alone
    /// - issued: both codes, not sent
    /// - sent: on its way to KSeF
    /// - refused: KSeF did not take it
    /// - corrected: another file is sent in its place
    /// - correction: sent in place of another file
    /// - accepted: it has its KSeF number
    /// - not-sent: not to be sent, because of a total failure
    /// - annulled: withdrawn before anybody had it
    #[arg(long, value_name = "STATE", value_parser = word_of::<StateName>(), hide_possible_values = true, verbatim_doc_comment)]
    pub state: Vec<StateName>,
    /// Only this seller's
    #[arg(long, value_name = "NIP")]
    pub seller: Option<Nip>,
    /// Only this invoice number
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<String>,
    /// Only with this issue date or a later one
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<Day>,
    /// Only with this issue date or an earlier one
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub to: Option<Day>,
    /// A table for spreadsheets: UTF-8 with its mark, semicolons
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// One line of JSON for each, on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub book: BookArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateName {
    /// KOD I alone
    Linked,
    /// Both codes, not sent
    Issued,
    /// On its way to KSeF
    Sent,
    /// KSeF did not take it
    Refused,
    /// Another file is sent in its place
    Corrected,
    /// Sent in place of another file
    Correction,
    /// It has its KSeF number
    Accepted,
    /// Not to be sent, because of a total failure
    NotSent,
    /// Withdrawn before anybody had it
    Annulled,
}

/// Show all that happened to an invoice
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr book show f1.xml
  ksef-qr book show FV/2026/06/001
  ksef-qr book show 5265877635-20260616-0100001AF629-15 --json

Exit status: 0 shown, 1 the book does not have it, 2 the book could not be read.")]
pub struct ShowArgs {
    /// The XML file, its digest, a link of its codes, its KSeF number, or its number
    #[arg(value_name = "INVOICE")]
    pub invoice: String,
    /// One line of JSON for each file that is meant, on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub book: BookArgs,
}

/// Print the whole book, one line of JSON for each invoice
///
/// With all that happened to it. `ksef-qr book import` reads it into another book: from a file to a server, and back.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr book export --book firm.book > firm.ndjson
  ksef-qr book create postgres://tills@db.example.com/invoices
  ksef-qr book import firm.ndjson --book postgres://tills@db.example.com/invoices

Exit status: 0 printed, 2 the book could not be read.")]
pub struct ExportArgs {
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub book: BookArgs,
}
