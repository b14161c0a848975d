//! Secrets that stand in an argument where the path of a file belongs: a KSeF token, a key, a password. They are recognised
//! before anything is said of the arguments, and never repeated: messages are copied into tickets, logs and mails.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use base64::Engine as _;
use clap::builder::ValueParser;
use clap::{Arg, ArgMatches};
use ksef_qr::Error;
use ksef_qr::credential::check_password;
use ksef_qr::error::ErrorKind;

use crate::cli::words::likely_secret::{is_certainly_secret, is_likely_secret, value_of};

/// Refuses arguments that are a token or a key, or have one in them. To be asked before clap, which repeats what it does
/// not understand.
///
/// # Errors
/// `secret_in_argument`.
pub fn check(arguments: impl Iterator<Item = OsString>) -> ksef_qr::Result<()> {
    let mut before = None;
    for argument in arguments {
        let text = argument.to_string_lossy();
        if let Some(what) = token_or_key(&text) {
            let option = before.filter(|name: &String| takes_value(&super::command(), name.trim_start_matches("--")));
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
            if may_be_secret(path, arg.get_long() == Some("out")) {
                let option = arg.get_long().map(|name| format!("--{name}"));
                return Err(likely(path, option.as_deref()));
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
const NAMED: &str = "a password, a PIN or an access token";

/// Of what may be a file's name after all, and leads to none.
fn likely(text: &OsStr, option: Option<&str>) -> Error {
    let place = option.map(|option| format!(" ({option})")).unwrap_or_default();
    let length = text.to_string_lossy().chars().count();
    let message = format!(
        "a text of {length} characters was given as an argument{place}, where the path of a file belongs; there is no \
         such file, and the text is not repeated here, because it may be a secret"
    );
    Error::new(ErrorKind::SecretInArgument, message).with_hint(
        "If it is a file's name, check the path. If it is a secret, treat it as exposed: other users of the machine can \
         read arguments, and shells keep them. Keep it in a file that only you can read, and give the path of that file.",
    )
}

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
    let value = value_of(text).unwrap_or(text);
    if text.contains("-----BEGIN ") {
        return Some(if text.contains("PRIVATE KEY") { KEY } else { CERTIFICATE });
    }
    if is_token(value) {
        return Some(TOKEN);
    }
    let what = match value {
        _ if is_der(value) => BASE64,
        // An option of that name is none of ours, which clap says without its value.
        _ if is_certainly_secret(value) => NAMED,
        _ => return None,
    };
    (!Path::new(value).exists()).then_some(what)
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

/// True for what leads to no file and does not look like a name, which a message would repeat. People call new folders
/// `Faktury-Listopad-2026`, which the portal would take as a password.
fn may_be_secret(text: &OsStr, is_new_folder: bool) -> bool {
    let is_in_names = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_folder = is_new_folder
        && check_password(text.as_encoded_bytes()).is_ok()
        && text.as_encoded_bytes().iter().all(|&byte| is_in_names(byte));
    !is_folder && is_likely_secret(&text.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN_TEXT: &str = "20260615-EC-0123456789-ABCDEF0123-AB|nip-5265877635|0f1e2d3c4b5a69788796a5b4c3d2e1f0";

    fn what(arguments: &[&str]) -> String {
        match check(arguments.iter().map(Into::into)) {
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
        for (text, is_new_folder, expected) in [
            ("Throwaway-Key_2026", false, true),
            ("Throwaway!Key_2026", false, true),
            ("Throwaway-Key_2026", true, false),
            ("Throwaway!Key_2026", true, true),
            ("Throwaway-Key_2026.key", false, false),
            ("firm.key", false, false),
            ("Cargo.toml", false, false),
            ("codes", true, false),
        ] {
            assert_eq!(may_be_secret(OsStr::new(text), is_new_folder), expected, "{text}");
        }
    }
}
