//! From texts to an invoice: each text checked, each fault recorded.

use std::borrow::Cow;

use super::delivery;
use super::fault::{At, Fault};
use super::form::{Field, Form};
use super::invoice::{Invoice, Mistyped};
use super::party::{Buyer, InternalId, Party, ThirdParty};
use super::texts::{Registration, Texts, ThirdPartyTexts};
use crate::error::Kind;
use crate::values::{ContextId, InvoiceHash, IssueDate, Nip};
use crate::xml::collapse;

/// `TZnakowy` of the schemas, in characters. PEF sets no limit; this one holds for it too.
const LONGEST_NUMBER: usize = 256;

/// `xsd` prefixes of VAT numbers: the member states, Greece as EL, Northern Ireland as XI.
const EU_PREFIXES: &str = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PT RO SE SI SK XI";

/// Faults of one sort that are told of one invoice: `Podmiot3` may stand a hundred times, and to find where each fault is
/// takes a look at the whole text.
const MOST_TOLD: usize = 128;

/// The invoice, if everything that it must say is there and in order; every fault goes to `faults`.
pub(super) fn build(mut texts: Texts<'_>, bytes: &[u8], faults: &mut Vec<Fault>) -> Option<Invoice> {
    let printed = std::mem::take(&mut texts.printed);
    let texts = &texts;
    let allowed = faults.iter().filter_map(|fault| fault.rule).collect();
    let form = kept(texts.form.ok_or_else(unknown_form), faults)?;
    let mut mistyped = Vec::new();
    let mut check = |party, nip: Nip, at| {
        if !nip.has_valid_checksum() && mistyped.len() < MOST_TOLD {
            mistyped.push(Mistyped { party, nip, at });
        }
    };
    let seller = kept(seller(form, texts), faults).map(|(nip, at)| {
        check(Party::Seller, nip, at);
        nip
    });
    let buyer = kept(buyer(form, texts), faults).map(|(buyer, at)| {
        if let Buyer::Nip(nip) = buyer {
            check(Party::Buyer, nip, at);
        }
        buyer
    });
    // The schema refuses malformed ones; here only a mistyped digit is looked for.
    for (index, text) in texts.third_parties.iter().flat_map(|party| &party.nips).enumerate() {
        if let Some(nip) = Nip::from_digits(text.as_bytes()) {
            check(Party::Third, nip, At::Field(Field::ThirdPartyNip, index));
        }
    }
    let mut cautions = Vec::new();
    for (index, text) in texts.third_parties.iter().flat_map(|party| &party.internal_ids).enumerate() {
        let Some(id) = InternalId::of(text) else { continue };
        let at = At::Field(Field::ThirdPartyInternalId, index);
        check(Party::ThirdUnit, id.nip, at);
        if !id.has_valid_check_digit && cautions.len() < MOST_TOLD {
            let message = format!("the check digit of the third party's IDWew {} is wrong", id.text);
            cautions.push(Fault::new(Kind::InternalIdChecksum, message, at).into_warning());
        }
    }
    let misplaced_buyer_nip = delivery::misplaced_nip(texts).map(|(nip, fault)| {
        cautions.push(fault);
        nip
    });
    cautions.extend(delivery::without_recipient(texts));
    let authorised = texts.authorised.as_deref().and_then(|text| Nip::from_digits(text.as_bytes()));
    if let Some(nip) = authorised {
        check(Party::Authorised, nip, At::Field(Field::AuthorisedNip, 0));
    }
    let kind = kept(kind(form, texts), faults);
    let issue_date = kept(issue_date(texts), faults);
    let number = kept(number(texts), faults);
    let kind = kind?;
    Some(Invoice {
        form,
        seller: seller?,
        buyer: buyer?,
        authorised,
        third_parties: texts.third_parties.iter().map(third_party).collect(),
        issue_date: issue_date?,
        number: number?,
        self_billed: is_self_billed(form, texts, kind.as_deref()),
        kind: kind.map(Cow::into_owned),
        attachment: texts.attachment,
        printed,
        mistyped,
        misplaced_buyer_nip,
        cautions,
        size: bytes.len(),
        hash: InvoiceHash::of(bytes),
        allowed,
    })
}

fn kept<T>(found: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    found.map_err(|fault| faults.push(fault)).ok()
}

fn unknown_form() -> Fault {
    Fault::new(Kind::UnknownForm, "the form was not recognised", At::File)
}

fn seller(form: Form, texts: &Texts<'_>) -> Result<(Nip, At), Fault> {
    let (text, at) = if form.is_pef() {
        vat_registration(&texts.seller_registrations, Field::SellerRegistration, "supplier")?
    } else {
        (texts.seller.as_deref(), At::Field(Field::SellerNip, 0))
    };
    let text = text
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Fault::new(Kind::SellerNipMissing, "the seller's NIP is missing", at))?;
    let digits = if form.is_pef() { text.strip_prefix("PL").unwrap_or(text) } else { text };
    // Digits of other alphabets pass the schema's \d, but are no part of a NIP.
    Nip::from_digits(digits.as_bytes())
        .map(|nip| (nip, at))
        .ok_or_else(|| Fault::new(Kind::SellerNipMalformed, format!("the seller's NIP is {text:?}"), at))
}

