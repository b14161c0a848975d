use super::reasons::{self, Reason, remarks};
use crate::deadline::Mode;
use crate::error::{Warning, WarningKind};
use crate::invoice::{Buyer, Form, Invoice};
use crate::render::Label;
use crate::values::KsefNumber;

/// What a buyer is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// The invoice: its picture on paper or as a PDF.
    Invoice,
    /// The confirmation of the transaction (potwierdzenie transakcji): voluntary, no invoice and no tax document. The
    /// invoice is received in KSeF.
    Confirmation,
}

impl DocumentKind {
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

/// An answer, what it rests on, and what it leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    document: DocumentKind,
    codes: Codes,
    number: Option<KsefNumber>,
    reasons: Vec<Reason>,
    remarks: Vec<Reason>,
}

impl Advice {
    /// For an invoice issued in a mode; `None` is mode online: sent to KSeF at once. `number` is the one that KSeF gave
    /// to it, if that is known; whether it is this invoice's is the caller's to check
    /// ([`Invoice::check_ksef_number`]).
    ///
    /// The mode's outage may last or have ended, which makes no difference here.
    pub fn of(invoice: &Invoice, mode: Option<Mode>, number: Option<&KsefNumber>) -> Self {
        let is_vat_rr = invoice.form() == Form::FaRr1;
        let mut advice = match (number, mode) {
            (Some(_), _) => numbered(mode, is_vat_rr),
            (None, Some(Mode::Total)) => {
                Self::new(DocumentKind::Invoice, Codes::None, &[reasons::TOTAL, reasons::TOTAL_CODES])
            }
            (None, _) if is_vat_rr => vat_rr(mode),
            (None, Some(Mode::Failure { .. })) => {
                Self::new(DocumentKind::Invoice, Codes::Both, &[reasons::FAILURE, reasons::FAILURE_CODES])
            }
            (None, Some(Mode::Offline24)) => offline(invoice, false),
            (None, Some(Mode::Unavailable { .. })) => offline(invoice, true),
            (None, None) => {
                Self::new(DocumentKind::Confirmation, Codes::Both, &[reasons::RECEIVED_ONLINE, reasons::CONFIRMATION])
                    .with(&[remarks::ONLINE_CODES, remarks::LATE])
            }
        };
        let is_sent_later = matches!(mode, Some(Mode::Offline24 | Mode::Unavailable { .. })) && number.is_none();
        let of_the_invoice = [
            (invoice.form().is_pef() && is_sent_later, remarks::PEF),
            (invoice.is_self_billed(), remarks::SELF_BILLED),
            (is_correction(invoice) && mode != Some(Mode::Total), remarks::CORRECTION),
        ];
        advice.remarks.extend(of_the_invoice.iter().filter(|(holds, _)| *holds).map(|(_, remark)| *remark));
        advice.number = number.cloned();
        advice
    }

    /// What may be handed over.
    pub fn document(&self) -> DocumentKind {
        self.document
    }

    /// Which codes stand on it.
    pub fn codes(&self) -> Codes {
        self.codes
    }

    /// What stands under KOD I, if there is one: the KSeF number or `OFFLINE`.
    pub fn kod1_label(&self) -> Option<Label> {
        (self.codes != Codes::None).then(|| self.number.as_ref().map_or(Label::OFFLINE, Label::from))
    }

    /// What stands under KOD II, if there is one.
    pub fn kod2_label(&self) -> Option<Label> {
        (self.codes == Codes::Both).then_some(Label::CERTYFIKAT)
    }

    /// The rules that the answer follows from; the first is the one that decides. Never empty.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// What the rules leave open, what the invoice does not show, and what else to keep in mind.
    pub fn remarks(&self) -> &[Reason] {
        &self.remarks
    }

    /// What contradicts the answer, if anything does: a warning and no refusal, as the answer is a reading of the rules.
    ///
    /// - `confirmation_expected`: the invoice is asked for, and its buyer receives it in KSeF;
    /// - `invoice_expected`: a confirmation is asked for, and the invoice itself is to be handed over;
    /// - `no_codes_expected`: the invoice or its codes are asked for, and it carries none;
    /// - `one_code_expected`: both codes are asked for, and it carries KOD I alone.
    pub fn warning_for(&self, asked: Asked) -> Option<Warning> {
        let (kind, what) = match (asked, self.document(), self.codes()) {
            (Asked::Confirmation, DocumentKind::Invoice, _) => {
                (WarningKind::InvoiceExpected, "hand over the invoice itself")
            }
            (_, _, Codes::None) => (WarningKind::NoCodesExpected, "no codes belong on it"),
            (Asked::Invoice, DocumentKind::Confirmation, _) => {
                (WarningKind::ConfirmationExpected, "hand over a confirmation of the transaction, or nothing yet")
            }
            (Asked::Codes, _, Codes::Kod1) => (WarningKind::OneCodeExpected, "KOD I alone belongs on it"),
            _ => return None,
        };
        let reason = self.reasons().first()?;
        Some(Warning::new(kind, format!("{what}: {reason}")))
    }

