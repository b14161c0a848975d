//! No two files import each other, neither straight nor over others: the sources are read, and every `use` and every
//! path is followed to the file that defines what it names, re-exports included.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module that is a file, by its path in the crate: `["batch", "input"]` for `src/batch/input.rs`.
type ModulePath = Vec<String>;

struct Module {
    file: PathBuf,
    /// Names that it makes visible from elsewhere: `pub use read::Register` gives `Register` -> `["read", "Register"]`.
    exports: BTreeMap<String, Vec<String>>,
    /// Paths that its code names.
    paths: Vec<Vec<String>>,
}

#[test]
fn no_files_import_each_other() {
    for crate_root in ["src", "crates/scan/src", "crates/server/src", "bindings/core/src", "bindings/c/src"] {
        let modules = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(crate_root));
        let arrows = arrows(&modules);
        let circles: Vec<String> = circles(&arrows).iter().map(|circle| circle.join(" <-> ")).collect();
        assert!(circles.is_empty(), "these files import each other:\n{}", circles.join("\n"));
    }
}

/// The reader itself: what it takes for an arrow.
#[test]
fn what_counts_as_an_import() {
    let parse = |text: &str| {
        let (mut exports, mut paths) = (BTreeMap::new(), Vec::new());
        statements(&tokens(text), &mut exports, &mut paths);
        (exports, paths.into_iter().map(|path| path.join("::")).collect::<Vec<_>>())
    };
    let (exports, paths) =
        parse("pub use read::{Register as Book, fields::*};\nuse crate::values::{Nip, day::{self, Day}};");
    assert_eq!(exports["Book"], ["read", "Register"]);
    assert_eq!(exports["*fields"], ["read", "fields"]);
    assert_eq!(paths, ["crate::values::Nip", "crate::values::day", "crate::values::day::Day"]);
    let (_, paths) = parse("fn f() { super::g(); let s = \"crate::no\"; /* crate::no */ x.map(self::h) } // crate::no");
    assert_eq!(paths, ["super::g", "self::h"]);
    let one = |name: &str, others: &[&str]| (name.to_owned(), others.iter().map(|&other| other.to_owned()).collect());
    let arrows = BTreeMap::from([one("a", &["b"]), one("b", &["c"]), one("c", &["b", "d"]), one("d", &[])]);
    assert_eq!(circles(&arrows), [["b", "c"]]);
}

fn read(root: &Path) -> BTreeMap<ModulePath, Module> {
    let mut modules = BTreeMap::new();
    let mut todo = vec![root.to_owned()];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let below = path.strip_prefix(root).unwrap().with_extension("");
            let mut name: ModulePath = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if matches!(name.last().map(String::as_str), Some("mod" | "lib")) {
                name.pop();
            }
            let text = fs::read_to_string(&path).unwrap();
            // Tests may do as they like.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let (mut exports, mut paths) = (BTreeMap::new(), Vec::new());
            statements(&tokens(code), &mut exports, &mut paths);
            modules.insert(name, Module { file: path, exports, paths });
        }
    }
    assert!(!modules.is_empty(), "the sources were found in {}", root.display());
    modules
}

/// Words and `::`, `{`, `}`, `,`, `;`, `*`; whatever else there is, one character each. Comments and texts are left out.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            raw.find("\"#").map_or(rest.len(), |end| end + 5)
        } else if first == '"' {
            text_length(rest)
        } else if rest.starts_with("'\"'") || rest.starts_with("'/'") {
            3
        } else if let Some(escaped) = rest.strip_prefix("'\\") {
            escaped.find('\'').map_or(rest.len(), |end| end + 3)
        } else if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, behind) = rest.split_at(length);
        let is_code = !token.starts_with("//") && !token.starts_with("/*") && !token.contains('"');
        if is_code && !token.trim().is_empty() {
            tokens.push(token.to_owned());
        }
        rest = behind;
    }
    tokens
}

/// Of a text in quotes at the front, quotes included.
fn text_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Finds the `use` statements and the paths in the code.
fn statements(tokens: &[String], exports: &mut BTreeMap<String, Vec<String>>, paths: &mut Vec<Vec<String>>) {
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at] == "use" {
            let is_public =
                at > 0 && (tokens[at - 1] == "pub" || (tokens[at - 1] == ")" && tokens[..at].ends_with_pub()));
            let mut leaves = Vec::new();
            at = tree(tokens, at + 1, &[], &mut leaves);
            for (name, path) in leaves {
                if is_public {
                    exports.insert(name, path);
                } else {
                    paths.push(path);
                }
            }
        } else if tokens.get(at + 1).is_some_and(|next| next == "::") && (at == 0 || tokens[at - 1] != "::") {
            let mut path = vec![tokens[at].clone()];
            at += 1;
            while tokens.get(at).is_some_and(|token| token == "::")
                && tokens.get(at + 1).is_some_and(|token| is_word(token))
            {
                path.push(tokens[at + 1].clone());
                at += 2;
            }
            paths.push(path);
        } else {
            at += 1;
        }
    }
}

