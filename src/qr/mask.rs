use std::fmt;

use super::QUIET_ZONE;
use super::penalty::penalty;
use super::row::Row;
use super::template::Template;
use crate::error::{Error, Kind, Result};

/// The data mask of a symbol, 0 to 7 (ISO/IEC 18004 table 10).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mask(u8);

impl Mask {
    /// All of them.
    pub const ALL: [Self; 8] = [Self(0), Self(1), Self(2), Self(3), Self(4), Self(5), Self(6), Self(7)];

    /// Takes a number from 0 to 7.
    ///
    /// # Errors
    /// `setting_malformed`.
    pub fn new(number: u8) -> Result<Self> {
        if number < 8 {
            Ok(Self(number))
        } else {
            Err(Error::new(Kind::SettingMalformed, format!("{number} is not a QR mask: 0 to 7")))
        }
    }

    /// The number, 0 to 7: the mask pattern reference of the standard.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The mask whose symbol has the lowest penalty, the lowest of them on a tie (ISO/IEC 18004 7.8.3).
    ///
    /// `data` are the unmasked data modules; `size` is the symbol's side in modules.
    pub(super) fn best(data: &[u64], template: &Template, size: usize) -> Self {
        // At 57 and 61 modules, the sizes of a KOD II, a row is one word. At 64 N modules there is no version.
        match size {
            ..64 => Self::best_in::<1>(data, template, size),
            64..128 => Self::best_in::<2>(data, template, size),
            _ => Self::best_in::<3>(data, template, size),
        }
    }

    fn best_in<const N: usize>(data: &[u64], template: &Template, size: usize) -> Self {
        let mut rows = vec![Row::<N>::LIGHT; QUIET_ZONE + size + QUIET_ZONE];
        let score = |&mask: &Self| {
            let data = data.as_chunks().0;
            let overlay = template.rows(mask).as_chunks().0;
            for (row, (&data, &overlay)) in rows[QUIET_ZONE..].iter_mut().zip(data.iter().zip(overlay)) {
                *row = Row(data) ^ Row(overlay);
            }
            penalty(&rows, size)
        };
        Self::ALL.into_iter().min_by_key(score).unwrap_or(Self(0))
    }
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask({self})")
    }
}
