//! `ksef-qr init`: questions, a trial, and a file of settings.

mod questions;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use ksef_qr::batch::Issuers as _;
use ksef_qr::error::ErrorKind;
use ksef_qr::files::{write_file, write_secret_file};
use ksef_qr::register::KeyPlace;
use ksef_qr::values::Day;
use ksef_qr::{Conditions, Environment, Error, Invoice, Issuer};

use crate::cli::credential::register_file::RegisterFile;
use crate::cli::credential::register_issuers::{Opening, RegisterIssuers};
use crate::cli::credential::signatory::issuer;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{Init, RegisterChoice, SecretSource, Signature};
use crate::cli::words::say::{say, words};
use crate::cli::words::text::printable;
use questions::ask;

/// Whose seller nobody is: of the project's test data.
const INVOICE: &[u8] = include_bytes!("../../../../fixtures/invoices/good/fa3-basic.xml");

/// In place of what is said of results.
const OVERWRITE: &str =
    "`ksef-qr config show` tells what is set. `--overwrite` replaces it; `--config FILE` names another file.";

/// What was answered.
struct Answers {
    environment: Environment,
    signs: Signs,
    password_file: Option<PathBuf>,
    out: PathBuf,
}

/// What signs.
enum Signs {
    Key(KeyPlace),
    Register(PathBuf),
}

pub fn run(settings: &Init) -> anyhow::Result<ExitStatus> {
    let file = &settings.file;
    // Whatever can be refused is refused before anything is asked.
    if !settings.overwrite && file.symlink_metadata().is_ok() {
        let exists = Error::new(ErrorKind::OutputExists, "there are settings already");
        return Err(exists.about(file.to_string_lossy()).with_hint(OVERWRITE).into());
    }
    let answers = answers(settings)?;
    let trial = try_out(&answers)?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{}: the folder cannot be made", folder.display()))?;
    }
    write_secret_file(file, text(&answers, settings).as_bytes(), settings.overwrite)?;
    say!("Trial codes of an invented invoice: {}", printable(&trial.to_string_lossy()));
    say!("Settings written: {}", printable(&file.to_string_lossy()));
    say!();
    say!("From now on:  ksef-qr sign invoices/   or   ksef-qr stamp invoices/");
    Ok(ExitStatus::Done)
}

fn answers(settings: &Init) -> anyhow::Result<Answers> {
    let environment = match settings.env {
        Some(environment) => environment,
        None => ask("1. Which KSeF: prod, demo or test?", Some("prod"), |text| Ok(text.parse()?))?,
    };
    let there = |text: &str| {
        let path = absolute(Path::new(text))?;
        if !path.is_file() {
            bail!("there is no such file");
        }
        Ok(path)
    };
    let cert = match &settings.cert {
        Some(cert) => absolute(cert)?,
        None => ask("2. File of the certificate (.crt), PKCS#12 file (.p12) or register (.toml):", None, there)?,
    };
    let extension = cert.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    let signs = match &*extension {
        "toml" => Signs::Register(cert),
        "p12" | "pfx" => Signs::Key(KeyPlace::Pkcs12 { file: cert, entry: None }),
        _ => {
            let beside = cert.with_extension("key");
            let beside = beside.is_file().then(|| beside.to_string_lossy().into_owned());
            let key = match &settings.key {
                Some(key) => absolute(key)?,
                None => ask("3. File of its private key:", beside.as_deref(), there)?,
            };
            Signs::Key(KeyPlace::Files { cert, key })
        }
    };
    let password_file = match &settings.password_file {
        Some(file) => Some(absolute(file)?),
        // Who gives all else by options wants no questions.
        None if settings.env.is_some() && settings.cert.is_some() && settings.out.is_some() => None,
        None => ask(
            "4. File with the password of the key as its first line; empty, to be asked each time:",
            Some(""),
            |text| if text.is_empty() { Ok(None) } else { there(text).map(Some) },
        )?,
    };
    let out = match &settings.out {
        Some(out) => absolute(out)?,
        None => ask("5. Folder for the results:", Some("ksef-qr-out"), |text| absolute(Path::new(text)))?,
    };
    Ok(Answers { environment, signs, password_file, out })
}

/// As it is good from every folder.
fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{}: it is no path", path.display()))
}

/// Opens what signs, signs an invented invoice, and draws its codes into a folder, which is given back.
fn try_out(answers: &Answers) -> anyhow::Result<PathBuf> {
    let now = SystemTime::now();
    let conditions = Conditions::new(answers.environment, now);
    let password = answers.password_file.clone().map(SecretSource::File);
    match &answers.signs {
        Signs::Key(place) => {
            let password = password.unwrap_or(SecretSource::VariableOrPrompt);
            sign(&issuer(place, &password, Signature::default(), &conditions)?.on_behalf())
        }
        Signs::Register(path) => {
            let file = RegisterFile::read(path)?;
            let signature = Signature::default();
            let opening = Opening { password, signature, conditions, context: None, on_behalf: true };
            let (issuers, _) = RegisterIssuers::new(file, &RegisterChoice::Fitting { owner: None }, opening)?;
            let invoice = Invoice::read(INVOICE)?;
            match issuers.opened().first() {
                Some(issuer) => sign(issuer),
                None => sign(issuers.of(&invoice)?),
            }
        }
    }
}

fn sign(issuer: &Issuer) -> anyhow::Result<PathBuf> {
    let certificate = issuer.credential().certificate();
    say!(
        "Certificate {}: type 2 (Offline), valid to {}, and the key is its own",
        certificate.serial(),
        Day::of(certificate.not_after())
    );
    let links = issuer.sign(&Invoice::read(INVOICE)?)?;
    let (kod1, kod2) = ksef_qr::codes_png(&links)?;
    let folder = tempfile::Builder::new().prefix("ksef-qr-trial-").tempdir().context("no temporary folder")?.keep();
    write_file(&folder.join("kod1.png"), &kod1)?;
    write_file(&folder.join("kod2.png"), &kod2)?;
    Ok(folder)
}

/// The file of settings.
fn text(answers: &Answers, settings: &Init) -> String {
    let mut text = words!(
        "# Settings of ksef-qr, written by `ksef-qr init`. A setting has the name of the option that says the same;\n\
         # what the command line says comes first. `ksef-qr config show` tells where each value comes from.\n\n",
    );
    let mut line = |name: &str, value: &str| _ = writeln!(text, "{name} = {}", toml_edit::Value::from(value));
    let shown = |path: &Path| path.to_string_lossy().into_owned();
    if let Some(lang) = &settings.lang {
        line("lang", lang);
    }
    line("env", answers.environment.name());
    match &answers.signs {
        Signs::Register(path) => line("credentials", &shown(path)),
        Signs::Key(KeyPlace::Files { cert, key }) => {
            line("cert", &shown(cert));
            line("key", &shown(key));
        }
        Signs::Key(KeyPlace::Pkcs12 { file, .. } | KeyPlace::Pkcs11 { cert: Some(file), .. }) => {
            line("p12", &shown(file));
        }
        Signs::Key(KeyPlace::Pkcs11 { uri, cert: None }) => line("pkcs11", uri),
    }
    if let Some(file) = &answers.password_file {
        line("password-file", &shown(file));
    }
    line("out", &shown(&answers.out));
    if let Some(book) = &settings.book {
        let is_url = book.contains("://");
        let place =
            if is_url { book.clone() } else { absolute(Path::new(book)).map_or(book.clone(), |path| shown(&path)) };
        line("book", &place);
    }
    text
}
