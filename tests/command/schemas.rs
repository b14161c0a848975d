//! Every line of JSON against its schema in `docs/schema`: those that `tests/cmd` expects, every refusal of the fixtures, and
//! runs that make every field there is. (What other tests read is validated where it is read: `common::parse`.)

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::SystemTime;

use ksef_qr::Invoice;
use ksef_qr::book::{Book, Facts, Place};
use ksef_qr::values::{Environment, InvoiceHash};
use serde_json::{Value, json};

use crate::common::schemas::{PUBLISHED, problem};
use crate::common::{IN_TEST, credential, fixture, ksef_qr, run, stderr, stdout};

/// A case of `tests/cmd`: its file, its arguments, the lines of JSON on its standard output.
fn cases() -> Vec<(PathBuf, Vec<String>, Vec<Value>)> {
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd")).unwrap();
    let files = folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
    let cases = files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "toml"));
    cases.map(case).collect()
}

fn case(path: PathBuf) -> (PathBuf, Vec<String>, Vec<Value>) {
    let case: toml_edit::DocumentMut = fs::read_to_string(&path).unwrap().parse().unwrap();
    let args = case.get("args").and_then(|args| args.as_array()).into_iter().flatten();
    let args: Vec<_> = args.map(|arg| arg.as_str().unwrap().to_owned()).collect();
    // What may be any number in a case is one here.
    let stdout = case.get("stdout").and_then(|stdout| stdout.as_str()).unwrap_or_default();
    let stdout = stdout.replace(":[..]", ":0").replace("[VERSION]", env!("CARGO_PKG_VERSION"));
    let is_json = |line: &&str| line.starts_with('{') && args[0] != "schema";
    let lines = stdout.lines().filter(is_json).map(|line| serde_json::from_str(line).unwrap()).collect();
    (path, args, lines)
}

/// The schema of what a command prints.
fn schema_of<S: AsRef<str>>(args: &[S]) -> String {
    match (args[0].as_ref(), args.get(1).map(AsRef::as_ref)) {
        ("sign" | "link" | "stamp" | "confirm" | "print", _) => "manifest".to_owned(),
        ("config", _) => "config-show".to_owned(),
        ("cert", Some("register")) => format!("cert-register-{}", args[2].as_ref()),
        ("book", Some("list" | "show" | "export")) => "book-entry".to_owned(),
        ("book", Some("mark")) => "book-import".to_owned(),
        (group @ ("book" | "cert" | "key"), Some(command)) => format!("{group}-{command}"),
        (command, _) => command.to_owned(),
    }
}

/// The schema of a line that a command prints: why a command failed is the same line everywhere.
fn schema_of_line(name: &str, line: &Value) -> String {
    if line["type"] == "error" && line.get("file").is_none() { "error".to_owned() } else { name.to_owned() }
}

/// A folder in which the command is run, and all that it printed.
struct Runs {
    folder: tempfile::TempDir,
    /// Each line with the name of its schema.
    lines: Vec<(String, Value)>,
}

