use super::fault::{At, Fault};
use super::form::Form;
use super::party::{Buyer, Party, ThirdParty};
use super::printed::Printed;
use crate::values::{InvoiceHash, IssueDate, Nip, Rules};

/// What the links, the manifest and the choice of a context need to know of an invoice.
///
/// Made by [`Invoice::read`] alone, so everything in it is checked. Sources: the schemas of the five forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    pub(super) form: Form,
    pub(super) seller: Nip,
    pub(super) buyer: Buyer,
    pub(super) issue_date: IssueDate,
    pub(super) number: String,
    pub(super) kind: Option<String>,
    pub(super) self_billed: bool,
    pub(super) attachment: bool,
    pub(super) authorised: Option<Nip>,
    pub(super) third_parties: Vec<ThirdParty>,
    pub(super) printed: Printed,
    pub(super) mistyped: Vec<Mistyped>,
    pub(super) misplaced_buyer_nip: Option<Nip>,
    /// What KSeF takes and somebody should look at, for `check`.
    pub(super) cautions: Vec<Fault>,
    pub(super) size: usize,
    pub(super) hash: InvoiceHash,
    pub(super) allowed: Rules,
}

/// A NIP with a wrong check digit, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mistyped {
    pub(super) party: Party,
    pub(super) nip: Nip,
    pub(super) at: At,
}

impl Invoice {
    /// The structure the invoice is written in.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The seller's NIP (`Podmiot1`, in PEF the supplier's VAT registration). On an FA_RR invoice this is the
    /// farmer, who does not issue it.
    pub fn seller(&self) -> Nip {
        self.seller
    }

    /// Who buys.
    pub fn buyer(&self) -> &Buyer {
        &self.buyer
    }

    /// The buyer's Polish NIP where it stands in another field than `NIP`: in `NrVatUE` with `KodUE` PL, or in `NrID` with
    /// `KodKraju` PL. KSeF takes such an invoice, and does not make it available to the buyer.
    pub fn misplaced_buyer_nip(&self) -> Option<Nip> {
        self.misplaced_buyer_nip
    }

    /// Who issues it on the authority of law or of the seller (`PodmiotUpowazniony`): a bailiff, a tax
    /// representative.
    pub fn authorised(&self) -> Option<Nip> {
        self.authorised
    }

    /// Everybody else whom the invoice names (`Podmiot3`). PEF knows none.
    pub fn third_parties(&self) -> &[ThirdParty] {
        &self.third_parties
    }

    /// True if the buyer issues the invoice: self-billing, VAT RR.
    pub fn is_issued_by_buyer(&self) -> bool {
        self.self_billed || self.form == Form::FaRr1
    }

    /// Who issues the invoice by what it says, if it has a NIP; the likeliest first: units that issue for the seller, then
    /// the seller, or the buyer of a self-billed or VAT RR invoice. An authorised party is not among them, because it may
    /// act in either context.
    pub fn issuers(&self) -> impl Iterator<Item = Nip> {
        let units = self.third_parties.iter().filter(|third| third.is_issuing_unit()).filter_map(|unit| unit.nip);
        let usual = if self.is_issued_by_buyer() { self.buyer.nip() } else { Some(self.seller) };
        units.chain(usual)
    }

    /// True if the invoice names somebody of this NIP, in whatever part.
    pub fn names(&self, nip: Nip) -> bool {
        let of_third = |third: &ThirdParty| third.nip.or_else(|| third.internal_id.as_ref()?.taxpayer()) == Some(nip);
        self.seller == nip
            || self.buyer.nip() == Some(nip)
            || self.authorised == Some(nip)
            || self.third_parties.iter().any(of_third)
    }

    /// The issue date: `P_1`, in FA_RR `P_4B`, in PEF `cbc:IssueDate`.
    pub fn issue_date(&self) -> IssueDate {
        self.issue_date
    }

    /// The invoice's number: `P_2`, in FA_RR `P_4C`, in PEF `cbc:ID`. White space is collapsed as the schemas
    /// say.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// `RodzajFaktury` (`VAT`, `KOR`, ...); in PEF the type code (`380`, `381`, ...), which may be missing.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// True if the buyer issues the invoice in the seller's name: `P_17` is 1, in PEF the type code is 389 or
    /// 261 (UNCL1001). An FA_RR invoice is always issued by the buyer and is not marked so.
    pub fn is_self_billed(&self) -> bool {
        self.self_billed
    }

    /// True if the invoice has an attachment (`Zalacznik`).
    pub fn has_attachment(&self) -> bool {
        self.attachment
    }

    /// The seller's name: `Podmiot1/DaneIdentyfikacyjne/Nazwa`, in PEF `cbc:RegistrationName` of the supplier's
    /// `cac:PartyLegalEntity` (BT-27 of EN 16931).
    ///
    /// This and the next three are for printing and decide nothing. None if it is missing, empty, given twice, longer
    /// than 512 characters or has an element in it: no schema of the five allows that, and the invoice is read all
    /// the same. White space is collapsed, the text is otherwise as it stands.
    pub fn seller_name(&self) -> Option<&str> {
        self.printed.seller_name.text()
    }

    /// The buyer's name, from `Podmiot2` and `cac:AccountingCustomerParty` (BT-44). FA need not give one.
    pub fn buyer_name(&self) -> Option<&str> {
        self.printed.buyer_name.text()
    }

    /// The amount due, in [`currency`](Self::currency), a point before its decimals: `P_15`, in FA_RR `P_12_1`, in
    /// PEF `cbc:PayableAmount` of `cac:LegalMonetaryTotal` (BT-115). Whether it is a number is not checked. On a
    /// correction of FA and FA_RR it is the difference.
    pub fn total(&self) -> Option<&str> {
        self.printed.total.text()
    }

    /// The currency, by its ISO 4217 code: `KodWaluty`, in PEF `cbc:DocumentCurrencyCode` (BT-5). Whether there is
    /// such a code is not checked.
    pub fn currency(&self) -> Option<&str> {
        self.printed.currency.text()
    }

    /// The file's size in bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The SHA-256 digest of the file's exact bytes.
    pub fn hash(&self) -> &InvoiceHash {
        &self.hash
    }

    /// The acceptance rules that the file breaks and that were overridden.
    pub fn allowed(&self) -> Rules {
        self.allowed
    }
}
