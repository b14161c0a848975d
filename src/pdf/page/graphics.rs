use std::rc::Rc;

use super::geometry::{Matrix, Point, Rect};
use super::letter_widths::LetterWidths;

/// What `q` keeps and `Q` brings back (ISO 32000-1, 8.4), as far as it matters for where ink falls.
#[derive(Clone)]
pub(in crate::pdf) struct State {
    pub(in crate::pdf) matrix: Matrix,
    /// Around what may be drawn on.
    pub(in crate::pdf) clip: Rect,
    pub(in crate::pdf) fill: Paint,
    pub(in crate::pdf) stroke: Paint,
    pub(in crate::pdf) line_width: f64,
    pub(in crate::pdf) font: Option<Rc<LetterWidths>>,
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
    /// All zeros: CMYK, and inks by name.
    Ink,
    /// A hundred, then two zeros.
    Lab,
    /// Patterns and palettes: never known to be white.
    Other,
}

impl Space {
    /// The space of a name, or family, that the standard knows.
    pub(in crate::pdf) fn of(name: &[u8]) -> Option<Self> {
        match name {
            b"DeviceGray" | b"DeviceRGB" | b"CalGray" | b"CalRGB" | b"ICCBased" => Some(Self::Light),
            b"DeviceCMYK" | b"Separation" | b"DeviceN" => Some(Self::Ink),
            b"Lab" => Some(Self::Lab),
            b"Pattern" | b"Indexed" => Some(Self::Other),
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
                Space::Lab => numbers.first().is_some_and(|&light| light >= 99.9),
                Space::Other => false,
            };
        Self { space, white }
    }
}

impl State {
    pub(in crate::pdf) fn new(matrix: Matrix) -> Self {
        Self {
            matrix,
            clip: Rect::EVERYTHING,
            fill: Paint::BLACK,
            stroke: Paint::BLACK,
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

/// A path under construction, looked at only for what it has in common with an area.
pub(in crate::pdf) struct Path {
    area: Rect,
    start: Point,
    at: Point,
    subpath: Rect,
    whole: Rect,
    /// A line of it crosses the area.
    pub(in crate::pdf) crossed: bool,
    /// The rectangle around a part of it meets the area.
    covered: bool,
}

impl Path {
    pub(in crate::pdf) fn new(area: Rect) -> Self {
        let nothing = Rect::NOTHING;
        let zero = (0.0, 0.0);
        Self { area, start: zero, at: zero, subpath: nothing, whole: nothing, crossed: false, covered: false }
    }

    pub(in crate::pdf) fn move_to(&mut self, to: Point) {
        self.end_subpath();
        (self.start, self.at) = (to, to);
        self.subpath = Rect::NOTHING.with(to);
    }

    /// `half` is half of the line's width.
    pub(in crate::pdf) fn line_to(&mut self, to: Point, half: f64) {
        self.crossed |= crosses(&self.area.grown(half), self.at, to);
        self.subpath = self.subpath.with(to);
        self.at = to;
    }

    pub(in crate::pdf) fn curve_to(&mut self, first: Point, second: Point, to: Point, half: f64) {
        /// Eight lines are closer to a curve than the width of what is searched for.
        const STEPS: u32 = 8;
        let from = self.at;
        for step in 1..=STEPS {
            let t = f64::from(step) / f64::from(STEPS);
            let u = 1.0 - t;
            let mix = |a: f64, b: f64, c: f64, d: f64| {
                u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
            };
            self.line_to((mix(from.0, first.0, second.0, to.0), mix(from.1, first.1, second.1, to.1)), half);
        }
    }

    pub(in crate::pdf) fn close(&mut self, half: f64) {
        self.line_to(self.start, half);
    }

    /// Where the pen is.
    pub(in crate::pdf) fn at(&self) -> Point {
        self.at
    }

    fn end_subpath(&mut self) {
        self.covered |= self.subpath.meets(&self.area);
        if self.subpath != Rect::NOTHING {
            self.whole =
                self.whole.with((self.subpath.left, self.subpath.bottom)).with((self.subpath.right, self.subpath.top));
        }
        self.subpath = Rect::NOTHING;
    }

    /// True if it fills a part of the area.
    pub(in crate::pdf) fn covers(&mut self) -> bool {
        self.end_subpath();
        self.covered
    }

    /// The rectangle around it.
    pub(in crate::pdf) fn around(&mut self) -> Rect {
        self.end_subpath();
        self.whole
    }
}

/// True if the line between two points comes into a rectangle (Liang and Barsky).
fn crosses(rect: &Rect, from: Point, to: Point) -> bool {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
    for (along, room) in
        [(-dx, from.0 - rect.left), (dx, rect.right - from.0), (-dy, from.1 - rect.bottom), (dy, rect.top - from.1)]
    {
        if along == 0.0 {
            if room <= 0.0 {
                return false;
            }
        } else if along < 0.0 {
            enters = enters.max(room / along);
        } else {
            leaves = leaves.min(room / along);
        }
    }
    enters < leaves || (dx == 0.0 && dy == 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_cross_and_lines_that_pass() {
        let rect = Rect::new((10.0, 10.0), (20.0, 20.0));
        for (from, to, crossing) in [
            ((0.0, 15.0), (30.0, 15.0), true),
            ((0.0, 0.0), (30.0, 30.0), true),
            ((12.0, 12.0), (13.0, 14.0), true),
            ((0.0, 5.0), (30.0, 5.0), false),
            ((0.0, 25.0), (5.0, 0.0), false),
            ((0.0, 15.0), (9.0, 15.0), false),
            ((0.0, 12.0), (12.0, 0.0), false),
        ] {
            assert_eq!(crosses(&rect, from, to), crossing, "{from:?} {to:?}");
            assert_eq!(crosses(&rect, to, from), crossing, "{to:?} {from:?}");
        }
    }

    #[test]
    fn white_in_each_space() {
        assert!(Paint::of(Space::Light, &[1.0]).white && Paint::of(Space::Light, &[1.0; 3]).white);
        assert!(Paint::of(Space::Light, &[0.0; 4]).white && Paint::of(Space::Ink, &[0.0]).white);
        assert!(!Paint::of(Space::Light, &[0.0]).white && !Paint::of(Space::Ink, &[1.0]).white);
        assert!(!Paint::of(Space::Other, &[1.0]).white && !Paint::of(Space::Light, &[]).white);
        assert!(Paint::of(Space::Lab, &[100.0, 0.0, 0.0]).white);
    }
}
