use super::folded_text::{FoldedText, Gap, Sign};

/// The number of an invoice, as it is looked for in a text.
#[derive(Debug)]
pub(super) struct Number {
    runs: Vec<Run>,
}

/// Letters, or digits.
#[derive(Debug)]
struct Run {
    is_digits: bool,
    /// Without leading zeros, if they are digits.
    signs: Vec<char>,
    gap: Gap,
}

/// How closely a text has to keep to the number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spelling {
    /// Other dashes, slashes and spaces, other case, no accents, no leading zeros.
    Usual,
    /// The same, and letters may stand apart: some producers place each on its own.
    Spaced,
}

/// Words before a number that it is written together with: `nr12/2026`.
const GLUED_BEFORE: [&str; 9] = ["NR", "NO", "N", "NUMER", "NUMBER", "FAKTURA", "FAKTURY", "INVOICE", "VAT"];

/// Letters behind a number that are a word and no part of it: `2026-oryginał`.
const SHORTEST_WORD: usize = 4;

impl Number {
    pub(super) fn new(number: &str) -> Self {
        let folded = FoldedText::of(number);
        let mut runs: Vec<Run> = Vec::new();
        for sign in folded.signs {
            match runs.last_mut() {
                Some(run) if sign.gap == Gap::None && run.is_digits == sign.is_digit() => run.signs.push(sign.letter),
                _ => runs.push(Run { is_digits: sign.is_digit(), signs: vec![sign.letter], gap: sign.gap }),
            }
        }
        for run in runs.iter_mut().filter(|run| run.is_digits) {
            let zeros = run.signs.iter().take_while(|&&digit| digit == '0').count();
            run.signs.drain(..zeros);
        }
        Self { runs }
    }

    /// True if there is neither letter nor digit in it.
    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Which runs are digits.
    pub(super) fn shape(&self) -> Vec<bool> {
        self.runs.iter().map(|run| run.is_digits).collect()
    }

    /// True if it is so short that it stands in many texts by chance.
    pub(super) fn is_weak(&self) -> bool {
        let signs: usize = self.runs.iter().map(|run| run.signs.len()).sum();
        signs < if !self.has_letters() && self.runs.len() == 1 { 5 } else { 3 }
    }

    pub(super) fn has_letters(&self) -> bool {
        self.runs.iter().any(|run| !run.is_digits)
    }

    /// True if letters that stand apart are this number's, and not some others'.
    pub(super) fn may_be_spaced(&self) -> bool {
        let signs: usize = self.runs.iter().map(|run| run.signs.len()).sum();
        signs >= if self.has_letters() { 6 } else { 9 }
    }

    /// Where the number stands in a text.
    pub(super) fn places<'t>(&'t self, text: &'t FoldedText, spelling: Spelling) -> impl Iterator<Item = usize> + 't {
        (0..text.signs.len()).filter(move |&at| {
            self.ends(text, at, spelling, false).is_some_and(|end| begins_free(text, at) && ends_free(text, end))
        })
    }

    /// True if the number begins here, behind a word that announces it.
    pub(super) fn is_at(&self, text: &FoldedText, at: usize, spelling: Spelling) -> bool {
        self.ends(text, at, spelling, true).is_some_and(|end| ends_free(text, end))
    }

    /// Where the number ends that begins here.
    fn ends(&self, text: &FoldedText, start: usize, spelling: Spelling, is_announced: bool) -> Option<usize> {
        let is_spaced = spelling == Spelling::Spaced;
        if self.is_empty() {
            return None;
        }
        // `1 220 szt.` is not the number 1/220.
        let needs_joints = !self.has_letters() && !is_announced && !is_spaced;
        let (mut at, mut close, mut apart) = (start, 0, 0);
        for (index, run) in self.runs.iter().enumerate() {
            let first = at;
            let joins = |sign: Sign| matches!(sign.gap, Gap::Joint(_));
            if index > 0 && needs_joints && matches!(run.gap, Gap::Joint(_)) && !joins(text.sign(at)?) {
                return None;
            }
            let mut take = |at: &mut usize, letter: char| {
                // Of letters beyond ASCII many fonts do not say what they are.
                let is_same = |sign: &Sign| sign.letter == letter || sign.is_unreadable() && !letter.is_ascii_digit();
                let sign = text.sign(*at).filter(is_same)?;
                if *at > first {
                    *(if sign.gap == Gap::None { &mut close } else { &mut apart }) += 1;
                }
                (*at == first || sign.gap == Gap::None || is_spaced).then(|| *at += 1)
            };
            while run.is_digits && take(&mut at, '0').is_some() {}
            for &letter in &run.signs {
                take(&mut at, letter)?;
            }
            // Nothing but zeros, and there are none; or the run goes on.
            let goes_on = |next: Sign| next.gap == Gap::None && next.is_digit() == run.is_digits;
            if at == first || text.sign(at).is_some_and(goes_on) {
                return None;
            }
        }
        // One number and the beginning of what follows are not letters that stand apart.
        (!is_spaced || apart > close).then_some(at)
    }
}

