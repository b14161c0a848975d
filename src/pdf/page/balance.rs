use crate::error::{Error, Kind, Result};

/// What forms leave marked, on one page: each of it is closed.
const MOST_MARKED: usize = 100_000;

/// How content leaves its nesting.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::pdf) struct Balance {
    /// `Q` without a `q`.
    pub(in crate::pdf) closed: usize,
    /// `q` without a `Q`.
    pub(in crate::pdf) open: usize,
    /// `BDC` without an `EMC`.
    pub(in crate::pdf) marked: usize,
    /// `BT` without an `ET`.
    pub(in crate::pdf) text: bool,
    /// A path that was begun, or a clip, and not painted.
    pub(in crate::pdf) path: bool,
}

impl Balance {
    /// Adds what a form leaves open: in some readers it stays open behind the form. What a form closes is not taken off, as in
    /// others it closes nothing of the page.
    pub(super) fn inherit(&mut self, form: Self) -> Result<()> {
        self.marked += form.marked;
        if self.marked > MOST_MARKED {
            return Err(Error::new(Kind::PdfLimits, "forms leave marked content open a hundred thousand times"));
        }
        self.text |= form.text;
        self.path |= form.path;
        Ok(())
    }
}
