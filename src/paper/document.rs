use sha2::{Digest, Sha256};

use super::canvas::{Canvas, Fonts, MM_A_POINT};
use super::language::Language;
use crate::font::EmbeddedFont;
use crate::pdf_objects::{Dict, Id, NewFile, NewObject, Object, link};

/// A PDF 1.7 that is written page by page: what was written is handed out, and only where it stands is remembered.
pub(super) struct Document {
    pub(super) fonts: Fonts,
    file: NewFile,
    pages: Vec<Object>,
    /// Of what was handed out.
    digest: Sha256,
}

const CATALOG: Id = Id::new(1);
const PAGES: Id = Id::new(2);
const INFORMATION: Id = Id::new(3);
const RESOURCES: Id = Id::new(4);
const REGULAR: Id = Id::new(5);
const BOLD: Id = REGULAR.after(EmbeddedFont::OBJECTS);

impl Document {
    /// Begins one, with the fonts of all that is drawn by now, and gives the bytes that it begins with.
    pub(super) fn begin(fonts: Fonts) -> (Self, Vec<u8>) {
        let mut file = NewFile::new();
        file.reserve(REGULAR.number - 1 + 2 * EmbeddedFont::OBJECTS);
        let mut document = Self { fonts, file, pages: Vec::new(), digest: Sha256::new() };
        let bytes = document.take();
        (document, bytes)
    }

    /// Writes a page, `width` by `height` millimetres.
    pub(super) fn page(&mut self, width: f64, height: f64, canvas: Canvas) -> Vec<u8> {
        let (content, links) = canvas.finish(height);
        let [page, contents] = [(); 2].map(|()| self.file.reserve(1));
        self.pages.push(page.into());
        let annotations = self.file.reserve(links.len() as u32);
        let mut dict = Dict::default()
            .with("Type", Object::name("Page"))
            .with("Parent", PAGES)
            .with("MediaBox", Object::numbers(&[0.0, 0.0, width / MM_A_POINT, height / MM_A_POINT]))
            .with("Contents", contents)
            .with("Resources", RESOURCES);
        if !links.is_empty() {
            let numbers = (0..links.len() as u32).map(|place| annotations.after(place).into());
            dict.set("Annots", numbers.collect::<Vec<Object>>());
        }
        self.file.push(&NewObject::dict(page, dict));
        self.file.push(&NewObject::deflated(contents, Dict::default(), content.as_bytes()));
        for (clickable, place) in links.iter().zip(0..) {
            let [left, top, right, bottom] = clickable.box_;
            let area = [left, height - bottom, right, height - top].map(|length| length / MM_A_POINT);
            self.file.push(&NewObject::dict(annotations.after(place), link(area, &clickable.url)));
        }
        self.take()
    }

    /// Writes what belongs to all pages, and the end.
    pub(super) fn finish(mut self, title: &str, language: Language) -> Vec<u8> {
        let mut fonts = Dict::default();
        let mut objects = Vec::new();
        for (name, font, first) in [("R", &self.fonts.regular, REGULAR), ("B", &self.fonts.bold, BOLD)] {
            if font.is_used() {
                fonts.set(name, first);
                objects.extend(font.objects(first));
            }
        }
        let catalog = Dict::default()
            .with("Type", Object::name("Catalog"))
            .with("Pages", PAGES)
            .with("Lang", Object::text(language.tag().as_bytes()))
            .with("ViewerPreferences", Dict::default().with("DisplayDocTitle", Object::Bool(true)));
        let count = self.pages.len() as i64;
        let pages = Dict::default()
            .with("Type", Object::name("Pages"))
            .with("Count", count)
            .with("Kids", std::mem::take(&mut self.pages));
        let information = Dict::default().with("Title", Object::words(title)).with("Creator", Object::text(b"ksef-qr"));
        for (id, dict) in [
            (CATALOG, catalog),
            (PAGES, pages),
            (INFORMATION, information),
            (RESOURCES, Dict::default().with("Font", fonts)),
        ] {
            self.file.push(&NewObject::dict(id, dict));
        }
        for object in &objects {
            self.file.push(object);
        }
        let mut bytes = self.take();
        // Named by a digest in place of a date.
        let digest = self.digest.finalize();
        let name = Object::text(digest.get(..16).unwrap_or_default());
        let trailer =
            Dict::default().with("Root", CATALOG).with("Info", INFORMATION).with("ID", vec![name.clone(), name]);
        bytes.extend(self.file.finish(&trailer));
        bytes
    }

    fn take(&mut self) -> Vec<u8> {
        let bytes = self.file.take();
        self.digest.update(&bytes);
        bytes
    }
}
