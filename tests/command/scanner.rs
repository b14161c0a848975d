//! `ksef-qr-scan`, the program that reads pictures and PDFs and validates: where it is looked for, what it is not told, and what
//! the command does without it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::{files, fixture, invoices, parse, run, scanner, sign};

/// The command in a folder of its own, where there is no scanner.
fn alone(folder: &Path) -> Command {
    let executable = folder.join(Path::new(env!("CARGO_BIN_EXE_ksef-qr")).file_name().unwrap());
    if !executable.exists() {
        // A copy, where links between the two folders are not possible.
        fs::hard_link(env!("CARGO_BIN_EXE_ksef-qr"), &executable)
            .or_else(|_| fs::copy(env!("CARGO_BIN_EXE_ksef-qr"), &executable).map(drop))
            .unwrap();
    }
    let mut command = Command::new(executable);
    command.current_dir(folder).env_remove("KSEF_QR_SCAN");
    command
}

/// The exit status, and the lines on standard output.
fn answer(command: &mut Command) -> (i32, Vec<Value>) {
    let output = run(command);
    (output.status.code().unwrap(), parse(&String::from_utf8(output.stdout).unwrap()))
}

fn error(line: &Value) -> (&str, &str) {
    (line["error"]["code"].as_str().unwrap(), line["error"]["message"].as_str().unwrap())
}

#[test]
fn without_it_pictures_are_not_read_and_links_are() {
    let folder = tempfile::tempdir().unwrap();
    let picture = fixture("verify/qrencode.png");
    let (status, lines) =
        answer(alone(folder.path()).args(["verify", "--json", &picture, &fixture("verify/invoice.pdf")]));
    assert_eq!(status, 2, "nothing could be looked at");
    for line in &lines[..2] {
        let (code, message) = error(line);
        assert!(
            code == "scan_missing" && message.contains("there is no ") && message.contains("ksef-qr-scan"),
            "{message}"
        );
        assert!(line["error"]["hint"].as_str().unwrap().contains("cargo install --path crates/scan"), "{line}");
    }
    let link =
        "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo";
    let (status, _) = answer(alone(folder.path()).args(["verify", "--json", link]));
    assert_eq!(status, 0);
    let (status, _) = answer(alone(folder.path()).args(["verify", "--json", link, &picture]));
    assert_eq!(status, 1, "one of two");
    // Where it is elsewhere, a variable names it.
    let mut named = alone(folder.path());
    named.env("KSEF_QR_SCAN", scanner()).args(["verify", "--json", &picture, "--now", "2026-06-30T12:00:00Z"]);
    assert_eq!(answer(&mut named).0, 0);
}

