//! The guides' checklist, each item by name: right and wrong; and their table of problems, each answered by a code and by
//! a hint that says what to do.

use std::fs;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{fixture, lines, run, status, stderr};
use serde_json::Value;

/// `ksef-qr cert check` on fixtures, as JSON.
struct Check {
    command: Command,
}

/// What it answered.
struct Answered {
    status: i32,
    line: Value,
}

impl Check {
    /// Of a certificate; whatever was not given is not given.
    fn of(certificate: &str) -> Self {
        let mut command = crate::common::program();
        command.env_remove("KSEF_QR_KEY_PASSWORD").args(["cert", "check", "--json", "--env", "test"]);
        command.args(["--now", "2026-06-30T12:00:00Z", "--cert", &fixture(&format!("keys/{certificate}"))]);
        Self { command }
    }

    fn key(self, key: &str) -> Self {
        self.with(&["--key", &fixture(&format!("keys/{key}"))])
    }

    fn password(self, file: &str) -> Self {
        self.with(&["--password-file", &fixture(&format!("keys/{file}"))])
    }

    fn with(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    fn answer(mut self) -> Answered {
        let output = run(&mut self.command);
        let line = lines(&output).pop().unwrap_or_else(|| panic!("no answer: {}", stderr(&output)));
        Answered { status: status(&output), line }
    }

    /// What the command says when there is nothing to check.
    fn refusal(mut self) -> String {
        let output = run(&mut self.command);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    }
}

impl Answered {
    fn item(&self, name: &str) -> &Value {
        let items = self.line["items"].as_array().unwrap();
        items.iter().find(|item| item["name"] == name).unwrap_or_else(|| panic!("{name} is not on the list"))
    }

    fn is(&self, name: &str, answer: &str) -> &Self {
        assert_eq!(self.item(name)["answer"], answer, "{name}: {}", self.item(name));
        self
    }

    /// The item failed with this code, and says what to do.
    fn fails(&self, name: &str, code: &str, hint: &str) -> &Self {
        self.is(name, "fail").says(name, code, hint);
        assert_eq!((self.status, &self.line["result"]), (1, &Value::from("fail")));
        self
    }

    fn warns(&self, name: &str, code: &str, hint: &str) -> &Self {
        self.is(name, "warning").says(name, code, hint)
    }

