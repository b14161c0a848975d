//! No secret in anything that the command or the library says: the password, the PIN, the key, in any spelling.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::common::fixture;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use ksef_qr::credential::{Pkcs12, PrivateKey};
use ksef_qr::{Conditions, Credential, Environment, Issuer};

const PASSWORDS: [&str; 4] = ["Throwaway-Key_2026", "Another-Password_2026", "Zażółć-gęślą_2026", "PIN-86420-secret"];

/// Looks for passwords, and for the secret numbers of all throwaway keys, in pieces.
struct Searcher {
    needles: Vec<(String, String)>,
}

impl Searcher {
    fn new() -> Self {
        let mut needles = Vec::new();
        for password in PASSWORDS {
            needles.push((password.to_owned(), password.to_lowercase()));
            for spelling in spellings(password.as_bytes()) {
                needles.push((password.to_owned(), spelling));
            }
        }
        for name in ["offline-ec", "offline-rsa"] {
            let der = fs::read(fixture(&format!("keys/{name}.pkcs8.der"))).unwrap();
            // The public key may be seen: it is at the end of an EC key and near the start of an RSA one.
            let secret = if name == "offline-ec" { 36..68 } else { 310..der.len() };
            // In Base64 a piece shows only if it begins at a third byte of what was encoded: steps of seven come by all
            // three remainders, and every 16 bytes that are told hold a piece.
            for piece in der[secret].windows(9).step_by(if name == "offline-ec" { 1 } else { 7 }) {
                needles.extend(spellings(piece).map(|spelling| (format!("key {name}"), spelling)));
            }
        }
        assert!(needles.len() > 700, "{}", needles.len());
        Self { needles }
    }

    fn assert_silent(&self, said: &[u8], about: &str) {
        let said = String::from_utf8_lossy(said);
        let (small, plain) = (said.to_lowercase(), said.as_ref());
        for (secret, spelling) in &self.needles {
            assert!(!plain.contains(spelling) && !small.contains(spelling), "{about} tells {secret}:\n{said}");
        }
    }
}

/// As hexadecimal, with and without colons, as a list of numbers, as Base64.
fn spellings(bytes: &[u8]) -> impl Iterator<Item = String> {
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let whole = &bytes[..bytes.len() / 3 * 3];
    let list = format!("{bytes:?}");
    [
        hex.concat(),
        hex.join(":"),
        hex.join(" "),
        list.trim_matches(['[', ']']).to_owned(),
        STANDARD.encode(whole),
        URL_SAFE.encode(whole),
    ]
    .into_iter()
}

#[test]
fn the_searcher_finds_what_is_there() {
    let searcher = Searcher::new();
    let key = fs::read(fixture("keys/offline-ec.pkcs8.der")).unwrap();
    let hex = key.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02X}"));
    for told in [
        "the password Throwaway-Key_2026 is wrong".to_owned(),
        hex,
        format!("{key:?}"),
        STANDARD.encode(&key),
        String::from_utf8(fs::read(fixture("keys/offline-rsa.pkcs8.pem")).unwrap()).unwrap().replace('\n', ""),
    ] {
        let found = std::panic::catch_unwind(|| searcher.assert_silent(told.as_bytes(), "a message"));
        assert!(found.is_err(), "{told}");
    }
    searcher.assert_silent(b"nothing of the kind", "a message");
}

