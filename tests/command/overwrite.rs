//! `--overwrite`: the results of an earlier run are replaced by whole ones, at the end, or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;

use crate::common::kills::Kills;
use crate::common::{
    IN_TEST, credential, fixture, invoices, ksef_qr, lines, read_back, records, run, sign, status, stderr,
};
use serde_json::Value;

/// Every file below a folder, hidden ones included, with what it holds.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files =
        walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap())).collect()
}

/// Signs, in the folder of the test.
fn signs(folder: &Path, args: &str) -> std::process::Output {
    run(sign(folder).args(args.split(' ')))
}

/// Every line names pictures that say what it says.
fn check_whole(out: &Path) {
    for record in records(&out.join("manifest.ndjson")).iter().filter(|record| record["status"] == "signed") {
        for code in ["kod1", "kod2"] {
            assert_eq!(record[code]["url"], read_back(&out.join(record[code]["png"].as_str().unwrap())), "{record}");
        }
    }
}

#[test]
fn nothing_done_nothing_replaced() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 3);
    fs::copy(fixture("invoices/bad/two-dates.xml"), folder.path().join("bad.xml")).unwrap();
    assert_eq!(status(&signs(folder.path(), "in --sheet=3x7")), 0);
    assert_eq!(status(&signs(folder.path(), "in --out codes.zip")), 0);
    let before = contents(folder.path());
    for out in ["ksef-qr-out", "codes.zip"] {
        for (input, expected) in [("missing/", 2), ("missing.xml", 2), ("bad.xml", 1)] {
            let sheet = if out == "ksef-qr-out" { " --sheet=3x7" } else { "" };
            let output = signs(folder.path(), &format!("{input} --overwrite --out {out}{sheet}"));
            assert_eq!(status(&output), expected, "{}", stderr(&output));
            assert!(stderr(&output).contains("nothing replaced"), "{}", stderr(&output));
            assert!(contents(folder.path()) == before, "{input} {out}");
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 5, "nothing is left behind");
    // A program is told the same.
    let output = signs(folder.path(), "bad.xml --overwrite --json --manifest ksef-qr-out/manifest.ndjson");
    assert_eq!(lines(&output).pop().unwrap()["replaced_nothing"], true);
    assert!(contents(folder.path()) == before);
}

/// Else it would go on naming pictures that are no more.
#[test]
fn pictures_are_replaced_together_with_the_manifest_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    assert_eq!(status(&signs(folder.path(), "in")), 0);
    let before = contents(folder.path());
    for elsewhere in ["--manifest other.ndjson", "--json"] {
        let output = signs(folder.path(), &format!("in --overwrite {elsewhere}"));
        let said = format!("{}{}", stderr(&output), String::from_utf8_lossy(&output.stdout));
        assert_eq!(status(&output), 2, "{said}");
        assert!(said.contains("output_exists") && said.contains("manifest.ndjson"), "{said}");
        assert!(contents(folder.path()) == before, "{elsewhere}");
    }
    assert_eq!(status(&signs(folder.path(), "in --overwrite --json --manifest ksef-qr-out/manifest.ndjson")), 0);
    check_whole(&folder.path().join("ksef-qr-out"));
}

#[test]
fn a_whole_run_replaces_and_names_what_is_left_over() {
    let folder = tempfile::tempdir().unwrap();
    let input = invoices(folder.path(), 3);
    let out = folder.path().join("ksef-qr-out");
    assert_eq!(status(&signs(folder.path(), "in")), 0);
    let before = records(&out.join("manifest.ndjson"));
    fs::write(input.join("f00002.xml"), "refused now").unwrap();
    let output = signs(folder.path(), "in --overwrite");
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("f00002.kod1.png, f00002.kod2.png"), "{}", stderr(&output));
    let after = records(&out.join("manifest.ndjson"));
    assert_ne!(before[0]["kod2"]["url"], after[0]["kod2"]["url"], "signed anew");
    assert_eq!(after[3]["warnings"][0]["code"], "files_left_over");
    check_whole(&out);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 7, "the pictures stay, and nothing hidden does");
    // In another format the old pictures are left over as well.
    assert_eq!(status(&signs(folder.path(), "in/f00000.xml --overwrite --format svg")), 0);
    assert_eq!(records(&out.join("manifest.ndjson")).len(), 2);
}

/// A mistyped path costs nothing; neither does a file that only begins as a manifest does.
#[test]
fn what_is_not_ours_stays() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 1);
    let line = "{\"type\":\"invoice\",\"status\":\"refused\",\"input\":\"x\",\"error\":{}}\n";
    for (name, content) in [
        ("key.json", "{\"type\":\"service_account\",\"private_key\":\"...\"}".to_owned()),
        ("check.ndjson", "{\"type\":\"check\",\"accepted\":true}\n{\"type\":\"summary\",\"accepted\":1}\n".to_owned()),
        ("mixed.ndjson", format!("{line}notes of mine\n")),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, &content).unwrap();
        for more in ["", " --overwrite"] {
            let output = signs(folder.path(), &format!("in --format none --manifest {name}{more}"));
            assert!(stderr(&output).contains("[output_exists]"), "{name}: {}", stderr(&output));
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
    }
}

/// A ZIP archive of one file.
fn zip_of(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = rawzip::ZipArchiveWriter::new(Vec::new());
    let (mut entry, config) = zip.new_file(name).compression_method(rawzip::CompressionMethod::STORE).start().unwrap();
    let mut file = config.wrap(&mut entry);
    file.write_all(bytes).unwrap();
    let (_, descriptor) = file.finish().unwrap();
    entry.finish(descriptor).unwrap();
    zip.finish().unwrap()
}

