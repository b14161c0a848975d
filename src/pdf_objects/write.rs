use super::object::{Dict, Object};

/// Writes a value as text.
pub(super) fn object(out: &mut Vec<u8>, value: &Object) {
    match value {
        Object::Null => out.extend(b"null"),
        Object::Bool(true) => out.extend(b"true"),
        Object::Bool(false) => out.extend(b"false"),
        Object::Integer(value) => out.extend(value.to_string().bytes()),
        // Without an exponent, which PDF does not have, and so that it reads back as the same number.
        Object::Real(value) => out.extend(value.to_string().bytes()),
        Object::Name(value) => name(out, value),
        Object::Text(value) => text(out, value),
        Object::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                object(out, item);
            }
            out.push(b']');
        }
        Object::Dict(value) => dict(out, value),
        Object::Reference(id) => out.extend(format!("{} {} R", id.number, id.generation).bytes()),
    }
}

pub(super) fn dict(out: &mut Vec<u8>, dict: &Dict) {
    out.extend(b"<<");
    for (key, value) in &dict.0 {
        name(out, key);
        out.push(b' ');
        object(out, value);
    }
    out.extend(b">>");
}

fn name(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_graphic() && !b"#()<>[]{}/%".contains(&byte) {
            out.push(byte);
        } else {
            out.extend(format!("#{byte:02X}").bytes());
        }
    }
}

fn text(out: &mut Vec<u8>, text: &[u8]) {
    if !text.iter().all(|&byte| matches!(byte, b' '..=b'~')) {
        out.push(b'<');
        for byte in text {
            out.extend(format!("{byte:02X}").bytes());
        }
        out.push(b'>');
        return;
    }
    out.push(b'(');
    for &byte in text {
        if matches!(byte, b'(' | b')' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b')');
}

#[cfg(test)]
mod tests {
    use super::super::file::File;
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let dict = Dict::default()
            .with("A b#/", Object::Text(b"(\\) ".as_slice().into()))
            .with("B", Object::Text(b"\r\n\0\xff".as_slice().into()))
            .with("C", vec![Object::Null, true.into(), (-5_i64).into(), 0.1.into(), (-1e-7).into(), 1e20.into()])
            .with("D", Object::Reference(super::super::object::Id { number: 12, generation: 3 }))
            .with("E", Dict::default());
        let value = Object::Dict(dict);
        let mut text = Vec::new();
        object(&mut text, &value);
        assert_eq!(File::parse(&text).unwrap(), value, "{}", String::from_utf8_lossy(&text));
    }

    impl From<bool> for Object {
        fn from(value: bool) -> Self {
            Self::Bool(value)
        }
    }
}
