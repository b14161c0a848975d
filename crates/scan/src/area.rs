/// A rectangle on a picture, in pixels, y downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

/// A link beside a code may touch it; one that lies over it takes more of it than this part.
const TOUCHED: f32 = 0.1;

impl Area {
    /// The smallest that holds all points; none if they enclose nothing.
    pub(crate) fn around(points: impl IntoIterator<Item = (f32, f32)>) -> Option<Self> {
        let mut points = points.into_iter().filter(|(x, y)| x.is_finite() && y.is_finite());
        let (x, y) = points.next()?;
        let area = points.fold(Self { left: x, top: y, right: x, bottom: y }, |area, (x, y)| Self {
            left: area.left.min(x),
            top: area.top.min(y),
            right: area.right.max(x),
            bottom: area.bottom.max(y),
        });
        (area.size() > 0.0).then_some(area)
    }

    /// The same on a picture so many times as large.
    pub(crate) fn scaled(self, factor: f32) -> Self {
        let Self { left, top, right, bottom } = self;
        Self { left: left * factor, top: top * factor, right: right * factor, bottom: bottom * factor }
    }

    /// True if this lies over the other, or over a part of it that can be clicked on.
    pub(crate) fn is_over(self, code: Self) -> bool {
        let width = self.right.min(code.right) - self.left.max(code.left);
        let height = self.bottom.min(code.bottom) - self.top.max(code.top);
        width > 0.0 && height > 0.0 && width * height > TOUCHED * code.size()
    }

    fn size(self) -> f32 {
        (self.right - self.left) * (self.bottom - self.top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(left: f32, top: f32, right: f32, bottom: f32) -> Area {
        Area::around([(right, top), (left, bottom)]).unwrap()
    }

    #[test]
    fn what_lies_over_a_code_and_what_touches_it() {
        let code = area(10.0, 10.0, 20.0, 20.0);
        for (link, is_over) in [
            (area(0.0, 0.0, 100.0, 100.0), true),
            (area(14.0, 14.0, 30.0, 30.0), true),
            (area(19.5, 10.0, 30.0, 20.0), false),
            (area(20.0, 10.0, 30.0, 20.0), false),
            (area(30.0, 30.0, 40.0, 40.0), false),
        ] {
            assert_eq!(link.is_over(code), is_over, "{link:?}");
        }
        assert!(area(20.0, 20.0, 40.0, 40.0).scaled(0.5).is_over(code));
        for nothing in [&[][..], &[(1.0, 1.0)], &[(1.0, 1.0), (1.0, 5.0)], &[(f32::NAN, 0.0)]] {
            assert_eq!(Area::around(nothing.iter().copied()), None);
        }
    }
}
