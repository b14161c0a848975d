//! The stages of one invoice, each made whole from the one before:
//!
//! ```text
//! Opened ──accept──▶ Accepted ──link──▶ Linked ──draw──▶ Drawn
//! (bytes)            (invoice)          (links)          (record, files)
//! ```
//!
//! Between `accept` and `link` the names of the files are reserved: an invoice whose files could not be written is not signed.

#[cfg(feature = "book")]
use super::turns::Turns;
use crate::batch::document::{Content, Document, Draft, PdfSource};
use crate::batch::input::{Beside, Input, LARGEST_ACCEPTED, LARGEST_ALLOWED, too_large};
use crate::batch::output::{Destination, PreparedFile, ReservedNames};
use crate::batch::run::earlier::Watch;
use crate::batch::run::number::settle;
use crate::batch::settings::Batch;
use crate::deadline::{Deadline, Mode};
use crate::error::{Error, Result, Warning, WarningKind};
use crate::invoice::Invoice;
use crate::manifest::{DocumentRecord, Done, InvoiceLinks, Picture, Sending, SignedCode, SignedLink};
use crate::render::{Code, PictureFormat, Renderer};
#[cfg(feature = "book")]
use crate::values::Day;
use crate::values::{InvoiceHash, KsefNumber, Rule, Rules};

/// What the stages need to know, and what they look up; the same for all invoices of a run.
#[derive(Clone, Copy)]
pub(in crate::batch) struct Plan<'b> {
    pub(in crate::batch) batch: &'b Batch,
    pub(in crate::batch) destination: &'b Destination,
    pub(in crate::batch) beside: &'b Beside,
    /// The one invoice, where its bytes are the caller's; no document is made of it.
    pub(in crate::batch) lent: Option<&'b [u8]>,
    /// If it is written down what the files look like.
    pub(in crate::batch) watch: Option<&'b Watch>,
    /// Of a run that keeps a book.
    #[cfg(feature = "book")]
    pub(in crate::batch) turns: &'b Turns,
}

impl<'b> Plan<'b> {
    pub(in crate::batch) fn document(self) -> Option<&'b dyn Document> {
        self.batch.drawing.document.as_deref()
    }

    /// The KSeF number that the book has of an invoice. What cannot be asked now is asked again where it may fail.
    #[cfg_attr(not(feature = "book"), expect(unused_variables, clippy::unused_self, reason = "there is no book"))]
    pub(in crate::batch) fn number_by_book(self, hash: &InvoiceHash) -> Option<KsefNumber> {
        #[cfg(feature = "book")]
        {
            let keeping = self.batch.book.as_ref()?;
            self.turns.waiting(|| keeping.book.find(hash)).ok()??.ksef_number().cloned()
        }
        #[cfg(not(feature = "book"))]
        None
    }

    /// Why the invoices were issued outside of KSeF, if that is known.
    pub(in crate::batch) fn mode(self) -> Option<Mode> {
        self.batch.schedule.as_ref().map(|schedule| schedule.mode)
    }
}

/// TakenNames that are given to an invoice's files.
pub(in crate::batch) enum Naming<'n> {
    /// Of a new invoice, by this stem.
    New(&'n str),
    /// Those that an earlier run gave, by this stem.
    Earlier(String),
}

impl Naming<'_> {
    fn reserve(&self, plan: Plan<'_>, is_signed: bool) -> Result<ReservedNames> {
        let codes = if is_signed { &["kod1", "kod2"][..] } else { &["kod1"] };
        match self {
            Self::New(stem) => plan.destination.reserve(stem, codes, &plan.batch.drawing.formats, plan.document()),
            Self::Earlier(stem) => Ok(ReservedNames::of_earlier(stem)),
        }
    }
}

/// An invoice whose bytes are read.
pub(in crate::batch) struct Opened<'b, 'w> {
    bytes: &'w [u8],
    /// The document that is to be made of it, if there is to be one.
    pub(in crate::batch) draft: Option<Box<dyn Draft + 'b>>,
}

