//! A line as it stands in the file, written and read by the same types.
//!
//! A new field is added here, in `write`, which fills it, and in `docs/schema/manifest.json`; in `record`, if nothing there
//! has it yet; in `read`, if a later run goes on with it.
//!
//! The program writes every field that is not said to be left out. A line that is read may lack any: what a reader cannot do
//! without, it asks for.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::borrowed_text::Text;
use super::record::CodesPlace;
use crate::render::PictureFormat;

/// A line that was read.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "the largest is the usual one")]
pub(crate) enum ManifestLine<'l> {
    /// An invoice with its codes.
    Invoice(InvoiceLine<'l>),
    /// A refused invoice, which has none.
    Refused,
    /// The last line of a run.
    Summary,
    /// JSON, and no line of a manifest.
    Foreign,
}

impl<'l> ManifestLine<'l> {
    /// # Errors
    /// What is wrong with it, if it is no JSON or its fields are not of their types.
    pub(crate) fn read(text: &'l [u8]) -> serde_json::Result<Self> {
        // The whole line at once: a quarter of the time goes where each text is validated by itself.
        let text = str::from_utf8(text).map_err(serde_json::Error::custom)?;
        let line: InvoiceLine<'l> = serde_json::from_str(text)?;
        Ok(match (&*line.r#type, &*line.status) {
            (InvoiceLine::TYPE, InvoiceLine::SIGNED | InvoiceLine::LINKED) => Self::Invoice(line),
            (InvoiceLine::TYPE, RefusedLine::STATUS) => Self::Refused,
            ("summary", "") => Self::Summary,
            _ => Self::Foreign,
        })
    }
}

/// An invoice that has its codes.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct InvoiceLine<'l> {
    /// `invoice`.
    #[serde(borrow)]
    pub(crate) r#type: Text<'l>,
    /// `signed` with KOD I and KOD II, `linked` with KOD I alone.
    pub(crate) status: Text<'l>,
    /// The input, as the user named it.
    pub(crate) input: Text<'l>,
    /// `FA(3)`.
    pub(crate) form: Text<'l>,
    pub(crate) invoice_number: Text<'l>,
    /// `RodzajFaktury`, null for forms without kinds.
    pub(crate) kind: Option<Text<'l>>,
    pub(crate) seller_nip: Text<'l>,
    /// Null for a buyer without any number.
    pub(crate) buyer: Option<Text<'l>>,
    pub(crate) self_billed: bool,
    pub(crate) attachment: bool,
    /// `2026-06-15`.
    pub(crate) issue_date: Text<'l>,
    /// `Nip:5265877635`. With KOD II only, as `context_source`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) context: Option<Text<'l>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) context_source: Option<Text<'l>>,
    /// Of the invoice file.
    pub(crate) size_bytes: usize,
    /// SHA-256 of the invoice file.
    pub(crate) hash_base64: Text<'l>,
    /// The same as it stands in the links.
    pub(crate) hash_base64url: Text<'l>,
    /// Left out where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ksef_number: Option<Text<'l>>,
    /// Always written.
    pub(crate) kod1: Option<CodeLine<'l>>,
    /// Of a signed invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kod2: Option<CodeLine<'l>>,
    /// If the run made one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) document: Option<DocumentLine<'l>>,
    /// Why the invoice was issued offline; left out, as the two that follow, where the run does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<Text<'l>>,
    /// The last day for sending it to KSeF, null while an outage lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[expect(clippy::option_option, reason = "left out, null and a day are three things")]
    pub(crate) send_by: Option<Option<Text<'l>>>,
    /// `invoice` or `confirmation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hand_over: Option<Text<'l>>,
    /// Every rule that was overridden.
    pub(crate) allowed: Vec<Text<'l>>,
    pub(crate) warnings: Vec<WarningLine<'l>>,
    /// The hash of the invoice file when an earlier run drew its codes, if they were drawn anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replaces: Option<Text<'l>>,
    /// True if the codes were made before and come from the book; left out otherwise.
    #[serde(skip_serializing_if = "is_false", deserialize_with = "from_book")]
    pub(crate) from_book: bool,
    /// `2026-06-30T12:00:00Z`, if the run acted as if it were that moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) now: Option<Text<'l>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(value: &bool) -> bool {
    !value
}

impl InvoiceLine<'_> {
    pub(super) const TYPE: &'static str = "invoice";
    pub(super) const SIGNED: &'static str = "signed";
    pub(super) const LINKED: &'static str = "linked";

    /// The names of its files: the pictures, and the document.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let codes = self.kod1.iter().chain(&self.kod2);
        let pictures = codes.flat_map(|code| &code.pictures).filter(|picture| !picture.is_embedded);
        let document = self.document.as_ref().and_then(|document| document.file.as_deref());
        pictures.map(|picture| &*picture.text).chain(document)
    }

    /// True if it says that it has KOD II.
    pub(crate) fn is_signed(&self) -> bool {
        &*self.status == Self::SIGNED
    }
}

