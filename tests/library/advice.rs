//! Which document may be handed over: the table of `src/advice/mod.rs`, row by row, over the fixtures' buyers.

use std::fs;
use std::path::Path;

use ksef_qr::advice::{Advice, Asked, Codes, DocumentKind};
use ksef_qr::deadline::Mode;
use ksef_qr::invoice::Buyer;
use ksef_qr::{Invoice, KsefNumber};

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invoices/good").join(name);
    fs::read_to_string(path).unwrap()
}

fn invoice(name: &str) -> Invoice {
    Invoice::read(text(name).as_bytes()).unwrap()
}

fn number() -> KsefNumber {
    "5265877635-20260616-0100001AF629-15".parse().unwrap()
}

const UNAVAILABLE: Mode = Mode::Unavailable { ended: None };
const FAILURE: Mode = Mode::Failure { ended: None };
const MODES: [Option<Mode>; 5] = [None, Some(Mode::Offline24), Some(UNAVAILABLE), Some(FAILURE), Some(Mode::Total)];

/// `confirmation OFFLINE CERTYFIKAT`.
fn told(advice: &Advice) -> String {
    let labels = [advice.kod1_label(), advice.kod2_label()].into_iter().flatten();
    labels.fold(advice.document().name().to_owned(), |told, label| format!("{told} {label}"))
}

/// VAT Act, art. 106gb ust. 4, 106nda, 106nf, 106ng, 106nh; Handbook, part II, 1.6.6.
#[test]
fn the_table() {
    const CONFIRMATION: &str = "confirmation OFFLINE CERTYFIKAT";
    const INVOICE: &str = "invoice OFFLINE CERTYFIKAT";
    const BARE: &str = "invoice";
    let received = [CONFIRMATION, CONFIRMATION, CONFIRMATION, INVOICE, BARE];
    let given = [CONFIRMATION, INVOICE, INVOICE, INVOICE, BARE];
    let vat_rr = [CONFIRMATION, CONFIRMATION, BARE, BARE, BARE];
    for (file, expected) in [
        ("fa2-basic.xml", received),
        ("fa3-basic.xml", received),
        ("fa3-correction.xml", received),
        ("fa3-self-billed.xml", received),
        ("fa3-third-party.xml", received),
        ("pef-basic.xml", received),
        ("pef-kor-basic.xml", received),
        ("fa3-consumer.xml", given),
        ("fa3-eu-buyer.xml", given),
        ("fa3-foreign-buyer.xml", given),
        ("rr-basic.xml", vat_rr),
        // A Polish NIP where those of other countries belong.
        ("../../cases/polish-nip-as-eu-vat.xml", received),
        ("../../cases/polish-nip-as-nrid.xml", received),
    ] {
        let invoice = invoice(file);
        for (mode, expected) in MODES.into_iter().zip(expected) {
            let advice = Advice::of(&invoice, mode, None);
            assert_eq!(told(&advice), expected, "{file}, {mode:?}");
            assert!(!advice.reasons().is_empty());
            let numbered = Advice::of(&invoice, mode, Some(&number()));
            assert_eq!(told(&numbered), "invoice 5265877635-20260616-0100001AF629-15", "{file}, {mode:?}");
        }
    }
}

#[test]
fn the_article_that_decides_is_the_mode_s() {
    let first =
        |file, mode, number: Option<&KsefNumber>| Advice::of(&invoice(file), mode, number).reasons()[0].source();
    for (mode, received, given, numbered) in [
        (None, "art. 2 pkt 32a", "art. 2 pkt 32a", "art. 106gb ust. 5"),
        (Some(Mode::Offline24), "art. 106nda ust. 3", "art. 106nda ust. 4", "art. 106nda ust. 8"),
        (Some(UNAVAILABLE), "art. 106nh ust. 4", "art. 106nh ust. 4", "art. 106nh ust. 4 with art. 106nda ust. 8"),
        (Some(FAILURE), "art. 106nf ust. 2", "art. 106nf ust. 2", "art. 106nf ust. 8"),
        (Some(Mode::Total), "art. 106ng", "art. 106ng", "art. 106gb ust. 5"),
    ] {
        let number = number();
        assert!(first("fa3-basic.xml", mode, None).contains(received), "{mode:?}");
        assert!(first("fa3-consumer.xml", mode, None).contains(given), "{mode:?}");
        assert!(first("fa3-basic.xml", mode, Some(&number)).contains(numbered), "{mode:?}");
        assert!(first("rr-basic.xml", mode, Some(&number)).contains("art. 116 ust. 3k"), "{mode:?}");
    }
}

fn remarks(invoice: &Invoice, mode: Option<Mode>) -> Vec<&'static str> {
    Advice::of(invoice, mode, None).remarks().iter().map(ksef_qr::advice::Reason::code).collect()
}

