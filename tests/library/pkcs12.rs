//! PKCS#12 files as OpenSSL, Java, Bouncy Castle and Windows write them, and what is wrong with others. The files are
//! described in `fixtures/keys/README.md`.

use std::time::{Duration, Instant};

use crate::common::damage::damage;
use crate::common::key_file as fixture;
use ksef_qr::Error;
use ksef_qr::credential::{Certificate, Pkcs12, PrivateKey};
use proptest::prelude::*;

const PASSWORD: &[u8] = b"Throwaway-Key_2026";
const POLISH: &str = "Zażółć-gęślą_2026";

fn pair(file: &[u8], password: Option<&[u8]>, name: Option<&str>) -> Result<(Certificate, PrivateKey), Error> {
    Pkcs12::open(file, password)?.pair(name)
}

/// The serial number of the pair's certificate, or the code of the error.
fn outcome(file: &[u8], password: Option<&[u8]>, name: Option<&str>) -> String {
    match pair(file, password, name) {
        Ok((certificate, _)) => certificate.serial().to_string(),
        Err(error) => {
            assert!(error.is_credential(), "{error:?}");
            error.code().to_owned()
        }
    }
}

const EC: &str = "01F0A1B2C3D4E501";
const RSA: &str = "01F0A1B2C3D4E502";

#[test]
fn every_encryption_and_every_password() {
    let wrong: &[u8] = b"Another-Password_2026";
    for (name, password, serial) in [
        ("offline-ec.p12", PASSWORD, EC),
        ("offline-ec.chain.p12", PASSWORD, EC),
        ("offline-ec.legacy.p12", PASSWORD, EC),
        ("offline-ec.rc2-128.p12", PASSWORD, EC),
        ("offline-ec.pbmac1.p12", PASSWORD, EC),
        ("offline-ec.ber.p12", PASSWORD, EC),
        ("offline-ec.in-the-clear.p12", PASSWORD, EC),
        ("offline-ec.no-names.p12", PASSWORD, EC),
        ("offline-ec.polish.p12", POLISH.as_bytes(), EC),
        ("offline-ec.polish-legacy.p12", POLISH.as_bytes(), EC),
        ("offline-ec.java.p12", PASSWORD, EC),
        ("offline-rsa.p12", PASSWORD, RSA),
        ("offline-rsa.legacy.p12", PASSWORD, RSA),
    ] {
        let file = fixture(name);
        let outcomes = [Some(password), Some(wrong), Some(b""), None].map(|password| outcome(&file, password, None));
        assert_eq!(outcomes, [serial, "password_wrong", "password_wrong", "password_missing"], "{name}");
        let (certificate, key) = pair(&file, Some(password), None).unwrap();
        assert_eq!(certificate.key_kind(), key.kind(), "{name}");
    }
}

#[test]
fn an_empty_password_is_none() {
    let file = fixture("offline-ec.empty-password.p12");
    let outcomes = [Some(&b""[..]), None, Some(PASSWORD)].map(|password| outcome(&file, password, None));
    assert_eq!(outcomes, [EC, EC, "password_wrong"]);
}

#[test]
fn several_keys_are_told_apart_by_name() {
    let file = fixture("two-keys.p12");
    let named = |name| outcome(&file, Some(PASSWORD), name);
    for (name, expected) in [
        (None, "p12_several_keys"),
        (Some("offline-ec"), EC),
        (Some("offline-rsa"), RSA),
        (Some("01f0a1b2c3d4e502"), RSA),
        (Some("Offline-EC"), "p12_entry_unknown"),
        (Some(""), "p12_entry_unknown"),
    ] {
        assert_eq!(named(name), expected, "{name:?}");
    }
    assert_eq!(
        pair(&file, Some(PASSWORD), None).unwrap_err().message(),
        "the PKCS#12 file holds 2 keys: \"offline-ec\" (01F0A1B2C3D4E501), \"offline-rsa\" (01F0A1B2C3D4E502)"
    );
    let same = fixture("same-name-twice.p12");
    assert_eq!(outcome(&same, Some(PASSWORD), Some("offline-ec")), "p12_several_keys");
    // A file with one key needs no name, but a wrong one is still wrong.
    assert_eq!(outcome(&fixture("offline-ec.p12"), Some(PASSWORD), Some("firm")), "p12_entry_unknown");
    // OpenSSL's local key ID is the SHA-1 of the certificate.
    let id = "01";
    assert_eq!(outcome(&fixture("wrong-pair.p12"), Some(PASSWORD), Some(id)), EC);
}

