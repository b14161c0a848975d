//! What a failure is to a program: an exit status by one rule, and with `--json` a line that says why, in every command.
//!
//! 0: all was done. 1: something that could be read was refused. 2: nothing could be read, or the run could not go on.

use std::fs;
use std::path::Path;
use std::process::Command;

use ksef_qr::error::CODES;
use serde_json::Value;

use crate::common::{credential, fixture, ksef_qr, lines, run, status, stderr, stdout};

/// A folder of inputs, good and bad.
fn inputs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, from) in [
        ("good.xml", "invoices/good/fa3-basic.xml"),
        ("bad.xml", "invoices/bad/two-dates.xml"),
        ("good.pdf", "pdf/producers/fa3-basic.pdf"),
        ("firm.crt", "keys/offline-ec.crt"),
        ("locked.key", "keys/offline-ec.fast.key"),
        ("wrong.password", "keys/wrong-password.txt"),
    ] {
        fs::copy(fixture(from), path(name)).unwrap();
    }
    for (name, content) in
        [("empty.xml", ""), ("empty.pdf", ""), ("text.pdf", "no PDF"), ("broken.zip", "PK"), ("empty.txt", "\n")]
    {
        fs::write(path(name), content).unwrap();
    }
    fs::write(path("pairs.csv"), "pdf,invoice\nmissing.pdf,good.xml\n").unwrap();
    fs::write(path("bad.csv"), "a;b\n").unwrap();
    fs::create_dir(path("none")).unwrap();
    for name in ["fifo.xml", "fifo.pdf"] {
        if cfg!(unix) {
            assert!(Command::new("mkfifo").arg(path(name)).status().unwrap().success());
        }
    }
    folder
}

/// Runs a line of arguments with `--json`; `@` in front of a word makes it a fixture, `+` the throwaway credential.
fn answer(folder: &Path, line: &str) -> (i32, Vec<Value>, String) {
    let mut command = ksef_qr(folder);
    for word in line.split(' ') {
        match word.strip_prefix('@') {
            Some(name) => drop(command.arg(fixture(name))),
            None if word == "+" => drop(command.args(credential())),
            None => drop(command.arg(word)),
        }
    }
    let output = run(command.arg("--json"));
    (status(&output), lines(&output), stderr(&output).to_owned())
}

/// The code of the line that says why nothing could be done.
fn code(lines: &[Value]) -> Option<&str> {
    let last = lines.last().filter(|line| line["type"] == "error")?;
    assert!(!last["message"].as_str().unwrap().is_empty() && !last["hint"].as_str().unwrap().is_empty(), "{last}");
    last["code"].as_str()
}

fn check(folder: &Path, line: &str, expected: i32, expected_code: &str) {
    // What a case leaves must not be in the way of the next.
    _ = fs::remove_dir_all(folder.join("ksef-qr-out"));
    let (status, lines, stderr) = answer(folder, line);
    assert_eq!(status, expected, "{line}: {lines:?} {stderr}");
    match expected {
        2 => assert_eq!(code(&lines), Some(expected_code), "{line}: {lines:?}"),
        _ => {
            assert_eq!(code(&lines), None, "{line}: {lines:?}");
            let text = format!("{lines:?}");
            assert!(text.contains(expected_code), "{line}: {text}");
        }
    }
    assert!(CODES.contains(&expected_code) || expected < 2, "{expected_code}");
}

