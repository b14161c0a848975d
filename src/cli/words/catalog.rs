//! The Polish of every English text of the command: `src/cli/texts/pl.po`, a file that translators' programs edit. English stands
//! in the code, and is what a text is looked up by; a test demands that none is missing.
//!
//! A text with values in it is looked up by its template, the literal in the code: `{done} of {all} invoices`. The values are
//! found again in the finished text, between the parts of the template that are fixed. What has been said by the library is only
//! known as finished text; it is compared with the templates, of which the one with the most fixed text counts.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::LazyLock;

use polib::catalog::Catalog as PoFile;

const FILE: &str = include_str!("../texts/pl.po");

/// In letters: a template with less fixed text would be found in what is none of it, unless its first value is a number, as of
/// what says where something is found: `page 3`, `line 7: ...`.
const LEAST_FIXED: usize = 6;

/// For one text. A refusal names a file, in it a place, what is wrong there, and why; each is looked up, and so may be what a
/// stranger's file says.
const MOST_LOOKUPS: u32 = 200;

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
    parts: Vec<Part>,
    /// In letters.
    fixed: usize,
}

impl Template {
    fn of(english: &str) -> Self {
        let parts = parts(english);
        let fixed = fixed_letters(&parts);
        Self { english: english.to_owned(), parts, fixed }
    }

    /// True if it has what a library or the system said in it.
    fn is_foreign(&self) -> bool {
        names(&self.parts).any(|name| name == FOREIGN)
    }

    /// Its values in a text; `None` if the text is none of it.
    fn values<'f>(&self, finished: &'f str) -> Option<Vec<&'f str>> {
        let found = values(&self.parts, finished)?;
        (self.fixed >= LEAST_FIXED || found.first().is_some_and(|first| is_of_numbers(first))).then_some(found)
    }
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Fixed(String),
    /// The value of this name; `{}` has none.
    Value(String),
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
                    catalog.templates.push(Template::of(english));
                }
                catalog.texts.insert(english.to_owned(), polish.to_owned());
            }
        }
        catalog.templates.retain(|template| template.fixed > 0);
        // Of two alike, the one whose value may be anybody's.
        catalog.templates.sort_by_key(|template| (std::cmp::Reverse(template.fixed), !template.is_foreign()));
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
        Some(self.fill(&parts, &values, polish, &Cell::new(MOST_LOOKUPS)).0)
    }

    /// The Polish of a finished text.
    pub fn said(&self, finished: &str) -> Option<String> {
        self.said_within(finished, &Cell::new(MOST_LOOKUPS))
    }

    /// What a library or the system said: its Polish, or in quotes what it said, for nobody to take it for words of ours.
    pub fn foreign<'e>(&self, english: &'e str) -> Cow<'e, str> {
        match self.said(english) {
            Some(polish) => Cow::Owned(polish),
            None if has_words(english) => Cow::Owned(quoted(english)),
            None => Cow::Borrowed(english),
        }
    }

    /// Texts stand in texts, each shorter than the one around it.
    fn said_within(&self, finished: &str, left: &Cell<u32>) -> Option<String> {
        if let Some(polish) = self.text(finished) {
            return Some(polish.to_owned());
        }
        left.set(left.get().checked_sub(1)?);
        let mut partly = None;
        for template in &self.templates {
            if let Some(values) = template.values(finished)
                && let Some(polish) = self.text(&template.english)
            {
                let (text, is_whole) = self.fill(&template.parts, &values, polish, left);
                if is_whole {
                    return Some(text);
                }
                partly.get_or_insert(text);
            }
        }
        partly.or_else(|| self.joined(finished, left))
    }

    /// The Polish of a text that was joined of others: a place and what is wrong there, a list, a remark in brackets. What is
    /// known of it is said in Polish; names of files and what systems say stay as they are.
    fn joined(&self, finished: &str, left: &Cell<u32>) -> Option<String> {
        let said = |text: &str| text.contains(' ').then(|| self.said_within(text, left))?;
        for between in [": ", "; "] {
            if let Some((first, rest)) = finished.split_once(between) {
                let polish = (said(first), said(rest));
                if polish.0.is_some() || polish.1.is_some() {
                    let (first, rest) = (polish.0.as_deref().unwrap_or(first), polish.1.as_deref().unwrap_or(rest));
                    return Some(format!("{first}{between}{rest}"));
                }
            }
        }
        if let Some((system, code)) = finished.strip_suffix(')').and_then(|text| text.rsplit_once(" (os error ")) {
            return Some(format!("{} (błąd systemu {code})", quoted(system)));
        }
        if let Some((before, remark)) = finished.strip_suffix(')').and_then(|text| text.rsplit_once(" ("))
            && let Some(remark) = said(remark)
        {
            return Some(format!("{} ({remark})", said(before).as_deref().unwrap_or(before)));
        }
        if let Some((name, rest)) = finished.strip_prefix('"').and_then(|text| text.split_once("\" "))
            && let Some(rest) = said(rest)
        {
            return Some(format!("\"{name}\" {rest}"));
        }
        // A sentence has commas as well; a list is one of texts that are all known.
        let (first, rest) = finished.split_once(", ")?;
        Some(format!("{}, {}", said(first)?, said(rest)?))
    }

    /// The Polish with its values; false beside it if a value has words that are not known: another template may know them.
    fn fill(&self, parts: &[Part], values: &[&str], polish: &str, left: &Cell<u32>) -> (String, bool) {
        let mut is_whole = true;
        let mut value = |(name, value)| {
            let (value, is_known) = self.value(name, value, left);
            is_whole &= is_known;
            value
        };
        let values: Vec<Cow<'_, str>> = names(parts).zip(values.iter().copied()).map(&mut value).collect();
        (filled_in(parts, &values, polish), is_whole)
    }

    /// A value may be a text of ours. A word alone is left as it is, where it may be the name of a file. What has decimals (`{:.1}`)
    /// has a comma in Polish.
    fn value<'v>(&self, name: &str, value: &'v str, left: &Cell<u32>) -> (Cow<'v, str>, bool) {
        if name.contains(":.") {
            return (Cow::Owned(value.replace('.', ",")), true);
        }
        if !value.contains(' ') && !OUR_WORDS.contains(&name) {
            return (Cow::Borrowed(value), true);
        }
        match self.said_within(value, left) {
            Some(polish) => (Cow::Owned(polish), true),
            None if name == FOREIGN && has_words(value) => (Cow::Owned(quoted(value)), false),
            None => (Cow::Borrowed(value), !has_words(value)),
        }
    }

    /// All English texts, for a test.
    #[cfg(test)]
    pub fn english(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(english, polish)| (english.as_str(), polish.as_str()))
    }
}

