use std::cell::LazyCell;

use super::ink_map::InkMap;
use crate::pdf::page::geometry::{Point, Rect};

/// Lines that people sign on, dotted ones and drawn ones with words below: whatever stands right above them takes the room
/// of a signature or a stamp.
#[derive(Clone, Debug)]
pub(in crate::pdf) struct SignLines {
    /// In the page's units.
    millimetre: f64,
    drawn: Vec<Rect>,
    dotted: Vec<Rect>,
}

/// In millimetres: shorter ones are of cells, longer ones part a page.
const LENGTHS: std::ops::RangeInclusive<f64> = 25.0..=110.0;

/// In millimetres: how high people sign.
const ROOM: f64 = 15.0;

/// A page of tables has some thousand.
const MOST: usize = 20_000;

impl SignLines {
    /// Of a page on which a millimetre has so many units.
    pub(in crate::pdf) fn new(millimetre: f64) -> Self {
        Self { millimetre, drawn: Vec::new(), dotted: Vec::new() }
    }

    /// Something that is drawn: a line, or an area that looks like one.
    pub(in crate::pdf) fn drawn(&mut self, rect: &Rect) {
        /// In millimetres.
        const THICKEST: f64 = 1.0;
        let (width, height) = (rect.width(), rect.height());
        let is_line = width.min(height) <= THICKEST * self.millimetre && self.is_as_long(width.max(height));
        if is_line && self.drawn.len() < MOST {
            self.drawn.push(*rect);
        }
    }

    /// Letters, which may be dots in a row. Programs print them one by one, too.
    pub(in crate::pdf) fn text(&mut self, rect: &Rect, letters: &str) {
        let is_dot = |c: char| matches!(c, '.' | '_' | '…' | '‥' | '·');
        let dots = letters.chars().filter(|&c| is_dot(c)).count();
        // Most texts have none, or one.
        if dots == 0 || dots * 2 <= letters.chars().filter(|c| !c.is_whitespace()).count() {
            return;
        }
        // As far as the letters are high.
        let (width, height) = (rect.width(), rect.height());
        let near = rect.grown(if letters.chars().count() == 1 { width.max(height) } else { width.min(height) });
        let is_full = self.dotted.len() >= MOST;
        match self.dotted.last_mut().filter(|last| last.meets(&near)) {
            Some(last) => *last = last.around(rect),
            None if is_full => {}
            None => self.dotted.push(*rect),
        }
    }

    /// The grounds on which a signature stands. `map` is that of the page, `up` leads a unit upwards for whoever reads it.
    pub(in crate::pdf) fn grounds(&self, map: &InkMap, up: Point) -> Vec<Rect> {
        /// In millimetres below the line: the words that say who signs.
        const WORDS: [f64; 2] = [1.5, 7.0];
        let moved = |rect: &Rect, millimetres: f64| {
            let by = millimetres * self.millimetre;
            let ([dx, dy], Rect { left, bottom, right, top }) = ([up.0 * by, up.1 * by], *rect);
            Rect::new((left + dx, bottom + dy), (right + dx, top + dy))
        };
        let lies = |rect: &&Rect| {
            if up.1.abs() > up.0.abs() { rect.width() > rect.height() } else { rect.height() > rect.width() }
        };
        let is_long = |rect: &&Rect| self.is_as_long(rect.width().max(rect.height()));
        // Most pages have no such line.
        let room = LazyCell::new(|| map.free());
        let has_words = |rect: &&Rect| !room.has(&moved(rect, -WORDS[0]).around(&moved(rect, -WORDS[1])));
        let drawn = self.drawn.iter().filter(lies).filter(has_words);
        let all = drawn.chain(self.dotted.iter().filter(lies).filter(is_long));
        all.map(|line| line.around(&moved(line, ROOM))).collect()
    }

    fn is_as_long(&self, length: f64) -> bool {
        LENGTHS.contains(&(length / self.millimetre))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ground_of(draw: impl FnOnce(&mut SignLines, &mut InkMap)) -> Vec<[i32; 4]> {
        let (mut lines, mut map) = (SignLines::new(1.0), InkMap::new(Rect::new((0.0, 0.0), (210.0, 297.0)), 1.0));
        draw(&mut lines, &mut map);
        let grounds = lines.grounds(&map, (0.0, 1.0));
        grounds
            .iter()
            .map(|&Rect { left, bottom, right, top }| {
                [left, bottom, right, top].map(|side| (side * 10.0).round() as i32)
            })
            .collect()
    }

    #[test]
    fn lines_to_sign_on() {
        let line = Rect::new((20.0, 30.0), (80.0, 30.2));
        let words = Rect::new((25.0, 25.0), (60.0, 27.5));
        let ground = vec![[200, 300, 800, 452]];
        assert_eq!(ground_of(|lines, map| (lines.drawn(&line), map.mark(&words)).1), ground);
        assert_eq!(ground_of(|lines, _| lines.drawn(&line)), [[0; 4]; 0], "no words");
        for other in [
            Rect::new((20.0, 30.0), (190.0, 30.2)),
            Rect::new((20.0, 30.0), (40.0, 30.2)),
            Rect::new((20.0, 30.0), (80.0, 35.0)),
            Rect::new((20.0, 30.0), (20.2, 80.0)),
        ] {
            assert_eq!(ground_of(|lines, map| (lines.drawn(&other), map.mark(&words)).1), [[0; 4]; 0], "{other:?}");
        }
    }

    #[test]
    fn turned_pages_have_them_too() {
        let (mut lines, mut map) = (SignLines::new(1.0), InkMap::new(Rect::new((0.0, 0.0), (210.0, 297.0)), 1.0));
        lines.drawn(&Rect::new((100.0, 30.0), (100.0, 90.0)));
        map.mark(&Rect::new((102.0, 40.0), (104.0, 60.0)));
        let [ground] = lines.grounds(&map, (-1.0, 0.0))[..] else { panic!("one line") };
        assert!((ground.left - 85.0).abs() < 0.01 && (ground.right - 100.0).abs() < 0.01, "{ground:?}");
        assert!(lines.grounds(&map, (1.0, 0.0)).is_empty() && lines.grounds(&map, (0.0, 1.0)).is_empty());
    }

    #[test]
    fn dots_in_a_row_are_a_line() {
        let dots = |lines: &mut SignLines| lines.text(&Rect::new((20.0, 30.0), (60.0, 33.0)), "...............");
        assert_eq!(ground_of(|lines, _| dots(lines)), [[200, 300, 600, 480]]);
        let one_by_one = |lines: &mut SignLines| {
            for number in 0..40_u32 {
                let left = 20.0 + f64::from(number);
                lines.text(&Rect::new((left, 30.0), (left + 0.5, 33.0)), ".");
            }
        };
        assert_eq!(ground_of(|lines, _| one_by_one(lines)), [[200, 300, 595, 480]]);
        let other = |letters| {
            move |lines: &mut SignLines, _: &mut InkMap| {
                lines.text(&Rect::new((20.0, 30.0), (60.0, 33.0)), letters);
            }
        };
        assert_eq!(ground_of(other("Podpis: .........")).len(), 1);
        assert_eq!(ground_of(other("Towar nr 1. 100,00")).len(), 0);
        assert_eq!(ground_of(other("")).len(), 0);
    }
}
