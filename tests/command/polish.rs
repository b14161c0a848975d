//! The command in Polish: people read another language, programs do not.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::common::{credential, fixture, ksef_qr, run, status, stdout};

fn in_language(folder: &Path, language: &str, args: &[String]) -> Command {
    let mut command = ksef_qr(folder);
    command.env("KSEF_QR_LANG", language).args(args);
    command
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// The lines of JSON of a command, without what differs from run to run.
fn lines(folder: &Path, language: &str, args: &[String]) -> (i32, Vec<String>) {
    let output = run(&mut in_language(folder, language, args));
    let lines = stdout(&output).lines().map(|line| {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{args:?}: {line}"));
        for changing in ["elapsed_ms", "kod2", "signed_at", "at"] {
            line.as_object_mut().unwrap().remove(changing);
        }
        line.to_string()
    });
    (status(&output), lines.collect())
}

#[test]
fn programs_read_the_same_in_every_language() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (fixture("invoices/good/fa3-basic.xml"), fixture("invoices/bad"));
    let (cert, key) = (fixture("keys/offline-ec.crt"), fixture("keys/offline-ec.pkcs8.pem"));
    let sign = ["sign", &good, "--format", "none", "--json", "--env", "test", "--now", "2026-06-30T12:00:00Z"];
    let sign = sign.iter().map(|arg| (*arg).to_owned()).chain(credential()).collect();
    for args in [
        sign,
        words(&format!("link {bad} --format none --json --env test")),
        words(&format!("check {good} {bad} --json --now 2026-06-30T12:00:00Z")),
        words(&format!("advise {good} --json")),
        words("deadline --mode awaria --issued 2026-03-02 --ended 2026-03-03 --json"),
        words("deadline --mode total --issued 2026-03-02 --ended 2026-03-03 --json"),
        words("number 5265877635-20250826-0100001AF629-AF 5265877635-20250826-0100001AF629-AA x --json"),
        words("verify https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/abc --json"),
        words(&format!("cert check --cert {cert} --key {key} --env test --json --now 2026-06-30T12:00:00Z")),
        words(&format!("cert show {cert} --json --now 2026-06-30T12:00:00Z")),
        words("sign none.xml --json"),
        words("sign --json"),
        words("sing a.xml --json"),
        words(&format!("link {good} --json --env nowy")),
        words(&format!("link {good} --json --ksef-number 1")),
        words("config show --json"),
    ] {
        let english = lines(folder.path(), "en", &args);
        let polish = lines(folder.path(), "pl", &args);
        // Which language it is, config show tells.
        let is_language = |line: &String| line.contains("KSEF_QR_LANG");
        let told = |(status, lines): (i32, Vec<String>)| {
            (status, lines.into_iter().filter(|line| !is_language(line)).collect::<Vec<_>>())
        };
        assert_eq!(told(english), told(polish), "{args:?}");
    }
}

#[test]
fn the_language_is_asked_for_named_kept_or_the_systems() {
    let folder = tempfile::tempdir().unwrap();
    let help = |command: &mut Command| {
        let command = command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LANG");
        stdout(&run(command)).contains("Polecenia:")
    };
    let plain = || {
        let mut command = ksef_qr(folder.path());
        command.env_remove("KSEF_QR_LANG").arg("--help");
        command
    };
    assert!(!help(&mut plain()));
    assert!(help(plain().args(["--lang", "pl"])));
    assert!(help(plain().env("KSEF_QR_LANG", "pl")));
    assert!(!help(plain().env("KSEF_QR_LANG", "pl").arg("--lang=en")));
    fs::write(folder.path().join("kept.toml"), "lang = \"pl\"\n").unwrap();
    assert!(help(plain().args(["--config", "kept.toml"])));
    let system = |name: &str, value: &str| {
        let mut command = plain();
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(name);
        }
        stdout(&run(command.env(name, value))).contains("Polecenia:")
    };
    assert!(system("LANG", "pl_PL.UTF-8") && system("LC_MESSAGES", "pl_PL") && !system("LANG", "en_US.UTF-8"));
}