impl Runs {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), lines: Vec::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the command; its lines are validated. Words that begin with `@` are fixtures.
    fn run(&mut self, args: &str) {
        let args: Vec<_> =
            args.split_whitespace().map(|arg| arg.strip_prefix('@').map_or(arg.to_owned(), fixture)).collect();
        let name = schema_of(&args);
        let mut command = ksef_qr(self.folder.path());
        command.args(&args);
        match &*args[0] {
            "sign" | "stamp" | "confirm" => drop(command.args(IN_TEST).args(credential())),
            "link" | "print" | "check" | "correct" => drop(command.args(IN_TEST)),
            "verify" | "cert" | "book" | "status" => drop(command.args(&IN_TEST[2..])),
            _ => {}
        }
        let output = run(&mut command);
        assert!(stdout(&output).starts_with('{'), "{args:?} prints no JSON: {}", stderr(&output));
        self.keep(&name, stdout(&output));
    }

    /// Runs the command and validates the manifest that it leaves.
    fn manifest(&mut self, args: &str, manifest: &str) {
        let mut command = ksef_qr(self.folder.path());
        let output = run(command.args(args.split_whitespace()).args(IN_TEST).args(credential()));
        assert!(output.status.success(), "{args}: {}", stderr(&output));
        self.keep("manifest", &fs::read_to_string(self.path(manifest)).unwrap());
    }

    fn keep(&mut self, name: &str, lines: &str) {
        for line in lines.lines() {
            let line = serde_json::from_str(line).unwrap();
            let name = schema_of_line(name, &line);
            assert_eq!(problem(&name, &line), None);
            self.lines.push((name, line));
        }
    }

    /// The codes of errors and findings that were printed.
    fn codes(&self) -> BTreeSet<&str> {
        fn collect<'v>(value: &'v Value, codes: &mut BTreeSet<&'v str>) {
            match value {
                Value::Object(fields) => {
                    codes.extend(fields.get("code").and_then(Value::as_str));
                    fields.values().for_each(|value| collect(value, codes));
                }
                Value::Array(values) => values.iter().for_each(|value| collect(value, codes)),
                _ => {}
            }
        }
        let mut codes = BTreeSet::new();
        self.lines.iter().for_each(|(_, line)| collect(line, &mut codes));
        codes
    }
}

/// The files of a folder of fixtures.
fn names_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(fixture(folder)).unwrap().map(|entry| entry.unwrap());
    entries.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name().into_string().unwrap()).collect()
}

#[test]
fn the_lines_of_all_cases_are_as_their_schemas_say() {
    let mut validated = 0;
    for (path, args, lines) in cases() {
        for line in lines {
            assert_eq!(problem(&schema_of_line(&schema_of(&args), &line), &line), None, "{}", path.display());
            validated += 1;
        }
    }
    assert!(validated > 100, "{validated}");
}

/// Whatever is refused, and for whatever reason: the line is as the schema says.
#[test]
fn the_lines_of_all_refusals_are_as_their_schemas_say() {
    let mut runs = Runs::new();
    fs::create_dir(runs.path("empty")).unwrap();
    let archives = names_in("archives").into_iter().filter(|name| name != "make.py");
    let archives = archives.map(|name| format!("@archives/{name}")).collect::<Vec<_>>().join(" ");
    for command in ["sign --format none", "link --format none", "check --mode offline24", "advise", "confirm --embed"] {
        for inputs in ["@invoices/bad", &archives, "missing.xml empty missing/*.xml @pdf/blank.pdf"] {
            runs.run(&format!("{command} --json {inputs}"));
        }
    }
    for pdf in ["blank", "signed", "letter", "encrypted-user-aes-256", "two-attachments"] {
        runs.run(&format!("stamp --json --embed @pdf/{pdf}.pdf --invoice @invoices/bad/two-dates.xml"));
        runs.run(&format!("stamp --json --embed @pdf/{pdf}.pdf"));
    }
    runs.run("stamp --json --embed @pdf --invoice @invoices/good");
    for name in names_in("keys") {
        runs.run(&format!("cert check --json --env test --strict --cert @keys/{name} --key @keys/{name}"));
    }
    runs.run("cert show --json @keys/ksef-token.txt missing.crt --password-file @keys/wrong-password.txt @keys/offline-ec.p12");
    runs.run("verify --json @verify @verify/blank.png missing.png https://ksef.mf.gov.pl/x");
    runs.run("verify --json @verify/transfer-code.png @verify/locked.pdf --manifest @verify/README.md");
    let codes = runs.codes();
    assert!(codes.len() > 60, "{} codes: {codes:?}", codes.len());
}

