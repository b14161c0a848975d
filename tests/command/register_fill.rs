//! `ksef-qr cert register add` of a folder or a table: what is paired, what is named, what is written.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{file, key_file, ksef_qr, run};
use ksef_qr::register::{PasswordPlace, Register};

fn register(folder: &Path, arguments: &[&str]) -> Output {
    run(ksef_qr(folder).args(["cert", "register"]).args(arguments).args(["--now", "2026-06-30T12:00:00Z"]))
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The certificate of a firm of its own, on the key offline-ec: nobody verifies the issuer's signature.
fn firm(number: u32) -> Vec<u8> {
    let mut der = key_file("offline-ec.der.cer");
    let mut put = |old: &[u8], new: &[u8]| {
        let at = der.windows(old.len()).position(|window| window == old).unwrap();
        der[at..at + new.len()].copy_from_slice(new);
    };
    put(&[0x01, 0xF0, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x01], &(0x01F0_0000_0000_0000 + u64::from(number)).to_be_bytes());
    put(b"VATPL-5265877635", format!("VATPL-1{number:09}").replace("VATPL-100", "VATPL-111").as_bytes());
    der
}

fn put(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn read(folder: &Path) -> Register {
    Register::parse(&fs::read_to_string(folder.join("keys.toml")).unwrap()).unwrap()
}

/// An office that has one key in every client's folder: each copy belongs to all of its certificates.
#[test]
fn copies_of_a_key_belong_to_its_certificates() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..20 {
        put(folder.path(), &format!("clients/f{number}/f.crt"), &firm(number));
        put(folder.path(), &format!("clients/f{number}/f.key"), &key_file("offline-ec.pkcs8.pem"));
    }
    put(folder.path(), "clients/other.key", &key_file("other-ec.pkcs8.pem"));
    let (_, stdout, stderr) = said(&register(folder.path(), &["add", "keys.toml", "clients"]));
    assert_eq!(stderr.matches("no certificate in the folder belongs to this key").count(), 1, "{stdout}{stderr}");
    assert!(stderr.contains("other.key"), "{stderr}");
}

#[test]
fn two_hundred_firms_by_one_command() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let key = key_file("offline-ec.fast.key");
    for number in 0..200 {
        // As people keep them: a folder for each, or all in one.
        let place = if number % 2 == 0 { format!("clients/f{number}/f{number}") } else { format!("clients/f{number}") };
        put(here, &format!("{place}.crt"), &firm(number));
        put(here, &format!("{place}.key"), &key);
        put(here, &format!("{place}.password"), b"Throwaway-Key_2026\n");
    }
    let (status, stdout, stderr) = said(&register(here, &["add", "keys.toml", "clients", "--responsible", "Anna"]));
    assert_eq!((status, &*stderr), (Some(0), ""));
    assert_eq!(stdout.lines().count(), 201);
    assert_eq!(stdout.lines().last(), Some("keys.toml: 200 added"));
    let entries = read(here);
    assert_eq!(entries.entries().len(), 200);
    for entry in entries.entries() {
        let Some(PasswordPlace::File(password)) = &entry.password else { panic!("{entry:?}") };
        assert!(here.join(password).is_file());
        assert_eq!(entry.responsible.as_deref(), Some("Anna"));
    }
    assert_eq!(said(&register(here, &["check", "keys.toml"])).0, Some(0));

    // Once more: nothing is new, and nothing changes.
    let before = fs::read(here.join("keys.toml")).unwrap();
    let (status, stdout, _) = said(&register(here, &["add", "keys.toml", "clients"]));
    assert_eq!((status, &*stdout), (Some(0), "keys.toml: 200 in the register already\n"));
    assert_eq!(fs::read(here.join("keys.toml")).unwrap(), before);

    // A client more.
    put(here, "clients/new.crt", &firm(200));
    put(here, "clients/new.key", &key);
    put(here, "clients/new.key.password", b"Throwaway-Key_2026\n");
    let (status, stdout, _) = said(&register(here, &["add", "keys.toml", "clients"]));
    assert_eq!(status, Some(0));
    assert_eq!(stdout.lines().last(), Some("keys.toml: 1 added, 200 in the register already"));
    assert!(fs::read(here.join("keys.toml")).unwrap().starts_with(&before), "what was there stays as it was");

    let (status, table, _) = said(&register(here, &["list", "keys.toml", "--table"]));
    assert_eq!((status, table.lines().count()), (Some(0), 202));
    assert!(table.starts_with("NAME  OWNER "), "{table}");
    assert!(table.lines().skip(1).all(|line| line.ends_with("2099-12-31  signs")), "{table}");
}

