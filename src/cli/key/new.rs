//! `ksef-qr key new`.

use anyhow::Context as _;
use ksef_qr::enrol::{KeyType, encrypted_pem, request};
use ksef_qr::files::{write_new_file, write_secret_file};

use super::csr::{base64, subject};
use super::new_password::NewPassword;
use crate::cli::args::KeyNewArgs;
use crate::cli::exit::ExitStatus;
use crate::cli::password::VARIABLE;
use crate::cli::report::printable;
use crate::cli::say::say;

/// Makes a key and keeps it.
pub fn run(args: &KeyNewArgs) -> anyhow::Result<ExitStatus> {
    // Whatever can be refused is refused before a password is asked for or anything is written.
    let request_for =
        args.csr.as_ref().map(|path| Ok::<_, anyhow::Error>((path, subject(&args.subject)?))).transpose()?;
    let source = NewPassword {
        file: args.password_file.as_deref(),
        generate: args.generate_password_file.as_deref(),
        variable: VARIABLE,
        key: &args.out,
    };
    source.check_free(args.csr.as_deref())?;
    let password = source.get()?;
    let made = || {
        let key = KeyType::from(args.r#type).generate()?;
        write_secret_file(&args.out, encrypted_pem(&key, &password)?.as_bytes(), false)?;
        Ok(key)
    };
    let key = source.or_forget(made())?;
    say!("{}: a new {} key, encrypted", printable(&args.out.to_string_lossy()), key.kind());
    if let Some(file) = &args.generate_password_file {
        say!("{}: its password; keep it elsewhere than the key", printable(&file.to_string_lossy()));
    }
    if let Some((path, subject)) = request_for {
        write_new_file(path, format!("{}\n", base64(&request(&key, &subject)?)).as_bytes())
            .context("the key is made, the request is not")?;
        say!("{}: its certificate request, DER in Base64", printable(&path.to_string_lossy()));
    }
    Ok(ExitStatus::Done)
}
