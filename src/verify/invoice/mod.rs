//! A link beside the invoices at hand; and where the digests differ, why.

mod canonical;
pub(super) mod compare;
mod digest_cause;
