//! Calls, as a binding makes them.

use std::path::Path;

use serde_json::Value;

use super::*;

const NOW: &str = "2026-06-30T12:00:00Z";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)).unwrap()
}

fn invoice(name: &str) -> File<'static> {
    File { name: name.to_owned().into(), xml: Some(fixture(&format!("invoices/good/{name}")).into()), pdf: None }
}

fn issuer() -> Issuer {
    let (cert, key) = (fixture("keys/offline-ec.crt"), fixture("keys/offline-ec.fast.key"));
    let options = format!(r#"{{"environment":"test","now":"{NOW}"}}"#);
    Issuer::from_bytes(&cert, Some(&key), Some(b"Throwaway-Key_2026"), &options).unwrap()
}

fn line(item: &Item) -> Value {
    serde_json::from_str(item.line()).unwrap()
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

#[test]
fn an_invoice_gets_its_codes_and_they_verify() {
    let issuer = issuer();
    let file = invoice("fa3-basic.xml");
    let options = format!(r#"{{"formats":["png","svg"],"now":"{NOW}"}}"#);
    let answer = sign(&issuer, None, vec![file.clone()], &options).unwrap();
    assert_eq!(answer.status(), Status::Done);
    let [item] = &*answer.items else { panic!("{answer:?}") };
    let line = line(item);
    assert_eq!(line["status"], "signed");
    assert_eq!([&line["kod1"]["png"], &line["kod2"]["svg"]], ["kod1.png", "kod2.svg"]);
    assert!(item.buffer("kod1.png").unwrap().starts_with(b"\x89PNG"));
    assert!(item.buffer("kod2.svg").unwrap().starts_with(b"<"));
    assert_eq!(item.buffers.len(), 4);
    assert!(!item.line().contains("base64\":\"iVBOR"));
    let codes =
        ["kod1", "kod2"].map(|name| (line[name]["url"].as_str().unwrap(), line[name]["label"].as_str().unwrap()));
    assert_eq!(item.codes().collect::<Vec<_>>(), codes);

    let links = [&line["kod1"]["url"], &line["kod2"]["url"]].map(|url| url.as_str().unwrap().to_owned());
    let inquiry = serde_json::json!({"links": links, "now": NOW}).to_string();
    let verified = verify(Some(&issuer), None, vec![file.clone()], &inquiry).unwrap();
    assert_eq!(verified.status(), Status::Done, "{verified:?}");
    assert_eq!(verified.items.len(), 3, "each link, and the pair");
    let certificate = String::from_utf8(fixture("keys/offline-ec.crt")).unwrap();
    let changed = links[1].replace("/5265877635/", "/1111111111/");
    let inquiry = serde_json::json!({"links": [changed], "certificates": [certificate], "now": NOW}).to_string();
    assert_eq!(verify(None, None, vec![file], &inquiry).unwrap().status(), Status::SomeRefused);
}

#[test]
fn many_are_answered_in_order_whatever_the_threads() {
    let issuer = issuer();
    let bad = File { name: "bad.xml".into(), xml: Some(b"<a/>".into()), pdf: None };
    let mut files: Vec<File<'_>> = Vec::new();
    for at in 0..40 {
        let file = if at == 7 { bad.clone() } else { invoice("fa3-basic.xml") };
        files.push(File { name: format!("{at}.xml").into(), ..file });
    }
    for jobs in [1, 3, 8] {
        let options = format!(r#"{{"formats":[],"now":"{NOW}","jobs":{jobs}}}"#);
        let answer = sign(&issuer, None, files.clone(), &options).unwrap();
        assert_eq!(answer.status(), Status::SomeRefused);
        for (at, item) in answer.items.iter().enumerate() {
            assert_eq!(line(item)["input"], format!("{at}.xml"));
            assert_eq!(item.failed, at == 7);
        }
        assert_eq!(answer.json().lines().count(), 40);
    }
}

#[test]
fn what_is_done_together_is_what_each_alone_gives() {
    let (cert, key) = (fixture("keys/offline-ec.crt"), fixture("keys/offline-ec.pkcs8.pem"));
    let options = format!(r#"{{"environment":"test","deterministic":true,"now":"{NOW}"}}"#);
    let issuer = Issuer::from_bytes(&cert, Some(&key), None, &options).unwrap();
    let files = [
        invoice("fa3-basic.xml"),
        invoice("pef-basic.xml"),
        File { name: "empty.xml".into(), xml: Some(b"".into()), pdf: None },
        File { name: "nothing".into(), xml: None, pdf: None },
        invoice("fa3-basic.xml"),
    ];
    let options = format!(r#"{{"formats":["png","svg"],"now":"{NOW}","jobs":1}}"#);
    let together = sign(&issuer, None, files.iter().cycle().take(40).cloned().collect(), &options).unwrap();
    assert_eq!(together.items.len(), 40);
    for (file, item) in files.iter().cycle().zip(&together.items) {
        assert_eq!(sign(&issuer, None, vec![file.clone()], &options).unwrap().items, std::slice::from_ref(item));
    }
}

#[test]
fn options_are_known_and_of_their_kind() {
    let issuer = issuer();
    let signed = |options: &str| code(sign(&issuer, None, vec![invoice("fa3-basic.xml")], options));
    for options in [
        "[]",
        "{",
        r#"{"format":["png"]}"#,
        r#"{"page":"first"}"#,
        r#"{"formats":[1]}"#,
        r#"{"module_px":0}"#,
        r#"{"module_px":"6"}"#,
        r#"{"jobs":0}"#,
        r#"{"jobs":257}"#,
        r#"{"mode":"never"}"#,
        r#"{"ended":"2026-06-16"}"#,
        r#"{"mode":"offline24","ended":"2026-06-16"}"#,
        r#"{"now":"today"}"#,
        r#"{"allow":["everything"]}"#,
    ] {
        assert_eq!(signed(options), "setting_malformed", "{options}");
    }
    let none: Vec<File<'_>> = Vec::new();
    assert_eq!(sign(&issuer, None, none, "").unwrap(), Answer::default());
    assert_eq!(code(stamp(None, None, vec![], "{}")), "setting_malformed");
    assert_eq!(code(link(None, vec![], r#"{"ksef_number":"5"}"#)), "ksef_number_malformed");
    let number = r#"{"ksef_number":"5265877635-20250826-0100001AF629-AF"}"#;
    assert_eq!(code(link(None, vec![File::default(), File::default()], number)), "setting_malformed");
    assert_eq!(code(Issuer::from_files(r#"{"cert":"x"}"#, None)), "setting_malformed");
    assert_eq!(code(Issuer::from_files(r#"{"cert":"missing","key":"missing"}"#, None)), "file_missing");
    assert_eq!(code(Book::open("http://x", "")), "book_address");
}

#[test]
fn a_certificate_that_ends_while_it_is_open_signs_no_more() {
    let options = r#"{"now":"2100-06-01T00:00:00Z"}"#;
    let answer = sign(&issuer(), None, vec![invoice("fa3-basic.xml")], options).unwrap();
    assert_eq!(line(&answer.items[0])["error"]["code"], "certificate_expired");
}

#[test]
fn what_is_looked_at() {
    let line = |answer: Answer| (line(&answer.items[0]), answer.status());
    let (found, status) = line(deadline(r#"{"issued":"2026-04-03","mode":"offline24"}"#).unwrap());
    assert_eq!((&found["send_by"], status), (&"2026-04-07".into(), Status::Done));
    let (found, status) = line(number(r#"{"text":"5265877635-20250826-0100001AF629-AF"}"#).unwrap());
    assert_eq!((&found["status"], status), (&"right".into(), Status::Done));
    let (found, status) = line(number(r#"{"text":"5265877635-20250826-0100001AF629-AE"}"#).unwrap());
    assert_eq!((&found["errors"][0]["code"], status), (&"ksef_number_checksum".into(), Status::SomeRefused));
    let options = format!(r#"{{"environment":"test","now":"{NOW}"}}"#);
    let (found, status) = line(check(vec![invoice("fa3-basic.xml")], &options).unwrap());
    assert_eq!((&found["accepted"], status), (&true.into(), Status::Done));
    let answer = draw(r#"{"link":"https://qr.ksef.mf.gov.pl/","label":"OFFLINE","formats":["png","pdf"]}"#).unwrap();
    assert_eq!(answer.items[0].buffers.len(), 2);
}

#[test]
fn a_book_gives_the_same_codes_again() {
    let folder = std::env::temp_dir().join(format!("ksef-qr-bindings-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let address = folder.join("book.db");
    let address = address.to_str().unwrap();
    let create = format!(r#"{{"create":true,"environment":"test","now":"{NOW}"}}"#);
    assert_eq!(code(Book::open(address, "")), "book_missing");
    let book = Book::open(address, &create).unwrap();
    assert_eq!(code(Book::open(address, r#"{"environment":"prod"}"#)), "book_wrong_environment");
    let options = format!(r#"{{"formats":[],"now":"{NOW}","mode":"offline24"}}"#);
    let signed = || {
        let answer = sign(&issuer(), Some(&book), vec![invoice("fa3-basic.xml")], &options).unwrap();
        line(&answer.items[0])["kod2"]["url"].clone()
    };
    assert_eq!(signed(), signed());
    let due = book.due(&format!(r#"{{"now":"{NOW}"}}"#)).unwrap();
    assert_eq!(line(&due.items[0])["when"], "overdue");
    assert_eq!(book.entries("").unwrap().items.len(), 1);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn no_panic_comes_out() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let code = code(guarded(|| -> Result<()> { panic!("unforeseen") }));
    std::panic::set_hook(hook);
    assert_eq!(code, "internal");
}
