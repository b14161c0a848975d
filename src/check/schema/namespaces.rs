use fastxml::schema::types::Particle;
use fastxml::schema::{ComplexType, ContentModel, ElementDef, Schema, TypeDef};

use crate::error::Kind;
use crate::xml::{Step, Visitor};

/// No form nests deeper than a score.
const DEEPEST: usize = 256;

/// Compares the namespaces of elements with those that the schema gives to elements of the same names. An element that
/// the schema does not know by its name is left to fastxml.
pub(super) struct Namespaces<'s> {
    schema: &'s Schema,
    /// The types of the open elements, as far as they are known to hold elements.
    open: Vec<Option<&'s ComplexType>>,
    here: usize,
    violations: Vec<(String, usize)>,
}

impl<'s> Namespaces<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Self { schema, open: Vec::new(), here: 0, violations: Vec::new() }
    }

    /// What is wrong, and where in bytes.
    pub(super) fn into_violations(self) -> Vec<(String, usize)> {
        self.violations
    }

    /// The declaration of a child; the error is the namespace that it should be in.
    fn child(&self, parent: &'s ComplexType, namespace: &str, local: &str) -> Result<Option<&'s ElementDef>, &'s str> {
        let mut misplaced = None;
        let mut is_any = false;
        let mut complex = Some(parent);
        // A type that is its own base is no schema; the bound is for those.
        for _ in 0..DEEPEST {
            let Some(one) = complex else { break };
            // Some references keep their schema's prefix.
            let is_called = |element: &&ElementDef| element.name.rsplit(':').next() == Some(local);
            for element in elements(one).into_iter().filter(is_called) {
                match element.namespace.as_deref() {
                    Some(right) if right != namespace => misplaced = Some(right),
                    _ => return Ok(Some(element)),
                }
            }
            let uri = Some(namespace).filter(|uri| !uri.is_empty());
            is_any |= one.wildcard.as_ref().is_some_and(|any| any.matches(uri));
            complex = match self.schema.complex_base_def(one) {
                Some(TypeDef::Complex(base)) => Some(base),
                _ => None,
            };
        }
        match misplaced {
            Some(right) if !is_any => Err(right),
            _ if is_any => Ok(self.schema.element_ns(namespace, local)),
            _ => Ok(None),
        }
    }

    fn complex_type(&self, element: &'s ElementDef) -> Option<&'s ComplexType> {
        let referred = element.ref_ns.as_ref().and_then(|name| self.schema.elements_ns.get(name)).unwrap_or(element);
        let named = || {
            let name = referred.type_ref.as_deref()?;
            self.schema.type_by_ref(referred.type_ns.as_ref(), name)
        };
        match referred.inline_type.as_ref().or_else(named)? {
            TypeDef::Complex(complex) => Some(complex),
            TypeDef::Simple(_) => None,
        }
    }
}

/// The elements of a type's own content.
fn elements(complex: &ComplexType) -> Vec<&ElementDef> {
    let mut elements = Vec::new();
    match (&complex.particle, &complex.content) {
        (Some(particle), _) => gather(particle, &mut elements),
        (
            None,
            ContentModel::Sequence(list)
            | ContentModel::Choice(list)
            | ContentModel::All(list)
            | ContentModel::ComplexExtension { elements: list, .. },
        ) => elements.extend(list),
        (None, _) => {}
    }
    elements
}

fn gather<'s>(particle: &'s Particle, elements: &mut Vec<&'s ElementDef>) {
    match particle {
        Particle::Element(element) => elements.push(element),
        Particle::Wildcard(_) => {}
        Particle::Sequence { items, .. } | Particle::Choice { items, .. } => {
            for item in items {
                gather(item, elements);
            }
        }
        Particle::All { elements: list, .. } => elements.extend(list),
    }
}

impl Visitor for Namespaces<'_> {
    fn at(&mut self, offset: usize) {
        self.here = offset;
    }

    fn open(&mut self, namespace: &str, local: &str) -> Step {
        if self.open.len() == DEEPEST {
            let message = format!("elements are nested more than {DEEPEST} deep, which no schema allows");
            return Err((Kind::SchemaViolation, message));
        }
        let declared = match self.open.last() {
            None => Ok(self.schema.element_ns(namespace, local)),
            Some(None) => Ok(None),
            Some(Some(parent)) => self.child(parent, namespace, local),
        };
        let complex = match declared {
            Ok(element) => element.and_then(|element| self.complex_type(element)),
            Err(right) => {
                let wrong = if namespace.is_empty() { "no namespace".to_owned() } else { format!("{namespace:?}") };
                let message = format!("the element {local} is in {wrong}, and belongs in {right:?}");
                self.violations.push((message, self.here));
                None
            }
        };
        self.open.push(complex);
        Ok(())
    }

    fn text(&mut self, _: &str) {}

    fn close(&mut self) -> Step {
        self.open.pop();
        Ok(())
    }
}
