use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ksef_qr::values::Nip;

/// The ways to name a private key are one group, so that one at most is given. Whether there must be one is the
/// command's to say, by whether it makes [`Signing`](crate::cli::settings::Signing) settings of them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Certificate and key")]
pub struct CredentialArgs {
    /// The type 2 (Offline) KSeF certificate: PEM, DER or Base64
    #[arg(long, value_name = "FILE", conflicts_with = "p12")]
    pub cert: Option<PathBuf>,
    /// Its private key, as the KSeF Taxpayer Application saved it
    ///
    /// Or any PKCS#8, SEC1 or PKCS#1 key, as PEM or DER.
    #[arg(long, value_name = "FILE", requires = "cert", group = "private_key")]
    pub key: Option<PathBuf>,
    /// Certificate and key in one PKCS#12 file (.p12, .pfx)
    ///
    /// In place of --cert and --key.
    #[arg(long, value_name = "FILE", group = "private_key")]
    pub p12: Option<PathBuf>,
    /// Which key to take, if the PKCS#12 file holds several
    ///
    /// By friendly name, local key ID or the certificate's serial number.
    #[arg(long, value_name = "NAME", requires = "p12", conflicts_with = "cert", hide_short_help = true)]
    pub p12_entry: Option<String>,
    /// A private key on a token or in an HSM, by its PKCS#11 URI
    ///
    /// In quotes: 'pkcs11:token=…;object=…?module-path=….so'. The certificate is --cert, or the one with the key's ID on
    /// the token. The PIN is given as a password is, or in a file by pin-source=file:…
    #[arg(
        long,
        value_name = "URI",
        group = "private_key",
        conflicts_with = "deterministic",
        hide = cfg!(not(feature = "pkcs11")),
        hide_short_help = true
    )]
    // Not parsed here: clap would repeat in its error what it cannot parse, and that may hold a PIN.
    pub pkcs11: Option<String>,
    /// A register of certificates, from which the right one is chosen
    ///
    /// In place of --cert and --key; see `ksef-qr cert register`. Each invoice is signed by its issuer's own certificate (the
    /// seller's; the buyer's on self-billed and VAT RR invoices) that fits environment and date, of several the newest. A run
    /// keeps to the moment of its start, even past midnight.
    #[arg(long, value_name = "FILE", group = "private_key", conflicts_with = "cert")]
    pub credentials: Option<PathBuf>,
    /// Sign with the certificate of this name in the register
    ///
    /// Not in place of another company's own that is in the register.
    #[arg(
        long = "use",
        value_name = "NAME",
        requires = "credentials",
        conflicts_with_all = ["owner", "cert", "p12", "pkcs11"],
        hide_short_help = true
    )]
    pub used: Option<String>,
    /// Whose certificate signs where the issuer has none of its own in the register
    ///
    /// Of another company than the issuer with --on-behalf or --context only.
    #[arg(
        long,
        value_name = "NIP",
        requires = "credentials",
        conflicts_with_all = ["cert", "p12", "pkcs11"],
        hide_short_help = true
    )]
    pub owner: Option<Nip>,
    #[command(flatten)]
    pub password: PasswordFileArgs,
    /// How ECDSA signatures are written
    #[arg(long, value_enum, value_name = "ENCODING", default_value = "p1363", hide_short_help = true)]
    pub signature_encoding: Encoding,
    /// Give the same invoice the same signature every time
    ///
    /// By RFC 6979; with EC keys only, and slower.
    #[arg(long, hide_short_help = true)]
    pub deterministic: bool,
}

/// Where the password of a key that exists is. Each command puts it under the heading of the key.
#[derive(Debug, Args)]
pub struct PasswordFileArgs {
    /// A file with the key's password as its first line
    ///
    /// Without it: the variable KSEF_QR_KEY_PASSWORD, or else a prompt on the terminal.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

impl CredentialArgs {
    /// The certificate, if it is all that was given: it can verify, and not sign.
    pub fn verifies(&self) -> Option<&PathBuf> {
        let keys = [&self.key, &self.p12, &self.credentials].into_iter().any(Option::is_some) || self.pkcs11.is_some();
        self.cert.as_ref().filter(|_| !keys)
    }

    /// True if there is anything to sign with, or a part of it.
    pub fn is_given(&self) -> bool {
        [&self.cert, &self.key, &self.p12, &self.credentials].into_iter().any(Option::is_some) || self.pkcs11.is_some()
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Encoding {
    /// R‖S, 64 bytes, as KSeF prefers it
    P1363,
    /// ASN.1 DER
    Der,
}
