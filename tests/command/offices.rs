//! One run for the clients of an accounting office: each invoice by its own issuer's certificate.
//!
//! Their certificates are those of the fixtures with another NIP, serial number and dates in them: who issued a certificate
//! is judged by the issuer's name, so that its signature need not fit. (`.ci/offices.sh` has real ones.)

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use ksef_qr::credential::Certificate;
use ksef_qr::link::{Kod2, Link};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey as _;
use serde_json::Value;

use crate::common::{IN_TEST, fixture, ksef_qr, lines, records, run, status, stderr};

fn changed(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|part| part == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
    bytes
}

/// The usual certificate, of another company.
fn certificate_of(nip: &str, serial: u64) -> Vec<u8> {
    let bytes = fs::read(fixture("keys/offline-ec.der.cer")).unwrap();
    let bytes = changed(bytes, b"VATPL-5265877635", format!("VATPL-{nip}").as_bytes());
    changed(bytes, &0x01F0_A1B2_C3D4_E501_u64.to_be_bytes(), &serial.to_be_bytes())
}

/// A number with a check digit that fits; some have none.
fn nip(index: usize) -> Option<String> {
    let digits = format!("61{:07}", 1_000_000 + index);
    let sum: u32 = digits.bytes().zip([6, 5, 7, 2, 3, 4, 5, 6, 7]).map(|(d, w)| u32::from(d - b'0') * w).sum();
    (sum % 11 < 10).then(|| format!("{digits}{}", sum % 11))
}

/// A folder with a register of so many companies.
fn office(folder: &Path, count: usize) -> Vec<String> {
    fs::copy(fixture("keys/offline-ec.fast.key"), folder.join("shared.key")).unwrap();
    fs::copy(fixture("keys/password.txt"), folder.join("password.txt")).unwrap();
    let nips: Vec<String> = (0..).filter_map(nip).take(count).collect();
    let mut register = String::new();
    for (index, nip) in nips.iter().enumerate() {
        let serial = 0x0100_0000_0000_0000 + index as u64;
        let bytes = certificate_of(nip, serial);
        fs::write(folder.join(format!("{nip}.cer")), &bytes).unwrap();
        let name = Certificate::parse(&bytes).unwrap().common_name().unwrap().to_owned();
        writeln!(
            register,
            "[[certificate]]\nname = \"client-{index}\"\nowner = \"Nip:{nip}\"\nowner_name = \"{name}\"\n\
             purpose = \"offline\"\nserial = \"{serial:016X}\"\nissuer = \"TEST CCK KSeF\"\n\
             valid_from = 2025-01-01T00:00:00Z\nvalid_to = 2099-12-31T00:00:00Z\ncert = \"{nip}.cer\"\n\
             key = \"shared.key\"\npassword = {{ file = \"password.txt\" }}"
        )
        .unwrap();
    }
    fs::write(folder.join("clients.toml"), register).unwrap();
    nips
}

/// An invoice of each kind, from `seller` to `buyer`.
fn write_invoice(folder: &Path, kind: &str, seller: &str, buyer: &str, index: usize) {
    let text = fs::read_to_string(fixture(&format!("invoices/good/{kind}.xml"))).unwrap();
    let usual = if kind == "rr-basic" { "6511153251" } else { "5265877635" };
    assert!(text.contains(usual) && text.contains("5251469286"));
    let text = text.replace(usual, seller).replace("5251469286", buyer);
    fs::write(folder.join(format!("{index:03}-{kind}.xml")), text).unwrap();
}

fn sign(folder: &Path, more: &[&str]) -> Output {
    let mut command = ksef_qr(folder);
    command.args(["sign", "in", "--credentials", "clients.toml", "--format", "none"]).args(IN_TEST).args(more);
    run(&mut command)
}

fn kod2(record: &Value) -> Kod2 {
    let Ok(Link::Kod2(kod2)) = Link::parse(record["kod2"]["url"].as_str().unwrap()) else { panic!("{record}") };
    kod2
}

