//! One version for all packages, in whatever language they are. It stands in `Cargo.toml`; the files of other tools, and the
//! documents that quote it, must say the same. (`docs/openapi.json` is compared by the service's own tests.)

use std::fs;
use std::path::Path;

/// Where a version stands: a file, and what comes before it there.
const PLACES: &[(&str, &str)] = &[
    ("Cargo.toml", "ksef-qr = { version = \""),
    ("bindings/dotnet/KsefQr/KsefQr.csproj", "<Version>"),
    ("bindings/java/pom.xml", "<version>"),
    ("bindings/node/package.json", "\"version\": \""),
    ("crates/scan/src/protocol.rs", "\"program\":\"ksef-qr-scan\",\"version\":\""),
    ("docs/contracts.md", "\"version\":\""),
    ("docs/openapi.json", "\"version\": \""),
];

/// Packages of Cargo. They have none of their own.
const PACKAGES: &[&str] = &["", "bindings/c/", "bindings/core/", "bindings/python/", "crates/scan/", "crates/server/"];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn all_packages_have_one_version() {
    let version = env!("CARGO_PKG_VERSION");
    for (file, before) in PLACES {
        let text = read(file);
        let found = text.split_once(before).unwrap_or_else(|| panic!("{file} has no {before}")).1;
        let found: String = found.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        assert_eq!(found, version, "{file}");
    }
    for folder in PACKAGES {
        let file = format!("{folder}Cargo.toml");
        assert!(read(&file).contains("\nversion.workspace = true\n"), "{file}");
    }
    // maturin takes it from Cargo.toml, Composer from the tag.
    assert!(read("bindings/python/pyproject.toml").contains("dynamic = [\"version\"]"));
    assert!(!read("bindings/php/composer.json").contains("\"version\""));
}
