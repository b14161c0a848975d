//! The signature of KOD II beside the certificates at hand; and where it does not verify, why.

pub(super) mod certificates;
mod ecdsa;
mod messages;
mod rsa_pss;
pub(super) mod verification;
