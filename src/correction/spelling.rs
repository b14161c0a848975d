//! Two spellings of one value: what the schemas, or an encoding, made of what was meant.

use super::difference::Judgement;
use super::encoding::mistaken;
use super::fields::Subject;
use crate::values::without_polish_mark;

/// Why two values that are not the same to the letter say the same, or may.
pub(super) fn same(subject: Subject, before: &str, after: &str) -> Option<(Judgement, &'static str)> {
    use Judgement::{Form, Unclear};
    let form = |is: bool, why| is.then_some((Form, why));
    let unclear = |is: bool, why| is.then_some((Unclear, why));
    let special = match subject {
        Subject::Amount => amount(before, after),
        Subject::Date => {
            form(date(before).is_some_and(|day| Some(day) == date(after)), "the same day, written otherwise")
        }
        Subject::Nip => form(nip(before) == nip(after), "the same number without what separates its digits"),
        Subject::Account => {
            form(account(before) == account(after), "the same account without what separates its digits")
        }
        Subject::Mark { .. } => form(
            answer(before).is_some_and(|said| Some(said) == answer(after)),
            "the same answer, as the schema writes it",
        ),
        Subject::Rate => rate(before, after),
        Subject::Code => {
            let plain = |text: &str| squeezed(text).to_lowercase();
            form(plain(before) == plain(after), "the same word, as the list writes it")
        }
        Subject::Line => unclear(true, "the line has another number; its content is compared separately"),
        Subject::Number => form(spaced(before) == spaced(after), "white space"),
        Subject::Text => None,
    };
    if special.is_some() || !matches!(subject, Subject::Text | Subject::Number | Subject::Code) {
        return special;
    }
    form(spaced(before) == spaced(after), "white space")
        .or_else(|| {
            form(escaped_twice(before) == after, "references that XML does not know, or that were written twice")
        })
        .or_else(|| form(is_encoded_twice(before, after), "letters that were encoded wrongly"))
        .or_else(|| unclear(lost_letters(before, after), "letters were lost, and it is not known which"))
        .or_else(|| {
            let is_text = subject == Subject::Text;
            unclear(is_text && is_cut(before, after), "the text was cut; does it still say the same?")
        })
}

/// Without any white space, also that of other alphabets, and without characters that are not seen.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c)).collect()
}

/// White space of any kind as one space.
fn spaced(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// A decimal number: its digits and how many of them are decimals.
#[derive(Clone, Copy, Debug)]
struct Decimal {
    digits: i128,
    decimals: u32,
}

impl Decimal {
    /// `1 234,50`, `1.234,50`, `1234.5`. A point alone is one before decimals, as the schemas have it.
    fn read(text: &str) -> Option<Self> {
        let text = squeezed(text).replace('\u{2212}', "-").replace('\'', "");
        let text = match text.matches(',').count() {
            0 => text,
            1 => text.replace('.', "").replace(',', "."),
            _ => return None,
        };
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        let decimals = decimals.trim_end_matches('0');
        let sign = whole.strip_prefix(['-', '+']).map_or(0, |_| 1);
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + decimals.len() > 36 || !is_number(&whole[sign..]) || !is_number(decimals) {
            return None;
        }
        if whole.len() == sign && decimals.is_empty() {
            return None;
        }
        let digits = format!("{whole}{decimals}").parse().ok()?;
        Some(Self { digits, decimals: decimals.len() as u32 })
    }

    /// Rounded to fewer decimals, half away from zero, or cut off there.
    fn shortened(self, decimals: u32) -> Option<[i128; 2]> {
        let unit = 10_i128.checked_pow(self.decimals.checked_sub(decimals)?)?;
        let half = if self.digits < 0 { -unit / 2 } else { unit / 2 };
        Some([(self.digits.checked_add(half)?) / unit, self.digits / unit])
    }
}

fn amount(before: &str, after: &str) -> Option<(Judgement, &'static str)> {
    let (before, after) = (Decimal::read(before)?, Decimal::read(after)?);
    if (before.digits, before.decimals) == (after.digits, after.decimals) {
        return Some((Judgement::Form, "the same number, written otherwise"));
    }
    // The schemas take two decimals of an amount, six of a quantity, eight of a price. A shorter one may end in zeros.
    let is_shortened = before.decimals > 2
        && after.decimals < before.decimals
        && (after.decimals.max(2)..before.decimals).any(|decimals| {
            let scale = 10_i128.checked_pow(decimals.saturating_sub(after.decimals));
            let written = scale.and_then(|scale| after.digits.checked_mul(scale));
            before.shortened(decimals).zip(written).is_some_and(|(shortened, written)| shortened.contains(&written))
        });
    is_shortened.then_some((Judgement::Unclear, "the number was rounded; do the sums still agree?"))
}

/// Year, month, day of `2026-06-15`, `15.06.2026`, `2026-06-15T00:00:00Z`, `20260615`; of a moment with its time, if it is
/// not midnight.
fn date(text: &str) -> Option<(u32, u32, u32, String)> {
    let text = spaced(text);
    let day_length = text.find(['T', ' ', 'Z', '+']).unwrap_or(text.len());
    let (day, time) = text.split_at(day_length);
    let parts: Vec<&str> = day.split(['-', '.', '/']).collect();
    let number = |text: &str| -> Option<u32> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { text.parse().ok() } else { None }
    };
    let (year, month, day) = match parts[..] {
        [year, month, day] if year.len() == 4 => (year, month, day),
        [day, month, year] if year.len() == 4 => (year, month, day),
        [all] if all.len() == 8 && all.is_ascii() => (&all[..4], &all[4..6], &all[6..]),
        // A zone behind a day: `2026-06-15-02:00`.
        [year, month, day, _] if year.len() == 4 => (year, month, day),
        _ => return None,
    };
    // A day has a zone or midnight behind it without being another one.
    let digits: String = time.chars().take_while(|c| *c != 'Z' && *c != '+').filter(char::is_ascii_digit).collect();
    let time = digits.trim_end_matches('0').to_owned();
    Some((number(year)?, number(month)?, number(day)?, time))
}

