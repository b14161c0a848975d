//! The command: arguments (`args`) to checked settings (`settings`), settings to calls of the library (`commands`), and
//! what comes of them to words (`words`) and an exit status.

mod args;
mod book;
mod commands;
mod credential;
mod exit;
mod in_order;
mod interrupt;
mod memory;
mod read;
mod settings;
mod words;

use std::borrow::Cow;
use std::ffi::OsString;

use clap::{ArgMatches, FromArgMatches as _};

use args::kept::{self, KeptFile};
use args::{Cli, pasted};
use exit::ExitStatus;
use settings::Command;
use words::failure::{self, ErrorLine};
use words::language;
use words::likely_secret::silenced;
use words::say::{print, say, tell};
use words::text::printable;

/// Runs the command that the arguments ask for.
pub fn run() -> ExitStatus {
    memory::end_where_it_ends();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let is_for_programs = failure::is_for_programs(arguments.iter().cloned());
    let kept = kept::place(&arguments).map(|path| KeptFile::read(&path, &args::command())).transpose();
    let asked = kept::value_of(&arguments, "--lang").and_then(|name| name.to_str());
    language::choose(asked, kept.as_ref().ok().and_then(|kept| kept.as_ref()?.lang.as_deref()));
    if let Err(error) = pasted::check(arguments.iter().skip(1).cloned()) {
        return failed(&error.into(), is_for_programs);
    }
    let (mut command, mut parsed) = understood(&arguments);
    if let Ok(matches) = &parsed {
        match kept {
            Err(error) if kept::concerns(matches, &command) => return failed(&error, is_for_programs),
            Ok(Some(kept)) => {
                let more = kept::arguments(&kept, &command, matches);
                if !more.is_empty() {
                    (command, parsed) = understood(&kept::with(&arguments, more));
                }
            }
            _ => {}
        }
    }
    let cli = match parsed.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches))) {
        Ok((cli, matches)) => match pasted::check_paths(&command, &matches) {
            Ok(()) => cli,
            Err(error) => return failed(&error.into(), is_for_programs),
        },
        Err(error) => {
            return refused(&args::printable_error(error), is_for_programs.then(|| (args::command(), arguments)));
        }
    };
    Command::from_args(cli.command, cli.general)
        .and_then(commands::run)
        .unwrap_or_else(|error| failed(&error, is_for_programs))
}

/// What the arguments say, and the description that understood them, or that has all names and texts.
fn understood(arguments: &[OsString]) -> (clap::Command, Result<ArgMatches, clap::Error>) {
    if let Some(mut part) = args::command_for(arguments)
        && let Ok(matches) = part.try_get_matches_from_mut(arguments)
    {
        return (part, Ok(matches));
    }
    let mut whole = args::command_in_language();
    let parsed = whole.try_get_matches_from_mut(arguments);
    (whole, parsed)
}

/// Arguments that could not be taken. Help and version come this way too, and are no failure; nobody reading them is none either.
/// Programs are told in English, whatever the user reads.
fn refused(error: &clap::Error, programs: Option<(clap::Command, Vec<OsString>)>) -> ExitStatus {
    let words = error.render().to_string();
    let cause = std::error::Error::source(error);
    let is_quoted_raw = cause.is_some_and(|cause| matches!(printable(&cause.to_string()), Cow::Owned(_)));
    match (args::said_in_language(error), silenced(&words)) {
        (Some(said), _) if error.use_stderr() => tell!("{}", silenced(&said).trim_end()),
        (Some(said), _) => _ = print(said.as_bytes()),
        (None, silenced) if error.use_stderr() && (is_quoted_raw || matches!(silenced, Cow::Owned(_))) => {
            silenced.trim_end().lines().for_each(|line| tell!("{}", printable(line)));
        }
        (None, _) => _ = error.print(),
    }
    if !error.use_stderr() {
        return ExitStatus::Done;
    }
    if let Some((english, arguments)) = programs {
        let words = english.try_get_matches_from(arguments).map_or_else(|error| error.render().to_string(), |_| words);
        let cause = cause.and_then(|cause| cause.downcast_ref());
        say!("{}", ErrorLine::of_usage(&words, cause).to_json());
    }
    ExitStatus::Nothing
}

fn failed(error: &anyhow::Error, is_for_programs: bool) -> ExitStatus {
    failure::show(error);
    if is_for_programs {
        say!("{}", ErrorLine::of(error).to_json());
    }
    ExitStatus::Nothing
}
