//! One rule for both: what `verify` would find, signing says before.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::common::{certificate, file, fixture, key_file};
use ksef_qr::report::Outcome;
use ksef_qr::values::{ContextId, IssueDate, Rules};
use ksef_qr::verify::Verifier;
use ksef_qr::{Conditions, Credential, Environment, Invoice, Issuer};

fn at(day: &str) -> SystemTime {
    format!("{day}T12:00:00Z").parse::<jiff::Timestamp>().unwrap().into()
}

/// Every certificate that can sign, with its key.
const CREDENTIALS: [(&str, &str); 17] = [
    ("offline-ec.crt", "offline-ec.pkcs8.pem"),
    ("offline-rsa.crt", "offline-rsa.pkcs8.pem"),
    ("offline-rsa-3072.crt", "offline-rsa-3072.pkcs8.pem"),
    ("prod-offline-ec.crt", "prod-offline-ec.pkcs8.pem"),
    ("authentication-ec.crt", "authentication-ec.pkcs8.pem"),
    ("both-purposes-ec.crt", "offline-ec.pkcs8.pem"),
    ("no-usage-ec.crt", "offline-ec.pkcs8.pem"),
    ("expired-ec.crt", "offline-ec.pkcs8.pem"),
    ("future-ec.crt", "offline-ec.pkcs8.pem"),
    ("ends-soon-ec.crt", "offline-ec.pkcs8.pem"),
    ("pesel-ec.crt", "offline-ec.pkcs8.pem"),
    ("fingerprint-ec.crt", "offline-ec.pkcs8.pem"),
    ("accountant-ec.crt", "offline-ec.pkcs8.pem"),
    ("buyer-ec.crt", "offline-ec.pkcs8.pem"),
    ("short-serial-ec.crt", "offline-ec.pkcs8.pem"),
    ("replaced-ec.crt", "replaced-ec.pkcs8.pem"),
    ("replacing-ec.crt", "replacing-ec.pkcs8.pem"),
];

fn invoices() -> Vec<(String, Vec<u8>)> {
    let mut names: Vec<String> = Vec::new();
    for folder in ["invoices/good", "cases"] {
        let files = fs::read_dir(fixture(folder)).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap());
        names.extend(
            files
                .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "xml"))
                .map(|name| format!("{folder}/{name}")),
        );
    }
    names.sort();
    names.into_iter().map(|name| (name.clone(), file(&name))).collect()
}

/// One certificate shows what is said of contexts.
fn contexts(certificate: &str) -> &'static [Option<&'static str>] {
    match certificate {
        "prod-offline-ec.crt" | "offline-ec.crt" => &[None, Some("Nip:5251469286"), Some("Nip:5265877636")],
        _ => &[None],
    }
}

/// Every fixture under every credential, on several days, in every environment, with all rules and with none, and whatever
/// is said of the context.
#[test]
fn verify_finds_nothing_that_signing_did_not_say() {
    let invoices = invoices();
    let (mut signed, mut refused, mut said) = (0, 0, BTreeSet::new());
    for (certificate_name, key) in CREDENTIALS {
        let (crt, key) = (key_file(certificate_name), key_file(key));
        // Demo's certificates are those of test.
        for environment in [Environment::Prod, Environment::Test] {
            for now in ["2026-06-12", "2026-06-30", "2026-12-01"].map(at) {
                for allow in [Rules::NONE, Rules::ALL] {
                    let conditions = Conditions::new(environment, now).allowing(allow);
                    for context in contexts(certificate_name) {
                        let Ok(credential) = Credential::from_bytes(&crt, &key, None, &conditions) else { continue };
                        // What no rule is broken for, signs without one.
                        if allow == Rules::ALL && credential.allowed() == Rules::NONE {
                            continue;
                        }
                        let issuer = Issuer::new(credential).unwrap();
                        let issuer = match context {
                            Some(context) => issuer.in_context(context.parse::<ContextId>().unwrap()),
                            None => issuer,
                        };
                        for (name, bytes) in &invoices {
                            let Ok(invoice) = Invoice::read(bytes) else { continue };
                            let reviewed = invoice.review(environment, IssueDate::today(now));
                            let links = issuer.sign(&invoice);
                            let (Ok(reviewed), Ok(links)) = (reviewed, links) else {
                                refused += 1;
                                continue;
                            };
                            signed += 1;
                            let warnings = reviewed.iter().chain(&links.warnings).map(ksef_qr::error::Warning::code);
                            let mut known: BTreeSet<&str> = warnings.collect();
                            // An override is said by its rule.
                            for rule in issuer.credential().allowed().iter() {
                                known.extend(match rule.name() {
                                    "certificate-purpose" => &["certificate_purpose"][..],
                                    "certificate-dates" => &["certificate_now"],
                                    _ => &[],
                                });
                            }
                            let verifier = Verifier::new(now)
                                .with_certificate(certificate_name, certificate(certificate_name))
                                .with_invoice(name.as_str(), bytes.clone());
                            for report in verifier.links(&[&links.kod1, &links.kod2]) {
                                for check in &report.checks {
                                    if matches!(check.outcome(), Outcome::Fail | Outcome::Warning) {
                                        said.insert(check.code());
                                        assert!(
                                            known.contains(check.code()),
                                            "{name} {certificate_name} {environment} {context:?}: {check:?}; said: {known:?}"
                                        );
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(signed > 300 && refused > 200, "{signed} {refused}");
    // Each of these was met, so that the test is of something.
    for code in ["certificate_at_issue", "certificate_now", "certificate_purpose", "issue_date_in_future"] {
        assert!(said.contains(code), "{code}: {said:?}");
    }
}
