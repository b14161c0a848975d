//! What KSeF says of the files that it was sent, however it is written.

use crate::error::{Error, Kind, Result};
use crate::values::{Environment, InvoiceHash, KsefNumber, Nip};

/// One answer of KSeF: a UPO, or a page of one; a page of JSON.
pub(super) struct Answer {
    /// Which KSeF, where the answer says it. An answer in JSON may hold several addresses.
    pub(super) environments: Vec<Environment>,
    pub(super) page: Page,
    pub(super) files: Vec<FileStatus>,
}

/// Which part of a longer answer it is.
pub(super) enum Page {
    /// A UPO is whole, or says which of its pages it is.
    Upo(Option<UpoPage>),
    /// An answer in JSON says whether there is more behind it.
    Json { has_more: bool },
}

/// A page of a UPO.
pub(super) struct UpoPage {
    pub(super) session: String,
    pub(super) number: u32,
    pub(super) count: u32,
}

/// What KSeF says of one file.
pub(super) struct FileStatus {
    pub(super) hash: InvoiceHash,
    pub(super) invoice_number: Option<String>,
    pub(super) said: Said,
    /// What a UPO confirms besides.
    pub(super) receipt: Option<Receipt>,
}

/// What the UPO confirms of a file besides its number, as it writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// When KSeF was sent the file, `2026-06-16T11:05:40.841+02:00`.
    pub sent: Option<String>,
    /// When it gave the number.
    pub numbered: Option<String>,
    /// `Online` or `Offline`.
    pub sending: Option<String>,
    /// The reference number of the session.
    pub session: Option<String>,
}

pub(super) enum Said {
    /// It took the file, perhaps as a technical correction of another, whose digest that is.
    Taken { number: KsefNumber, corrects: Option<InvoiceHash> },
    /// It has an invoice of that number already (code 440).
    Duplicate { original: KsefNumber },
    /// Why there is no number.
    NoNumber { status: String },
}

/// A number, beside the seller who is named with it.
pub(super) fn number_of_seller(number: &str, seller: Option<&str>) -> Result<KsefNumber> {
    let number = KsefNumber::parse(number)?;
    match seller.map(Nip::parse).transpose()? {
        Some(seller) if seller != number.seller() => {
            let message = format!("the KSeF number {number} stands beside the seller {seller}");
            Err(Error::new(Kind::UpoContradiction, message))
        }
        _ => Ok(number),
    }
}
