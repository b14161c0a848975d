//! From what was made to the line that says so.

use std::borrow::Cow;
use std::time::SystemTime;

use serde::Serialize;

use super::codes::CodeRecord;
use super::line::{CodeLine, DocumentLine, ErrorLine, InvoiceLine, PictureLine, RefusedLine, WarningLine};
use super::record::{DocumentRecord, Done, InvoiceOutcome, Record};
use crate::error::{Error, Warning};
use crate::values::{InvoiceHash, KsefNumber, Rule};

impl Record {
    /// The line, its newline included. One that was kept has its line already.
    pub fn to_line(&self) -> Option<String> {
        match &self.outcome {
            InvoiceOutcome::Done(done) => {
                let mut line = InvoiceLine::of(&self.input, done);
                line.now = self.rehearsed_at.map(|time| moment(time).into());
                Some(to_line(&line))
            }
            InvoiceOutcome::Refused(error) => {
                let now = self.rehearsed_at.map(moment);
                Some(to_line(&RefusedLine { now, ..RefusedLine::of(&self.input, error) }))
            }
            InvoiceOutcome::Kept(_) => None,
        }
    }
}

/// `2026-06-30T12:00:00Z`.
pub(super) fn moment(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map(|time| time.to_string()).unwrap_or_default()
}

pub(super) fn to_line(line: &impl Serialize) -> String {
    // Nothing in these structures can fail to serialise: no maps with odd keys, no fallible implementation.
    let mut text = serde_json::to_string(line).unwrap_or_default();
    text.push('\n');
    text
}

impl<'l> InvoiceLine<'l> {
    fn of(input: &'l str, done: &'l Done) -> Self {
        let invoice = &done.invoice;
        let signature = done.kod2.as_ref().map(|signed| &signed.signature);
        let sending = done.sending.as_ref();
        Self {
            r#type: Self::TYPE.into(),
            status: if signature.is_some() { Self::SIGNED } else { Self::LINKED }.into(),
            input: input.into(),
            form: invoice.form().name().into(),
            invoice_number: invoice.number().into(),
            kind: invoice.kind().map(Into::into),
            seller_nip: invoice.seller().to_string().into(),
            buyer: Some(invoice.buyer().to_string()).filter(|buyer| !buyer.is_empty()).map(Into::into),
            self_billed: invoice.is_self_billed(),
            attachment: invoice.has_attachment(),
            issue_date: invoice.issue_date().to_string().into(),
            context: signature.map(|signature| signature.context.context.to_string().into()),
            context_source: signature.map(|signature| signature.context.source.name().into()),
            size_bytes: invoice.size(),
            hash_base64: invoice.hash().base64().into(),
            hash_base64url: invoice.hash().base64url().into(),
            ksef_number: done.ksef_number.as_ref().map(KsefNumber::as_str).map(Into::into),
            kod1: Some(CodeLine::of(&done.kod1)),
            kod2: done.kod2.as_ref().map(|signed| CodeLine {
                algorithm: Some(signed.signature.algorithm.name().into()),
                certificate_serial: Some(signed.signature.serial.to_string().into()),
                is_deterministic: signed.signature.is_deterministic,
                ..CodeLine::of(&signed.code)
            }),
            document: done.document.as_ref().map(DocumentLine::of),
            mode: sending.map(|sending| sending.mode.name().into()),
            send_by: sending.map(|sending| sending.by.map(|day| day.to_string().into())),
            hand_over: sending.and_then(|_| done.advice()).map(|advice| advice.document().name().into()),
            allowed: done.allowed.iter().map(|rule: Rule| rule.name().into()).collect(),
            warnings: done.warnings.iter().map(WarningLine::of).collect(),
            replaces: done.replaces.as_ref().map(InvoiceHash::base64).map(Into::into),
            from_book: done.is_from_book,
            now: None,
        }
    }
}

impl<'l> RefusedLine<'l> {
    fn of(input: &'l str, error: &'l Error) -> Self {
        let error = ErrorLine {
            code: error.code(),
            input: error.input().filter(|about| *about != input),
            message: error.message(),
            hint: error.hint(),
        };
        Self { r#type: InvoiceLine::TYPE, status: Self::STATUS, input, error, now: None }
    }
}

impl<'l> CodeLine<'l> {
    fn of(code: &'l CodeRecord) -> Self {
        let pictures = code.pictures.iter().map(|(format, picture)| {
            let (is_embedded, text) = picture.told();
            PictureLine { format: *format, is_embedded, text: text.into() }
        });
        Self {
            url: code.url.as_str().into(),
            label: code.label.as_str().into(),
            pictures: pictures.collect(),
            algorithm: None,
            certificate_serial: None,
            is_deterministic: false,
        }
    }
}

impl<'l> DocumentLine<'l> {
    fn of(document: &'l DocumentRecord) -> Self {
        let (file, base64) = match document.place.told() {
            (false, name) => (Some(name.into()), None),
            (true, bytes) => (None, Some(bytes.into())),
        };
        Self {
            r#type: document.kind.as_str().into(),
            file,
            base64,
            pages: Cow::Borrowed(&document.pages),
            places: Cow::Borrowed(&document.places),
            invoice: document.invoice.as_deref().map(Into::into),
            pdf_sha256: document.pdf_sha256.as_deref().map(Into::into),
            codes: document.codes.map(|count| ["kod1", "kod2"].into_iter().take(count).map(Into::into).collect()),
        }
    }
}

impl<'l> WarningLine<'l> {
    pub(super) fn of(warning: &'l Warning) -> Self {
        Self { code: warning.code().into(), message: warning.message().into() }
    }
}
