//! The codes of an invoice: as links alone, and with the pictures that a manifest names.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::credential::Certificate;
use crate::error::{Error, Kind, Result};
use crate::link::Link;
use crate::render::{Label, PictureFormat};
use crate::sign::{Algorithm, ContextChoice, is_verified};
use crate::values::{CertificateSerial, KsefNumber};

/// What a manifest says of a code: the link, and the pictures of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CodeRecord {
    /// The link.
    pub url: String,
    /// What stands under the code.
    pub label: Label,
    /// The pictures, one a format.
    pub pictures: Vec<(PictureFormat, Picture)>,
}

/// A picture, as the manifest gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Picture {
    /// A file, by its name in the output folder or archive.
    File(String),
    /// The bytes, in Base64, as a line has them.
    Embedded(String),
    /// The bytes, as they were made. The line has them in Base64.
    Bytes(Vec<u8>),
}

impl Picture {
    /// Its bytes, if they are here; none for a file, and for text that is not Base64.
    pub fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::File(_) => None,
            Self::Embedded(text) => STANDARD.decode(text).ok().map(Cow::Owned),
            Self::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
        }
    }

    /// What a line says of it: whether that is the bytes in Base64, and the text.
    pub(super) fn told(&self) -> (bool, Cow<'_, str>) {
        match self {
            Self::File(name) => (false, Cow::Borrowed(name)),
            Self::Embedded(text) => (true, Cow::Borrowed(text)),
            Self::Bytes(bytes) => (true, Cow::Owned(STANDARD.encode(bytes))),
        }
    }
}

/// A KOD II, and how it was signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignedCode {
    /// The link and its pictures.
    pub code: CodeRecord,
    /// How it was signed.
    pub signature: Signature,
}

/// How a KOD II was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// The context it names, and why.
    pub context: ContextChoice,
    /// What it was signed with.
    pub algorithm: Algorithm,
    /// The certificate it names.
    pub serial: CertificateSerial,
    /// True if signing the same link again gives the same signature.
    pub is_deterministic: bool,
}

/// A link and what stands under its code, before there is a picture of it.
#[derive(Clone, Debug)]
pub(crate) struct LabelledLink {
    pub(crate) url: String,
    pub(crate) label: Label,
}

/// A signed link.
#[derive(Clone, Debug)]
pub(crate) struct SignedLink {
    pub(crate) link: LabelledLink,
    pub(crate) signature: Signature,
}

/// The links of an invoice: made now, or by an earlier run.
#[derive(Clone, Debug)]
pub(crate) struct InvoiceLinks {
    /// The number under KOD I, where it is known.
    pub(crate) ksef_number: Option<KsefNumber>,
    pub(crate) kod1: LabelledLink,
    pub(crate) kod2: Option<SignedLink>,
}

impl InvoiceLinks {
    /// The links, each with the name of its code.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &LabelledLink)> {
        by_name(&self.kod1, self.kod2.as_ref().map(|kod2| &kod2.link))
    }

    /// Verifies the signature of KOD II, if its certificate is at hand. A manifest may have been damaged, and what it says is
    /// about to be drawn or given out again.
    ///
    /// # Errors
    /// `codes_signature_wrong`.
    pub(crate) fn check_signature<'c>(
        &self,
        certificate: impl FnOnce(CertificateSerial) -> Option<&'c Certificate>,
    ) -> Result<()> {
        let Some(SignedLink { link, signature }) = &self.kod2 else { return Ok(()) };
        let Some(certificate) = certificate(signature.serial) else { return Ok(()) };
        let is_good = match Link::parse(&link.url) {
            Ok(Link::Kod2(kod2)) => {
                let text = kod2.unsigned.signed_text();
                is_verified(certificate.public_key(), signature.algorithm, text.as_bytes(), &kod2.signature)
            }
            _ => false,
        };
        match is_good {
            true => Ok(()),
            false => {
                let serial = signature.serial;
                let message = format!("the manifest's KOD II is not signed by the certificate that it names, {serial}");
                Err(Error::new(Kind::CodesSignatureWrong, message))
            }
        }
    }
}

impl LabelledLink {
    /// The code, once its pictures are drawn.
    pub(crate) fn with_pictures(self, pictures: Vec<(PictureFormat, Picture)>) -> CodeRecord {
        CodeRecord { url: self.url, label: self.label, pictures }
    }
}

impl CodeRecord {
    pub(super) fn to_link(&self) -> LabelledLink {
        LabelledLink { url: self.url.clone(), label: self.label.clone() }
    }
}

impl SignedCode {
    pub(super) fn to_link(&self) -> SignedLink {
        SignedLink { link: self.code.to_link(), signature: self.signature.clone() }
    }
}

/// KOD I and KOD II by the names that they have in the manifest and in the names of files.
pub(super) fn by_name<C>(kod1: C, kod2: Option<C>) -> impl Iterator<Item = (&'static str, C)> {
    [Some(("kod1", kod1)), kod2.map(|kod2| ("kod2", kod2))].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_the_same_bytes_before_it_is_a_line_and_after() {
        let made = Picture::Bytes(vec![0x89, b'P', b'N', b'G']);
        assert_eq!(made.told(), (true, "iVBORw==".into()));
        let read = Picture::Embedded("iVBORw==".to_owned());
        assert_eq!((made.bytes(), made.told()), (read.bytes(), read.told()));
        assert_eq!(Picture::File("f1.png".to_owned()).bytes(), None);
        assert_eq!(Picture::Embedded("no Base64".to_owned()).bytes(), None);
    }
}