impl<'b: 'w, 'w> Opened<'b, 'w> {
    /// Reads the invoice, into `buffer` unless it is in memory, and what its document is made of.
    ///
    /// # Errors
    /// Those of [`Input::read`] and of the document; `stamped_over_input`.
    pub(in crate::batch) fn open(plan: Plan<'b>, input: &'w Input, buffer: &'w mut Vec<u8>) -> Result<Self> {
        let largest = if plan.batch.allow.contains(Rule::Size) { LARGEST_ALLOWED } else { LARGEST_ACCEPTED };
        let (draft, bytes): (_, &[u8]) = match (plan.document(), plan.lent) {
            (Some(document), _) => (Some(document.begin(input, buffer, largest)?), buffer),
            (None, Some(lent)) if lent.len() as u64 <= largest => (None, lent),
            (None, Some(_)) => return Err(too_large(largest + 1, largest)),
            (None, None) => (None, input.bytes(buffer, largest)?),
        };
        // A document must not take the place of what it, or another, is made of.
        if let Input::Pdf { pdf, .. } = input {
            plan.destination.check_apart(pdf)?;
        }
        Ok(Self { bytes, draft })
    }

    pub(in crate::batch) fn hash(&self) -> InvoiceHash {
        InvoiceHash::of(self.bytes)
    }

    /// The PDF that its document is made of, if it is made of one.
    pub(in crate::batch) fn pdf(&self) -> Option<&PdfSource> {
        self.draft.as_ref()?.source()
    }

    /// The invoice alone.
    ///
    /// # Errors
    /// Those of [`Invoice::read_allowing`].
    pub(in crate::batch) fn invoice(&self, plan: Plan<'_>) -> Result<Invoice> {
        Invoice::read_allowing(self.bytes, plan.batch.allow).map_err(|error| self.about_invoice(error))
    }

    /// Of a PDF and its invoice, the one at fault is named.
    fn about_invoice(&self, error: Error) -> Error {
        match self.pdf() {
            Some(PdfSource { invoice, .. }) => error.about(invoice.clone()),
            None => error,
        }
    }

    /// An invoice that keeps the rules of KSeF. If it is done anew, `replaces` is the digest of the file before.
    ///
    /// # Errors
    /// Those of reading, of [`Admission::check`](crate::batch::Admission::check), of the rules, and of the calendar.
    pub(in crate::batch) fn accept(self, plan: Plan<'_>, replaces: Option<InvoiceHash>) -> Result<Accepted<'b>> {
        let Batch { codes, today, schedule, .. } = plan.batch;
        let invoice = self.invoice(plan)?;
        if let Some(admission) = &plan.batch.admission {
            admission.check(&invoice).map_err(|error| self.about_invoice(error))?;
        }
        let reviewed = invoice.review(codes.environment(), *today);
        let mut warnings = reviewed.map_err(|error| self.about_invoice(error))?;
        if let Some(draft) = &self.draft {
            warnings.extend(draft.compare(&invoice, self.bytes)?);
        }
        let deadline = schedule.as_ref().map(|schedule| schedule.deadline(invoice.issue_date())).transpose()?;
        warnings.extend(deadline.iter().flat_map(Deadline::warnings).cloned());
        if let Some(announced) = deadline.as_ref().and_then(Deadline::total_failure) {
            let message =
                format!("a total failure was announced on {announced}: the invoice is not to be sent to KSeF any more");
            warnings.push(Warning::new(WarningKind::NotForKsef, message));
        }
        let sending = schedule
            .as_ref()
            .zip(deadline)
            .map(|(schedule, deadline)| Sending { mode: schedule.mode, by: deadline.send_by() });
        if replaces.is_some_and(|before| before != *invoice.hash()) {
            warnings.push(Warning::new(
                WarningKind::InvoiceChanged,
                "the invoice changed after it was signed, and is signed anew; a code printed before leads to it only if it is \
                 sent as a technical correction with the digest of the first file, and nowhere if not",
            ));
        }
        Ok(Accepted { invoice, draft: self.draft, warnings, sending, replaces })
    }
}

/// An invoice that may have codes.
pub(in crate::batch) struct Accepted<'b> {
    invoice: Invoice,
    draft: Option<Box<dyn Draft + 'b>>,
    warnings: Vec<Warning>,
    sending: Option<Sending>,
    replaces: Option<InvoiceHash>,
}

impl<'b> Accepted<'b> {
    #[cfg(feature = "book")]
    pub(in crate::batch) fn invoice(&self) -> &Invoice {
        &self.invoice
    }

    /// Reserves the names of the files, then makes the links, or takes those that are `known` from an earlier run.
    ///
    /// # Errors
    /// Those of [`Destination::reserve`], of the signer, of the numbers and of the codes.
    pub(in crate::batch) fn link(
        mut self,
        plan: Plan<'_>,
        input: &Input,
        naming: &Naming<'_>,
        known: Option<InvoiceLinks>,
    ) -> Result<Linked<'b>> {
        let codes = &plan.batch.codes;
        let is_signed = match &known {
            Some(known) => known.kod2.is_some(),
            None => codes.is_signing_of(&self.invoice)?,
        };
        let names = naming.reserve(plan, is_signed)?;
        let (links, allowed, warnings) = match known {
            Some(known) => (known, Rules::NONE, Vec::new()),
            None => {
                let (links, allowed, mut warnings) = codes.links_of(&self.invoice)?;
                let (links, settled) = settle(plan.batch, plan.beside, input, &self.invoice, links)?;
                warnings.extend(settled);
                (links, allowed, warnings)
            }
        };
        let allowed = self.invoice.allowed().union(allowed);
        // The same of every invoice of a run.
        let (run_warnings, warnings) =
            warnings.into_iter().partition(|one| one.kind() == WarningKind::CertificateOfPerson);
        self.warnings.extend::<Vec<_>>(warnings);
        Ok(Linked { accepted: self, names, links, allowed, run_warnings, is_from_book: false })
    }
}