#[test]
fn each_client_s_invoices_are_signed_by_its_own_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let nips = office(folder, 20);
    fs::create_dir(folder.join("in")).unwrap();
    let kinds = ["fa3-basic", "fa3-self-billed", "rr-basic", "fa3-correction", "pef-basic", "pef-self-billed"];
    for index in 0..120 {
        let (seller, buyer) = (&nips[index % 20], &nips[(index * 7 + 3) % 20]);
        if seller != buyer {
            write_invoice(&folder.join("in"), kinds[index % kinds.len()], seller, buyer, index);
        }
    }
    let output = sign(folder, &["--json"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let mut all = lines(&output);
    let summary = all.pop().unwrap();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for record in &all {
        let by_buyer = record["self_billed"] == true || record["form"] == "FA_RR(1)";
        let issuer = if by_buyer {
            record["buyer"].as_str().unwrap().strip_prefix("Nip:").unwrap()
        } else {
            record["seller_nip"].as_str().unwrap()
        };
        let kod2 = kod2(record);
        let certificate = Certificate::parse(&fs::read(folder.join(format!("{issuer}.cer"))).unwrap()).unwrap();
        assert_eq!(kod2.unsigned.serial, certificate.serial(), "{record}");
        assert_eq!(kod2.unsigned.context.to_string(), format!("Nip:{issuer}"), "{record}");
        assert_eq!(record["context_source"], if by_buyer { "certificate_of_buyer" } else { "certificate" });
        assert_eq!(record["warnings"], Value::Array(Vec::new()));
        let key = VerifyingKey::from_public_key_der(certificate.public_key_der()).unwrap();
        let signature = Signature::from_slice(&kod2.signature).unwrap();
        key.verify(kod2.unsigned.signed_text().as_bytes(), &signature).unwrap();
        *counts.entry(format!("{} Nip:{issuer}", kod2.unsigned.serial)).or_default() += 1;
    }
    assert!(all.len() > 100);
    let counted = summary["certificates"].as_array().unwrap().iter().map(|one| {
        let text = |field: &str| one[field].as_str().unwrap();
        (format!("{} {}", text("serial"), text("owner")), one["signed"].as_u64().unwrap())
    });
    assert_eq!(counted.collect::<BTreeMap<_, _>>(), counts);
}

/// A key is opened once, when it is needed, whatever the number of its invoices; and never, if it is not.
#[test]
fn only_the_keys_of_those_who_issue_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let nips = office(folder, 6);
    fs::create_dir(folder.join("in")).unwrap();
    for index in 0..12 {
        write_invoice(&folder.join("in"), "fa3-basic", &nips[index % 3], "5251469286", index);
    }
    // Those of the others are not there; and one that is needed is locked by another password.
    let register = fs::read_to_string(folder.join("clients.toml")).unwrap();
    for nip in &nips[3..] {
        fs::remove_file(folder.join(format!("{nip}.cer"))).unwrap();
    }
    let (first, rest) = register.split_once("\n[[certificate]]").unwrap();
    fs::write(folder.join("wrong.txt"), "Another-Password_2026").unwrap();
    fs::write(
        folder.join("clients.toml"),
        format!("{}\n[[certificate]]{rest}", first.replace("password.txt", "wrong.txt")),
    )
    .unwrap();
    let output = sign(folder, &["--out", "out"]);
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    let all = records(&folder.join("out/manifest.ndjson"));
    let refused: Vec<&Value> = all.iter().filter(|record| record["status"] == "refused").collect();
    assert_eq!((all.len(), refused.len()), (13, 4));
    for record in refused {
        assert_eq!(record["error"]["code"], "password_wrong", "{record}");
        assert_eq!(record["error"]["input"], "shared.key", "{record}");
    }
    assert!(!stderr(&output).contains("Another-Password"), "{}", stderr(&output));
    // Once that is put right, the rest is signed, and what was signed stays.
    fs::write(folder.join("clients.toml"), register).unwrap();
    let output = sign(folder, &["--out", "out", "--resume"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let summary = records(&folder.join("out/manifest.ndjson")).pop().unwrap();
    assert_eq!((&summary["signed"], &summary["kept"]), (&Value::from(12), &Value::from(8)));
    assert_eq!(summary["certificates"].as_array().unwrap().len(), 3);
}

/// A certificate that begins ten days after the invoice's issue date: `sign` says what `verify` fails.
#[test]
fn an_invoice_that_is_older_than_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let bytes = fs::read(fixture("keys/offline-ec.der.cer")).unwrap();
    fs::write(folder.join("new.cer"), changed(bytes, b"250101000000Z", b"261126000000Z")).unwrap();
    let invoice = fixture("cases/issued-before-certificate.xml");
    let now = ["--now", "2026-11-27T12:00:00Z"];
    let mut sign = ksef_qr(folder);
    sign.args(["sign", &invoice, "--env", "test", "--format", "none", "--json", "--cert", "new.cer"]).args(now);
    let output = run(sign.args(["--key", &fixture("keys/offline-ec.pkcs8.pem")]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let record = lines(&output).remove(0);
    assert_eq!(record["warnings"][0]["code"], "certificate_at_issue", "{record}");
    let link = record["kod2"]["url"].as_str().unwrap();
    let output =
        run(ksef_qr(folder).args(["verify", link, "--invoice", &invoice, "--cert", "new.cer", "--json"]).args(now));
    let failed: Vec<Value> =
        lines(&output).iter().flat_map(|line| line["checks"].as_array().cloned().unwrap_or_default()).collect();
    let failed: Vec<&str> =
        failed.iter().filter(|check| check["outcome"] == "fail").filter_map(|check| check["code"].as_str()).collect();
    assert_eq!(failed, ["certificate_at_issue"]);
}