    fn new(document: DocumentKind, codes: Codes, reasons: &[Reason]) -> Self {
        Self { document, codes, number: None, reasons: reasons.to_vec(), remarks: Vec::new() }
    }

    fn with(mut self, remarks: &[Reason]) -> Self {
        self.remarks.extend_from_slice(remarks);
        self
    }
}

fn numbered(mode: Option<Mode>, is_vat_rr: bool) -> Advice {
    let reason = match mode {
        _ if is_vat_rr => reasons::NUMBER_VAT_RR,
        Some(Mode::Offline24) => reasons::NUMBER_OFFLINE,
        Some(Mode::Unavailable { .. }) => reasons::NUMBER_UNAVAILABLE,
        Some(Mode::Failure { .. }) => reasons::NUMBER_FAILURE,
        None | Some(Mode::Total) => reasons::NUMBER_ONLINE,
    };
    let remarks: &[Reason] = if mode == Some(Mode::Total) { &[reasons::NUMBER_TOTAL] } else { &[] };
    Advice::new(DocumentKind::Invoice, Codes::Kod1, &[reason]).with(remarks)
}

/// Modes offline24 and unavailable, which differ in their articles alone.
fn offline(invoice: &Invoice, is_unavailable: bool) -> Advice {
    let (received, given) = match is_unavailable {
        true => (reasons::RECEIVED_UNAVAILABLE, reasons::GIVEN_UNAVAILABLE),
        false => (reasons::RECEIVED_OFFLINE24, reasons::GIVEN_OFFLINE24),
    };
    let confirmation = || Advice::new(DocumentKind::Confirmation, Codes::Both, &[received, reasons::CONFIRMATION]);
    let invoice_itself = || Advice::new(DocumentKind::Invoice, Codes::Both, &[given, reasons::GIVEN_CODES]);
    // The schema's list of EU countries has Poland in it, and so has that of all countries.
    let is_misplaced = invoice.misplaced_buyer_nip().is_some();
    let mut advice = match invoice.buyer() {
        Buyer::Nip(_) => confirmation().with(&[remarks::EXCEPTIONS]),
        Buyer::EuVat(number) if is_misplaced || number.starts_with("PL") => {
            confirmation().with(&[remarks::POLISH_NUMBER, remarks::EXCEPTIONS])
        }
        Buyer::Other(_) if is_misplaced => confirmation().with(&[remarks::POLISH_NUMBER, remarks::EXCEPTIONS]),
        Buyer::EuVat(_) | Buyer::Other(_) => invoice_itself().with(&[remarks::ESTABLISHED]),
        Buyer::Unidentified => invoice_itself().with(&[remarks::UNIDENTIFIED]),
    };
    if is_unavailable && advice.document == DocumentKind::Confirmation {
        advice.remarks.push(remarks::NO_ARTICLE);
    }
    advice
}

/// A VAT RR invoice is issued by the buyer and received by the supplier, and is of mode online or offline24 alone.
fn vat_rr(mode: Option<Mode>) -> Advice {
    match mode {
        None | Some(Mode::Offline24) => {
            Advice::new(DocumentKind::Confirmation, Codes::Both, &[reasons::VAT_RR, reasons::CONFIRMATION])
                .with(&[remarks::VAT_RR_CONFIRMATION])
        }
        Some(_) => {
            Advice::new(DocumentKind::Invoice, Codes::None, &[reasons::VAT_RR_OUTAGE]).with(&[remarks::VAT_RR_LATER])
        }
    }
}

/// FA and FA_RR by `RodzajFaktury`; PEF by its form, or the type code 384 (UNCL1001).
fn is_correction(invoice: &Invoice) -> bool {
    let kind = invoice.kind().unwrap_or_default();
    match invoice.form() {
        Form::PefKor3 => true,
        Form::Pef3 => kind == "384",
        Form::Fa3 | Form::Fa2 | Form::FaRr1 => kind.starts_with("KOR"),
    }
}
