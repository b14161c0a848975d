//! `--resume` believes the times of files, and `--reread` does not: whatever happened in between, both come to the same.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::common::{IN_TEST, files, invoices, ksef_qr, lines, parse_line, run, sign, status, stderr};

/// Enough for a record of what was seen, and every seventh is refused.
const COUNT: usize = 330;

/// Kept of them.
const SIGNED: u64 = 283;

/// Files as young as this are read again.
const YOUNG: Duration = Duration::from_millis(2100);

const RECORD: &str = ".manifest.ndjson.seen";

fn resume(folder: &Path) -> Command {
    let mut command = sign(folder);
    command.args(["in", "--out", "out", "--resume", "--deterministic"]);
    command
}

/// A folder whose invoices and pictures the next run need not read.
fn seen() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), COUNT);
    assert_eq!(status(&run(&mut resume(folder.path()))), 1);
    sleep(YOUNG);
    assert_eq!(status(&run(&mut resume(folder.path()))), 1);
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The lines but for the last, and the last one without what may differ.
fn manifest(folder: &Path) -> (Vec<String>, Value) {
    let text = fs::read_to_string(folder.join("out/manifest.ndjson")).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut summary = parse_line(&lines.pop().unwrap());
    for differs in ["elapsed_ms", "unchanged"] {
        summary.as_object_mut().unwrap().remove(differs);
    }
    (lines, summary)
}

fn pictures(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let out = folder.join("out");
    let mut names: Vec<String> = files(&out).into_iter().filter(|name| !name.starts_with('.')).collect();
    names.retain(|name| name != "manifest.ndjson");
    names.sort();
    names.into_iter().map(|name| (name.clone(), fs::read(out.join(name)).unwrap())).collect()
}

fn summary(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("out/manifest.ndjson")).unwrap();
    parse_line(text.lines().last().unwrap())
}

/// The words that both say.
fn words(output: &Output, folder: &Path) -> (i32, String) {
    (status(output), stderr(output).replace(folder.to_str().unwrap(), "FOLDER"))
}

/// Runs here with what was seen, and in a copy without it, and compares all there is.
fn both_agree(folder: &Path, what: &str) -> Value {
    let twin = tempfile::tempdir().unwrap();
    copy(folder, twin.path());
    let slow = run(resume(twin.path()).arg("--reread"));
    let fast = run(&mut resume(folder));
    assert_eq!(words(&fast, folder), words(&slow, twin.path()), "{what}");
    assert_eq!(manifest(folder), manifest(twin.path()), "{what}");
    assert_eq!(pictures(folder), pictures(twin.path()), "{what}");
    assert!(summary(twin.path()).get("unchanged").is_none(), "{what}");
    summary(folder)
}

fn written(path: &Path) -> std::time::SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

fn put_back(path: &Path, written: std::time::SystemTime) {
    File::options().write(true).open(path).unwrap().set_modified(written).unwrap();
}

/// Another invoice, of the same length.
fn change(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let other = text.replacen("FV/2026/06/", "FX/2026/06/", 1);
    assert_eq!((text.len(), text == other), (other.len(), false));
    fs::write(path, other).unwrap();
}

