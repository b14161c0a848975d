use std::fmt;
use std::str::FromStr;

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

/// A country's two letters and 2 to 12 more characters (`TNrVatUE` of the schemas: letters, digits, and the
/// `+` and `*` of Irish and Dutch numbers).
fn is_eu_vat_number(text: &str) -> bool {
    let (country, rest) = text.as_bytes().split_at(text.len().min(2));
    country.len() == 2
        && country.iter().all(u8::is_ascii_uppercase)
        && (2..=12).contains(&rest.len())
        && rest.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || matches!(b, b'+' | b'*'))
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

    /// The type as a link carries it: `Nip`, `InternalId`, `NipVatUe`, `PeppolId`.
    pub fn type_name(&self) -> &'static str {
        self.kind.name()
    }

    /// The value as a link carries it.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// `Nip:5265877635`, as on the command line.
impl FromStr for ContextId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let (kind, value) = text.split_once(':').ok_or_else(|| {
            Error::new(Kind::ContextMalformed, format!("{text:?} is not a context: TYPE:VALUE is expected"))
        })?;
        Self::new(kind, value)
    }
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
    fn anything_else_is_refused() {
        for bad in [
            "5265877635",
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
