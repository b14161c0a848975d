//! The command: arguments (`args`) to checked settings (`settings`), settings to calls of the library, and what comes of
//! them to words and an exit status.

mod args;
mod commands;
mod credential;
mod exit;
mod interrupt;
mod read;
mod scanner;
mod settings;
mod words;

use anyhow::Context as _;
use clap::{CommandFactory as _, Parser as _};
use ksef_qr::batch::Batch;

use args::{Cli, Command, Progress};
use commands::run::config;
use commands::run::{progress, report::Report};
use commands::{advise, cert, check, confirm, deadline, demo, explain, key, schema, stamp, verify};
use exit::ExitStatus;
use interrupt::INTERRUPT;
use words::failure;
use words::say::print;

/// Runs the command that the arguments ask for.
pub fn run() -> ExitStatus {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, and are no failure; nobody reading them is none either.
            _ = error.print();
            return if error.use_stderr() { ExitStatus::Nothing } else { ExitStatus::Done };
        }
    };
    dispatch(cli.command).unwrap_or_else(|error| {
        failure::show(&error);
        ExitStatus::Nothing
    })
}

fn dispatch(command: Command) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Sign(args) => {
            let (quiet, progress) = (args.output.quiet, args.output.progress);
            run_batch(&config::sign(*args)?, quiet, progress)
        }
        Command::Link(args) => {
            let (quiet, progress) = (args.output.quiet, args.output.progress);
            run_batch(&config::link(args)?, quiet, progress)
        }
        Command::Stamp(args) => {
            let (quiet, progress) = (args.output.quiet, args.output.progress);
            run_batch(&stamp::stamp(*args)?, quiet, progress)
        }
        Command::Confirm(args) => {
            let (quiet, progress) = (args.output.quiet, args.output.progress);
            run_batch(&confirm::confirm(*args)?, quiet, progress)
        }
        Command::Check(args) => check::run(args),
        Command::Advise(args) => advise::run(args),
        Command::Deadline(args) => deadline::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Cert(args) => cert::run(&settings::Cert::from_args(args)?),
        Command::Key(args) => key::run(&settings::Key::from_args(args)?),
        Command::Explain(args) => print(explain::text(&args)?.as_bytes()),
        Command::Schema(args) => schema::run(&args),
        Command::Demo(args) => demo::run(&args.out),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "ksef-qr", &mut script);
            print(&script)
        }
        Command::Man { command } => print(&man_page(command.as_deref())?),
    }
}

fn run_batch(batch: &Batch, quiet: bool, progress: Progress) -> anyhow::Result<ExitStatus> {
    interrupt::batch()?;
    let mut report = Report::new(batch, progress::bar(batch, progress, quiet), quiet);
    match batch.run(&INTERRUPT, &mut report) {
        Ok(summary) => Ok(report.finish(&summary)),
        Err(error) => {
            report.stopped();
            Err(error.into())
        }
    }
}

fn man_page(command: Option<&str>) -> anyhow::Result<Vec<u8>> {
    let mut cli = Cli::command();
    cli.build();
    let shown = match command {
        None => cli,
        // Once built, a command knows its full name: the page is ksef-qr-sign(1).
        Some(name) => cli.find_subcommand(name).with_context(|| format!("there is no command {name:?}"))?.clone(),
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(shown).render(&mut page).context("the man page cannot be made")?;
    Ok(page)
}