    fn says(&self, name: &str, code: &str, hint: &str) -> &Self {
        let item = self.item(name);
        assert_eq!(item["code"], code, "{item}");
        assert!(item["hint"].as_str().unwrap().contains(hint), "{item}");
        self
    }
}

/// The usual set: the key that the portal would give, quicker to open.
fn usual() -> Check {
    Check::of("offline-ec.crt").key("offline-ec.fast.key").password("password.txt")
}

/// A copy of a key with these permissions.
#[cfg(unix)]
fn key_with_mode(folder: &Path, mode: u32) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join("firm.key");
    fs::copy(fixture("keys/offline-ec.fast.key"), &path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

/// `openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 2048 -passout pass:short` of offline-ec: throwaway, as all keys here.
const WEAK_KEY: &str = "\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiuRDtNq5bEVgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJGE66KZXSevFR3jGvuPxD8EgZAN
vHJLOpTyVyG+JGACCdPOeuWQ/6dzgEr1I3EmtiMy6PYncas1APGY7dSsBnX6hWki
n+O4ILHVFDOIymLIQfugwn9vz1yRu/Lt4X07n9Ra1kJjfODdxq227iaWRo+Wndq2
G7qJ0faoeXRUficC+192Qu/6xXipYfdQ0+DEBYzYAskGe3ofbsI3R6x6l+EKxio=
-----END ENCRYPTED PRIVATE KEY-----
";

// The checklist.

#[test]
#[cfg(unix)]
fn a_sound_set_has_nothing_to_mend() {
    let folder = tempfile::tempdir().unwrap();
    let key = key_with_mode(folder.path(), 0o600);
    let check = Check::of("offline-ec.crt").with(&["--key", key.to_str().unwrap(), "--nip", "5265877635", "--strict"]);
    let answered = check.password("password.txt").answer();
    assert_eq!((answered.status, &answered.line["result"]), (0, &Value::from("ok")));
    let items = answered.line["items"].as_array().unwrap();
    assert_eq!(items.len(), 12);
    for item in items {
        let expected = if item["name"] == "revocation" { "unknown" } else { "ok" };
        assert_eq!(item["answer"], expected, "{item}");
    }
}

#[test]
fn item_owner() {
    usual().with(&["--nip", "5265877635"]).answer().is("owner", "ok");
    usual().answer().is("owner", "unknown");
    let other = usual().with(&["--nip", "5251469286"]).answer();
    other.fails("owner", "certificate_of_another", "Give the certificate of this NIP");
    // A person may issue for a firm by a permission, which is in KSeF.
    for person in ["pesel-ec.crt", "fingerprint-ec.crt"] {
        Check::of(person).with(&["--nip", "5265877635"]).answer().is("owner", "unknown");
    }
}

#[test]
fn item_purpose() {
    usual().answer().is("purpose", "ok");
    let login = Check::of("authentication-ec.crt").key("authentication-ec.pkcs8.pem").answer();
    login.fails("purpose", "certificate_is_authentication", "apply for one with the purpose of signing");
    // Whether the key signs is another question.
    login.is("controlled_test", "ok");
    Check::of("both-purposes-ec.crt").answer().fails("purpose", "certificate_purpose_unclear", "Apply for one");
}

#[test]
fn item_environment() {
    usual().answer().is("environment", "ok");
    let production = Check::of("prod-offline-ec.crt").key("prod-offline-ec.pkcs8.pem").answer();
    production.fails("environment", "certificate_wrong_environment", "Choose the matching `--env`");
    production.is("controlled_test", "ok");
}

#[test]
fn item_dates() {
    usual().answer().is("dates", "ok");
    Check::of("expired-ec.crt").answer().fails("dates", "certificate_expired", "Apply for a new certificate");
    Check::of("future-ec.crt").answer().fails("dates", "certificate_not_yet_valid", "Use the previous certificate");
}

#[test]
fn item_key_present() {
    usual().answer().is("key_present", "ok");
    let none = Check::of("offline-ec.crt").answer();
    none.fails("key_present", "key_missing", "apply for a new one").is("key_matches", "unknown");
    none.is("controlled_test", "unknown");
}

#[test]
fn item_key_matches() {
    usual().answer().is("key_matches", "ok");
    let other = Check::of("offline-ec.crt").key("other-ec.pkcs8.pem").answer();
    other.fails("key_matches", "key_mismatch", "Use the .key saved in the same application");
    other.is("controlled_test", "unknown");
}

#[test]
fn item_password_works() {
    usual().answer().is("password_works", "ok");
    let set = || Check::of("offline-ec.crt").key("offline-ec.fast.key");
    let wrong = set().password("wrong-password.txt").answer();
    wrong.fails("password_works", "password_wrong", "It cannot be recovered").is("key_present", "ok");
    let none = set().answer();
    none.fails("password_works", "password_missing", "--password-file").is("key_matches", "unknown");
    let open = Check::of("offline-ec.crt").key("offline-ec.pkcs8.pem").answer();
    open.warns("password_works", "key_unencrypted", "ksef-qr key password");
}

#[test]
fn item_password_policy() {
    usual().answer().is("password_policy", "ok");
    Check::of("offline-ec.crt").key("offline-ec.pkcs8.pem").answer().is("password_policy", "unknown");
    let folder = tempfile::tempdir().unwrap();
    let (key, password) = (folder.path().join("weak.key"), folder.path().join("weak.txt"));
    fs::write(&key, WEAK_KEY).unwrap();
    fs::write(&password, "short").unwrap();
    let check = Check::of("offline-ec.crt").with(&["--key", key.to_str().unwrap()]);
    let weak = check.with(&["--password-file", password.to_str().unwrap()]).answer();
    weak.is("password_works", "ok").warns("password_policy", "password_policy", "15 to 32 characters");
    assert!(!weak.line.to_string().contains("short"), "the password is not told");
}

#[test]
#[cfg(unix)]
fn item_key_permissions() {
    let folder = tempfile::tempdir().unwrap();
    for (mode, answer) in [(0o600, "ok"), (0o400, "ok"), (0o640, "warning"), (0o604, "warning"), (0o620, "warning")] {
        let key = key_with_mode(folder.path(), mode);
        let check = || Check::of("offline-ec.crt").with(&["--key", key.to_str().unwrap()]).password("password.txt");
        let answered = check().answer();
        answered.is("key_permissions", answer);
        assert_eq!(answered.status, 0, "a warning fails nothing");
        if answer == "warning" {
            answered.warns("key_permissions", "key_file_open", "chmod 600");
            check().with(&["--strict"]).answer().fails("key_permissions", "key_file_open", "chmod 600");
        }
        fs::remove_file(&key).unwrap();
    }
}

#[test]
fn item_expiry_planned() {
    usual().answer().is("expiry_planned", "ok");
    // Ends on 2026-07-01, tomorrow.
    let ends = Check::of("ends-soon-ec.crt").answer();
    ends.warns("expiry_planned", "certificate_ends_soon", "may be used side by side").is("dates", "ok");
    Check::of("ends-soon-ec.crt").with(&["--within", "0d"]).answer().is("expiry_planned", "ok");
    Check::of("ends-soon-ec.crt").with(&["--within", "1"]).answer().is("expiry_planned", "warning");
    Check::of("expired-ec.crt").answer().fails("expiry_planned", "certificate_expired", "Apply");
}

#[test]
fn item_controlled_test() {
    usual().answer().is("controlled_test", "ok");
    Check::of("offline-rsa.crt").key("offline-rsa.pkcs8.pem").answer().is("controlled_test", "ok");
    Check::of("pesel-ec.crt").key("offline-ec.pkcs8.pem").answer().is("controlled_test", "ok");
}

/// The same items of a PKCS#12 file, which holds certificate and key.
#[test]
fn pkcs12_is_looked_over_as_two_files_are() {
    let p12 = |name: &str| {
        let mut command = crate::common::program();
        command.env_remove("KSEF_QR_KEY_PASSWORD").args(["cert", "check", "--json", "--env", "test"]);
        command.args(["--now", "2026-06-30T12:00:00Z", "--p12", &fixture(&format!("keys/{name}"))]);
        Check { command }
    };
    let answered = p12("offline-ec.p12").password("password.txt").answer();
    for item in ["key_present", "key_matches", "password_works", "password_policy", "controlled_test"] {
        answered.is(item, "ok");
    }
    p12("offline-ec.empty-password.p12").answer().warns("password_works", "key_unencrypted", "encrypts it");
    assert_tells(&p12("offline-ec.p12").password("wrong-password.txt").refusal(), "password_wrong", "password");
    assert_tells(&p12("two-keys.p12").password("password.txt").refusal(), "p12_several_keys", "--p12-entry");
    assert_tells(&Check::of("offline-ec.p12").refusal(), "certificate_unreadable", "--p12 FILE");
    Check::of("offline-ec.crt").key("offline-ec.p12").answer().fails("key_present", "key_is_pkcs12", "`--p12 FILE`");
}

#[test]
fn item_revocation() {
    let answered = usual().answer();
    answered.is("revocation", "unknown");
    assert!(answered.item("revocation")["reason"].as_str().unwrap().starts_with("cannot be known offline"));
}

// The table of problems.

#[test]
fn problem_missing_key() {
    Check::of("offline-ec.crt").answer().fails("key_present", "key_missing", "give it with --key");
    let mut sign = crate::common::program();
    sign.args(["sign", "invoice.xml", "--cert", &fixture("keys/offline-ec.crt")]);
    let output = run(&mut sign);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("signing needs its private key, too: --key FILE"), "{told}");
}

#[test]
fn problem_only_the_crt() {
    let both = Check::of("offline-ec.crt").key("offline-ec.crt").answer();
    both.fails("key_present", "key_is_certificate", "If the .crt is all there is, the key was lost");
    signing_fails("offline-ec.crt", "offline-ec.crt", "key_is_certificate", "apply for a new certificate");
}

#[test]
fn problem_only_the_key() {
    let refusal = Check::of("offline-ec.pkcs8.pem").key("offline-ec.pkcs8.pem").refusal();
    assert_tells(&refusal, "certificate_is_key", "were they swapped?");
    signing_fails("offline-ec.pkcs8.pem", "offline-ec.crt", "certificate_is_key", "were they swapped?");
}

#[test]
fn problem_wrong_pair() {
    signing_fails("offline-ec.crt", "other-ec.pkcs8.pem", "key_mismatch", "of different pairs");
}

#[test]
fn problem_wrong_purpose() {
    let (certificate, key) = ("authentication-ec.crt", "authentication-ec.pkcs8.pem");
    signing_fails(certificate, key, "certificate_is_authentication", "This is a type 1 certificate, for logging in");
}

#[test]
fn problem_wrong_or_forgotten_password() {
    let sign = |password: Option<&str>| {
        let mut command = signing("offline-ec.crt", "offline-ec.fast.key");
        if let Some(file) = password {
            command.args(["--password-file", &fixture(&format!("keys/{file}"))]);
        }
        String::from_utf8(run(&mut command).stderr).unwrap()
    };
    assert_tells(&sign(Some("wrong-password.txt")), "password_wrong", "if it is lost, apply for a new certificate");
    assert_tells(&sign(None), "password_missing", "KSEF_QR_KEY_PASSWORD");
}

#[test]
fn problem_token() {
    let key = Check::of("offline-ec.crt").key("ksef-token.txt").answer();
    key.fails("key_present", "key_is_token", "KOD II needs a type 2 (Offline) certificate");
    let refusal = Check::of("ksef-token.txt").refusal();
    assert_tells(&refusal, "certificate_is_token", "download the type 2 (Offline) certificate");
    signing_fails("ksef-token.txt", "offline-ec.pkcs8.pem", "certificate_is_token", "cannot sign a link");
    signing_fails("offline-ec.crt", "ksef-token.txt", "key_is_token", "cannot sign a link");
}

#[test]
fn problem_request_or_public_key() {
    assert_tells(
        &Check::of("offline-ec.csr.pem").refusal(),
        "certificate_is_request",
        "Download the certificate itself",
    );
    let request = Check::of("offline-ec.crt").key("offline-ec.csr.pem").answer();
    request.fails("key_present", "key_is_request", "the private key that was made together with it");
    let public = Check::of("offline-ec.crt").key("offline-ec.public.pem").answer();
    public.fails("key_present", "key_is_public", "Signing needs the private key");
}

#[test]
fn problem_empty_file() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.key");
    fs::write(&empty, "").unwrap();
    let answered = Check::of("offline-ec.crt").with(&["--key", empty.to_str().unwrap()]).answer();
    answered.fails("key_present", "key_unreadable", "the .key file saved by the KSeF Taxpayer Application");
    assert!(answered.item("key_present")["reason"].as_str().unwrap().contains("it is empty"));
}

