use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Error, Kind, Result};

/// How much work one document may make, counted in bytes: all that is read, unpacked, searched and written because of it,
/// however often. Size alone says nothing: ten thousand references to one large object are a small file.
pub(in crate::pdf) struct Budget(AtomicUsize);

/// What any document may take: some 0.3 s. A larger one may take ten times its size, up to four times as much.
const LEAST: usize = 64 << 20;

/// Reading a byte as values takes so many times as long as unpacking one.
const READING: usize = 10;

impl Budget {
    /// For a file of so many bytes.
    pub(in crate::pdf) fn of(size: usize) -> Self {
        Self(AtomicUsize::new(size.saturating_mul(10).clamp(LEAST, 4 * LEAST)))
    }

    /// What is left, in bytes.
    pub(in crate::pdf) fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Does what may be left undone with half of what is left, and has all of it again afterwards.
    pub(in crate::pdf) fn apart<T>(&self, work: impl FnOnce() -> T) -> T {
        let left = self.left();
        self.0.store(left / 2, Ordering::Relaxed);
        let done = work();
        self.0.store(left, Ordering::Relaxed);
        done
    }

    /// Counts bytes that were unpacked, searched or written.
    ///
    /// # Errors
    /// `pdf_limits`.
    pub(in crate::pdf) fn spend(&self, bytes: usize) -> Result<()> {
        let left = self.left().checked_sub(bytes).ok_or_else(|| {
            Error::new(Kind::PdfLimits, "the PDF asks for more work than its size explains".to_owned())
        })?;
        self.0.store(left, Ordering::Relaxed);
        Ok(())
    }

    /// Counts bytes that were read as values.
    ///
    /// # Errors
    /// `pdf_limits`.
    pub(in crate::pdf) fn spend_reading(&self, bytes: usize) -> Result<()> {
        self.spend(bytes.saturating_mul(READING))
    }
}
