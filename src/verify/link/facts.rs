//! What a link says.

use crate::link::Link;
use crate::values::{CertificateSerial, ContextId, Environment, InvoiceHash, IssueDate, Nip};

/// Which of the two codes a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeKind {
    /// KOD I, which leads to the invoice.
    Kod1,
    /// KOD II, which proves who issued it.
    Kod2,
}

impl CodeKind {
    /// `KOD I`, `KOD II`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kod1 => "KOD I",
            Self::Kod2 => "KOD II",
        }
    }
}

/// What a link says, as far as it can be read. In a well-formed link nothing is missing; in a broken one each fact is what
/// was meant, where that is plain, so that the other checks can go on.
#[derive(Clone, Debug, Default)]
pub(in crate::verify) struct LinkFacts {
    pub(in crate::verify) kind: Option<CodeKind>,
    pub(in crate::verify) environment: Option<Environment>,
    pub(in crate::verify) context: Option<ContextId>,
    pub(in crate::verify) seller: Option<Nip>,
    pub(in crate::verify) issue_date: Option<IssueDate>,
    pub(in crate::verify) serial: Option<CertificateSerial>,
    pub(in crate::verify) hash: Option<InvoiceHash>,
    pub(in crate::verify) signature: Option<Vec<u8>>,
    /// What the signature covers if it covers the link as it stands.
    pub(in crate::verify) signed: String,
}

impl LinkFacts {
    pub(in crate::verify) fn of(link: &Link) -> Self {
        match link {
            Link::Kod1(kod1) => Self {
                kind: Some(CodeKind::Kod1),
                environment: Some(kod1.environment),
                seller: Some(kod1.seller),
                issue_date: Some(kod1.issue_date),
                hash: Some(kod1.hash),
                ..Self::default()
            },
            Link::Kod2(kod2) => Self {
                kind: Some(CodeKind::Kod2),
                environment: Some(kod2.unsigned.environment),
                context: Some(kod2.unsigned.context.clone()),
                seller: Some(kod2.unsigned.seller),
                serial: Some(kod2.unsigned.serial),
                hash: Some(kod2.unsigned.hash),
                signature: Some(kod2.signature.clone()),
                signed: kod2.unsigned.signed_text(),
                issue_date: None,
            },
        }
    }
}
