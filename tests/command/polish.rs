//! The command in Polish: people read another language, programs do not.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{credential, fixture, ksef_qr, run, status, stdout};

fn in_language(folder: &Path, language: &str, args: &[String]) -> Command {
    let mut command = ksef_qr(folder);
    command.env("KSEF_QR_LANG", language).args(args);
    command
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// The lines of JSON of a command, without what differs from run to run.
fn lines(folder: &Path, language: &str, args: &[String]) -> (i32, Vec<String>) {
    let output = run(&mut in_language(folder, language, args));
    let lines = stdout(&output).lines().map(|line| {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{args:?}: {line}"));
        for changing in ["elapsed_ms", "kod2", "signed_at", "at"] {
            line.as_object_mut().unwrap().remove(changing);
        }
        line.to_string()
    });
    (status(&output), lines.collect())
}

#[test]
fn programs_read_the_same_in_every_language() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (fixture("invoices/good/fa3-basic.xml"), fixture("invoices/bad"));
    let (cert, key) = (fixture("keys/offline-ec.crt"), fixture("keys/offline-ec.pkcs8.pem"));
    let sign = ["sign", &good, "--format", "none", "--json", "--env", "test", "--now", "2026-06-30T12:00:00Z"];
    let sign = sign.iter().map(|arg| (*arg).to_owned()).chain(credential()).collect();
    for args in [
        sign,
        words(&format!("link {bad} --format none --json --env test")),
        words(&format!("check {good} {bad} --json --now 2026-06-30T12:00:00Z")),
        words(&format!("advise {good} --json")),
        words("deadline --mode awaria --issued 2026-03-02 --ended 2026-03-03 --json"),
        words("deadline --mode total --issued 2026-03-02 --ended 2026-03-03 --json"),
        words("number 5265877635-20250826-0100001AF629-AF 5265877635-20250826-0100001AF629-AA x --json"),
        words("verify https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/abc --json"),
        words(&format!("cert check --cert {cert} --key {key} --env test --json --now 2026-06-30T12:00:00Z")),
        words(&format!("cert show {cert} --json --now 2026-06-30T12:00:00Z")),
        words("sign none.xml --json"),
        words("sign --json"),
        words("sing a.xml --json"),
        words(&format!("link {good} --json --env nowy")),
        words(&format!("link {good} --json --ksef-number 1")),
        words("config show --json"),
    ] {
        let english = lines(folder.path(), "en", &args);
        let polish = lines(folder.path(), "pl", &args);
        // Which language it is, config show tells.
        let is_language = |line: &String| line.contains("KSEF_QR_LANG");
        let told = |(status, lines): (i32, Vec<String>)| {
            (status, lines.into_iter().filter(|line| !is_language(line)).collect::<Vec<_>>())
        };
        assert_eq!(told(english), told(polish), "{args:?}");
    }
}

#[test]
fn the_language_is_asked_for_named_kept_or_the_systems() {
    let folder = tempfile::tempdir().unwrap();
    let help = |command: &mut Command| {
        let command = command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LANG");
        stdout(&run(command)).contains("Polecenia:")
    };
    let plain = || {
        let mut command = ksef_qr(folder.path());
        command.env_remove("KSEF_QR_LANG").arg("--help");
        command
    };
    assert!(!help(&mut plain()));
    assert!(help(plain().args(["--lang", "pl"])));
    assert!(help(plain().env("KSEF_QR_LANG", "pl")));
    assert!(!help(plain().env("KSEF_QR_LANG", "pl").arg("--lang=en")));
    fs::write(folder.path().join("kept.toml"), "lang = \"pl\"\n").unwrap();
    assert!(help(plain().args(["--config", "kept.toml"])));
    let system = |name: &str, value: &str| {
        let mut command = plain();
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(name);
        }
        stdout(&run(command.env(name, value))).contains("Polecenia:")
    };
    assert!(system("LANG", "pl_PL.UTF-8") && system("LC_MESSAGES", "pl_PL") && !system("LANG", "en_US.UTF-8"));
}

#[test]
fn a_command_is_explained_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    for page in [
        "sign",
        "link",
        "stamp",
        "confirm",
        "print",
        "watch",
        "check",
        "verify",
        "book due",
        "cert register add",
        "key new",
        "init",
        "config show",
    ] {
        let output = run(&mut in_language(folder.path(), "pl", &[vec!["man".to_owned()], words(page)].concat()));
        let text = stdout(&output);
        assert_eq!(status(&output), 0);
        for english in [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS", " the ", "Exit status"] {
            assert!(!text.contains(english), "man {page}: {english}");
        }
    }
}

#[test]
fn every_code_is_explained_in_polish() {
    let folder = tempfile::tempdir().unwrap();
    let list = run(&mut in_language(folder.path(), "pl", &words("explain")));
    let english = run(&mut in_language(folder.path(), "en", &words("explain")));
    let english: Vec<&str> = stdout(&english).lines().collect();
    let same: Vec<&str> = stdout(&list).lines().filter(|line| !line.is_empty() && english.contains(line)).collect();
    assert!(same.is_empty(), "without Polish: {same:#?}");
}
