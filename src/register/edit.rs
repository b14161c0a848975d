//! Changes to the text of a register. Nothing but the change is written: comments, order, spaces and line endings of
//! the rest stay, byte for byte.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;
use std::time::SystemTime;

use toml_edit::{Item, Table};

use super::entry::{Entry, KeyPlace, PasswordPlace, SignsFor};
use super::register::{Register, parse, tables, unknown};
use super::status::Status;
use crate::credential::Purpose;
use crate::error::{Error, Kind, Result};
use crate::values::CertificateSerial;

/// What a new register begins with.
pub const HEADER: &str = "\
# Register of KSeF certificates, kept by ksef-qr and by hand. Paths are relative to this file.
# Never write a password here, only where it is:
#   password = { file = \"...\" }, { env = \"VARIABLE\" } or { keyring = { service = \"...\", account = \"...\" } }
";

const BOM: &str = "\u{FEFF}";

/// Adds an entry at the end of a register's text. An empty text becomes a register, with [`HEADER`] on top.
///
/// # Errors
/// `register_name_taken`, also for a certificate that is in the register under another name; `register_entry_retired`
/// and `register_entry_revoked`, if it was put away there; those of [`Register::parse`], of the text or of the entry.
pub fn add(text: &str, entry: &Entry) -> Result<String> {
    add_all(text, std::slice::from_ref(entry))
}

/// Adds entries at the end of a register's text: all, or none if there is anything wrong with one of them.
///
/// # Errors
/// Those of [`add`], also for two of the entries that do not go together.
pub fn add_all(text: &str, entries: &[Entry]) -> Result<String> {
    let mut register = Register::parse(text)?;
    let mut known = Known::of(&register);
    let newline = newline(text);
    let mut changed = if text.trim_start_matches(BOM).is_empty() { HEADER.to_owned() } else { text.to_owned() };
    if !changed.ends_with('\n') {
        changed.push_str(newline);
    }
    for entry in entries {
        known.add(entry)?;
        let lines = lines(entry);
        if let Err(error) = Register::parse(&lines.join("\n")) {
            // There is no such line yet to look at.
            let message = error.message().split_once(": ").map_or(error.message(), |(_line, message)| message);
            return Err(Error::new(error.kind(), message));
        }
        changed.push_str(newline);
        for line in lines {
            changed.push_str(&line);
            changed.push_str(newline);
        }
    }
    for entry in entries {
        register.push(entry.clone());
    }
    verified(changed, &register)
}

/// The names and the certificates that a register has, so that none is there twice.
struct Known<'r> {
    names: HashSet<&'r str>,
    certificates: HashMap<(CertificateSerial, Option<&'r str>), &'r Entry>,
}

impl<'r> Known<'r> {
    fn of(register: &'r Register) -> Self {
        let mut known = Self { names: HashSet::new(), certificates: HashMap::new() };
        for entry in register.entries() {
            known.names.insert(&entry.name);
            known.certificates.entry((entry.facts.serial, entry.facts.issuer.as_deref())).or_insert(entry);
        }
        known
    }

    fn add(&mut self, entry: &'r Entry) -> Result<()> {
        if !self.names.insert(&entry.name) {
            let message = format!("the register has a certificate of the name {:?} already", entry.name);
            return Err(Error::new(Kind::RegisterNameTaken, message));
        }
        let Some(same) = self.certificates.insert((entry.facts.serial, entry.facts.issuer.as_deref()), entry) else {
            return Ok(());
        };
        let kind = match same.status {
            Status::Active => Kind::RegisterNameTaken,
            Status::Retired { .. } => Kind::RegisterEntryRetired,
            Status::Revoked { .. } => Kind::RegisterEntryRevoked,
        };
        let (serial, name, status) = (entry.facts.serial, &same.name, &same.status);
        let message = format!("the certificate {serial} is in the register already, as {name:?} ({status})");
        Err(Error::new(kind, message))
    }
}

/// Retires an entry, or has it revoked. What was revoked stays revoked.
///
/// # Errors
/// `register_entry_unknown`; `register_entry_retired` and `register_entry_revoked`, if it is so already; those of
/// [`Register::parse`].
pub fn set_status(text: &str, name: &str, status: &Status) -> Result<String> {
    let register = Register::parse(text)?;
    let old = &register.entry(name)?.status;
    let kind = match (old, status) {
        (Status::Revoked { .. }, _) => Some(Kind::RegisterEntryRevoked),
        (Status::Retired { .. }, Status::Revoked { .. }) | (Status::Active, _) => None,
        (Status::Retired { .. }, _) => Some(Kind::RegisterEntryRetired),
    };
    if let Some(kind) = kind {
        return Err(Error::new(kind, format!("the certificate {name:?} is {old} already")));
    }
    let (mark, body) = text.split_at(if text.starts_with(BOM) { BOM.len() } else { 0 });
    let document = parse(body)?;
    let is_named = |table: &&&Table| table.get("name").and_then(Item::as_str) == Some(name);
    let tables = tables(body, &document)?;
    let table = tables.iter().find(is_named).ok_or_else(|| unknown(name))?;
    let mut changes = Vec::new();
    let mut new_lines = String::new();
    for (field, value) in status_fields(status) {
        match table.get(field).and_then(Item::span) {
            Some(span) => changes.push((span, value)),
            None => new_lines.extend([field, " = ", &value, newline(body)]),
        }
    }
    // Next to the status, or to the name where there is none.
    let neighbour = table.get("status").or_else(|| table.get("name")).and_then(Item::span);
    changes.push(insertion(body, neighbour.map_or(0, |span| span.end), new_lines));
    verified(format!("{mark}{}", replaced(body, changes)), &register.with_status(name, status)?)
}

