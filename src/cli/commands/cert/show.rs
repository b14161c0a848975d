//! `ksef-qr cert show`: what a certificate says of itself, in words or as JSON.

use std::path::Path;
use std::time::SystemTime;

use ksef_qr::Environment;
use ksef_qr::credential::{Certificate, KsefCertificate, Owner, Purpose, mask_pesel};
use serde::Serialize;

use super::problem::problem;
use crate::cli::credential::key_file::certificates;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::CertShow;
use crate::cli::words::failure;
use crate::cli::words::say::{say, translated, words};
use crate::cli::words::text::{BAD, BOLD, DIM, counted, printable};

/// Shows all certificates of all files. A file that holds none changes the exit status, not the rest.
pub fn run(settings: &CertShow) -> ExitStatus {
    let (mut shown, mut failed) = (0, 0);
    for file in &settings.files {
        match certificates(file, &settings.password) {
            Ok(found) => {
                for entry in &found {
                    let facts = Facts::of(entry, file, settings.now, settings.show_pesel);
                    if settings.json {
                        say!("{}", facts.to_json());
                    } else {
                        facts.words(&entry.certificate, shown > 0);
                    }
                    shown += 1;
                }
            }
            Err(error) => {
                failed += 1;
                if settings.json {
                    say!("{}", problem(file, &error));
                } else {
                    failure::show(&error);
                }
            }
        }
    }
    match (shown, failed) {
        (_, 0) => ExitStatus::Done,
        (0, _) => ExitStatus::Nothing,
        _ => ExitStatus::SomeRefused,
    }
}

#[derive(Serialize)]
struct Facts<'a> {
    r#type: &'static str,
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    purpose: &'static str,
    certificate_type: Option<&'static str>,
    type_number: Option<u8>,
    owner: OwnerFacts,
    issuer: Option<&'a str>,
    environments: Vec<&'static str>,
    serial: String,
    valid_from: String,
    valid_to: String,
    status: &'static str,
    days_left: i64,
    key: String,
    fingerprint_sha256: String,
}

#[derive(Serialize)]
struct OwnerFacts {
    identified_by: &'static str,
    nip: Option<String>,
    /// Without `--show-pesel` only the end of it.
    pesel: Option<String>,
    name: Option<String>,
    common_name: Option<String>,
}

impl<'a> Facts<'a> {
    fn of(entry: &'a KsefCertificate, file: &Path, now: SystemTime, show_pesel: bool) -> Self {
        let certificate = &entry.certificate;
        let status = match now {
            now if now > certificate.not_after() => "expired",
            now if now < certificate.not_before() => "not_yet_valid",
            _ => "valid",
        };
        Self {
            r#type: "certificate",
            file: file.to_string_lossy().into_owned(),
            name: entry.name.as_deref(),
            purpose: certificate.purpose().words(),
            certificate_type: certificate.purpose().name(),
            type_number: certificate.purpose().type_number(),
            owner: OwnerFacts::of(certificate, show_pesel),
            issuer: certificate.issuer_common_name(),
            environments: environments(certificate),
            serial: certificate.serial().to_string(),
            valid_from: utc(certificate.not_before()),
            valid_to: utc(certificate.not_after()),
            status,
            days_left: certificate.days_left(now),
            key: certificate.key_kind().to_string(),
            fingerprint_sha256: certificate.fingerprint(),
        }
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn words(&self, certificate: &Certificate, is_next: bool) {
        if is_next {
            say!();
        }
        let line = |what: &str, text: &str| say!("  {DIM}{:<12}{DIM:#} {}", translated(what), printable(text));
        say!("{BOLD}{}{BOLD:#}", printable(&self.file));
        if let Some(name) = self.name {
            line("name in KSeF", name);
        }
        line("purpose", &purpose(certificate.purpose()));
        line("owner", &self.owner.words());
        line("issuer", &issuer(self.issuer, &self.environments));
        line("serial", &self.serial);
        let [from, to] = certificate.validity_in_poland();
        line("valid from", &words!("{from} (Polish time)"));
        line("valid to", &words!("{to} (Polish time)"));
        let days = match self.status {
            "expired" => words!("{BAD}expired{BAD:#}, {}", ago(self.days_left.unsigned_abs())),
            "not_yet_valid" => {
                words!("{BAD}not valid yet{BAD:#}; {} to its end", counted(self.days_left.unsigned_abs(), "day"))
            }
            _ => self.days_left.to_string(),
        };
        say!("  {DIM}{:<12}{DIM:#} {days}", translated("days left"));
        line("key", &self.key);
        line("SHA-256", &self.fingerprint_sha256);
    }
}

impl OwnerFacts {
    fn of(certificate: &Certificate, show_pesel: bool) -> Self {
        let (identified_by, nip) = match certificate.owner() {
            Owner::Nip(nip) => ("nip", Some(nip.to_string())),
            Owner::Pesel => ("pesel", None),
            Owner::Unknown => ("fingerprint", None),
        };
        let pesel = certificate.pesel().map(|pesel| match show_pesel {
            true => pesel.to_string(),
            false => format!("********{}", pesel.get(8..).unwrap_or_default()),
        });
        let shown = |name: String| if show_pesel { name } else { mask_pesel(&name) };
        Self {
            identified_by,
            nip,
            pesel,
            name: certificate.owner_name().map(shown),
            common_name: certificate.common_name().map(str::to_owned).map(shown),
        }
    }

    fn words(&self) -> String {
        let known_by = match (&self.nip, &self.pesel) {
            (Some(nip), _) => words!("NIP {nip}"),
            (None, Some(pesel)) => words!("PESEL {pesel}"),
            (None, None) if self.identified_by == "pesel" => words!("a PESEL"),
            (None, None) => words!("neither NIP nor PESEL (known to KSeF by a certificate's fingerprint)"),
        };
        match &self.name {
            Some(name) => words!("{known_by}, {name}"),
            None => known_by,
        }
    }
}

fn ago(days: u64) -> String {
    if days == 0 { words!("earlier today") } else { words!("{} ago", counted(days, "day")) }
}

fn purpose(purpose: Purpose) -> String {
    match (purpose.polish(), purpose.type_number(), purpose.name()) {
        (Some(polish), Some(number), Some(name)) => {
            words!("{} ({polish}): type {number}, {name}", translated(purpose.words()))
        }
        _ => translated(purpose.words()).into_owned(),
    }
}

fn issuer(name: Option<&str>, environments: &[&str]) -> String {
    let environment = match environments {
        [] => words!("no KSeF that is known"),
        names => names.join(&words!(" or ")),
    };
    words!("{} ({environment})", name.map_or_else(|| words!("not named"), str::to_owned))
}

/// The environments whose certificates are issued by that name.
fn environments(certificate: &Certificate) -> Vec<&'static str> {
    let fitting =
        Environment::ALL.into_iter().filter(|&environment| certificate.check_environment(environment).is_ok());
    fitting.map(Environment::name).collect()
}

/// `2025-01-01T00:00:00Z`, as the API writes it.
fn utc(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map_or_else(|_| "9999-12-31T23:59:59Z".to_owned(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_ago() {
        assert_eq!([0, 1, 2].map(ago), ["earlier today", "1 day ago", "2 days ago"]);
    }
}
