//! The names of the files that a manifest names: for each invoice one stem that no other has, and an ending for each file.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

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

    /// Some file systems take `F1` and `f1` for one name, so they are one here.
    fn key(&self, name: &str) -> u64 {
        self.hasher.hash_one(name.to_lowercase())
    }
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
pub(crate) const DOCUMENT_ENDINGS: [(&str, &str); 4] = [
    ("stamped", ".pdf"),
    ("confirmation", ".confirmation.pdf"),
    ("confirmation", ".confirmation.escpos"),
    ("confirmation", ".confirmation.zpl"),
];

fn picture_ending(code: &str, format: PictureFormat) -> String {
    format!(".{code}.{}", format.extension())
}

pub(super) fn stem_of_picture<'f>(code: &str, format: PictureFormat, file: &'f str) -> Option<&'f str> {
    file.strip_suffix(&*picture_ending(code, format))
}

pub(super) fn stem_of_document<'f>(kind: &str, file: &'f str) -> Option<&'f str> {
    let mut endings = DOCUMENT_ENDINGS.iter().filter(|(of, _)| *of == kind);
    endings.find_map(|(_, ending)| file.strip_suffix(ending))
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
    name
}

/// Without what leads elsewhere, hides the file, or is forbidden somewhere.
fn cleaned(stem: &str) -> String {
    let replaced =
        |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{FFFD}');
    let name: String = stem.chars().map(|c| if replaced(c) { '_' } else { c }).collect();
    match name.trim_start_matches('.') {
        "" => "invoice".to_owned(),
        name => name.to_owned(),
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