#[test]
fn without_it_a_manifest_is_verified_but_for_its_pictures() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 3);
    assert!(run(sign(folder.path()).args(["in", "--quiet"])).status.success());
    let verify = || {
        let mut verify = alone(folder.path());
        verify.args(["verify", "--json", "--now", "2026-06-30T12:00:00Z", "--manifest", "ksef-qr-out/manifest.ndjson"]);
        answer(&mut verify)
    };
    assert_eq!(verify().0, 0, "what this program drew need not be read");
    for file in files(&folder.path().join("ksef-qr-out")).iter().filter(|file| !file.ends_with("ndjson")) {
        let mut file = OpenOptions::new().append(true).open(folder.path().join("ksef-qr-out").join(file)).unwrap();
        file.write_all(b"\n").unwrap();
    }
    let (status, lines) = verify();
    assert_eq!(status, 1);
    let problems: Vec<_> = lines.iter().filter(|line| line["type"] == "file").collect();
    assert!(problems.len() == 1 && error(problems[0]).0 == "scan_missing", "told once: {problems:?}");
    let outcomes = |kind: &str, code: &str| -> Vec<String> {
        let checks =
            lines.iter().filter(|line| line["type"] == kind).flat_map(|line| line["checks"].as_array().unwrap());
        checks
            .filter(|check| check["code"] == code)
            .map(|check| check["outcome"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(outcomes("entry", "manifest_picture"), ["not_checked"; 6]);
    assert_eq!(outcomes("entry", "manifest_digest"), ["ok"; 3]);
    assert_eq!(lines.last().unwrap()["failed"], 1);
}

#[test]
fn without_it_files_are_checked_but_not_by_a_schema() {
    let folder = tempfile::tempdir().unwrap();
    let check = |arguments: &[&str]| {
        let mut command = alone(folder.path());
        command.args(["check", &fixture("invoices/good/fa3-basic.xml"), "--now", "2026-06-30T12:00:00Z"]);
        run(command.args(arguments))
    };
    assert_eq!(check(&[]).status.code(), Some(0));
    let refused = check(&["--xsd", &fixture("schemas/flat")]);
    assert_eq!(refused.status.code(), Some(2));
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(words.contains("[scan_missing]") && words.contains("cargo install --path crates/scan"), "{words}");
}

#[cfg(unix)]
mod scripts {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn script(folder: &Path, text: &str) -> String {
        let path = folder.join("scan.sh");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn another_version_and_another_program_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let ours = env!("CARGO_PKG_VERSION");
        let hello = r#"echo '{"program":"ksef-qr-scan","version":"0.0.1","protocol":1}'; cat"#;
        for (text, expected) in [
            (hello, format!("is of version 0.0.1, and ksef-qr of {ours}")),
            ("echo hello", "does not answer as ksef-qr-scan does".to_owned()),
            ("exit 3", "does not answer as ksef-qr-scan does".to_owned()),
        ] {
            let mut verify = alone(folder.path());
            verify.env("KSEF_QR_SCAN", script(folder.path(), text));
            let (status, lines) = answer(verify.args(["verify", "--json", &fixture("verify/qrencode.png")]));
            let (code, message) = error(&lines[0]);
            assert!((status, code) == (2, "scan_missing") && message.contains(&expected), "{text}: {message}");
        }
    }

    /// One process for all files of a job, and a new one after a file that ended it. Other systems limit no address space.
    #[test]
    #[cfg(target_os = "linux")]
    fn it_is_started_once_and_again_where_a_file_ended_it() {
        let folder = tempfile::tempdir().unwrap();
        let started = folder.path().join("started");
        // With so little memory that a large page of a PDF ends it.
        let counting = format!("echo started >>'{}'\nulimit -v 60000\nexec '{}'", started.display(), scanner());
        let counting = script(folder.path(), &counting);
        let (picture, large) = (fixture("verify/qrencode.png"), folder.path().join("large.pdf"));
        let page = String::from_utf8(fs::read(fixture("verify/endless-pattern.pdf")).unwrap()).unwrap();
        fs::write(&large, page.replace("500 500", "1440 1440")).unwrap();
        let large = large.to_str().unwrap();
        let verify = |jobs: &str, files: &[&str]| {
            _ = fs::remove_file(&started);
            let mut verify = alone(folder.path());
            verify.env("KSEF_QR_SCAN", &counting).args(["verify", "--json", "--now", "2026-06-30T12:00:00Z"]);
            let (_, lines) = answer(verify.args(["--jobs", jobs]).args(files));
            let types = lines.iter().map(|line| line["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
            (types, fs::read_to_string(&started).unwrap_or_default().lines().count())
        };
        let of = |types: &[&str]| types.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(verify("1", &[&picture, &picture, &picture]), (of(&["link", "link", "link", "summary"]), 1));
        assert_eq!(verify("1", &[&picture, large, &picture]), (of(&["link", "file", "link", "summary"]), 2));
        let (types, count) = verify("2", &[&picture, &picture, &picture]);
        assert!(types == of(&["link", "link", "link", "summary"]) && (1..=2).contains(&count), "{types:?} {count}");
        assert_eq!(verify("2", &["https://qr.ksef.mf.gov.pl/"]), (of(&["link", "summary"]), 0));
    }

    /// A page that takes as long as the reader may take, and a command that is killed meanwhile.
    #[test]
    #[cfg(target_os = "linux")]
    fn it_ends_with_a_command_that_is_killed() {
        use std::time::{Duration, Instant};

        let folder = tempfile::tempdir().unwrap();
        let number = folder.path().join("number");
        let telling = script(folder.path(), &format!("echo $$ >'{}'\nexec '{}'", number.display(), scanner()));
        let pdf = folder.path().join("slow.pdf");
        let (fonts, letters) = ("/A 0".repeat(149_000), "/F1 1 Tf\n".repeat(1_000_000));
        fs::write(
            &pdf,
            format!(
                "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n\
                 3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font 4 0 R>>/Contents 5 0 R>>\nendobj\n\
                 4 0 obj\n<<{fonts}>>\nendobj\n5 0 obj\n<</Length {}>>stream\n{letters}endstream\nendobj\n\
                 trailer\n<</Size 6/Root 1 0 R>>\n%%EOF\n",
                letters.len()
            ),
        )
        .unwrap();
        let mut verify = alone(folder.path());
        let verify = verify.env("KSEF_QR_SCAN", telling).args(["verify", "--json"]).arg(&pdf);
        let mut verify = verify.stdout(std::process::Stdio::null()).spawn().unwrap();
        let waited = |what: &str, is_so: &dyn Fn() -> bool| {
            let begun = Instant::now();
            while !is_so() {
                assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
                std::thread::sleep(Duration::from_millis(50));
            }
        };
        let process = || format!("/proc/{}/stat", fs::read_to_string(&number).unwrap_or_default().trim());
        // In hundredths of a second, of processor time.
        let worked = || {
            let stat = fs::read_to_string(process()).unwrap_or_default();
            let fields = stat.rsplit_once(") ").map(|(_, fields)| fields.to_owned()).unwrap_or_default();
            fields.split(' ').nth(11).and_then(|time| time.parse::<u64>().ok()).unwrap_or_default()
        };
        waited("the reader does not begin", &|| worked() > 50);
        verify.kill().unwrap();
        assert!(verify.wait().unwrap().code().is_none(), "it had ended before");
        let is_gone = || {
            let stat = fs::read_to_string(process()).unwrap_or_default();
            stat.rsplit_once(") ").is_none_or(|(_, fields)| fields.starts_with('Z'))
        };
        waited("the reader goes on", &is_gone);
    }

    #[test]
    fn it_is_told_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let telling = script(folder.path(), &format!("/usr/bin/env >'{}'\nexec '{}'", told.display(), scanner()));
        let mut verify = alone(folder.path());
        verify.env("KSEF_QR_SCAN", telling).env("KSEF_QR_KEY_PASSWORD", "secret-1").env("OTHER_PASSWORD", "secret-2");
        let output = run(verify.args(["verify", &fixture("verify/qrencode.png"), "--now", "2026-06-30T12:00:00Z"]));
        assert_eq!(output.status.code(), Some(0));
        let told = fs::read_to_string(told).unwrap();
        assert!(!told.contains("secret"), "{told}");
    }
}