#[test]
fn one_rule_for_the_exit_status_of_every_run_over_invoices() {
    let folder = inputs();
    let folder = folder.path();
    for command in [
        "sign + --env test --format none",
        "link --env test --format none",
        "confirm + --env test --embed",
        "check --env test",
        "advise",
    ] {
        let check = |inputs: &str, status, code| check(folder, &format!("{command} {inputs}"), status, code);
        check("good.xml", 0, "");
        check("good.xml bad.xml", 1, "");
        check("good.xml missing.xml", 1, "input_missing");
        check("bad.xml", 1, "");
        check("empty.xml", 1, "empty_file");
        check("missing.xml", 2, "input_missing");
        check("missing/*.xml", 2, "input_missing");
        check("none", 2, "input_missing");
        check("broken.zip", 2, "input_archive_unreadable");
        check("--files-from missing.txt", 2, "input_unreadable");
        check("--files-from empty.txt", 2, "input_missing");
        if cfg!(unix) {
            check("fifo.xml", 2, "input_not_regular");
            check("fifo.xml bad.xml", 1, "input_not_regular");
        }
    }
    for (line, status, code) in [
        ("good.pdf --invoice good.xml", 0, ""),
        ("good.pdf --invoice bad.xml", 1, ""),
        ("text.pdf --invoice good.xml", 1, "input_not_pdf"),
        ("empty.pdf --invoice good.xml", 1, ""),
        ("missing.pdf --invoice good.xml", 2, "input_missing"),
        ("none --invoice good.xml", 2, ""),
        ("--pairs missing.csv", 2, "pair_table_unreadable"),
        ("--pairs bad.csv", 2, "pair_table_unreadable"),
        ("--pairs pairs.csv", 2, "input_unreadable"),
    ] {
        let line = format!("stamp + --env test --embed {line}");
        match (status, code) {
            (2, "") => assert_eq!(answer(folder, &line).0, 2, "{line}"),
            _ => check(folder, &line, status, code),
        }
    }
    if cfg!(unix) {
        check(folder, "stamp + --env test --embed fifo.pdf --invoice good.xml", 2, "input_not_regular");
    }
}

#[test]
fn whatever_keeps_a_command_from_its_work_has_a_code_in_a_line_of_json() {
    let folder = inputs();
    let folder = folder.path();
    for command in ["sign good.xml", "confirm good.xml", "stamp good.pdf --invoice good.xml"] {
        let check = |more: &str, code| check(folder, &format!("{command} --env test {more}"), 2, code);
        check("--cert missing.crt --key locked.key", "file_missing");
        check("--cert firm.crt --key missing.key", "file_missing");
        check("--cert none --key locked.key", "file_unreadable");
        check("--cert good.xml --key locked.key", "certificate_unreadable");
        check("--cert firm.crt", "usage");
        check("--key locked.key", "usage");
        check("--cert firm.crt --key locked.key --password-file missing.password", "file_missing");
        check("--cert firm.crt --key locked.key --password-file wrong.password", "password_wrong");
        check("--credentials missing.toml", "file_missing");
        check("+ --context everything", "context_malformed");
        check("+ --mode total", "usage");
        check("+ --mode offline24 --non-working-days missing.txt", "file_missing");
        check("+ --out /dev/null/x --manifest m.ndjson", "output_unwritable");
        check("+ --allow everything", "setting_malformed");
        check("--codes missing.ndjson", "input_unreadable");
        check("--codes good.xml", "manifest_damaged");
        check("+ --manifest - --resume", "usage");
        check("+ --manifest good.xml", "output_exists");
        check("+ --manifest good.xml --overwrite", "output_exists");
    }
    for (line, code) in [
        ("link good.xml --upo missing.xml", "file_missing"),
        ("link good.xml --upo good.xml", "upo_malformed"),
        ("link good.xml --ksef-number 5265877635", "ksef_number_malformed"),
        ("link good.xml bad.xml --ksef-number 5265877635-20260616-0100001AF629-15", "usage"),
        ("stamp good.pdf good.pdf --invoice good.xml --kod1-alone", "usage"),
        ("stamp good.pdf good.pdf --kod1-alone --out one.pdf", "usage"),
        ("stamp good.pdf --invoice good.xml", "usage"),
        ("check good.xml --xsd none", "schema_missing"),
        ("check good.xml --ended 2026-06-15", "usage"),
        ("deadline", "usage"),
        ("deadline --mode offline24 --issued 2026-02-30", "date_malformed"),
        ("deadline --mode offline24 --issued 2026-06-15 --non-working-days missing.txt", "file_missing"),
        ("verify", "usage"),
        ("verify missing.png", "input_missing"),
        ("verify good.png --cert missing.crt", "file_missing"),
        ("verify good.png --invoice missing.xml", "file_missing"),
        ("verify --manifest missing.ndjson", "input_missing"),
        ("cert show missing.crt", "input_unreadable"),
        ("cert check --cert missing.crt", "input_unreadable"),
        ("cert check --cert good.xml", "certificate_unreadable"),
        ("cert expiring missing.crt", "input_unreadable"),
        ("cert expiring --credentials missing.toml", "file_missing"),
        ("cert register list missing.toml", "file_missing"),
        ("cert register list good.xml", "register_malformed"),
        ("cert show", "usage"),
        ("book due", "usage"),
        ("book due --book missing.book", "book_missing"),
        ("book list --book good.xml", "book_foreign"),
        ("book check --book none", "book_foreign"),
        ("book show x --book mysql://host/x", "book_address"),
        ("book import --book missing.book", "usage"),
        ("book import bad.csv --book missing.book", "book_missing"),
        ("book mark sent good.xml --book missing.book", "book_missing"),
        ("book mark lost good.xml --book missing.book", "usage"),
        ("book due --within 2y", "usage"),
        ("status --book missing.book", "book_missing"),
        ("status", "usage"),
        ("demo", "usage"),
        ("nonsense", "usage"),
    ] {
        check(folder, line, 2, code);
    }
}

