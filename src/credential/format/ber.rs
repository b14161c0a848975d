//! BER to DER: what Windows, Firefox and Java write around a key has lengths left open and texts in pieces, which DER
//! does not have.

use zeroize::Zeroizing;

/// The same element in DER, wiped when dropped; nothing if it is damaged, does not fill the bytes, or is nested deeper
/// than any file that is meant well. What lies inside an OCTET STRING is left as it is.
pub(in crate::credential) fn to_der(ber: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut rest = ber;
    let der = element(&mut rest, DEEPEST)?;
    rest.is_empty().then_some(der)
}

/// The parameters of PBMAC1 lie ten deep, and a bag in a bag four deeper.
const DEEPEST: u8 = 32;

const CONSTRUCTED: u8 = 0x20;
const OCTET_STRING: u8 = 0x04;
const END: [u8; 2] = [0, 0];

fn element(rest: &mut &[u8], depth: u8) -> Option<Zeroizing<Vec<u8>>> {
    let tag = *rest.split_off_first()?;
    // Tags of several bytes occur nowhere in these files.
    if depth == 0 || tag & 0x1F == 0x1F {
        return None;
    }
    let is_constructed = tag & CONSTRUCTED != 0;
    let length = length(rest)?;
    if !is_constructed {
        return encode(tag, rest.split_off(..length?)?);
    }
    let is_text = tag == OCTET_STRING | CONSTRUCTED;
    let mut content = Zeroizing::default();
    let mut add = |rest: &mut &[u8]| {
        let child = element(rest, depth - 1)?;
        // The pieces of a text are texts themselves, and only their contents count.
        let mut inside = &child[..];
        if is_text {
            (*inside.split_off_first()? == OCTET_STRING).then_some(())?;
            self::length(&mut inside)?;
        }
        append(&mut content, inside);
        Some(())
    };
    match length {
        Some(length) => {
            let mut inside = rest.split_off(..length)?;
            while !inside.is_empty() {
                add(&mut inside)?;
            }
        }
        None => {
            while !rest.starts_with(&END) {
                add(rest)?;
            }
            *rest = rest.get(END.len()..)?;
        }
    }
    encode(if is_text { OCTET_STRING } else { tag }, &content)
}

/// Twice the room whenever it runs out, and what was left behind is wiped, which a growing `Vec` does not do.
fn append(content: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    let needed = content.len() + bytes.len();
    if needed > content.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * content.capacity())));
        larger.extend_from_slice(content);
        *content = larger;
    }
    content.extend_from_slice(bytes);
}

/// The length that comes next: nothing if it is damaged, `Some(None)` if it is left open.
#[expect(clippy::option_option, reason = "damaged, open, known: three answers")]
fn length(rest: &mut &[u8]) -> Option<Option<usize>> {
    match *rest.split_off_first()? {
        short @ 0..0x80 => Some(Some(usize::from(short))),
        0x80 => Some(None),
        long @ 0x81..=0x84 => {
            let bytes = rest.split_off(..usize::from(long & 0x7F))?;
            Some(Some(bytes.iter().fold(0, |length, &byte| length << 8 | usize::from(byte))))
        }
        _ => None,
    }
}

fn encode(tag: u8, content: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let length = u32::try_from(content.len()).ok()?.to_be_bytes();
    let mut der = Zeroizing::new(Vec::with_capacity(content.len() + 6));
    der.push(tag);
    match content.len() {
        short @ 0..0x80 => der.push(short as u8),
        _ => {
            let bytes = length.iter().position(|&byte| byte != 0).map_or(&[][..], |first| &length[first..]);
            der.push(0x80 | bytes.len() as u8);
            der.extend_from_slice(bytes);
        }
    }
    der.extend_from_slice(content);
    Some(der)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(ber: &[u8]) -> Option<Vec<u8>> {
        to_der(ber).map(|der| der.to_vec())
    }

    #[test]
    fn der_stays_as_it_is() {
        for file in [
            &include_bytes!("../../../fixtures/keys/offline-ec.p12")[..],
            include_bytes!("../../../fixtures/keys/offline-ec.der.cer"),
            include_bytes!("../../../fixtures/keys/offline-rsa.pkcs8.der"),
        ] {
            assert_eq!(der(file).unwrap(), file);
        }
    }

    #[test]
    fn open_lengths_and_texts_in_pieces() {
        let ber = [0x30, 0x80, 0x24, 0x80, 4, 1, 7, 4, 0x81, 2, 8, 9, 0, 0, 2, 1, 3, 0, 0];
        assert_eq!(der(&ber).unwrap(), [0x30, 8, 4, 3, 7, 8, 9, 2, 1, 3]);
        // Pieces of pieces.
        assert_eq!(der(&[0x24, 0x80, 0x24, 0x80, 4, 1, 5, 0, 0, 4, 1, 6, 0, 0]).unwrap(), [4, 2, 5, 6]);
    }

    #[test]
    fn lengths_of_every_size() {
        for size in [0, 127, 128, 255, 256, 65_535, 65_536] {
            let long = [&[4, 0x84][..], &(size as u32).to_be_bytes(), &vec![9; size]].concat();
            let short = der(&long).unwrap();
            assert_eq!(der(&short).unwrap(), short, "{size}");
            assert_eq!(
                short.len() - size,
                [2, 3, 4, 5][usize::from(size > 127) + usize::from(size > 255) + usize::from(size > 65_535)]
            );
        }
    }

    #[test]
    fn damage() {
        for ber in [
            &[][..],
            &[0x30],
            &[0x30, 0x80],
            &[0x30, 0x80, 0],
            &[0x30, 2, 2, 1],
            &[4, 0x80, 0, 0],
            &[4, 1, 7, 0],
            &[4, 0x85, 0, 0, 0, 0, 1, 7],
            &[4, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 7],
            &[0x1F, 1, 7],
            &[0x24, 3, 2, 1, 7],
        ] {
            assert_eq!(der(ber), None, "{ber:?}");
        }
    }

    #[test]
    fn nesting_has_a_bound() {
        let nested = |depth| [[0x30, 0x80].repeat(depth), [0, 0].repeat(depth)].concat();
        assert!(to_der(&nested(32)).is_some());
        assert!(to_der(&nested(33)).is_none());
        assert!(to_der(&nested(400_000)).is_none());
    }
}