fn buyer(form: Form, texts: &Texts<'_>) -> Result<(Buyer, At), Fault> {
    let malformed = |text: &str, at| Fault::new(Kind::BuyerNipMalformed, format!("the buyer's NIP is {text:?}"), at);
    if form.is_pef() {
        let (text, at) = vat_registration(&texts.buyer_registrations, Field::BuyerRegistration, "customer")?;
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok((Buyer::Unidentified, at)) };
        let buyer = match (text.strip_prefix("PL"), Nip::from_digits(text.as_bytes()), text.get(..2)) {
            (Some(digits), ..) => Buyer::Nip(Nip::from_digits(digits.as_bytes()).ok_or_else(|| malformed(text, at))?),
            (None, Some(nip), _) => Buyer::Nip(nip),
            (None, None, Some(prefix)) if EU_PREFIXES.split(' ').any(|eu| eu == prefix) => {
                Buyer::EuVat(text.to_owned())
            }
            _ => Buyer::Other(text.to_owned()),
        };
        return Ok((buyer, at));
    }
    let at = At::Field(Field::BuyerNip, 0);
    let buyer = match (&texts.buyer, &texts.buyer_vat_number, &texts.buyer_other) {
        (Some(nip), ..) => Buyer::Nip(Nip::from_digits(nip.as_bytes()).ok_or_else(|| malformed(nip, at))?),
        (None, Some(number), _) => {
            Buyer::EuVat([texts.buyer_vat_country.as_deref().unwrap_or_default(), number].concat())
        }
        (None, None, Some(id)) => Buyer::Other(id.clone().into_owned()),
        (None, None, None) => Buyer::Unidentified,
    };
    Ok((buyer, at))
}

/// What decides nothing may be missing or wrong: the schema refuses that.
fn third_party(texts: &ThirdPartyTexts<'_>) -> ThirdParty {
    let internal_id = texts.internal_ids.first().map(|text| collapse(text));
    ThirdParty {
        nip: texts.nips.first().and_then(|text| Nip::from_digits(text.as_bytes())),
        internal_id: internal_id.and_then(|text| ContextId::new("InternalId", &text).ok()),
        role: texts.roles.first().and_then(|text| collapse(text).parse().ok()),
    }
}

/// The number of a PEF party's VAT registration: the one whose scheme is `VAT`, or the only one there is. The
/// schema allows any number of registrations and does not say which holds the NIP (inferred from Peppol BIS
/// Billing 3.0, rules for BT-31 and BT-48).
fn vat_registration<'f>(
    registrations: &'f [Registration<'_>],
    field: Field,
    of: &str,
) -> Result<(Option<&'f str>, At), Fault> {
    let is_vat = |registration: &Registration<'_>| registration.scheme.as_deref().map(str::trim) == Some("VAT");
    let mut vat = registrations.iter().enumerate().filter(|(_, registration)| is_vat(registration));
    let chosen = match (vat.next(), vat.next(), registrations) {
        (Some(_), Some((second, _)), _) => {
            let message = format!("the {of} has two VAT registrations");
            return Err(Fault::new(Kind::FieldRepeated, message, At::Field(field, second)));
        }
        (Some(only), None, _) => Some(only),
        (None, _, [only]) => Some((0, only)),
        (None, ..) => None,
    };
    let number = chosen.and_then(|(_, registration)| registration.number.as_deref());
    Ok((number.map(str::trim), At::Field(field, chosen.map_or(0, |(index, _)| index))))
}

fn kind<'t>(form: Form, texts: &'t Texts<'_>) -> Result<Option<Cow<'t, str>>, Fault> {
    let kind = texts.kind.as_deref().map(collapse).filter(|kind| !kind.is_empty());
    match kind {
        None if !form.is_pef() => {
            Err(Fault::of(Field::Kind, Kind::KindMissing, "the element RodzajFaktury is missing"))
        }
        kind => Ok(kind),
    }
}

fn issue_date(texts: &Texts<'_>) -> Result<IssueDate, Fault> {
    let fault = |kind, message: String| Fault::of(Field::IssueDate, kind, message);
    let text = texts.issue_date.as_deref().map(collapse).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| fault(Kind::IssueDateMissing, "the issue date is missing".to_owned()))?;
    IssueDate::parse(&text).map_err(|_| fault(Kind::IssueDateMalformed, format!("the issue date is {text:?}")))
}

fn number(texts: &Texts<'_>) -> Result<String, Fault> {
    let fault = |kind, message: String| Fault::of(Field::Number, kind, message);
    let text = texts.number.as_deref().map(collapse).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| fault(Kind::NumberMissing, "the invoice's number is missing".to_owned()))?;
    if text.chars().count() > LONGEST_NUMBER {
        let message = format!("the invoice's number has more than {LONGEST_NUMBER} characters");
        return Err(fault(Kind::FieldMalformed, message));
    }
    Ok(text.into_owned())
}

/// `P_17` is a byte of 1 or 2 by the schema, so `+01` means 1.
fn is_self_billed(form: Form, texts: &Texts, kind: Option<&str>) -> bool {
    match form.is_pef() {
        true => matches!(kind, Some("389" | "261")),
        false => texts.self_billing.as_deref().is_some_and(|text| collapse(text).parse::<i8>() == Ok(1)),
    }
}
