//! The technical correction (korekta techniczna) of an invoice that was issued offline and that KSeF refused: what differs
//! from the file that it refused, whether that is a matter of form, and what the request to KSeF says.
//!
//! ```
//! use ksef_qr::correction::{Correction, Exceptions, Judgement};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! let first = include_bytes!("../../fixtures/correction/first.xml");
//! let corrected = include_bytes!("../../fixtures/correction/corrected.xml");
//! let answer = include_bytes!("../../fixtures/correction/refused.json");
//!
//! let correction = Correction::between(first, corrected)?.after(answer)?;
//! assert_eq!(correction.judgement(), Judgement::Form);
//! assert_eq!(correction.differences()[0].place, "Faktura/Naglowek/DataWytworzeniaFa");
//! assert_eq!(correction.refusal().and_then(|status| status.code), Some(430));
//!
//! // Nothing but the form is another: the request may be sent.
//! correction.judge(Exceptions::NONE)?;
//! let request = correction.request();
//! assert!(request.offline_mode && request.hash_of_corrected_invoice == correction.first().base64());
//!
//! // An amount is no matter of form.
//! let other = include_bytes!("../../fixtures/correction/amount.xml");
//! let error = Correction::between(first, other)?.judge(Exceptions::NONE).unwrap_err();
//! assert_eq!(error.code(), "correction_changes_content");
//! # Ok(())
//! # }
//! ```
//!
//! What is allowed, the Ministry says in `offline/korekta-techniczna.md` (20.08.2025): the content stays as it is; what a
//! technical fault kept from being taken is put right, such as a breach of the schema, a file that is too large, a
//! duplicate. Which element is content, no document says. Here all of them are, but for the header
//! ([`Judgement`]): a value that is written otherwise and says the same is form, and so is what the schema demands and says
//! that there is nothing to say. What could be either is [`Judgement::Unclear`].
//!
//! The first file is read whatever is wrong with it. Its digest is that of its exact bytes, and is what codes that were
//! printed lead by. KSeF itself compares nothing: it keeps no file that it refused.
//!
//! | file | holds |
//! |---|---|
//! | `correction` | the two files, what differs, the request |
//! | `difference` | one difference, and its judgement |
//! | `compare` | two documents to their differences |
//! | `fields` | what the elements are about, and their Polish names |
//! | `spelling` | two spellings of one value |
//! | `document` | a file as a tree; `lenient` reads its tags and texts, `encoding` its letters |
//!
//! Knows no file, no clock and no book. Who keeps one has in [`Correction::first`], [`Correction::corrected`],
//! [`Correction::judgement`] and [`Correction::differences`] what to keep; a second correction of the same first file is
//! refused as `corrected_already`, one of a file that KSeF took as `correction_of_accepted`.

mod compare;
#[expect(clippy::module_inception, reason = "the noun of this room")]
mod correction;
mod difference;
mod document;
mod encoding;
mod fields;
mod lenient;
mod line;
mod spelling;
mod verdict;

pub use correction::{Correction, Exceptions, Request};
pub use difference::{Change, Difference, Judgement};
pub use line::Circumstances;
pub use verdict::{CorrectionFile, Verdict};
