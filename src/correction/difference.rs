use std::fmt;

/// Whether a technical correction may make a difference. The worst of all is that of the correction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Judgement {
    /// A fault of form: the invoice says the same.
    #[default]
    Form,
    /// It cannot be told; somebody has to look.
    Unclear,
    /// Another content: amounts, parties, dates, lines, numbers.
    Content,
}

impl Judgement {
    /// The name in JSON: `form`, `unclear`, `content`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Unclear => "unclear",
            Self::Content => "content",
        }
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What was done to an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Change {
    /// Its value is another.
    Changed,
    /// The corrected file has it, the first has not.
    Added,
    /// The first file has it, the corrected has not.
    Removed,
    /// It has its value still, and stands under another element.
    Moved,
    /// It stands at its place under another name.
    Renamed,
    /// The elements in it stand in another order.
    Reordered,
    /// It is about the file as a whole: its encoding, what stands in it beside elements.
    File,
}

impl Change {
    /// The name in JSON: `changed`, `added`, `removed`, `moved`, `renamed`, `reordered`, `file`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Moved => "moved",
            Self::Renamed => "renamed",
            Self::Reordered => "reordered",
            Self::File => "file",
        }
    }
}

/// Something that is not the same in the two files.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// Whether a technical correction may make it.
    pub judgement: Judgement,
    /// What was done.
    pub change: Change,
    /// Where, by the names of the elements from the root: `Faktura/Fa/FaWiersz[3]/P_8B`; an attribute has an `@`. Numbers
    /// count the elements of that name, from 1, in the first file, or in the corrected one where only that has it. Empty
    /// for the file as a whole.
    pub place: String,
    /// What the Ministry's schema calls the field, in Polish.
    pub field: Option<&'static str>,
    /// Why it is judged so, in a few words of English. They may change.
    pub reason: &'static str,
    /// What the first file says, cut after 200 characters; none where it says nothing.
    pub before: Option<String>,
    /// What the corrected file says.
    pub after: Option<String>,
    /// The line in the first file, from 1.
    pub first_line: Option<u32>,
    /// The line in the corrected file.
    pub corrected_line: Option<u32>,
}

/// In characters.
const LONGEST_VALUE: usize = 200;

/// A value as a difference shows it.
pub(super) fn shown(value: &str) -> String {
    match value.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}