#[test]
fn what_cannot_be_paired_is_named_and_the_rest_is_added() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let locked = key_file("offline-ec.fast.key");
    // A file of both; a key of another name; the only ones of their folder; a container; an issuer among the certificates.
    put(here, "in/both/both.pem", &[key_file("offline-rsa-3072.crt"), key_file("offline-rsa-3072.pkcs8.pem")].concat());
    put(here, "in/renewed/certificate.cer", &key_file("replacing-ec.crt"));
    put(here, "in/renewed/private.pem", &key_file("replacing-ec.pkcs8.pem"));
    put(here, "in/only/certificate.crt", &firm(1));
    put(here, "in/only/portal.key", &locked);
    put(here, "in/only/haslo.txt", b"Throwaway-Key_2026\r\n");
    put(here, "in/rsa.p12", &key_file("offline-rsa.p12"));
    put(here, "in/rsa.haslo", b"Throwaway-Key_2026");
    put(here, "in/again/rsa.p12", &key_file("offline-rsa.legacy.p12"));
    put(here, "in/again/rsa.haslo", b"Throwaway-Key_2026");
    // Of a password that nobody has, the key is taken by its name.
    put(here, "in/closed/till.crt", &firm(2));
    put(here, "in/closed/till.key", &locked);
    // What is none of these.
    put(here, "in/request.pem", &key_file("offline-ec.csr.pem"));
    put(here, "in/README.md", b"-----BEGIN CERTIFICATE-----");
    // And what is wrong.
    put(here, "in/bad/lonely.crt", &key_file("prod-offline-ec.crt"));
    put(here, "in/bad/stray.key", &key_file("other-ec.pkcs8.pem"));
    put(here, "in/bad/wrong/wrong.crt", &firm(3));
    put(here, "in/bad/wrong/wrong.key", &locked);
    put(here, "in/bad/wrong/wrong.password", b"Another-Password_2026\n");
    put(here, "in/bad/old.p12", &key_file("offline-ec.rc4.p12"));
    put(here, "in/bad/old.pass", b"Throwaway-Key_2026\n");
    put(here, "in/bad/token.txt", &key_file("ksef-token.txt"));
    let (status, stdout, stderr) = said(&register(here, &["add", "keys.toml", "in"]));
    assert_eq!(status, Some(1), "{stdout}{stderr}");
    assert_eq!(stdout.lines().last(), Some("keys.toml: 5 added, 1 found twice, 5 not added"), "{stdout}{stderr}");
    for (name, code) in [
        ("lonely.crt", "key_missing"),
        ("stray.key: no certificate in the folder belongs to this key", ""),
        ("wrong.key", "password_wrong"),
        ("old.p12", "p12_encryption_unsupported"),
        ("token.txt", "key_is_token"),
    ] {
        assert!(stderr.contains(name) && stderr.contains(code), "{name}: {stderr}");
    }
    assert!(stderr.contains("1 key not opened"), "{stderr}");
    for secret in ["Throwaway-Key_2026", "Another-Password_2026"] {
        assert!(!stderr.contains(secret) && !stdout.contains(secret));
    }
    let names: Vec<_> = read(here).entries().iter().map(|entry| entry.name.clone()).collect();
    // Two of one name are told apart.
    assert_eq!(names, ["both", "till", "certificate", "certificate 01F0A1B2C3D4E5E2", "rsa"]);

    // What was wrong is put right, and only that is added.
    put(here, "in/bad/wrong/wrong.password", b"Throwaway-Key_2026\n");
    let (status, stdout, _) = said(&register(here, &["add", "keys.toml", "in"]));
    assert_eq!(status, Some(1));
    assert!(stdout.starts_with("wrong: added, NIP "), "{stdout}");
    assert!(stdout.ends_with("keys.toml: 1 added, 6 in the register already, 4 not added\n"), "{stdout}");
}

#[test]
fn nothing_good_nothing_written() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::create_dir(here.join("empty")).unwrap();
    put(here, "bad/lonely.crt", &key_file("offline-ec.crt"));
    for from in ["empty", "bad", "missing"] {
        let (status, stdout, stderr) = said(&register(here, &["add", "keys.toml", from]));
        assert_eq!(status, Some(2), "{stdout}{stderr}");
        assert!(stderr.contains(from) && !here.join("keys.toml").exists(), "{stderr}");
    }
    // The name of the register was forgotten.
    let (status, _, stderr) = said(&register(here, &["add", "bad"]));
    assert_eq!(status, Some(2), "{stderr}");
}

