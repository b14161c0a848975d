//! Settings that are kept in a file, so that nobody types them again: `ksef-qr.toml`. Its keys are the names of options, and what
//! it says becomes arguments where the command line and the variables say nothing. One file counts, never two.

mod file;
mod key;
mod place;

use std::collections::HashSet;
use std::ffi::OsString;

use clap::ArgMatches;
use clap::parser::ValueSource;

pub use file::{KeptFile, KeptValue};
pub use key::KEYS;
pub use place::{place, place_to_write, value_of};

/// Commands that make such a file, or tell of it: nothing of it is theirs.
const ABOUT: [&str; 2] = ["config", "init"];

/// Sources of codes, of which one counts at a time: if the command line names one, none of the file's does.
const SOURCES: [&str; 9] =
    ["cert", "p12", "pkcs11", "credentials", "codes", "ksef-number", "upo", "kod1-alone", "no-codes"];
/// What belongs to the file's source of codes.
const OF_SOURCE: [&str; 8] = ["cert", "key", "p12", "p12-entry", "pkcs11", "credentials", "use", "owner"];
/// Sources that sign nothing now.
const UNSIGNED: [&str; 5] = ["codes", "ksef-number", "upo", "kod1-alone", "no-codes"];
/// Options of which one takes the other's place, and what the second is left out for.
const INSTEAD: [(&str, &str); 11] = [
    ("key", "p12"),
    ("key", "pkcs11"),
    ("key", "credentials"),
    ("use", "owner"),
    ("owner", "use"),
    ("context", "on-behalf"),
    ("on-behalf", "context"),
    ("page", "new-page"),
    ("new-page", "page"),
    ("book", "book-password-file"),
    ("no-codes", "book"),
];

/// The arguments that a file adds to those that were given, for the command they are of.
pub fn arguments(kept: &KeptFile, command: &clap::Command, matches: &ArgMatches) -> Vec<OsString> {
    let (path, command, matches) = leaf(command, matches);
    if !takes(&path) {
        return Vec::new();
    }
    let given: HashSet<&str> = command
        .get_arguments()
        .filter(|arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine))
        .filter_map(|arg| arg.get_long())
        .collect();
    let left_out = |name: &str| {
        let source_is_given = SOURCES.iter().any(|source| given.contains(source));
        let is_unsigned = UNSIGNED.iter().any(|source| given.contains(source));
        given.contains(name)
            || source_is_given && (OF_SOURCE.contains(&name) || name == "password-file")
            || is_unsigned && ["context", "on-behalf"].contains(&name)
            || INSTEAD.iter().any(|(one, other)| *other == name && given.contains(one))
    };
    let mut arguments = Vec::new();
    for KeptValue { key, value, .. } in &kept.values {
        if left_out(key.name) || key.variable_is_set() || !key.is_for(&path) {
            continue;
        }
        let Some(arg) = command.get_arguments().find(|arg| arg.get_long() == Some(key.name)) else { continue };
        let mut argument = OsString::from(format!("--{}", key.name));
        if arg.get_action().takes_values() {
            argument.push("=");
            argument.push(value);
        } else if value != "true" {
            continue;
        }
        arguments.push(argument);
    }
    arguments
}

/// True if the command that the arguments name looks at such a file: a mistake in it concerns the command.
pub fn concerns(matches: &ArgMatches, command: &clap::Command) -> bool {
    let (path, command, _) = leaf(command, matches);
    takes(&path)
        && KEYS.iter().any(|key| {
            key.is_for(&path)
                && command.get_arguments().any(|arg| arg.get_long() == Some(key.name) && !arg.is_global_set())
        })
}

/// Arguments with further ones, which stand before `--`: what follows it are names of files.
pub fn with(arguments: &[OsString], more: Vec<OsString>) -> Vec<OsString> {
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let (before, after) = arguments.split_at(end);
    before.iter().cloned().chain(more).chain(after.iter().cloned()).collect()
}

fn takes(path: &[&str]) -> bool {
    path.first().is_some_and(|name| !ABOUT.contains(name))
}

