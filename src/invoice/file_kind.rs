use std::fmt;

use crate::error::{Error, Kind};

/// What a file is that was given as an invoice, or as a PDF, and is something else: told by its first bytes. Looked at only
/// once a file is refused, or does not begin as XML does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    Empty,
    /// Zeros and nothing else: a cloud folder's placeholder, or what a power cut left.
    Zeros,
    Xml,
    /// A web page: what a portal shows, saved by a browser.
    Html,
    Pdf,
    Zip,
    Gzip,
    /// Packed in another way.
    Packed,
    Certificate,
    Key,
    /// PKCS#12: a key with its certificate.
    KeyAndCertificate,
    /// A file within a signature (CMS, `.p7m`, `.p7s`).
    Signed,
    Picture,
    /// A manifest of this program.
    Manifest,
    Json,
}

/// How archives and compressed files begin: 7z, RAR, bzip2, xz, Zstandard.
const PACKED: [&[u8]; 5] = [b"7z\xBC\xAF", b"Rar!\x1A", b"BZh", b"\xFD7zXZ", b"\x28\xB5\x2F\xFD"];

impl FileKind {
    /// The kind, if it is one of these. `bytes` may be the beginning of the file alone.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
        Some(match bytes {
            [] => Self::Empty,
            [0, ..] if bytes.iter().all(|&byte| byte == 0) => Self::Zeros,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            [0x1F, 0x8B, ..] => Self::Gzip,
            _ if PACKED.iter().any(|start| bytes.starts_with(start)) => Self::Packed,
            [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] | [b'G', b'I', b'F', b'8', ..] => Self::Picture,
            [0x30, ..] if let Some(kind) = of_der(bytes) => kind,
            _ if bytes.get(257..262) == Some(b"ustar") => Self::Packed,
            _ => return of_text(text).or_else(|| is_pdf(bytes).then_some(Self::Pdf)),
        })
    }

    /// The refusal of such a file where an invoice is wanted; none for XML, of which there is more to say.
    pub(crate) fn as_invoice(self) -> Option<Error> {
        let kind = match self {
            Self::Xml => return None,
            Self::Empty | Self::Zeros => return Some(self.without_content()),
            Self::Html => Kind::UnknownForm,
            Self::Pdf => Kind::InputIsPdf,
            Self::Zip | Self::Gzip | Self::Packed => Kind::InputIsArchive,
            Self::Certificate => Kind::InputIsCertificate,
            Self::Key | Self::KeyAndCertificate => Kind::InputIsKey,
            Self::Signed => Kind::InputIsSigned,
            Self::Picture => Kind::InputIsPicture,
            Self::Manifest | Self::Json => Kind::InputIsJson,
        };
        Some(Error::new(kind, format!("it is {self}, not an invoice's XML")))
    }

    /// The refusal of such a file where a PDF is wanted.
    #[cfg(feature = "pdf")]
    pub(crate) fn as_pdf(self) -> Error {
        match self {
            Self::Empty | Self::Zeros => self.without_content(),
            _ => Error::new(Kind::InputNotPdf, format!("it is {self}, not a PDF")),
        }
    }

    fn without_content(self) -> Error {
        match self {
            Self::Empty => Error::new(Kind::EmptyFile, "the file is empty"),
            _ => Error::new(Kind::InputIsPlaceholder, "the file holds zeros and nothing else"),
        }
    }
}

/// As a message says it: `it is …`.
impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty",
            Self::Zeros => "zeros and nothing else",
            Self::Xml => "XML",
            Self::Html => "a web page (HTML)",
            Self::Pdf => "a PDF",
            Self::Zip => "a ZIP archive, or an office document, which is one too",
            Self::Gzip => "compressed by gzip",
            Self::Packed => "an archive",
            Self::Certificate => "a certificate",
            Self::Key => "a private key",
            Self::KeyAndCertificate => "a key with its certificate (PKCS#12)",
            Self::Signed => "a signed file (CMS, .p7m) with something in it",
            Self::Picture => "a picture",
            Self::Manifest => "a manifest of this program",
            Self::Json => "JSON",
        })
    }
}

/// Some programs put a few bytes in front of a PDF.
fn is_pdf(bytes: &[u8]) -> bool {
    const HEADER: usize = 1024;
    memchr::memmem::find(bytes.get(..HEADER).unwrap_or(bytes), b"%PDF-").is_some()
}

fn is_html(text: &[u8]) -> bool {
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|start| text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start)))
}

