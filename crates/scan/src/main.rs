//! `ksef-qr-scan`: the process in which `ksef-qr` has strangers' pictures and PDFs read. See `ksef_qr_scan::protocol`.

use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        None => {}
        Some("--version" | "-V") => {
            println!("ksef-qr-scan {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        Some(_) => {
            eprintln!("ksef-qr verify and ksef-qr check --xsd start this program, and speak to it in lines of JSON.");
            return ExitCode::from(2);
        }
    }
    limit_memory();
    match ksef_qr_scan::protocol::serve(io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

/// A picture of 100 megapixels takes a gigabyte and a half while it is decoded. What asks for more than twice that ends this
/// process, and not the machine.
#[cfg(unix)]
fn limit_memory() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    const MOST: u64 = 4 << 30;
    // A limit that is lower already stays.
    let Rlimit { current, maximum } = getrlimit(Resource::As);
    let most = [Some(MOST), current, maximum].into_iter().flatten().min();
    // Where the system knows no such limit, the limits of pictures and pages remain.
    _ = setrlimit(Resource::As, Rlimit { current: most, maximum: most });
}

#[cfg(not(unix))]
fn limit_memory() {}
