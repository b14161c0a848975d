use clap::{Args, ValueEnum};

/// JSON Schemas of what the commands write for programs
///
/// One for each command that writes JSON (JSON Schema 2020-12). Each stands for itself: it refers to no other file and to
/// no address. What the commands write grows by fields and by types of lines; nothing is changed or removed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  Which there are:
    ksef-qr schema

  The manifest's, to make classes from:
    ksef-qr schema manifest > manifest.schema.json

Exit status: 0 printed, 2 there is no such schema.")]
pub struct SchemaArgs {
    /// Of what; lists them if left out
    #[arg(value_enum, value_name = "NAME")]
    pub name: Option<SchemaName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    #[value(aliases = ["sign", "link", "stamp", "confirm"])]
    Manifest,
    Check,
    Advise,
    Deadline,
    Verify,
    CertShow,
    CertCheck,
    CertRegisterList,
    CertExpiring,
    KeyCsr,
}
