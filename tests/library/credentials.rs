//! Every form of key and certificate that users hold, and every mistake they make with them. The files are described
//! in `fixtures/keys/README.md`.

use std::time::{Duration, SystemTime};

use crate::common::damage::damage;
use crate::common::key_file as fixture;
use ksef_qr::credential::{
    Certificate, KeyFile, KeyKind, Owner, Pkcs12, PrivateKey, Purpose, certificates, read_certificates,
};
use ksef_qr::enrol::Subject;
use ksef_qr::values::{Rule, Rules};
use ksef_qr::{Conditions, Credential, Environment, Error};
use proptest::prelude::*;

const PASSWORD: &[u8] = b"Throwaway-Key_2026";
const WRONG_PASSWORD: &[u8] = b"Another-Password_2026";

/// 2026-06-15, 12:00 UTC.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_781_524_800)
}

fn conditions(environment: Environment, allow: &[Rule]) -> Conditions {
    Conditions::new(environment, now()).allowing(allow.iter().copied().collect())
}

/// `ok`, or the code of the error, which must not give the password or the file away.
fn code<T>(result: Result<T, Error>, file: &[u8]) -> &'static str {
    let Err(error) = result else { return "ok" };
    assert!(error.is_credential(), "{error:?}");
    assert_is_discreet(&format!("{error} {error:?} {}", error.message()), file);
    error.code()
}

/// No password, no PESEL, and no 8 bytes of the file: not as they are, not in hexadecimal, not as a list of numbers.
fn assert_is_discreet(text: &str, file: &[u8]) {
    for password in [PASSWORD, WRONG_PASSWORD] {
        assert!(!text.contains(std::str::from_utf8(password).unwrap()), "{text}");
    }
    assert!(!text.contains("90610112347"), "{text}");
    for window in without_pem_labels(file).windows(8) {
        let hex = window.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        assert!(!text.to_lowercase().contains(&hex), "{text}");
        assert!(!text.contains(format!("{window:?}").trim_matches(['[', ']'])), "{text}");
        assert!(!text.as_bytes().windows(8).any(|part| part == window), "{text}");
    }
}

/// The BEGIN and END lines are no secret, and messages quote their labels.
fn without_pem_labels(file: &[u8]) -> Vec<u8> {
    let lines = file.split_inclusive(|&byte| byte == b'\n');
    lines.filter(|line| !line.starts_with(b"-----")).flatten().copied().collect()
}

/// With the right password, a wrong one, and none.
fn key_codes(name: &str) -> [&'static str; 3] {
    let file = fixture(name);
    [Some(PASSWORD), Some(WRONG_PASSWORD), None].map(|password| code(PrivateKey::parse(&file, password), &file))
}

#[test]
fn keys_in_the_clear_need_no_password_and_mind_none() {
    for name in [
        "offline-ec.pkcs8.pem",
        "offline-ec.pkcs8.der",
        "offline-ec.pkcs8.der.pem",
        "offline-ec.sec1.pem",
        "offline-ec.sec1.der",
        "offline-ec.sec1-params.pem",
        "offline-rsa.pkcs8.pem",
        "offline-rsa.pkcs8.der",
        "offline-rsa.pkcs8.der.pem",
        "offline-rsa.pkcs1.pem",
        "offline-rsa.pkcs1.der",
        "offline-rsa-3072.pkcs8.pem",
    ] {
        assert_eq!(key_codes(name), ["ok"; 3], "{name}");
        assert!(!PrivateKey::read(&fixture(name)).unwrap().is_locked(), "{name}");
    }
}

#[test]
fn encrypted_keys_need_their_password() {
    for name in [
        "offline-ec.fast.key",
        "offline-ec.encrypted.der",
        "offline-ec.pbes2-sha1.key",
        "offline-ec.pbes2-des3.key",
        "offline-ec.legacy-aes128.pem",
        "offline-ec.legacy-aes256.pem",
        "offline-ec.legacy-des3.pem",
        "offline-rsa.fast.key",
        "offline-rsa.encrypted.der",
        "offline-rsa.legacy-aes256.pem",
        "offline-rsa.legacy-des3.pem",
    ] {
        assert_eq!(key_codes(name), ["ok", "password_wrong", "password_missing"], "{name}");
        assert!(PrivateKey::read(&fixture(name)).unwrap().is_locked(), "{name}");
    }
}

