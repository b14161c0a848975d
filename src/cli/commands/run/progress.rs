use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ksef_qr::batch::{Batch, Input};

use crate::cli::words::say::translated;

/// A bar for runs that take long enough to be seen, on standard error, on a terminal only.
pub fn bar(batch: &Batch, is_wanted: bool) -> ProgressBar {
    if !is_wanted || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let total = count(batch);
    if total < 2 {
        return ProgressBar::hidden();
    }
    shown(total, "{bar:24} {human_pos} of {human_len} invoices, {eta} left")
}

/// A bar for a file of so many bytes that is gone through. None is seen of one that takes no second.
pub fn of_bytes(total: u64, is_wanted: bool) -> ProgressBar {
    const SMALL: u64 = 1_000_000;

    if !is_wanted || total < SMALL || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    shown(total, "{bar:24} {percent} %, {eta} left")
}

fn shown(total: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&translated(template)).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10)).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// How many invoices there are. Standard input cannot be counted without being used up.
fn count(batch: &Batch) -> u64 {
    let mut total = 0;
    for source in batch.sources.iter().filter(|source| source.can_be_counted()) {
        let mut count = |_: Input| {
            total += 1;
            true
        };
        source.each(&mut count, &|| true);
    }
    total
}
