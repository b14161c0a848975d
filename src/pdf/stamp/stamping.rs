use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::block::Block;
use super::signatures;
use super::update::Update;
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::font::{EmbeddedFont, Typeface};
use crate::pdf::document::file::File;
use crate::pdf::page::geometry::{Matrix, Rect, View, millimetres, points, rounded};
use crate::pdf::page::occupied::{self, Survey};
use crate::pdf::page::pages::{self, Page, ResourcesPlace, Root};
use crate::pdf::page::resources::{PageResources, Resources};
use crate::pdf::settings::{Anchor, Corner, Occupied, Pages, Stamp};
use crate::pdf_objects::{Dict, Id, Indirect, NewObject, Object, Stream, address, link};
use crate::render::Code;

/// A PDF with codes on it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stamped {
    /// The file: that which was given, and behind it the update.
    pub bytes: Vec<u8>,
    /// The pages that got the codes, counted from 1.
    pub pages: Vec<u32>,
    /// What somebody should look at: `module_small`, `place_taken`, `place_unknown`, `pdf_signed`.
    pub warnings: Vec<Warning>,
}

/// Parts of its content that a page may have already: their list is written anew. The same holds for annotations.
const MOST_PARTS: usize = 10_000;

/// Puts the codes on the pages.
pub(in crate::pdf) fn put(file: &File, codes: &[Code], stamp: &Stamp) -> Result<Stamped> {
    stamp.check()?;
    if file.crypt.as_ref().is_some_and(|crypt| !crypt.may_change) {
        return Err(Error::new(Kind::PdfPermissions, "the author of the PDF does not allow it to be changed"));
    }
    let block = Block::new(codes, stamp);
    let mut warnings = block.warnings();
    warnings.extend(signatures::look(file)?);
    let chosen = pages::chosen(file, stamp.pages)?;
    let mut update = Update::new(file)?;
    let form = form(&mut update, &block)?;
    let resources = PageResources::new(file);
    let (named, inherited) = (HashMap::new(), None);
    let mut stamping = Stamping { file, stamp, block, update, form, resources, named, inherited, warnings };
    let mut numbers = Vec::new();
    if stamp.pages == Pages::New {
        numbers.extend(chosen.last().map(|page| stamping.new_page(page)).transpose()?);
    } else {
        let mut seen = HashSet::new();
        for page in &chosen {
            // A page that stands in the tree twice is one object.
            if seen.insert(page.id) {
                stamping.page(page)?;
            }
            numbers.push(page.number);
        }
    }
    let Stamping { update, warnings, .. } = stamping;
    Ok(Stamped { bytes: update.finish()?, pages: numbers, warnings })
}

struct Stamping<'a> {
    file: &'a File,
    stamp: &'a Stamp,
    block: Block<'a>,
    update: Update<'a>,
    /// What is drawn on every page.
    form: Id,
    resources: PageResources<'a>,
    /// Dictionaries of resources, or of their forms, that have it, and under which name.
    named: HashMap<Id, String>,
    /// The resources of the last node of the page tree that had some, the object that they became, and the form's name
    /// there.
    inherited: Option<(Rc<Object>, Id, String)>,
    warnings: Vec<Warning>,
}

/// The form that shows the block, with its letters.
fn form(update: &mut Update<'_>, block: &Block<'_>) -> Result<Id> {
    let mut font = EmbeddedFont::new(Typeface::regular());
    let content = block.content(&mut font);
    let form = update.reserve();
    let letters = update.reserve_several(EmbeddedFont::OBJECTS);
    let size = Rect::new((0.0, 0.0), (block.width, block.height));
    let fonts = Dict::default().with("Font", Dict::default().with("F", letters));
    let dict = Dict::default()
        .with("Type", Object::name("XObject"))
        .with("Subtype", Object::name("Form"))
        .with("BBox", size.to_object())
        .with("Resources", fonts);
    update.push(NewObject::deflated(form, dict, &content))?;
    for object in font.objects(letters) {
        update.push(object)?;
    }
    Ok(form)
}

