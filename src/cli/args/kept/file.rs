//! A file of settings, read and checked.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ksef_qr::Error;
use ksef_qr::error::ErrorKind;
use toml_edit::{Document, Item, Value};

use super::key::Key;
use crate::cli::read::read;

/// In bytes; there are some forty settings.
const LARGEST: u64 = 100_000;
/// Words in names that nobody but a password's owner would write.
const SECRETIVE: [&str; 9] = ["password", "passwd", "pass", "passphrase", "pin", "secret", "token", "haslo", "hasło"];

/// A file of settings.
#[derive(Debug)]
pub struct KeptFile {
    pub path: PathBuf,
    pub values: Vec<KeptValue>,
    /// The language of the program, which is known before anything else.
    pub lang: Option<String>,
}

/// One line of it.
#[derive(Debug)]
pub struct KeptValue {
    pub key: &'static Key,
    /// As an argument would say it. Paths are seen from where the program runs.
    pub value: OsString,
    pub line: usize,
}

impl KeptFile {
    /// Reads a file, each value as its option would take it.
    ///
    /// # Errors
    /// `file_missing`, `file_unreadable`; `config_malformed`, `config_holds_secret`, which name the line.
    pub fn read(path: &Path, command: &clap::Command) -> anyhow::Result<Self> {
        let mut bytes = Vec::new();
        read(path, LARGEST, &mut bytes)?;
        let about = |error: Error| error.about(path.to_string_lossy());
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let text = str::from_utf8(bytes).map_err(|_| about(malformed(1, "the file is not UTF-8")))?;
        let mut kept = Self { path: path.to_owned(), values: Vec::new(), lang: None };
        kept.take(text, command).map_err(about)?;
        Ok(kept)
    }

    fn take(&mut self, text: &str, command: &clap::Command) -> Result<(), Error> {
        let document = Document::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            // What the parser says quotes the line, in which a secret may stand.
            malformed(line_at(text, at), "this is not TOML: a line is written key = \"value\"")
        })?;
        for (name, item) in document.iter() {
            let at = document.key(name).and_then(toml_edit::Key::span).or_else(|| item.span());
            let line = line_at(text, at.map_or(0, |at| at.start));
            let key = Key::named(name).ok_or_else(|| unknown(line, name))?;
            if self.values.iter().any(|known| known.key == key) {
                return Err(malformed(line, &format!("{:?} is there twice", key.name)));
            }
            let value = self.value(key, item, line, command)?;
            if key.name == "lang" {
                self.lang = value.to_str().map(str::to_owned);
            }
            self.values.push(KeptValue { key, value, line });
        }
        Ok(())
    }

    fn value(&self, key: &Key, item: &Item, line: usize, command: &clap::Command) -> Result<OsString, Error> {
        let name = key.name;
        let arg = option(command, name).ok_or_else(|| unknown(line, name))?;
        let text = match (item.as_value(), arg.get_action().takes_values()) {
            (Some(Value::Boolean(value)), false) => return Ok(value.value().to_string().into()),
            (_, false) => return Err(malformed(line, &format!("{name:?} is true or false"))),
            (Some(Value::String(value)), _) => value.value().clone(),
            (Some(Value::Integer(value)), _) => value.value().to_string(),
            (Some(Value::Float(value)), _) => value.value().to_string(),
            (Some(Value::Array(values)), _) if name == "format" => {
                let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
                texts.ok_or_else(|| malformed(line, &format!("{name:?} is a text in quotes")))?.join(",")
            }
            _ => return Err(malformed(line, &format!("{name:?} is a text in quotes"))),
        };
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            return Err(malformed(line, &format!("{name:?} is one line of text, and not empty")));
        }
        if name == "pkcs11" && text.contains("pin-value") || name == "book" && has_password(&text) {
            return Err(secret(line, &format!("{name:?} has a password in it")));
        }
        let is_path = arg.get_value_parser().type_id() == clap::builder::ValueParser::path_buf().type_id();
        if is_path || name == "book" && !text.contains("://") {
            return Ok(self.path.parent().unwrap_or(Path::new("")).join(text).into());
        }
        // As the option itself would take it. What was found is not repeated: it may be what should not be there.
        let alone = clap::Command::new("kept").no_binary_name(true).arg(arg_alone(arg));
        match alone.try_get_matches_from([format!("--{name}={text}")]) {
            Ok(_) => Ok(text.into()),
            Err(_) => Err(malformed(line, &format!("{name:?} does not take this value{}", known(arg)))),
        }
    }
}