/// The command that is run: `watch stamp`.
fn leaf<'a>(command: &'a clap::Command, matches: &'a ArgMatches) -> (Vec<&'a str>, &'a clap::Command, &'a ArgMatches) {
    let (mut path, mut command, mut matches) = (Vec::new(), command, matches);
    while let Some((name, below)) = matches.subcommand() {
        let Some(found) = command.find_subcommand(name) else { break };
        path.push(name);
        (command, matches) = (found, below);
    }
    (path, command, matches)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::key::Key;
    use super::*;

    fn arguments_of(line: &str, kept: &[(&str, &str)]) -> Vec<String> {
        let command = crate::cli::args::command();
        let values = kept.iter().map(|(name, value)| KeptValue {
            key: Key::named(name).unwrap(),
            value: (*value).into(),
            line: 1,
        });
        let kept = KeptFile { path: "ksef-qr.toml".into(), values: values.collect(), lang: None };
        let matches = command.clone().try_get_matches_from(line.split(' ')).unwrap();
        arguments(&kept, &command, &matches).into_iter().map(|argument| argument.into_string().unwrap()).collect()
    }

    const FIRM: &[(&str, &str)] =
        &[("cert", "f.crt"), ("key", "f.key"), ("password-file", "f.pw"), ("on-behalf", "true")];

    #[test]
    fn what_the_command_line_says_is_not_said_again() {
        assert_eq!(
            arguments_of("ksef-qr sign a.xml", FIRM),
            ["--cert=f.crt", "--key=f.key", "--password-file=f.pw", "--on-behalf"]
        );
        assert_eq!(arguments_of("ksef-qr sign a.xml --p12 x.p12", FIRM), ["--on-behalf"]);
        assert_eq!(
            arguments_of("ksef-qr sign a.xml --password-file other", FIRM),
            ["--cert=f.crt", "--key=f.key", "--on-behalf"]
        );
        assert!(arguments_of("ksef-qr stamp a.pdf --codes m.ndjson", FIRM).is_empty());
        assert!(arguments_of("ksef-qr print a.xml --no-codes", FIRM).is_empty());
        assert_eq!(
            arguments_of("ksef-qr stamp a.pdf --new-page", &[("page", "last"), ("env", "demo")]),
            ["--env=demo"]
        );
    }

    #[test]
    fn a_command_gets_what_it_knows() {
        assert!(arguments_of("ksef-qr link a.xml", FIRM).is_empty());
        assert!(arguments_of("ksef-qr cert check --cert a.crt", &[("key", "f.key"), ("out", "x")]).is_empty());
        assert_eq!(arguments_of("ksef-qr watch stamp in", &[("corner", "top-left")]), ["--corner=top-left"]);
        assert!(arguments_of("ksef-qr demo", &[("out", "x")]).is_empty());
        assert_eq!(
            arguments_of("ksef-qr check a.xml", &[("env", "test"), ("quiet", "true")]),
            ["--env=test", "--quiet"]
        );
    }

    #[test]
    fn every_key_is_an_option_and_takes_effect_somewhere() {
        fn all(command: &clap::Command) -> Vec<&clap::Command> {
            std::iter::once(command).chain(command.get_subcommands().flat_map(all)).collect()
        }
        let command = crate::cli::args::command();
        for key in KEYS {
            let is_option =
                |command: &&clap::Command| command.get_arguments().any(|arg| arg.get_long() == Some(key.name));
            assert!(all(&command).iter().any(is_option), "{}", key.name);
        }
    }

    #[test]
    fn options_are_seen_before_they_are_understood() {
        let arguments = ["ksef-qr", "sign", "--config", "a", "--lang=pl", "--", "--config", "b"].map(OsString::from);
        assert_eq!(value_of(&arguments, "--config"), Some(OsStr::new("a")));
        assert_eq!(value_of(&arguments, "--lang"), Some(OsStr::new("pl")));
        assert_eq!(value_of(&arguments, "--no"), None);
        let all = with(&arguments, vec!["--env=test".into()]);
        assert_eq!(all[5], "--env=test");
        assert_eq!(all[6], "--");
    }
}
