use super::object::{Dict, Object, millionths};

/// Writes a value as text.
pub(crate) fn object(out: &mut Vec<u8>, value: &Object) {
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
                    separate(out, item);
                }
                object(out, item);
            }
            out.push(b']');
        }
        Object::Dict(value) => dict(out, value),
        Object::Reference(id) => {
            decimal(out, id.number as usize);
            out.push(b' ');
            decimal(out, id.generation.into());
            out.extend(b" R");
        }
    }
}

pub(crate) fn dict(out: &mut Vec<u8>, dict: &Dict) {
    out.extend(b"<<");
    for (key, value) in &dict.0 {
        name(out, key);
        separate(out, value);
        object(out, value);
    }
    out.extend(b">>");
}

/// A space, where a value does not begin with a sign that ends the one before.
fn separate(out: &mut Vec<u8>, value: &Object) {
    let begins_itself = matches!(value, Object::Name(_) | Object::Text(_) | Object::Array(_) | Object::Dict(_));
    if !begins_itself {
        out.push(b' ');
    }
}

/// The bytes of a stream, after its dictionary.
pub(crate) fn stream(out: &mut Vec<u8>, data: &[u8]) {
    out.extend(b"\nstream\n");
    out.extend_from_slice(data);
    out.extend(b"\nendstream");
}

/// A run of the table of cross-references (ISO 32000-1, 7.5.4): where objects begin that follow each other by number, each
/// with its generation; `None` for one that is not there.
pub(crate) fn table(out: &mut Vec<u8>, first: usize, entries: impl ExactSizeIterator<Item = Option<(u64, u16)>>) {
    decimal(out, first);
    out.push(b' ');
    decimal(out, entries.len());
    out.push(b'\n');
    for entry in entries {
        let mut line = *b"0000000000 65535 f \n";
        if let Some((offset, generation)) = entry {
            digits(&mut line[..10], offset);
            digits(&mut line[11..16], generation.into());
            line[17] = b'n';
        }
        out.extend_from_slice(&line);
    }
}

/// A number with zeros before it.
fn digits(out: &mut [u8], number: u64) {
    let mut rest = number;
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// A number without a sign. A tenth of what `write!` takes.
pub(crate) fn decimal(out: &mut Vec<u8>, number: usize) {
    if number >= 10 {
        decimal(out, number / 10);
    }
    out.push(b'0' + (number % 10) as u8);
}

/// A number in millionths at most, without an exponent.
pub(crate) fn number(number: f64) -> String {
    millionths(number).to_string()
}

/// Two digits of a string in hexadecimal.
pub(crate) fn hexadecimal(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|digit| if digit < 10 { b'0' + digit } else { b'A' + digit - 10 })
}

/// Shows a line of text in a content stream: its codes as a string in hexadecimal, and the operator.
pub(crate) fn show(content: &mut String, codes: impl Iterator<Item = u8>) {
    content.push('<');
    content.extend(codes.flat_map(hexadecimal).map(char::from));
    content.push_str("> Tj");
}

fn name(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_graphic() && !b"#()<>[]{}/%".contains(&byte) {
            out.push(byte);
        } else {
            out.push(b'#');
            out.extend(hexadecimal(byte));
        }
    }
}

fn text(out: &mut Vec<u8>, text: &[u8]) {
    if !text.iter().all(|&byte| matches!(byte, b' '..=b'~')) {
        out.push(b'<');
        out.extend(text.iter().flat_map(|&byte| hexadecimal(byte)));
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
    use super::super::Id;
    use super::*;

    /// That what is written reads back is tested where it is read.
    #[test]
    fn spaces_are_where_they_must_be() {
        let dict = Dict::default()
            .with("A b#/", Object::text(b"(\\) "))
            .with("B", Object::text(b"\r\n\0\xff"))
            .with(
                "C",
                vec![Object::Null, Object::Bool(true), Object::name("x"), Object::name("y"), 0.1.into(), 1e9.into()],
            )
            .with("D", Id { number: 12, generation: 3 })
            .with("E", Dict::default());
        let mut text = Vec::new();
        object(&mut text, &Object::Dict(dict));
        let expected: &[u8] = br"<</A#20b#23#2F(\(\\\) )/B<0D0A00FF>/C[null true/x/y 0.1 1000000000]/D 12 3 R/E<<>>>>";
        assert_eq!(text, expected, "{}", String::from_utf8_lossy(&text));
    }

    #[test]
    fn tables_have_lines_of_twenty_bytes() {
        let mut out = Vec::new();
        table(&mut out, 7, [Some((9_876_543_210, 0)), None, Some((12, 345))].into_iter());
        assert_eq!(out, b"7 3\n9876543210 00000 n \n0000000000 65535 f \n0000000012 00345 n \n");
    }
}