/// A certificate that was renewed with the same key: neither is chosen unasked, and each can be.
#[test]
fn several_certificates_of_a_key_are_told_apart_by_name() {
    let file = fixture("two-certificates.p12");
    let serial = |name| pair(&file, Some(PASSWORD), name).map(|(certificate, _)| certificate.serial().to_string());
    let refused = serial(None).unwrap_err();
    assert_eq!(refused.code(), "p12_several_keys");
    assert_eq!(refused.message(), "the key has 2 certificates in the PKCS#12 file: 01F0A1B2C3D4E501, 01F0A1B2C3D4E5F1");
    for name in ["01F0A1B2C3D4E501", "01f0a1b2c3d4e5f1"] {
        assert_eq!(serial(Some(name)).unwrap(), name.to_uppercase());
    }
    assert_eq!(serial(Some("offline-ec")).unwrap(), "01F0A1B2C3D4E501", "the friendly name of one of them");
    assert_eq!(serial(Some("01F0A1B2C3D4E502")).unwrap_err().code(), "p12_entry_unknown");
}

#[test]
fn what_cannot_sign() {
    for (name, expected) in [
        ("no-key.p12", "p12_key_missing"),
        ("empty.p12", "p12_key_missing"),
        ("no-certificate.p12", "p12_certificate_missing"),
        ("offline-ec.no-mac.p12", "p12_mac_missing"),
        ("offline-ec.rc4.p12", "p12_encryption_unsupported"),
        ("offline-ec.crt", "p12_unreadable"),
        ("offline-ec.key", "p12_unreadable"),
        ("ksef-token.txt", "p12_unreadable"),
        ("password.txt", "p12_unreadable"),
    ] {
        assert_eq!(outcome(&fixture(name), Some(PASSWORD), None), expected, "{name}");
    }
    let message = |name| pair(&fixture(name), Some(PASSWORD), None).unwrap_err().message().to_owned();
    assert_eq!(message("offline-ec.crt"), "not a PKCS#12 file: it is a certificate");
    assert_eq!(message("no-key.p12"), "the PKCS#12 file holds certificates only (1), and no private key");
}

#[test]
fn the_chain_is_there_for_whoever_wants_it() {
    let opened = Pkcs12::open(&fixture("offline-ec.chain.p12"), Some(PASSWORD)).unwrap();
    assert_eq!(opened.certificates().count(), 2);
    assert_eq!(opened.certificates().next().unwrap(), fixture("offline-ec.der.cer"));
    assert_eq!(format!("{opened:?}"), "Pkcs12(1 [secret keys elided], 2 certificates)");
}

/// Every third byte of the file, in structure, names, salts, ciphertext and MAC.
#[test]
fn no_change_passes() {
    let file = fixture("offline-ec.p12");
    for place in (0..file.len()).step_by(3) {
        let mut changed = file.clone();
        changed[place] ^= 1;
        assert!(pair(&changed, Some(PASSWORD), None).is_err(), "{place}");
    }
}

/// A file as `fixtures/keys/pkcs12.py` makes them, so that hostile ones need no fixture each. The MAC is wrong: what it
/// costs to find that out is what is asked here.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_be_bytes();
    [&[tag, 0x84][..], &length, content].concat()
}

const DATA: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
const SHA512: &[u8] = &[0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];

fn with_mac(mac: &[u8]) -> Vec<u8> {
    let info = der(0x30, &[DATA, &der(0xA0, &der(4, b"\x30\x00"))].concat());
    der(0x30, &[&[2, 1, 3], &info[..], mac].concat())
}

fn old_mac(salt: &[u8], rounds: &[u8]) -> Vec<u8> {
    let digest = der(0x30, &[SHA512, &der(4, &[7; 64])].concat());
    with_mac(&der(0x30, &[digest, der(4, salt), der(2, rounds)].concat()))
}

