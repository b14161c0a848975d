//! Which document may be handed over for an invoice, and with which codes, as far as the rules say.
//!
//! | mode | no KSeF number yet, the buyer receives it in KSeF | no KSeF number yet, another buyer | with its KSeF number |
//! |---|---|---|---|
//! | online | confirmation, KOD I and KOD II | confirmation, KOD I and KOD II | invoice, KOD I |
//! | offline24, unavailable | confirmation, KOD I and KOD II | invoice, KOD I and KOD II | invoice, KOD I |
//! | failure | invoice, KOD I and KOD II | invoice, KOD I and KOD II | invoice, KOD I |
//! | total | invoice, no codes | invoice, no codes | (it has none) |
//!
//! A buyer receives the invoice in KSeF if it has a Polish NIP. Under KOD I stands the KSeF number if it is known, else
//! `OFFLINE`; under KOD II `CERTYFIKAT`. A VAT RR invoice goes by rules of its own (art. 116).
//!
//! ```
//! use ksef_qr::Invoice;
//! use ksef_qr::advice::{Advice, Asked, Codes, DocumentKind};
//! use ksef_qr::deadline::Mode;
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let xml = include_bytes!("../../fixtures/invoices/good/fa3-basic.xml");
//! let invoice = Invoice::read(xml)?; // its buyer has a NIP
//! let advice = Advice::of(&invoice, Some(Mode::Offline24), None);
//! assert_eq!((advice.document(), advice.codes()), (DocumentKind::Confirmation, Codes::Both));
//! assert_eq!(advice.reasons()[0].source(), "VAT Act, art. 106nda ust. 3");
//! assert_eq!(advice.warning_for(Asked::Invoice).unwrap().code(), "confirmation_expected");
//! # Ok(())
//! # }
//! ```
//!
//! # What it rests on
//!
//! - The VAT Act, art. 106gb, 106nda, 106nf, 106ng, 106nh and, for VAT RR, 116 (Dz. U. 2026 item 1263), in force since
//!   1 February 2026, art. 116 since 1 April.
//! - The regulation on the use of KSeF (Dz. U. 2025 item 1815, amended by Dz. U. 2026 item 169), § 9: what stands on an
//!   invoice used outside of KSeF.
//! - The Ministry's handbook, Podręcznik KSeF 2.0, part II (edition of 6.08.2026, legal state of 1.02.2026), 1.6.5, 1.6.6
//!   and 5.3. The confirmation of a transaction is in no act and no regulation, only in the handbook, and voluntary.
//! - `kody-qr.md` of the repository CIRFMF/ksef-api.
//!
//! It is a reading of these, and no legal or tax advice. What they leave open, or what an invoice does not show, is said
//! with each answer ([`Advice::remarks`]).

mod reasons;
mod rules;

pub use reasons::Reason;
pub use rules::{Advice, Asked, Codes, DocumentKind};
