//! Every form of key with every form of certificate, under every state of the password, with the expected answer.

use std::time::{Duration, SystemTime};

use crate::common::key_file as fixture;
use ksef_qr::credential::Pkcs12;
use ksef_qr::{Conditions, Credential, Environment, Error};

fn conditions() -> Conditions {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_781_524_800);
    Conditions::new(Environment::Test, now)
}

fn code<T>(result: Result<T, Error>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "ok")
}

/// Right, wrong, none, empty. Where none is needed, all four are "not needed".
const PASSWORDS: [Option<&[u8]>; 4] = [Some(b"Throwaway-Key_2026"), Some(b"Another-Password_2026"), None, Some(b"")];

const NOT_NEEDED: [&str; 4] = ["ok"; 4];
const NEEDED: [&str; 4] = ["ok", "password_wrong", "password_missing", "password_wrong"];
/// Cannot be opened by anything.
const fn never(code: &str) -> [&str; 4] {
    [code; 4]
}

/// Key, the answers to each password, and the pair that it belongs to.
const KEYS: &[(&str, [&str; 4], &str)] = &[
    ("offline-ec.pkcs8.pem", NOT_NEEDED, "ec"),
    ("offline-ec.pkcs8.der", NOT_NEEDED, "ec"),
    ("offline-ec.pkcs8.der.pem", NOT_NEEDED, "ec"),
    ("offline-ec.sec1.pem", NOT_NEEDED, "ec"),
    ("offline-ec.sec1.der", NOT_NEEDED, "ec"),
    ("offline-ec.sec1-params.pem", NOT_NEEDED, "ec"),
    ("offline-rsa.pkcs8.pem", NOT_NEEDED, "rsa"),
    ("offline-rsa.pkcs1.pem", NOT_NEEDED, "rsa"),
    ("offline-rsa.pkcs1.der", NOT_NEEDED, "rsa"),
    ("other-ec.pkcs8.pem", NOT_NEEDED, "another"),
    ("offline-ec.fast.key", NEEDED, "ec"),
    ("offline-ec.encrypted.der", NEEDED, "ec"),
    ("offline-ec.pbes2-sha1.key", NEEDED, "ec"),
    ("offline-ec.pbes2-des3.key", NEEDED, "ec"),
    ("offline-ec.legacy-aes128.pem", NEEDED, "ec"),
    ("offline-ec.legacy-aes256.pem", NEEDED, "ec"),
    ("offline-ec.legacy-des3.pem", NEEDED, "ec"),
    ("offline-rsa.fast.key", NEEDED, "rsa"),
    ("offline-rsa.encrypted.der", NEEDED, "rsa"),
    ("offline-rsa.legacy-aes256.pem", NEEDED, "rsa"),
    ("offline-ec.pbes1.key", never("key_encryption_unsupported"), "ec"),
    ("ec-p384.pkcs8.pem", never("key_type_unsupported"), "another"),
    ("offline-ec.public.pem", never("key_is_public"), "ec"),
    ("offline-ec.csr.pem", never("key_is_request"), "ec"),
    ("offline-ec.crt", never("key_is_certificate"), "ec"),
    ("offline-ec.p12", never("key_is_pkcs12"), "ec"),
    ("ksef-token.txt", never("key_is_token"), "another"),
    ("password.txt", never("key_unreadable"), "another"),
];

