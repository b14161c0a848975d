//! The process, as the command speaks to it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use ksef_qr_scan::protocol::serve;
use serde_json::{Value, json};

const KOD1: &str =
    "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Process {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ksef-qr-scan"));
        let mut child = command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let requests = child.stdin.take().unwrap();
        let mut process = Self { requests, answers: BufReader::new(child.stdout.take().unwrap()), child };
        let hello = json!({"program": "ksef-qr-scan", "version": env!("CARGO_PKG_VERSION"), "protocol": 1});
        assert_eq!(process.answer().unwrap(), hello);
        process
    }

    /// The next line; none if the process ended.
    fn answer(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        (!line.is_empty()).then(|| serde_json::from_str(&line).unwrap())
    }

    fn ask(&mut self, request: &Value, bytes: &[u8]) -> Option<Value> {
        writeln!(self.requests, "{request}").unwrap();
        self.requests.write_all(bytes).unwrap();
        self.requests.flush().unwrap();
        self.answer()
    }

    /// In megabytes, so far; zero where the system does not say so.
    fn most_memory(&self) -> u64 {
        let said = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = said.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() / 1024
    }

    fn read(&mut self, name: &str) -> Option<Value> {
        let bytes = fixture(name);
        self.ask(&json!({"request": "read", "length": bytes.len()}), &bytes)
    }
}

#[test]
fn one_process_reads_one_file_after_another() {
    let mut process = Process::start();
    let found = json!({"answer": "found", "texts": [{"text": KOD1, "origin": "code", "place": null}]});
    assert_eq!(process.read("verify/qrencode.png").unwrap(), found);
    let refused = process.read("verify/blank.png").unwrap();
    assert_eq!((&refused["answer"], &refused["code"]), (&json!("error"), &json!("no_code_found")));
    assert_eq!(process.read("verify/locked.pdf").unwrap()["code"], "pdf_unreadable");
    let pdf = process.read("verify/invoice.pdf").unwrap();
    let texts = pdf["texts"].as_array().unwrap();
    assert!(texts.contains(&json!({"text": KOD1, "origin": "link", "place": "page 2, link"})), "{texts:?}");
    assert_eq!(process.read("verify/qrencode.png").unwrap(), found);
    drop(process.requests);
    assert!(process.child.wait().unwrap().success());
}

/// Each of them once overflowed the stack of what draws pages, or took gigabytes: a form and a pattern that draw themselves, object
/// streams that lie in each other, four thousand million rows of no width, rows of two gigabytes.
#[test]
fn what_once_ended_the_process_is_answered() {
    let mut process = Process::start();
    for name in [
        "verify/endless.pdf",
        "verify/endless-pattern.pdf",
        "pdf/hostile/object-streams-in-each-other.pdf",
        "pdf/hostile/xref-index-huge.pdf",
        "pdf/hostile/predictor-huge.pdf",
    ] {
        let answer = process.read(name).unwrap_or_else(|| panic!("{name} ends the process"));
        assert_eq!(answer["code"], "no_code_found", "{name}");
    }
    assert_eq!(process.read("pdf/hostile/xref-predictor-huge.pdf").unwrap()["code"], "pdf_unreadable");
    assert!(process.most_memory() < 300, "{} MB", process.most_memory());
}

#[test]
fn what_ends_the_process_is_seen() {
    let mut process = Process::start();
    process.child.kill().unwrap();
    assert_eq!(process.answer(), None);
    assert!(!process.child.wait().unwrap().success());
}

#[test]
fn documents_are_validated_once_there_are_schemas() {
    let mut process = Process::start();
    let (form, types) = (fixture("schemas/flat/form.xsd"), fixture("schemas/flat/types.xsd"));
    let document = fixture("schemas/note.xml");
    let validate = json!({"request": "validate", "form": "FA(3)", "length": document.len()});
    assert_eq!(process.ask(&validate, &document).unwrap()["code"], "schema_missing");
    let files = json!([{"path": "form.xsd", "length": form.len()}, {"path": "types.xsd", "length": types.len()}]);
    let namespace = "http://crd.gov.pl/wzor/2025/06/25/13775/";
    let forms = json!([{"name": "FA(3)", "namespace": namespace, "root": "Faktura"}]);
    let schemas = json!({"request": "schemas", "forms": forms, "files": files});
    assert_eq!(process.ask(&schemas, &[form, types].concat()).unwrap(), json!({"answer": "ready"}));
    let answer = process.ask(&validate, &document).unwrap();
    let violations = answer["violations"].as_array().unwrap();
    let text = String::from_utf8(document).unwrap();
    let nil = json!({
        "message": "the element has xsi:nil, and none may be nil",
        "offset": text[..text.find(":nil").unwrap()].rfind('<').unwrap(),
    });
    assert!(violations.len() == 4 && violations.contains(&nil), "{violations:?}");
    let other = json!({"request": "validate", "form": "PEF(3)", "length": 0});
    assert_eq!(process.ask(&other, b"").unwrap()["code"], "schema_missing");
}

#[test]
fn what_is_no_request_ends_it() {
    for line in ["", "{}", "x", r#"{"request":"write"}"#, r#"{"request":"read"}"#] {
        let mut answers = Vec::new();
        serve(format!("{line}\n").as_bytes(), &mut answers, || {}).unwrap();
        let last = String::from_utf8(answers).unwrap().lines().last().unwrap().to_owned();
        assert_eq!(serde_json::from_str::<Value>(&last).unwrap()["code"], "request_malformed", "{line}");
    }
    // Fewer bytes than were announced, and more than anybody sends.
    for request in [json!({"request": "read", "length": 5}), json!({"request": "read", "length": 1_u64 << 60})] {
        assert!(serve(format!("{request}\nabc").as_bytes(), &mut Vec::new(), || {}).is_err(), "{request}");
    }
}

#[test]
fn it_says_what_it_is() {
    let run = |argument: &str| Command::new(env!("CARGO_BIN_EXE_ksef-qr-scan")).arg(argument).output().unwrap();
    let version = run("--version");
    assert_eq!(version.stdout, format!("ksef-qr-scan {}\n", env!("CARGO_PKG_VERSION")).into_bytes());
    let other = run("invoice.pdf");
    assert!(other.status.code() == Some(2) && !other.stderr.is_empty());
}
