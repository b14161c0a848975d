//! Where something is drawn on a page.

mod annotations;
#[expect(clippy::module_inception, reason = "the noun of this folder")]
mod ink;
mod ink_map;
pub(in crate::pdf) mod occupied;
mod sign_lines;

pub(in crate::pdf) use ink::Ink;
pub(in crate::pdf) use ink_map::InkMap;
