//! Runs that are cut short and taken up again: nothing is lost, and nothing that was signed changes.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::common::kills::Kills;
use crate::common::{files, fixture, invoices, ksef_qr, lines, parse, parse_line, read_back, records, run, sign};
use serde_json::Value;

const CODES: [&str; 2] = ["kod1", "kod2"];

/// The lines of signed invoices, by input, as they stand in the manifest. A line that was cut short is none.
fn signed_lines(manifest: &Path) -> HashMap<String, String> {
    let text = fs::read_to_string(manifest).unwrap_or_default();
    let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    let mut lines = HashMap::new();
    for line in whole.lines() {
        let record = parse_line(line);
        if record["status"] == "signed" {
            lines.insert(record["input"].as_str().unwrap().to_owned(), line.to_owned());
        }
    }
    lines
}

fn pictures(line: &str) -> [String; 2] {
    let record = parse_line(line);
    CODES.map(|code| record[code]["png"].as_str().unwrap().to_owned())
}

/// Every picture that is to be seen is whole and has its line.
fn check_visible(out: &Path, lines: &HashMap<String, String>) {
    let named: HashSet<String> = lines.values().flat_map(|line| pictures(line)).collect();
    for name in files(out).iter().filter(|name| name.contains(".kod")) {
        assert!(named.contains(name), "{name} has no line");
        assert!(fs::read(out.join(name)).unwrap().ends_with(b"IEND\xAE\x42\x60\x82"), "{name} is not whole");
    }
}

#[test]
fn twenty_kills_lose_nothing() {
    const COUNT: usize = 400;
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), COUNT);
    let out = folder.path().join("ksef-qr-out");
    let manifest = out.join("manifest.ndjson");
    let command = || {
        let mut command = sign(folder.path());
        command.args(["in", "--resume", "--jobs", "2", "--quiet"]).stderr(Stdio::null());
        command
    };
    // The kills are spread over a whole run, and most of them come amid the work.
    let mut kills = Kills::measured(|| drop(run(command().args(["--out", "measured"]))));

    let mut known = HashMap::new();
    while kills.cut_short() < 20 {
        // What is signed already costs a run little: the time for a kill is that of what is left.
        let left = 1.0 - known.len() as f64 / COUNT as f64;
        kills.kill(&mut command(), rand::random::<f64>() * 0.7 * left);
        let lines = signed_lines(&manifest);
        for (input, line) in &known {
            assert_eq!(lines.get(input), Some(line), "{input} was signed and has another line now");
        }
        if out.exists() {
            check_visible(&out, &lines);
        }
        known = lines;
    }
    assert!(known.len() > 20, "the kills came too early to lose anything: {} lines", known.len());

    assert_eq!(run(&mut command()).status.code(), Some(1), "every seventh is refused");
    let text = fs::read_to_string(&manifest).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), COUNT + 1);
    let mut expected: HashSet<String> = ["manifest.ndjson", ".manifest.ndjson.seen"].map(str::to_owned).into();
    for (index, line) in lines[..COUNT].iter().enumerate() {
        let record = parse_line(line);
        let input = format!("in/f{index:05}.xml");
        assert_eq!(record["input"], *input);
        if let Some(known) = known.get(&input) {
            assert_eq!(line, known);
        }
        if index % 7 == 6 {
            assert_eq!(record["status"], "refused");
            continue;
        }
        for (code, name) in CODES.iter().zip(pictures(line)) {
            let picture = image::open(out.join(&name)).unwrap();
            assert!(picture.width() > 200, "{name}");
            if index % 20 == 0 {
                assert_eq!(record[code]["url"], read_back(&out.join(&name)));
            }
            expected.insert(name);
        }
    }
    assert_eq!(files(&out), expected, "nothing else, and nothing temporary, is left");
    let summary = parse_line(lines[COUNT]);
    assert_eq!((&summary["kept"], &summary["interrupted"]), (&known.len().into(), &false.into()));
    assert_eq!(summary["signed"].as_u64().unwrap() + summary["refused"].as_u64().unwrap(), COUNT as u64);
}

