//! Books in a PostgreSQL server: clients and servers that are cut off, encryption, tables that others changed.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use ksef_qr::book::{Book, Filter, Found, Place};
use ksef_qr::values::Environment;

use super::book::{many_at_once, outage};
use crate::common::papers::{FILES, issuer, now, papers};
use crate::common::postgres::{Server, connect};

fn count(book: &Book) -> usize {
    let mut count = 0;
    book.each(&Filter::default(), &mut |_| {
        count += 1;
        Ok(true)
    })
    .unwrap();
    count
}

#[test]
fn twenty_four_clients_sign_each_invoice_once() {
    let Some(server) = Server::shared() else { return };
    many_at_once(&server.place());
}

#[test]
fn an_outage_from_its_announcement_to_the_last_upo() {
    let Some(server) = Server::shared() else { return };
    outage(&server.place());
}

/// Enters all papers that have a number of their own, one after the other, again and again; each call must succeed.
fn enter_all(place: &Place, until: &AtomicBool) -> usize {
    let mut rounds = 0;
    while !until.load(Ordering::Relaxed) || rounds == 0 {
        let book = Book::open(place, now()).unwrap();
        for paper in papers().iter().step_by(FILES) {
            let new = paper.new_entry(Some(rounds % 3), "a client");
            match book.enter(&[&new]).unwrap().remove(0) {
                Found::New => {}
                Found::Known(entry) => assert_eq!(entry.facts, paper.facts),
                Found::NumberTaken(other) => panic!("{other:?}"),
            }
        }
        rounds += 1;
    }
    rounds
}

fn check_entered(place: &Place) {
    let book = Book::open(place, now()).unwrap();
    assert_eq!(count(&book), papers().len() / FILES);
    assert_eq!(book.check(&mut |_| {}).unwrap(), []);
}

#[test]
fn clients_that_are_cut_off_lose_nothing_and_enter_nothing_twice() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let place = Place::parse(&url).unwrap();
    Book::create(&place, Environment::Test, now()).unwrap();
    let is_over = AtomicBool::new(false);
    scope(|scope| {
        let clients: Vec<_> = (0..2).map(|_| scope.spawn(|| enter_all(&place, &is_over))).collect();
        let mut other = connect(&url).unwrap();
        let mut cut = 0;
        for _ in 0..12 {
            sleep(Duration::from_millis(250));
            cut += other
                .query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE application_name = 'ksef-qr' AND datname = current_database()",
                    &[],
                )
                .unwrap()
                .len();
        }
        is_over.store(true, Ordering::Relaxed);
        for client in clients {
            assert!(client.join().unwrap() > 0);
        }
        assert!(cut > 5, "{cut} connections were cut off");
    });
    check_entered(&place);
}

#[test]
fn a_server_that_loses_its_power_loses_nothing_that_was_entered() {
    let Some(server) = Server::start(&["fsync = on"], &[]) else { return };
    let place = server.place();
    let book = Book::create(&place, Environment::Test, now()).unwrap();
    for (nth, paper) in papers().iter().step_by(FILES).enumerate() {
        // In the middle of the call, or just before it.
        if nth % 5 == 1 {
            server.crash();
        }
        assert_eq!(book.enter(&[&paper.new_entry(Some(0), "a client")]).unwrap().len(), 1);
    }
    server.wait();
    check_entered(&place);
    // It is gone for longer than anybody waits.
    server.stop();
    server.wait_until_gone();
    let begun = Instant::now();
    let error = book.enter(&[&papers()[1].new_entry(Some(0), "a client")]).unwrap_err();
    assert_eq!((error.code(), error.input()), ("book_unavailable", Some(&*place.to_string())));
    assert!(begun.elapsed() < Duration::from_secs(40));
    assert_eq!(Book::open(&place, now()).unwrap_err().code(), "book_unavailable");
    server.start_again();
    server.wait();
    // The book goes on.
    assert!(matches!(book.enter(&[&papers()[0].new_entry(Some(1), "a client")]).unwrap()[..], [Found::Known(_)]));
    check_entered(&place);
}

