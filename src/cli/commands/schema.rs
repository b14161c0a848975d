//! `ksef-qr schema`: the JSON Schemas of what the commands write.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde::Deserialize;

use crate::cli::exit::ExitStatus;
use crate::cli::words::say::print;

macro_rules! schemas {
    ($($name:literal),*) => {
        &[$(($name, include_str!(concat!("../../../docs/schema/", $name, ".json")))),*]
    };
}

/// The files of `docs/schema`, to the byte, by their names.
const SCHEMAS: &[(&str, &str)] = schemas![
    "manifest",
    "watch",
    "check",
    "correct",
    "advise",
    "deadline",
    "number",
    "verify",
    "book-entry",
    "book-due",
    "book-import",
    "book-check",
    "status",
    "cert-show",
    "cert-check",
    "cert-register-list",
    "cert-expiring",
    "key-csr",
    "config-show",
    "error"
];

/// Prints a schema, or the list of them.
pub fn run(name: Option<&str>) -> anyhow::Result<ExitStatus> {
    let Some(name) = name else { return print(list()?.as_bytes()) };
    let schema = SCHEMAS.iter().find(|(known, _)| *known == name);
    let (_, text) = schema.with_context(|| format!("there is no schema {name:?}"))?;
    print(text.as_bytes())
}

/// A line for each, with the title that it has.
fn list() -> anyhow::Result<String> {
    #[derive(Deserialize)]
    struct Titled<'a> {
        title: &'a str,
    }
    let mut list = String::new();
    for (name, text) in SCHEMAS {
        let Titled { title } = serde_json::from_str(text).context("a schema has no title")?;
        writeln!(list, "{name:<18}  {title}")?;
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args;

    #[test]
    fn every_name_that_is_an_argument_has_a_schema() {
        let command = args::command();
        let name = command.find_subcommand("schema").unwrap().get_positionals().next().unwrap();
        let names: Vec<_> = name.get_possible_values().iter().map(|name| name.get_name().to_owned()).collect();
        assert_eq!(names, SCHEMAS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }
}
