//! The rules that an answer may rest on, and what they leave open. "Handbook" is Podręcznik KSeF 2.0, edition of 6.08.2026,
//! "Regulation" is Dz. U. 2025 item 1815, amended by Dz. U. 2026 item 169.

use std::fmt;

/// A rule, as it is read here, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    code: &'static str,
    text: &'static str,
    source: &'static str,
}

impl Reason {
    const fn new(code: &'static str, text: &'static str, source: &'static str) -> Self {
        Self { code, text, source }
    }

    /// The stable code, snake case: `buyer_receives_in_ksef`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The rule in one sentence, without a full stop.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// The article, or the section of the Ministry's text: `VAT Act, art. 106nda ust. 3`.
    pub fn source(&self) -> &'static str {
        self.source
    }
}

/// `a rule (its source)`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.text, self.source)
    }
}

pub(super) const NUMBER_ONLINE: Reason = Reason::new(
    "number_known",
    "an invoice that has its KSeF number and is used outside of KSeF carries one code, with the number under it",
    "VAT Act, art. 106gb ust. 5; Regulation, § 9 ust. 1 and 2; Handbook, part II, 1.6.6",
);
pub(super) const NUMBER_OFFLINE: Reason = Reason::new(
    "number_known",
    "once an invoice issued offline has its KSeF number, it carries one code, with the number under it",
    "VAT Act, art. 106nda ust. 8; Regulation, § 9 ust. 1 and 2; Handbook, part II, 1.6.6",
);
pub(super) const NUMBER_UNAVAILABLE: Reason = Reason::new(
    "number_known",
    "once an invoice issued offline has its KSeF number, it carries one code, with the number under it",
    "VAT Act, art. 106nh ust. 4 with art. 106nda ust. 8; Regulation, § 9 ust. 1 and 2; Handbook, part II, 1.6.6",
);
pub(super) const NUMBER_FAILURE: Reason = Reason::new(
    "number_known",
    "once an invoice issued in a failure has its KSeF number, it carries one code, with the number under it",
    "VAT Act, art. 106nf ust. 8; Regulation, § 9 ust. 1 and 2",
);
pub(super) const NUMBER_VAT_RR: Reason = Reason::new(
    "number_known",
    "a VAT RR invoice that has its KSeF number and is used outside of KSeF carries one code, with the number under it",
    "VAT Act, art. 116 ust. 3k with art. 106gb ust. 5 pkt 2",
);
pub(super) const NUMBER_TOTAL: Reason = Reason::new(
    "number_of_total_failure",
    "an invoice of a total failure is never sent to KSeF: either it has no number, or it is of another mode",
    "VAT Act, art. 106ng and art. 106nf ust. 7",
);

pub(super) const TOTAL: Reason = Reason::new(
    "outside_of_ksef",
    "in a total failure invoices are issued on paper or electronically, outside of KSeF, and are not sent to it later",
    "VAT Act, art. 106ng and art. 106nf ust. 7; tryby-offline.md",
);
pub(super) const TOTAL_CODES: Reason = Reason::new(
    "no_codes",
    "the codes are for invoices that are or will be in KSeF",
    "Regulation, § 9, which does not name art. 106ng",
);

pub(super) const FAILURE: Reason = Reason::new(
    "handed_over_as_agreed",
    "in a failure the invoice itself is handed over, to any buyer, in a way agreed with the buyer",
    "VAT Act, art. 106nf ust. 2; Handbook, part II, 1.6.6",
);
pub(super) const FAILURE_CODES: Reason = Reason::new(
    "both_codes",
    "handed over before KSeF has it, it carries KOD I with OFFLINE, and KOD II with CERTYFIKAT",
    "VAT Act, art. 106nf ust. 3 with art. 106nda ust. 6; Regulation, § 9; Handbook, part II, 1.6.6",
);

pub(super) const RECEIVED_OFFLINE24: Reason = Reason::new(
    "buyer_receives_in_ksef",
    "a buyer with a Polish NIP receives an invoice of offline24 in KSeF, and not before",
    "VAT Act, art. 106nda ust. 3",
);
pub(super) const RECEIVED_UNAVAILABLE: Reason = Reason::new(
    "buyer_receives_in_ksef",
    "a buyer with a Polish NIP receives an invoice issued in an unavailability in KSeF, once it has its number there",
    "VAT Act, art. 106nh ust. 4 with art. 106nda ust. 11; Handbook, part II, 1.6.6",
);
pub(super) const RECEIVED_ONLINE: Reason = Reason::new(
    "no_invoice_yet",
    "in mode online there is an invoice once KSeF has given it its number, and not before",
    "VAT Act, art. 2 pkt 32a and art. 106gb ust. 1; Handbook, part II, 1.1",
);
pub(super) const CONFIRMATION: Reason = Reason::new(
    "confirmation_is_voluntary",
    "until then a confirmation of the transaction may be given, with both codes; it is voluntary and no tax document",
    "Handbook, part II, 1.6.6",
);

