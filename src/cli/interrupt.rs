//! Ctrl-C: a batch ends within the invoices at hand, a prompt gives the terminal back as it was.

use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use ksef_qr::Error;
use ksef_qr::batch::Interrupt;
use ksef_qr::error::ErrorKind;
#[cfg(unix)]
use ksef_qr::threads::start_apart;

use crate::cli::exit::ExitStatus;

/// What a running batch is asked by.
pub static INTERRUPT: Interrupt = Interrupt::new();

static IS_RUNNING: AtomicBool = AtomicBool::new(false);
static IS_HANDLED: AtomicBool = AtomicBool::new(false);
static IS_ASKING: AtomicBool = AtomicBool::new(false);

/// From here on Ctrl-C is a batch's to take.
pub fn batch() -> anyhow::Result<()> {
    IS_RUNNING.store(true, Ordering::SeqCst);
    handle()
}

/// Asks for something that is typed unseen.
pub fn while_asking<T>(ask: impl FnOnce() -> T) -> anyhow::Result<T> {
    handle()?;
    IS_ASKING.store(true, Ordering::SeqCst);
    let answer = ask();
    IS_ASKING.store(false, Ordering::SeqCst);
    Ok(answer)
}

/// Has a thread wait for Ctrl-C, once a process.
fn handle() -> anyhow::Result<()> {
    if IS_HANDLED.swap(true, Ordering::SeqCst) {
        return Ok(());
    }
    wait().map_err(|error| {
        let message = format!("Ctrl-C cannot be handled: {error}");
        Error::new(ErrorKind::ThreadsUnavailable, message).into()
    })
}

/// Started as the threads of a run are: it takes no memory for itself that they may need.
#[cfg(unix)]
fn wait() -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    start_apart(move || signals.forever().for_each(|_| interrupted()))
}

#[cfg(windows)]
fn wait() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(interrupted)
}

/// The first Ctrl-C ends the run within the invoices at hand. A second one is for a run that waits, for a list on
/// standard input that does not come to its end.
fn interrupted() {
    if IS_ASKING.load(Ordering::SeqCst) {
        show_typing();
    }
    if !IS_RUNNING.load(Ordering::SeqCst) || INTERRUPT.ask() {
        stopped();
    }
}

/// A prompt that takes the Ctrl-C itself gives the terminal back and ends the program, in [`stopped`]. A signal that was
/// sent by somebody else it does not see: without this the shell after it would be silent.
fn show_typing() {
    sleep(Duration::from_millis(200));
    #[cfg(unix)]
    if let Ok(terminal) = std::fs::File::open("/dev/tty") {
        _ = std::process::Command::new("stty").arg("sane").stdin(terminal).status();
    }
    anstream::eprintln!();
}

/// Ends the program as an interrupt does.
pub fn stopped() -> ! {
    exit(ExitStatus::Interrupted as i32)
}
