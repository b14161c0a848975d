//! The program as it is run: what it is started with, and what it does not start with.

use std::io::{BufRead as _, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ksef_qr_server::desk::Scope;
use ksef_qr_server::keys::new_key;
use serde_json::Value;

use super::{BASIC, FIXTURES, fixture};

pub(super) struct Program {
    pub(super) process: Child,
    address: SocketAddr,
    key: String,
}

pub(super) fn command(folder: &Path) -> (Command, String) {
    let keys = folder.join("keys.json");
    let key = new_key(&keys, "till", &Scope::ALL, &[], None).unwrap().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ksef-qr-server"));
    command.args(["--env", "test", "--keys"]).arg(keys).env_remove("KSEF_QR_BOOK").env_remove("KSEF_QR_SCAN");
    command.env_remove("PGPASSWORD").env_remove("KSEF_QR_BOOK_PASSWORD");
    command.args(["--cert", &format!("{FIXTURES}/keys/offline-ec.crt")]);
    command.args(["--key", &format!("{FIXTURES}/keys/offline-ec.pkcs8.pem")]);
    (command, key)
}

impl Program {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_with(folder, arguments, Stdio::null())
    }

    pub(super) fn start_with(folder: &Path, arguments: &[&str], stderr: Stdio) -> Self {
        // Whoever binds it next has it to itself, as good as always.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (mut command, key) = command(folder);
        command.args(["--listen", &address.to_string()]).args(arguments);
        let program = Self { process: command.stderr(stderr).spawn().unwrap(), address, key };
        let is_there = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            TcpStream::connect(address).is_ok()
        });
        assert!(is_there, "the program did not start");
        program
    }

    pub(super) fn post(&self, path: &str, body: &[u8]) -> Value {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/xml\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            self.key,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// The exit status, and what it says.
fn refused(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let (mut command, _) = command(folder);
    let output = command.args(["--listen", "127.0.0.1:1"]).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// `cargo test` builds it, because it has tests of its own; `cargo test -p ksef-qr-server` does not.
fn scanner() -> PathBuf {
    let name = format!("ksef-qr-scan{}", std::env::consts::EXE_SUFFIX);
    let path = Path::new(env!("CARGO_BIN_EXE_ksef-qr-server")).with_file_name(name);
    assert!(path.is_file(), "{} is not built: run `cargo build -p ksef-qr-scan` first", path.display());
    path
}

#[test]
fn with_schemas_what_is_checked_is_validated_too() {
    scanner();
    let folder = tempfile::tempdir().unwrap();
    let schemas = format!("{FIXTURES}/schemas/flat");
    let program = Program::start(folder.path(), &["--xsd", &schemas]);
    let codes = |line: &Value| -> Vec<String> {
        let findings = line["findings"].as_array().into_iter().flatten();
        findings.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    };
    // These are not the Ministry's: an ordinary invoice has what they do not know.
    let line = program.post("/v1/check", &fixture(BASIC));
    assert!(codes(&line).contains(&"schema_violation".to_owned()), "{line}");
    assert_eq!(line["accepted"], false, "{line}");
    let fits = "<Faktura xmlns=\"http://crd.gov.pl/wzor/2025/06/25/13775/\"><Podmiot1><DaneIdentyfikacyjne>\
                <NIP>5265877635</NIP><Nazwa>F</Nazwa></DaneIdentyfikacyjne></Podmiot1><Fa><KodWaluty>PLN</KodWaluty>\
                <P_1>2026-06-15</P_1><P_2>1</P_2><RodzajFaktury>VAT</RodzajFaktury></Fa></Faktura>";
    let line = program.post("/v1/check", fits.as_bytes());
    assert!(!codes(&line).contains(&"schema_violation".to_owned()), "{line}");
    // What is signed is read and not validated, as by the command.
    assert_eq!(program.post("/v1/sign?format=none", &fixture(BASIC))["status"], "signed");
}

#[test]
fn schemas_that_cannot_be_used_are_told_before_anybody_asks() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none");
    let (status, said) = refused(folder.path(), &["--xsd", missing.to_str().unwrap()]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("[file_missing]") && said.contains("none"), "{said}");
    let second = tempfile::tempdir().unwrap();
    scanner();
    let (status, said) = refused(second.path(), &["--xsd", &format!("{FIXTURES}/keys")]);
    assert!(status == Some(2) && said.contains("[schema_missing]"), "{said}");
}

#[test]
fn a_session_key_is_long_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.key");
    let tried = || {
        let keys = tempfile::tempdir().unwrap();
        refused(keys.path(), &["--session-key", file.to_str().unwrap()])
    };
    let (status, said) = tried();
    assert!(status == Some(2) && said.contains("[file_missing]") && said.contains("openssl rand"), "{said}");
    std::fs::write(&file, [7; 31]).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let (status, said) = tried();
        assert!(status == Some(2) && said.contains("[key_file_open]") && said.contains("chmod 600"), "{said}");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let (status, said) = tried();
    assert!(status == Some(2) && said.contains("[setting_malformed]") && said.contains("31 bytes"), "{said}");
    assert!(said.contains("session.key"), "{said}");
}