/// `3`, `1.5`; `1 to 3, 5`.
fn is_of_numbers(value: &str) -> bool {
    let is_number =
        |word: &str| word.bytes().all(|byte| byte.is_ascii_digit() || b".-".contains(&byte)) || word == "to";
    value.bytes().any(|byte| byte.is_ascii_digit()) && value.split([' ', ',']).all(is_number)
}

/// What begins a colour on a terminal.
const ESCAPE: &str = "\u{1b}[";

/// Values of these names are words of ours: the state of an invoice, a party to it, a part of a link.
const OUR_WORDS: [&str; 4] = ["of", "party", "state", "what"];

/// A value of this name is what a library or the system said. Where that is in no catalog, it stands in quotes.
const FOREIGN: &str = "error";

fn quoted(foreign: &str) -> String {
    format!("„{foreign}”")
}

/// True if it has what a sentence is made of: two words without capitals and without quotes around them.
fn has_words(value: &str) -> bool {
    let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let outside = value.split('"').step_by(2);
    outside.flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).filter(is_word).count() > 1
}

/// In tries; a hostile text could have the parts of a template stand in it in a million ways.
const MOST_TRIES: u32 = 10_000;

/// The values of a template in a text, in their order; `None` if the text is not of the template.
fn values<'f>(parts: &[Part], finished: &'f str) -> Option<Vec<&'f str>> {
    let mut found = Vec::new();
    let mut tries = MOST_TRIES;
    find(parts, finished, &mut found, &mut tries).then_some(found)
}

fn find<'f>(parts: &[Part], text: &'f str, found: &mut Vec<&'f str>, tries: &mut u32) -> bool {
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
        Part::Fixed(fixed) => text.strip_prefix(fixed.as_str()).is_some_and(|text| find(rest, text, found, tries)),
        Part::Value(name) if is_style(name) => with(style_end(text), found),
        Part::Value(_) => match rest {
            [] => with(text.len(), found),
            [Part::Fixed(next), ..] => text.match_indices(next.as_str()).any(|(at, _)| with(at, found)),
            [Part::Value(next), ..] => {
                let styled = text.match_indices(ESCAPE).filter(|_| is_style(next)).map(|(at, _)| at);
                let anywhere = text.char_indices().map(|(at, _)| at).chain([text.len()]);
                styled.chain(anywhere).any(|at| with(at, found))
            }
        },
    }
}

