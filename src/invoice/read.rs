//! The reading, from bytes to a checked [`Invoice`].

use std::borrow::Cow;

use super::characters::{self, is_space};
use super::facts::{Facts, Reading, Registration};
use super::place::Place;
use super::xml::{self, Flaw};
use super::{Buyer, Form, Invoice, Party};
use crate::error::{Error, Kind, Result};
use crate::values::{InvoiceHash, IssueDate, Nip, Rule, Rules};

/// `faktury/weryfikacja-faktury.md`, in bytes.
const LARGEST: usize = 1_000_000;
const LARGEST_WITH_ATTACHMENT: usize = 3_000_000;

/// `TZnakowy` of the schemas, in characters. PEF sets no limit, and nobody goes beyond this one.
const LONGEST_NUMBER: usize = 256;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// `xsd` prefixes of VAT numbers: the member states, Greece as EL, Northern Ireland as XI.
const EU_PREFIXES: &str = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PT RO SE SI SK XI";

impl Invoice {
    /// Reads an invoice, the whole of it, from the exact bytes of its file.
    ///
    /// # Errors
    /// One code for each reason: `empty_file`, `too_large`, `not_utf8`, `byte_order_mark`, `not_well_formed`,
    /// `truncated`, `doctype`, `processing_instruction`, `discouraged_character`, `wrong_encoding`,
    /// `unknown_form`, and those of a fact that is missing, malformed or given twice.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::read_allowing(bytes, Rules::NONE)
    }

    /// As [`read`](Self::read), but takes files that break the acceptance rules named in `allow`: `bom`,
    /// `processing-instruction`, `characters`, `size`. What was needed is told by [`allowed`](Self::allowed).
    ///
    /// # Errors
    /// As [`read`](Self::read), less those allowed.
    pub fn read_allowing(bytes: &[u8], allow: Rules) -> Result<Self> {
        let mut acceptance = Acceptance { allow, used: Rules::NONE };
        if bytes.is_empty() {
            return Err(Error::new(Kind::EmptyFile, "the file is empty"));
        }
        if bytes.len() > LARGEST_WITH_ATTACHMENT {
            acceptance
                .require(Rule::Size, || too_large(bytes.len(), LARGEST_WITH_ATTACHMENT, "even with an attachment"))?;
        }
        let text = utf8(bytes, &mut acceptance)?;
        let facts = facts(text, &mut acceptance)?;
        if !facts.attachment && bytes.len() > LARGEST {
            acceptance.require(Rule::Size, || too_large(bytes.len(), LARGEST, "without an attachment"))?;
        }
        build(&facts, bytes, acceptance.used)
    }
}

/// Which rules may be broken, and which were.
struct Acceptance {
    allow: Rules,
    used: Rules,
}

impl Acceptance {
    fn require(&mut self, rule: Rule, broken: impl FnOnce() -> Error) -> Result<()> {
        if !self.allow.contains(rule) {
            return Err(broken());
        }
        self.used.insert(rule);
        Ok(())
    }
}

fn too_large(size: usize, limit: usize, when: &str) -> Error {
    Error::new(Kind::TooLarge, format!("the file has {size} bytes, {when} KSeF takes {limit}"))
}

/// The text after a byte order mark, if that is allowed.
fn utf8<'x>(bytes: &'x [u8], acceptance: &mut Acceptance) -> Result<&'x str> {
    if let [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] = bytes {
        return Err(Error::new(Kind::NotUtf8, "the file is UTF-16"));
    }
    let rest = match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => {
            let broken = || Error::new(Kind::ByteOrderMark, "the file starts with a byte order mark (EF BB BF)");
            acceptance.require(Rule::Bom, broken)?;
            rest
        }
        None => bytes,
    };
    std::str::from_utf8(rest).map_err(|error| {
        let valid = String::from_utf8_lossy(&rest[..error.valid_up_to()]);
        let place = Place::of(&valid, valid.len());
        Error::new(Kind::NotUtf8, format!("{place}: the bytes here are not UTF-8"))
    })
}