#[test]
fn tables_as_spreadsheets_write_them() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (name, source) in [
        ("a.crt", "offline-ec.crt"),
        ("a.key", "offline-ec.fast.key"),
        ("b.p12", "offline-rsa.p12"),
        ("p", "password.txt"),
    ] {
        put(here, name, &key_file(source));
    }
    let rows = "cert;key;p12;password_file;name;system;replace_by;;\r\n\
                a.crt;a.key;;p;Żółw 2026;kasy;1.06.2028;;\r\n;;b.p12;p;;;;;\r\n;;;;;;;;\r\n";
    let utf16: Vec<u8> = "\u{FEFF}".chars().chain(rows.chars()).flat_map(|c| (c as u16).to_le_bytes()).collect();
    for (table, expected) in [
        (rows.as_bytes().to_vec(), "2 added"),
        (format!("\u{FEFF}sep=;\r\n{rows}").into_bytes(), "2 added"),
        (rows.replace(';', "\t").into_bytes(), "2 added"),
        (utf16, "2 added"),
    ] {
        _ = fs::remove_file(here.join("keys.toml"));
        put(here, "t.csv", &table);
        let (status, stdout, stderr) =
            said(&register(here, &["add", "keys.toml", "--from-csv", "t.csv", "--system", "biuro"]));
        assert_eq!((status, stdout.lines().last()), (Some(0), Some(&*format!("keys.toml: {expected}"))), "{stderr}");
        let register = read(here);
        let [a, b] = register.entries() else { panic!("{register:?}") };
        assert_eq!(
            (&*a.name, a.system.as_deref(), &*b.name, b.system.as_deref()),
            ("Żółw 2026", Some("kasy"), "b", Some("biuro"))
        );
        assert_eq!(a.replace_by.unwrap().to_string(), "2028-06-01");
    }
    let (status, stdout, _) = said(&register(here, &["add", "keys.toml", "--from-csv", "t.csv"]));
    assert_eq!((status, &*stdout), (Some(0), "keys.toml: 2 in the register already\n"));
}

#[test]
fn tables_that_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    put(here, "a.crt", &key_file("offline-ec.crt"));
    put(here, "a.key", &key_file("offline-ec.pkcs8.pem"));
    for (table, code, words) in [
        ("cert,key,hasło\na.crt,a.key,Tajne\n", "register_holds_password", "\"hasło\""),
        ("cert,key,password\na.crt,a.key,Tajne\n", "register_holds_password", "\"password\""),
        ("cert,klucz\na.crt,a.key\n", "register_table_malformed", "\"klucz\""),
        ("a.crt,a.key,Tajne!\n", "register_table_malformed", "the first row names"),
        ("name,key\nx,a.key\n", "register_table_malformed", "neither a column cert nor a column p12"),
        ("cert,key,cert\na.crt,a.key,a.crt\n", "register_table_malformed", "twice"),
        ("cert,key\n", "register_table_malformed", "no row"),
        ("", "register_table_malformed", "neither"),
        ("cert,key\na.crt,\n", "", "line 2: the key is in one place"),
        ("cert,key\na.crt,a.key,Tajne\n", "", "line 2: there is a value in a column without a name"),
        ("cert,key,use_from\na.crt,a.key,01/02/2026\n", "date_malformed", "line 2: use_from: "),
        ("cert,key\n\na.crt,none.key\n", "file_missing", "line 3: none.key"),
        ("cert,key,password_env\na.crt,a.key,not a name\n", "register_holds_password", "line 2"),
    ] {
        put(here, "t.csv", table.as_bytes());
        let (status, stdout, stderr) = said(&register(here, &["add", "keys.toml", "--from-csv", "t.csv"]));
        assert_eq!(status, Some(2), "{table}: {stdout}");
        assert!(stderr.contains(code) && stderr.contains(words), "{table}: {stderr}");
        assert!(!stderr.contains("Tajne") && !here.join("keys.toml").exists(), "{stderr}");
    }
    put(here, "t.csv", b"cert,key\n\xB9.crt,a.key\n");
    let (_, _, stderr) = said(&register(here, &["add", "keys.toml", "--from-csv", "t.csv"]));
    assert!(stderr.contains("save it as \"CSV UTF-8\""), "{stderr}");
}

/// The register of the field: what took 45 seconds.
#[test]
fn a_register_of_thousands_is_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let packed = fs::File::create(here.join("r.toml")).unwrap();
    let unpacked = std::process::Command::new("xz")
        .args(["-dc", &crate::common::fixture("cases/hostile/register4000.toml.xz")])
        .stdout(packed)
        .status();
    if !unpacked.is_ok_and(|status| status.success()) {
        return;
    }
    assert!(file("cases/hostile/register4000.toml.xz").len() < 1_000_000);
    let begin = std::time::Instant::now();
    let expiring =
        run(ksef_qr(here).args(["cert", "expiring", "--credentials", "r.toml", "--now", "2026-06-30T12:00:00Z"]));
    assert_eq!(expiring.status.code(), Some(0), "{expiring:?}");
    let (status, table, _) = said(&register(here, &["list", "r.toml", "--table"]));
    assert_eq!((status, table.lines().count()), (Some(0), 4001));
    // Unoptimised and beside other tests; it took minutes.
    assert!(begin.elapsed().as_secs() < 30, "{:?}", begin.elapsed());
}
