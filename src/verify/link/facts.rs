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

/// What a link says, as far as it can be made out. Of a well-formed link nothing is missing; of a broken one a part is
/// what was meant, where that is plain, so that the other checks can go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) kind: Option<CodeKind>,
    pub(super) environment: Option<Environment>,
    pub(super) context: Option<ContextId>,
    pub(super) seller: Option<Nip>,
    pub(super) issue_date: Option<IssueDate>,
    pub(super) serial: Option<CertificateSerial>,
    pub(super) hash: Option<InvoiceHash>,
    pub(super) signature: Option<Vec<u8>>,
    /// What the signature covers if it covers the link as it stands.
    pub(super) signed: String,
}

impl Parts {
    pub(super) fn of(link: &Link) -> Self {
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