/// Certificate, the answer without looking at a key, the pair that it belongs to, the answer with its own key.
const CERTIFICATES: &[(&str, &str, &str, &str)] = &[
    ("offline-ec.crt", "ok", "ec", "ok"),
    ("offline-ec.der.cer", "ok", "ec", "ok"),
    ("offline-ec.base64.txt", "ok", "ec", "ok"),
    ("offline-ec.chain.pem", "ok", "ec", "ok"),
    ("offline-ec.with-text.crt", "ok", "ec", "ok"),
    ("offline-ec.crlf.crt", "ok", "ec", "ok"),
    ("offline-rsa.crt", "ok", "rsa", "ok"),
    ("expired-ec.crt", "ok", "ec", "certificate_expired"),
    ("future-ec.crt", "ok", "ec", "certificate_not_yet_valid"),
    ("both-purposes-ec.crt", "ok", "ec", "certificate_purpose_unclear"),
    ("ec-p384.crt", "certificate_key_unsupported", "", ""),
    ("long-serial-ec.crt", "certificate_serial", "", ""),
    ("offline-ec.pkcs8.pem", "certificate_is_key", "", ""),
    ("offline-ec.csr.pem", "certificate_is_request", "", ""),
    ("offline-ec.p12", "certificate_unreadable", "", ""),
    ("password.txt", "certificate_unreadable", "", ""),
];

#[test]
fn every_key_with_every_certificate_under_every_password() {
    let mut seen = std::collections::BTreeMap::new();
    for (key_name, answers, key_pair) in KEYS {
        let key = fixture(key_name);
        for (certificate_name, alone, pair, together) in CERTIFICATES {
            let certificate = fixture(certificate_name);
            for (password, answer) in PASSWORDS.into_iter().zip(answers) {
                let expected = match (*alone, *answer) {
                    ("ok", "ok") if key_pair == pair => together,
                    ("ok", "ok") => "key_mismatch",
                    ("ok", key) => key,
                    (certificate, _) => certificate,
                };
                let found = code(Credential::from_bytes(&certificate, &key, password, &conditions()));
                let state = password.map(String::from_utf8_lossy);
                assert_eq!(found, expected, "{certificate_name}, {key_name}, {state:?}");
                *seen.entry(found).or_insert(0) += 1;
            }
        }
    }
    // Every answer that the tables name was given.
    assert_eq!(seen.len(), 20, "{seen:?}");
    assert_eq!(seen.values().sum::<i32>(), (KEYS.len() * CERTIFICATES.len() * PASSWORDS.len()) as i32);
}

/// One file in place of both.
const CONTAINERS: &[(&str, [&str; 4])] = &[
    ("offline-ec.p12", NEEDED),
    ("offline-ec.chain.p12", NEEDED),
    ("offline-ec.legacy.p12", NEEDED),
    ("offline-ec.rc2-128.p12", NEEDED),
    ("offline-ec.pbmac1.p12", NEEDED),
    ("offline-ec.ber.p12", NEEDED),
    ("offline-ec.in-the-clear.p12", NEEDED),
    ("offline-ec.no-names.p12", NEEDED),
    ("offline-rsa.p12", NEEDED),
    ("offline-rsa.legacy.p12", NEEDED),
    ("offline-ec.empty-password.p12", ["password_wrong", "password_wrong", "ok", "ok"]),
    ("wrong-pair.p12", ["key_mismatch", "password_wrong", "password_missing", "password_wrong"]),
    ("two-keys.p12", ["p12_several_keys", "password_wrong", "password_missing", "password_wrong"]),
    ("no-key.p12", ["p12_key_missing", "password_wrong", "password_missing", "password_wrong"]),
    ("no-certificate.p12", ["p12_certificate_missing", "password_wrong", "password_missing", "password_wrong"]),
    ("offline-ec.rc4.p12", ["p12_encryption_unsupported", "password_wrong", "password_missing", "password_wrong"]),
    ("offline-ec.no-mac.p12", never("p12_mac_missing")),
    ("offline-ec.key", never("p12_unreadable")),
    ("offline-ec.crt", never("p12_unreadable")),
];

#[test]
fn every_container_under_every_password() {
    for (name, answers) in CONTAINERS {
        let file = fixture(name);
        for (password, expected) in PASSWORDS.into_iter().zip(answers) {
            let credential = Pkcs12::open(&file, password)
                .and_then(|opened| opened.pair(None))
                .and_then(|(certificate, key)| Credential::new(certificate, key, &conditions()));
            assert_eq!(code(credential), *expected, "{name}, {:?}", password.map(String::from_utf8_lossy));
        }
    }
}
