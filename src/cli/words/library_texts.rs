//! A test: whatever the library can say has its Polish, also what no other test makes it say. It reads the sources.

use std::fs;
use std::path::{Path, PathBuf};

use super::catalog::polish;

/// The sources of whatever says something to people.
const SOURCES: [&str; 2] = ["src", "crates/scan/src"];

/// Where texts are not for people, or have tests of their own: the help, hints and codes, texts in both languages.
const OTHERS: [&str; 8] = [
    "src/cli/args",
    "src/cli/words",
    "src/cli/commands/schema.rs",
    "src/cli/commands/watch/letter.rs",
    "src/correction/fields.rs",
    "src/verify/signature/published_vectors.rs",
    "src/xml/twins.rs",
    "crates/scan/src/main.rs",
];

/// What is drawn, in both languages by itself. What is refused there is said as everywhere.
const DRAWN: [&str; 8] = [
    "src/paper/confirmation/words.rs",
    "src/paper/printout/fa.rs",
    "src/paper/printout/labels.rs",
    "src/paper/printout/pef.rs",
    "src/paper/printout/pef_labels.rs",
    "src/paper/printout/pef_tree.rs",
    "src/paper/printout/printout.rs",
    "src/paper/printout/words.rs",
];

/// What has words in it and is said to nobody: names, SQL, PDF, debugging, what an impossible state would say.
const UNSAID: [&str; 37] = [
    "SELECT ",
    "INSERT ",
    "DELETE FROM ",
    "CREATE ",
    "PRAGMA ",
    "SET ",
    "JOIN ",
    "PRIMARY KEY",
    "cause, send_by",
    "e.at, e.cause",
    "PageText(",
    " Tf {} {} Td",
    "keyring = {{",
    "begincmap",
    "endcmap",
    " elided]",
    "Podpis linku",
    "Uwierzytelnienie w",
    // Parts of a PDF.
    " re f",
    " obj\n",
    "beginbfchar",
    " cm\n",
    "{BEGINNING}",
    " Tf\"",
    " Tf {",
    " 0 R",
    "{module} 0 0",
    "1 g 0 0",
    // For programmers: what a value looks like when it is debugged.
    "Error({}",
    "Original(",
    "NewPage(",
    "Pkcs12(",
    "Symbol(",
    "size {size}, {level:?}",
    "is_encrypted:",
    // Written into files.
    "{{ file = ",
    "{{ env = ",
];
const NAMES: [&str; 26] = [
    "KOD I and KOD II",
    "ENCRYPTED PRIVATE KEY",
    "UTF-16 (little-endian)",
    "UTF-16 (big-endian)",
    "there is no {}",
    "way to draw codes",
    "ksef-qr seen ",
    "a place in a file is known without reading",
    "nothing is to be done",
    "EC on {}",
    "{name}, line {}",
    "correct {}",
    "{milliseconds} ms",
    "mark: {note}",
    "manifest {}",
    "token {:?}",
    "GLN: {value}",
    "RSA {bits}",
    "KOD I ({kod1})",
    ".SH \"{polish}\"",
    "{colour}{done}{colour:#} {what}{refused} in {time}",
    "{name} (PESEL ********{ends})",
    "sslrootcert {file}: {error}",
    "ksef-qr-scan {}",
    "the controlled test of ksef-qr",
    "ksef-qr: does this key belong to that certificate?",
];

