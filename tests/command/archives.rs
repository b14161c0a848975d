//! Archives other than ZIP: read and written as ZIP is, and as hostile. Those that are read were packed by Python and by GNU
//! tar, which reads those that are written as well.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{
    IN_TEST, files, fixture, invoices, ksef_qr, lines, records, run, scanner, sign, status, stderr, stdout,
};
use serde_json::Value;

/// What came of each invoice: its code if it was refused, its name in the archive and its digest if it was signed.
fn came(folder: &Path, archive: &str) -> (Vec<String>, i32) {
    let done = run(sign(folder).args([archive, "--json", "--format", "none"]));
    let invoices: Vec<Value> = lines(&done).into_iter().filter(|line| line["type"] == "invoice").collect();
    let told = |line: &Value| match line["error"]["code"].as_str() {
        Some(code) => code.to_owned(),
        None => {
            let name = line["input"].as_str().unwrap().rsplit_once('!').unwrap().1;
            format!("{name} {}", line["hash_base64"].as_str().unwrap())
        }
    };
    (invoices.iter().map(told).collect(), status(&done))
}

#[test]
fn a_tar_is_read_as_a_zip_is() {
    let folder = tempfile::tempdir().unwrap();
    let expected = came(folder.path(), &fixture("archives/good.zip"));
    assert_eq!((expected.0.len(), expected.1), (3, 0));
    for archive in ["good.tar", "good.tar.gz", "members.tgz", "unpacked.tar.gz"] {
        assert_eq!(came(folder.path(), &fixture(&format!("archives/{archive}"))), expected, "{archive}");
    }
    // The names that do not fit a header.
    let (long, _) = came(folder.path(), &fixture("archives/long-names.tar.gz"));
    let name = |letter: &str| format!("{}/{}.xml ", "ż".repeat(60), letter.repeat(150));
    assert!(long.len() == 2 && long[0].starts_with(&name("a")) && long[1].starts_with(&name("b")), "{long:?}");
    let (gnu, _) = came(folder.path(), &fixture("archives/gnu.tar.gz"));
    assert!(gnu[0].starts_with(&format!("{}.xml ", "x".repeat(150))), "{gnu:?}");
    assert_eq!(files(folder.path()).len(), 0, "nothing was unpacked");
}

#[test]
fn hostile_tars_cost_what_is_hostile_in_them() {
    const SPECIAL: &str = "input_entry_not_regular";
    const NAME: &str = "input_entry_name";
    let folder = tempfile::tempdir().unwrap();
    for (archive, expected) in [
        ("links.tar.gz", &[SPECIAL, "signed", SPECIAL, SPECIAL, SPECIAL, SPECIAL][..]),
        ("names.tar.gz", &[NAME, NAME, NAME, NAME, "signed"]),
        ("repeated.tar", &["input_entry_repeated", "input_entry_repeated", "signed"]),
        ("bomb.tar.gz", &["signed", "too_large"]),
        ("no-invoice.tar.gz", &["input_missing"]),
        ("behind.tar", &["input_archive_unreadable"]),
        ("check-sum.tar.gz", &["input_archive_unreadable"]),
        ("garbage.tar.gz", &["input_archive_unreadable"]),
        ("header.tar", &["input_archive_unreadable"]),
        ("long-name-bomb.tar.gz", &["input_archive_unreadable"]),
        ("not-an-archive.tar.gz", &["input_archive_unreadable"]),
        ("truncated.tar", &["input_archive_unreadable"]),
        ("truncated.tar.gz", &["input_archive_unreadable"]),
        ("zip.tar.gz", &["input_archive_unreadable"]),
    ] {
        let (found, status) = came(folder.path(), &fixture(&format!("archives/{archive}")));
        let found: Vec<_> = found.iter().map(|one| if one.contains(' ') { "signed" } else { one }).collect();
        assert_eq!(found, expected, "{archive}");
        assert_eq!(status, if expected.contains(&"signed") { 1 } else { 2 }, "{archive}");
    }
    assert_eq!(files(folder.path()).len(), 0, "nothing was unpacked");
}

