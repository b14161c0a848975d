//! What each mask would cost: the four rules of ISO/IEC 18004 7.8.3, for all eight masks at once.

mod count;
mod rules;
mod strip;

pub(super) use rules::penalties;
#[cfg(test)]
pub(super) use rules::tests::plain_penalty;
pub(super) use strip::{ByMask, Strip};
