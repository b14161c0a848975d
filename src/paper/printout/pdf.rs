//! What was laid out, as a PDF/A-3 that is PDF/UA-1 too. This file alone knows the library that writes it, and `look`, which has it
//! read a logo.

use std::num::NonZeroU16;
use std::sync::LazyLock;

use krilla::Document;
use krilla::SerializeSettings;
use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use krilla::text::{Font, GlyphId, KrillaGlyph};

use super::look::{Colour, Look};
use super::page::{Drawn, Ink, Item, PAGE, Role, Style, TagId};
use crate::error::{Error, Kind, Result};
use crate::font::Typeface;
use crate::pdf_objects::with_compressed_streams;
use crate::qr::QUIET_ZONE;
use crate::render::Code;
use crate::values::{InvoiceHash, IssueDate};

/// What the file says of itself, and the invoice in it.
pub(super) struct About<'a> {
    pub(super) title: String,
    pub(super) author: String,
    pub(super) language: &'static str,
    pub(super) date: IssueDate,
    pub(super) hash: &'a InvoiceHash,
    /// The invoice's exact bytes, and what they are, in words.
    pub(super) xml: &'a [u8],
    pub(super) description: &'static str,
    pub(super) look: &'a Look,
}

/// The name of the invoice in the PDF.
const XML: &str = "faktura.xml";

