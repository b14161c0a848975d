//! A replacement, rehearsed: the register is kept by the command, and the clock is moved. Who signed is read from the
//! manifest, and the signature is verified with that certificate.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{fixture, ksef_qr, lines, parse, run};

const OLD: &str = "01F0A1B2C3D4E5E1";
const NEW: &str = "01F0A1B2C3D4E5E2";

fn command(folder: &Path, args: &[&str]) -> Output {
    run(ksef_qr(folder).env("NO_COLOR", "1").args(args))
}

fn done(folder: &Path, args: &[&str]) -> String {
    let output = command(folder, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A folder with the keys of the replacement, and an empty place for a register.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in
        ["replaced-ec.crt", "replaced-ec.pkcs8.pem", "replacing-ec.crt", "replacing-ec.fast.key", "password.txt"]
    {
        fs::copy(fixture(&format!("keys/{name}")), folder.path().join(name)).unwrap();
    }
    folder
}

fn add_old(folder: &Path) {
    let add = ["cert", "register", "add", "keys.toml", "--now", "2026-06-01T12:00:00Z", "--name", "firm-2025"];
    done(folder, &[&add[..], &["--cert", "replaced-ec.crt", "--key", "replaced-ec.pkcs8.pem"]].concat());
}

fn add_new(folder: &Path, more: &[&str]) {
    let add = ["cert", "register", "add", "keys.toml", "--now", "2026-06-01T12:00:00Z", "--name", "firm-2026"];
    let files = ["--cert", "replacing-ec.crt", "--key", "replacing-ec.fast.key", "--password-file", "password.txt"];
    done(folder, &[&add[..], &files, more].concat());
}

/// The serial number of the certificate that signs an invoice at that time, or the refusal.
fn signs(folder: &Path, time: &str, more: &[&str]) -> String {
    let invoice = fixture("invoices/good/fa3-basic.xml");
    let now = if time.contains('T') { time.to_owned() } else { format!("{time}T12:00:00Z") };
    let sign = ["sign", &invoice, "--env", "test", "--format", "none", "--json", "--quiet", "--now", &now];
    let output = command(folder, &[&sign[..], &["--credentials", "keys.toml"], more].concat());
    if !output.status.success() {
        let told = lines(&output);
        assert_eq!((output.status.code(), told.len(), &told[0]["type"]), (Some(2), 1, &"error".into()));
        return String::from_utf8(output.stderr).unwrap();
    }
    let record = lines(&output).remove(0);
    let serial = record["kod2"]["certificate_serial"].as_str().unwrap().to_owned();
    let certificate = if serial == OLD { "replaced-ec.crt" } else { "replacing-ec.crt" };
    let link = record["kod2"]["url"].as_str().unwrap();
    done(folder, &["verify", link, "--cert", certificate, "--invoice", &invoice, "--now", &now]);
    serial
}

#[test]
fn replacement_rehearsed_with_a_moving_clock() {
    let folder = folder();
    let folder = folder.path();
    add_old(folder);
    add_new(folder, &["--use-from", "2026-06-15"]);
    for (time, serial) in [
        // Before the new one is valid; valid, and not yet to be used; the last second before the day in Warsaw.
        ("2026-05-31", OLD),
        ("2026-06-10", OLD),
        ("2026-06-14T21:59:59Z", OLD),
        ("2026-06-14T22:00:00Z", NEW),
        ("2026-07-31", NEW),
        // After the end of the old one.
        ("2026-08-02", NEW),
        ("2028-06-01T00:00:00Z", NEW),
    ] {
        assert_eq!(signs(folder, time, &[]), serial, "{time}");
    }
    assert_eq!(signs(folder, "2026-06-10", &["--use", "firm-2026"]), NEW, "named, it signs before its day");
    assert_eq!(signs(folder, "2026-07-01", &["--use", "firm-2025"]), OLD);
    let after = signs(folder, "2028-06-02", &[]);
    assert!(after.contains("\"firm-2025\" expired on 2026-08-01; \"firm-2026\" expired on 2028-06-01"), "{after}");
    assert!(after.contains("[register_nothing_fits]"), "{after}");

    // The new key is lost to others: the old one goes on while it can.
    let revoke = ["cert", "register", "revoke", "keys.toml", "firm-2026", "--reason", "KeyCompromise"];
    done(folder, &[&revoke[..], &["--now", "2026-07-10T12:00:00Z"]].concat());
    assert_eq!(signs(folder, "2026-07-11", &[]), OLD);
    let after = signs(folder, "2026-08-02", &[]);
    assert!(after.contains("\"firm-2025\" expired on 2026-08-01"), "{after}");
    assert!(after.contains("\"firm-2026\" revoked on 2026-07-10 (KeyCompromise)"), "{after}");
    assert!(signs(folder, "2026-07-11", &["--use", "firm-2026"]).contains("[register_entry_revoked]"));
    // And nothing overrides that.
    let forced = signs(folder, "2026-07-11", &["--use", "firm-2026", "--allow", "certificate-dates"]);
    assert!(forced.contains("[register_entry_revoked]"), "{forced}");
}

#[test]
fn without_a_day_the_newest_that_is_valid_signs() {
    let folder = folder();
    let folder = folder.path();
    add_new(folder, &[]);
    add_old(folder);
    assert_eq!(signs(folder, "2026-05-31T23:59:59Z", &[]), OLD);
    assert_eq!(signs(folder, "2026-06-01T00:00:00Z", &[]), NEW);
    done(folder, &["cert", "register", "retire", "keys.toml", "firm-2026", "--since", "2026-06-20"]);
    assert_eq!(signs(folder, "2026-06-20", &[]), OLD);
    assert!(signs(folder, "2026-06-20", &["--use", "firm-2026"]).contains("[register_entry_retired]"));
    assert!(signs(folder, "2026-06-20", &["--use", "firm-2027"]).contains("[register_entry_unknown]"));
    assert!(signs(folder, "2026-06-20", &["--owner", "1111111111"]).contains("belongs to NIP 5265877635"));
    assert_eq!(signs(folder, "2026-06-20", &["--owner", "5265877635"]), OLD);
    // Dates are judged as without a register where a certificate is named.
    assert!(signs(folder, "2026-09-01", &["--use", "firm-2025"]).contains("[certificate_expired]"));
}

/// The password comes from where the register says.
#[test]
fn passwords_are_looked_up() {
    let folder = folder();
    let folder = folder.path();
    add_new(folder, &[]);
    let register = fs::read_to_string(folder.join("keys.toml")).unwrap();
    let place = "password = { file = \"password.txt\" }";
    let with = |written: &str| {
        assert!(register.contains(place));
        fs::write(folder.join("keys.toml"), register.replace(place, written)).unwrap();
        signs(folder, "2026-07-01", &[])
    };
    assert!(with("password = { env = \"KSEF_QR_TEST_NOT_SET\" }").contains("KSEF_QR_TEST_NOT_SET, which is not set"));
    assert!(with("").contains("[password_missing]"));
    assert!(with("password = { file = \"lost.txt\" }").contains("lost.txt"));
    fs::write(folder.join("wrong.txt"), "Another-Password_2026").unwrap();
    let wrong = with("password = { file = \"wrong.txt\" }");
    assert!(wrong.contains("[password_wrong]") && !wrong.contains("Another-Password"), "{wrong}");
    let keyring = with("password = { keyring = { service = \"ksef-qr\", account = \"nobody's\" } }");
    assert!(keyring.contains("keyring") && keyring.contains("nobody's"), "{keyring}");
    // What is given beats what is written down.
    assert_eq!(signs(folder, "2026-07-01", &["--password-file", "password.txt"]), NEW);

    let invoice = fixture("invoices/good/fa3-basic.xml");
    fs::write(folder.join("keys.toml"), register.replace(place, "password = { env = \"FIRM_PASSWORD\" }")).unwrap();
    let mut sign = ksef_qr(folder);
    sign.env("FIRM_PASSWORD", "Throwaway-Key_2026");
    sign.args(["sign", &invoice, "--credentials", "keys.toml", "--env", "test", "--format", "none"]);
    sign.args(["--now", "2026-07-01T12:00:00Z"]);
    let output = run(&mut sign);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stderr).unwrap().starts_with(&format!("signing with firm-2026, {NEW}\n")));
}

