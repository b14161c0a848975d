use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::bail;
use clap::ValueEnum;
use ksef_qr::Environment;
use ksef_qr::book::{Filter, Happening, Place};
use ksef_qr::deadline::Mode;
use ksef_qr::values::{Nip, Rule};

use super::cert::CalendarPlace;
use super::options::BookPlace;
use crate::cli::args::{
    BackupArgs, BookCheckArgs, BookCommand, CreateArgs, DueArgs, ExportArgs, ImportArgs, ListArgs, Mark, MarkArgs,
    OfflineMode, ShowArgs, StatusArgs,
};

/// `ksef-qr book`.
#[derive(Debug)]
pub enum Keeping {
    Create(BookCreate),
    Import(BookImport),
    Due(BookDue),
    List(BookList),
    Show(BookShow),
    Mark(BookMark),
    Export(BookExport),
    Check(BookCheck),
    Backup(BookBackup),
}

/// `ksef-qr book create`.
#[derive(Debug)]
pub struct BookCreate {
    pub book: BookPlace,
    pub environment: Environment,
    pub now: SystemTime,
}

/// `ksef-qr book import`.
#[derive(Debug)]
pub struct BookImport {
    pub book: BookPlace,
    pub files: Vec<PathBuf>,
    pub announcements: Option<PathBuf>,
    pub non_working_days: Option<PathBuf>,
    pub certificates: Vec<PathBuf>,
    /// Codes of a manifest are entered though another file has the number.
    pub may_repeat: bool,
    pub json: bool,
    pub quiet: bool,
    pub now: SystemTime,
}

/// `ksef-qr book due`.
#[derive(Debug)]
pub struct BookDue {
    pub book: BookPlace,
    /// How many days ahead; none for what is overdue alone.
    pub within_days: Option<u32>,
    pub seller: Option<Nip>,
    pub calendar: Option<CalendarPlace>,
    pub non_working_days: Option<PathBuf>,
    pub json: bool,
    pub quiet: bool,
    pub now: SystemTime,
}

/// `ksef-qr book list`.
#[derive(Debug)]
pub struct BookList {
    pub book: BookPlace,
    pub filter: Filter,
    pub form: ListForm,
    pub now: SystemTime,
}

/// How entries are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListForm {
    Table,
    Csv,
    Json,
}

/// `ksef-qr book show`.
#[derive(Debug)]
pub struct BookShow {
    pub book: BookPlace,
    pub invoice: String,
    pub json: bool,
    pub now: SystemTime,
}

/// `ksef-qr book mark`.
#[derive(Debug)]
pub struct BookMark {
    pub book: BookPlace,
    pub what: Marked,
    pub invoices: Vec<String>,
    /// Who or what says so.
    pub cause: String,
    pub json: bool,
    pub now: SystemTime,
}

/// What is marked.
#[derive(Debug)]
pub enum Marked {
    /// The same of each invoice.
    Same(Happening),
    /// Its day for sending follows from its date.
    Mode(Mode),
}

/// `ksef-qr book export`.
#[derive(Debug)]
pub struct BookExport {
    pub book: BookPlace,
    pub now: SystemTime,
}

/// `ksef-qr book check`.
#[derive(Debug)]
pub struct BookCheck {
    pub book: BookPlace,
    pub certificates: Vec<PathBuf>,
    pub json: bool,
    pub now: SystemTime,
}

/// `ksef-qr book backup`.
#[derive(Debug)]
pub struct BookBackup {
    pub book: BookPlace,
    pub file: PathBuf,
    pub now: SystemTime,
}

/// `ksef-qr status`.
#[derive(Debug)]
pub struct Status {
    pub book: BookPlace,
    pub register: Option<PathBuf>,
    pub non_working_days: Option<PathBuf>,
    pub json: bool,
    pub now: SystemTime,
}

impl Keeping {
    pub fn from_args(command: BookCommand) -> anyhow::Result<Self> {
        Ok(match command {
            BookCommand::Create(args) => Self::Create(BookCreate::from_args(args)?),
            BookCommand::Import(args) => Self::Import(BookImport::from_args(args)?),
            BookCommand::Due(args) => Self::Due(BookDue::from_args(args)?),
            BookCommand::List(args) => Self::List(BookList::from_args(args)?),
            BookCommand::Show(args) => Self::Show(BookShow::from_args(args)?),
            BookCommand::Mark(args) => Self::Mark(BookMark::from_args(args)?),
            BookCommand::Export(ExportArgs { clock, book }) => {
                Self::Export(BookExport { book: BookPlace::of_folder(book)?, now: clock.now() })
            }
            BookCommand::Check(BookCheckArgs { cert, json, clock, book }) => {
                Self::Check(BookCheck { book: BookPlace::of_folder(book)?, certificates: cert, json, now: clock.now() })
            }
            BookCommand::Backup(BackupArgs { file, clock, book }) => {
                Self::Backup(BookBackup { book: BookPlace::of_folder(book)?, file, now: clock.now() })
            }
        })
    }
}

