//! `ksef-qr check`: every finding of a file, in its place, and the same judgement as `sign` and as xmllint.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{IN_TEST, file, fixture, ksef_qr, lines, run, scanner, status};
use ksef_qr::check::{Checked, Checker, Duplicates, Finding, SchemaValidator, Violation};
use ksef_qr::deadline::{Due, Mode, Schedule};
use ksef_qr::invoice::Form;
use ksef_qr::report::Outcome;
use ksef_qr::values::IssueDate;
use ksef_qr::{Environment, Invoice};
use proptest::prelude::*;

fn day(text: &str) -> IssueDate {
    IssueDate::parse(text).unwrap()
}

fn checker(environment: Environment) -> Checker {
    Checker::new(environment, day("2026-06-30"))
}

fn read(name: &str) -> Vec<u8> {
    file(&format!("invoices/{name}"))
}

fn basic() -> String {
    String::from_utf8(read("good/fa3-basic.xml")).unwrap()
}

fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(fixture(&format!("invoices/{folder}"))).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| Path::new(name).extension().is_some_and(|extension| extension == "xml"));
    names.sort_unstable();
    names
}

/// `nip_checksum 11:7`.
fn told(checked: &Checked) -> Vec<String> {
    let place =
        |finding: &Finding| finding.position().map_or_else(String::new, |at| format!(" {}:{}", at.line(), at.column()));
    checked.findings().iter().map(|finding| format!("{}{}", finding.code(), place(finding))).collect()
}

#[test]
fn good_ones_would_be_accepted_and_bad_ones_not() {
    for name in names("good") {
        let checked = checker(Environment::Test).check(&read(&format!("good/{name}")));
        assert!(checked.is_accepted() && checked.invoice().is_some(), "{name}: {:?}", checked.findings());
    }
    for name in names("bad") {
        let checked = checker(Environment::Prod).check(&read(&format!("bad/{name}")));
        assert!(!checked.is_accepted(), "{name}");
    }
}

/// What `sign` refuses is the first thing that `check` finds, in the order of the rules, or the first in the file.
#[test]
fn sign_refuses_for_what_check_finds() {
    for name in names("bad") {
        let bytes = read(&format!("bad/{name}"));
        let codes: Vec<_> = checker(Environment::Prod).check(&bytes).findings().iter().map(Finding::code).collect();
        let refused = Invoice::read(&bytes).and_then(|invoice| invoice.review(Environment::Prod, day("2026-06-30")));
        match refused {
            Err(error) => assert!(codes.contains(&error.code()), "{name}: {} and {codes:?}", error.code()),
            Ok(warnings) => {
                assert_eq!(warnings.iter().map(ksef_qr::error::Warning::code).collect::<Vec<_>>(), codes, "{name}");
            }
        }
    }
}

#[test]
fn everything_is_told_and_not_the_first_thing_alone() {
    let text = basic()
        .replacen("<Podmiot1>", "<?a b?><Podmiot1>", 1)
        .replacen("<NIP>5265877635</NIP>", "<NIP>526-587</NIP>", 1)
        .replacen("<NIP>5251469286</NIP>", "<NIP>5251469287</NIP>", 1)
        .replacen("Świętokrzyskie", "\u{80}", 1)
        .replacen("2026-06-15</P_1>", "2026-06-31</P_1>", 1)
        .replacen("<P_2>FV/2026/06/001</P_2>", "<P_2> </P_2>", 1);
    let bytes = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    assert_eq!(
        told(&checker(Environment::Prod).check(&bytes)),
        [
            "byte_order_mark",
            "processing_instruction 9:3",
            "seller_nip_malformed 11:7",
            "discouraged_character 12:22",
            "issue_date_malformed 40:5",
            "number_missing 42:5",
        ]
    );
    // The checksums are looked at once the facts are in order.
    let text = basic().replace("5265877635<", "5265877636<").replace("5251469286<", "5251469287<");
    assert_eq!(told(&checker(Environment::Prod).check(text.as_bytes())), ["nip_checksum 11:7", "nip_checksum 26:7"]);
    let elsewhere = checker(Environment::Demo).check(text.as_bytes());
    assert!(elsewhere.is_accepted() && elsewhere.findings().len() == 2);
    assert!(elsewhere.findings().iter().all(|finding| finding.outcome() == Outcome::Warning));
    // After what makes a file unreadable nothing follows.
    let text = text.replacen("</Fa>", "</Faa>", 1);
    assert_eq!(told(&checker(Environment::Prod).check(text.as_bytes())).len(), 1);
}

