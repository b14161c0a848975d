use std::path::PathBuf;

use clap::{Args, Subcommand};
use ksef_qr::register::{RevocationReason, SignsFor};
use ksef_qr::values::Day;

use crate::cli::args::options::{ClockArgs, one_of};

const CREDENTIAL: &str = "Certificate and key";
const PEOPLE: &str = "Notes for people";

/// Keep all certificates in one file, for people and for sign
///
/// A TOML file that says of each certificate whose it is, where its key is, which system uses it, who replaces it and
/// when. `sign --credentials FILE` picks from it the certificate that signs today. It holds no password, only where
/// each is.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr cert register add keys.toml --name firm-2026 --cert firm.crt --key firm.key --system tills
  ksef-qr cert register list keys.toml
  ksef-qr sign invoices/ --credentials keys.toml

  The replacement, valid already and used from 15 June on:
    ksef-qr cert register add keys.toml --name firm-2028 --cert new.crt --key new.key \\
      --use-from 2028-06-15

You may edit the file by hand: a command changes only the entry it is about.")]
pub struct RegisterArgs {
    #[command(subcommand)]
    pub command: RegisterCommand,
}

#[derive(Debug, Subcommand)]
pub enum RegisterCommand {
    Add(Box<RegisterAddArgs>),
    List(RegisterListArgs),
    Retire(RegisterRetireArgs),
    Revoke(RegisterRevokeArgs),
    Check(RegisterCheckArgs),
}

/// Add a certificate, or all of a folder; a register that does not exist is created
///
/// Owner, purpose, serial number and dates are read from the certificate. Paths are written relative to the register.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  One certificate and its key:
    ksef-qr cert register add keys.toml --name firm-2026 --cert firm.crt --key firm.key \\
      --password-file firm.password

  All of a folder and below: firm.crt with firm.key and firm.password, till.p12 with till.password:
    ksef-qr cert register add keys.toml clients/

  All of a table; its columns: cert, key, p12, p12_entry, pkcs11, password_file, password_env,
  password_keyring, name, password_kept, backup, system, responsible, replace_by, use_from, note:
    ksef-qr cert register add keys.toml --from-csv clients.csv

Of a folder and a table, what is in the register already is passed over; what cannot be added is
named, and the rest is added in one step. Run again, the command adds only what is new.

Exit status: 0 all added or there already, 1 some could not be added, 2 nothing was done.")]
pub struct RegisterAddArgs {
    /// The register
    #[arg(value_name = "FILE")]
    pub register: PathBuf,
    /// A folder with certificates, keys and files of their passwords
    ///
    /// In place of --name, --cert and --key. Each certificate's key is the one of the same name beside it, or the one that
    /// belongs to it; so is the file of the password (.password, .haslo, .txt), or the only one of the folder. The options
    /// below are for all of them.
    #[arg(value_name = "FOLDER", conflicts_with_all = ["name", "cert", "key", "p12", "pkcs11", "from_csv"])]
    pub folder: Option<PathBuf>,
    /// A table (CSV) with a row for each certificate
    ///
    /// Separated by commas, semicolons or tabs, the columns named in the first row. Paths are relative to the folder in
    /// which the command runs.
    #[arg(long, value_name = "CSV", conflicts_with_all = ["name", "cert", "key", "p12", "pkcs11"])]
    pub from_csv: Option<PathBuf>,
    /// The name you give it, such as firm-2026
    #[arg(long, required_unless_present_any = ["folder", "from_csv"])]
    pub name: Option<String>,
    #[command(flatten)]
    pub clock: ClockArgs,
    /// The certificate: PEM, DER or Base64
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present_any = ["p12", "folder", "from_csv"],
        help_heading = CREDENTIAL
    )]
    pub cert: Option<PathBuf>,
    /// Its private key
    #[arg(
        long,
        value_name = "FILE",
        requires = "cert",
        required_unless_present_any = ["p12", "pkcs11", "folder", "from_csv"],
        help_heading = CREDENTIAL
    )]
    pub key: Option<PathBuf>,
    /// Certificate and key in one PKCS#12 file (.p12, .pfx)
    ///
    /// In place of --cert and --key. It is opened with its password.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cert", "key"], help_heading = CREDENTIAL)]
    pub p12: Option<PathBuf>,
    /// Which key to take, if the PKCS#12 file holds several
    ///
    /// By friendly name, local key ID or the certificate's serial number.
    #[arg(long, value_name = "NAME", requires = "p12", hide_short_help = true, help_heading = CREDENTIAL)]
    pub p12_entry: Option<String>,
    /// Its private key on a token, by its PKCS#11 URI without a PIN
    ///
    /// In place of --key.
    #[arg(
        long,
        value_name = "URI",
        requires = "cert",
        conflicts_with_all = ["key", "p12"],
        hide_short_help = true,
        help_heading = CREDENTIAL
    )]
    pub pkcs11: Option<String>,
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Where the password is kept, in words
    #[arg(long, value_name = "TEXT", help_heading = "Password")]
    pub password_kept: Option<String>,
    /// Where the backup of the key is kept, in words
    #[arg(long, value_name = "TEXT", help_heading = PEOPLE)]
    pub backup: Option<String>,
    /// Which system uses the key
    #[arg(long, value_name = "TEXT", help_heading = PEOPLE)]
    pub system: Option<String>,
    /// Who replaces the certificate
    #[arg(long, value_name = "TEXT", help_heading = PEOPLE)]
    pub responsible: Option<String>,
    /// By which day it is to be replaced
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = PEOPLE)]
    pub replace_by: Option<Day>,
    /// The first day on which sign uses it
    ///
    /// If left out, sign uses it as soon as it is valid.
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = CREDENTIAL)]
    pub use_from: Option<Day>,
    /// For whom it signs besides its owner: a NIP, or any for all who have none of their own in the register
    ///
    /// Repeat it for several. They must have given its owner the right to issue invoices in KSeF (InvoiceWrite).
    #[arg(long, value_name = "NIP|any", value_parser = signs_for, hide_short_help = true, help_heading = CREDENTIAL)]
    pub signs_for: Vec<SignsFor>,
    /// Anything else
    #[arg(long, value_name = "TEXT", help_heading = PEOPLE)]
    pub note: Option<String>,
}

