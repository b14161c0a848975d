//! Canonical XML 1.0, as far as it is needed to recognise its digest: documents without a DOCTYPE, in UTF-8.

use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// Deeper documents are not tried.
const DEEPEST: usize = 256;

/// Nor are elements with more attributes, as each is compared with each.
const MOST_ATTRIBUTES: usize = 64;

/// The canonical form; none for what is not well-formed.
pub(super) fn form(text: &str, with_comments: bool) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut out = String::with_capacity(text.len());
    // The namespaces in force, a frame for each open element: prefix and name.
    let mut scopes: Vec<Vec<(String, String)>> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                open(&start, &mut scopes, &mut out)?;
                if scopes.len() > DEEPEST {
                    return None;
                }
            }
            Event::Empty(start) => {
                open(&start, &mut scopes, &mut out)?;
                close(start.name().as_ref(), &mut scopes, &mut out)?;
            }
            Event::End(end) => close(end.name().as_ref(), &mut scopes, &mut out)?,
            Event::Text(text) if !scopes.is_empty() => push_text(&text, &mut out),
            Event::CData(text) if !scopes.is_empty() => push_text(&text, &mut out),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                Some('\r') => out.push_str("&#xD;"),
                Some(sign) => push_text(sign.encode_utf8(&mut [0; 4]), &mut out),
                None => push_text(resolve_predefined_entity(&reference)?, &mut out),
            },
            Event::Comment(comment) if with_comments => {
                let is_after = scopes.is_empty() && !out.is_empty();
                out.push_str(if is_after { "\n<!--" } else { "<!--" });
                out.push_str(&comment.replace("\r\n", "\n").replace('\r', "\n"));
                out.push_str("-->");
            }
            Event::DocType(_) | Event::PI(_) => return None,
            Event::Eof => return Some(out),
            _ => {}
        }
    }
}

fn open(start: &BytesStart<'_>, scopes: &mut Vec<Vec<(String, String)>>, out: &mut String) -> Option<()> {
    let mut namespaces = Vec::new();
    let mut attributes = Vec::new();
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.ok()?;
        let name = attribute.key.as_ref().to_owned();
        let raw = &attribute.value;
        // White space of attributes becomes spaces before references are resolved.
        let value = unescape(&raw.replace("\r\n", " ").replace(['\r', '\n', '\t'], " ")).ok()?.into_owned();
        match name.strip_prefix("xmlns") {
            Some("") => namespaces.push((String::new(), value)),
            Some(prefixed) if prefixed.starts_with(':') => {
                namespaces.push((prefixed.get(1..)?.to_owned(), value));
            }
            _ => attributes.push((name, value)),
        }
    }
    if namespaces.len() + attributes.len() > MOST_ATTRIBUTES {
        return None;
    }
    let in_force = |prefix: &str| {
        let mut frames = scopes.iter().rev().flatten();
        frames.find(|(known, _)| known == prefix).map(|(_, namespace)| namespace.as_str())
    };
    let mut declared: Vec<&(String, String)> =
        namespaces.iter().filter(|(prefix, namespace)| in_force(prefix).unwrap_or_default() != namespace).collect();
    declared.sort();
    let space_of = |name: &str| {
        let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
        let here = namespaces.iter().find(|(known, _)| known == prefix).map(|(_, namespace)| namespace.as_str());
        // An attribute without a prefix has no namespace.
        if prefix.is_empty() { String::new() } else { here.or_else(|| in_force(prefix)).unwrap_or_default().to_owned() }
    };
    attributes.sort_by_key(|(name, _)| {
        (space_of(name), name.rsplit_once(':').map_or(name.clone(), |(_, local)| local.to_owned()))
    });
    out.push('<');
    out.push_str(start.name().as_ref());
    for (prefix, namespace) in declared {
        out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
        out.push_str(prefix);
        push_value(namespace, out);
    }
    for (name, value) in &attributes {
        out.push(' ');
        out.push_str(name);
        push_value(value, out);
    }
    out.push('>');
    scopes.push(namespaces);
    Some(())
}

fn close(name: &str, scopes: &mut Vec<Vec<(String, String)>>, out: &mut String) -> Option<()> {
    scopes.pop()?;
    out.push_str("</");
    out.push_str(name);
    out.push('>');
    Some(())
}

fn push_value(value: &str, out: &mut String) {
    out.push_str("=\"");
    for sign in value.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn push_text(text: &str, out: &mut String) {
    // Newlines of the file are LF to XML; a CR that is left came from a reference.
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
}
