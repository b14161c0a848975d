use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::{self, Decode as _, Encode as _, asn1::Any};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use super::attribute::{Attribute, AttributeKind};
use crate::error::{Error, Kind, Result};

/// Whom a certificate is applied for: the attributes of the request's subject, in the order in which they are written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject(Vec<Attribute>);

impl Subject {
    /// The attributes as they are, in this order.
    ///
    /// # Errors
    /// `subject_malformed` if there is none, or if one other than a first name is repeated.
    pub fn new(attributes: Vec<Attribute>) -> Result<Self> {
        let repeated = AttributeKind::ALL.into_iter().find(|&kind| {
            kind != AttributeKind::GivenName && attributes.iter().filter(|attribute| attribute.kind == kind).count() > 1
        });
        let message = match repeated {
            Some(kind) => format!("{} is there twice; givenName alone may be", kind.name()),
            None if attributes.is_empty() => "there is no attribute".to_owned(),
            None => return Ok(Self(attributes)),
        };
        Err(Error::new(Kind::SubjectMalformed, message))
    }

    /// The API's answer to `GET /certificates/enrollments/data`: every attribute it names and no other, in the order of
    /// the Ministry's C# client. `givenName` is a text or a list of texts; older versions call it `givenNames`.
    ///
    /// # Errors
    /// `subject_malformed`, also for a field that is not known: KSeF refuses a request that lacks an attribute.
    pub fn from_enrolment_data(json: &[u8]) -> Result<Self> {
        let malformed = |message: String| Error::new(Kind::SubjectMalformed, message);
        let Fields(data) =
            serde_json::from_slice(json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json)).map_err(|error| {
                malformed(format!("not the answer of the API: line {}, column {}", error.line(), error.column()))
            })?;
        let known = |field: &str| if field == "givenNames" { "givenName" } else { field }.to_owned();
        let mut attributes = Vec::new();
        for kind in AttributeKind::ALL {
            for (field, value) in data.iter().filter(|(field, _)| known(field) == kind.name()) {
                let texts = texts(kind, value).ok_or_else(|| malformed(format!("{field} is not text")))?;
                for text in texts {
                    attributes.push(Attribute::new(kind, text)?);
                }
            }
        }
        if let Some(other) = data.keys().find(|field| AttributeKind::ALL.iter().all(|kind| kind.name() != known(field)))
        {
            return Err(malformed(format!("the field {other:?} is not known")));
        }
        if data.contains_key("givenName") && data.contains_key("givenNames") {
            return Err(malformed("it has both givenName and givenNames".to_owned()));
        }
        Self::new(attributes)
    }

    /// One attribute each level, as KSeF's own certificates have it.
    pub(super) fn to_name(&self) -> der::Result<Name> {
        let mut levels = RdnSequence::default();
        for attribute in &self.0 {
            levels.push(RelativeDistinguishedName::try_from(vec![AttributeTypeAndValue {
                oid: attribute.kind.oid(),
                value: Any::new(attribute.tag(), attribute.value.as_bytes())?,
            }])?);
        }
        Name::from_der(&levels.to_der()?)
    }
}

/// An object in which no field is there twice: of two values serde would take the last.
struct Fields(Map<String, Value>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> std::result::Result<Fields, A::Error> {
                let mut found = Map::new();
                while let Some((name, value)) = fields.next_entry::<String, Value>()? {
                    if found.insert(name, value).is_some() {
                        return Err(A::Error::custom("a field is there twice"));
                    }
                }
                Ok(Fields(found))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// None for what is not text; nothing for null and the empty text, which stand for an attribute that is not there.
fn texts(kind: AttributeKind, value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::String(text) if text.is_empty() => Some(Vec::new()),
        Value::String(text) => Some(vec![text]),
        Value::Array(values) if kind == AttributeKind::GivenName => values.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> std::result::Result<Vec<(&'static str, String)>, String> {
        let subject = Subject::from_enrolment_data(json.as_bytes()).map_err(|error| error.message().to_owned())?;
        Ok(subject.0.iter().map(|attribute| (attribute.kind.name(), attribute.value.clone())).collect())
    }

    #[test]
    fn a_person_with_two_names() {
        let json = r#"{"countryName":"PL","serialNumber":"PNOPL-90610112347","surname":"Zmyślona",
            "givenName":["Świętosława","Anna"],"commonName":"Świętosława Zmyślona","organizationName":null}"#;
        let names: Vec<_> = read(json).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["commonName", "surname", "givenName", "givenName", "countryName", "serialNumber"]);
        assert_eq!(read(&format!("\u{FEFF}{json}")), read(json), "a byte order mark, as PowerShell writes it");
        let older = json.replace("givenName", "givenNames");
        assert_eq!(read(json), read(&older));
    }

    #[test]
    fn what_is_not_the_answer() {
        for (json, found) in [
            ("", "line 1"),
            ("[]", "line 1"),
            ("{}", "no attribute"),
            (r#"{"commonName":5}"#, "commonName is not text"),
            (r#"{"commonName":["a"]}"#, "commonName is not text"),
            (r#"{"commonName":"a","localityName":"b"}"#, "\"localityName\" is not known"),
            (r#"{"givenName":"a","givenNames":["b"]}"#, "both"),
            (r#"{"commonName":"a","commonName":"b"}"#, "line 1"),
            (r#"{"commonName":" "}"#, "empty"),
        ] {
            let message = read(json).unwrap_err();
            assert!(message.contains(found), "{json}: {message}");
        }
    }

    #[test]
    fn only_first_names_repeat() {
        let attributes = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        assert!(Subject::new(attributes(&["givenName=A", "givenName=B"])).is_ok());
        assert!(Subject::new(attributes(&["commonName=A", "commonName=B"])).is_err());
        assert!(Subject::new(Vec::new()).is_err());
    }
}
