//! What it would take to draw a page. The library that draws keeps a few bytes for every place that a line or a surface touches, so a
//! page of a million rectangles takes gigabytes, which no invoice does.

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::util::TransformExt as _;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Rect};

/// In tiles and points of paths: some 40 bytes each. A densely written page has ten thousand, a city's map a million.
const MOST: f64 = 10_000_000.0;

/// The library divides the page into tiles, in pixels.
const TILE: (f64, f64) = (256.0, 4.0);

/// True if the page can be drawn at this scale in bounded memory. Patterns, masks and letters that are drawings themselves count
/// once, however often they are used.
pub(crate) fn is_bounded<'a>(
    page: &'a Page<'a>,
    cache: &InterpreterCache<'a>,
    settings: &InterpreterSettings,
    scale: f32,
) -> bool {
    let (width, height) = page.render_dimensions();
    let target = Rect::new(0.0, 0.0, (width * scale).into(), (height * scale).into());
    let to_target = Affine::scale(scale.into()) * page.initial_transform(true).to_kurbo();
    let mut context = Context::new(to_target, target, cache, page.xref(), settings.clone());
    let mut effort = Effort { target, spent: 0.0 };
    interpret_page(page, &mut context, &mut effort);
    effort.spent < MOST
}

/// Draws nothing, and counts.
struct Effort {
    target: Rect,
    spent: f64,
}

impl Effort {
    /// Points, and the tiles of a surface on the page.
    fn spend(&mut self, points: usize, area: Rect) {
        let seen = area.intersect(self.target);
        let (columns, rows) = (seen.width() / TILE.0, seen.height() / TILE.1);
        // Numbers that are none, or endless, are nowhere on the page.
        let tiles = (columns + 1.0) * (rows + 1.0);
        self.spent += points as f64 + if tiles.is_finite() { tiles } else { 0.0 };
    }

    fn spend_path(&mut self, path: &BezPath, transform: Affine) {
        self.spend(path.elements().len(), transform.transform_rect_bbox(path.control_box()));
    }
}

impl<'a> Device<'a> for Effort {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, _: &DrawMode) {
        self.spend_path(path, props.transform);
    }

    fn draw_rect(&mut self, rect: &Rect, props: DrawProps<'a>, _: &DrawMode) {
        self.spend(4, props.transform.transform_rect_bbox(*rect));
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        self.spend_path(&clip_path.path, Affine::IDENTITY);
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        // A letter has some thirty points, and is a few tiles high.
        self.spent += 40.0 * run.glyphs().len() as f64;
    }

    fn draw_image(&mut self, _: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.spend(4, props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, 1.0, 1.0)));
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.spend(0, self.target);
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