/// Lines that have, taken together, every field that the schemas name.
static EVERYTHING: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| {
    let mut runs = Runs::new();
    let basic = fs::read_to_string(fixture("invoices/good/fa3-basic.xml")).unwrap();
    fs::write(runs.path("f1.xml"), &basic).unwrap();
    fs::write(runs.path("f2.xml"), format!("\u{FEFF}{basic}").replace("FV/2026/06/001", "FV/2026/06/002")).unwrap();

    // The manifest: files, embedded pictures, numbers, documents, refusals, a run that goes on after a change.
    let formats = "--format png,svg,pdf";
    runs.run(&format!("sign f1.xml f2.xml {formats} --json --allow bom --mode offline24 --out files"));
    runs.run("sign f1.xml --json --out files");
    runs.run(&format!("sign f1.xml {formats} --json --embed --context Nip:5265877635 --deterministic"));
    runs.run("link f1.xml --json --out linked --ksef-number 5265877635-20260616-0100001AF629-15");
    runs.run("stamp @pdf/producers/fa3-basic.pdf --invoice f1.xml --json --out stamped");
    runs.run("stamp @pdf/producers/fa3-basic.pdf --invoice f1.xml --json --embed");
    runs.run("stamp @pdf/producers/fa3-basic.pdf --invoice @invoices/bad/two-dates.xml --json --embed");
    runs.run("confirm f1.xml --json --out confirmed");
    runs.run("print f1.xml --no-codes --json --out drafted");
    runs.manifest("sign f1.xml", "ksef-qr-out/manifest.ndjson");
    fs::write(runs.path("f1.xml"), basic.replace("FV/2026/06/001", "FV/2026/06/003")).unwrap();
    runs.manifest("sign f1.xml --resume", "ksef-qr-out/manifest.ndjson");

    runs.run("sign @invoices/bad/two-dates.xml --overwrite --json --manifest ksef-qr-out/manifest.ndjson");

    runs.run("check f1.xml @invoices/bad --json --mode offline24");
    runs.run("correct @correction/first.xml @correction/corrected.xml --refusal @correction/refused.json --json");
    runs.run("correct @correction/first.xml @correction/amount.xml --json --allow content");
    runs.run("correct @correction/first.xml @correction/first.xml --json");
    runs.run("advise f1.xml f1.xml missing.xml --json");
    runs.run("advise f1.xml --json --ksef-number 5265877635-20260616-0100001AF629-15");
    runs.run("advise missing.xml --json");
    runs.run("deadline --mode offline24 --issued 2025-07-08 --failure 2025-07-09..2025-07-12 --json");
    runs.run("number 5265877635-20250826-0100001AF629-AF 20250625-EE-319D7EE000-B67F415CDC-2C x --json");
    runs.run("number 7781464139-20230721-80B510-9675F7-B5 1111111111-IZ202607-65ED02180000-E7 --json");
    runs.run("deadline --mode offline24 --issued 2026-06-15 --total-failure 2026-06-16 --json");
    runs.run("verify --manifest ksef-qr-out/manifest.ndjson @verify/blank.png @verify/codes/fa3-basic.kod1.png --json");
    runs.run("verify @verify/vector.pdf https://ksef.mf.gov.pl/x --manifest @verify/README.md --json");

    keep_book(&mut runs, &basic);

    runs.run("cert show @keys/offline-ec.answer.json @keys/pesel-ec.crt @keys/password.txt --json");
    runs.run("cert check --cert @keys/offline-ec.crt --key @keys/offline-ec.pkcs8.pem --env test --json");
    runs.run("cert check --cert @keys/password.txt --json");
    runs.run("cert expiring @keys/ends-soon-ec.crt @keys/expired-ec.crt @keys/password.txt --json");
    let files = "cert = \"../keys/replaced-ec.crt\"\nkey = \"../keys/replaced-ec.pkcs8.pem\"\n";
    let register = fs::read_to_string(fixture("register/pair.toml")).unwrap();
    assert!(register.contains(files), "{register}");
    let register = register.replace("valid_to = 2026-08-01T00:00:00Z", "valid_to = 2026-08-01T00:00:00.5Z");
    let register = register.replace("use_from = ", "signs_for = [\"1111111111\"]\nuse_from = ");
    let elsewhere = [
        "p12 = \"firm.p12\"\np12_entry = \"firm\"\n",
        "pkcs11 = \"pkcs11:token=Firm;object=ksef?module-path=/m.so\"\n",
    ];
    for (name, place) in ["keys.toml", "p12.toml", "pkcs11.toml"].iter().zip([files].iter().chain(&elsewhere)) {
        fs::write(runs.path(name), register.replace(files, place)).unwrap();
        runs.run(&format!("cert register list {name} --json"));
    }
    runs.run("config show --json --config @settings/ksef-qr.toml");
    runs.run("key csr --key @keys/offline-ec.pkcs8.pem --subject @keys/enrolment.json --name Kasa-1");
    runs.lines
});

