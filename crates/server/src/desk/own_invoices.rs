//! Whose an invoice is, and whether a caller may have it worked on.

use std::sync::Arc;

use ksef_qr::batch::Admission;
use ksef_qr::credential::Owner;
use ksef_qr::error::ErrorKind;
use ksef_qr::register::SignsFor;
use ksef_qr::values::{ContextId, Nip};
use ksef_qr::{Error, Invoice, Result};

use super::caller::Caller;
use super::order::Order;
use super::signers::Opened;

/// The invoices of those for whom a caller acts. Asked before the book is: whatever the book has of an invoice, who may not have it
/// signed learns nothing of it and enters nothing for it.
///
/// An invoice that is signed belongs to whom it is signed for. Where nobody signs (a link, a certificate that has ended), it is
/// the seller's and the issuer's.
#[derive(Debug)]
pub(super) struct OwnInvoices {
    caller: Caller,
    opened: Arc<Opened>,
    is_signing: bool,
    context: Option<ContextId>,
}

impl OwnInvoices {
    /// Of an order; none of a caller who acts for everybody.
    pub(super) fn of(caller: &Caller, order: &Order, opened: Arc<Opened>) -> Option<Self> {
        caller.owners.as_ref()?;
        let (is_signing, context) = (order.is_signing(), order.context.clone());
        Some(Self { caller: caller.clone(), opened, is_signing, context })
    }

    /// For whom it is signed, and by which certificate; none if nobody signs it.
    fn signed_for(&self, invoice: &Invoice) -> Option<(Option<Nip>, usize, Owner)> {
        let (index, issuer) = self.opened.of(invoice, self.context.as_ref()).ok().filter(|_| self.is_signing)?;
        let taxpayer = match &self.context {
            Some(context) => context.taxpayer(),
            None => issuer.context_of(invoice).ok()?.context.taxpayer(),
        };
        Some((taxpayer, index, issuer.credential().certificate().owner()))
    }
}

impl Admission for OwnInvoices {
    fn check(&self, invoice: &Invoice) -> Result<()> {
        if let Some(context) = &self.context {
            self.own(context.taxpayer())?;
        }
        let Some((taxpayer, index, owner)) = self.signed_for(invoice) else {
            return if self.caller.acts_for_a_party(invoice) { Ok(()) } else { Err(not_a_party(invoice)) };
        };
        let taxpayer = self.own(taxpayer)?;
        // A context that is given does not open the certificates of others.
        let is_own = matches!(owner, Owner::Nip(owner) if self.caller.acts_for(owner));
        let is_said = match self.opened.signs_for(index) {
            SignsFor::Any => true,
            SignsFor::Listed(nips) => nips.contains(&taxpayer),
            SignsFor::Owner => false,
        };
        match self.context.is_none() || is_own || is_said {
            true => Ok(()),
            false => Err(not_permitted(format!(
                "the certificate that would sign in the context of NIP {taxpayer} is somebody else's"
            ))),
        }
    }
}

impl OwnInvoices {
    fn own(&self, taxpayer: Option<Nip>) -> Result<Nip> {
        taxpayer.filter(|nip| self.caller.acts_for(*nip)).ok_or_else(|| {
            let of = taxpayer.map_or_else(|| "somebody without a NIP".to_owned(), |nip| format!("NIP {nip}"));
            not_permitted(format!("the invoice is issued by {of}, for whom this caller may not sign"))
        })
    }
}

/// The invoice is somebody's for whom the caller does not act.
pub(super) fn not_a_party(invoice: &Invoice) -> Error {
    let nip = invoice.issuers().next().unwrap_or_else(|| invoice.seller());
    not_permitted(format!("the invoice is issued by NIP {nip}, for whom this caller may not sign"))
}

fn not_permitted(message: String) -> Error {
    Error::new(ErrorKind::SignerNotPermitted, message)
}
