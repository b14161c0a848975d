//! `ksef-qr man`.

use anyhow::Context as _;

use crate::cli::args;
use crate::cli::exit::ExitStatus;
use crate::cli::words::language::{Language, language};
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
    match language() {
        Language::English => print(&page),
        Language::Polish => print(in_polish(&String::from_utf8_lossy(&page)).as_bytes()),
    }
}

/// The headings of the page, which its generator has in English alone.
fn in_polish(page: &str) -> String {
    const HEADINGS: [(&str, &str); 6] = [
        ("NAME", "NAZWA"),
        ("SYNOPSIS", "SKŁADNIA"),
        ("DESCRIPTION", "OPIS"),
        ("OPTIONS", "OPCJE"),
        ("SUBCOMMANDS", "POLECENIA"),
        ("EXTRA", "PRZYKŁADY I UWAGI"),
    ];
    let lines = page.lines().map(|line| match line.strip_prefix(".SH ") {
        Some(heading) => {
            let known = HEADINGS.iter().find(|(english, _)| *english == heading.trim_matches('"'));
            known.map_or_else(|| line.to_owned(), |(_, polish)| format!(".SH \"{polish}\""))
        }
        None => line.replace("[OPTIONS]", "[OPCJE]"),
    });
    lines.map(|line| line + "\n").collect()
}
