use std::rc::Rc;

use super::geometry::{Rect, View};
use crate::error::{Error, Kind, Result};
use crate::pdf::document::file::File;
use crate::pdf::settings::Pages;
use crate::pdf_objects::{Dict, Id, Object};

/// A page and what it inherits.
#[derive(Clone, Debug)]
pub(in crate::pdf) struct Page {
    pub(in crate::pdf) id: Id,
    /// From 1 on.
    pub(in crate::pdf) number: u32,
    pub(in crate::pdf) dict: Dict,
    inherited: Inherited,
    /// True if it and the nodes above it say of each other that they belong together.
    is_linked: bool,
}

/// A value for each of [`INHERITED`]. It may be large, and there are as many nodes as pages: it is shared.
type Inherited = [Option<Rc<Object>>; INHERITED.len()];

/// What pages take from the nodes above them (ISO 32000-1, 7.7.3.4).
const INHERITED: [&str; 4] = ["Resources", "MediaBox", "CropBox", "Rotate"];

/// Counting this many takes a tenth of a second.
const MOST_PAGES: u32 = 100_000;

/// Pages that get codes, in one document.
const MOST_CHOSEN: usize = 5000;

/// Levels of the page tree.
const DEEPEST: usize = 64;

/// In units of the page: what Acrobat shows (ISO 32000-1, annex C).
const LONGEST_SIDE: f64 = 14_400.0;
const SHORTEST_SIDE: f64 = 3.0;

/// The root of the page tree.
pub(in crate::pdf) struct Root {
    pub(in crate::pdf) id: Id,
    pub(in crate::pdf) dict: Dict,
    /// How many pages the tree says that it has.
    pub(in crate::pdf) count: u32,
}

/// Looks for the root of the page tree.
///
/// # Errors
/// `pdf_damaged`, also for a number of pages that cannot be: readers believe it, and then show none.
pub(in crate::pdf) fn root(file: &File) -> Result<Root> {
    let damaged = |why: &str| Error::new(Kind::PdfDamaged, why);
    let (id, dict) = tree(file)?;
    let count = file.value(&dict, "Count")?.integer();
    let count = count.ok_or_else(|| damaged("the page tree does not say how many pages it has (/Count)"))?;
    // Each page is an object.
    let count = u32::try_from(count).ok().filter(|&count| count as usize <= file.xref.objects());
    let count =
        count.ok_or_else(|| damaged("the page tree says that it has pages below zero, or more than objects"))?;
    Ok(Root { id, dict, count })
}

fn tree(file: &File) -> Result<(Id, Dict)> {
    let missing = || Error::new(Kind::PdfDamaged, "the PDF has no page tree (/Pages)");
    let id = file.catalog()?.get("Pages").and_then(Object::as_reference).ok_or_else(missing)?;
    Ok((id, file.dict(&id.into())?.ok_or_else(missing)?))
}

/// The pages that were asked for. Where a new one is, the last that is there.
///
/// # Errors
/// `pdf_page_missing`, `pdf_damaged`, `pdf_limits`.
pub(in crate::pdf) fn chosen(file: &File, pages: Pages) -> Result<Vec<Page>> {
    let mut chosen = Vec::new();
    let mut count = 0;
    each(file, &mut |page| {
        count = page.number;
        match pages {
            Pages::Number(number) if page.number != number.get() => {}
            Pages::Auto | Pages::First | Pages::Number(_) | Pages::All => chosen.push(page),
            Pages::Last | Pages::New => chosen = vec![page],
        }
        match pages {
            Pages::Auto | Pages::First | Pages::Number(_) => chosen.is_empty(),
            Pages::All => chosen.len() <= MOST_CHOSEN,
            Pages::Last | Pages::New => true,
        }
    })?;
    if chosen.len() > MOST_CHOSEN {
        return Err(Error::new(Kind::PdfLimits, format!("codes on more than {MOST_CHOSEN} pages")));
    }
    if count == 0 {
        return Err(Error::new(Kind::PdfDamaged, "the PDF has no pages"));
    }
    let counted = root(file)?.count;
    if count > counted || count < counted && !matches!(pages, Pages::Auto | Pages::First | Pages::Number(_)) {
        let message = format!("the page tree says that it has {counted} pages, and has {count}");
        return Err(Error::new(Kind::PdfDamaged, message));
    }
    if chosen.is_empty() {
        return Err(Error::new(
            Kind::PdfPageMissing,
            format!("the PDF has {count} {}", if count == 1 { "page" } else { "pages" }),
        ));
    }
    Ok(chosen)
}