/// A certificate that took another's place in its file is not what the register chose.
#[test]
fn a_file_that_was_replaced_signs_nothing() {
    let folder = folder();
    let folder = folder.path();
    add_old(folder);
    fs::copy(folder.join("replacing-ec.crt"), folder.join("replaced-ec.crt")).unwrap();
    fs::copy(fixture("keys/replacing-ec.pkcs8.pem"), folder.join("replaced-ec.pkcs8.pem")).unwrap();
    let refused = signs(folder, "2026-07-01", &[]);
    assert!(refused.contains("[register_outdated]"), "{refused}");
    let check = command(folder, &["cert", "register", "check", "keys.toml"]);
    assert_eq!(check.status.code(), Some(1));
    assert!(String::from_utf8(check.stdout).unwrap().contains(NEW));
}

/// Nobody has to look after the paths: they are kept relative to the register, wherever the program runs.
#[test]
fn a_register_in_another_folder() {
    let folder = folder();
    let folder = folder.path();
    fs::create_dir(folder.join("office")).unwrap();
    let add = ["cert", "register", "add", "office/keys.toml", "--name", "firm", "--cert", "replacing-ec.crt"];
    done(folder, &[&add[..], &["--key", "replacing-ec.fast.key", "--password-file", "password.txt"]].concat());
    let register = fs::read_to_string(folder.join("office/keys.toml")).unwrap();
    for line in ["cert = \"../replacing-ec.crt\"", "password = { file = \"../password.txt\" }"] {
        assert!(register.contains(line), "{register}");
    }
    done(folder, &["cert", "register", "check", "office/keys.toml", "--open"]);
    done(&folder.join("office"), &["cert", "register", "check", "keys.toml", "--open"]);
    fs::copy(folder.join("replaced-ec.pkcs8.pem"), folder.join("replacing-ec.fast.key")).unwrap();
    done(folder, &["cert", "register", "check", "office/keys.toml"]);
    let opened = command(folder, &["cert", "register", "check", "office/keys.toml", "--open"]);
    assert_eq!(opened.status.code(), Some(1));
    assert!(String::from_utf8(opened.stdout).unwrap().contains("does not belong to the certificate"));
}

