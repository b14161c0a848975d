//! A KOD II compared with the certificates at hand.

use std::fmt::Write as _;
use std::time::SystemTime;

use super::verification::{self, CertificateFile, CertificateFiles, signer_among};
use crate::credential::{Certificate, Owner, Purpose};
use crate::error::CheckCode;
use crate::values::IssueDate;
use crate::verify::link::facts::LinkFacts;
use crate::verify::report::Check;

/// Checks signature and certificate. `issue_date` is the invoice's, where it is known.
pub(in crate::verify) fn check(
    link: &LinkFacts,
    files: &CertificateFiles,
    issue_date: Option<IssueDate>,
    now: SystemTime,
    checks: &mut Vec<Check>,
) {
    let Some(file) = pick(link, files, checks) else { return };
    let certificate = &file.certificate;
    verification::check(link, file, files, checks);
    checks.push(purpose(certificate, &file.name));
    validity(certificate, issue_date, now, checks);
    if let Some(environment) = link.environment {
        checks.push(match certificate.check_environment(environment) {
            Ok(()) => {
                let issuer = certificate.issuer_common_name().unwrap_or_default();
                Check::ok(
                    CheckCode::CertificateEnvironment,
                    format!("the issuer is {issuer}, as fits the environment {environment}"),
                )
            }
            Err(error) => Check::fail(CheckCode::CertificateEnvironment, error.message()),
        });
    }
    owner(link, certificate, checks);
}

/// So many serial numbers are listed.
const MOST_NAMED: usize = 10;

/// The certificate that the serial number picks. Without one, the signature is tried with those that were given.
fn pick<'f>(link: &LinkFacts, files: &'f CertificateFiles, checks: &mut Vec<Check>) -> Option<&'f CertificateFile> {
    if files.is_empty() {
        checks.push(Check::not_checked(CheckCode::Signature, "no certificate was given to check the signature with"));
        return None;
    }
    let Some(serial) = link.serial else {
        checks.push(Check::not_checked(CheckCode::CertificateSerial, "the link's serial number cannot be read"));
        return None;
    };
    let named = files.of_serial(serial);
    let by_one_of_them = || signer_among(link, named.iter().copied()).or(named.first().copied());
    if let Some(file) = if let [one] = named[..] { Some(one) } else { by_one_of_them() } {
        checks.push(Check::ok(
            CheckCode::CertificateSerial,
            format!("the link names the certificate {serial}: {}", file.name),
        ));
        return Some(file);
    }
    if let Some(file) = files.of_serial(serial.with_bytes_reversed()).first() {
        let reason = format!("{serial} is the serial number of {} with its bytes in reverse", file.name);
        checks.push(Check::fail(CheckCode::SerialReversed, reason));
        return Some(file);
    }
    if let Some(file) = files.signer(link, |_| true) {
        let found = file.certificate.serial();
        let reason = format!("the link names the certificate {serial}; the signature is by {} ({found})", file.name);
        checks.push(Check::fail(CheckCode::SignatureByOtherCertificate, reason));
        return None;
    }
    let serials = files.serials();
    let more = serials.len().saturating_sub(MOST_NAMED);
    let given: Vec<String> = serials.take(MOST_NAMED).map(|serial| serial.to_string()).collect();
    let mut given = given.join(", ");
    if more > 0 {
        _ = write!(given, "; and {more} more");
    }
    let reason = format!("the link names the certificate {serial}; given: {given}");
    checks.push(Check::fail(CheckCode::CertificateSerial, reason));
    checks.push(Check::not_checked(CheckCode::Signature, "the certificate that the link names was not given"));
    None
}

fn purpose(certificate: &Certificate, name: &str) -> Check {
    match certificate.purpose() {
        Purpose::Offline => {
            Check::ok(CheckCode::CertificatePurpose, format!("{name} is a type 2 (Offline) certificate"))
        }
        Purpose::Authentication => {
            Check::fail(CheckCode::CertificatePurpose, format!("{name} is a type 1 certificate, for logging in"))
        }
        Purpose::Unclear => {
            let reason = format!("{name} does not say what it is for: nonRepudiation alone belongs in its key usage");
            Check::fail(CheckCode::CertificatePurpose, reason)
        }
    }
}

fn validity(certificate: &Certificate, issue_date: Option<IssueDate>, now: SystemTime, checks: &mut Vec<Check>) {
    let days = certificate.days_of_validity();
    let (first, last) = (days.start(), days.end());
    let was_valid = issue_date.map(|date| days.contains(&date));
    checks.push(match (issue_date, was_valid) {
        (Some(date), Some(true)) => {
            Check::ok(CheckCode::CertificateAtIssue, format!("the certificate was valid on the issue date, {date}"))
        }
        (Some(date), _) => {
            let reason = format!("the certificate is valid from {first} to {last}, the invoice was issued on {date}");
            Check::fail(CheckCode::CertificateAtIssue, reason)
        }
        (None, _) => {
            let reason = "KOD II holds no issue date: give the invoice, or its KOD I";
            Check::not_checked(CheckCode::CertificateAtIssue, reason)
        }
    });
    checks.push(if now < certificate.not_before() {
        Check::fail(CheckCode::CertificateNow, format!("the certificate is not valid before {first}"))
    } else if now <= certificate.not_after() {
        Check::ok(CheckCode::CertificateNow, format!("the certificate is valid today, until {last}"))
    } else if was_valid == Some(true) {
        let reason =
            format!("the certificate expired on {last}, after the issue date; only KSeF knows how it takes that");
        Check::only_ksef(CheckCode::CertificateNow, reason)
    } else {
        Check::fail(CheckCode::CertificateNow, format!("the certificate expired on {last}"))
    });
}

/// For the reader to judge: no file shows who has permission to issue in which context.
fn owner(link: &LinkFacts, certificate: &Certificate, checks: &mut Vec<Check>) {
    let Some(context) = &link.context else { return };
    let reason = match certificate.owner() {
        Owner::Nip(nip) if context.taxpayer() == Some(nip) => {
            format!("the certificate belongs to {nip}, the context is its own, {context}")
        }
        Owner::Nip(nip) => format!("the certificate belongs to {nip}, the context is {context}"),
        Owner::Pesel => format!("the certificate belongs to a person, the context is {context}"),
        Owner::Unknown => format!("the certificate names no NIP and no PESEL, the context is {context}"),
    };
    checks.push(Check::only_ksef(CheckCode::CertificateOwner, reason));
}
