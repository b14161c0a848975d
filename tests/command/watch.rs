//! A folder that is watched: each file is done once, whatever happens to the watcher, the folder or the disk.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{IN_TEST, credential, files, fixture, ksef_qr, parse, parse_line, read_back, run, status, stderr};

const DAY: &str = "manifest-2026-06-30.ndjson";

fn watch(folder: &Path, what: &[&str]) -> Command {
    let mut command = ksef_qr(folder);
    command.arg("watch").args(what).args(["in", "--out", "out"]).args(IN_TEST).args(credential());
    command
}

fn once(folder: &Path) -> Command {
    let mut command = watch(folder, &[]);
    command.args(["--once", "--settle", "0"]);
    command
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    folder
}

fn invoice(number: usize) -> String {
    let text = fs::read_to_string(fixture("invoices/good/fa3-basic.xml")).unwrap();
    text.replace("FV/2026/06/001", &format!("FV/2026/06/{number}"))
}

fn bad_invoice() -> String {
    invoice(0).replace("<P_1>2026-06-15", "<P_1>2026-06-31")
}

/// The lines of the day, by the names that the files were dropped under.
fn lines_of_the_day(folder: &Path) -> Vec<Value> {
    parse(&fs::read_to_string(folder.join("out").join(DAY)).unwrap_or_default())
}

fn input(line: &Value) -> String {
    line["input"].as_str().unwrap().to_owned()
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        found.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            found.extend(below(&entry.path()));
        }
    }
    found
}

fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !is_there() {
        assert!(Instant::now() < until, "{what} did not happen");
        sleep(Duration::from_millis(20));
    }
}

/// A watcher that ends with the test.
struct Watcher(Child, PathBuf);

impl Watcher {
    fn start(folder: &Path) -> Self {
        let words = folder.join(format!("words-{}", rand::random::<u32>()));
        let mut command = watch(folder, &[]);
        command.args(["--settle", "0", "--status", "status.json"]).stdout(Stdio::null());
        Self(command.stderr(fs::File::create(&words).unwrap()).spawn().unwrap(), words)
    }

    fn words(&self) -> String {
        fs::read_to_string(&self.1).unwrap()
    }

