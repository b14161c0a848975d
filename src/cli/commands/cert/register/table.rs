//! A table of certificates, as spreadsheets write it: a row for each.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use ksef_qr::Error;
use ksef_qr::error::ErrorKind;
use ksef_qr::files::Table;
use ksef_qr::register::{PasswordPlace, SignsFor};
use ksef_qr::values::Nip;

use super::candidate::Candidate;
use super::folder::{Found, name_of};
use crate::cli::read::read;
use crate::cli::settings::{AddedKey, EntryNotes};

/// In bytes. A row has a few hundred.
const LARGEST: u64 = 10_000_000;

const COLUMNS: [&str; 17] = [
    "name",
    "cert",
    "key",
    "p12",
    "p12_entry",
    "pkcs11",
    "password_file",
    "password_env",
    "password_keyring",
    "password_kept",
    "backup",
    "system",
    "responsible",
    "replace_by",
    "use_from",
    "signs_for",
    "note",
];

/// Columns that hold what must be in no table.
const SECRETS: [&str; 8] = ["password", "passwd", "pass", "passphrase", "pin", "haslo", "hasło", "token"];

/// Reads a table. `notes` hold for the rows that say nothing else.
pub fn candidates(file: &Path, notes: &EntryNotes) -> anyhow::Result<Found> {
    let mut bytes = Vec::new();
    read(file, LARGEST, &mut bytes)?;
    let refuse = |kind, message: String| Error::new(kind, message).about(file.to_string_lossy());
    let malformed = |message: String| refuse(ErrorKind::RegisterTableMalformed, message);
    let text = text(&bytes).map_err(|message| malformed(message.to_owned()))?;
    let table = Table::of(text.as_bytes());
    let mut reader = table.reader();
    let heads: Vec<String> =
        reader.headers().map(|heads| heads.iter().map(str::to_lowercase).collect()).unwrap_or_default();
    for (index, head) in heads.iter().enumerate() {
        if SECRETS.contains(&&**head) {
            let message = format!(
                "the table has a column {head:?}: a register never holds a password, only where it is (password_file, \
                 password_env, password_keyring)"
            );
            return Err(refuse(ErrorKind::RegisterHoldsPassword, message).into());
        }
        if !head.is_empty() && !COLUMNS.contains(&&**head) {
            // Without a first row of names, these are values.
            let shown = if head.chars().all(|c| c.is_alphanumeric() || c == '_') {
                format!(" {head:?}")
            } else {
                String::new()
            };
            return Err(
                malformed(format!("there is no column{shown}: the first row names {}", COLUMNS.join(", "))).into()
            );
        }
        if !head.is_empty() && heads.iter().take(index).any(|other| other == head) {
            return Err(malformed(format!("the column {head:?} is there twice")).into());
        }
    }
    if !["cert", "p12"].iter().any(|column| heads.iter().any(|head| head == column)) {
        return Err(malformed("the first row names neither a column cert nor a column p12".to_owned()).into());
    }
    let (mut candidates, mut problems) = (Vec::new(), Vec::new());
    for record in reader.records() {
        // Its words quote nothing but numbers of fields and lines.
        let record = record.map_err(|error| malformed(error.to_string()))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let place = format!("{}: line {}", file.display(), table.line_of(record.position()));
        match row(&Row { heads: &heads, record: &record }, notes) {
            Ok(candidate) => candidates.push((Some(place), candidate)),
            Err(error) => problems.push(error.context(place)),
        }
    }
    if candidates.is_empty() && problems.is_empty() {
        return Err(malformed("the table has no row below its first".to_owned()).into());
    }
    Ok((candidates, problems))
}

/// UTF-8, or the UTF-16 that spreadsheets and PowerShell write.
fn text(bytes: &[u8]) -> Result<String, &'static str> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<_> = bytes.as_chunks::<2>().0.iter().map(|&pair| unit(pair)).collect();
        String::from_utf16(&units).map_err(|_| "it begins as UTF-16 and is not: save it as \"CSV UTF-8\"")
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] | rest => {
            let text = std::str::from_utf8(rest).map_err(|_| "it is not UTF-8: save it as \"CSV UTF-8\"")?;
            Ok(text.to_owned())
        }
    }
}

