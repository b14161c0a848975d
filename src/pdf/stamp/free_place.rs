//! Where on a page the codes go. Points are counted from the lower left corner of the page as the reader sees it; a size is
//! the codes' width and height.

use crate::error::{Error, Kind};
use crate::pdf::page::geometry::{Matrix, Point, Rect, View, millimetres, points};
use crate::pdf::page::ink::InkMap;
use crate::pdf::settings::{Anchor, Corner, Stamp};

/// In points; less is lost in rounding.
const SLACK: f64 = 0.01;

/// In millimetres, between the codes and what is printed: what a map shows is that exact.
const CLEARANCE: f64 = 1.0;

/// In millimetres: what printers may not reach.
const LEAST_MARGIN: f64 = 5.0;

/// The order in which corners are tried.
const CORNERS: [Corner; 4] = [Corner::BottomRight, Corner::BottomLeft, Corner::TopRight, Corner::TopLeft];

/// The codes' lower left corner if they are put into this corner of the page; none if they do not fit there.
pub(super) fn corner(view: &View, size: Point, anchor: &Anchor, corner: Corner) -> Option<Point> {
    let (at, page) = (at_corner(view.size(), size, anchor, corner), view.size());
    let fits = at.0 >= -SLACK && at.1 >= -SLACK && at.0 + size.0 <= page.0 + SLACK && at.1 + size.1 <= page.1 + SLACK;
    fits.then_some(at)
}

fn at_corner((width, height): Point, size: Point, anchor: &Anchor, corner: Corner) -> Point {
    let (x, y) = (points(anchor.x_mm), points(anchor.y_mm));
    let left = match corner {
        Corner::TopLeft | Corner::BottomLeft => x,
        Corner::TopRight | Corner::BottomRight | Corner::Auto => width - x - size.0,
    };
    let bottom = match corner {
        Corner::BottomLeft | Corner::BottomRight | Corner::Auto => y,
        Corner::TopLeft | Corner::TopRight => height - y - size.1,
    };
    (left, bottom)
}

/// All corners into which the codes fit, in the order in which they are tried.
pub(super) fn corners(view: &View, size: Point, anchor: &Anchor) -> Vec<Point> {
    CORNERS.iter().filter_map(|&one| corner(view, size, anchor, one)).collect()
}

/// A free place beside the corners: along the edges, the lower one first, then anywhere, from below upwards and from right to
/// left.
pub(super) fn search(view: &View, map: &InkMap, size: Point, anchor: &Anchor) -> Option<Point> {
    /// A page is tried in so many steps at most, each way.
    const MOST_STEPS: f64 = 300.0;
    let (width, height) = view.size();
    let free = map.free();
    let clearance = points(CLEARANCE);
    let is_free = |at: Point| {
        let area = Rect::new(at, (at.0 + size.0, at.1 + size.1)).grown(clearance);
        free.has(&view.matrix().around(&area))
    };
    let step = (map.side() * view.unit).max(width.max(height) / MOST_STEPS);
    // From the far end to the near one, or the other way, and at the last step exactly at the end.
    let steps = |near: f64, far: f64, falls: bool| {
        let count = if far < near - SLACK { 0 } else { ((far - near) / step).ceil().max(0.0) as u32 + 1 };
        (0..count).map(move |number| {
            let way = (f64::from(number) * step).min((far - near).max(0.0));
            if falls { far - way } else { near + way }
        })
    };
    let (x, y) = (points(anchor.x_mm), points(anchor.y_mm));
    let (right, top) = (width - x - size.0, height - y - size.1);
    if right >= x - SLACK && top >= y - SLACK {
        let along = |bottom: f64| steps(x, right, true).map(move |left| (left, bottom));
        let up = |left: f64| steps(y, top, false).map(move |bottom| (left, bottom));
        let found = along(y).chain(along(top)).chain(up(right)).chain(up(x)).find(|&at| is_free(at));
        if found.is_some() {
            return found;
        }
    }
    let (x, y) = (points(anchor.x_mm.min(LEAST_MARGIN)), points(anchor.y_mm.min(LEAST_MARGIN)));
    steps(y, height - y - size.1, false)
        .flat_map(|bottom| steps(x, width - x - size.0, true).map(move |left| (left, bottom)))
        .find(|&at| is_free(at))
}

/// The size of a new page in points, at least `page`, and where the codes stand on it.
pub(super) fn on_a_new_page(page: [f64; 2], size: Point, stamp: &Stamp) -> ([f64; 2], Point) {
    let room = points(LEAST_MARGIN.max(10.0));
    let page = [page[0].max(size.0 + 2.0 * room), page[1].max(size.1 + 2.0 * room)];
    let view = View { visible: Rect::new((0.0, 0.0), (page[0], page[1])), turns: 0, unit: 1.0 };
    let at = corner(&view, size, &stamp.anchor, stamp.anchor.corner);
    (page, at.unwrap_or((page[0] - room - size.0, room)))
}

