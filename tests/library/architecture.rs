//! The invariants of `lib.rs`, as far as the source text shows them.

use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom to the top: a module may use those before it.
const ORDER: &[&str] = &[
    "error",
    "values",
    "report",
    "deadline",
    "icalendar",
    "xml",
    "invoice",
    "check",
    "upo",
    "correction",
    "link",
    "crypto",
    "credential",
    "register",
    "sign",
    "enrol",
    "pkcs11",
    "qr",
    "pdf_objects",
    "font",
    "render",
    "pdf",
    "paper",
    "advice",
    "files",
    "threads",
    "key_files",
    "scanner",
    "manifest",
    "book",
    "verify",
    "audit",
    "batch",
];

/// Modules that know the outside: files, clocks, threads. All others only compute.
const WITH_FILES: &[&str] = &["files", "threads", "key_files", "scanner", "manifest", "book", "batch"];

fn is_pure(module: &str) -> bool {
    ORDER.contains(&module) && !WITH_FILES.contains(&module)
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut todo = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut sources = Vec::new();
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            // Tests may do as they like, here and in files of their own.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            sources.push((path, code));
        }
    }
    assert!(sources.len() > 30, "the sources were found");
    sources
}

/// `sign/issuer.rs`.
fn below_src(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// `invoice` for `src/invoice/read.rs` and `link` for `src/link.rs`.
fn module(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    Path::new(below.iter().next().unwrap()).with_extension("").to_string_lossy().into_owned()
}

#[test]
fn arrows_point_down_the_list_only() {
    let mut arrows = 0;
    for (path, code) in sources() {
        let Some(rank) = ORDER.iter().position(|known| *known == module(&path)) else { continue };
        for used in code.split("crate::").skip(1) {
            let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let used_rank = ORDER.iter().position(|known| *known == used);
            assert!(used_rank.is_some_and(|used_rank| used_rank <= rank), "{} uses crate::{used}", path.display());
            arrows += 1;
        }
    }
    assert!(arrows > 50, "the arrows were found: {arrows}");
}

#[test]
fn every_module_has_its_place() {
    for (path, _) in sources() {
        let module = module(&path);
        assert!(ORDER.contains(&module.as_str()) || ["lib", "main", "cli"].contains(&module.as_str()), "{module}");
    }
}

#[test]
fn commands_see_settings_and_no_arguments() {
    // These two print what there is to say about the command line itself.
    let exempt = ["cli/commands/completions.rs", "cli/commands/man.rs"];
    let above = ["cli/args/", "cli/settings/", "cli/mod.rs"];
    let mut seen = 0;
    for (path, code) in sources() {
        let below = below_src(&path);
        let is_above = above.iter().any(|above| below.starts_with(above));
        if !below.starts_with("cli/") || is_above || exempt.contains(&below.as_str()) {
            continue;
        }
        for argument in ["clap", "cli::args", "args::"] {
            assert!(!code.contains(argument), "{below} names {argument}");
        }
        seen += 1;
    }
    assert!(seen > 30, "the commands were found: {seen}");
}

#[test]
fn modules_that_compute_touch_nothing_outside() {
    // A cursor is memory that is read like a file.
    let sources = sources().into_iter().map(|(path, code)| (path, code.replace("std::io::Cursor", "")));
    for (path, code) in sources.filter(|(path, _)| is_pure(&module(path))) {
        for outside in
            ["std::fs", "std::io", "std::env", "std::net", "std::thread", "::now(", "println!", "clap", "crossbeam"]
        {
            assert!(!code.contains(outside), "{} names {outside}", path.display());
        }
    }
}

#[test]
fn one_file_names_the_signing_backend_and_one_room_writes_files() {
    let naming = |word: &str| -> Vec<String> {
        let naming = sources()
            .into_iter()
            .filter(|(_, code)| code.lines().any(|line| line.contains(word) && !line.trim_start().starts_with("//")));
        naming.map(|(path, _)| below_src(&path)).collect()
    };
    // TLS to a book's server names the same library by its own name.
    assert_eq!(naming(" aws_lc_rs"), ["crypto.rs"]);
    for writing in ["File::create", "fs::write", "fs::rename", "fs::remove_file", ".persist(", "OpenOptions"] {
        let may_write = |file: &String| file.starts_with("files/") || file == "batch/output/manifest_writer.rs";
        assert!(naming(writing).iter().all(may_write), "{writing}: {:?}", naming(writing));
    }
}

/// What decodes strangers' pictures, draws their PDFs and validates their files is in `ksef-qr-scan` alone.
#[test]
fn the_process_that_holds_keys_decodes_nobodys_pictures() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let (dependencies, _) = manifest.split_once("[dev-dependencies]").unwrap();
    let (_, dependencies) = dependencies.split_once("\n[dependencies]\n").unwrap();
    assert!(dependencies.contains("\nquick-xml"), "the dependencies were found");
    for decoder in ["fastxml", "hayro", "image", "ksef-qr-scan", "lopdf", "resvg", "rxing"] {
        assert!(!dependencies.lines().any(|line| line.starts_with(decoder)), "{decoder}");
    }
}

const COMMANDS: &[&str] = &[
    "sign", "link", "stamp", "confirm", "watch", "check", "verify", "advise", "deadline", "number", "correct", "book",
    "status", "cert", "key", "config", "init", "explain", "schema", "demo",
];

/// What its options are called, the command says (`cli`): the library serves other programs too.
#[test]
fn the_library_names_no_option_of_the_command() {
    for (path, code) in sources().into_iter().filter(|(path, _)| module(path) != "cli") {
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            // Commands of others may have options.
            let own = line
                .split('`')
                .filter(|part| !["openssl ", "qpdf ", "pkcs11-tool "].iter().any(|others| part.starts_with(others)));
            for part in own {
                let is_option = |(at, _): (usize, &str)| part[at + 2..].starts_with(|c: char| c.is_ascii_lowercase());
                let names_option = part.match_indices("--").any(is_option);
                let names_command = COMMANDS.iter().any(|command| part.contains(&format!("ksef-qr {command}")));
                assert!(!names_option && !names_command, "{}: {}", path.display(), line.trim());
            }
        }
    }
}

#[test]
fn every_public_module_has_an_example() {
    let sources = sources();
    let lib = &sources.iter().find(|(path, _)| path.ends_with("src/lib.rs")).unwrap().1;
    let mut public = 0;
    for (at, line) in lib.lines().enumerate() {
        let Some(module) = line.strip_prefix("pub mod ") else { continue };
        if lib.lines().nth(at - 1) == Some("#[doc(hidden)]") {
            continue;
        }
        let module = module.trim_end_matches(';');
        let files = [format!("{module}.rs"), format!("{module}/mod.rs")];
        let (_, text) = sources.iter().find(|(path, _)| files.contains(&below_src(path))).unwrap();
        assert!(text.lines().any(|line| line.starts_with("//! ```")), "{module} has no example");
        public += 1;
    }
    assert!(public > 15, "the modules were found: {public}");
}

#[test]
fn main_is_tiny() {
    let main = sources().into_iter().find(|(path, _)| path.ends_with("src/main.rs")).unwrap().1;
    assert!(main.lines().count() <= 60);
}
