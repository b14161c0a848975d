//! The help in Polish: the command line with its English texts replaced.

use std::fmt::Write as _;

use clap::builder::PossibleValue;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::cli::words::catalog::polish;
use crate::cli::words::text::printable;

/// The same command line, in Polish.
pub fn in_polish(command: Command) -> Command {
    let mut command = command.subcommand_value_name("POLECENIE");
    command.build();
    replaced(command)
}

/// What is wrong with the arguments of a command line, in Polish; none for what is not wrong (help, version).
pub fn error_in_polish(error: &clap::Error, command: fn() -> Command) -> Option<String> {
    let shown = |kind| match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    };
    let arg = shown(ContextKind::InvalidArg).unwrap_or_default();
    let value = shown(ContextKind::InvalidValue).unwrap_or_default();
    let mut words = match error.kind() {
        ErrorKind::UnknownArgument if !arg.starts_with('-') => format!("nieoczekiwany argument „{arg}”"),
        ErrorKind::UnknownArgument => format!("nieznana opcja „{arg}”"),
        ErrorKind::InvalidSubcommand => {
            format!("nieznane polecenie „{}”", shown(ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        ErrorKind::MissingRequiredArgument => format!("brakuje wymaganych argumentów: {arg}"),
        ErrorKind::MissingSubcommand => "brakuje polecenia".to_owned(),
        ErrorKind::ArgumentConflict => match shown(ContextKind::PriorArg).filter(|prior| *prior != arg) {
            Some(prior) => format!("„{arg}” nie można użyć razem z „{prior}”"),
            None => format!("„{arg}” można podać tylko raz"),
        },
        ErrorKind::InvalidValue if value.is_empty() => format!("„{arg}” wymaga wartości"),
        ErrorKind::InvalidValue => format!("„{arg}” nie przyjmuje wartości „{value}”"),
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(|why| polish().foreign(&why.to_string()).into_owned());
            let why = why.map(|why| format!(": {}", printable(&why))).unwrap_or_default();
            format!("„{arg}” nie przyjmuje wartości „{value}”{why}")
        }
        ErrorKind::TooManyValues => format!("„{arg}” nie przyjmuje wartości „{value}”: jest ich za dużo"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            let number = |kind| match error.get(kind) {
                Some(ContextValue::Number(number)) => number.to_string(),
                _ => "?".to_owned(),
            };
            let least =
                error.get(ContextKind::MinValues).map_or(ContextKind::ExpectedNumValues, |_| ContextKind::MinValues);
            format!("„{arg}” ma wartości: {}, a wymaga: {}", number(ContextKind::ActualNumValues), number(least))
        }
        ErrorKind::InvalidUtf8 => "argument nie jest w UTF-8".to_owned(),
        ErrorKind::NoEquals => format!("„{arg}” podaje się ze znakiem równości"),
        _ => return None,
    };
    if let Some(ContextValue::Strings(known)) = error.get(ContextKind::ValidValue)
        && !known.is_empty()
    {
        _ = write!(words, "\n  [wartości: {}]", with_others(known, &command()));
    }
    let similar = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    if let Some(similar) = similar.into_iter().find_map(shown) {
        _ = write!(words, "\n\n  podobne: {similar}");
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        _ = write!(words, "\n\n{}", usage_in_polish(&usage.to_string()));
    }
    Some(format!("{words}\n\nWięcej informacji podaje „--help”."))
}

/// The values that an option takes, each with the words that mean the same: `failure (albo: awaria)`.
fn with_others(known: &[String], command: &Command) -> String {
    let values = option_of(command, known).unwrap_or_default();
    let told = known.iter().map(|name| {
        let value = values.iter().find(|value| value.get_name() == name);
        let others: Vec<&str> = value.into_iter().flat_map(|value| value.get_name_and_aliases().skip(1)).collect();
        if others.is_empty() { name.clone() } else { format!("{name} (albo: {})", others.join(", ")) }
    });
    told.collect::<Vec<_>>().join(", ")
}

/// The values of the option that takes just these.
fn option_of(command: &Command, known: &[String]) -> Option<Vec<PossibleValue>> {
    let is_it = |values: &Vec<PossibleValue>| values.iter().map(PossibleValue::get_name).eq(known.iter());
    let mut values = command.get_arguments().map(Arg::get_possible_values);
    values.find(is_it).or_else(|| command.get_subcommands().find_map(|below| option_of(below, known)))
}

/// What clap writes into a text of its own.
pub fn usage_in_polish(text: &str) -> String {
    text.replace("Usage:", "Użycie:").replace("[OPTIONS]", "[OPCJE]")
}

/// Every text of the command line in English, as it is looked up.
#[cfg(test)]
pub fn texts(command: &Command) -> Vec<String> {
    let (mut texts, mut command) = (Vec::new(), command.clone());
    command.build();
    _ = each_text(command, &mut |text| {
        texts.push(text.to_owned());
        None
    });
    texts
}

fn replaced(command: Command) -> Command {
    each_text(command, &mut |english| polish().text(english).map(str::to_owned))
}

/// Asks for another text in place of each.
fn each_text(command: Command, text: &mut dyn FnMut(&str) -> Option<String>) -> Command {
    let mut command = command
        .help_template("{before-help}{about-with-newline}\nUżycie: {usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("Polecenia");
    if let Some(about) = command.get_about().map(ToString::to_string) {
        command = command.about(paragraphs(&about, text));
    }
    if let Some(about) = command.get_long_about().map(ToString::to_string) {
        command = command.long_about(paragraphs(&about, text));
    }
    if let Some(after) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(examples(&after, text));
    }
    if let Some(after) = command.get_after_long_help().map(ToString::to_string) {
        command = command.after_long_help(examples(&after, text));
    }
    // Under a heading clap sorts by name, and arguments are given in their order.
    let mut place = 1000;
    command = command.mut_args(|arg| {
        let arg = argument(arg, text);
        place += 1;
        if arg.is_positional() { arg.display_order(place) } else { arg }
    });
    command.mut_subcommands(|below| each_text(below, text))
}

fn argument(arg: Arg, text: &mut dyn FnMut(&str) -> Option<String>) -> Arg {
    let mut arg = arg;
    let heading = match arg.get_help_heading() {
        Some(heading) => text(heading).map(leaked),
        None if arg.is_positional() => Some("Argumenty"),
        None => Some("Opcje"),
    };
    if let Some(heading) = heading {
        arg = arg.help_heading(heading);
    }
    if arg.get_action().takes_values()
        && let Some(names) = arg.get_value_names()
    {
        let names: Vec<&'static str> =
            names.iter().map(|name| leaked(text(name).unwrap_or_else(|| name.to_string()))).collect();
        arg = arg.value_names(names);
    }
    // Behind the first line, as clap puts it there in English.
    let default = (!arg.is_hide_default_value_set() && arg.get_action().takes_values())
        .then(|| arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned()))
        .flatten();
    let values: Vec<String> = match arg.is_hide_possible_values_set() || !arg.get_action().takes_values() {
        true => Vec::new(),
        false => arg
            .get_possible_values()
            .iter()
            .filter(|value| !value.is_hide_set())
            .map(|value| value.get_name().to_owned())
            .collect(),
    };
    let mut notes = String::new();
    if let Some(default) = default {
        notes = format!(" [domyślnie: {default}]");
    }
    if !values.is_empty() {
        notes = format!("{notes} [wartości: {}]", values.join(", "));
    }
    let with_notes = |text: String, gap: &str| match notes.trim() {
        "" => text,
        notes => format!("{text}{gap}{notes}"),
    };
    if let Some(help) = arg.get_help().map(ToString::to_string) {
        let help = paragraphs(&help, text);
        if let Some(long) = arg.get_long_help().map(ToString::to_string) {
            arg = arg.long_help(with_notes(paragraphs(&long, text), "\n\n"));
        } else if !notes.is_empty() {
            arg = arg.long_help(with_notes(help.clone(), "\n\n"));
        }
        arg = arg.help(with_notes(help, " "));
    }
    arg.hide_default_value(true).hide_possible_values(true)
}