/// A book with open invoices in each state, and what can be said of them.
fn keep_book(runs: &mut Runs, basic: &str) {
    let now = SystemTime::UNIX_EPOCH;
    let book = Book::create(&Place::File(runs.path("a.book")), Environment::Test, now).unwrap();
    let hashes = ["0", "1", "2", "3", "4"].map(|name| {
        let text = basic.replace("FV/2026/06/001", &format!("FV/2026/06/01{name}"));
        fs::write(runs.path(&format!("b{name}.xml")), &text).unwrap();
        InvoiceHash::of(text.as_bytes())
    });
    let book_of = "--book a.book --json";
    runs.run(&format!("sign b0.xml b1.xml b2.xml b3.xml b4.xml {book_of} --mode offline24 --out book --deterministic"));
    runs.run(&format!("sign b0.xml {book_of} --out again"));
    let said = [
        r#""invoiceNumber":"x","status":{"code":450,"description":"x","details":["y"]}"#,
        r#""ksefNumber":"5265877635-20260616-0100001AF629-15""#,
        r#""referenceNumber":"20260616-EE-2F15D39000-242207E5C4-09","status":{"code":150}"#,
        r#""status":{"code":430}"#,
    ];
    let files =
        said.iter().zip(&hashes).map(|(said, hash)| format!("{{\"invoiceHash\":\"{}\",{said}}}", hash.base64()));
    fs::write(runs.path("answer.json"), format!("[{}]", files.collect::<Vec<_>>().join(","))).unwrap();
    runs.run(&format!("book import answer.json none.json {book_of}"));
    let corrected = basic.replace("FV/2026/06/001", "FV/2026/06/010").replace("</Faktura>", "</Faktura>\n");
    let corrected = Facts::from(&Invoice::read(corrected.as_bytes()).unwrap());
    assert!(book.correct(&hashes[0], &corrected, now, "a test").unwrap());
    runs.run(&format!("book mark handed-over b1.xml {book_of}"));
    runs.run(&format!("book mark annulled b1.xml {book_of}"));
    runs.run(&format!("book list {book_of}"));
    runs.run(&format!("book due {book_of}"));
    runs.run(&format!("status {book_of} --credentials @register/pair.toml"));
    let total = r#"[{"id":"A","eventId":1,"category":"TOTAL_FAILURE","type":"FAILURE_START","title":"","text":"",
        "start":"2026-06-16T08:00:00Z","version":1,"published":"2026-06-16T08:00:00Z"}]"#;
    fs::write(runs.path("total.json"), total).unwrap();
    runs.run(&format!("book import --announcements total.json {book_of}"));
    runs.run("book export --book a.book");
    runs.run(&format!("book show b0.xml {book_of}"));
    runs.run(&format!("book check {book_of} --cert @keys/offline-ec.crt"));
}

