use super::tag::Attributes;
use super::visitor::Step;
use crate::error::Kind;

/// Checks the inside of an XML declaration: `version`, then perhaps `encoding`, then perhaps `standalone` (XML 1.0,
/// section 2.8).
pub(super) fn declaration(inside: &str) -> Step {
    let ill_formed = |message: String| (Kind::NotWellFormed, message);
    let mut expected = ["version", "encoding", "standalone"].into_iter();
    for attribute in Attributes::of(inside) {
        let attribute = attribute.map_err(ill_formed)?;
        let in_order = attribute.name.prefix.is_empty() && expected.any(|name| name == attribute.name.local);
        let value = attribute.value;
        match attribute.name.local {
            "version" if in_order && value == "1.0" => {}
            "version" if in_order => return Err(ill_formed(format!("this is XML {value}, KSeF takes XML 1.0"))),
            "encoding" if in_order && value.eq_ignore_ascii_case("UTF-8") => {}
            "encoding" if in_order => {
                return Err((Kind::WrongEncoding, format!("the XML declaration says that the encoding is {value:?}")));
            }
            "standalone" if in_order && matches!(value, "yes" | "no") => {}
            _ => return Err(ill_formed("the XML declaration is malformed".to_owned())),
        }
    }
    // Later parts are optional, the first is not.
    match inside.trim_start_matches([' ', '\t', '\r', '\n']).starts_with("version") {
        true => Ok(()),
        false => Err(ill_formed("the XML declaration names no version".to_owned())),
    }
}
