/// What one character of the label font looks like: all lengths with `y` downwards, from the pen's first position on the
/// baseline.
pub(crate) struct Glyph {
    pub(crate) character: char,
    /// How far the pen moves on.
    pub(super) advance: i16,
    /// The box around all points of the outline, control points included: left, right, top and bottom; none for a space.
    pub(super) ink: Option<[i16; 4]>,
    /// The outline, to be filled by the non-zero rule.
    pub(super) outline: &'static [Segment<[i16; 2]>],
}

/// A part of an outline, to a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Segment<Point> {
    Move(Point),
    Line(Point),
    /// By a control point.
    Curve(Point, Point),
    Close,
}

/// What the data count in. The points lie on 64ths of an em, to which they were rounded when they were first read; pictures
/// stay the same to the pixel.
const UNITS_AN_EM: f32 = 4096.0;

/// A box around ink, in em from the pen's first position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extent {
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) top: f32,
    pub(crate) bottom: f32,
}

impl Glyph {
    /// How far the pen moves on, in em.
    pub(crate) fn advance(&self) -> f32 {
        in_em(self.advance)
    }

    /// The outline, in em.
    pub(crate) fn outline(&self) -> impl Iterator<Item = Segment<[f32; 2]>> {
        self.outline.iter().map(|segment| segment.map(|point| point.map(in_em)))
    }

    /// The box around the ink, in em: never too small. None for a space.
    pub(crate) fn ink(&self) -> Option<Extent> {
        let [left, right, top, bottom] = self.ink?.map(in_em);
        Some(Extent { left, right, top, bottom })
    }
}

fn in_em(length: i16) -> f32 {
    f32::from(length) / UNITS_AN_EM
}

impl<Point: Copy> Segment<Point> {
    /// The same with other points.
    pub(crate) fn map<Other>(self, mut other: impl FnMut(Point) -> Other) -> Segment<Other> {
        match self {
            Self::Move(to) => Segment::Move(other(to)),
            Self::Line(to) => Segment::Line(other(to)),
            Self::Curve(control, to) => Segment::Curve(other(control), other(to)),
            Self::Close => Segment::Close,
        }
    }
}

impl Extent {
    pub(super) const NOTHING: Self = Self { left: 0.0, right: 0.0, top: 0.0, bottom: 0.0 };

    pub(crate) fn width(self) -> f32 {
        self.right - self.left
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            right: self.right.max(other.right),
            top: self.top.min(other.top),
            bottom: self.bottom.max(other.bottom),
        }
    }

    pub(super) fn moved_right(self, by: f32) -> Self {
        Self { left: self.left + by, right: self.right + by, ..self }
    }
}