/// One row below the names of its columns.
struct Row<'r> {
    heads: &'r [String],
    record: &'r csv::StringRecord,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> Option<String> {
        let index = self.heads.iter().position(|head| head == column)?;
        self.record.get(index).filter(|cell| !cell.is_empty()).map(str::to_owned)
    }

    fn path(&self, column: &str) -> Option<PathBuf> {
        self.cell(column).map(PathBuf::from)
    }

    fn day<T: std::str::FromStr<Err = Error>>(&self, column: &str) -> anyhow::Result<Option<T>> {
        self.cell(column).map(|cell| cell.parse().with_context(|| column.to_owned())).transpose()
    }
}

fn row(row: &Row<'_>, notes: &EntryNotes) -> anyhow::Result<Candidate> {
    let unnamed = |index: usize| row.heads.get(index).is_none_or(String::is_empty);
    if row.record.iter().enumerate().any(|(index, cell)| !cell.is_empty() && unnamed(index)) {
        bail!("there is a value in a column without a name");
    }
    let key = match (row.path("p12"), row.path("cert"), row.path("key"), row.cell("pkcs11")) {
        (Some(file), None, None, None) => AddedKey::Pkcs12 { file, entry: row.cell("p12_entry") },
        (None, Some(cert), Some(key), None) => AddedKey::Files { cert, key },
        (None, Some(cert), None, Some(uri)) => AddedKey::Token { cert, uri },
        _ => bail!("the key is in one place: cert and key, or p12, or cert and pkcs11"),
    };
    if row.cell("p12_entry").is_some() && !matches!(key, AddedKey::Pkcs12 { .. }) {
        bail!("p12_entry goes with p12");
    }
    let password = match (row.path("password_file"), row.cell("password_env"), row.cell("password_keyring")) {
        (None, None, None) => notes.password.clone(),
        (Some(file), None, None) => Some(PasswordPlace::File(file)),
        (None, Some(variable), None) => Some(PasswordPlace::Variable(variable)),
        (None, None, Some(keyring)) => {
            let (service, account) = keyring.split_once('/').context("password_keyring is written SERVICE/ACCOUNT")?;
            Some(PasswordPlace::Keyring { service: service.to_owned(), account: account.to_owned() })
        }
        _ => bail!("a password is in one place: password_file, password_env or password_keyring"),
    };
    let name = row.cell("name").unwrap_or_else(|| match &key {
        AddedKey::Files { cert, .. } | AddedKey::Token { cert, .. } => name_of(cert),
        AddedKey::Pkcs12 { file, .. } => name_of(file),
    });
    let notes = EntryNotes {
        password,
        password_kept: row.cell("password_kept").or(notes.password_kept.clone()),
        backup: row.cell("backup").or(notes.backup.clone()),
        system: row.cell("system").or(notes.system.clone()),
        responsible: row.cell("responsible").or(notes.responsible.clone()),
        replace_by: row.day("replace_by")?.or(notes.replace_by),
        use_from: row.day("use_from")?.or(notes.use_from),
        signs_for: row.cell("signs_for").map_or_else(|| Ok(notes.signs_for.clone()), |text| signs_for(&text))?,
        note: row.cell("note").or(notes.note.clone()),
    };
    Ok(Candidate { name, key, notes })
}

/// NIPs with a space or a comma between them, or `any`.
fn signs_for(text: &str) -> anyhow::Result<SignsFor> {
    let words: Vec<&str> = text.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
    if let ["any"] = words[..] {
        return Ok(SignsFor::Any);
    }
    let nips = words.into_iter().map(str::parse::<Nip>).collect::<Result<_, _>>();
    Ok(SignsFor::Listed(nips.context("signs_for is a list of NIPs, or any")?))
}
