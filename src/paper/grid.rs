use crate::error::{Error, Kind, Result};

/// How the labels of a sheet lie on A4. Lengths are millimetres.
///
/// The default is the most common sheet of labels: 3 × 7 of 63.5 × 38.1 mm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    columns: u32,
    rows: u32,
    /// The size of a label.
    width: f64,
    height: f64,
    /// From the paper's left and upper edge to the first label.
    left: f64,
    top: f64,
    /// Between labels, across and down.
    gap_x: f64,
    gap_y: f64,
}

/// A4.
pub(super) const PAPER: [f64; 2] = [210.0, 297.0];

impl Grid {
    /// Takes `columns` by `rows` labels of `size` (width and height), the first at `margins` (from the left and from the top)
    /// with `gaps` (across and down) between them, in millimetres. A label is 15 mm wide and high at least, and all are on the
    /// paper.
    ///
    /// # Errors
    /// `setting_malformed`.
    pub fn new(columns: u32, rows: u32, size: [f64; 2], margins: [f64; 2], gaps: [f64; 2]) -> Result<Self> {
        let refuse = |why: String| Err(Error::new(Kind::SettingMalformed, why));
        if !(1..=50).contains(&columns) || !(1..=50).contains(&rows) {
            return refuse(format!("{columns} by {rows} labels on a sheet: give 1 to 50 each way"));
        }
        if !size.iter().all(|length| (15.0..=297.0).contains(length)) {
            return refuse(format!("labels of {} by {} mm: give 15 mm and more each way", size[0], size[1]));
        }
        if !margins.iter().chain(&gaps).all(|length| (0.0..=297.0).contains(length)) {
            return refuse("margins and gaps are 0 to 297 mm".to_owned());
        }
        let counts = [columns, rows].map(f64::from);
        let ends = [0, 1].map(|way| margins[way] + counts[way] * size[way] + (counts[way] - 1.0) * gaps[way]);
        // The dimensions that are printed on boxes of labels are rounded.
        if ends[0] > PAPER[0] + 0.1 || ends[1] > PAPER[1] + 0.1 {
            return refuse(format!("the labels reach {:.1} and {:.1} mm, and A4 is 210 by 297 mm", ends[0], ends[1]));
        }
        let [[width, height], [left, top], [gap_x, gap_y]] = [size, margins, gaps];
        Ok(Self { columns, rows, width, height, left, top, gap_x, gap_y })
    }

    /// How many labels a sheet has.
    pub fn count(&self) -> usize {
        self.columns as usize * self.rows as usize
    }

    /// The size of a label in millimetres.
    pub fn size(&self) -> [f64; 2] {
        [self.width, self.height]
    }

    /// The upper left corner of a label: from left to right, then down.
    pub(super) fn corner(&self, place: usize) -> [f64; 2] {
        let columns = self.columns as usize;
        let (column, row) = ((place % columns) as f64, (place / columns) as f64);
        [self.left + column * (self.width + self.gap_x), self.top + row * (self.height + self.gap_y)]
    }
}

impl Default for Grid {
    fn default() -> Self {
        Self { columns: 3, rows: 7, width: 63.5, height: 38.1, left: 7.2, top: 15.15, gap_x: 2.5, gap_y: 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_fits_and_fills_the_paper() {
        let grid = Grid::default();
        assert_eq!(Grid::new(3, 7, [63.5, 38.1], [7.2, 15.15], [2.5, 0.0]), Ok(grid));
        assert_eq!(grid.count(), 21);
        let [x, y] = grid.corner(20);
        assert!((x + 63.5 + 7.2 - 209.9).abs() < 0.2 && (y + 38.1 + 15.15 - 297.0).abs() < 0.1, "{x} {y}");
    }

    #[test]
    fn what_is_no_grid() {
        for (columns, rows, size, margins, gaps) in [
            (0, 7, [63.5, 38.1], [7.2, 15.15], [2.5, 0.0]),
            (3, 51, [63.5, 38.1], [7.2, 15.15], [2.5, 0.0]),
            (3, 8, [63.5, 38.1], [7.2, 15.15], [2.5, 0.0]),
            (3, 7, [63.5, 38.1], [18.0, 15.15], [2.5, 0.0]),
            (1, 1, [14.9, 38.1], [0.0, 0.0], [0.0, 0.0]),
            (1, 1, [f64::NAN, 38.1], [0.0, 0.0], [0.0, 0.0]),
            (1, 1, [20.0, f64::INFINITY], [0.0, 0.0], [0.0, 0.0]),
            (1, 1, [20.0, 20.0], [-1.0, 0.0], [0.0, 0.0]),
        ] {
            assert_eq!(Grid::new(columns, rows, size, margins, gaps).unwrap_err().code(), "setting_malformed");
        }
    }
}
