//! What the elements of PEF(3) and PEF_KOR(3) are called on paper, and what their values are.
//!
//! UBL has some eight hundred elements, and an invoice a few dozen of them. Those of EN 16931 and those of the Polish extension have
//! words of their own here; all others are called what UBL calls them, its English name in words.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::labels::Kind::{self, Account, Address, Figure, List, Mark, Text};
use super::labels::{Label, row};

/// The row of an element or an attribute; `Parent/Element` where it means something of its own in that parent.
pub(super) fn label(name: &str) -> Option<&'static Label> {
    static TABLE: LazyLock<HashMap<&str, &Label>> =
        LazyLock::new(|| LABELS.iter().map(|label| (label.name, label)).collect());
    TABLE.get(name).copied()
}

/// What the values of an element are that has no row: UBL says it at the end of each name.
pub(super) fn kind(name: &str) -> Kind {
    let is_figure =
        ["Amount", "Quantity", "Percent", "Numeric", "Measure", "Rate"].iter().any(|ending| name.ends_with(ending));
    match name {
        _ if is_figure => Figure,
        _ if name.ends_with("Indicator") => Mark,
        _ => Text,
    }
}

/// `AdditionalStreetName` is `Additional street name`.
pub(super) fn words_of(name: &str) -> String {
    let mut words = String::new();
    let mut last = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let begins_word = letter.is_ascii_uppercase()
            && last.is_some_and(|last: char| {
                last.is_ascii_lowercase()
                    || (last.is_ascii_uppercase() && letters.peek().is_some_and(char::is_ascii_lowercase))
            });
        // An abbreviation stays in capitals: `EndpointID`.
        let is_abbreviation = letters.peek().is_none_or(|next| !next.is_ascii_lowercase());
        if begins_word {
            words.push(' ');
        }
        words.push(if begins_word && !is_abbreviation { letter.to_ascii_lowercase() } else { letter });
        last = Some(letter);
    }
    words
}

/// An element whose name says nothing without that of the element around it.
pub(super) fn is_generic(name: &str) -> bool {
    matches!(
        name,
        "ID" | "Name"
            | "Value"
            | "Description"
            | "IssueDate"
            | "IssueTime"
            | "Amount"
            | "Percent"
            | "Note"
            | "CompanyID"
            | "StartDate"
            | "EndDate"
            | "StartTime"
            | "EndTime"
            | "DocumentType"
            | "DocumentTypeCode"
            | "DocumentDescription"
            | "UUID"
            | "Telephone"
            | "ElectronicMail"
            | "URI"
            | "IdentificationCode"
    )
}

/// UNCL1001, as far as PEF and Peppol take it.
const DOCUMENT: Kind = List(&[
    ("380", "Faktura", "Invoice"),
    ("381", "Nota kredytowa – korekta", "Credit note"),
    ("384", "Faktura korygująca", "Corrected invoice"),
    ("386", "Faktura zaliczkowa", "Prepayment invoice"),
    ("388", "Faktura podatkowa", "Tax invoice"),
    ("389", "Faktura – samofakturowanie", "Self-billed invoice"),
    ("261", "Nota kredytowa – samofakturowanie", "Self-billed credit note"),
    ("393", "Faktura faktoringowa", "Factored invoice"),
    ("396", "Nota kredytowa faktoringowa", "Factored credit note"),
    ("326", "Faktura częściowa", "Partial invoice"),
    ("383", "Nota debetowa", "Debit note"),
]);

/// UNCL4461.
const PAYMENT: Kind = List(&[
    ("1", "nieokreślony", "not defined"),
    ("10", "gotówka", "cash"),
    ("20", "czek", "cheque"),
    ("30", "przelew", "credit transfer"),
    ("31", "przelew debetowy", "debit transfer"),
    ("42", "na rachunek bankowy", "payment to bank account"),
    ("48", "karta płatnicza", "bank card"),
    ("49", "polecenie zapłaty", "direct debit"),
    ("54", "karta kredytowa", "credit card"),
    ("55", "karta debetowa", "debit card"),
    ("57", "umowa stała", "standing agreement"),
    ("58", "przelew SEPA", "SEPA credit transfer"),
    ("59", "polecenie zapłaty SEPA", "SEPA direct debit"),
    ("68", "płatność internetowa", "online payment"),
    ("97", "kompensata", "clearing between partners"),
    ("ZZZ", "uzgodniony wzajemnie", "mutually defined"),
]);