    /// Its exit status, once it was asked to end.
    #[cfg(unix)]
    fn end(mut self) -> i32 {
        assert!(Command::new("kill").arg(self.0.id().to_string()).status().unwrap().success());
        self.0.wait().unwrap().code().unwrap()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

#[test]
fn what_is_complete_is_done_and_what_is_bad_is_explained() {
    let folder = folder();
    let at = |name: &str| folder.path().join("in").join(name);
    fs::write(at("faktura 1.xml"), invoice(1)).unwrap();
    fs::write(at("żółć.XML"), invoice(2)).unwrap();
    fs::write(at("bad.xml"), bad_invoice()).unwrap();
    let left = ["f.xml.part", "f.xml.filepart", "f.xml.tmp", "~$f.xml", ".f.xml", "notes.txt", "sub"];
    left[..6].iter().for_each(|name| fs::write(at(name), invoice(3)).unwrap());
    fs::create_dir(at("sub")).unwrap();
    fs::write(at("sub/f.xml"), invoice(3)).unwrap();
    let mut kept: HashSet<String> = left.iter().map(ToString::to_string).collect();
    #[cfg(unix)]
    {
        fs::write(folder.path().join("elsewhere.xml"), invoice(4)).unwrap();
        std::os::unix::fs::symlink("../elsewhere.xml", at("link.xml")).unwrap();
        assert!(Command::new("mkfifo").arg(at("pipe.xml")).status().unwrap().success());
        kept.extend(["link.xml".to_owned(), "pipe.xml".to_owned()]);
    }
    let done = run(&mut once(folder.path()));
    assert_eq!(status(&done), 1, "{}", stderr(&done));
    kept.extend(["done".to_owned(), "refused".to_owned()]);
    assert_eq!(files(&folder.path().join("in")), kept);
    assert_eq!(files(&at("done")), ["faktura 1.xml", "żółć.XML"].map(str::to_owned).into());
    assert_eq!(files(&at("refused")), ["bad.xml", "bad.xml.txt"].map(str::to_owned).into());
    let text = fs::read_to_string(at("refused/bad.xml.txt")).unwrap();
    for part in ["in/bad.xml", "data wystawienia", "2026-06-31", "issue_date_malformed"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("ksef-qr-taken"), "{text}");
    let lines = lines_of_the_day(folder.path());
    assert_eq!(lines.iter().map(input).collect::<HashSet<_>>().len(), 3);
    for line in lines.iter().filter(|line| line["status"] == "signed") {
        let picture = folder.path().join("out").join(line["kod2"]["png"].as_str().unwrap());
        assert_eq!(read_back(&picture), line["kod2"]["url"].as_str().unwrap());
    }
    // Nothing to do is no failure.
    assert_eq!(status(&run(&mut once(folder.path()))), 0);
}

/// Linux takes any bytes for a name.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf_8() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = folder();
    let name = std::ffi::OsStr::from_bytes(b"f\xB3.xml");
    fs::write(folder.path().join("in").join(name), invoice(1)).unwrap();
    assert_eq!(status(&run(&mut once(folder.path()))), 0);
    assert!(folder.path().join("in/done").join(name).is_file());
    assert_eq!(input(&lines_of_the_day(folder.path())[0]), "in/f\\xB3.xml");
}

#[test]
fn nothing_is_overwritten() {
    let folder = folder();
    let drop = |text: String| {
        fs::write(folder.path().join("in/f1.xml"), text).unwrap();
        status(&run(&mut once(folder.path())))
    };
    assert_eq!(drop(invoice(1)), 0);
    let before = fs::read(folder.path().join("out/f1.kod1.png")).unwrap();
    assert_eq!(drop(invoice(2)), 1, "its codes would replace the first one's");
    assert_eq!(drop(bad_invoice()), 1);
    assert_eq!(fs::read(folder.path().join("out/f1.kod1.png")).unwrap(), before);
    let refused = ["f1.xml", "f1.xml.txt", "f1 (2).xml", "f1 (2).xml.txt"];
    assert_eq!(files(&folder.path().join("in/refused")), refused.map(str::to_owned).into());
    let text = fs::read_to_string(folder.path().join("in/refused/f1.xml.txt")).unwrap();
    assert!(text.contains("output_exists"), "{text}");
    // The first result was taken away.
    fs::remove_file(folder.path().join("out/f1.kod1.png")).unwrap();
    fs::remove_file(folder.path().join("out/f1.kod2.png")).unwrap();
    assert_eq!(drop(invoice(2)), 0);
    assert_eq!(files(&folder.path().join("in/done")), ["f1.xml", "f1 (2).xml"].map(str::to_owned).into());
}

#[test]
fn a_pdf_and_its_invoice_wait_for_each_other() {
    let folder = folder();
    let at = |name: &str| folder.path().join("in").join(name);
    let stamp = |wait: &str| {
        let mut command = watch(folder.path(), &["stamp"]);
        run(command.args(["--once", "--settle", "0", "--pdf-mismatch", "ignore", "--pair-wait", wait]))
    };
    fs::copy(fixture("pdf/pdf-1.3.pdf"), at("f1.pdf")).unwrap();
    assert_eq!(status(&stamp("60")), 0);
    assert!(at("f1.pdf").is_file(), "it waits");
    fs::write(at("f1.xml"), invoice(1)).unwrap();
    let done = stamp("60");
    assert_eq!(status(&done), 0, "{}", stderr(&done));
    assert_eq!(files(&at("done")), ["f1.pdf", "f1.xml"].map(str::to_owned).into());
    assert!(folder.path().join("out/f1.pdf").is_file());
    fs::copy(fixture("pdf/pdf-1.3.pdf"), at("alone.pdf")).unwrap();
    fs::write(at("lonely.xml"), invoice(2)).unwrap();
    assert_eq!(status(&stamp("0")), 1);
    let refused = ["alone.pdf", "alone.pdf.txt", "lonely.xml", "lonely.xml.txt"];
    assert_eq!(files(&at("refused")), refused.map(str::to_owned).into());
}

#[test]
fn confirmations_are_made_of_what_is_dropped() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("in/f1.xml"), invoice(1)).unwrap();
    fs::write(at("in/bad.xml"), bad_invoice()).unwrap();
    // No invoice is waited for: this is another's business.
    fs::copy(fixture("pdf/pdf-1.3.pdf"), at("in/f2.pdf")).unwrap();
    let done = run(watch(folder.path(), &["confirm"]).args(["--once", "--settle", "0", "--language", "en"]));
    assert_eq!(status(&done), 1, "{}", stderr(&done));
    assert_eq!(files(&at("in")), ["done", "refused", "f2.pdf"].map(str::to_owned).into());
    assert!(fs::read(at("out/f1.confirmation.pdf")).unwrap().starts_with(b"%PDF"));
    let lines = lines_of_the_day(folder.path());
    let made: Vec<_> = lines.iter().map(|line| (input(line), line["document"]["type"].as_str())).collect();
    assert_eq!(made.len(), 2);
    assert!(made.contains(&("in/f1.xml".to_owned(), Some("confirmation"))), "{made:?}");
    assert_eq!(files(&at("in/refused")), ["bad.xml", "bad.xml.txt"].map(str::to_owned).into());
}