/// An invoice that was refused. Nobody reads it back: the invoice may be mended by now.
#[derive(Serialize)]
pub(super) struct RefusedLine<'l> {
    pub(super) r#type: &'static str,
    /// `refused`.
    pub(super) status: &'static str,
    pub(super) input: &'l str,
    pub(super) error: ErrorLine<'l>,
    /// As in an invoice's line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) now: Option<String>,
}

impl RefusedLine<'_> {
    pub(super) const STATUS: &'static str = "refused";
}

#[derive(Serialize)]
pub(super) struct ErrorLine<'l> {
    pub(super) code: &'static str,
    /// What the error is about, if it is not the line's input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) input: Option<&'l str>,
    pub(super) message: &'l str,
    pub(super) hint: &'static str,
}

/// A code: `{"url": …, "label": …, "png": "f1.kod1.png", "algorithm": …, "certificate_serial": …}`.
#[derive(Debug)]
pub(crate) struct CodeLine<'l> {
    pub(crate) url: Text<'l>,
    /// What stands under the code.
    pub(crate) label: Text<'l>,
    /// One field a picture.
    pub(crate) pictures: Vec<PictureLine<'l>>,
    /// Of KOD II only, as `certificate_serial`.
    pub(crate) algorithm: Option<Text<'l>>,
    pub(crate) certificate_serial: Option<Text<'l>>,
    /// Of a KOD II that is the same each time it is signed; left out otherwise.
    pub(crate) is_deterministic: bool,
}

/// A picture: `"png": "f1.kod1.png"` or `"png_base64": "iVBO…"`.
#[derive(Clone, Debug)]
pub(crate) struct PictureLine<'l> {
    pub(crate) format: PictureFormat,
    /// True if `text` is the picture itself in Base64, false if it is the file's name.
    pub(crate) is_embedded: bool,
    pub(crate) text: Text<'l>,
}

impl PictureLine<'_> {
    /// The name of its field.
    pub(crate) fn field(&self) -> Cow<'static, str> {
        let name = self.format.extension();
        if self.is_embedded { Cow::Owned(format!("{name}_base64")) } else { Cow::Borrowed(name) }
    }

    /// The format, and whether it is embedded, if a field is a picture's.
    fn of_field(field: &str) -> Option<(PictureFormat, bool)> {
        let embedded = field.strip_suffix("_base64");
        let name = embedded.unwrap_or(field);
        let format = PictureFormat::ALL.iter().copied().find(|format| format.extension() == name)?;
        Some((format, embedded.is_some()))
    }
}

impl Serialize for CodeLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("url", &self.url)?;
        map.serialize_entry("label", &self.label)?;
        for picture in &self.pictures {
            map.serialize_entry(&picture.field(), &picture.text)?;
        }
        for (field, text) in [("algorithm", &self.algorithm), ("certificate_serial", &self.certificate_serial)] {
            if let Some(text) = text {
                map.serialize_entry(field, text)?;
            }
        }
        if self.is_deterministic {
            map.serialize_entry("deterministic", &true)?;
        }
        map.end()
    }
}

impl<'de: 'l, 'l> Deserialize<'de> for CodeLine<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CodeVisitor;

        impl<'de> Visitor<'de> for CodeVisitor {
            type Value = CodeLine<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a code")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CodeLine<'de>, A::Error> {
                let [mut url, mut label, mut algorithm, mut certificate_serial] = [const { None }; 4];
                let mut pictures = Vec::new();
                let mut is_deterministic = false;
                while let Some(field) = map.next_key::<Text<'de>>()? {
                    let known = match &*field {
                        "url" => &mut url,
                        "label" => &mut label,
                        "algorithm" => &mut algorithm,
                        "certificate_serial" => &mut certificate_serial,
                        "deterministic" => {
                            is_deterministic = map.next_value()?;
                            continue;
                        }
                        other => {
                            match PictureLine::of_field(other) {
                                Some((format, is_embedded)) => {
                                    let text = map.next_value::<Option<Text<'de>>>()?;
                                    pictures.extend(text.map(|text| PictureLine { format, is_embedded, text }));
                                }
                                None => _ = map.next_value::<IgnoredAny>()?,
                            }
                            continue;
                        }
                    };
                    if known.is_some() {
                        return Err(A::Error::custom(format_args!("{} stands in it twice", &*field)));
                    }
                    *known = map.next_value::<Option<Text<'de>>>()?;
                }
                let url = url.ok_or_else(|| A::Error::missing_field("url"))?;
                let label = label.unwrap_or_default();
                Ok(CodeLine { url, label, pictures, algorithm, certificate_serial, is_deterministic })
            }
        }

        deserializer.deserialize_map(CodeVisitor)
    }
}

