//! Secrets that stand in an argument where the path of a file belongs: a KSeF token, a key, a password. They are recognised
//! before anything is said of the arguments, and never repeated: messages are copied into tickets, logs and mails.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use clap::builder::ValueParser;
use clap::{Arg, ArgMatches};
use ksef_qr::Error;
use ksef_qr::credential::check_password;
use ksef_qr::error::ErrorKind;

/// Refuses arguments that are a token or a key, or have one in them. To be asked before clap, which repeats what it does
/// not understand.
///
/// # Errors
/// `secret_in_argument`.
pub fn check(command: &clap::Command, arguments: impl Iterator<Item = OsString>) -> ksef_qr::Result<()> {
    let mut before = None;
    for argument in arguments {
        let text = argument.to_string_lossy();
        if let Some(what) = token_or_key(&text) {
            let option = before.filter(|name: &String| takes_value(command, name.trim_start_matches("--")));
            return Err(refusal(what, option.as_deref()));
        }
        before = Some(text.into_owned()).filter(|text| text.starts_with("--"));
    }
    Ok(())
}

/// True for an option of some command that takes a value.
fn takes_value(command: &clap::Command, name: &str) -> bool {
    command.get_arguments().any(|arg| arg.get_long() == Some(name) && arg.get_action().takes_values())
        || command.get_subcommands().any(|below| takes_value(below, name))
}

/// Refuses passwords in place of the paths of files. Whether an argument is a path, clap knows.
///
/// # Errors
/// `secret_in_argument`.
pub fn check_paths(command: &clap::Command, matches: &ArgMatches) -> ksef_qr::Result<()> {
    let is_path = |arg: &&Arg| arg.get_value_parser().type_id() == ValueParser::path_buf().type_id();
    for arg in command.get_arguments().filter(is_path) {
        let id = arg.get_id().as_str();
        for path in matches.try_get_raw(id).ok().flatten().into_iter().flatten() {
            if is_password(path, Place::of(arg)) {
                let option = arg.get_long().map(|name| format!("--{name}"));
                return Err(refusal(PASSWORD, option.as_deref()));
            }
        }
    }
    match matches.subcommand() {
        Some((name, matches)) => command.find_subcommand(name).map_or(Ok(()), |command| check_paths(command, matches)),
        None => Ok(()),
    }
}

const TOKEN: &str = "a KSeF token";
const KEY: &str = "a private key";
const CERTIFICATE: &str = "a certificate itself";
const BASE64: &str = "a key or a certificate in Base64";
const PASSWORD: &str = "what looks like a password";

fn refusal(what: &str, option: Option<&str>) -> Error {
    let place = option.map(|option| format!(" ({option})")).unwrap_or_default();
    let more = match what {
        TOKEN => ". A token logs in and signs nothing: KOD II needs a type 2 (Offline) certificate and its private key",
        _ => "",
    };
    let message = format!(
        "{what} was given as an argument{place}, where the path of a file belongs; it is not repeated here{more}"
    );
    Error::new(ErrorKind::SecretInArgument, message)
}

fn token_or_key(text: &str) -> Option<&'static str> {
    let value = text.split_once('=').filter(|_| text.starts_with("--")).map_or(text, |(_, value)| value);
    if text.contains("-----BEGIN ") {
        return Some(if text.contains("PRIVATE KEY") { KEY } else { CERTIFICATE });
    }
    if is_token(value) {
        return Some(TOKEN);
    }
    (is_der(value) && !Path::new(value).exists()).then_some(BASE64)
}

