use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use crate::error::{Error, Kind, Result};

/// Where and how codes are put on a PDF.
///
/// The default, which is that of `ksef-qr stamp` too, is the first free place that is found, 10 mm from the edges of a page:
/// the lower right corner of the first page, its other corners, its edges, anywhere on it, then on other pages, else on a new
/// page; side by side, with modules of 0.5 mm. Of a page scanned at 150 dpi that is three pixels: at 0.4 mm `ZBar` reads every second
/// code, at 0.45 mm all.
///
/// ```
/// use ksef_qr::pdf::{Pages, Size, Stamp};
///
/// let stamp = Stamp::default().pages(Pages::Last).size(Size::SideMm(25.0)).show_links(true);
/// assert!(stamp.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stamp {
    /// The pages.
    pub pages: Pages,
    /// The place of the codes on the page.
    pub anchor: Anchor,
    /// How several codes lie beside each other.
    pub arrangement: Arrangement,
    /// How large the codes are.
    pub size: Size,
    /// Whether the links are written out beneath the codes.
    pub show_links: bool,
    /// What is done if the place is printed on already.
    pub occupied: Occupied,
}

impl Default for Stamp {
    fn default() -> Self {
        Self {
            pages: Pages::Auto,
            anchor: Anchor { corner: Corner::Auto, x_mm: USUAL_MM, y_mm: USUAL_MM },
            arrangement: Arrangement::SideBySide,
            size: Size::ModuleMm(0.5),
            show_links: false,
            occupied: Occupied::Refuse,
        }
    }
}

/// The pages that get the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pages {
    /// The first page with a free place, else a new one: the first page is looked at, then the last, then those from the
    /// second on, twenty in all. With a corner that is fixed, the first page.
    Auto,
    /// The first.
    First,
    /// The last.
    Last,
    /// One, counted from 1 whatever number is printed on it.
    Number(NonZeroU32),
    /// Each.
    All,
    /// A page of its own behind the last, of the same size, or larger where the codes need it. The corner is not looked at.
    New,
}

/// The place of the block of codes: its distance from a corner of the page as the reader sees it.
///
/// The block begins with the quiet zone of the codes, which is white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    /// The corner of the visible page (/CropBox, turned by /Rotate).
    pub corner: Corner,
    /// From the left or right edge, in millimetres, 0 or more.
    ///
    /// Where a free place is looked for, it is tried first, and codes come no closer than this, or 5 mm if that is less. More than
    /// 10 mm is refused where the codes fit into no corner with it.
    pub x_mm: f64,
    /// From the upper or lower edge, in millimetres, 0 or more.
    pub y_mm: f64,
}

/// In millimetres.
const USUAL_MM: f64 = 10.0;

impl Anchor {
    /// True if somebody asked for more than what is usual: it is kept then, wherever a free place is.
    pub(in crate::pdf) fn is_farther_than_usual(&self) -> bool {
        self.x_mm > USUAL_MM || self.y_mm > USUAL_MM
    }
}

/// A corner of the page as the reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Corner {
    /// The first free place: the lower right corner, the lower left, the upper right, the upper left, along the edges,
    /// anywhere. If none is free, and codes are put on what is there ([`Occupied`]), the lower right corner.
    Auto,
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

/// How several codes lie beside each other, in the order in which they are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arrangement {
    /// From left to right.
    SideBySide,
    /// From top to bottom.
    Stacked,
}

/// How large the codes are.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Size {
    /// The side of a module, in millimetres, the same in all codes.
    ModuleMm(f64),
    /// The side of every code without its quiet zone, in millimetres.
    SideMm(f64),
}

/// What is done if the place is printed on already.
///
/// It is looked for text, lines, filled areas, pictures and annotations; what is white does not count. Pictures count as
/// a whole, and letters by the widths that the document gives. A page whose content cannot be read to its end is refused
/// whatever is chosen here (`pdf_damaged`): readers that stop there show no codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Occupied {
    /// The PDF is refused (`pdf_place_taken`, `pdf_stamped_already`).
    Refuse,
    /// The codes are put there, with a warning (`place_taken`).
    Warn,
    /// The codes are put there, and nobody looks for what they cover. What may hide the codes is still warned of: form
    /// fields and other annotations, which lie above them (`place_taken`).
    Ignore,
}

impl Stamp {
    /// How far the codes may be from each side of their corner, in millimetres.
    pub const DISTANCE_MM: RangeInclusive<f64> = 0.0..=5000.0;

    /// How large a module may be, in millimetres.
    pub const MODULE_MM: RangeInclusive<f64> = 0.05..=50.0;

    /// How large a code may be without its quiet zone, in millimetres.
    pub const SIDE_MM: RangeInclusive<f64> = 3.0..=1000.0;

    /// The same on other pages.
    #[must_use]
    pub fn pages(self, pages: Pages) -> Self {
        Self { pages, ..self }
    }

    /// The same in another place.
    #[must_use]
    pub fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same in another corner, as far from it.
    #[must_use]
    pub fn corner(self, corner: Corner) -> Self {
        Self { anchor: Anchor { corner, ..self.anchor }, ..self }
    }

    /// The same, this far from the sides of the corner, in millimetres.
    #[must_use]
    pub fn distance_mm(self, x_mm: f64, y_mm: f64) -> Self {
        Self { anchor: Anchor { x_mm, y_mm, ..self.anchor }, ..self }
    }

    /// The same in another arrangement.
    #[must_use]
    pub fn arrangement(self, arrangement: Arrangement) -> Self {
        Self { arrangement, ..self }
    }

    /// The same in another size.
    #[must_use]
    pub fn size(self, size: Size) -> Self {
        Self { size, ..self }
    }

    /// The same with the links written out, or without.
    #[must_use]
    pub fn show_links(self, show_links: bool) -> Self {
        Self { show_links, ..self }
    }

    /// The same with something else done if the place is printed on already.
    #[must_use]
    pub fn occupied(self, occupied: Occupied) -> Self {
        Self { occupied, ..self }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// `setting_malformed`: a distance or a size out of its range ([`DISTANCE_MM`](Self::DISTANCE_MM),
    /// [`MODULE_MM`](Self::MODULE_MM), [`SIDE_MM`](Self::SIDE_MM)).
    pub fn check(&self) -> Result<()> {
        let malformed = |what: String| Err(Error::new(Kind::SettingMalformed, what));
        for distance in [self.anchor.x_mm, self.anchor.y_mm] {
            if !Self::DISTANCE_MM.contains(&distance) {
                return malformed(format!("a distance of {distance} mm from the corner: give 0 to 5000"));
            }
        }
        match self.size {
            Size::ModuleMm(side) if !Self::MODULE_MM.contains(&side) => {
                malformed(format!("modules of {side} mm: give 0.05 to 50"))
            }
            Size::SideMm(side) if !Self::SIDE_MM.contains(&side) => {
                malformed(format!("codes of {side} mm: give 3 to 1000"))
            }
            _ => Ok(()),
        }
    }
}

/// Draws pages, so that it is seen where pictures on them are white: scans are for the most part. Nothing here decodes a
/// stranger's picture.
pub trait PageDrawer: Send + Sync {
    /// A page of a PDF, counted from 1, as the reader sees it, divided into columns and rows: for each row from above, true where
    /// something is dark. None if that is not known for certain.
    fn dark(&self, pdf: &[u8], page: u32, columns: usize, rows: usize) -> Option<Vec<Vec<bool>>>;
}
