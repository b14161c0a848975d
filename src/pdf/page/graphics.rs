use std::rc::Rc;

use super::font::Font;
use super::geometry::{Matrix, Point, Rect};

/// What `q` keeps and `Q` brings back (ISO 32000-1, 8.4), as far as it matters for where ink falls.
#[derive(Clone)]
pub(in crate::pdf) struct State {
    pub(in crate::pdf) matrix: Matrix,
    /// Around what may be drawn on.
    pub(in crate::pdf) clip: Rect,
    pub(in crate::pdf) fill: Paint,
    pub(in crate::pdf) stroke: Paint,
    /// True if white turns around what it falls on: paper becomes dark by it.
    pub(in crate::pdf) inverts: bool,
    /// True if colours become others when they are drawn.
    pub(in crate::pdf) transfers: bool,
    pub(in crate::pdf) line_width: f64,
    pub(in crate::pdf) font: Option<Rc<Font>>,
    pub(in crate::pdf) size: f64,
    pub(in crate::pdf) letter_space: f64,
    pub(in crate::pdf) word_space: f64,
    pub(in crate::pdf) stretch: f64,
    pub(in crate::pdf) leading: f64,
    pub(in crate::pdf) rise: f64,
    pub(in crate::pdf) mode: i64,
}

/// A colour, as far as one needs to know whether it is that of paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::pdf) struct Paint {
    pub(in crate::pdf) space: Space,
    pub(in crate::pdf) white: bool,
}

/// How many numbers mean white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::pdf) enum Space {
    /// All ones: grey, RGB.
    Light,
    /// All zeros: CMYK, and inks by name that are shown as white where there is none of them.
    Ink,
    /// A hundred, then two zeros.
    Lab,
    /// Patterns, palettes and all else: never known to be white.
    Other,
}

impl Space {
    /// The space of a name that needs nothing but its name.
    pub(in crate::pdf) fn of(name: &[u8]) -> Option<Self> {
        match name {
            b"DeviceGray" | b"DeviceRGB" => Some(Self::Light),
            b"DeviceCMYK" => Some(Self::Ink),
            b"Pattern" => Some(Self::Other),
            _ => None,
        }
    }
}

impl Paint {
    pub(in crate::pdf) const BLACK: Self = Self { space: Space::Light, white: false };

    /// The colour of these numbers. Four of them are CMYK whatever the space is called.
    pub(in crate::pdf) fn of(space: Space, numbers: &[f64]) -> Self {
        let white = !numbers.is_empty()
            && match space {
                Space::Light if numbers.len() != 4 => numbers.iter().all(|&number| number >= 0.999),
                Space::Light | Space::Ink => numbers.iter().all(|&number| number <= 0.001),
                Space::Lab => {
                    numbers.first().is_some_and(|&light| light >= 99.9)
                        && numbers.iter().skip(1).all(|tone| tone.abs() <= 1.0)
                }
                Space::Other => false,
            };
        Self { space, white }
    }
}

impl State {
    /// True if what is filled leaves the paper as it is.
    pub(in crate::pdf) fn fills_white(&self) -> bool {
        self.fill.white && !self.inverts && !self.transfers
    }

    /// The same of lines.
    pub(in crate::pdf) fn strokes_white(&self) -> bool {
        self.stroke.white && !self.inverts && !self.transfers
    }

    pub(in crate::pdf) fn new(matrix: Matrix) -> Self {
        Self {
            matrix,
            clip: Rect::EVERYTHING,
            fill: Paint::BLACK,
            stroke: Paint::BLACK,
            inverts: false,
            transfers: false,
            line_width: 1.0,
            font: None,
            size: 0.0,
            letter_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
        }
    }
}

/// A path under construction: its lines, and the rectangle around each of its parts.
#[derive(Default)]
pub(in crate::pdf) struct Path {
    start: Point,
    at: Point,
    /// Around the part that is being made.
    subpath: Option<Rect>,
    subpaths: Vec<Rect>,
    lines: Vec<(Point, Point)>,
}

/// Lines, and parts, that are told apart; of more parts the last is one with all that come after.
const MOST_LINES: usize = 20_000;

