use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use ksef_qr::register::{PasswordPlace, SignsFor, Status};
use ksef_qr::values::Day;

use crate::cli::args::{
    PasswordArgs, RegisterAddArgs, RegisterCheckArgs, RegisterCommand, RegisterListArgs, SinceArgs,
};

/// `ksef-qr cert register`.
#[derive(Debug)]
pub enum Register {
    Add(Box<RegisterAdd>),
    Fill(Box<RegisterFill>),
    List(RegisterList),
    Check(RegisterCheck),
    /// `retire` and `revoke`.
    SetStatus(RegisterStatus),
}

/// `ksef-qr cert register add`. Paths are seen from where the program runs.
#[derive(Debug)]
pub struct RegisterAdd {
    pub register: PathBuf,
    pub name: String,
    pub key: AddedKey,
    pub notes: EntryNotes,
    pub now: SystemTime,
}

/// `ksef-qr cert register add` of many at once.
#[derive(Debug)]
pub struct RegisterFill {
    pub register: PathBuf,
    pub from: FilledFrom,
    /// For all of them.
    pub notes: EntryNotes,
    pub now: SystemTime,
}

/// Where many certificates are.
#[derive(Debug)]
pub enum FilledFrom {
    Folder(PathBuf),
    Table(PathBuf),
}

/// What an entry says beside its certificate and its key.
#[derive(Clone, Debug, Default)]
pub struct EntryNotes {
    pub password: Option<PasswordPlace>,
    pub password_kept: Option<String>,
    pub backup: Option<String>,
    pub system: Option<String>,
    pub responsible: Option<String>,
    pub replace_by: Option<Day>,
    pub use_from: Option<Day>,
    pub signs_for: SignsFor,
    pub note: Option<String>,
}

/// The certificate that is added, and its key.
#[derive(Clone, Debug)]
pub enum AddedKey {
    Files { cert: PathBuf, key: PathBuf },
    Pkcs12 { file: PathBuf, entry: Option<String> },
    Token { cert: PathBuf, uri: String },
}

/// `ksef-qr cert register list`.
#[derive(Debug)]
pub struct RegisterList {
    pub register: PathBuf,
    pub shape: ListShape,
    pub now: SystemTime,
}

/// How a register is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListShape {
    /// All that is known of each certificate.
    Words,
    /// A line each.
    Table,
    Json,
}

/// `ksef-qr cert register check`.
#[derive(Debug)]
pub struct RegisterCheck {
    pub register: PathBuf,
    /// Every key is opened, too.
    pub open: bool,
    pub now: SystemTime,
}

/// `ksef-qr cert register retire`, `ksef-qr cert register revoke`.
#[derive(Debug)]
pub struct RegisterStatus {
    pub register: PathBuf,
    pub name: String,
    pub status: Status,
}

impl Register {
    pub fn from_args(command: RegisterCommand) -> anyhow::Result<Self> {
        Ok(match command {
            RegisterCommand::Add(args) => Self::added(*args)?,
            RegisterCommand::List(args) => Self::List(RegisterList::from_args(args)),
            RegisterCommand::Check(args) => Self::Check(RegisterCheck::from_args(args)),
            RegisterCommand::Retire(args) => Self::SetStatus(RegisterStatus {
                register: args.register,
                name: args.name,
                status: Status::Retired { since: since(&args.since)?, reason: args.reason },
            }),
            RegisterCommand::Revoke(args) => Self::SetStatus(RegisterStatus {
                register: args.register,
                name: args.name,
                status: Status::Revoked { since: since(&args.since)?, reason: args.reason },
            }),
        })
    }
}

impl Register {
    fn added(args: RegisterAddArgs) -> anyhow::Result<Self> {
        let (register, now) = (args.register, args.clock.now());
        let notes = EntryNotes {
            password: password(args.password),
            password_kept: args.password_kept,
            backup: args.backup,
            system: args.system,
            responsible: args.responsible,
            replace_by: args.replace_by,
            use_from: args.use_from,
            signs_for: signs_for(&args.signs_for)?,
            note: args.note,
        };
        let from = args.folder.map(FilledFrom::Folder).or(args.from_csv.map(FilledFrom::Table));
        if let Some(from) = from {
            return Ok(Self::Fill(Box::new(RegisterFill { register, from, notes, now })));
        }
        let key = match (args.p12, args.cert, args.key, args.pkcs11) {
            (Some(file), ..) => AddedKey::Pkcs12 { file, entry: args.p12_entry },
            (None, Some(cert), Some(key), _) => AddedKey::Files { cert, key },
            (None, Some(cert), None, Some(uri)) => AddedKey::Token { cert, uri },
            _ => bail!("give --cert FILE --key FILE, or --p12 FILE"),
        };
        let name = args.name.context("give --name NAME")?;
        Ok(Self::Add(Box::new(RegisterAdd { register, name, key, notes, now })))
    }
}

impl RegisterList {
    fn from_args(args: RegisterListArgs) -> Self {
        let shape = match (args.table, args.json) {
            (true, _) => ListShape::Table,
            (false, true) => ListShape::Json,
            (false, false) => ListShape::Words,
        };
        Self { register: args.register, shape, now: args.clock.now() }
    }
}

impl RegisterCheck {
    fn from_args(args: RegisterCheckArgs) -> Self {
        Self { register: args.register, open: args.open, now: args.clock.now() }
    }
}

fn signs_for(given: &[SignsFor]) -> anyhow::Result<SignsFor> {
    let mut nips = Vec::new();
    for one in given {
        match one {
            SignsFor::Listed(listed) => nips.extend_from_slice(listed),
            _ if given.len() == 1 => return Ok(SignsFor::Any),
            _ => bail!("--signs-for any is for all: leave out the NIPs"),
        }
    }
    Ok(if nips.is_empty() { SignsFor::Owner } else { SignsFor::Listed(nips) })
}

fn password(args: PasswordArgs) -> Option<PasswordPlace> {
    match (args.file, args.variable, args.keyring) {
        (Some(file), ..) => Some(PasswordPlace::File(file)),
        (None, Some(name), _) => Some(PasswordPlace::Variable(name)),
        (None, None, Some((service, account))) => Some(PasswordPlace::Keyring { service, account }),
        (None, None, None) => None,
    }
}

fn since(args: &SinceArgs) -> anyhow::Result<Day> {
    let today = Day::of(args.clock.now());
    match args.since {
        // The certificate would be out of use now, whatever the day says.
        Some(day) if day > today => bail!("--since {day} is in the future: retire or revoke it on that day"),
        day => Ok(day.unwrap_or(today)),
    }
}
