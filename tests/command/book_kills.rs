//! Runs by the book that die at any moment, and many of them at once.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use ksef_qr::book::{Book, Filter, Place};
use ksef_qr::values::Environment;

use crate::common::kills::Kills;
use crate::common::{files, invoices, parse_line, read_back, records, run, sign, status, stderr};

const COUNT: usize = 200;
/// Every seventh cannot be signed.
const GOOD: usize = COUNT - COUNT / 7;

/// The links of a run, by input, as far as they were written. A line that was cut short is none.
fn printed(out: &Path) -> HashMap<String, String> {
    let text = fs::read_to_string(out.join("manifest.ndjson")).unwrap_or_default();
    let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    let of = |line: &str| {
        let line = parse_line(line);
        Some((line["input"].as_str()?.to_owned(), line["kod2"]["url"].as_str()?.to_owned()))
    };
    whole.lines().filter_map(of).collect()
}

/// KOD II of every invoice in the book; each has one.
fn in_book(place: &Place) -> BTreeMap<String, String> {
    let book = Book::open(place, SystemTime::now()).unwrap();
    let mut codes = BTreeMap::new();
    book.each(&Filter::default(), &mut |entry| {
        let input = entry.events[0].cause.split_once(' ').unwrap().1.to_owned();
        let kod2 = entry.kod2().unwrap_or_else(|| panic!("{input} has no signature"));
        assert_eq!(codes.insert(input, kod2.url.clone()), None);
        Ok(true)
    })
    .unwrap();
    assert_eq!(book.check(&mut |_| {}).unwrap(), []);
    codes
}

fn sign_by(folder: &Path, place: &Place, out: &str) -> Command {
    let mut command = sign(folder);
    command.args(["in", "--quiet", "--jobs", "2", "--out", out, "--book", &place.to_string()]);
    command
}

fn twenty_kills(place: &Place) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    invoices(folder, COUNT);
    Book::create(place, Environment::Test, SystemTime::now()).unwrap();
    // The kills are spread over the time of a run that has no book.
    let mut kills =
        Kills::measured(|| drop(run(sign(folder).args(["in", "--quiet", "--jobs", "2", "--out", "measured"]))));
    let mut known = BTreeMap::new();
    for nth in 0.. {
        if kills.cut_short() == 20 {
            break;
        }
        let out = format!("out{nth}");
        kills.kill(sign_by(folder, place, &out).stderr(Stdio::null()), 0.05 + rand::random::<f64>());
        let now = in_book(place);
        for (input, url) in &known {
            assert_eq!(now.get(input), Some(url), "{input}: the book lost or changed a code");
        }
        let out = folder.join(out);
        for (input, url) in printed(&out) {
            assert_eq!(now.get(&input), Some(&url), "{input}: a code that the book does not have");
        }
        // What can be seen is what the book has.
        if out.exists() {
            let pictures = files(&out);
            for name in pictures.iter().filter(|name| name.ends_with(".kod2.png")).take(5) {
                let input = format!("in/{}.xml", name.trim_end_matches(".kod2.png"));
                assert_eq!(now.get(&input), Some(&read_back(&out.join(name))), "{name}");
            }
        }
        known = now;
    }
    for out in ["whole", "again"] {
        let output = run(&mut sign_by(folder, place, out));
        assert_eq!(status(&output), 1, "{}", stderr(&output));
        let codes: BTreeMap<_, _> = printed(&folder.join(out)).into_iter().collect();
        assert_eq!(codes.len(), GOOD);
        assert_eq!(codes, in_book(place));
    }
    for (input, url) in &known {
        assert_eq!(in_book(place).get(input), Some(url));
    }
}