impl Path {
    /// Begins another, and keeps the room of this one.
    pub(in crate::pdf) fn clear(&mut self) {
        self.subpath = None;
        self.subpaths.clear();
        self.lines.clear();
    }

    /// True if nothing was begun.
    pub(in crate::pdf) fn is_empty(&self) -> bool {
        self.subpath.is_none() && self.subpaths.is_empty()
    }

    pub(in crate::pdf) fn move_to(&mut self, to: Point) {
        self.end_subpath();
        (self.start, self.at) = (to, to);
        self.subpath = Some(Rect::NOTHING.with(to));
    }

    pub(in crate::pdf) fn line_to(&mut self, to: Point) {
        self.subpath = Some(self.subpath.unwrap_or(Rect::NOTHING).with(to));
        if self.lines.len() < MOST_LINES {
            self.lines.push((self.at, to));
        }
        self.at = to;
    }

    pub(in crate::pdf) fn curve_to(&mut self, first: Point, second: Point, to: Point) {
        /// Eight lines are closer to a curve than the width of what is searched for.
        const STEPS: u32 = 8;
        let from = self.at;
        for step in 1..=STEPS {
            let t = f64::from(step) / f64::from(STEPS);
            let u = 1.0 - t;
            let mix = |a: f64, b: f64, c: f64, d: f64| {
                u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
            };
            self.line_to((mix(from.0, first.0, second.0, to.0), mix(from.1, first.1, second.1, to.1)));
        }
    }

    pub(in crate::pdf) fn close(&mut self) {
        self.line_to(self.start);
    }

    /// Where the pen is.
    pub(in crate::pdf) fn at(&self) -> Point {
        self.at
    }

    /// Its lines; not all of them where it [is crowded](Self::is_crowded).
    pub(in crate::pdf) fn lines(&self) -> &[(Point, Point)] {
        &self.lines
    }

    /// True if it has more lines than are told apart: it counts as filled then.
    pub(in crate::pdf) fn is_crowded(&self) -> bool {
        self.lines.len() >= MOST_LINES
    }

    /// The rectangles around its parts.
    pub(in crate::pdf) fn parts(&mut self) -> &[Rect] {
        self.end_subpath();
        &self.subpaths
    }

    /// The rectangle around it.
    pub(in crate::pdf) fn around(&mut self) -> Rect {
        self.parts().iter().fold(Rect::NOTHING, |all, part| all.around(part))
    }

    fn end_subpath(&mut self) {
        let Some(part) = self.subpath.take() else { return };
        let is_full = self.subpaths.len() >= MOST_LINES;
        match self.subpaths.last_mut() {
            Some(last) if is_full => *last = last.around(&part),
            _ => self.subpaths.push(part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_parts_and_lines() {
        let mut path = Path::default();
        path.move_to((0.0, 0.0));
        path.line_to((10.0, 0.0));
        path.move_to((20.0, 20.0));
        path.curve_to((20.0, 30.0), (30.0, 30.0), (30.0, 20.0));
        path.close();
        assert_eq!((path.lines().len(), path.parts().len()), (10, 2));
        assert!((path.around().right - 30.0).abs() < 1e-9);
        for step in 0..3 * MOST_LINES {
            path.move_to((0.0, step as f64));
            path.line_to((1.0, step as f64));
        }
        assert!(path.is_crowded() && path.parts().len() == MOST_LINES && path.lines().len() == MOST_LINES);
        assert!((path.around().top - (3 * MOST_LINES - 1) as f64).abs() < 1e-9);
        path.clear();
        assert!(path.is_empty());
    }

    #[test]
    fn white_in_each_space() {
        assert!(Paint::of(Space::Light, &[1.0]).white && Paint::of(Space::Light, &[1.0; 3]).white);
        assert!(Paint::of(Space::Light, &[0.0; 4]).white && Paint::of(Space::Ink, &[0.0]).white);
        assert!(!Paint::of(Space::Light, &[0.0]).white && !Paint::of(Space::Ink, &[1.0]).white);
        assert!(!Paint::of(Space::Other, &[1.0]).white && !Paint::of(Space::Light, &[]).white);
        assert!(Paint::of(Space::Lab, &[100.0, 0.0, 0.0]).white && !Paint::of(Space::Lab, &[100.0, 80.0, 0.0]).white);
    }
}
