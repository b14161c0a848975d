use ksef_qr::values::IssueDate;

use super::options::When;
use crate::cli::args::DeadlineArgs;

/// `ksef-qr deadline`.
#[derive(Debug)]
pub struct Deadline {
    pub when: When,
    pub issued: IssueDate,
    pub json: bool,
}

impl Deadline {
    pub fn from_args(args: DeadlineArgs) -> anyhow::Result<Self> {
        Ok(Self { when: When::of(args.mode, args.outage)?, issued: args.issued, json: args.json })
    }
}
