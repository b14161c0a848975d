//! The vectors for other makers (`fixtures/testkit`), each run here as another maker would run it. What they expect was
//! made without this library, by `fixtures/testkit/make.py`; `.ci/run` makes it anew.

use std::collections::HashSet;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use boon::{Compiler, Schemas};
use ksef_qr::credential::{Certificate, Owner, PrivateKey};
use ksef_qr::error::explain;
use ksef_qr::link::{Kod1, Link, UnsignedKod2};
use ksef_qr::qr::{EccLevel, Symbol};
use ksef_qr::sign::{ContextChoice, IssuingFor, LinkSigner, SignatureEncoding, deterministic_signer, signer};
use ksef_qr::values::{ContextId, InvoiceHash, IssueDate};
use ksef_qr::verify::{Check, Outcome, Report, Verifier};
use ksef_qr::{Conditions, Credential, Environment, Invoice, Issuer, KsefNumber, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::common::file;

#[derive(Deserialize)]
struct Testkit {
    now: String,
    kod1: Vec<Kod1Vector>,
    kod2: Vec<Kod2Vector>,
    links: Vec<LinkVector>,
    refused: Vec<RefusedVector>,
    contexts: Vec<TextVector>,
    ksef_numbers: Vec<TextVector>,
    symbols: Vec<SymbolVector>,
}

#[derive(Deserialize)]
struct Kod1Vector {
    name: String,
    invoice: String,
    environment: String,
    form: String,
    seller_nip: String,
    issue_date: String,
    size: usize,
    sha256_hex: String,
    sha256_base64: String,
    sha256_base64url: String,
    link: String,
}

#[derive(Deserialize)]
struct Kod2Vector {
    name: String,
    invoice: String,
    environment: String,
    context: String,
    certificate: String,
    key: String,
    serial: String,
    signed_text: String,
    algorithm: String,
    repeatable: bool,
    link: String,
}

#[derive(Deserialize)]
struct LinkVector {
    name: String,
    link: String,
    invoice: String,
    certificate: Option<String>,
    failures: Vec<String>,
}

#[derive(Deserialize)]
struct RefusedVector {
    name: String,
    invoice: Option<String>,
    environment: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
    code: String,
}

#[derive(Deserialize)]
struct TextVector {
    text: String,
    code: Option<String>,
}

#[derive(Deserialize)]
struct SymbolVector {
    name: String,
    text: String,
    level: String,
    largest_version: u8,
}

fn testkit() -> Testkit {
    serde_json::from_slice(&read("testkit.json")).unwrap()
}

fn read(path: &str) -> Vec<u8> {
    file(&format!("testkit/{path}"))
}

fn now(testkit: &Testkit) -> SystemTime {
    testkit.now.parse::<jiff::Timestamp>().unwrap().into()
}

fn environment(name: &str) -> Environment {
    name.parse().unwrap()
}

fn context(text: &str) -> Result<ContextId> {
    let (kind, value) = text.split_once(':').unwrap();
    ContextId::new(kind, value)
}

fn credential(certificate: &str, key: &str, environment: &str, now: SystemTime) -> Result<Credential> {
    let conditions = Conditions::new(self::environment(environment), now);
    Credential::new(Certificate::parse(&read(certificate))?, PrivateKey::parse(&read(key), None)?, &conditions)
}

fn code<T>(result: Result<T>) -> Option<String> {
    result.err().map(|error| error.code().to_owned())
}

#[test]
fn the_index_is_what_its_schema_says() {
    let schema: Value = serde_json::from_slice(&read("testkit.schema.json")).unwrap();
    let index: Value = serde_json::from_slice(&read("testkit.json")).unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.enable_format_assertions();
    compiler.add_resource("testkit.schema.json", schema).unwrap();
    let schema = compiler.compile("testkit.schema.json", &mut schemas).unwrap();
    schemas.validate(&index, schema).unwrap_or_else(|error| panic!("{error:#}"));
    for (list, vectors) in index.as_object().unwrap() {
        let names: Vec<&Value> =
            vectors.as_array().into_iter().flatten().filter_map(|vector| vector.get("name")).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len(), "{list}: a name is there twice");
    }
}

