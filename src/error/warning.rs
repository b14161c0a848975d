use std::fmt;

use super::kind::ErrorKind;

/// Something that does not stop the signing and that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    kind: WarningKind,
    message: String,
}

impl Warning {
    /// The message is one line, without the file's name.
    pub fn new(kind: WarningKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Adds where to read on, in the caller's own words: `... (ksef-qr advise says why)`.
    #[must_use]
    pub(crate) fn with_note(mut self, note: &str) -> Self {
        self.message = format!("{} ({note})", self.message);
        self
    }

    /// Why, for programs.
    pub fn kind(&self) -> WarningKind {
        self.kind
    }

    /// The stable code, snake case, explained in `docs/codes.md`: `issue_date_in_future`.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// What was found, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, in one or two sentences.
    pub fn hint(&self) -> &'static str {
        self.kind.hint()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// One row a warning: kind, stable code, what it means, what to do.
macro_rules! kinds {
    ($($kind:ident $code:literal $meaning:literal $hint:literal)*) => {
        /// Why somebody should look, for programs. [`code`](Self::code) is the same as text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum WarningKind {
            $(#[doc = $meaning] $kind),*
        }

        impl WarningKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The stable code, snake case: `module_small`.
            pub fn code(self) -> &'static str { match self { $(Self::$kind => $code),* } }

            /// What it means and when it comes, in one or two sentences.
            pub fn meaning(self) -> &'static str { match self { $(Self::$kind => $meaning),* } }

            /// What to do about it, in one or two sentences.
            pub fn hint(self) -> &'static str { match self { $(Self::$kind => $hint),* } }
        }
    };
}

impl WarningKind {
    /// Of what is refused in one place and let pass in another: the warning has the error's code.
    pub(crate) fn of(kind: ErrorKind) -> Option<Self> {
        Self::ALL.iter().copied().find(|warning| warning.code() == kind.code())
    }
}

/// The code.
impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

kinds! {
    NipChecksum "nip_checksum"
        "The last digit of a NIP in the invoice does not fit the other nine. The demo and test environments of KSeF take such an invoice, production does not."
        "Correct the number before the invoice goes to production."
    IssueDateInFuture "issue_date_in_future"
        "The issue date is later than today, and KSeF refuses the invoice until that day."
        "Send it on its day, or correct the date."
    IssuedBeforeKsef "issued_before_ksef"
        "The invoice was issued before KSeF became obligatory, on 1 February 2026."
        "Check the issue date. If it is right, ask your tax adviser whether the invoice is to go to KSeF."
    FailureNotCounted "failure_not_counted"
        "A failure of KSeF that was given does not move the last day for sending; the message says why."
        "Check its dates. If they are right, there is nothing to do."
    OutageNotAnnounced "outage_not_announced"
        "The invoice is said to be of a failure or an unavailability of KSeF, and the announcements that were given name none on its issue date."
        "Check the mode and the issue date. The list of announcements may not go back as far."
    NotForKsef "not_for_ksef"
        "A total failure was announced while the invoice's deadline ran: it is not to be sent to KSeF, and its codes lead nowhere."
        "Hand the invoice over without codes. Is the day of the total failure right?"
    DuplicateInvoice "duplicate_invoice"
        "Two of the run's files are the same invoice to KSeF: the same seller, kind and number."
        "KSeF takes the first that is sent, and refuses the other (code 440). Send one of them, or give the other a number of its own."
    SessionTooLarge "session_too_large"
        "One session of KSeF does not hold as many invoices, or as many bytes."
        "Send them in several sessions: 10 000 invoices each at most, and a package of 5 GB, packed."
    InvoiceChanged "invoice_changed"
        "The invoice's file changed after an earlier run signed it, so it was signed anew."
        "Replace codes that were printed before: they do not fit the file as it is now."
    UpoUnpaired "upo_unpaired"
        "The UPO confirms invoices that this run drew no code for."
        "Give the files of these invoices as well, if their codes are to carry the numbers."

    ConfirmationExpected "confirmation_expected"
        "The recipient gets the invoice in KSeF. Until it has its number there, a confirmation of the transaction may be handed over, and not the invoice."
        "Make confirmations of the transaction for these invoices, or wait for their numbers."
    InvoiceExpected "invoice_expected"
        "A confirmation of the transaction was made or asked for, and it is the invoice itself that is to be handed over."
        "Put the codes on the invoice, and hand that over."
    CodesExpected "codes_expected"
        "Other codes belong on the document than those that it carries."
        "Look up which codes belong on it, and make it anew."
    NoCodesExpected "no_codes_expected"
        "The invoice or its codes were asked for, and no codes belong on it."
        "Hand the invoice over without codes."
    OneCodeExpected "one_code_expected"
        "Both codes were asked for, and KOD I alone belongs on the invoice."
        "Put KOD I alone on it, with the KSeF number under it."

    CertificateEndsSoon "certificate_ends_soon"
        "The certificate that signs ends within thirty days."
        "Apply for the next certificate now, in the KSeF Taxpayer Application: the old and the new one may be used side by side."

    ModuleSmall "module_small"
        "The squares of the code are so small on paper that not every printer and telephone can be relied on."
        "Draw the code larger, or choose a lower level of error correction, and try it with a telephone."
    PlaceTaken "place_taken"
        "The codes were put on a place of the PDF where something is printed already."
        "Look at the page. If the codes cannot be read, choose another place or a page of their own."
    PlaceUnknown "place_unknown"
        "It could not be seen whether the place of the codes on the PDF is free."
        "Look at the page."
    PdfSigned "pdf_signed"
        "The PDF has a digital signature, and the codes were added after it was signed."
        "If readers are not to show a change, put the codes on before the PDF is signed."
    PdfStampedBefore "pdf_stamped_before"
        "The PDF carries codes of an earlier stamping, which stay on it beside the new ones."
        "Stamp the PDF as it came from the invoicing system, so that each code stands on it once."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_elsewhere_has_a_warning_of_the_same_code() {
        assert_eq!(WarningKind::of(ErrorKind::NipChecksum), Some(WarningKind::NipChecksum));
        assert_eq!(WarningKind::of(ErrorKind::IssueDateInFuture), Some(WarningKind::IssueDateInFuture));
        assert_eq!(WarningKind::of(ErrorKind::EmptyFile), None);
    }
}