/// Where the program finds the password: one place at most.
#[derive(Debug, Args)]
#[command(next_help_heading = "Password")]
#[group(multiple = false)]
pub struct PasswordArgs {
    /// The password is the first line of this file
    #[arg(long = "password-file", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The password is in this environment variable
    #[arg(long = "password-env", value_name = "VARIABLE")]
    pub variable: Option<String>,
    /// The password is in the operating system's keyring
    ///
    /// In builds with the feature keyring.
    #[arg(long = "password-keyring", value_name = "SERVICE/ACCOUNT", value_parser = parse_keyring)]
    pub keyring: Option<(String, String)>,
}

/// Show all certificates, and which of them sign now
#[derive(Debug, Args)]
pub struct RegisterListArgs {
    /// The register
    #[arg(value_name = "FILE")]
    pub register: PathBuf,
    /// A table: one line for each certificate
    #[arg(long, conflicts_with = "json")]
    pub table: bool,
    /// One line of JSON for each certificate, on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
}

/// Retire a certificate: it no longer signs, though KSeF may still accept it
#[derive(Debug, Args)]
pub struct RegisterRetireArgs {
    /// The register
    #[arg(value_name = "FILE")]
    pub register: PathBuf,
    /// The certificate's name in it
    pub name: String,
    /// Why, in words
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    #[command(flatten)]
    pub since: SinceArgs,
}

/// Write down that a certificate was revoked in KSeF: it never signs again
///
/// This revokes nothing. Revoke the certificate in the KSeF Taxpayer Application or by the API first.
#[derive(Debug, Args)]
pub struct RegisterRevokeArgs {
    /// The register
    #[arg(value_name = "FILE")]
    pub register: PathBuf,
    /// The certificate's name in it
    pub name: String,
    /// As it was stated to KSeF: Unspecified, Superseded or KeyCompromise
    #[arg(
        long,
        value_parser = one_of::<RevocationReason>(&["Unspecified", "Superseded", "KeyCompromise"]),
        hide_possible_values = true
    )]
    pub reason: RevocationReason,
    #[command(flatten)]
    pub since: SinceArgs,
}

/// Check the register against the files: serial numbers, duplicates, gaps
#[derive(Debug, Args)]
#[command(after_long_help = "Exit status: 0 nothing found, 1 something found, 2 the register could not be read.")]
pub struct RegisterCheckArgs {
    /// The register
    #[arg(value_name = "FILE")]
    pub register: PathBuf,
    /// Open every key with its password, and check that it belongs to its certificate
    #[arg(long)]
    pub open: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
}

#[derive(Debug, Args)]
pub struct SinceArgs {
    /// Since which day; today, if left out
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub since: Option<Day>,
    #[command(flatten)]
    pub clock: ClockArgs,
}

fn signs_for(text: &str) -> Result<SignsFor, ksef_qr::Error> {
    Ok(if text == "any" { SignsFor::Any } else { SignsFor::Listed(vec![text.parse()?]) })
}

fn parse_keyring(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('/').filter(|(service, account)| !service.is_empty() && !account.is_empty());
    parts
        .map(|(service, account)| (service.to_owned(), account.to_owned()))
        .ok_or_else(|| "write SERVICE/ACCOUNT".into())
}
