//! What the library's codes mean, in Polish: of what can happen to an invoice that is given to the page, and of what is looked at
//! in a code. English is the library's own. A code without a row here is told in the library's words.

/// What was found, and what to do about it.
pub struct Explained {
    pub meaning: &'static str,
    pub hint: &'static str,
}

/// In Polish, if there is a row for the code.
pub fn explained(code: &str) -> Option<Explained> {
    let row = POLISH.iter().find(|(known, ..)| *known == code);
    row.map(|&(_, meaning, hint)| Explained { meaning, hint })
}

/// What is looked at in a code, in Polish, whatever comes of it.
pub fn looked_at(code: &str) -> Option<&'static str> {
    CHECKS.iter().find(|(known, _)| *known == code).map(|(_, words)| *words)
}

const CHECKS: &[(&str, &str)] = &[
    ("link_form", "Postać linku"),
    ("nip_checksum", "Cyfra kontrolna NIP-u"),
    ("invoice_digest", "Skrót z kodu a plik faktury"),
    ("invoice_seller", "NIP sprzedawcy w kodzie i w fakturze"),
    ("invoice_date", "Data w kodzie i w fakturze"),
    ("invoice_facts", "Dane z faktury"),
    ("issue_date_in_future", "Data wystawienia nie późniejsza niż dzisiaj"),
    ("signature", "Podpis"),
    ("signature_encoding", "Zapis podpisu"),
    ("certificate_serial", "Numer seryjny certyfikatu"),
    ("certificate_purpose", "Przeznaczenie certyfikatu (typ 2, Offline)"),
    ("certificate_at_issue", "Ważność certyfikatu w dniu wystawienia faktury"),
    ("certificate_now", "Ważność certyfikatu dzisiaj"),
    ("certificate_environment", "Środowisko certyfikatu i kodu"),
    ("certificate_owner", "Właściciel certyfikatu i kontekst wystawienia faktury"),
    ("pair_digest", "Ten sam skrót w obu kodach"),
    ("pair_seller", "Ten sam sprzedawca w obu kodach"),
    ("pair_host", "To samo środowisko w obu kodach"),
    ("link_over_code", "Dokąd prowadzi kliknięcie kodu w PDF-ie"),
    ("link_without_code", "Kod, do którego PDF ma link"),
    ("pages_unread", "Strony przejrzane w poszukiwaniu kodów"),
    ("book_entry", "Faktura w księdze"),
    ("book_annulled", "Faktura nieanulowana w księdze"),
    ("book_kod1", "KOD I a księga"),
    ("book_kod2", "KOD II a księga"),
    ("ksef_received", "Czy faktura jest w KSeF"),
    ("ksef_certificate_status", "Czy certyfikat nie został w KSeF unieważniony lub zablokowany"),
    ("ksef_permissions", "Czy właściciel certyfikatu może wystawiać faktury w tym kontekście"),
];

