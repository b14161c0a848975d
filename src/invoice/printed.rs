//! What an invoice says that is printed beside its codes and decides nothing.

use std::borrow::Cow;

use super::form::Field;
use crate::xml::collapse;

/// `TZnakowy512` of the schemas, in characters. PEF sets no limit; this one holds for it too.
const LONGEST: usize = 512;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Printed {
    pub(super) seller_name: Single,
    pub(super) buyer_name: Single,
    pub(super) total: Single,
    pub(super) currency: Single,
}

impl Printed {
    /// Takes the text of an element, `is_mixed` if there is an element in it.
    pub(super) fn take(&mut self, field: Field, text: Cow<'_, str>, is_mixed: bool) {
        let single = match field {
            Field::SellerName => &mut self.seller_name,
            Field::BuyerName => &mut self.buyer_name,
            Field::Total => &mut self.total,
            Field::Currency => &mut self.currency,
            _ => return,
        };
        single.take(text, is_mixed);
    }
}

/// A text that should occur once. KSeF refuses an invoice in which it does not; this crate does not, because the links do
/// not depend on it. Of two texts neither is printed, as it might be the wrong one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Single {
    #[default]
    Missing,
    Once(String),
    Unclear,
}

impl Single {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Once(text) => Some(text),
            Self::Missing | Self::Unclear => None,
        }
    }

    fn take(&mut self, text: Cow<'_, str>, is_mixed: bool) {
        let text = match collapse(&text) {
            Cow::Borrowed(_) => text.into_owned(),
            Cow::Owned(collapsed) => collapsed,
        };
        let is_first = matches!(self, Self::Missing);
        let fits = text.len() <= LONGEST || text.chars().count() <= LONGEST;
        *self = if is_first && !is_mixed && fits && !text.is_empty() { Self::Once(text) } else { Self::Unclear };
    }
}