/// Files that are damaged in their middle, where a key has its secret.
fn damaged(folder: &Path, name: &str) -> String {
    let mut file = fs::read(fixture(&format!("keys/{name}"))).unwrap();
    let middle = file.len() / 2;
    file[middle] = if name.ends_with("pem") { b'*' } else { file[middle] ^ 0x55 };
    let path = folder.join(format!("damaged-{name}"));
    fs::write(&path, file).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Every way to fail with a credential, and some to succeed.
#[test]
fn the_command_tells_no_secret() {
    let searcher = Searcher::new();
    let folder = tempfile::tempdir().unwrap();
    let key = |name: &str| fixture(&format!("keys/{name}"));
    let (certificate, rsa) = (key("offline-ec.crt"), key("offline-rsa.crt"));
    let (right, wrong) = (key("password.txt"), key("wrong-password.txt"));
    let pin = folder.path().join("pin");
    fs::write(&pin, "PIN-86420-secret\n").unwrap();
    let pin = pin.to_str().unwrap();
    let mut cases: Vec<Vec<&str>> = vec![
        // The password where it does not belong.
        vec!["--password", "Throwaway-Key_2026"],
        vec!["--pkcs11", "pkcs11:token=a?module-path=/m.so&pin-value=PIN-86420-secret"],
        vec!["--pkcs11", "pkcs11:token=a;pin-value=PIN-86420-secret"],
    ];
    let source = format!("pkcs11:token=a?module-path=/nowhere.so&pin-source={pin}");
    cases.push(vec!["--pkcs11", &source]);
    let keys = [
        key("offline-ec.fast.key"),
        key("offline-ec.pkcs8.pem"),
        key("offline-ec.pkcs8.der"),
        key("offline-ec.legacy-des3.pem"),
        key("other-ec.pkcs8.pem"),
        key("offline-rsa.fast.key"),
        key("offline-rsa.pkcs1.pem"),
        damaged(folder.path(), "offline-ec.fast.key"),
        damaged(folder.path(), "offline-ec.pkcs8.der"),
        damaged(folder.path(), "offline-ec.pkcs8.pem"),
        damaged(folder.path(), "offline-ec.sec1.der"),
        damaged(folder.path(), "offline-rsa.pkcs1.der"),
        damaged(folder.path(), "offline-rsa.pkcs8.pem"),
        right.clone(),
    ];
    for key in &keys {
        for password in [&right, &wrong] {
            cases.push(vec!["--cert", &certificate, "--key", key, "--password-file", password]);
        }
    }
    // Swapped, and the key where the password belongs.
    cases.push(vec!["--cert", &keys[1], "--key", &certificate]);
    cases.push(vec!["--cert", &rsa, "--key", &keys[0], "--password-file", &keys[1]]);
    cases.push(vec!["--cert", &right, "--key", &right]);
    let containers = [
        key("offline-ec.p12"),
        key("offline-ec.legacy.p12"),
        key("offline-ec.in-the-clear.p12"),
        key("offline-ec.polish.p12"),
        key("offline-rsa.p12"),
        key("two-keys.p12"),
        key("wrong-pair.p12"),
        key("offline-ec.no-mac.p12"),
        damaged(folder.path(), "offline-ec.p12"),
        damaged(folder.path(), "offline-ec.in-the-clear.p12"),
        key("offline-ec.pkcs8.pem"),
    ];
    for container in &containers {
        for password in [&right, &wrong] {
            cases.push(vec!["--p12", container, "--password-file", password]);
        }
    }
    cases.push(vec!["--p12", &containers[5], "--p12-entry", "nobody", "--password-file", &right]);
    let (mut signed, mut failed) = (0, 0);
    for case in &cases {
        let out = folder.path().join(format!("out-{signed}-{failed}"));
        let done = crate::common::program()
            .args(["sign", &fixture("invoices/good/fa3-basic.xml"), "--env", "test", "--now", "2026-06-30T12:00:00Z"])
            .args(["--format", "svg", "--out"])
            .arg(&out)
            .args(case)
            // It goes to a file that is given, so this one may only be passed by.
            .env("KSEF_QR_KEY_PASSWORD", "Zażółć-gęślą_2026")
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        searcher.assert_silent(&done.stdout, &format!("stdout of {case:?}"));
        searcher.assert_silent(&done.stderr, &format!("stderr of {case:?}"));
        assert!(!String::from_utf8_lossy(&done.stderr).contains("panicked"), "{case:?}");
        match done.status.code() {
            Some(0) => {
                signed += 1;
                for file in fs::read_dir(&out).unwrap() {
                    let path = file.unwrap().path();
                    searcher.assert_silent(&fs::read(&path).unwrap(), &path.to_string_lossy());
                }
            }
            Some(2) => failed += 1,
            other => panic!("{case:?}: {other:?}"),
        }
    }
    assert!(signed >= 8 && failed >= 30, "{signed} signed, {failed} failed");
}

/// In every command, wherever the path of a key, a certificate, a password or an input belongs.
#[test]
fn what_is_pasted_in_place_of_a_path_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let token = "20260615-EC-0123456789-ABCDEF0123-AB|nip-5265877635|0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978";
    let pem = fs::read_to_string(fixture("keys/offline-ec.pkcs8.pem")).unwrap();
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let (invoice, certificate) = (fixture("invoices/good/fa3-basic.xml"), fixture("keys/offline-ec.crt"));
    let key = fixture("keys/offline-ec.fast.key");
    // What they have in common that nobody may read.
    let secrets = [(token, "0f1e2d3c"), (&*pem, &base64[60..80]), (&*base64, &base64[60..80])];
    let password = ("Kasa!Zielona=2026x", "Zielona");
    let places: &[&[&str]] = &[
        &["sign", &invoice, "--cert", &certificate, "--key", "?"],
        &["sign", &invoice, "--cert", "?", "--key", &key],
        &["sign", &invoice, "--p12", "?"],
        &["sign", &invoice, "--credentials", "?"],
        &["sign", &invoice, "--cert", &certificate, "--key", &key, "--password-file", "?"],
        &["sign", "?", "--env=test", "--cert", &certificate, "--key", &key],
        &["sign", "--files-from", "?", "--cert", &certificate, "--key", &key],
        &["sign", &invoice, "--cert", &certificate, "--key", &key, "--non-working-days", "?", "--mode", "offline24"],
        &["link", "?"],
        &["link", &invoice, "--upo", "?"],
        &["stamp", "?", "--invoice", &invoice, "--cert", &certificate, "--key", &key],
        &["stamp", "x.pdf", "--invoice", "?", "--codes", "?"],
        &["stamp", "--pairs", "?", "--pdf-password-file", "?", "--kod1-alone"],
        &["confirm", "?", "--codes", "?"],
        &["check", "?"],
        &["check", &invoice, "--xsd", "?"],
        &["advise", "?"],
        &["verify", "?"],
        &["verify", "--manifest", "?", "--invoice", "?", "--cert", "?"],
        &["cert", "show", "?"],
        &["cert", "check", "--cert", &certificate, "--key", "?"],
        &["cert", "check", "--cert", "?"],
        &["cert", "check", "--p12", "?"],
        &["cert", "expiring", "?"],
        &["cert", "register", "list", "?"],
        &["cert", "register", "add", "keys.toml", "?"],
        &["cert", "register", "add", "keys.toml", "--from-csv", "?"],
        &["cert", "register", "add", "keys.toml", "--name", "x", "--cert", "?", "--key", "?"],
        &[
            "cert",
            "register",
            "add",
            "keys.toml",
            "--name",
            "x",
            "--cert",
            &certificate,
            "--key",
            &key,
            "--password-file",
            "?",
        ],
        &["key", "public", "--key", "?"],
        &["key", "csr", "--key", "?", "--attribute", "commonName=x"],
        &["key", "csr", "--key", &key, "--subject", "?"],
        &["key", "password", "--key", &key, "--out", "x.key", "--new-password-file", "?"],
        &["key", "password", "--key", &key, "--out", "x.key", "--generate-password-file", "?"],
        &["key", "new", "--out", "x.key", "--password-file", "?"],
        // And where no path belongs at all.
        &["cert", "check", "--cert", &certificate, "--nip", "?"],
        &["sign", &invoice, "--context", "?"],
        &["?"],
    ];
    let paths = places.len() - 3;
    for (index, place) in places.iter().enumerate() {
        for (secret, needle) in [Some(secrets[index % 3]), (index < paths).then_some(password)].into_iter().flatten() {
            let json = index % 4 == 0;
            let mut arguments: Vec<_> = place.iter().map(|word| if *word == "?" { secret } else { word }).collect();
            arguments.extend(json.then_some("--json"));
            let done = crate::common::program()
                .current_dir(folder.path())
                .args(&arguments)
                .env_remove("KSEF_QR_KEY_PASSWORD")
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
            assert!(!said.contains(needle), "{place:?} tells {needle}: {said}");
            assert_eq!(done.status.code(), Some(2), "{place:?}: {said}");
            // --json is no option of some, which is said before a password is looked for.
            let is_usage = json && said.contains("unexpected argument '--json'");
            assert!(said.contains("secret_in_argument") || is_usage, "{place:?}: {said}");
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was written");
}

/// What may be a secret is told nowhere, and what is a name is: where a file belongs, where a word or a number does, and
/// where nothing does.
#[test]
fn what_may_be_a_secret_is_described() {
    let folder = tempfile::tempdir().unwrap();
    let (invoice, certificate) = (fixture("invoices/good/fa3-basic.xml"), fixture("keys/offline-ec.crt"));
    let key = fixture("keys/offline-ec.pkcs8.pem");
    let register = fixture("register/pair.toml");
    let secrets = [
        "Throwaway-Key_2026",
        "Tajne!Haslo1",
        "password=zielona",
        "0f1e2d3c4b5a69788796a5b4",
        "nip-5265877635|0f1e2d3c4b5a69788796a5b4",
        "MHcCAQEEIBx7Qm0yXv3pLk9sD2fGhJ4aZcVbNq1wErTy",
        "xK9mQ2vLpQ8sW3",
    ];
    let names = ["invoices", "faktura1", "FV_2026_06_001", "2026-06", "f1.xml", "none/f1.xml"];
    let places: &[&[&str]] = &[
        &["sign", "?", "--env=test", "--cert", &certificate, "--key", &key],
        &["sign", &invoice, "--cert", &certificate, "--key", "?"],
        &["sign", &invoice, "--cert", &certificate, "--key=?"],
        &["sign", &invoice, "--credentials", "?"],
        &["sign", &invoice, "--env=test", "--credentials", &register, "--use", "?"],
        &["sign", &invoice, "--cert", &certificate, "--key", &key, "--context", "?"],
        &["sign", &invoice, "--cert", &certificate, "--key", &key, "--mode", "?"],
        &["sign", &invoice, "--cert", &certificate, "--key", &key, "--env=?"],
        &["sign", &invoice, "--cert", &certificate, "--key", &key, "--ended", "?"],
        &[
            "sign",
            &invoice,
            "--env=test",
            "--password-file",
            &fixture("keys/password.txt"),
            "--p12",
            &fixture("keys/two-keys.p12"),
            "--p12-entry",
            "?",
        ],
        &["link", &invoice, "--ksef-number", "?"],
        &["link", &invoice, "--upo", "?"],
        &["stamp", "--pairs", "?", "--kod1-alone"],
        &["stamp", "x.pdf", "--corner", "?"],
        &["verify", "?"],
        &["verify", "--manifest", "?"],
        &["verify", "--manifest", "?", "--json"],
        &["number", "?"],
        &["number", "?", "--json"],
        &["explain", "?"],
        &["schema", "?"],
        &["cert", "show", "?"],
        &["cert", "register", "list", "?"],
        &["?"],
        &["link", "x.xml", "?", "--json"],
    ];
    for place in places {
        for (texts, is_told) in [(&secrets[..], false), (&names[..], true)] {
            for text in texts {
                let arguments: Vec<_> = place.iter().map(|word| word.replace('?', text)).collect();
                let done = crate::common::program()
                    .current_dir(folder.path())
                    .args(&arguments)
                    .env_remove("KSEF_QR_KEY_PASSWORD")
                    .stdin(Stdio::null())
                    .output()
                    .unwrap();
                let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
                assert_ne!(done.status.code(), Some(0), "{arguments:?}: {said}");
                assert_eq!(said.contains(text), is_told, "{arguments:?}: {said}");
            }
        }
    }
    for entry in fs::read_dir(folder.path()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!secrets.contains(&&*name), "{name}");
    }
}

/// A password that no rule knows for one.
#[test]
fn the_name_of_a_password_file_that_is_missing_is_told_only_if_it_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let (invoice, certificate) = (fixture("invoices/good/fa3-basic.xml"), fixture("keys/offline-ec.crt"));
    let key = fixture("keys/offline-ec.fast.key");
    let register = folder.path().join("keys.toml");
    let entry = |password: &str| {
        format!(
            "[[certificate]]\nname = \"x\"\nowner = \"Nip:5265877635\"\npurpose = \"offline\"\n\
             serial = \"01F0A1B2C3D4E501\"\nissuer = \"TEST CCK KSeF\"\nvalid_from = 2025-01-01T00:00:00Z\n\
             valid_to = 2099-12-31T00:00:00Z\ncert = {certificate:?}\nkey = {key:?}\npassword = {{ file = {password:?} }}\n"
        )
    };
    for (password, is_told) in [("zielona-kasa", false), ("firm.password", true), ("none/zielona", false)] {
        fs::write(&register, entry(password)).unwrap();
        for arguments in [
            vec!["sign", &invoice, "--cert", &certificate, "--key", &key, "--password-file", password],
            vec!["key", "new", "--out", "x.key", "--password-file", password],
            vec!["cert", "show", &fixture("keys/offline-ec.p12"), "--password-file", password],
            vec!["sign", &invoice, "--env", "test", "--credentials", "keys.toml"],
            vec!["cert", "register", "check", "keys.toml"],
        ] {
            let done = crate::common::program()
                .current_dir(folder.path())
                .args(&arguments)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
            assert_eq!(said.contains(password), is_told, "{arguments:?}: {said}");
            assert!(said.contains("the password file cannot be read"), "{arguments:?}: {said}");
        }
    }
}

