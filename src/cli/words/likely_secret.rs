//! Texts that may be a password, a part of a token or of a key, and are not to be repeated: messages are copied into
//! tickets, logs and mails. Where that is unclear, silence is the smaller harm: whoever typed a name knows it.

use std::borrow::Cow;
use std::path::Path;

use ksef_qr::credential::check_password;
use ksef_qr::values::WrittenNumber;

/// True for a text that leads to no file and does not look like a name that a person gave to one.
pub fn is_likely_secret(text: &str) -> bool {
    let text = text.trim();
    if is_certainly_secret(text) {
        return !Path::new(text).exists();
    }
    if is_address(text) || WrittenNumber::of(text).is_some() || is_uuid(text) {
        return false;
    }
    // Base64 has slashes, too: folders are believed where they are, and what is directly in one.
    let folder = Path::new(text).ancestors().skip(1).find(|folder| folder.is_dir() && *folder != Path::new(""));
    let is_in_a_folder = folder.is_some() && folder == Path::new(text).parent();
    let unknown = folder.and_then(|folder| text.get(folder.as_os_str().len()..)).unwrap_or(text);
    let looks_like_one = |part: &str| is_password(part) || is_hexadecimal_secret(part) || looks_random(part);
    let is_name = is_in_a_folder || has_extension(text);
    !is_name && unknown.split(['/', '\\']).any(looks_like_one) && !Path::new(text).exists()
}

/// `haslo=...`, `pass:...`, a token of the API (`eyJ...`).
pub fn is_certainly_secret(text: &str) -> bool {
    const NAMES: [&str; 9] = ["password", "passphrase", "passwd", "pass", "pwd", "pin", "haslo", "hasło", "secret"];
    let is_named = text.split_once(['=', ':']).is_some_and(|(name, value)| {
        let name = name.trim().trim_start_matches('-').to_lowercase();
        NAMES.contains(&&*name) && !value.trim().is_empty() && !value.starts_with(['\\', '/'])
    });
    let is_encoded = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+/=".contains(&byte);
    let is_web_token = text.starts_with("eyJ") && text.len() >= 20 && text.bytes().all(is_encoded);
    is_named || (is_web_token && !has_extension(text))
}

/// In place of such a text.
pub fn described(text: &str) -> String {
    format!("(a text of {} characters, not repeated: it may be a secret)", text.chars().count())
}

/// The text, or what is said in its place.
pub fn told(text: &str) -> Cow<'_, str> {
    if is_likely_secret(text) { described(text).into() } else { text.into() }
}

/// A message without those arguments of this program that may be secrets.
pub fn silenced(message: &str) -> Cow<'_, str> {
    without(message, std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()))
}

fn without(message: &str, arguments: impl Iterator<Item = String>) -> Cow<'_, str> {
    let mut message = Cow::Borrowed(message);
    for argument in arguments {
        for value in [Some(&*argument), value_of(&argument)].into_iter().flatten() {
            if message.contains(value) && is_likely_secret(value) {
                message = message.replace(value, &described(value)).into();
            }
        }
    }
    message
}

/// Of `--option=value`.
pub fn value_of(argument: &str) -> Option<&str> {
    argument.split_once('=').filter(|_| argument.starts_with("--")).map(|(_, value)| value)
}

/// Links, and the URIs of tokens, whose PIN is refused by its name.
fn is_address(text: &str) -> bool {
    let parts = ["://", ":\\/\\/", "ksef.mf.gov.pl", "/invoice/", "/certificate/"];
    parts.iter().any(|part| text.contains(part)) || text.starts_with("pkcs11:")
}

fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.bytes().all(|c| c == b'-' || c.is_ascii_hexdigit())
}

/// `f1.xml`, `keys.p12`: at most five letters and digits behind a dot, the first a letter.
fn has_extension(text: &str) -> bool {
    let Some((stem, extension)) = text.rsplit_once('.') else { return false };
    let is_short = (1..=5).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    !stem.is_empty() && is_short && extension.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// What the portal takes, or eight characters of three classes of which one is seldom in names.
fn is_password(text: &str) -> bool {
    let has = |class: fn(&u8) -> bool| text.bytes().any(|byte| class(&byte));
    let classes = [has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase), has(u8::is_ascii_digit)];
    let is_rare = |byte: &u8| b"!@#$%^".contains(byte);
    let is_mixed = classes.iter().filter(|&&has| has).count() >= 2 && text.bytes().any(|byte| is_rare(&byte));
    check_password(text.as_bytes()).is_ok() || (text.len() >= 8 && is_mixed)
}

/// Half a token: sixteen hexadecimal digits in a row, as the API writes them. Serial numbers are in capitals.
fn is_hexadecimal_secret(text: &str) -> bool {
    let is_secret = |digits: &str| {
        let letters = digits.bytes().filter(u8::is_ascii_alphabetic).count();
        let is_small = digits.bytes().any(|byte| byte.is_ascii_lowercase());
        letters > 0 && letters < digits.len() && digits.len() >= if is_small { 16 } else { 24 }
    };
    text.split(|c: char| !c.is_ascii_hexdigit()).any(is_secret)
}

