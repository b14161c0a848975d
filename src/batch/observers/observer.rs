use crate::error::{Result, Warning};
use crate::manifest::Record;

/// Who watches a run, in input order.
pub trait Observer {
    /// A record was written to the manifest.
    fn record(&mut self, record: &Record);

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

    fn finish(&mut self, is_whole: bool) -> Result<Vec<Warning>> {
        (**self).finish(is_whole)
    }
}