#[test]
fn what_did_not_change_is_kept_and_what_did_is_signed_anew() {
    let folder = tempfile::tempdir().unwrap();
    let input = invoices(folder.path(), 7);
    let out = folder.path().join("ksef-qr-out");
    let manifest = out.join("manifest.ndjson");
    assert_eq!(run(sign(folder.path()).args(["in", "--quiet"])).status.code(), Some(1));
    let before = signed_lines(&manifest);

    // One changes, one is mended, one goes away, one comes; pictures are lost, cut short and replaced.
    let changed = fs::read_to_string(input.join("f00001.xml")).unwrap().replace("2026-06-15", "2026-06-16");
    fs::write(input.join("f00001.xml"), &changed).unwrap();
    fs::write(input.join("f00006.xml"), changed.replace("FV/2026/06/1", "FV/2026/06/6")).unwrap();
    fs::remove_file(input.join("f00002.xml")).unwrap();
    fs::write(input.join("f00000-new.xml"), changed.replace("FV/2026/06/1", "FV/2026/06/new")).unwrap();
    let lost = out.join("f00003.kod1.png");
    let whole = fs::read(&lost).unwrap();
    fs::remove_file(&lost).unwrap();
    fs::write(out.join("f00004.kod2.png"), b"\x89PNG").unwrap();

    let done = run(sign(folder.path()).args(["in", "--resume"]));
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let words = String::from_utf8(done.stdout).unwrap();
    assert!(words.contains("5 kept as an earlier run signed them, 2 of them with pictures made again"), "{words}");
    assert!(words.contains("1 changed since an earlier run, and signed again"), "{words}");
    assert!(String::from_utf8(done.stderr).unwrap().contains("in/f00001.xml: the invoice changed"));

    let records = records(&manifest);
    let order: Vec<_> = records.iter().filter_map(|record| record["input"].as_str()).collect();
    // The one whose invoice went away keeps its line, at the end: its code may be on paper.
    let expected = ["0-new", "0", "1", "3", "4", "5", "6", "2"].map(|name| format!("in/f0000{name}.xml"));
    assert_eq!(order, expected);
    let after = signed_lines(&manifest);
    assert_eq!(after.len(), 8);
    for (input, line) in &before {
        assert_eq!(after.get(input) == Some(line), input != "in/f00001.xml", "{input}");
    }
    let replaced = records.iter().find(|record| record["input"] == "in/f00001.xml").unwrap();
    let was = parse_line(&before["in/f00001.xml"]);
    assert_eq!(replaced["replaces"], was["hash_base64"]);
    assert_eq!(replaced["warnings"][0]["code"], "invoice_changed");
    assert_eq!(replaced["kod1"]["png"], "f00001.kod1.png");
    assert_eq!(fs::read(&lost).unwrap(), whole, "the same picture again");
    for record in records.iter().filter(|record| record["type"] == "invoice") {
        for code in CODES {
            assert_eq!(record[code]["url"], read_back(&out.join(record[code]["png"].as_str().unwrap())));
        }
    }
    let summary = records.last().unwrap();
    let counts = ["signed", "refused", "kept", "redrawn", "replaced"].map(|name| summary[name].as_u64().unwrap());
    assert_eq!(counts, [8, 0, 5, 2, 1]);

    // Once more: there is nothing to do, and nothing changes.
    let text = fs::read_to_string(&manifest).unwrap();
    assert!(run(sign(folder.path()).args(["in", "--resume", "--quiet"])).status.success());
    let again = fs::read_to_string(&manifest).unwrap();
    let invoices =
        |text: &str| text.lines().filter(|line| line.contains("\"invoice\"")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(invoices(&again), invoices(&text));
}

/// A line is given up for a new signature and for nothing else.
#[test]
fn an_invoice_that_cannot_be_signed_any_more_keeps_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let input = invoices(folder.path(), 3);
    let manifest = folder.path().join("ksef-qr-out/manifest.ndjson");
    assert!(run(sign(folder.path()).args(["in"])).status.success());
    let before = signed_lines(&manifest);
    fs::write(input.join("f00001.xml"), "<Faktura>").unwrap();
    let done = run(sign(folder.path()).args(["in", "--resume", "--quiet"]));
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(signed_lines(&manifest), before);
    let records = records(&manifest);
    assert_eq!(records.len(), 5);
    assert_eq!(records.iter().filter(|record| record["status"] == "refused").count(), 1);
    check_visible(&folder.path().join("ksef-qr-out"), &before);
}

#[test]
fn one_input_named_twice_has_two_lines_and_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    let manifest = folder.path().join("ksef-qr-out/manifest.ndjson");
    assert!(run(sign(folder.path()).args(["in", "in"])).status.success());
    let before = fs::read_to_string(&manifest).unwrap();
    assert!(run(sign(folder.path()).args(["in", "in", "--resume"])).status.success());
    let after = fs::read_to_string(&manifest).unwrap();
    assert_eq!(before.lines().take(4).collect::<Vec<_>>(), after.lines().take(4).collect::<Vec<_>>());
    assert_eq!(after.lines().count(), 5);
}

/// Two lines of one input, both replaced, and the run after that: the second `replaces` must not cost a good line.
#[test]
fn one_input_named_twice_may_change_too() {
    let folder = tempfile::tempdir().unwrap();
    let input = invoices(folder.path(), 1);
    let out = folder.path().join("ksef-qr-out");
    let manifest = out.join("manifest.ndjson");
    let go_on = || assert!(run(sign(folder.path()).args(["in", "in", "--resume", "--quiet"])).status.success());
    go_on();
    let changed = fs::read_to_string(input.join("f00000.xml")).unwrap().replace("2026-06-15", "2026-06-16");
    fs::write(input.join("f00000.xml"), changed).unwrap();
    go_on();
    let lines = || fs::read_to_string(&manifest).unwrap().lines().take(2).map(str::to_owned).collect::<Vec<_>>();
    let before = lines();
    assert!(before.iter().all(|line| line.contains("\"replaces\"")));
    go_on();
    assert_eq!(lines(), before);
    assert_eq!(files(&out).len(), 5);
}

