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
    fonts: Kind<Rc<Font>>,
    spaces: Kind<Space>,
    settings: Kind<Rc<Settings<'f>>>,
    drawn: Kind<Option<Rc<Drawn<'f>>>>,
    glyphs: Kind<Option<Rc<Aside<'f>>>>,
    patterns: Kind<Vec<Rc<Aside<'f>>>>,
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
    known: RefCell<HashMap<Box<[u8]>, Option<T>>>,
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

/// What a set of parameters changes (ISO 32000-1, 8.4.5); none for what it says nothing of.
pub(in crate::pdf) struct Settings<'f> {
    /// True if white turns around what is below it.
    pub(in crate::pdf) inverts: Option<bool>,
    /// True if colours become others when they are drawn.
    pub(in crate::pdf) transfers: Option<bool>,
    pub(in crate::pdf) line_width: Option<f64>,
    /// With its size.
    pub(in crate::pdf) font: Option<(Rc<Font>, f64)>,
    /// What draws that font's letters, and the group of a soft mask.
    pub(super) asides: Vec<Rc<Aside<'f>>>,
}

/// Content that is drawn by the way: the letters of a font that draws them (Type 3; ISO 32000-1, 9.6.5), the group of a soft
/// mask (11.6.5.3), or the tile of a pattern (8.7.3).
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
            settings: Kind::new("ExtGState"),
            drawn: Kind::new("XObject"),
            glyphs: Kind::new("Font"),
            patterns: Kind::new("Pattern"),
        }
    }

    /// As they stand in the file.
    pub(in crate::pdf) fn dict(&self) -> &Dict {
        &self.dict
    }

    /// A font; none if there is no such font.
    pub(in crate::pdf) fn font(&self, name: &[u8]) -> Result<Option<Rc<Font>>> {
        self.fonts.get(self, name, |font| {
            let font = self.file.dict(font)?.unwrap_or_default();
            Ok(Rc::new(Font::read(self.file, &font)?))
        })
    }

    /// The letters of a font that draws them by content; none for any other font.
    pub(super) fn glyphs(&self, name: &[u8]) -> Result<Option<Rc<Aside<'f>>>> {
        let glyphs = self.glyphs.get(self, name, |font| self.glyphs_of(&self.file.dict(font)?.unwrap_or_default()));
        glyphs.map(Option::flatten)
    }

    fn glyphs_of(&self, font: &Dict) -> Result<Option<Rc<Aside<'f>>>> {
        if !self.file.is(font, "Subtype", "Type3")? {
            return Ok(None);
        }
        let letters = self.file.dict_in(font, "CharProcs")?.unwrap_or_default();
        let streams = letters.0.into_iter().map(|(_, letter)| letter).collect();
        let fault = "a letter of a font leaves marked content open, which may hide the codes";
        self.aside(fault, streams, font).map(Some)
    }

    /// The tile of a pattern, if it has one; none if there is no such pattern.
    pub(super) fn tile(&self, name: &[u8]) -> Result<Option<Vec<Rc<Aside<'f>>>>> {
        self.patterns.get(self, name, |pattern| {
            let dict = self.file.dict(pattern)?.unwrap_or_default();
            if *self.file.value(&dict, "PatternType")? == Object::Integer(2) {
                return Ok(Vec::new());
            }
            let fault = "a pattern leaves marked content open, which may hide the codes";
            Ok(vec![self.aside(fault, vec![pattern.clone()], &dict)?])
        })
    }

    /// What a set of parameters changes; none if there is no such set.
    pub(in crate::pdf) fn settings(&self, name: &[u8]) -> Result<Option<Rc<Settings<'f>>>> {
        self.settings.get(self, name, |parameters| {
            let parameters = self.file.dict(parameters)?.unwrap_or_default();
            let mut settings = Settings {
                inverts: self.inverts(&parameters)?,
                transfers: self.transfers(&parameters)?,
                line_width: self.file.value(&parameters, "LW")?.number(),
                font: None,
                asides: Vec::new(),
            };
            if let [font, size] = self.file.items(&parameters, "Font")?.as_slice() {
                let font = self.file.dict(font)?.unwrap_or_default();
                let size = self.file.resolve(size)?.number().unwrap_or_default();
                settings.font = Some((Rc::new(Font::read(self.file, &font)?), size));
                settings.asides.extend(self.glyphs_of(&font)?);
            }
            let mask = self.file.dict_in(&parameters, "SMask")?.unwrap_or_default();
            if let Some(group) = mask.get("G") {
                let dict = self.file.dict(group)?.unwrap_or_default();
                let fault = "a soft mask leaves marked content open, which may hide the codes";
                settings.asides.push(self.aside(fault, vec![group.clone()], &dict)?);
            }
            Ok(Rc::new(settings))
        })
    }

    fn aside(&self, fault: &'static str, streams: Vec<Object>, of: &Dict) -> Result<Rc<Aside<'f>>> {
        let resources = self.file.dict_in(of, "Resources")?.map(|dict| Self::new(self.file, dict));
        Ok(Rc::new(Aside { fault, streams, resources, is_read: Cell::new(false) }))
    }

    /// A colour space; none if there is no such space.
    pub(in crate::pdf) fn space(&self, name: &[u8]) -> Result<Option<Space>> {
        match Space::of(name) {
            None => self.spaces.get(self, name, |space| space_of(self.file, space, 0)),
            known => Ok(known),
        }
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
            (Some(b"DeviceGray"), _) => true,
            (Some(b"CalGray"), [_, measures, ..]) => self.is_usual(&self.file.dict(measures)?.unwrap_or_default())?,
            (Some(b"ICCBased"), [_, profile, ..]) => {
                let profile = self.file.dict(profile)?.unwrap_or_default();
                // A profile of three colours takes grey for the first of them.
                *self.file.value(&profile, "N")? == Object::Integer(1) && space_of(self.file, &grey, 0)? == Space::Light
            }
            _ => false,
        })
    }

    /// True for a calibrated grey (ISO 32000-1, 8.6.5.2) whose white is white and whose black is dark.
    fn is_usual(&self, measures: &Dict) -> Result<bool> {
        let gamma = self.file.value(measures, "Gamma")?;
        let gamma = if *gamma == Object::Null { Some(1.0) } else { gamma.number() };
        let white = self.file.numbers::<3>(measures, "WhitePoint")?;
        let is_white =
            |[x, y, z]: [f64; 3]| (y - 1.0).abs() < 0.01 && (0.5..=2.0).contains(&x) && (0.1..=2.0).contains(&z);
        let black = self.file.numbers::<3>(measures, "BlackPoint")?.unwrap_or_default();
        let is_dark = black.iter().all(|light| (0.0..=0.2).contains(light));
        Ok(gamma.is_some_and(|gamma| (0.5..=5.0).contains(&gamma)) && white.is_some_and(is_white) && is_dark)
    }

    fn inverts(&self, parameters: &Dict) -> Result<Option<bool>> {
        let mode = self.file.value(parameters, "BM")?;
        // Of a list readers take the first that they know.
        let modes = mode.as_array().unwrap_or_else(|| std::slice::from_ref(&mode));
        let inverts = |mode: &Object| matches!(mode.as_name(), Some(b"Difference" | b"Exclusion"));
        Ok((*mode != Object::Null).then(|| modes.iter().any(inverts)))
    }

    fn transfers(&self, parameters: &Dict) -> Result<Option<bool>> {
        let mut transfers = None;
        for key in ["TR", "TR2"].into_iter().filter(|key| parameters.get(key).is_some()) {
            transfers = Some(self.file.value(parameters, key)?.as_name().is_none());
        }
        Ok(transfers)
    }

    /// A picture or a form; none for anything else.
    pub(in crate::pdf) fn drawn(&self, name: &[u8]) -> Result<Option<Rc<Drawn<'f>>>> {
        let file = self.file;
        let drawn = self.drawn.get(self, name, |object| {
            let Some(stream) = file.stream(object)? else { return Ok(None) };
            if file.is(&stream.dict, "Subtype", "Image")? {
                let is_mask = *file.value(&stream.dict, "ImageMask")? == Object::Bool(true);
                return Ok(Some(Rc::new(Drawn::Picture(is_mask))));
            }
            if !file.is(&stream.dict, "Subtype", "Form")? {
                return Ok(None);
            }
            let matrix = file.numbers(&stream.dict, "Matrix")?.map(Matrix);
            let bounds = file.numbers(&stream.dict, "BBox")?.map(Rect::of);
            let resources = file.dict_in(&stream.dict, "Resources")?.map(|dict| Self::new(file, dict));
            Ok(Some(Rc::new(Drawn::Form(Box::new(Form { stream, matrix, bounds, resources, left: OnceCell::new() })))))
        });
        drawn.map(Option::flatten)
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

    /// What is made of a name; none if it is not there.
    fn get(&self, of: &Resources<'_>, name: &[u8], make: impl FnOnce(&Object) -> Result<T>) -> Result<Option<T>> {
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
        let found = dict.0.iter().rev().find(|(known, _)| **known == *name);
        let found = found.map(|(_, value)| make(value)).transpose()?;
        self.known.borrow_mut().insert(name.into(), found.clone());
        Ok(found)
    }
}