#[test]
fn a_pkcs12_file_in_the_register() {
    let folder = folder();
    let folder = folder.path();
    fs::copy(fixture("keys/offline-ec.p12"), folder.join("firm.p12")).unwrap();
    let add = ["cert", "register", "add", "keys.toml", "--name", "firm", "--p12", "firm.p12"];
    let output = command(folder, &add);
    assert!(String::from_utf8(output.stderr).unwrap().contains("[password_missing]"));
    assert!(!folder.join("keys.toml").exists());
    done(folder, &[&add[..], &["--password-file", "password.txt"]].concat());
    done(folder, &["cert", "register", "check", "keys.toml", "--open"]);
    let invoice = fixture("invoices/good/fa3-basic.xml");
    let sign = ["sign", &invoice, "--env", "test", "--format", "none", "--json", "--now", "2026-07-01T12:00:00Z"];
    let output = done(folder, &[&sign[..], &["--credentials", "keys.toml"]].concat());
    assert_eq!(parse(&output)[0]["kod2"]["certificate_serial"], "01F0A1B2C3D4E501");
}

#[test]
fn a_calendar_is_replaced_and_nothing_else() {
    let folder = folder();
    let folder = folder.path();
    let expiring = |now: &str, file: &str| {
        command(folder, &["cert", "expiring", "replaced-ec.crt", "--now", now, "--ics", file]).status.code()
    };
    assert_eq!(expiring("2026-05-01T12:00:00Z", "due.ics"), Some(0));
    assert_eq!(expiring("2026-07-01T12:00:00Z", "due.ics"), Some(1));
    let calendar = fs::read_to_string(folder.join("due.ics")).unwrap();
    assert!(calendar.contains("DTSTAMP:20260701T120000Z\r\nDTSTART;VALUE=DATE:20260702\r\n"), "{calendar}");
    let before = fs::read(folder.join("password.txt")).unwrap();
    assert_eq!(expiring("2026-07-01T12:00:00Z", "password.txt"), Some(2));
    assert_eq!(fs::read(folder.join("password.txt")).unwrap(), before);
}