/// One client enters an invoice and is cut off before its transaction ends: the other waits for it, and enters it.
#[test]
fn what_another_did_not_finish_is_entered() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let place = Place::parse(&url).unwrap();
    let book = Book::create(&place, Environment::Test, now()).unwrap();
    let paper = &papers()[0];
    for is_kept in [false, true] {
        let mut other = connect(&url).unwrap();
        let facts = &papers()[usize::from(is_kept) * FILES].facts;
        other
            .batch_execute(&format!(
                "BEGIN; INSERT INTO ksef_qr.invoice (sha256, seller, kind, number, copy, issue_date, form, size_bytes) \
                 VALUES ('{}', '{}', 'VAT', '{}', 0, '2026-06-15', 'FA(3)', 1)",
                facts.hash.base64(),
                facts.seller,
                facts.number
            ))
            .unwrap();
        scope(|scope| {
            let waiting = scope.spawn(|| {
                let new = papers()[usize::from(is_kept) * FILES].new_entry(Some(0), "a client");
                book.enter(&[&new])
            });
            sleep(Duration::from_millis(300));
            assert!(!waiting.is_finished(), "it waits for the other");
            if is_kept {
                other
                    .batch_execute(
                        "INSERT INTO ksef_qr.event (invoice, type, at, cause) \
                         SELECT max(id), 'issued', '2026-06-30T12:00:00Z', 'another' FROM ksef_qr.invoice; COMMIT",
                    )
                    .unwrap();
            }
            drop(other);
            let found = waiting.join().unwrap().unwrap().remove(0);
            // What came of it: an invoice of KOD I alone, which got KOD II.
            match is_kept {
                false => assert_eq!(found, Found::New),
                true => assert!(matches!(found, Found::Known(entry) if entry.kod2().is_some())),
            }
        });
    }
    assert_eq!(count(&book), 2);
    assert!(book.find(&paper.hash()).unwrap().is_some());
    assert_eq!(book.check(&mut |_| {}).unwrap(), []);
}

#[test]
fn two_who_make_one_book_make_it_once() {
    let Some(server) = Server::shared() else { return };
    let place = server.place();
    assert_eq!(Book::open(&place, now()).unwrap_err().code(), "book_missing");
    let codes: Vec<String> = scope(|scope| {
        let makers: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    let made = Book::create(&place, Environment::Test, now());
                    made.map_or_else(|error| format!("{}: {error}", error.code()), |_| "made".to_owned())
                })
            })
            .collect();
        makers.into_iter().map(|maker| maker.join().unwrap()).collect()
    });
    assert_eq!(codes.iter().filter(|code| *code == "made").count(), 1, "{codes:?}");
    assert!(codes.iter().all(|code| *code == "made" || code.starts_with("book_exists: ")), "{codes:?}");
    assert_eq!(Book::open(&place, now()).unwrap().environment(), issuer().environment());
}

#[test]
fn tables_that_others_changed_are_errors() {
    let Some(server) = Server::shared() else { return };
    for (text, code) in [
        ("UPDATE ksef_qr.book SET version = 1000", "book_newer"),
        ("UPDATE ksef_qr.book SET environment = 'moon'", "book_damaged"),
        ("DELETE FROM ksef_qr.book", "book_damaged"),
        ("ALTER TABLE ksef_qr.book ALTER COLUMN version TYPE text", "book_damaged"),
        ("ALTER TABLE ksef_qr.event ALTER COLUMN at TYPE timestamptz USING at::timestamptz", "book_damaged"),
        ("ALTER TABLE ksef_qr.invoice ALTER COLUMN size_bytes TYPE integer", "book_damaged"),
        (
            "ALTER TABLE ksef_qr.event ALTER COLUMN cause DROP NOT NULL; UPDATE ksef_qr.event SET cause = NULL",
            "book_damaged",
        ),
        ("DROP TABLE ksef_qr.event CASCADE", "book_damaged"),
        ("ALTER TABLE ksef_qr.event RENAME COLUMN kod2 TO kod3", "book_damaged"),
        ("UPDATE ksef_qr.event SET at = 'yesterday'", "book_damaged"),
    ] {
        let url = server.database();
        let place = Place::parse(&url).unwrap();
        let book = Book::create(&place, Environment::Test, now()).unwrap();
        book.enter(&[&papers()[0].new_entry(Some(0), "a test")]).unwrap();
        drop(book);
        connect(&url).unwrap().batch_execute(text).unwrap();
        let said = Book::open(&place, now()).and_then(|book| {
            let each = book.each(&Filter::default(), &mut |_| Ok(true));
            assert!(each.is_err(), "{text}");
            book.find(&papers()[0].hash())
        });
        assert_eq!(said.unwrap_err().code(), code, "{text}");
    }
}