#[test]
fn kod1() {
    for vector in testkit().kod1 {
        let bytes = read(&vector.invoice);
        let invoice = Invoice::read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        let hash = invoice.hash();
        assert_eq!(
            [invoice.form().name(), invoice.seller().as_str(), &invoice.issue_date().to_string()],
            [&*vector.form, &vector.seller_nip, &vector.issue_date],
            "{}",
            vector.name
        );
        let byte = |at: usize| u8::from_str_radix(&vector.sha256_hex[2 * at..2 * at + 2], 16).unwrap();
        assert_eq!(std::array::from_fn::<u8, 32, _>(byte), *hash.as_bytes(), "{}", vector.name);
        assert_eq!([hash.base64(), hash.base64url()], [vector.sha256_base64, vector.sha256_base64url]);
        assert_eq!(invoice.size(), vector.size);
        assert_eq!(Kod1::of(&invoice, environment(&vector.environment)).to_string(), vector.link, "{}", vector.name);
    }
}

#[test]
fn kod2() {
    let testkit = testkit();
    for vector in &testkit.kod2 {
        let name = &vector.name;
        let credential = || {
            credential(&vector.certificate, &vector.key, &vector.environment, now(&testkit))
                .unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let bytes = read(&vector.invoice);
        let invoice = Invoice::read(&bytes).unwrap();
        let context = context(&vector.context).unwrap();
        let unsigned = UnsignedKod2 {
            environment: environment(&vector.environment),
            context: context.clone(),
            seller: invoice.seller(),
            serial: credential().certificate().serial(),
            hash: InvoiceHash::of(&bytes),
        };
        assert_eq!(unsigned.signed_text(), vector.signed_text, "{name}");
        assert_eq!(unsigned.serial.to_string(), vector.serial, "{name}");

        let encoding = match &*vector.algorithm {
            "ES256-DER" => SignatureEncoding::Der,
            _ => SignatureEncoding::P1363,
        };
        let sign = |signer: Box<dyn LinkSigner>| {
            assert_eq!(signer.algorithm().name(), vector.algorithm, "{name}");
            let issuer = Issuer::with_signer(credential(), signer).in_context(context.clone());
            issuer.sign(&invoice).unwrap_or_else(|error| panic!("{name}: {error}")).kod2
        };
        let mut links = vec![vector.link.clone(), sign(signer(&credential(), encoding).unwrap())];
        if vector.repeatable {
            assert_eq!(sign(deterministic_signer(&credential(), encoding).unwrap()), vector.link, "{name}");
        }
        let verifier = Verifier::new(now(&testkit))
            .with_invoice("invoice.xml", bytes)
            .with_certificate("certificate.crt", Certificate::parse(&read(&vector.certificate)).unwrap());
        for link in links.drain(..) {
            assert!(link.starts_with(&format!("https://{}/", vector.signed_text)), "{name}");
            let report = verifier.link(&link);
            assert_eq!(report.check("signature").map(Check::outcome), Some(Outcome::Ok), "{name}: {report:?}");
        }
    }
}

fn failures(report: &Report) -> Vec<&str> {
    report.checks.iter().filter(|check| check.outcome() == Outcome::Fail).map(Check::code).collect()
}

#[test]
fn links() {
    let testkit = testkit();
    for vector in &testkit.links {
        let mut verifier = Verifier::new(now(&testkit)).with_invoice("invoice.xml", read(&vector.invoice));
        if let Some(certificate) = &vector.certificate {
            verifier = verifier.with_certificate("firm.crt", Certificate::parse(&read(certificate)).unwrap());
        }
        assert_eq!(failures(&verifier.link(&vector.link)), vector.failures, "{}", vector.name);
        // What has a mistake in its form is no link for those who take one apart, either.
        if vector.failures.is_empty() {
            assert_eq!(Link::parse(&vector.link).unwrap().to_string(), vector.link, "{}", vector.name);
        }
    }
}

/// As a maker meets the mistake: reading the invoice, joining certificate and key, or bringing both together.
fn try_to_sign(vector: &RefusedVector, now: SystemTime) -> Result<()> {
    let environment = vector.environment.as_deref();
    let bytes = vector.invoice.as_deref().map(read);
    let invoice = bytes.as_deref().map(Invoice::read).transpose()?;
    if let (Some(invoice), Some(environment)) = (&invoice, environment) {
        invoice.review(self::environment(environment), IssueDate::parse("2026-06-30")?)?;
    }
    let (Some(certificate), Some(key), Some(environment)) = (&vector.certificate, &vector.key, environment) else {
        return Ok(());
    };
    let owner = Certificate::parse(&read(certificate))?.owner();
    if let Some(invoice) = invoice {
        assert!(owner != Owner::Unknown, "whose certificate it is decides");
        return ContextChoice::of(&invoice, owner, &IssuingFor::default()).map(drop);
    }
    Issuer::new(credential(certificate, key, environment, now)?).map(drop)
}

#[test]
fn refused() {
    let testkit = testkit();
    for vector in &testkit.refused {
        let refusal = code(try_to_sign(vector, now(&testkit)));
        assert_eq!(refusal.as_deref(), Some(&*vector.code), "{}", vector.name);
    }
}

#[test]
fn contexts_and_numbers() {
    let testkit = testkit();
    for vector in &testkit.contexts {
        assert_eq!(code(context(&vector.text)), vector.code, "{}", vector.text);
        if let Ok(context) = context(&vector.text) {
            assert!(context.has_valid_check_digit(), "{}", vector.text);
        }
    }
    for vector in &testkit.ksef_numbers {
        assert_eq!(code(KsefNumber::parse(&vector.text)), vector.code, "{}", vector.text);
    }
}

#[test]
fn symbols() {
    for vector in testkit().symbols {
        let level = EccLevel::ALL.into_iter().find(|level| level.name().eq_ignore_ascii_case(&vector.level)).unwrap();
        let symbol = Symbol::encode(&vector.text, level).unwrap();
        assert!(symbol.version().number() <= vector.largest_version, "{}", vector.name);
        let dark = |x: usize, y: usize| {
            let inside = |at: usize| (4..4 + symbol.size()).contains(&at);
            inside(x) && inside(y) && symbol.is_dark(x - 4, y - 4)
        };
        let side = symbol.size() + 8;
        let mut picture =
            rqrr::PreparedImage::prepare_from_greyscale(
                side * 4,
                side * 4,
                |x, y| {
                    if dark(x / 4, y / 4) { 0 } else { 255 }
                },
            );
        let (meta, text) = picture.detect_grids()[0].decode().unwrap();
        assert_eq!(text, vector.text, "{}", vector.name);
        assert_eq!(meta.version.to_size(), symbol.size(), "{}", vector.name);
    }
}

#[test]
fn every_code_is_explained_and_every_signature_has_its_length() {
    let testkit = testkit();
    let texts = testkit.contexts.iter().chain(&testkit.ksef_numbers).filter_map(|vector| vector.code.as_ref());
    let refused = testkit.refused.iter().map(|vector| &vector.code);
    for code in testkit.links.iter().flat_map(|vector| &vector.failures).chain(refused).chain(texts) {
        assert!(explain(code).next().is_some(), "{code} is no code of this program");
    }
    for vector in &testkit.kod2 {
        let signature = URL_SAFE_NO_PAD.decode(vector.link.rsplit('/').next().unwrap()).unwrap();
        match &*vector.algorithm {
            "ES256-P1363" => assert_eq!(signature.len(), 64),
            "ES256-DER" => assert!((68..=72).contains(&signature.len())),
            _ => assert!([256, 384].contains(&signature.len())),
        }
    }
}