/// A schema that names what is never written is as wrong as one that leaves something out.
#[test]
fn every_field_that_a_schema_names_is_written() {
    // The status file of a watcher that runs, and is in trouble: `watch.rs` has it.
    for (name, schema) in PUBLISHED.iter().filter(|(name, _)| *name != "watch") {
        let definitions = schema["$defs"].as_object().unwrap().iter();
        let named: BTreeSet<String> = definitions
            .flat_map(|(definition, schema)| {
                let fields = schema["properties"].as_object().into_iter().flat_map(|fields| fields.keys());
                fields.map(move |field| format!("{definition}.{field}"))
            })
            .collect();
        // It takes some hundred invoices, two runs and two seconds: `unchanged.rs` has them.
        let mut written = BTreeSet::from(["summary.unchanged".to_owned()]);
        for (_, line) in EVERYTHING.iter().filter(|(of, _)| of == name) {
            note(schema, schema, "", line, &mut written);
        }
        assert_eq!(named.difference(&written).collect::<Vec<_>>(), Vec::<&String>::new(), "{name}: never written");
    }
}

/// Notes by which fields of which definitions a value is described.
fn note(root: &Value, schema: &Value, definition: &str, value: &Value, written: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        note(root, &root["$defs"][name], name, value, written);
    }
    for alternative in schema["oneOf"].as_array().into_iter().flatten() {
        note(root, alternative, definition, value, written);
    }
    for element in value.as_array().into_iter().flatten() {
        note(root, &schema["items"], definition, element, written);
    }
    let (Some(named), Some(fields)) = (schema["properties"].as_object(), value.as_object()) else { return };
    // Of the types of lines, this is another.
    if named.get("type").and_then(|kind| kind.get("const")).is_some_and(|kind| fields.get("type") != Some(kind)) {
        return;
    }
    for (name, field) in fields {
        written.insert(format!("{definition}.{name}"));
        note(root, &named[name], definition, field, written);
    }
}

/// A schema that lets everything pass would pass every test above.
#[test]
fn a_damaged_line_is_not_as_its_schema_says() {
    let (mut seen, mut damages) = (BTreeSet::new(), 0);
    for (name, line) in &*EVERYTHING {
        let fields: Vec<_> = line.as_object().unwrap().keys().cloned().collect();
        if !seen.insert((name, fields)) {
            continue;
        }
        for damaged in damaged(line) {
            assert!(problem(name, &damaged).is_some(), "{name} lets pass {damaged}");
            damages += 1;
        }
    }
    assert!(damages > 500, "{damages}");
}

/// The value with something wrong in it: another type in one place, or one field that nobody has heard of.
fn damaged(value: &Value) -> Vec<Value> {
    let mut variants = match value {
        Value::String(_) | Value::Object(_) => vec![json!(7)],
        Value::Number(_) => vec![json!("7"), json!(-1.5)],
        Value::Bool(_) => vec![json!("true")],
        Value::Null | Value::Array(_) => vec![json!({"unheard_of": 1})],
    };
    match value {
        Value::Object(fields) => {
            let with = |name: &String, value: Value| {
                let mut fields = fields.clone();
                fields.insert(name.clone(), value);
                Value::Object(fields)
            };
            variants.push(with(&"unheard_of".to_owned(), json!(1)));
            for (name, field) in fields {
                variants.extend(damaged(field).into_iter().map(|field| with(name, field)));
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                variants.extend(damaged(element).into_iter().map(|element| {
                    let mut elements = elements.clone();
                    elements[index] = element;
                    Value::Array(elements)
                }));
            }
        }
        _ => {}
    }
    variants
}