/// Names that are no text, and one of them goes away: no other's line is taken for its own.
#[cfg(unix)]
#[test]
fn files_without_a_utf8_name_are_told_apart() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    let input = invoices(folder.path(), 3);
    let name = |byte: u8| input.join(std::ffi::OsStr::from_bytes(&[b'f', byte, b'.', b'x', b'm', b'l']));
    for (index, byte) in [0xB1, 0xB3, 0xF3].into_iter().enumerate() {
        fs::rename(input.join(format!("f0000{index}.xml")), name(byte)).unwrap();
    }
    let manifest = folder.path().join("ksef-qr-out/manifest.ndjson");
    let go_on = || assert!(run(sign(folder.path()).args(["in", "--resume", "--quiet"])).status.success());
    go_on();
    let before = signed_lines(&manifest);
    assert!(before.contains_key("in/f\\xB3.xml"), "{:?}", before.keys());
    fs::remove_file(name(0xB1)).unwrap();
    go_on();
    assert_eq!(signed_lines(&manifest), before);
}

#[test]
fn the_longest_names_can_be_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    for sub in ["a", "b"] {
        fs::create_dir_all(folder.path().join("in").join(sub)).unwrap();
        let name = format!("{}.xml", "ł".repeat(110));
        fs::copy(fixture("invoices/good/fa3-basic.xml"), folder.path().join("in").join(sub).join(name)).unwrap();
    }
    for _ in 0..2 {
        let done = run(sign(folder.path()).args(["in", "--resume", "--quiet"]));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

/// Each invoice on standard input is another one.
#[test]
fn standard_input_is_always_new() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    for index in 0..2 {
        let invoice = fs::File::open(folder.path().join(format!("in/f0000{index}.xml"))).unwrap();
        assert!(run(sign(folder.path()).args(["-", "--resume"]).stdin(invoice)).status.success());
    }
    let lines = records(&folder.path().join("ksef-qr-out/manifest.ndjson"));
    let names: Vec<_> = lines.iter().filter_map(|line| line["kod1"]["png"].as_str()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(names.iter().collect::<HashSet<_>>(), ["invoice.kod1.png", "invoice-2.kod1.png"].iter().collect());
}

#[test]
fn what_is_no_archive_of_codes_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("june.zip");
    fs::copy(fixture("archives/good.zip"), &archive).unwrap();
    let before = fs::read(&archive).unwrap();
    fs::write(folder.path().join("june.ndjson"), "").unwrap();
    for option in ["--overwrite", "--resume"] {
        let done = run(sign(folder.path()).args(["june.zip", "--out", "june.zip", option]));
        assert_eq!(done.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&done.stderr).contains("[output_exists]"));
        assert_eq!(fs::read(&archive).unwrap(), before);
    }
    // A FIFO of that name is not waited for.
    #[cfg(unix)]
    {
        assert!(Command::new("mkfifo").arg(folder.path().join("fifo.zip")).status().unwrap().success());
        let done = run(sign(folder.path()).args(["june.zip", "--out", "fifo.zip", "--overwrite"]));
        assert_eq!(done.status.code(), Some(2));
    }
    // Its own archive is another matter.
    for _ in 0..2 {
        let done = run(sign(folder.path()).args(["june.zip", "--out", "codes.zip", "--overwrite"]));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    // A slash at the end means a folder.
    assert!(run(sign(folder.path()).args(["june.zip", "--out", "folder.zip/"])).status.success());
    assert!(folder.path().join("folder.zip/manifest.ndjson").exists());
}

/// The line before last may have been cut by an editor, not by a kill.
#[test]
fn a_last_line_without_a_newline_is_a_line_if_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    let manifest = folder.path().join("ksef-qr-out/manifest.ndjson");
    assert!(run(sign(folder.path()).args(["in"])).status.success());
    let before = signed_lines(&manifest);
    let text = fs::read_to_string(&manifest).unwrap();
    let two: Vec<&str> = text.lines().take(2).collect();
    fs::write(&manifest, two.join("\n")).unwrap();
    assert!(run(sign(folder.path()).args(["in", "--resume"])).status.success());
    assert_eq!(signed_lines(&manifest), before);
    // What is whole and no line of ours is left alone, by all means.
    for foreign in ["{\"type\":\"FeatureCollection\",\"features\":[]}", "{\"type\":\"invoice\"}\n{\"a\":1}"] {
        fs::write(&manifest, foreign).unwrap();
        let done = run(sign(folder.path()).args(["in", "--resume"]));
        assert!(String::from_utf8_lossy(&done.stderr).contains("[manifest_damaged]"));
        assert_eq!(fs::read_to_string(&manifest).unwrap(), foreign);
    }
}

#[test]
fn pictures_of_another_size_are_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    let picture = folder.path().join("ksef-qr-out/f00000.kod1.png");
    assert!(run(sign(folder.path()).args(["in"])).status.success());
    let before = fs::read(&picture).unwrap();
    for other in [["--module-px", "3"], ["--dpi", "600"], ["--ecc", "h"]] {
        let done = run(sign(folder.path()).args(["in", "--resume"]).args(other));
        assert_eq!(done.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&done.stderr).contains("[resume_mismatch]"));
        assert_eq!(fs::read(&picture).unwrap(), before);
    }
}

