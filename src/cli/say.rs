//! Words on standard output and standard error, coloured on a terminal. What cannot be written (a full disk, a reader
//! that went away) is lost and nothing else: the work is done by then, and `println!` would panic.

/// A line on standard output.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        _ = writeln!(anstream::stdout(), $($text)*);
    }};
}

/// A line on standard error.
macro_rules! tell {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        _ = writeln!(anstream::stderr(), $($text)*);
    }};
}

pub(super) use {say, tell};
