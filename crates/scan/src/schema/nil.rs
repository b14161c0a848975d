use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The places in bytes of the elements with an `xsi:nil`. No form has an element that may be nil, yet some libraries
/// write it where a value is missing, and fastxml passes over it.
pub(super) fn nils(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    // Nearly no invoice names it, and then there is nothing to look for.
    if !text.contains(INSTANCE) {
        return found;
    }
    let mut reader = NsReader::from_str(text);
    loop {
        let offset = usize::try_from(reader.buffer_position()).unwrap_or(0);
        // What is no XML was refused before.
        let Ok(event) = reader.read_event() else { return found };
        let (Event::Start(start) | Event::Empty(start)) = event else {
            if matches!(event, Event::Eof) {
                return found;
            }
            continue;
        };
        let resolver = reader.resolver();
        let is_nil = start.attributes().flatten().any(|attribute| {
            let (namespace, local) = resolver.resolve_attribute(attribute.key);
            local.as_ref() == "nil" && matches!(namespace, ResolveResult::Bound(uri) if uri.as_ref() == INSTANCE)
        });
        if is_nil {
            found.push(offset);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_namespace_and_not_by_prefix() {
        let text = |attributes: &str| format!("<a xmlns:x='{INSTANCE}' xmlns:y='urn:y'>\n<b {attributes}/></a>");
        let at = text("").find("<b").unwrap();
        assert_eq!(nils(&text("x:nil='true'")), [at]);
        for other in ["", "nil='true'", "y:nil='true'", "x:type='b'"] {
            assert_eq!(nils(&text(other)), [0; 0], "{other}");
        }
    }
}
