use crate::error::Kind;

/// Hears what a document holds, in its order. `'x` is how long the document's text is there.
pub(crate) trait Visitor<'x> {
    /// What comes next is at this byte of the text. The fast reader leaves this out.
    fn at(&mut self, _offset: usize) {}
    /// An element starts: its namespace and its name without a prefix.
    fn open(&mut self, namespace: &str, local: &str) -> Step;
    /// Text directly inside the innermost element, references resolved. May come in pieces.
    fn text(&mut self, text: &str);
    /// An element with nothing in it but this text, which needs no resolving: the same as its start, the text and its end.
    fn leaf(&mut self, namespace: &str, local: &str, text: &'x str) -> Step {
        self.open(namespace, local)?;
        self.text(text);
        self.close()
    }
    /// True where an element with nothing in it but text does not matter: the fast reader then leaves out the element and
    /// its text. Nor does another of the innermost element's name, right behind that: it leaves out the end of the one, the text
    /// between, and the beginning of the other.
    fn is_elsewhere(&self) -> bool {
        false
    }
    /// The innermost element ends.
    fn close(&mut self) -> Step;
}

/// What a visitor answers: go on, or why not.
pub(crate) type Step = Result<(), (Kind, String)>;

/// What is wrong, and at which byte of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) kind: Kind,
    pub(crate) message: String,
    pub(crate) offset: usize,
}

/// What is well-formed and yet refused by KSeF, the first of each.
#[derive(Debug, Default)]
pub(crate) struct Oddities {
    pub(crate) processing_instruction: Option<Flaw>,
    pub(crate) discouraged_reference: Option<Flaw>,
}