impl<'a> Stamping<'a> {
    /// Puts the block on a page that is there.
    fn page(&mut self, page: &Page) -> Result<()> {
        let view = page.view(self.file)?;
        let place = self.place(&view, page.number)?;
        let mut annotations = few(self.file.items(&page.dict, "Annots")?, page, "annotations")?;
        let streams = self.contents(page)?;
        let (stand, resources) = self.resources.of(page)?;
        let survey = self.survey(page, &streams, &resources, &place.around(&self.area()))?;

        let mut dict = page.dict.clone();
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
        before.extend(draw(&place, &name).bytes());
        self.update.stream(after, &before)?;
        contents.push(after.into());

        annotations.extend(self.links(page.id, &place)?);
        dict.set("Contents", contents);
        dict.set("Annots", annotations);
        self.update.object(page.id, dict.into())
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
        let shared = resources.get("XObject").and_then(Object::as_reference);
        if let Some(name) = shared.and_then(|id| self.named.get(&id)) {
            return Ok(name.clone());
        }
        let forms = self.file.dict_in(resources, "XObject")?;
        let is_there = forms.is_some();
        let mut forms = forms.unwrap_or_default();
        let name = unused(&forms);
        forms.set(&name, self.form);
        match shared.filter(|_| is_there) {
            Some(id) => {
                self.update.object(id, forms.into())?;
                self.named.insert(id, name.clone());
            }
            None => resources.set("XObject", forms),
        }
        Ok(name)
    }

    /// Adds a page of the size of the last one, and gives its number.
    fn new_page(&mut self, last: &Page) -> Result<u32> {
        let Root { id: root, dict: mut tree, count } = pages::root(self.file)?;
        let mut kids = self.file.items(&tree, "Kids")?;
        let view = last.view(self.file)?;
        let (width, height) = view.size();
        let (width, height) = (width / view.unit, height / view.unit);
        let upright = View { visible: Rect::new((0.0, 0.0), (width, height)), turns: 0, unit: view.unit };
        let number = last.number + 1;
        let place = self.place(&upright, number)?;

        let page = self.update.reserve();
        let contents = self.update.reserve();
        self.update.stream(contents, draw(&place, "KsefQr").as_bytes())?;
        let forms = Dict::default().with("XObject", Dict::default().with("KsefQr", self.form));
        let mut dict = Dict::default()
            .with("Type", Object::name("Page"))
            .with("Parent", root)
            .with("MediaBox", upright.visible.to_object())
            // Else it inherits what is set above it.
            .with("CropBox", upright.visible.to_object())
            .with("Rotate", 0)
            .with("Resources", forms)
            .with("Contents", contents)
            .with("Annots", self.links(page, &place)?);
        if (view.unit - 1.0).abs() > 1e-9 {
            dict.set("UserUnit", view.unit);
        }
        self.update.object(page, dict.into())?;
        kids.push(page.into());
        tree.set("Kids", kids);
        tree.set("Count", i64::from(count) + 1);
        self.update.object(root, tree.into())?;
        Ok(number)
    }

    fn area(&self) -> Rect {
        Rect::new((0.0, 0.0), (self.block.width, self.block.height))
    }

    /// From the block's points to the page's units.
    fn place(&self, view: &View, number: u32) -> Result<Matrix> {
        /// In points; less is lost in rounding.
        const SLACK: f64 = 0.01;
        let (width, height) = view.size();
        let Anchor { corner, x_mm, y_mm } = self.stamp.anchor;
        let (x, y) = (points(x_mm), points(y_mm));
        let left = match corner {
            Corner::TopLeft | Corner::BottomLeft => x,
            Corner::TopRight | Corner::BottomRight => width - x - self.block.width,
        };
        let bottom = match corner {
            Corner::BottomLeft | Corner::BottomRight => y,
            Corner::TopLeft | Corner::TopRight => height - y - self.block.height,
        };
        let fits = left >= -SLACK
            && bottom >= -SLACK
            && left + self.block.width <= width + SLACK
            && bottom + self.block.height <= height + SLACK;
        if !fits {
            let message = format!(
                "page {number} measures {:.0} x {:.0} mm; the codes take {:.1} x {:.1} mm, and do not fit {x_mm} and \
                 {y_mm} mm from that corner",
                millimetres(width),
                millimetres(height),
                millimetres(self.block.width),
                millimetres(self.block.height),
            );
            return Err(Error::new(Kind::PdfNoRoom, message));
        }
        Ok(Matrix([1.0, 0.0, 0.0, 1.0, left, bottom]).then(&view.matrix()))
    }