/// 100 000 rounds of PBKDF2, and scrypt: opened once, because they are slow without optimisation.
#[test]
fn keys_that_are_slow_to_open() {
    for name in ["offline-ec.key", "offline-ec.scrypt.key"] {
        let file = fixture(name);
        assert_eq!(code(PrivateKey::parse(&file, Some(PASSWORD)), &file), "ok", "{name}");
        assert_eq!(code(PrivateKey::parse(&file, None), &file), "password_missing", "{name}");
    }
    let rsa = fixture("offline-rsa.key");
    assert!(PrivateKey::read(&rsa).unwrap().is_locked());
    assert_eq!(code(PrivateKey::parse(&rsa, None), &rsa), "password_missing");
}

/// Read once, a key file is open or locked; a locked one may be tried again after a wrong password.
#[test]
fn a_key_file_is_read_once_and_opened_afterwards() {
    let open = fixture("offline-ec.pkcs8.pem");
    assert!(matches!(PrivateKey::read(&open), Ok(KeyFile::Open(_))));
    for name in ["offline-ec.fast.key", "offline-ec.legacy-aes256.pem"] {
        let KeyFile::Locked(locked) = PrivateKey::read(&fixture(name)).unwrap() else { panic!("{name} is open") };
        assert_eq!(locked.open(b"wrong").unwrap_err().code(), "password_wrong", "{name}");
        assert_eq!(locked.password_missing().code(), "password_missing", "{name}");
        let key = locked.open(PASSWORD).unwrap();
        assert_eq!(key.public_key_der(), PrivateKey::parse(&open, None).unwrap().public_key_der(), "{name}");
    }
    let KeyFile::Locked(locked) = Pkcs12::read(&fixture("offline-ec.p12")).unwrap() else { panic!("it is open") };
    assert_eq!(locked.open(b"wrong").unwrap_err().code(), "password_wrong");
    assert!(locked.open(PASSWORD).unwrap().pair(None).is_ok());
    assert!(matches!(Pkcs12::read(&fixture("offline-ec.empty-password.p12")), Ok(KeyFile::Open(_))));
    // What no password can open is refused before anybody is asked for one.
    for (name, code) in
        [("offline-ec.pbes1.key", "key_encryption_unsupported"), ("offline-ec.no-mac.p12", "key_is_pkcs12")]
    {
        assert_eq!(PrivateKey::read(&fixture(name)).unwrap_err().code(), code, "{name}");
    }
    assert_eq!(Pkcs12::read(&fixture("offline-ec.no-mac.p12")).unwrap_err().code(), "p12_mac_missing");
    assert!(read_certificates(&fixture("offline-ec.chain.p12")).unwrap().is_locked());
    assert!(!read_certificates(&fixture("offline-ec.chain.pem")).unwrap().is_locked());
}

/// A wrong password that decrypts to valid padding, as one in 256 does, is still a wrong password.
#[test]
fn no_wrong_password_passes() {
    for name in ["offline-ec.legacy-aes128.pem", "offline-ec.legacy-des3.pem"] {
        let file = fixture(name);
        for wrong in 0..1500 {
            let result = PrivateKey::parse(&file, Some(format!("wrong {wrong}").as_bytes()));
            assert_eq!(code(result, &file), "password_wrong", "{name}, {wrong}");
        }
        assert_eq!(code(PrivateKey::parse(&file, Some(b"")), &file), "password_wrong", "{name}");
    }
}

#[test]
fn what_is_no_key_for_ksef() {
    for (name, expected) in [
        ("offline-ec.pbes1.key", "key_encryption_unsupported"),
        ("ec-p384.pkcs8.pem", "key_type_unsupported"),
        ("ed25519.pkcs8.pem", "key_type_unsupported"),
        ("rsa-1024.pkcs8.pem", "key_type_unsupported"),
        ("offline-ec.crt", "key_is_certificate"),
        ("offline-ec.der.cer", "key_is_certificate"),
        ("offline-ec.base64.txt", "key_is_certificate"),
        ("offline-ec.csr.pem", "key_is_request"),
        ("offline-ec.public.pem", "key_is_public"),
        ("offline-ec.p12", "key_is_pkcs12"),
        ("ksef-token.txt", "key_is_token"),
        ("wrong-password.txt", "key_unreadable"),
    ] {
        assert_eq!(key_codes(name), [expected; 3], "{name}");
    }
}

