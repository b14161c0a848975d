//! `ksef-qr completions`.

use clap_complete::Shell;

use crate::cli::args;
use crate::cli::exit::ExitStatus;
use crate::cli::words::say::print;

/// Prints the completion script of a shell.
pub fn run(shell: Shell) -> anyhow::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "ksef-qr", &mut script);
    // The generator for bash writes the hyphen of the name in one way where it sets a state, and in another where it asks for
    // it, so that nothing is ever completed.
    let script = String::from_utf8_lossy(&script).replace("ksef__subcmd__qr__", "ksef__qr__");
    print(script.as_bytes())
}
