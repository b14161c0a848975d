use std::collections::HashMap;
use std::sync::LazyLock;

/// A text as letters and digits, and what stands between them: without case, accents, ligatures and the many kinds of
/// dashes and spaces.
#[derive(Debug, Default)]
pub(super) struct FoldedText {
    pub(super) signs: Vec<Sign>,
}

/// A letter or digit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sign {
    pub(super) letter: char,
    /// What stands before it.
    pub(super) gap: Gap,
}

/// What stands between two letters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Gap {
    None,
    /// A slash, a dash or a point that joins them, without a space.
    Joint(char),
    /// A space, a line's end, anything else.
    Apart,
}

impl Gap {
    /// True if a word may end here that is written together with what follows.
    pub(super) fn is_open(self) -> bool {
        !matches!(self, Self::Joint('/' | '\\' | '_'))
    }
}

impl Sign {
    pub(super) fn is_digit(self) -> bool {
        self.letter.is_ascii_digit()
    }

    /// True for what is drawn and nobody can tell which letter it is.
    pub(super) fn is_unreadable(self) -> bool {
        self.letter == char::REPLACEMENT_CHARACTER
    }

    /// What joins it to what stands before.
    pub(super) fn joint(self) -> Option<char> {
        if let Gap::Joint(joint) = self.gap { Some(joint) } else { None }
    }

    fn is_letter(self) -> bool {
        !self.is_digit() && !self.is_unreadable()
    }
}

impl FoldedText {
    pub(super) fn of(text: &str) -> Self {
        let mut signs: Vec<Sign> = Vec::with_capacity(text.len());
        // What stands between is one gap: apart, if there is anything but a single joint.
        let mut gap = Gap::Apart;
        for letter in text.chars() {
            if is_nothing(letter) {
                continue;
            }
            let before = signs.len();
            fold(letter, &mut |folded| {
                let gap = if signs.len() == before { gap } else { Gap::None };
                signs.push(Sign { letter: folded, gap });
            });
            gap = match (signs.len() > before, gap, joint(letter)) {
                (true, ..) => Gap::None,
                (false, Gap::None, Some(joint)) => Gap::Joint(joint),
                _ => Gap::Apart,
            };
        }
        // Commas and points join digits only: else they end what stands before.
        for index in 1..signs.len() {
            let around = signs.get(index - 1..=index).is_some_and(|pair| pair.iter().all(|sign| sign.is_digit()));
            if let Some(sign) = signs.get_mut(index).filter(|sign| matches!(sign.gap, Gap::Joint('.' | ',')) && !around)
            {
                sign.gap = Gap::Apart;
            }
        }
        Self { signs }
    }

    pub(super) fn sign(&self, at: usize) -> Option<Sign> {
        self.signs.get(at).copied()
    }

    /// The letters from `at` on that stand close together, none of them a digit.
    pub(super) fn letters_from(&self, at: usize) -> String {
        let rest = self.signs.get(at..).unwrap_or_default();
        let run = rest
            .iter()
            .enumerate()
            .take_while(|(index, sign)| sign.is_letter() && (*index == 0 || sign.gap == Gap::None));
        run.map(|(_, sign)| sign.letter).collect()
    }

    /// The letters that end before `end`.
    pub(super) fn letters_before(&self, end: usize) -> String {
        let mut start = end;
        while let Some(sign) = start.checked_sub(1).and_then(|before| self.sign(before)).filter(|sign| sign.is_letter())
        {
            start -= 1;
            if sign.gap != Gap::None {
                break;
            }
        }
        self.signs.get(start..end).unwrap_or_default().iter().map(|sign| sign.letter).collect()
    }

    /// Where the word that begins at `at` ends: before the next that stands apart.
    pub(super) fn word_end(&self, at: usize) -> usize {
        let behind = self.signs.get(at + 1..).unwrap_or_default();
        at + 1 + behind.iter().position(|sign| sign.gap == Gap::Apart).unwrap_or(behind.len())
    }