impl BookCreate {
    fn from_args(args: CreateArgs) -> anyhow::Result<Self> {
        let book = BookPlace { place: Place::parse(&args.place)?, password_file: args.book_password_file };
        Ok(Self { book, environment: args.env, now: args.clock.now() })
    }
}

impl BookImport {
    fn from_args(args: ImportArgs) -> anyhow::Result<Self> {
        Ok(Self {
            book: BookPlace::of_folder(args.book)?,
            files: args.files,
            announcements: args.announcements,
            non_working_days: args.non_working_days,
            certificates: args.cert,
            may_repeat: match &args.allow[..] {
                [] => false,
                rules if rules.iter().all(|rule| *rule == Rule::IssuedNumber) => true,
                _ => bail!("--allow of import takes issued-number alone"),
            },
            json: args.json,
            quiet: args.quiet,
            now: args.clock.now(),
        })
    }
}

impl BookDue {
    fn from_args(args: DueArgs) -> anyhow::Result<Self> {
        Ok(Self {
            book: BookPlace::of_folder(args.book)?,
            within_days: (!args.overdue).then_some(args.within),
            seller: args.seller,
            calendar: args.ics.map(CalendarPlace::of),
            non_working_days: args.non_working_days,
            json: args.json,
            quiet: args.quiet,
            now: args.clock.now(),
        })
    }
}

impl BookList {
    fn from_args(args: ListArgs) -> anyhow::Result<Self> {
        let mut filter = Filter::default();
        filter.is_open = args.open;
        filter.states = args
            .state
            .iter()
            .filter_map(ValueEnum::to_possible_value)
            .map(|state| state.get_name().replace('-', "_"))
            .collect();
        (filter.seller, filter.number) = (args.seller, args.number);
        (filter.issued_from, filter.issued_to) = (args.from, args.to);
        let form = match (args.csv, args.json) {
            (true, _) => ListForm::Csv,
            (false, true) => ListForm::Json,
            (false, false) => ListForm::Table,
        };
        Ok(Self { book: BookPlace::of_folder(args.book)?, filter, form, now: args.clock.now() })
    }
}

impl BookShow {
    fn from_args(args: ShowArgs) -> anyhow::Result<Self> {
        let book = BookPlace::of_folder(args.book)?;
        Ok(Self { book, invoice: args.invoice, json: args.json, now: args.clock.now() })
    }
}

impl BookMark {
    fn from_args(args: MarkArgs) -> anyhow::Result<Self> {
        if args.reference.is_some() && args.what != Mark::Sent {
            bail!("--reference is the number of a session in which invoices were sent: it goes with sent");
        }
        if args.what != Mark::Mode && (args.mode.is_some() || args.ended.is_some()) {
            bail!("--mode and --ended say why an invoice was issued offline: they go with mode");
        }
        let what = match (args.what, args.mode) {
            (Mark::Sent, _) => Marked::Same(Happening::Sent { reference: args.reference }),
            (Mark::HandedOver, _) => Marked::Same(Happening::HandedOver),
            (Mark::Annulled, _) => Marked::Same(Happening::Annulled),
            (Mark::Mode, Some(OfflineMode::Failure)) => Marked::Mode(Mode::Failure { ended: args.ended }),
            (Mark::Mode, Some(OfflineMode::Unavailable)) => Marked::Mode(Mode::Unavailable { ended: args.ended }),
            (Mark::Mode, Some(OfflineMode::Offline24)) if args.ended.is_none() => Marked::Mode(Mode::Offline24),
            (Mark::Mode, Some(OfflineMode::Offline24)) => bail!("--mode offline24 is no outage that ends"),
            (Mark::Mode, Some(OfflineMode::Total)) => {
                bail!("--mode total: a total failure is entered by `ksef-qr book import --announcements FILE`")
            }
            (Mark::Mode, None) => bail!("mode needs --mode offline24, unavailable or failure"),
        };
        Ok(Self {
            book: BookPlace::of_folder(args.book)?,
            what,
            invoices: args.invoices,
            cause: args.note.map_or_else(|| "mark".to_owned(), |note| format!("mark: {note}")),
            json: args.json,
            now: args.clock.now(),
        })
    }
}

impl Status {
    pub fn from_args(args: StatusArgs) -> anyhow::Result<Self> {
        Ok(Self {
            book: BookPlace::of_folder(args.book)?,
            register: args.credentials,
            non_working_days: args.non_working_days,
            json: args.json,
            now: args.clock.now(),
        })
    }
}
