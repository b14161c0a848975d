use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::balance::Balance;
use super::font::Font;
use super::geometry::{Matrix, Rect};
use super::graphics::Space;
use super::pages::{Page, ResourcesPlace};
use super::tint;
use crate::error::Result;
use crate::pdf::document::file::File;
use crate::pdf_objects::{Dict, Id, Object, Stream};

/// What a content stream names: fonts, colour spaces, pictures and forms. Each name is looked up once, however often the
/// stream uses it.
pub(in crate::pdf) struct Resources<'f> {
    file: &'f File,
    dict: Dict,
    fonts: Kind<Option<Rc<Font>>>,
    spaces: Kind<Space>,
    inverting: Kind<Option<bool>>,
    drawn: Kind<Option<Rc<Drawn<'f>>>>,
    glyphs: Kind<Option<Rc<Aside<'f>>>>,
    masks: Kind<Option<Rc<Aside<'f>>>>,
}

/// The resources of pages. Those that pages share are read once.
pub(in crate::pdf) struct PageResources<'f> {
    file: &'f File,
    objects: HashMap<Id, Option<Rc<Resources<'f>>>>,
    /// Of the last node that had some. Its pages follow each other.
    above: Option<(Rc<Object>, Rc<Resources<'f>>)>,
}

/// The dictionary of one kind, and what was made of its names.
struct Kind<T> {
    key: &'static str,
    dict: OnceCell<Dict>,
    known: RefCell<HashMap<Box<[u8]>, T>>,
}

/// What `Do` draws.
pub(in crate::pdf) enum Drawn<'f> {
    /// A picture; true for one that is filled with the current colour.
    Picture(bool),
    Form(Box<Form<'f>>),
}

/// Content within content (ISO 32000-1, 8.10).
pub(in crate::pdf) struct Form<'f> {
    pub(in crate::pdf) stream: Stream,
    pub(in crate::pdf) matrix: Option<Matrix>,
    pub(in crate::pdf) bounds: Option<Rect>,
    /// Forms of old have none, and use the page's.
    pub(in crate::pdf) resources: Option<Resources<'f>>,
    /// How it leaves its nesting, once it was read.
    pub(in crate::pdf) left: OnceCell<Balance>,
}

/// Content that is drawn by the way: the letters of a font that draws them (Type 3; ISO 32000-1, 9.6.5), or the group of a soft
/// mask (11.6.5.3).
pub(in crate::pdf) struct Aside<'f> {
    /// What it is to leave marked content open.
    pub(super) fault: &'static str,
    /// What leads to its content.
    pub(super) streams: Vec<Object>,
    /// Without any, those of the content that draws it.
    pub(super) resources: Option<Resources<'f>>,
    pub(super) is_read: Cell<bool>,
}

impl<'f> Resources<'f> {
    fn new(file: &'f File, dict: Dict) -> Self {
        Self {
            file,
            dict,
            fonts: Kind::new("Font"),
            spaces: Kind::new("ColorSpace"),
            inverting: Kind::new("ExtGState"),
            drawn: Kind::new("XObject"),
            glyphs: Kind::new("Font"),
            masks: Kind::new("ExtGState"),
        }
    }

    /// As they stand in the file.
    pub(in crate::pdf) fn dict(&self) -> &Dict {
        &self.dict
    }

    /// A font; none if there is no such font.
    pub(in crate::pdf) fn font(&self, name: &[u8]) -> Result<Option<Rc<Font>>> {
        self.fonts.get(self, name, |font| {
            let Some(font) = font else { return Ok(None) };
            let font = self.file.dict(font)?.unwrap_or_default();
            Ok(Some(Rc::new(Font::read(self.file, &font)?)))
        })
    }

