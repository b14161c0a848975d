//! A service over a book in a PostgreSQL server that wants a password.

use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};

use ksef_qr::Environment;
use ksef_qr::book::{Book, Place};

use super::postgres_server::{Server, connect};
use super::program::{Program, command};
use super::{BASIC, fixture, now};

const PASSWORD: &str = "Throwaway-Book_2026";

/// By the socket it trusts, over the network it asks.
fn server() -> Option<Server> {
    let rules = b"local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n".to_vec();
    Server::start(&["hba_file = 'hba'"], &[("hba", rules)])
}

#[test]
fn the_password_comes_from_a_file_or_a_variable_and_the_end_is_quiet() {
    let Some(server) = server() else { return };
    let of_socket = server.database();
    connect(&of_socket).unwrap().batch_execute(&format!("ALTER USER postgres PASSWORD '{PASSWORD}'")).unwrap();
    Book::create(&Place::parse(&of_socket).unwrap(), Environment::Test, now()).unwrap();
    let name = of_socket.rsplit('/').next().unwrap();
    let url = format!("postgres://postgres@127.0.0.1:{}/{name}", server.port());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book.password");
    fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let file = file.to_str().unwrap();

    let said = |set: &dyn Fn(&mut Command)| {
        let keys = tempfile::tempdir().unwrap();
        let (mut command, _) = command(keys.path());
        // Nothing can listen there, so that it ends in any case.
        command.args(["--listen", "127.0.0.1:1", "--tls-cert", "none", "--tls-key", "none", "--book", &url]);
        set(&mut command);
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    let without = said(&|_| {});
    for part in ["[book_password]", "none was given", "PGPASSWORD", "--book-password-file", &url] {
        assert!(without.contains(part), "{part}: {without}");
    }
    let wrong = said(&|command| _ = command.env("PGPASSWORD", "wrong"));
    assert!(wrong.contains("[book_password]") && !wrong.contains("wrong"), "{wrong}");
    for name in ["PGPASSWORD", "KSEF_QR_BOOK_PASSWORD"] {
        let by_variable = said(&|command| _ = command.env(name, PASSWORD));
        assert!(!by_variable.contains("[book_"), "{name}: {by_variable}");
    }
    let mut program =
        Program::start_with(folder.path(), &["--book", &url, "--book-password-file", file], Stdio::piped());
    let (first, second) =
        (program.post("/v1/sign?format=none", &fixture(BASIC)), program.post("/v1/sign?format=none", &fixture(BASIC)));
    assert_eq!((&first["kod2"]["url"], second["from_book"].as_bool()), (&second["kod2"]["url"], Some(true)));
    // The book is dropped by whichever thread is the last to hold it.
    let stopped = Command::new("kill").args(["-TERM", &program.process.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    let mut said = String::new();
    program.process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(program.process.wait().unwrap().success(), "{said}");
    assert!(said.contains("\"ended\"") && !said.contains("panicked"), "{said}");
}

/// Whoever drops a book need not know that its driver has a runtime of its own.
#[tokio::test]
async fn a_book_is_dropped_on_any_thread() {
    let made = || Server::shared().map(|server| Book::create(&server.place(), Environment::Test, now()).unwrap());
    drop(tokio::task::spawn_blocking(made).await.unwrap());
}
