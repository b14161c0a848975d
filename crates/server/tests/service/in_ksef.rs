//! Invoices that KSeF has by now, as the book says: by the API, and on the page.

use ksef_qr::book::{Event, Happening};
use ksef_qr::values::InvoiceHash;
use ksef_qr_server::desk::Scope;
use serde_json::Value;

use super::people::logged_in;
use super::{BASIC, KSEF_NUMBER, Service, fixture, form, now, service};

fn accepted(service: &Service) {
    let what = Happening::Accepted { number: KSEF_NUMBER.parse().unwrap(), corrected_by: None };
    let event = Event::new(what, now(), "a test");
    let book = service.app.desk.book().unwrap();
    book.record(&[(InvoiceHash::of(&fixture(BASIC)), event)]).unwrap();
}

#[tokio::test]
async fn its_codes_stay_and_nothing_is_to_be_sent() {
    let service = service(&Scope::ALL, &[], true);
    let path = "/v1/sign?format=none&mode=offline24";
    let first = service.post(path, "application/xml", fixture(BASIC)).await.json();
    assert_eq!(first["send_by"], "2026-06-16", "{first}");
    accepted(&service);
    let warnings = |line: &Value| line["warnings"].to_string();
    for path in [path, "/v1/confirm?mode=offline24"] {
        let again = service.post(path, "application/xml", fixture(BASIC)).await.json();
        assert_eq!(again["kod2"]["url"], first["kod2"]["url"], "{again}");
        assert_eq!(again["kod1"]["label"], "OFFLINE");
        assert!(again["send_by"].is_null(), "{again}");
        for part in ["ksef_number_not_used", KSEF_NUMBER, "/v1/link"] {
            assert!(warnings(&again).contains(part), "{part}: {again}");
        }
    }
    let link = service.post("/v1/link?format=none&mode=offline24", "application/xml", fixture(BASIC)).await.json();
    assert_eq!((link["kod1"]["label"].as_str(), link["kod2"].is_null()), (Some(KSEF_NUMBER), true), "{link}");
    assert!(link["send_by"].is_null() && link["warnings"].as_array().is_none_or(Vec::is_empty), "{link}");
}

/// What the page says of the invoice, and its files.
async fn shown(service: &Service, session: &str, fields: &[(&str, &[u8])]) -> String {
    let page = service.page(session, "/").await.text();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut all = vec![("csrf", "", csrf.as_bytes()), ("mode", "", b"offline24")];
    all.extend(fields.iter().map(|(field, bytes)| (*field, "", *bytes)));
    let invoice = fixture(BASIC);
    all.push(("files", "f1.xml", &invoice));
    let (media_type, body) = form(&all);
    // A field that is a text has no file's name.
    let body = String::from_utf8(body).unwrap().replace("; filename=\"\"", "");
    let headers = [("authorization", ""), ("cookie", session), ("content-type", &*media_type)];
    let begun = service.ask("POST", "/results", &headers, body).await;
    assert_eq!(begun.status, 303, "{}", begun.text());
    service.page(session, begun.headers["location"].to_str().unwrap()).await.text()
}

#[tokio::test]
async fn the_page_gives_the_code_with_its_number() {
    let service = service(&Scope::ALL, &[], true);
    let session = format!("ksef-qr={}", super::people::value_of(&logged_in(&service).await, "ksef-qr"));
    let before = shown(&service, &session, &[]).await;
    assert!(before.contains("Prześlij do KSeF najpóźniej") && before.contains("f1.kod2.png"), "{before}");
    accepted(&service);
    let after = shown(&service, &session, &[]).await;
    assert!(after.contains(KSEF_NUMBER) && after.contains("niczego nie trzeba przesyłać"), "{after}");
    assert!(after.contains("f1.kod1.png") && !after.contains("f1.kod2.png") && !after.contains("confirmation.pdf"));
    assert!(!after.contains("Prześlij do KSeF najpóźniej") && !after.contains("ksef_number"), "{after}");
    let printed = shown(&service, &session, &[("as_printed", b"yes")]).await;
    assert!(printed.contains(KSEF_NUMBER) && printed.contains("f1.kod2.png"), "{printed}");
    assert!(!printed.contains("Prześlij do KSeF najpóźniej"), "{printed}");
}