#[test]
fn whatever_the_library_can_say_is_said_in_polish() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let at_root = |places: &[&str]| places.iter().map(|place| root.join(place)).collect::<Vec<PathBuf>>();
    let (others, drawn) = (at_root(&OTHERS), at_root(&DRAWN));
    assert!(others.iter().chain(&drawn).all(|path| path.exists()), "what is left out is there");
    let (mut todo, mut count, mut missing) = (at_root(&SOURCES), 0, Vec::new());
    while let Some(path) = todo.pop() {
        if others.contains(&path) || path.ends_with("tests.rs") {
            continue;
        }
        if path.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        let Some(source) = fs::read_to_string(&path).ok().filter(|_| is_source) else { continue };
        let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for (before, text) in literals(code) {
            if !is_said(before, &text) || (drawn.contains(&path) && !before.contains("Error::new(")) {
                continue;
            }
            count += 1;
            // What the library says is looked up when it is finished; that its template is known is not enough. The command says
            // what it says by the templates.
            let is_known = polish().said(&with_values(&text)).is_some()
                || (path.starts_with(root.join("src/cli")) && polish().text(&text).is_some());
            if !is_known {
                missing.push(format!("{}: {text}", path.strip_prefix(root).unwrap().display()));
            }
        }
    }
    assert!(count > 700, "the sources were found: {count}");
    assert!(missing.is_empty(), "without Polish: {missing:#?}");
}

/// Three words at least, or one beside a value: what stands before and behind the text of another. None of those that are said
/// to nobody.
fn is_said(before: &str, text: &str) -> bool {
    let fixed = with_values(text);
    let words = fixed.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1).count();
    let is_beside_value = fixed != text && words > 0;
    let is_of_code = ["reason", "expect", "cfg", "doc", "deprecated"]
        .iter()
        .any(|name| before.trim_end().trim_end_matches(['=', '(']).trim_end().ends_with(name));
    let is_other = UNSAID.iter().any(|unsaid| text.contains(unsaid)) || NAMES.contains(&text);
    let is_structure = text.starts_with([' ', '#', '\n', '/']) || text.contains(" {} re f") || text.contains("i.id,");
    let is_prose = text.chars().any(char::is_lowercase) && text.trim().contains(' ');
    (words > 2 || is_beside_value) && is_prose && !is_of_code && !is_other && !is_structure
}

/// A template with a number for each value.
fn with_values(template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((fixed, after)) = rest.split_once('{') {
        text += fixed;
        match after.split_once('}') {
            Some((name, after)) if !name.contains(' ') => {
                text.push('7');
                rest = after;
            }
            _ => {
                text.push('{');
                rest = after;
            }
        }
    }
    text + rest
}

/// The texts in quotes of a source, each with what stands before it on its line or the line above.
fn literals(code: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = code.get(at..) {
        let Some(letter) = rest.chars().next() else { break };
        let is_name = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        at += match letter {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            'r' if !is_name && (rest.starts_with("r\"") || rest.starts_with("r#")) => {
                let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
                let end = format!("\"{}", "#".repeat(hashes));
                let opened = hashes + 2;
                rest.get(opened..).and_then(|text| text.find(&end)).map_or(1, |length| opened + length + end.len())
            }
            // A letter in apostrophes; a lifetime has one alone.
            '\'' if rest.starts_with("'\\") => rest[2..].find('\'').map_or(1, |length| length.max(1) + 3),
            '\'' => {
                let letter = rest[1..].chars().next().map_or(1, char::len_utf8);
                if rest[1 + letter..].starts_with('\'') { letter + 2 } else { 1 }
            }
            '"' => {
                let (text, length) = literal(&rest[1..]);
                if !code[..at].ends_with('b') {
                    let line = code[..at].trim_end().rfind('\n').map_or(0, |end| end + 1);
                    found.push((&code[line..at], text));
                }
                length + 1
            }
            other => other.len_utf8(),
        };
    }
    found
}

/// A literal as the compiler reads it, from behind its first quote, and its length with its last one.
pub(super) fn literal(quoted: &str) -> (String, usize) {
    let (mut text, mut letters) = (String::new(), quoted.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => match letters.next() {
                Some('n') => text.push('\n'),
                Some('\n') => letters = letters.as_str().trim_start().chars(),
                Some(other) => text.push(other),
                None => break,
            },
            other => text.push(other),
        }
    }
    (text, quoted.len() - letters.as_str().len())
}