/// A fact that stands twice ends the facts, and not the reading.
#[test]
fn what_follows_a_repeated_fact_must_be_xml_too() {
    let twice = String::from_utf8(read("bad/two-dates.xml")).unwrap();
    let cut = twice.rsplit_once("</Faktura>").unwrap().0;
    let codes = |text: &str| -> Vec<_> {
        checker(Environment::Prod).check(text.as_bytes()).findings().iter().map(Finding::code).collect()
    };
    assert_eq!(codes(&twice), ["field_repeated"]);
    assert_eq!(codes(cut), ["field_repeated", "truncated"]);
}

#[test]
fn sizes_and_attachments() {
    let pad = |name: &str, size: usize| {
        let mut bytes = read(name);
        let filler = size - bytes.len() - "<!---->".len();
        bytes.extend_from_slice(format!("<!--{}-->", "x".repeat(filler)).as_bytes());
        told(&checker(Environment::Prod).check(&bytes))
    };
    assert_eq!(pad("good/fa3-basic.xml", 1_000_000), [""; 0]);
    assert_eq!(pad("good/fa3-basic.xml", 1_000_001), ["too_large"]);
    assert_eq!(pad("good/fa3-attachment.xml", 3_000_000), ["attachment_conditions 70:3"]);
    assert_eq!(pad("good/fa3-attachment.xml", 3_000_001), ["too_large", "attachment_conditions 70:3"]);
}

#[test]
fn dates_against_today_and_the_deadline() {
    let bytes = basic().into_bytes();
    let on = |today: &str, mode| {
        let schedule = Schedule::new(mode);
        Checker::new(Environment::Prod, day(today)).with_schedule(schedule).check(&bytes)
    };
    // Issued on Monday, 15 June.
    assert_eq!(told(&on("2026-06-14", Mode::Offline24)), ["issue_date_in_future 40:5"]);
    assert!(!on("2026-06-14", Mode::Offline24).is_accepted());
    let in_time = on("2026-06-16", Mode::Offline24);
    assert_eq!((told(&in_time), in_time.due()), (vec![], Some(Due::By("2026-06-16".parse().unwrap()))));
    let late = on("2026-06-17", Mode::Offline24);
    assert_eq!(told(&late), ["deadline_passed 40:5"]);
    assert!(late.is_accepted(), "KSeF takes it");
    assert_eq!(told(&on("2026-06-17", Mode::Failure { ended: None })), [""; 0]);
    assert_eq!(told(&on("2026-06-17", Mode::Total)), ["not_for_ksef 40:5"]);
    let ended = Some("2026-06-12".parse().unwrap());
    assert_eq!(told(&on("2026-06-17", Mode::Unavailable { ended })), ["outage_ended_too_early 40:5"]);
}

#[test]
fn duplicates_are_of_seller_kind_and_number() {
    let prod = checker(Environment::Prod);
    let mut duplicates = Duplicates::default();
    let mut check = |name: &str, text: &str| {
        let mut checked = prod.check(text.as_bytes());
        duplicates.check(name, text.as_bytes(), &mut checked);
        checked
    };
    let first = basic();
    // One that KSeF refuses anyway takes nothing away from the next.
    assert_eq!(
        told(&check("future.xml", &first.replace("2026-06-15</P_1>", "2026-07-15</P_1>"))),
        ["issue_date_in_future 40:5"]
    );
    assert_eq!(told(&check("first.xml", &first)), [""; 0]);
    let again = check("again.xml", &first.replace("<P_15>", "<P_15>1"));
    assert_eq!(told(&again), ["duplicate_invoice 42:5"]);
    assert!(again.findings()[0].message().contains("first.xml"), "{:?}", again.findings());
    for other in [("FV/2026/06/001", "FV/2026/06/002"), (">VAT<", ">UPR<"), ("<NIP>5265877635", "<NIP>1111111111")] {
        assert_eq!(told(&check("other.xml", &first.replacen(other.0, other.1, 1))), [""; 0], "{other:?}");
    }
}