/// In words nothing changes: the reason is on standard error, and standard output is empty.
#[test]
fn without_json_nothing_is_on_standard_output() {
    let folder = inputs();
    for line in ["sign good.xml", "sign good.xml --cert missing.crt --key x", "verify missing.png --quiet", "nonsense"]
    {
        let output = run(ksef_qr(folder.path()).args(line.split(' ')));
        assert_eq!(status(&output), 2, "{line}");
        assert!(!stdout(&output).contains("\"type\""), "{line}");
    }
}

/// An answer that got lost is no answer.
#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_noticed() {
    let folder = inputs();
    for line in [
        "sign good.xml + --env test --format none --json",
        "sign good.xml + --env test --format none --resume --json",
        "link good.xml --env test --format none --json",
        "check good.xml --json",
        "check good.xml",
        "advise good.xml --json",
        "deadline --mode offline24 --issued 2026-06-15 --json",
        "verify https://qr.ksef.mf.gov.pl/x --json",
        "verify https://qr.ksef.mf.gov.pl/x",
        "cert show firm.crt --json",
        "cert show firm.crt",
        "cert check --cert firm.crt --json",
        "cert expiring @keys/expired-ec.crt --json",
        "cert register list @register/pair.toml --json",
        "schema manifest",
        "explain usage",
    ] {
        let mut command = ksef_qr(folder.path());
        for word in line.split(' ') {
            match word.strip_prefix('@') {
                Some(name) => drop(command.arg(fixture(name))),
                None if word == "+" => drop(command.args(credential())),
                None => drop(command.arg(word)),
            }
        }
        let output = run(command.stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap()));
        assert_eq!(status(&output), 2, "{line}: {}", stderr(&output));
        assert!(stderr(&output).contains("[output_unwritable]"), "{line}: {}", stderr(&output));
    }
}

