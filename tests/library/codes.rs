//! The registry of codes: each is given somewhere, and nothing gives a code that is not in it.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use ksef_qr::audit::ItemName;
use ksef_qr::error::{Class, explain, explanations};
use walkdir::WalkDir;

/// The sources, apart from the registry and from what only says how to put a code right.
fn sources() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = root.join("src");
    let mut sources = String::new();
    let others = ["crates/scan/src", "crates/server/src"].map(|other| WalkDir::new(root.join(other)));
    for entry in WalkDir::new(&source).into_iter().chain(others.into_iter().flatten()) {
        let path = entry.unwrap().into_path();
        let is_code = path.extension().is_some_and(|extension| extension == "rs");
        if is_code && !path.starts_with(source.join("error")) && !path.ends_with("cli/words/hints.rs") {
            let text = fs::read_to_string(path).unwrap();
            sources.push_str(text.split("#[cfg(test)]").next().unwrap_or_default());
        }
    }
    assert!(sources.len() > 500_000, "the sources were found");
    sources
}

/// The names behind `Kind::`, `WarningKind::` or `Code::`, wherever they stand.
fn named<'s>(sources: &'s str, of: &str) -> HashSet<&'s str> {
    let names = sources
        .match_indices(of)
        .filter(|(at, _)| !sources[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '_'));
    let name = |(at, found): (usize, &str)| {
        let rest = &sources[at + found.len()..];
        &rest[..rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())]
    };
    names.map(name).collect()
}

/// `PathOfKsef1` for `path_of_ksef_1`.
fn camel_case(code: &str) -> String {
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    code.split('_').map(capital).collect()
}

#[test]
fn every_code_is_given_somewhere() {
    let sources = sources();
    let errors: HashSet<&str> = &named(&sources, "Kind::") | &named(&sources, "ErrorKind::");
    let warnings = named(&sources, "WarningKind::");
    let checks = &named(&sources, "Code::") | &named(&sources, "CheckCode::");
    for explanation in explanations() {
        let code = explanation.code;
        match explanation.class {
            Class::Error(kind) => assert!(errors.contains(&*format!("{kind:?}")), "the error {code} is never given"),
            // Some are errors that are let pass.
            Class::Warning(kind) => {
                let is_let_pass = errors.contains(&*format!("{kind:?}"));
                assert!(warnings.contains(&*format!("{kind:?}")) || is_let_pass, "the warning {code} is never given");
            }
            Class::Verify => assert!(checks.contains(&*camel_case(code)), "verify never says {code}"),
            _ => assert!(ItemName::ALL.iter().any(|item| item.name() == code), "no audit looks at {code}"),
        }
    }
}

#[test]
fn everything_that_is_given_is_explained() {
    for item in ItemName::ALL {
        assert!(explain(item.name()).any(|known| known.class == Class::Audit), "{}", item.name());
    }
    // What the command puts together itself.
    let sources = sources();
    for (at, found) in sources.match_indices("code: \"") {
        let code = sources[at + found.len()..].split('"').next().unwrap();
        assert_eq!(explain(code).count().min(1), 1, "{code}");
    }
}