fn facts(text: &str, acceptance: &mut Acceptance) -> Result<Facts> {
    let scan = characters::scan(text);
    if let Some((offset, c)) = scan.forbidden {
        let message = format!("the character U+{:04X} may not stand in XML", u32::from(c));
        return Err(refusal(text, &Flaw { kind: Kind::NotWellFormed, message, offset }));
    }
    let (reading, findings) = xml::read::<Reading>(text).map_err(|flaw| refusal(text, &flaw))?;
    if let Some(flaw) = findings.processing_instruction {
        acceptance.require(Rule::ProcessingInstruction, || refusal(text, &flaw))?;
    }
    let discouraged = scan.discouraged.map(|(offset, c)| {
        let message = format!("XML 1.0 discourages the character U+{:04X}", u32::from(c));
        Flaw { kind: Kind::DiscouragedCharacter, message, offset }
    });
    if let Some(flaw) = discouraged.or(findings.discouraged_reference) {
        acceptance.require(Rule::Characters, || refusal(text, &flaw))?;
    }
    Ok(reading.into_facts())
}

fn refusal(text: &str, flaw: &Flaw) -> Error {
    Error::new(flaw.kind, format!("{}: {}", Place::of(text, flaw.offset), flaw.message))
}

fn build(facts: &Facts, bytes: &[u8], allowed: Rules) -> Result<Invoice> {
    let form = facts.form.ok_or_else(|| Error::new(Kind::UnknownForm, "the form was not recognised"))?;
    let mut mistyped = Vec::new();
    let mut check = |party, nip: Nip| {
        if !nip.has_valid_checksum() {
            mistyped.push((party, nip));
        }
        nip
    };
    let seller = check(Party::Seller, seller(form, facts)?);
    let buyer = buyer(form, facts)?;
    if let Buyer::Nip(nip) = buyer {
        check(Party::Buyer, nip);
    }
    let others = facts.third_parties.iter().map(|text| (Party::Third, text));
    for (party, text) in others.chain(facts.authorised.iter().map(|text| (Party::Authorised, text))) {
        // A malformed one is for the schema to refuse; only a mistyped digit is looked for here.
        if let Some(nip) = Nip::from_digits(text.as_bytes()) {
            check(party, nip);
        }
    }
    let kind = facts.kind.as_deref().map(collapse).filter(|kind| !kind.is_empty());
    if kind.is_none() && !form.is_pef() {
        return Err(Error::new(Kind::KindMissing, "the element RodzajFaktury is missing"));
    }
    Ok(Invoice {
        form,
        seller,
        buyer,
        authorised: facts.authorised.as_deref().and_then(|text| Nip::from_digits(text.as_bytes())),
        issue_date: issue_date(facts)?,
        number: number(facts)?,
        self_billed: is_self_billed(form, facts, kind.as_deref()),
        kind: kind.map(Cow::into_owned),
        attachment: facts.attachment,
        mistyped,
        size: bytes.len(),
        hash: InvoiceHash::of(bytes),
        allowed,
    })
}

fn seller(form: Form, facts: &Facts) -> Result<Nip> {
    let text = if form.is_pef() {
        vat_registration(&facts.seller_registrations, "supplier")?
    } else {
        facts.seller.as_deref()
    };
    let text = text
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Error::new(Kind::SellerNipMissing, "the seller's NIP is missing"))?;
    let digits = if form.is_pef() { text.strip_prefix("PL").unwrap_or(text) } else { text };
    // Digits of other alphabets pass the schema's \d, and no NIP has them.
    Nip::from_digits(digits.as_bytes())
        .ok_or_else(|| Error::new(Kind::SellerNipMalformed, format!("the seller's NIP is {text:?}")))
}

