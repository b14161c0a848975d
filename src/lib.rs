//! ksef-qr
mod credential;
mod error;
mod invoice;
mod link;
mod sign;
mod values;
mod warning;

pub use credential::{Certificate, Conditions, Credential, KeyKind, Owner, PrivateKey, Purpose};
pub use error::{CODES, Error, Result};
pub use invoice::{Buyer, Form, Invoice, Party};
pub use link::{Kod1, Kod2, Link, UnsignedKod2};
pub use sign::{
    Algorithm, ContextChoice, ContextSource, Issuer, LinkSigner, SignatureEncoding, SignedLinks, deterministic_signer,
    signer,
};
pub use values::{CertificateSerial, ContextId, Environment, InvoiceHash, IssueDate, KsefNumber, Nip, Rule, Rules};
pub use warning::Warning;
