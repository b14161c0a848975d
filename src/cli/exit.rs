use std::process::ExitCode;

use ksef_qr::manifest::Summary;

/// What the program ends with, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// All was done.
    Done = 0,
    /// Some invoices were refused; the manifest says which and why.
    SomeRefused = 1,
    /// Nothing could be done: usage, credential, output.
    Nothing = 2,
    /// Memory ended in the middle (or a token's library gave up): as if it had been killed there.
    #[cfg(unix)]
    MemoryEnded = 3,
    /// Interrupted by Ctrl-C; what was begun is finished and in the manifest.
    Interrupted = 130,
}

impl ExitStatus {
    /// `found` says whether there was any invoice to read: a wrong path alone is a mistake of usage.
    pub fn of(summary: &Summary, found: bool) -> Self {
        match summary {
            Summary { interrupted: true, .. } => Self::Interrupted,
            Summary { refused: 1.., .. } if !found => Self::Nothing,
            Summary { refused: 0, .. } => Self::Done,
            _ => Self::SomeRefused,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_contract() {
        let of = |refused, interrupted, found| {
            let mut summary = Summary::default();
            (summary.refused, summary.interrupted) = (refused, interrupted);
            ExitStatus::of(&summary, found)
        };
        let codes = [(0, false), (3, false), (0, true), (3, true)];
        assert_eq!(codes.map(|(refused, interrupted)| of(refused, interrupted, true) as u8), [0, 1, 130, 130]);
        assert_eq!(of(1, false, false), ExitStatus::Nothing);
        assert_eq!(ExitStatus::Nothing as u8, 2);
    }
}
