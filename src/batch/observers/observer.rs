use crate::error::{Result, Warning};
use crate::manifest::{Extent, Record};

/// Invoices that are as a run before left them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unchanged {
    /// How many invoices.
    pub invoices: u64,
    /// How many pictures they have.
    pub pictures: u64,
    /// What each is to KSeF, as [`Duplicates::identity`](crate::check::Duplicates::identity) makes it, and where its line is.
    pub(crate) lines: Vec<(u64, Extent)>,
}

/// Who watches a run, in input order.
pub trait Observer {
    /// A record was written to the manifest.
    fn record(&mut self, record: &Record);

    /// So many invoices are as a run before left them, and were not read again: there is no record of them. Only of a run
    /// that [trusts file times](crate::batch::Batch::trusts_file_times).
    fn unchanged(&mut self, unchanged: &Unchanged) {
        _ = unchanged;
    }

    /// The run has ended; `is_whole` if it came to its end. What somebody should look at goes into the summary.
    ///
    /// # Errors
    /// `output_exists`, `output_unwritable`, of an observer that writes a file.
    fn finish(&mut self, is_whole: bool) -> Result<Vec<Warning>> {
        _ = is_whole;
        Ok(Vec::new())
    }
}

impl<O: Observer + ?Sized> Observer for &mut O {
    fn record(&mut self, record: &Record) {
        (**self).record(record);
    }

    fn unchanged(&mut self, unchanged: &Unchanged) {
        (**self).unchanged(unchanged);
    }

    fn finish(&mut self, is_whole: bool) -> Result<Vec<Warning>> {
        (**self).finish(is_whole)
    }
}
