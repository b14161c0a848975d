//! The service, asked in its own process: what is answered, to whom, and what is turned away.

#[cfg(unix)]
#[path = "service/activation.rs"]
mod activation;
#[path = "service/batches.rs"]
mod batches;
#[cfg(unix)]
#[path = "service/database.rs"]
mod database;
#[path = "service/in_ksef.rs"]
mod in_ksef;
#[path = "service/people.rs"]
mod people;
#[cfg(unix)]
#[path = "../../../tests/common/postgres.rs"]
#[expect(dead_code, reason = "the library's tests do more with it")]
mod postgres_server;
#[path = "service/program.rs"]
mod program;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use ksef_qr::Environment;
use ksef_qr::book::{Book, Place};
use ksef_qr::values::Nip;
use ksef_qr_server::app::App;
use ksef_qr_server::desk::{Desk, Scope, Settings, Signers, open_one};
use ksef_qr_server::keys::{Keys, new_key};
use ksef_qr_server::router;
use serde_json::Value;
use tower::ServiceExt as _;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");
const SELLER: &str = "5265877635";

/// 2026-06-30, noon.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_782_820_800)
}

struct Service {
    routes: Router,
    app: Arc<App>,
    key: String,
    folder: tempfile::TempDir,
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FIXTURES}/{name}")).unwrap()
}

fn signers() -> Signers {
    let file = |name: &str| std::path::PathBuf::from(format!("{FIXTURES}/keys/{name}"));
    let password = file("password.txt");
    let issuer =
        open_one(&file("offline-ec.crt"), &file("offline-ec.fast.key"), Some(&password), Environment::Test, now());
    Signers::one(issuer.unwrap())
}

fn service(scopes: &[Scope], owners: &[&str], has_book: bool) -> Service {
    service_with(scopes, owners, has_book, |_| {})
}

fn service_with(scopes: &[Scope], owners: &[&str], has_book: bool, set: impl FnOnce(&mut App)) -> Service {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.json");
    let owners: Vec<Nip> = owners.iter().map(|nip| Nip::parse(nip).unwrap()).collect();
    let key = new_key(&keys, "till", scopes, &owners, None).unwrap().to_string();
    let place = Place::File(folder.path().join("firm.book"));
    let book = has_book.then(|| Book::create(&place, Environment::Test, now()).unwrap());
    let desk = Desk::new(Settings { signers: signers(), book, schemas: None, clock: now }).unwrap();
    let mut app = App::new(desk, Keys::read(&keys).unwrap());
    app.logs = false;
    app.limits.largest = 2_000_000;
    app.limits.longest = Duration::from_secs(20);
    set(&mut app);
    let app = Arc::new(app);
    Service { routes: router(app.clone()), app, key, folder }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    fn code(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{:?}", self.text());
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16());
        json["code"].as_str().unwrap().to_owned()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Service {
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", format!("Bearer {}", self.key));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.routes.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: head.status, headers: head.headers, bytes }
    }

    async fn post(&self, path: &str, media_type: &str, body: impl Into<Body>) -> Answer {
        self.ask("POST", path, &[("content-type", media_type)], body).await
    }

    async fn sign(&self, invoice: &str) -> Answer {
        self.post("/v1/sign?format=none", "application/xml", fixture(invoice)).await
    }
}

