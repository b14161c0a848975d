mod due;
mod import;
mod list;
mod status;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use ksef_qr::Environment;
use ksef_qr::values::Day;

use super::options::{BookArgs, ClockArgs, ENVIRONMENTS, OfflineMode, one_of, word_of};

pub use due::DueArgs;
pub use import::ImportArgs;
pub use list::{ExportArgs, ListArgs, ShowArgs};
pub use status::StatusArgs;

/// The book: what happened to each invoice that was issued
///
/// For each invoice: which codes it has, by when KSeF must have it, whether it was sent, which number it got, whether it was
/// refused. sign, link, stamp and confirm write in it (--book); these commands read it, and enter what KSeF said. Which book
/// it is: --book, or the variable KSEF_QR_BOOK, or the one *.book file in this folder.
#[derive(Debug, Args)]
pub struct BookCommandArgs {
    #[command(subcommand)]
    pub command: BookCommand,
}

#[derive(Debug, Subcommand)]
pub enum BookCommand {
    Create(CreateArgs),
    Import(ImportArgs),
    Due(DueArgs),
    List(ListArgs),
    Show(ShowArgs),
    Mark(MarkArgs),
    Export(ExportArgs),
    Check(BookCheckArgs),
    Backup(BackupArgs),
}

/// Make a new book
///
/// Once for each KSeF: test invoices and real ones never stand in one book. A file must be on a disk of this computer, not in
/// a network folder; several computers share a book in PostgreSQL.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr book create firm.book
  ksef-qr book create test.book --env test

  In a database of PostgreSQL that is there already; the password comes from PGPASSWORD:
    ksef-qr book create postgres://tills@db.example.com/invoices

Exit status: 0 made, 2 not.")]
pub struct CreateArgs {
    /// A file, or postgres://user@host/database
    #[arg(value_name = "PLACE", default_value = "ksef-qr.book")]
    pub place: String,
    /// Which KSeF: prod, demo or test
    #[arg(
        long,
        value_name = "ENV",
        default_value = "prod",
        value_parser = one_of::<Environment>(ENVIRONMENTS),
        hide_possible_values = true
    )]
    pub env: Environment,
    /// Read the password of the database's user from this file
    ///
    /// Its first line. If left out, the variables KSEF_QR_BOOK_PASSWORD and PGPASSWORD are looked at.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub book_password_file: Option<PathBuf>,
    #[command(flatten)]
    pub clock: ClockArgs,
}

/// Enter what happened and no file says
///
/// What KSeF answered is entered by import. An invoice can be annulled as long as nobody has it and it was not sent: its number
/// is free then.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr book mark handed-over f1.xml
  ksef-qr book mark sent in/ --reference 20260616-SB-0123456789-ABCDEF0123-45
  ksef-qr book mark annulled FV/2026/06/001

  Signed without a mode, or with a wrong one; then import the announcements, again if need be:
    ksef-qr book mark mode f1.xml --mode failure

Exit status: 0 all entered, 1 some could not be, 2 none was looked at.")]
pub struct MarkArgs {
    /// What happened: sent, handed-over, annulled or mode
    ///
    /// - sent: it is on its way to KSeF
    /// - handed-over: the buyer has it, or its confirmation
    /// - annulled: nobody has it, and nobody ever will
    /// - mode: it was issued offline for another reason than the book says: --mode
    #[arg(value_name = "WHAT", value_parser = word_of::<Mark>(), hide_possible_values = true, verbatim_doc_comment)]
    pub what: Mark,
    /// Invoices: XML files, folders of them, or as `show` takes them
    #[arg(value_name = "INVOICE", required = true)]
    pub invoices: Vec<String>,
    /// With sent: the number of KSeF's session
    #[arg(long, value_name = "NUMBER")]
    pub reference: Option<String>,
    /// With mode: why it was issued offline: offline24, unavailable or failure
    #[arg(long, value_name = "MODE", value_parser = word_of::<OfflineMode>(), hide_possible_values = true)]
    pub mode: Option<OfflineMode>,
    /// With mode: the last day of the outage, if no announcement says it
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub ended: Option<Day>,
    /// Who or what says so; it is written in the book
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// One line of JSON for each invoice, on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub book: BookArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mark {
    /// It is on its way to KSeF
    #[value(aliases = ["wysłana", "wyslana"])]
    Sent,
    /// The buyer has it, or its confirmation
    #[value(aliases = ["wydana", "przekazana"])]
    HandedOver,
    /// Nobody has it, and nobody ever will
    #[value(aliases = ["anulowana"])]
    Annulled,
    /// It was issued offline for another reason than the book says
    #[value(aliases = ["tryb"])]
    Mode,
}

/// Read the whole book, and say what is wrong with it
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr book check --book firm.book
  ksef-qr book check --cert firm.crt --cert firm-2027.crt

Exit status: 0 all is well, 1 something is wrong, 2 it could not be read.")]
pub struct BookCheckArgs {
    /// Verify each KOD II that this certificate signed, too; repeated for further ones
    #[arg(long, value_name = "FILE")]
    pub cert: Vec<PathBuf>,
    /// One line of JSON for each fault, and a summary, on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub book: BookArgs,
}

/// Copy the book, as it is at this moment, into a new file
///
/// Others may go on writing meanwhile. The copy of a book in PostgreSQL is a file too, which is a book itself. (Never copy the
/// file of a book by other means while somebody uses it.)
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr book backup /backup/firm-2026-06-30.book --book firm.book

Exit status: 0 copied, 2 not.")]
pub struct BackupArgs {
    /// The new file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub book: BookArgs,
}