fn nip(text: &str) -> String {
    let digits: String = squeezed(text).chars().filter(|c| !matches!(c, '-' | '.' | '/')).collect();
    digits.strip_prefix("PL").or(digits.strip_prefix("pl")).unwrap_or(&digits).to_owned()
}

fn account(text: &str) -> String {
    nip(text).to_uppercase()
}

/// Yes or no.
fn answer(text: &str) -> Option<bool> {
    match &*squeezed(text).to_lowercase() {
        "1" | "true" | "tak" | "yes" | "t" | "y" => Some(true),
        "2" | "0" | "false" | "nie" | "no" | "n" => Some(false),
        _ => None,
    }
}

fn rate(before: &str, after: &str) -> Option<(Judgement, &'static str)> {
    let plain = |text: &str| squeezed(text).to_lowercase().replace(['%', '.'], "");
    let (before, after) = (plain(before), plain(after));
    if before == after || amount(&before, &after).is_some_and(|(judgement, _)| judgement == Judgement::Form) {
        return Some((Judgement::Form, "the same rate, as the schema writes it"));
    }
    // FA(3) takes 0 and np apart.
    let is_finer = matches!((&*before, &*after), ("0", "0kr" | "0wdt" | "0ex") | ("np", "npi" | "npii"));
    is_finer.then_some((Judgement::Unclear, "the schema takes the rate apart; is it the right one?"))
}

/// What `&amp;amp;` and the references of HTML, which XML does not know, were meant to be.
fn escaped_twice(text: &str) -> String {
    const REFERENCES: [(&str, &str); 24] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&nbsp;", " "),
        ("&aogon;", "ą"),
        ("&cacute;", "ć"),
        ("&eogon;", "ę"),
        ("&lstrok;", "ł"),
        ("&nacute;", "ń"),
        ("&oacute;", "ó"),
        ("&sacute;", "ś"),
        ("&zacute;", "ź"),
        ("&zdot;", "ż"),
        ("&Aogon;", "Ą"),
        ("&Cacute;", "Ć"),
        ("&Eogon;", "Ę"),
        ("&Lstrok;", "Ł"),
        ("&Nacute;", "Ń"),
        ("&Oacute;", "Ó"),
        ("&Sacute;", "Ś"),
        ("&Zacute;", "Ź"),
        ("&Zdot;", "Ż"),
        ("&amp;", "&"),
    ];
    if !text.contains('&') {
        return text.to_owned();
    }
    REFERENCES.iter().fold(text.to_owned(), |text, (reference, letter)| text.replace(reference, letter))
}

fn is_encoded_twice(before: &str, after: &str) -> bool {
    // Some of the letters became controls, which are left out when a file is read.
    let seen = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    let is = |mistaken: &String| seen(mistaken) == seen(before);
    !after.is_ascii() && before.chars().count() > after.chars().count() && mistaken(after).iter().any(is)
}

