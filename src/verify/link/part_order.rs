//! Which part of a path is which, where there are too many, too few or the wrong way round.

use super::{encoded, fields};
use crate::error::CheckCode;
use crate::verify::report::Check;

/// What a part looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Nip,
    Date,
    Digest,
    Serial,
}

const ROLE_NAMES: [&str; 3] = ["the NIP", "the date", "the digest"];

/// Ten digits, give or take a few, with the signs people put between them.
pub(super) fn is_nip(text: &str) -> bool {
    let digits = text.strip_prefix("PL").or_else(|| text.strip_prefix("pl")).unwrap_or(text);
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    (9..=11).contains(&count) && digits.bytes().all(|b| b.is_ascii_digit() || b == b'-') && !is_date(text)
}

/// Digits in two or three groups, one of them a year.
pub(super) fn is_date(text: &str) -> bool {
    let text = text.get(..10).filter(|_| text.get(10..11) == Some("T")).unwrap_or(text);
    let groups: Vec<&str> = text.split(['-', '.', '_']).collect();
    groups.len() == 3
        && groups.iter().all(|group| matches!(group.len(), 1 | 2 | 4) && group.bytes().all(|b| b.is_ascii_digit()))
}

/// Hexadecimal digits, about 16.
pub(super) fn is_serial(text: &str) -> bool {
    (12..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_digest(text: &str) -> bool {
    (40..=64).contains(&text.len())
}

fn role(text: &str) -> Option<Role> {
    if is_date(text) {
        Some(Role::Date)
    } else if is_nip(text) {
        Some(Role::Nip)
    } else if is_serial(text) {
        Some(Role::Serial)
    } else if is_digest(text) {
        Some(Role::Digest)
    } else {
        None
    }
}

/// The parts of a KOD I, those put together again that hold slashes of their own: a date, a digest in Base64.
pub(super) fn kod1(after: &[&str], checks: &mut Vec<Check>) -> Vec<String> {
    let mut parts: Vec<String> = after.iter().map(|&part| part.to_owned()).collect();
    if let [nip, a, b, c, rest @ ..] = after {
        let date = [*a, *b, *c].join("-");
        if is_date(&date) {
            checks.push(Check::fail(CheckCode::DateSeparator, format!("slashes stand in the date {a}/{b}/{c}")));
            parts = [(*nip).to_owned(), date].into_iter().chain(rest.iter().map(|&part| part.to_owned())).collect();
        }
    }
    if let [nip, date, digest @ ..] = &parts[..]
        && digest.len() > 1
        && encoded::is_digest(&digest.join("/"))
    {
        // The check of the digest reports the slash.
        parts = vec![nip.clone(), date.clone(), digest.join("/")];
    }
    parts
}

/// What each part of a KOD I seems to be.
pub(super) fn kod1_roles<'p>(parts: &[&'p str], checks: &mut Vec<Check>) -> Vec<(Role, &'p str)> {
    const EXPECTED: [Role; 3] = [Role::Nip, Role::Date, Role::Digest];
    let in_order = || EXPECTED.into_iter().zip(parts.iter().copied()).collect();
    if parts.len() == EXPECTED.len() {
        let roles: Vec<Option<Role>> = parts.iter().map(|part| role(part)).collect();
        let all_there = EXPECTED.iter().all(|role| roles.contains(&Some(*role)));
        if !all_there || roles.iter().flatten().eq(&EXPECTED) {
            return in_order();
        }
        checks.push(Check::fail(CheckCode::PartsOrder, "NIP, date and digest are there, in another order"));
        return by_appearance(parts);
    }
    if parts.len() > EXPECTED.len() {
        checks.push(Check::fail(
            CheckCode::PartsExtra,
            format!("{} parts follow /invoice/, three belong there", parts.len()),
        ));
    } else {
        let found = by_appearance(parts);
        let absent: Vec<&str> = EXPECTED
            .iter()
            .zip(ROLE_NAMES)
            .filter(|(role, _)| !found.iter().any(|(found, _)| found == *role))
            .map(|(_, name)| name)
            .collect();
        let what = if absent.is_empty() { String::new() } else { format!(": no sign of {}", absent.join(" and ")) };
        let reason = format!("{} of three parts follow /invoice/{what}", parts.len());
        checks.push(Check::fail(CheckCode::PartsMissing, reason));
    }
    by_appearance(parts)
}

