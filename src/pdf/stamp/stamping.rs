use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::block::Block;
use super::free_place;
use super::new_page::{NewPage, form_dict};
use super::signatures;
use super::update::Update;
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::font::{EmbeddedFont, Typeface};
use crate::pdf::document::file::File;
use crate::pdf::page::content::NAME;
use crate::pdf::page::geometry::{Matrix, Rect, View, millimetres, rounded};
use crate::pdf::page::ink::occupied::{self, Survey};
use crate::pdf::page::pages::{self, Page, ResourcesPlace, Root};
use crate::pdf::page::resources::PageResources;
use crate::pdf::settings::{Corner, Occupied, PageDrawer, Pages, Stamp};
use crate::pdf_objects::{Dict, Id, NewObject, Object, Stream, address, link};
use crate::render::Code;

/// A PDF with codes on it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stamped {
    /// The file: that which was given, and behind it the update; one whole file, if the given one was repaired.
    pub bytes: Vec<u8>,
    /// The pages that got the codes, counted from 1.
    pub pages: Vec<u32>,
    /// Where the codes are on each of them, if a place was looked for.
    pub places: Vec<StampedPlace>,
    /// What somebody should look at: `module_small`, `place_taken`, `place_unknown`, `place_moved`, `pdf_signed`.
    pub warnings: Vec<Warning>,
}

/// A place that was found for the codes, in millimetres from the upper left corner of the page as the reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StampedPlace {
    /// The page, counted from 1.
    pub page: u32,
    /// From the left edge of the page.
    pub left_mm: u32,
    /// From its upper edge.
    pub top_mm: u32,
    /// The width of the codes with all that belongs to them.
    pub width_mm: u32,
    /// Their height.
    pub height_mm: u32,
}

/// What draws a page, from the width and the height of the last page in points.
pub(in crate::pdf) type Draw<'d> = dyn Fn([f64; 2]) -> NewPage + 'd;

/// Puts the codes on the pages. `draw` makes a page of their own, where there is to be one.
/// `drawer` sees where pictures are white.
pub(in crate::pdf) fn put(
    file: &File,
    codes: &[Code],
    stamp: &Stamp,
    draw: Option<&Draw<'_>>,
    drawer: Option<&dyn PageDrawer>,
) -> Result<Stamped> {
    stamp.check()?;
    if file.crypt.as_ref().is_some_and(|crypt| !crypt.may_change) {
        return Err(Error::new(Kind::PdfPermissions, "the author of the PDF does not allow it to be changed"));
    }
    let block = Block::new(codes, stamp);
    // Where a place is looked for, and all pages would not have to have one of the same size.
    let is_sought = stamp.anchor.corner == Corner::Auto && stamp.occupied != Occupied::Ignore;
    let unbroken = ((is_sought && stamp.pages != Pages::All) || stamp.pages == Pages::New)
        .then(|| Block::unbroken(codes, stamp))
        .flatten();
    let mut warnings = block.warnings();
    warnings.extend(signatures::look(file)?);
    if *file.value(&file.catalog()?, "NeedsRendering")? == Object::Bool(true) {
        let message = "the PDF is a dynamic form (XFA): readers that know such forms show the form, and not the pages with \
                       the codes";
        warnings.push(Warning::new(WarningKind::PlaceUnknown, message));
    }
    let update = Update::new(file)?;
    // Were a place looked for beside the others, every code would stand there twice.
    if stamp.anchor.corner == Corner::Auto
        && stamp.occupied == Occupied::Refuse
        && let Some(page) = occupied::stamped_before(file)?
    {
        return Err(stamped_already(&page));
    }
    let mut stamping = Stamping {
        file,
        stamp,
        drawer,
        block,
        unbroken,
        update,
        form: None,
        resources: PageResources::new(file),
        named: HashMap::new(),
        inherited: None,
        places: Vec::new(),
        warnings,
    };
    let mut numbers = Vec::new();
    match stamp.pages {
        Pages::Auto if stamp.anchor.corner == Corner::Auto && stamp.occupied != Occupied::Ignore => {
            numbers.push(stamping.first_free(draw)?);
        }
        Pages::New => {
            let last = pages::chosen(file, Pages::Last)?;
            numbers.extend(last.last().map(|page| stamping.new_page(page, draw)).transpose()?);
        }
        pages => {
            let mut seen = HashSet::new();
            for page in &pages::chosen(file, pages)? {
                // A page that stands in the tree twice is one object.
                if seen.insert(page.id) {
                    stamping.page(page)?;
                }
                numbers.push(page.number);
            }
        }
    }
    let Stamping { update, warnings, places, .. } = stamping;
    Ok(Stamped { bytes: update.finish()?, pages: numbers, places, warnings })
}

