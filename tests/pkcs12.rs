//! PKCS#12 files as OpenSSL, Java, Bouncy Castle and Windows write them, and what is wrong with others. The files are
//! described in `fixtures/keys/README.md`.

use std::path::Path;

use ksef_qr::{Certificate, Error, Pkcs12, PrivateKey};

const PASSWORD: &[u8] = b"Throwaway-Key_2026";
const POLISH: &str = "Zażółć-gęślą_2026";

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/keys").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

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

/// Every byte of the file.
#[test]
fn no_change_passes() {
    let file = fixture("offline-ec.p12");
    for place in 0..file.len() {
        let mut changed = file.clone();
        changed[place] ^= 1;
        assert!(pair(&changed, Some(PASSWORD), None).is_err(), "{place}");
    }
}
