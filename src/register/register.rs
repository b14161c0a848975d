use std::collections::HashMap;
use std::path::PathBuf;

use toml_edit::{Document, Table};

use super::entry::{Entry, KeyPlace, PasswordPlace, SignsFor};
use super::facts::Facts;
use super::fields::{Fields, line_at, malformed, secret};
use super::status::{RevocationReason, Status};
use crate::credential::{Owner, Purpose};
use crate::error::{Error, Kind, Result};
use crate::values::{CertificateSerial, Nip};

/// The certificates of a register, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Register {
    entries: Vec<Entry>,
    /// Which entry says first that a certificate, by serial number and issuer, is revoked.
    revoked: HashMap<(CertificateSerial, Option<String>), usize>,
}

/// The same entries in the same order.
impl PartialEq for Register {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Eq for Register {}

/// The fields of an entry, in the order in which they are written.
pub(super) const FIELDS: [&str; 26] = [
    "name",
    "owner",
    "owner_name",
    "pesel_ends",
    "purpose",
    "serial",
    "issuer",
    "valid_from",
    "valid_to",
    "cert",
    "key",
    "p12",
    "p12_entry",
    "pkcs11",
    "password",
    "password_kept",
    "backup",
    "system",
    "responsible",
    "replace_by",
    "use_from",
    "signs_for",
    "status",
    "status_since",
    "status_reason",
    "note",
];

impl Register {
    /// The text of a register's file, which is UTF-8.
    ///
    /// # Errors
    /// `register_malformed`, naming the line.
    pub fn text(file: &[u8]) -> Result<&str> {
        std::str::from_utf8(file).map_err(|error| {
            let line = 1 + file.iter().take(error.valid_up_to()).filter(|&&byte| byte == b'\n').count();
            malformed(line, "this is not UTF-8: save the file with that encoding").caused_by(error)
        })
    }

    /// Reads the text of a register.
    ///
    /// # Errors
    /// `register_malformed`, naming the line, for what is not TOML, for fields that are unknown, missing or wrong, and
    /// for a name that is there twice; `register_holds_password`.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let document = parse(text)?;
        let mut register = Self::default();
        let mut places = HashMap::new();
        for table in tables(text, &document)? {
            let fields = Fields::new(text, table, position_of(table), &FIELDS)?;
            let entry = entry(text, &fields)?;
            if let Some(first) = places.insert(entry.name.clone(), position_of(table)) {
                let first = line_at(text, first);
                let message = format!("the name {:?} is taken by the entry of line {first}", entry.name);
                return Err(malformed(fields.line(), &message));
            }
            register.push(entry);
        }
        Ok(register)
    }

    /// All of them, those that are retired and revoked too.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn push(&mut self, entry: Entry) {
        if matches!(entry.status, Status::Revoked { .. }) {
            let certificate = (entry.facts.serial, entry.facts.issuer.clone());
            self.revoked.entry(certificate).or_insert(self.entries.len());
        }
        self.entries.push(entry);
    }

    /// The register with another status of one entry.
    pub(super) fn with_status(self, name: &str, status: &Status) -> Result<Self> {
        self.entry(name)?;
        let mut changed = Self::default();
        for mut entry in self.entries {
            if entry.name == name {
                entry.status.clone_from(status);
            }
            changed.push(entry);
        }
        Ok(changed)
    }

    /// Revoked, in this entry or in another one of the same certificate.
    pub(super) fn revocation(&self, entry: &Entry) -> Option<&Status> {
        if self.revoked.is_empty() {
            return None;
        }
        let certificate = (entry.facts.serial, entry.facts.issuer.clone());
        self.revoked.get(&certificate).and_then(|&index| self.entries.get(index)).map(|other| &other.status)
    }

    /// The entry of that name.
    ///
    /// # Errors
    /// `register_entry_unknown`.
    pub fn entry(&self, name: &str) -> Result<&Entry> {
        self.entries.iter().find(|entry| entry.name == name).ok_or_else(|| unknown(name))
    }
}