/// Somebody tidies up during the run: the signatures in the manifest exist nowhere else.
#[test]
fn a_manifest_removed_during_the_run_is_put_back() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    let mut child = sign(folder.path())
        .args(["--files-from", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let list = child.stdin.as_mut().unwrap();
    let manifest = folder.path().join("ksef-qr-out/manifest.ndjson");
    std::io::Write::write_all(list, b"in/f00000.xml\n").unwrap();
    while signed_lines(&manifest).is_empty() {
        sleep(Duration::from_millis(5));
    }
    let before = signed_lines(&manifest);
    fs::remove_file(&manifest).unwrap();
    std::io::Write::write_all(list, b"in/f00001.xml\n").unwrap();
    // The list stays open: a run that is over ends all the same.
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(2));
    assert_eq!(signed_lines(&manifest), before);
    check_visible(&folder.path().join("ksef-qr-out"), &before);
    assert!(run(sign(folder.path()).args(["in", "--resume"])).status.success());
    assert_eq!(signed_lines(&manifest)["in/f00000.xml"], before["in/f00000.xml"]);
}

#[test]
fn another_command_cannot_go_on_with_the_run() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    let manifest = folder.path().join("ksef-qr-out/manifest.ndjson");
    assert!(run(sign(folder.path()).args(["in"])).status.success());
    let before = fs::read_to_string(&manifest).unwrap();
    let link = |args: &[&str]| {
        let mut command = crate::common::program();
        command.current_dir(folder.path()).args(["link", "in", "--resume"]).args(args);
        command
    };
    let refused = |command: &mut Command, code: &str| {
        let done = run(command);
        assert_eq!(done.status.code(), Some(2));
        let words = String::from_utf8(done.stderr).unwrap();
        assert!(words.contains(&format!("[{code}]")), "{words}");
    };
    refused(&mut link(&["--env", "test"]), "resume_mismatch");
    refused(sign(folder.path()).args(["in", "--resume", "--format", "svg"]), "resume_mismatch");
    refused(sign(folder.path()).args(["in", "--resume", "--format", "none"]), "resume_mismatch");
    refused(sign(folder.path()).args(["in", "--resume", "--embed"]), "resume_mismatch");
    assert_eq!(fs::read_to_string(&manifest).unwrap(), before);

    // Nothing can be read back from there.
    #[cfg(unix)]
    refused(sign(folder.path()).args(["in", "--resume", "--manifest", "/dev/null"]), "output_exists");

    // Demo's links under another environment's command.
    assert!(run(link(&["--env", "demo", "--out", "demo"]).arg("--quiet")).status.success());
    refused(&mut link(&["--env", "test", "--out", "demo"]), "resume_mismatch");

    // By hand: out of the folder, another invoice's link, no JSON.
    for (from, to) in [
        ("f00000.kod1.png", "../f00000.kod1.png"),
        ("f00000.kod2.png", "/etc/f00000.kod2.png"),
        ("\"hash_base64\":\"", "\"hash_base64\":\"A"),
        ("/invoice/5265877635", "/invoice/526587763"),
        ("\"label\":\"OFFLINE\"", "\"label\":\"\""),
        ("\"type\":\"invoice\",", "\"type\":\"invoice\""),
    ] {
        fs::write(&manifest, before.replacen(from, to, 1)).unwrap();
        refused(sign(folder.path()).args(["in", "--resume"]), "manifest_damaged");
    }
    assert!(!folder.path().join("f00000.kod1.png").exists());
}

#[test]
fn two_runs_into_one_place_are_one_too_many() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    for place in [&["--out", "out"][..], &["--out", "out.zip"], &["--format", "none", "--manifest", "m.ndjson"]] {
        // A list that does not end keeps the first run going.
        let mut first = sign(folder.path())
            .args(["--files-from", "-"])
            .args(place)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let list = first.stdin.as_mut().unwrap();
        std::io::Write::write_all(list, b"in/f00000.xml\n").unwrap();
        let manifest = match place[1] {
            "out" => "out/manifest.ndjson",
            "out.zip" => "out.ndjson",
            _ => "m.ndjson",
        };
        while fs::metadata(folder.path().join(manifest)).map_or(0, |found| found.len()) == 0 {
            sleep(Duration::from_millis(5));
        }
        let mut others = vec![vec!["--resume"], vec!["--overwrite"]];
        if place[0] == "--out" {
            // The manifest elsewhere, the pictures in the same place.
            others.push(vec!["--json"]);
        }
        for other in others {
            let second = run(sign(folder.path()).arg("in").args(place).args(&other));
            assert_eq!(second.status.code(), Some(2), "{place:?} {other:?}");
            let words = String::from_utf8(second.stderr).unwrap();
            assert!(words.contains("[output_busy]"), "{words}");
        }
        drop(first.stdin.take());
        assert!(first.wait().unwrap().success());
        let third = run(sign(folder.path()).arg("in").args(place).arg("--resume"));
        assert!(third.status.success(), "{}", String::from_utf8_lossy(&third.stderr));
        assert_eq!(records(&folder.path().join(manifest)).len(), 3);
    }
}

