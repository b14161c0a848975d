//! The five forms, and where each keeps its fields.

use std::fmt;

/// The structure an invoice is written in, known by its root element and its namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// FA(3) 1-0E, the domestic invoice.
    Fa3,
    /// FA(2) 1-0E, its predecessor: the test environment still takes it.
    Fa2,
    /// FA_RR(1) 1-1E: a farmer's supply, issued by the buyer.
    FaRr1,
    /// PEF(3): a UBL 2.1 invoice for public procurement (Peppol).
    Pef3,
    /// PEF_KOR(3): its correction, a UBL 2.1 credit note.
    PefKor3,
}

impl Form {
    /// All five.
    pub const ALL: &[Self] = &[Self::Fa3, Self::Fa2, Self::FaRr1, Self::Pef3, Self::PefKor3];

    /// The name as KSeF writes it: `FA(3)`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fa3 => "FA(3)",
            Self::Fa2 => "FA(2)",
            Self::FaRr1 => "FA_RR(1)",
            Self::Pef3 => "PEF(3)",
            Self::PefKor3 => "PEF_KOR(3)",
        }
    }

    /// True for PEF(3) and PEF_KOR(3), which are UBL 2.1.
    pub fn is_pef(self) -> bool {
        matches!(self, Self::Pef3 | Self::PefKor3)
    }

    /// The form whose root element this is.
    pub(crate) fn of_root(namespace: &str, local: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|form| form.root() == (namespace, local))
    }

    /// The root element by which the form is known: its namespace, and its name without a prefix.
    pub fn root(self) -> (&'static str, &'static str) {
        match self {
            Self::Fa3 => ("http://crd.gov.pl/wzor/2025/06/25/13775/", "Faktura"),
            Self::Fa2 => ("http://crd.gov.pl/wzor/2023/06/29/12648/", "Faktura"),
            Self::FaRr1 => ("http://crd.gov.pl/wzor/2026/03/06/14189/", "Faktura"),
            Self::Pef3 => ("urn:oasis:names:specification:ubl:schema:xsd:Invoice-2", "Invoice"),
            Self::PefKor3 => ("urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2", "CreditNote"),
        }
    }

    /// What stands directly under the root.
    pub(super) fn nodes(self) -> &'static [Node] {
        match self {
            Self::Fa3 | Self::Fa2 => FA,
            Self::FaRr1 => FA_RR,
            Self::Pef3 | Self::PefKor3 => PEF,
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A piece of the document that a fact is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    SellerNip,
    BuyerNip,
    BuyerVatCountry,
    BuyerVatNumber,
    BuyerOtherId,
    BuyerCountry,
    /// `JST` and `GV`: the invoice is for a unit of a local government, for a member of a VAT group.
    BuyerIsLocalUnit,
    BuyerIsGroupMember,
    /// `Podmiot3`: identifiers and role belong together, so they are gathered first.
    ThirdParty,
    ThirdPartyNip,
    ThirdPartyInternalId,
    ThirdPartyRole,
    AuthorisedNip,
    IssueDate,
    Number,
    Kind,
    SelfBilling,
    Attachment,
    SellerName,
    BuyerName,
    Total,
    Currency,
    /// In PEF a party may carry several registrations; the VAT one counts, so they are gathered first.
    SellerRegistration,
    BuyerRegistration,
    RegistrationNumber,
    RegistrationScheme,
}

impl Field {
    /// True for what is printed and decides nothing: no invoice is refused for it.
    pub(super) fn is_printed(self) -> bool {
        matches!(self, Self::SellerName | Self::BuyerName | Self::Total | Self::Currency)
    }
}

/// An element on the way to a field. Whatever is not named here is read for well-formedness only.
pub(super) struct Node {
    namespace: Option<&'static str>,
    pub(super) local: &'static str,
    pub(super) field: Option<Field>,
    pub(super) children: &'static [Node],
}

impl Node {
    /// True if an element of this namespace and name is meant; `of_form` is the root's namespace.
    pub(super) fn matches(&self, of_form: &str, namespace: &str, local: &str) -> bool {
        // Most names differ in these, and need no closer look.
        let might_be = self.local.len() == local.len() && self.local.bytes().next_back() == local.bytes().next_back();
        might_be && self.local == local && self.namespace.unwrap_or(of_form) == namespace
    }

    /// True if the element holds text, and no other element.
    pub(super) fn is_text(&self) -> bool {
        self.children.is_empty() && !matches!(self.field, None | Some(Field::Attachment))
    }

    /// True if the element holds text that is printed and decides nothing.
    pub(super) fn is_printed(&self) -> bool {
        self.field.is_some_and(Field::is_printed)
    }
}

