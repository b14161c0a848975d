/// What a buyer is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// The invoice: its picture on paper or as a PDF.
    Invoice,
    /// The confirmation of the transaction (potwierdzenie transakcji): voluntary, no invoice and no tax document. The
    /// invoice is received in KSeF.
    Confirmation,
}

impl Document {
    /// The word in JSON: `invoice` or `confirmation`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::Confirmation => "confirmation",
        }
    }
}

/// Which codes stand on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codes {
    /// None.
    None,
    /// KOD I alone, with the KSeF number under it.
    Kod1,
    /// KOD I with `OFFLINE` and KOD II with `CERTYFIKAT`.
    Both,
}

/// What somebody wants to make for an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asked {
    /// The invoice on paper or as a PDF, to be handed over with its codes.
    Invoice,
    /// The confirmation of the transaction.
    Confirmation,
    /// Both codes, whatever they are put on.
    Codes,
}