/// An archive is made anew from the manifest's links: what it held before the kill does not matter.
#[test]
fn an_archive_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 60);
    let command = || {
        let mut command = sign(folder.path());
        command.args(["in", "--out", "codes.zip", "--resume", "--quiet"]).stderr(Stdio::null());
        command
    };
    let mut child = command().args(["--files-from", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let manifest = folder.path().join("codes.ndjson");
    while signed_lines(&manifest).len() < 30 {
        sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!folder.path().join("codes.zip").exists());
    let before = signed_lines(&manifest);
    assert_eq!(run(&mut command()).status.code(), Some(1));
    let after = signed_lines(&manifest);
    assert!(before.iter().all(|(input, line)| after.get(input) == Some(line)));
    assert_eq!(files(folder.path()), ["in", "codes.zip", "codes.ndjson"].map(str::to_owned).into());

    let bytes = fs::read(folder.path().join("codes.zip")).unwrap();
    let archive = rawzip::ZipArchive::from_slice(&bytes).unwrap();
    let mut entries = archive.entries();
    let mut names = HashSet::new();
    while let Some(entry) = entries.next_entry().unwrap() {
        let found = archive.get_entry(entry.wayfinder()).unwrap();
        let mut picture = Vec::new();
        let data = flate2::bufread::DeflateDecoder::new(found.data());
        std::io::Read::read_to_end(&mut found.verifying_reader(data), &mut picture).unwrap();
        image::load_from_memory(&picture).unwrap();
        names.insert(String::from_utf8(entry.file_path().as_bytes().to_vec()).unwrap());
    }
    assert_eq!(names, after.values().flat_map(|line| pictures(line)).collect());
}

#[test]
fn pictures_in_the_manifest_are_the_same_pictures() {
    use base64::Engine as _;
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 3);
    let args = ["in", "--deterministic", "--format", "png,svg"];
    assert!(run(sign(folder.path()).args(args)).status.success());
    let done = run(sign(folder.path()).args(args).args(["--embed", "--json"]));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let embedded = parse(&String::from_utf8(done.stdout).unwrap());
    for (record, line) in records(&folder.path().join("ksef-qr-out/manifest.ndjson"))[..3].iter().zip(&embedded) {
        for code in CODES {
            assert_eq!(record[code]["url"], line[code]["url"]);
            for format in ["png", "svg"] {
                let text = line[code][format!("{format}_base64")].as_str().unwrap();
                let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
                let file = folder.path().join("ksef-qr-out").join(record[code][format].as_str().unwrap());
                assert_eq!(bytes, fs::read(file).unwrap());
            }
        }
    }
    assert_eq!(files(folder.path()).len(), 2, "the embedded ones made no files");

    // And they are kept as they are.
    let again = ["--embed", "--out", "m", "--resume", "--quiet"];
    let manifest = folder.path().join("m/manifest.ndjson");
    assert!(run(sign(folder.path()).args(args).args(again)).status.success());
    let before = signed_lines(&manifest);
    assert!(run(sign(folder.path()).args(args).args(again)).status.success());
    assert_eq!(signed_lines(&manifest), before);
}

#[test]
fn archives_are_read_where_they_lie() {
    let folder = tempfile::tempdir().unwrap();
    let archive = fixture("archives/good.zip");
    let done = run(sign(folder.path()).args([&archive, "--quiet"]));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let out = folder.path().join("ksef-qr-out");
    let lines = records(&out.join("manifest.ndjson"));
    let inputs: Vec<_> = lines.iter().filter_map(|line| line["input"].as_str()).collect();
    let expected = ["2026/06/b.xml", "2026/07/b.xml", "a.XML"].map(|name| format!("{archive}!{name}"));
    assert_eq!(inputs, expected);
    let names = ["b", "b-2", "a"].iter().flat_map(|stem| CODES.map(|code| format!("{stem}.{code}.png")));
    assert_eq!(files(&out), names.chain(["manifest.ndjson".to_owned()]).collect());
    // The bytes are those of the file that was packed.
    let unpacked =
        run(sign(folder.path()).args([&fixture("invoices/good/fa3-basic.xml"), "--json", "--format", "none"]));
    let unpacked = parse(&String::from_utf8(unpacked.stdout).unwrap());
    assert_eq!(lines[0]["hash_base64"], unpacked[0]["hash_base64"]);
}