fn buyer(form: Form, facts: &Facts) -> Result<Buyer> {
    let malformed = |text: &str| Error::new(Kind::BuyerNipMalformed, format!("the buyer's NIP is {text:?}"));
    if form.is_pef() {
        return match vat_registration(&facts.buyer_registrations, "customer")? {
            None | Some("") => Ok(Buyer::Unidentified),
            Some(text) => match (text.strip_prefix("PL"), Nip::from_digits(text.as_bytes()), text.get(..2)) {
                (Some(digits), ..) => {
                    Nip::from_digits(digits.as_bytes()).map(Buyer::Nip).ok_or_else(|| malformed(text))
                }
                (None, Some(nip), _) => Ok(Buyer::Nip(nip)),
                (None, None, Some(prefix)) if EU_PREFIXES.split(' ').any(|eu| eu == prefix) => {
                    Ok(Buyer::EuVat(text.to_owned()))
                }
                _ => Ok(Buyer::Other(text.to_owned())),
            },
        };
    }
    Ok(match (&facts.buyer, &facts.buyer_vat_number, &facts.buyer_other) {
        (Some(nip), ..) => Buyer::Nip(Nip::from_digits(nip.as_bytes()).ok_or_else(|| malformed(nip))?),
        (None, Some(number), _) => Buyer::EuVat(facts.buyer_vat_country.clone().unwrap_or_default() + number),
        (None, None, Some(id)) => Buyer::Other(id.clone()),
        (None, None, None) => Buyer::Unidentified,
    })
}

/// The number of a PEF party's VAT registration: the one whose scheme is `VAT`, or the only one there is. The
/// schema allows any number of registrations and does not say which holds the NIP (inferred from Peppol BIS
/// Billing 3.0, rules for BT-31 and BT-48).
fn vat_registration<'f>(registrations: &'f [Registration], of: &str) -> Result<Option<&'f str>> {
    let is_vat = |registration: &&Registration| registration.scheme.as_deref().map(str::trim) == Some("VAT");
    let mut vat = registrations.iter().filter(is_vat);
    let chosen = match (vat.next(), vat.next(), registrations) {
        (Some(_), Some(_), _) => {
            return Err(Error::new(Kind::FieldRepeated, format!("the {of} has two VAT registrations")));
        }
        (Some(only), None, _) | (None, _, [only]) => Some(only),
        (None, ..) => None,
    };
    Ok(chosen.and_then(|registration| registration.number.as_deref()).map(str::trim))
}

fn issue_date(facts: &Facts) -> Result<IssueDate> {
    let text = facts.issue_date.as_deref().map(collapse).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Error::new(Kind::IssueDateMissing, "the issue date is missing"))?;
    IssueDate::parse(&text).map_err(|_| Error::new(Kind::IssueDateMalformed, format!("the issue date is {text:?}")))
}

fn number(facts: &Facts) -> Result<String> {
    let text = facts.number.as_deref().map(collapse).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Error::new(Kind::NumberMissing, "the invoice's number is missing"))?;
    if text.chars().count() > LONGEST_NUMBER {
        return Err(Error::new(
            Kind::FieldMalformed,
            format!("the invoice's number has more than {LONGEST_NUMBER} characters"),
        ));
    }
    Ok(text.into_owned())
}

/// `P_17` is a byte of 1 or 2 by the schema, so `+01` means 1.
fn is_self_billed(form: Form, facts: &Facts, kind: Option<&str>) -> bool {
    match form.is_pef() {
        true => matches!(kind, Some("389" | "261")),
        false => facts.self_billing.as_deref().is_some_and(|text| collapse(text).parse::<i8>() == Ok(1)),
    }
}

/// White space as `xsd:token` has it: none at the ends, single spaces between.
fn collapse(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(is_space) {
        return Cow::Borrowed(text);
    }
    let words = text.split(|c: char| u8::try_from(c).is_ok_and(is_space)).filter(|word| !word.is_empty());
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}