/// UNCL5305.
const TAX: Kind = List(&[
    ("S", "stawka podstawowa lub obniżona", "standard or reduced rate"),
    ("Z", "stawka 0%", "zero rated"),
    ("E", "zwolnione", "exempt"),
    ("AE", "odwrotne obciążenie", "reverse charge"),
    ("K", "wewnątrzwspólnotowa dostawa towarów", "intra-EU supply"),
    ("G", "eksport poza UE", "export outside the EU"),
    ("O", "nie podlega VAT", "not subject to VAT"),
    ("L", "IGIC", "IGIC"),
    ("M", "IPSI", "IPSI"),
    ("B", "podzielona płatność (Włochy)", "split payment (Italy)"),
]);

/// UNECE Recommendation 20 and 21, what invoices have most.
const UNIT: Kind = List(&[
    ("C62", "szt.", "pcs"),
    ("H87", "szt.", "pcs"),
    ("EA", "szt.", "each"),
    ("NAR", "szt.", "pcs"),
    ("PR", "para", "pair"),
    ("SET", "kpl.", "set"),
    ("XPK", "opak.", "pack"),
    ("XBX", "pudełko", "box"),
    ("XCT", "karton", "carton"),
    ("XBO", "butelka", "bottle"),
    ("XPX", "paleta", "pallet"),
    ("GRM", "g", "g"),
    ("KGM", "kg", "kg"),
    ("TNE", "t", "t"),
    ("MLT", "ml", "ml"),
    ("LTR", "l", "l"),
    ("MMT", "mm", "mm"),
    ("CMT", "cm", "cm"),
    ("MTR", "m", "m"),
    ("KMT", "km", "km"),
    ("MTK", "m²", "m²"),
    ("MTQ", "m³", "m³"),
    ("HAR", "ha", "ha"),
    ("MIN", "min", "min"),
    ("HUR", "godz.", "h"),
    ("DAY", "dzień", "day"),
    ("WEE", "tydzień", "week"),
    ("MON", "mies.", "month"),
    ("ANN", "rok", "year"),
    ("KWH", "kWh", "kWh"),
    ("MWH", "MWh", "MWh"),
    ("GJ", "GJ", "GJ"),
    ("E48", "usługa", "service"),
    ("LS", "ryczałt", "lump sum"),
    ("P1", "%", "%"),
]);

const CHARGE: Kind = List(&[("true", "obciążenie", "charge"), ("false", "rabat", "allowance")]);