#[test]
fn hostile_archives_cost_what_is_hostile_in_them() {
    let folder = tempfile::tempdir().unwrap();
    for (archive, expected) in [
        ("bomb", &["input_entry_damaged", "too_large"][..]),
        ("damaged", &["input_entry_damaged", "signed"]),
        ("encrypted", &["input_entry_encrypted", "signed"]),
        ("method", &["input_entry_method", "signed"]),
        ("names", &["input_entry_name", "input_entry_name", "input_entry_name", "input_entry_name", "signed"]),
        ("no-invoice", &["input_missing"]),
        ("not-an-archive", &["input_archive_unreadable"]),
        ("overlap", &["input_archive_unreadable"]),
        ("promises", &["input_archive_unreadable"]),
        ("repeated", &["input_entry_repeated", "input_entry_repeated", "signed"]),
        ("sizes", &["input_entry_damaged", "input_entry_damaged"]),
        ("truncated", &["input_archive_unreadable"]),
    ] {
        let archive = fixture(&format!("archives/{archive}.zip"));
        let done = run(sign(folder.path()).args([&archive, "--json", "--format", "none"]));
        let mut lines = parse(&String::from_utf8(done.stdout).unwrap());
        // Where nothing could be read, a line behind the summary says so.
        let failure = lines.pop_if(|line| line["type"] == "error");
        assert_eq!(failure.is_some(), done.status.code() == Some(2), "{archive}");
        assert_eq!(lines.pop().unwrap()["type"], "summary");
        let found: Vec<_> = lines
            .iter()
            .map(|line| line["error"]["code"].as_str().unwrap_or(line["status"].as_str().unwrap()))
            .collect();
        assert_eq!(found, expected, "{archive}");
        assert_eq!(
            done.status.code(),
            Some(if expected.contains(&"signed") || archive.contains("bomb") { 1 } else { 2 })
        );
    }
    assert_eq!(files(folder.path()).len(), 0, "nothing was unpacked");
}

/// Whatever a damaged archive is, it is no reason to panic, to hang or to sign other bytes than those packed.
#[test]
fn a_flipped_bit_anywhere_is_found_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(fixture("archives/good.zip")).unwrap();
    let path = folder.path().join("flipped.zip");
    let sign_it = || {
        let done = run(sign(folder.path()).args(["flipped.zip", "--json", "--format", "none"]));
        assert!(matches!(done.status.code(), Some(0..=2)), "{}", String::from_utf8_lossy(&done.stderr));
        parse(&String::from_utf8(done.stdout).unwrap())
    };
    fs::write(&path, &whole).unwrap();
    let hash = |line: &Value| line["hash_base64"].as_str().map(str::to_owned);
    let good: HashSet<_> = sign_it().iter().filter_map(hash).collect();
    assert_eq!(good.len(), 3);
    for _ in 0..150 {
        let mut damaged = whole.clone();
        damaged[rand::random_range(0..whole.len())] ^= 1 << rand::random_range(0..8);
        fs::write(&path, &damaged).unwrap();
        assert!(sign_it().iter().filter_map(hash).all(|hash| good.contains(&hash)));
    }
}

/// The same invoice again is answered with the codes that it has, whether it has a name or not.
#[test]
fn a_program_is_answered_with_the_codes_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let input = invoices(folder.path(), 3);
    let out = folder.path().join("ksef-qr-out");
    let answer = |args: &[&str], stdin: Option<&str>| {
        let stdin = stdin.map_or(Stdio::null(), |name| fs::File::open(input.join(name)).unwrap().into());
        let output = run(sign(folder.path()).args(args).args(["--json", "--resume"]).stdin(stdin));
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let first = answer(&["in"], None);
    assert_eq!(first.len(), 4);
    let manifest = fs::read_to_string(out.join("manifest.ndjson")).unwrap();
    assert_eq!(first[..3], manifest.lines().take(3).collect::<Vec<_>>(), "the file has what was answered");
    // One of them alone; the others stay in the file and are no part of the answer.
    let again = answer(&["in/f00001.xml"], None);
    assert_eq!((again.len(), &again[0]), (2, &first[1]));
    assert_eq!(parse_line(&again[1])["kept"], 3);
    assert_eq!(records(&out.join("manifest.ndjson")).len(), 4);

    // A till: invoices without a name are told apart by what is in them.
    let till = ["-", "--format", "none", "--manifest", "till.ndjson"];
    let one = answer(&till, Some("f00000.xml"));
    let other = answer(&till, Some("f00001.xml"));
    assert_ne!(one[0], other[0]);
    assert_eq!(answer(&till, Some("f00000.xml"))[0], one[0]);
    assert_eq!(answer(&till, Some("f00001.xml"))[0], other[0]);
    assert_eq!(records(&folder.path().join("till.ndjson")).len(), 3);
}