/// A document made around the codes.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DocumentLine<'l> {
    /// `stamped` or `confirmation`.
    #[serde(borrow)]
    pub(crate) r#type: Text<'l>,
    /// The file's name, or
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<Text<'l>>,
    /// the document itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base64: Option<Text<'l>>,
    /// The pages that carry the codes, from 1 on; left out where all do.
    #[serde(skip_serializing_if = "<[u32]>::is_empty")]
    pub(crate) pages: Cow<'l, [u32]>,
    /// Where they stand on each of those pages, if that was not said by the command.
    #[serde(skip_serializing_if = "<[CodesPlace]>::is_empty")]
    pub(crate) places: Cow<'l, [CodesPlace]>,
    /// Where the invoice of a stamped PDF was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invoice: Option<Text<'l>>,
    /// Of the PDF before it was stamped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pdf_sha256: Option<Text<'l>>,
    /// The names of the codes that stand on it; left out where all of the line do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) codes: Option<Vec<Text<'l>>>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WarningLine<'l> {
    #[serde(borrow)]
    pub(crate) code: Text<'l>,
    pub(crate) message: Text<'l>,
}

/// The summary, which is read as a line first, counts under this name.
fn from_book<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum FromBook {
        Invoice(bool),
        Summary(u64),
    }
    Ok(match FromBook::deserialize(value)? {
        FromBook::Invoice(is_from_book) => is_from_book,
        FromBook::Summary(count) => count > 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All fields that a line may have, but for a null in `send_by`, which reads as if it were left out.
    const LINE: &str = r#"{"type":"invoice","status":"signed","input":"in/f1.xml","form":"FA(3)","invoice_number":"FV \"1\"","kind":"VAT","seller_nip":"5265877635","buyer":null,"self_billed":true,"attachment":false,"issue_date":"2026-06-15","context":"Nip:5265877635","context_source":"certificate","size_bytes":2042,"hash_base64":"a","hash_base64url":"b","ksef_number":"c","kod1":{"url":"d","label":"e","svg":"f1.kod1.svg","png_base64":"f"},"kod2":{"url":"g","label":"h","png":"f1.kod2.png","algorithm":"PS256","certificate_serial":"i","deterministic":true},"document":{"type":"stamped","file":"f1.pdf","base64":"j","pages":[1,3],"places":[{"page":1,"left_mm":130,"top_mm":240,"width_mm":70,"height_mm":47}],"invoice":"k","pdf_sha256":"l","codes":["kod1"]},"mode":"offline24","send_by":"2026-06-16","hand_over":"invoice","allowed":["size"],"warnings":[{"code":"m","message":"n"}],"replaces":"o","from_book":true,"now":"p"}"#;

    /// Else no run with codes from the book could be continued.
    #[test]
    fn a_summary_counts_what_came_from_the_book() {
        let line = br#"{"type":"summary","signed":1,"from_book":1,"warnings":[],"version":"0.1.0"}"#;
        assert!(matches!(ManifestLine::read(line), Ok(ManifestLine::Summary)));
        assert!(ManifestLine::read(br#"{"type":"summary","from_book":"1"}"#).is_err());
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let Ok(ManifestLine::Invoice(line)) = ManifestLine::read(LINE.as_bytes()) else { panic!("it is a line") };
        assert_eq!(serde_json::to_string(&line).unwrap(), LINE);
    }

    #[test]
    fn what_stands_in_a_line_twice_is_refused() {
        for (field, twice) in
            [("\"input\":", "\"input\":\"x\",\"input\":"), ("\"url\":\"d\"", "\"url\":\"d\",\"url\":\"d\"")]
        {
            assert!(ManifestLine::read(LINE.replacen(field, twice, 1).as_bytes()).is_err(), "{field}");
        }
    }

    #[test]
    fn what_this_version_does_not_know_is_passed_over() {
        let later = LINE
            .replace("\"label\":", "\"avif\":{\"a\":[1]},\"label\":")
            .replace("\"form\":", "\"later\":[{}],\"form\":");
        let Ok(ManifestLine::Invoice(line)) = ManifestLine::read(later.as_bytes()) else { panic!("it is a line") };
        assert_eq!(serde_json::to_string(&line).unwrap(), LINE);
    }
}
