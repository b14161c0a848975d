//! `/invoice/…` and `/certificate/…`, and how they are misspelt.

use super::address::Address;
use super::facts::{CodeKind, LinkFacts};
use super::{encoded, fields, part_order};
use crate::error::CheckCode;
use crate::report::quoted;
use crate::verify::report::Check;

/// Words seen or likely in place of the right one.
const MISSPELT: [(&str, CodeKind); 12] = [
    ("invoices", CodeKind::Kod1),
    ("invioce", CodeKind::Kod1),
    ("invoce", CodeKind::Kod1),
    ("inovice", CodeKind::Kod1),
    ("faktura", CodeKind::Kod1),
    ("kod1", CodeKind::Kod1),
    ("certificates", CodeKind::Kod2),
    ("certyfikat", CodeKind::Kod2),
    ("certificat", CodeKind::Kod2),
    ("cerificate", CodeKind::Kod2),
    ("cert", CodeKind::Kod2),
    ("kod2", CodeKind::Kod2),
];

/// Reads what follows the host.
pub(super) fn read(address: &Address<'_>, facts: &mut LinkFacts, checks: &mut Vec<Check>) {
    let Some(path) = address.path.strip_prefix('/') else {
        checks.push(Check::fail(CheckCode::PartsMissing, "the link ends after the host"));
        return;
    };
    let mut segments: Vec<&str> = path.split('/').collect();
    if segments.last().is_some_and(|last| last.is_empty()) {
        if segments.len() > 1 {
            checks.push(Check::fail(CheckCode::TrailingSlash, "the link ends with a slash"));
        }
        while segments.pop_if(|last| last.is_empty()).is_some() {}
    }
    if segments.iter().any(|segment| segment.is_empty()) {
        checks.push(Check::fail(CheckCode::EmptyPart, "two slashes stand side by side"));
        segments.retain(|segment| !segment.is_empty());
    }
    if segments.first().is_some_and(|first| first.eq_ignore_ascii_case("client-app")) {
        checks.push(Check::fail(CheckCode::PathObsolete, "the path begins with /client-app/, as in 2025"));
        segments.remove(0);
    }
    let Some((word, after)) = segments.split_first() else {
        checks.push(Check::fail(CheckCode::PartsMissing, "the link ends after the host"));
        return;
    };
    facts.kind = kind(word, after, checks);
    match facts.kind {
        Some(CodeKind::Kod1) => kod1(after, facts, checks),
        Some(CodeKind::Kod2) => {
            signed(address, after, facts);
            kod2(after, facts, checks);
        }
        None => {}
    }
}

fn kind(word: &str, after: &[&str], checks: &mut Vec<Check>) -> Option<CodeKind> {
    let small = word.to_ascii_lowercase();
    let exact = match &*small {
        "invoice" => Some(CodeKind::Kod1),
        "certificate" => Some(CodeKind::Kod2),
        _ => None,
    };
    if let Some(kind) = exact {
        if small != word {
            checks.push(Check::fail(
                CheckCode::PathCase,
                format!("the path begins with {}", quoted(&format!("/{word}/"))),
            ));
        }
        return Some(kind);
    }
    if small == "web" && after.first().is_some_and(|next| next.eq_ignore_ascii_case("verify")) {
        checks.push(Check::fail(CheckCode::PathOfKsef1, "the path begins with /web/verify/"));
        return None;
    }
    let meant = MISSPELT.iter().find(|(misspelt, _)| *misspelt == small).map(|(_, kind)| *kind);
    // Whatever the word, the parts behind it may be plain enough.
    let meant = meant.or_else(|| match after {
        [nip, date, _] if part_order::is_nip(nip) && part_order::is_date(date) => Some(CodeKind::Kod1),
        [_, _, nip, serial, _, ..] if part_order::is_nip(nip) && part_order::is_serial(serial) => Some(CodeKind::Kod2),
        _ => None,
    });
    let shown = quoted(&format!("/{word}/"));
    checks.push(match meant {
        Some(kind) => Check::fail(
            CheckCode::PathMisspelt,
            format!("the path begins with {shown}, where {} should be", kind.name()),
        ),
        None => Check::fail(CheckCode::PathUnknown, format!("the path begins with {shown}")),
    });
    meant
}

/// What a signature covers if it was made over the link as it stands: everything up to the last part.
fn signed(address: &Address<'_>, after: &[&str], facts: &mut LinkFacts) {
    let text = address.after_scheme;
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let text = text.get(..end).unwrap_or(text).trim_end_matches('/');
    facts.signed = match after.len() {
        // The signature itself holds slashes in the standard alphabet; where it begins cannot be seen then.
        6 => text.rsplit_once('/').map(|(signed, _)| signed.to_owned()).unwrap_or_default(),
        _ => String::new(),
    };
}

fn kod1(after: &[&str], facts: &mut LinkFacts, checks: &mut Vec<Check>) {
    let joined = part_order::kod1(after, checks);
    let segments: Vec<&str> = joined.iter().map(String::as_str).collect();
    for (role, text) in part_order::kod1_roles(&segments, checks) {
        match role {
            part_order::Role::Nip => facts.seller = fields::nip(text, "the seller's NIP", checks),
            part_order::Role::Date => facts.issue_date = fields::date(text, checks),
            part_order::Role::Digest => facts.hash = encoded::digest(text, checks),
            part_order::Role::Serial => {}
        }
    }
}

fn kod2(after: &[&str], facts: &mut LinkFacts, checks: &mut Vec<Check>) {
    let joined = part_order::joined_kod2(after);
    let segments: Vec<&str> = joined.iter().map(String::as_str).collect();
    let Some(found) = part_order::kod2_parts(&segments, checks) else { return };
    let (mut context, mut seller) = (found.context, found.seller);
    let is_swapped =
        |kind| part_order::is_nip(context) && !part_order::is_nip(seller) && fields::is_context(kind, seller);
    if found.context_type.is_some_and(is_swapped) {
        let reason = format!("the context {} stands where the seller's NIP belongs", quoted(seller));
        checks.push(Check::fail(CheckCode::ContextSellerSwapped, reason));
        std::mem::swap(&mut context, &mut seller);
    }
    facts.context = found.context_type.and_then(|kind| fields::context(kind, context, checks));
    facts.seller = fields::nip(seller, "the seller's NIP", checks);
    facts.serial = fields::serial(found.serial, checks);
    facts.hash = encoded::digest(found.digest, checks);
    facts.signature = found.signature.and_then(|signature| encoded::signature(signature, checks));
}