#[rustfmt::skip]
static LABELS: &[Label] = &[
    // The document
    row("InvoiceTypeCode", "Rodzaj dokumentu", "Type of document", DOCUMENT),
    row("CreditNoteTypeCode", "Rodzaj dokumentu", "Type of document", DOCUMENT),
    row("CustomizationID", "Specyfikacja", "Specification", Text),
    row("ProfileID", "Proces biznesowy", "Business process", Text),
    row("ProfileExecutionID", "Przebieg procesu", "Process run", Text),
    row("UBLVersionID", "Wersja UBL", "UBL version", Text),
    row("UUID", "UUID", "UUID", Text),
    row("CopyIndicator", "Kopia", "Copy", Mark),
    row("IssueDate", "Data wystawienia", "Issue date", Text),
    row("IssueTime", "Godzina wystawienia", "Issue time", Text),
    row("DueDate", "Termin płatności", "Payment due date", Text),
    row("TaxPointDate", "Data powstania obowiązku podatkowego", "Tax point date", Text),
    row("DocumentCurrencyCode", "Waluta", "Currency", Text),
    row("TaxCurrencyCode", "Waluta podatku", "Tax currency", Text),
    row("PricingCurrencyCode", "Waluta cen", "Pricing currency", Text),
    row("PaymentCurrencyCode", "Waluta płatności", "Payment currency", Text),
    row("AccountingCost", "Informacje księgowe nabywcy", "Buyer's accounting reference", Text),
    row("AccountingCostCode", "Kod księgowy nabywcy", "Buyer's accounting code", Text),
    row("BuyerReference", "Referencje nabywcy", "Buyer reference", Text),
    row("LineCountNumeric", "Liczba wierszy", "Number of lines", Figure),
    row("Note", "Uwagi", "Notes", Text),
    row("InvoicePeriod", "Okres rozliczeniowy", "Invoicing period", Text),
    row("InvoicePeriod/StartDate", "Okres od", "Period from", Text),
    row("InvoicePeriod/EndDate", "Okres do", "Period to", Text),
    row("StartDate", "Od", "From", Text),
    row("EndDate", "Do", "To", Text),
    row("StartTime", "Od godziny", "From (time)", Text),
    row("EndTime", "Do godziny", "To (time)", Text),
    row("DurationMeasure", "Czas trwania", "Duration", Figure),
    row("DescriptionCode", "Kod opisu", "Description code", Text),
    row("InvoicePeriod/DescriptionCode", "Moment powstania obowiązku podatkowego", "Tax point code",
        List(&[("3", "data wystawienia", "issue date"), ("35", "data dostawy", "delivery date"), ("432", "data zapłaty", "date of payment")])),
    // References
    row("OrderReference", "Zamówienie", "Order", Text),
    row("OrderReference/ID", "Numer zamówienia", "Order number", Text),
    row("SalesOrderID", "Numer zamówienia u sprzedawcy", "Seller's order number", Text),
    row("BillingReference", "Faktury, których dotyczy", "Preceding invoices", Text),
    row("InvoiceDocumentReference", "Faktura, której dotyczy", "Preceding invoice", Text),
    row("InvoiceDocumentReference/ID", "Numer faktury", "Invoice number", Text),
    row("CreditNoteDocumentReference", "Korekta, której dotyczy", "Preceding credit note", Text),
    row("CreditNoteDocumentReference/ID", "Numer korekty", "Credit note number", Text),
    row("ContractDocumentReference", "Umowa", "Contract", Text),
    row("ContractDocumentReference/ID", "Numer umowy", "Contract number", Text),
    row("ContractDocumentReference/IssueDate", "Data umowy", "Contract date", Text),
    row("DespatchDocumentReference", "Dokument wydania", "Despatch advice", Text),
    row("DespatchDocumentReference/ID", "Numer dokumentu wydania", "Despatch advice number", Text),
    row("ReceiptDocumentReference", "Dokument przyjęcia", "Receiving advice", Text),
    row("ReceiptDocumentReference/ID", "Numer dokumentu przyjęcia", "Receiving advice number", Text),
    row("OriginatorDocumentReference", "Przetarg lub część zamówienia", "Tender or lot", Text),
    row("OriginatorDocumentReference/ID", "Numer przetargu lub części", "Tender or lot number", Text),
    row("StatementDocumentReference", "Zestawienie", "Statement", Text),
    row("ProjectReference", "Projekt", "Project", Text),
    row("ProjectReference/ID", "Numer projektu", "Project number", Text),
    row("AdditionalDocumentReference", "Dokumenty dodatkowe", "Additional documents", Text),
    row("AdditionalDocumentReference/ID", "Numer dokumentu", "Document number", Text),
    row("DocumentReference", "Dokument", "Document", Text),
    row("DocumentType", "Rodzaj dokumentu", "Type of document", Text),
    row("DocumentTypeCode", "Kod rodzaju dokumentu", "Document type code", Text),
    row("DocumentDescription", "Opis dokumentu", "Document description", Text),
    row("Attachment", "Załącznik", "Attachment", Text),
    row("EmbeddedDocumentBinaryObject", "Plik w XML", "File in the XML", Text),
    row("ExternalReference", "Dokument zewnętrzny", "External document", Text),
    row("URI", "Adres", "Address", Address),
    row("LineReference", "Wiersz", "Line", Text),
    row("OrderLineReference", "Wiersz zamówienia", "Order line", Text),
    row("OrderLineReference/LineID", "Wiersz zamówienia", "Order line", Text),
    row("LineID", "Numer wiersza", "Line number", Text),
    row("Signature", "Podpis", "Signature", Text),
    // Parties
    row("AccountingSupplierParty", "Sprzedawca", "Seller", Text),
    row("AccountingCustomerParty", "Nabywca", "Buyer", Text),
    row("PayeeParty", "Odbiorca płatności", "Payee", Text),
    row("TaxRepresentativeParty", "Przedstawiciel podatkowy", "Tax representative", Text),
    row("BuyerCustomerParty", "Kupujący", "Purchaser", Text),
    row("SellerSupplierParty", "Wystawca lub dostawca", "Supplying party", Text),
    row("ReceiverParty", "Odbiorca", "Recipient", Text),
    row("DeliveryParty", "Odbiorca dostawy", "Delivered to", Text),
    row("Party", "Podmiot", "Party", Text),
    row("RegistrationName", "Nazwa", "Name", Text),
    row("PartyName", "Nazwa handlowa", "Trading name", Text),
    row("PartyName/Name", "Nazwa handlowa", "Trading name", Text),
    row("EndpointID", "Adres elektroniczny", "Electronic address", Text),
    row("PartyIdentification", "Identyfikator podmiotu", "Party identifier", Text),
    row("PartyIdentification/ID", "Identyfikator podmiotu", "Party identifier", Text),
    row("PartyTaxScheme", "Numer VAT", "VAT number", Text),
    row("PartyTaxScheme/CompanyID", "Numer podatkowy", "Tax number", Text),
    row("PartyLegalEntity", "Dane rejestrowe", "Legal entity", Text),
    row("PartyLegalEntity/CompanyID", "Numer w rejestrze", "Registration number", Text),
    row("CompanyID", "Numer podmiotu", "Company number", Text),
    row("CompanyLegalForm", "Forma prawna", "Legal form", Text),
    row("PostalAddress", "Adres", "Address", Text),
    row("RegistrationAddress", "Adres rejestrowy", "Registered address", Text),
    row("Address", "Adres", "Address", Text),
    row("AddressLine", "Adres, dalszy ciąg", "Address line", Text),
    row("StreetName", "Ulica", "Street", Text),
    row("AdditionalStreetName", "Adres, ciąg dalszy", "Additional street", Text),
    row("BuildingNumber", "Numer budynku", "Building number", Text),
    row("CityName", "Miejscowość", "City", Text),
    row("PostalZone", "Kod pocztowy", "Postal code", Text),
    row("CountrySubentity", "Region", "Region", Text),
    row("Country", "Kraj", "Country", Text),
    row("IdentificationCode", "Kod kraju", "Country code", Text),
    row("Contact", "Dane kontaktowe", "Contact", Text),
    row("Telephone", "Telefon", "Telephone", Text),
    row("ElectronicMail", "E-mail", "E-mail", Text),
    row("Person", "Osoba", "Person", Text),
    // Delivery
    row("Delivery", "Dostawa", "Delivery", Text),
    row("ActualDeliveryDate", "Data dostawy", "Delivery date", Text),
    row("DeliveryLocation", "Miejsce dostawy", "Place of delivery", Text),
    row("DeliveryLocation/ID", "Identyfikator miejsca dostawy", "Place of delivery identifier", Text),
    row("DeliveryAddress", "Adres dostawy", "Delivery address", Text),
    row("DeliveryTerms", "Warunki dostawy", "Delivery terms", Text),
    // Payment
    row("PaymentMeans", "Płatność", "Payment", Text),
    row("PaymentMeansCode", "Sposób płatności", "Means of payment", PAYMENT),
    row("PaymentDueDate", "Termin płatności", "Payment due date", Text),
    row("PaymentID", "Tytuł płatności", "Remittance information", Text),
    row("PaymentMeans/ID", "Identyfikator płatności", "Payment identifier", Text),
    row("InstructionNote", "Opis płatności", "Payment note", Text),
    row("PayeeFinancialAccount", "Rachunek", "Account", Text),
    row("PayeeFinancialAccount/ID", "Numer rachunku", "Account number", Account),
    row("PayeeFinancialAccount/Name", "Nazwa rachunku", "Account name", Text),
    row("PayerFinancialAccount", "Rachunek płatnika", "Payer's account", Text),
    row("PayerFinancialAccount/ID", "Numer rachunku płatnika", "Payer's account number", Account),
    row("FinancialInstitutionBranch", "Bank", "Bank", Text),
    row("FinancialInstitutionBranch/ID", "Bank (BIC)", "Bank (BIC)", Text),
    row("FinancialInstitution", "Bank", "Bank", Text),
    row("CardAccount", "Karta", "Card", Text),
    row("PrimaryAccountNumberID", "Numer karty", "Card number", Text),
    row("NetworkID", "Sieć kart", "Card network", Text),
    row("HolderName", "Posiadacz karty", "Card holder", Text),
    row("PaymentMandate", "Zgoda na polecenie zapłaty", "Direct debit mandate", Text),
    row("PaymentMandate/ID", "Numer zgody na polecenie zapłaty", "Mandate reference", Text),
    row("PaymentTerms", "Warunki płatności", "Payment terms", Text),
    row("PaymentTerms/Note", "Warunki płatności", "Payment terms", Text),
    row("PrepaidPayment", "Przedpłata", "Prepayment", Text),
    row("PrepaidPayment/ID", "Numer przedpłaty", "Prepayment number", Text),
    row("PaidAmount", "Kwota zapłacona", "Paid amount", Figure),
    row("ReceivedDate", "Data otrzymania", "Received on", Text),
    row("PaidDate", "Data zapłaty", "Paid on", Text),
    // Charges, taxes, totals
    row("AllowanceCharge", "Rabaty i obciążenia", "Allowances and charges", Text),
    row("ChargeIndicator", "Rodzaj", "Kind", CHARGE),
    row("AllowanceChargeReason", "Powód", "Reason", Text),
    row("AllowanceChargeReasonCode", "Kod powodu", "Reason code", Text),
    row("MultiplierFactorNumeric", "Procent", "Percentage", Figure),
    row("Amount", "Kwota", "Amount", Figure),
    row("BaseAmount", "Podstawa", "Base amount", Figure),
    row("TaxTotal", "Podatek", "Tax", Text),
    row("WithholdingTaxTotal", "Podatek pobrany u źródła", "Withholding tax", Text),
    row("TaxSubtotal", "Podatek według stawek", "Tax by rate", Text),
    row("TaxableAmount", "Podstawa opodatkowania", "Taxable amount", Figure),
    row("TaxAmount", "Kwota podatku", "Tax amount", Figure),
    row("TransactionCurrencyTaxAmount", "Kwota podatku w walucie faktury", "Tax amount in the invoice currency", Figure),
    row("TaxCategory", "Stawka", "Rate", Text),
    row("TaxCategory/ID", "Kategoria podatku", "Tax category", TAX),
    row("ClassifiedTaxCategory", "Stawka", "Rate", Text),
    row("ClassifiedTaxCategory/ID", "Kategoria podatku", "Tax category", TAX),
    row("Percent", "Stawka (%)", "Rate (%)", Figure),
    row("TaxScheme", "Podatek", "Tax", Text),
    row("TaxScheme/ID", "Rodzaj podatku", "Tax scheme", Text),
    row("TaxExemptionReason", "Powód zwolnienia", "Exemption reason", Text),
    row("TaxExemptionReasonCode", "Kod powodu zwolnienia", "Exemption reason code", Text),
    row("LegalMonetaryTotal", "Podsumowanie", "Totals", Text),
    row("LineExtensionAmount", "Wartość netto", "Net value", Figure),
    row("LineExtensionGrossAmount", "Wartość brutto", "Gross value", Figure),
    row("LegalMonetaryTotal/LineExtensionAmount", "Suma wartości netto wierszy", "Sum of net line values", Figure),
    row("TaxExclusiveAmount", "Razem bez podatku", "Total without tax", Figure),
    row("TaxInclusiveAmount", "Razem z podatkiem", "Total with tax", Figure),
    row("AllowanceTotalAmount", "Suma rabatów", "Sum of allowances", Figure),
    row("ChargeTotalAmount", "Suma obciążeń", "Sum of charges", Figure),
    row("PrepaidAmount", "Kwota wpłacona", "Prepaid amount", Figure),
    row("PayableRoundingAmount", "Zaokrąglenie", "Rounding", Figure),
    row("PayableAmount", "Kwota należności ogółem", "Total amount due", Figure),
    row("PaymentExchangeRate", "Kurs płatności", "Payment exchange rate", Text),
    row("TaxExchangeRate", "Kurs podatku", "Tax exchange rate", Text),
    row("PricingExchangeRate", "Kurs cen", "Pricing exchange rate", Text),
    row("CalculationRate", "Kurs", "Rate", Figure),
    row("SourceCurrencyCode", "Waluta źródłowa", "Source currency", Text),
    row("TargetCurrencyCode", "Waluta docelowa", "Target currency", Text),
    row("CalculationMethod", "Sposób obliczenia", "Method of calculation", Text),
    // Lines
    row("InvoiceLine", "Pozycje", "Lines", Text),
    row("CreditNoteLine", "Pozycje", "Lines", Text),
    row("SubInvoiceLine", "Pozycje składowe", "Sub-lines", Text),
    row("SubCreditNoteLine", "Pozycje składowe", "Sub-lines", Text),
    row("InvoiceLine/ID", "Lp.", "No.", Text),
    row("CreditNoteLine/ID", "Lp.", "No.", Text),
    row("SubInvoiceLine/ID", "Lp.", "No.", Text),
    row("SubCreditNoteLine/ID", "Lp.", "No.", Text),
    row("InvoicedQuantity", "Ilość", "Qty", Figure),
    row("CreditedQuantity", "Ilość", "Qty", Figure),
    row("Item", "Towar lub usługa", "Goods or services", Text),
    row("Item/Name", "Nazwa towaru lub usługi", "Goods or services", Text),
    row("Item/Description", "Opis", "Description", Text),
    row("BuyersItemIdentification", "Kod u nabywcy", "Buyer's item code", Text),
    row("BuyersItemIdentification/ID", "Kod u nabywcy", "Buyer's item code", Text),
    row("SellersItemIdentification", "Kod u sprzedawcy", "Seller's item code", Text),
    row("SellersItemIdentification/ID", "Kod u sprzedawcy", "Seller's item code", Text),
    row("StandardItemIdentification", "Kod standardowy (GTIN)", "Standard item code (GTIN)", Text),
    row("StandardItemIdentification/ID", "Kod standardowy (GTIN)", "Standard item code (GTIN)", Text),
    row("OriginCountry", "Kraj pochodzenia", "Country of origin", Text),
    row("OriginCountry/IdentificationCode", "Kraj pochodzenia", "Country of origin", Text),
    row("CommodityClassification", "Klasyfikacja", "Classification", Text),
    row("ItemClassificationCode", "Klasyfikacja", "Classification", Text),
    row("AdditionalItemProperty", "Cecha towaru", "Item property", Text),
    row("AdditionalItemProperty/Name", "Cecha", "Property", Text),
    row("AdditionalItemProperty/Value", "Wartość cechy", "Property value", Text),
    row("Price", "Cena", "Price", Text),
    row("PriceAmount", "Cena netto", "Net price", Figure),
    row("GrossPriceAmount", "Cena brutto", "Gross price", Figure),
    row("BaseQuantity", "Cena za", "Price for", Figure),
    // The Polish extension
    row("UBLExtensions", "Polskie rozszerzenie", "Polish extension", Text),
    row("UBLExtension", "Rozszerzenie", "Extension", Text),
    row("ExtensionURI", "Rozszerzenie", "Extension", Text),
    row("ExtensionContent", "Treść rozszerzenia", "Extension content", Text),
    row("AdditionalInvoiceDataNetto", "Dane dodatkowe netto", "Further net data", Text),
    row("AdditionalInvoiceGrossData", "Dane w kwotach brutto", "Data in gross amounts", Text),
    row("AdditionalAddressData", "Dodatkowe adresy", "Further addresses", Text),
    row("OriginalDocumentData/ID", "Numer faktury", "Invoice number", Text),
    row("CorrectedDocumentData/ID", "Numer faktury", "Invoice number", Text),
    row("OriginalDocumentData", "Przed korektą", "Before the correction", Text),
    row("CorrectedDocumentData", "Po korekcie", "After the correction", Text),
    row("OriginalInvoiceData", "Kwoty przed korektą", "Amounts before the correction", Text),
    row("InvoiceCorrection", "Kwoty po korekcie", "Amounts after the correction", Text),
    row("UtilityConsumptionPoints", "Punkty poboru", "Points of consumption", Text),
    row("UtilityConsumptionPoint", "Punkt poboru", "Point of consumption", Text),
    row("UtilityMeter", "Licznik", "Meter", Text),
    row("MeterNumber", "Numer licznika", "Meter number", Text),
    row("MeterReading", "Odczyt", "Reading", Text),
    row("MeterReadingType", "Rodzaj odczytu", "Type of reading", Text),
    row("MeterReadingTypeCode", "Kod rodzaju odczytu", "Code of the type of reading", Text),
    row("PreviousMeterReadingDate", "Data poprzedniego odczytu", "Date of the previous reading", Text),
    row("PreviousMeterReadingMethod", "Sposób poprzedniego odczytu", "Method of the previous reading", Text),
    row("PreviousMeterQuantity", "Poprzedni stan", "Previous reading", Figure),
    row("LatestMeterReadingDate", "Data ostatniego odczytu", "Date of the latest reading", Text),
    row("LatestMeterReadingMethod", "Sposób ostatniego odczytu", "Method of the latest reading", Text),
    row("LatestMeterQuantity", "Ostatni stan", "Latest reading", Figure),
    row("CorrectedConsumptionQuantity", "Zużycie skorygowane", "Corrected consumption", Figure),
    row("FuelMix", "Struktura paliw", "Fuel mix", Text),
    row("FuelType", "Paliwo", "Fuel", Text),
    row("FuelTypeCode", "Kod paliwa", "Fuel code", Text),
    row("Percentage", "Udział (%)", "Share (%)", Figure),
    // What stands for itself nowhere
    row("ID", "Identyfikator", "Identifier", Text),
    row("Name", "Nazwa", "Name", Text),
    row("Value", "Wartość", "Value", Text),
    row("Description", "Opis", "Description", Text),
    row("unitCode", "J.m.", "Unit", UNIT),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_words() {
        assert_eq!(words_of("AdditionalStreetName"), "Additional street name");
        assert_eq!(words_of("EndpointID"), "Endpoint ID");
        assert_eq!(words_of("UBLVersionID"), "UBL version ID");
        assert_eq!(words_of("URI"), "URI");
    }

    #[test]
    fn no_name_has_two_rows() {
        for (place, label) in LABELS.iter().enumerate() {
            assert!(LABELS[..place].iter().all(|other| other.name != label.name), "{}", label.name);
        }
    }
}
