//! The command on throwaway data, and what it made.

// Each file of tests uses some of it.
#![allow(dead_code)]

pub mod damage;
pub mod kills;
pub mod papers;
#[cfg(all(unix, feature = "postgres"))]
pub mod postgres;
pub mod schemas;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ksef_qr::credential::Certificate;
use serde_json::Value;

pub fn fixture(name: &str) -> String {
    format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The program that reads pictures and PDFs, which the command looks for beside itself. `cargo test` builds it, because it has
/// tests of its own; `cargo test --test NAME` does not.
pub fn scanner() -> String {
    let name = format!("ksef-qr-scan{}", std::env::consts::EXE_SUFFIX);
    let path = Path::new(env!("CARGO_BIN_EXE_ksef-qr")).with_file_name(name);
    assert!(path.is_file(), "{} is not built: run `cargo build -p ksef-qr-scan` first", path.display());
    path.to_str().unwrap().to_owned()
}

/// What a fixture holds.
pub fn file(name: &str) -> Vec<u8> {
    let path = fixture(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What a file of `fixtures/keys` holds.
pub fn key_file(name: &str) -> Vec<u8> {
    file(&format!("keys/{name}"))
}

/// A certificate of `fixtures/keys`.
pub fn certificate(name: &str) -> Certificate {
    Certificate::parse(&key_file(name)).unwrap()
}

/// `ksef-qr`, without the settings and the language of whoever runs the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ksef-qr"));
    command.env("KSEF_QR_CONFIG", "").env("KSEF_QR_LANG", "en");
    command
}

/// The same, in a folder of the test's own, with no password in its environment.
pub fn ksef_qr(folder: &Path) -> Command {
    let mut command = program();
    command.current_dir(folder).env_remove("KSEF_QR_KEY_PASSWORD");
    command
}

/// The test environment, on a day when all fixtures are issued.
pub const IN_TEST: [&str; 4] = ["--env", "test", "--now", "2026-06-30T12:00:00Z"];

/// The throwaway credential.
pub fn credential() -> [String; 4] {
    ["--cert".to_owned(), fixture("keys/offline-ec.crt"), "--key".to_owned(), fixture("keys/offline-ec.pkcs8.pem")]
}

/// `ksef-qr sign` with the throwaway credential, in the test environment, on a day when all fixtures are issued.
pub fn sign(folder: &Path) -> Command {
    let mut command = ksef_qr(folder);
    command.arg("sign").args(IN_TEST).args(credential());
    command
}

/// `count` invoices, each with a number of its own; every seventh cannot be signed.
pub fn invoices(folder: &Path, count: usize) -> PathBuf {
    let text = fs::read_to_string(fixture("invoices/good/fa3-basic.xml")).unwrap();
    let invoices = folder.join("in");
    fs::create_dir(&invoices).unwrap();
    for index in 0..count {
        let text = text.replace("FV/2026/06/001", &format!("FV/2026/06/{index}"));
        let text = if index % 7 == 6 { text.replace("<P_1>2026-06-15", "<P_1>2026-06-31") } else { text };
        fs::write(invoices.join(format!("f{index:05}.xml")), text).unwrap();
    }
    invoices
}

pub fn records(path: &Path) -> Vec<Value> {
    parse(&fs::read_to_string(path).unwrap())
}

/// Lines of JSON that the program wrote, each validated against its schema.
pub fn parse(lines: &str) -> Vec<Value> {
    lines.lines().map(parse_line).collect()
}

pub fn parse_line(line: &str) -> Value {
    let line = serde_json::from_str(line).unwrap();
    schemas::validate(&line);
    line
}

pub fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

pub fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

pub fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

/// The lines of JSON on standard output, each validated against its schema.
pub fn lines(output: &Output) -> Vec<Value> {
    parse(stdout(output))
}

pub fn files(folder: &Path) -> HashSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The text of the code in a PNG, by a reader that is not ours.
pub fn read_back(png: &Path) -> String {
    let picture = image::open(png).unwrap().to_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixel = |x, y| picture.get_pixel(x as u32, y as u32).0[0];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
    let grids = prepared.detect_grids();
    assert_eq!(grids.len(), 1, "{}", png.display());
    grids[0].decode().unwrap().1
}