pub(super) struct Stamping<'a> {
    pub(super) file: &'a File,
    pub(super) stamp: &'a Stamp,
    pub(super) drawer: Option<&'a dyn PageDrawer>,
    pub(super) block: Block<'a>,
    /// The same with its labels on one line each, which takes the block's place where there is room for it.
    pub(super) unbroken: Option<Block<'a>>,
    update: Update<'a>,
    /// What is drawn on every page, once it is needed.
    form: Option<Id>,
    pub(super) resources: PageResources<'a>,
    /// Dictionaries of resources, or of their forms, that have it, and under which name.
    named: HashMap<Id, String>,
    /// The resources of the last node of the page tree that had some, the object that they became, and the form's name
    /// there.
    inherited: Option<(Rc<Object>, Id, String)>,
    places: Vec<StampedPlace>,
    pub(super) warnings: Vec<Warning>,
}

/// A page as it was read, and where the codes go.
pub(super) struct Spot {
    pub(super) view: View,
    /// From the block's points to the page's units.
    pub(super) place: Matrix,
    pub(super) streams: Vec<Stream>,
    pub(super) annotations: Vec<Object>,
    pub(super) survey: Survey,
}

/// A page without a place for the codes, and why.
pub(super) struct Full(pub(super) Error);

impl Stamping<'_> {
    /// Puts the block on the first page that has a place for it, else on a new one; gives its number.
    fn first_free(&mut self, draw: Option<&Draw<'_>>) -> Result<u32> {
        /// Pages that are looked at. Whoever reads a longer document looks for codes on its first page or on its last.
        const MOST_SEARCHED: usize = 20;
        let Some(first) = pages::chosen(self.file, Pages::First)?.pop() else { return self.add_page(draw) };
        let why = match self.spot(&first)? {
            Ok(spot) => return self.put_on(&first, spot),
            Err(Full(why)) => why.message().to_owned(),
        };
        let last = pages::chosen(self.file, Pages::Last)?.pop().filter(|last| last.number > 1);
        let mut others = Vec::new();
        pages::each(self.file, &mut |page| {
            if page.number > 1 {
                others.push(page);
            }
            others.len() < MOST_SEARCHED - 2
        })?;
        others.retain(|page| last.as_ref().is_none_or(|last| last.number != page.number));
        for page in last.iter().chain(&others) {
            if let Ok(spot) = self.spot(page)? {
                let message = format!("{why}; the codes are on page {}", page.number);
                self.warnings.push(Warning::new(WarningKind::PlaceMoved, message));
                return self.put_on(page, spot);
            }
        }
        let number = self.add_page(draw)?;
        let message = format!("{why}; the codes are on a new page, {number}");
        self.warnings.push(Warning::new(WarningKind::PlaceMoved, message));
        Ok(number)
    }

    fn add_page(&mut self, draw: Option<&Draw<'_>>) -> Result<u32> {
        let last = pages::chosen(self.file, Pages::Last)?.pop();
        let last = last.ok_or_else(|| Error::new(Kind::PdfDamaged, "the PDF has no pages"))?;
        self.new_page(&last, draw)
    }

    /// Puts the block on a page that is there.
    fn page(&mut self, page: &Page) -> Result<()> {
        let spot = match self.spot(page)? {
            Ok(spot) => spot,
            Err(Full(why)) if self.stamp.occupied == Occupied::Refuse => return Err(why),
            Err(Full(_)) => self.spot_at(page, Corner::BottomRight)?,
        };
        self.put_on(page, spot)?;
        Ok(())
    }

    /// Writes the page anew, with the codes.
    fn put_on(&mut self, page: &Page, spot: Spot) -> Result<u32> {
        let Spot { view, place, streams, mut annotations, survey } = spot;
        self.warn_of_units(&view, page.number);
        if self.stamp.anchor.corner == Corner::Auto {
            self.remember(page.number, &view, &place);
        }
        let mut dict = page.dict.clone();
        let (stand, resources) = self.resources.of(page)?;
        let name = self.name_form(&stand, resources.dict(), &mut dict)?;

        let mut before = Vec::new();
        let mut contents: Vec<Object> = streams.iter().map(|stream| stream.id.into()).collect();
        if !contents.is_empty() {
            let opening = self.update.reserve();
            // As often as the page closes what it did not open, and once more.
            self.update.stream(opening, "q\n".repeat(survey.closed() + 1).as_bytes())?;
            contents.insert(0, opening.into());
            before = survey.ending();
        }
        let after = self.update.reserve();
        before.extend(draw_form(&place, &name).bytes());
        self.update.stream(after, &before)?;
        contents.push(after.into());

        annotations.extend(self.links(page.id, &place)?);
        dict.set("Contents", contents);
        dict.set("Annots", annotations);
        self.update.object(page.id, dict.into())?;
        Ok(page.number)
    }

    /// Names the form in the page's resources. What pages share is changed once, and stays shared.
    fn name_form(&mut self, place: &ResourcesPlace, resources: &Dict, page: &mut Dict) -> Result<String> {
        match place {
            ResourcesPlace::Page => {
                let mut resources = resources.clone();
                let name = self.add_form(&mut resources)?;
                page.set("Resources", resources);
                Ok(name)
            }
            ResourcesPlace::Object(id) => {
                if let Some(name) = self.named.get(id) {
                    return Ok(name.clone());
                }
                let mut resources = resources.clone();
                let name = self.add_form(&mut resources)?;
                self.update.object(*id, resources.into())?;
                self.named.insert(*id, name.clone());
                Ok(name)
            }
            ResourcesPlace::Above(above) => {
                if let Some((_, id, name)) = self.inherited.as_ref().filter(|(known, ..)| Rc::ptr_eq(known, above)) {
                    page.set("Resources", *id);
                    return Ok(name.clone());
                }
                let mut resources = resources.clone();
                let name = self.add_form(&mut resources)?;
                let id = self.update.reserve();
                self.update.object(id, resources.into())?;
                page.set("Resources", id);
                self.inherited = Some((Rc::clone(above), id, name.clone()));
                Ok(name)
            }
        }
    }

    fn add_form(&mut self, resources: &mut Dict) -> Result<String> {
        let form = self.form()?;
        let shared = resources.get("XObject").and_then(Object::as_reference);
        if let Some(name) = shared.and_then(|id| self.named.get(&id)) {
            return Ok(name.clone());
        }
        let forms = self.file.dict_in(resources, "XObject")?;
        let is_there = forms.is_some();
        let mut forms = forms.unwrap_or_default();
        let name = unused(&forms);
        forms.set(&name, form);
        match shared.filter(|_| is_there) {
            Some(id) => {
                self.update.object(id, forms.into())?;
                self.named.insert(id, name.clone());
            }
            None => resources.set("XObject", forms),
        }
        Ok(name)
    }

    /// The form that shows the block, with its letters.
    fn form(&mut self) -> Result<Id> {
        if let Some(form) = self.form {
            return Ok(form);
        }
        let update = &mut self.update;
        let mut font = EmbeddedFont::new(Typeface::regular());
        let content = self.block.content(&mut font);
        let form = update.reserve();
        let letters = update.reserve_several(EmbeddedFont::OBJECTS);
        let size = Rect::new((0.0, 0.0), (self.block.width, self.block.height));
        let fonts = Dict::default().with("Font", Dict::default().with("F", letters));
        update.push(NewObject::deflated(form, form_dict(size, fonts), &content))?;
        for object in font.objects(letters) {
            update.push(object)?;
        }
        self.form = Some(form);
        Ok(form)
    }

    /// Adds a page behind the last one, and gives its number.
    fn new_page(&mut self, last: &Page, draw: Option<&Draw<'_>>) -> Result<u32> {
        /// In points: pages of more are not shown by every reader (ISO 32000-1, annex C).
        const LONGEST_SIDE: f64 = 14_400.0;
        let Root { id: root, dict: mut tree, count } = pages::root(self.file)?;
        let mut kids = self.file.items(&tree, "Kids")?;
        let (width, height) = last.view(self.file)?.size();
        let last_size = [width.min(LONGEST_SIDE), height.min(LONGEST_SIDE)];
        let number = last.number + 1;
        let (page, size, form, place, links);
        if let Some(draw) = draw {
            let drawn = draw(last_size);
            (size, place) = (drawn.size, Matrix::IDENTITY);
            (form, page) = (drawn.form(&mut self.update)?, self.update.reserve());
            links = drawn.links.iter().map(|(area, address)| self.link(page, *area, address)).collect::<Result<_>>()?;
        } else {
            if let Some(unbroken) = self.unbroken.take() {
                self.block = unbroken;
            }
            let (sized, spot) = free_place::on_a_new_page(last_size, (self.block.width, self.block.height), self.stamp);
            (size, place) = (sized, Matrix([1.0, 0.0, 0.0, 1.0, spot.0, spot.1]));
            (form, page) = (self.form()?, self.update.reserve());
            links = self.links(page, &place)?;
        }
        let contents = self.update.reserve();
        self.update.stream(contents, draw_form(&place, NAME).as_bytes())?;
        let forms = Dict::default().with("XObject", Dict::default().with(NAME, form));
        let visible = Rect::new((0.0, 0.0), (size[0], size[1]));
        let dict = Dict::default()
            .with("Type", Object::name("Page"))
            .with("Parent", root)
            .with("MediaBox", visible.to_object())
            // Else it inherits what is set above it.
            .with("CropBox", visible.to_object())
            .with("Rotate", 0)
            .with("Resources", forms)
            .with("Contents", contents)
            .with("Annots", links);
        self.update.object(page, dict.into())?;
        kids.push(page.into());
        tree.set("Kids", kids);
        tree.set("Count", i64::from(count) + 1);
        self.update.object(root, tree.into())?;
        Ok(number)
    }

    fn remember(&mut self, page: u32, view: &View, place: &Matrix) {
        let (_, height) = view.size();
        let seen = free_place::seen(view, place);
        let whole = |points: f64| millimetres(points).round().max(0.0) as u32;
        self.places.push(StampedPlace {
            page,
            left_mm: whole(seen.0),
            top_mm: whole(height - seen.1 - self.block.height),
            width_mm: whole(self.block.width),
            height_mm: whole(self.block.height),
        });
    }

    /// Many readers do not know of units, and show the page, and the codes, in another size.
    fn warn_of_units(&mut self, view: &View, page: u32) {
        let Some(module) = self.block.small_module_mm(view.unit) else { return };
        let message = format!(
            "page {page} has its own unit (/UserUnit {}); readers that ignore it show modules of {module:.2} mm",
            view.unit
        );
        self.warnings.push(Warning::new(WarningKind::ModuleSmall, message));
    }

    /// A link annotation over each code (ISO 32000-1, 12.5.6.5), printed with the page as PDF/A wants it.
    fn links(&mut self, page: Id, place: &Matrix) -> Result<Vec<Object>> {
        let cells = self.block.cells.iter().map(|cell| (place.around(&cell.square), cell.code.link()));
        let cells: Vec<_> = cells.collect();
        cells
            .into_iter()
            .map(|(Rect { left, bottom, right, top }, address)| self.link(page, [left, bottom, right, top], address))
            .collect()
    }

    fn link(&mut self, page: Id, area: [f64; 4], url: &str) -> Result<Object> {
        let id = self.update.reserve();
        // Its address as description, for who does not see the code.
        let link = link(area.map(rounded), url).with("P", page).with("Contents", address(url));
        self.update.object(id, link.into())?;
        Ok(id.into())
    }
}

pub(super) fn stamped_already(page: &Page) -> Error {
    Error::new(
        Kind::PdfStampedAlready,
        format!("this was stamped by ksef-qr already: page {} carries its codes", page.number),
    )
}

/// Draws the form, on a stream's own lines: what stands before it may end without white space.
fn draw_form(place: &Matrix, name: &str) -> String {
    let [xx, xy, yx, yy, x, y] = place.0;
    // Directions are multiplied by the block's size.
    let [xx, xy, yx, yy] = [xx, xy, yx, yy].map(|direction| (direction * 1e7).round() / 1e7);
    let [x, y] = [x, y].map(rounded);
    format!("\n/Artifact BMC\nq {xx} {xy} {yx} {yy} {x} {y} cm /{name} Do Q\nEMC\n")
}

/// A name that the page does not use.
fn unused(names: &Dict) -> String {
    // There may be any number of them.
    let ours = names.0.iter().map(|(name, _)| &**name).filter(|name| name.starts_with(NAME.as_bytes()));
    let taken: HashSet<&[u8]> = ours.collect();
    let mut name = NAME.to_owned();
    let mut number = 1;
    while taken.contains(name.as_bytes()) {
        number += 1;
        name = format!("{NAME}{number}");
    }
    name
}