fn case(name: &str) -> Vec<u8> {
    file(&format!("cases/{name}"))
}

/// Today is the day on which the cases were issued.
fn told_of(environment: Environment, bytes: &[u8]) -> (bool, Vec<String>) {
    let checked = Checker::new(environment, day("2026-11-26")).check(bytes);
    (checked.is_accepted(), told(&checked))
}

/// The NIP in `IDWew` is refused in production as any other NIP is, its own fifth digit is a warning everywhere.
#[test]
fn internal_identifiers() {
    let bad_nip = case("idwew-bad-nip.xml");
    let (is_accepted, codes) = told_of(Environment::Prod, &bad_nip);
    assert!(!is_accepted && codes.iter().any(|code| code.starts_with("nip_checksum 17:")), "{codes:?}");
    assert!(told_of(Environment::Test, &bad_nip).0);
    // What `sign` refuses is what `check` finds.
    let refused = Invoice::read(&bad_nip).unwrap().review(Environment::Prod, day("2026-11-26")).unwrap_err();
    assert_eq!(refused.code(), "nip_checksum");
    for environment in [Environment::Prod, Environment::Test] {
        let (is_accepted, codes) = told_of(environment, &case("idwew-bad-check-digit.xml"));
        assert!(is_accepted && codes.len() == 1 && codes[0].starts_with("internal_id_checksum 17:"), "{codes:?}");
    }
    // A VAT RR invoice has such third parties as well.
    let third = "<Podmiot3><DaneIdentyfikacyjne><IDWew>5251469286-12345</IDWew><Nazwa>x</Nazwa></DaneIdentyfikacyjne><Rola>2</Rola></Podmiot3>";
    let rr = String::from_utf8(read("good/rr-basic.xml")).unwrap().replacen(
        "<FakturaRR>",
        &format!("{third}<FakturaRR>"),
        1,
    );
    assert_eq!(told(&checker(Environment::Prod).check(rr.as_bytes())).len(), 1);
    // As many as a hostile file likes: some are told, and it takes no time.
    let many = basic().replacen("<Fa>", &format!("{}<Fa>", third.repeat(15_000)), 1);
    let started = std::time::Instant::now();
    assert_eq!(told(&checker(Environment::Prod).check(many.as_bytes())).len(), 128 + 1, "and the size");
    assert!(started.elapsed() < std::time::Duration::from_secs(60));
}

/// KSeF takes it, and looks for the buyer's NIP in the field NIP alone.
#[test]
fn a_polish_nip_in_the_field_of_another_country() {
    for (name, field) in [("polish-nip-as-eu-vat.xml", "NrVatUE"), ("polish-nip-as-nrid.xml", "NrID")] {
        let (is_accepted, codes) = told_of(Environment::Prod, &case(name));
        assert!(
            is_accepted && codes.len() == 1 && codes[0].starts_with("polish_nip_misplaced 13:"),
            "{name}: {codes:?}"
        );
        let text = String::from_utf8(case(name)).unwrap();
        let open = format!("<{field}>");
        for written in ["525-146-92-86", "PL5251469286", "PL 525 146 92 86"] {
            let text = text.replace(&format!("{open}5251469286"), &format!("{open}{written}"));
            assert_eq!(told_of(Environment::Prod, text.as_bytes()).1, codes, "{written}");
        }
        // Another country, or none, does not make it another's.
        for polish in [
            ("<KodUE>PL</KodUE><NrVatUE>", "<KodUE>DE</KodUE><NrVatUE>PL"),
            ("<KodKraju>PL</KodKraju><NrID>", "<NrID>"),
            ("<KodKraju>PL</KodKraju><NrID>", "<KodKraju>DE</KodKraju><NrID>PL"),
        ] {
            if text.contains(polish.0) {
                let (_, codes) = told_of(Environment::Prod, text.replace(polish.0, polish.1).as_bytes());
                assert!(codes[0].starts_with("polish_nip_misplaced 13:"), "{polish:?}: {codes:?}");
            }
        }
        for abroad in [
            ("<KodUE>PL", "<KodUE>DE"),
            ("<KodKraju>PL</KodKraju><NrID>", "<KodKraju>US</KodKraju><NrID>"),
            ("5251469286", "X-77"),
        ] {
            if text.contains(abroad.0) {
                let text = text.replace(abroad.0, abroad.1);
                assert_eq!(told_of(Environment::Prod, text.as_bytes()), (true, vec![]), "{abroad:?}");
            }
        }
    }
}

