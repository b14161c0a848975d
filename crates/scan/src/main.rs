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
    // All that it says are its answers. It may write no file, and standard error may be one.
    std::panic::set_hook(Box::new(|_| {}));
    end_with_whoever_asks();
    limit();
    match ksef_qr_scan::protocol::serve(io::stdin().lock(), io::stdout().lock(), limit_time) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

/// Where nobody reads the answers any more, because whoever asked was killed, the file that is being read is not read to its end: a
/// thread waits for that. It is told apart from the end of the requests, after which answers may still be awaited.
#[cfg(unix)]
fn end_with_whoever_asks() {
    use rustix::event::{PollFd, PollFlags, poll};

    let wait = || {
        let stdout = io::stdout();
        loop {
            // No event is asked for: these come unasked.
            let mut answers = [PollFd::new(&stdout, PollFlags::empty())];
            match poll(&mut answers, None) {
                Ok(_) if answers[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) => std::process::exit(2),
                Err(rustix::io::Errno::INTR) => {}
                // Nothing that can be waited for.
                Ok(_) | Err(_) => return,
            }
        }
    };
    // Without the thread, the limit of time remains.
    _ = std::thread::Builder::new().stack_size(64 << 10).spawn(wait);
}

#[cfg(not(unix))]
fn end_with_whoever_asks() {}

/// What a stranger's file can make of this process ends the process, and not the machine: it writes no file, opens next to
/// none, and takes no more memory than twice what a picture of 100 megapixels takes while it is decoded.
#[cfg(unix)]
fn limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    for (resource, most) in [(Resource::As, 4 << 30), (Resource::Fsize, 0), (Resource::Core, 0), (Resource::Nofile, 32)]
    {
        // A limit that is lower already stays.
        let Rlimit { current, maximum } = getrlimit(resource);
        let most = [Some(most), current, maximum].into_iter().flatten().min();
        // Where the system knows no such limit, the limits of pictures and pages remain.
        _ = setrlimit(resource, Rlimit { current: most, maximum: most });
    }
}

/// Before each file: so much processor time from now on. A hundred pages take half of it.
#[cfg(unix)]
fn limit_time() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    /// In seconds.
    const MOST: u64 = 60;
    let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec.unsigned_abs();
    let Rlimit { maximum, .. } = getrlimit(Resource::Cpu);
    let most = [Some(used + MOST + 1), maximum].into_iter().flatten().min();
    _ = setrlimit(Resource::Cpu, Rlimit { current: most, maximum });
}

#[cfg(not(unix))]
fn limit() {}

#[cfg(not(unix))]
fn limit_time() {}