#[test]
fn what_changed_in_between_is_found_as_if_all_were_read() {
    let folder = seen();
    let at = |name: &str| folder.path().join(name);
    let unchanged = |name: &str| both_agree(folder.path(), name)["unchanged"].as_u64().unwrap_or_default();
    // What was changed a moment ago is read; what was changed before that may be old enough by now.
    let all_but = |count: u64, unchanged: u64| assert!((SIGNED - count..SIGNED).contains(&unchanged), "{unchanged}");
    assert_eq!(unchanged("nothing"), SIGNED);

    let one = at("in/f00000.xml");
    let before = written(&one);
    change(&one);
    put_back(&one, before);
    if cfg!(unix) {
        all_but(1, unchanged("an invoice of the same size and time"));
        let (lines, _) = manifest(folder.path());
        assert!(lines[0].contains("FX/2026/06/0") && lines[0].contains("invoice_changed"), "{}", lines[0]);
    }

    let (two, other) = (at("in/f00001.xml"), at("other"));
    fs::copy(&two, &other).unwrap();
    change(&other);
    put_back(&other, written(&two));
    fs::rename(&other, &two).unwrap();
    all_but(2, unchanged("an invoice replaced by another"));

    fs::remove_file(at("in/f00002.xml")).unwrap();
    // Its pictures are as they were, and so is its line.
    let count = unchanged("an invoice removed");
    assert!((SIGNED - 2..=SIGNED).contains(&count), "{count}");

    fs::remove_file(at("out/f00003.kod2.png")).unwrap();
    let cut = at("out/f00004.kod1.png");
    let whole = fs::read(&cut).unwrap();
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let summary = both_agree(folder.path(), "a picture removed, another cut short");
    all_but(4, summary["unchanged"].as_u64().unwrap());
    assert_eq!(summary["redrawn"], 2);
    assert_eq!(fs::read(&cut).unwrap(), whole);

    let zeros = at("out/f00005.kod1.png");
    let (before, length) = (written(&zeros), fs::metadata(&zeros).unwrap().len());
    fs::write(&zeros, vec![0; length as usize]).unwrap();
    put_back(&zeros, before);
    if cfg!(unix) {
        assert_eq!(both_agree(folder.path(), "a picture of zeros, of the same size and time")["redrawn"], 1);
    }

    // A new one whose name is taken, and whose number another has that is not read again.
    fs::create_dir(at("in/sub")).unwrap();
    let text = fs::read_to_string(at("in/f00010.xml")).unwrap();
    fs::write(at("in/sub/F00010.xml"), text.replace("</Fa>", " </Fa>")).unwrap();
    let summary = both_agree(folder.path(), "a new one");
    let warnings = summary["warnings"].to_string();
    assert!(warnings.contains("in in/f00010.xml and in/sub/F00010.xml"), "{warnings}");
    assert!(files(&at("out")).contains("F00010-2.kod1.png"));
    // And in the other order.
    fs::write(at("in/a.xml"), text.replace("</Fa>", "  </Fa>")).unwrap();
    let warnings = both_agree(folder.path(), "a new first one")["warnings"].to_string();
    assert!(warnings.contains("in in/a.xml and in/f00010.xml"), "{warnings}");

    // What was changed and read since is believed once it is old enough.
    sleep(YOUNG);
    both_agree(folder.path(), "later");
    assert_eq!(unchanged("later still"), SIGNED + 2);
}

#[test]
fn what_was_seen_is_believed_of_this_manifest_alone_and_only_whole() {
    let folder = seen();
    let at = |name: &str| folder.path().join("out").join(name);
    let unchanged = |name: &str| both_agree(folder.path(), name)["unchanged"].as_u64().unwrap_or_default();
    let (record, manifest) = (fs::read(at(RECORD)).unwrap(), fs::read_to_string(at("manifest.ndjson")).unwrap());

    let mut damaged = Vec::from(["", "ksef-qr seen 0\n", "{}"].map(|text| text.as_bytes().to_vec()));
    damaged.extend([0, 1, 20, record.len() / 2, record.len() - 1].map(|length| record[..length].to_vec()));
    damaged.extend([5, 40, 60, 120, record.len() / 2, record.len() - 9, record.len() - 1].map(|at| {
        let mut flipped = record.clone();
        flipped[at] ^= 0x10;
        flipped
    }));
    for bytes in damaged {
        fs::write(at(RECORD), &bytes).unwrap();
        // Alone, for both would leave a whole one.
        assert_eq!(status(&run(resume(folder.path()).arg("--quiet"))), 1);
        assert!(summary(folder.path()).get("unchanged").is_none(), "{} bytes", bytes.len());
    }
    assert_eq!(unchanged("whole again"), SIGNED);

    // A folder in its place is in nobody's way.
    fs::remove_file(at(RECORD)).unwrap();
    fs::create_dir(at(RECORD)).unwrap();
    assert_eq!(unchanged("a folder"), 0);
    fs::remove_dir(at(RECORD)).unwrap();

    // A line that is damaged is found, whatever was seen of its file: in its signature, in its number.
    fs::write(at(RECORD), &record).unwrap();
    for (name, changed) in [
        ("a digest", manifest.replacen("\"hash_base64\":\"", "\"hash_base64\":\"A", 1)),
        ("a number", manifest.replacen("FV/2026/06/1\"", "FV/2026/06/X\"", 1)),
        ("a link", manifest.replacen("/certificate/Nip/", "/certificate/Nop/", 1)),
        ("a line", manifest.split_inclusive('\n').skip(1).collect()),
        ("what is whole", manifest.clone()),
    ] {
        assert!(name == "what is whole" || changed != manifest, "{name}");
        fs::write(at("manifest.ndjson"), &changed).unwrap();
        fs::write(at(RECORD), &record).unwrap();
        let twin = tempfile::tempdir().unwrap();
        copy(folder.path(), twin.path());
        let (slow, fast) = (run(resume(twin.path()).arg("--reread")), run(&mut resume(folder.path())));
        assert_eq!(words(&fast, folder.path()), words(&slow, twin.path()), "{name}");
        let [fast, slow] =
            [folder.path(), twin.path()].map(|place| fs::read(place.join("out/manifest.ndjson")).unwrap());
        let lines = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').count();
        assert_eq!(lines(&fast), lines(&slow), "{name}");
    }

    // Other settings are a mismatch as ever.
    for other in [["--module-px", "9"], ["--format", "svg"], ["--mode", "offline24"]] {
        let refused = run(resume(folder.path()).args(other));
        assert!(stderr(&refused).contains("resume_mismatch"), "{}", stderr(&refused));
    }
}

