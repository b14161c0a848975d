//! What the elements of an invoice are about, and what they are called in Polish: after the schemas FA(3), FA_RR(1) and UBL
//! 2.1. One that is not in the table has no Polish name here, and is a text.

/// What a value is, and so how two of them are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// Money, prices, rates of exchange, quantities: decimal numbers.
    Amount,
    Date,
    Nip,
    /// The number of a bank account.
    Account,
    /// 1 or 2, yes or no. `no` is the value that says that there is nothing to say.
    Mark {
        no: &'static str,
    },
    /// The rate of a tax.
    Rate,
    /// One of a list of words: a currency, a country, a kind.
    Code,
    /// What identifies the invoice, or another document.
    Number,
    /// The number of a line.
    Line,
    Text,
}

impl Subject {
    /// What a change of it is.
    pub(super) fn change(self) -> &'static str {
        match self {
            Self::Amount => "another amount or quantity",
            Self::Date => "another date",
            Self::Nip => "another tax number",
            Self::Account => "another bank account",
            Self::Mark { .. } => "another answer to a question of the law",
            Self::Rate => "another rate of tax",
            Self::Code => "another word of a list",
            Self::Number => "another number of a document",
            Self::Line => "another number of a line",
            Self::Text => "another text",
        }
    }
}

/// What an element is about, and its Polish name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) subject: Subject,
    pub(super) polish: Option<&'static str>,
}

/// A line of FA_RR.
const RR_LINE: &str = "FakturaRRWiersz";

const YES_NO: Subject = Subject::Mark { no: "2" };
/// The mark of an absence: 1 says that there is none.
const NONE_OF_IT: Subject = Subject::Mark { no: "1" };

