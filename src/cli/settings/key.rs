use std::path::PathBuf;

use anyhow::bail;
use ksef_qr::enrol::{Attribute, CertificateName, KeyType};

use super::options::{SecretSource, VARIABLE};
use crate::cli::args::{
    CertificateType, KeyArgs, KeyChoice, KeyCommand, KeyCsrArgs, KeyNewArgs, KeyPasswordArgs, KeyPublicArgs,
    SubjectArgs,
};

/// The variable of a password that takes the place of another.
const NEW_VARIABLE: &str = "KSEF_QR_NEW_KEY_PASSWORD";

/// `ksef-qr key`.
#[derive(Debug)]
pub enum Key {
    New(KeyNew),
    Csr(KeyCsr),
    Password(KeyPassword),
    Public(KeyPublic),
}

/// `ksef-qr key new`.
#[derive(Debug)]
pub struct KeyNew {
    pub out: PathBuf,
    pub kind: KeyType,
    pub password: NewPassword,
    /// The file for a certificate request, and whom it is for.
    pub request: Option<(PathBuf, RequestSubject)>,
}

/// `ksef-qr key csr`.
#[derive(Debug)]
pub struct KeyCsr {
    pub key: PathBuf,
    pub password: SecretSource,
    pub subject: RequestSubject,
    /// The certificate's name and use, for the whole body that the API takes.
    pub body: Option<(CertificateName, CertificateUse)>,
    pub pem: bool,
    /// Standard output if there is none.
    pub out: Option<PathBuf>,
}

/// `ksef-qr key password`.
#[derive(Debug)]
pub struct KeyPassword {
    pub key: PathBuf,
    pub password: SecretSource,
    pub new_password: NewPassword,
    pub target: KeyTarget,
}

/// Where a key goes that gets another password.
#[derive(Debug)]
pub enum KeyTarget {
    /// To a new file.
    New(PathBuf),
    /// In its own place.
    InPlace,
}

/// `ksef-qr key public`.
#[derive(Debug)]
pub struct KeyPublic {
    pub key: PathBuf,
    pub password: SecretSource,
}

/// Where a password comes from that is to be set.
#[derive(Clone, Debug)]
pub enum NewPassword {
    /// The first line of a file.
    File(PathBuf),
    /// It is made up, and written to this new file.
    Generated(PathBuf),
    /// This variable, or else a prompt.
    VariableOrPrompt(&'static str),
}

/// Whom a certificate is applied for.
#[derive(Clone, Debug)]
pub enum RequestSubject {
    /// What the API answered, in a file.
    Answer(PathBuf),
    Attributes(Vec<Attribute>),
}

/// What a certificate is applied for.
#[derive(Clone, Copy, Debug)]
pub enum CertificateUse {
    Offline,
    Authentication,
}

impl Key {
    pub fn from_args(args: KeyArgs) -> anyhow::Result<Self> {
        Ok(match args.command {
            KeyCommand::New(args) => Self::New(KeyNew::from_args(args)?),
            KeyCommand::Csr(args) => Self::Csr(KeyCsr::from_args(args)?),
            KeyCommand::Password(args) => Self::Password(KeyPassword::from_args(args)?),
            KeyCommand::Public(args) => Self::Public(KeyPublic::from_args(args)),
        })
    }
}

impl KeyNew {
    fn from_args(args: KeyNewArgs) -> anyhow::Result<Self> {
        let request = match args.csr {
            Some(path) => Some((path, RequestSubject::from_args(args.subject)?)),
            None => None,
        };
        Ok(Self {
            out: args.out,
            kind: match args.r#type {
                KeyChoice::Ec => KeyType::EcP256,
                KeyChoice::Rsa => KeyType::Rsa2048,
            },
            password: NewPassword::from_args(args.password_file, args.generate_password_file, VARIABLE),
            request,
        })
    }
}

impl KeyCsr {
    fn from_args(args: KeyCsrArgs) -> anyhow::Result<Self> {
        let used = match args.r#type {
            CertificateType::Offline => CertificateUse::Offline,
            CertificateType::Authentication => CertificateUse::Authentication,
        };
        Ok(Self {
            key: args.key,
            password: SecretSource::file_or_prompt(args.password.password_file),
            subject: RequestSubject::from_args(args.subject)?,
            body: args.name.map(|name| (name, used)),
            pem: args.pem,
            out: args.out,
        })
    }
}

impl KeyPassword {
    fn from_args(args: KeyPasswordArgs) -> anyhow::Result<Self> {
        let target = match (args.out, args.in_place) {
            (Some(out), _) => KeyTarget::New(out),
            (None, true) => KeyTarget::InPlace,
            (None, false) => bail!("say where to write the key: --out FILE, or --in-place"),
        };
        Ok(Self {
            key: args.key,
            password: SecretSource::file_or_prompt(args.password_file),
            new_password: NewPassword::from_args(args.new_password_file, args.generate_password_file, NEW_VARIABLE),
            target,
        })
    }
}

impl KeyPublic {
    fn from_args(args: KeyPublicArgs) -> Self {
        Self { key: args.key, password: SecretSource::file_or_prompt(args.password.password_file) }
    }
}

impl NewPassword {
    fn from_args(file: Option<PathBuf>, generated: Option<PathBuf>, variable: &'static str) -> Self {
        match (generated, file) {
            (Some(file), _) => Self::Generated(file),
            (None, Some(file)) => Self::File(file),
            (None, None) => Self::VariableOrPrompt(variable),
        }
    }

    /// The file that a password is written to which is made up.
    pub fn generated(&self) -> Option<&PathBuf> {
        match self {
            Self::Generated(file) => Some(file),
            _ => None,
        }
    }
}

impl RequestSubject {
    fn from_args(args: SubjectArgs) -> anyhow::Result<Self> {
        match args.subject {
            Some(file) => Ok(Self::Answer(file)),
            None if args.attribute.is_empty() => {
                bail!("who is the certificate for? Give --subject FILE, or --attribute NAME=VALUE for each attribute")
            }
            None => Ok(Self::Attributes(args.attribute)),
        }
    }
}
