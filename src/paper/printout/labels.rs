//! What the elements of FA(3), FA(2) and FA_RR(1) are called on paper, in Polish and in English, and what their values are.
//!
//! A test walks the Ministry's schemas, where they are at hand, and shows that every element has its row.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One row of the table.
pub(super) struct Label {
    /// The element or attribute; after `RR:` where FA_RR(1) means something else by it, after the kind of the invoice where that kind
    /// does.
    pub(super) name: &'static str,
    pub(super) pl: &'static str,
    pub(super) en: &'static str,
    pub(super) kind: Kind,
}

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Words, numbers of documents, dates: as they stand.
    Text,
    /// Figures: grouped, with a decimal comma in Polish; on the right in tables.
    Figure,
    /// Amounts and prices: figures of two decimals at least.
    Money,
    /// The number of a bank account: in groups of four.
    Account,
    /// An address that leads somewhere.
    Address,
    /// 1 and 2: yes and no.
    Mark,
    /// A number or a word that stands for one of these.
    List(&'static [(&'static str, &'static str, &'static str)]),
}

impl Kind {
    /// True of what stands on the right in tables.
    pub(super) fn is_figure(self) -> bool {
        matches!(self, Figure | Money)
    }
}

/// The row of an element or an attribute of that name.
pub(super) fn label(is_rr: bool, kind: &str, name: &str) -> Option<&'static Label> {
    static TABLE: LazyLock<HashMap<&str, &Label>> =
        LazyLock::new(|| LABELS.iter().map(|label| (label.name, label)).collect());
    let of_rr = if is_rr { TABLE.get(format!("RR:{name}").as_str()) } else { None };
    let of_kind = if kind.is_empty() { None } else { TABLE.get(format!("{kind}:{name}").as_str()) };
    of_kind.or(of_rr).or_else(|| TABLE.get(name)).copied()
}

/// The kind of an invoice, if labels depend on it; else nothing.
pub(super) fn kind_of(value: &str) -> &'static str {
    const KINDS: [&str; 6] = ["ZAL", "ROZ", "KOR", "KOR_ZAL", "KOR_ROZ", "KOR_VAT_RR"];
    KINDS.into_iter().find(|kind| *kind == value).unwrap_or_default()
}

/// The words for a value of a list.
pub(super) fn listed(kind: Kind, value: &str) -> Option<(&'static str, &'static str)> {
    let List(list) = kind else { return None };
    list.iter().find(|(known, ..)| *known == value).map(|(_, pl, en)| (*pl, *en))
}

pub(super) const fn row(name: &'static str, pl: &'static str, en: &'static str, kind: Kind) -> Label {
    Label { name, pl, en, kind }
}

use Kind::{Account, Address, Figure, List, Mark, Money, Text};

const PAYMENT: Kind = List(&[
    ("1", "gotówka", "cash"),
    ("2", "karta", "card"),
    ("3", "bon", "voucher"),
    ("4", "czek", "cheque"),
    ("5", "kredyt", "credit"),
    ("6", "przelew", "bank transfer"),
    ("7", "mobilna", "mobile payment"),
]);

const RR_PAYMENT: Kind = List(&[("1", "przelew", "bank transfer")]);

const ROLE: Kind = List(&[
    ("1", "faktor", "factor"),
    ("2", "odbiorca", "recipient"),
    ("3", "podmiot pierwotny", "original entity"),
    ("4", "dodatkowy nabywca", "additional buyer"),
    ("5", "wystawca faktury", "issuer of the invoice"),
    ("6", "dokonujący płatności", "payer"),
    ("7", "jednostka samorządu terytorialnego – wystawca", "local government unit – issuer"),
    ("8", "jednostka samorządu terytorialnego – odbiorca", "local government unit – recipient"),
    ("9", "członek grupy VAT – wystawca", "VAT group member – issuer"),
    ("10", "członek grupy VAT – odbiorca", "VAT group member – recipient"),
    ("11", "pracownik", "employee"),
]);

const AUTHORISED_ROLE: Kind = List(&[
    ("1", "organ egzekucyjny", "enforcement authority"),
    ("2", "komornik sądowy", "court bailiff"),
    ("3", "przedstawiciel podatkowy", "tax representative"),
]);

const STATUS: Kind = List(&[
    ("1", "stan likwidacji", "in liquidation"),
    ("2", "postępowanie restrukturyzacyjne", "in restructuring"),
    ("3", "stan upadłości", "bankrupt"),
    ("4", "przedsiębiorstwo w spadku", "enterprise in succession"),
]);