#[rustfmt::skip]
const POLISH: &[(&str, &str, &str)] = &[
    // The file.
    ("empty_file", "Plik jest pusty.", "Kopiowanie zostało przerwane albo to tylko odnośnik z folderu w chmurze. Wyeksportuj lub skopiuj plik jeszcze raz."),
    ("input_is_placeholder", "Plik zawiera same zera.", "To odnośnik z folderu w chmurze (OneDrive, Dysk Google, Dropbox), którego treści nie ma na tym komputerze, albo przerwana kopia. Poczekaj na synchronizację lub skopiuj plik jeszcze raz."),
    ("not_drawn", "Nie można utworzyć wydruku faktury: zawiera coś, czego żadna struktura nie przewiduje.", "Użyj wydruku z własnego programu i nanieś na niego kody."),
    ("kod2_missing", "Na wydruku byłby sam KOD I, a faktura wystawiona offline, dopóki nie ma numeru KSeF, ma także KOD II.", "Podaj certyfikat do podpisu albo manifest z podpisanymi kodami, albo numer KSeF, jeśli faktura już go ma."),
    ("input_is_pdf", "To PDF, a potrzebny jest XML faktury.", "Kody dotyczą pliku XML, który trafia do KSeF. Wyeksportuj go z programu do fakturowania; PDF jest tylko jego obrazem."),
    ("input_is_archive", "To archiwum, plik skompresowany albo dokument biurowy, a potrzebny jest XML faktury.", "Rozpakuj archiwum i dodaj pliki, które w nim są."),
    ("input_is_certificate", "To certyfikat, a potrzebny jest XML faktury.", "Czy nie pomylono plików?"),
    ("input_is_key", "To klucz prywatny, a potrzebny jest XML faktury.", "Klucza nie wolno nigdzie wysyłać. Czy nie pomylono plików?"),
    ("input_is_signed", "To plik podpisany (.p7m, .p7s), a potrzebny jest sam XML faktury.", "KSeF przyjmuje sam XML, bez podpisu wokół niego. Dodaj plik sprzed podpisania."),
    ("input_is_picture", "To obraz, a potrzebny jest XML faktury.", "Kody dotyczą pliku XML, który trafia do KSeF. Wyeksportuj go z programu do fakturowania."),
    ("input_is_json", "To plik JSON, a potrzebny jest XML faktury.", "Dodaj plik XML, który trafia do KSeF."),
    ("too_large", "Plik jest większy, niż KSeF przyjmuje.", "KSeF przyjmuje 1 000 000 bajtów, a z załącznikiem 3 000 000. Podziel fakturę."),
    ("not_utf8", "Plik nie jest zapisany w kodowaniu UTF-8.", "KSeF przyjmuje tylko UTF-8. Wyeksportuj fakturę w tym kodowaniu; faktury już wystawionej nie konwertuj."),
    ("byte_order_mark", "Na początku pliku są trzy niewidoczne bajty (BOM).", "KSeF odrzuca takie pliki. Wyeksportuj fakturę bez znacznika BOM."),
    ("not_well_formed", "Plik narusza zasady zapisu XML: znacznik nie jest zamknięty, brakuje cudzysłowu albo jest niedozwolony znak.", "Wyeksportuj fakturę jeszcze raz albo zgłoś to producentowi programu do fakturowania."),
    ("truncated", "Plik urywa się w środku.", "Skopiuj lub wyeksportuj go jeszcze raz i porównaj rozmiar."),
    ("doctype", "Plik zawiera deklarację DOCTYPE.", "Faktura nie może jej zawierać. Wyeksportuj fakturę bez niej."),
    ("processing_instruction", "Plik zawiera instrukcję dla programów, na przykład xml-stylesheet.", "KSeF odrzuca takie pliki. Wyeksportuj fakturę bez niej."),
    ("discouraged_character", "Plik zawiera niewidoczny znak sterujący, zwykle z wklejonego tekstu.", "KSeF odrzuca takie znaki. Usuń go w programie do fakturowania."),
    ("wrong_encoding", "Pierwszy wiersz pliku podaje inne kodowanie niż UTF-8.", "Pierwszy wiersz musi podawać encoding=\"UTF-8\" albo nic. Popraw eksport."),
    ("unknown_form", "To nie jest faktura w strukturze, którą KSeF przyjmuje.", "Przyjmowane są FA(3), FA_RR(1), PEF(3) i PEF_KOR(3). Czy to faktura i czy w obowiązującej strukturze?"),
    ("form_not_accepted", "Faktura ma dawną strukturę FA(2), której to środowisko KSeF już nie przyjmuje.", "Wystaw fakturę jako FA(3)."),
    ("seller_nip_missing", "Faktura nie podaje NIP-u sprzedawcy.", "NIP sprzedawcy jest częścią obu kodów. Uzupełnij fakturę."),
    ("seller_nip_malformed", "NIP sprzedawcy nie ma dziesięciu cyfr.", "NIP to dziesięć cyfr, bez kresek i bez kodu kraju. Popraw fakturę."),
    ("buyer_nip_malformed", "NIP nabywcy nie ma dziesięciu cyfr.", "NIP to dziesięć cyfr, bez kresek i bez kodu kraju. Popraw fakturę albo wpisz numer zagraniczny w pole dla niego przeznaczone."),
    ("nip_checksum", "Ostatnia cyfra NIP-u nie zgadza się z pozostałymi.", "W numerze jest pomyłka. Produkcyjne środowisko KSeF odrzuca taką fakturę, inne ją przyjmują. Popraw numer."),
    ("internal_id_checksum", "Ostatnia cyfra identyfikatora wewnętrznego (IDWew) nie zgadza się z pozostałymi.", "W identyfikatorze może być pomyłka: porównaj go z tym, który podał nabywca lub podatnik."),
    ("polish_nip_misplaced", "Polski NIP nabywcy jest w polu na numer zagraniczny (NrVatUE, NrID). KSeF przyjmie fakturę, ale nabywca jej tam nie zobaczy.", "Wpisz numer w pole NIP, bez liter PL."),
    ("recipient_missing", "Faktura podaje, że dotyczy jednostki samorządu terytorialnego (JST) lub członka grupy VAT (GV), ale go nie wymienia. KSeF ją przyjmie, a odbiorca jej nie zobaczy.", "Wymień go w Podmiot3: jednostkę z rolą 8, członka grupy z rolą 10. Jeśli faktura nikogo takiego nie dotyczy, JST i GV mają wartość 2."),
    ("issue_date_in_future", "Data wystawienia jest późniejsza niż dzisiaj.", "KSeF przyjmie fakturę dopiero tego dnia. Prześlij ją wtedy albo popraw datę."),
    ("issue_date_missing", "Faktura nie ma daty wystawienia.", "Data wystawienia jest częścią linku KOD I. Uzupełnij fakturę."),
    ("issue_date_malformed", "Data wystawienia nie jest zapisana jako data albo nie ma takiego dnia.", "Data ma postać RRRR-MM-DD. Popraw fakturę."),
    ("number_missing", "Faktura nie ma numeru.", "Uzupełnij fakturę."),
    ("kind_missing", "Faktura nie podaje swojego rodzaju (RodzajFaktury).", "Uzupełnij fakturę."),
    ("field_repeated", "Element, który może wystąpić raz, występuje dwa razy.", "Popraw fakturę: tylko jedna z wartości może być właściwa."),
    ("field_malformed", "Tam, gdzie ma być tekst, jest inny element albo nic.", "Popraw fakturę."),
    ("duplicate_invoice", "Dwa z dodanych plików to dla KSeF ta sama faktura.", "KSeF rozpoznaje fakturę po NIP-ie sprzedawcy, rodzaju i numerze, a drugą taką samą odrzuca (kod 440). Prześlij jedną albo nadaj drugiej własny numer."),
    ("schema_violation", "Plik nie jest zgodny ze schematem Ministerstwa: brakuje elementu, jest w złym miejscu albo ma niedozwoloną wartość.", "Popraw eksport albo zgłoś to producentowi programu do fakturowania."),
    ("attachment_conditions", "Faktura ma załącznik, a dla takich faktur KSeF stawia osobne warunki.", "Faktury z załącznikiem przesyła się tylko w sesji wsadowej, po zgłoszeniu w e-Urzędzie Skarbowym."),
    ("deadline_passed", "Minął termin przesłania tej faktury do KSeF.", "KSeF i tak ją przyjmie. Prześlij ją od razu i zapytaj doradcę podatkowego, czym grozi opóźnienie."),
    ("not_for_ksef", "Fakturę wystawiono w czasie awarii całkowitej albo taką awarię ogłoszono w czasie biegu terminu: faktury nie przesyła się do KSeF.", "Wydaj ją poza KSeF, bez kodów. Sprawdź, czy tryb jest właściwy."),
    ("issued_before_ksef", "Fakturę wystawiono, zanim KSeF stał się obowiązkowy (1 lutego 2026).", "Sprawdź datę. Jeśli jest poprawna, zapytaj doradcę podatkowego, czy faktura ma trafić do KSeF."),
    ("failure_not_counted", "Podana awaria nie zmienia terminu.", "Sprawdź jej daty. Jeśli są poprawne, nic nie trzeba robić."),
    ("outage_not_announced", "W komunikatach nie ma niedostępności ani awarii w dniu wystawienia tej faktury.", "Sprawdź tryb i datę wystawienia."),
    ("outage_ended_too_early", "Niedostępność lub awaria zakończyła się przed dniem wystawienia faktury.", "Sprawdź podany dzień zakończenia i datę wystawienia."),
    ("date_out_of_range", "Dla takiej daty nie da się obliczyć terminu.", "Sprawdź datę wystawienia i dzień zakończenia awarii."),
    ("input_unreadable", "Pliku nie udało się odczytać.", "Dodaj go jeszcze raz."),
    ("input_not_pdf", "To nie jest PDF.", "Dodaj PDF faktury."),
    // Number and correction.
    ("upo_lacks_invoice", "Podane UPO nie wymienia tego pliku.", "KSeF nie przyjął go w tej sesji. Dodaj UPO, które go potwierdza."),
    ("upo_other_file", "UPO wymienia fakturę o tym numerze, ale inny plik: inną wersję albo korektę techniczną.", "Jeśli KSeF przyjął korektę techniczną tego pliku, wydane kody do niej prowadzą. W przeciwnym razie kod tego pliku prowadzi donikąd."),
    ("upo_page_missing", "UPO ma kilka stron, a nie podano wszystkich.", "Dodaj wszystkie strony."),
    ("ksef_number_not_given", "KSeF nie nadał temu plikowi numeru: odrzucił go albo jeszcze go przetwarza.", "Sprawdź status pliku w sesji."),
    ("ksef_number_missing", "W tabeli brakuje numeru KSeF tej faktury.", "Uzupełnij tabelę."),
    ("ksef_number_contradiction", "Dwa źródła podają różne numery KSeF tej faktury.", "Porównaj oba z UPO."),
    ("ksef_number_not_used", "Nazwa pliku zawiera numer KSeF, a pod kodem jest OFFLINE.", "Faktura z numerem ma sam KOD I, z numerem pod nim. Jeśli numer już jest, utwórz kod na nowo, z numerem."),
    ("ksef_number_by_file_name", "Numer KSeF wzięto z nazwy pliku.", "Jeśli plik nazwał ktoś inny niż KSeF, porównaj numer z UPO."),
    ("correction_unchanged", "Plik pierwotny i poprawiony są takie same.", "Korekta techniczna to inny plik. Podaj najpierw odrzucony, potem poprawiony."),
    ("correction_of_another", "To dwie różne faktury.", "Podaj plik odrzucony przez KSeF i tę samą fakturę z usuniętym błędem."),
    ("correction_changes_content", "Poprawiony plik ma inną treść niż pierwszy.", "Korekta techniczna poprawia tylko formę. Popraw plik albo zapytaj doradcę podatkowego."),
    ("correction_of_online", "KSeF przyjął pierwszy plik jako fakturę wystawioną online.", "Korekta techniczna dotyczy tylko faktur wystawionych offline."),
    ("correction_of_accepted", "KSeF przyjął pierwszy plik: korekta techniczna jest bezprzedmiotowa.", "Fakturę przyjętą przez KSeF poprawia się fakturą korygującą."),
    ("correction_pending", "KSeF jeszcze przetwarza pierwszy plik.", "Sprawdź jego status później."),
    ("corrected_already", "Korektę techniczną tego pliku już przesłano, a KSeF przyjmuje tylko jedną.", "Jej błędy poprawia się fakturą korygującą."),
    ("correction_unclear", "Nie da się ocenić, czy różnica między plikami dotyczy tylko formy.", "Przejrzyj różnice: czy poprawiony plik ma tę samą treść?"),
    ("correction_not_accepted", "Poprawiony plik KSeF też by odrzucił.", "Popraw to, co w nim znaleziono."),
    ("refusal_of_another_file", "Podana odpowiedź KSeF dotyczy innego pliku.", "Podaj odpowiedź z sesji, w której przesłano ten plik."),
    ("refusal_not_technical", "KSeF odrzucił plik z powodu, którego korekta techniczna nie usunie.", "Usuń przyczynę i prześlij ten sam plik; jego kody pozostają ważne."),
    // The PDF.
    ("invoice_not_embedded", "PDF nie zawiera faktury w XML i nie dodano jej obok.", "Dodaj XML o tej samej nazwie co PDF."),
    ("invoice_embedded_twice", "PDF zawiera więcej niż jedną fakturę w XML.", "Dodaj obok XML tej faktury, którą PDF przedstawia, o tej samej nazwie."),
    ("invoice_embedded_differs", "W PDF-ie jest inna faktura niż w dodanym XML.", "Sprawdź, która jest właściwa, i dodaj tylko ją."),
    ("pair_missing", "Do PDF-u nie ma XML o tej samej nazwie.", "PDF i jego faktura nazywają się tak samo: FV1.pdf i FV1.xml."),
    ("pair_ambiguous", "Do jednego PDF-u pasuje kilka faktur albo do jednej faktury kilka PDF-ów.", "Dodaj po jednym pliku o każdej nazwie."),
    ("stamped_over_input", "PDF z kodami zastąpiłby plik, którego ten program nie utworzył.", "Wybierz inne miejsce dla wyników."),
    ("pdf_of_another_invoice", "PDF przedstawia inną fakturę: ma inny numer albo innego sprzedawcę lub nigdzie nie ma numeru tej faktury.", "Sprawdź, czy to właściwy PDF i czy nazwy plików nie są pomylone."),
    ("pdf_not_compared", "Nie udało się sprawdzić, czy PDF przedstawia tę fakturę, bo nie ma w nim tekstu, który da się odczytać.", "Sprawdź PDF: czy jest na nim numer faktury i sprzedawca?"),
    ("pdf_damaged", "PDF jest uszkodzony.", "Wyeksportuj go jeszcze raz albo wydrukuj do PDF."),
    ("pdf_limits", "PDF jest zbyt złożony.", "Wydrukuj go do nowego PDF-u."),
    ("pdf_encrypted", "PDF jest chroniony hasłem.", "Dodaj PDF bez hasła."),
    ("pdf_password_wrong", "Hasło nie otwiera PDF-u.", "Dodaj PDF bez hasła."),
    ("pdf_permissions", "Autor PDF-u nie zezwolił na zmiany.", "Wyeksportuj z programu do fakturowania PDF bez tego ograniczenia."),
    ("pdf_certified", "PDF jest certyfikowany: stron nie wolno zmieniać.", "Nanieś kody, zanim PDF zostanie certyfikowany."),
    ("pdf_page_missing", "W PDF-ie nie ma strony, na której mają być kody.", "Sprawdź, czy PDF jest kompletny."),
    ("pdf_no_room", "Kody nie mieszczą się na stronie.", "Zostaw na stronie więcej wolnego miejsca."),
    ("pdf_place_taken", "W miejscu kodów coś jest wydrukowane.", "Zostaw na stronie wolne miejsce na kody."),
    ("pdf_stamped_already", "Ten PDF ma już kody naniesione przez ten program.", "Dodaj PDF w postaci, w jakiej utworzył go program do fakturowania."),
    ("pdf_signed", "PDF ma podpis elektroniczny, a kody naniesiono po podpisaniu.", "Aby programy nie pokazywały zmiany, nanieś kody przed podpisaniem."),
    ("pdf_stamped_before", "Na PDF-ie są także kody naniesione wcześniej.", "Dodaj PDF w postaci, w jakiej utworzył go program do fakturowania."),
    ("pdf_repaired", "PDF był uszkodzony i został zapisany na nowo.", "Porównaj go z tym, który dodano."),
    ("place_taken", "Kody naniesiono w miejscu, w którym coś jest wydrukowane.", "Sprawdź stronę i zeskanuj kody."),
    ("place_unknown", "Nie wiadomo, czy każdy program pokaże kody w tym miejscu.", "Sprawdź stronę i zeskanuj kody."),
    ("place_moved", "Na pierwszej stronie nie było wolnego miejsca; kody są na innej stronie albo na nowej.", "Sprawdź PDF."),
    ("module_small", "Kod będzie na papierze tak mały, że nie każdy telefon go odczyta.", "Spróbuj zeskanować wydruk telefonem."),
    // Codes, documents, the book.
    ("codes_missing", "Nie ma zapisanych kodów tego pliku.", "Czy plik zmieniono po podpisaniu?"),
    ("codes_of_another_environment", "Zapisane kody są z innego środowiska KSeF.", "Wybierz środowisko, dla którego fakturę podpisano."),
    ("codes_of_another_invoice", "Zapisane kody dotyczą innej faktury.", "Podpisz fakturę na nowo."),
    ("codes_signature_wrong", "Podpis w zapisanym KOD II jest nieprawidłowy.", "Użyj zapisu z kopii zapasowej."),
    ("context_unclear", "Fakturę może wystawiać ktoś inny niż sprzedawca, a certyfikat nie rozstrzyga, w czyim kontekście KSeF.", "Administrator usługi może wskazać kontekst."),
    ("confirmation_expected", "Nabywca otrzymuje fakturę w KSeF. Dopóki nie ma ona numeru, można mu wydać potwierdzenie transakcji, ale nie fakturę.", "Wydaj potwierdzenie transakcji albo poczekaj na numer."),
    ("invoice_expected", "Nabywcy należy wydać samą fakturę, a nie potwierdzenie.", "Wydaj fakturę z kodami."),
    ("codes_expected", "Na tym dokumencie powinny być inne kody.", "Utwórz dokument na nowo."),
    ("no_codes_expected", "Na tym dokumencie nie powinno być kodów.", "Wydaj fakturę bez kodów."),
    ("one_code_expected", "Na tej fakturze powinien być sam KOD I.", "Umieść sam KOD I, z numerem KSeF pod nim."),
    ("issued_number", "W księdze jest już inny plik tego samego sprzedawcy, o tym samym rodzaju i numerze. Nabywca może mieć jego kody.", "Jeśli KSeF odrzucił tamten plik, ten jest jego korektą techniczną i obowiązują kody tamtego. W przeciwnym razie nadaj fakturze inny numer."),
    ("invoice_annulled", "Według księgi tę fakturę anulowano.", "Wystaw ją ponownie z usuniętym błędem."),
    ("invoice_is_correction", "Według księgi ten plik jest korektą techniczną innego. Nie ma własnych kodów.", "Nabywca ma kody pierwszego pliku; będą prowadzić do tego."),
    ("book_lacks_invoice", "W księdze nie ma tego pliku.", "Każda zmiana pliku, nawet odstępu, czyni go innym. Czy to ten sam plik?"),
    ("book_unavailable", "Księga jest niedostępna, więc nic nie podpisano.", "Spróbuj ponownie za chwilę."),
    ("book_unwritable", "Do księgi nie da się nic wpisać, więc nic nie podpisano.", "Powiadom administratora usługi."),
    // The certificate.
    ("register_nothing_fits", "Usługa nie ma certyfikatu wystawcy tej faktury.", "Administrator usługi może go dodać."),
    ("register_ambiguous", "Do tej faktury pasuje kilka certyfikatów.", "Administrator usługi może wskazać właściwy."),
    ("certificate_of_another", "Certyfikat należy do innej firmy niż wystawca faktury.", "Administrator usługi może dodać certyfikat wystawcy albo zezwolić na podpisywanie w jego imieniu."),
    ("certificate_expired", "Certyfikat wygasł.", "Złóż wniosek o nowy w Aplikacji Podatnika KSeF."),
    ("certificate_not_yet_valid", "Certyfikat nie jest jeszcze ważny.", "Poczekaj do dnia, od którego jest ważny, albo użyj innego."),
    ("certificate_wrong_environment", "Certyfikat jest z innego środowiska KSeF.", "Powiadom administratora usługi."),
    ("certificate_at_issue", "Certyfikat nie był ważny w dniu wystawienia faktury.", "Będzie to widoczne przy weryfikacji KOD II. Podpisz certyfikatem, który był wtedy ważny, jeśli nadal jest ważny."),
    ("certificate_of_person", "Podpisuje certyfikat, który nie podaje NIP-u, na przykład osoby fizycznej.", "Sprawdź, czy jego właściciel ma w KSeF uprawnienie do wystawiania faktur za sprzedawcę."),
    ("certificate_ends_soon", "Certyfikat wygasa w ciągu trzydziestu dni.", "Złóż już wniosek o następny; obu można używać równolegle."),
    ("context_not_in_invoice", "Podany kontekst dotyczy NIP-u, którego nie ma w fakturze.", "Sprawdź, czy nie ma w nim pomyłki."),
    ("context_not_of_issuer", "Podany kontekst dotyczy kogoś, kto tej faktury nie wystawia.", "Kto wystawia faktury w cudzym imieniu, robi to w kontekście wystawcy."),
    ("context_of_seller", "Fakturę mogłaby wystawić jednostka lub podmiot upoważniony, a podpisano ją w kontekście właściciela certyfikatu.", "Jeśli to ten kontekst wystawia fakturę w KSeF, nic nie trzeba robić."),
    ("context_of_several_sellers", "Jeden kontekst podano dla faktur kilku sprzedawców.", "Czy wszystkie są wystawiane w tym kontekście?"),
    ("signing_failed", "Nie udało się złożyć podpisu.", "Spróbuj ponownie, a potem powiadom administratora usługi."),
    ("signer_unavailable", "Podpisywanie jest teraz niemożliwe.", "Spróbuj ponownie za chwilę."),
    // What is looked at in a code.
    ("scan_missing", "Usługa nie może odczytać kodów z obrazów, bo brakuje programu ksef-qr-scan.", "Wklej link z kodu albo powiadom administratora usługi."),
    ("no_code_found", "Na obrazie nie ma kodu, który da się odczytać.", "Zrób zdjęcie z bliska, ostre, bez cieni, z białym marginesem wokół kodu."),
    ("picture_unreadable", "Obrazu nie udało się odczytać.", "Dodaj plik PNG, JPEG, SVG lub PDF."),
    ("pdf_unreadable", "PDF-u nie udało się odczytać.", "Dodaj go jeszcze raz albo zrób zdjęcie kodu."),
    ("link_form", "Link ma właściwą postać.", "Link musi mieć dokładnie taką postać, jaką podaje dokumentacja KSeF."),
    ("not_a_link", "To nie jest link weryfikacyjny KSeF.", "Kod faktury prowadzi na stronę qr.ksef.mf.gov.pl."),
    ("link_malformed", "Link ma niewłaściwą postać.", "Kod utworzył program niezgodny z dokumentacją KSeF. Zgłoś to jego producentowi."),
    ("host_unknown", "Link nie prowadzi na stronę Ministerstwa.", "Nie podawaj na niej żadnych danych. Strona KSeF to qr.ksef.mf.gov.pl."),
    ("host_obsolete", "Link prowadzi pod adres z 2025 roku, którego już nie ma.", "Zaktualizuj program, który tworzy kody."),
    ("path_unknown", "Link nie prowadzi do faktury ani do certyfikatu.", "Sprawdź, czy to kod z faktury."),
    ("parts_missing", "W linku brakuje części.", "Kod jest niepełny. Utwórz go na nowo."),
    ("signature_missing", "W linku brakuje podpisu.", "KOD II musi mieć podpis. Utwórz go na nowo."),
    ("invoice_digest", "Skrót w kodzie zgadza się z plikiem faktury.", "Czy to ten sam plik, co do bajtu? Każda zmiana pliku zmienia skrót."),
    ("invoice_seller", "NIP sprzedawcy w kodzie zgadza się z fakturą.", "Porównaj NIP w kodzie z fakturą."),
    ("invoice_date", "Data w kodzie jest datą wystawienia faktury.", "Porównaj datę w kodzie z fakturą."),
    ("invoice_facts", "Faktury nie udało się odczytać, więc nie porównano jej z kodem.", "Sprawdź fakturę osobno."),
    ("signature", "Podpis w kodzie złożono kluczem tego certyfikatu.", "Potrzebny jest certyfikat wystawcy."),
    ("signature_invalid", "Podpis nie pasuje do tego linku i certyfikatu.", "Czy linku nie zmieniono po podpisaniu i czy nie podpisano go kluczem innego certyfikatu?"),
    ("signature_by_other_certificate", "Podpis złożono kluczem innego certyfikatu niż ten, który podaje link.", "Klucz i numer seryjny muszą należeć do jednego certyfikatu."),
    ("signature_for_other_host", "Podpis złożono dla innego środowiska KSeF.", "Podpisz dla środowiska, do którego prowadzi link."),
    ("signature_malformed", "Podpis jest źle zapisany.", "Utwórz kod na nowo."),
    ("signature_length", "Podpis ma niewłaściwą długość.", "Utwórz kod na nowo."),
    ("signature_encoding", "Podpis ma postać, którą KSeF przyjmuje.", "KSeF przyjmuje podpis EC jako 64 bajty albo jako DER."),
    ("certificate_serial", "Numer seryjny w kodzie jest numerem tego certyfikatu.", "Potrzebny jest certyfikat, który podaje link."),
    ("certificate_purpose", "Certyfikat służy do podpisywania kodów (typ 2, Offline).", "KOD II podpisuje się certyfikatem typu 2 (Offline)."),
    ("certificate_now", "Certyfikat jest dzisiaj ważny.", "Złóż wniosek o nowy certyfikat."),
    ("certificate_environment", "Certyfikat jest ze środowiska, do którego prowadzi kod.", "Certyfikatów produkcyjnych i testowych nie da się używać zamiennie."),
    ("certificate_owner", "Fakturę wystawiono w kontekście właściciela certyfikatu.", "Czy może wystawiać faktury w tym kontekście, wie tylko KSeF."),
    ("pair_digest", "Oba kody mają ten sam skrót.", "Kody są z dwóch faktur albo plik między nimi zmieniono."),
    ("pair_seller", "Oba kody mają NIP tego samego sprzedawcy.", "Kody są z dwóch faktur."),
    ("pair_host", "Oba kody prowadzą do tego samego środowiska.", "Kody są z różnych środowisk."),
    ("link_over_code", "Kliknięcie kodu w PDF-ie prowadzi tam, gdzie kod.", "Kto kliknie kod, trafi gdzie indziej niż ten, kto go zeskanuje. Ustal, kto utworzył ten PDF."),
    ("link_without_code", "Na PDF-ie jest kod do linku, który można kliknąć.", "Kodu brakuje, jest zasłonięty albo za mały. Sprawdź stronę."),
    ("pages_unread", "Przejrzano wszystkie strony.", "W długim PDF-ie przeszukiwane są pierwsze i ostatnie strony oraz te z linkami. Zapisz właściwą stronę osobno i sprawdź ją."),
    ("book_entry", "Faktura jest w księdze.", "Nie udało się sprawdzić faktury w księdze."),
    ("book_annulled", "Według księgi fakturę anulowano.", "Jej kody prowadzą donikąd. Jeśli ma je nabywca, zawiadom tego, kto ją anulował."),
    ("book_kod1", "KOD I zgadza się z księgą.", "Ustal, gdzie utworzono ten kod."),
    ("book_kod2", "KOD II jest taki jak w księdze.", "Faktura ma jeden KOD II, a to jest inny. Ustal, kto go utworzył."),
    ("ksef_received", "Czy faktura jest w KSeF.", "Wie to tylko KSeF: zeskanuj KOD I albo sprawdź UPO."),
    ("ksef_certificate_status", "Czy certyfikat nie został w KSeF unieważniony lub zablokowany.", "Wie to tylko KSeF: zeskanuj KOD II."),
    ("ksef_permissions", "Czy właściciel certyfikatu może wystawiać faktury w tym kontekście.", "Wie to tylko KSeF: zeskanuj KOD II."),
    // Why a document may be handed over (advice).
    ("number_known", "Faktura, która ma numer KSeF, ma jeden kod, z numerem pod nim.", "-"),
    ("number_of_total_failure", "Faktury z awarii całkowitej nie przesyła się do KSeF, więc nie może mieć numeru.", "-"),
    ("outside_of_ksef", "W czasie awarii całkowitej faktury wystawia się poza KSeF i nie przesyła się ich później.", "-"),
    ("no_codes", "Kody umieszcza się na fakturach, które są lub będą w KSeF.", "-"),
    ("handed_over_as_agreed", "Temu nabywcy wydaje się samą fakturę, w sposób z nim uzgodniony.", "-"),
    ("both_codes", "Faktura wydana, zanim trafi do KSeF, ma KOD I z napisem OFFLINE i KOD II z napisem CERTYFIKAT.", "-"),
    ("buyer_receives_in_ksef", "Nabywca z polskim NIP-em otrzymuje taką fakturę w KSeF, nie wcześniej.", "-"),
    ("confirmation_is_voluntary", "Do tego czasu można wydać potwierdzenie transakcji z oboma kodami. Jest dobrowolne i nie jest dokumentem podatkowym.", "-"),
    ("supplier_receives_in_ksef", "Dostawca otrzymuje fakturę VAT RR w KSeF, nie wcześniej.", "-"),
    ("buyer_may_be_excepted", "Z faktury to nie wynika: nabywca z NIP-em otrzymuje samą fakturę, jeśli miejsce świadczenia jest za granicą albo nabywca nie ma w Polsce siedziby ani stałego miejsca prowadzenia działalności, które uczestniczy w nabyciu.", "-"),
    ("polish_number_as_foreign", "Polski numer nabywcy jest w polu na numer zagraniczny. KSeF udostępni fakturę nabywcy tylko wtedy, gdy numer jest w polu NIP.", "-"),
    ("buyer_may_be_established", "Z faktury to nie wynika: nabywca z zagranicy, który ma w Polsce stałe miejsce prowadzenia działalności uczestniczące w nabyciu, otrzymuje fakturę w KSeF.", "-"),
    ("buyer_may_choose_ksef", "Taki nabywca może się zgodzić na otrzymanie faktury w KSeF.", "-"),
    ("rests_on_the_handbook", "Że i tu nabywca otrzymuje fakturę tylko w KSeF, wynika z podręcznika Ministerstwa, a nie wprost z ustawy.", "-"),
    ("pef_not_said", "W przepisach o fakturach PEF ustawa wymienia tylko awarię; jak stosować do nich inne tryby, z przepisów nie wynika.", "-"),
    ("buyer_issues", "Tę fakturę wystawia nabywca (samofakturowanie); sprzedawca ma ją w KSeF, gdy tam trafi.", "-"),
    ("correction_after_number", "Fakturę korygującą wystawia się dopiero wtedy, gdy korygowana faktura wystawiona offline ma numer KSeF.", "-"),
    ("vat_rr_not_said", "Podręcznik mówi o potwierdzeniach dla nabywców; że może je otrzymać także dostawca z faktury VAT RR, to wniosek.", "-"),
    ("vat_rr_offline24", "Faktura VAT RR, którą przesyła się do KSeF w następnym dniu roboczym, jest w trybie offline24.", "-"),
];

#[cfg(test)]
mod tests {
    use ksef_qr::error::{ErrorGroup, ErrorKind};

    use super::*;

    #[test]
    fn whatever_an_invoice_is_refused_for_is_said_in_polish() {
        let of_invoices = ErrorKind::ALL.iter().filter(|kind| kind.group() == ErrorGroup::Invoice);
        let missing: Vec<_> = of_invoices.map(|kind| kind.code()).filter(|code| explained(code).is_none()).collect();
        assert!(missing.is_empty(), "without Polish: {missing:?}");
    }

    #[test]
    fn every_code_stands_once_and_says_something() {
        for (place, (code, meaning, hint)) in POLISH.iter().enumerate() {
            assert!(POLISH[place + 1..].iter().all(|(other, ..)| other != code), "{code} stands twice");
            assert!(meaning.ends_with('.') && !hint.is_empty(), "{code}");
        }
    }
}
