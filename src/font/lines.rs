/// Breaks a text into lines: at its newlines, where white space is if a word would not fit, and within a word that is
/// wider than a line.
///
/// `width` is that of a character, in the unit of `room`. There is a line at least, and a character at least in each
/// line of a text that has any, whatever the room.
pub(crate) fn lines(text: &str, room: f32, width: impl Fn(char) -> f32) -> Vec<String> {
    // Sums of widths are exact to some millionths.
    let room = room + 1e-3;
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = Line::default();
        for word in paragraph.split(breaks).filter(|word| !word.is_empty()) {
            let word_width: f32 = word.chars().map(&width).sum();
            let space = if line.text.is_empty() { 0.0 } else { width(' ') };
            if line.width + space + word_width <= room {
                line.push(' ', space);
                line.push_word(word, word_width);
                continue;
            }
            if !line.text.is_empty() {
                lines.push(std::mem::take(&mut line).text);
            }
            for character in word.chars() {
                let wide = width(character);
                if line.width + wide > room && !line.text.is_empty() {
                    lines.push(std::mem::take(&mut line).text);
                }
                line.text.push(character);
                line.width += wide;
            }
        }
        lines.push(line.text);
    }
    lines
}

/// True for white space at which a line may end.
fn breaks(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

#[derive(Default)]
struct Line {
    text: String,
    width: f32,
}

impl Line {
    fn push(&mut self, character: char, width: f32) {
        if !self.text.is_empty() {
            self.text.push(character);
            self.width += width;
        }
    }

    fn push_word(&mut self, word: &str, width: f32) {
        self.text.push_str(word);
        self.width += width;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_ten(text: &str) -> Vec<String> {
        lines(text, 10.0, |_| 1.0)
    }

    #[test]
    fn words_stay_whole_if_they_can() {
        assert_eq!(of_ten("one two three four"), ["one two", "three four"]);
        assert_eq!(of_ten("0123456789 a"), ["0123456789", "a"]);
        assert_eq!(of_ten("a 0123456789abc d"), ["a", "0123456789", "abc d"]);
        assert_eq!(of_ten(" a \t b\u{a0}c\nd"), ["a b\u{a0}c", "d"]);
        assert_eq!(of_ten(""), [""]);
        assert_eq!(lines("abc", 0.0, |_| 1.0), ["a", "b", "c"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_too_wide(text in "[a-zą ]{0,600}", room in 1_u8..60) {
            let broken = lines(&text, room.into(), |_| 1.0);
            let without_space = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(without_space(&broken.join(" ")), without_space(&text));
            prop_assert!(broken.iter().all(|line| line.chars().count() <= room.into()));
            // A line is only broken if the next word did not fit, or is one that is broken itself.
            for pair in broken.windows(2) {
                let [last, next] = [pair[0].rsplit(' ').next().unwrap(), pair[1].split(' ').next().unwrap()];
                let is_full = pair[0].chars().count() + 1 + next.chars().count() > room.into();
                prop_assert!(is_full || text.contains(&(last.to_owned() + next)));
            }
        }
    }
}
