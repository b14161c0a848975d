//! One outage, from the announcement to the last UPO, as `docs/outage.md` tells it: five invoices, one of them refused and
//! corrected.

use std::fs;
use std::path::Path;

use ksef_qr::values::{Day, InvoiceHash, KsefNumber};
use serde_json::{Value, json};

use crate::common::{credential, file, fixture, ksef_qr, lines, parse, records, run, status, stderr, stdout};

const NUMBERS: [&str; 5] = [
    "5265877635-20260618-0100001AF601-6A",
    "5265877635-20260618-0100001AF602-63",
    "5265877635-20260618-0100001AF603-64",
    "5265877635-20260618-0100001AF604-71",
    "5265877635-20260618-0100001AF605-76",
];

/// A till and its folder, on days that the test chooses.
struct Till {
    folder: tempfile::TempDir,
}

impl Till {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let till = Self { folder };
        fs::create_dir(till.path().join("in")).unwrap();
        // A date as people write it, and two elements left out: nothing of which a code is made.
        let first = String::from_utf8(file("correction/first.xml")).unwrap().replace("525-146-92-86", "5251469286");
        fs::write(till.path().join("in/001.xml"), first).unwrap();
        fs::write(till.path().join("corrected.xml"), file("correction/corrected.xml")).unwrap();
        let usual = String::from_utf8(file("invoices/good/fa3-basic.xml")).unwrap();
        for number in 2..=5 {
            let text = usual.replace("FV/2026/06/001", &format!("FV/2026/06/00{number}"));
            fs::write(till.path().join(format!("in/00{number}.xml")), text).unwrap();
        }
        till
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn hash(&self, name: &str) -> InvoiceHash {
        InvoiceHash::of(&fs::read(self.path().join(name)).unwrap())
    }

    fn write(&self, name: &str, value: &Value) {
        fs::write(self.path().join(name), value.to_string()).unwrap();
    }

    /// Runs a command at a moment of June 2026; its exit status and what it printed.
    fn at(&self, moment: &str, command: &[&str]) -> (i32, String) {
        let now = format!("2026-06-{moment}:00Z");
        let output = run(ksef_qr(self.path()).env("KSEF_QR_BOOK", "firm.book").args(command).args(["--now", &now]));
        (status(&output), format!("{}{}", stdout(&output), stderr(&output)))
    }

    /// As `at`, of what must succeed.
    fn done(&self, moment: &str, command: &[&str]) -> String {
        let (status, said) = self.at(moment, command);
        assert_eq!(status, 0, "{command:?}: {said}");
        said
    }

    /// The days by which open invoices must be sent, by number.
    fn due(&self, moment: &str) -> Vec<(String, Day)> {
        let (_, said) = self.at(moment, &["book", "due", "--within", "30d", "--json"]);
        let text = |line: &Value, field: &str| line[field].as_str().unwrap().to_owned();
        let of = |line: Value| (text(&line, "invoice_number"), text(&line, "send_by").parse().unwrap());
        let mut due: Vec<_> = parse(&said).into_iter().map(of).collect();
        due.sort();
        due
    }

    fn status(&self, moment: &str) -> Value {
        parse(&self.done(moment, &["status", "--json"])).remove(0)
    }

    /// `verify` of a code, with further arguments: the status, and the checks by their codes.
    fn verify(&self, link: &str, more: &[&str]) -> (i32, Value) {
        let command = [&["verify", link, "--json"], more].concat();
        let now = ["--now", "2026-06-22T09:00:00Z"];
        let output = run(ksef_qr(self.path()).env("KSEF_QR_BOOK", "firm.book").args(command).args(now));
        let said = lines(&output).remove(0);
        let of =
            |check: &Value| (check["code"].as_str().unwrap().to_owned(), json!([check["outcome"], check["reason"]]));
        let checks = said["checks"].as_array().unwrap_or_else(|| panic!("{said}")).iter().map(of);
        (status(&output), Value::Object(checks.collect()))
    }
}