const OWN_ACCOUNT: Kind = List(&[
    ("1", "do rozliczeń z tytułu nabywanych wierzytelności", "for settling purchased receivables"),
    ("2", "do pobrania należności i przekazania dostawcy", "for collecting and passing on to the supplier"),
    ("3", "w ramach gospodarki własnej banku", "for the bank's own business"),
]);

const INVOICE_KIND: Kind = List(&[
    ("VAT", "Faktura", "Invoice"),
    ("KOR", "Faktura korygująca", "Correcting invoice"),
    ("ZAL", "Faktura zaliczkowa", "Advance payment invoice"),
    ("ROZ", "Faktura rozliczeniowa", "Settlement invoice"),
    ("UPR", "Faktura uproszczona", "Simplified invoice"),
    ("KOR_ZAL", "Faktura korygująca fakturę zaliczkową", "Correction of an advance payment invoice"),
    ("KOR_ROZ", "Faktura korygująca fakturę rozliczeniową", "Correction of a settlement invoice"),
    ("VAT_RR", "Faktura VAT RR", "VAT RR invoice"),
    ("KOR_VAT_RR", "Faktura VAT RR KOREKTA", "Correcting VAT RR invoice"),
]);

const CORRECTION_EFFECT: Kind = List(&[
    ("1", "w dacie ujęcia faktury pierwotnej", "on the date of the original invoice"),
    ("2", "w dacie wystawienia faktury korygującej", "on the date of the correcting invoice"),
    ("3", "w innej dacie", "on another date"),
    ("4", "w dacie zwrotu należności", "on the date the payment is returned"),
]);

const TRANSPORT: Kind = List(&[
    ("1", "morski", "sea"),
    ("2", "kolejowy", "rail"),
    ("3", "drogowy", "road"),
    ("4", "lotniczy", "air"),
    ("5", "przesyłka pocztowa", "post"),
    ("7", "stałe instalacje przesyłowe", "fixed installations"),
    ("8", "żegluga śródlądowa", "inland waterway"),
]);

const CARGO: Kind = List(&[
    ("1", "bańka", "can"),
    ("2", "beczka", "barrel"),
    ("3", "butla", "cylinder"),
    ("4", "karton", "carton"),
    ("5", "kanister", "canister"),
    ("6", "klatka", "crate"),
    ("7", "kontener", "container"),
    ("8", "kosz lub koszyk", "basket"),
    ("9", "łubianka", "chip basket"),
    ("10", "opakowanie zbiorcze", "collective packaging"),
    ("11", "paczka", "parcel"),
    ("12", "pakiet", "bundle"),
    ("13", "paleta", "pallet"),
    ("14", "pojemnik", "bin"),
    ("15", "pojemnik do ładunków masowych stałych", "bulk container, solids"),
    ("16", "pojemnik do ładunków masowych w postaci płynnej", "bulk container, liquids"),
    ("17", "pudełko", "box"),
    ("18", "puszka", "tin"),
    ("19", "skrzynia", "chest"),
    ("20", "worek", "sack"),
]);

const RATE: Kind = List(&[
    ("23", "23%", "23%"),
    ("22", "22%", "22%"),
    ("8", "8%", "8%"),
    ("7", "7%", "7%"),
    ("6.5", "6,5%", "6.5%"),
    ("5", "5%", "5%"),
    ("4", "4%", "4%"),
    ("3", "3%", "3%"),
    ("0 KR", "0% krajowe", "0% domestic"),
    ("0 WDT", "0% WDT", "0% intra-EU"),
    ("0 EX", "0% eksport", "0% export"),
    ("0", "0%", "0%"),
    ("zw", "zw", "exempt"),
    ("oo", "oo", "reverse charge"),
    ("np I", "np I", "not taxed I"),
    ("np II", "np II", "not taxed II"),
    ("np", "np", "not taxed"),
]);