/// Before the line that follows the one at `position`.
fn insertion(text: &str, position: usize, lines: String) -> (Range<usize>, String) {
    let rest = text.get(position..).unwrap_or_default();
    match rest.find('\n') {
        Some(end) => (position + end + 1..position + end + 1, lines),
        None if lines.is_empty() => (text.len()..text.len(), lines),
        None => (text.len()..text.len(), format!("{}{lines}", newline(text))),
    }
}

fn replaced(text: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(span, _)| span.start);
    let mut new = text.to_owned();
    for (span, value) in changes.into_iter().rev() {
        new.replace_range(span, &value);
    }
    new
}

/// A change that reads back as something else is not a change.
fn verified(changed: String, meant: &Register) -> Result<String> {
    match Register::parse(&changed)? == *meant {
        true => Ok(changed),
        false => Err(Error::new(Kind::Internal, "the changed register does not say what it should")),
    }
}

fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn lines(entry: &Entry) -> Vec<String> {
    let facts = &entry.facts;
    let mut lines = vec!["[[certificate]]".to_owned()];
    let mut field = |name: &str, value: Option<String>| lines.extend(value.map(|value| format!("{name} = {value}")));
    field("name", Some(text(&entry.name)));
    field("owner", Some(text(&facts.owner.to_string())));
    field("owner_name", facts.owner_name.as_deref().map(text));
    field("pesel_ends", facts.pesel_ends.as_deref().map(text));
    field("purpose", Some(text(purpose(facts.purpose))));
    field("serial", Some(text(&facts.serial.to_string())));
    field("issuer", facts.issuer.as_deref().map(text));
    field("valid_from", Some(moment(facts.valid_from)));
    field("valid_to", Some(moment(facts.valid_to)));
    let (mut cert, mut key, mut p12, mut p12_entry, mut pkcs11) = (None, None, None, None, None);
    match &entry.key {
        KeyPlace::Files { cert: cert_file, key: key_file } => (cert, key) = (Some(cert_file), Some(key_file)),
        KeyPlace::Pkcs12 { file, entry } => (p12, p12_entry) = (Some(file), entry.as_deref()),
        KeyPlace::Pkcs11 { uri, cert: cert_file } => (pkcs11, cert) = (Some(uri), cert_file.as_ref()),
    }
    field("cert", cert.map(|file| path(file)));
    field("key", key.map(|file| path(file)));
    field("p12", p12.map(|file| path(file)));
    field("p12_entry", p12_entry.map(text));
    field("pkcs11", pkcs11.map(|uri| text(uri)));
    field("password", entry.password.as_ref().map(password));
    field("password_kept", entry.password_kept.as_deref().map(text));
    field("backup", entry.backup.as_deref().map(text));
    field("system", entry.system.as_deref().map(text));
    field("responsible", entry.responsible.as_deref().map(text));
    field("replace_by", entry.replace_by.map(|day| day.to_string()));
    field("use_from", entry.use_from.map(|day| day.to_string()));
    field("signs_for", signs_for(&entry.signs_for));
    for (name, value) in status_fields(&entry.status) {
        field(name, Some(value));
    }
    field("note", entry.note.as_deref().map(text));
    lines
}

fn status_fields(status: &Status) -> Vec<(&'static str, String)> {
    let (since, reason) = match status {
        Status::Active => (None, None),
        Status::Retired { since, reason } => (Some(since), reason.as_deref()),
        Status::Revoked { since, reason } => (Some(since), Some(reason.name())),
    };
    let fields = [
        ("status", Some(text(status.name()))),
        ("status_since", since.map(ToString::to_string)),
        ("status_reason", reason.map(text)),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn signs_for(signs_for: &SignsFor) -> Option<String> {
    match signs_for {
        SignsFor::Owner => None,
        SignsFor::Listed(nips) => {
            let nips: Vec<String> = nips.iter().map(|nip| text(nip.as_str())).collect();
            Some(format!("[{}]", nips.join(", ")))
        }
        SignsFor::Any => Some(text("any")),
    }
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Offline => "offline",
        Purpose::Authentication => "authentication",
        Purpose::Unclear => "unclear",
    }
}

fn password(place: &PasswordPlace) -> String {
    match place {
        PasswordPlace::File(file) => format!("{{ file = {} }}", path(file)),
        PasswordPlace::Variable(name) => format!("{{ env = {} }}", text(name)),
        PasswordPlace::Keyring { service, account } => {
            format!("{{ keyring = {{ service = {}, account = {} }} }}", text(service), text(account))
        }
    }
}

fn text(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

fn path(path: &Path) -> String {
    text(&path.to_string_lossy())
}

/// In whole seconds, as certificates count.
fn moment(time: SystemTime) -> String {
    let seconds = jiff::Timestamp::try_from(time).unwrap_or(jiff::Timestamp::MAX).as_second();
    jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string()
}
