use crate::pdf_objects::Object;

/// A point, or a distance.
pub(in crate::pdf) type Point = (f64, f64);

/// A rectangle whose sides are parallel to the axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::pdf) struct Rect {
    pub(in crate::pdf) left: f64,
    pub(in crate::pdf) bottom: f64,
    pub(in crate::pdf) right: f64,
    pub(in crate::pdf) top: f64,
}

impl Rect {
    /// What contains nothing, and grows by [`with`](Self::with).
    pub(in crate::pdf) const NOTHING: Self =
        Self { left: f64::INFINITY, bottom: f64::INFINITY, right: f64::NEG_INFINITY, top: f64::NEG_INFINITY };

    pub(in crate::pdf) const EVERYTHING: Self =
        Self { left: f64::NEG_INFINITY, bottom: f64::NEG_INFINITY, right: f64::INFINITY, top: f64::INFINITY };

    /// From any two opposite corners, as a PDF may give them.
    pub(in crate::pdf) fn new((x1, y1): Point, (x2, y2): Point) -> Self {
        Self { left: x1.min(x2), bottom: y1.min(y2), right: x1.max(x2), top: y1.max(y2) }
    }

    /// From four numbers, among whatever stands beside them.
    pub(in crate::pdf) fn read(items: &[Object]) -> Option<Self> {
        let numbers: Vec<f64> = items.iter().filter_map(Object::number).collect();
        numbers.try_into().ok().map(Self::of)
    }

    /// From the numbers of two opposite corners.
    pub(in crate::pdf) fn of([x1, y1, x2, y2]: [f64; 4]) -> Self {
        Self::new((x1, y1), (x2, y2))
    }

    pub(in crate::pdf) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(in crate::pdf) fn height(&self) -> f64 {
        self.top - self.bottom
    }

    pub(in crate::pdf) fn with(self, (x, y): Point) -> Self {
        Self { left: self.left.min(x), bottom: self.bottom.min(y), right: self.right.max(x), top: self.top.max(y) }
    }

    /// The rectangle around both.
    pub(in crate::pdf) fn around(&self, other: &Self) -> Self {
        self.with((other.left, other.bottom)).with((other.right, other.top))
    }

    pub(in crate::pdf) fn intersection(&self, other: &Self) -> Self {
        Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        }
    }

    /// True if the two have more than an edge in common.
    pub(in crate::pdf) fn meets(&self, other: &Self) -> bool {
        let common = self.intersection(other);
        common.left < common.right && common.bottom < common.top
    }

    pub(in crate::pdf) fn grown(&self, by: f64) -> Self {
        Self { left: self.left - by, bottom: self.bottom - by, right: self.right + by, top: self.top + by }
    }

    pub(in crate::pdf) fn corners(&self) -> [Point; 4] {
        [(self.left, self.bottom), (self.right, self.bottom), (self.right, self.top), (self.left, self.top)]
    }

    pub(in crate::pdf) fn to_object(self) -> Object {
        Object::Array([self.left, self.bottom, self.right, self.top].map(|side| rounded(side).into()).to_vec())
    }
}

/// A transformation `[a b c d e f]` (ISO 32000-1, 8.3.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::pdf) struct Matrix(pub(in crate::pdf) [f64; 6]);

impl Matrix {
    pub(in crate::pdf) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(in crate::pdf) fn read(items: &[Object]) -> Option<Self> {
        let numbers: Vec<f64> = items.iter().filter_map(Object::number).collect();
        numbers.try_into().ok().map(Self)
    }

    pub(in crate::pdf) fn apply(&self, point: Point) -> Point {
        let [.., right, up] = self.0;
        let (x, y) = self.turn(point);
        (x + right, y + up)
    }

    /// What becomes of a distance, which no shift changes.
    fn turn(&self, (x, y): Point) -> Point {
        let [xx, xy, yx, yy, ..] = self.0;
        (xx * x + yx * y, xy * x + yy * y)
    }