/// What belongs together, and what a value may be.
#[test]
fn a_line_that_contradicts_itself_is_not_as_its_schema_says() {
    let line = |name: &str, fits: &dyn Fn(&Value) -> bool| {
        let found = EVERYTHING.iter().find(|(of, line)| of == name && fits(line));
        found.unwrap_or_else(|| panic!("{name} has such a line")).1.clone()
    };
    let of_type = |name: &str, kind: &str| line(name, &|line| line["type"] == kind);
    let of_status = |status: &str| line("manifest", &|line| line["status"] == status);
    let [signed, linked, refused] = ["signed", "linked", "refused"].map(of_status);
    let with_mode = line("manifest", &|line| line.get("mode").is_some());
    let cases = [
        ("manifest", &signed, json!({"status": "done"})),
        ("manifest", &signed, json!({"status": "linked"})),
        ("manifest", &signed, json!({"status": "refused"})),
        ("manifest", &signed, json!({"kod2": null})),
        ("manifest", &signed, json!({"seller_nip": "526-587-76-35"})),
        ("manifest", &signed, json!({"issue_date": "15-06-2026"})),
        ("manifest", &signed, json!({"issue_date": "2026-02-30"})),
        ("manifest", &signed, json!({"hash_base64": signed["hash_base64url"]})),
        ("manifest", &signed, json!({"context_source": "guessed"})),
        ("manifest", &signed, json!({"allowed": ["everything"]})),
        ("manifest", &signed, json!({"type": "bill"})),
        ("manifest", &linked, json!({"kod2": signed["kod2"]})),
        ("manifest", &linked, json!({"status": "signed"})),
        ("manifest", &refused, json!({"error": null})),
        ("manifest", &refused, json!({"status": "signed"})),
        ("manifest", &with_mode, json!({"send_by": null, "mode": "whenever"})),
        ("verify", &of_type("verify", "file"), json!({"result": "ok"})),
        ("cert-show", &of_type("cert-show", "certificate"), json!({"serial": "1f"})),
        ("cert-show", &of_type("cert-show", "certificate"), json!({"valid_to": "2026-06-30"})),
        ("cert-expiring", &of_type("cert-expiring", "expiring"), json!({"status": "near"})),
        ("deadline", &of_type("deadline", "deadline"), json!({"weekday": "Caturday"})),
    ];
    for (name, line, change) in cases {
        let mut changed = line.clone();
        for (field, value) in change.as_object().unwrap() {
            changed[field] = value.clone();
        }
        assert!(problem(name, &changed).is_some(), "{name} lets {change} pass");
    }
    for (name, line) in [("manifest", &signed), ("manifest", &refused), ("verify", &of_type("verify", "link"))] {
        for missing in ["type", "status", "kod1", "kod2", "hash_base64", "allowed", "error", "text", "checks"] {
            let mut line = line.clone();
            if line.as_object_mut().unwrap().remove(missing).is_some() {
                assert!(problem(name, &line).is_some(), "{name} does without {missing}");
            }
        }
    }
}

#[test]
fn the_command_prints_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let printed = |args: &[&str]| {
        let output = run(ksef_qr(folder.path()).arg("schema").args(args));
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
        stdout(&output).to_owned()
    };
    let names: BTreeSet<_> = printed(&[]).lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(names, PUBLISHED.keys().cloned().collect());
    for name in PUBLISHED.keys() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schema/{name}.json"));
        assert_eq!(printed(&[name]), fs::read_to_string(file).unwrap(), "{name}");
    }
    // Asked for by the command that writes it.
    assert_eq!(printed(&["sign"]), printed(&["manifest"]));
}

/// Whoever makes classes from them finds each field explained, each file whole, and the same type the same everywhere.
#[test]
fn the_files_explain_themselves() {
    let mut shared = std::collections::BTreeMap::new();
    for (name, schema) in &*PUBLISHED {
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert_eq!(schema["$id"], format!("urn:ksef-qr:schema:{name}"));
        assert!(schema["title"].is_string() && schema["description"].is_string(), "{name}");
        for (definition, schema) in schema["$defs"].as_object().unwrap() {
            assert!(schema["description"].is_string(), "{name}: {definition}");
            for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
                assert!(schema.get("description").or(schema.get("$ref")).is_some(), "{name}: {definition}.{field}");
            }
            // An object is the same if it is in the line of another command; a type of lines is the command's own.
            if schema["properties"].get("type").is_none() {
                let first = shared.entry(definition).or_insert((name, schema));
                assert_eq!(first.1, schema, "{definition} in {} and {name}", first.0);
            }
        }
        let text = schema.to_string();
        assert_eq!(text.matches("\"$ref\":\"").count(), text.matches("\"$ref\":\"#/$defs/").count(), "{name}");
    }
}
