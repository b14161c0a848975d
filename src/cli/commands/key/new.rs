//! `ksef-qr key new`.

use anyhow::Context as _;
use ksef_qr::enrol::{encrypted_pem, request};
use ksef_qr::files::{write_new_file, write_secret_file};

use super::csr::{base64, subject};
use super::new_password::{check_free, or_forget, password};
use crate::cli::exit::ExitStatus;
use crate::cli::settings::KeyNew;
use crate::cli::words::say::say;
use crate::cli::words::text::printable;

/// Makes a key and keeps it.
pub fn run(settings: &KeyNew) -> anyhow::Result<ExitStatus> {
    // Whatever can be refused is refused before a password is asked for or anything is written.
    let KeyNew { out, kind, password: source, request: request_for } = settings;
    let request_for =
        request_for.as_ref().map(|(path, whom)| Ok::<_, anyhow::Error>((path, subject(whom)?))).transpose()?;
    let made = [Some(out), source.generated(), request_for.as_ref().map(|(path, _)| *path)];
    check_free(made.into_iter().flatten())?;
    let password = password(source, out)?;
    let made = || {
        let key = kind.generate()?;
        write_secret_file(out, encrypted_pem(&key, password.bytes())?.as_bytes(), false)?;
        Ok(key)
    };
    let key = or_forget(source, made())?;
    say!("{}: a new {} key, encrypted", printable(&out.to_string_lossy()), key.kind());
    if let Some(file) = source.generated() {
        say!("{}: its password; keep it elsewhere than the key", printable(&file.to_string_lossy()));
    }
    if let Some((path, subject)) = request_for {
        write_new_file(path, format!("{}\n", base64(&request(&key, &subject)?)).as_bytes())
            .context("the key is made, the request is not")?;
        say!("{}: its certificate request, DER in Base64", printable(&path.to_string_lossy()));
    }
    Ok(ExitStatus::Done)
}