/// A question mark or U+FFFD in place of a letter, or a Polish letter without its tail.
fn lost_letters(before: &str, after: &str) -> bool {
    let (mut before, mut after) = (before.chars(), after.chars());
    loop {
        match (before.next(), after.next()) {
            (None, None) => return true,
            (Some(lost), Some(found)) => {
                let is_lost = matches!(lost, '?' | '\u{FFFD}') && !found.is_ascii();
                if lost != found && !is_lost && without_polish_mark(found) != lost {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

/// In characters: what is shorter says too little to be the rest of a text that was too long.
const SHORTEST_REST: usize = 20;

fn is_cut(before: &str, after: &str) -> bool {
    let after = after.trim_end_matches(['.', '…', ' ']);
    after.chars().count() >= SHORTEST_REST && before.len() > after.len() && before.starts_with(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(subject: Subject, before: &str, after: &str) -> &'static str {
        same(subject, before, after).map_or("other", |(judgement, _)| judgement.name())
    }

    #[test]
    fn one_value_in_two_spellings() {
        use Subject::*;
        let mark = Mark { no: "2" };
        let long = "Dostawa i montaż rusztów kominkowych żeliwnych";
        for (subject, before, after, expected) in [
            (Amount, "1234,50", "1234.5", "form"),
            (Amount, "1 234,50", "1234.50", "form"),
            (Amount, "1.234,50", "1234.50", "form"),
            (Amount, "12.00", "12", "form"),
            (Amount, "-5,00", "-5.00", "form"),
            (Amount, "+5", "5", "form"),
            (Amount, "1.234", "1234", "other"),
            (Amount, "1.234", "1.23", "unclear"),
            (Amount, "1.999", "2", "unclear"),
            (Amount, "-1.235", "-1.24", "unclear"),
            (Amount, "1.999", "1", "other"),
            (Amount, "1.25", "1.3", "other"),
            (Amount, "-5.00", "5.00", "other"),
            (Amount, "12.00", "12.01", "other"),
            (Amount, "", "0", "other"),
            (Amount, "-", "0", "other"),
            (Amount, "1,2,3", "123", "other"),
            (Amount, "9".repeat(100).leak(), "9", "other"),
            (Date, "15.06.2026", "2026-06-15", "form"),
            (Date, "2026-06-15T00:00:00", "2026-06-15", "form"),
            (Date, "2026-06-15+02:00", "2026-06-15", "form"),
            (Date, "20260615", "2026-06-15", "form"),
            (Date, "06/15/2026", "2026-06-15", "other"),
            (Date, "2026-06-15T08:00:00", "2026-06-15T09:00:00", "other"),
            (Date, "2026-06-15", "2026-06-16", "other"),
            (Date, "soon", "soon!", "other"),
            (Nip, "PL 526-587-76-35", "5265877635", "form"),
            (Nip, "5265877635", "5251469286", "other"),
            (Account, "PL62 1090 2835 0000 0001 1234 5678", "62109028350000000112345678", "form"),
            (mark, "true", "1", "form"),
            (mark, "nie", "2", "form"),
            (mark, "1", "2", "other"),
            (mark, "x", "y", "other"),
            (Rate, "23%", "23", "form"),
            (Rate, "23,00", "23", "form"),
            (Rate, "ZW.", "zw", "form"),
            (Rate, "0", "0 WDT", "unclear"),
            (Rate, "8", "23", "other"),
            (Code, "pln", "PLN", "form"),
            (Code, "PLN", "EUR", "other"),
            (Number, "FV 1", "FV\u{A0} 1", "form"),
            (Number, "FV 1", "FV1", "other"),
            (Line, "1", "2", "unclear"),
            (Text, "Nuts &amp; Bolts", "Nuts & Bolts", "form"),
            (Text, "ĹĂłdĹş", "Łódź", "form"),
            (Text, "&Zdot;&oacute;&lstrok;w", "Żółw", "form"),
            (Text, "Å»Ã³Å‚w", "Żółw", "form"),
            (Text, "?\u{FFFD}d?", "Łódź", "unclear"),
            (Text, "Lodz", "Łódź", "unclear"),
            (Text, "Łódź", "Lodz", "other"),
            (Text, "a\u{200B}b  c", "ab c", "form"),
            (Text, long, &long[..30], "unclear"),
            (Text, long, "Dostawa", "other"),
            (Text, "what?", "what!", "other"),
        ] {
            assert_eq!(judged(subject, before, after), expected, "{before} -> {after}");
        }
    }
}
