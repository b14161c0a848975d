//! The Polish of every English text of the command: `src/cli/texts/pl.po`, a file that translators' programs edit. English stands
//! in the code, and is what a text is looked up by; a test demands that none is missing.
//!
//! A text with values in it is looked up by its template, the literal in the code: `{done} of {all} invoices`. The values are
//! found again in the finished text, between the parts of the template that are fixed. What has been said by the library is only
//! known as finished text; it is compared with the templates, of which the one with the most fixed text counts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use polib::catalog::Catalog as PoFile;

const FILE: &str = include_str!("../texts/pl.po");

/// In letters: a template with less fixed text would be found in what is none of it.
const LEAST_FIXED: usize = 7;

static POLISH: LazyLock<Catalog> = LazyLock::new(|| Catalog::read(FILE));

/// The Polish texts of the command.
pub fn polish() -> &'static Catalog {
    &POLISH
}

/// Texts, by the English ones.
#[derive(Debug, Default)]
pub struct Catalog {
    texts: HashMap<String, String>,
    nouns: HashMap<String, [String; 3]>,
    /// Those with values, the most fixed text first.
    templates: Vec<Template>,
}

/// A text with values.
#[derive(Debug)]
struct Template {
    english: String,
    fixed: usize,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<'t> {
    Fixed(Cow<'t, str>),
    /// The value of this name; `{}` has none.
    Value(&'t str),
}

impl Catalog {
    fn read(file: &str) -> Self {
        let file = polib::po_file::parse_from_reader(file.as_bytes());
        file.map_or_else(|_| Self::default(), |file| Self::of(&file))
    }

    fn of(file: &PoFile) -> Self {
        let mut catalog = Self::default();
        for message in file.messages() {
            if let (Ok(_), Ok([one, few, many])) = (message.msgid_plural(), message.msgstr_plural().map(Vec::as_slice))
            {
                catalog.nouns.insert(message.msgid().to_owned(), [one.clone(), few.clone(), many.clone()]);
            } else if let Ok(polish) = message.msgstr()
                && !polish.is_empty()
            {
                let english = message.msgid();
                if english.contains('{') {
                    let fixed = fixed_letters(&parts(english));
                    catalog.templates.push(Template { english: english.to_owned(), fixed });
                }
                catalog.texts.insert(english.to_owned(), polish.to_owned());
            }
        }
        catalog.templates.retain(|template| template.fixed >= LEAST_FIXED);
        catalog.templates.sort_by_key(|template| std::cmp::Reverse(template.fixed));
        catalog
    }

    /// The Polish of a text without values, or of a template.
    pub fn text(&self, english: &str) -> Option<&str> {
        self.texts.get(english).map(String::as_str).or_else(|| self.noun(english, 1))
    }

    /// `faktura`, `faktury` or `faktur`.
    pub fn noun(&self, english: &str, count: u64) -> Option<&str> {
        let form = match (count, count % 10, count % 100) {
            (1, ..) => 0,
            (_, _, 12..=14) => 2,
            (_, 2..=4, _) => 1,
            _ => 2,
        };
        self.nouns.get(english).map(|forms| forms[form].as_str())
    }

    /// The Polish of a finished text whose template is known.
    pub fn filled(&self, template: &str, finished: &str) -> Option<String> {
        let polish = self.text(template)?;
        let parts = parts(template);
        let values = values(&parts, finished)?;
        Some(self.fill(&parts, &values, polish, 2))
    }

    /// The Polish of a finished text.
    pub fn said(&self, finished: &str) -> Option<String> {
        self.said_within(finished, 3)
    }

    /// Texts stand in texts, to some depth.
    fn said_within(&self, finished: &str, depth: u8) -> Option<String> {
        if let Some(polish) = self.text(finished) {
            return Some(polish.to_owned());
        }
        let depth = depth.checked_sub(1)?;
        self.templates.iter().find_map(|template| {
            let parts = parts(&template.english);
            let values = values(&parts, finished)?;
            Some(self.fill(&parts, &values, self.text(&template.english)?, depth))
        })
    }

    fn fill(&self, parts: &[Part<'_>], values: &[&str], polish: &str, depth: u8) -> String {
        let values: Vec<Cow<'_, str>> =
            names(parts).zip(values).map(|(name, value)| self.value(name, value, depth)).collect();
        filled_in(parts, &values, polish)
    }

    /// A value may be a text of ours. A word alone is left as it is, where it may be the name of a file. What has decimals (`{:.1}`)
    /// has a comma in Polish.
    fn value<'v>(&self, name: &str, value: &'v str, depth: u8) -> Cow<'v, str> {
        if name.contains(":.") {
            return Cow::Owned(value.replace('.', ","));
        }
        match value.contains(' ') || OUR_WORDS.contains(&name) {
            true => self.said_within(value, depth).map_or(Cow::Borrowed(value), Cow::Owned),
            false => Cow::Borrowed(value),
        }
    }

    /// All English texts, for a test.
    #[cfg(test)]
    pub fn english(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(english, polish)| (english.as_str(), polish.as_str()))
    }
}