fn failure(kind: &str, end: &Value, published: &str) -> Value {
    json!({
        "id": format!("K/2026/AWR/{kind}"), "eventId": 2001, "category": "FAILURE", "type": kind, "title": "Awaria",
        "text": "Awaria KSeF.", "start": "2026-06-15T06:00:00+00:00", "end": end, "version": 1, "published": published,
    })
}

fn answer(invoices: &[Value]) -> Value {
    json!({"continuationToken": null, "invoices": invoices})
}

#[test]
fn one_outage_from_the_announcement_to_the_last_number() {
    let till = Till::new();
    till.done("01T08:00", &["book", "create", "firm.book", "--env", "test"]);

    // Monday, 15 June: a failure is announced. There is no day for sending yet.
    let start = failure("FAILURE_START", &Value::Null, "2026-06-15T06:20:00+00:00");
    till.write("messages.json", &json!([start]));
    let [cert, certificate, key, key_file] = credential();
    let in_failure = ["--mode", "failure", "--announcements", "messages.json", "--env", "test"];
    let signing = [&["sign", "in", "--out", "codes", &cert, &certificate, &key, &key_file], &in_failure[..]].concat();
    till.done("15T12:00", &signing);
    assert_eq!(till.due("16T12:00"), []);
    let open = till.status("16T12:00");
    assert_eq!((&open["open"], &open["waiting"]), (&5.into(), &5.into()));

    // Wednesday evening: its end is announced. Seven working days after it, the 26th.
    let end = failure("FAILURE_END", &"2026-06-17T20:00:00+00:00".into(), "2026-06-17T20:15:00+00:00");
    till.write("messages.json", &json!([start, end]));
    for _ in 0..2 {
        till.done("18T08:00", &["book", "import", "--announcements", "messages.json"]);
    }
    let last: Day = "2026-06-26".parse().unwrap();
    let all: Vec<_> = (1..=5).map(|number| (format!("FV/2026/06/00{number}"), last)).collect();
    assert_eq!(till.due("18T08:00"), all);
    assert_eq!(till.at("26T08:00", &["book", "due"]).0, 1);
    assert_eq!(till.at("25T08:00", &["book", "due"]).0, 0);

    // Sent: four are taken, the first is refused.
    till.done("18T09:00", &["book", "mark", "sent", "in"]);
    let reference = |number: usize| format!("20260618-EE-2F15D3900{number}-242207E5C4-09");
    let taken = |number: usize, file: &str| {
        json!({
            "ordinalNumber": number, "ksefNumber": NUMBERS[number - 1], "invoiceNumber": format!("FV/2026/06/00{number}"),
            "referenceNumber": reference(number), "invoiceHash": till.hash(file).base64(), "invoicingMode": "Offline",
            "status": {"code": 200, "description": "Sukces"},
        })
    };
    let refused = json!({
        "ordinalNumber": 1, "referenceNumber": reference(9), "invoiceHash": till.hash("in/001.xml").base64(),
        "invoicingMode": "Offline",
        "status": {
            "code": 430, "description": "Błąd weryfikacji pliku faktury",
            "details": ["Plik niezgodny ze schematem XSD: P_6."],
        },
    });
    let mut invoices: Vec<Value> = (2..=5).map(|number| taken(number, &format!("in/00{number}.xml"))).collect();
    invoices.push(refused);
    till.write("answer.json", &answer(&invoices));
    for _ in 0..2 {
        till.done("18T10:00", &["book", "import", "answer.json"]);
    }
    assert_eq!(till.due("18T10:00"), all[..1]);
    let open = till.status("18T10:00");
    assert_eq!((&open["open"], &open["states"]), (&1.into(), &json!({"refused": 1})));
    let said = till.done("18T10:00", &["status"]);
    assert!(said.contains("refused FV/2026/06/001") && said.contains("P_6"), "{said}");

    // Its technical correction: the form alone, entered once.
    let correcting = ["correct", "in/001.xml", "corrected.xml", "--refusal", "answer.json", "--env", "test", "--json"];
    for is_new in [true, false] {
        let line = parse(&till.done("18T11:00", &correcting)).remove(0);
        assert_eq!(line["entered"], is_new, "{line}");
        assert_eq!(line["request"]["hashOfCorrectedInvoice"], till.hash("in/001.xml").base64());
    }
    assert_eq!(till.due("18T11:00"), all[..1]);
    assert_eq!(till.status("18T11:00")["states"], json!({"corrected": 1}));

    // The codes that the buyer holds lead to the corrected file, before and after KSeF takes it.
    let line = records(&till.path().join("codes/manifest.ndjson")).remove(0);
    assert_eq!(line["input"], "in/001.xml");
    let [kod1, kod2] = ["kod1", "kod2"].map(|code| line[code]["url"].as_str().unwrap().to_owned());
    let beside = ["--invoice", "corrected.xml", "--cert", &certificate];
    let before = till.verify(&kod2, &beside);
    assert_eq!((before.0, &before.1["invoice_digest"][0]), (0, &"ok".into()), "{before:?}");
    assert!(before.1["invoice_digest"][1].as_str().unwrap().contains("once KSeF takes it"), "{before:?}");

    // KSeF takes it, and the first file has its number.
    till.write("last.json", &answer(&[taken(1, "corrected.xml")]));
    for _ in 0..2 {
        till.done("19T09:00", &["book", "import", "last.json"]);
    }
    assert_eq!(till.due("19T09:00"), []);
    assert_eq!(till.done("19T09:00", &["book", "due", "--within", "30d"]).trim(), "nothing is due within 30 days");
    let open = till.status("19T09:00");
    assert_eq!((&open["open"], &open["overdue"], &open["states"]), (&0.into(), &0.into(), &json!({})));
    assert_eq!(till.at("19T09:30", &["book", "check", "--cert", &certificate]).0, 0);

    // A reprint of the file that the buyer holds, with the number; then all codes once more.
    till.done("22T08:00", &["link", "in", "--out", "reprint", "--env", "test"]);
    let reprinted = records(&till.path().join("reprint/manifest.ndjson"));
    let labels: Vec<_> = reprinted.iter().take(5).map(|line| line["kod1"]["label"].as_str().unwrap()).collect();
    assert_eq!(labels, NUMBERS);
    assert!(NUMBERS.iter().all(|number| KsefNumber::parse(number).is_ok()));
    assert_eq!(reprinted[0]["kod1"]["url"], kod1);
    for (link, kind) in [(&kod1, "book_kod1"), (&kod2, "book_kod2")] {
        let (status, checks) = till.verify(link, &beside);
        assert_eq!((status, &checks[kind][0]), (0, &"ok".into()), "{checks}");
        for code in ["book_entry", "invoice_digest"] {
            assert_eq!(checks[code][0], "ok", "{checks}");
            assert!(checks[code][1].as_str().unwrap().contains(NUMBERS[0]), "{checks}");
        }
    }
    let said = till.done("22T09:00", &["verify", "codes", "--invoice", "in", "--cert", &certificate]);
    assert!(said.contains("nothing failed"), "{said}");
}

/// Each command of the page is one that the rehearsal runs.
#[test]
fn the_page_of_the_guide_tells_the_same() {
    for page in ["docs/outage.md", "docs/pl/awaria.md"] {
        let text = fs::read_to_string(fixture(&format!("../{page}"))).unwrap();
        let told = |what: &str| assert!(text.contains(what), "{page}: {what}");
        for what in [
            "ksef-qr sign in --out codes --mode failure --announcements messages.json",
            "ksef-qr book import --announcements messages.json",
            "ksef-qr book due --within 30d",
            "ksef-qr book mark sent in",
            "ksef-qr book import answer.json",
            "ksef-qr status",
            "ksef-qr correct in/001.xml corrected.xml --refusal answer.json",
            "ksef-qr book import last.json",
            "ksef-qr link in --out reprint",
            "ksef-qr verify codes --invoice in",
        ] {
            told(what);
        }
    }
}
