//! What the structures of PKCS#12 have in common (RFC 7292, RFC 5652).

use std::borrow::Cow;

use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::{AnyRef, ContextSpecific, OctetStringRef};
use pkcs8::der::{self, Decode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};
use pkcs8::spki::AlgorithmIdentifierRef;

use crate::error::{Error, Kind};

/// Whatever is wrong with the structure: the library's own words are left out, they could quote a key.
pub(super) fn damaged() -> Error {
    Error::new(Kind::P12Unreadable, "the PKCS#12 file is damaged or cut short")
}

/// Every element of a SEQUENCE or SET.
pub(super) fn each<'a, T>(list: AnyRef<'a>, read: impl Fn(AnyRef<'a>) -> der::Result<T>) -> der::Result<Vec<T>> {
    let mut reader = SliceReader::new(list.value())?;
    let mut elements = Vec::new();
    while !reader.is_finished() {
        elements.push(read(AnyRef::decode(&mut reader)?)?);
    }
    Ok(elements)
}

/// Type and content of a `ContentInfo` (RFC 5652, section 3).
pub(super) fn content_info(info: AnyRef<'_>) -> der::Result<(ObjectIdentifier, AnyRef<'_>)> {
    info.sequence(|reader| {
        let kind = ObjectIdentifier::decode(reader)?;
        Ok((kind, explicit(reader)?))
    })
}

/// What stands under the tag \[0\].
pub(super) fn explicit<'a>(reader: &mut SliceReader<'a>) -> der::Result<AnyRef<'a>> {
    let tagged = ContextSpecific::decode_explicit(reader, TagNumber(0))?;
    tagged.map(|tagged| tagged.value).ok_or_else(|| Tag::Null.value_error().into())
}

/// The bytes of an OCTET STRING.
pub(super) fn data(content: AnyRef<'_>) -> der::Result<&[u8]> {
    content.decode_as::<&OctetStringRef>().map(OctetStringRef::as_bytes)
}

/// Scheme and ciphertext of an `EncryptedData` (RFC 5652, section 8).
pub(super) fn encrypted_data(content: AnyRef<'_>) -> der::Result<(AlgorithmIdentifierRef<'_>, Cow<'_, [u8]>)> {
    content.sequence(|reader| {
        u8::decode(reader)?;
        let parts = reader.sequence(|reader| {
            AnyRef::decode(reader)?;
            let scheme = AlgorithmIdentifierRef::decode(reader)?;
            let ciphertext = AnyRef::decode(reader)?;
            Ok::<_, der::Error>((scheme, implicit_octets(ciphertext)?))
        })?;
        while !reader.is_finished() {
            AnyRef::decode(reader)?;
        }
        Ok(parts)
    })
}

/// An OCTET STRING under the tag \[0\] instead of its own; in BER possibly in pieces.
fn implicit_octets(element: AnyRef<'_>) -> der::Result<Cow<'_, [u8]>> {
    match element.tag() {
        Tag::ContextSpecific { constructed: false, number: TagNumber(0) } => Ok(element.value().into()),
        Tag::ContextSpecific { constructed: true, number: TagNumber(0) } => Ok(each(element, data)?.concat().into()),
        other => Err(other.value_error().into()),
    }
}