const fn inner(local: &'static str, children: &'static [Node]) -> Node {
    Node { namespace: None, local, field: None, children }
}

const fn leaf(local: &'static str, field: Field) -> Node {
    Node { namespace: None, local, field: Some(field), children: &[] }
}

const SELLER: &[Node] =
    &[inner("DaneIdentyfikacyjne", &[leaf("NIP", Field::SellerNip), leaf("Nazwa", Field::SellerName)])];

const THIRD_PARTY: Node = Node {
    namespace: None,
    local: "Podmiot3",
    field: Some(Field::ThirdParty),
    children: &[
        inner("DaneIdentyfikacyjne", &[leaf("NIP", Field::ThirdPartyNip), leaf("IDWew", Field::ThirdPartyInternalId)]),
        leaf("Rola", Field::ThirdPartyRole),
    ],
};

const FA: &[Node] = &[
    inner("Podmiot1", SELLER),
    inner(
        "Podmiot2",
        &[
            inner(
                "DaneIdentyfikacyjne",
                &[
                    leaf("NIP", Field::BuyerNip),
                    leaf("KodUE", Field::BuyerVatCountry),
                    leaf("NrVatUE", Field::BuyerVatNumber),
                    leaf("KodKraju", Field::BuyerCountry),
                    leaf("NrID", Field::BuyerOtherId),
                    leaf("Nazwa", Field::BuyerName),
                ],
            ),
            leaf("JST", Field::BuyerIsLocalUnit),
            leaf("GV", Field::BuyerIsGroupMember),
        ],
    ),
    THIRD_PARTY,
    inner("PodmiotUpowazniony", &[inner("DaneIdentyfikacyjne", &[leaf("NIP", Field::AuthorisedNip)])]),
    inner(
        "Fa",
        &[
            leaf("P_1", Field::IssueDate),
            leaf("P_2", Field::Number),
            leaf("RodzajFaktury", Field::Kind),
            leaf("KodWaluty", Field::Currency),
            leaf("P_15", Field::Total),
            inner("Adnotacje", &[leaf("P_17", Field::SelfBilling)]),
        ],
    ),
    leaf("Zalacznik", Field::Attachment),
];

const FA_RR: &[Node] = &[
    inner("Podmiot1", SELLER),
    inner(
        "Podmiot2",
        &[inner("DaneIdentyfikacyjne", &[leaf("NIP", Field::BuyerNip), leaf("Nazwa", Field::BuyerName)])],
    ),
    THIRD_PARTY,
    inner(
        "FakturaRR",
        // P_4A is the day of purchase; the day of issue is P_4B.
        &[
            leaf("P_4B", Field::IssueDate),
            leaf("P_4C", Field::Number),
            leaf("RodzajFaktury", Field::Kind),
            leaf("KodWaluty", Field::Currency),
            // P_12_2 is the same in words.
            leaf("P_12_1", Field::Total),
        ],
    ),
];

const CAC: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
const CBC: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

const fn cac(local: &'static str, field: Option<Field>, children: &'static [Node]) -> Node {
    Node { namespace: Some(CAC), local, field, children }
}

const fn cbc(local: &'static str, field: Field) -> Node {
    Node { namespace: Some(CBC), local, field: Some(field), children: &[] }
}

const REGISTRATION: &[Node] =
    &[cbc("CompanyID", Field::RegistrationNumber), cac("TaxScheme", None, &[cbc("ID", Field::RegistrationScheme)])];

// BT-27, BT-44, BT-5 and BT-115 of EN 16931, as Peppol BIS Billing 3.0 binds them to UBL.
const PEF: &[Node] = &[
    cbc("ID", Field::Number),
    cbc("IssueDate", Field::IssueDate),
    cbc("InvoiceTypeCode", Field::Kind),
    cbc("CreditNoteTypeCode", Field::Kind),
    cac(
        "AccountingSupplierParty",
        None,
        &[cac(
            "Party",
            None,
            &[
                cac("PartyTaxScheme", Some(Field::SellerRegistration), REGISTRATION),
                cac("PartyLegalEntity", None, &[cbc("RegistrationName", Field::SellerName)]),
            ],
        )],
    ),
    cac(
        "AccountingCustomerParty",
        None,
        &[cac(
            "Party",
            None,
            &[
                cac("PartyTaxScheme", Some(Field::BuyerRegistration), REGISTRATION),
                cac("PartyLegalEntity", None, &[cbc("RegistrationName", Field::BuyerName)]),
            ],
        )],
    ),
    cbc("DocumentCurrencyCode", Field::Currency),
    cac("LegalMonetaryTotal", None, &[cbc("PayableAmount", Field::Total)]),
];
