//! A KSeF certificate: whose it is, what it may sign, how long, and which KSeF issued it.

mod issuer;
mod owner;
mod subject;

#[expect(clippy::module_inception, reason = "the noun of this folder, which the others add to")]
mod certificate;

pub use certificate::{Certificate, Purpose};
pub use owner::Owner;
pub use subject::mask_pesel;

pub(super) use certificate::{in_warsaw, is_authority, minute};
#[cfg(feature = "register")]
pub(crate) use issuer::check as check_issuer;
