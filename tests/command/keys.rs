//! `ksef-qr key`, and what it leaves on the disk. That OpenSSL reads it too is shown by `.ci/keys.sh`.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{files, fixture, run};
use ksef_qr::credential::{PrivateKey, check_password};

fn key(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = crate::common::program();
    command.current_dir(folder).env_remove("KSEF_QR_KEY_PASSWORD").env_remove("KSEF_QR_NEW_KEY_PASSWORD");
    run(command.arg("key").args(arguments))
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
}

fn public_der(folder: &Path, name: &str, password: &[u8]) -> Vec<u8> {
    PrivateKey::parse(&fs::read(folder.join(name)).unwrap(), Some(password)).unwrap().public_key_der().unwrap()
}

/// A key from its making to the next password, and a request of it.
#[test]
fn the_life_of_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let subject = fixture("keys/enrolment.json");
    let arguments =
        ["new", "--out", "a.key", "--generate-password-file", "a.txt", "--csr", "a.csr", "--subject", &subject];
    let made = key(here, &arguments);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    assert_eq!(files(here), ["a.key", "a.txt", "a.csr"].map(str::to_owned).into());
    let password = fs::read_to_string(here.join("a.txt")).unwrap();
    let password = password.strip_suffix('\n').unwrap();
    check_password(password.as_bytes()).unwrap();
    for told in [&made.stdout, &made.stderr] {
        assert!(!String::from_utf8_lossy(told).contains(password), "the password is not told");
    }
    #[cfg(unix)]
    assert_eq!([mode(&here.join("a.key")), mode(&here.join("a.txt"))], [0o600; 2]);
    let public = public_der(here, "a.key", password.as_bytes());

    // Nothing is replaced, whichever of the files is there already.
    let before = fs::read(here.join("a.key")).unwrap();
    for taken in [["a.key", "b.txt", "b.csr"], ["b.key", "a.txt", "b.csr"], ["b.key", "b.txt", "a.csr"]] {
        let [out, generated, csr] = taken;
        let arguments =
            ["new", "--out", out, "--generate-password-file", generated, "--csr", csr, "--subject", &subject];
        assert_eq!(key(here, &arguments).status.code(), Some(2), "{taken:?}");
    }
    let nowhere =
        [["none/b.key", "b.txt", "b.csr"], ["b.key", "none/b.txt", "b.csr"], ["b.key", "b.txt", "none/b.csr"]];
    for [out, generated, csr] in nowhere.into_iter().chain([["b.key", "./b.key", "b.csr"]]) {
        let arguments =
            ["new", "--out", out, "--generate-password-file", generated, "--csr", csr, "--subject", &subject];
        assert_eq!(key(here, &arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(files(here).len(), 3, "a refusal leaves nothing behind");
    assert_eq!(fs::read(here.join("a.key")).unwrap(), before);

    let changed = key(
        here,
        &["password", "--key", "a.key", "--password-file", "a.txt", "--in-place"]
            .into_iter()
            .chain(["--new-password-file", &fixture("keys/password.txt")])
            .collect::<Vec<_>>(),
    );
    assert_eq!(changed.status.code(), Some(0), "{changed:?}");
    assert_eq!(public_der(here, "a.key", b"Throwaway-Key_2026"), public);
    let old = PrivateKey::parse(&fs::read(here.join("a.key")).unwrap(), Some(password.as_bytes())).unwrap_err();
    assert_eq!(old.code(), "password_wrong");
    assert_eq!(files(here).len(), 3, "nothing is left beside the key");
}

/// Whatever goes wrong with the new password, the key stays as it is.
#[test]
fn a_change_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let before = fs::read(fixture("keys/offline-ec.fast.key")).unwrap();
    fs::write(here.join("a.key"), &before).unwrap();
    fs::write(here.join("weak.txt"), "weak").unwrap();
    let (right, wrong) = (fixture("keys/password.txt"), fixture("keys/wrong-password.txt"));
    for (old, new) in [(&*right, "weak.txt"), (&*wrong, &*right), (&*right, "missing.txt")] {
        let arguments =
            ["password", "--key", "a.key", "--in-place", "--password-file", old, "--new-password-file", new];
        assert_eq!(key(here, &arguments).status.code(), Some(2), "{old}, {new}");
    }
    assert_eq!(fs::read(here.join("a.key")).unwrap(), before);
    assert_eq!(files(here).len(), 2);
}

/// What stands beside the key in its file is not thrown away with the old password.
#[test]
fn a_file_of_more_than_the_key_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let read = |name: &str| fs::read(fixture(&format!("keys/{name}"))).unwrap();
    let password = fixture("keys/password.txt");
    let arguments = ["password", "--key", "a.key", "--in-place", "--new-password-file", &password];
    for beside in ["offline-ec.crt", "other-ec.pkcs8.pem"] {
        let before = [read("offline-ec.pkcs8.pem"), read(beside)].concat();
        fs::write(here.join("a.key"), &before).unwrap();
        assert_eq!(key(here, &arguments).status.code(), Some(2), "{beside}");
        assert_eq!(fs::read(here.join("a.key")).unwrap(), before);
    }
    // OpenSSL's parameters before the key are no loss.
    let parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    fs::write(here.join("a.key"), [&parameters[..], &read("offline-ec.pkcs8.pem")].concat()).unwrap();
    assert_eq!(key(here, &arguments).status.code(), Some(0));
}

