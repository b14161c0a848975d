//! What lies beside a refused file, for the person who dropped it: in Polish and in English.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use ksef_qr::Error;
use ksef_qr::error::ErrorKind;

use crate::cli::words::text::printable;
use crate::cli::words::{catalog, hints};

/// In bytes: file systems take 255 for a name.
const LONGEST_NAME: usize = 240;

/// Beside the refused file: `f1.xml.txt`.
pub fn place(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    if name.len() > LONGEST_NAME {
        let text = name.to_string_lossy();
        let end = (0..=LONGEST_NAME).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        name = text.get(..end).unwrap_or_default().into();
    }
    name.push(".txt");
    file.with_file_name(name)
}

/// The text. Notepad shows it as it is meant: with a byte order mark, and lines that end as on Windows.
pub fn of(name: &str, error: &Error, folder: &Path) -> String {
    let (code, folder) = (error.code(), printable(&folder.to_string_lossy()).into_owned());
    let about = error.input().filter(|about| *about != name).map(|about| format!("{}: ", printable(about)));
    let about = about.unwrap_or_default();
    let (name, message, hint) = (printable(name), printable(error.message()), hint(error));
    let in_polish = |english: &str| catalog::polish().said(english).unwrap_or_else(|| english.to_owned());
    let exactly = in_polish(error.message());
    let exactly = printable(&exactly);
    let (why, what) = polish(code).map_or_else(
        || ("program nie mógł bezpiecznie utworzyć kodów.", Cow::Owned(in_polish(hint))),
        |(why, what)| (why, Cow::Borrowed(what)),
    );
    let warsaw = jiff::tz::get!("Europe/Warsaw");
    let day = jiff::Timestamp::now().to_zoned(warsaw).strftime("%Y-%m-%d %H:%M").to_string();
    let text = format!(
        "\u{FEFF}{name}\n{day}\n\n\
         PO POLSKU\n\n\
         Ten plik nie dostał kodów QR.\n\n\
         Dlaczego: {why}\n\
         Dokładnie: {about}{exactly}\n\
         Co zrobić: {what}\n\
         Potem proszę włożyć plik jeszcze raz do folderu {folder}.\n\
         Kod błędu: {code} (ksef-qr explain {code} --lang pl)\n\n\
         IN ENGLISH\n\n\
         This file got no QR codes.\n\n\
         Why: {about}{message}\n\
         What to do: {hint}\n\
         Then put the file into the folder {folder} once more.\n\
         Code: {code} (ksef-qr explain {code})\n"
    );
    text.replace('\n', "\r\n")
}

/// What to do, by whoever can do nothing but put files into folders: there are no options here.
fn hint(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::OutputExists => "Take the earlier result away from there, or give this file another name.",
        _ => hints::of(error),
    }
}