/// True for what colours a text: `{BOLD}`, `{colour}`, `{style:#}`. Other names in capitals are those of numbers: `{DEEPEST}`.
fn is_style(name: &str) -> bool {
    let name = name.split(':').next().unwrap_or_default();
    matches!(name, "colour" | "style" | "BOLD" | "DIM" | "GOOD" | "BAD" | "ODD")
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
fn names(parts: &[Part]) -> impl Iterator<Item = &str> {
    parts.iter().filter_map(|part| match part {
        Part::Value(name) => Some(name.as_str()),
        Part::Fixed(_) => None,
    })
}

/// A Polish text with its values. `{name}` is the value of this name, `{}` the next one without a name, `{#2}` the second of all.
fn filled_in(english: &[Part], values: &[Cow<'_, str>], polish: &str) -> String {
    let names: Vec<&str> = names(english).collect();
    let mut used = vec![false; names.len()];
    let mut text = String::with_capacity(polish.len() + 32);
    for part in parts(polish) {
        match part {
            Part::Fixed(fixed) => text.push_str(&fixed),
            Part::Value(name) => {
                let name = name.as_str();
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
fn parts(template: &str) -> Vec<Part> {
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
            parts.push(Part::Fixed(std::mem::take(&mut fixed)));
        }
        parts.push(Part::Value(rest[at + 1..at + end].to_owned()));
        rest = &rest[at + end + 1..];
    }
    fixed.push_str(rest);
    if !fixed.is_empty() {
        parts.push(Part::Fixed(fixed));
    }
    parts
}

/// `name`, `name:?`, `time:.1`; what has a space in it is a text in braces.
fn is_of_value(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_#:?.<>^$*+-".contains(c)
}

fn fixed_letters(parts: &[Part]) -> usize {
    let letters = |part: &Part| match part {
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

msgid "page {number}"
msgstr "strona {number}"

msgid "values are nested more than {DEEPEST} deep"
msgstr "wartości są głębiej niż {DEEPEST}"

msgid "it cannot be read: {error}"
msgstr "nie da się go odczytać: {error}"

msgid "Permission denied (os error {code})"
msgstr "brak uprawnień (błąd systemu {code})"
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
        // Joined of others; what is nobody's stays.
        assert_eq!(said("a b.xml: it is a folder").unwrap(), "a b.xml: to jest folder");
        assert_eq!(said("it is a folder, it is a folder").unwrap(), "to jest folder, to jest folder");
        assert_eq!(
            said("P_15 (it is a folder); \"x\" it is a folder").unwrap(),
            "P_15 (to jest folder); \"x\" to jest folder"
        );
        assert_eq!(said("it is a folder, or not"), None);
        // The name of a number in capitals is not that of a colour.
        assert_eq!(said("values are nested more than 64 deep").unwrap(), "wartości są głębiej niż 64");
        // A short text is one of ours where it counts.
        assert_eq!(said("page 3: it is a folder").unwrap(), "strona 3: to jest folder");
        assert_eq!(said("page a"), None);
        assert_eq!(said("page 3 of the book, 5 to 30"), None);
    }

    #[test]
    fn what_others_say_is_known_or_stands_in_quotes() {
        let catalog = Catalog::read(SAMPLE);
        let said = |text: &str| catalog.said(text).unwrap();
        assert_eq!(
            said("a.xml: it cannot be read: bad sector here"),
            "a.xml: nie da się go odczytać: „bad sector here”"
        );
        assert_eq!(
            said("it cannot be read: Permission denied (os error 13)"),
            "nie da się go odczytać: brak uprawnień (błąd systemu 13)"
        );
        assert_eq!(
            said("a.xml: it cannot be read: Not a typewriter (os error 25)"),
            "a.xml: nie da się go odczytać: „Not a typewriter” (błąd systemu 25)"
        );
        assert_eq!(catalog.foreign("bad sector here"), "„bad sector here”");
        assert_eq!(catalog.foreign("it is a folder"), "to jest folder");
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
        let fixed = |text: &str| Part::Fixed(text.to_owned());
        let value = |name: &str| Part::Value(name.to_owned());
        assert_eq!(parts("a{b:?}{{c}}{}"), [fixed("a"), value("b:?"), fixed("{c}"), value("")]);
        assert_eq!(parts("a { b"), [fixed("a { b")]);
        assert_eq!(parts("{ file = \"…\" }, {}"), [fixed("{ file = \"…\" }, "), value("")]);
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
                Part::Fixed(fixed) => fixed.clone(),
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
                        Part::Value(name) => Some(name.clone()),
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
