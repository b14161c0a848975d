//! The names of the files that a manifest names: for each invoice one stem that no other has, and an ending for each file.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use unicode_normalization::UnicodeNormalization as _;

use crate::files::is_device;
use crate::render::PictureFormat;

/// Gives every invoice a name for its pictures that no other has.
///
/// Kept as hashes: a hundred thousand names are 3 MB, and two names that share a hash only cost the second
/// one a number it did not need. The hash has no random key, so the same inputs get the same names.
#[derive(Debug, Default)]
pub(crate) struct TakenNames {
    /// For each name taken, the number to try next for its stem: a thousand folders that all hold
    /// `invoice.xml` need no second search.
    taken: HashMap<u64, u32>,
    hasher: BuildHasherDefault<DefaultHasher>,
}

impl TakenNames {
    /// The stem itself, or the stem and a number if it is taken: `f1`, `f1-2`, `f1-3`. Depends on the inputs
    /// before it alone.
    pub(crate) fn unique(&mut self, stem: &str) -> String {
        let stem = safe(stem);
        let key = self.key(&stem);
        let Some(&first) = self.taken.get(&key) else {
            self.taken.insert(key, 2);
            return stem;
        };
        let mut number = first;
        loop {
            let name = format!("{stem}-{number}");
            let name_key = self.key(&name);
            number = number.saturating_add(1);
            if let std::collections::hash_map::Entry::Vacant(free) = self.taken.entry(name_key) {
                free.insert(2);
                self.taken.insert(key, number);
                return name;
            }
        }
    }

    /// Keeps a name that an earlier run gave. False for one that no run gives.
    pub(crate) fn reserve(&mut self, name: &str) -> bool {
        let key = self.key(name);
        self.taken.entry(key).or_insert(2);
        // A number may have made it longer than a stem.
        name.len() <= LONGEST + "-4294967295".len() && cleaned(name) == name
    }

    /// What some file system takes for one name is one here: `F1` and `f1`, ß and SS, an ó and an o with an accent.
    pub(crate) fn key(&self, name: &str) -> u64 {
        if name.is_ascii() {
            return self.hasher.hash_one(name.to_ascii_lowercase());
        }
        let mut folded: String = name.chars().filter(|c| !is_passed_over(*c)).nfkd().collect();
        // Lower case first makes ß of ẞ, upper case SS of ß, and lower case ss. Letter by letter, because the small sigma at a
        // word's end is another. Again until nothing changes: what a letter is made of may have cases of its own.
        loop {
            let cases = folded.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase);
            let next: String = cases.flat_map(char::to_lowercase).nfkd().collect();
            if next == folded {
                return self.hasher.hash_one(folded);
            }
            folded = next;
        }
    }
}

/// True for a character that nobody sees, and that some file systems pass over: what Unicode calls `Default_Ignorable_Code_Point`.
fn is_passed_over(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
    ) || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}')
        || matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}')
        || matches!(c, '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// The names of one invoice's files.
#[derive(Clone, Debug)]
pub(crate) struct FileNames(String);

impl FileNames {
    /// The names of this stem.
    pub(crate) fn of(stem: &str) -> Self {
        Self(stem.to_owned())
    }

    /// `f1.kod1.png`.
    pub(crate) fn picture(&self, code: &str, format: PictureFormat) -> String {
        format!("{}{}", self.0, picture_ending(code, format))
    }

    /// `f1.pdf`.
    pub(crate) fn document(&self, ending: &str) -> String {
        format!("{}{ending}", self.0)
    }
}

/// The kinds of documents, and what their files end in: a name that an earlier run gave is known by it.
pub(crate) const DOCUMENT_ENDINGS: [(&str, &str); 5] = [
    ("stamped", ".pdf"),
    ("confirmation", ".confirmation.pdf"),
    ("confirmation", ".confirmation.escpos"),
    ("confirmation", ".confirmation.zpl"),
    ("printed", ".invoice.pdf"),
];

fn picture_ending(code: &str, format: PictureFormat) -> String {
    format!(".{code}.{}", format.extension())
}

pub(super) fn stem_of_picture<'f>(code: &str, format: PictureFormat, file: &'f str) -> Option<&'f str> {
    file.strip_suffix(&*picture_ending(code, format))
}

pub(super) fn stem_of_document<'f>(kind: &str, file: &'f str) -> Option<&'f str> {
    let mut endings = DOCUMENT_ENDINGS.iter().filter(|(of, _)| *of == kind);
    // The name of a single file was given by somebody, who may have written .PDF.
    endings.find_map(|(_, ending)| {
        let (stem, found) = file.split_at_checked(file.len().checked_sub(ending.len())?)?;
        found.eq_ignore_ascii_case(ending).then_some(stem)
    })
}

/// In bytes: leaves room for a number and the longest ending in the 255 bytes that most file systems give a name.
const LONGEST: usize = 200;