#[rustfmt::skip]
static LABELS: &[Label] = &[
    // The file
    row("Faktura", "Faktura", "Invoice", Text),
    row("Naglowek", "Plik", "File", Text),
    row("KodFormularza", "Formularz", "Form", Text),
    row("kodSystemowy", "Kod systemowy", "System code", Text),
    row("wersjaSchemy", "Wersja schematu", "Schema version", Text),
    row("WariantFormularza", "Wariant", "Variant", Text),
    row("DataWytworzeniaFa", "Wytworzono", "Created", Text),
    row("SystemInfo", "System", "System", Text),
    // Parties
    row("Podmiot1", "Sprzedawca", "Seller", Text),
    row("RR:Podmiot1", "Dostawca (rolnik ryczałtowy)", "Supplier (flat-rate farmer)", Text),
    row("RR:Podmiot1K", "Dostawca – dane przed korektą", "Supplier – as it was before", Text),
    row("Podmiot2", "Nabywca", "Buyer", Text),
    row("Podmiot3", "Podmiot inny", "Third party", Text),
    row("PodmiotUpowazniony", "Podmiot upoważniony", "Authorised entity", Text),
    row("Podmiot1K", "Sprzedawca – dane przed korektą", "Seller – as it was before", Text),
    row("Podmiot2K", "Nabywca – dane przed korektą", "Buyer – as it was before", Text),
    row("DaneIdentyfikacyjne", "Dane identyfikacyjne", "Identification", Text),
    row("PrefiksPodatnika", "Prefiks VAT", "VAT prefix", Text),
    row("NrEORI", "Numer EORI", "EORI number", Text),
    row("NIP", "NIP", "NIP", Text),
    row("Nazwa", "Nazwa", "Name", Text),
    row("KodUE", "Prefiks VAT-UE", "EU VAT prefix", Text),
    row("NrVatUE", "Numer VAT-UE", "EU VAT number", Text),
    row("NrID", "Identyfikator podatkowy inny", "Other tax identifier", Text),
    row("BrakID", "Brak identyfikatora podatkowego", "No tax identifier", Mark),
    row("IDWew", "Identyfikator wewnętrzny", "Internal identifier", Text),
    row("Adres", "Adres", "Address", Text),
    row("AdresKoresp", "Adres do korespondencji", "Postal address", Text),
    row("KodKraju", "Kraj", "Country", Text),
    row("AdresL1", "Adres", "Address", Text),
    row("AdresL2", "Adres, cd.", "Address, cont.", Text),
    row("GLN", "GLN", "GLN", Text),
    row("DaneKontaktowe", "Dane kontaktowe", "Contact", Text),
    row("Email", "E-mail", "E-mail", Text),
    row("Telefon", "Telefon", "Phone", Text),
    row("EmailPU", "E-mail", "E-mail", Text),
    row("TelefonPU", "Telefon", "Phone", Text),
    row("StatusInfoPodatnika", "Status podatnika", "Taxpayer status", STATUS),
    row("NrKlienta", "Numer klienta", "Customer number", Text),
    row("NrKontrahenta", "Numer kontrahenta", "Contractor number", Text),
    row("IDNabywcy", "Identyfikator nabywcy", "Buyer identifier", Text),
    row("JST", "Dotyczy jednostki podrzędnej JST", "For a subordinate unit of a local government", Mark),
    row("GV", "Dotyczy członka grupy VAT", "For a member of a VAT group", Mark),
    row("Rola", "Rola", "Role", ROLE),
    row("RolaInna", "Rola inna", "Other role", Mark),
    row("OpisRoli", "Opis roli", "Role description", Text),
    row("Udzial", "Udział (%)", "Share (%)", Figure),
    row("RolaPU", "Rola", "Role", AUTHORISED_ROLE),
    // The invoice
    row("Fa", "Faktura", "Invoice", Text),
    row("FakturaRR", "Faktura VAT RR", "VAT RR invoice", Text),
    row("KodWaluty", "Waluta", "Currency", Text),
    row("P_1", "Data wystawienia", "Issue date", Text),
    row("P_1M", "Miejsce wystawienia", "Place of issue", Text),
    row("P_2", "Numer faktury", "Invoice number", Text),
    row("P_4A", "Data dokonania nabycia", "Purchase date", Text),
    row("P_4B", "Data wystawienia", "Issue date", Text),
    row("P_4C", "Numer faktury", "Invoice number", Text),
    row("WZ", "Dokument WZ", "Goods issue note", Text),
    row("P_6", "Data dostawy, wykonania usługi lub zapłaty", "Date of delivery, service or payment", Text),
    row("OkresFa", "Okres", "Period", Text),
    row("P_6_Od", "Okres od", "Period from", Text),
    row("P_6_Do", "Okres do", "Period to", Text),
    row("P_13_1", "23% lub 22%", "23% or 22%", Money),
    row("P_13_2", "8% lub 7%", "8% or 7%", Money),
    row("P_13_3", "5%", "5%", Money),
    row("P_13_4", "Ryczałt dla taksówek (4% lub 3%)", "Taxi flat rate", Money),
    row("P_13_5", "Procedura OSS/IOSS (dział XII rozdz. 6a)", "OSS/IOSS scheme", Money),
    row("P_13_6_1", "0% krajowe", "0% domestic", Money),
    row("P_13_6_2", "0% WDT", "0% intra-EU supply", Money),
    row("P_13_6_3", "0% eksport", "0% export", Money),
    row("P_13_7", "Zwolnione od podatku", "Exempt", Money),
    row("P_13_8", "Poza terytorium kraju (np I)", "Outside the country (I)", Money),
    row("P_13_9", "Usługi z art. 100 ust. 1 pkt 4 (np II)", "Services, art. 100(1)(4) (II)", Money),
    row("P_13_10", "Odwrotne obciążenie", "Reverse charge", Money),
    row("P_13_11", "Procedura marży", "Margin scheme", Money),
    row("P_14_1", "VAT 23% lub 22%", "VAT 23% or 22%", Money),
    row("P_14_2", "VAT 8% lub 7%", "VAT 8% or 7%", Money),
    row("P_14_3", "VAT 5%", "VAT 5%", Money),
    row("P_14_4", "Ryczałt dla taksówek – podatek", "Taxi flat rate – tax", Money),
    row("P_14_5", "OSS/IOSS – podatek", "OSS/IOSS – tax", Money),
    row("P_14_1W", "VAT 23% lub 22% w PLN", "VAT 23% or 22% in PLN", Money),
    row("P_14_2W", "VAT 8% lub 7% w PLN", "VAT 8% or 7% in PLN", Money),
    row("P_14_3W", "VAT 5% w PLN", "VAT 5% in PLN", Money),
    row("P_14_4W", "Ryczałt dla taksówek – podatek w PLN", "Taxi flat rate – tax in PLN", Money),
    row("P_15", "Kwota należności ogółem", "Total amount due", Money),
    row("ZAL:P_15", "Kwota zapłaty dokumentowana fakturą", "Payment documented by this invoice", Money),
    row("ROZ:P_15", "Kwota pozostała do zapłaty", "Amount remaining to be paid", Money),
    row("KOR:P_15", "Korekta kwoty należności", "Correction of the amount due", Money),
    row("KOR_ZAL:P_15", "Korekta kwoty zapłaty", "Correction of the payment", Money),
    row("KOR_ROZ:P_15", "Korekta kwoty pozostałej do zapłaty", "Correction of the amount remaining to be paid", Money),
    row("KursWalutyZ", "Kurs waluty", "Exchange rate", Figure),
    row("P_11_1", "Wartość nabytych produktów rolnych lub usług rolniczych", "Value of the products or services", Money),
    row("P_11_1W", "Wartość nabytych produktów rolnych lub usług rolniczych w PLN", "Value of the products or services in PLN", Money),
    row("P_11_2", "Kwota zryczałtowanego zwrotu podatku", "Flat-rate tax refund", Money),
    row("P_11_2W", "Kwota zryczałtowanego zwrotu podatku w PLN", "Flat-rate tax refund in PLN", Money),
    row("P_12_1", "Kwota należności ogółem", "Total amount due", Money),
    row("KOR_VAT_RR:P_12_1", "Korekta kwoty należności", "Correction of the amount due", Money),
    row("P_12_1W", "Kwota należności ogółem w PLN", "Total amount due in PLN", Money),
    row("P_12_2", "Słownie", "In words", Text),
    // Annotations
    row("Adnotacje", "Adnotacje", "Annotations", Text),
    row("P_16", "Metoda kasowa", "Cash accounting", Mark),
    row("P_17", "Samofakturowanie", "Self-billing", Mark),
    row("P_18", "Odwrotne obciążenie", "Reverse charge", Mark),
    row("P_18A", "Mechanizm podzielonej płatności", "Split payment", Mark),
    row("P_23", "Procedura trójstronna uproszczona", "Simplified triangular procedure", Mark),
    row("Zwolnienie", "Zwolnienie od podatku", "Tax exemption", Text),
    row("P_19", "Zwolnienie od podatku", "Tax exemption", Mark),
    row("P_19A", "Podstawa zwolnienia – przepis ustawy", "Ground of exemption – act", Text),
    row("P_19B", "Podstawa zwolnienia – przepis dyrektywy", "Ground of exemption – directive", Text),
    row("P_19C", "Podstawa zwolnienia – inna podstawa prawna", "Ground of exemption – other", Text),
    row("P_19N", "Bez zwolnienia od podatku", "No tax exemption", Mark),
    row("NoweSrodkiTransportu", "Nowe środki transportu", "New means of transport", Text),
    row("P_22", "Wewnątrzwspólnotowe dostawy nowych środków transportu", "Intra-EU supply of new means of transport", Mark),
    row("P_42_5", "Obowiązek wystawienia dokumentu VAT-22 (art. 42 ust. 5)", "Duty to issue a VAT-22 document (art. 42(5))", Mark),
    row("NowySrodekTransportu", "Nowy środek transportu", "New means of transport", Text),
    row("P_22A", "Data dopuszczenia do użytku", "First put into use", Text),
    row("P_NrWierszaNST", "Wiersz faktury", "Invoice line", Text),
    row("P_22BMK", "Marka", "Make", Text),
    row("P_22BMD", "Model", "Model", Text),
    row("P_22BK", "Kolor", "Colour", Text),
    row("P_22BNR", "Numer rejestracyjny", "Registration number", Text),
    row("P_22BRP", "Rok produkcji", "Year of production", Text),
    row("P_22B", "Przebieg pojazdu", "Mileage", Text),
    row("P_22B1", "Numer VIN", "VIN", Text),
    row("P_22B2", "Numer nadwozia", "Body number", Text),
    row("P_22B3", "Numer podwozia", "Chassis number", Text),
    row("P_22B4", "Numer ramy", "Frame number", Text),
    row("P_22BT", "Typ", "Type", Text),
    row("P_22C", "Godziny używania jednostki pływającej", "Hours of use of the vessel", Text),
    row("P_22C1", "Numer kadłuba", "Hull number", Text),
    row("P_22D", "Godziny używania statku powietrznego", "Hours of use of the aircraft", Text),
    row("P_22D1", "Numer fabryczny", "Serial number", Text),
    row("P_22N", "Bez nowych środków transportu", "No new means of transport", Mark),
    row("PMarzy", "Procedura marży", "Margin scheme", Text),
    row("P_PMarzy", "Procedura marży", "Margin scheme", Mark),
    row("P_PMarzy_2", "Procedura marży dla biur podróży", "Margin scheme – travel agencies", Mark),
    row("P_PMarzy_3_1", "Procedura marży – towary używane", "Margin scheme – second-hand goods", Mark),
    row("P_PMarzy_3_2", "Procedura marży – dzieła sztuki", "Margin scheme – works of art", Mark),
    row("P_PMarzy_3_3", "Procedura marży – przedmioty kolekcjonerskie i antyki", "Margin scheme – collectors' items and antiques", Mark),
    row("P_PMarzyN", "Bez procedury marży", "No margin scheme", Mark),
    row("FP", "Faktura do paragonu (art. 109 ust. 3d)", "Invoice for a receipt (art. 109(3d))", Mark),
    row("TP", "Powiązania między nabywcą a dostawcą lub usługodawcą", "Related parties", Mark),
    row("ZwrotAkcyzy", "Zwrot akcyzy dla rolników", "Excise refund for farmers", Mark),
    // Corrections
    row("RodzajFaktury", "Rodzaj faktury", "Kind of invoice", INVOICE_KIND),
    row("PrzyczynaKorekty", "Przyczyna korekty", "Reason for the correction", Text),
    row("TypKorekty", "Typ skutku korekty", "Effect of the correction", CORRECTION_EFFECT),
    row("DaneFaKorygowanej", "Faktury korygowane", "Corrected invoices", Text),
    row("DataWystFaKorygowanej", "Data wystawienia faktury korygowanej", "Issue date of the corrected invoice", Text),
    row("NrFaKorygowanej", "Numer faktury korygowanej", "Number of the corrected invoice", Text),
    row("NrKSeF", "Wystawiona w KSeF", "Issued in KSeF", Mark),
    row("NrKSeFFaKorygowanej", "Numer KSeF faktury korygowanej", "KSeF number of the corrected invoice", Text),
    row("NrKSeFN", "Wystawiona poza KSeF", "Issued outside of KSeF", Mark),
    row("OkresFaKorygowanej", "Okres, którego dotyczy rabat", "Period of the rebate", Text),
    row("NrFaKorygowany", "Poprawny numer faktury korygowanej", "Right number of the corrected invoice", Text),
    row("P_15ZK", "Kwota przed korektą", "Amount before the correction", Money),
    row("KOR_ZAL:P_15ZK", "Kwota zapłaty przed korektą", "Payment before the correction", Money),
    row("KOR_ROZ:P_15ZK", "Kwota pozostała do zapłaty przed korektą", "Amount remaining to be paid before the correction", Money),
    row("KursWalutyZK", "Kurs waluty przed korektą", "Exchange rate before the correction", Figure),
    row("StanPrzed", "Przed korektą", "Before the correction", Mark),
    row("StanPrzedZ", "Przed korektą", "Before the correction", Mark),
    // Advances
    row("ZaliczkaCzesciowa", "Zaliczki", "Advance payments", Text),
    row("P_6Z", "Data otrzymania płatności", "Received on", Text),
    row("P_15Z", "Kwota", "Amount", Money),
    row("KursWalutyZW", "Kurs waluty", "Exchange rate", Figure),
    row("FakturaZaliczkowa", "Faktury zaliczkowe", "Advance payment invoices", Text),
    row("NrKSeFZN", "Wystawiona poza KSeF", "Issued outside of KSeF", Mark),
    row("NrFaZaliczkowej", "Numer faktury zaliczkowej", "Number of the advance payment invoice", Text),
    row("NrKSeFFaZaliczkowej", "Numer KSeF faktury zaliczkowej", "KSeF number of the advance payment invoice", Text),
    // Lines
    row("FaWiersz", "Pozycje", "Lines", Text),
    row("FakturaRRWiersz", "Pozycje", "Lines", Text),
    row("NrWierszaFa", "Lp.", "No.", Text),
    row("UU_ID", "Unikalny numer wiersza", "Line ID", Text),
    row("P_6A", "Data dostawy lub wykonania", "Date of delivery or service", Text),
    row("P_7", "Nazwa towaru lub usługi", "Goods or services", Text),
    row("Indeks", "Indeks", "Index", Text),
    row("GTIN", "GTIN", "GTIN", Text),
    row("PKWiU", "PKWiU", "PKWiU", Text),
    row("CN", "CN", "CN", Text),
    row("PKOB", "PKOB", "PKOB", Text),
    row("P_8A", "J.m.", "Unit", Text),
    row("P_8B", "Ilość", "Qty", Figure),
    row("P_9A", "Cena jedn. netto", "Net unit price", Money),
    row("P_9B", "Cena jedn. brutto", "Gross unit price", Money),
    row("P_10", "Rabat", "Discount", Money),
    row("P_11", "Wartość sprzedaży netto", "Net value", Money),
    row("P_11A", "Wartość sprzedaży brutto", "Gross value", Money),
    row("P_11Vat", "VAT", "VAT", Money),
    row("P_12", "Stawka podatku", "Rate", RATE),
    row("P_12_XII", "Stawka podatku OSS (%)", "OSS rate (%)", Figure),
    row("P_12_Zal_15", "Załącznik nr 15", "Annex 15", Mark),
    row("KwotaAkcyzy", "Kwota podatku akcyzowego", "Excise", Money),
    row("GTU", "GTU", "GTU", Text),
    row("Procedura", "Procedura", "Procedure", Text),
    row("KursWaluty", "Kurs waluty", "Exchange rate", Figure),
    row("P_4AA", "Data dokonania nabycia", "Purchase date", Text),
    row("P_5", "Nazwa produktu lub usługi", "Product or service", Text),
    row("RR:P_6A", "J.m.", "Unit", Text),
    row("P_6B", "Ilość", "Qty", Figure),
    row("P_6C", "Klasa lub jakość", "Class or quality", Text),
    row("RR:P_7", "Cena jedn.", "Unit price", Money),
    row("P_8", "Wartość bez zwrotu", "Value without refund", Money),
    row("P_9", "Stawka zwrotu podatku", "Refund rate", RATE),
    row("RR:P_10", "Zwrot podatku", "Tax refund", Money),
    row("RR:P_11", "Wartość ze zwrotem", "Value with refund", Money),
    // Settlement
    row("Rozliczenie", "Rozliczenie", "Settlement", Text),
    row("Obciazenia", "Obciążenia", "Charges", Text),
    row("Odliczenia", "Odliczenia", "Deductions", Text),
    row("Kwota", "Kwota", "Amount", Money),
    row("Powod", "Powód", "Reason", Text),
    row("SumaObciazen", "Suma obciążeń", "Total charges", Money),
    row("SumaOdliczen", "Suma odliczeń", "Total deductions", Money),
    row("DoZaplaty", "Do zapłaty", "To pay", Money),
    row("DoRozliczenia", "Do rozliczenia", "To settle", Money),
    // Payment
    row("Platnosc", "Płatność", "Payment", Text),
    row("Zaplacono", "Zapłacono", "Paid", Mark),
    row("DataZaplaty", "Data zapłaty", "Paid on", Text),
    row("ZnacznikZaplatyCzesciowej", "Zapłata częściowa", "Partial payment", List(&[("1", "w części", "in part"), ("2", "w całości", "in full")])),
    row("ZaplataCzesciowa", "Zapłaty częściowe", "Partial payments", Text),
    row("KwotaZaplatyCzesciowej", "Kwota", "Amount", Money),
    row("DataZaplatyCzesciowej", "Data zapłaty", "Paid on", Text),
    row("FormaPlatnosci", "Forma płatności", "Form of payment", PAYMENT),
    row("RR:FormaPlatnosci", "Forma płatności", "Form of payment", RR_PAYMENT),
    row("PlatnoscInna", "Płatność inna", "Other form of payment", Mark),
    row("OpisPlatnosci", "Opis płatności innej", "Payment description", Text),
    row("TerminPlatnosci", "Terminy płatności", "Payment terms", Text),
    row("Termin", "Termin", "Due on", Text),
    row("TerminOpis", "Opis terminu", "Term", Text),
    row("Ilosc", "Liczba", "Count", Figure),
    row("Jednostka", "Jednostka", "Unit", Text),
    row("ZdarzeniePoczatkowe", "Od zdarzenia", "From the event", Text),
    row("RachunekBankowy", "Rachunek bankowy", "Bank account", Text),
    row("RachunekBankowy1", "Rachunek rolnika", "Farmer's account", Text),
    row("RachunekBankowy2", "Rachunek nabywcy", "Buyer's account", Text),
    row("RachunekBankowyFaktora", "Rachunek faktora", "Factor's account", Text),
    row("NrRB", "Pełny numer rachunku", "Account number", Account),
    row("SWIFT", "Kod SWIFT", "SWIFT code", Text),
    row("RachunekWlasnyBanku", "Rachunek własny banku", "Bank's own account", OWN_ACCOUNT),
    row("NazwaBanku", "Nazwa banku", "Name of the bank", Text),
    row("OpisRachunku", "Opis rachunku", "Account description", Text),
    row("Skonto", "Skonto", "Early payment discount", Text),
    row("WarunkiSkonta", "Warunki skonta", "Conditions", Text),
    row("WysokoscSkonta", "Wysokość skonta", "Discount", Text),
    row("LinkDoPlatnosci", "Link do płatności bezgotówkowej", "Payment link", Address),
    row("IPKSeF", "Identyfikator płatności KSeF", "KSeF payment identifier", Text),
    row("DokumentZaplaty", "Dokumenty zapłaty", "Payment documents", Text),
    row("NrDokumentu", "Numer dokumentu", "Document number", Text),
    row("DataDokumentu", "Data dokumentu", "Document date", Text),
    // Terms
    row("WarunkiTransakcji", "Warunki transakcji", "Terms of the transaction", Text),
    row("Umowy", "Umowy", "Contracts", Text),
    row("DataUmowy", "Data umowy", "Contract date", Text),
    row("NrUmowy", "Numer umowy", "Contract number", Text),
    row("Zamowienia", "Zamówienia", "Orders", Text),
    row("DataZamowienia", "Data zamówienia", "Order date", Text),
    row("NrZamowienia", "Numer zamówienia", "Order number", Text),
    row("NrPartiiTowaru", "Numer partii towaru", "Batch number", Text),
    row("WarunkiDostawy", "Warunki dostawy towarów", "Terms of delivery", Text),
    row("KursUmowny", "Kurs umowny", "Agreed rate", Figure),
    row("WalutaUmowna", "Waluta umowna", "Agreed currency", Text),
    row("PodmiotPosredniczacy", "Podmiot pośredniczący (art. 22 ust. 2d)", "Intermediary (art. 22(2d))", Mark),
    row("Transport", "Transport", "Transport", Text),
    row("RodzajTransportu", "Rodzaj transportu", "Means of transport", TRANSPORT),
    row("TransportInny", "Transport inny", "Other means of transport", Mark),
    row("OpisInnegoTransportu", "Opis innego rodzaju transportu", "Description", Text),
    row("Przewoznik", "Przewoźnik", "Carrier", Text),
    row("AdresPrzewoznika", "Adres przewoźnika", "Carrier's address", Text),
    row("NrZleceniaTransportu", "Numer zlecenia transportu", "Transport order", Text),
    row("OpisLadunku", "Opis ładunku", "Cargo", CARGO),
    row("LadunekInny", "Ładunek inny", "Other cargo", Mark),
    row("OpisInnegoLadunku", "Opis innego ładunku", "Cargo description", Text),
    row("JednostkaOpakowania", "Jednostka opakowania", "Packaging unit", Text),
    row("DataGodzRozpTransportu", "Data i godzina rozpoczęcia transportu", "Transport begins", Text),
    row("DataGodzZakTransportu", "Data i godzina zakończenia transportu", "Transport ends", Text),
    row("WysylkaZ", "Adres miejsca wysyłki", "Shipped from", Text),
    row("WysylkaPrzez", "Adres pośredni wysyłki", "Shipped through", Text),
    row("WysylkaDo", "Adres miejsca docelowego", "Shipped to", Text),
    // Orders
    row("Zamowienie", "Zamówienie lub umowa", "Order or contract", Text),
    row("WartoscZamowienia", "Wartość zamówienia lub umowy z kwotą podatku", "Order value with tax", Money),
    row("ZamowienieWiersz", "Pozycje zamówienia", "Order lines", Text),
    row("NrWierszaZam", "Lp.", "No.", Text),
    row("UU_IDZ", "Unikalny numer wiersza", "Line ID", Text),
    row("P_7Z", "Nazwa towaru lub usługi", "Goods or services", Text),
    row("IndeksZ", "Indeks", "Index", Text),
    row("GTINZ", "GTIN", "GTIN", Text),
    row("PKWiUZ", "PKWiU", "PKWiU", Text),
    row("CNZ", "CN", "CN", Text),
    row("PKOBZ", "PKOB", "PKOB", Text),
    row("P_8AZ", "J.m.", "Unit", Text),
    row("P_8BZ", "Ilość", "Qty", Figure),
    row("P_9AZ", "Cena jedn. netto", "Net unit price", Money),
    row("P_11NettoZ", "Wartość sprzedaży netto", "Net value", Money),
    row("P_11VatZ", "VAT", "VAT", Money),
    row("P_12Z", "Stawka podatku", "Rate", RATE),
    row("P_12Z_XII", "Stawka podatku OSS (%)", "OSS rate (%)", Figure),
    row("P_12Z_Zal_15", "Załącznik nr 15", "Annex 15", Mark),
    row("GTUZ", "GTU", "GTU", Text),
    row("ProceduraZ", "Procedura", "Procedure", Text),
    row("KwotaAkcyzyZ", "Kwota podatku akcyzowego", "Excise", Money),
    // The rest
    row("DodatkowyOpis", "Dodatkowy opis", "Further description", Text),
    row("NrWiersza", "Wiersz", "Line", Text),
    row("Klucz", "Rodzaj informacji", "Kind of information", Text),
    row("Wartosc", "Treść informacji", "Content", Text),
    row("Stopka", "Pozostałe informacje", "Further information", Text),
    row("Informacje", "Informacje", "Information", Text),
    row("StopkaFaktury", "Stopka faktury", "Footer", Text),
    row("Rejestry", "Rejestry", "Registers", Text),
    row("PelnaNazwa", "Pełna nazwa", "Full name", Text),
    row("KRS", "KRS", "KRS", Text),
    row("REGON", "REGON", "REGON", Text),
    row("BDO", "BDO", "BDO", Text),
    row("Zalacznik", "Załącznik", "Attachment", Text),
    row("BlokDanych", "Blok danych", "Block of data", Text),
    row("ZNaglowek", "Nagłówek", "Heading", Text),
    row("MetaDane", "Dane opisowe", "Descriptive data", Text),
    row("ZKlucz", "Klucz", "Key", Text),
    row("ZWartosc", "Wartość", "Value", Text),
    row("Tekst", "Tekst", "Text", Text),
    row("Akapit", "Akapit", "Paragraph", Text),
    row("Tabela", "Tabela", "Table", Text),
    row("TMetaDane", "Dane opisowe", "Descriptive data", Text),
    row("TKlucz", "Klucz", "Key", Text),
    row("TWartosc", "Wartość", "Value", Text),
    row("Opis", "Opis", "Description", Text),
    row("TNaglowek", "Nagłówek tabeli", "Table heading", Text),
    row("Kol", "Kolumna", "Column", Text),
    row("Typ", "Typ", "Type", Text),
    row("NKom", "Nazwa kolumny", "Column name", Text),
    row("Wiersz", "Wiersz", "Row", Text),
    row("WKom", "Pole", "Cell", Text),
    row("Suma", "Podsumowanie", "Totals", Text),
    row("SKom", "Pole", "Cell", Text),
];