#[test]
fn what_is_left_open_is_said() {
    let offline24 = Some(Mode::Offline24);
    for (file, mode, expected) in [
        ("fa3-basic.xml", None, &["sources_differ", "becomes_offline24"][..]),
        ("fa3-basic.xml", offline24, &["buyer_may_be_excepted"]),
        ("fa3-basic.xml", Some(UNAVAILABLE), &["buyer_may_be_excepted", "rests_on_the_handbook"]),
        ("fa3-basic.xml", Some(FAILURE), &[]),
        ("fa3-basic.xml", Some(Mode::Total), &[]),
        ("fa3-consumer.xml", offline24, &["buyer_may_choose_ksef"]),
        ("fa3-consumer.xml", Some(UNAVAILABLE), &["buyer_may_choose_ksef"]),
        ("fa3-eu-buyer.xml", offline24, &["buyer_may_be_established"]),
        ("fa3-foreign-buyer.xml", offline24, &["buyer_may_be_established"]),
        ("fa3-self-billed.xml", Some(FAILURE), &["buyer_issues"]),
        ("fa3-correction.xml", Some(FAILURE), &["correction_after_number"]),
        ("fa3-correction.xml", Some(Mode::Total), &[]),
        ("pef-basic.xml", offline24, &["buyer_may_be_excepted", "pef_not_said"]),
        ("pef-basic.xml", Some(FAILURE), &[]),
        ("pef-kor-basic.xml", offline24, &["buyer_may_be_excepted", "pef_not_said", "correction_after_number"]),
        ("pef-self-billed.xml", Some(FAILURE), &["buyer_issues"]),
        ("rr-basic.xml", offline24, &["vat_rr_not_said"]),
        ("rr-basic.xml", Some(UNAVAILABLE), &["vat_rr_offline24"]),
    ] {
        assert_eq!(remarks(&invoice(file), mode), expected, "{file}, {mode:?}");
    }
    let numbered = |mode| Advice::of(&invoice("pef-basic.xml"), mode, Some(&number())).remarks().to_vec();
    assert_eq!(numbered(offline24), []);
    assert_eq!(numbered(Some(Mode::Total))[0].code(), "number_of_total_failure");
}

/// The schema's list of EU countries has Poland in it, so a domestic number may stand there.
#[test]
fn a_polish_number_among_those_of_the_eu_is_a_nip() {
    let changed =
        text("fa3-eu-buyer.xml").replace("<KodUE>DE</KodUE>", "<KodUE>PL</KodUE>").replace("999999999<", "5251469286<");
    let invoice = Invoice::read(changed.as_bytes()).unwrap();
    assert_eq!(*invoice.buyer(), Buyer::EuVat("PL5251469286".to_owned()));
    assert_eq!(Advice::of(&invoice, Some(Mode::Offline24), None).document(), DocumentKind::Confirmation);
    assert_eq!(remarks(&invoice, Some(Mode::Offline24)), ["polish_number_as_foreign", "buyer_may_be_excepted"]);
    assert_eq!(Advice::of(&invoice, Some(FAILURE), None).document(), DocumentKind::Invoice);
}

/// Each of the three things asked for, against each answer there is.
#[test]
fn what_is_asked_for_is_held_against_the_answer() {
    let warned = |file, mode, number: Option<&KsefNumber>| {
        let advice = Advice::of(&invoice(file), mode, number);
        [Asked::Invoice, Asked::Confirmation, Asked::Codes]
            .map(|asked| advice.warning_for(asked).map_or("", |warning| warning.code()))
    };
    let number = number();
    let offline24 = Some(Mode::Offline24);
    assert_eq!(warned("fa3-basic.xml", offline24, None), ["confirmation_expected", "", ""]);
    assert_eq!(warned("fa3-basic.xml", None, None), ["confirmation_expected", "", ""]);
    assert_eq!(warned("fa3-consumer.xml", offline24, None), ["", "invoice_expected", ""]);
    assert_eq!(warned("fa3-basic.xml", Some(FAILURE), None), ["", "invoice_expected", ""]);
    assert_eq!(warned("fa3-basic.xml", offline24, Some(&number)), ["", "invoice_expected", "one_code_expected"]);
    let total = ["no_codes_expected", "invoice_expected", "no_codes_expected"];
    assert_eq!(warned("fa3-basic.xml", Some(Mode::Total), None), total);
    assert_eq!(warned("rr-basic.xml", Some(FAILURE), None), total);
    let warning = Advice::of(&invoice("fa3-basic.xml"), offline24, None).warning_for(Asked::Invoice).unwrap();
    assert_eq!(
        warning.message(),
        "hand over a confirmation of the transaction, or nothing yet: a buyer with a Polish NIP receives \
         an invoice of offline24 in KSeF, and not before (VAT Act, art. 106nda ust. 3)"
    );
}

#[test]
fn codes_and_labels_agree() {
    for file in ["fa3-basic.xml", "fa3-consumer.xml", "rr-basic.xml"] {
        for mode in MODES {
            for number in [None, Some(number())] {
                let advice = Advice::of(&invoice(file), mode, number.as_ref());
                let labels = (advice.kod1_label().is_some(), advice.kod2_label().is_some());
                let expected = match advice.codes() {
                    Codes::None => (false, false),
                    Codes::Kod1 => (true, false),
                    Codes::Both => (true, true),
                };
                assert_eq!(labels, expected, "{file}, {mode:?}");
            }
        }
    }
}