    /// A part of the text as it may be shown: folded, with its joints.
    pub(super) fn spelled(&self, range: std::ops::Range<usize>) -> String {
        let mut text = String::new();
        for sign in self.signs.get(range).unwrap_or_default() {
            match sign.gap {
                Gap::Joint(joint) if !text.is_empty() => text.push(joint),
                Gap::Apart if !text.is_empty() => text.push(' '),
                _ => {}
            }
            text.push(sign.letter);
        }
        text
    }
}

/// Soft hyphens, accents that combine, marks of no width.
fn is_nothing(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{300}'..='\u{36F}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

fn joint(letter: char) -> Option<char> {
    Some(match letter {
        '/' | '\u{2044}' | '\u{2215}' | '\u{29F8}' | '\u{FF0F}' => '/',
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' => '-',
        '\\' | '_' | '.' | ',' | '|' | '+' | '&' => letter,
        _ => return None,
    })
}

/// Letters and digits, each with the signs that are folded to it, in upper case.
const PLAIN: &[(&str, &str)] = &[
    ("A", "ÀÁÂÃÄÅĀĂĄ"),
    ("C", "ÇĆĈĊČ"),
    ("D", "ĎĐ"),
    ("E", "ÈÉÊËĒĔĖĘĚ"),
    ("G", "ĜĞĠĢ"),
    ("H", "ĤĦ"),
    ("I", "ÌÍÎÏĨĪĬĮİ"),
    ("J", "Ĵ"),
    ("K", "Ķ"),
    ("L", "ĹĻĽĿŁ"),
    ("N", "ÑŃŅŇ"),
    ("O", "ÒÓÔÕÖØŌŎŐ"),
    ("R", "ŔŖŘ"),
    ("S", "ŚŜŞŠȘ"),
    ("T", "ŢŤŦȚ"),
    ("U", "ÙÚÛÜŨŪŬŮŰŲ"),
    ("W", "Ŵ"),
    ("Y", "ÝŶŸ"),
    ("Z", "ŹŻŽ"),
    ("AE", "Æ"),
    ("OE", "Œ"),
    ("FF", "ﬀ"),
    ("FI", "ﬁ"),
    ("FL", "ﬂ"),
    ("FFI", "ﬃ"),
    ("FFL", "ﬄ"),
    ("0", "⓪⁰₀"),
    ("1", "①¹₁"),
    ("2", "②²₂"),
    ("3", "③³₃"),
    ("NR", "№"),
];

/// For each of those signs what it is folded to. A text of two megabytes may be made of them.
static FOLDED: LazyLock<HashMap<char, &str>> =
    LazyLock::new(|| PLAIN.iter().flat_map(|&(plain, signs)| signs.chars().map(move |sign| (sign, plain))).collect());

/// Gives the plain upper-case letters and digits of a letter; none of what is no letter.
fn fold(letter: char, take: &mut dyn FnMut(char)) {
    if letter.is_ascii() {
        if letter.is_ascii_alphanumeric() {
            take(letter.to_ascii_uppercase());
        }
        return;
    }
    // Full width.
    let ascii = u32::from(letter).checked_sub(0xFEE0).and_then(char::from_u32);
    if let Some(ascii) = ascii.filter(char::is_ascii_alphanumeric) {
        return take(ascii.to_ascii_uppercase());
    }
    for upper in letter.to_uppercase() {
        match FOLDED.get(&upper).or_else(|| FOLDED.get(&letter)) {
            Some(plain) => return plain.chars().for_each(take),
            None if upper.is_alphanumeric() || upper == char::REPLACEMENT_CHARACTER => take(upper),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_text_fold_to_one() {
        let spelled = |text: &str| {
            let folded = FoldedText::of(text);
            folded.spelled(0..folded.signs.len())
        };
        for text in ["fv/2026/06/001", "ＦＶ/２０２６⁄06∕001", "F\u{AD}V/2026/06/001.", " fv/2026/06/001, "] {
            assert_eq!(spelled(text), "FV/2026/06/001", "{text:?}");
        }
        assert_eq!(spelled("Żółw – gęś-ﬁrma A\u{328}"), "ZOLW GES-FIRMA A");
        assert_eq!(spelled("5 265,87 zł. Na\u{A0}koncie № 7"), "5 265,87 ZL NA KONCIE NR 7");
        assert_eq!(spelled("a//b"), "A B");
    }
}
