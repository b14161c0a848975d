use super::layout::QUIET;
use super::runs::{Runs, parts};
use crate::qr::Symbol;

/// Appends a path of one rectangle for each run of dark modules in a row, and makes room for `after` bytes more.
pub(super) fn push_modules(path: &mut String, symbol: &Symbol, after: usize) {
    let mut bytes = std::mem::take(path).into_bytes();
    RUNS.push(&mut bytes, symbol, after);
    // ASCII follows what was a string.
    *path = String::from_utf8(bytes).unwrap_or_default();
}

/// `M{x} {y}h{run}v1h-{run}z`
static RUNS: Runs = Runs {
    columns: parts(b"M", QUIET as usize, b"", b""),
    rows: parts(b" ", QUIET as usize, b"", b""),
    lengths: parts(b"h", 0, b"v1h-", b"z"),
};
