use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind, Result};
use crate::values::Day;

/// A failure of KSeF (awaria), from the day the Ministry announced it to the day that it announced as its end
/// (VAT Act, art. 106ne; the announcements stand in its Public Information Bulletin and in the interface
/// software).
///
/// ```
/// use ksef_qr::deadline::Failure;
///
/// # fn main() -> ksef_qr::Result<()> {
/// let failure: Failure = "2025-07-09..2025-07-12".parse()?;
/// assert_eq!(failure, Failure::new("2025-07-09".parse()?, "2025-07-12".parse()?)?);
/// assert_eq!("2025-07-09..".parse(), Ok(Failure::lasting("2025-07-09".parse()?)));
/// assert_eq!("2025-07-12".parse(), Ok(Failure::ended_on("2025-07-12".parse()?)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    announced: Option<Day>,
    ended: Option<Day>,
    is_total: bool,
}

impl Failure {
    /// A failure that was announced and has ended.
    ///
    /// # Errors
    /// `failure_malformed` if it ended before it was announced.
    pub fn new(announced: Day, ended: Day) -> Result<Self> {
        if ended < announced {
            let message = format!("a failure announced on {announced} cannot have ended on {ended}");
            return Err(Error::new(Kind::FailureMalformed, message));
        }
        Ok(Self { announced: Some(announced), ended: Some(ended), is_total: false })
    }

    /// A failure that was announced and lasts.
    pub fn lasting(announced: Day) -> Self {
        Self { announced: Some(announced), ended: None, is_total: false }
    }

    /// A failure whose announcement is not known: it is taken to have been announced after the invoice was
    /// issued, and on the day of its end at the latest.
    pub fn ended_on(ended: Day) -> Self {
        Self { announced: None, ended: Some(ended), is_total: false }
    }

    /// A total failure (awaria całkowita), announced on that day by the mass media. When it ends makes no difference: the
    /// duty to send what was to be sent then ends for good.
    pub fn total(announced: Day) -> Self {
        Self { announced: Some(announced), ended: None, is_total: true }
    }

    /// A failure as the Ministry published it: it may have been announced after it had ended.
    pub(super) fn published(announced: Day, ended: Option<Day>) -> Self {
        Self { announced: Some(announced), ended, is_total: false }
    }

    /// The day it was announced, if known.
    pub fn announced(self) -> Option<Day> {
        self.announced
    }

    /// The day it ended; none if it lasts.
    pub fn ended(self) -> Option<Day> {
        self.ended
    }

    /// True for a total failure.
    pub fn is_total(self) -> bool {
        self.is_total
    }

    /// True if it was announced by that day, and had not ended before; of a total failure that is not known.
    pub(super) fn lasts_on(self, day: Day) -> bool {
        !self.is_total && self.announced.is_some_and(|first| first <= day) && self.ended.is_none_or(|last| day <= last)
    }

    /// The first day that says anything of it.
    pub(super) fn known_from(self) -> Option<Day> {
        self.announced.or(self.ended)
    }
}

/// Reads `ANNOUNCED..ENDED`, `ANNOUNCED..` for one that lasts, or `ENDED` alone.
impl FromStr for Failure {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once("..") {
            None => Ok(Self::ended_on(text.parse()?)),
            Some((announced, "")) => Ok(Self::lasting(announced.parse()?)),
            Some((announced, ended)) => Self::new(announced.parse()?, ended.parse()?),
        }
    }
}

/// As it is read: `2025-07-09..2025-07-12`; a total failure by its day alone.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(announced) = self.announced {
            if self.is_total {
                return announced.fmt(f);
            }
            write!(f, "{announced}..")?;
        }
        self.ended.map_or(Ok(()), |ended| ended.fmt(f))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_and_written_alike() {
        for text in ["2025-07-09..2025-07-12", "2025-07-09..2025-07-09", "2025-07-09..", "2025-07-12"] {
            assert_eq!(text.parse::<Failure>().unwrap().to_string(), text);
        }
    }
}
