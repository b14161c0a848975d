//! `ksef-qr schema`: the JSON Schemas of what the commands write.

use std::fmt::Write as _;

use anyhow::Context as _;
use clap::ValueEnum as _;
use serde::Deserialize;

use crate::cli::args::{SchemaArgs, SchemaName};
use crate::cli::exit::ExitStatus;
use crate::cli::words::say::print;

/// Prints a schema, or the list of them.
pub fn run(args: &SchemaArgs) -> anyhow::Result<ExitStatus> {
    match args.name {
        Some(name) => print(text(name).as_bytes()),
        None => print(list()?.as_bytes()),
    }
}

/// The file of `docs/schema`, to the byte.
fn text(name: SchemaName) -> &'static str {
    macro_rules! schema {
        ($name:literal) => {
            include_str!(concat!("../../../docs/schema/", $name, ".json"))
        };
    }
    match name {
        SchemaName::Manifest => schema!("manifest"),
        SchemaName::Check => schema!("check"),
        SchemaName::Advise => schema!("advise"),
        SchemaName::Deadline => schema!("deadline"),
        SchemaName::Verify => schema!("verify"),
        SchemaName::CertShow => schema!("cert-show"),
        SchemaName::CertCheck => schema!("cert-check"),
        SchemaName::CertRegisterList => schema!("cert-register-list"),
        SchemaName::CertExpiring => schema!("cert-expiring"),
        SchemaName::KeyCsr => schema!("key-csr"),
    }
}

/// A line for each, with the title that it has.
fn list() -> anyhow::Result<String> {
    #[derive(Deserialize)]
    struct Titled<'a> {
        title: &'a str,
    }
    let mut list = String::new();
    for schema in SchemaName::value_variants() {
        let Titled { title } = serde_json::from_str(text(*schema)).context("a schema has no title")?;
        let name = schema.to_possible_value().context("a schema has no name")?;
        writeln!(list, "{:<18}  {title}", name.get_name())?;
    }
    Ok(list)
}
