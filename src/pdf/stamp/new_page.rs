use super::update::Update;
use crate::error::Result;
use crate::font::EmbeddedFont;
use crate::pdf::page::content::BEGINNING;
use crate::pdf::page::geometry::{Rect, rounded};
use crate::pdf_objects::{Dict, Id, NewObject, Object};

/// A page that was drawn elsewhere, to be added behind the last page of a PDF. `paper::CodePage` draws one.
pub struct NewPage {
    /// Width and height in points.
    pub(crate) size: [f64; 2],
    pub(crate) content: String,
    /// The fonts of its content, by their names there.
    pub(crate) fonts: Vec<(&'static str, EmbeddedFont)>,
    /// Where a click leads to an address: left, bottom, right, top, in points.
    pub(crate) links: Vec<([f64; 4], String)>,
}

impl NewPage {
    /// The page as a form XObject: a name that tells of us, and no resources among the document's own.
    pub(super) fn form(&self, update: &mut Update<'_>) -> Result<Id> {
        let form = update.reserve();
        let mut fonts = Dict::default();
        let mut objects = Vec::new();
        for (name, font) in self.fonts.iter().filter(|(_, font)| font.is_used()) {
            let first = update.reserve_several(EmbeddedFont::OBJECTS);
            fonts.set(name, first);
            objects.extend(font.objects(first));
        }
        let [width, height] = self.size.map(rounded);
        let content = format!("{BEGINNING}{width} {height} re f 0 g\n{}", self.content);
        let size = Rect::new((0.0, 0.0), (width, height));
        let dict = form_dict(size, Dict::default().with("Font", fonts));
        update.push(NewObject::deflated(form, dict, content.as_bytes()))?;
        for object in objects {
            update.push(object)?;
        }
        Ok(form)
    }
}

/// A form XObject of this size.
pub(super) fn form_dict(size: Rect, resources: Dict) -> Dict {
    Dict::default()
        .with("Type", Object::name("XObject"))
        .with("Subtype", Object::name("Form"))
        .with("BBox", size.to_object())
        .with("Resources", resources)
}

impl std::fmt::Debug for NewPage {
    /// No content: it names people, and is long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewPage({} x {} points)", self.size[0], self.size[1])
    }
}