/// An invoice with its links, and with names for its files.
pub(in crate::batch) struct Linked<'b> {
    accepted: Accepted<'b>,
    names: ReservedNames,
    pub(in crate::batch) links: InvoiceLinks,
    allowed: Rules,
    run_warnings: Vec<Warning>,
    /// True if the links were made before, and the book has them.
    pub(in crate::batch) is_from_book: bool,
}

#[cfg(feature = "book")]
impl Linked<'_> {
    /// The last day for sending it, if it is known.
    pub(in crate::batch) fn send_by(&self) -> Option<Day> {
        self.accepted.sending.and_then(|sending| sending.by)
    }

    /// Says when it is sent, and why so, in place of what the run was told.
    pub(in crate::batch) fn send(&mut self, sending: Option<Sending>) {
        self.accepted.sending = sending;
    }

    pub(in crate::batch) fn warn(&mut self, warnings: impl IntoIterator<Item = Warning>) {
        self.accepted.warnings.extend(warnings);
    }

    /// KSeF has it already: there is nothing to send, and no day that is over.
    pub(in crate::batch) fn is_in_ksef(&mut self) {
        if let Some(sending) = &mut self.accepted.sending {
            sending.by = None;
        }
        self.accepted.warnings.retain(|warning| warning.kind() != WarningKind::NotForKsef);
    }

    pub(in crate::batch) fn allow(&mut self, rules: Rules) {
        self.allowed = self.allowed.union(rules);
    }
}

impl Linked<'_> {
    /// Draws the pictures, makes the document, and writes both aside.
    ///
    /// # Errors
    /// Those of the document; `output_unwritable`, `stamped_over_input`.
    pub(in crate::batch) fn draw(self, plan: Plan<'_>, renderer: &mut Renderer) -> Result<Drawn> {
        let Self { accepted, names, links, allowed, run_warnings, is_from_book } = self;
        let Accepted { invoice, draft, mut warnings, sending, replaces } = accepted;
        let drawing = &plan.batch.drawing;
        let mut files = Vec::new();
        let mut codes = Vec::with_capacity(2);
        let mut pictures = Vec::with_capacity(2);
        if !drawing.is_empty() {
            for (name, link) in links.iter() {
                let code = Code::new(&*link.url, link.label.clone(), drawing.level)?;
                pictures.push(draw_pictures(plan, renderer, &names, name, &code, &mut files)?);
                codes.push(code);
            }
        }
        let mut document = None;
        if let (Some(draft), Some(kind)) = (draft, plan.document()) {
            let ksef_number = links.ksef_number.as_ref();
            let receipt = plan.batch.codes.receipt(invoice.hash());
            let reason = sending.map(|sending| sending.mode);
            let content = Content { invoice: &invoice, codes: &codes, ksef_number, receipt, mode: reason };
            let made = draft.finish(&content)?;
            let (place, file) = plan.destination.document(&names, kind, made.bytes)?;
            files.extend(file);
            warnings.extend(made.warnings);
            document = Some(DocumentRecord {
                kind: kind.kind().to_owned(),
                place,
                pages: made.pages,
                places: made.places,
                invoice: draft.source().map(|source| source.invoice.clone()),
                pdf_sha256: draft.source().map(|source| source.digest.base64()),
                codes: made.codes,
            });
        }
        let mut pictures = pictures.into_iter();
        let InvoiceLinks { ksef_number, kod1, kod2 } = links;
        let kod1 = kod1.with_pictures(pictures.next().unwrap_or_default());
        let kod2 = kod2.map(|SignedLink { link, signature }| SignedCode {
            code: link.with_pictures(pictures.next().unwrap_or_default()),
            signature,
        });
        let done = Done {
            invoice,
            kod1,
            ksef_number,
            kod2,
            allowed,
            warnings,
            run_warnings,
            document,
            sending,
            replaces,
            is_from_book,
        };
        Ok(Drawn { done, files })
    }
}

/// Draws a code in each format, and writes the pictures aside.
fn draw_pictures(
    plan: Plan<'_>,
    renderer: &mut Renderer,
    names: &ReservedNames,
    name: &str,
    code: &Code,
    files: &mut Vec<PreparedFile>,
) -> Result<Vec<(PictureFormat, Picture)>> {
    let draw = |&format: &PictureFormat| {
        let bytes = renderer.render(format, code);
        let (picture, file) = plan.destination.picture(names, name, format, bytes)?;
        files.extend(file);
        Ok((format, picture))
    };
    plan.batch.drawing.formats.iter().map(draw).collect()
}

/// An invoice with its codes, and the files that show them, written aside.
pub(in crate::batch) struct Drawn {
    pub(in crate::batch) done: Done,
    pub(in crate::batch) files: Vec<PreparedFile>,
}