#[test]
fn messages_name_what_was_found() {
    let key = |name| PrivateKey::parse(&fixture(name), None).unwrap_err().message().to_owned();
    assert_eq!(key("ec-p384.pkcs8.pem"), "the private key is EC on secp384r1");
    assert_eq!(key("ed25519.pkcs8.pem"), "the private key is id-Ed25519");
    assert_eq!(key("rsa-1024.pkcs8.pem"), "the private key is RSA 1024");
    assert_eq!(key("offline-ec.pbes1.key"), "the key is encrypted with pbeWithMD5AndDES-CBC, which is not supported");
    let certificate = |name| Certificate::parse(&fixture(name)).unwrap_err().message().to_owned();
    assert_eq!(certificate("ec-p384.crt"), "the certificate's key is EC on secp384r1");
    assert_eq!(certificate("rsa-1024.crt"), "the certificate's key is RSA 1024");
}

#[test]
fn crlf_and_text_around_a_key() {
    let pem = String::from_utf8(fixture("offline-ec.fast.key")).unwrap();
    for file in [
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\r"),
        pem.trim_end().to_owned(),
        format!("\u{feff}{pem}"),
        format!("Bag Attributes\n    friendlyName: offline\nKey Attributes: <No Attributes>\n{pem}"),
        format!("{}{pem}", String::from_utf8(fixture("offline-ec.crt")).unwrap()),
    ] {
        assert_eq!(code(PrivateKey::parse(file.as_bytes(), Some(PASSWORD)), &[]), "ok", "{file}");
    }
}

#[test]
fn one_file_may_hold_both() {
    let both = [fixture("offline-ec.pkcs8.pem"), fixture("offline-ec.crt")].concat();
    let credential = Credential::from_bytes(&both, &both, None, &conditions(Environment::Test, &[])).unwrap();
    assert_eq!(credential.certificate().serial().to_string(), "01F0A1B2C3D4E501");
}

#[test]
fn certificates_in_every_form() {
    for name in [
        "offline-ec.crt",
        "offline-ec.der.cer",
        "offline-ec.base64.txt",
        "offline-ec.chain.pem",
        "offline-ec.with-text.crt",
        "offline-ec.crlf.crt",
    ] {
        let certificate = Certificate::parse(&fixture(name)).unwrap();
        assert_eq!(certificate.serial().to_string(), "01F0A1B2C3D4E501", "{name}");
        assert_eq!(certificate.common_name(), Some("Żółw Throwaway (offline)"), "{name}");
        assert_eq!(certificate.public_key_der().len(), 91, "{name}");
    }
    let unpadded = fixture("offline-ec.base64.txt");
    let unpadded = unpadded.trim_ascii_end().strip_suffix(b"=").unwrap_or(&unpadded);
    assert_eq!(code(Certificate::parse(unpadded), &[]), "ok");
}

#[test]
fn what_certificates_say() {
    let nip = |nip: &str| Owner::Nip(nip.parse().unwrap());
    let (ec, rsa) = (KeyKind::EcP256, |bits| KeyKind::Rsa { bits });
    for (name, owner, purpose, kind) in [
        ("offline-ec.crt", nip("5265877635"), Purpose::Offline, ec),
        ("offline-rsa.crt", nip("5265877635"), Purpose::Offline, rsa(2048)),
        ("offline-rsa-3072.crt", nip("5265877635"), Purpose::Offline, rsa(3072)),
        ("authentication-ec.crt", nip("5265877635"), Purpose::Authentication, ec),
        ("both-purposes-ec.crt", nip("5265877635"), Purpose::Unclear, ec),
        ("no-usage-ec.crt", nip("5265877635"), Purpose::Unclear, ec),
        ("pesel-ec.crt", Owner::Pesel, Purpose::Offline, ec),
        ("tin-ec.crt", nip("5265877635"), Purpose::Offline, ec),
        ("vatpl-long-ec.crt", nip("5265877635"), Purpose::Offline, ec),
        ("fingerprint-ec.crt", Owner::Unknown, Purpose::Offline, ec),
        ("accountant-ec.crt", nip("1111111111"), Purpose::Offline, ec),
        ("buyer-ec.crt", nip("5251469286"), Purpose::Offline, ec),
    ] {
        let certificate = Certificate::parse(&fixture(name)).unwrap();
        assert_eq!(certificate.owner(), owner, "{name}");
        assert_eq!(certificate.purpose(), purpose, "{name}");
        assert_eq!(certificate.key_kind(), kind, "{name}");
    }
    let short = Certificate::parse(&fixture("short-serial-ec.crt")).unwrap();
    assert_eq!(short.serial().to_string(), "0000000000001F2A");
}

