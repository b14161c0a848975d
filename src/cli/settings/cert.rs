use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::bail;
use ksef_qr::Environment;
use ksef_qr::values::Nip;

use super::options::SecretSource;
use super::register::Register;
use crate::cli::args::{CertArgs, CertCheckArgs, CertCommand, CertShowArgs, ExpiringArgs};

/// `ksef-qr cert`.
#[derive(Debug)]
pub enum Cert {
    Show(CertShow),
    Check(CertCheck),
    Register(Register),
    Expiring(Expiring),
}

/// `ksef-qr cert show`.
#[derive(Debug)]
pub struct CertShow {
    pub files: Vec<PathBuf>,
    pub password: SecretSource,
    pub show_pesel: bool,
    pub json: bool,
    pub now: SystemTime,
}

/// `ksef-qr cert check`.
#[derive(Debug)]
pub struct CertCheck {
    pub checked: Checked,
    pub password: SecretSource,
    /// Whose certificate it should be.
    pub nip: Option<Nip>,
    pub environment: Environment,
    pub within_days: u32,
    /// Warnings are failures.
    pub strict: bool,
    pub json: bool,
    pub now: SystemTime,
}

/// The files that `cert check` looks at.
#[derive(Debug)]
pub enum Checked {
    Files { cert: PathBuf, key: Option<PathBuf> },
    Pkcs12 { file: PathBuf, entry: Option<String> },
}

/// `ksef-qr cert expiring`.
#[derive(Debug)]
pub struct Expiring {
    pub certificates: Vec<PathBuf>,
    pub register: Option<PathBuf>,
    pub within_days: u32,
    pub calendar: Option<CalendarPlace>,
    pub json: bool,
    pub quiet: bool,
    pub now: SystemTime,
}

/// Where a calendar is written.
#[derive(Debug)]
pub enum CalendarPlace {
    Stdout,
    File(PathBuf),
}

impl CalendarPlace {
    /// `-` is standard output.
    pub fn of(path: PathBuf) -> Self {
        if path == *"-" { Self::Stdout } else { Self::File(path) }
    }
}

impl Cert {
    pub fn from_args(args: CertArgs) -> anyhow::Result<Self> {
        Ok(match args.command {
            CertCommand::Show(args) => Self::Show(CertShow::from_args(args)),
            CertCommand::Check(args) => Self::Check(CertCheck::from_args(args)?),
            CertCommand::Register(args) => Self::Register(Register::from_args(args.command)?),
            CertCommand::Expiring(args) => Self::Expiring(Expiring::from_args(args)),
        })
    }
}

impl CertShow {
    fn from_args(args: CertShowArgs) -> Self {
        Self {
            files: args.files,
            password: SecretSource::file_or_prompt(args.password_file),
            show_pesel: args.show_pesel,
            json: args.json,
            now: args.clock.now(),
        }
    }
}

impl CertCheck {
    fn from_args(args: CertCheckArgs) -> anyhow::Result<Self> {
        let checked = match (args.p12, args.cert) {
            (Some(file), _) => Checked::Pkcs12 { file, entry: args.p12_entry },
            (None, Some(cert)) => Checked::Files { cert, key: args.key },
            (None, None) => bail!("--cert names the certificate"),
        };
        Ok(Self {
            checked,
            password: SecretSource::file_or_prompt(args.password.password_file),
            nip: args.nip,
            environment: args.env,
            within_days: args.within,
            strict: args.strict,
            json: args.json,
            now: args.clock.now(),
        })
    }
}

impl Expiring {
    fn from_args(args: ExpiringArgs) -> Self {
        Self {
            certificates: args.certificates,
            register: args.credentials,
            within_days: args.within,
            calendar: args.ics.map(CalendarPlace::of),
            json: args.json,
            quiet: args.quiet,
            now: args.clock.now(),
        }
    }
}