fn form(fields: &[(&str, &str, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (field, name, bytes) in fields {
        let head = format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--xyz--\r\n");
    ("multipart/form-data; boundary=xyz".to_owned(), body)
}

/// Of that invoice, if KSeF took it on its issue date.
const KSEF_NUMBER: &str = "5265877635-20260615-0100001AF629-3D";

const BASIC: &str = "invoices/good/fa3-basic.xml";

#[tokio::test]
async fn an_invoice_gets_its_codes_as_the_client_wants_them() {
    let service = service(&Scope::ALL, &[], false);
    let signed = service.sign(BASIC).await;
    assert_eq!(signed.status, 200, "{}", signed.text());
    let line = signed.json();
    assert_eq!((line["status"].as_str(), line["seller_nip"].as_str()), (Some("signed"), Some(SELLER)));
    assert!(line["kod1"]["png_base64"].is_null());
    let with_pictures = service.post("/v1/sign", "application/xml", fixture(BASIC)).await.json();
    assert!(with_pictures["kod2"]["png_base64"].as_str().unwrap().starts_with("iVBO"));
    for (accept, start) in [
        ("image/png", &b"\x89PNG"[..]),
        ("image/svg+xml", b"<"),
        ("application/pdf", b"%PDF"),
        ("application/zip", b"PK"),
    ] {
        let answer = service.ask("POST", "/v1/sign?code=kod2", &[("accept", accept)], fixture(BASIC)).await;
        assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (StatusCode::OK, accept));
        assert!(answer.bytes.starts_with(start), "{accept}");
        assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"invoice"));
    }
    let parts = service.ask("POST", "/v1/sign", &[("accept", "multipart/mixed")], fixture(BASIC)).await;
    assert!(parts.text().contains("invoice.kod2.png"));
    let other = service.ask("POST", "/v1/sign", &[("accept", "text/html")], fixture(BASIC)).await;
    assert_eq!((other.status, &*other.code()), (StatusCode::NOT_ACCEPTABLE, "not_acceptable"));
}

#[tokio::test]
async fn a_form_and_json_are_taken_as_well() {
    let service = service(&Scope::ALL, &[], false);
    let (media_type, body) = form(&[("invoice", "../F 1\".xml", &fixture(BASIC))]);
    let signed = service.post("/v1/sign?format=none", &media_type, body).await;
    assert_eq!(signed.status, 200, "{}", signed.text());
    let name = signed.json()["input"].as_str().unwrap().to_owned();
    assert!(!name.contains(['/', '"']), "{name}");
    let invoice = base64::engine::general_purpose::STANDARD.encode(fixture(BASIC));
    let json = serde_json::json!({"name": "a.xml", "invoice_base64": invoice}).to_string();
    assert_eq!(service.post("/v1/link?format=none", "application/json", json).await.json()["input"], "a.xml");
    for (media_type, body, code) in [
        ("application/json", "[]", "request_malformed"),
        ("application/json", "{\"invoice_base64\":\"%\"}", "request_malformed"),
        ("application/json", "{\"x\":\"y\"}", "request_malformed"),
        ("multipart/form-data", "x", "request_malformed"),
        ("image/png", "x", "media_type_unsupported"),
        ("application/xml", "", "request_malformed"),
        ("application/xml", "<a/>", "unknown_form"),
        ("application/xml", "%PDF-1.4", "input_is_pdf"),
    ] {
        assert_eq!(service.post("/v1/sign", media_type, body).await.code(), code, "{media_type} {body}");
    }
}

#[tokio::test]
async fn documents_are_made() {
    let service = service(&Scope::ALL, &[], true);
    let confirmation =
        service.ask("POST", "/v1/confirm?language=en", &[("accept", "application/pdf")], fixture(BASIC)).await;
    assert!(confirmation.bytes.starts_with(b"%PDF"), "{}", confirmation.text());
    let (media_type, body) =
        form(&[("pdf", "f.pdf", &fixture("pdf/blank.pdf")), ("invoice", "f.xml", &fixture(BASIC))]);
    let headers = [("content-type", &*media_type), ("accept", "application/pdf")];
    let stamped = service.ask("POST", "/v1/stamp?pdf_mismatch=ignore", &headers, body).await;
    assert!(stamped.bytes.starts_with(b"%PDF"), "{}", stamped.text());
    assert!(stamped.headers["content-disposition"].to_str().unwrap().contains("f.stamped.pdf"));
    let none = service.post("/v1/stamp", "application/pdf", fixture("pdf/blank.pdf")).await;
    assert_eq!(none.code(), "invoice_not_embedded");
}

