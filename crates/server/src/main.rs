//! The program `ksef-qr-server`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::{Args, Parser, Subcommand};
use ksef_qr::Environment;
use ksef_qr::book::{Book, Place};
use ksef_qr::scanner::Schemas;
use ksef_qr::values::Nip;
use ksef_qr_server::app::App;
use ksef_qr_server::desk::{Desk, Pool, Scope, Settings, Signers, open_one};
use ksef_qr_server::hints::HINTS;
use ksef_qr_server::keys::{Keys, new_key, session_key};
use ksef_qr_server::{demo, router, serve};

/// KOD I and KOD II of KSeF e-invoices over HTTP
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    service: Service,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// API keys
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make a key, add it to the file, and show it once
    New {
        /// The file of keys; made if it is not there
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
        /// Who it is for: stands in the log and in the book
        #[arg(long)]
        name: String,
        /// What it may do, with commas: sign, stamp, verify, read
        #[arg(long, value_delimiter = ',', value_parser = scope, required = true)]
        scopes: Vec<Scope>,
        /// Whose invoices it may have signed, by NIP; repeated for further ones; everybody's if it is left out
        #[arg(long, value_name = "NIP", value_parser = nip)]
        owner: Vec<Nip>,
        /// How many requests a minute
        #[arg(long, value_name = "N")]
        per_minute: Option<u32>,
    },
}

#[derive(Debug, Args)]
struct Service {
    /// Try it: a throwaway certificate, a book that is gone at the end, no keys, for this machine alone
    #[arg(long)]
    demo: bool,
    /// Print the description of the service (OpenAPI 3.1), and end
    #[arg(long)]
    openapi: bool,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The file of API keys (ksef-qr-server key new)
    #[arg(long, value_name = "FILE", env = "KSEF_QR_SERVER_KEYS")]
    keys: Option<PathBuf>,
    /// The key that seals the sessions of the page, 32 bytes or more; the same on every replica
    #[arg(long, value_name = "FILE")]
    session_key: Option<PathBuf>,
    /// Which KSeF: prod, demo, test
    #[arg(long, default_value = "prod", value_parser = environment)]
    env: Environment,
    /// The register of certificates; read again when it changes
    #[arg(long, value_name = "FILE", conflicts_with = "cert")]
    credentials: Option<PathBuf>,
    /// One certificate, in place of a register
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Its private key
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// The file with the key's password
    #[arg(long, value_name = "FILE", requires = "key")]
    password_file: Option<PathBuf>,
    /// The book: a file, or postgres://...
    #[arg(long, value_name = "PLACE", env = "KSEF_QR_BOOK")]
    book: Option<String>,
    /// The file with the password of the database's user; if it is left out, the variables KSEF_QR_BOOK_PASSWORD and PGPASSWORD
    /// are looked at
    #[arg(long, value_name = "FILE")]
    book_password_file: Option<PathBuf>,
    /// The folder of the Ministry's schemas: what is checked is validated against them, by ksef-qr-scan
    #[arg(long, value_name = "FOLDER")]
    xsd: Option<PathBuf>,
    /// Serve TLS with this certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy before the service does TLS, and nobody else reaches it
    #[arg(long)]
    behind_proxy: bool,
    /// How many invoices are worked on at a time; the number of processors if it is left out
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
    /// No request has more bytes
    #[arg(long, value_name = "BYTES", default_value_t = 110_000_000)]
    largest: u64,
    /// How many connections at a time
    #[arg(long, value_name = "N", default_value_t = 1024)]
    connections: usize,
    /// Where batches are unpacked; the system's temporary folder if it is left out
    #[arg(long, value_name = "FOLDER")]
    temporary: Option<PathBuf>,
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text).ok_or_else(|| "sign, stamp, verify or read".to_owned())
}

fn nip(text: &str) -> Result<Nip, String> {
    let nip = Nip::parse(text).map_err(|error| error.message().to_owned())?;
    match nip.has_valid_checksum() {
        true => Ok(nip),
        false => Err(format!("the check digit of {nip} does not fit the others: no taxpayer has this NIP")),
    }
}

fn environment(text: &str) -> Result<Environment, String> {
    text.parse().map_err(|error: ksef_qr::Error| error.message().to_owned())
}

/// Other files wait meanwhile.
const LONGEST_VALIDATION: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    end_where_memory_ends();
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Some(Command::Key { command: KeyCommand::New { keys, name, scopes, owner, per_minute } }) => {
            new_key(&keys, &name, &scopes, &owner, per_minute)
                .map(|key| {
                    eprintln!("{}: the key {name:?} was added. It is shown once:", keys.display());
                    println!("{}", &*key);
                })
                .map_err(|error| in_words(&error))
        }
        None if arguments.service.openapi => {
            let text = serde_json::to_string_pretty(&ksef_qr_server::api::document());
            text.map(|text| println!("{text}")).map_err(|error| error.to_string())
        }
        None => run(&arguments.service),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

