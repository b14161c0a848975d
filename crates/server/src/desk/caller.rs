use ksef_qr::Invoice;
use ksef_qr::values::Nip;

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Have codes made: sign, link, confirm, correct.
    Sign,
    /// Have codes put on PDFs.
    Stamp,
    /// Have files and codes looked at: check, verify, deadline.
    Verify,
    /// Read the book and the certificates.
    Read,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sign, Self::Stamp, Self::Verify, Self::Read];

    /// The name in the file of keys: `sign`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Stamp => "stamp",
            Self::Verify => "verify",
            Self::Read => "read",
        }
    }

    /// The scope of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// Who asks, and what they may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name of the key: it stands in the log and in the book.
    pub name: String,
    /// What they may do.
    pub scopes: Vec<Scope>,
    /// For whom they may have invoices signed, and whose invoices they see; none for everybody.
    pub owners: Option<Vec<Nip>>,
}

impl Caller {
    /// Who may do everything.
    pub fn anything(name: &str) -> Self {
        Self { name: name.to_owned(), scopes: Scope::ALL.to_vec(), owners: None }
    }

    /// True if they may.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// True if they may act for this taxpayer.
    pub fn acts_for(&self, nip: Nip) -> bool {
        self.owners.as_ref().is_none_or(|owners| owners.contains(&nip))
    }

    /// True if they may act for one whose invoice this is by what it says: the seller, or who issues it for the seller.
    pub fn acts_for_a_party(&self, invoice: &Invoice) -> bool {
        self.acts_for(invoice.seller()) || invoice.issuers().any(|nip| self.acts_for(nip))
    }
}