/// `20260615-EC-0123456789-ABCDEF0123-AB|nip-5265877635|` and a secret. The reference number alone is none.
fn is_token(text: &str) -> bool {
    let Some((reference, rest)) = text.trim_matches(['"', '\'', ' ', '\n']).split_once('|') else { return false };
    let groups: Vec<_> = reference.split('-').collect();
    let is_reference = groups.iter().map(|group| group.len()).eq([8, 2, 10, 10, 2])
        && groups.concat().bytes().all(|byte| byte.is_ascii_alphanumeric());
    let secret = rest.rsplit('|').next().unwrap_or_default();
    is_reference || (secret.len() >= 32 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Base64 of one DER sequence, as long as a key is at least.
fn is_der(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if text.len() < 64 || !text.starts_with('M') {
        return false;
    }
    let text = text.trim_end_matches('=');
    let Ok(bytes) = base64::engine::general_purpose::STANDARD_NO_PAD.decode(text) else { return false };
    let length = |bytes: &[u8]| bytes.iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
    match bytes[..] {
        [0x30, short @ 0..=0x7F, ..] => bytes.len() == 2 + usize::from(short),
        [0x30, 0x81, one, ..] => bytes.len() == 3 + length(&[one]),
        [0x30, 0x82, one, two, ..] => bytes.len() == 4 + length(&[one, two]),
        _ => false,
    }
}

/// What a path is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Of a key, a certificate or a password.
    Secret,
    /// Of an input.
    Input,
    /// Of what is written.
    Output,
}

impl Place {
    fn of(arg: &Arg) -> Self {
        match arg.get_long() {
            Some("out" | "manifest" | "ics" | "csr") => Self::Output,
            Some(name) if name.contains("password") || ["key", "cert", "p12"].contains(&name) => Self::Secret,
            _ => Self::Input,
        }
    }
}

/// True for what the portal takes as a password and what is no path here. Inputs may be called `Faktury-Listopad-2026`:
/// there a password is known by the rarer of its signs.
fn is_password(text: &OsStr, place: Place) -> bool {
    let is_rare = |byte: u8| b"!@#$%^&*()+=".contains(&byte);
    let bytes = text.as_encoded_bytes();
    let is_meant = match place {
        Place::Secret => true,
        Place::Input => bytes.iter().any(|&byte| is_rare(byte)),
        Place::Output => false,
    };
    is_meant && check_password(bytes).is_ok() && !PathBuf::from(text).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN_TEXT: &str = "20260615-EC-0123456789-ABCDEF0123-AB|nip-5265877635|0f1e2d3c4b5a69788796a5b4c3d2e1f0";

    fn what(arguments: &[&str]) -> String {
        match check(&super::super::command(), arguments.iter().map(Into::into)) {
            Ok(()) => String::new(),
            Err(error) => {
                assert_eq!(error.code(), "secret_in_argument");
                error.message().to_owned()
            }
        }
    }

    #[test]
    fn tokens_and_keys_are_known_wherever_they_stand() {
        let equals = format!("--key={TOKEN_TEXT}");
        let pem = include_str!("../../../fixtures/keys/offline-ec.pkcs8.pem");
        let der: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let certificate = include_str!("../../../fixtures/keys/offline-ec.crt");
        let base64 = include_str!("../../../fixtures/keys/offline-ec.base64.txt");
        for (arguments, expected) in [
            (vec!["sign", "a.xml", "--key", TOKEN_TEXT], "a KSeF token was given as an argument (--key)"),
            (vec!["sign", &equals], "a KSeF token"),
            (vec!["--nip", TOKEN_TEXT], "a KSeF token was given as an argument (--nip)"),
            (vec!["cert", "show", "--json", TOKEN_TEXT], "a KSeF token was given as an argument,"),
            (vec!["verify", "x|y|0f1e2d3c4b5a69788796a5b4c3d2e1f0"], "a KSeF token was given as an argument,"),
            (vec!["--key", pem], "a private key"),
            (vec!["--cert", certificate], "a certificate itself"),
            (vec!["--key", &der], "a key or a certificate in Base64"),
            (vec!["--cert", base64], "a key or a certificate in Base64"),
        ] {
            let message = what(&arguments);
            assert!(message.starts_with(expected), "{message}");
            assert!(!message.contains("0f1e") && !message.contains(&der[..9]) && !message.contains(&base64[..9]));
        }
    }

    #[test]
    fn what_is_no_secret_passes() {
        let long = format!("M{}", "a/b".repeat(40));
        for argument in [
            "20260615-EC-0123456789-ABCDEF0123-AB",
            "5265877635-20250826-0100001AF629-AF",
            "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/4OoR",
            "pkcs11:token=firm;object=offline?module-path=/usr/lib/m.so",
            "a|b",
            &long,
            "",
        ] {
            assert_eq!(what(&["sign", argument]), "", "{argument}");
        }
    }

    #[test]
    fn passwords_by_their_place() {
        for (text, place, expected) in [
            ("Throwaway-Key_2026", Place::Secret, true),
            ("Throwaway-Key_2026", Place::Input, false),
            ("Throwaway!Key_2026", Place::Input, true),
            ("Throwaway!Key_2026", Place::Output, false),
            ("Throwaway-Key_2026.key", Place::Secret, false),
            ("firm.key", Place::Secret, false),
            ("Cargo.toml", Place::Secret, false),
        ] {
            assert_eq!(is_password(OsStr::new(text), place), expected, "{text}");
        }
    }
}