/// Neither does a file that only has the name of a result: there are photographs and contracts of such names.
#[test]
fn what_only_has_the_name_of_a_result_stays() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 1);
    let overwrite = |command: &str, args: &str| {
        let mut program = ksef_qr(folder.path());
        run(program.arg(command).args(IN_TEST).args(credential()).args(args.split(' ')).arg("--overwrite"))
    };
    let refused = |command: &str, args: &str, file: &str, code: &str| {
        let before = fs::read(folder.path().join(file)).unwrap();
        let output = overwrite(command, args);
        assert!(status(&output) != 0 && stderr(&output).contains(code), "{file}: {}", stderr(&output));
        assert!(fs::read(folder.path().join(file)).unwrap() == before, "{file}");
    };
    for out in ["codes", "papers"] {
        fs::create_dir(folder.path().join(out)).unwrap();
    }
    for format in ["png", "svg", "pdf"] {
        let file = format!("codes/f00000.kod1.{format}");
        fs::write(folder.path().join(&file), "mine").unwrap();
        refused("sign", &format!("in --out codes --format {format}"), &file, "[output_exists]");
    }
    let pdf = "%PDF-1.4 about ksef-qr\ntrailer\n<</Root 1 0 R>>\n%%EOF\n";
    for (command, ending) in [
        ("confirm", "confirmation.pdf"),
        ("confirm", "confirmation.zpl"),
        ("confirm", "confirmation.escpos"),
        ("print", "invoice.pdf"),
    ] {
        let file = format!("papers/f00000.{ending}");
        fs::write(folder.path().join(&file), pdf).unwrap();
        let printer = match ending {
            "confirmation.zpl" => " --print zpl",
            "confirmation.escpos" => " --print escpos",
            _ => "",
        };
        refused(command, &format!("in --out papers{printer}"), &file, "[stamped_over_input]");
        // What they make themselves is replaced.
        fs::remove_file(folder.path().join(&file)).unwrap();
        for _ in 0..2 {
            let made = overwrite(command, &format!("in --out papers{printer}"));
            assert_eq!(status(&made), 0, "{}", stderr(&made));
        }
    }
    for (number, (name, bytes)) in [
        ("umowa.kodeks.pdf", pdf.as_bytes()),
        ("FV-1.invoice.pdf", pdf.as_bytes()),
        ("f1.confirmation.pdf", pdf.as_bytes()),
        ("f1.kod1.photo.png", b"\x89PNG\r\n\x1A\n"),
        ("f1.kod1.png", b"\x89PNG\r\n\x1A\n"),
        ("f1.kod2.myjpng", b"x"),
        ("label.confirmation.zpl", b"^XA^FDmine^FS^XZ"),
    ]
    .into_iter()
    .enumerate()
    {
        let archive = format!("mine{number}.zip");
        fs::write(folder.path().join(&archive), zip_of(name, bytes)).unwrap();
        refused("sign", &format!("in --out {archive}"), &archive, "holds other things than codes");
    }
    // The manifest is nobody's picture.
    let output = signs(folder.path(), "in --out new --manifest new/f00000.kod1.png --overwrite");
    assert!(stderr(&output).contains("[setting_malformed]"), "{}", stderr(&output));
    assert!(!folder.path().join("new").exists());
}

#[test]
fn a_run_that_made_nothing_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    fs::copy(fixture("invoices/bad/two-dates.xml"), folder.path().join("bad.xml")).unwrap();
    for out in ["codes", "codes.zip"] {
        for (input, expected) in [("bad.xml", 1), ("missing.xml", 2), ("in", 0)] {
            assert_eq!(status(&signs(folder.path(), &format!("{input} --out {out}"))), expected, "{input} {out}");
        }
        let again = signs(folder.path(), &format!("in --out {out}"));
        assert!(stderr(&again).contains("[output_exists]"), "{}", stderr(&again));
    }
}

#[test]
fn kills_and_an_interrupt_leave_what_was_there() {
    const COUNT: usize = 60;
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), COUNT);
    let out = folder.path().join("ksef-qr-out");
    let manifest = out.join("manifest.ndjson");
    let mut kills = Kills::measured(|| assert_eq!(status(&signs(folder.path(), "in --quiet")), 1));
    let urls = || -> Vec<Value> { records(&manifest).iter().map(|record| record["kod2"]["url"].clone()).collect() };
    let mut known = urls();
    while kills.cut_short() < 8 {
        let mut command = sign(folder.path());
        command.args(["in", "--overwrite", "--quiet"]).stderr(Stdio::null());
        // Most kills come amid the work, some about its end.
        kills.kill(&mut command, 0.4 + 0.8 * rand::random::<f64>());
        let found = urls();
        let changed = known.iter().zip(&found).filter(|(before, after)| before != after).count();
        assert_eq!(found.len(), COUNT + 1, "the manifest is whole");
        assert!(changed == 0 || changed == COUNT - COUNT / 7, "all or nothing, and not {changed}");
        known = found;
        // What was there goes on, whatever was begun.
        let output = signs(folder.path(), "in --resume --quiet");
        assert_eq!(status(&output), 1, "{}", stderr(&output));
        assert_eq!(urls(), known);
        assert_eq!(records(&manifest).pop().unwrap()["redrawn"], 0);
    }
    check_whole(&out);

    if cfg!(unix) {
        let before = contents(&out);
        let mut child = sign(folder.path());
        child.args(["in", "--overwrite", "--jobs", "1"]).stderr(Stdio::piped()).stdout(Stdio::null());
        let child = child.spawn().unwrap();
        sleep(kills.time(0.5));
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        if status(&output) == 130 {
            assert!(stderr(&output).contains("nothing replaced"), "{}", stderr(&output));
            assert!(contents(&out) == before);
        }
    }
}