#[test]
fn other_settings_are_a_mismatch() {
    let folder = tempfile::tempdir().unwrap();
    let basic = fs::read_to_string(fixture("invoices/good/fa3-basic.xml")).unwrap();
    fs::write(folder.path().join("f1.xml"), &basic).unwrap();
    fs::write(folder.path().join("bom.xml"), format!("\u{FEFF}{basic}")).unwrap();
    for (number, (first, second, is_same)) in [
        ("f1.xml", "f1.xml --context Nip:1234563218", false),
        ("f1.xml", "f1.xml --context Nip:5265877635", true),
        ("f1.xml --context Nip:1234563218", "f1.xml", false),
        ("f1.xml --context Nip:5265877635", "f1.xml", false),
        ("f1.xml", "f1.xml --mode offline24", false),
        ("f1.xml --mode offline24", "f1.xml", false),
        ("f1.xml --mode offline24", "f1.xml --mode failure", false),
        ("f1.xml --mode offline24", "f1.xml --mode offline24", true),
        ("f1.xml", "f1.xml --signature-encoding der", false),
        ("f1.xml --signature-encoding der", "f1.xml", false),
        ("f1.xml", "f1.xml --deterministic", false),
        ("f1.xml --deterministic", "f1.xml", false),
        ("f1.xml --deterministic", "f1.xml --deterministic", true),
        ("bom.xml --allow bom", "bom.xml", false),
        ("bom.xml --allow bom", "bom.xml --allow size", false),
        ("bom.xml --allow bom", "bom.xml --allow bom,size", true),
        // What was refused may be allowed now; the rest stays as it is.
        ("f1.xml", "f1.xml bom.xml --allow bom", true),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("out{number}");
        let signs =
            |args: &str| run(sign(folder.path()).args(args.split(' ')).args(["--quiet", "--out", &out, "--resume"]));
        let done = signs(first);
        assert_eq!(done.status.code(), Some(0), "{first}: {}", String::from_utf8_lossy(&done.stderr));
        let manifest = folder.path().join(&out).join("manifest.ndjson");
        let before = fs::read(&manifest).unwrap();
        let again = signs(second);
        let told = String::from_utf8_lossy(&again.stderr);
        match is_same {
            true => assert_eq!(again.status.code(), Some(0), "{first}, then {second}: {told}"),
            false => {
                assert_eq!(again.status.code(), Some(2), "{first}, then {second}");
                assert!(told.contains("[resume_mismatch]"), "{first}, then {second}: {told}");
                assert!(fs::read(&manifest).unwrap() == before, "{first}, then {second}");
            }
        }
    }
}

/// A bit that flipped on the disk, or a slip of the hand, becomes no code.
#[test]
fn a_line_that_contradicts_itself_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let input = fixture("invoices/good/fa3-basic.xml");
    let out = folder.path().join("ksef-qr-out");
    let manifest = out.join("manifest.ndjson");
    let resume = || run(sign(folder.path()).args([&input, "--resume"]));
    assert_eq!(resume().status.code(), Some(0));
    let good = fs::read_to_string(&manifest).unwrap();
    let line = parse_line(good.lines().next().unwrap());
    for picture in pictures(good.lines().next().unwrap()) {
        fs::remove_file(out.join(picture)).unwrap();
    }
    let kod2 = line["kod2"]["url"].as_str().unwrap();
    let other_hash = "A".repeat(42) + "E";
    let hash = line["hash_base64url"].as_str().unwrap();
    let contradictions = [
        ("\"context\":\"Nip:5265877635\"", "\"context\":\"Nip:1234563218\"".to_owned()),
        ("certificate/Nip/5265877635", "certificate/Nip/1234563218".to_owned()),
        ("\"certificate_serial\":\"01F0", "\"certificate_serial\":\"01F1".to_owned()),
        ("/01F0A1B2C3D4E501/", "/01F0A1B2C3D4E511/".to_owned()),
        ("\"algorithm\":\"ES256-P1363\"", "\"algorithm\":\"ES256-DER\"".to_owned()),
        ("\"algorithm\":\"ES256-P1363\"", "\"algorithm\":\"PS256\"".to_owned()),
        ("\"seller_nip\":\"5265877635\"", "\"seller_nip\":\"1234563218\"".to_owned()),
        ("\"issue_date\":\"2026-06-15\"", "\"issue_date\":\"2026-06-16\"".to_owned()),
        ("/15-06-2026/", "/16-06-2026/".to_owned()),
        ("\"label\":\"OFFLINE\"", "\"label\":\"PAID\"".to_owned()),
        ("\"label\":\"CERTYFIKAT\"", "\"label\":\"OFFLINE\"".to_owned()),
        (hash, other_hash),
    ];
    for (from, to) in contradictions {
        assert!(good.contains(from), "{from}");
        fs::write(&manifest, good.replacen(from, &to, 1)).unwrap();
        let output = resume();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{from}: {told}");
        assert!(told.contains("[manifest_damaged]"), "{from}: {told}");
    }
    // Each place of the signature.
    let start = kod2.len() - 86;
    for place in [start, start + 1, start + 43, kod2.len() - 2] {
        let flipped = if kod2.as_bytes()[place] == b'A' { "B" } else { "A" };
        let wrong = format!("{}{flipped}{}", &kod2[..place], &kod2[place + 1..]);
        fs::write(&manifest, good.replace(kod2, &wrong)).unwrap();
        let output = resume();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains("[codes_signature_wrong]"), "{place}: {told}");
        // Nor by another way, if the certificate is at hand.
        let again = ["sign", &input, "--codes", "ksef-qr-out/manifest.ndjson", "--env", "test", "--out", "again"];
        let certificate = ["--cert", &fixture("keys/offline-ec.crt"), "--json"];
        let output = run(ksef_qr(folder.path()).args(again).args(certificate));
        assert_eq!(lines(&output)[0]["error"]["code"], "codes_signature_wrong");
    }
    assert_eq!(files(&out).len(), 1, "no code was drawn");
    fs::write(&manifest, &good).unwrap();
    assert_eq!(resume().status.code(), Some(0));
    assert_eq!(kod2, read_back(&out.join(line["kod2"]["png"].as_str().unwrap())));
}