fn pbmac1(rounds: &[u8], length: &[u8]) -> Vec<u8> {
    let pbkdf2 = [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 12];
    let pbmac1 = [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 14];
    let hmac = [0x30, 12, 6, 8, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2, 9, 5, 0];
    let params = der(0x30, &[&der(4, &[1; 16])[..], &der(2, rounds), &der(2, length), &hmac].concat());
    let kdf = der(0x30, &[&pbkdf2[..], &params].concat());
    let algorithm = der(0x30, &[&pbmac1[..], &der(0x30, &[&kdf[..], &hmac].concat())].concat());
    let digest = der(0x30, &[algorithm, der(4, &[7; 32])].concat());
    with_mac(&der(0x30, &[digest, der(4, &[1]), der(2, &[1])].concat()))
}

#[test]
fn hostile_files_cost_next_to_nothing() {
    let nested = |opening: &[u8], depth: usize| opening.repeat(depth);
    let huge = vec![0x5A; 900_000];
    for (what, file, expected) in [
        ("2^31-1 rounds", old_mac(&[1; 8], &[0x7F, 0xFF, 0xFF, 0xFF]), "p12_encryption_unsupported"),
        ("2^32-1 rounds", old_mac(&[1; 8], &[0, 0xFF, 0xFF, 0xFF, 0xFF]), "p12_encryption_unsupported"),
        ("2^64 rounds", old_mac(&[1; 8], &[1, 0, 0, 0, 0, 0, 0, 0, 0]), "p12_unreadable"),
        ("3 000 001 rounds", old_mac(&[1; 8], &[0x2D, 0xC6, 0xC1]), "p12_encryption_unsupported"),
        ("no rounds", old_mac(&[1; 8], &[0]), "p12_unreadable"),
        ("-1 rounds", old_mac(&[1; 8], &[0xFF]), "p12_unreadable"),
        ("a huge salt", old_mac(&huge, &[3]), "password_wrong"),
        ("no salt", old_mac(&[], &[1]), "password_wrong"),
        ("2^31-1 rounds of PBKDF2", pbmac1(&[0x7F, 0xFF, 0xFF, 0xFF], &[32]), "p12_encryption_unsupported"),
        ("a huge key of PBKDF2", pbmac1(&[1], &[0x7F, 0xFF]), "p12_unreadable"),
        ("a short key of PBKDF2", pbmac1(&[1], &[1]), "p12_unreadable"),
        ("PBMAC1 that is wrong", pbmac1(&[8], &[32]), "password_wrong"),
        ("deep nesting", [&[0x30, 0x80, 2, 1, 3][..], &nested(&[0x30, 0x80], 400_000)].concat(), "p12_unreadable"),
        (
            "pieces of pieces",
            [&[0x30, 0x80, 2, 1, 3, 0x30, 0x80][..], &nested(&[0x24, 0x80], 400_000)].concat(),
            "p12_unreadable",
        ),
        (
            "many small pieces",
            [&[0x30, 0x80, 2, 1, 3, 0x30, 0x80, 0x24, 0x80][..], &nested(&[4, 0], 400_000)].concat(),
            "p12_unreadable",
        ),
        (
            "many open ones",
            [&[0x30, 0x80, 2, 1, 3, 0x30, 0x80][..], &nested(&[0x30, 0x80, 0, 0], 200_000)].concat(),
            "p12_unreadable",
        ),
        ("a length of 4 GB", vec![0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 2, 1, 3, 0x30, 0x80], "p12_unreadable"),
    ] {
        let start = Instant::now();
        assert_eq!(outcome(&file, Some(PASSWORD), None), expected, "{what}");
        assert!(start.elapsed() < Duration::from_secs(5), "{what}: {:?}", start.elapsed());
    }
}

const DAMAGED: [&str; 5] =
    ["offline-ec.p12", "offline-ec.ber.p12", "offline-ec.in-the-clear.p12", "offline-ec.pbmac1.p12", "two-keys.p12"];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn damaged_files_never_panic(
        name in proptest::sample::select(&DAMAGED[..]),
        damage in damage(),
    ) {
        let file = damage.of(fixture(name));
        if let Err(error) = pair(&file, Some(PASSWORD), None) {
            prop_assert!(error.is_credential());
        }
    }
}
