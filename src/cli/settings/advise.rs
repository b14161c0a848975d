use anyhow::bail;
use clap::ValueEnum as _;
use ksef_qr::KsefNumber;
use ksef_qr::batch::Source;
use ksef_qr::deadline::Mode;
use ksef_qr::values::Day;

use super::options::{is_single, sources};
use crate::cli::args::{AdviseArgs, AdviseMode};

/// `ksef-qr advise`.
#[derive(Debug)]
pub struct Advise {
    pub sources: Vec<Source>,
    /// All that are asked about, `None` for online. One alone is answered with its reasons.
    pub modes: Vec<Option<Mode>>,
    pub number: Option<KsefNumber>,
    /// No number comes from a later day.
    pub today: Day,
    pub json: bool,
}

impl Advise {
    pub fn from_args(args: AdviseArgs) -> anyhow::Result<Self> {
        if args.ksef_number.is_some() && !is_single(&args.input) {
            bail!("--ksef-number is the number of one invoice: give exactly one file");
        }
        let modes = match &args.mode {
            Some(mode) => std::slice::from_ref(mode),
            None => AdviseMode::value_variants(),
        };
        Ok(Self {
            modes: modes.iter().copied().map(mode).collect(),
            sources: sources(args.input)?,
            number: args.ksef_number,
            today: Day::of(args.clock.now()),
            json: args.json,
        })
    }
}

/// When an outage ended does not matter here.
fn mode(mode: AdviseMode) -> Option<Mode> {
    match mode {
        AdviseMode::Online => None,
        AdviseMode::Offline24 => Some(Mode::Offline24),
        AdviseMode::Unavailable => Some(Mode::Unavailable { ended: None }),
        AdviseMode::Failure => Some(Mode::Failure { ended: None }),
        AdviseMode::Total => Some(Mode::Total),
    }
}
