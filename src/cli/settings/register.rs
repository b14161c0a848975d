use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::bail;
use ksef_qr::register::{PasswordPlace, SignsFor, Status};
use ksef_qr::values::Day;

use crate::cli::args::{
    PasswordArgs, RegisterAddArgs, RegisterCheckArgs, RegisterCommand, RegisterListArgs, SinceArgs,
};

/// `ksef-qr cert register`.
#[derive(Debug)]
pub enum Register {
    Add(Box<RegisterAdd>),
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
    pub password: Option<PasswordPlace>,
    pub password_kept: Option<String>,
    pub backup: Option<String>,
    pub system: Option<String>,
    pub responsible: Option<String>,
    pub replace_by: Option<Day>,
    pub use_from: Option<Day>,
    pub signs_for: SignsFor,
    pub note: Option<String>,
    pub now: SystemTime,
}

/// The certificate that is added, and its key.
#[derive(Debug)]
pub enum AddedKey {
    Files { cert: PathBuf, key: PathBuf },
    Pkcs12 { file: PathBuf, entry: Option<String> },
    Token { cert: PathBuf, uri: String },
}

/// `ksef-qr cert register list`.
#[derive(Debug)]
pub struct RegisterList {
    pub register: PathBuf,
    pub json: bool,
    pub now: SystemTime,
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
            RegisterCommand::Add(args) => Self::Add(Box::new(RegisterAdd::from_args(*args)?)),
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

impl RegisterAdd {
    fn from_args(args: RegisterAddArgs) -> anyhow::Result<Self> {
        let key = match (args.p12, args.cert, args.key, args.pkcs11) {
            (Some(file), ..) => AddedKey::Pkcs12 { file, entry: args.p12_entry },
            (None, Some(cert), Some(key), _) => AddedKey::Files { cert, key },
            (None, Some(cert), None, Some(uri)) => AddedKey::Token { cert, uri },
            _ => bail!("give --cert FILE --key FILE, or --p12 FILE"),
        };
        Ok(Self {
            register: args.register,
            name: args.name,
            key,
            password: password(args.password),
            password_kept: args.password_kept,
            backup: args.backup,
            system: args.system,
            responsible: args.responsible,
            replace_by: args.replace_by,
            use_from: args.use_from,
            signs_for: signs_for(&args.signs_for)?,
            note: args.note,
            now: args.clock.now(),
        })
    }
}

impl RegisterList {
    fn from_args(args: RegisterListArgs) -> Self {
        Self { register: args.register, json: args.json, now: args.clock.now() }
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
