use super::object::{Dict, Object};

/// A place that is clicked on, and leads to an address (ISO 32000-1, 12.5.6.5): `area` is left, bottom, right and top. It is
/// printed with the page, as PDF/A wants it, and has no frame.
pub(crate) fn link(area: [f64; 4], url: &str) -> Dict {
    let action =
        Dict::default().with("Type", Object::name("Action")).with("S", Object::name("URI")).with("URI", address(url));
    Dict::default()
        .with("Type", Object::name("Annot"))
        .with("Subtype", Object::name("Link"))
        .with("Rect", Object::numbers(&area))
        .with("Border", vec![Object::Integer(0); 3])
        .with("F", 4)
        .with("A", action)
}

/// An address as a string in printable ASCII (ISO 32000-1, 12.6.4.7). Other characters are escaped as in addresses.
pub(crate) fn address(url: &str) -> Object {
    let mut address = Vec::with_capacity(url.len());
    for &byte in url.as_bytes() {
        match byte {
            b'!'..=b'~' => address.push(byte),
            _ => {
                address.push(b'%');
                address.extend(super::write::hexadecimal(byte));
            }
        }
    }
    Object::Text(address.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_escaped() {
        assert_eq!(address("https://x/(a)\\ ą\n~"), Object::text(br"https://x/(a)\%20%C4%85%0A~"));
    }
}
