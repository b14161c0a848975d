//! `ksef-qr verify`: what the arguments name, to reports on a terminal or as JSON.

mod evidence;
mod files;
mod line;
mod manifest;
mod output;
mod problem;
mod subject;
mod surroundings;

use crate::cli::exit::ExitStatus;
use crate::cli::settings::Verify;
use output::Output;

pub fn run(settings: &Verify) -> anyhow::Result<ExitStatus> {
    let verifier = evidence::verifier(settings)?;
    let mut output = Output::new(settings.json, settings.quiet);
    subject::all(settings, &verifier, &mut output);
    Ok(output.finish())
}