#[test]
fn what_is_no_certificate_for_ksef() {
    for (name, expected) in [
        ("offline-ec.key", "certificate_is_key"),
        ("offline-ec.pkcs8.pem", "certificate_is_key"),
        ("offline-ec.pkcs8.der", "certificate_is_key"),
        ("offline-ec.encrypted.der", "certificate_is_key"),
        ("offline-ec.sec1.pem", "certificate_is_key"),
        ("offline-ec.sec1-params.pem", "certificate_is_key"),
        ("offline-ec.legacy-des3.pem", "certificate_is_key"),
        ("offline-rsa.pkcs1.der", "certificate_is_key"),
        ("offline-ec.csr.pem", "certificate_is_request"),
        ("ec-p384.crt", "certificate_key_unsupported"),
        ("ed25519.crt", "certificate_key_unsupported"),
        ("rsa-1024.crt", "certificate_key_unsupported"),
        ("long-serial-ec.crt", "certificate_serial"),
        ("offline-ec.public.pem", "certificate_unreadable"),
        ("offline-ec.p12", "certificate_unreadable"),
        ("ksef-token.txt", "certificate_is_token"),
        ("wrong-password.txt", "certificate_unreadable"),
    ] {
        let file = fixture(name);
        assert_eq!(code(Certificate::parse(&file), &file), expected, "{name}");
    }
}

fn credential(certificate: &str, key: &str, environment: Environment, allow: &[Rule]) -> Result<Credential, Error> {
    let (certificate, key) = (fixture(certificate), fixture(key));
    Credential::from_bytes(&certificate, &key, Some(PASSWORD), &conditions(environment, allow))
}

#[test]
fn pairs_that_sign() {
    for (certificate, key, environment) in [
        ("offline-ec.crt", "offline-ec.fast.key", Environment::Test),
        ("offline-ec.crt", "offline-ec.sec1.der", Environment::Demo),
        ("offline-rsa.crt", "offline-rsa.legacy-aes256.pem", Environment::Test),
        ("offline-rsa-3072.crt", "offline-rsa-3072.pkcs8.pem", Environment::Test),
        ("prod-offline-ec.crt", "prod-offline-ec.pkcs8.pem", Environment::Prod),
        ("pesel-ec.crt", "offline-ec.pkcs8.pem", Environment::Test),
        ("short-serial-ec.crt", "offline-ec.pkcs8.pem", Environment::Test),
    ] {
        let credential = credential(certificate, key, environment, Rule::ALL).unwrap();
        assert_eq!(credential.allowed(), Rules::NONE, "{certificate}: permitted, and not needed");
        assert_eq!(credential.warnings(), [], "{certificate}");
        assert_is_discreet(&format!("{credential:?}"), &fixture(key));
        assert!(format!("{credential:?}").contains("[secret key elided]"));
    }
}

#[test]
fn pairs_that_do_not() {
    use Environment::{Demo, Prod, Test};
    for (certificate, key, environment, expected) in [
        ("offline-ec.crt", "offline-ec.pkcs8.pem", Prod, "certificate_wrong_environment"),
        ("prod-offline-ec.crt", "prod-offline-ec.pkcs8.pem", Test, "certificate_wrong_environment"),
        ("prod-offline-ec.crt", "prod-offline-ec.pkcs8.pem", Demo, "certificate_wrong_environment"),
        ("self-signed-ec.crt", "offline-ec.pkcs8.pem", Test, "certificate_wrong_environment"),
        ("self-signed-ec.crt", "offline-ec.pkcs8.pem", Prod, "certificate_wrong_environment"),
        ("offline-ec.crt", "other-ec.pkcs8.pem", Test, "key_mismatch"),
        ("offline-ec.crt", "offline-rsa.pkcs8.pem", Test, "key_mismatch"),
        ("offline-rsa.crt", "offline-rsa-3072.pkcs8.pem", Test, "key_mismatch"),
        ("offline-rsa.crt", "offline-ec.pkcs8.pem", Test, "key_mismatch"),
        ("pesel-ec.crt", "other-ec.pkcs8.pem", Test, "key_mismatch"),
        ("authentication-ec.crt", "authentication-ec.pkcs8.pem", Test, "certificate_is_authentication"),
        ("both-purposes-ec.crt", "offline-ec.pkcs8.pem", Test, "certificate_purpose_unclear"),
        ("no-usage-ec.crt", "offline-ec.pkcs8.pem", Test, "certificate_purpose_unclear"),
        ("expired-ec.crt", "offline-ec.pkcs8.pem", Test, "certificate_expired"),
        ("future-ec.crt", "offline-ec.pkcs8.pem", Test, "certificate_not_yet_valid"),
        // What matters more comes first.
        ("authentication-ec.crt", "other-ec.pkcs8.pem", Prod, "certificate_wrong_environment"),
        ("authentication-ec.crt", "other-ec.pkcs8.pem", Test, "key_mismatch"),
        // Swapped.
        ("offline-ec.fast.key", "offline-ec.crt", Test, "certificate_is_key"),
        ("offline-ec.crt", "offline-ec.crt", Test, "key_is_certificate"),
    ] {
        let result = credential(certificate, key, environment, &[]);
        assert_eq!(code(result, &fixture(key)), expected, "{certificate}, {key}, {environment}");
    }
}

