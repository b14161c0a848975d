//! The commands, each in a file or a folder of its name (`link` is in `sign`). They see settings, never arguments.

mod advise;
mod book;
mod cert;
mod check;
mod completions;
mod config;
mod confirm;
mod correct;
mod deadline;
mod demo;
mod explain;
mod init;
mod key;
mod man;
mod number;
mod print;
mod run;
mod schema;
mod sign;
mod stamp;
mod status;
mod verify;
mod watch;

use crate::cli::exit::ExitStatus;
use crate::cli::settings::Command;
use crate::cli::words::say::said;

/// Runs a command.
pub fn run(command: Command) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Sign(settings) => sign::run(*settings),
        Command::Stamp(settings) => stamp::run(*settings),
        Command::Confirm(settings) => confirm::run(*settings),
        Command::Print(settings) => print::run(*settings),
        Command::Watch(settings) => watch::run(*settings),
        Command::Check(settings) => check::run(&settings),
        Command::Correct(settings) => correct::run(&settings).and_then(said),
        Command::Advise(settings) => advise::run(&settings),
        Command::Deadline(settings) => deadline::run(&settings),
        Command::Number(settings) => number::run(&settings),
        Command::Verify(settings) => verify::run(&settings).and_then(said),
        Command::Book(settings) => book::run(&settings).and_then(said),
        Command::Status(settings) => status::run(&settings).and_then(said),
        Command::Cert(settings) => cert::run(&settings),
        Command::Key(settings) => key::run(&settings),
        Command::Init(settings) => init::run(&settings),
        Command::Config(settings) => config::run(&settings).and_then(said),
        Command::Explain { code, markdown } => explain::run(code.as_deref(), markdown),
        Command::Schema { name } => schema::run(name.as_deref()),
        Command::Demo { folder } => demo::run(&folder),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { command, out } => man::run(&command, out.as_deref()),
    }
}