pub(super) fn unknown(name: &str) -> Error {
    Error::new(Kind::RegisterEntryUnknown, format!("the register has no certificate of the name {name:?}"))
}

pub(super) fn parse(text: &str) -> Result<Document<&str>> {
    Document::parse(text).map_err(|error| {
        // Its other words quote the line, and who knows what stands there.
        let line = error.span().map_or(1, |at| line_at(text, at.start));
        malformed(
            line,
            "this is not TOML: a text needs quotes, a day is 2026-11-30, an entry begins with [[certificate]]",
        )
    })
}

/// The tables `[[certificate]]`, if there is nothing else.
pub(super) fn tables<'d>(text: &'d str, document: &'d Document<&str>) -> Result<Vec<&'d Table>> {
    let root = Fields::new(text, document.as_table(), 0, &["certificate"])?;
    let Some(item) = root.item("certificate") else { return Ok(Vec::new()) };
    let tables = item.as_array_of_tables();
    let tables = tables.ok_or_else(|| root.wrong("certificate", "is written [[certificate]], in two brackets"))?;
    Ok(tables.iter().collect())
}

fn position_of(table: &Table) -> usize {
    table.span().map_or(0, |at| at.start)
}

/// What every entry has, beside the place of its key.
const MANDATORY: [&str; 6] = ["name", "owner", "purpose", "serial", "valid_from", "valid_to"];

fn entry(text: &str, fields: &Fields<'_>) -> Result<Entry> {
    if let Some(missing) = MANDATORY.into_iter().find(|name| fields.item(name).is_none()) {
        let message =
            format!("the field {missing:?} is missing: every entry has {} and its key's place", MANDATORY.join(", "));
        return Err(malformed(fields.line(), &message));
    }
    Ok(Entry {
        name: fields.required("name")?,
        facts: facts(fields)?,
        key: key_place(fields)?,
        password: password_place(text, fields)?,
        password_kept: fields.text("password_kept")?,
        backup: fields.text("backup")?,
        system: fields.text("system")?,
        responsible: fields.text("responsible")?,
        replace_by: fields.day("replace_by")?,
        use_from: fields.day("use_from")?,
        signs_for: signs_for(fields)?,
        status: status(fields)?,
        note: fields.text("note")?,
    })
}

fn facts(fields: &Fields<'_>) -> Result<Facts> {
    Ok(Facts {
        serial: fields
            .parsed("serial", "is 16 hexadecimal digits in capitals", |text| CertificateSerial::parse(text).ok())?,
        purpose: fields.parsed("purpose", "is offline, authentication or unclear", |text| match text {
            "offline" => Some(Purpose::Offline),
            "authentication" => Some(Purpose::Authentication),
            "unclear" => Some(Purpose::Unclear),
            _ => None,
        })?,
        owner: fields.parsed("owner", "is Nip: with ten digits, Pesel or Unknown", |text| match text {
            "Pesel" => Some(Owner::Pesel),
            "Unknown" => Some(Owner::Unknown),
            _ => text.strip_prefix("Nip:").and_then(|nip| Nip::parse(nip).ok()).map(Owner::Nip),
        })?,
        owner_name: fields.text("owner_name")?,
        pesel_ends: match fields.text("pesel_ends")? {
            Some(ends) if ends.len() != 3 || !ends.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err(fields.wrong("pesel_ends", "is the last three digits of a PESEL"));
            }
            ends => ends,
        },
        issuer: fields.text("issuer")?,
        valid_from: fields.time("valid_from")?,
        valid_to: fields.time("valid_to")?,
    })
}