/// The check sum of gzip is over all of it.
#[test]
fn a_flipped_bit_in_a_compressed_tar_is_found_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(fixture("archives/good.tar.gz")).unwrap();
    let path = folder.path().join("flipped.tar.gz");
    fs::write(&path, &whole).unwrap();
    let good: HashSet<String> = came(folder.path(), "flipped.tar.gz").0.into_iter().collect();
    for _ in 0..60 {
        let mut damaged = whole.clone();
        damaged[rand::random_range(0..whole.len())] ^= 1 << rand::random_range(0..8);
        fs::write(&path, &damaged).unwrap();
        let (found, _) = came(folder.path(), "flipped.tar.gz");
        assert!(found.iter().all(|one| good.contains(one) || one == "input_archive_unreadable"), "{found:?}");
    }
}

fn gnu_tar(folder: &Path, args: &[&str]) -> bool {
    let tar = Command::new("tar").current_dir(folder).args(args).output();
    tar.is_ok_and(|done| done.status.success())
}

#[test]
fn every_format_of_gnu_tar_is_read() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 3);
    let sub = folder.path().join("in").join("s".repeat(90));
    fs::create_dir(&sub).unwrap();
    fs::copy(folder.path().join("in/f00001.xml"), sub.join(format!("{}.xml", "y".repeat(60)))).unwrap();
    let mut seen = 0;
    for format in ["ustar", "gnu", "pax"] {
        let name = format!("{format}.tar.gz");
        if !gnu_tar(folder.path(), &["-czf", &name, &format!("--format={format}"), "-C", "in", "."]) {
            continue;
        }
        seen += 1;
        let (found, _) = came(folder.path(), &name);
        assert_eq!(found.len(), 4, "{format}: {found:?}");
        assert!(found[3].starts_with(&format!("{}/{}.xml ", "s".repeat(90), "y".repeat(60))), "{found:?}");
    }
    assert!(seen > 0 || !cfg!(target_os = "linux"), "GNU tar is there");
}

#[test]
fn tars_of_pictures_are_whole_the_same_each_time_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 3);
    fs::rename(folder.path().join("in/f00002.xml"), folder.path().join(format!("in/{}ż.xml", "n".repeat(150))))
        .unwrap();
    let sign = |args: &[&str]| run(sign(folder.path()).args(["in", "--deterministic", "--quiet"]).args(args));
    assert_eq!(status(&sign(&["--out", "folder"])), 0);
    for name in ["codes.tar", "codes.tar.gz", "codes.tgz"] {
        assert_eq!(status(&sign(&["--out", name])), 0, "{name}");
        let manifest = folder.path().join(name.split('.').next().unwrap()).with_extension("ndjson");
        let bytes = fs::read(folder.path().join(name)).unwrap();
        // GNU tar reads it, and finds in it what is in the folder.
        fs::create_dir(folder.path().join("unpacked")).unwrap();
        if gnu_tar(folder.path(), &["-xf", name, "-C", "unpacked"]) {
            for file in files(&folder.path().join("folder")).iter().filter(|file| *file != "manifest.ndjson") {
                let of = |place: &str| fs::read(folder.path().join(place).join(file)).unwrap();
                assert!(of("folder") == of("unpacked"), "{file}");
            }
            assert_eq!(files(&folder.path().join("unpacked")).len(), 6);
        }
        fs::remove_dir_all(folder.path().join("unpacked")).unwrap();
        // Nothing is overwritten unasked; a later run makes the same archive anew.
        assert_eq!(status(&sign(&["--out", name])), 2, "{name}");
        assert_eq!(status(&sign(&["--out", name, "--resume"])), 0, "{name}");
        assert!(fs::read(folder.path().join(name)).unwrap() == bytes, "{name}");
        scanner();
        let done = run(ksef_qr(folder.path())
            .arg("verify")
            .args(&IN_TEST[2..])
            .arg("--json")
            .arg("--manifest")
            .arg(&manifest));
        assert_eq!(stdout(&done).matches(".png is the picture of its link").count(), 6, "{name}: {}", stdout(&done));
        assert_eq!(records(&manifest).len(), 4);
        fs::remove_file(&manifest).unwrap();
    }
    // What holds other things than codes is not replaced.
    fs::copy(fixture("archives/good.tar.gz"), folder.path().join("june.tar.gz")).unwrap();
    let refused = sign(&["--out", "june.tar.gz", "--overwrite"]);
    assert!(
        status(&refused) == 2 && stderr(&refused).contains("holds other things than codes"),
        "{}",
        stderr(&refused)
    );
}