/// The codes' rectangle in the page's units.
pub(super) fn rect(view: &View, at: Point, size: Point) -> Rect {
    matrix(view, at).around(&Rect::new((0.0, 0.0), size))
}

/// From the codes' points to the page's units.
pub(super) fn matrix(view: &View, at: Point) -> Matrix {
    Matrix([1.0, 0.0, 0.0, 1.0, at.0, at.1]).then(&view.matrix())
}

/// Where a matrix of [`matrix`] puts the codes' lower left corner, as the reader sees it.
pub(super) fn seen(view: &View, matrix: &Matrix) -> Point {
    let (x, y) = matrix.apply((0.0, 0.0));
    let Rect { left, bottom, right, top } = view.visible;
    let (across, up) = match view.turns {
        0 => (x - left, y - bottom),
        1 => (y - bottom, right - x),
        2 => (right - x, top - y),
        _ => (top - y, x - left),
    };
    (across * view.unit, up * view.unit)
}

/// A unit upwards, as the reader sees the page.
pub(super) fn up(view: &View) -> Point {
    let ((x, y), (above_x, above_y)) = (view.matrix().apply((0.0, 0.0)), view.matrix().apply((0.0, 1.0)));
    let length = (above_x - x).hypot(above_y - y);
    ((above_x - x) / length, (above_y - y) / length)
}

/// A millimetre in the page's units.
pub(super) fn millimetre(view: &View) -> f64 {
    points(1.0) / view.unit
}

/// Why the codes are not put into a corner.
pub(super) fn no_room(view: &View, size: Point, anchor: &Anchor, page: u32) -> Error {
    let (width, height) = view.size();
    let message = format!(
        "page {page} measures {:.0} x {:.0} mm; the codes take {:.1} x {:.1} mm, and do not fit {} and {} mm from a corner of it",
        millimetres(width),
        millimetres(height),
        millimetres(size.0),
        millimetres(size.1),
        anchor.x_mm,
        anchor.y_mm,
    );
    Error::new(Kind::PdfNoRoom, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Point = (200.0, 120.0);

    fn a4() -> View {
        View { visible: Rect::new((0.0, 0.0), (595.0, 842.0)), turns: 0, unit: 1.0 }
    }

    fn found(marked: &[[f64; 4]]) -> Option<Point> {
        let mut map = InkMap::new(a4().visible, millimetre(&a4()));
        for &[left, bottom, right, top] in marked {
            map.mark(&Rect { left, bottom, right, top });
        }
        search(&a4(), &map, SIZE, &Stamp::default().anchor)
    }

    /// Corners aside: the lower edge, the upper one, the right one, the left one, then what is between.
    #[test]
    fn edges_come_before_the_middle() {
        let margin = points(10.0);
        let corners = [[0.0, 0.0, 40.0, 40.0], [560.0, 0.0, 595.0, 40.0]];
        let (left, bottom) = found(&corners).unwrap();
        assert!((bottom - margin).abs() < 0.01 && (330.0..357.0).contains(&left), "{left} {bottom}");
        let lower = [0.0, 0.0, 595.0, 100.0];
        let (_, bottom) = found(&[lower]).unwrap();
        assert!((bottom - (842.0 - margin - 120.0)).abs() < 0.01, "the upper edge: {bottom}");
        let upper = [0.0, 742.0, 595.0, 842.0];
        let (left, bottom) = found(&[lower, upper]).unwrap();
        assert!((left - (595.0 - margin - 200.0)).abs() < 0.01 && bottom > 100.0, "the right edge: {left} {bottom}");
        let sides = [[0.0, 0.0, 40.0, 842.0], [555.0, 0.0, 595.0, 842.0]];
        let (left, bottom) = found(&[lower, upper, sides[0], sides[1]]).unwrap();
        assert!(left > 40.0 && left + 200.0 < 555.0 && bottom > 100.0, "anywhere: {left} {bottom}");
        assert_eq!(found(&[[0.0, 0.0, 595.0, 842.0]]), None);
        assert_eq!(found(&[[297.0, 0.0, 298.0, 842.0]]).map(|(left, _)| left > 298.0), Some(true));
    }

    #[test]
    fn a_new_page_is_large_enough() {
        let (page, at) = on_a_new_page([100.0, 100.0], SIZE, &Stamp::default());
        assert!(at.0 > 0.0 && at.0 + SIZE.0 < page[0] && at.1 + SIZE.1 < page[1], "{page:?} {at:?}");
        let (page, _) = on_a_new_page([595.0, 842.0], SIZE, &Stamp::default());
        assert!((page[0] - 595.0).abs() < 0.01 && (page[1] - 842.0).abs() < 0.01, "{page:?}");
    }
}
