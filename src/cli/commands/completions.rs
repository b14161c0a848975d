//! `ksef-qr completions`.

use clap_complete::Shell;

use crate::cli::args;
use crate::cli::exit::ExitStatus;
use crate::cli::words::say::print;

/// Prints the completion script of a shell.
pub fn run(shell: Shell) -> anyhow::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "ksef-qr", &mut script);
    print(&script)
}