fn of_text(text: &[u8]) -> Option<FileKind> {
    const PEM: &[u8] = b"-----BEGIN ";
    // How a manifest's lines begin is said in `manifest`, which stands above this room.
    if [&b"{\"type\":\"invoice\""[..], b"{\"type\":\"summary\""].iter().any(|start| text.starts_with(start)) {
        return Some(FileKind::Manifest);
    }
    match text.first()? {
        b'<' if is_html(text) => Some(FileKind::Html),
        b'<' => Some(FileKind::Xml),
        b'{' | b'[' => Some(FileKind::Json),
        _ => {
            // OpenSSL prints the contents of a certificate in front of it.
            let label = text.get(memchr::memmem::find(text.get(..4096).unwrap_or(text), PEM)? + PEM.len()..)?;
            let label = label.split(|&byte| byte == b'-').next()?;
            let names = |word: &[u8]| memchr::memmem::find(label, word).is_some();
            if names(b"KEY") {
                return Some(FileKind::Key);
            }
            if names(b"PKCS7") || names(b"CMS") {
                return Some(FileKind::Signed);
            }
            names(b"CERTIFICATE").then_some(FileKind::Certificate)
        }
    }
}

/// What the first elements of a DER structure tell (X.690): only a hint, for words.
fn of_der(bytes: &[u8]) -> Option<FileKind> {
    const SIGNED_DATA: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
    let inner = content(bytes)?;
    match inner {
        _ if inner.starts_with(SIGNED_DATA) => Some(FileKind::Signed),
        [2, 1, 3, 0x30, ..] => Some(FileKind::KeyAndCertificate),
        [2, 1, 0 | 1, ..] => Some(FileKind::Key),
        // A certificate begins with its version, an encrypted key with its cipher.
        [0x30, ..] => match content(inner)? {
            [0xA0, 3, 2, 1, ..] => Some(FileKind::Certificate),
            [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5 | 12, ..] => Some(FileKind::Key),
            _ => None,
        },
        _ => None,
    }
}

/// Behind the tag and the length of a SEQUENCE; an indefinite length is one too.
fn content(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [0x30, 0..=0x80, rest @ ..] => Some(rest),
        [0x30, length @ 0x81..=0x84, rest @ ..] => rest.get(usize::from(length - 0x80)..),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let of = |bytes: &[u8]| FileKind::of(bytes);
        assert_eq!(of(b""), Some(FileKind::Empty));
        assert_eq!(of(&[0; 3000]), Some(FileKind::Zeros));
        assert_eq!(of(b"\0\0\0x"), None);
        assert_eq!(of(b"\xEF\xBB\xBF\n <Faktura/>"), Some(FileKind::Xml));
        assert_eq!(of(b"\n<!DOCTYPE HTML><html lang=pl>"), Some(FileKind::Html));
        assert_eq!(of(b"<html xmlns='http://www.w3.org/1999/xhtml'>"), Some(FileKind::Html));
        assert_eq!(of(b"\0\0garbage %PDF-1.4"), Some(FileKind::Pdf));
        assert_eq!(of(b"  {\"a\": 1}"), Some(FileKind::Json));
        assert_eq!(of(b"{\"type\":\"invoice\",\"status\":\"signed\""), Some(FileKind::Manifest));
        assert_eq!(of(b"Certificate:\n    Data:\n-----BEGIN CERTIFICATE-----\n"), Some(FileKind::Certificate));
        assert_eq!(of(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"), Some(FileKind::Key));
        assert_eq!(of(b"-----BEGIN CERTIFICATE REQUEST-----\n"), Some(FileKind::Certificate));
        assert_eq!(of(b"-----BEGIN PKCS7-----\n"), Some(FileKind::Signed));
        assert_eq!(of(b"\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"), Some(FileKind::Signed));
        assert_eq!(of(b"PK\x03\x04"), Some(FileKind::Zip));
        for other in
            [&b"seller;number\n"[..], b"0", b"\x30", b"\x30\x82", b"\x30\x84\x01", b"P", b"Faktura", b"-----BEGIN "]
        {
            assert_eq!(of(other), None, "{other:?}");
        }
    }

    #[test]
    fn what_has_more_to_say_than_its_kind_says_it() {
        assert_eq!(FileKind::Xml.as_invoice(), None);
        assert_eq!(FileKind::Empty.as_invoice().unwrap().code(), "empty_file");
        assert_eq!(FileKind::Pdf.as_invoice().unwrap().message(), "it is a PDF, not an invoice's XML");
    }
}
