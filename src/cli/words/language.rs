//! The language that the command speaks to people. What programs read is the same in every one.

use std::sync::OnceLock;

/// A language of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Polish,
}

static CHOSEN: OnceLock<Language> = OnceLock::new();

/// What `--lang` takes.
const LANGUAGES: [&str; 2] = ["en", "pl"];

/// The variable that names one.
const VARIABLE: &str = "KSEF_QR_LANG";

/// Chooses the language of this run: what was asked for, else what is kept, else the system's. That there is no such language as
/// was asked for is said in the one that it would be without.
pub fn choose(asked: Option<&str>, kept: Option<&str>) {
    let asked = asked.filter(|name| LANGUAGES.contains(name));
    let variable = std::env::var(VARIABLE).ok().filter(|name| !name.is_empty());
    let language = asked.or(variable.as_deref()).or(kept).map_or_else(of_system, named);
    _ = CHOSEN.set(language);
}

/// The language of this run.
pub fn language() -> Language {
    CHOSEN.get().copied().unwrap_or(Language::English)
}

/// `pl`, `pl_PL.UTF-8`, `pl-PL`, `Polish_Poland.1250`; all else is English.
fn named(name: &str) -> Language {
    let name = name.trim().to_ascii_lowercase();
    let is_polish = name.starts_with("polish") || name.split(['_', '-', '.', '@']).next() == Some("pl");
    if is_polish { Language::Polish } else { Language::English }
}

fn of_system() -> Language {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let by_variable = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable);
    #[cfg(windows)]
    let by_variable = by_variable.or_else(sys_locale::get_locale);
    by_variable.map_or(Language::English, |name| named(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_polish() {
        for name in ["pl", "PL", "pl_PL.UTF-8", "pl-PL", "pl_PL@euro", "Polish_Poland.1250"] {
            assert_eq!(named(name), Language::Polish, "{name}");
        }
        for name in ["", "C", "en", "de_PL", "POSIX", "plt_MG", "en_US.UTF-8"] {
            assert_eq!(named(name), Language::English, "{name}");
        }
    }
}
