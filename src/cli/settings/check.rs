use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::SystemTime;

use ksef_qr::Environment;
use ksef_qr::batch::Source;

use super::options::{When, jobs, sources};
use crate::cli::args::CheckArgs;

/// `ksef-qr check`.
#[derive(Debug)]
pub struct Check {
    pub sources: Vec<Source>,
    pub environment: Environment,
    /// The folder of the Ministry's schemas, if they are asked.
    pub schemas: Option<PathBuf>,
    pub when: Option<When>,
    /// How many files at a time.
    pub jobs: NonZeroUsize,
    pub json: bool,
    pub quiet: bool,
    pub now: SystemTime,
}

impl Check {
    pub fn from_args(args: CheckArgs) -> anyhow::Result<Self> {
        let now = args.when.clock.now();
        Ok(Self {
            when: When::if_given(args.when.mode, args.when.outage)?,
            sources: sources(args.input)?,
            environment: args.env,
            schemas: args.xsd,
            jobs: jobs(&args.jobs),
            json: args.json,
            quiet: args.quiet,
            now,
        })
    }
}
