//! The header in the repository is that of the sources, and keeps what was ever in it.

use std::fs;
use std::path::Path;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn generated() -> String {
    let config = cbindgen::Config::from_file(folder().join("cbindgen.toml")).unwrap();
    let mut header = Vec::new();
    cbindgen::Builder::new().with_crate(folder()).with_config(config).generate().unwrap().write(&mut header);
    String::from_utf8(header).unwrap()
}

/// Functions, types and constants, one a line, without comments.
fn declarations(header: &str) -> Vec<String> {
    let mut code = String::new();
    let mut rest = header;
    while let Some((before, after)) = rest.split_once("/*") {
        code.push_str(before);
        rest = after.split_once("*/").unwrap().1;
    }
    code.push_str(rest);
    let lines: Vec<&str> = code.lines().map(|line| line.split("//").next().unwrap().trim()).collect();
    let constants = lines.iter().filter(|line| line.starts_with("#define KSEF_QR_") && line.contains(' '));
    let constants = constants.filter(|line| line.split_whitespace().count() == 3).map(|line| (*line).to_owned());
    let code: Vec<&str> = lines.iter().copied().filter(|line| !line.starts_with('#')).collect();
    let code = code.join(" ").replace("extern \"C\" {", "").replace("}  // extern", "");
    let mut found: Vec<String> = constants.collect();
    let mut depth = 0;
    let mut declaration = String::new();
    for c in code.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}' && depth > 0);
        if c == ';' && depth == 0 {
            found.push(declaration.split_whitespace().collect::<Vec<_>>().join(" "));
            declaration.clear();
        } else {
            declaration.push(c);
        }
    }
    found.sort_unstable();
    found
}

#[test]
fn the_header_is_that_of_the_sources() {
    let path = folder().join("include/ksef_qr.h");
    let generated = generated();
    if std::env::var_os("KSEF_QR_WRITE_HEADER").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap();
    assert!(
        stored == generated,
        "include/ksef_qr.h is stale: KSEF_QR_WRITE_HEADER=1 cargo test -p ksef-qr-ffi --test header"
    );
}

/// `abi/1.txt` has the declarations of the last release; a release writes it anew, and there it may only grow.
#[test]
fn what_was_once_in_the_header_is_there_as_it_was() {
    let path = folder().join("abi/1.txt");
    let now = declarations(&generated());
    if std::env::var_os("KSEF_QR_WRITE_ABI").is_some() {
        fs::write(&path, now.join("\n") + "\n").unwrap();
    }
    let released = fs::read_to_string(&path).unwrap();
    let released: Vec<&str> = released.lines().collect();
    assert!(released.len() > 20, "the list was found");
    for declaration in released {
        assert!(now.iter().any(|now| now == declaration), "this is gone, or changed: {declaration}");
    }
}
