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
        "The invoice's file changed after an earlier run signed it, so it was signed again."
        "Codes that were printed before lead to this file only if it is sent as a technical correction with the digest of the first (hashOfCorrectedInvoice; the manifest keeps it as replaces). If not, replace them."
    FilesLeftOver "files_left_over"
        "The run replaced the results of an earlier one, and files of that one stay in the folder whose invoices were refused now, or were not given. No line of the manifest names them any more."
        "Do not print them. Remove them, or make the codes of their invoices again."
    UpoUnpaired "upo_unpaired"
        "The UPO confirms invoices that this run drew no code for."
        "Give the files of these invoices as well, if their codes are to carry the numbers."
    TechnicalCorrection "technical_correction"
        "KSeF took a technical correction of this file. The number under the code is that of the corrected invoice, to which the code leads."
        "Nothing to do for codes that are in use. Keep the corrected file: it is the invoice that KSeF has."
    CorrectionUnclear "correction_unclear"
        "The first file and the corrected one differ in something that may or may not be a matter of form."
        "Look at the differences: does the corrected file say what the first one says?"
    CorrectionChangesContent "correction_changes_content"
        "The corrected file says something else than the first, and that was allowed."
        "KSeF compares nothing, and takes it. Whether the invoice may say so, ask your tax adviser."
    CorrectionOfOnline "correction_of_online"
        "KSeF took the first file for an invoice that was issued online, and the correction was allowed all the same."
        "See that its codes were handed over: then it was issued offline."
    RefusalNotSeen "refusal_not_seen"
        "Nothing is wrong with the first file that a file can show, and KSeF's answer on it was not given."
        "Was it refused, and why? Give KSeF's answer, or have the file validated by the Ministry's schemas."
    RefusalStatusUnknown "refusal_status_unknown"
        "KSeF refused the first file by a status that this version does not know."
        "Read what KSeF says: is it a fault of the file that another file puts right?"
    KsefNumberOfDuplicate "ksef_number_of_duplicate"
        "KSeF refused this file as a duplicate of an invoice that it has (code 440), and the number under the code is that invoice's. Whether it is this very file, the answer does not say."
        "Scan the code: if KSeF does not find it, another version of the invoice was sent first. Draw the code of that one."
    KsefNumberOfKsef1 "ksef_number_of_ksef_1"
        "The KSeF number is of KSeF 1.0. How its check sum is made was never published, so a typing mistake in it is not found."
        "Compare it character by character with the confirmation."
    KsefNumberByFileName "ksef_number_by_file_name"
        "The KSeF number under the code was taken from the name of the invoice's file, as KSeF names what it exports."
        "If the file was named by somebody else, compare the number with the UPO."
    BookMode "book_mode"
        "The book has the invoice in another mode than this run was given. What the book has counts: by it the manifest says the mode and the last day for sending."
        "If the run is right, put the mode right in the book, and enter the announcements again. If the book is right, there is nothing to do."
    KsefNumberNotUsed "ksef_number_not_used"
        "OFFLINE stands under the code, and the book, the file's name or the _metadata.json beside it says that KSeF has given the invoice a number; or the name has a number that cannot be taken for this invoice's, and the message says why."
        "An invoice with a number carries KOD I alone, with the number under it. If it has one, make it again with its number."
    KsefNumberContradiction "ksef_number_contradiction"
        "What lies beside the invoice, its file's name or the _metadata.json, says another KSeF number than the one that stands under the code."
        "One of the two is wrong, or of another invoice. Compare both with the UPO."
    MetadataUnreadable "metadata_unreadable"
        "A _metadata.json lies beside the invoice, as in a package that KSeF exported, and no numbers could be read from it."
        "Unpack the package again. If the file is something else, there is nothing to do."

    ConfirmationExpected "confirmation_expected"
        "The recipient gets the invoice in KSeF. Until it has its number there, a confirmation of the transaction may be handed over, and not the invoice."
        "Make confirmations of the transaction for these invoices, or wait for their numbers."
    InvoiceExpected "invoice_expected"
        "A confirmation of the transaction was made or asked for, and it is the invoice itself that is to be handed over."
        "Put the codes on the invoice, and hand that over."
    CodesExpected "codes_expected"
        "Other codes belong on the document than those that it carries."
        "Look up which codes belong on it, and make it again."
    LettersNotDrawn "letters_not_drawn"
        "The invoice holds letters that the fonts of its picture lack: Chinese, Arabic, pictographs. A replacement sign is shown for each."
        "They are in the XML within the PDF. Write the name in Latin letters too, if the reader is to see it on paper."
    NoCodesExpected "no_codes_expected"
        "The invoice or its codes were asked for, and no codes belong on it."
        "Hand the invoice over without codes."
    OneCodeExpected "one_code_expected"
        "Both codes were asked for, and KOD I alone belongs on the invoice."
        "Put KOD I alone on it, with the KSeF number under it."

    CertificateAtIssue "certificate_at_issue"
        "The certificate that signs was not valid on the invoice's issue date."
        "Whoever verifies KOD II is told so. Sign with the certificate that was valid on that day, if it is valid still."
    CertificateOfPerson "certificate_of_person"
        "A certificate that names no NIP, such as a person's, signs invoices of a seller, and nobody said that it is to."
        "See that KSeF knows the right of its owner to issue invoices for the seller (InvoiceWrite). Say that it signs for others, and the warning goes."
    ContextNotInInvoice "context_not_in_invoice"
        "The context that was given is of a NIP that the invoice does not name, and that is not the certificate's."
        "Is it mistyped, or of another company? If it is intended, there is nothing to do."
    ContextNotOfIssuer "context_not_of_issuer"
        "The context that was given is of somebody whom the invoice or the certificate names, and who does not issue the invoice: an accounting office, the buyer."
        "Who issues for others in KSeF does so in their context: leave the context to be chosen. If this one is intended, there is nothing to do."
    ContextOfSeller "context_of_seller"
        "The invoice names a unit (Podmiot3, Rola 7 or 9) or an authorised party that may issue it in a context of its own, and it was signed in the context of the certificate's owner."
        "If that context issues the invoice in KSeF, there is nothing to do; else give the right one."
    ContextOfSeveralSellers "context_of_several_sellers"
        "One context was given for invoices of several sellers."
        "Are all of them issued in this context? If not, sign each seller's invoices in a context of their own."
    InternalIdChecksum "internal_id_checksum"
        "The last digit of an internal identifier does not fit the other fourteen, by the rule of the Ministry's own programs."
        "Compare it with the identifier in KSeF: a digit may be mistyped."
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
        "It is not known whether every reader shows the codes where they were put on the PDF."
        "Look at the page, and scan the codes."
    PlaceMoved "place_moved"
        "The first page has no free place for the codes; they stand on another page, or on a new one."
        "Look at the page. A smaller code, or another arrangement of the two, may find a place on the first page."
    PdfRepaired "pdf_repaired"
        "The PDF is damaged. It was read as readers do, which repair it, and written anew: the file that was given is not the beginning of the one that was made."
        "Look at the page, and compare it with the PDF that was given."
    PdfOfAnotherInvoice "pdf_of_another_invoice"
        "The PDF shows another invoice than the one whose codes it got: another number, another seller, or nowhere the invoice's number."
        "Look at the PDF: do the codes belong on it?"
    PdfNotCompared "pdf_not_compared"
        "Whether the PDF shows the invoice whose codes it got was not seen: it has no text that can be read, or says too little."
        "Look at the PDF: does it show the invoice's number, and its seller?"
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