#[test]
fn a_command_is_explained_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    for page in [
        "sign",
        "link",
        "stamp",
        "confirm",
        "print",
        "watch",
        "check",
        "verify",
        "book due",
        "cert register add",
        "key new",
        "init",
        "config show",
    ] {
        let output = run(&mut in_language(folder.path(), "pl", &[vec!["man".to_owned()], words(page)].concat()));
        let text = stdout(&output);
        assert_eq!(status(&output), 0);
        for english in [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS", " the ", "Exit status"] {
            assert!(!text.contains(english), "man {page}: {english}");
        }
    }
}

#[test]
fn every_code_is_explained_in_polish() {
    let folder = tempfile::tempdir().unwrap();
    let list = run(&mut in_language(folder.path(), "pl", &words("explain")));
    let english = run(&mut in_language(folder.path(), "en", &words("explain")));
    let english: Vec<&str> = stdout(&english).lines().collect();
    let same: Vec<&str> = stdout(&list).lines().filter(|line| !line.is_empty() && english.contains(line)).collect();
    assert!(same.is_empty(), "without Polish: {same:#?}");
}

/// Words that English sentences have and Polish ones have not.
const ENGLISH: &[&str] = &[
    "after",
    "already",
    "and",
    "another",
    "any",
    "are",
    "at",
    "be",
    "been",
    "before",
    "between",
    "but",
    "cannot",
    "colour",
    "corrupt",
    "could",
    "damaged",
    "directory",
    "does",
    "each",
    "error",
    "every",
    "expected",
    "field",
    "first",
    "for",
    "found",
    "from",
    "has",
    "have",
    "how",
    "in",
    "invalid",
    "is",
    "it",
    "its",
    "large",
    "line",
    "literal",
    "matching",
    "may",
    "missing",
    "more",
    "must",
    "neither",
    "none",
    "nor",
    "not",
    "nothing",
    "object",
    "of",
    "only",
    "or",
    "os",
    "other",
    "output",
    "pages",
    "should",
    "space",
    "string",
    "such",
    "than",
    "that",
    "the",
    "their",
    "there",
    "they",
    "this",
    "too",
    "was",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "will",
    "with",
    "within",
    "without",
    "would",
    "write",
    "yet",
    "your",
];

/// What the fixtures hold in English, and names of settings and of commands.
const OF_OTHERS: &[&str] = &[
    "tills in the shop",
    "sealed envelope in the safe",
    "in the firm's password manager, entry KSeF",
    "the tills were sold",
    "first (pierwsza)",
    "auto, first, last, all",
    "file is not a database",
    "<?xml-stylesheet ...?>",
    "--format none",
];

/// The words of a line that are English: none in quotes, where what others say stands that is in no catalog, and none in names of
/// files or codes.
fn english(line: &str) -> Vec<&'static str> {
    let mut line = line.to_owned();
    for other in OF_OTHERS {
        line = line.replace(other, "");
    }
    let unquoted = |text: &str, quote: char| text.split(quote).step_by(2).collect::<Vec<_>>().join(" ");
    let line = unquoted(&unquoted(&line.replace(['„', '”'], "\""), '"'), '`');
    let names = |word: &&str| !word.contains(['/', '_', '<', '[', '@', '\\']) && !word.starts_with('-');
    let words: HashSet<String> = line
        .split_whitespace()
        .filter(names)
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
        .collect();
    ENGLISH.iter().copied().filter(|word| words.contains(*word)).collect()
}

/// A case of `tests/cmd`: what is given to the command, and from which folder of fixtures.
struct Case {
    name: String,
    args: Vec<String>,
    stdin: String,
    variables: Vec<(String, String)>,
    /// It writes, into a copy of the fixtures.
    writes: bool,
}

impl Case {
    fn read(path: &Path) -> Self {
        let document: toml_edit::DocumentMut = fs::read_to_string(path).unwrap().parse().unwrap();
        let text = |item: &toml_edit::Item| item.as_str().unwrap_or_default().to_owned();
        let args = document["args"].as_array().map(|args| args.iter().map(|arg| arg.as_str().unwrap().to_owned()));
        let mut args: Vec<String> = args.into_iter().flatten().collect();
        // What programs read is the same in every language. What they do not read may be written to a file.
        let is_read = args.iter().any(|arg| arg == "--json");
        args.retain(|arg| arg != "--json");
        if let Some(at) = args.iter().position(|arg| arg == "--lang") {
            args.drain(at..at + 2);
        }
        let added = document.get("env").and_then(|env| env.get("add")).and_then(|added| added.as_table_like());
        let variables = added.into_iter().flat_map(|added| added.iter());
        Self {
            name: path.display().to_string(),
            args,
            stdin: document.get("stdin").map(text).unwrap_or_default(),
            variables: variables.map(|(name, value)| (name.to_owned(), text(value))).collect(),
            writes: is_read || document.get("fs").is_some_and(|fs| fs.get("sandbox").is_some()),
        }
    }

