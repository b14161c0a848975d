//! `ksef-qr man`.

use std::path::Path;

use anyhow::Context as _;
use ksef_qr::files::write_file;

use crate::cli::args;
use crate::cli::exit::ExitStatus;
use crate::cli::words::language::{Language, language};
use crate::cli::words::say::{print, say};
use crate::cli::words::text::printable;

/// Prints the man page of a command, such as `cert show`, or of the program itself; or writes those of all commands into a folder.
pub fn run(words: &[String], folder: Option<&Path>) -> anyhow::Result<ExitStatus> {
    let mut shown = args::command_in_language();
    // Once built, a command knows its full name: the page is ksef-qr-cert-show(1).
    shown.build();
    if let Some(folder) = folder {
        let count = write_all(&shown, folder)?;
        say!("{count} man pages in {}", printable(&folder.to_string_lossy()));
        return Ok(ExitStatus::Done);
    }
    // In one word too: `man "cert show"`.
    for word in words.iter().flat_map(|words| words.split_whitespace()) {
        let below = shown.find_subcommand(word).cloned();
        shown = below.with_context(|| format!("there is no command {:?}", words.join(" ")))?;
    }
    print(&page(shown)?)
}

/// The page of a command and of each below it, as far down as they go; how many they are.
fn write_all(command: &clap::Command, folder: &Path) -> anyhow::Result<usize> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    write_file(&folder.join(format!("{name}.1")), &page(command.clone())?)?;
    let below = command.get_subcommands().filter(|below| below.get_name() != "help" && !below.is_hide_set());
    below.map(|below| write_all(below, folder)).try_fold(1, |sum, count| Ok(sum + count?))
}

fn page(command: clap::Command) -> anyhow::Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).context("the man page cannot be made")?;
    Ok(match language() {
        Language::English => page,
        Language::Polish => in_polish(&String::from_utf8_lossy(&page)).into_bytes(),
    })
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