#[tokio::test]
async fn by_the_book_the_same_invoice_gets_the_same_codes() {
    let service = service(&Scope::ALL, &[], true);
    let first = service.sign(BASIC).await.json();
    let second = service.sign(BASIC).await.json();
    assert_eq!(first["kod2"]["url"], second["kod2"]["url"]);
    assert_eq!((first["from_book"].as_bool(), second["from_book"].as_bool()), (None, Some(true)));
    let due = service.ask("GET", "/v1/due", &[], "").await;
    assert_eq!(due.json()["hash_base64"], first["hash_base64"]);
    let listed = service.ask("GET", "/v1/invoices?limit=1", &[], "").await;
    assert_eq!(listed.json()["invoice_number"], first["invoice_number"]);
    let verified = service
        .post(
            "/v1/verify",
            "application/json",
            serde_json::json!({"code": [first["kod1"]["url"], first["kod2"]["url"]]}).to_string(),
        )
        .await;
    assert_eq!(verified.json()["result"], "ok", "{}", verified.text());
}

/// Many at once: one of them signs, and all get what it signed.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_at_the_same_time_gets_the_same_codes() {
    let service = Arc::new(service(&Scope::ALL, &[], true));
    let mut asked = Vec::new();
    for _ in 0..20 {
        let service = service.clone();
        asked.push(tokio::spawn(async move { service.sign(BASIC).await.json()["kod2"]["url"].clone() }));
    }
    let mut codes = std::collections::HashSet::new();
    for one in asked {
        codes.insert(one.await.unwrap());
    }
    assert_eq!(codes.len(), 1);
}

#[tokio::test]
async fn a_request_that_comes_again_gets_its_answer_again() {
    let service = service(&Scope::ALL, &[], false);
    let repeat = async |key: &str, query: &str| {
        let headers = [("content-type", "application/xml"), ("idempotency-key", key)];
        service.ask("POST", &format!("/v1/sign?format={query}"), &headers, fixture(BASIC)).await
    };
    let first = repeat("a", "none").await;
    assert_eq!(first.bytes, repeat("a", "none").await.bytes);
    assert_ne!(first.bytes, repeat("b", "none").await.bytes, "without a book another signature");
    assert_eq!(repeat("a", "png").await.code(), "idempotency_conflict");
}

