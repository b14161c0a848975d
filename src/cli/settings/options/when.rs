use std::path::PathBuf;

use anyhow::bail;
use ksef_qr::deadline::{Failure, Mode};

use crate::cli::args::{OfflineMode, OutageArgs};

/// Why invoices were issued outside of KSeF, and what decides by when they are to be sent.
#[derive(Clone, Debug)]
pub struct When {
    pub mode: Mode,
    /// Failures that came later.
    pub failures: Vec<Failure>,
    /// A file with days that are no working days either.
    pub non_working_days: Option<PathBuf>,
    /// The saved answer of Latarnia.
    pub announcements: Option<PathBuf>,
}

impl When {
    /// Of a mode that must be given.
    pub fn of(mode: OfflineMode, outage: OutageArgs) -> anyhow::Result<Self> {
        let OutageArgs { mut ended, failure: mut failures, total_failure, announcements, non_working_days } = outage;
        ended.sort_unstable();
        let first = ended.first().copied();
        let mode = match mode {
            OfflineMode::Offline24 if first.is_some() => {
                bail!("--mode offline24 is no outage that ends; give a failure that came later with --failure")
            }
            OfflineMode::Total if first.is_some() || !failures.is_empty() || !total_failure.is_empty() => {
                bail!("--mode total takes neither --ended nor --failure: such an invoice is never sent to KSeF")
            }
            OfflineMode::Unavailable if ended.len() > 1 => {
                bail!("--mode unavailable takes one --ended; give a failure that came later with --failure")
            }
            // Whatever came later, the first count cannot start, and half an answer could be taken for a whole one.
            OfflineMode::Unavailable | OfflineMode::Failure if first.is_none() && !failures.is_empty() => {
                bail!("--failure needs --ended: the day on which the outage that the invoice was issued in ended")
            }
            OfflineMode::Offline24 => Mode::Offline24,
            OfflineMode::Unavailable => Mode::Unavailable { ended: first },
            OfflineMode::Failure => Mode::Failure { ended: first },
            OfflineMode::Total => Mode::Total,
        };
        failures.extend(ended.into_iter().skip(1).map(Failure::ended_on));
        failures.extend(total_failure.into_iter().map(Failure::total));
        Ok(Self { mode, failures, non_working_days, announcements })
    }

    /// Of a mode that may be left out, with all that belongs to it.
    pub fn if_given(mode: Option<OfflineMode>, outage: OutageArgs) -> anyhow::Result<Option<Self>> {
        let is_given = !outage.ended.is_empty()
            || !outage.failure.is_empty()
            || !outage.total_failure.is_empty()
            || outage.announcements.is_some()
            || outage.non_working_days.is_some();
        match mode {
            Some(mode) => Self::of(mode, outage).map(Some),
            None if is_given => {
                bail!("--ended, --failure, --total-failure, --announcements and --non-working-days need --mode")
            }
            None => Ok(None),
        }
    }

    /// The same, of invoices that get codes.
    pub fn of_codes(mode: Option<OfflineMode>, outage: OutageArgs) -> anyhow::Result<Option<Self>> {
        if mode == Some(OfflineMode::Total) {
            bail!("--mode total: invoices of a total failure carry no codes, and are not sent to KSeF");
        }
        Self::if_given(mode, outage)
    }
}