/// Links of 2025 lead to hosts that are no more: `verify` knows them.
#[test]
fn problem_obsolete_host() {
    let link = "https://ksef-test.mf.gov.pl/client-app/certificate/Nip/5265877635/5265877635/01F0A1B2C3D4E501/\
                n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo/AAAA";
    let output = run(crate::common::program().args(["verify", link]));
    assert_eq!(output.status.code(), Some(1));
    assert_tells(&String::from_utf8(output.stdout).unwrap(), "host_obsolete", "sign KOD II anew");
}

fn signing(certificate: &str, key: &str) -> Command {
    let mut command = crate::common::program();
    command.env_remove("KSEF_QR_KEY_PASSWORD").args(["sign", &fixture("invoices/good/fa3-basic.xml"), "--env", "test"]);
    command.args(["--cert", &fixture(&format!("keys/{certificate}")), "--key", &fixture(&format!("keys/{key}"))]);
    command.args(["--format", "none", "--json", "--now", "2026-06-30T12:00:00Z"]);
    command
}

fn signing_fails(certificate: &str, key: &str, code: &str, hint: &str) {
    let output = run(&mut signing(certificate, key));
    assert_eq!(output.status.code(), Some(2), "{certificate}, {key}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(!told.contains("\"signed\""), "nothing was signed");
    assert!(told.is_empty() || told.starts_with(&format!("{{\"type\":\"error\",\"code\":\"{code}\"")), "{told}");
    assert_tells(&String::from_utf8(output.stderr).unwrap(), code, hint);
}

fn assert_tells(text: &str, code: &str, hint: &str) {
    assert!(text.contains(&format!("[{code}]")), "{code} is not in {text}");
    assert!(text.contains(hint), "{hint:?} is not in {text}");
}

/// What the list is for is on it, and a program is told of what has no list.
#[test]
fn a_key_that_is_not_there_and_a_file_that_stays_closed() {
    let answered = Check::of("offline-ec.crt").key("lost.key").answer();
    answered.fails("key_present", "key_missing", "Signing needs the private key");
    let closed = Check::of("rsa-1024.crt").answer();
    assert_eq!((closed.status, &closed.line["type"]), (2, &Value::from("error")));
    assert_eq!(closed.line["code"], "certificate_key_unsupported");
}
