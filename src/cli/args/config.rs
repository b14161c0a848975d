//! Settings that are kept, and where they come from.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ksef_qr::Environment;

use super::options::{ENVIRONMENTS, one_of};

/// What holds for every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
pub struct GeneralArgs {
    /// Take settings from this file, and from no other
    ///
    /// If left out, it is the file that the variable KSEF_QR_CONFIG names (empty: none), else ksef-qr.toml beside the
    /// register that --credentials names, else the user's own (`ksef-qr config show` says where). What the command line says
    /// comes first.
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub config: Option<PathBuf>,
    /// Take no settings from a file: for scripts that give every option
    #[arg(long, global = true, conflicts_with = "config", hide_short_help = true)]
    pub no_config: bool,
    /// Language of help, messages and reports: en or pl
    ///
    /// If left out, the variable KSEF_QR_LANG says it, or the language of the system. JSON, codes and files stay as they are.
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = ["en", "pl"], hide_possible_values = true, hide_short_help = true)]
    pub lang: Option<String>,
}

/// Show the settings that are kept, and where each comes from
#[derive(Debug, Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    pub command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    Show(ConfigShowArgs),
}

/// Show each setting, its value and where it comes from
///
/// A setting comes from a variable, from the file of kept settings, or is the default. A setting that is kept has the name of
/// the option that says the same, and the option comes before it.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr config show
  ksef-qr config show --config firm/ksef-qr.toml --json

A file of settings:
    env = \"prod\"
    cert = \"firm.crt\"
    key = \"firm.key\"
    password-file = \"firm.password\"
    out = \"/srv/codes\"
    corner = \"bottom-right\"

Exit status: 0 shown, 2 the file cannot be read, or has a mistake.")]
pub struct ConfigShowArgs {
    /// One line of JSON for each setting
    #[arg(long)]
    pub json: bool,
}

/// Set up: five questions, a trial, and the settings are kept
///
/// Asks which KSeF, which certificate, key and password, and where results go; opens the key, signs an invented invoice into
/// a temporary folder, and writes the answers into the file of settings, which only you can read. After it,
/// `ksef-qr stamp invoices/` is the whole command. What is given as an option is not asked.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr init
  ksef-qr init --config firm/ksef-qr.toml

  Without questions:
    ksef-qr init --env prod --cert firm.crt --key firm.key --password-file firm.password \\
      --out codes

Exit status: 0 written, 2 refused; nothing is written then.")]
pub struct InitArgs {
    /// Which KSeF: prod, demo or test
    #[arg(long, value_name = "ENV", value_parser = one_of::<Environment>(ENVIRONMENTS), hide_possible_values = true)]
    pub env: Option<Environment>,
    /// The type 2 (Offline) KSeF certificate
    ///
    /// Or a PKCS#12 file (.p12, .pfx), or a register of certificates (.toml).
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,
    /// Its private key; not asked for if the certificate's file holds it
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// A file with the key's password as its first line
    ///
    /// Without one the password is asked for each time. The password itself is not kept.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Folder for the results
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The book of invoices, which is there already
    #[arg(long, value_name = "PLACE")]
    pub book: Option<String>,
    /// Replace the file of settings that exists
    #[arg(long)]
    pub overwrite: bool,
}
