use fastxml::schema::types::Particle;
use fastxml::schema::{ComplexType, ContentModel, ElementDef, Schema, TypeDef};

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, ResolveResult};

/// No form nests deeper than a score.
const DEEPEST: usize = 256;

/// Of one element: no form has elements with more than a few. Each is compared with each, here and in fastxml.
const MOST_ATTRIBUTES: usize = 256;

/// In force at one place: each name is looked for among them. The reader gives up
/// soon after.
const MOST_NAMESPACES: usize = 64;

/// Violations of one document that are told.
pub(super) const MOST_TOLD: usize = 100;

/// Why a document is not validated any further: no invoice is like that, and the time that it takes would grow with the
/// square of its size.
pub(super) struct Excess {
    pub(super) message: String,
    pub(super) offset: usize,
}

impl Excess {
    fn new(what: &str, offset: usize) -> Self {
        Self { message: format!("{what}, which no schema allows"), offset }
    }
}

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
    /// How many namespaces each of them declares, and all of them together.
    declared: Vec<usize>,
    in_force: usize,
    violations: Vec<(String, usize)>,
}

impl<'s> Document<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Self { schema, open: Vec::new(), declared: Vec::new(), in_force: 0, violations: Vec::new() }
    }

    /// Looks at all elements.
    pub(super) fn walk(&mut self, text: &str) -> Result<(), Excess> {
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
                    self.end();
                }
                Ok(Event::End(_)) => self.end(),
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
    ) -> Result<(), Excess> {
        if self.open.len() == DEEPEST {
            return Err(Excess::new(&format!("elements are nested more than {DEEPEST} deep"), offset));
        }
        let (mut count, mut declared) = (0, 0);
        for attribute in start.attributes().with_checks(false).flatten() {
            count += 1;
            declared += usize::from(attribute.key.as_namespace_binding().is_some());
        }
        if count > MOST_ATTRIBUTES {
            return Err(Excess::new(&format!("an element has more than {MOST_ATTRIBUTES} attributes"), offset));
        }
        self.in_force += declared;
        self.declared.push(declared);
        if self.in_force > MOST_NAMESPACES {
            return Err(Excess::new(
                &format!("more than {MOST_NAMESPACES} namespaces are declared at one place"),
                offset,
            ));
        }
        let (namespace, local) = resolver.resolve_element(start.name());
        let namespace = match &namespace {
            ResolveResult::Bound(uri) => uri.as_ref(),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => "",
        };
        self.element(namespace, local.as_ref(), offset);
        if nils.len() < MOST_TOLD && is_nil(start, resolver) {
            nils.push(offset);
        }
        Ok(())
    }

    fn end(&mut self) {
        self.open.pop();
        self.in_force -= self.declared.pop().unwrap_or(0);
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
                if self.violations.len() < MOST_TOLD {
                    self.violations.push((message, offset));
                }
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
    start.attributes().with_checks(false).flatten().any(|attribute| {
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
        assert!(document.walk(text).is_ok());
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

    #[test]
    fn what_no_invoice_has_is_not_validated() {
        let excess = |text: &str| {
            let schema =
                Schema::builder().add("file:///a.xsd", b"<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>");
            let schema = schema.resolve().unwrap();
            let walked = Document::new(&schema).walk(text);
            walked.err().map(|excess| (excess.message, excess.offset))
        };
        let attributes = |count| {
            let names: Vec<String> = (0..count).map(|index| format!("a{index}=''")).collect();
            format!("<a><b {}/></a>", names.join(" "))
        };
        assert_eq!(excess(&attributes(256)), None);
        let (message, offset) = excess(&attributes(257)).unwrap();
        assert_eq!((&*message, offset), ("an element has more than 256 attributes, which no schema allows", 3));
        let nested = |depth, each: &str| format!("{}{}", format!("<a {each}>").repeat(depth), "</a>".repeat(depth));
        assert_eq!(excess(&nested(32, "xmlns:x='u' xmlns:y='v'")), None);
        assert!(excess(&nested(33, "xmlns:x='u' xmlns:y='v'")).unwrap().0.contains("64 namespaces"));
        // Beside each other they are not in force together.
        assert_eq!(excess(&format!("<a>{}</a>", "<b xmlns:x='u'/>".repeat(1000))), None);
        assert!(excess(&nested(257, "")).unwrap().0.contains("256 deep"));
    }

    /// A table of growth: what is told does not grow with the document.
    #[test]
    fn no_more_is_told_of_a_larger_document() {
        let told = |count: usize| {
            let text = format!("<a xmlns:x='{INSTANCE}'>{}</a>", "<b x:nil='true'/>".repeat(count));
            violations(&text).len()
        };
        assert_eq!([50, 100, 200, 400].map(told), [50, 100, 100, 100]);
    }
}