#[test]
fn each_day_has_a_manifest_of_its_own() {
    let folder = folder();
    for (number, day) in [(1, "2026-06-30"), (2, "2026-07-01"), (3, "2026-07-01")] {
        fs::write(folder.path().join(format!("in/f{number}.xml")), invoice(number)).unwrap();
        let mut command = ksef_qr(folder.path());
        command.args(["watch", "in", "--out", "out", "--once", "--settle", "0", "--env", "test", "--now"]);
        assert_eq!(status(&run(command.arg(format!("{day}T12:00:00Z")).args(credential()))), 0);
    }
    let of = |day: &str| {
        let text = fs::read_to_string(folder.path().join(format!("out/manifest-{day}.ndjson"))).unwrap();
        parse(&text).iter().map(input).collect::<Vec<_>>()
    };
    assert_eq!(of("2026-06-30"), ["in/f1.xml"]);
    assert_eq!(of("2026-07-01"), ["in/f2.xml", "in/f3.xml"]);
}

/// A rename does not lead there: files are copied, whole, and only then gone.
#[cfg(target_os = "linux")]
#[test]
fn finished_files_go_to_another_disk() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = folder();
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else { panic!("there is no /dev/shm to try it with") };
    let disk = |path: &Path| fs::metadata(path).unwrap().dev();
    assert_ne!(disk(folder.path()), disk(elsewhere.path()), "the tests run on that disk themselves: set TMPDIR");
    let at = |name: &str| elsewhere.path().join(name);
    let places = [at("done").into_os_string(), at("refused").into_os_string()];
    for text in [invoice(1), invoice(2)] {
        fs::write(folder.path().join("in/f1.xml"), &text).unwrap();
        fs::write(folder.path().join("in/bad.xml"), bad_invoice()).unwrap();
        let mut command = once(folder.path());
        assert_eq!(status(&run(command.arg("--done").arg(&places[0]).arg("--refused").arg(&places[1]))), 1);
        fs::remove_file(folder.path().join("out/f1.kod1.png")).unwrap();
        fs::remove_file(folder.path().join("out/f1.kod2.png")).unwrap();
    }
    assert_eq!(fs::read_to_string(at("done/f1.xml")).unwrap(), invoice(1));
    assert_eq!(fs::read_to_string(at("done/f1 (2).xml")).unwrap(), invoice(2));
    let refused = ["bad.xml", "bad.xml.txt", "bad (2).xml", "bad (2).xml.txt"];
    assert_eq!(files(&at("refused")), refused.map(str::to_owned).into());
    assert!(files(&folder.path().join("in")).is_empty(), "nothing is left behind");
}

