use std::collections::HashMap;

use super::checker::Checked;
use crate::error::Kind;
use crate::invoice::{Examination, Fault};
use crate::report::Finding;
use crate::values::{InvoiceHash, Nip};

/// The invoices of a batch so far, by what identifies an invoice to KSeF: the seller's NIP, the kind and the number
/// (`faktury/weryfikacja-faktury.md`; its code 440).
///
/// Holds a digest and the input's name for each, about a hundred bytes an invoice.
#[derive(Debug, Default)]
pub struct Duplicates(HashMap<[u8; 16], Box<str>>);

impl Duplicates {
    /// Adds a finding, `duplicate_invoice`, if an earlier file of the batch is the same invoice. A file that would be
    /// refused anyway does not make another one a duplicate.
    pub fn check(&mut self, input: &str, bytes: &[u8], checked: &mut Checked) {
        let Some(invoice) = checked.invoice().filter(|_| checked.is_accepted()) else { return };
        if let Some(first) = self.earlier(input, invoice.seller(), invoice.kind(), invoice.number()) {
            let message = format!("the invoice {} of this seller is in {first} already", invoice.number());
            let fault = Fault::of_number(Kind::DuplicateInvoice, message);
            let position = Examination::of(bytes).position(&fault);
            checked.add(Finding::fail(fault.kind, fault.message).at(position));
        }
    }

    /// What identifies an invoice to KSeF, in few bytes: two that share it need not be one.
    pub(crate) fn identity(seller: Nip, kind: Option<&str>, number: &str) -> u64 {
        let key = key(seller, kind, number);
        key.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
    }

    /// The earlier input that is the same invoice; if there is none, this one is the first.
    pub(crate) fn earlier(&mut self, input: &str, seller: Nip, kind: Option<&str>, number: &str) -> Option<&str> {
        use std::collections::hash_map::Entry;

        match self.0.entry(key(seller, kind, number)) {
            Entry::Occupied(first) => Some(&**first.into_mut()),
            Entry::Vacant(place) => {
                place.insert(input.into());
                None
            }
        }
    }
}

/// Half a SHA-256 digest, which no two invoices share in practice.
fn key(seller: Nip, kind: Option<&str>, number: &str) -> [u8; 16] {
    // A zero byte stands in no XML document, so no two keys run together.
    let key = format!("{seller}\0{}\0{number}", kind.unwrap_or_default());
    let mut half = [0; 16];
    half.iter_mut().zip(InvoiceHash::of(key.as_bytes()).as_bytes()).for_each(|(half, byte)| *half = *byte);
    half
}