/// A name that every file system takes, as close to the given one as can be.
fn safe(stem: &str) -> String {
    let mut name = cleaned(stem);
    let mut end = name.len().min(LONGEST);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    // What was cut may leave a space at the end.
    cleaned(&name)
}

/// Without what leads elsewhere, hides the file, or is forbidden somewhere.
fn cleaned(stem: &str) -> String {
    let replaced =
        |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{FFFD}');
    let name: String = stem.chars().map(|c| if replaced(c) { '_' } else { c }).collect();
    // Windows drops dots and spaces at the end of a name.
    let name = name.trim_start_matches('.').trim_end_matches(['.', ' ']);
    // A device, whatever follows the first dot.
    let (first, rest) = name.split_at(name.find('.').unwrap_or(name.len()));
    match first {
        "" => "invoice".to_owned(),
        device if is_device(device.trim_end()) => format!("{device}_{rest}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_twice() {
        let mut names = TakenNames::default();
        let given = ["f1", "f1", "F1", "f1-2", "f2", "f1", ".", "..", "a/b", "a\\b"];
        let unique: Vec<String> = given.iter().map(|stem| names.unique(stem)).collect();
        assert_eq!(unique, ["f1", "f1-2", "F1-3", "f1-2-2", "f2", "f1-4", "invoice", "invoice-2", "a_b", "a_b-2"]);
    }

    #[test]
    fn what_a_file_system_takes_for_one_name_is_one() {
        for (one, other) in [
            ("faktura-ó", "faktura-o\u{301}"),
            ("STRASSE", "straße"),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
            ("ﬁrma", "firma"),
            ("f\u{200B}1", "f1"),
            ("Ł", "ł"),
            ("f1.", "f1"),
            ("f1 ", "f1"),
            ("K1", "\u{212A}1"),
            ("SS", "\u{1E9E}"),
            ("ß", "\u{1E9E}"),
            ("\u{C5}", "\u{212B}"),
            ("İ", "i\u{307}"),
            ("f\u{34F}1", "f1"),
            ("a\u{323}\u{301}", "a\u{301}\u{34F}\u{323}"),
        ] {
            let mut names = TakenNames::default();
            let first = names.unique(one);
            let second = names.unique(other);
            assert!(second.ends_with("-2"), "{first:?} and {second:?}");
            assert!(TakenNames::default().reserve(&first) && TakenNames::default().reserve(&second));
        }
    }

    #[test]
    fn every_character_is_one_with_its_cases_and_its_spellings() {
        let names = TakenNames::default();
        for c in '\0'..=char::MAX {
            let name = c.to_string();
            let others: [String; 7] = [
                c.to_lowercase().collect(),
                c.to_uppercase().collect(),
                c.to_lowercase().flat_map(char::to_uppercase).collect(),
                c.to_uppercase().flat_map(char::to_lowercase).collect(),
                name.nfc().collect(),
                name.nfkd().collect(),
                name.nfkc().flat_map(char::to_uppercase).nfkc().collect(),
            ];
            for other in others.into_iter().filter(|other| *other != name) {
                assert_eq!(names.key(&other), names.key(&name), "U+{:04X} {name:?} and {other:?}", u32::from(c));
            }
        }
    }

    #[test]
    fn no_name_is_a_device() {
        for (given, expected) in [
            ("CON", "CON_"),
            ("nul", "nul_"),
            ("LPT1", "LPT1_"),
            ("com¹", "com¹_"),
            ("aux.2026", "aux_.2026"),
            ("NUL .x", "NUL _.x"),
            ("CONTO", "CONTO"),
            ("COM10", "COM10"),
            ("LPT", "LPT"),
            ("...", "invoice"),
            (" . ", "invoice"),
        ] {
            let name = TakenNames::default().unique(given);
            assert_eq!(name, expected, "{given}");
            assert!(TakenNames::default().reserve(&name), "{name}");
        }
    }

    #[test]
    fn names_of_an_earlier_run_stay_with_it() {
        let mut names = TakenNames::default();
        assert!(names.reserve("f1") && names.reserve("f2-2"));
        let mut before = TakenNames::default();
        for name in [before.unique(&"ł".repeat(150)), before.unique(&"ł".repeat(150))] {
            assert!(TakenNames::default().reserve(&name), "{} bytes", name.len());
        }
        assert_eq!(["f1", "f2", "f2"].map(|stem| names.unique(stem)), ["f1-2", "f2", "f2-3"]);
        for foreign in ["../f1", "a/b", "", ".", "a\nb"] {
            assert!(!names.reserve(foreign), "{foreign:?}");
        }
    }

    #[test]
    fn names_fit_the_file_system() {
        let name = TakenNames::default().unique(&"ż".repeat(300));
        assert!(name.len() <= 200 && name.starts_with('ż'));
        assert_eq!(TakenNames::default().unique("a\nb\u{1b}[31m"), "a_b_[31m");
    }
}