/// `JST` and `GV` say that the invoice is for somebody else than `Podmiot2`, and somebody is to be named.
#[test]
fn a_unit_or_a_member_that_nobody_names() {
    let third = |id: &str, role: &str| {
        format!(
            "<Podmiot3><DaneIdentyfikacyjne>{id}<Nazwa>x</Nazwa></DaneIdentyfikacyjne><Rola>{role}</Rola></Podmiot3>"
        )
    };
    let nip = "<NIP>5251469286</NIP>";
    let base = String::from_utf8(case("base.xml")).unwrap();
    let codes = |mark: &str, third: &str| {
        let text = base.replacen(&format!("<{mark}>2<"), &format!("<{mark}>1<"), 1);
        let text = text.replacen("<Fa>", &format!("{third}<Fa>"), 1);
        told_of(Environment::Prod, text.as_bytes())
    };
    for (mark, role, other) in [("JST", "8", "10"), ("GV", "10", "8")] {
        for unnamed in [String::new(), third(nip, other), third(nip, "2"), third("<BrakID>1</BrakID>", role)] {
            let (is_accepted, codes) = codes(mark, &unnamed);
            assert!(
                is_accepted && codes.len() == 1 && codes[0].starts_with("recipient_missing "),
                "{mark} {unnamed}: {codes:?}"
            );
        }
        for named in [third(nip, role), third("<IDWew>6824515772-12343</IDWew>", role)] {
            assert_eq!(codes(mark, &named), (true, vec![]), "{mark} {named}");
        }
    }
    // A role and an identifier of two different third parties name nobody.
    let (_, told) = codes("JST", &format!("{}{}", third(nip, "2"), third("<BrakID>1</BrakID>", "8")));
    assert_eq!(told.len(), 1);
    assert_eq!(told_of(Environment::Prod, base.as_bytes()), (true, vec![]));
}

/// A total failure that is announced while the deadline runs ends the duty to send.
#[test]
fn a_total_failure_that_comes_later() {
    let on = |announced: &str| {
        let failure = ksef_qr::deadline::Failure::total(announced.parse().unwrap());
        let schedule = Schedule::new(Mode::Offline24).with_failures([failure]);
        Checker::new(Environment::Prod, day("2026-06-20")).with_schedule(schedule).check(&basic().into_bytes())
    };
    let ended = on("2026-06-16");
    assert_eq!((told(&ended), ended.due()), (vec!["not_for_ksef 40:5".to_owned()], Some(Due::Never)));
    assert_eq!(told(&on("2026-06-17")), ["deadline_passed 40:5"], "the deadline had passed");
}

fn schemas() -> Option<String> {
    std::env::var("KSEF_QR_SCHEMAS").ok().filter(|folder| Path::new(folder).is_dir())
}