/// Names are made of words and numbers; what a machine drew changes its class every other character.
fn looks_random(text: &str) -> bool {
    let (mut runs, mut length) = (0, 0);
    // The class of the character before, and how many in a row were of it.
    let mut before = None;
    let mut classes = [false; 3];
    for character in text.chars() {
        let class = match character {
            c if c.is_numeric() => 0,
            c if c.is_lowercase() => 1,
            c if c.is_uppercase() => 2,
            _ => {
                before = None;
                continue;
            }
        };
        (length, classes[class]) = (length + 1, true);
        before = match before {
            Some((same, row)) if same == class => Some((class, row + 1)),
            // `Faktura` is one word.
            Some((2, 1)) if class == 1 => Some((class, 2)),
            _ => {
                runs += 1;
                Some((class, 1))
            }
        };
    }
    // How many characters a run has in the mean, in tenths: less than this is no name.
    let shortest = match (classes.iter().filter(|&&has| has).count(), length) {
        // The beginning of a key in Base64 has its capitals in rows.
        (3, 20..) => 30,
        (3, 12..) => 22,
        (3, 8..) => 18,
        // Serial numbers are of digits and capitals.
        (2, 12..) if classes[1] => 18,
        _ => return false,
    };
    length * 10 < runs * shortest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret() {
        for text in [
            // What the portal takes, and what else people have.
            "Throwaway-Key_2026",
            "Kasa!Zielona=2026x",
            "Faktury-Listopad-2026",
            "Tajne!Haslo1",
            "haslo123!",
            "P@ssw0rd",
            "none/Throwaway-Key_2026",
            // By its name.
            "password=abc",
            "haslo: zielona",
            "PIN=1234",
            "--hasło=zielona.txt",
            "pass:tajne",
            // Parts of tokens.
            "token=0f1e2d3c4b5a69788796a5b4",
            "0f1e2d3c4b5a6978",
            "nip-5265877635|0f1e2d3c4b5a69788796a5b4",
            "0F1E2D3C4B5A69788796A5B4",
            "919cb4e2c5d24de0",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
            // Parts of keys, whole lines and less.
            "MHcCAQEEIBx7Qm0yXv3pLk9sD2fGhJ4aZcVbNq1wErTy",
            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg",
            "qGSM49AwEHBG0w/wIB+QQgx7Qm0yXv",
            // What a generator draws.
            "xK9mQ2vLpQ8s",
            "aB3xY9zQ",
            "k3j9x2m8q1z7",
        ] {
            assert!(is_likely_secret(text), "{text}");
            assert!(!described(text).contains(text));
        }
    }

    #[test]
    fn what_is_a_name() {
        for text in [
            "invoices",
            "faktura1",
            "FV_2026_06_001",
            "2026-06",
            "f1.xml",
            "none/f1.xml",
            "Faktury (listopad) 2026",
            "FakturaVAT2026",
            "Faktura-Korygujaca-Nr-12.pdf",
            "Throwaway-Key_2026.key",
            "klucz_prywatny",
            "C:\\Users\\Jan\\Faktury2026\\f1.xml",
            "/srv/ksef/Faktury2026/Listopad11",
            "src/Throwaway-Key_2026",
            "*.xml",
            "FV2026*",
            "in/FV-[0-9]*.xml",
            "zażółć gęślą",
            "ŻÓŁĆ_2026_Faktura",
            "FV1Korekta2b",
            "keys.toml",
            "archiwum.tar.gz",
            "awaria",
            "Nip:5265877635",
            "InternalId:5265877635-12345",
            "5265877635-20250826-0100001AF629-AF",
            "20260615-EC-0123456789-ABCDEF0123-AB",
            "01F0A1B2C3D4E501",
            "550e8400-e29b-41d4-a716-446655440000",
            "2026-06-15T12:00:00Z",
            "commonName=Jan Kowalski",
            "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/4OoR8pXq2vL9mZ1",
            "qr.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/4OoR8pXq2vL9mZ1",
            "pkcs11:token=firm;object=xK9mQ2vLpQ8s",
            "token=Firma",
            "-",
            "",
        ] {
            assert!(!is_likely_secret(text), "{text}");
        }
    }

    /// Folders that are there may be called as they like; what is not there yet is judged below them.
    #[test]
    fn folders_are_believed_where_they_are() {
        let place = tempfile::tempdir().unwrap();
        let drawn = place.path().join("xK9mQ2vLpQ8s");
        let below = |name: &str| drawn.join(name).to_string_lossy().into_owned();
        assert!(is_likely_secret(&below("codes/today")));
        std::fs::create_dir(&drawn).unwrap();
        assert!(!is_likely_secret(&below("codes/today")));
        assert!(!is_likely_secret(&below("aB3xY9zQ")));
        assert!(is_likely_secret(&below("codes/aB3xY9zQ")));
    }

    #[test]
    fn messages_are_told_without_them() {
        let of = |message: &str, arguments: &[&str]| {
            without(message, arguments.iter().map(ToString::to_string)).into_owned()
        };
        assert_eq!(
            of("invalid value 'Throwaway-Key_2026' for '--mode'", &["sign", "--mode", "Throwaway-Key_2026"]),
            "invalid value '(a text of 18 characters, not repeated: it may be a secret)' for '--mode'"
        );
        let said = of("invalid value 'xK9mQ2vLpQ8s' for '--mode'", &["--mode=xK9mQ2vLpQ8s"]);
        assert!(!said.contains("xK9"), "{said}");
        assert_eq!(of("f1.xml: there is no such file", &["f1.xml"]), "f1.xml: there is no such file");
    }
}