trait EndsWithPub {
    /// True for `pub(super)` and its like.
    fn ends_with_pub(&self) -> bool;
}

impl EndsWithPub for [String] {
    fn ends_with_pub(&self) -> bool {
        let open = self.iter().rposition(|token| token == "(");
        open.is_some_and(|open| open > 0 && self[open - 1] == "pub")
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Follows a tree of a `use` from `at` on; gives the place behind it.
fn tree(tokens: &[String], mut at: usize, before: &[String], leaves: &mut Vec<(String, Vec<String>)>) -> usize {
    let mut path = before.to_vec();
    loop {
        match tokens.get(at).map(String::as_str) {
            Some("{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    at = tree(tokens, at, &path, leaves);
                    at += usize::from(tokens.get(at).is_some_and(|token| token == ","));
                }
                return at + 1;
            }
            Some("*") => {
                leaves.push((format!("*{}", path.last().cloned().unwrap_or_default()), path));
                return at + 1;
            }
            Some(word) if is_word(word) => path.push(word.to_owned()),
            _ => return at + 1,
        }
        at += 1;
        if tokens.get(at).is_some_and(|token| token == "::") {
            at += 1;
            continue;
        }
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        let mut name = path.last().cloned().unwrap_or_default();
        if tokens.get(at).is_some_and(|token| token == "as") {
            name.clone_from(&tokens[at + 1]);
            at += 2;
        }
        leaves.push((name, path));
        return at;
    }
}

/// Which file takes a name from which.
fn arrows(modules: &BTreeMap<ModulePath, Module>) -> BTreeMap<String, BTreeSet<String>> {
    let name = |module: &Module| {
        let below = module.file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&module.file);
        below.to_string_lossy().into_owned()
    };
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (at, module) in modules {
        let own = arrows.entry(name(module)).or_default();
        for path in &module.paths {
            if let Some(target) = resolve(modules, at, path, 0)
                && target != *at
            {
                own.insert(name(&modules[&target]));
            }
        }
    }
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 5, "arrows were found");
    arrows
}

/// The module that defines what a path names, seen from the module `from`; none if that is not of this crate.
fn resolve(
    modules: &BTreeMap<ModulePath, Module>,
    from: &ModulePath,
    path: &[String],
    depth: usize,
) -> Option<ModulePath> {
    let mut at = from.clone();
    let mut segments = path.iter().peekable();
    match path.first()?.as_str() {
        "crate" => {
            at.clear();
            segments.next();
        }
        "self" => _ = segments.next(),
        "super" => {
            while segments.next_if(|segment| *segment == "super").is_some() {
                at.pop()?;
            }
        }
        first => {
            let mut child = from.clone();
            child.push(first.to_owned());
            let is_export = modules.get(from).is_some_and(|module| module.exports.contains_key(first));
            if !modules.contains_key(&child) && !is_export {
                return None;
            }
        }
    }
    // A name that is re-exported leads to another path; it ends, because each step is one deeper.
    while let Some(segment) = segments.next() {
        let mut child = at.clone();
        child.push(segment.clone());
        if modules.contains_key(&child) {
            at = child;
            continue;
        }
        let module = modules.get(&at)?;
        if depth > 8 {
            return Some(at);
        }
        if let Some(export) = module.exports.get(segment) {
            let further: Vec<String> = export.iter().chain(segments).cloned().collect();
            return resolve(modules, &at, &further, depth + 1);
        }
        break;
    }
    modules.contains_key(&at).then_some(at)
}

/// The sets of files of which each reaches each, of more than one file.
fn circles(arrows: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reach = |start: &String| {
        let mut seen = BTreeSet::new();
        let mut todo: Vec<&String> = arrows.get(start).into_iter().flatten().collect();
        while let Some(one) = todo.pop() {
            if seen.insert(one.clone()) {
                todo.extend(arrows.get(one).into_iter().flatten());
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = arrows.keys().map(|file| (file, reach(file))).collect();
    let mut circles = BTreeSet::new();
    for file in arrows.keys() {
        let mutual: Vec<String> = reached[file]
            .iter()
            .filter(|other| *other == file || reached.get(other).is_some_and(|back| back.contains(file)))
            .cloned()
            .collect();
        if mutual.len() > 1 {
            circles.insert(mutual);
        }
    }
    circles.into_iter().collect()
}
