mod expiring;
mod register;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ksef_qr::Environment;
use ksef_qr::values::Nip;

use super::options::{ClockArgs, ENVIRONMENTS, PasswordFileArgs, one_of};
pub use expiring::{ExpiringArgs, parse_days};
pub use register::{
    PasswordArgs, RegisterAddArgs, RegisterArgs, RegisterCheckArgs, RegisterCommand, RegisterListArgs, SinceArgs,
};

const CREDENTIAL: &str = "Certificate and key";
const RULES: &str = "What it should be";

/// Show and check certificates, keep a register of them
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

/// Show what a certificate is for, whose it is, how long it lasts
///
/// Reads PEM, DER and bare Base64, chains, PKCS#12, and the JSON that the API answers to /certificates/retrieve.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr cert show firm.crt
  ksef-qr cert show *.crt --json

Only KSeF knows whether a certificate was revoked. A PESEL is only shown with --show-pesel.

Exit status: 0 all read, 1 some were not, 2 none was.")]
pub struct CertShowArgs {
    /// Certificates, or files of several
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// A file with the password of a PKCS#12 file as its first line
    ///
    /// Without it: the variable KSEF_QR_KEY_PASSWORD, or else a prompt on the terminal.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Show the whole PESEL of a person, not only its last three digits
    #[arg(long)]
    pub show_pesel: bool,
    /// One line of JSON for each certificate, on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
}

/// Check a certificate, its key and its password, item by item
///
/// Signs a link and verifies it, in memory: nothing is sent and nothing is written.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("certificate").required(true))]
#[command(after_long_help = "\
Examples:
  ksef-qr cert check --cert firm.crt --key firm.key --nip 5265877635
  ksef-qr cert check --p12 firm.p12 --password-file firm.password --strict --json

Only KSeF knows whether a certificate was revoked.

Exit status: 0 nothing failed, 1 something failed, 2 nothing could be checked.")]
pub struct CertCheckArgs {
    /// The certificate: PEM, DER or Base64
    #[arg(long, value_name = "FILE", group = "certificate", help_heading = CREDENTIAL)]
    pub cert: Option<PathBuf>,
    /// Its private key
    #[arg(long, value_name = "FILE", conflicts_with = "p12", help_heading = CREDENTIAL)]
    pub key: Option<PathBuf>,
    /// Certificate and key in one PKCS#12 file (.p12, .pfx)
    ///
    /// In place of --cert and --key.
    #[arg(long, value_name = "FILE", group = "certificate", help_heading = CREDENTIAL)]
    pub p12: Option<PathBuf>,
    /// Which key to take, if the PKCS#12 file holds several
    ///
    /// By friendly name, local key ID or the certificate's serial number.
    #[arg(long, value_name = "NAME", requires = "p12", hide_short_help = true, help_heading = CREDENTIAL)]
    pub p12_entry: Option<String>,
    #[command(flatten, next_help_heading = CREDENTIAL)]
    pub password: PasswordFileArgs,
    /// Whose certificate it should be
    #[arg(long, value_name = "NIP", help_heading = RULES)]
    pub nip: Option<Nip>,
    /// Which KSeF: prod, demo or test
    #[arg(
        long,
        value_name = "ENV",
        default_value = "prod",
        value_parser = one_of::<Environment>(ENVIRONMENTS),
        hide_possible_values = true,
        help_heading = RULES
    )]
    pub env: Environment,
    /// Warn if it ends within this time: 60d (days) or 8w (weeks)
    #[arg(long, value_name = "DAYS", default_value = "60d", value_parser = parse_days, help_heading = RULES)]
    pub within: u32,
    /// Count warnings as failures
    #[arg(long, help_heading = RULES)]
    pub strict: bool,
    /// One line of JSON, on standard output
    #[arg(long, help_heading = "Output")]
    pub json: bool,
    #[command(flatten, next_help_heading = RULES)]
    pub clock: ClockArgs,
}
