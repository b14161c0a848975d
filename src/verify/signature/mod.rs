//! The signature of KOD II beside the certificates at hand; and where it does not verify, why.

pub(super) mod certificates;
mod ecdsa;
mod rsa_pss;
mod signed_messages;
pub(super) mod verification;

#[cfg(test)]
mod published_vectors;
