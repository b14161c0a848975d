//! What happens where memory ends.

/// From here on an allocation that fails ends the program with a status of its own, behind a line on standard error that says how much
/// was asked for. It is as sudden as being killed, and no crash: none leaves a picture of the memory behind, with keys in it.
#[cfg(unix)]
pub fn end_where_it_ends() {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use crate::cli::exit::ExitStatus;

    let always = Arc::new(AtomicBool::new(true));
    // Where it cannot be had, the program ends by the signal.
    _ = signal_hook::flag::register_conditional_shutdown(
        signal_hook::consts::SIGABRT,
        ExitStatus::MemoryEnded as i32,
        always,
    );
}

#[cfg(not(unix))]
pub fn end_where_it_ends() {}
