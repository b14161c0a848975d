use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use ksef_qr::enrol::{Attribute, CertificateName};

use super::options::PasswordFileArgs;

/// Make private keys, request certificates, change passwords
#[derive(Debug, Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    pub command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    New(KeyNewArgs),
    Csr(KeyCsrArgs),
    Password(KeyPasswordArgs),
    Public(KeyPublicArgs),
}

/// Make a new key, encrypted as the KSeF Taxpayer Application does it
///
/// PEM, PKCS#8 under PBES2 (PBKDF2-HMAC-SHA256, AES-256-CBC), readable by its owner alone. Nothing is overwritten. The
/// password is 15 to 32 characters with a-z, A-Z, 0-9 and one of !@#$%^&*()-_=+, and is never an argument.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  The password is asked for, twice:
    ksef-qr key new --out firm.key

  A generated password, kept in a file; the request for the API is made with the key:
    ksef-qr key new --out firm.key --generate-password-file firm.password \\
      --csr firm.csr --subject data.json")]
pub struct KeyNewArgs {
    /// Where to write the key
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Kind of key: ec (recommended) or rsa
    ///
    /// An EC key on P-256, or an RSA key of 2048 bits.
    #[arg(long, value_enum, value_name = "TYPE", default_value = "ec", hide_possible_values = true)]
    pub r#type: KeyChoice,
    /// A file with the password as its first line
    ///
    /// Without it: the variable KSEF_QR_KEY_PASSWORD, or else a prompt on the terminal.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Generate a password and write it to this new file
    #[arg(long, value_name = "FILE", conflicts_with = "password_file")]
    pub generate_password_file: Option<PathBuf>,
    /// Write a certificate request to this new file, too
    ///
    /// DER in Base64, as `key csr` prints it.
    #[arg(long, value_name = "FILE", requires = "subjects", help_heading = "Certificate request")]
    pub csr: Option<PathBuf>,
    #[command(flatten)]
    pub subject: SubjectArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum KeyChoice {
    Ec,
    Rsa,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Certificate request")]
#[group(id = "subjects", multiple = false)]
pub struct SubjectArgs {
    /// The subject, as the API answered it, in a file
    ///
    /// The answer to GET /certificates/enrollments/data. Every attribute in it is taken, and no other.
    #[arg(long, value_name = "FILE")]
    pub subject: Option<PathBuf>,
    /// An attribute of the subject, such as commonName=Firma
    ///
    /// Repeated, in the order of the request: commonName, surname, givenName (several, if there are), organizationName,
    /// organizationIdentifier, countryName, serialNumber, uniqueIdentifier, or their OIDs.
    #[arg(long, value_name = "NAME=VALUE")]
    pub attribute: Vec<Attribute>,
}

/// Make a certificate request (PKCS#10) for the API
///
/// Prints DER in Base64, as POST /certificates/enrollments takes it. KSeF refuses a request whose subject differs from
/// what the API answered to GET /certificates/enrollments/data.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr key csr --key firm.key --subject data.json
  ksef-qr key csr --key firm.key --subject data.json --name \"Kasa 1\" > body.json
  ksef-qr key csr --key firm.key --attribute commonName=Firma --attribute organizationName=Firma \\
    --attribute organizationIdentifier=VATPL-5265877635 --attribute countryName=PL")]
pub struct KeyCsrArgs {
    /// The private key, or a PKCS#12 file with one
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    #[command(flatten)]
    pub password: PasswordFileArgs,
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// The certificate's name in KSeF; prints JSON for the API
    ///
    /// The whole body of POST /certificates/enrollments.
    #[arg(long, value_name = "NAME", conflicts_with = "pem", help_heading = "Certificate request")]
    pub name: Option<CertificateName>,
    /// Purpose: offline or authentication
    ///
    /// offline signs links (type 2), authentication logs in (type 1).
    #[arg(
        long,
        value_enum,
        value_name = "TYPE",
        default_value = "offline",
        requires = "name",
        hide_possible_values = true,
        help_heading = "Certificate request"
    )]
    pub r#type: CertificateType,
    /// PEM instead of bare Base64, for other tools
    #[arg(long, help_heading = "Output")]
    pub pem: bool,
    /// Write to this new file instead of standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum CertificateType {
    Offline,
    Authentication,
}

/// Change the password of a key
///
/// Also encrypts a key that was not encrypted. Reads every form that sign reads, and writes what `key new` writes.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("target").required(true))]
#[command(after_long_help = "\
Examples:
  ksef-qr key password --key firm.key --out firm-new.key
  ksef-qr key password --key firm.key --in-place --password-file old --new-password-file new")]
pub struct KeyPasswordArgs {
    /// The private key, or a PKCS#12 file with one
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// A file with the old password as its first line
    ///
    /// Without it: the variable KSEF_QR_KEY_PASSWORD, or else a prompt on the terminal.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// A file with the new password as its first line
    ///
    /// Without it: the variable KSEF_QR_NEW_KEY_PASSWORD, or else a prompt on the terminal.
    #[arg(long, value_name = "FILE")]
    pub new_password_file: Option<PathBuf>,
    /// Generate the new password and write it to this new file
    #[arg(long, value_name = "FILE", conflicts_with = "new_password_file")]
    pub generate_password_file: Option<PathBuf>,
    /// Where to write the key; nothing is overwritten
    #[arg(long, value_name = "FILE", group = "target")]
    pub out: Option<PathBuf>,
    /// Replace the file itself
    ///
    /// In one step: whenever the machine stops, the file holds the old key or the new one.
    #[arg(long, group = "target")]
    pub in_place: bool,
}

/// Print the public half of a key, as PEM
#[derive(Debug, Args)]
#[command(after_long_help = "\
Example:
  ksef-qr key public --key firm.key > firm.pub")]
pub struct KeyPublicArgs {
    /// The private key, or a PKCS#12 file with one
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    #[command(flatten)]
    pub password: PasswordFileArgs,
}