/// The log says why each certificate of a register signs nothing, and so do health and metrics, without names.
#[test]
fn a_register_that_signs_nothing_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.json");
    new_key(&keys, "till", &Scope::ALL, &[], None).unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ksef-qr-server"));
    command
        .args(["--listen", &address, "--credentials", &format!("{FIXTURES}/register/untrue.toml"), "--keys"])
        .arg(keys);
    let mut process = command.env_remove("KSEF_QR_BOOK").stderr(Stdio::piped()).spawn().unwrap();
    let log = std::io::BufReader::new(process.stderr.take().unwrap());
    let lines: Vec<String> = log.lines().map(Result::unwrap).take(5).collect();
    let asked = |path: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let (ready, metrics) = (asked("/health/ready"), asked("/metrics"));
    process.kill().unwrap();
    process.wait().unwrap();
    let log = lines.join("\n");
    for part in ["\"started\"", "\"name\":\"firm-2025\"", "\"name\":\"firm-2026-again\"", "\"nothing_signs\"", "--env"]
    {
        assert!(log.contains(part), "{part}: {log}");
    }
    assert!(ready.contains(" 503 ") && ready.contains("\"register_fault\":\"register_nothing_fits\""), "{ready}");
    assert!(ready.contains("\"unused\":{\"environment\":3}") && !ready.contains("firm"), "{ready}");
    for line in [
        "ksef_qr_register_fault 1",
        "ksef_qr_certificates_signing 0",
        "ksef_qr_certificates_unused{why=\"environment\"} 3",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}

/// What is wrong says what to do, by the options that there are.
#[test]
fn hints_name_what_the_program_has() {
    let folder = tempfile::tempdir().unwrap();
    let (status, said) = refused(folder.path(), &["--book", folder.path().join("none.book").to_str().unwrap()]);
    assert!(status == Some(2) && said.contains("[book_missing]") && said.contains("ksef-qr book create"), "{said}");
    let keys = folder.path().join("keys.json");
    let key = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ksef-qr-server"));
        let output =
            command.args(["key", "new", "--scopes", "sign", "--keys"]).arg(&keys).args(arguments).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    let twice = key(&["--name", "till"]);
    assert!(twice.contains("Take another name") && twice.contains("take its lines out"), "{twice}");
    let wrong = key(&["--name", "other", "--owner", "1111111112"]);
    assert!(wrong.contains("check digit of 1111111112"), "{wrong}");
    let second = tempfile::tempdir().unwrap();
    let keys = second.path().join("keys.json");
    new_key(&keys, "till", &Scope::ALL, &[], None).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ksef-qr-server"));
    command.args(["--env", "test", "--listen", "127.0.0.1:1", "--keys"]).arg(keys);
    command.args([
        "--cert",
        &format!("{FIXTURES}/keys/offline-ec.crt"),
        "--key",
        &format!("{FIXTURES}/keys/offline-ec.key"),
    ]);
    let locked = String::from_utf8(command.output().unwrap().stderr).unwrap();
    assert!(locked.contains("[password_missing]") && locked.contains("--password-file FILE"), "{locked}");
}

/// With `LoadCredential=` the file is root's, and an access list lets the service's user read it, which shows as the group's right.
#[cfg(unix)]
#[test]
fn a_credential_of_systemd_is_private() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let (mut own, _) = command(folder.path());
    let keys = folder.path().join("keys.json");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o440)).unwrap();
    // Nothing can listen there, so that it ends in any case.
    own.args(["--listen", "127.0.0.1:1", "--tls-cert", "none", "--tls-key", "none"]);
    let said = |command: &mut Command| String::from_utf8(command.output().unwrap().stderr).unwrap();
    let refused = said(&mut own);
    assert!(refused.contains("[key_file_open]"), "{refused}");
    let taken = said(own.env("CREDENTIALS_DIRECTORY", folder.path()));
    assert!(!taken.contains("[key_file_open]") && taken.contains("none"), "{taken}");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o444)).unwrap();
    let open = said(&mut own);
    assert!(open.contains("[key_file_open]"), "{open}");
}