/// A bundle is as old as the oldest certificate in it, and a calendar is of all certificates or is not written.
#[test]
fn every_certificate_of_a_file_is_looked_at() {
    let folder = folder();
    let here = folder.path();
    let read = |name: &str| fs::read(fixture(&format!("keys/{name}.crt"))).unwrap();
    fs::write(here.join("bundle.pem"), [read("replacing-ec"), read("expired-ec")].concat()).unwrap();
    let expiring = ["cert", "expiring", "--now", "2026-06-30T12:00:00Z", "bundle.pem"];
    let told = command(here, &expiring);
    assert_eq!(told.status.code(), Some(1));
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.starts_with("bundle.pem (01F0A1B2C3D4E508): replace by "), "{told}");

    let ics = ["--ics", "all.ics"];
    assert_eq!(command(here, &[&expiring[..], &ics].concat()).status.code(), Some(1));
    let before = fs::read_to_string(here.join("all.ics")).unwrap();
    assert_eq!(before.matches("BEGIN:VEVENT").count(), 2);
    let refused = command(here, &["cert", "expiring", "replaced-ec.crt", "missing.crt", "--ics", "all.ics"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_to_string(here.join("all.ics")).unwrap(), before, "one that lacks some does not replace it");
}

/// A register that is of no use says so, and one that cannot be true is not written.
#[test]
fn a_register_of_which_nothing_signs() {
    let folder = folder();
    let here = folder.path();
    add_old(here);
    let now = ["--now", "2026-06-15T12:00:00Z"];
    let register = |what: &[&str]| command(here, &[&["cert", "register"], what, &now].concat());
    let add = |more: &[&str]| {
        let output = register(&[&["add", "keys.toml", "--name", "x", "--cert", "replacing-ec.crt"], more].concat());
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    // The pair is looked at, and the days; a password that is for another machine is not.
    let (code, told) = add(&["--key", "replaced-ec.pkcs8.pem"]);
    assert!((code, told.contains("[key_mismatch]")) == (Some(2), true), "{told}");
    let (code, told) = add(&["--key", "replacing-ec.fast.key", "--use-from", "2028-06-02"]);
    assert!((code, told.contains("ends before, on 2028-06-01")) == (Some(2), true), "{told}");
    fs::write(here.join("empty.txt"), "\n").unwrap();
    let (code, told) = add(&["--key", "replacing-ec.fast.key", "--password-file", "empty.txt"]);
    assert!(
        (code, told.contains("empty.txt: the first line of the password file is empty")) == (Some(2), true),
        "{told}"
    );
    let (code, told) = add(&["--key", "replacing-ec.fast.key", "--password-env", "NOT_SET_ON_THIS_MACHINE"]);
    assert!((code, told.contains("was not checked")) == (Some(0), true), "{told}");

    let early = register(&["retire", "keys.toml", "x", "--since", "2026-06-16"]);
    assert_eq!(early.status.code(), Some(2), "not before its day");
    for name in ["x", "firm-2025"] {
        assert_eq!(register(&["check", "keys.toml"]).status.code(), Some(0));
        assert_eq!(register(&["retire", "keys.toml", name, "--since", "2026-06-15"]).status.code(), Some(0));
    }
    let checked = register(&["check", "keys.toml"]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(String::from_utf8(checked.stdout).unwrap().contains("nothing signs"));
    let expiring = command(here, &[&["cert", "expiring", "--credentials", "keys.toml"], &now[..]].concat());
    assert_eq!((expiring.status.code(), &expiring.stdout[..]), (Some(1), &b""[..]));
    assert!(String::from_utf8(expiring.stderr).unwrap().contains("nothing signs"));
}
