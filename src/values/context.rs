use std::fmt;
use std::str::FromStr;

use super::eu_vat_number::is_eu_vat_number;
use super::nip::Nip;
use crate::error::{Error, Kind, Result};

/// The KSeF context that issues the invoice: who is logged in, which need not be who sells (`kody-qr.md`).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ContextId {
    kind: ContextKind,
    value: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum ContextKind {
    Nip,
    InternalId,
    NipVatUe,
    PeppolId,
}

impl ContextKind {
    const ALL: [Self; 4] = [Self::Nip, Self::InternalId, Self::NipVatUe, Self::PeppolId];

    /// The spelling that the server matches, to the letter.
    fn name(self) -> &'static str {
        match self {
            Self::Nip => "Nip",
            Self::InternalId => "InternalId",
            Self::NipVatUe => "NipVatUe",
            Self::PeppolId => "PeppolId",
        }
    }

    fn accepts(self, value: &str) -> bool {
        match self {
            Self::Nip => Nip::from_digits(value.as_bytes()).is_some(),
            Self::InternalId => value.split_once('-').is_some_and(|(nip, unit)| {
                Nip::from_digits(nip.as_bytes()).is_some()
                    && unit.len() == 5
                    && unit.bytes().all(|b| b.is_ascii_digit())
            }),
            Self::NipVatUe => value
                .split_once('-')
                .is_some_and(|(nip, vat)| Nip::from_digits(nip.as_bytes()).is_some() && is_eu_vat_number(vat)),
            Self::PeppolId => {
                let (letters, digits) = value.as_bytes().split_at(value.len().min(3));
                matches!(letters, [b'P', country @ ..] if country.iter().all(u8::is_ascii_uppercase))
                    && digits.len() == 6
                    && digits.iter().all(u8::is_ascii_digit)
            }
        }
    }
}

impl ContextId {
    /// A taxpayer's own context.
    pub fn nip(nip: Nip) -> Self {
        Self { kind: ContextKind::Nip, value: nip.to_string() }
    }

    /// Takes the two parts that a link carries: the type, spelled as the server matches it, and the value.
    ///
    /// # Errors
    /// `context_malformed`.
    pub fn new(kind: &str, value: &str) -> Result<Self> {
        let known = ContextKind::ALL.into_iter().find(|known| known.name() == kind).ok_or_else(|| {
            let meant = ContextKind::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(kind));
            let message = match meant {
                Some(meant) => format!("the context type {kind:?} is spelled {:?}", meant.name()),
                None => format!("{kind:?} is not a context type: Nip, InternalId, NipVatUe or PeppolId"),
            };
            Error::new(Kind::ContextMalformed, message)
        })?;
        if !known.accepts(value) {
            let message = format!("{value:?} is not a value of the context type {}", known.name());
            return Err(Error::new(Kind::ContextMalformed, message));
        }
        Ok(Self { kind: known, value: value.to_owned() })
    }

    /// The NIP that the value is or begins with; none in a Peppol identifier.
    pub fn taxpayer(&self) -> Option<Nip> {
        Nip::from_digits(self.value.as_bytes().get(..10)?)
    }

    /// False if it is an internal identifier whose fifth digit does not fit what stands before it: weights 1 and 3 in turn,
    /// without the hyphen, modulo 10. In no document; the Ministry's clients check it (`IdentifierValidators` in C#,
    /// `IdentifierGeneratorUtils` in Java), and an example of its documents does not fit.
    pub fn has_valid_check_digit(&self) -> bool {
        let digits = || self.value.bytes().filter(u8::is_ascii_digit).map(|digit| u32::from(digit - b'0'));
        let sum: u32 = digits().take(14).zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
        self.kind != ContextKind::InternalId || digits().next_back() == Some(sum % 10)
    }

    /// The type as a link carries it: `Nip`, `InternalId`, `NipVatUe`, `PeppolId`.
    pub fn type_name(&self) -> &'static str {
        self.kind.name()
    }

    /// The value as a link carries it.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// `Nip:5265877635`, as on the command line. A NIP alone is one, too, as people write it: `526-587-76-35`, `PL5265877635`.
impl FromStr for ContextId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some((kind, value)) => Self::new(kind, value),
            None => bare_nip(text).map(Self::nip).ok_or_else(|| {
                let message =
                    format!("{text:?} is not a context: TYPE:VALUE or a NIP is expected, such as Nip:5265877635");
                Error::new(Kind::ContextMalformed, message)
            }),
        }
    }
}

fn bare_nip(text: &str) -> Option<Nip> {
    let text = text.trim();
    let text = text.strip_prefix("PL").unwrap_or(text);
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')).collect();
    Nip::from_digits(&digits)
}

/// `Nip:5265877635`, as on the command line and in the manifest.
impl fmt::Display for ContextId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.name(), self.value)
    }
}

impl fmt::Debug for ContextId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContextId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_four_types() {
        for good in [
            "Nip:5265877635",
            "InternalId:5265877635-12345",
            "NipVatUe:5265877635-ATU12345678",
            "NipVatUe:5265877635-IE1+34567A",
            "NipVatUe:5265877635-IE1*34567A",
            "NipVatUe:5265877635-NL*23456789B+1",
            "PeppolId:PPL123456",
        ] {
            assert_eq!(good.parse::<ContextId>().unwrap().to_string(), good);
        }
    }

    #[test]
    fn a_nip_alone_is_a_context() {
        for text in
            ["5265877635", "526-587-76-35", "526 587 76 35", "PL5265877635", "PL 526-587-76-35", " 5265877635\t"]
        {
            assert_eq!(text.parse::<ContextId>().unwrap().to_string(), "Nip:5265877635", "{text}");
        }
    }

    #[test]
    fn the_check_digit_of_an_internal_identifier() {
        // The first of the Ministry's clients, the second of its documents.
        for (context, is_valid) in [
            ("InternalId:6824515772-12343", true),
            ("InternalId:5265877635-12345", false),
            ("InternalId:6824515772-12344", false),
            ("Nip:5265877635", true),
            ("NipVatUe:5265877635-DE123456789", true),
            ("PeppolId:PPL123456", true),
        ] {
            assert_eq!(context.parse::<ContextId>().unwrap().has_valid_check_digit(), is_valid, "{context}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "526587763",
            "5265877635-12345",
            "PLN5265877635",
            "nip:5265877635",
            "NIP:5265877635",
            "Nip:526587763",
            "Nip:",
            "InternalId:5265877635",
            "InternalId:5265877635-1234",
            "InternalId:5265877635-123456",
            "InternalId:5265877635-1234a",
            "NipVatUe:5265877635",
            "NipVatUe:5265877635-at12345678",
            "NipVatUe:5265877635-AT/../x",
            "NipVatUe:5265877635-XX123",
            "NipVatUe:5265877635-GB123456789",
            "NipVatUe:5265877635-GR123456789",
            "NipVatUe:5265877635-PL5265877635",
            "NipVatUe:5265877635-DE12345",
            "PeppolId:XPL123456",
            "PeppolId:PPL12345",
            "PeppolId:Ppl123456",
            "PeppolId:P",
            "PeppolId:ąPL123456",
            "Pesel:44051401359",
            "",
        ] {
            assert_eq!(bad.parse::<ContextId>().unwrap_err().code(), "context_malformed", "{bad}");
        }
    }
}