/// Each part as what it looks like, the first of each kind.
fn by_appearance<'p>(parts: &[&'p str]) -> Vec<(Role, &'p str)> {
    let mut found: Vec<(Role, &str)> = Vec::new();
    for part in parts {
        if let Some(role) = role(part)
            && !found.iter().any(|(taken, _)| *taken == role)
        {
            found.push((role, part));
        }
    }
    found
}

/// The parts of a KOD II, each under its name.
pub(super) struct Kod2Parts<'p> {
    pub(super) context_type: Option<&'p str>,
    pub(super) context: &'p str,
    pub(super) seller: &'p str,
    pub(super) serial: &'p str,
    pub(super) digest: &'p str,
    pub(super) signature: Option<&'p str>,
}

/// Digest and signature put together again where they hold slashes of their own (standard Base64).
pub(super) fn joined_kod2(after: &[&str]) -> Vec<String> {
    let whole: Vec<String> = after.iter().map(|&part| part.to_owned()).collect();
    let Some((head, tail)) = whole.split_at_checked(4).filter(|(_, tail)| tail.len() > 2) else { return whole };
    for end in 1..tail.len().min(16) {
        let (digest, signature) = tail.split_at(end);
        if encoded::is_digest(&digest.join("/")) && encoded::is_signature(&signature.join("/")) {
            return head.iter().cloned().chain([digest.join("/"), signature.join("/")]).collect();
        }
    }
    whole
}

/// What each part of a KOD II seems to be; none if too many are missing.
pub(super) fn kod2_parts<'p>(parts: &[&'p str], checks: &mut Vec<Check>) -> Option<Kod2Parts<'p>> {
    let count = parts.len();
    let order = |what: &str| Check::fail(CheckCode::PartsOrder, what);
    match *parts {
        [context, seller, serial, digest, signature] if is_nip(context) && is_nip(seller) && is_serial(serial) => {
            checks.push(Check::fail(CheckCode::ContextTypeMissing, "no context type stands before the context"));
            Some(Kod2Parts { context_type: None, context, seller, serial, digest, signature: Some(signature) })
        }
        [context_type, context, seller, serial, digest] => {
            checks.push(Check::fail(CheckCode::SignatureMissing, "the signature is missing"));
            Some(Kod2Parts { context_type: Some(context_type), context, seller, serial, digest, signature: None })
        }
        [mut context_type, mut context, mut seller, mut serial, mut digest, mut signature, ref rest @ ..] => {
            if !rest.is_empty() {
                let reason = format!("{count} parts follow /certificate/, six belong there");
                checks.push(Check::fail(CheckCode::PartsExtra, reason));
            }
            if fields::is_context_type(context) && !fields::is_context_type(context_type) {
                checks.push(order("the context stands before its type"));
                std::mem::swap(&mut context_type, &mut context);
            }
            if is_nip(serial) && is_serial(seller) && !is_nip(seller) {
                checks.push(order("the serial number stands before the seller's NIP"));
                std::mem::swap(&mut seller, &mut serial);
            }
            if encoded::is_digest(signature) && encoded::is_signature(digest) {
                checks.push(order("the signature stands before the digest"));
                std::mem::swap(&mut digest, &mut signature);
            }
            let (context_type, signature) = (Some(context_type), Some(signature));
            Some(Kod2Parts { context_type, context, seller, serial, digest, signature })
        }
        _ => {
            let reason = format!("{count} of six parts follow /certificate/");
            checks.push(Check::fail(CheckCode::PartsMissing, reason));
            None
        }
    }
}
