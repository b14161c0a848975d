//! The batch as a user runs it: names, order, nothing overwritten, nothing half there, every picture read back.

use std::collections::HashSet;
use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::common::{files, fixture, invoices, parse, read_back, records, run, sign, status, stderr};

#[test]
fn one_line_an_invoice_in_input_order_and_every_picture_says_its_link() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 60);
    let done = run(sign(folder.path()).args(["in", "--jobs", "4", "--format", "png,svg"]));
    assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
    let out = folder.path().join("ksef-qr-out");
    let records = records(&out.join("manifest.ndjson"));
    assert_eq!(records.len(), 61);
    let mut expected: HashSet<String> = ["manifest.ndjson".to_owned()].into();
    for (index, record) in records[..60].iter().enumerate() {
        assert_eq!(record["input"], format!("in/f{index:05}.xml"));
        if index % 7 == 6 {
            assert_eq!(record["status"], "refused");
            assert_eq!(record["error"]["code"], "issue_date_malformed");
            continue;
        }
        assert_eq!(record["status"], "signed");
        assert_eq!(record["invoice_number"], format!("FV/2026/06/{index}"));
        for code in ["kod1", "kod2"] {
            let png = record[code]["png"].as_str().unwrap();
            assert_eq!(png, format!("f{index:05}.{code}.png"));
            assert_eq!(record[code]["url"], read_back(&out.join(png)));
            expected.extend([png.to_owned(), png.replace(".png", ".svg")]);
        }
    }
    assert_eq!(files(&out), expected, "nothing else, and nothing temporary, is left");
    let summary = &records[60];
    assert_eq!((&summary["type"], &summary["signed"], &summary["refused"]), (&"summary".into(), &52.into(), &8.into()));
}

#[test]
fn the_same_input_gives_the_same_names_and_lines_however_many_workers() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 40);
    let lines = |jobs: &str| {
        let done = run(sign(folder.path()).args([
            "in",
            "in",
            "--format",
            "none",
            "--json",
            "--deterministic",
            "--jobs",
            jobs,
        ]));
        let mut records = parse(&String::from_utf8(done.stdout).unwrap());
        assert_eq!(records.pop().unwrap()["type"], "summary");
        records
    };
    let one = lines("1");
    assert_eq!(one.len(), 80);
    assert_eq!(one, lines("3"));
}

#[test]
fn two_inputs_of_one_name_share_no_picture() {
    let folder = tempfile::tempdir().unwrap();
    for sub in ["a", "b", "c"] {
        fs::create_dir(folder.path().join(sub)).unwrap();
        fs::copy(fixture("invoices/good/fa3-basic.xml"), folder.path().join(sub).join("F1.xml")).unwrap();
    }
    fs::rename(folder.path().join("c/F1.xml"), folder.path().join("c/f1.xml")).unwrap();
    assert!(run(sign(folder.path()).args(["a", "b", "c"])).status.success());
    let pictures: Vec<_> = records(&folder.path().join("ksef-qr-out/manifest.ndjson"))[..3]
        .iter()
        .map(|record| record["kod1"]["png"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(pictures, ["F1.kod1.png", "F1-2.kod1.png", "f1-3.kod1.png"]);
}

#[test]
fn nothing_is_overwritten_unasked() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixture("invoices/good/fa3-basic.xml"), folder.path().join("f1.xml")).unwrap();
    let out = folder.path().join("ksef-qr-out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("f1.kod2.png"), "mine").unwrap();
    let refused = run(sign(folder.path()).args(["f1.xml", "--json"]));
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(parse(&String::from_utf8(refused.stdout).unwrap())[0]["error"]["code"], "output_exists");
    assert_eq!(files(&out), ["f1.kod2.png".to_owned()].into(), "KOD I is not left alone");
    assert_eq!(fs::read_to_string(out.join("f1.kod2.png")).unwrap(), "mine");

    // Not when asked, either: it is no picture. One of ours is replaced.
    assert_eq!(run(sign(folder.path()).args(["f1.xml", "--overwrite"])).status.code(), Some(1));
    assert_eq!(fs::read_to_string(out.join("f1.kod2.png")).unwrap(), "mine");
    fs::remove_file(out.join("f1.kod2.png")).unwrap();
    for _ in 0..2 {
        assert!(run(sign(folder.path()).args(["f1.xml", "--overwrite"])).status.success());
    }
    assert_eq!(files(&out).len(), 3);
    let again = run(sign(folder.path()).arg("f1.xml"));
    assert_eq!(again.status.code(), Some(2), "the manifest is there");
    assert!(String::from_utf8_lossy(&again.stderr).contains("[output_exists]"));
}

#[test]
fn a_list_and_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 3);
    fs::write(folder.path().join("list"), "in/f00002.xml\nin/f00000.xml\n").unwrap();
    let done = run(sign(folder.path()).args(["--files-from", "list", "--format", "none", "--json"]));
    let inputs: Vec<_> =
        parse(&String::from_utf8(done.stdout).unwrap()).iter().map(|record| record["input"].clone()).collect();
    assert_eq!(inputs[..2], ["in/f00002.xml", "in/f00000.xml"]);

    let invoice = fs::File::open(folder.path().join("in/f00001.xml")).unwrap();
    let done = run(sign(folder.path()).arg("-").stdin(invoice));
    assert!(done.status.success());
    assert!(folder.path().join("ksef-qr-out/invoice.kod1.png").exists());
}

