//! `ksef-qr man`.

use anyhow::Context as _;

use crate::cli::args;
use crate::cli::exit::ExitStatus;
use crate::cli::words::say::print;

/// Prints the man page of a command, such as `cert show`, or of the program itself.
pub fn run(words: &[String]) -> anyhow::Result<ExitStatus> {
    let mut shown = args::command_in_language();
    // Once built, a command knows its full name: the page is ksef-qr-cert-show(1).
    shown.build();
    // In one word too: `man "cert show"`.
    for word in words.iter().flat_map(|words| words.split_whitespace()) {
        let below = shown.find_subcommand(word).cloned();
        shown = below.with_context(|| format!("there is no command {:?}", words.join(" ")))?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(shown).render(&mut page).context("the man page cannot be made")?;
    print(&page)
}
