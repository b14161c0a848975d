//! What the codes mean: the page of the documentation is what the command says.

use std::fs;

use crate::common::run;

#[test]
fn the_page_of_codes_is_up_to_date() {
    let page = run(crate::common::program().args(["explain", "--markdown"]));
    let page = String::from_utf8(page.stdout).unwrap();
    let written = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/codes.md")).unwrap();
    assert!(page == written, "docs/codes.md is out of date: ksef-qr explain --markdown > docs/codes.md");
}