/// False if something before is a part of a longer number.
fn begins_free(text: &FoldedText, at: usize) -> bool {
    let Some(sign) = text.sign(at).filter(|_| at > 0) else { return true };
    match sign.gap {
        Gap::Apart => true,
        Gap::Joint(_) => false,
        Gap::None => {
            text.sign(at - 1).is_some_and(Sign::is_unreadable)
                || GLUED_BEFORE.contains(&text.letters_before(at).as_str())
        }
    }
}

/// False if something behind is a part of a longer number.
fn ends_free(text: &FoldedText, end: usize) -> bool {
    let Some(next) = text.sign(end) else { return true };
    next.gap == Gap::Apart || next.is_unreadable() || text.letters_from(end).chars().count() >= SHORTEST_WORD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(number: &str, text: &str, spelling: Spelling) -> bool {
        Number::new(number).places(&FoldedText::of(text), spelling).next().is_some()
    }

    #[test]
    fn spellings_of_a_number() {
        for (number, text) in [
            ("FV/2026/06/001", "Faktura FV/2026/06/001"),
            ("FV/2026/06/001", "nr FV/2026/6/1 z dnia 15.06.2026"),
            ("FV/2026/06/001", "fv / 2026 / 06 / 001"),
            ("FV/2026/06/001", "FV/2026/\n06/001\n2026-06-15"),
            ("FV/2026/06/001", "FV 2026-06-001."),
            ("FV/2026/06/1", "FV/2026/06/001"),
            ("KM 117/26 - FV 1", "Faktura KM 117/26 – FV 1"),
            ("KM 117/26 - FV 1", "KM117/26-FV1"),
            ("SF/GĘŚ/88/2026", "SF/Ge\u{328}s\u{301}/88/2026"),
            ("12/2026", "Faktura nr12/2026"),
            ("12/2026", "FAKTURA 12/2026-ORYGINAŁ"),
            ("2026001234", "nr 2026001234,"),
            ("A-000", "A-000"),
            ("FV1/2026", "FV 1/2026"),
            ("SF/GĘŚ/88/2026", "SF/G\u{FFFD}\u{FFFD}/88/2026"),
            ("FV/1/2026", "\u{FFFD}FV/1/2026\u{FFFD}"),
        ] {
            assert!(found(number, text, Spelling::Usual), "{number:?} in {text:?}");
        }
    }

    #[test]
    fn what_is_another_number() {
        for (number, text) in [
            ("FV/2026/06/001", "FV/2026/06/0012"),
            ("FV/2026/06/001", "FV/2026/06/001/K"),
            ("FV/2026/06/001", "FV/2026/06/001A"),
            ("FV/2026/06/001", "KOR/FV/2026/06/001"),
            ("FV/2026/06/001", "FV/2026/06/002"),
            ("FV/2026/06/001", "XFV/2026/06/001"),
            ("1/2026", "11/2026"),
            ("1/2026", "1/2026z"),
            ("1/2026", "FV/1/2026"),
            ("1/2026", "Faktura VAT/1/2026"),
            ("12/2026", "22.12.2026"),
            ("12/2026", "1 220,26"),
            ("1/220", "1 220 szt."),
            ("A-000", "A-"),
            ("FV/1/2026", "FV/\u{FFFD}/2026"),
        ] {
            assert!(!found(number, text, Spelling::Usual), "{number:?} in {text:?}");
        }
    }

    #[test]
    fn letters_that_stand_apart() {
        assert!(found("FV/2026/06/001", "F V / 2 0 2 6 / 0 6 / 0 0 1", Spelling::Spaced));
        assert!(!found("FV/2026/06/001", "F V / 2 0 2 6 / 0 6 / 0 0 2", Spelling::Spaced));
        assert!(!found("FV/2026/06/12", "FV/2026/06/1 2 szt.", Spelling::Spaced));
        assert!(Number::new("7").is_weak() && Number::new("1/2").is_weak() && !Number::new("5/26").is_weak());
    }
}