/// The field of an element of this name under a parent of that name, both without prefixes. FA_RR gives the names that FA
/// has in its lines to other things.
#[expect(clippy::too_many_lines, clippy::match_same_arms, reason = "a table, in the order of the schemas")]
pub(super) fn field(name: &str, parent: &str) -> Field {
    use Subject::{Account, Amount, Code, Date, Line, Nip, Number, Rate, Text};
    let (subject, polish) = match name {
        "P_5" => (Text, "nazwa produktu lub usługi"),
        "P_6A" if parent == RR_LINE => (Text, "jednostka miary"),
        "P_6B" => (Amount, "ilość"),
        "P_6C" => (Text, "klasa lub jakość"),
        "P_7" if parent == RR_LINE => (Amount, "cena jednostkowa"),
        "P_8" => (Amount, "wartość"),
        "P_9" => (Rate, "stawka zryczałtowanego zwrotu podatku"),
        "P_10" if parent == RR_LINE => (Amount, "kwota zryczałtowanego zwrotu podatku"),
        "P_11" if parent == RR_LINE => (Amount, "wartość z kwotą zwrotu podatku"),
        "P_12_2" => (Text, "kwota należności ogółem słownie"),
        "Naglowek" => (Text, "nagłówek"),
        "KodFormularza" => (Text, "kod formularza"),
        "WariantFormularza" => (Text, "wariant formularza"),
        "DataWytworzeniaFa" => (Date, "data i czas wytworzenia faktury"),
        "SystemInfo" => (Text, "nazwa systemu"),
        "Podmiot1" => (Text, "sprzedawca"),
        "Podmiot2" => (Text, "nabywca"),
        "Podmiot3" => (Text, "podmiot trzeci"),
        "PodmiotUpowazniony" => (Text, "podmiot upoważniony"),
        "NIP" => (Nip, "NIP"),
        "Nazwa" => (Text, "imię i nazwisko lub nazwa"),
        "PelnaNazwa" => (Text, "pełna nazwa"),
        "NrVatUE" => (Text, "numer VAT UE"),
        "NrID" => (Text, "inny identyfikator podatkowy"),
        "BrakID" => (Text, "brak identyfikatora"),
        "IDWew" => (Text, "identyfikator wewnętrzny"),
        "NrEORI" => (Text, "numer EORI"),
        "Adres" => (Text, "adres"),
        "AdresKoresp" => (Text, "adres korespondencyjny"),
        "AdresL1" | "AdresL2" => (Text, "adres"),
        "KodKraju" => (Code, "kod kraju"),
        "KodUE" | "PrefiksPodatnika" => (Code, "prefiks VAT UE"),
        "DaneKontaktowe" => (Text, "dane kontaktowe"),
        "Email" => (Text, "adres e-mail"),
        "Telefon" => (Text, "numer telefonu"),
        "NrKlienta" => (Text, "numer klienta"),
        "Rola" => (Text, "rola podmiotu"),
        "JST" => (YES_NO, "znacznik jednostki podrzędnej JST"),
        "GV" => (YES_NO, "znacznik członka grupy VAT"),
        "KodWaluty" => (Code, "kod waluty"),
        "P_1" => (Date, "data wystawienia"),
        "P_1M" => (Text, "miejsce wystawienia"),
        "P_2" | "P_4C" => (Number, "numer faktury"),
        "P_4A" | "P_4AA" => (Date, "data dokonania nabycia"),
        "P_4B" => (Date, "data wystawienia"),
        "P_6" | "P_6A" => (Date, "data dostawy lub wykonania usługi"),
        "P_6_Od" => (Date, "początek okresu"),
        "P_6_Do" => (Date, "koniec okresu"),
        "P_7" | "P_7Z" => (Text, "nazwa towaru lub usługi"),
        "P_8A" | "P_8AZ" => (Text, "miara"),
        "P_8B" | "P_8BZ" => (Amount, "ilość"),
        "P_9A" | "P_9AZ" => (Amount, "cena jednostkowa netto"),
        "P_9B" => (Amount, "cena jednostkowa brutto"),
        "P_10" => (Amount, "opust"),
        "P_11" | "P_11NettoZ" => (Amount, "wartość sprzedaży netto"),
        "P_11A" => (Amount, "wartość sprzedaży brutto"),
        "P_11Vat" | "P_11VatZ" => (Amount, "kwota podatku"),
        "P_12" | "P_12Z" => (Rate, "stawka podatku"),
        "P_12_1" => (Amount, "kwota należności ogółem"),
        "P_15" => (Amount, "kwota należności ogółem"),
        "P_16" => (YES_NO, "metoda kasowa"),
        "P_17" => (YES_NO, "samofakturowanie"),
        "P_18" => (YES_NO, "odwrotne obciążenie"),
        "P_18A" => (YES_NO, "mechanizm podzielonej płatności"),
        "P_19N" => (NONE_OF_IT, "znacznik braku zwolnienia z podatku"),
        "P_22N" => (NONE_OF_IT, "znacznik braku nowych środków transportu"),
        "P_23" => (YES_NO, "procedura uproszczona"),
        "P_PMarzyN" => (NONE_OF_IT, "znacznik braku procedury marży"),
        "RodzajFaktury" => (Code, "rodzaj faktury"),
        "PrzyczynaKorekty" => (Text, "przyczyna korekty"),
        "DataWystFaKorygowanej" => (Date, "data wystawienia faktury korygowanej"),
        "NrFaKorygowanej" | "NrFaKorygowany" => (Number, "numer faktury korygowanej"),
        "NrKSeFFaKorygowanej" => (Number, "numer KSeF faktury korygowanej"),
        "NrFaZaliczkowej" => (Number, "numer faktury zaliczkowej"),
        "NrKSeFFaZaliczkowej" => (Number, "numer KSeF faktury zaliczkowej"),
        "FaWiersz" | RR_LINE => (Text, "pozycja faktury"),
        "ZamowienieWiersz" => (Text, "pozycja zamówienia"),
        "NrWierszaFa" | "NrWierszaZam" => (Line, "numer wiersza"),
        "UU_ID" | "UU_IDZ" => (Text, "identyfikator wiersza"),
        "GTU" | "GTUZ" => (Code, "oznaczenie GTU"),
        "Procedura" | "ProceduraZ" => (Code, "oznaczenie procedury"),
        "KursWaluty" | "KursWalutyZ" | "KursWalutyZW" | "KursUmowny" => (Amount, "kurs waluty"),
        "WartoscZamowienia" => (Amount, "wartość zamówienia"),
        "Kwota" | "KwotaZaplatyCzesciowej" | "KwotaAkcyzy" | "KwotaAkcyzyZ" => (Amount, "kwota"),
        "SumaObciazen" => (Amount, "suma obciążeń"),
        "SumaOdliczen" => (Amount, "suma odliczeń"),
        "DoZaplaty" => (Amount, "kwota do zapłaty"),
        "DoRozliczenia" => (Amount, "kwota do rozliczenia"),
        "Platnosc" => (Text, "warunki płatności"),
        "DataZaplaty" | "DataZaplatyCzesciowej" => (Date, "data zapłaty"),
        "FormaPlatnosci" => (Text, "forma płatności"),
        "Termin" | "TerminPlatnosci" => (Date, "termin płatności"),
        "RachunekBankowy" => (Text, "rachunek bankowy"),
        "NrRB" => (Account, "numer rachunku"),
        "NazwaBanku" => (Text, "nazwa banku"),
        "SWIFT" => (Code, "kod SWIFT"),
        "DataUmowy" => (Date, "data umowy"),
        "NrUmowy" => (Number, "numer umowy"),
        "DataZamowienia" => (Date, "data zamówienia"),
        "NrZamowienia" => (Number, "numer zamówienia"),
        "DodatkowyOpis" => (Text, "dodatkowy opis"),
        "Stopka" | "StopkaFaktury" => (Text, "stopka faktury"),
        "Zalacznik" => (Text, "załącznik"),
        _ => return Field { subject: by_ending(name), polish: by_beginning(name) },
    };
    Field { subject, polish: Some(polish) }
}