/// Calls for each page in order, until `visit` says stop.
pub(in crate::pdf) fn each(file: &File, visit: &mut dyn FnMut(Page) -> bool) -> Result<()> {
    let mut number = 0;
    let (id, dict) = tree(file)?;
    let is_linked = *file.value(&dict, "Parent")? == Object::Null;
    let mut levels = vec![Level::new(file, id, &dict, &Inherited::default(), is_linked)?];
    while let Some(level) = levels.last_mut() {
        let Some(kid) = level.kids.next() else {
            levels.pop();
            continue;
        };
        file.spend(16)?;
        let Some(id) = kid.as_reference() else {
            return Err(Error::new(Kind::PdfDamaged, "a page is not a separate object"));
        };
        // Some writers leave removed pages in the tree as null.
        let Some(dict) = file.dict(&kid)? else { continue };
        let is_linked = level.is_linked && dict.get("Parent").and_then(Object::as_reference) == Some(level.id);
        if dict.get("Kids").is_some() {
            if !is_or_nothing(file, &dict, "Pages")? {
                return Err(neither());
            }
            let next = Level::new(file, id, &dict, &level.inherited, is_linked)?;
            if levels.len() == DEEPEST {
                return Err(Error::new(Kind::PdfDamaged, "the page tree is endless"));
            }
            levels.push(next);
            continue;
        }
        number += 1;
        if number > MOST_PAGES {
            return Err(Error::new(Kind::PdfLimits, format!("the PDF has more than {MOST_PAGES} pages")));
        }
        if !visit(Page { id, number, dict, inherited: level.inherited.clone(), is_linked }) {
            break;
        }
    }
    Ok(())
}

/// A node of the tree on the way to a page.
struct Level {
    id: Id,
    kids: std::vec::IntoIter<Object>,
    inherited: Inherited,
    /// As of a [`Page`].
    is_linked: bool,
}

impl Level {
    fn new(file: &File, id: Id, node: &Dict, above: &Inherited, is_linked: bool) -> Result<Self> {
        let mut inherited = above.clone();
        for (key, place) in INHERITED.iter().zip(&mut inherited) {
            if let Some(value) = node.get(key) {
                *place = Some(Rc::new(value.clone()));
            }
        }
        Ok(Self { id, kids: file.items(node, "Kids")?.into_iter(), inherited, is_linked })
    }
}

/// True if it says that it is this, or says nothing of it.
fn is_or_nothing(file: &File, dict: &Dict, kind: &str) -> Result<bool> {
    Ok(dict.get("Type").is_none() || file.is(dict, "Type", kind)?)
}

fn neither() -> Error {
    Error::new(Kind::PdfDamaged, "the page tree holds something that is neither a page nor pages")
}

/// Where resources stand.
#[derive(Clone)]
pub(in crate::pdf) enum ResourcesPlace {
    /// In the page itself, or nowhere.
    Page,
    /// In an object of their own.
    Object(Id),
    /// In a node above the page.
    Above(Rc<Object>),
}

impl Page {
    /// A value of the page or of a node above it, followed.
    fn value(&self, file: &File, key: &str) -> Result<Object> {
        let own = file.value(&self.dict, key)?.into_owned();
        match self.inherited(key).filter(|_| own == Object::Null) {
            Some(value) => Ok(file.resolve(value)?.into_owned()),
            None => Ok(own),
        }
    }

    fn inherited(&self, key: &str) -> Option<&Rc<Object>> {
        INHERITED.iter().zip(&self.inherited).find(|(known, _)| **known == key)?.1.as_ref()
    }

