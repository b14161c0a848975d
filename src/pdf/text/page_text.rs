use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use crate::pdf::page::geometry::Point;

/// What a page says, as far as its fonts tell which letters they draw.
#[derive(Clone, Default)]
pub struct PageText {
    text: String,
    pieces: Vec<Piece>,
    last: Option<Last>,
    pub(super) letters: usize,
    pub(super) hidden: usize,
    pub(super) unreadable: usize,
    pub(super) cut: bool,
}

/// Letters that follow each other on one line without a gap.
#[derive(Clone)]
struct Piece {
    text: Range<usize>,
    start: Spot,
    /// Along the line.
    end: f64,
}

/// Where text begins, seen along its own line.
#[derive(Clone, Copy)]
struct Spot {
    /// In quarters of a turn.
    turn: u8,
    along: f64,
    across: f64,
    em: f64,
}

/// The string that was shown last.
#[derive(Clone)]
struct Last {
    text: Range<usize>,
    at: Point,
    end: Point,
    direction: Point,
}

/// A string that is shown: where, how long, in which direction.
pub(super) struct Shown {
    pub(super) at: Point,
    pub(super) end: Point,
    /// Of length 1.
    pub(super) direction: Point,
    /// The size of the letters along their line.
    pub(super) em: f64,
}

/// In em: a space is a quarter, and what fonts move letters closer or apart stays under a tenth.
const GAP: f64 = 0.17;
/// In em: how far back a string may begin that goes on with the one before it. Of fonts that give no widths they are
/// guessed.
const OVERLAP: f64 = -0.3;
/// In em: how far aside letters are drawn once more to look bold. An `l` is twice as wide.
const ASIDE: f64 = 0.1;
/// In em: how far off the line.
const RAISED: f64 = 0.35;

impl PageText {
    /// The text in the order in which it is drawn, with a space between what does not lie close together.
    pub fn drawn(&self) -> &str {
        &self.text
    }

    /// The text in the order in which it lies on the page: line by line from above, each from its beginning.
    pub fn by_position(&self) -> String {
        let mut pieces: Vec<&Piece> = self.pieces.iter().collect();
        pieces.sort_by(|one, other| {
            let turn = one.start.turn.cmp(&other.start.turn);
            turn.then(other.start.across.partial_cmp(&one.start.across).unwrap_or(Ordering::Equal))
        });
        let mut text = String::with_capacity(self.text.len() + pieces.len());
        let mut rest = pieces.as_mut_slice();
        while let Some(first) = rest.first().map(|piece| piece.start) {
            let is_of_line = |piece: &&Piece| {
                let start = piece.start;
                start.turn == first.turn && (start.across - first.across).abs() <= RAISED * first.em.max(start.em)
            };
            let count = rest.iter().take_while(|piece| is_of_line(piece)).count().max(1);
            let (line, below) = rest.split_at_mut(count);
            line.sort_by(|one, other| one.start.along.partial_cmp(&other.start.along).unwrap_or(Ordering::Equal));
            let mut end = f64::NEG_INFINITY;
            for piece in &*line {
                if piece.start.along - end > GAP * piece.start.em {
                    text.push(' ');
                }
                text.push_str(self.text.get(piece.text.clone()).unwrap_or_default());
                end = piece.end;
            }
            text.push('\n');
            rest = below;
        }
        text
    }

    /// Letters and digits that are to be seen, and that the fonts name.
    pub fn letters(&self) -> usize {
        self.letters
    }

    /// Letters and digits that are there to be searched for only, as behind the picture of a scan.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// What is drawn as text and nobody can tell which letters it is, three and more in a row: one or two are bullets, or
    /// letters with accents that the font does not name.
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// True if the page's content could not be read to its end.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Adds a string. False if it is the last one drawn once more, a little aside: that is how some make letters bold.
    pub(super) fn add(&mut self, text: &str, shown: &Shown) -> bool {
        let Shown { at, end, direction, em } = *shown;
        let mut goes_on = false;
        if let Some(last) = &mut self.last {
            let between = |from: Point| {
                let (x, y) = (at.0 - from.0, at.1 - from.1);
                (x * direction.0 + y * direction.1, y * direction.0 - x * direction.1)
            };
            let (moved, raised) = between(last.at);
            let is_again = moved.abs() < ASIDE * em && raised.abs() < ASIDE * em;
            if is_again && !text.trim().is_empty() && self.text.get(last.text.clone()) == Some(text) {
                last.end = end;
                return false;
            }
            let (gap, raised) = between(last.end);
            let is_parallel = last.direction.0 * direction.0 + last.direction.1 * direction.1 > 0.99;
            goes_on = is_parallel && raised.abs() <= RAISED * em && (OVERLAP * em..=GAP * em).contains(&gap);
        }
        let along = |point: Point| point.0 * direction.0 + point.1 * direction.1;
        if !goes_on && !self.text.is_empty() {
            self.text.push(' ');
        }
        let start = self.text.len();
        self.text.push_str(text);
        let range = start..self.text.len();
        match self.pieces.last_mut().filter(|_| goes_on) {
            Some(piece) => {
                piece.text.end = range.end;
                piece.end = along(end);
            }
            None => self.pieces.push(Piece {
                text: range.clone(),
                start: Spot {
                    turn: (direction.1.atan2(direction.0) / std::f64::consts::FRAC_PI_2).round().rem_euclid(4.0) as u8,
                    along: along(at),
                    across: at.1 * direction.0 - at.0 * direction.1,
                    em,
                },
                end: along(end),
            }),
        }
        self.last = Some(Last { text: range, at, end, direction });
        true
    }
}

impl fmt::Debug for PageText {
    /// No text: it may be confidential, and long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { letters, hidden, unreadable, cut, .. } = self;
        write!(f, "PageText({letters} letters, {hidden} hidden, {unreadable} unreadable, cut: {cut})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(strings: &[(&str, f64, f64)]) -> PageText {
        let mut page = PageText::default();
        for (text, x, y) in strings {
            let width = text.chars().count() as f64 * 5.0;
            page.add(text, &Shown { at: (*x, *y), end: (x + width, *y), direction: (1.0, 0.0), em: 10.0 });
        }
        page
    }

    #[test]
    fn gaps_are_spaces_and_kerns_are_none() {
        assert_eq!(page(&[("F", 0.0, 0.0), ("V", 4.5, 0.0), ("1", 10.5, 0.0), ("x", 18.0, 0.0)]).drawn(), "FV1 x");
        assert_eq!(page(&[("F", 0.0, 0.0), ("V", 5.0, -12.0)]).drawn(), "F V");
        // Bold by drawing twice.
        assert_eq!(page(&[("F", 0.0, 0.0), ("F", 0.3, 0.0), ("V", 5.0, 0.0), ("V", 5.3, 0.0)]).drawn(), "FV");
        assert_eq!(page(&[("1", 0.0, 0.0), ("1", 5.0, 0.0)]).drawn(), "11");
        assert_eq!(page(&[("l", 0.0, 0.0), ("l", 2.2, 0.0)]).drawn(), "ll");
    }

    #[test]
    fn what_is_drawn_column_by_column_is_read_line_by_line() {
        let page = page(&[("Numer", 0.0, 50.0), ("Data", 0.0, 40.0), ("7", 60.0, 51.0), ("dziś", 60.0, 40.0)]);
        assert_eq!(page.drawn(), "Numer Data 7 dziś");
        assert_eq!(page.by_position(), " Numer 7\n Data dziś\n".to_owned());
    }
}