#[test]
fn an_output_that_cannot_be_written_ends_the_run() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 3);
    fs::write(folder.path().join("file"), "").unwrap();
    let done = run(sign(folder.path()).args(["in", "--out", "file/out"]));
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("[output_unwritable]"));
    // The pictures cannot be written, the manifest can.
    let done = run(sign(folder.path()).args(["in", "--out", "file/out", "--json"]));
    assert_eq!(done.status.code(), Some(2));
}

/// A folder that vanishes stops the run; what was signed by then is in the manifest.
#[test]
fn a_run_that_is_stopped_writes_down_what_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = sign(folder.path())
        .args(["--files-from", "-", "--jobs", "4", "--manifest", "m.ndjson"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut list = child.stdin.take().unwrap();
    let invoice = fixture("invoices/good/fa3-basic.xml");
    let feeding =
        std::thread::spawn(
            move || while std::io::Write::write_all(&mut list, format!("{invoice}\n").as_bytes()).is_ok() {},
        );
    let out = folder.path().join("ksef-qr-out");
    while !out.join("fa3-basic-20.kod2.png").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    fs::rename(&out, folder.path().join("moved")).unwrap();
    let done = child.wait_with_output().unwrap();
    feeding.join().unwrap();
    assert_eq!(done.status.code(), Some(2), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(String::from_utf8_lossy(&done.stderr).contains("[output_unwritable]"));
    let records = records(&folder.path().join("m.ndjson"));
    assert_eq!(records.last().unwrap()["type"], "summary");
    let named: HashSet<String> = records
        .iter()
        .filter(|record| record["status"] == "signed")
        .flat_map(|record| ["kod1", "kod2"].map(|code| record[code]["png"].as_str().unwrap().to_owned()))
        .collect();
    let pictures = files(&folder.path().join("moved"));
    assert!(pictures.iter().filter(|name| !name.starts_with('.')).all(|name| named.contains(name)));
}

/// A folder in the way of one picture is no reason to leave the others.
#[test]
fn a_name_that_cannot_be_had_costs_one_invoice() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 6);
    fs::create_dir_all(folder.path().join("ksef-qr-out/f00003.kod1.png/x")).unwrap();
    let done = run(sign(folder.path()).args(["in", "--overwrite", "--quiet"]));
    assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
    let records = records(&folder.path().join("ksef-qr-out/manifest.ndjson"));
    assert_eq!(records[3]["error"]["code"], "output_exists");
    assert_eq!(records[6]["signed"], 5);
}

/// A program may write a path and wait for its line.
#[test]
fn a_record_is_written_as_soon_as_there_is_nothing_else_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = sign(folder.path())
        .args(["--files-from", "-", "--format", "none", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut paths = child.stdin.take().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    for _ in 0..3 {
        std::io::Write::write_all(&mut paths, format!("{}\n", fixture("invoices/good/fa3-basic.xml")).as_bytes())
            .unwrap();
        assert!(lines.next().unwrap().unwrap().contains("\"signed\""));
    }
    drop(paths);
    assert!(lines.next().unwrap().unwrap().contains("\"summary\""));
    assert!(child.wait().unwrap().success());
}

#[test]
fn one_number_is_for_one_invoice() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    for input in ["in", "in/*.xml"] {
        let mut command = crate::common::program();
        command.current_dir(folder.path()).args([
            "link",
            input,
            "--ksef-number",
            "5265877635-20260616-0100001AF629-15",
        ]);
        assert_eq!(run(&mut command).status.code(), Some(2), "{input}");
    }
}