    /// Where the page's resources may stand: the first of these that leads to a dictionary has them.
    pub(in crate::pdf) fn places_of_resources(&self) -> impl Iterator<Item = ResourcesPlace> {
        let place = |object: &Rc<Object>| match **object {
            Object::Reference(id) => Some(ResourcesPlace::Object(id)),
            Object::Dict(_) => Some(ResourcesPlace::Above(Rc::clone(object))),
            _ => None,
        };
        let own = match self.dict.get("Resources") {
            Some(&Object::Reference(id)) => Some(ResourcesPlace::Object(id)),
            Some(Object::Dict(_)) => Some(ResourcesPlace::Page),
            _ => None,
        };
        own.into_iter().chain(self.inherited("Resources").and_then(place))
    }

    /// Checks that all readers find the page, and above it the same as is found here.
    fn check(&self, file: &File) -> Result<()> {
        if !is_or_nothing(file, &self.dict, "Page")? {
            return Err(neither());
        }
        // What readers take for nothing, and what they do then, differs.
        let hides = |key: &&str| self.dict.get(key) == Some(&Object::Null) && self.inherited(key).is_some();
        let hidden = INHERITED.iter().find(|key| **key != "Resources" && hides(key));
        let other = match hidden {
            None if !self.is_linked => self.other_above(file)?,
            _ => None,
        };
        let Some(key) = hidden.copied().or(other) else { return Ok(()) };
        let message = format!("page {}: what it takes from the pages above it is not clear (/{key})", self.number);
        Err(Error::new(Kind::PdfDamaged, message))
    }

    /// What the page has not itself and readers find by going from parent to parent, if that differs from what is found on the way
    /// from the root.
    fn other_above(&self, file: &File) -> Result<Option<&'static str>> {
        let mut above: Inherited = Default::default();
        let mut node = file.dict_in(&self.dict, "Parent")?;
        let mut steps = 0;
        while let Some(dict) = node.take().filter(|_| steps < DEEPEST) {
            for (key, place) in INHERITED.iter().zip(&mut above) {
                if place.is_none() {
                    *place = dict.get(key).map(|value| Rc::new(value.clone()));
                }
            }
            node = file.dict_in(&dict, "Parent")?;
            steps += 1;
        }
        let differs = |(key, above): &(&&str, &Option<Rc<Object>>)| {
            self.dict.get(key).is_none() && self.inherited(key) != above.as_ref()
        };
        Ok(INHERITED.iter().zip(&above).find(differs).map(|(key, _)| *key))
    }

    /// How the page lies before its reader.
    ///
    /// # Errors
    /// `pdf_damaged`, `pdf_limits` for pages of no size or of kilometres.
    pub(in crate::pdf) fn view(&self, file: &File) -> Result<View> {
        let bad = |kind, why: &str| Error::new(kind, format!("page {}: {why}", self.number));
        self.check(file)?;
        let rect = |key| -> Result<Option<Rect>> {
            let dict = Dict::default().with(key, self.value(file, key)?);
            Ok(file.numbers(&dict, key)?.map(Rect::of))
        };
        let media = rect("MediaBox")?.ok_or_else(|| bad(Kind::PdfDamaged, "it has no size (/MediaBox)"))?;
        let visible = rect("CropBox")?.map_or(media, |crop| crop.intersection(&media));
        // Some readers show such a page whole, others nothing.
        if !visible.meets(&media) {
            return Err(bad(Kind::PdfDamaged, "its visible part is empty, or is outside it (/CropBox)"));
        }
        let sides = [visible.width(), visible.height()];
        if sides.iter().any(|&side| !(SHORTEST_SIDE..=LONGEST_SIDE).contains(&side)) {
            let why = format!("it measures {} by {} units", visible.width(), visible.height());
            return Err(bad(Kind::PdfLimits, &why));
        }
        let unit = self.value(file, "UserUnit")?.number().unwrap_or(1.0);
        if !(0.001..=100_000.0).contains(&unit) {
            return Err(bad(Kind::PdfLimits, &format!("a unit of {unit}")));
        }
        let turns = (self.value(file, "Rotate")?.number().unwrap_or_default() / 90.0).round();
        Ok(View { visible, turns: turns.rem_euclid(4.0) as u8, unit })
    }
}
