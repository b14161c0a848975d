//! NIP, date, context and serial number, as people misspell them.

use crate::error::CheckCode;
use crate::report::quoted;
use crate::values::{CertificateSerial, ContextId, IssueDate, Nip};
use crate::verify::report::Check;

/// Reads a NIP, or what was meant for one.
pub(super) fn nip(text: &str, what: &str, checks: &mut Vec<Check>) -> Option<Nip> {
    if let Ok(nip) = Nip::parse(text) {
        return Some(nip);
    }
    let shown = quoted(text);
    let without_country = text.strip_prefix("PL").or_else(|| text.strip_prefix("pl"));
    let bare = without_country.unwrap_or(text);
    let digits = bare.replace("%20", "").replace(['-', '.', ' '], "");
    let Ok(nip) = Nip::parse(&digits) else {
        let count = digits.len();
        let reason = match digits.bytes().all(|b| b.is_ascii_digit()) {
            true if count != 10 => format!("{what} is {shown}: {count} digits, not ten"),
            true => format!("{what} is {shown}: no NIP begins like that"),
            false => format!("{what} is {shown}, which is not a NIP"),
        };
        checks.push(Check::fail(CheckCode::NipMalformed, reason));
        return None;
    };
    if without_country.is_some() {
        checks.push(Check::fail(CheckCode::NipPrefix, format!("{what} is {shown}, with the country in front")));
    }
    if digits != bare {
        checks.push(Check::fail(CheckCode::NipSeparators, format!("{what} is {shown}, with signs between the digits")));
    }
    Some(nip)
}

/// Reads a date in whatever order it stands.
pub(super) fn date(text: &str, checks: &mut Vec<Check>) -> Option<IssueDate> {
    if let Ok(date) = IssueDate::parse_day_first(text) {
        return Some(date);
    }
    let shown = quoted(text);
    let mut fail = |code, reason: &str| checks.push(Check::fail(code, format!("the date is {shown}: {reason}")));
    let day = text.split(['T', '%']).next().unwrap_or(text);
    if day.len() != text.len() {
        fail(CheckCode::DateMalformed, "something follows the day");
    }
    let groups: Vec<&str> = day.split(['-', '.', '_', '/']).collect();
    let groups = match (&*groups, day) {
        ([one], _) if one.len() == 8 && one.is_ascii() => {
            fail(CheckCode::DateSeparator, "nothing stands between day, month and year");
            // A year begins with 20, and no month is as high.
            let cuts = if one.get(4..6) < Some("13") { [4, 6] } else { [2, 4] };
            vec![one.get(..cuts[0])?, one.get(cuts[0]..cuts[1])?, one.get(cuts[1]..)?]
        }
        _ => groups,
    };
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let (Some(numbers), &[a, b, c]) = (groups.iter().map(|group| number(group)).collect::<Option<Vec<_>>>(), &*groups)
    else {
        fail(CheckCode::DateMalformed, "it is not day, month and year");
        return None;
    };
    if day.contains(['.', '_', '/']) {
        fail(CheckCode::DateSeparator, "dashes belong between day, month and year");
    }
    let (day, month, year) = match (&*numbers, a.len(), c.len()) {
        (&[year, month, day], 4, _) => {
            fail(CheckCode::DateIso, "the year stands first");
            (day, month, year)
        }
        (&[day, month, year], _, 4) => (day, month, year),
        _ => {
            fail(CheckCode::DateMalformed, "the year has four digits");
            return None;
        }
    };
    if [a, b, c].iter().any(|group| group.len() == 1) {
        fail(CheckCode::DateUnpadded, "a zero is missing in front");
    }
    let date = |day: u16, month: u16| IssueDate::parse(&format!("{year:04}-{month:02}-{day:02}")).ok();
    if let Some(date) = date(day, month) {
        return Some(date);
    }
    match date(month, day) {
        Some(meant) => {
            fail(CheckCode::DateOrder, "the month stands before the day");
            Some(meant)
        }
        None => {
            fail(CheckCode::DateImpossible, "there is no such day");
            None
        }
    }
}