#[test]
fn a_till_is_answered_and_every_line_that_it_does_not_name_stays() {
    let folder = seen();
    let ask = |more: &[&str]| {
        let mut command = sign(folder.path());
        command.args(["in/f00000.xml", "--out", "out", "--resume", "--deterministic", "--json"]).args(more);
        run(&mut command)
    };
    let before = manifest(folder.path()).0;
    let answer = ask(&[]);
    assert_eq!(lines(&answer)[0]["input"], "in/f00000.xml");
    assert_eq!(lines(&answer)[1]["unchanged"], SIGNED - 1);
    let signed = |lines: &[String]| -> Vec<String> {
        let mut signed: Vec<_> = lines.iter().filter(|line| line.contains("\"signed\"")).cloned().collect();
        signed.sort();
        signed
    };
    assert_eq!(signed(&manifest(folder.path()).0), signed(&before));
    assert_eq!(lines(&ask(&["--reread"]))[0], lines(&answer)[0]);
}

/// Links alone have no pictures that could be young.
#[test]
fn links_alone_are_not_read_again_once_their_invoices_are_old_enough() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), COUNT);
    sleep(YOUNG);
    let link = |more: &[&str]| {
        let mut command = ksef_qr(folder.path());
        command.arg("link").args(IN_TEST).args(["in", "--out", "out", "--format", "none", "--resume"]).args(more);
        assert_eq!(status(&run(&mut command)), 1);
        summary(folder.path())["unchanged"].as_u64().unwrap_or_default()
    };
    let record: PathBuf = folder.path().join("out").join(RECORD);
    assert_eq!([link(&[]), link(&[]), link(&["--reread"]), link(&[])], [0, SIGNED, 0, SIGNED]);
    assert!(record.is_file());
    // A number that comes to lie beside an invoice is found.
    fs::write(folder.path().join("in/_metadata.json"), "[]").unwrap();
    assert_eq!(link(&[]), 0);
    fs::remove_file(folder.path().join("in/_metadata.json")).unwrap();
    assert_eq!([link(&[]), link(&[])], [0, SIGNED]);
    // Without what was asked for nothing is written.
    fs::remove_file(&record).unwrap();
    link(&["--reread"]);
    assert!(!record.exists());
    // A few need none.
    let few = tempfile::tempdir().unwrap();
    invoices(few.path(), 20);
    for _ in 0..2 {
        run(ksef_qr(few.path()).arg("link").args(IN_TEST).args(["in", "--out", "out", "--resume"]));
    }
    assert!(!files(&few.path().join("out")).contains(RECORD));
}
