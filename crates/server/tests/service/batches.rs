//! Archives in, archives out.

use std::io::Write as _;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::StreamExt as _;
use ksef_qr::batch::entries_of_kinds;
use ksef_qr_server::desk::Scope;
use ksef_qr_server::desk::archive::ZipWriter;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{BASIC, Service, fixture, service, service_with};

fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Vec::new());
    for (name, bytes) in files {
        zip.add(name, &**bytes).unwrap();
    }
    zip.finish().unwrap()
}

/// With folders, as the client packed it.
fn tar_gz(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let packed =
        std::process::Command::new("tar").args(["-czf", "-", "-C"]).arg(folder.path()).arg(".").output().unwrap();
    assert!(packed.status.success());
    packed.stdout
}

/// An answer that is unpacked: the names of its files, and the lines of its manifest.
fn unpacked(answer: &[u8]) -> (Vec<String>, Vec<Value>) {
    let mut file = tempfile::Builder::new().suffix(".zip").tempfile().unwrap();
    file.write_all(answer).unwrap();
    let entries = entries_of_kinds(file.path(), &["png", "pdf", "ndjson"]).unwrap();
    let mut lines = Vec::new();
    for entry in &entries {
        let bytes = entry.bytes(1 << 30).unwrap();
        if entry.name() == "manifest.ndjson" {
            let text = String::from_utf8(bytes).unwrap();
            lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        }
    }
    (entries.iter().map(|entry| entry.name().to_owned()).collect(), lines)
}

fn numbered(count: usize) -> Vec<(String, Vec<u8>)> {
    let text = String::from_utf8(fixture(BASIC)).unwrap();
    (0..count)
        .map(|number| {
            let one = text.replace("FV/2026/06/001", &format!("B/{number}"));
            (format!("{number}.xml"), one.into_bytes())
        })
        .collect()
}

