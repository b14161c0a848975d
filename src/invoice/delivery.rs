//! Whether the invoice reaches its buyer: what KSeF takes all the same, and the buyer never gets.

use std::borrow::Cow;

use super::fault::{At, Fault};
use super::form::Field;
use super::texts::{Texts, ThirdPartyTexts};
use crate::error::Kind;
use crate::values::Nip;
use crate::xml::collapse;

/// A Polish NIP that stands where those of other countries do. KSeF looks for the buyer's NIP in the field `NIP` alone.
pub(super) fn misplaced_nip(texts: &Texts<'_>) -> Option<(Nip, Fault)> {
    if texts.buyer.is_some() {
        return None;
    }
    let is_polish = |country: &Option<Cow<'_, str>>| country.as_deref().is_some_and(|code| collapse(code) == "PL");
    // As people write it: PL in front, dashes or spaces between.
    let plain = |text: &str| text.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect::<String>();
    let (field, place, text) = match (&texts.buyer_vat_number, &texts.buyer_other) {
        (Some(number), _) => {
            let number = plain(number);
            (is_polish(&texts.buyer_vat_country) || number.starts_with("PL")).then_some((
                Field::BuyerVatNumber,
                "NrVatUE with KodUE PL",
                number,
            ))?
        }
        (None, Some(id)) => {
            let (id, country) = (plain(id), &texts.buyer_country);
            // Without a country, ten digits whose last fits the others are hardly anything else.
            let is_nip =
                country.is_none() && Nip::from_digits(id.as_bytes()).is_some_and(|nip| nip.has_valid_checksum());
            let place = if is_polish(country) { "NrID with KodKraju PL" } else { "NrID" };
            (is_polish(country) || id.starts_with("PL") || is_nip).then_some((Field::BuyerOtherId, place, id))?
        }
        _ => return None,
    };
    let nip = Nip::from_digits(text.strip_prefix("PL").unwrap_or(&text).as_bytes())?;
    let message = format!("the buyer's Polish NIP {nip} stands in {place}");
    Some((nip, Fault::new(Kind::PolishNipMisplaced, message, At::Field(field, 0)).into_warning()))
}

/// `JST` or `GV` says that the invoice is for a unit or a group's member, and nobody is named who is.
pub(super) fn without_recipient(texts: &Texts<'_>) -> impl Iterator<Item = Fault> {
    let marks = [
        (&texts.buyer_is_local_unit, Field::BuyerIsLocalUnit, "JST", "8", "unit of a local government"),
        (&texts.buyer_is_group_member, Field::BuyerIsGroupMember, "GV", "10", "member of a VAT group"),
    ];
    marks.into_iter().filter_map(|(mark, field, name, role, whom)| {
        let is_marked = mark.as_deref().is_some_and(|text| number(text) == Some(1));
        let is_named = texts.third_parties.iter().any(|party| is_recipient(party, role));
        (is_marked && !is_named).then(|| {
            let message = format!("{name} is 1, and no Podmiot3 of Rola {role} names the {whom} by NIP or IDWew");
            Fault::new(Kind::RecipientMissing, message, At::Field(field, 0)).into_warning()
        })
    })
}

fn is_recipient(party: &ThirdPartyTexts<'_>, role: &str) -> bool {
    let is_named = party.nips.iter().chain(&party.internal_ids).any(|id| !id.trim().is_empty());
    is_named && party.roles.iter().any(|found| number(found) == number(role))
}

/// An `xsd:integer`: `+01` is 1.
fn number(text: &str) -> Option<u32> {
    collapse(text).parse().ok()
}