/// An allocation that fails ends the program as it ends `ksef-qr`: by status 3, and not by a crash that leaves a picture of the memory
/// behind, with keys in it.
#[cfg(unix)]
fn end_where_memory_ends() {
    use signal_hook::consts::SIGABRT;

    _ = signal_hook::flag::register_conditional_shutdown(SIGABRT, 3, Arc::new(true.into()));
}

#[cfg(not(unix))]
fn end_where_memory_ends() {}

fn in_words(error: &ksef_qr::Error) -> String {
    let error = HINTS.complete(error.clone());
    format!("{error} [{}]\n  {}", error.code(), error.hint())
}

fn run(service: &Service) -> Result<(), String> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
    let folder = tempfile::Builder::new().prefix("ksef-qr-demo-").tempdir().map_err(|error| error.to_string())?;
    let app = if service.demo { demo(service, folder.path())? } else { open(service)? };
    let acceptor = match (&service.tls_cert, &service.tls_key) {
        (Some(cert), Some(key)) => Some(serve::tls(cert, key).map_err(|error| error.to_string())?),
        _ => None,
    };
    runtime.block_on(async {
        let listener = serve::listen(service.listen).await;
        let listener = listener.map_err(|error| format!("{}: {error}", service.listen))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let mut app = app;
        app.is_local = address.ip().is_loopback() && !app.is_tls;
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        if service.demo {
            eprintln!("Open {scheme}://localhost:{}/ in a browser. Test environment, everything invented; Ctrl-C ends it.", address.port());
        }
        let app = Arc::new(app);
        app.log("started", serde_json::json!({"address": format!("{scheme}://{address}"), "environment": app.desk.environment().name()}));
        let routes = router(app.clone());
        tokio::spawn(serve::keep_up(app.clone()));
        let served = serve::serve(listener, acceptor, routes, app.clone(), serve::asked_to_end()).await;
        app.log("ended", serde_json::json!({}));
        served.map_err(|error| error.to_string())
    })
}

fn demo(service: &Service, folder: &std::path::Path) -> Result<App, String> {
    if !service.listen.ip().is_loopback() {
        return Err("a demonstration is for this machine alone: listen at 127.0.0.1".to_owned());
    }
    let mut app = demo::app(folder).map_err(|error| in_words(&error))?;
    set(&mut app, service);
    Ok(app)
}

fn open(service: &Service) -> Result<App, String> {
    let has_tls = service.tls_cert.is_some();
    if !service.listen.ip().is_loopback() && !has_tls && !service.behind_proxy {
        return Err(format!(
            "{}: keys and invoices would travel unencrypted. Give --tls-cert and --tls-key, or --behind-proxy if a proxy \
             before the service does TLS",
            service.listen
        ));
    }
    let keys = service
        .keys
        .as_ref()
        .ok_or("give the file of API keys with --keys (make one with `ksef-qr-server key new`), or try --demo")?;
    let keys = Keys::read(keys).map_err(|error| in_words(&error))?;
    let now = SystemTime::now();
    let signers = match (&service.credentials, &service.cert, &service.key) {
        (Some(register), ..) => Signers::register(register.clone(), service.env, now),
        (None, Some(cert), Some(key)) => {
            open_one(cert, key, service.password_file.as_deref(), service.env, now).map(Signers::one)
        }
        _ => {
            return Err(
                "give the register of certificates with --credentials, or one certificate with --cert and --key"
                    .to_owned(),
            );
        }
    };
    let signers = signers.map_err(|error| in_words(&error))?;
    let book = match &service.book {
        None => None,
        Some(place) => {
            let place =
                Place::parse(place).and_then(|place| place.with_password_of(service.book_password_file.as_deref()));
            let place = place.map_err(|error| in_words(&error))?;
            Some(Book::open(&place, now).map_err(|error| in_words(&error))?)
        }
    };
    let schemas = service.xsd.as_ref().map(|folder| Schemas::of(folder, Some(LONGEST_VALIDATION))).transpose();
    let schemas = schemas.map_err(|error| in_words(&error))?;
    let desk =
        Desk::new(Settings { signers, book, schemas, clock: SystemTime::now }).map_err(|error| in_words(&error))?;
    let mut app = App::new(desk, keys);
    app.is_tls = has_tls || service.behind_proxy;
    app.session_key = service.session_key.as_deref().map(session_key).transpose().map_err(|error| in_words(&error))?;
    set(&mut app, service);
    Ok(app)
}

fn set(app: &mut App, service: &Service) {
    app.limits.largest = service.largest;
    app.limits.connections = service.connections;
    app.folder.clone_from(&service.temporary);
    if let Some(workers) = service.workers {
        app.pool = Pool::new(workers, workers * 32);
        app.batches = Pool::for_batches(workers);
    }
}
