//! `ksef-qr link --upo`: codes drawn as OFFLINE are drawn again with the numbers that KSeF gave.

use std::fs;
use std::path::Path;

use crate::common::{IN_TEST, fixture, ksef_qr, lines, read_back, records, run, status};
use serde_json::Value;

fn link(folder: &Path, options: &[&str]) -> Option<i32> {
    let mut command = ksef_qr(folder);
    command.args(["link", "--out", "codes"]).args(IN_TEST);
    for name in ["fa3-basic", "fa3-consumer", "fa3-correction"] {
        command.arg(fixture(&format!("invoices/good/{name}.xml")));
    }
    run(command.args(options)).status.code()
}

fn labels(records: &[Value]) -> Vec<&str> {
    records.iter().filter_map(|record| record["kod1"]["label"].as_str()).collect()
}

#[test]
fn a_resumed_run_draws_again_what_has_a_number_now_and_keeps_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("codes/manifest.ndjson");
    let picture = folder.path().join("codes/fa3-basic.kod1.png");
    assert_eq!(link(folder.path(), &[]), Some(0));
    assert_eq!(labels(&records(&manifest)), ["OFFLINE"; 3]);
    let (offline, url) = (fs::read(&picture).unwrap(), read_back(&picture));

    let upo = fixture("upo/good/session.xml");
    assert_eq!(link(folder.path(), &["--resume", "--upo", &upo]), Some(1), "one of them is not in the UPO");
    let after = records(&manifest);
    let mut found = labels(&after);
    found.sort_unstable();
    // The line of the invoice that KSeF has not confirmed stays as it was.
    assert_eq!(found, ["5265877635-20260616-0100001AF629-15", "5265877635-20260626-0200A0D6723E-7A", "OFFLINE"]);
    let basic = after.iter().find(|record| record["ksef_number"] == "5265877635-20260616-0100001AF629-15").unwrap();
    assert_eq!(basic["replaces"], basic["hash_base64"]);
    assert_eq!(basic["warnings"], Value::Array(vec![]), "the invoice has not changed");
    let summary = after.last().unwrap();
    assert_eq!(summary["replaced"], 0);
    assert_eq!(summary["warnings"][0]["code"], "upo_unpaired");
    assert_ne!(fs::read(&picture).unwrap(), offline, "another label stands under the code");
    assert_eq!(read_back(&picture), url, "and the code is the same");

    // Once more: nothing is left to do.
    let drawn = fs::read(&picture).unwrap();
    assert_eq!(link(folder.path(), &["--resume", "--upo", &upo]), Some(1));
    let again = records(&manifest);
    assert_eq!(again.last().unwrap()["kept"], 3, "the third is refused, and its line stays");
    assert_eq!(fs::read(&picture).unwrap(), drawn);
}

#[test]
fn a_number_is_of_the_file_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(fixture("invoices/good/fa3-basic.xml")).unwrap();
    fs::write(folder.path().join("crlf.xml"), text.replace('\n', "\r\n")).unwrap();
    let upo = fixture("upo/good/session.xml");
    let mut command = ksef_qr(folder.path());
    let output = run(command.args(["link", "crlf.xml", "--json", "--format", "none", "--upo", &upo]).args(IN_TEST));
    assert_eq!(status(&output), 1);
    assert_eq!(lines(&output)[0]["error"]["code"], "upo_other_file");
}