    /// Its English: the lines that it says, with the words.
    fn english(&self) -> Vec<String> {
        let copied = tempfile::tempdir().unwrap();
        let folder = if self.writes { copied.path().to_owned() } else { PathBuf::from(fixture("")) };
        for entry in fs::read_dir(fixture("")).unwrap().filter(|_| self.writes) {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name == "keys" || self.args.iter().any(|arg| arg.split(['/', '=']).any(|part| part == name)) {
                copy(Path::new(&fixture(&name)), &folder.join(name));
            }
        }
        let mut command = in_language(&folder, "pl", &self.args);
        command.envs(self.variables.iter().cloned()).env("NO_COLOR", "1");
        english_of(&self.name, command.stdout(Stdio::piped()), &self.stdin)
    }
}

/// The English of what a command says.
fn english_of(name: &str, command: &mut Command, stdin: &str) -> Vec<String> {
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Who does not read it is not to be waited for.
    _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    let lines = said.iter().flat_map(|said| said.lines()).filter(|line| !line.starts_with(['{', '"']));
    lines
        .filter(|line| !english(line).is_empty())
        .map(|line| format!("{name}: {:?} in: {line}", english(line)))
        .collect()
}

/// What all of them come to, several at a time.
fn each<T: Send>(todo: Vec<T>, english: impl Fn(T) -> Vec<String> + Sync) -> Vec<String> {
    let (todo, found) = (Mutex::new(todo), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, |count| count.get().min(8)) {
            scope.spawn(|| {
                loop {
                    let Some(one) = todo.lock().unwrap().pop() else { break };
                    let english = english(one);
                    found.lock().unwrap().extend(english);
                }
            });
        }
    });
    found.into_inner().unwrap()
}

/// A file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

/// The command is English underneath: what the library says is put into sentences of the command, and those into reports. All
/// that the cases of `tests/cmd` make it say is said in Polish to the last word.
#[test]
fn no_polish_sentence_has_english_in_it() {
    crate::common::scanner();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    let mut paths: Vec<PathBuf> = Vec::new();
    for command in fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()) {
        // The help has a test of its own; a schema and the names for a shell are for programs.
        if ["schema", "demo"].iter().any(|other| command.ends_with(other)) {
            continue;
        }
        let all = fs::read_dir(command).unwrap().map(|entry| entry.unwrap().path());
        paths.extend(all.filter(|path| !path.file_name().unwrap().to_str().unwrap().starts_with("help")));
    }
    assert!(paths.len() > 400, "the cases were found: {}", paths.len());
    let found = each(paths, |path| Case::read(&path).english());
    assert!(found.is_empty(), "{found:#?}");
}

