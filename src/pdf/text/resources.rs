use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::font::Font;
use crate::error::Result;
use crate::pdf::document::file::File;
use crate::pdf::page::geometry::{Matrix, Rect};
use crate::pdf_objects::{Dict, Object};

type Named<T> = HashMap<Box<[u8]>, T>;

/// What content calls by names of its own. Each of them is looked up once.
pub(super) struct Resources {
    dict: Dict,
    read: RefCell<Named<Rc<Font>>>,
    fonts: OnceCell<Named<Object>>,
    objects: OnceCell<Named<Object>>,
    properties: OnceCell<Named<Object>>,
    meanings: RefCell<Named<Option<Rc<str>>>>,
}

impl Resources {
    pub(super) fn new(dict: Dict) -> Self {
        Self {
            dict,
            read: RefCell::default(),
            fonts: OnceCell::new(),
            objects: OnceCell::new(),
            properties: OnceCell::new(),
            meanings: RefCell::default(),
        }
    }

    /// As they stand in the file.
    pub(super) fn dict(&self) -> &Dict {
        &self.dict
    }

    /// A font that was kept.
    pub(super) fn known_font(&self, name: &[u8]) -> Option<Rc<Font>> {
        self.read.borrow().get(name).cloned()
    }

    pub(super) fn keep_font(&self, name: &[u8], font: &Rc<Font>) {
        self.read.borrow_mut().insert(name.into(), Rc::clone(font));
    }

    pub(super) fn font(&self, file: &File, name: &[u8]) -> Result<Option<Object>> {
        named(&self.fonts, file, &self.dict, "Font", name)
    }

    /// A form or a picture.
    pub(super) fn object(&self, file: &File, name: &[u8]) -> Result<Option<Object>> {
        named(&self.objects, file, &self.dict, "XObject", name)
    }

    /// What marked content of these properties means, by what `read` makes of them.
    pub(super) fn meaning(
        &self,
        file: &File,
        name: &[u8],
        read: impl FnOnce(&Dict) -> Result<Option<Rc<str>>>,
    ) -> Result<Option<Rc<str>>> {
        if let Some(known) = self.meanings.borrow().get(name) {
            return Ok(known.clone());
        }
        let found = named(&self.properties, file, &self.dict, "Properties", name)?;
        let dict = found.map_or(Ok(None), |found| file.dict(&found))?;
        let meaning = dict.as_ref().map_or(Ok(None), read)?;
        self.meanings.borrow_mut().insert(name.into(), meaning.clone());
        Ok(meaning)
    }
}

fn named(known: &OnceCell<Named<Object>>, file: &File, dict: &Dict, key: &str, name: &[u8]) -> Result<Option<Object>> {
    if known.get().is_none() {
        let all = file.dict_in(dict, key)?.unwrap_or_default();
        let _ = known.set(all.0.into_iter().collect());
    }
    Ok(known.get().and_then(|known| known.get(name)).cloned())
}

/// A form, ready to be followed.
pub(super) struct Form {
    pub(super) content: Vec<u8>,
    pub(super) resources: Option<Rc<Resources>>,
    pub(super) matrix: Matrix,
    pub(super) bounds: Rect,
}

impl Form {
    pub(super) fn read(file: &File, dict: &Dict, content: Vec<u8>) -> Result<Self> {
        Ok(Self {
            content,
            resources: file.dict_in(dict, "Resources")?.map(|dict| Rc::new(Resources::new(dict))),
            matrix: Matrix::read(&file.items(dict, "Matrix")?).unwrap_or(Matrix::IDENTITY),
            bounds: Rect::read(&file.items(dict, "BBox")?).unwrap_or(Rect::new((0.0, 0.0), (0.0, 0.0))),
        })
    }
}