/// The sums by rates, in FA; what UBL says by the endings of its names.
fn by_ending(name: &str) -> Subject {
    let of_fa = ["P_13_", "P_14_", "P_15", "P_11_", "P_12_"];
    if of_fa.iter().any(|beginning| name.starts_with(beginning)) && !name.contains("XII") && !name.contains("Zal_15") {
        return Subject::Amount;
    }
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    match () {
        () if ends(&["Amount", "Quantity", "Percent", "Numeric"]) => Subject::Amount,
        () if ends(&["Date"]) || name.starts_with("Data") => Subject::Date,
        () if name == "CompanyID" => Subject::Nip,
        () if ends(&["CurrencyCode", "IdentificationCode", "TypeCode", "@unitCode", "@currencyID"]) => Subject::Code,
        () if ends(&["ID"]) => Subject::Number,
        () => Subject::Text,
    }
}

fn by_beginning(name: &str) -> Option<&'static str> {
    match () {
        () if name.starts_with("P_13_") => Some("suma wartości sprzedaży netto"),
        () if name.starts_with("P_14_") => Some("kwota podatku od sumy wartości sprzedaży"),
        () => None,
    }
}

/// True for the lines of an invoice or an order.
pub(super) fn is_line(name: &str) -> bool {
    matches!(name, "FaWiersz" | "ZamowienieWiersz" | RR_LINE | "InvoiceLine" | "CreditNoteLine")
}

/// True for what stands in the part of a party.
pub(super) fn is_of_party(section: &str) -> bool {
    section.starts_with("Podmiot") || section.ends_with("Party")
}

/// By which two invoices are one and the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity {
    Number,
    Date,
    Total,
    Seller,
    Buyer,
}

impl Identity {
    /// Of a place without its numbers in brackets, and without the root.
    pub(super) fn of(place: &str) -> Option<Self> {
        Some(match place {
            "Fa/P_2" | "FakturaRR/P_4C" | "ID" => Self::Number,
            "Fa/P_1" | "FakturaRR/P_4B" | "IssueDate" => Self::Date,
            "Fa/P_15" | "FakturaRR/P_12_1" | "LegalMonetaryTotal/PayableAmount" => Self::Total,
            "Podmiot1/DaneIdentyfikacyjne/NIP" | "AccountingSupplierParty/Party/PartyTaxScheme/CompanyID" => {
                Self::Seller
            }
            "Podmiot2/DaneIdentyfikacyjne/NIP"
            | "Podmiot2/DaneIdentyfikacyjne/NrVatUE"
            | "Podmiot2/DaneIdentyfikacyjne/NrID"
            | "Podmiot2/DaneIdentyfikacyjne/Nazwa"
            | "AccountingCustomerParty/Party/PartyTaxScheme/CompanyID" => Self::Buyer,
            _ => return None,
        })
    }
}

/// True where nothing is said of the transaction: the header of FA, the profile of UBL. By the names from the root's child to
/// the element.
pub(super) fn is_technical(mut below_root: impl Iterator<Item = impl AsRef<str>>, name: &str) -> bool {
    let section = below_root.next();
    let section = section.as_ref().map_or(name, AsRef::as_ref);
    matches!(section, "Naglowek" | "CustomizationID" | "ProfileID" | "UBLVersionID")
        || matches!(name, "@schemaLocation" | "@noNamespaceSchemaLocation" | "@lang" | "@type" | "@nil" | "@space")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_the_names_of_ubl_are_known_by_their_form() {
        for (name, expected) in [
            ("P_13_6_2", Subject::Amount),
            ("P_14_1W", Subject::Amount),
            ("P_12_XII", Subject::Text),
            ("P_12_Zal_15", Subject::Text),
            ("P_12", Subject::Rate),
            ("PayableAmount", Subject::Amount),
            ("InvoicedQuantity", Subject::Amount),
            ("DueDate", Subject::Date),
            ("DocumentCurrencyCode", Subject::Code),
            ("ID", Subject::Number),
            ("Note", Subject::Text),
            ("P_7", Subject::Text),
        ] {
            assert_eq!(field(name, "FaWiersz").subject, expected, "{name}");
        }
    }

    #[test]
    fn the_lines_of_vat_rr_have_other_fields_of_the_same_names() {
        let of = |parent| ["P_6A", "P_7", "P_11"].map(|name| field(name, parent).subject);
        assert_eq!(of("FaWiersz"), [Subject::Date, Subject::Text, Subject::Amount]);
        assert_eq!(of("FakturaRRWiersz"), [Subject::Text, Subject::Amount, Subject::Amount]);
    }

    #[test]
    fn the_header_says_nothing_of_the_transaction() {
        let of = |steps: &[&str], name| is_technical(steps.iter(), name);
        assert!(of(&["Naglowek"], "SystemInfo") && of(&[], "Naglowek") && of(&["Fa"], "@lang"));
        assert!(!of(&["Fa"], "P_1") && !of(&["Stopka", "Naglowek"], "P_1") && !of(&[], "Fa"));
    }
}