#[test]
fn rules_are_overridden_one_by_one_and_recorded() {
    use Rule::{CertificateDates, CertificatePurpose};
    for (certificate, key, rule, other) in [
        ("authentication-ec.crt", "authentication-ec.pkcs8.pem", CertificatePurpose, CertificateDates),
        ("both-purposes-ec.crt", "offline-ec.pkcs8.pem", CertificatePurpose, CertificateDates),
        ("no-usage-ec.crt", "offline-ec.pkcs8.pem", CertificatePurpose, CertificateDates),
        ("expired-ec.crt", "offline-ec.pkcs8.pem", CertificateDates, CertificatePurpose),
        ("future-ec.crt", "offline-ec.pkcs8.pem", CertificateDates, CertificatePurpose),
    ] {
        assert!(credential(certificate, key, Environment::Test, &[other]).is_err(), "{certificate}");
        let credential = credential(certificate, key, Environment::Test, &[rule, other]).unwrap();
        assert_eq!(credential.allowed().iter().collect::<Vec<_>>(), [rule], "{certificate}");
    }
}

#[test]
fn a_certificate_about_to_end_is_a_warning() {
    let credential = credential("ends-soon-ec.crt", "offline-ec.pkcs8.pem", Environment::Test, &[]).unwrap();
    let warnings: Vec<_> = credential.warnings().iter().map(|warning| (warning.code(), warning.message())).collect();
    let message = "the certificate 01F0A1B2C3D4E50A ends on 2026-07-01, in 16 days";
    assert_eq!(warnings, [("certificate_ends_soon", message)]);
}

/// Files with structure to get lost in. Of the encrypted ones those with few rounds.
const MUTATED: [&str; 16] = [
    "enrolment.json",
    "offline-ec.answer.json",
    "offline-ec.der.cer",
    "offline-ec.crt",
    "offline-ec.base64.txt",
    "offline-rsa.crt",
    "offline-ec.csr.pem",
    "offline-ec.p12",
    "offline-ec.pkcs8.der",
    "offline-ec.sec1.der",
    "offline-ec.sec1-params.pem",
    "offline-rsa.pkcs1.der",
    "offline-rsa.pkcs8.der",
    "offline-ec.legacy-des3.pem",
    "offline-rsa.legacy-aes256.pem",
    "ksef-token.txt",
];

fn parse_all(file: &[u8]) {
    let key = PrivateKey::parse(file, Some(PASSWORD));
    let certificate = Certificate::parse(file);
    let _ = PrivateKey::read(file).map(|key| key.is_locked());
    let all = certificates(file, None);
    for found in all.iter().flatten() {
        let (name, days) = (found.certificate.owner_name(), found.certificate.days_left(now()));
        assert!(found.certificate.fingerprint().len() == 64 && days < 4_000_000, "{name:?}");
        let _ = found.certificate.pesel();
    }
    let subject = Subject::from_enrolment_data(file);
    // Whatever they say, it can be printed.
    let _ = format!("{key:?} {certificate:?} {all:?} {subject:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn arbitrary_bytes_never_panic(file in proptest::collection::vec(any::<u8>(), 0..600)) {
        parse_all(&file);
        // As if it were a sequence of DER, so that more than the first byte is looked at.
        let length = u16::try_from(file.len()).unwrap().to_be_bytes();
        parse_all(&[&[0x30, 0x82], &length[..], &file].concat());
    }

    #[test]
    fn damaged_files_never_panic(
        name in proptest::sample::select(&MUTATED[..]),
        damage in damage(),
    ) {
        let file = damage.of(fixture(name));
        parse_all(&file);
    }

    /// The parameters of the encryption only, without a password: what follows them would cost its rounds each time.
    #[test]
    fn damaged_encryption_never_panics(
        name in proptest::sample::select(&["offline-ec.encrypted.der", "offline-rsa.encrypted.der"][..]),
        place in 0_usize..120,
        byte in any::<u8>(),
    ) {
        let mut file = fixture(name);
        file[place] = byte;
        prop_assert!(PrivateKey::parse(&file, None).is_err());
    }
}