/// Signatures differ each time they are made: the same link is the same code.
#[test]
fn kills_lose_nothing_and_do_nothing_twice() {
    const COUNT: usize = 150;
    let folder = folder();
    (0..COUNT).for_each(|number| fs::write(folder.path().join(format!("in/f{number}.xml")), invoice(number)).unwrap());
    let mut known: HashMap<String, String> = HashMap::new();
    let mut look = |is_end: bool| {
        let manifests =
            below(folder.path()).into_iter().filter(|path| path.extension().is_some_and(|end| end == "ndjson"));
        for manifest in manifests {
            let text = fs::read_to_string(&manifest).unwrap();
            let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
            for line in whole.lines().map(parse_line).filter(|line| line["status"] == "signed") {
                let name = Path::new(line["input"].as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
                let url = line["kod2"]["url"].as_str().unwrap().to_owned();
                assert_eq!(known.entry(name.clone()).or_insert_with(|| url.clone()), &url, "{name}");
            }
        }
        assert!(!is_end || known.len() == COUNT);
    };
    for kill in 0..8 {
        let mut command = once(folder.path());
        // Whoever goes on may know the folder by another name.
        if kill % 2 == 1 {
            command = ksef_qr(folder.path());
            command.arg("watch").arg(folder.path().join("in")).args(["--out", "out", "--once", "--settle", "0"]);
            command.args(IN_TEST).args(credential());
        }
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(20 + kill * 25));
        child.kill().unwrap();
        child.wait().unwrap();
        look(false);
    }
    let last = run(&mut once(folder.path()));
    assert_eq!(status(&last), 0, "{}", stderr(&last));
    look(true);
    let lines = lines_of_the_day(folder.path());
    let name = |line: &Value| Path::new(&input(line)).file_name().unwrap().to_owned();
    assert_eq!((lines.len(), lines.iter().map(name).collect::<HashSet<_>>().len()), (COUNT, COUNT));
    assert_eq!(files(&folder.path().join("in/done")).len(), COUNT);
    assert_eq!(
        files(&folder.path().join("in")),
        ["done", "refused"].map(str::to_owned).into(),
        "nothing is left behind"
    );
    assert_eq!(files(&folder.path().join("out")).iter().filter(|name| name.contains(".kod")).count(), 2 * COUNT);
}

#[test]
fn two_watchers_do_each_file_once() {
    const COUNT: usize = 200;
    let folder = folder();
    (0..COUNT).for_each(|number| fs::write(folder.path().join(format!("in/f{number}.xml")), invoice(number)).unwrap());
    let watchers = [(); 2].map(|()| {
        let mut command = once(folder.path());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    });
    for watcher in watchers {
        let ended = watcher.wait_with_output().unwrap();
        assert_eq!(status(&ended), 0, "{}", stderr(&ended));
    }
    let lines = lines_of_the_day(folder.path());
    assert_eq!((lines.len(), lines.iter().map(input).collect::<HashSet<_>>().len()), (COUNT, COUNT));
    assert_eq!(files(&folder.path().join("in/done")).len(), COUNT);
}

#[cfg(unix)]
#[test]
fn troubles_are_waited_out_and_told_once() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let watcher = Watcher::start(folder.path());
    fs::write(at("in/f1.xml"), invoice(1)).unwrap();
    wait_for("the first invoice", || at("in/done/f1.xml").is_file());
    // The share is away.
    fs::rename(at("in"), at("away")).unwrap();
    wait_for("the trouble", || watcher.words().contains("waiting: in: the folder cannot be read"));
    wait_for("its status", || {
        let status = parse_line(fs::read_to_string(at("status.json")).unwrap().trim());
        status["state"] == "trouble" && status["trouble"].is_string()
    });
    sleep(Duration::from_millis(1200));
    fs::rename(at("away"), at("in")).unwrap();
    fs::write(at("in/f2.xml"), invoice(2)).unwrap();
    wait_for("the second invoice", || at("in/done/f2.xml").is_file());
    // The manifest of the day cannot be written.
    fs::rename(at("out").join(DAY), at("before")).unwrap();
    fs::create_dir(at("out").join(DAY)).unwrap();
    fs::write(at("in/f3.xml"), invoice(3)).unwrap();
    wait_for("the trouble", || watcher.words().contains("output_unwritable"));
    assert!(!at("in/f3.xml").exists() && !at("in/done/f3.xml").exists());
    let code = read_back(&at("out/f3.kod2.png"));
    fs::remove_dir(at("out").join(DAY)).unwrap();
    fs::rename(at("before"), at("out").join(DAY)).unwrap();
    wait_for("the third invoice", || at("in/done/f3.xml").is_file());
    assert_eq!(read_back(&at("out/f3.kod2.png")), code, "it was signed once");
    wait_for("the end of the trouble", || watcher.words().matches("going on").count() == 2);
    let words = watcher.words();
    assert_eq!(words.matches("waiting:").count(), 2, "{words}");
    assert_eq!(watcher.end(), 0);
    assert_eq!(
        lines_of_the_day(folder.path()).iter().map(input).collect::<Vec<_>>(),
        ["in/f1.xml", "in/f2.xml", "in/f3.xml"]
    );
    assert_eq!(files(&at("in")), ["done", "refused"].map(str::to_owned).into());
    assert_eq!(parse_line(fs::read_to_string(at("status.json")).unwrap().trim())["state"], "ended");
}