/// Without a thread to work with there is an error and no panic; with few there are fewer jobs.
#[cfg(target_os = "linux")]
#[test]
fn too_few_threads_are_fewer_jobs_or_an_error() {
    let folder = inputs();
    std::os::unix::fs::chown(folder.path(), Some(54_321), None).ok();
    let mut codes = Vec::new();
    for limit in 1..=12 {
        // Root has no limit.
        let mut command = Command::new("prlimit");
        command.args([&format!("--nproc={limit}"), "setpriv", "--reuid", "54321", "--clear-groups"]);
        command
            .env("KSEF_QR_CONFIG", "")
            .env("KSEF_QR_LANG", "en")
            .arg(env!("CARGO_BIN_EXE_ksef-qr"))
            .current_dir(folder.path());
        command.args(["link", "good.xml", "good.xml", "--format", "none", "--jobs", "8", "--env", "test", "--json"]);
        let Ok(output) = command.output() else { return };
        // Not root, no setpriv, or the program lies where that user cannot get.
        if matches!(output.status.code(), Some(126 | 127))
            || ["setpriv", "prlimit"].iter().any(|tool| stderr(&output).starts_with(tool))
        {
            return;
        }
        let lines = lines(&output);
        match status(&output) {
            0 => assert_eq!(lines.len(), 3),
            status => {
                assert_eq!((status, code(&lines)), (2, Some("threads_unavailable")), "{limit}: {}", stderr(&output));
            }
        }
        codes.push(status(&output));
    }
    assert!(codes.is_sorted_by(|one, next| one >= next), "{codes:?}");
    assert_eq!((codes[0], codes[11]), (2, 0), "{codes:?}");
}