pub(super) const GIVEN_OFFLINE24: Reason = Reason::new(
    "handed_over_as_agreed",
    "a buyer without a Polish NIP is given the invoice itself, in a way agreed with the buyer",
    "VAT Act, art. 106nda ust. 4 with art. 106gb ust. 4; Handbook, part II, 1.6.6",
);
pub(super) const GIVEN_UNAVAILABLE: Reason = Reason::new(
    "handed_over_as_agreed",
    "a buyer without a Polish NIP is given the invoice itself, in a way agreed with the buyer",
    "VAT Act, art. 106nh ust. 4 with art. 106nda ust. 4 and art. 106gb ust. 4; Handbook, part II, 1.6.6",
);
pub(super) const GIVEN_CODES: Reason = Reason::new(
    "both_codes",
    "handed over before KSeF has it, it carries KOD I with OFFLINE, and KOD II with CERTYFIKAT",
    "VAT Act, art. 106nda ust. 6; Regulation, § 9 ust. 3; Handbook, part II, 1.6.5 and 5.4.1",
);

pub(super) const VAT_RR: Reason = Reason::new(
    "supplier_receives_in_ksef",
    "the supplier receives a VAT RR invoice in KSeF, and not before",
    "VAT Act, art. 116 ust. 3b and 3d",
);
pub(super) const VAT_RR_OUTAGE: Reason = Reason::new(
    "outside_of_ksef",
    "while KSeF is out, a VAT RR invoice need not be issued there; outside of KSeF it carries no codes",
    "VAT Act, art. 116 ust. 3j and 3k",
);

/// What an answer does not settle, or takes for granted.
pub(super) mod remarks {
    use super::Reason;

    pub(in crate::advice) const EXCEPTIONS: Reason = Reason::new(
        "buyer_may_be_excepted",
        "not shown in the invoice: a buyer with a NIP is given the invoice itself if the place of supply is abroad, \
         if it has no seat in Poland and no fixed establishment there that takes part, or if it is exempt in Poland as \
         a small enterprise of another EU country",
        "VAT Act, art. 106gb ust. 4 pkt 1 to 4",
    );
    pub(in crate::advice) const POLISH_NUMBER: Reason = Reason::new(
        "polish_number_as_foreign",
        "the buyer's Polish number is given as that of another country: read here as a NIP, but KSeF makes the invoice \
         available to the buyer only if the number stands in the field NIP",
        "Handbook, part II, 2.1.4",
    );
    pub(in crate::advice) const ESTABLISHED: Reason = Reason::new(
        "buyer_may_be_established",
        "not shown in the invoice: a buyer from abroad with a fixed establishment in Poland that takes part in the \
         purchase receives it in KSeF, and its Polish NIP belongs on the invoice",
        "VAT Act, art. 106gb ust. 4 pkt 3",
    );
    pub(in crate::advice) const UNIDENTIFIED: Reason = Reason::new(
        "buyer_may_choose_ksef",
        "such a buyer may agree to receive it in KSeF instead; once it is there, give KOD I and what it asks for",
        "VAT Act, art. 106nda ust. 9 with art. 106gb ust. 6; Handbook, part II, 5.3.2",
    );
    pub(in crate::advice) const NO_ARTICLE: Reason = Reason::new(
        "rests_on_the_handbook",
        "art. 106nh does not refer to art. 106nda ust. 3, by which the buyer receives the invoice in KSeF alone; that it \
         holds here too is the Ministry's reading",
        "VAT Act, art. 106nh ust. 4; Handbook, part II, 1.6.6",
    );
    pub(in crate::advice) const ONLINE_CODES: Reason = Reason::new(
        "sources_differ",
        "an invoice in mode online that waits for its number has KOD I alone, with OFFLINE under it, by one text; by the \
         other its confirmation has both codes",
        "kody-qr.md; Handbook, part II, 1.6.6",
    );
    pub(in crate::advice) const LATE: Reason = Reason::new(
        "becomes_offline24",
        "sent after its issue date, an invoice of mode online counts as one of offline24",
        "VAT Act, art. 106nda ust. 16",
    );
    pub(in crate::advice) const PEF: Reason = Reason::new(
        "pef_not_said",
        "of the modes offline the act speaks of failure alone where it speaks of PEF invoices; how others apply to them \
         is not said",
        "VAT Act, art. 106nf ust. 6 and art. 106gb ust. 7",
    );
    pub(in crate::advice) const SELF_BILLED: Reason = Reason::new(
        "buyer_issues",
        "the buyer issues this invoice; the rules say what a buyer is given, and nothing of the seller, who has it in \
         KSeF once it is there",
        "VAT Act, art. 106d; Handbook, part II, 5.2",
    );
    pub(in crate::advice) const CORRECTION: Reason = Reason::new(
        "correction_after_number",
        "a correction is issued only once the invoice that it corrects has its KSeF number, if that was issued offline",
        "VAT Act, art. 106nda ust. 12, art. 106nf ust. 11, art. 116 ust. 5g",
    );
    pub(in crate::advice) const VAT_RR_CONFIRMATION: Reason = Reason::new(
        "vat_rr_not_said",
        "the handbook speaks of confirmations for buyers; that the supplier of a VAT RR invoice may be given one is \
         inferred, and the act asks for no KOD II on VAT RR",
        "Handbook, part II, 1.6.6; VAT Act, art. 116 ust. 3k",
    );
    pub(in crate::advice) const VAT_RR_LATER: Reason = Reason::new(
        "vat_rr_offline24",
        "a VAT RR invoice that is to be sent to KSeF on the next working day is of mode offline24, outage or not",
        "VAT Act, art. 116 ust. 3c",
    );
}
