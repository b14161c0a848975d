//! The pages as HTML. Whatever comes from outside is escaped by the templates; nothing here writes HTML as it is.

mod book;
mod certificates;
mod form;
mod layout;
mod login;
mod results;
mod verify;

pub(super) use book::{DueInvoice, book};
pub(super) use certificates::{CertificateState, KnownCertificate, certificates};
pub(super) use form::{MODES, invoices};
pub(super) use layout::Around;
pub(super) use login::{login, trouble};
pub(super) use results::{Shown, in_short, results};
pub(super) use verify::{LookedAt, Verified, verify};
