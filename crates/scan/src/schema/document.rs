use fastxml::schema::types::Particle;
use fastxml::schema::{ComplexType, ContentModel, ElementDef, Schema, TypeDef};

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, ResolveResult};

/// No form nests deeper than a score.
pub(super) const DEEPEST: usize = 256;

const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// What fastxml does not look at in a document.
///
/// The namespaces of elements are compared with those that the schema gives to elements of the same names; an element that
/// the schema does not know by its name is left to fastxml. No form has an element that may be nil, yet some libraries write
/// `xsi:nil` where a value is missing.
pub(super) struct Document<'s> {
    schema: &'s Schema,
    /// The types of the open elements, as far as they are known to hold elements.
    open: Vec<Option<&'s ComplexType>>,
    violations: Vec<(String, usize)>,
}

impl<'s> Document<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Self { schema, open: Vec::new(), violations: Vec::new() }
    }

    /// Looks at all elements. The error is where they are nested too deep.
    pub(super) fn walk(&mut self, text: &str) -> Result<(), usize> {
        let mut reader = NsReader::from_str(text);
        let mut nils = Vec::new();
        loop {
            let offset = usize::try_from(reader.buffer_position()).unwrap_or(0);
            // What is not XML was refused before.
            match reader.read_event() {
                Ok(Event::Start(start)) => {
                    self.start(&start, reader.resolver(), offset, &mut nils)?;
                }
                Ok(Event::Empty(start)) => {
                    self.start(&start, reader.resolver(), offset, &mut nils)?;
                    self.open.pop();
                }
                Ok(Event::End(_)) => _ = self.open.pop(),
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) => {}
            }
        }
        let nil = |offset| ("the element has xsi:nil, and none may be nil".to_owned(), offset);
        self.violations.extend(nils.into_iter().map(nil));
        Ok(())
    }

    fn start(
        &mut self,
        start: &BytesStart<'_>,
        resolver: &NamespaceResolver,
        offset: usize,
        nils: &mut Vec<usize>,
    ) -> Result<(), usize> {
        if self.open.len() == DEEPEST {
            return Err(offset);
        }
        let (namespace, local) = resolver.resolve_element(start.name());
        let namespace = match &namespace {
            ResolveResult::Bound(uri) => uri.as_ref(),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => "",
        };
        self.element(namespace, local.as_ref(), offset);
        if is_nil(start, resolver) {
            nils.push(offset);
        }
        Ok(())
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
        // A type that is its own base is not a schema; the bound is for those.
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

    fn element(&mut self, namespace: &str, local: &str, offset: usize) {
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
                self.violations.push((message, offset));
                None
            }
        };
        self.open.push(complex);
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

fn is_nil(start: &BytesStart<'_>, resolver: &NamespaceResolver) -> bool {
    start.attributes().flatten().any(|attribute| {
        let (namespace, local) = resolver.resolve_attribute(attribute.key);
        local.as_ref() == "nil" && matches!(namespace, ResolveResult::Bound(uri) if uri.as_ref() == INSTANCE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violations(text: &str) -> Vec<(String, usize)> {
        let schema =
            Schema::builder().add("file:///a.xsd", b"<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>");
        let schema = schema.resolve().unwrap();
        let mut document = Document::new(&schema);
        document.walk(text).unwrap();
        document.into_violations()
    }

    #[test]
    fn nil_by_namespace_and_not_by_prefix() {
        let text = |attributes: &str| format!("<a xmlns:x='{INSTANCE}' xmlns:y='urn:y'>\n<b {attributes}/></a>");
        let at = text("").find("<b").unwrap();
        let offsets =
            |attributes: &str| violations(&text(attributes)).into_iter().map(|(_, at)| at).collect::<Vec<_>>();
        assert_eq!(offsets("x:nil='true'"), [at]);
        for other in ["", "nil='true'", "y:nil='true'", "x:type='b'"] {
            assert_eq!(offsets(other), [0; 0], "{other}");
        }
    }
}