/// A user who may read and not write.
#[test]
fn rights_that_are_missing_are_told() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let place = Place::parse(&url).unwrap();
    let book = Book::create(&place, Environment::Test, now()).unwrap();
    book.enter(&[&papers()[0].new_entry(Some(0), "a test")]).unwrap();
    connect(&url)
        .unwrap()
        .batch_execute(
            "CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA ksef_qr TO reader; \
             GRANT SELECT ON ALL TABLES IN SCHEMA ksef_qr TO reader",
        )
        .unwrap();
    let book = Book::open(&Place::parse(&url.replace("postgres@", "reader@")).unwrap(), now()).unwrap();
    assert_eq!(count(&book), 1);
    let error = book.enter(&[&papers()[FILES].new_entry(Some(0), "a test")]).unwrap_err();
    assert_eq!(error.code(), "book_unwritable", "{error}");
    let stranger = Book::open(&Place::parse(&url.replace("postgres@", "nobody-here@")).unwrap(), now()).unwrap_err();
    assert_eq!(stranger.code(), "book_unavailable", "{stranger}");
}

/// An authority, and what it vouches for: `localhost`, and no other name.
fn certificates(folder: &Path) -> bool {
    let script = r#"
        set -e; cd "$1"
        for ca in right wrong; do
          openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$ca" \
            -keyout $ca.key -out $ca.pem -addext basicConstraints=critical,CA:TRUE
        done
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout server.key -out server.csr
        printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n' >ext
        openssl x509 -req -in server.csr -CA right.pem -CAkey right.key -CAcreateserial -days 30 -extfile ext -out server.crt
    "#;
    let made = Command::new("sh").args(["-c", script, "sh"]).arg(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    true
}

#[test]
fn an_encrypted_way_is_one_to_the_right_server() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    if Server::shared().is_none() || !certificates(folder) {
        return;
    }
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let files = [("server.crt", read("server.crt")), ("server.key", read("server.key"))];
    let settings = ["ssl = on", "ssl_cert_file = '../server.crt'", "ssl_key_file = '../server.key'"];
    let Some(server) = Server::start(&settings, &files) else { return };
    let url = |host: &str, more: &str| {
        let url = server.database();
        let (_, name) = url.rsplit_once('/').unwrap();
        format!("postgres://postgres@{host}:{}/{name}?{more}", server.port())
    };
    let authority = |name: &str| format!("sslmode=verify-full&sslrootcert={}", folder.join(name).display());
    let attempt = |url: &str| Book::create(&Place::parse(url).unwrap(), Environment::Test, now());
    // Is it encrypted? The server says so.
    let is_encrypted = |url: &str| {
        let _book = attempt(url).unwrap();
        let (before, _) = url.split_once('?').unwrap();
        let (_, name) = before.rsplit_once('/').unwrap();
        let mut other = connect(&server.database()).unwrap();
        let row = other
            .query_one(
                "SELECT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) \
                 WHERE a.application_name = 'ksef-qr' AND a.datname = $1",
                &[&name],
            )
            .unwrap();
        row.get::<_, bool>(0)
    };
    assert!(is_encrypted(&url("localhost", &authority("right.pem"))));
    assert!(!is_encrypted(&url("localhost", "")));
    assert!(!is_encrypted(&url("127.0.0.1", "sslmode=disable")));
    for (url, words) in [
        (url("localhost", &authority("wrong.pem")), "certificate"),
        // The name is another than the certificate's.
        (url("127.0.0.1", &authority("right.pem")), "certificate"),
        (url("localhost", &authority("missing.pem")), "missing.pem"),
        (url("localhost", &authority("server.key")), "authority"),
        // None of the operating system's authorities knows it.
        (url("localhost", "sslmode=require"), "certificate"),
    ] {
        let error = attempt(&url).unwrap_err();
        assert_eq!(error.code(), "book_unavailable", "{url}: {error}");
        assert!(error.to_string().contains(words), "{url}: {error}");
    }
    // A server that knows no encryption is not spoken to without it.
    let plain = Server::shared().unwrap();
    let url = format!("postgres://postgres@localhost:{}/postgres?sslmode=require", plain.port());
    assert_eq!(attempt(&url).unwrap_err().code(), "book_unavailable");
}