/// The files of a folder of fixtures.
fn files(folder: &str) -> Vec<String> {
    let files = fs::read_dir(fixture(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<String> = files.filter(|path| path.is_file()).map(|path| path.display().to_string()).collect();
    files.sort();
    assert!(files.len() > 3, "{folder}");
    files
}

/// Values that are none.
const MISTYPED: [&str; 29] = [
    "sign a.xml --jobs x",
    "sign a.xml --jobs 0",
    "sign a.xml --jobs 99999999999999999999",
    "sign a.xml --jobs -1",
    "sign a.xml --mode foo",
    "sign a.xml --format foo",
    "sign a.xml --ecc foo",
    "sign a.xml --now foo",
    "sign a.xml --context foo",
    "sign a.xml --mode failure --ended foo",
    "sign a.xml --mode failure --failure foo",
    "sign a.xml --module-size foo",
    "stamp a.pdf --x-mm abc",
    "stamp a.pdf --x-mm nan",
    "stamp a.pdf --page foo",
    "stamp a.pdf --corner foo",
    "print a.xml --language de",
    "confirm a.xml --language de",
    "confirm a.xml --format foo",
    "advise a.xml --mode foo",
    "book list --state foo",
    "book due --within foo",
    "cert expiring --within foo",
    "check --lang de a.xml",
    "deadline --mode offline24 --issued foo",
    "number foo",
    "print none.xml --env test",
    "stamp none.pdf --env test --kod1-alone",
    "sign none.xml --env test",
];

/// What no case of `tests/cmd` is made of: damaged files of every kind, and values that are none. Each reaches another library,
/// whose words, and the system's, come out in the command's.
#[test]
fn whatever_is_damaged_or_mistyped_is_refused_in_polish() {
    crate::common::scanner();
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).unwrap();
        name.to_owned()
    };
    let good = fixture("invoices/good/fa3-basic.xml");
    let (cert, key) = (fixture("keys/offline-ec.crt"), fixture("keys/offline-ec.pkcs8.pem"));
    let mut lines: Vec<String> = Vec::new();
    for (at, pdf) in files("pdf/hostile")
        .iter()
        .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "pdf"))
        .enumerate()
    {
        lines.push(format!("stamp {pdf} --invoice {good} --env test --kod1-alone --out stamped-{at}"));
    }
    // Pictures and PDFs that can be read have tests of their own, and take their time.
    for name in [files("verify"), files("archives")].concat() {
        lines.push(format!("verify {name}"));
    }
    for name in files("archives") {
        lines.push(format!("check {name}"));
    }
    let long = "stopka ".repeat(80);
    let looks = [
        "accent = \"#ffff00\"".to_owned(),
        "accent = \"red\"".to_owned(),
        "accent = 1".to_owned(),
        "accent = ".to_owned(),
        "tint = \"#1f4e79\"".to_owned(),
        "logo_height_mm = 12".to_owned(),
        "logo_height_mm = 500".to_owned(),
        format!("footer = \"{long}\""),
        "footer = \"a\\nb\\nc\\nd\\ne\"".to_owned(),
        "note = \"a\\u0007\"".to_owned(),
        "logo = \"none.png\"".to_owned(),
        "logo = \"logo.svg\"".to_owned(),
        "logo = \"logo.txt\"".to_owned(),
        "logo = \"logo.png\"".to_owned(),
    ];
    written("logo.svg", b"<svg/>");
    written("logo.txt", b"a logo");
    written("logo.png", b"\x89PNG\r\n\x1a\nIHDR");
    for (at, look) in looks.iter().enumerate() {
        let look = written(&format!("look-{at}.toml"), look.as_bytes());
        lines.push(format!("print {good} --env test --no-codes --out printed --look {look}"));
    }
    let jsons = [
        "{",
        "[]",
        "{}",
        "{\"a\": tru",
        "\"x\"",
        "{\"invoices\": 1}",
        "{\"invoices\": [{\"a\": 1}]}",
        "[1,]",
        "{} x",
        "\u{7f}",
    ];
    let mut jsons: Vec<String> =
        jsons.iter().enumerate().map(|(at, json)| written(&format!("{at}.json"), json.as_bytes())).collect();
    jsons.push(fixture("announcements/messages.json"));
    for json in jsons {
        lines.push(format!("link {good} --env test --out linked --upo {json}"));
        lines.push(format!("deadline --mode awaria --issued 2026-03-02 --announcements {json}"));
        lines.push(format!("verify --manifest {json}"));
        lines
            .push(format!("stamp {} --invoice {good} --env test --out coded --codes {json}", fixture("pdf/blank.pdf")));
        lines.push(format!("key csr --key {key} --subject {json}"));
    }
    lines.extend(MISTYPED.map(str::to_owned));
    lines.push(format!("print {good} --env test"));
    lines.push(format!("sign {good} --env test --cert {cert} --key {key} --password-file nofile"));
    lines.push(format!(
        "sign {good} --env test --cert {cert} --key {} --password-file nofile",
        fixture("keys/offline-ec.encrypted.pem")
    ));
    lines.push(format!(
        "stamp {} --invoice {good} --env test --kod1-alone --pdf-password-file nofile",
        fixture("pdf/encrypted-open-aes-256.pdf")
    ));
    lines.push(format!("link {good} --env test --out {cert}"));
    lines.push(format!("link {good} --env test --out {cert}/a"));
    lines.push(format!("link {good} --env test --out {}", "a".repeat(300)));
    lines.push(format!("link {good}/a.xml --env test --out linked"));
    let found = each(lines, |line| {
        let mut command = in_language(folder.path(), "pl", &words(&line));
        english_of(&line, command.env("NO_COLOR", "1").stdout(Stdio::piped()), "")
    });
    assert!(found.is_empty(), "{found:#?}");
}