#[test]
fn the_demo_spares_other_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("manifest.ndjson"), "{\"type\":\"mine\"}").unwrap();
    let mut command = crate::common::program();
    assert_eq!(run(command.arg("demo").arg("--out").arg(folder.path())).status.code(), Some(2));
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn a_broken_pipe_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 300);
    let mut child = sign(folder.path())
        .args(["in", "--format", "none", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 20];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&done.stderr).lines().filter(|line| line.starts_with("error")).count(), 0);
    assert_ne!(done.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_a_whole_manifest() {
    let folder = tempfile::tempdir().unwrap();
    // A list that never ends: only the interrupt can.
    let invoice = fixture("invoices/good/fa3-basic.xml");
    let mut child = sign(folder.path())
        .args(["--files-from", "-", "--jobs", "2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut list = child.stdin.take().unwrap();
    let id = child.id();
    let feeding =
        std::thread::spawn(
            move || while std::io::Write::write_all(&mut list, format!("{invoice}\n").as_bytes()).is_ok() {},
        );
    let manifest = folder.path().join("ksef-qr-out/manifest.ndjson");
    let picture = folder.path().join("ksef-qr-out/fa3-basic-20.kod1.png");
    while !picture.exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap().success());
    let done = child.wait_with_output().unwrap();
    feeding.join().unwrap();
    assert_eq!(done.status.code(), Some(130), "{}", String::from_utf8_lossy(&done.stderr));
    let records = records(&manifest);
    let (summary, invoices) = records.split_last().unwrap();
    assert_eq!(summary["interrupted"], true);
    assert_eq!(summary["signed"], invoices.len());
    let named: HashSet<String> = invoices
        .iter()
        .flat_map(|record| ["kod1", "kod2"].map(|code| record[code]["png"].as_str().unwrap().to_owned()))
        .chain(["manifest.ndjson".to_owned()])
        .collect();
    assert_eq!(files(&folder.path().join("ksef-qr-out")), named, "each picture has its line, each line its pictures");
}

#[test]
fn completions_and_man_pages() {
    let run = |args: &[&str]| {
        let done = crate::common::program().args(args).output().unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap())
    };
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, script) = run(&["completions", shell]);
        assert!(code == Some(0) && script.contains("ksef-number"), "{shell}");
    }
    for (args, title) in [
        (&["man"][..], "ksef\\-qr \\-"),
        (&["man", "sign"], "ksef\\-qr\\-sign"),
        (&["man", "link"], "ksef\\-qr\\-link"),
        (&["man", "cert", "show"], "ksef\\-qr\\-cert\\-show"),
        (&["man", "cert", "register", "add"], "ksef\\-qr\\-cert\\-register\\-add"),
    ] {
        let (code, page) = run(args);
        assert!(code == Some(0) && page.contains(title) && page.contains(".SH NAME"), "{args:?}");
    }
    for unknown in [&["man", "nothing"][..], &["man", "cert", "nothing"], &["man", "sign", "--out", "pages"]] {
        assert_eq!(run(unknown).0, Some(2));
    }
}

/// Each page is that which is printed by its name, and no command is without one.
#[test]
fn all_man_pages_are_written_into_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("new").join("man1");
    let program = |args: &[&str]| {
        let done = crate::common::program().current_dir(folder.path()).args(args).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    // Twice: they are replaced.
    for language in ["pl", "en"] {
        // From there: the name of a temporary folder may look like a secret.
        program(&["man", "--out", "new/man1", "--lang", language]);
    }
    let written = files(&pages);
    assert!(written.len() > 30, "{written:?}");
    for name in &written {
        let words = name.strip_suffix(".1").unwrap().strip_prefix("ksef-qr").unwrap().replacen('-', "", 1);
        // `key new-password` is one command of two words.
        let printed =
            [words.replace('-', " "), words.replacen('-', " ", 1), words.clone()].into_iter().find_map(|words| {
                let args: Vec<&str> =
                    std::iter::once("man").chain(words.split_whitespace()).chain(["--lang", "en"]).collect();
                let done = crate::common::program().args(args).output().unwrap();
                (done.status.code() == Some(0)).then(|| String::from_utf8(done.stdout).unwrap())
            });
        assert_eq!(printed.as_deref(), Some(&*fs::read_to_string(pages.join(name)).unwrap()), "{name}");
    }
    let listed = fs::read_to_string(pages.join("ksef-qr-cert-register.1")).unwrap();
    for below in ["add", "list", "check"] {
        assert!(listed.contains(below) && written.contains(&format!("ksef-qr-cert-register-{below}.1")), "{below}");
    }
}

