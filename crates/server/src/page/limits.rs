//! How much the page takes and keeps.

use std::time::Duration;

/// So many files are taken at once.
pub(super) const MOST_FILES: usize = 200;

/// So large may an upload be, in megabytes.
pub(super) const LARGEST_UPLOAD_MB: usize = 50;

/// The same in bytes.
pub(super) const LARGEST_UPLOAD: usize = LARGEST_UPLOAD_MB * 1_000_000;

/// Results can be downloaded for so long.
pub(super) const KEPT: Duration = Duration::from_secs(60 * 60);

/// So many results are kept for one session; the oldest gives way.
pub(super) const MOST_RESULTS: usize = 20;

/// All that is kept on the disk for all sessions, in bytes.
pub(super) const MOST_ON_DISK: u64 = 2_000_000_000;

/// So many invoices of the book are listed.
pub(super) const MOST_DUE: usize = 500;