#[test]
fn debug_elides_every_secret() {
    let searcher = Searcher::new();
    let read = |name: &str| fs::read(fixture(&format!("keys/{name}"))).unwrap();
    let now = "2026-06-15T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
    let conditions = Conditions::new(Environment::Test, now);
    let password = Some(PASSWORDS[0].as_bytes());
    for name in ["offline-ec", "offline-rsa"] {
        let key = PrivateKey::parse(&read(&format!("{name}.fast.key")), password).unwrap();
        let container = Pkcs12::open(&read(&format!("{name}.p12")), password).unwrap();
        let certificate = read(&format!("{name}.crt"));
        let credential =
            || Credential::from_bytes(&certificate, &read(&format!("{name}.fast.key")), password, &conditions).unwrap();
        let issuer = Issuer::new(credential()).unwrap();
        let files = ["fast.key", "pkcs8.pem"].map(|form| PrivateKey::read(&read(&format!("{name}.{form}"))).unwrap());
        let locked_container = Pkcs12::read(&read(&format!("{name}.p12"))).unwrap();
        for debug in [
            format!("{files:?} {files:#?} {locked_container:?}"),
            format!("{key:?} {key:#?}"),
            format!("{container:?} {container:#?}"),
            format!("{:?} {:#?}", credential(), credential()),
            format!("{issuer:?} {issuer:#?}"),
            format!("{:?}", issuer.credential()),
        ] {
            assert!(debug.len() > 20);
            searcher.assert_silent(debug.as_bytes(), "Debug");
        }
        for wrong in [Some(&b"Another-Password_2026"[..]), None] {
            let error = Pkcs12::open(&read(&format!("{name}.p12")), wrong).unwrap_err();
            searcher.assert_silent(format!("{error} {error:?} {error:#?}").as_bytes(), "an error");
        }
    }
}