/// Every fixture and thousands of damaged ones, against xmllint. Needs the Ministry's schemas, which are not ours to
/// hand on: `KSEF_QR_SCHEMAS` names their folder, and without it there is nothing to compare.
#[test]
fn agrees_with_xmllint_where_it_and_the_schemas_are_at_hand() {
    let Some(folder) = schemas() else { return };
    scanner();
    let temporary = tempfile::tempdir().unwrap();
    let forms = [
        ("FA2", "fa2", "FA/schemat_FA(2)_v1-0E.xsd"),
        ("FA3", "fa3", "FA/schemat_FA(3)_v1-0E.xsd"),
        ("RR", "rr", "RR/schemat_FA_RR(1)_v1-1E.xsd"),
        ("PEFKOR", "pef-kor", "PEF/Schemat_PEF_KOR(3)_v2-1.xsd"),
        ("PEF", "pef", "PEF/Schemat_PEF(3)_v2-1.xsd"),
    ];
    let mut compared = 0;
    for name in names("good").into_iter().filter(|name| name != "fa3-prefixed.xml") {
        let (_, _, schema) = forms.into_iter().find(|(_, stem, _)| name.starts_with(stem)).unwrap();
        let mut paths = Vec::new();
        for (index, text) in damaged(&String::from_utf8(read(&format!("good/{name}"))).unwrap()).into_iter().enumerate()
        {
            let path = temporary.path().join(format!("{name}-{index:03}.xml"));
            fs::write(&path, text).unwrap();
            paths.push(path);
        }
        let mut xmllint = Command::new("xmllint");
        xmllint.args(["--nonet", "--noout", "--schema"]).arg(Path::new(&folder).join(schema)).args(&paths);
        let Ok(judged) = xmllint.output() else { return };
        let judged = String::from_utf8_lossy(&judged.stderr).into_owned();
        let mut ours = ksef_qr(temporary.path());
        let ours = lines(&run(ours.arg("check").args(IN_TEST).args(["--json", "--xsd", &folder]).args(&paths)));
        for line in ours.iter().filter(|line| line["type"] == "check") {
            let input = line["input"].as_str().unwrap();
            let theirs = judged.contains(&format!("{input} validates\n"));
            let findings = line["findings"].as_array().unwrap();
            let valid = !findings.iter().any(|finding| finding["code"] == "schema_violation");
            assert_eq!(valid, theirs, "{input}: {findings:?}\n{}", fs::read_to_string(input).unwrap());
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared}");
}

/// The text, and copies of it with one element gone, twice, emptied, in another namespace, or with a strange value.
fn damaged(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    let leaves: Vec<(usize, usize)> = text
        .match_indices('<')
        .filter(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|(at, _)| {
            let inside = text[at + 1..].split([' ', '>']).next()?;
            let end_tag = format!("</{inside}>");
            let end = at + text[at..].find(&end_tag)?;
            (!text[at + 1..end].contains('<')).then_some((at, end + end_tag.len()))
        })
        .collect();
    for (index, &(start, end)) in leaves.iter().enumerate() {
        let (before, element, after) = (&text[..start], &text[start..end], &text[end..]);
        let name = element[1..].split([' ', '>']).next().unwrap();
        let local = name.rsplit(':').next().unwrap();
        let changed = match index % 6 {
            0 => String::new(),
            1 => element.repeat(2),
            2 => format!("<{name}></{name}>"),
            3 => format!("<x:{local} xmlns:x='urn:x'>1</x:{local}>"),
            4 => format!("<{name} xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'/>"),
            _ => format!("<{name} obcy='1'>99999999999999999999x</{name}>"),
        };
        all.push(format!("{before}{changed}{after}"));
    }
    all
}

/// What a validator that is not ours says becomes findings, each in its place among the others; it is not asked of what is no
/// XML.
#[test]
fn what_a_validator_finds_is_told_in_its_place() {
    struct Validator;
    impl SchemaValidator for Validator {
        fn validate(&self, form: Form, text: &str) -> ksef_qr::Result<Vec<Violation>> {
            match form {
                Form::Fa3 => {
                    let offset = text.find("<P_2>").unwrap();
                    Ok(vec![Violation::new("too long", offset)])
                }
                _ => Err(ksef_qr::Error::of_code("schema_missing", "there is none")),
            }
        }
    }
    let validating = checker(Environment::Prod).with_schemas(Validator);
    let text = basic().replacen("<NIP>5265877635</NIP>", "<NIP>526-587</NIP>", 1);
    let checked = validating.check(text.as_bytes());
    assert_eq!(told(&checked), ["seller_nip_malformed 11:7", "schema_violation 42:5"]);
    assert_eq!(checked.findings()[1].to_string(), "line 42, column 5: too long");
    assert_eq!(told(&validating.check(&read("good/rr-basic.xml"))), ["schema_missing"]);
    assert!(!told(&validating.check(b"<Faktura>")).iter().any(|code| code.starts_with("schema")));
    assert_eq!(ksef_qr::Error::of_code("no_such_code", "").code(), "internal");
}

#[test]
fn the_summary_counts_and_the_exit_status_tells() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.xml"), basic()).unwrap();
    let check = |inputs: &[&str]| {
        let output = run(ksef_qr(folder.path()).args(["check", "--json"]).args(inputs));
        let mut lines = lines(&output);
        // Where nothing could be read, another line behind it says why.
        let failure = lines.pop_if(|line| line["type"] == "error");
        assert_eq!(failure.is_some(), status(&output) == 2);
        let last = lines.pop().unwrap();
        (status(&output), last["accepted"].as_u64().unwrap(), last["refused"].as_u64().unwrap())
    };
    assert_eq!(check(&["a.xml"]), (0, 1, 0));
    assert_eq!(check(&["a.xml", "a.xml", "none.xml"]), (1, 1, 2));
    assert_eq!(check(&["none.xml"]), (2, 0, 1));
}