/// A disk that is full.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_in_polish() {
    let folder = tempfile::tempdir().unwrap();
    let good = fixture("invoices/good/fa3-basic.xml");
    for line in [
        format!("link {good} --env test --format none --manifest -"),
        format!("print {good} --env test --no-codes --out printed --manifest -"),
        "explain".to_owned(),
        "--help".to_owned(),
        format!("link {good} --env test --out /dev/full"),
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let found = english_of(&line, in_language(folder.path(), "pl", &words(&line)).stdout(full), "");
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn the_settings_that_init_writes_are_explained_in_the_language_of_the_user() {
    for (language, words_of_it) in [("pl", "# Ustawienia ksef-qr"), ("en", "# Settings of ksef-qr")] {
        let folder = tempfile::tempdir().unwrap();
        let (cert, key) = (fixture("keys/offline-ec.crt"), fixture("keys/offline-ec.pkcs8.pem"));
        let line = format!("init --env test --cert {cert} --key {key} --out codes --config kept.toml");
        assert_eq!(status(&run(&mut in_language(folder.path(), language, &words(&line)))), 0);
        let text = fs::read_to_string(folder.path().join("kept.toml")).unwrap();
        assert!(text.starts_with(words_of_it) && text.contains("env = \"test\""), "{text}");
    }
}

/// What is left out in neither language.
#[test]
fn the_polish_is_as_exact_as_the_english() {
    let folder = tempfile::tempdir().unwrap();
    let good = fixture("invoices/good/fa3-basic.xml");
    let hostile = |name: &str| {
        format!(
            "stamp {} --invoice {good} --env test --kod1-alone --out {name}",
            fixture(&format!("pdf/hostile/{name}.pdf"))
        )
    };
    for (line, said) in [
        (hostile("xref-offset-of-another"), "obiekt 3 nie jest tam, dokąd prowadzą odsyłacze"),
        (hostile("length-huge"), "obiekt 4 jest strumieniem, który nie kończy się tam, gdzie wskazuje jego /Length"),
        (hostile("media-box-missing"), "strona 1: nie ma rozmiaru"),
        (hostile("deep-arrays"), "wartości są zagnieżdżone głębiej niż na 64 poziomów"),
        ("sign a.xml --mode foo".to_owned(), "failure (albo: awaria, awaryjny, tryb awaryjny)"),
        ("check a.xml --lang de".to_owned(), "„--lang <JĘZYK>” nie przyjmuje wartości „de”"),
        ("sign a.xml --jobs x".to_owned(), "jest w niej znak, który nie jest cyfrą"),
        (format!("check {}", fixture("archives/check-sum.tar.gz")), "suma kontrolna gzip się nie zgadza"),
        (
            format!("link {good} --env test --out linked --upo {}", fixture("announcements/messages.json")),
            "brakuje pola `invoiceHash`, wiersz 12, kolumna 3",
        ),
    ] {
        let output = run(&mut in_language(folder.path(), "pl", &words(&line)));
        let all = [&*output.stdout, &*output.stderr].concat();
        let all = String::from_utf8_lossy(&all).into_owned();
        assert!(all.contains(said), "{line}: {all}");
    }
}

#[test]
fn english_is_told_from_polish() {
    assert_eq!(english("odrzucono: the file is not XML"), ["is", "not", "the"]);
    assert_eq!(english("odrzucono: \"the file\" i `--allow the` nie są w in/the/file.xml"), Vec::<&str>::new());
    assert_eq!(english("nie da się go odczytać: No such file (os error 2)"), ["error", "os", "such"]);
    assert_eq!(english("nie da się go odczytać: „No such file of the name” (błąd systemu 2)"), Vec::<&str>::new());
}