    /// First `self`, then `next`.
    pub(in crate::pdf) fn then(&self, next: &Self) -> Self {
        let [xx, xy, yx, yy, x, y] = self.0;
        let ((xx, xy), (yx, yy), (x, y)) = (next.turn((xx, xy)), next.turn((yx, yy)), next.apply((x, y)));
        Self([xx, xy, yx, yy, x, y])
    }

    /// The rectangle around a rectangle's image.
    pub(in crate::pdf) fn around(&self, rect: &Rect) -> Rect {
        rect.corners().into_iter().fold(Rect::NOTHING, |around, corner| around.with(self.apply(corner)))
    }

    pub(in crate::pdf) fn is_finite(&self) -> bool {
        self.0.iter().all(|number| number.is_finite())
    }

    /// How long a length becomes, roughly: the root of the area's growth.
    pub(in crate::pdf) fn growth(&self) -> f64 {
        let [a, b, c, d, ..] = self.0;
        (a * d - b * c).abs().sqrt()
    }
}

/// Four decimals of a point are 35 nm. More are noise, and make files larger.
pub(in crate::pdf) fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// In points, of 1/72 inch.
pub(in crate::pdf) fn points(millimetres: f64) -> f64 {
    millimetres * 72.0 / 25.4
}

/// In millimetres.
pub(in crate::pdf) fn millimetres(points: f64) -> f64 {
    points * 25.4 / 72.0
}

/// How a page lies before its reader.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::pdf) struct View {
    /// What is seen of the page, in its own units.
    pub(in crate::pdf) visible: Rect,
    /// Quarters of a turn, clockwise.
    pub(in crate::pdf) turns: u8,
    /// A unit of the page in points.
    pub(in crate::pdf) unit: f64,
}

impl View {
    /// The width and height in points, as the reader sees the page.
    pub(in crate::pdf) fn size(&self) -> Point {
        let (width, height) = (self.visible.width() * self.unit, self.visible.height() * self.unit);
        if self.turns.is_multiple_of(2) { (width, height) } else { (height, width) }
    }

    /// From points, counted from the lower left corner as the reader sees it, to the page's own units.
    pub(in crate::pdf) fn matrix(&self) -> Matrix {
        let (s, Rect { left, bottom, right, top }) = (1.0 / self.unit, self.visible);
        Matrix(match self.turns {
            0 => [s, 0.0, 0.0, s, left, bottom],
            1 => [0.0, s, -s, 0.0, right, bottom],
            2 => [-s, 0.0, 0.0, -s, right, top],
            _ => [0.0, -s, s, 0.0, left, top],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ISO 32000-1, table 30: /Rotate turns the page clockwise.
    #[test]
    fn upright_for_the_reader() {
        let visible = Rect::new((100.0, 50.0), (300.0, 150.0));
        // The lower left corner as seen, and the one to its right, by quarters.
        let seen = [
            ((100.0, 50.0), (300.0, 50.0)),
            ((300.0, 50.0), (300.0, 150.0)),
            ((300.0, 150.0), (100.0, 150.0)),
            ((100.0, 150.0), (100.0, 50.0)),
        ];
        for (turns, (left, right)) in (0..4).zip(seen) {
            let view = View { visible, turns, unit: 2.0 };
            let (width, height) = view.size();
            assert_eq!((width, height), if turns % 2 == 0 { (400.0, 200.0) } else { (200.0, 400.0) });
            assert_eq!(view.matrix().apply((0.0, 0.0)), left, "{turns}");
            assert_eq!(view.matrix().apply((width, 0.0)), right, "{turns}");
            assert_eq!(view.matrix().around(&Rect::new((0.0, 0.0), (width, height))), visible, "{turns}");
        }
    }

    #[test]
    fn one_matrix_after_another() {
        let (first, next) = (Matrix([2.0, 1.0, 0.5, 3.0, 7.0, -4.0]), Matrix([0.0, 1.0, -1.0, 0.5, 3.0, 9.0]));
        assert_eq!(first.then(&next).apply((5.0, 6.0)), next.apply(first.apply((5.0, 6.0))));
    }
}
