//! PEM and Base64, read leniently: RFC 7468's strict grammar has no room for what `openssl` itself writes around a
//! key (several blocks, leading text, the headers of an encrypted one).

use std::iter;

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use zeroize::Zeroizing;

/// One `-----BEGIN ...-----` block.
pub(in crate::credential) struct Block<'a> {
    /// Capitals, digits and spaces; empty if it was anything else.
    pub(in crate::credential) label: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    /// The decoded body, possibly a secret. Empty if it is not Base64: no object is empty.
    pub(in crate::credential) bytes: Zeroizing<Vec<u8>>,
}

impl<'a> Block<'a> {
    /// The value of a header such as `DEK-Info`.
    pub(in crate::credential) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// The blocks of a file, in order. Anything before, between and after them is skipped, in whatever encoding.
pub(in crate::credential) fn blocks(mut file: &[u8]) -> impl Iterator<Item = Block<'_>> {
    iter::from_fn(move || {
        let (_, rest) = split_at_marker(file, BEGIN)?;
        let (label, rest) = split_at_marker(rest, b"-----")?;
        let (body, rest) = split_at_marker(rest, b"-----END ")?;
        file = rest;
        Some(block(label, body))
    })
}

/// True if a block begins in the file, whether or not it ends.
pub(in crate::credential) fn begins(file: &[u8]) -> bool {
    split_at_marker(file, BEGIN).is_some()
}

/// The file without the backslashes that an environment file or JSON puts before what it writes in place of a line break
/// (`\\n`) and of other characters (`\\/`, `\\u002B`); none if it is no text or has no backslash. Neither PEM nor Base64 has one.
pub(in crate::credential) fn unescaped(file: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if !file.contains(&b'\\') || file.contains(&0) {
        return None;
    }
    let mut plain = Zeroizing::new(Vec::with_capacity(file.len()));
    let mut rest = file;
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        if first != b'\\' {
            plain.push(first);
            continue;
        }
        // Escaped twice, it has two of them, or four.
        rest = &rest[rest.iter().take_while(|&&byte| byte == b'\\').count()..];
        let Some((&second, behind)) = rest.split_first() else { break };
        rest = behind;
        match second {
            b'n' | b'r' | b't' => plain.push(b'\n'),
            b'u' => {
                let digits = rest.get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
                let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                if let Some(code) = code.and_then(char::from_u32).filter(char::is_ascii) {
                    plain.push(code as u8);
                    rest = &rest[4..];
                }
            }
            other => plain.push(other),
        }
    }
    Some(plain)
}

/// Decodes Base64 of either padding, in lines of any length.
pub(in crate::credential) fn decode_base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // Certificates in the wild carry stray bits after the last byte; nobody is deceived by them here.
    const LENIENT: GeneralPurpose =
        GeneralPurpose::new(&base64::alphabet::STANDARD, NO_PAD.with_decode_allow_trailing_bits(true));

    let mut characters = Zeroizing::new(Vec::with_capacity(text.len()));
    characters.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    let length = characters.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
    // Decoded into a buffer of the full size: one that grew would leave parts of a key behind in freed memory.
    let mut bytes = Zeroizing::new(vec![0; length / 4 * 3 + 3]);
    let decoded = LENIENT.decode_slice(&characters[..length], &mut bytes).ok()?;
    bytes.truncate(decoded);
    Some(bytes)
}

const BEGIN: &[u8] = b"-----BEGIN ";

fn block<'a>(label: &'a [u8], body: &'a [u8]) -> Block<'a> {
    // Base64 has no colon and every header has one.
    let (headers, body): (Vec<_>, Vec<_>) = text(body).split(['\r', '\n']).partition(|line| line.contains(':'));
    let body = Zeroizing::new(body.concat());
    Block {
        label: if is_label(label) { text(label) } else { "" },
        headers: headers
            .into_iter()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim(), value.trim()))
            .collect(),
        bytes: decode_base64(body.as_bytes()).unwrap_or_default(),
    }
}

/// Behind a misspelt BEGIN line stands a key, not a label, and labels are quoted in messages.
fn is_label(label: &[u8]) -> bool {
    label.len() <= 64 && label.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b' '))
}

/// Labels, headers and Base64 are ASCII; of anything else nothing is worth keeping.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

fn split_at_marker<'a>(bytes: &'a [u8], marker: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let start = bytes.windows(marker.len()).position(|window| window == marker)?;
    Some((&bytes[..start], &bytes[start + marker.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_whatever_stands_around_it() {
        let file =
            b"Sk\xB3ad\r\n-----BEGIN A-----\r\nAAEC\r\nAwQ=\r\n-----END A-----\n-----BEGIN B-----\nAA\n-----END B-----";
        let found: Vec<_> = blocks(file).map(|block| (block.label, block.bytes.to_vec())).collect();
        assert_eq!(found, [("A", vec![0, 1, 2, 3, 4]), ("B", vec![0])]);
    }

    #[test]
    fn headers_are_no_part_of_the_body() {
        let file = b"-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAEC\n-----END A-----";
        let block = blocks(file).next().unwrap();
        assert_eq!(block.header("DEK-Info"), Some("AES-128-CBC,00"));
        assert_eq!(block.header("Salt"), None);
        assert_eq!(*block.bytes, [0, 1, 2]);
    }

    #[test]
    fn a_damaged_block_is_empty_and_an_unfinished_one_is_none() {
        assert!(blocks(b"-----BEGIN A-----\nA*\n-----END A-----").next().unwrap().bytes.is_empty());
        assert!(blocks(b"-----BEGIN A-----\nAAEC\n").next().is_none());
        assert!(begins(b"-----BEGIN A-----\nAAEC\n"));
    }

    #[test]
    fn what_json_and_environment_files_make_of_a_line_break() {
        for (text, plain) in [
            (&br"-----BEGIN A-----\nAA\n"[..], "-----BEGIN A-----\nAA\n"),
            (br"A\r\nB", "A\n\nB"),
            (br"A\\nB\\\\nC", "A\nB\nC"),
            (br"a\/b\u002Bc\u003d", "a/b+c="),
            (br"\u00", "00"),
            (br"\u0142", "0142"),
            (br"A\", "A"),
        ] {
            assert_eq!(String::from_utf8(unescaped(text).unwrap().to_vec()).unwrap(), plain);
        }
        assert!(unescaped(b"-----BEGIN A-----\nAA\n").is_none());
        assert!(unescaped(b"\\n\0").is_none());
    }

    #[test]
    fn what_follows_a_misspelt_begin_line_is_no_label() {
        let file =
            b"-----BEGIN PRIVATE KEY----\nMIGH\n-----END PRIVATE KEY-----\n-----BEGIN A-----\nAA\n-----END A-----";
        assert_eq!(blocks(file).next().unwrap().label, "");
    }

    #[test]
    fn base64_with_and_without_padding() {
        for text in ["AAECAw==", "AAECAw", "AAEC\r\nAw==\n", " A A E C A w "] {
            assert_eq!(*decode_base64(text.as_bytes()).unwrap(), [0, 1, 2, 3], "{text}");
        }
        assert!(decode_base64(b"AAEC-w").is_none());
    }
}
