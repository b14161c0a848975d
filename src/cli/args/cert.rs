use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::parse_time;

/// Certificates: what they are, and whether the set is complete and sound
#[derive(Debug, Args)]
pub struct CertArgs {
    #[command(subcommand)]
    pub command: CertCommand,
}

#[derive(Debug, Subcommand)]
pub enum CertCommand {
    Show(CertShowArgs),
}

/// What a certificate is for, whose it is, how long it lasts
///
/// Reads PEM, DER and bare Base64, chains, and the JSON that the API answers to /certificates/retrieve.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ksef-qr cert show firm.crt
  ksef-qr cert show *.crt --json

Whether a certificate was revoked is for KSeF alone to say. A PESEL is shown with --show-pesel only.

Exit status: 0 all read, 1 some were not, 2 none was.")]
pub struct CertShowArgs {
    /// Certificates, or files of several
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
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
