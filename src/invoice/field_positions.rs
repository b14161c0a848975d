//! Where in the text the elements of a form are. A second reading, done only once there is a fault to point at.

use super::form::{Field, Form, Node};
use crate::xml::{Step, Visitor};

/// The elements on the form's paths, each with its offset in bytes.
#[derive(Default)]
pub(super) struct FieldPositions {
    form: Option<Form>,
    root_namespace: String,
    /// From below the root to the element at hand, as far as it lies on a path.
    path: Vec<&'static Node>,
    off_path: usize,
    here: usize,
    root: usize,
    found: Vec<(Vec<&'static str>, usize)>,
}

impl FieldPositions {
    pub(super) fn form(&self) -> Option<Form> {
        self.form
    }

    /// The offset of the root element.
    pub(super) fn root(&self) -> usize {
        self.root
    }

    /// The offset of the element that holds the field, by its index among those that do, or of the innermost element that
    /// should hold it.
    pub(super) fn of(&self, field: Field, index: usize) -> usize {
        let mut wanted = Vec::new();
        if !self.form.is_some_and(|form| find(form.nodes(), field, &mut wanted)) {
            return self.root;
        }
        let at = |path: &[&str], nth| self.found.iter().filter(|(found, _)| found == path).nth(nth).map(|(_, at)| *at);
        let around = (1..wanted.len()).rev().filter_map(|length| at(wanted.get(..length)?, 0));
        at(&wanted, index).or_else(|| around.into_iter().next()).unwrap_or(self.root)
    }
}

/// Fills in the names on the way to a field.
fn find(nodes: &'static [Node], field: Field, path: &mut Vec<&'static str>) -> bool {
    for node in nodes {
        path.push(node.local);
        if node.field == Some(field) || find(node.children, field, path) {
            return true;
        }
        path.pop();
    }
    false
}

impl Visitor<'_> for FieldPositions {
    fn at(&mut self, offset: usize) {
        self.here = offset;
    }

    fn open(&mut self, namespace: &str, local: &str) -> Step {
        let Some(form) = self.form else {
            self.form = Form::of_root(namespace, local);
            self.root = self.here;
            namespace.clone_into(&mut self.root_namespace);
            // Of a file that is not a known invoice, no element is on a path.
            self.off_path = usize::from(self.form.is_none());
            return Ok(());
        };
        let children = self.path.last().map_or(form.nodes(), |parent| parent.children);
        match children.iter().find(|node| node.matches(&self.root_namespace, namespace, local)) {
            Some(node) if self.off_path == 0 => {
                self.path.push(node);
                self.found.push((self.path.iter().map(|node| node.local).collect(), self.here));
            }
            _ => self.off_path += 1,
        }
        Ok(())
    }

    fn text(&mut self, _: &str) {}

    fn close(&mut self) -> Step {
        match self.off_path {
            0 => _ = self.path.pop(),
            _ => self.off_path -= 1,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml;

    const INVOICE: &str = include_str!("../../fixtures/invoices/good/fa3-third-party.xml");

    fn at(text: &str, field: Field, index: usize) -> &str {
        let mut positions = FieldPositions::default();
        xml::walk(text, &mut positions).unwrap();
        text[positions.of(field, index)..].lines().next().unwrap()
    }

    #[test]
    fn fields_are_found_and_counted() {
        assert_eq!(at(INVOICE, Field::SellerNip, 0), "<NIP>5265877635</NIP>");
        assert!(at(INVOICE, Field::IssueDate, 0).starts_with("<P_1>"));
        let invoice = INVOICE.replacen("<NIP>1111111111</NIP>", "<NIP>1</NIP><NIP>2</NIP>", 1);
        assert!(at(&invoice, Field::ThirdPartyNip, 0).starts_with("<NIP>1<"));
        assert!(at(&invoice, Field::ThirdPartyNip, 1).starts_with("<NIP>2<"));
    }

    #[test]
    fn what_is_missing_is_looked_for_around_it() {
        let without = INVOICE.replacen("<NIP>5265877635</NIP>", "", 1);
        assert!(at(&without, Field::SellerNip, 0).starts_with("<DaneIdentyfikacyjne>"));
        assert!(at("<Faktura/>", Field::SellerNip, 0).starts_with("<Faktura/>"));
    }
}