/// A text of one or more paragraphs; each is looked up by itself, and of a list each line.
fn paragraphs(english: &str, text: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut done = Vec::new();
    for paragraph in english.split("\n\n") {
        let lines: Vec<String> = match paragraph.contains("\n- ") || paragraph.starts_with("- ") {
            true => paragraph.lines().map(|line| text(line).unwrap_or_else(|| line.to_owned())).collect(),
            false => vec![text(paragraph).unwrap_or_else(|| paragraph.to_owned())],
        };
        done.push(lines.join("\n"));
    }
    done.join("\n\n")
}

/// Commands to copy stay, what is said of them is looked up: lines of the same indentation that follow each other are one text.
fn examples(english: &str, text: &mut dyn FnMut(&str) -> Option<String>) -> String {
    const COMMAND: usize = 4;
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut done = String::new();
    let mut lines = english.lines().peekable();
    while let Some(line) = lines.next() {
        let depth = indentation(line);
        if line.is_empty() || depth >= COMMAND || line.trim_start().starts_with("ksef-qr ") {
            done.push_str(line);
        } else {
            let mut said = line.trim_start().to_owned();
            while let Some(next) = lines.next_if(|next| {
                !next.is_empty() && indentation(next) == depth && !next.trim_start().starts_with("ksef-qr ")
            }) {
                said = format!("{said}\n{}", next.trim_start());
            }
            let gap = " ".repeat(depth);
            let said = text(&said).unwrap_or(said);
            done.push_str(&gap);
            done.push_str(&said.replace('\n', &format!("\n{gap}")));
        }
        if lines.peek().is_some() {
            done.push('\n');
        }
    }
    done
}

