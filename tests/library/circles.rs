//! No two files import each other, neither straight nor by way of others: what a file needs stands below it.
//! Followed are `use` and paths that begin with `crate::` or `super::`; a name that a `mod.rs` hands on counts as an import
//! of the file that it comes from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Rooms in which files are still tied to each other. None may be added.
const TIED: &[&str] = &["batch", "cli", "credential", "qr"];

/// The path of a module: `["verify", "link", "path"]`.
type Module = Vec<String>;

/// A name that a module hands on, and where it comes from.
type Exports = BTreeMap<(Module, String), Vec<String>>;

/// One path of a `use`: whether it is public, its parts, and the name that it gets.
struct Import {
    is_public: bool,
    path: Vec<String>,
    name: String,
}

fn read(folder: &Path, at: &Module, modules: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            read(&path, &[&at[..], &[name]].concat(), modules);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            // Tests may look where they like.
            if (at.is_empty() && matches!(&*name, "lib" | "main")) || name == "tests" {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let code: String = code.lines().map(|line| line.split("//").next().unwrap_or_default()).fold(
                String::new(),
                |mut code, line| {
                    code.push_str(line);
                    code.push('\n');
                    code
                },
            );
            let module = if name == "mod" { at.clone() } else { [&at[..], &[name]].concat() };
            modules.insert(module, code);
        }
    }
}

/// Every `use` of a file, and the file without them.
fn imports(code: &str) -> (Vec<Import>, String) {
    let mut imports = Vec::new();
    let mut rest = String::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        let after_visibility = match trimmed.strip_prefix("pub") {
            Some(after) => after.trim_start().trim_start_matches(|c| c != 'u').trim_start(),
            None => trimmed,
        };
        let Some(first) = after_visibility.strip_prefix("use ").filter(|_| !trimmed.contains("pub fn")) else {
            rest.push_str(line);
            rest.push('\n');
            continue;
        };
        let mut tree = first.to_owned();
        while !tree.contains(';') {
            tree.push_str(lines.next().unwrap_or(";"));
        }
        expand(&[], tree.split(';').next().unwrap_or_default(), trimmed.starts_with("pub"), &mut imports);
    }
    (imports, rest)
}

/// Takes `a::{b, c::{self, d as e}}` apart.
fn expand(front: &[String], tree: &str, is_public: bool, imports: &mut Vec<Import>) {
    let tree = tree.trim();
    if tree.is_empty() {
        return;
    }
    let Some((head, inner)) = tree.split_once('{') else {
        let (path, name) = tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name.trim())));
        let mut path: Vec<String> =
            front.iter().cloned().chain(path.trim().split("::").map(|part| part.trim().to_owned())).collect();
        if path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name = name.map_or_else(|| path.last().cloned().unwrap_or_default(), str::to_owned);
        imports.push(Import { is_public, path, name });
        return;
    };
    let front: Vec<String> = front
        .iter()
        .cloned()
        .chain(head.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned))
        .collect();
    let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&front, &inner[start..at], is_public, imports);
                start = at + 1;
            }
            _ => {}
        }
    }
    expand(&front, &inner[start..], is_public, imports);
}

/// A path as it is from the root of the crate; none if it leads out of it.
fn from_root(module: &Module, path: &[String], modules: &BTreeMap<Module, String>) -> Option<Vec<String>> {
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some([&module[..], &path[1..]].concat()),
        "super" => {
            let up = path.iter().take_while(|part| *part == "super").count();
            Some([&module[..module.len().checked_sub(up)?], &path[up..]].concat())
        }
        child => {
            let child = [&module[..], &[child.to_owned()]].concat();
            modules.contains_key(&child).then(|| [&module[..], path].concat())
        }
    }
}

/// The file that a path leads to, through the names that others hand on.
fn resolve(path: &[String], modules: &BTreeMap<Module, String>, exports: &Exports, hops: usize) -> Option<Module> {
    let length = (1..=path.len()).rev().find(|&length| modules.contains_key(&path[..length]))?;
    let module = path[..length].to_vec();
    match path.get(length).and_then(|name| exports.get(&(module.clone(), name.clone()))) {
        Some(origin) if hops > 0 => {
            let origin = [&origin[..], &path[length + 1..]].concat();
            resolve(&origin, modules, exports, hops - 1).or(Some(module))
        }
        _ => Some(module),
    }
}

/// The paths in a text that begin with `crate::` or `super::`, less those of `pub(in ...)`.
fn inline_paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = &code[..at];
            if before.ends_with("pub(in ") || before.ends_with("::") {
                continue;
            }
            let path =
                code[at..].split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).next().unwrap_or_default();
            paths.push(path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect());
        }
    }
    paths
}

#[test]
fn no_two_files_import_each_other() {
    let mut modules = BTreeMap::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &Vec::new(), &mut modules);
    assert!(modules.len() > 100, "the sources were found");

    let mut exports = Exports::new();
    let parsed: BTreeMap<&Module, (Vec<Import>, String)> =
        modules.iter().map(|(module, code)| (module, imports(code))).collect();
    for (module, (imports, _)) in &parsed {
        for import in imports.iter().filter(|import| import.is_public) {
            if let Some(origin) = from_root(module, &import.path, &modules) {
                exports.insert(((*module).clone(), import.name.clone()), origin);
            }
        }
    }
    let mut arrows: BTreeMap<&Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, (imports, rest)) in &parsed {
        let used = imports.iter().map(|import| (import.is_public, import.path.clone()));
        for (is_public, path) in used.chain(inline_paths(rest).into_iter().map(|path| (false, path))) {
            let target = from_root(module, &path, &modules).and_then(|path| resolve(&path, &modules, &exports, 8));
            // What a folder's door hands on from within is not yet a use of it.
            let is_door = |target: &Module| is_public && target.starts_with(module);
            if let Some(target) = target.filter(|target| target != *module && !is_door(target)) {
                arrows.entry(module).or_default().insert(target);
            }
        }
    }
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 300, "the arrows were found");

    // Whatever imports nothing that is left is taken away; what then remains goes in circles, or leads to one.
    let mut left: BTreeSet<&Module> = modules.keys().collect();
    while let Some(done) = left
        .iter()
        .find(|module| !arrows.get(**module).is_some_and(|to| to.iter().any(|to| left.contains(to))))
        .copied()
    {
        left.remove(done);
    }
    let reaches_itself = |module: &Module| {
        let mut seen = BTreeSet::new();
        let mut todo: Vec<&Module> = arrows.get(module).into_iter().flatten().collect();
        while let Some(next) = todo.pop() {
            if seen.insert(next) {
                todo.extend(arrows.get(next).into_iter().flatten());
            }
        }
        seen.contains(module)
    };
    let circles: Vec<String> = left
        .iter()
        .filter(|module| reaches_itself(module) && !TIED.contains(&module[0].as_str()))
        .map(|module| module.join("/"))
        .collect();
    assert_eq!(circles, [""; 0], "these files import each other");
}