/// Memory that ends in the middle is a status of its own and no crash; a run goes on later.
#[cfg(target_os = "linux")]
#[test]
fn where_memory_ends_the_command_ends() {
    let folder = inputs();
    let text = fs::read_to_string(fixture("invoices/good/fa3-basic.xml")).unwrap();
    fs::create_dir(folder.path().join("many")).unwrap();
    for number in 0..200 {
        let own = text.replace("FV/2026/06/001", &format!("FV/2026/06/001-{number}"));
        fs::write(folder.path().join(format!("many/{number:03}.xml")), own).unwrap();
    }
    let attributes = (0..50_000).map(|number| format!("a{number}=\"\"")).collect::<Vec<_>>().join(" ");
    let attributes = text.replacen("<Faktura", &format!("<Faktura {attributes}"), 1);
    fs::write(folder.path().join("attributes.xml"), attributes).unwrap();
    let limited = |megabytes: u64, command: &[&str]| {
        let mut limited = Command::new("prlimit");
        let program = env!("CARGO_BIN_EXE_ksef-qr");
        limited
            .arg(format!("--as={}", megabytes << 20))
            .env("KSEF_QR_CONFIG", "")
            .env("KSEF_QR_LANG", "en")
            .arg(program);
        limited.args(command).current_dir(folder.path()).output()
    };
    if limited(4096, &["--version"]).is_err() {
        return;
    }
    let starts = (16..512).find(|megabytes| limited(*megabytes, &["--version"]).unwrap().status.success()).unwrap();
    let mut ended = 0;
    for more in (2..60).step_by(3) {
        let output = limited(starts + more, &["check", "attributes.xml", "--env", "test"]).unwrap();
        match output.status.code() {
            Some(0..=2) => {}
            Some(3) => {
                assert!(stderr(&output).contains("memory allocation of "), "{}", stderr(&output));
                ended += 1;
            }
            _ => panic!("{:?} with {more} MB: {}", output.status, stderr(&output)),
        }
    }
    assert!(ended > 0);
    let link = ["link", "many", "--env", "test", "--format", "none", "--jobs", "64", "--resume", "--out", "links"];
    let mut codes = Vec::new();
    // The last of them are enough for some threads and not for all.
    for more in (2..60).step_by(3).chain([100, 200, 300, 350, 400, 600]) {
        let output = limited(starts + more, &link).unwrap();
        codes.push((more, output.status.code()));
        assert!(matches!(output.status.code(), Some(0 | 2 | 3)), "{codes:?} {}", stderr(&output));
        if more >= 100 {
            assert_eq!(output.status.code(), Some(0), "{codes:?} {}", stderr(&output));
            _ = fs::remove_dir_all(folder.path().join("links"));
        }
    }
    run(ksef_qr(folder.path()).args(link));
    let manifest = fs::read_to_string(folder.path().join("links/manifest.ndjson")).unwrap();
    let mut inputs: Vec<&str> = manifest.lines().filter(|line| line.contains(r#""input""#)).collect();
    assert_eq!(inputs.len(), 200);
    inputs.sort_unstable();
    inputs.dedup();
    assert_eq!(inputs.len(), 200);
}

/// Where one job has memory enough, eight do not take it from each other: there are fewer of them.
#[cfg(target_os = "linux")]
#[test]
fn too_little_memory_is_fewer_jobs() {
    use std::os::unix::process::ExitStatusExt as _;

    let folder = inputs();
    let links = ["link", "good.xml", "other.xml", "--env", "test", "--format", "none"];
    fs::copy(fixture("invoices/good/fa3-consumer.xml"), folder.path().join("other.xml")).unwrap();
    run(ksef_qr(folder.path()).args(links).args(["--out", "links"]));
    let status_with = |command: &[&str], megabytes: u64, jobs: &str| {
        let mut limited = Command::new("prlimit");
        limited
            .arg(format!("--as={}", megabytes << 20))
            .env("KSEF_QR_CONFIG", "")
            .env("KSEF_QR_LANG", "en")
            .arg(env!("CARGO_BIN_EXE_ksef-qr"))
            .current_dir(folder.path());
        let output = limited.args(command).args(["--json", "--jobs", jobs]).output();
        output.map(|output| output.status.code().or_else(|| output.status.signal().map(|signal| 128 + signal)))
    };
    let check = ["check", "good.xml", "other.xml", "--env", "test"];
    let verify = ["verify", "--manifest", "links/manifest.ndjson"];
    for command in [&links[..], &check, &verify] {
        if status_with(command, 4096, "1").is_err() {
            return;
        }
        // The program itself takes most of it, here four times as much as one that is optimised.
        let enough =
            (16..256).step_by(4).find(|megabytes| status_with(command, *megabytes, "1").unwrap() == Some(0)).unwrap();
        // With too little it is an error, and no abort. What has no such error may not even have its stack.
        let least = if command == links { enough - 8 } else { enough };
        for megabytes in (least..enough + 8).chain((enough + 8..enough + 600).step_by(14)) {
            let outcome = status_with(command, megabytes, "8").unwrap();
            let is_as_it_should =
                if megabytes < enough + 4 { matches!(outcome, Some(0 | 2 | 3)) } else { outcome == Some(0) };
            assert!(is_as_it_should, "{outcome:?}: {command:?} in {megabytes} MB, one job needs {enough}");
        }
    }
}

/// An argument may come from a list of files, and a file be called by anybody.
#[test]
fn arguments_that_cannot_be_taken_do_not_steer_the_terminal() {
    const STEERING: &str = "a\u{1b}[31mb\u{9b}c\u{202e}d\re\nf";
    let folder = tempfile::tempdir().unwrap();
    let option = format!("--{STEERING}");
    let number = format!("5265877635-20250826-0100001AF629-{STEERING}");
    for language in ["en", "pl"] {
        for args in [
            &[STEERING][..],
            &["sign", &option],
            &["sign", "a.xml", "--mode", STEERING],
            &["sign", "a.xml", "--context", STEERING],
            &["link", "a.xml", "--ksef-number", &number],
            &["schema", STEERING],
            &["completions", STEERING],
        ] {
            let done = run(ksef_qr(folder.path()).env("KSEF_QR_LANG", language).args(args));
            assert_eq!(status(&done), 2, "{args:?}");
            let told = stderr(&done);
            let steers = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
            assert!(!told.contains(steers) && !told.contains("\nf"), "{language} {args:?}: {told:?}");
            assert!(told.contains('\u{FFFD}'), "{language} {args:?}: {told:?}");
        }
    }
}
