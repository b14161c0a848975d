//! `ksef-qr verify`: what the arguments name, to reports on a terminal or as JSON.

mod evidence;
mod line;
mod manifest;
mod output;
mod problem;
mod subject;

use crate::cli::args::VerifyArgs;
use crate::cli::exit::ExitStatus;
use output::Output;

pub fn run(args: &VerifyArgs) -> anyhow::Result<ExitStatus> {
    let verifier = evidence::verifier(args)?;
    let mut output = Output::new(args.json, args.quiet);
    subject::all(args, &verifier, &mut output);
    Ok(output.finish())
}