    /// Looks at what the page draws, and acts upon what is found in the block's place.
    fn survey(&mut self, page: &Page, contents: &[Stream], resources: &Resources<'a>, area: &Rect) -> Result<Survey> {
        let survey =
            occupied::look(self.file, page, contents, resources, area, self.stamp.occupied != Occupied::Ignore)?;
        let number = page.number;
        if let Some(unknown) = &survey.unknown {
            let message = format!("page {number}: whether the place is free could not be seen: {unknown}");
            // Readers that stop there do not show the codes behind it either.
            if self.stamp.occupied == Occupied::Refuse {
                return Err(Error::new(Kind::PdfDamaged, message));
            }
            self.warnings.push(Warning::new(WarningKind::PlaceUnknown, message));
        }
        let Some(found) = survey.found else { return Ok(survey) };
        let message = format!("page {number} has {found} where the codes are to be");
        match self.stamp.occupied {
            Occupied::Refuse => return Err(Error::new(Kind::PdfPlaceTaken, message)),
            Occupied::Warn => self.warnings.push(Warning::new(WarningKind::PlaceTaken, message)),
            Occupied::Ignore => {}
        }
        Ok(survey)
    }

    /// The streams of a page's content. References that lead nowhere are left out, as the list is written anew.
    ///
    /// # Errors
    /// `pdf_damaged` for anything else, as readers then show nothing of the page; `pdf_limits`.
    fn contents(&self, page: &Page) -> Result<Vec<Stream>> {
        let Some(contents) = page.dict.get("Contents") else { return Ok(Vec::new()) };
        let parts = match self.file.load(contents, 0)? {
            Indirect::Stream(stream) => return Ok(vec![stream]),
            Indirect::Plain(Object::Array(parts)) => few(parts, page, "parts of its content")?,
            Indirect::Plain(_) => return Ok(Vec::new()),
        };
        let mut streams = Vec::with_capacity(parts.len());
        for part in &parts {
            match self.file.load(part, 0)? {
                Indirect::Stream(stream) => streams.push(stream),
                Indirect::Plain(Object::Null) => {}
                Indirect::Plain(_) => {
                    let message = format!("page {}: its content is something else than streams", page.number);
                    return Err(Error::new(Kind::PdfDamaged, message));
                }
            }
        }
        Ok(streams)
    }

    /// A link annotation over each code (ISO 32000-1, 12.5.6.5), printed with the page as PDF/A wants it.
    fn links(&mut self, page: Id, place: &Matrix) -> Result<Vec<Object>> {
        let mut links = Vec::new();
        for cell in &self.block.cells {
            let id = self.update.reserve();
            let Rect { left, bottom, right, top } = place.around(&cell.square);
            let link = link([left, bottom, right, top].map(rounded), cell.code.link());
            // Its address as description, for who does not see the code.
            let link = link.with("P", page).with("Contents", address(cell.code.link()));
            self.update.object(id, link.into())?;
            links.push(id.into());
        }
        Ok(links)
    }
}

/// Draws the form, on a stream's own lines: what stands before it may end without white space.
fn draw(place: &Matrix, name: &str) -> String {
    let [xx, xy, yx, yy, x, y] = place.0;
    // Directions are multiplied by the block's size.
    let [xx, xy, yx, yy] = [xx, xy, yx, yy].map(|direction| (direction * 1e7).round() / 1e7);
    let [x, y] = [x, y].map(rounded);
    format!("\n/Artifact BMC\nq {xx} {xy} {yx} {yy} {x} {y} cm /{name} Do Q\nEMC\n")
}

fn few(parts: Vec<Object>, page: &Page, what: &str) -> Result<Vec<Object>> {
    if parts.len() > MOST_PARTS {
        return Err(Error::new(Kind::PdfLimits, format!("page {} has more than {MOST_PARTS} {what}", page.number)));
    }
    Ok(parts)
}

/// A name that the page does not use.
fn unused(names: &Dict) -> String {
    let mut name = "KsefQr".to_owned();
    let mut number = 1;
    while names.get(&name).is_some() {
        number += 1;
        name = format!("KsefQr{number}");
    }
    name
}