#[tokio::test]
async fn a_key_opens_what_it_is_for() {
    let service = service(&[Scope::Sign], &["7781464139"], true);
    for wrong in ["", "Bearer", "Bearer kqr_x", "Basic dXNlcjpw"] {
        let answer = service.ask("POST", "/v1/sign", &[("authorization", wrong)], fixture(BASIC)).await;
        assert_eq!((answer.status, &*answer.code()), (StatusCode::UNAUTHORIZED, "key_required"), "{wrong}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
    for path in ["/v1/check", "/v1/stamp", "/v1/verify"] {
        assert_eq!(service.post(path, "application/xml", fixture(BASIC)).await.code(), "scope_missing");
    }
    assert_eq!(service.ask("GET", "/v1/invoices", &[], "").await.code(), "scope_missing");
    let other = service.sign(BASIC).await;
    assert_eq!((other.status, &*other.code()), (StatusCode::FORBIDDEN, "signer_not_permitted"));
}

#[tokio::test]
async fn a_context_is_given_by_who_may() {
    const OTHER: &str = "7781464139";
    for (owners, context, expected) in [
        (&[][..], "Nip:7781464139", "Nip:7781464139"),
        (&[], "PeppolId:PPL123456", "PeppolId:PPL123456"),
        (&[SELLER], "Nip:5265877635", "Nip:5265877635"),
        // For another, and for nobody with a NIP.
        (&[SELLER], "Nip:7781464139", "signer_not_permitted"),
        (&[SELLER], "PeppolId:PPL123456", "signer_not_permitted"),
        // In one's own, but by somebody else's certificate.
        (&[OTHER], "Nip:7781464139", "signer_not_permitted"),
        (&[OTHER, SELLER], "Nip:7781464139", "Nip:7781464139"),
        (&[], "Nip:1", "context_malformed"),
    ] {
        let service = service(&Scope::ALL, owners, true);
        let path = format!("/v1/sign?format=none&context={context}");
        let line = service.post(&path, "application/xml", fixture(BASIC)).await.json();
        let found = line["context"].as_str().or(line["code"].as_str());
        assert_eq!(found, Some(expected), "{owners:?} {line}");
    }
    let service = service(&Scope::ALL, &[], false);
    let number = "context=Nip:5265877635&ksef_number=5265877635-20260615-0100001AF629-AF";
    for path in [format!("/v1/link?{number}"), format!("/v1/stamp?{number}")] {
        let answer = service.post(&path, "application/pdf", fixture("pdf/blank.pdf")).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
}

#[tokio::test]
async fn a_key_that_is_taken_out_of_the_file_opens_nothing_any_more() {
    let service = service(&Scope::ALL, &[], false);
    assert_eq!(service.sign(BASIC).await.status, 200);
    let file = service.folder.path().join("keys.json");
    let other = new_key(&file, "other", &[Scope::Sign], &[], None).unwrap();
    assert!(service.app.keys.refresh().unwrap());
    let bearer = format!("Bearer {}", &*other);
    let answer = service.ask("POST", "/v1/sign", &[("authorization", &bearer)], fixture(BASIC)).await;
    assert_eq!(answer.status, 200);
    std::fs::write(&file, "{\"keys\":[]}").unwrap();
    assert!(service.app.keys.refresh().unwrap());
    assert_eq!(service.sign(BASIC).await.code(), "key_required");
}

#[tokio::test]
async fn what_others_issue_is_not_seen() {
    let all = service(&Scope::ALL, &[], true);
    assert_eq!(all.sign(BASIC).await.status, 200);
    let caller = ksef_qr_server::desk::Caller {
        name: "other".to_owned(),
        scopes: Scope::ALL.to_vec(),
        owners: Some(vec![Nip::parse("7781464139").unwrap()]),
    };
    assert!(all.app.desk.due(&caller).unwrap().is_empty());
    assert!(all.app.desk.certificates(&caller).is_empty());
}

/// Whatever the book has of an invoice, who may not act for its issuer gets the same answer, and leaves nothing behind.
#[tokio::test]
async fn a_key_with_owners_does_not_reach_beyond_them() {
    let service = service(&Scope::ALL, &[], true);
    let key = new_key(
        &service.folder.path().join("keys.json"),
        "other",
        &Scope::ALL,
        &[Nip::parse("7781464139").unwrap()],
        None,
    );
    let bearer = format!("Bearer {}", &*key.unwrap());
    assert!(service.app.keys.refresh().unwrap());
    let pdf = form(&[("pdf", "f.pdf", &fixture("pdf/blank.pdf")), ("invoice", "f.xml", &fixture(BASIC))]);
    let xml = ("application/xml".to_owned(), fixture(BASIC));
    let number = format!("ksef_number={KSEF_NUMBER}");
    let mut another = fixture(BASIC);
    another.push(b'\n');
    let asked = [
        ("/v1/sign?format=none".to_owned(), xml.clone()),
        ("/v1/link?format=none".to_owned(), xml.clone()),
        (format!("/v1/link?{number}"), xml.clone()),
        ("/v1/confirm".to_owned(), xml.clone()),
        ("/v1/stamp?pdf_mismatch=ignore".to_owned(), pdf.clone()),
        (format!("/v1/stamp?pdf_mismatch=ignore&{number}"), pdf),
        // Another file with the number of that one.
        ("/v1/sign?format=none".to_owned(), ("application/xml".to_owned(), another.clone())),
        ("/v1/link?format=none".to_owned(), ("application/xml".to_owned(), another.clone())),
    ];
    let as_other = async || {
        let mut answers = Vec::new();
        for (path, (media_type, body)) in &asked {
            let headers = [("authorization", &*bearer), ("content-type", media_type)];
            let answer = service.ask("POST", path, &headers, body.clone()).await;
            assert_eq!((answer.status, &*answer.code()), (StatusCode::FORBIDDEN, "signer_not_permitted"), "{path}");
            answers.push(answer.json());
        }
        answers
    };
    let verified = async |link: &Value| {
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        let body = serde_json::json!({ "code": [link] }).to_string();
        service.ask("POST", "/v1/verify", &headers, body).await.text()
    };
    let before = as_other().await;
    let signed = service.sign(BASIC).await;
    assert_eq!(signed.status, 200, "nothing was entered for it: {}", signed.text());
    assert_eq!(as_other().await, before);
    let link = &signed.json()["kod1"]["url"];
    let own = service.post("/v1/verify", "application/json", serde_json::json!({ "code": [link] }).to_string()).await;
    assert!(own.text().contains("is issued, and not sent"), "{}", own.text());
    let of_other = verified(link).await;
    assert!(of_other.contains("among those that you may see") && !of_other.contains("is issued, and"), "{of_other}");
    // Neither as the first file of a correction.
    let (media_type, body) = form(&[("first", "1.xml", &fixture(BASIC)), ("corrected", "2.xml", &another)]);
    let headers = [("authorization", &*bearer), ("content-type", &*media_type)];
    assert_eq!(service.ask("POST", "/v1/correct", &headers, body).await.code(), "signer_not_permitted");
}

/// The buyer issues it: the seller may see where it leads, and nobody else signs.
#[tokio::test]
async fn an_invoice_is_whose_it_is_signed_for() {
    const BUYER: &str = "5251469286";
    let invoice = String::from_utf8(fixture(BASIC)).unwrap().replace("<P_17>2</P_17>", "<P_17>1</P_17>");
    assert!(invoice.contains("<P_17>1</P_17>") && invoice.contains(BUYER));
    for (owner, signed, linked) in
        [(SELLER, "context_unclear", 200), (BUYER, "context_unclear", 200), ("7781464139", "signer_not_permitted", 403)]
    {
        let service = service(&Scope::ALL, &[owner], true);
        let sign = service.post("/v1/sign?format=none", "application/xml", invoice.clone()).await;
        assert_eq!(sign.code(), signed, "{owner}: the certificate is the seller's");
        let link = service.post("/v1/link?format=none", "application/xml", invoice.clone()).await;
        assert_eq!(link.status.as_u16(), linked, "{owner}: {}", link.text());
    }
}

#[tokio::test]
async fn parameters_are_looked_at() {
    let service = service(&Scope::ALL, &[], false);
    for (path, code) in [
        ("/v1/sign?x=1", "parameter_unknown"),
        ("/v1/sign?format=gif", "request_malformed"),
        ("/v1/sign?format=png&format=svg", "request_malformed"),
        ("/v1/sign?dpi=0", "request_malformed"),
        ("/v1/sign?ended=2026-06-01", "request_malformed"),
        ("/v1/sign?mode=offline24&ended=2026-06-01", "request_malformed"),
        ("/v1/sign?name=a%0d%0ab", "request_malformed"),
        ("/v1/sign?name=%ff", "request_malformed"),
        ("/v1/link?ksef_number=1", "ksef_number_malformed"),
        ("/v1/deadline?mode=offline24", "request_malformed"),
        ("/v1/deadline?mode=offline24&issued=2026-02-30", "request_malformed"),
    ] {
        assert_eq!(service.post(path, "application/xml", fixture(BASIC)).await.code(), code, "{path}");
    }
    let due = service.post("/v1/deadline?mode=offline24&issued=2026-06-15", "", "").await;
    assert_eq!(due.json()["send_by"], "2026-06-16");
    let state = service.ask("GET", "/v1/invoices?state=foo", &[], "").await;
    assert_eq!((state.status.as_u16(), &*state.code()), (400, "request_malformed"));
    assert!(state.text().contains("accepted"), "{}", state.text());
    let headers = [("content-type", "application/xml"), ("content-encoding", "gzip")];
    let packed = service.ask("POST", "/v1/sign", &headers, b"\x1f\x8b".to_vec()).await;
    assert_eq!((packed.status.as_u16(), &*packed.code()), (415, "media_type_unsupported"));
    assert!(packed.text().contains("gzip"), "{}", packed.text());
}

#[tokio::test]
async fn a_file_is_checked() {
    let service = service(&Scope::ALL, &[], false);
    let bad = service.post("/v1/check", "application/xml", fixture("invoices/bad/impossible-date.xml")).await.json();
    assert_eq!(
        (bad["accepted"].as_bool(), bad["findings"][0]["code"].as_str()),
        (Some(false), Some("issue_date_malformed"))
    );
}

#[tokio::test]
async fn a_technical_correction_is_judged() {
    let service = service(&Scope::ALL, &[], false);
    let first = fixture(BASIC);
    let corrected = String::from_utf8(first.clone()).unwrap().replace('\n', "\r\n").into_bytes();
    let (media_type, body) = form(&[("first", "1.xml", &first), ("corrected", "2.xml", &corrected)]);
    let answer = service.post("/v1/correct", &media_type, body).await.json();
    assert_eq!((answer["type"].as_str(), answer["status"].as_str()), (Some("correction"), Some("allowed")), "{answer}");
}

#[tokio::test]
async fn an_archive_comes_in_and_one_goes_out() {
    let service = service(&Scope::ALL, &[], true);
    let mut zip = ksef_qr_server::desk::archive::ZipWriter::new(Vec::new());
    zip.add("a.xml", &*fixture(BASIC)).unwrap();
    zip.add("b.xml", &*fixture("invoices/bad/impossible-date.xml")).unwrap();
    let answer = service.post("/v1/sign", "application/zip", zip.finish().unwrap()).await;
    assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (StatusCode::OK, "application/zip"));
    let out = service.folder.path().join("out.zip");
    std::fs::write(&out, &answer.bytes).unwrap();
    let text = String::from_utf8_lossy(&answer.bytes);
    for expected in ["manifest.ndjson", "a.kod1.png", "a.kod2.png", "issue_date_malformed"] {
        assert!(text.contains(expected), "{expected}");
    }
    let not_zip = service.post("/v1/sign", "application/zip", "PK").await;
    assert!(not_zip.status == 200 || not_zip.status.is_client_error(), "{}", not_zip.status);
}

#[tokio::test]
async fn other_sites_and_too_much_are_turned_away() {
    let service = service(&Scope::ALL, &[], false);
    for header in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let answer = service.ask("POST", "/v1/sign", &[header], fixture(BASIC)).await;
        assert_eq!((answer.status, &*answer.code()), (StatusCode::FORBIDDEN, "cross_site"));
    }
    let same = service.ask("POST", "/v1/check", &[("origin", "http://localhost")], fixture(BASIC)).await;
    assert_eq!(same.status, 200);
    let large = service.post("/v1/sign", "application/xml", vec![b' '; 2_000_001]).await;
    assert_eq!((large.status, &*large.code()), (StatusCode::PAYLOAD_TOO_LARGE, "request_too_large"));
    assert_eq!(service.ask("GET", "/v1/nothing", &[], "").await.code(), "not_found");
    assert_eq!(service.ask("GET", "/v1/sign", &[], "").await.code(), "method_not_allowed");
    let answer = service.ask("GET", "/v1/certificates", &[], "").await;
    for (name, value) in
        [("x-frame-options", "DENY"), ("x-content-type-options", "nosniff"), ("cache-control", "no-store")]
    {
        assert_eq!(answer.headers[name], value);
    }
    service.app.is_ending.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(service.sign(BASIC).await.code(), "ending");
    assert_eq!(service.ask("GET", "/health/ready", &[], "").await.status, 503);
    assert_eq!(service.ask("GET", "/health/live", &[], "").await.status, 200);
}

#[tokio::test]
async fn a_service_without_a_book_says_so() {
    let service = service(&Scope::ALL, &[], false);
    for path in ["/v1/due", "/v1/invoices"] {
        let answer = service.ask("GET", path, &[], "").await;
        assert_eq!((answer.status, &*answer.code()), (StatusCode::NOT_FOUND, "book_missing"));
    }
    let metrics = service.ask("GET", "/metrics", &[("authorization", "")], "").await.text();
    assert!(metrics.contains("ksef_qr_answers_total{status=\"4xx\"} 2"), "{metrics}");
}

/// A name of another site that leads here (DNS rebinding).
#[tokio::test]
async fn without_tls_this_machine_is_asked_by_its_own_names_alone() {
    let service = service_with(&Scope::ALL, &[], false, |app| app.is_local = true);
    let by_name = async |host: &str| {
        let request = Request::get("/v1/certificates").header("host", host);
        let request = request.header("authorization", format!("Bearer {}", service.key)).body(Body::empty()).unwrap();
        service.routes.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "127.0.0.2"] {
        assert_eq!(by_name(host).await, 200, "{host}");
    }
    for host in ["evil.example", "localhost.evil.example", "10.0.0.1:8080", ""] {
        assert_eq!(by_name(host).await, 403, "{host}");
    }
}

#[test]
fn a_register_that_signs_nothing_says_why() {
    let file = std::path::PathBuf::from(format!("{FIXTURES}/register/untrue.toml"));
    let signers = Signers::register(file.clone(), Environment::Prod, now()).unwrap();
    let fault = signers.fault().unwrap();
    assert_eq!(fault.code(), "register_nothing_fits");
    for name in ["firm-2025", "firm-2026", "firm-2026-again"] {
        assert!(fault.message().contains(&format!("{name:?} not from the KSeF environment")), "{fault}");
    }
    let opened = signers.opened();
    assert_eq!(opened.unused().iter().map(|one| one.code).collect::<Vec<_>>(), ["environment"; 3]);
    // In the test environment the first one would sign, and its key is lost; from September on both that replace it would.
    let fault = Signers::register(file.clone(), Environment::Test, now()).unwrap_err();
    assert!(fault.to_string().contains("lost.key"), "{fault}");
    let september = now() + Duration::from_secs(70 * 24 * 60 * 60);
    let fault = Signers::register(file, Environment::Test, september).unwrap_err().to_string();
    assert!(fault.contains("\"firm-2026\": ") && fault.contains("\"firm-2026-again\": "), "{fault}");
}

/// The file is written by `/openapi.json` of the service.
#[test]
fn the_description_that_is_kept_is_the_one_that_is_served() {
    let kept = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json")).unwrap();
    let kept: Value = serde_json::from_slice(&kept).unwrap();
    assert!(
        kept == ksef_qr_server::api::document(),
        "write docs/openapi.json anew: ksef-qr-server --openapi > docs/openapi.json"
    );
}

#[test]
fn a_register_is_read_again_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("certificates.toml");
    for name in ["offline-ec.crt", "offline-ec.pkcs8.pem"] {
        std::fs::copy(format!("{FIXTURES}/keys/{name}"), folder.path().join(name)).unwrap();
    }
    let certificate = ksef_qr::credential::Certificate::parse(&fixture("keys/offline-ec.crt")).unwrap();
    let place =
        ksef_qr::register::KeyPlace::Files { cert: "offline-ec.crt".into(), key: "offline-ec.pkcs8.pem".into() };
    let entry = ksef_qr::register::Entry::new("firm", &certificate, place);
    let text = ksef_qr::register::add(ksef_qr::register::HEADER, &entry).unwrap();
    std::fs::write(&file, &text).unwrap();
    let signers = Signers::register(file.clone(), Environment::Test, now()).unwrap();
    assert_eq!(signers.opened().issuers().len(), 1);
    assert!(!signers.refresh(now()).unwrap(), "nothing changed");
    std::fs::write(&file, "[[certificate]").unwrap();
    assert!(signers.refresh(now()).is_err());
    assert!(!signers.refresh(now()).unwrap(), "it is said once");
    assert!(signers.fault().is_some());
    assert_eq!(signers.opened().issuers().len(), 1, "the one before signs");
    std::fs::write(&file, text + "\n# the same\n").unwrap();
    assert!(signers.refresh(now()).unwrap());
    assert!(signers.fault().is_none());
    assert!(Signers::register(folder.path().join("none.toml"), Environment::Test, now()).is_err());
}