/// An option without its relations to others.
fn arg_alone(arg: &clap::Arg) -> clap::Arg {
    let mut alone = clap::Arg::new("it").value_parser(arg.get_value_parser().clone());
    if let Some(long) = arg.get_long() {
        alone = alone.long(long.to_owned().leak() as &'static str);
    }
    alone
}

/// `: it is prod, demo or test`, where the values are known.
fn known(arg: &clap::Arg) -> String {
    let names: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if names.is_empty() { String::new() } else { format!("; known are {}", names.join(", ")) }
}

fn option<'c>(command: &'c clap::Command, name: &str) -> Option<&'c clap::Arg> {
    let own = command.get_arguments().find(|arg| arg.get_long() == Some(name));
    own.or_else(|| command.get_subcommands().find_map(|below| option(below, name)))
}

/// `postgres://user:password@host/database`.
fn has_password(url: &str) -> bool {
    let user = url.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
    user.is_some_and(|(user, _)| user.contains(':')) || url.contains("password=")
}

fn unknown(line: usize, name: &str) -> Error {
    if name.to_lowercase().split(['_', '-']).any(|word| SECRETIVE.contains(&word)) {
        return secret(line, &format!("{name:?} seems to hold a secret"));
    }
    let meant = Key::nearest(name).map(|meant| format!("; {meant:?} is similar")).unwrap_or_default();
    malformed(line, &format!("there is no setting {name:?}{meant}"))
}

fn malformed(line: usize, message: &str) -> Error {
    Error::new(ErrorKind::ConfigMalformed, format!("line {line}: {message}"))
}

fn secret(line: usize, message: &str) -> Error {
    Error::new(ErrorKind::ConfigHoldsSecret, format!("line {line}: {message}"))
}

/// Lines are counted from 1.
fn line_at(text: &str, position: usize) -> usize {
    1 + text.bytes().take(position).filter(|&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> Result<KeptFile, Error> {
        let mut kept = KeptFile { path: "/home/anna/ksef-qr.toml".into(), values: Vec::new(), lang: None };
        kept.take(text, &crate::cli::args::command()).map(|()| kept)
    }

    #[test]
    fn values_are_what_their_options_take() {
        let kept = taken(
            "# ours\nenv = \"demo\"\ncert = \"keys/firm.crt\"\nkey = \"/k/firm.key\"\nx-mm = 12.5\nquiet = true\n\
             format = [\"png\", \"svg\"]\nbook = \"postgres://anna@db/ksef\"\npage = \"last\"\n",
        );
        let kept = kept.unwrap();
        let values: Vec<_> =
            kept.values.iter().map(|kept| (kept.key.name, kept.value.to_str().unwrap(), kept.line)).collect();
        if cfg!(unix) {
            assert_eq!(values[1..3], [("cert", "/home/anna/keys/firm.crt", 3), ("key", "/k/firm.key", 4)]);
        }
        assert_eq!(values[0], ("env", "demo", 2));
        assert_eq!(values[3..6], [("x-mm", "12.5", 5), ("quiet", "true", 6), ("format", "png,svg", 7)]);
        assert_eq!(values[6], ("book", "postgres://anna@db/ksef", 8));
    }

    #[test]
    fn mistakes_are_named_by_line_and_secrets_are_not_repeated() {
        for (text, code, words) in [
            (
                "\nenv = \"prodd\"",
                "config_malformed",
                "line 2: \"env\" does not take this value; known are prod, demo, test",
            ),
            ("crt = \"a\"", "config_malformed", "line 1: there is no setting \"crt\"; \"cert\" is similar"),
            ("cert = 'a'\n[cert.x]", "config_malformed", "line 2: this is not TOML: a line is written key = \"value\""),
            ("quiet = \"yes\"", "config_malformed", "line 1: \"quiet\" is true or false"),
            ("cert = \"\"", "config_malformed", "line 1: \"cert\" is one line of text, and not empty"),
            (
                "password_file = 'a'\npassword-file = 'b'",
                "config_malformed",
                "line 2: \"password-file\" is there twice",
            ),
            ("password = \"Tajne\"", "config_holds_secret", "line 1: \"password\" seems to hold a secret"),
            ("book = \"postgres://a:Tajne@b/c\"", "config_holds_secret", "line 1: \"book\" has a password in it"),
            ("pkcs11 = \"pkcs11:a?pin-value=Tajne\"", "config_holds_secret", "line 1: \"pkcs11\" has a password in it"),
            ("overwrite = true", "config_malformed", "line 1: there is no setting \"overwrite\""),
        ] {
            let error = taken(text).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, words));
        }
    }
}