/// The type a word stands for, and whether it is spelled so.
fn context_type(word: &str) -> Option<(&'static str, bool)> {
    let small: String = word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let meant = match &*small {
        "nip" => "Nip",
        "internalid" | "internal" | "internalidentifier" | "idwewn" | "idwew" => "InternalId",
        "nipvatue" | "nipvateu" | "vatue" | "vateu" => "NipVatUe",
        "peppolid" | "peppol" => "PeppolId",
        _ => return None,
    };
    Some((meant, meant == word))
}

/// True for a context type, however it is spelled.
pub(super) fn is_context_type(word: &str) -> bool {
    context_type(word).is_some()
}

/// True if the value fits the type.
pub(super) fn is_context(word: &str, value: &str) -> bool {
    context_type(word).is_some_and(|(kind, _)| ContextId::new(kind, value).is_ok())
}

/// Reads the context's type and value.
pub(super) fn context(word: &str, value: &str, checks: &mut Vec<Check>) -> Option<ContextId> {
    let Some((kind, is_exact)) = context_type(word) else {
        checks.push(Check::fail(CheckCode::ContextTypeUnknown, format!("{} is not a context type", quoted(word))));
        return None;
    };
    if !is_exact {
        let reason = format!("the context type is spelled {}, not {kind:?}", quoted(word));
        checks.push(Check::fail(CheckCode::ContextTypeMisspelt, reason));
    }
    if let Ok(context) = ContextId::new(kind, value) {
        return Some(context);
    }
    let shown = quoted(value);
    let plain = value.replace("%2B", "+").replace("%2b", "+").replace("%2A", "*").replace("%2a", "*");
    if plain != value
        && let Ok(context) = ContextId::new(kind, &plain)
    {
        checks.push(Check::fail(CheckCode::PercentEncoded, format!("the context {shown} is percent-encoded")));
        return Some(context);
    }
    let others = ["Nip", "InternalId", "NipVatUe", "PeppolId"];
    let reason = match others.iter().find_map(|other| ContextId::new(other, value).ok()) {
        Some(other) => format!("the context {shown} is of the type {}, not {kind}", other.type_name()),
        None if kind == "Nip" => return nip(value, "the context's NIP", checks).map(ContextId::nip),
        None => format!("{shown} is not a context of the type {kind}"),
    };
    checks.push(Check::fail(CheckCode::ContextMalformed, reason));
    None
}

/// Reads a certificate's serial number.
pub(super) fn serial(text: &str, checks: &mut Vec<Check>) -> Option<CertificateSerial> {
    if let Ok(serial) = CertificateSerial::parse(text) {
        return Some(serial);
    }
    let shown = quoted(text);
    let mut fail =
        |code, reason: &str| checks.push(Check::fail(code, format!("the serial number is {shown}: {reason}")));
    if let Some(other) = CertificateSerial::mistaken(text) {
        fail(CheckCode::SerialIsAnother, &format!("that is {other}"));
        return None;
    }
    let bare = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let digits = bare.replace("%3A", "").replace("%20", "").replace([':', '-', ' '], "");
    if digits.is_empty() || digits.len() > 40 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        fail(CheckCode::SerialMalformed, "it is not hexadecimal");
        return None;
    }
    if digits != text {
        fail(CheckCode::SerialSeparators, "signs stand before or between the digits");
    }
    // KSeF's serial numbers begin with 01: in decimal they have 17 or 18 digits.
    if digits.len() > 16
        && !digits.starts_with('0')
        && let Ok(value) = digits.parse::<u64>()
    {
        fail(CheckCode::SerialDecimal, "it is written in decimal");
        return CertificateSerial::parse(&format!("{value:016X}")).ok();
    }
    if digits.bytes().any(|b| b.is_ascii_lowercase()) {
        fail(CheckCode::SerialLowerCase, "it has small letters");
    }
    let significant = digits.trim_start_matches('0');
    if significant.len() > 16 {
        fail(CheckCode::SerialMalformed, "it has more than 16 digits");
        return None;
    }
    if digits.len() > 16 {
        fail(CheckCode::SerialLong, "it has more than 16 digits");
    }
    if digits.len() < 16 {
        fail(CheckCode::SerialShort, "it has fewer than 16 digits");
    }
    CertificateSerial::parse(&format!("{:0>16}", significant.to_ascii_uppercase())).ok()
}
