//! `--durable`: what it forces to the disk, and in which order, `.ci/faults.py` sees. It makes the same.

use std::fs;
use std::path::Path;

use crate::common::{invoices, records, run, sign, status, stderr};

fn made(folder: &Path, args: &str) -> Vec<(String, Vec<u8>)> {
    let output = run(sign(folder).args(args.split(' ')));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let out = folder.join("out");
    let mut files: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let files = files.into_iter().filter(|path| !path.ends_with("manifest.ndjson"));
    let files: Vec<_> =
        files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap())).collect();
    assert!(!files.is_empty());
    fs::remove_dir_all(out).unwrap();
    files
}

#[test]
fn it_makes_the_same() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 6);
    let files = |more: &str| {
        made(folder.path(), &format!("in --deterministic --out out --manifest out/manifest.ndjson {more}"))
    };
    let usual = files("--sheet");
    for more in ["", "--overwrite ", "--resume ", "--json "] {
        assert!(files(&format!("{more}--sheet --durable")) == usual, "{more}");
    }
}

#[test]
fn it_goes_on_and_replaces_as_ever() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    invoices(place, 6);
    for (args, codes) in [
        ("in/f00001.xml in/f00002.xml --out codes.zip", 2),
        ("in --out codes.zip --resume --durable", 6),
        ("in --out codes.zip --overwrite --durable", 6),
        ("in --out new/folder --durable", 6),
        ("in --out new/folder --overwrite --durable", 6),
        ("in --embed --manifest new/embedded.ndjson --durable", 6),
    ] {
        let output = run(sign(place).args(args.split(' ')));
        assert_eq!(status(&output), 0, "{args} {}", stderr(&output));
        let manifest = match args.split(' ').collect::<Vec<_>>()[..] {
            [.., "new/embedded.ndjson", _] => "new/embedded.ndjson",
            _ if args.contains("codes.zip") => "codes.ndjson",
            _ => "new/folder/manifest.ndjson",
        };
        let signed = records(&place.join(manifest)).iter().filter(|record| record["status"] == "signed").count();
        assert_eq!(signed, codes, "{args}");
    }
}