fn many(count: usize) -> Vec<u8> {
    let files = numbered(count);
    zip(&files.iter().map(|(name, bytes)| (&**name, bytes.clone())).collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn pdfs_are_stamped_with_the_invoices_of_their_names() {
    let service = service(&Scope::ALL, &[], true);
    let files = [
        ("2026/a.pdf", fixture("pdf/blank.pdf")),
        ("2026/a.xml", fixture(BASIC)),
        ("2026/alone.xml", fixture(BASIC)),
        ("single.pdf", fixture("pdf/blank.pdf")),
        ("broken.pdf", b"no PDF".to_vec()),
        ("broken.xml", fixture(BASIC)),
    ];
    let answer = service.post("/v1/stamp?pdf_mismatch=ignore", "application/gzip", tar_gz(&files)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let (names, lines) = unpacked(&answer.bytes);
    assert_eq!(names, ["a.pdf", "manifest.ndjson"]);
    let found: Vec<_> = lines
        .iter()
        .map(|line| (line["input"].as_str().unwrap_or("-"), line["error"]["code"].as_str().unwrap_or("-")))
        .collect();
    assert_eq!(
        found,
        [
            ("2026/a.pdf", "-"),
            ("broken.pdf", "input_not_pdf"),
            ("single.pdf", "invoice_not_embedded"),
            ("2026/alone.xml", "pair_missing"),
            ("-", "-"),
        ]
    );
    assert_eq!(lines[0]["document"]["invoice"], "2026/a.xml");
    assert_eq!((lines[4]["signed"].as_u64(), lines[4]["refused"].as_u64()), (Some(1), Some(3)));
    // Nobody is told where it lay here, and nothing of it is left.
    let text: String = lines.iter().map(Value::to_string).collect();
    let temporary = std::env::temp_dir().to_string_lossy().into_owned();
    assert!(!text.contains(&temporary) && !text.contains("ksef-qr-"), "{text}");
    let shown = service.ask("GET", "/v1/invoices", &[], "").await.text();
    assert!(!shown.contains(&temporary), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_lead_elsewhere_and_bombs_are_refused() {
    let service = service_with(&Scope::ALL, &[], false, |app| app.limits.unpacked = 1_000_000);
    let mut escaping = zip(&[("aa_aa_b.pdf", fixture("pdf/blank.pdf"))]);
    // The same length, so that the archive stays whole.
    let (name, other) = (b"aa_aa_b.pdf", b"../../b.pdf");
    for at in 0..escaping.len() - name.len() {
        if escaping[at..].starts_with(name) {
            escaping[at..at + name.len()].copy_from_slice(other);
        }
    }
    let answer = service.post("/v1/stamp", "application/zip", escaping).await;
    let (_, lines) = unpacked(&answer.bytes);
    assert_eq!(lines[0]["error"]["code"], "input_entry_name", "{lines:?}");
    let bomb = tar_gz(&[("a.pdf", vec![0; 600_000]), ("b.pdf", vec![0; 600_000])]);
    assert!(bomb.len() < 10_000);
    assert_eq!(service.post("/v1/stamp", "application/gzip", bomb).await.code(), "too_large");
    let none = service.post("/v1/stamp", "application/zip", "PK").await;
    assert_eq!((none.status.as_u16(), &*none.code()), (422, "input_archive_unreadable"));
    assert_eq!(none.json()["input"], "the archive");
}

async fn begun(service: &Service, archive: Vec<u8>) -> (Bytes, axum::body::BodyDataStream) {
    let request = Request::post("/v1/sign")
        .header("host", "localhost")
        .header("authorization", format!("Bearer {}", service.key))
        .header("content-type", "application/zip")
        .body(Body::from(archive))
        .unwrap();
    let response = service.routes.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut chunks = response.into_body().into_data_stream();
    let first = chunks.next().await.unwrap().unwrap();
    (first, chunks)
}

async fn is_free(service: &Service) {
    let since = Instant::now();
    while service.app.batches.taken() > 0 {
        assert!(since.elapsed() < Duration::from_secs(10), "the run goes on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn done(service: &Service) -> u64 {
    service.app.metrics.done.load(std::sync::atomic::Ordering::Relaxed)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_begins_before_the_last_invoice_is_done_and_ends_with_the_connection() {
    let service = service(&Scope::ALL, &[], false);
    let (first, rest) = begun(&service, many(600)).await;
    assert!(first.starts_with(b"PK"));
    // It waits for whoever reads.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let so_far = done(&service);
    assert!(so_far < 600, "{so_far}");
    drop(rest);
    is_free(&service).await;
    assert!(done(&service) < 600);
    let whole = service.post("/v1/sign", "application/zip", many(600)).await;
    let (names, lines) = unpacked(&whole.bytes);
    assert_eq!((names.len(), lines.len()), (1201, 601));
    assert_eq!(lines[600]["signed"], 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_nothing_holds_no_place() {
    let service = service_with(&Scope::ALL, &[], false, |app| app.limits.longest_silence = Duration::from_millis(100));
    let (_, mut rest) = begun(&service, many(600)).await;
    is_free(&service).await;
    let mut last = None;
    while let Some(chunk) = rest.next().await {
        last = Some(chunk.is_err());
    }
    assert_eq!(last, Some(true), "and is told that it is not whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_upload_is_taken_and_a_silent_one_is_not() {
    let service = service_with(&Scope::ALL, &[], false, |app| {
        app.limits.longest = Duration::from_millis(200);
        app.limits.longest_silence = Duration::from_millis(250);
    });
    let parts: Vec<Bytes> = many(3).chunks(1000).map(Bytes::copy_from_slice).collect();
    let slowly = |pause: u64| {
        let parts = parts.clone();
        Body::from_stream(futures_util::stream::iter(parts).then(move |part| async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            Ok::<_, std::io::Error>(part)
        }))
    };
    let pause = 600 / parts.len() as u64;
    let answer = service.post("/v1/sign", "application/zip", slowly(pause)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(unpacked(&answer.bytes).1.len(), 4);
    assert_eq!(service.post("/v1/sign", "application/zip", slowly(600)).await.code(), "request_too_slow");
}

/// Nothing of it can be done: the answer is an error, and no ZIP.
#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_refused_as_a_whole_is_an_error() {
    let service = service(&Scope::ALL, &[], false);
    for path in ["/v1/sign", "/v1/link", "/v1/confirm", "/v1/stamp"] {
        for name in ["truncated.zip", "overlap.zip", "no-invoice.zip", "not-an-archive.zip"] {
            let answer = service.post(path, "application/zip", fixture(&format!("archives/{name}"))).await;
            assert_eq!(answer.status, 422, "{path} {name}: {}", answer.text());
            let problem = answer.json();
            assert_eq!(problem["input"], "the archive", "{path} {name}: {problem}");
            assert!(!answer.text().contains("ksef-qr-") && answer.code().starts_with("input_"), "{problem}");
        }
        let answer = service.post(path, "application/gzip", fixture("archives/no-invoice.tar.gz")).await;
        assert_eq!(answer.status, 422, "{path}: {}", answer.text());
    }
    is_free(&service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_asked_for_as_one() {
    let service = service(&Scope::ALL, &[], false);
    let good = fixture("archives/good.zip");
    for (accept, status) in [
        ("application/json", 406),
        ("image/png", 406),
        ("application/zip;q=0", 406),
        ("application/zip", 200),
        ("application/json, */*;q=0.1", 200),
    ] {
        let headers = [("content-type", "application/zip"), ("accept", accept)];
        let answer = service.ask("POST", "/v1/sign", &headers, good.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{accept}: {}", answer.text());
    }
    // In a form, and by what sends no type: what to do stands beside the refusal.
    let (media_type, body) = super::form(&[("invoice", "good.zip", &good)]);
    for (media_type, body) in [(&*media_type, body), ("application/x-www-form-urlencoded", good.clone())] {
        let answer = service.post("/v1/sign", media_type, body).await;
        assert_eq!(answer.code(), "input_is_archive");
        assert!(answer.text().contains("Content-Type: application/zip"), "{}", answer.text());
    }
}
