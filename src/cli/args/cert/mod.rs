mod expiring;
mod register;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ksef_qr::Environment;
use ksef_qr::values::Nip;

use super::options::parse_time;
use expiring::parse_days;

pub use expiring::ExpiringArgs;
pub use register::{
    PasswordArgs, RegisterAddArgs, RegisterArgs, RegisterCheckArgs, RegisterCommand, RegisterListArgs, SinceArgs,
};

/// Certificates: what they are, and whether the set is complete and sound
#[derive(Debug, Args)]
pub struct CertArgs {
    #[command(subcommand)]
    pub command: CertCommand,
}

#[derive(Debug, Subcommand)]
pub enum CertCommand {
    Show(CertShowArgs),
    Check(CertCheckArgs),
    Register(RegisterArgs),
    Expiring(ExpiringArgs),
}

/// What a certificate is for, whose it is, how long it lasts
///
/// Reads PEM, DER and bare Base64, chains, PKCS#12, and the JSON that the API answers to /certificates/retrieve.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ksef-qr cert show firm.crt
  ksef-qr cert show *.crt --json

Only KSeF knows whether a certificate was revoked. A PESEL is only shown with --show-pesel.

Exit status: 0 all read, 1 some were not, 2 none was.")]
pub struct CertShowArgs {
    /// Certificates, or files of several
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// A file whose first line is the password of a PKCS#12 file. Without it: the variable KSEF_QR_KEY_PASSWORD, else a
    /// prompt on the terminal
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Show the PESEL of a person, instead of its last three digits
    #[arg(long)]
    pub show_pesel: bool,
    /// One JSON object a certificate, on standard output
    #[arg(long)]
    pub json: bool,
    /// The moment that days are counted from, as 2026-06-15T12:00:00Z; now if left out. For rehearsals and tests
    #[arg(long, value_name = "TIME", hide_short_help = true, value_parser = parse_time)]
    pub now: Option<std::time::SystemTime>,
}

/// Is the set complete and sound? Certificate, key and password, item by item
///
/// Signs a link and verifies it, in memory: nothing is sent and nothing is written.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("certificate").required(true))]
#[command(after_help = "\
Examples:
  ksef-qr cert check --cert firm.crt --key firm.key --nip 5265877635
  ksef-qr cert check --p12 firm.p12 --password-file p --strict --json

Only KSeF knows whether a certificate was revoked.

Exit status: 0 nothing failed, 1 something failed, 2 nothing could be checked.")]
pub struct CertCheckArgs {
    /// The certificate: PEM, DER or Base64
    #[arg(long, value_name = "FILE", group = "certificate")]
    pub cert: Option<PathBuf>,
    /// Its private key
    #[arg(long, value_name = "FILE", conflicts_with = "p12")]
    pub key: Option<PathBuf>,
    /// Certificate and key in one PKCS#12 file (.p12, .pfx), in place of --cert and --key
    #[arg(long, value_name = "FILE", group = "certificate")]
    pub p12: Option<PathBuf>,
    /// Which key of the PKCS#12 file, if it holds several: friendly name, local key ID or certificate's serial number
    #[arg(long, value_name = "NAME", requires = "p12")]
    pub p12_entry: Option<String>,
    /// A file whose first line is the key's password. Without it: the variable KSEF_QR_KEY_PASSWORD, else a prompt on
    /// the terminal
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Whose certificate it should be
    #[arg(long, value_name = "NIP")]
    pub nip: Option<Nip>,
    /// Which KSeF it is to be used in: prod, demo, test
    #[arg(long, value_name = "ENV", default_value = "prod")]
    pub env: Environment,
    /// Warn if the certificate ends within this time: 60d (days) or 8w (weeks)
    #[arg(long, value_name = "DAYS", default_value = "60d", value_parser = parse_days)]
    pub within: u32,
    /// Warnings are failures
    #[arg(long)]
    pub strict: bool,
    /// One JSON object, on standard output
    #[arg(long)]
    pub json: bool,
    /// The moment that dates are checked against, as 2026-06-15T12:00:00Z; now if left out. For rehearsals and tests
    #[arg(long, value_name = "TIME", hide_short_help = true, value_parser = parse_time)]
    pub now: Option<std::time::SystemTime>,
}
