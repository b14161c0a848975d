//! The command: arguments (`args`) to checked settings (`settings`), settings to calls of the library (`commands`), and
//! what comes of them to words (`words`) and an exit status.

mod args;
mod commands;
mod credential;
mod exit;
mod interrupt;
mod read;
mod scanner;
mod settings;
mod words;

use clap::FromArgMatches as _;

use args::{Cli, pasted};
use exit::ExitStatus;
use settings::Command;
use words::failure;

/// Runs the command that the arguments ask for.
pub fn run() -> ExitStatus {
    let command = args::command();
    if let Err(error) = pasted::check(&command, std::env::args_os().skip(1)) {
        failure::show(&error.into());
        return ExitStatus::Nothing;
    }
    let parsed = command.clone().try_get_matches().and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let cli = match parsed {
        Ok((cli, matches)) => match pasted::check_paths(&command, &matches) {
            Ok(()) => cli,
            Err(error) => {
                failure::show(&error.into());
                return ExitStatus::Nothing;
            }
        },
        Err(error) => {
            // Help and version come this way too, and are no failure; nobody reading them is none either.
            _ = error.print();
            return if error.use_stderr() { ExitStatus::Nothing } else { ExitStatus::Done };
        }
    };
    Command::from_args(cli.command).and_then(commands::run).unwrap_or_else(|error| {
        failure::show(&error);
        ExitStatus::Nothing
    })
}