/// Whoever drops files could have anything said in the manifest, and have files elsewhere done and removed.
#[cfg(unix)]
#[test]
fn work_that_others_put_there_is_not_taken_up() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let taken = at("in/.ksef-qr-taken");
    let open_to = |mode| fs::set_permissions(&taken, fs::Permissions::from_mode(mode)).unwrap();
    fs::create_dir_all(taken.join("sign-AAAAAA/2026-06-30.1")).unwrap();
    fs::write(taken.join("sign-AAAAAA.lock"), "").unwrap();
    let line = "{\"type\":\"invoice\",\"status\":\"refused\",\"input\":\"in/x.xml\",\"error\":{}}\n";
    fs::write(taken.join("sign-AAAAAA/2026-06-30.1/manifest.ndjson"), line).unwrap();
    open_to(0o777);
    fs::write(at("in/f1.xml"), invoice(1)).unwrap();
    let output = run(&mut once(folder.path()));
    assert_eq!(status(&output), 2, "{}", stderr(&output));
    assert!(stderr(&output).contains("others may write into it"), "{}", stderr(&output));
    assert!(lines_of_the_day(folder.path()).is_empty() && at("in/f1.xml").exists());

    fs::remove_dir_all(taken.join("sign-AAAAAA")).unwrap();
    open_to(0o755);
    fs::create_dir_all(at("private/2026-06-30.1")).unwrap();
    fs::write(at("private/2026-06-30.1/mine.xml"), invoice(2)).unwrap();
    symlink("../../private", taken.join("sign-AAAAAA")).unwrap();
    let output = run(&mut once(folder.path()));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(stderr(&output).contains("sign-AAAAAA: somebody else may have put it there"), "{}", stderr(&output));
    assert!(at("private/2026-06-30.1/mine.xml").exists() && at("in/done/f1.xml").exists());
    assert_eq!(lines_of_the_day(folder.path()).len(), 1);
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let folder = folder();
    fs::write(folder.path().join("file"), "").unwrap();
    fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let refused = |args: &[&str]| {
        let ended = run(ksef_qr(folder.path()).arg("watch").args(args).args(IN_TEST).args(credential()));
        assert_eq!(status(&ended), 2);
        stderr(&ended).to_owned()
    };
    for (args, why) in [
        (&["none"][..], "none: the folder cannot be read"),
        (&["file"], "it is no folder"),
        (&["in", "--out", "in"], "--out is the folder that is watched"),
        (&["in", "--done", "in"], "--done is the folder that is watched"),
        (&["in", "--done", "x", "--refused", "x"], "name the same folder"),
        (&["in", "--out", "x.zip"], "is no folder"),
        (&["in", "--sheet"], "leave it out"),
        (&["in", "--status", "mine.txt"], "no status of a watcher"),
    ] {
        let words = refused(args);
        assert!(words.contains(why), "{args:?}: {words}");
    }
    assert_eq!(fs::read(folder.path().join("mine.txt")).unwrap(), b"mine");
}
