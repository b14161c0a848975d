//! Settings that are kept in `ksef-qr.toml`: what they do, what comes before them, and that nobody is surprised by them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::{fixture, ksef_qr, parse, run, status, stdout};

/// The command in a home of its own, in which settings are looked for.
fn at_home(home: &Path) -> Command {
    let mut command = ksef_qr(home);
    command.env_remove("KSEF_QR_CONFIG").env_remove("KSEF_QR_BOOK").env_remove("XDG_CONFIG_HOME").env("HOME", home);
    command.env("APPDATA", home.join(".config"));
    command
}

/// Where the user's own file is.
fn own(home: &Path) -> std::path::PathBuf {
    home.join(".config/ksef-qr/ksef-qr.toml")
}

fn keep(home: &Path, text: &str) {
    fs::create_dir_all(own(home).parent().unwrap()).unwrap();
    fs::write(own(home), text).unwrap();
}

/// The throwaway key, which needs no password.
fn firm() -> String {
    let (cert, key) = (fixture("keys/offline-ec.crt"), fixture("keys/offline-ec.pkcs8.pem"));
    format!("env = \"test\"\ncert = {cert:?}\nkey = {key:?}\n")
}

fn invoice() -> String {
    fixture("invoices/good/fa3-basic.xml")
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn after_questions_the_name_of_a_folder_is_the_whole_command() {
    let home = tempfile::tempdir().unwrap();
    let mut child = at_home(home.path()).arg("init").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (cert, key, password) =
        (fixture("keys/offline-ec.crt"), fixture("keys/offline-ec.key"), fixture("keys/password.txt"));
    // A slip is asked again; a path may be in quotes.
    let answers = format!("tset\ntest\n{cert}\n\"{key}\"\n{password}\nkody\n");
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(status(&output), 0, "{}", stdout(&output));
    let kept = fs::read_to_string(own(home.path())).unwrap();
    assert!(kept.contains("env = \"test\"\n") && kept.contains("password-file = ") && !kept.contains("Throwaway-Key"));
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(own(home.path())).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let trial =
        stdout(&output).lines().find_map(|line| line.strip_prefix("Trial codes of an invented invoice: ")).unwrap();
    assert!(Path::new(trial).join("kod2.png").is_file());
    fs::remove_dir_all(trial).unwrap();

    let signed = run(at_home(home.path()).args(["sign", &invoice()]));
    assert_eq!(status(&signed), 0, "{}", stderr(&signed));
    assert!(home.path().join("kody/fa3-basic.kod2.png").is_file());
    // Nothing that is there is replaced unasked.
    let again = run(at_home(home.path()).arg("init"));
    assert_eq!(status(&again), 2);
    assert!(stderr(&again).contains("[output_exists]") && stderr(&again).contains("--overwrite"));
    assert_eq!(fs::read_to_string(own(home.path())).unwrap(), kept);
}

#[test]
fn a_set_that_does_not_work_is_not_kept() {
    let home = tempfile::tempdir().unwrap();
    for (cert, key, code) in [
        ("offline-ec.crt", "offline-rsa.pkcs8.pem", "key_mismatch"),
        ("authentication-ec.crt", "offline-ec.pkcs8.pem", "certificate_is_authentication"),
    ] {
        let (cert, key) = (fixture(&format!("keys/{cert}")), fixture(&format!("keys/{key}")));
        if !Path::new(&cert).exists() || !Path::new(&key).exists() {
            continue;
        }
        let output =
            run(at_home(home.path()).args(["init", "--env", "test", "--out", "out", "--cert", &cert, "--key", &key]));
        assert_eq!(status(&output), 2, "{code}");
        assert!(!own(home.path()).exists(), "{code}");
    }
}

#[test]
fn the_command_line_comes_first_then_variables_then_the_file() {
    let home = tempfile::tempdir().unwrap();
    keep(home.path(), &format!("{}format = \"svg\"\nout = \"kept\"\nbook = \"none.book\"\n", firm()));
    // The variable names no book that is there, either; the message says which of the two was meant.
    let by_variable = run(at_home(home.path()).env("KSEF_QR_BOOK", "variable.book").args(["sign", &invoice()]));
    assert!(stderr(&by_variable).contains("variable.book"), "{}", stderr(&by_variable));
    keep(home.path(), &format!("{}format = \"svg\"\nout = \"kept\"\n", firm()));
    let output = run(at_home(home.path()).args(["sign", &invoice(), "--format", "png", "--env", "test"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    // Paths in the file are seen from its folder.
    assert!(own(home.path()).with_file_name("kept").join("fa3-basic.kod1.png").is_file());
    // Other codes than signed ones: the certificate that is kept is no contradiction.
    let manifest = own(home.path()).with_file_name("kept").join("manifest.ndjson");
    let codes = manifest.to_str().unwrap();
    let output = run(at_home(home.path()).args(["sign", &invoice(), "--codes", codes, "--out", "again"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(home.path().join("again/fa3-basic.kod1.svg").is_file());
}

#[test]
fn scripts_can_keep_settings_away() {
    let home = tempfile::tempdir().unwrap();
    keep(home.path(), "overwrite = true\n");
    let refused = run(at_home(home.path()).args(["link", &invoice(), "--env", "test"]));
    assert_eq!(status(&refused), 2);
    assert!(
        stderr(&refused).contains("line 1: there is no setting \"overwrite\"")
            && !home.path().join("ksef-qr-out").exists()
    );
    for without in ["--no-config", "--quiet"] {
        let mut command = at_home(home.path());
        if without == "--quiet" {
            command.env("KSEF_QR_CONFIG", "");
        }
        let output = run(command.args(["link", &invoice(), "--env", "test", "--overwrite", without]));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
    }
    // What says nothing of invoices is not stopped by it; a program reads why the rest is.
    assert_eq!(status(&run(at_home(home.path()).args(["explain", "password_wrong"]))), 0);
    let line = run(at_home(home.path()).args(["link", &invoice(), "--json"]));
    assert_eq!(parse(stdout(&line))[0]["code"], "config_malformed");
}

#[test]
fn a_file_is_found_by_its_option_its_variable_or_beside_the_register() {
    let home = tempfile::tempdir().unwrap();
    let named = home.path().join("firm.toml");
    fs::write(&named, "format = \"svg\"\n").unwrap();
    let named = named.to_str().unwrap();
    let shown = |command: &mut Command| {
        let output = run(command);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let lines = parse(stdout(&output));
        lines.into_iter().find(|line| line["name"] == "format").unwrap()
    };
    let line = shown(at_home(home.path()).args(["config", "show", "--json", "--config", named]));
    assert_eq!((&line["value"], &line["from"], &line["line"]), (&"svg".into(), &"file".into(), &1.into()));
    let line = shown(at_home(home.path()).env("KSEF_QR_CONFIG", named).args(["config", "show", "--json"]));
    assert_eq!(line["file"], named);
    let line = shown(at_home(home.path()).args(["config", "show", "--json"]));
    assert_eq!((&line["value"], &line["from"]), (&"png".into(), &"default".into()));
    let missing = run(at_home(home.path()).args(["config", "show", "--config", "none.toml"]));
    assert!(status(&missing) == 2 && stderr(&missing).contains("[file_missing]"));
    // Beside the register, for whoever names that.
    fs::write(home.path().join("ksef-qr.toml"), "password = \"Tajne-Haslo_2026\"\n").unwrap();
    let beside = run(at_home(home.path()).args(["sign", &invoice(), "--credentials", "./clients.toml"]));
    assert!(stderr(&beside).contains("[config_holds_secret]"), "{}", stderr(&beside));
    assert!(!stderr(&beside).contains("Tajne"));
}

#[test]
fn a_variable_with_a_password_is_named_and_not_shown() {
    let home = tempfile::tempdir().unwrap();
    let output =
        run(at_home(home.path()).env("KSEF_QR_KEY_PASSWORD", "Tajne-Haslo_2026").args(["config", "show", "--json"]));
    assert!(!stdout(&output).contains("Tajne"));
    let lines = parse(stdout(&output));
    let line = lines.iter().find(|line| line["name"] == "password-file").unwrap();
    assert_eq!(line["variable"], "KSEF_QR_KEY_PASSWORD");
}