fn key_place(fields: &Fields<'_>) -> Result<KeyPlace> {
    let place = |name| fields.text(name).map(|text| text.map(PathBuf::from));
    let (cert, key, p12, pkcs11) = (place("cert")?, place("key")?, place("p12")?, fields.text("pkcs11")?);
    let p12_entry = fields.text("p12_entry")?;
    if pkcs11.as_ref().is_some_and(|uri| uri.to_ascii_lowercase().contains("pin-value")) {
        return Err(secret(fields.line_of("pkcs11"), "the URI of the token holds its PIN"));
    }
    match (cert, key, p12, p12_entry, pkcs11) {
        (Some(cert), Some(key), None, None, None) => Ok(KeyPlace::Files { cert, key }),
        (None, None, Some(file), entry, None) => Ok(KeyPlace::Pkcs12 { file, entry }),
        (cert, None, None, None, Some(uri)) => Ok(KeyPlace::Pkcs11 { uri, cert }),
        _ => Err(malformed(
            fields.line(),
            "the key is in one place: cert and key, or p12 (with p12_entry), or pkcs11 (with cert)",
        )),
    }
}

fn password_place(text: &str, fields: &Fields<'_>) -> Result<Option<PasswordPlace>> {
    let Some(item) = fields.item("password") else { return Ok(None) };
    let Some(table) = item.as_table_like() else {
        return Err(secret(
            fields.line_of("password"),
            "\"password\" holds a value, and only says where the password is",
        ));
    };
    let place = Fields::new(text, table, fields.position_of("password"), &["file", "env", "keyring"])?;
    let keyring = match place.item("keyring").map(|item| item.as_table_like()) {
        None => None,
        Some(None) => return Err(place.wrong("keyring", "is written { service = \"…\", account = \"…\" }")),
        Some(Some(table)) => {
            let keyring = Fields::new(text, table, place.position_of("keyring"), &["service", "account"])?;
            Some((keyring.required("service")?, keyring.required("account")?))
        }
    };
    match (place.text("file")?, place.text("env")?, keyring) {
        (Some(file), None, None) => Ok(Some(PasswordPlace::File(file.into()))),
        (None, Some(name), None) if PasswordPlace::is_variable(&name) => Ok(Some(PasswordPlace::Variable(name))),
        (None, Some(_), None) => Err(secret(place.line(), "\"env\" is the name of a variable: letters, digits and _")),
        (None, None, Some((service, account))) => Ok(Some(PasswordPlace::Keyring { service, account })),
        _ => Err(malformed(place.line(), "a password is in one place: file, env or keyring")),
    }
}

fn signs_for(fields: &Fields<'_>) -> Result<SignsFor> {
    let Some(item) = fields.item("signs_for") else { return Ok(SignsFor::Owner) };
    let nip = |value: &toml_edit::Value| value.as_str().and_then(|text| Nip::parse(text).ok());
    match (item.as_str(), item.as_array()) {
        (Some("any"), _) => Some(SignsFor::Any),
        (_, Some(nips)) if !nips.is_empty() => nips.iter().map(nip).collect::<Option<_>>().map(SignsFor::Listed),
        _ => None,
    }
    .ok_or_else(|| fields.wrong("signs_for", "is \"any\" or a list of NIPs, such as [\"5265877635\"]"))
}

fn status(fields: &Fields<'_>) -> Result<Status> {
    let name = fields.text("status")?;
    let (since, reason) = (fields.day("status_since")?, fields.text("status_reason")?);
    let dated =
        || since.ok_or_else(|| malformed(fields.line(), "the field \"status_since\" is missing: since which day?"));
    match name.as_deref() {
        None | Some("active") if since.is_none() && reason.is_none() => Ok(Status::Active),
        None | Some("active") => {
            Err(malformed(fields.line(), "an active certificate has no \"status_since\" and no \"status_reason\""))
        }
        Some("retired") => Ok(Status::Retired { since: dated()?, reason }),
        Some("revoked") => {
            let reason = reason.and_then(|reason| reason.parse::<RevocationReason>().ok());
            let reason = reason.ok_or_else(|| {
                fields.wrong("status_reason", "of a revoked one is Unspecified, Superseded or KeyCompromise")
            })?;
            Ok(Status::Revoked { since: dated()?, reason })
        }
        Some(_) => Err(fields.wrong("status", "is active, retired or revoked")),
    }
}