    /// The letters of a font that draws them by content; none for any other font.
    pub(super) fn glyphs(&self, name: &[u8]) -> Result<Option<Rc<Aside<'f>>>> {
        self.glyphs.get(self, name, |font| {
            let font = font.map(|font| self.file.dict(font)).transpose()?.flatten().unwrap_or_default();
            if !font.is("Subtype", "Type3") {
                return Ok(None);
            }
            let letters = self.file.dict_in(&font, "CharProcs")?.unwrap_or_default();
            let streams = letters.0.into_iter().map(|(_, letter)| letter).collect();
            let fault = "a letter of a font leaves marked content open, which may hide the codes";
            self.aside(fault, streams, &font)
        })
    }

    /// The group of the soft mask in a set of parameters; none if there is no mask.
    pub(super) fn mask(&self, name: &[u8]) -> Result<Option<Rc<Aside<'f>>>> {
        self.masks.get(self, name, |parameters| {
            let parameters = parameters.map(|object| self.file.dict(object)).transpose()?.flatten().unwrap_or_default();
            let mask = self.file.dict_in(&parameters, "SMask")?.unwrap_or_default();
            let Some(group) = mask.get("G") else { return Ok(None) };
            let dict = self.file.dict(group)?.unwrap_or_default();
            let fault = "a soft mask leaves marked content open, which may hide the codes";
            self.aside(fault, vec![group.clone()], &dict)
        })
    }

    fn aside(&self, fault: &'static str, streams: Vec<Object>, of: &Dict) -> Result<Option<Rc<Aside<'f>>>> {
        let resources = self.file.dict_in(of, "Resources")?.map(|dict| Self::new(self.file, dict));
        Ok(Some(Rc::new(Aside { fault, streams, resources, is_read: Cell::new(false) })))
    }

    /// A colour space.
    pub(in crate::pdf) fn space(&self, name: &[u8]) -> Result<Space> {
        if let Some(space) = Space::of(name) {
            return Ok(space);
        }
        self.spaces.get(self, name, |space| {
            let Some(space) = space else { return Ok(Space::Other) };
            space_of(self.file, space, 0)
        })
    }

    /// True if what is grey is drawn as grey: a page may put another space in the place of that (`/DefaultGray`; ISO 32000-1,
    /// 8.6.5.6), and some readers draw forms on it by that, too.
    pub(in crate::pdf) fn has_usual_grey(&self) -> Result<bool> {
        let spaces = self.file.value(&self.dict, "ColorSpace")?;
        let Some(spaces) = spaces.as_dict() else { return Ok(true) };
        // It is searched from its end.
        self.file.spend(spaces.0.len())?;
        let grey = self.file.value(spaces, "DefaultGray")?;
        let parts = grey.as_array().unwrap_or_default();
        Ok(match (parts.first().unwrap_or(&grey).as_name(), parts) {
            (None, _) => *grey == Object::Null,
            (Some(b"DeviceGray" | b"CalGray"), _) => true,
            (Some(b"ICCBased"), [_, profile, ..]) => {
                let profile = self.file.dict(profile)?.unwrap_or_default();
                // A profile of three colours takes grey for the first of them.
                *self.file.value(&profile, "N")? == Object::Integer(1) && space_of(self.file, &grey, 0)? == Space::Light
            }
            _ => false,
        })
    }

    /// True if a set of parameters has white turn around what is below it, false if it does not, none if it says nothing of it.
    pub(in crate::pdf) fn inverts(&self, name: &[u8]) -> Result<Option<bool>> {
        self.inverting.get(self, name, |parameters| {
            let Some(parameters) = parameters.map(|object| self.file.dict(object)).transpose()?.flatten() else {
                return Ok(None);
            };
            let mode = self.file.value(&parameters, "BM")?;
            // Of a list readers take the first that they know.
            let modes = mode.as_array().unwrap_or_else(|| std::slice::from_ref(&mode));
            let inverts = |mode: &Object| matches!(mode.as_name(), Some(b"Difference" | b"Exclusion"));
            Ok((*mode != Object::Null).then(|| modes.iter().any(inverts)))
        })
    }

    /// A picture or a form; none for anything else.
    pub(in crate::pdf) fn drawn(&self, name: &[u8]) -> Result<Option<Rc<Drawn<'f>>>> {
        let file = self.file;
        self.drawn.get(self, name, |object| {
            let Some(stream) = object.map(|object| file.stream(object)).transpose()?.flatten() else { return Ok(None) };
            if stream.dict.is("Subtype", "Image") {
                let is_mask = *file.value(&stream.dict, "ImageMask")? == Object::Bool(true);
                return Ok(Some(Rc::new(Drawn::Picture(is_mask))));
            }
            if !stream.dict.is("Subtype", "Form") {
                return Ok(None);
            }
            let matrix = Matrix::read(&file.items(&stream.dict, "Matrix")?);
            let bounds = Rect::read(&file.items(&stream.dict, "BBox")?);
            let resources = file.dict_in(&stream.dict, "Resources")?.map(|dict| Self::new(file, dict));
            Ok(Some(Rc::new(Drawn::Form(Box::new(Form { stream, matrix, bounds, resources, left: OnceCell::new() })))))
        })
    }
}