pub(super) fn pdf(drawn: &Drawn, about: &About<'_>) -> Result<Vec<u8>> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_B)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| unwritten(&error))?;
    // Streams are compressed at the end, all at once.
    let settings = SerializeSettings { configuration, compress_content_streams: false, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let mut leaves: Vec<Vec<Identifier>> = drawn.tags.iter().map(|_| Vec::new()).collect();
    let [width, height] = PAGE;
    for items in &drawn.pages {
        let Some(settings) = PageSettings::from_wh(width, height) else { continue };
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for item in items {
            draw(&mut surface, item, about.look, &mut leaves);
        }
        surface.finish();
        for item in items {
            let Item::Click { area, url, tag } = item else { continue };
            let Some(area) = rect(*area) else { continue };
            let link = LinkAnnotation::new(area, Target::Action(Action::Link(LinkAction::new(url.clone()))));
            let identifier = page.add_tagged_annotation(Annotation::new_link(link, Some(url.clone())));
            leaf(&mut leaves, *tag, identifier);
        }
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(about.language.to_owned()));
    for node in children(drawn, 0, &mut leaves) {
        tree.push(node);
    }
    document.set_tag_tree(tree);
    document.set_outline(outline(drawn));
    let (year, month, day) = about.date.numbers();
    let date =
        DateTime::new(year).month(month).day(day).hour(0).minute(0).second(0).utc_offset_hour(0).utc_offset_minute(0);
    document.set_metadata(
        Metadata::new()
            .title(about.title.clone())
            .authors(vec![about.author.clone()])
            .language(about.language.to_owned())
            .creator("ksef-qr".to_owned())
            .document_id(about.hash.base64url())
            .creation_date(date),
    );
    document.embed_file(EmbeddedFile {
        path: XML.to_owned(),
        mime_type: MimeType::new("text/xml"),
        description: Some(about.description.to_owned()),
        association_kind: AssociationKind::Source,
        data: about.xml.to_vec().into(),
        modification_date: Some(date),
        compress: Some(false),
        location: None,
    });
    let plain = document.finish().map_err(|error| unwritten(&error))?;
    Ok(with_compressed_streams(&plain).unwrap_or(plain))
}

fn unwritten(error: &impl std::fmt::Debug) -> Error {
    let mut why = format!("{error:?}");
    if let Some((end, _)) = why.char_indices().nth(200) {
        why.truncate(end);
    }
    Error::new(Kind::NotDrawn, format!("the PDF would not be a PDF/A: {why}"))
}

fn draw(surface: &mut Surface<'_>, item: &Item, look: &Look, leaves: &mut [Vec<Identifier>]) {
    match item {
        Item::Text { at, style, text, tag } => {
            match tag {
                Some(tag) => {
                    let identifier = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                    leaf(leaves, *tag, identifier);
                }
                None => artifact(surface),
            }
            write(surface, *at, *style, text, look);
            surface.end_tagged();
        }
        Item::Area { area, ink } => {
            artifact(surface);
            if let Some(rect) = rect(*area) {
                let mut path = PathBuilder::new();
                path.push_rect(rect);
                fill(surface, path, colour(*ink, look));
            }
            surface.end_tagged();
        }
        Item::Code { at, module, code, tag } => {
            let identifier = surface.start_tagged(ContentTag::Other);
            leaf(leaves, *tag, identifier);
            let [x, y] = *at;
            surface.push_transform(&Transform::from_row(*module, 0.0, 0.0, *module, x, y));
            fill(surface, modules(code), colour(Ink::Black, look));
            surface.pop();
            surface.end_tagged();
        }
        Item::Logo { area: [x, y, width, height], tag } => {
            let Some((logo, size)) = look.logo.as_ref().zip(Size::from_wh(*width, *height)) else { return };
            let identifier = surface.start_tagged(ContentTag::Other);
            leaf(leaves, *tag, identifier);
            surface.push_transform(&Transform::from_translate(*x, *y));
            surface.draw_image(logo.image.clone(), size);
            surface.pop();
            surface.end_tagged();
        }
        // They are no part of the content.
        Item::Click { .. } => {}
    }
}

fn artifact(surface: &mut Surface<'_>) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other)));
}

fn leaf(leaves: &mut [Vec<Identifier>], tag: TagId, identifier: Identifier) {
    if let Some(leaves) = leaves.get_mut(tag) {
        leaves.push(identifier);
    }
}

fn rect([x, y, width, height]: [f32; 4]) -> Option<Rect> {
    Rect::from_xywh(x, y, width, height)
}

fn fill(surface: &mut Surface<'_>, path: PathBuilder, colour: rgb::Color) {
    if let Some(path) = path.finish() {
        surface.set_fill(Some(Fill { paint: colour.into(), ..Fill::default() }));
        surface.draw_path(&path);
    }
}

fn colour(ink: Ink, look: &Look) -> rgb::Color {
    match ink {
        Ink::Black => rgb::Color::new(0, 0, 0),
        Ink::Grey => rgb::Color::new(92, 92, 92),
        Ink::Rule => rgb::Color::new(200, 200, 200),
        Ink::Accent => {
            let [red, green, blue] = look.accent.map_or([0; 3], Colour::channels);
            rgb::Color::new(red, green, blue)
        }
        Ink::Shade => rgb::Color::new(240, 240, 240),
    }
}

/// The fonts, read once.
static FONTS: LazyLock<[Option<Font>; 2]> =
    LazyLock::new(|| [Typeface::regular(), Typeface::bold()].map(|typeface| Font::new(typeface.file().into(), 0)));

fn write(surface: &mut Surface<'_>, [x, y]: [f32; 2], style: Style, text: &str, look: &Look) {
    let Some(Some(font)) = FONTS.get(usize::from(style.bold)) else { return };
    let mut written = String::with_capacity(text.len());
    let mut glyphs = Vec::with_capacity(text.len());
    for (character, id, advance) in style.typeface().set(text) {
        let from = written.len();
        written.push(character);
        let range = from..written.len();
        glyphs.push(KrillaGlyph::new(GlyphId::new(id.into()), advance, 0.0, 0.0, 0.0, range, None));
    }
    surface.set_fill(Some(Fill { paint: colour(style.ink, look).into(), ..Fill::default() }));
    surface.draw_glyphs(Point::from_xy(x, y), &glyphs, font.clone(), &written, style.size, false);
}

/// All modules as one path, so that where they meet there is no seam: the outlines of what is dark, from corner to corner, with the
/// dark on their right. A rectangle for each run of modules would be twice as long. A module is one unit: whole numbers take a third
/// of the room, and of the time.
fn modules(code: &Code) -> PathBuilder {
    let symbol = code.symbol();
    let size = symbol.size();
    let is_dark = |[x, y]: [i32; 2]| match (usize::try_from(x), usize::try_from(y)) {
        (Ok(x), Ok(y)) => symbol.is_dark(x, y),
        _ => false,
    };
    let mut path = PathBuilder::new();
    // Upper edges of dark modules, along which an outline goes to the right: each outline has one.
    let mut is_done = vec![false; size * size];
    for (place, module) in (0..size * size).map(|place| (place, [(place % size) as i32, (place / size) as i32])) {
        let [x, y] = module;
        if is_done.get(place).copied().unwrap_or(true) || !is_dark(module) || is_dark([x, y - 1]) {
            continue;
        }
        // The first of its row is reached first, so an outline begins at a corner.
        let (mut at, mut step) = (module, [1, 0]);
        let point = |[x, y]: [i32; 2]| [x, y].map(|place| (place + QUIET_ZONE as i32) as f32);
        let [left, top] = point(at);
        path.move_to(left, top);
        loop {
            if step == [1, 0]
                && let Some(done) = is_done.get_mut(at[1] as usize * size + at[0] as usize)
            {
                *done = true;
            }
            at = [at[0] + step[0], at[1] + step[1]];
            let turned = turn(at, step, is_dark);
            if at == module && turned == [1, 0] {
                break;
            }
            if turned != step {
                let [x, y] = point(at);
                path.line_to(x, y);
                step = turned;
            }
        }
        path.close();
    }
    path
}

/// Where an outline goes on that has come to a crossing of four modules by this step.
fn turn([x, y]: [i32; 2], step: [i32; 2], is_dark: impl Fn([i32; 2]) -> bool) -> [i32; 2] {
    let [across, down] = step;
    // The two modules ahead.
    let (left, right) = match step {
        [1, _] => ([x, y - 1], [x, y]),
        [-1, _] => ([x - 1, y], [x - 1, y - 1]),
        [_, 1] => ([x, y], [x - 1, y]),
        _ => ([x - 1, y - 1], [x, y - 1]),
    };
    match (is_dark(left), is_dark(right)) {
        (_, false) => [-down, across],
        (false, true) => step,
        (true, true) => [down, -across],
    }
}

/// What stands in a tag: its own content first, then its parts.
fn children(drawn: &Drawn, tag: TagId, leaves: &mut [Vec<Identifier>]) -> Vec<Node> {
    let own = leaves.get_mut(tag).map(std::mem::take).unwrap_or_default();
    let mut nodes: Vec<Node> = own.into_iter().map(Node::from).collect();
    for child in drawn.tags.get(tag).into_iter().flat_map(|tag| &tag.children) {
        let Some(role) = drawn.tags.get(*child).map(|tag| &tag.role) else { continue };
        let inside = children(drawn, *child, leaves);
        // An empty cell keeps the others in their columns.
        if !inside.is_empty() || matches!(role, Role::Cell | Role::HeadCell) {
            nodes.push(TagGroup::with_children(kind(role), inside).into());
        }
    }
    nodes
}

fn kind(role: &Role) -> TagKind {
    match role {
        Role::Document => Tag::Div.into(),
        Role::Title(title) => Tag::Hn(NonZeroU16::MIN, Some(title.clone())).into(),
        Role::Heading(title) => Tag::Hn(NonZeroU16::MIN.saturating_add(1), Some(title.clone())).into(),
        Role::Paragraph => Tag::P.into(),
        Role::Table => Tag::Table.into(),
        Role::Row => Tag::TR.into(),
        Role::HeadCell => Tag::TH(TableHeaderScope::Column).into(),
        Role::Cell => Tag::TD.into(),
        Role::Figure(alt) => Tag::Figure(Some(alt.clone())).into(),
        Role::Link => Tag::Link.into(),
    }
}

fn outline(drawn: &Drawn) -> Outline {
    let mut outline = Outline::new();
    for (text, page, y) in &drawn.outline {
        let place = XyzDestination::new(*page, Point::from_xy(0.0, (*y - 10.0).max(0.0)));
        outline.push_child(OutlineNode::new(text.clone(), place));
    }
    outline
}