/// What begins a colour on a terminal.
const ESCAPE: &str = "\u{1b}[";

/// Values of these names are words of ours: the state of an invoice, a party to it, a part of a link.
const OUR_WORDS: [&str; 4] = ["of", "party", "state", "what"];

/// In tries; a hostile text could have the parts of a template stand in it in a million ways.
const MOST_TRIES: u32 = 10_000;

/// The values of a template in a text, in their order; `None` if the text is not of the template.
fn values<'f>(parts: &[Part<'_>], finished: &'f str) -> Option<Vec<&'f str>> {
    let mut found = Vec::new();
    let mut tries = MOST_TRIES;
    find(parts, finished, &mut found, &mut tries).then_some(found)
}

fn find<'f>(parts: &[Part<'_>], text: &'f str, found: &mut Vec<&'f str>, tries: &mut u32) -> bool {
    let (part, rest) = match parts {
        [] => return text.is_empty(),
        [part, rest @ ..] => (part, rest),
    };
    let mut with = |end: usize, found: &mut Vec<&'f str>| {
        let known = found.len();
        found.push(&text[..end]);
        *tries = tries.saturating_sub(1);
        let is_found = *tries > 0 && find(rest, &text[end..], found, tries);
        if !is_found {
            found.truncate(known);
        }
        is_found
    };
    match part {
        Part::Fixed(fixed) => text.strip_prefix(&**fixed).is_some_and(|text| find(rest, text, found, tries)),
        Part::Value(name) if is_style(name) => with(style_end(text), found),
        Part::Value(_) => match rest {
            [] => with(text.len(), found),
            [Part::Fixed(next), ..] => text.match_indices(&**next).any(|(at, _)| with(at, found)),
            [Part::Value(next), ..] => {
                let styled = text.match_indices(ESCAPE).filter(|_| is_style(next)).map(|(at, _)| at);
                let anywhere = text.char_indices().map(|(at, _)| at).chain([text.len()]);
                styled.chain(anywhere).any(|at| with(at, found))
            }
        },
    }
}

/// True for what colours a text: `{BOLD}`, `{colour}`, `{style:#}`.
fn is_style(name: &str) -> bool {
    let name = name.split(':').next().unwrap_or_default();
    matches!(name, "colour" | "style") || (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase()))
}

/// Where the escape sequences at the start of a text end.
fn style_end(text: &str) -> usize {
    let mut end = 0;
    while text[end..].starts_with(ESCAPE) {
        let Some(length) = text[end..].find('m') else { break };
        end += length + 1;
    }
    end
}

/// What the values of a template are called, in their order.
fn names<'t>(parts: &[Part<'t>]) -> impl Iterator<Item = &'t str> {
    parts.iter().filter_map(|part| match part {
        Part::Value(name) => Some(*name),
        Part::Fixed(_) => None,
    })
}

/// A Polish text with its values. `{name}` is the value of this name, `{}` the next one without a name, `{#2}` the second of all.
fn filled_in(english: &[Part<'_>], values: &[Cow<'_, str>], polish: &str) -> String {
    let names: Vec<&str> = names(english).collect();
    let mut used = vec![false; names.len()];
    let mut text = String::with_capacity(polish.len() + 32);
    for part in parts(polish) {
        match part {
            Part::Fixed(fixed) => text.push_str(&fixed),
            Part::Value(name) => {
                let by_place = name.strip_prefix('#').and_then(|place| place.parse::<usize>().ok()?.checked_sub(1));
                let unused = || (0..names.len()).find(|&at| names[at] == name && !used[at]);
                let again = || names.iter().position(|known| *known == name);
                if let Some(at) = by_place.or_else(unused).or_else(again)
                    && let Some(value) = values.get(at)
                {
                    used[at] = true;
                    text.push_str(value);
                }
            }
        }
    }
    text
}

