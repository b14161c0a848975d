//! The judge of the fast reader: the slow one.

use super::characters::{Scan, scan};
use super::fast;
use super::slow::read_slowly;
use super::visitor::{Step, Visitor};

/// Takes down whatever it hears, of any document.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Record {
    events: Vec<String>,
    text: String,
}

impl Record {
    fn take_down(&mut self, event: String) {
        let text = std::mem::take(&mut self.text);
        self.events.extend((!text.is_empty()).then_some(text));
        self.events.push(event);
    }
}

impl Visitor<'_> for Record {
    fn open(&mut self, namespace: &str, local: &str) -> Step {
        self.take_down(format!("open {local} of {namespace}"));
        Ok(())
    }

    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn is_elsewhere(&self) -> bool {
        false
    }

    fn close(&mut self) -> Step {
        self.take_down("close".to_owned());
        Ok(())
    }
}

/// What the slow reader makes of a text, if it finds no fault.
fn slowly<'x, V: Visitor<'x> + Default>(text: &'x str) -> Option<V> {
    let (visitor, oddities) = read_slowly(text).ok()?;
    assert!(oddities.processing_instruction.is_none() && oddities.discouraged_reference.is_none());
    Some(visitor)
}

/// Reads with both, all there is and what a visitor `V` is for, which `show` writes down. Whatever the fast reader accepts,
/// the slow one must accept, with the same elements and texts, and no character of it is refused. True if the fast reader took the document.
pub(crate) fn agree<'x, V: Visitor<'x> + Default>(text: &'x str, show: impl Fn(V) -> String) -> bool {
    let record = fast::read::<Record>(text);
    if record.is_some() {
        assert_eq!(scan(text), Scan::default(), "{text}");
        assert_eq!(record, slowly(text), "{text}");
    }
    let shown = fast::read::<V>(text).map(&show);
    if shown.is_some() {
        assert!(record.is_some(), "what is not looked for must be checked too: {text}");
        assert_eq!(shown, slowly(text).map(&show), "{text}");
    }
    record.is_some()
}
