//! Whether the invoice reaches its buyer: what KSeF takes all the same, and the buyer never gets.

use super::fault::{At, Fault};
use super::form::Field;
use super::texts::{Texts, ThirdPartyTexts};
use crate::error::Kind;
use crate::values::Nip;
use crate::xml::collapse;

/// A Polish NIP that stands where those of other countries do. KSeF looks for the buyer's NIP in the field `NIP` alone.
pub(super) fn misplaced_nip(texts: &Texts) -> Option<(Nip, Fault)> {
    if texts.buyer.is_some() {
        return None;
    }
    let is_polish = |country: &Option<String>| country.as_deref().is_some_and(|code| collapse(code) == "PL");
    let (field, place, text) = match (&texts.buyer_vat_number, &texts.buyer_other) {
        (Some(number), _) if is_polish(&texts.buyer_vat_country) => {
            (Field::BuyerVatNumber, "NrVatUE with KodUE PL", number)
        }
        (None, Some(id)) if is_polish(&texts.buyer_country) => (Field::BuyerOtherId, "NrID with KodKraju PL", id),
        _ => return None,
    };
    // As people write it: PL in front, dashes or spaces between.
    let plain: String = text.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
    let nip = Nip::from_digits(plain.strip_prefix("PL").unwrap_or(&plain).as_bytes())?;
    let message = format!("the buyer's Polish NIP {nip} stands in {place}");
    Some((nip, Fault::new(Kind::PolishNipMisplaced, message, At::Field(field, 0)).into_warning()))
}

/// `JST` or `GV` says that the invoice is for a unit or a group's member, and nobody is named who is.
pub(super) fn without_recipient(texts: &Texts) -> impl Iterator<Item = Fault> {
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

fn is_recipient(party: &ThirdPartyTexts, role: &str) -> bool {
    let is_named = party.nips.iter().chain(&party.internal_ids).any(|id| !id.trim().is_empty());
    is_named && party.roles.iter().any(|found| number(found) == number(role))
}

/// An `xsd:integer`: `+01` is 1.
fn number(text: &str) -> Option<u32> {
    collapse(text).parse().ok()
}