/// `{{` and `}}` are braces; what stands behind a colon or a question mark in a value is how it is shown.
fn parts(template: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest, mut fixed) = (Vec::new(), template, String::new());
    while let Some(at) = rest.find(['{', '}']) {
        fixed.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        if rest[at + 1..].starts_with(brace) {
            fixed.push_str(brace);
            rest = &rest[at + 2..];
            continue;
        }
        let is_value = |end: &usize| brace == "{" && rest[at + 1..at + end].chars().all(is_of_value);
        let Some(end) = rest[at..].find('}').filter(is_value) else {
            fixed.push_str(brace);
            rest = &rest[at + 1..];
            continue;
        };
        if !fixed.is_empty() {
            parts.push(Part::Fixed(std::mem::take(&mut fixed).into()));
        }
        parts.push(Part::Value(&rest[at + 1..at + end]));
        rest = &rest[at + end + 1..];
    }
    fixed.push_str(rest);
    if !fixed.is_empty() {
        parts.push(Part::Fixed(fixed.into()));
    }
    parts
}

/// `name`, `name:?`, `time:.1`; what has a space in it is a text in braces.
fn is_of_value(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_#:?.<>^$*+-".contains(c)
}

fn fixed_letters(parts: &[Part<'_>]) -> usize {
    let letters = |part: &Part<'_>| match part {
        Part::Fixed(fixed) => fixed.chars().filter(|c| c.is_alphabetic()).count(),
        Part::Value(_) => 0,
    };
    parts.iter().map(letters).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::words::library_texts::literal;

    const SAMPLE: &str = r#"
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"

msgid "invoice"
msgid_plural "invoices"
msgstr[0] "faktura"
msgstr[1] "faktury"
msgstr[2] "faktur"

msgid "line {line}: there is no setting {name:?}"
msgstr "nie ma ustawienia {name:?} (wiersz {line})"

msgid "{} of {} invoices are refused"
msgstr "odrzucono faktur: {#1} z {#2}"

msgid "it is a folder"
msgstr "to jest folder"

msgid "it cannot be taken: {why}"
msgstr "nie da się tego przyjąć: {why}"

msgid "seller"
msgstr "sprzedawca"

msgid "it is of another {party}"
msgstr "{party} jest inny"

msgid "the file is called {name}"
msgstr "plik nazywa się {name}"

msgid "a side of {side:.2} mm"
msgstr "bok {side:.2} mm"
"#;

    #[test]
    fn values_are_found_again_and_stand_where_polish_has_them() {
        let catalog = Catalog::read(SAMPLE);
        let said = |text: &str| catalog.said(text);
        assert_eq!(said("line 3: there is no setting \"a\"").unwrap(), "nie ma ustawienia \"a\" (wiersz 3)");
        assert_eq!(said("2 of 7 invoices are refused").unwrap(), "odrzucono faktur: 2 z 7");
        assert_eq!(said("it cannot be taken: it is a folder").unwrap(), "nie da się tego przyjąć: to jest folder");
        assert_eq!(said("something else"), None);
        // Words of ours are said in Polish too where they stand alone; what may be a name is not.
        assert_eq!(said("it is of another seller").unwrap(), "sprzedawca jest inny");
        assert_eq!(said("the file is called seller").unwrap(), "plik nazywa się seller");
        assert_eq!(said("a side of 0.25 mm").unwrap(), "bok 0,25 mm");
    }

    #[test]
    fn nouns_follow_their_numbers() {
        let catalog = Catalog::read(SAMPLE);
        for (count, noun) in
            [(0, "faktur"), (1, "faktura"), (2, "faktury"), (5, "faktur"), (12, "faktur"), (22, "faktury")]
        {
            assert_eq!(catalog.noun("invoice", count), Some(noun));
        }
        assert_eq!(catalog.noun("invoice", 112), Some("faktur"));
    }

    #[test]
    fn templates_are_taken_apart() {
        let fixed = |text: &'static str| Part::Fixed(text.into());
        assert_eq!(parts("a{b:?}{{c}}{}"), [fixed("a"), Part::Value("b:?"), fixed("{c}"), Part::Value("")]);
        assert_eq!(parts("a { b"), [fixed("a { b")]);
        assert_eq!(parts("{ file = \"…\" }, {}"), [fixed("{ file = \"…\" }, "), Part::Value("")]);
    }

    /// What stands in quotes behind an opening such as `say!(`, everywhere in the command.
    fn literals(openings: &[&str]) -> Vec<(String, String)> {
        let mut todo = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli")];
        let mut found = Vec::new();
        while let Some(path) = todo.pop() {
            if path.is_dir() {
                todo.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for opening in openings {
                for (at, _) in code.match_indices(opening) {
                    let Some(quoted) = code[at + opening.len()..].trim_start().strip_prefix('"') else { continue };
                    found.push((path.display().to_string(), literal(quoted).0));
                }
            }
        }
        assert!(found.len() > 50, "the sources were found");
        found
    }

    /// True if there are words in it, and not names alone.
    fn has_words(text: &str) -> bool {
        let fixed: String = parts(text)
            .iter()
            .map(|part| match part {
                Part::Fixed(fixed) => fixed.to_string(),
                Part::Value(_) => " ".to_owned(),
            })
            .collect();
        let is_command = fixed.contains(" sign ") || fixed.contains("--out my-codes");
        !is_command
            && fixed.split(|c: char| !c.is_alphabetic()).any(|word| word.len() > 2 && word != "KOD" && word != "SHA")
    }

    #[test]
    fn every_text_of_the_command_is_said_in_polish() {
        let openings = [
            "say!(",
            "tell!(",
            "words!(",
            "bail!(",
            "anyhow!(",
            "translated(",
            " ask(",
            ".context(",
            "with_context(|| format!(",
        ];
        let missing: Vec<_> = literals(&openings)
            .into_iter()
            .filter(|(_, text)| has_words(text) && polish().text(text).is_none())
            .collect();
        assert!(missing.is_empty(), "without Polish: {missing:#?}");
    }

    #[test]
    fn every_code_and_hint_is_said_in_polish() {
        let hints = ksef_qr::error::explanations()
            .flat_map(|known| [known.meaning, known.hint, crate::cli::words::hints::explained(&known)]);
        let missing: Vec<&str> = hints.filter(|text| polish().text(text).is_none()).collect();
        assert!(missing.is_empty(), "without Polish: {missing:#?}");
    }

    /// Every message that the cases of `tests/cmd` show to programs.
    fn messages(line: &serde_json::Value, found: &mut Vec<String>) {
        match line {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_str() {
                        Some(text) if ["message", "reason"].contains(&&**name) => found.push(text.to_owned()),
                        _ => messages(value, found),
                    }
                }
            }
            serde_json::Value::Array(values) => values.iter().for_each(|value| messages(value, found)),
            _ => {}
        }
    }

    #[test]
    fn what_the_library_says_is_said_in_polish() {
        let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
        let (mut todo, mut found) = (vec![cases], Vec::new());
        while let Some(path) = todo.pop() {
            if path.is_dir() {
                todo.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let lines = text.lines().filter_map(|line| serde_json::from_str(line).ok());
            lines.for_each(|line| messages(&line, &mut found));
        }
        assert!(found.len() > 100, "the messages were found: {}", found.len());
        // Names of days, and what clap says, which is told in another way.
        let is_other = |text: &str| {
            ["saturday", "sunday"].contains(&text)
                || text.starts_with("the following")
                || text.contains("unexpected argument")
                || text.contains("cannot be used with")
                || text.starts_with("invalid value")
                || text.contains("subcommand")
        };
        let missing: Vec<String> = found
            .into_iter()
            .filter(|text| !is_other(text) && text.split(": ").all(|part| polish().said(part).is_none()))
            .filter(|text| polish().said(text).is_none())
            .collect();
        assert!(missing.is_empty(), "without Polish: {missing:#?}");
    }

    #[test]
    fn a_text_that_could_be_many_is_given_up() {
        let hostile = ", ".repeat(300);
        let started = std::time::Instant::now();
        assert_eq!(polish().said(&hostile), None);
        assert!(started.elapsed().as_secs() < 5);
    }

    #[test]
    fn each_polish_text_has_the_values_of_the_english_one() {
        for (english, polish) in polish().english() {
            let names = |text: &str| {
                let mut names: Vec<String> = parts(text)
                    .iter()
                    .filter_map(|part| match part {
                        Part::Value(name) => Some((*name).to_owned()),
                        Part::Fixed(_) => None,
                    })
                    .collect();
                names.sort();
                names
            };
            // A value may be left out, where Polish says it in another way; none may be made up.
            let known = names(english);
            assert!(names(polish).iter().all(|name| known.contains(name) || name.starts_with('#')), "{english:?}");
        }
    }
}