/// A link to a key, as some keep it, goes on leading to it.
#[test]
#[cfg(unix)]
fn a_key_behind_a_link_is_changed_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::create_dir(here.join("safe")).unwrap();
    fs::copy(fixture("keys/offline-ec.pkcs8.pem"), here.join("safe/a.key")).unwrap();
    std::os::unix::fs::symlink("safe/a.key", here.join("a.key")).unwrap();
    let password = fixture("keys/password.txt");
    let changed = key(here, &["password", "--key", "a.key", "--in-place", "--new-password-file", &password]);
    assert_eq!(changed.status.code(), Some(0), "{changed:?}");
    assert!(here.join("a.key").symlink_metadata().unwrap().is_symlink());
    let read = PrivateKey::read(&fs::read(here.join("safe/a.key")).unwrap()).unwrap();
    assert!(read.is_locked(), "it was in the clear before");
    assert_eq!(mode(&here.join("safe/a.key")), 0o600);
}

/// The key of a PKCS#12 file, by every command that takes one.
#[test]
fn a_container_is_as_good_as_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let container = |name: &str| fixture(&format!("keys/{name}"));
    let password = fixture("keys/password.txt");
    let (ec, two) = (container("offline-ec.p12"), container("two-keys.p12"));
    let public = key(here, &["public", "--key", &ec, "--password-file", &password]);
    assert_eq!(public.status.code(), Some(0), "{public:?}");
    assert_eq!(public.stdout, fs::read(fixture("keys/offline-ec.public.pem")).unwrap());
    // It needs no certificate.
    let alone = container("no-certificate.p12");
    assert_eq!(key(here, &["public", "--key", &alone, "--password-file", &password]).status.code(), Some(0));
    let csr = key(here, &["csr", "--key", &ec, "--password-file", &password, "--attribute", "commonName=Firma"]);
    assert_eq!(csr.status.code(), Some(0), "{csr:?}");

    let several = key(here, &["public", "--key", &two, "--password-file", &password]);
    let said = String::from_utf8_lossy(&several.stderr).into_owned();
    assert_eq!(several.status.code(), Some(2));
    assert!(said.contains("p12_several_keys") && said.contains("file with one key"), "{said}");
    assert!(!said.contains("--p12-entry"), "{said}");

    // The certificate in it is not lost.
    fs::copy(&ec, here.join("firm.p12")).unwrap();
    let before = fs::read(here.join("firm.p12")).unwrap();
    let generated = ["--generate-password-file", "new.txt"];
    let in_place = ["password", "--key", "firm.p12", "--password-file", &password, "--in-place"];
    let refused = key(here, &[&in_place[..], &generated].concat());
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert_eq!(fs::read(here.join("firm.p12")).unwrap(), before);
    let out = ["password", "--key", "firm.p12", "--password-file", &password, "--out", "firm.key"];
    assert_eq!(key(here, &[&out[..], &generated].concat()).status.code(), Some(0));
}

#[test]
fn what_a_killed_command_left_is_swept() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("ksef-qr-new-AbCdEf.tmp"), "half a key").unwrap();
    assert_eq!(key(here, &["new", "--out", "a.key", "--generate-password-file", "a.txt"]).status.code(), Some(0));
    assert_eq!(files(here), ["a.key", "a.txt"].map(str::to_owned).into());
}

/// As an environment file or JSON gives them.
#[test]
fn keys_and_certificates_with_line_breaks_of_two_characters() {
    use crate::common::{IN_TEST, ksef_qr};

    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (name, source) in [("a.crt", "offline-ec.crt"), ("a.key", "offline-ec.pkcs8.pem")] {
        let text = fs::read_to_string(fixture(&format!("keys/{source}"))).unwrap();
        fs::write(here.join(name), text.replace('\n', "\\n")).unwrap();
    }
    let invoice = fixture("invoices/good/fa3-basic.xml");
    let signed = run(ksef_qr(here)
        .args(["sign", &invoice, "--cert", "a.crt", "--key", "a.key", "--format", "none"])
        .args(IN_TEST));
    assert_eq!(signed.status.code(), Some(0), "{signed:?}");
    let checked = run(ksef_qr(here).args(["cert", "check", "--cert", "a.crt", "--key", "a.key"]).args(IN_TEST));
    assert_ne!(checked.status.code(), Some(2), "{checked:?}");
    // A container's certificates verify what they signed.
    let container = fixture("keys/offline-ec.p12");
    let verify = ["verify", "--manifest", "ksef-qr-out/manifest.ndjson", "--invoice", &invoice, "--cert", &container];
    let verified = |password: &str| run(ksef_qr(here).args(verify).args(["--password-file", &fixture(password)]));
    assert_eq!(verified("keys/password.txt").status.code(), Some(0), "{:?}", verified("keys/password.txt"));
    let refused = verified("keys/wrong-password.txt");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("password_wrong"), "{refused:?}");
}