/// Codes in another format, of what was signed, without a key.
#[test]
fn codes_are_drawn_again_from_a_manifest() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 3);
    assert_eq!(run(sign(folder.path()).args(["in", "--quiet"])).status.code(), Some(0));
    let signed = records(&folder.path().join("ksef-qr-out/manifest.ndjson"));
    for command in ["sign", "link"] {
        let codes = [command, "in", "--env", "test", "--codes", "ksef-qr-out/manifest.ndjson", "--format", "svg,png"];
        let output = run(ksef_qr(folder.path()).args(codes).args(["--out", command]));
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let again = records(&folder.path().join(command).join("manifest.ndjson"));
        for (one, other) in signed.iter().zip(&again).take(3) {
            for code in CODES {
                assert_eq!(one[code]["url"], other[code]["url"]);
            }
            assert_eq!(one["context_source"], other["context_source"]);
        }
        assert!(folder.path().join(command).join("f00002.kod2.svg").exists());
    }
    // Into the folder that they come from: the manifest would be replaced that is read.
    let own = ["sign", "in", "--env", "test", "--codes", "ksef-qr-out/manifest.ndjson", "--overwrite"];
    assert_eq!(run(ksef_qr(folder.path()).args(own)).status.code(), Some(2));
    let both = ["--cert", "a.crt", "--key", "a.key", "--codes", "ksef-qr-out/manifest.ndjson"];
    assert_eq!(run(ksef_qr(folder.path()).args(["sign", "in"]).args(both)).status.code(), Some(2));
}

/// What the lines of a manifest say is compared with what is drawn from them.
#[test]
fn what_was_changed_in_a_manifest_becomes_no_code_and_no_caption() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    let manifest = folder.path().join("ksef-qr-out/manifest.ndjson");
    let resume = |options: &str| {
        let done = run(sign(folder.path()).args(["in", "--resume"]).args(options.split(' ')));
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let change = |from: &str, to: &str| {
        let text = fs::read_to_string(&manifest).unwrap();
        assert!(text.contains(from), "{from}: {text}");
        fs::write(&manifest, text.replacen(from, to, 1)).unwrap();
    };
    assert_eq!(resume("--format none --sheet=3x7").0, Some(0));
    let whole = fs::read(&manifest).unwrap();
    let (url, number) = {
        let first = records(&manifest).remove(0);
        (first["kod2"]["url"].as_str().unwrap().to_owned(), first["invoice_number"].to_string())
    };
    // The last character of a signature has bits that count for nothing.
    let (link, signature) = url.rsplit_once('/').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{link}/{other}{}", &signature[1..]);
    let ksef_number = "5265877635-20260615-0100001AF629-AF";
    let cases = [
        (url.as_str(), forged.as_str(), "codes_signature_wrong"),
        (&number, "\"FV/FALSE/99\"", "codes_of_another_invoice"),
        ("\"label\":\"OFFLINE\"", &format!("\"label\":\"{ksef_number}\""), "manifest_damaged"),
    ];
    for (from, to, code) in cases {
        change(from, to);
        if code == "manifest_damaged" {
            change("\"kod1\":", &format!("\"ksef_number\":\"{ksef_number}\",\"kod1\":"));
            let manifest = manifest.to_str().unwrap();
            let verified = run(ksef_qr(folder.path()).args(["verify", "--manifest", manifest]));
            let said = String::from_utf8_lossy(&verified.stdout).into_owned();
            assert!(said.contains("stands under KOD I beside KOD II"), "{said}");
        }
        let (_, said) = resume("--format none --sheet=3x7");
        assert!(said.contains(code), "{code}: {said}");
        fs::write(&manifest, &whole).unwrap();
    }
    assert_eq!(resume("--format none --sheet=3x7").0, Some(0));
}

#[test]
fn no_two_lines_name_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    let manifest = folder.path().join("ksef-qr-out/manifest.ndjson");
    assert!(run(sign(folder.path()).arg("in")).status.success());
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("f00001.kod", "F00000.kod")).unwrap();
    let done = run(sign(folder.path()).args(["in", "--resume"]));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains("line 2") && said.contains("manifest_damaged"), "{said}");
}

#[test]
fn pictures_in_the_manifest_are_of_the_same_command() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    let embed = |more: &[&str]| run(sign(folder.path()).args(["in", "--embed", "--resume"]).args(more));
    assert!(embed(&[]).status.success());
    let manifest = folder.path().join("ksef-qr-out/manifest.ndjson");
    let before = fs::read(&manifest).unwrap();
    for other in [&["--ecc", "h"][..], &["--module-px", "9"]] {
        let done = embed(other);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(said.contains("resume_mismatch"), "{other:?}: {said}");
    }
    assert!(embed(&[]).status.success());
    let lines = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').take(2).map(<[u8]>::to_vec).collect::<Vec<_>>();
    assert_eq!(lines(&before), lines(&fs::read(&manifest).unwrap()));
}
