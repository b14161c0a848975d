//! Questions at a terminal, or to whoever writes to standard input.

use std::io::{self, BufRead as _, Write as _};

use anyhow::{Context as _, bail};

use crate::cli::words::say::{tell, translated};
use crate::cli::words::text::{BAD, BOLD, DIM, printable};

/// How often an answer that cannot be taken is asked for again.
const TRIES: usize = 3;
/// In bytes.
const LONGEST: u64 = 10_000;

/// Asks until there is an answer that `read` understands. An empty line is the default, if there is one.
pub fn ask<T>(question: &str, default: Option<&str>, read: impl Fn(&str) -> anyhow::Result<T>) -> anyhow::Result<T> {
    for _ in 0..TRIES {
        let shown = default.filter(|default| !default.is_empty());
        let shown = shown.map(|default| format!(" {DIM}[{}]{DIM:#}", printable(default))).unwrap_or_default();
        _ = write!(anstream::stderr(), "{BOLD}{}{BOLD:#}{shown} ", translated(question));
        _ = io::stderr().flush();
        let mut line = String::new();
        let read_bytes = io::Read::take(io::stdin().lock(), LONGEST).read_line(&mut line);
        if read_bytes.context("the answer could not be read")? == 0 {
            bail!(
                "there is no answer on standard input: give all of --env, --cert, --key and --out, or answer at a terminal"
            );
        }
        let typed = line.trim().trim_matches(['"', '\'']);
        let answer = match (typed, default) {
            ("", Some(default)) => default,
            ("", None) => continue,
            _ => typed,
        };
        match read(answer) {
            Ok(answer) => return Ok(answer),
            Err(error) => tell!("  {BAD}{}{BAD:#}", printable(&translated(&format!("{error:#}")))),
        }
    }
    bail!("no answer could be taken; nothing was written")
}
