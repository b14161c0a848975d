//! What the program says about itself.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Explain a code: what it means, and what to do
///
/// Every refusal, warning and finding has a code, which stands in brackets behind it, and in JSON as "code". Without a
/// CODE all are listed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr explain certificate_is_authentication
  ksef-qr explain | grep password

Exit status: 0 explained, 2 there is no such code.")]
pub struct ExplainArgs {
    /// The code, such as password_wrong
    pub code: Option<String>,
    /// All codes as a page of Markdown: docs/codes.md
    #[arg(long, hide = true, conflicts_with = "code")]
    pub markdown: bool,
}

/// Print the JSON Schema of what a command writes
///
/// There is one for each command that writes JSON (JSON Schema 2020-12). None refers to another file or to an address.
/// What the commands write grows by fields and by types of lines; nothing is changed or removed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  List all:
    ksef-qr schema

  The manifest's, to generate classes from:
    ksef-qr schema manifest > manifest.schema.json

Exit status: 0 printed, 2 there is no such schema.")]
pub struct SchemaArgs {
    /// Of which command, such as verify or cert-show; lists all if left out
    ///
    /// That of sign, link, stamp and confirm is the manifest's; error is that of the line by which any command says why it
    /// failed.
    #[arg(value_enum, value_name = "NAME", hide_possible_values = true)]
    pub name: Option<SchemaName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    #[value(aliases = ["sign", "link", "stamp", "confirm"])]
    Manifest,
    Watch,
    Check,
    Correct,
    Advise,
    Deadline,
    Number,
    Verify,
    BookEntry,
    BookDue,
    BookImport,
    BookCheck,
    Status,
    CertShow,
    CertCheck,
    CertRegisterList,
    CertExpiring,
    KeyCsr,
    ConfigShow,
    Error,
}

/// See it work: bundled invoices, a throwaway certificate, the test environment
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ksef-qr demo
  ksef-qr demo --out /tmp/demo

The folder holds the results, and the invoices, certificate and key they were made from. Run again,
the demo replaces its own files and no others.")]
pub struct DemoArgs {
    /// Folder for everything
    #[arg(long, value_name = "DIR", default_value = "ksef-qr-demo")]
    pub out: PathBuf,
}

/// Print the completion script of a shell
///
/// For bash: ksef-qr completions bash > ~/.local/share/bash-completion/completions/ksef-qr
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Print a man page (roff)
///
/// To read it: ksef-qr man cert show | man -l -
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Of which command; of ksef-qr itself if left out
    pub command: Vec<String>,
    /// Write the pages of all commands into this folder
    ///
    /// ksef-qr.1, ksef-qr-sign.1 and so on; pages that are there are replaced.
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub out: Option<PathBuf>,
}