/// Once a run: clap keeps names for ever.
fn leaked(text: String) -> &'static str {
    text.leak()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// English stands in the code; a translator has the other half.
    #[test]
    fn every_text_of_the_help_is_said_in_polish() {
        let is_said = |text: &str| polish().text(text).is_some();
        let names = |text: &str| !text.contains(char::is_lowercase) || text.starts_with("ksef-qr ");
        let missing: Vec<String> =
            texts(&crate::cli::args::command()).into_iter().filter(|text| !is_said(text) && !names(text)).collect();
        assert!(missing.is_empty(), "without Polish: {missing:#?}");
    }

    #[test]
    fn the_polish_command_line_is_well_formed_and_takes_the_same() {
        let command = in_polish(crate::cli::args::command());
        command.clone().debug_assert();
        let line = ["ksef-qr", "sign", "a.xml", "--env", "test", "--mode", "awaria", "--format", "png,svg"];
        assert!(command.clone().try_get_matches_from(line).is_ok());
        let help = command.clone().find_subcommand_mut("sign").unwrap().render_long_help().to_string();
        for english in ["Usage", "Options:", "[default", "[possible", "Print help"] {
            assert!(!help.contains(english), "{english}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_polish() {
        let command = in_polish(crate::cli::args::command());
        let said = |line: &str| {
            let error = command.clone().try_get_matches_from(line.split(' ')).unwrap_err();
            error_in_polish(&error, crate::cli::args::command).unwrap_or_else(|| panic!("{line}: {error}"))
        };
        for (line, words) in [
            ("ksef-qr sign", "brakuje wymaganych argumentów"),
            ("ksef-qr sing a.xml", "nieznane polecenie „sing”"),
            ("ksef-qr sign a.xml --ot x", "nieznana opcja „--ot”"),
            ("ksef-qr sign a.xml --env nowy", "nie przyjmuje wartości „nowy”"),
            ("ksef-qr sign a.xml --out", "wymaga wartości"),
            ("ksef-qr sign a.xml --cert a --p12 b", "nie można użyć razem z"),
            (
                "ksef-qr sign a.xml --mode x",
                "unavailable (albo: unavailability, niedostepnosc, niedostepny), failure (albo: awaria",
            ),
            ("ksef-qr stamp a.pdf --x-mm x", "to nie jest liczba"),
            ("ksef-qr sign a.xml --jobs x", "to nie jest liczba całkowita"),
            ("ksef-qr print a.xml --language de", "nie jest językiem faktur"),
        ] {
            let found = said(line);
            assert!(found.contains(words) && !found.contains("Usage"), "{line}: {found}");
        }
    }
}