/// Twenty-four processes, each with all invoices: each invoice is signed once.
fn many_processes(place: &Place) {
    const PROCESSES: usize = 24;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    invoices(folder, 70);
    Book::create(place, Environment::Test, SystemTime::now()).unwrap();
    let mut children: Vec<_> = (0..PROCESSES)
        .map(|nth| {
            let mut command = sign_by(folder, place, &format!("out{nth}"));
            let manifest = format!("codes{nth}.ndjson");
            command
                .args(["--format", "none", "--manifest", &manifest])
                .stderr(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in &mut children {
        assert_eq!(child.wait().unwrap().code(), Some(1), "every seventh is refused");
    }
    let codes = in_book(place);
    assert_eq!(codes.len(), 60);
    for nth in 0..PROCESSES {
        let manifest = folder.join(format!("codes{nth}.ndjson"));
        let printed: BTreeMap<_, _> = records(&manifest)
            .into_iter()
            .filter_map(|line| Some((line["input"].as_str()?.to_owned(), line["kod2"]["url"].as_str()?.to_owned())))
            .collect();
        assert_eq!(printed, codes, "process {nth}");
    }
}

fn in_file(test: fn(&Place)) {
    let folder = tempfile::tempdir().unwrap();
    test(&Place::File(folder.path().join("firm.book")));
}

#[cfg(all(unix, feature = "postgres"))]
fn in_server(test: fn(&Place)) {
    let Some(server) = crate::common::postgres::Server::shared() else { return };
    test(&server.place());
}

#[test]
fn twenty_kills_lose_no_code_of_the_book() {
    in_file(twenty_kills);
}

#[cfg(all(unix, feature = "postgres"))]
#[test]
fn twenty_kills_lose_no_code_of_a_server_s_book() {
    in_server(twenty_kills);
}

#[test]
fn twenty_four_processes_sign_each_invoice_once() {
    in_file(many_processes);
}

#[cfg(all(unix, feature = "postgres"))]
#[test]
fn twenty_four_processes_sign_each_invoice_once_by_a_server() {
    in_server(many_processes);
}

/// What a run held that was killed, the server gives free by itself.
#[cfg(all(unix, feature = "postgres"))]
#[test]
fn a_killed_run_holds_nobody_up() {
    let Some(server) = crate::common::postgres::Server::shared() else { return };
    let place = server.place();
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 60);
    Book::create(&place, Environment::Test, SystemTime::now()).unwrap();
    for nth in 0..4 {
        let mut child = sign_by(folder.path(), &place, &format!("out{nth}")).stderr(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(40 * (nth + 1)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let begun = Instant::now();
    let output = run(&mut sign_by(folder.path(), &place, "last"));
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert!(begun.elapsed() < Duration::from_secs(50), "{:?}", begun.elapsed());
}

/// It stays away: one waits for it once, and is told so once, however many invoices there are.
#[cfg(all(unix, feature = "postgres"))]
#[test]
fn a_database_that_has_gone_is_waited_for_once() {
    use crate::common::postgres::Server;

    let Some(server) = Server::start(&[], &[]) else { return };
    let place = server.place();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    invoices(folder, 4000);
    for bad in (6..4000).step_by(7) {
        fs::remove_file(folder.join(format!("in/f{bad:05}.xml"))).unwrap();
    }
    Book::create(&place, Environment::Test, SystemTime::now()).unwrap();
    let mut command = sign_by(folder, &place, "out");
    let running = command.args(["--format", "none"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let manifest = folder.join("out/manifest.ndjson");
    let begun = Instant::now();
    while fs::metadata(&manifest).map_or(0, |found| found.len()) == 0 && begun.elapsed() < Duration::from_secs(60) {
        sleep(Duration::from_millis(5));
    }
    server.stop();
    let stopped = Instant::now();
    let output = running.wait_with_output().unwrap();
    let refused: Vec<_> =
        records(&manifest).into_iter().filter(|line| line["error"]["code"] == "book_unavailable").collect();
    assert!(refused.len() > 1, "it was stopped too late: {}", stderr(&output));
    let said = stderr(&output);
    assert_eq!(said.matches("refused: in/").count(), 1, "{said}");
    // A worker waits fourteen seconds, and three of them may have begun to.
    assert!(stopped.elapsed() < Duration::from_secs(75), "{:?}", stopped.elapsed());
}