/// A colour space as it stands in the file (ISO 32000-1, 8.6).
fn space_of(file: &File, space: &Object, depth: u32) -> Result<Space> {
    /// Spaces that stand for others.
    const DEEPEST: u32 = 4;
    let space = file.resolve(space)?;
    let parts = space.as_array().unwrap_or_default();
    let Some(family) = parts.first().unwrap_or(&space).as_name() else { return Ok(Space::Other) };
    Ok(match (family, parts) {
        _ if depth > DEEPEST => Space::Other,
        (b"CalGray" | b"CalRGB", _) => Space::Light,
        (b"Lab", _) => Space::Lab,
        (b"ICCBased", [_, profile, ..]) => {
            let profile = file.dict(profile)?.unwrap_or_default();
            let range = file.items(&profile, "Range")?;
            // Profiles may be of Lab, whose numbers mean something else.
            let is_usual = range.iter().zip([0.0, 1.0].iter().cycle()).all(|(end, usual)| end.number() == Some(*usual));
            match profile.get("Alternate") {
                Some(alternate) if space_of(file, alternate, depth + 1)? == Space::Lab => Space::Other,
                _ if is_usual => Space::Light,
                _ => Space::Other,
            }
        }
        (b"Separation" | b"DeviceN", [_, names, instead, function, ..]) => {
            let count = file.resolve(names)?.as_array().map_or(1, <[Object]>::len);
            match tint::is_white_without_ink(file, count, space_of(file, instead, depth + 1)?, function)? {
                true => Space::Ink,
                false => Space::Other,
            }
        }
        (name, _) => Space::of(name).unwrap_or(Space::Other),
    })
}

impl<'f> PageResources<'f> {
    pub(in crate::pdf) fn new(file: &'f File) -> Self {
        Self { file, objects: HashMap::new(), above: None }
    }

    /// The page's resources, its own or inherited, and where they stand.
    pub(in crate::pdf) fn of(&mut self, page: &Page) -> Result<(ResourcesPlace, Rc<Resources<'f>>)> {
        for place in page.places_of_resources() {
            let resources = match &place {
                ResourcesPlace::Page => {
                    page.dict.get("Resources").and_then(Object::as_dict).map(|dict| self.read(dict))
                }
                ResourcesPlace::Object(id) => self.object(*id)?,
                ResourcesPlace::Above(above) => self.above(above),
            };
            if let Some(resources) = resources {
                return Ok((place, resources));
            }
        }
        Ok((ResourcesPlace::Page, self.read(&Dict::default())))
    }

    fn read(&self, dict: &Dict) -> Rc<Resources<'f>> {
        Rc::new(Resources::new(self.file, dict.clone()))
    }

    fn object(&mut self, id: Id) -> Result<Option<Rc<Resources<'f>>>> {
        /// Where each page has its own, they are not needed again.
        const MOST_KEPT: usize = 32;
        if let Some(known) = self.objects.get(&id) {
            return Ok(known.clone());
        }
        if self.objects.len() >= MOST_KEPT {
            self.objects.clear();
        }
        let read = self.file.dict(&id.into())?.map(|dict| Rc::new(Resources::new(self.file, dict)));
        self.objects.insert(id, read.clone());
        Ok(read)
    }

    fn above(&mut self, above: &Rc<Object>) -> Option<Rc<Resources<'f>>> {
        if let Some((_, resources)) = self.above.as_ref().filter(|(known, _)| Rc::ptr_eq(known, above)) {
            return Some(Rc::clone(resources));
        }
        let resources = self.read(above.as_dict()?);
        self.above = Some((Rc::clone(above), Rc::clone(&resources)));
        Some(resources)
    }
}

impl<T: Clone> Kind<T> {
    fn new(key: &'static str) -> Self {
        Self { key, dict: OnceCell::new(), known: RefCell::default() }
    }

    fn get(&self, of: &Resources<'_>, name: &[u8], make: impl FnOnce(Option<&Object>) -> Result<T>) -> Result<T> {
        if let Some(known) = self.known.borrow().get(name) {
            return Ok(known.clone());
        }
        let dict = match self.dict.get() {
            Some(dict) => dict,
            None => {
                let dict = of.file.dict_in(&of.dict, self.key)?.unwrap_or_default();
                self.dict.get_or_init(|| dict)
            }
        };
        // It is searched from its end.
        of.file.spend(dict.0.len())?;
        let found = make(dict.get(&String::from_utf8_lossy(name)))?;
        self.known.borrow_mut().insert(name.into(), found.clone());
        Ok(found)
    }
}