/// Why, and what to do, in Polish, of what happens to those who drop invoices.
fn polish(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "empty_file" | "input_is_placeholder" => (
            "plik jest pusty albo jest tylko odnośnikiem dysku w chmurze.",
            "zapisać plik jeszcze raz z programu, który go utworzył.",
        ),
        "not_well_formed" | "truncated" => (
            "plik nie jest poprawnym XML albo urywa się w środku.",
            "wyeksportować fakturę jeszcze raz; jeżeli to się powtarza, zgłosić to dostawcy programu.",
        ),
        "wrong_encoding" => ("plik nie jest zapisany w UTF-8.", "wyeksportować fakturę w kodowaniu UTF-8."),
        "byte_order_mark" | "doctype" | "processing_instruction" | "discouraged_character" => (
            "w pliku jest coś, czego KSeF nie przyjmuje (na przykład znacznik BOM albo niedozwolony znak).",
            "poprawić ustawienia eksportu i wyeksportować fakturę jeszcze raz.",
        ),
        "unknown_form" | "form_not_accepted" => (
            "to nie jest faktura w strukturze, którą przyjmuje KSeF.",
            "wystawić fakturę w strukturze FA(3); do folderu wkładać same faktury.",
        ),
        "input_is_pdf"
        | "input_is_archive"
        | "input_is_picture"
        | "input_is_json"
        | "input_is_signed"
        | "input_is_certificate"
        | "input_is_key"
        | "input_not_pdf" => (
            "to plik innego rodzaju niż oczekiwany w tym folderze.",
            "włożyć plik XML faktury (a przy nanoszeniu kodów na PDF także jej PDF).",
        ),
        "too_large" => ("plik jest większy, niż przyjmuje KSeF.", "podzielić fakturę."),
        "seller_nip_missing"
        | "seller_nip_malformed"
        | "buyer_nip_malformed"
        | "nip_checksum"
        | "polish_nip_misplaced" => {
            ("NIP sprzedawcy lub nabywcy jest błędny albo go brak.", "poprawić NIP w fakturze.")
        }
        "issue_date_missing" | "issue_date_malformed" | "issue_date_in_future" => {
            ("data wystawienia jest błędna, przyszła albo jej brak.", "poprawić datę wystawienia (P_1).")
        }
        "number_missing" | "kind_missing" | "field_repeated" | "field_malformed" => (
            "w fakturze brakuje wymaganego pola, powtarza się ono albo jest błędne.",
            "poprawić to pole w fakturze i wyeksportować ją jeszcze raz.",
        ),
        "context_unclear" | "context_not_in_invoice" | "context_not_of_issuer" => (
            "z faktury nie wynika, w czyim imieniu (kontekście) ją podpisać, albo podany kontekst do niej nie pasuje.",
            "zgłosić to administratorowi programu: kontekst podaje się w jego ustawieniach.",
        ),
        "certificate_of_another" | "register_nothing_fits" | "register_ambiguous" => (
            "nie wiadomo, czyim certyfikatem podpisać tę fakturę, albo nie ma do niej certyfikatu.",
            "sprawdzić sprzedawcę na fakturze; jeżeli jest właściwy, zgłosić to administratorowi programu.",
        ),
        "certificate_expired" | "certificate_not_yet_valid" | "register_entry_retired" | "register_entry_revoked" => (
            "certyfikat nie jest dziś ważny.",
            "zgłosić to administratorowi programu: potrzebny jest nowy certyfikat KSeF typu Offline.",
        ),
        "output_exists" => (
            "w folderze wyników jest już plik o tej nazwie, a niczego się nie nadpisuje.",
            "przenieść stamtąd poprzedni wynik albo nadać temu plikowi inną nazwę.",
        ),
        "pair_missing" | "invoice_not_embedded" => (
            "do tego PDF-u nie ma faktury XML o tej samej nazwie (albo do faktury nie ma PDF-u).",
            "włożyć oba pliki o tej samej nazwie, na przykład f1.pdf i f1.xml.",
        ),
        "pair_ambiguous" | "invoice_embedded_twice" | "invoice_embedded_differs" => (
            "nie wiadomo, która faktura XML należy do tego PDF-u.",
            "włożyć jeden PDF i jedną fakturę o tej samej nazwie.",
        ),
        "pdf_of_another_invoice" => (
            "PDF przedstawia inną fakturę niż plik XML o tej samej nazwie.",
            "sprawdzić, czy PDF i XML należą do siebie.",
        ),
        "pdf_damaged" | "pdf_limits" | "pdf_encrypted" | "pdf_password_wrong" | "pdf_permissions" | "pdf_certified" => {
            ("PDF jest uszkodzony, zaszyfrowany albo chroniony przed zmianą.", "zapisać PDF jeszcze raz, bez ochrony.")
        }
        "pdf_place_taken" | "pdf_no_room" | "pdf_page_missing" => (
            "na stronie PDF-u nie ma wolnego miejsca na kody.",
            "zostawić na wydruku miejsce; administrator może też wybrać inny róg albo osobną stronę.",
        ),
        "pdf_stamped_already" => {
            ("na tym PDF-ie są już kody.", "włożyć PDF taki, jaki utworzył program do fakturowania.")
        }
        "issued_number" | "duplicate_invoice" => (
            "inny plik o tym samym numerze faktury ma już kody.",
            "sprawdzić, który plik jest właściwy; nabywca może mieć już kody pierwszego.",
        ),
        "invoice_annulled" => ("ta faktura została w księdze anulowana.", "wystawić ją na nowo."),
        "codes_missing" => {
            ("w podanym manifeście lub księdze nie ma kodów tej faktury.", "sprawdzić, czy to dokładnie ten sam plik.")
        }
        "file_in_use" => {
            ("plik jest otwarty w innym programie.", "zamknąć go w tamtym programie i włożyć plik jeszcze raz.")
        }
        "input_unreadable" | "input_not_regular" => {
            ("pliku nie da się odczytać.", "sprawdzić uprawnienia do pliku i zapisać go jeszcze raz.")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_and_why_in_both_languages() {
        let error = Error::new(ErrorKind::IssueDateMalformed, "the issue date is \"2026-02-30\"");
        let text = of("in/f1.xml", &error, Path::new("in"));
        for part in ["\u{FEFF}in/f1.xml\r\n", "data wystawienia jest błędna", "2026-02-30", "issue_date_malformed"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.replace("\r\n", "").contains('\n'));
        let special = ErrorKind::ALL.iter().filter(|kind| polish(kind.code()).is_some()).count();
        assert!(special > 50, "{special}");
    }

    /// Nobody has to read the English text for it.
    #[test]
    fn the_polish_text_says_as_much_as_the_english_one() {
        let error = Error::new(ErrorKind::OutputExists, "the file exists already").about("codes/f1.kod1.png");
        let text = of("in/f1.xml", &error, Path::new("in"));
        let (polish, english) = text.split_once("IN ENGLISH").unwrap();
        assert!(polish.contains("Dokładnie: codes/f1.kod1.png: plik już istnieje"), "{polish}");
        assert!(english.contains("Why: codes/f1.kod1.png: the file exists already"), "{english}");
        assert!(!text.contains("--overwrite"), "{text}");
        // What has no words of its own here has those of everybody.
        let error = Error::new(ErrorKind::BookDamaged, "the book is damaged");
        let text = of("in/f1.xml", &error, Path::new("in"));
        let hint = catalog::polish().said(hints::of(&error)).unwrap();
        assert!(text.contains(&format!("Co zrobić: {hint}")), "{text}");
    }

    #[test]
    fn long_names_have_a_text_too() {
        assert_eq!(place(Path::new("refused/f1.xml")), Path::new("refused/f1.xml.txt"));
        let long = format!("{}.xml", "ż".repeat(125));
        assert!(place(Path::new(&long)).as_os_str().len() <= 255);
    }
}
