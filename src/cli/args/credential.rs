use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The ways to name a credential are members of a group, so that one at most is given. A command that cannot do without
/// makes the group required.
#[derive(Debug, Args)]
#[command(next_help_heading = "Certificate and key")]
pub struct CredentialArgs {
    /// The type 2 (Offline) KSeF certificate: PEM, DER or Base64
    #[arg(long, value_name = "FILE", requires = CredentialArgs::WAYS)]
    pub cert: Option<PathBuf>,
    /// Its private key: the .key of the KSeF Taxpayer Application, or PKCS#8, SEC1, PKCS#1 as PEM or DER
    #[arg(long, value_name = "FILE", requires = "cert", group = CredentialArgs::WAYS)]
    pub key: Option<PathBuf>,
    /// A file whose first line is the key's password. Without it: the variable KSEF_QR_KEY_PASSWORD, else a
    /// prompt on the terminal
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// How ECDSA signatures are written
    #[arg(long, value_enum, value_name = "ENCODING", default_value = "p1363")]
    pub signature_encoding: Encoding,
    /// The same signature for the same invoice every time (RFC 6979; EC keys only, slower)
    #[arg(long)]
    pub deterministic: bool,
}

impl CredentialArgs {
    /// The group of `--key`, `--p12` and whatever else names a private key.
    pub const WAYS: &str = "credential";

    /// True if one of them was given.
    pub fn is_given(&self) -> bool {
        self.key.is_some()
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Encoding {
    /// R‖S, 64 bytes, as KSeF prefers it
    P1363,
    /// ASN.1 DER
    Der,
}