/// The text with pieces of it replaced.
fn with_changes(mut text: String, changes: Vec<(usize, usize, &str)>) -> String {
    for (at, length, snippet) in changes {
        let floor = |text: &str, at: usize| (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default();
        let start = floor(&text, at % (text.len() + 1));
        let end = floor(&text, (start + length).min(text.len())).max(start);
        text.replace_range(start..end, snippet);
    }
    text
}

fn mutations() -> impl Strategy<Value = Vec<(usize, usize, &'static str)>> {
    let snippet = prop::sample::select(vec![
        "",
        "<",
        ">",
        "&",
        "<a/>",
        "</a>",
        "\u{80}",
        "<?x y?>",
        "<!--",
        "-->",
        "xmlns=''",
        "<P_1/>",
        "9",
        "\u{FEFF}",
        "ł",
        "<NIP>1</NIP>",
    ]);
    prop::collection::vec((0..usize::MAX, 0_usize..8, snippet), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// No input makes a check panic, every place lies in the file, and what is refused here `sign` refuses or warns of.
    #[test]
    fn any_damage_is_answered(name in prop::sample::select(names("good")), changes in mutations()) {
        let text = with_changes(String::from_utf8(read(&format!("good/{name}"))).unwrap(), changes);
        let checked = checker(Environment::Test).check(text.as_bytes());
        let lines: HashMap<usize, usize> =
            text.trim_start_matches('\u{FEFF}').split('\n').enumerate().map(|(at, line)| (at + 1, line.chars().count())).collect();
        for finding in checked.findings() {
            if let Some(place) = finding.position() {
                prop_assert!(place.column() <= lines[&place.line()] + 1, "{finding}");
            }
        }
        let signable = Invoice::read(text.as_bytes()).and_then(|invoice| invoice.review(Environment::Test, day("2026-06-30")));
        let in_time = !checked.findings().iter().any(|finding| finding.code() == "issue_date_in_future");
        prop_assert_eq!(signable.is_ok() && in_time, checked.is_accepted(), "{:?}", checked.findings());
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        _ = checker(Environment::Prod).check(&bytes);
        _ = ksef_qr::upo::Upo::parse(&bytes);
    }

    /// A damaged UPO is refused, or still gives numbers that are in it.
    #[test]
    fn any_damaged_upo_is_answered(changes in mutations()) {
        let text = with_changes(fs::read_to_string(fixture("upo/good/session.xml")).unwrap(), changes);
        if let Ok(upo) = ksef_qr::upo::Upo::parse(text.as_bytes()) {
            prop_assert!(upo.numbers().count() <= 3);
        }
    }
}
