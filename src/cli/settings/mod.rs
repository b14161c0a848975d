//! What each command is to do, checked, in plain types: made of the arguments in one step, and all that the commands see
//! of them.

mod advise;
mod book;
mod cert;
mod check;
mod config;
mod confirm;
mod correct;
mod deadline;
mod key;
mod number;
mod options;
mod print;
mod register;
mod sign;
mod stamp;
mod verify;
mod watch;

use std::path::PathBuf;

use clap::ValueEnum as _;

use crate::cli::args;

pub use advise::Advise;
pub use book::{BookCheck, BookDue, BookImport, BookList, BookMark, BookShow, Keeping, ListForm, Marked, Status};
pub use cert::{CalendarPlace, Cert, CertCheck, CertShow, Checked, Expiring};
pub use check::Check;
pub use config::{ConfigShow, Init, KeptSetting, Origin};
pub use confirm::Confirm;
pub use correct::Correct;
pub use deadline::Deadline;
pub use key::{CertificateUse, Key, KeyCsr, KeyNew, KeyPassword, KeyPublic, KeyTarget, NewPassword, RequestSubject};
pub use number::{Number, NumberText};
pub use options::{
    BookPlace, Codes, KsefNumbers, NO_SOURCE, Pictures, RegisterChoice, Run, SecretSource, Signature, Signing,
    SigningKey, VARIABLE, When,
};
pub use print::Print;
pub use register::{
    AddedKey, EntryNotes, FilledFrom, ListShape, Register, RegisterAdd, RegisterCheck, RegisterFill, RegisterList,
    RegisterStatus,
};
pub use sign::Sign;
pub use stamp::Stamp;
pub use verify::Verify;
pub use watch::{Watch, Work};

/// A command with its settings.
#[derive(Debug)]
pub enum Command {
    /// `sign` and `link`.
    Sign(Box<Sign>),
    Stamp(Box<Stamp>),
    Confirm(Box<Confirm>),
    Print(Box<Print>),
    Watch(Box<Watch>),
    Check(Check),
    Correct(Correct),
    Advise(Advise),
    Deadline(Deadline),
    Number(Number),
    Verify(Verify),
    Book(Keeping),
    Status(Status),
    Cert(Cert),
    Key(Key),
    Init(Init),
    Config(ConfigShow),
    /// One code, or all of them.
    Explain {
        code: Option<String>,
        markdown: bool,
    },
    /// The schema of that name, or a list of them.
    Schema {
        name: Option<String>,
    },
    Demo {
        folder: PathBuf,
    },
    Completions {
        shell: clap_complete::Shell,
    },
    /// The words of a command, such as `cert` and `show`; none for the program itself.
    Man {
        command: Vec<String>,
        /// Where the pages of all commands go.
        out: Option<PathBuf>,
    },
}

impl Command {
    pub fn from_args(command: args::Command, general: args::GeneralArgs) -> anyhow::Result<Self> {
        Ok(match command {
            args::Command::Sign(args) => Self::Sign(Box::new(Sign::from_args(*args)?)),
            args::Command::Link(args) => Self::Sign(Box::new(Sign::from_link_args(*args)?)),
            args::Command::Stamp(args) => Self::Stamp(Box::new(Stamp::from_args(*args)?)),
            args::Command::Confirm(args) => Self::Confirm(Box::new(Confirm::from_args(*args)?)),
            args::Command::Print(args) => Self::Print(Box::new(Print::from_args(*args)?)),
            args::Command::Watch(args) => Self::Watch(Box::new(Watch::from_args(*args)?)),
            args::Command::Check(args) => Self::Check(Check::from_args(args)?),
            args::Command::Correct(args) => Self::Correct(Correct::from_args(args)?),
            args::Command::Advise(args) => Self::Advise(Advise::from_args(args)?),
            args::Command::Deadline(args) => Self::Deadline(Deadline::from_args(args)?),
            args::Command::Number(args) => Self::Number(Number::from_args(args)?),
            args::Command::Verify(args) => Self::Verify(Verify::from_args(args)?),
            args::Command::Book(args) => Self::Book(Keeping::from_args(args.command)?),
            args::Command::Status(args) => Self::Status(Status::from_args(args)?),
            args::Command::Cert(args) => Self::Cert(Cert::from_args(args)?),
            args::Command::Key(args) => Self::Key(Key::from_args(args)?),
            args::Command::Init(args) => Self::Init(Init::from_args(args, general)?),
            args::Command::Config(args) => match args.command {
                args::ConfigCommand::Show(args) => Self::Config(ConfigShow::from_args(&args)?),
            },
            args::Command::Explain(args) => Self::Explain { code: args.code, markdown: args.markdown },
            args::Command::Schema(args) => {
                let name = args.name.and_then(|name| name.to_possible_value());
                Self::Schema { name: name.map(|name| name.get_name().to_owned()) }
            }
            args::Command::Demo(args) => Self::Demo { folder: args.out },
            args::Command::Completions(args) => Self::Completions { shell: args.shell },
            args::Command::Man(args) => Self::Man { command: args.command, out: args.out },
        })
    }
}