#[test]
fn completions_know_the_values() {
    let done = crate::common::program().args(["completions", "bash"]).output().unwrap();
    let script = String::from_utf8(done.stdout).unwrap();
    for (option, values) in [
        ("--env", "prod demo test"),
        ("--format", "png svg pdf none"),
        ("--ecc", "l m q h"),
        ("--mode", "offline24 unavailable failure total"),
        ("--progress", "auto never"),
        ("--paper", "a4 a5 80mm 58mm"),
        ("--print", "pdf escpos zpl"),
        ("--language", "pl en"),
        ("--page", "auto first last all"),
        ("--corner", "auto top-left top-right bottom-left bottom-right"),
        ("--allow", "bom processing-instruction characters size certificate-purpose certificate-dates"),
    ] {
        let lines: Vec<&str> = script.lines().map(str::trim).collect();
        let offer = format!("COMPREPLY=($(compgen -W \"{values}\" -- \"${{cur}}\"))");
        let offers = lines.windows(2).any(|pair| pair[0] == format!("{option})") && pair[1] == offer);
        assert!(offers, "{option}: {values}");
    }
}

/// The script, run: bash asks its function what may stand there.
#[test]
fn bash_completes_behind_a_command() {
    let done = crate::common::program().args(["completions", "bash"]).output().unwrap();
    let script = String::from_utf8(done.stdout).unwrap();
    let ask = "COMP_WORDS=(ksef-qr sign --env ''); COMP_CWORD=3; _ksef__qr ksef-qr '' --env; echo \"${COMPREPLY[@]}\"";
    let Ok(done) = Command::new("bash").args(["-c", &format!("{script}\n{ask}")]).output() else { return };
    assert_eq!(String::from_utf8_lossy(&done.stdout).trim(), "prod demo test", "{}", stderr(&done));
}

#[test]
fn the_demo_signs_shows_and_can_be_run_again() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let done = crate::common::program().current_dir(folder.path()).arg("demo").output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let text = String::from_utf8(done.stdout).unwrap();
        assert!(text.contains("3 signed, 1 refused") && text.contains("ksef-qr-demo"), "{text}");
        assert!(!text.contains('\u{1b}'), "no colours in a file");
    }
    let out = folder.path().join("ksef-qr-demo");
    let records = records(&out.join("manifest.ndjson"));
    assert_eq!(records.len(), 5);
    for record in records.iter().filter(|record| record["status"] == "signed") {
        for code in ["kod1", "kod2"] {
            assert_eq!(record[code]["url"], read_back(&out.join(record[code]["png"].as_str().unwrap())));
        }
    }
    // What it tells the user to try next works.
    let out = crate::common::program()
        .current_dir(folder.path())
        .args(["sign", "ksef-qr-demo/invoices", "--env", "test", "--cert", "ksef-qr-demo/throwaway.crt"])
        .args([
            "--key",
            "ksef-qr-demo/throwaway.key",
            "--password-file",
            "ksef-qr-demo/throwaway.password",
            "--out",
            "my-codes",
        ])
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(1), "one of them is bad on purpose");
}

/// Two files never have one name in the manifest, and no two pictures one on any file system.
#[cfg(target_os = "linux")]
#[test]
fn names_that_look_alike_are_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    let text = fs::read_to_string(fixture("invoices/good/fa3-basic.xml")).unwrap();
    let names: [&[u8]; 10] = [
        b"f\xB3.xml",
        b"f\\xB3.xml",
        b"f\\x5CxB3.xml",
        "\u{F3}.xml".as_bytes(),
        "o\u{301}.xml".as_bytes(),
        "stra\u{DF}e.xml".as_bytes(),
        b"STRASSE.xml",
        b"NUL.xml",
        b"nul.2026.xml",
        b"f1 .xml",
    ];
    for (index, name) in names.iter().enumerate() {
        fs::write(input.join(OsStr::from_bytes(name)), text.replace("FV/2026/06/001", &index.to_string())).unwrap();
    }
    for round in 0..2 {
        let output = run(sign(folder.path()).args(["in", "--resume"]));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let records = records(&folder.path().join("ksef-qr-out/manifest.ndjson"));
        let all = |of: &dyn Fn(&Value) -> String| records[..10].iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!(all(&|record| record["input"].as_str().unwrap().to_owned()), 10);
        assert_eq!(all(&|record| record["kod1"]["png"].as_str().unwrap().to_uppercase()), 10);
        assert_eq!(records[10]["kept"], round * 10, "found again by their names");
        for record in &records[..10] {
            let stem = record["kod1"]["png"].as_str().unwrap().split('.').next().unwrap().to_uppercase();
            assert!(stem != "NUL" && !stem.ends_with(' '), "{stem}");
        }
    }
}
