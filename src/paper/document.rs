use std::fmt::Write;

use pdf_writer::types::{ActionType, AnnotationFlags, AnnotationType};
use pdf_writer::{Chunk, Filter, Finish, Name, Rect, Ref, Str, TextStr};
use sha2::{Digest, Sha256};

use super::Language;
use super::canvas::{Canvas, Clickable, Fonts, MM_A_POINT};
use crate::typeface::{EmbeddedFont, Typeface, deflated};

/// A PDF 1.7 that is written page by page: what was written is handed out, and only where it stands is remembered.
pub(super) struct Document {
    pub(super) fonts: Fonts,
    /// Where each object begins, by its number; 0 for one that is not there yet.
    starts: Vec<u64>,
    pages: Vec<Ref>,
    /// How many bytes were handed out, and their digest.
    written: u64,
    digest: Sha256,
}

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFORMATION: Ref = Ref::new(3);
const RESOURCES: Ref = Ref::new(4);
const REGULAR: Ref = Ref::new(5);
const BOLD: Ref = Ref::new(5 + EmbeddedFont::OBJECTS);
/// The first number that a page may have.
const FIRST: usize = 5 + 2 * EmbeddedFont::OBJECTS as usize;

impl Document {
    /// Begins one, and gives the bytes that it begins with.
    pub(super) fn begin() -> (Self, Vec<u8>) {
        let fonts =
            Fonts { regular: EmbeddedFont::new(Typeface::regular()), bold: EmbeddedFont::new(Typeface::bold()) };
        let mut document = Self { fonts, starts: vec![0; FIRST], pages: Vec::new(), written: 0, digest: Sha256::new() };
        // The comment tells programs that the file is not text.
        let header = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        document.count(&header);
        (document, header)
    }

    /// Writes a page, `width` by `height` millimetres.
    pub(super) fn page(&mut self, width: f64, height: f64, canvas: Canvas) -> Vec<u8> {
        let (content, links) = canvas.finish(height);
        let (page, contents) = (self.reserve(), self.reserve());
        let annotations: Vec<Ref> = links.iter().map(|_| self.reserve()).collect();
        self.pages.push(page);
        let [width_points, height_points] = [width, height].map(|length| (length / MM_A_POINT) as f32);
        let mut bytes = Vec::new();
        self.object(&mut bytes, page, |chunk| {
            let mut page = chunk.page(page);
            page.parent(PAGES).media_box(Rect::new(0.0, 0.0, width_points, height_points)).contents(contents);
            page.pair(Name(b"Resources"), RESOURCES);
            if !annotations.is_empty() {
                page.annotations(annotations.iter().copied());
            }
        });
        self.object(&mut bytes, contents, |chunk| {
            chunk.stream(contents, &deflated(content.as_bytes())).filter(Filter::FlateDecode);
        });
        for (reference, link) in annotations.iter().zip(&links) {
            self.object(&mut bytes, *reference, |chunk| write_link(chunk, *reference, link, height));
        }
        bytes
    }

    /// Writes what belongs to all pages, and the end.
    pub(super) fn finish(mut self, title: &str, language: Language) -> Vec<u8> {
        let mut bytes = Vec::new();
        let fonts = [(&b"R"[..], REGULAR, self.fonts.regular.is_used()), (b"B", BOLD, self.fonts.bold.is_used())];
        self.object(&mut bytes, CATALOG, |chunk| {
            let mut catalog = chunk.indirect(CATALOG).dict();
            catalog.pair(Name(b"Type"), Name(b"Catalog")).pair(Name(b"Pages"), PAGES);
            catalog.pair(Name(b"Lang"), Str(language.tag().as_bytes()));
            catalog.insert(Name(b"ViewerPreferences")).dict().pair(Name(b"DisplayDocTitle"), true);
        });
        let pages = std::mem::take(&mut self.pages);
        self.object(&mut bytes, PAGES, |chunk| {
            chunk.pages(PAGES).count(pages.len() as i32).kids(pages.iter().copied());
        });
        self.object(&mut bytes, INFORMATION, |chunk| {
            chunk
                .indirect(INFORMATION)
                .dict()
                .pair(Name(b"Title"), TextStr(title))
                .pair(Name(b"Creator"), TextStr("ksef-qr"));
        });
        self.object(&mut bytes, RESOURCES, |chunk| {
            let mut resources = chunk.indirect(RESOURCES).dict();
            let mut named = resources.insert(Name(b"Font")).dict();
            for (name, reference, _) in fonts.iter().filter(|(_, _, is_used)| *is_used) {
                named.pair(Name(name), *reference);
            }
        });
        let mut chunks = Vec::new();
        for (font, first) in [(&self.fonts.regular, REGULAR), (&self.fonts.bold, BOLD)] {
            if font.is_used() {
                chunks.push(font.objects(first));
            }
        }
        for (reference, chunk) in chunks.into_iter().flatten() {
            self.append(&mut bytes, reference, &chunk);
        }
        self.push_end(&mut bytes);
        bytes
    }

    fn reserve(&mut self) -> Ref {
        self.starts.push(0);
        Ref::new(self.starts.len() as i32 - 1)
    }

    fn object(&mut self, bytes: &mut Vec<u8>, reference: Ref, write: impl FnOnce(&mut Chunk)) {
        let mut chunk = Chunk::with_settings(pdf_writer::Settings { pretty: false });
        write(&mut chunk);
        self.append(bytes, reference, &chunk);
    }

    fn append(&mut self, bytes: &mut Vec<u8>, reference: Ref, chunk: &Chunk) {
        if let Some(start) = self.starts.get_mut(reference.get() as usize) {
            *start = self.written;
        }
        self.count(chunk.as_bytes());
        bytes.extend_from_slice(chunk.as_bytes());
    }

    fn count(&mut self, bytes: &[u8]) {
        self.written += bytes.len() as u64;
        self.digest.update(bytes);
    }

    /// The table of objects and the trailer, named by a digest in place of a date.
    fn push_end(self, bytes: &mut Vec<u8>) {
        let size = self.starts.len();
        let mut end = format!("xref\n0 {size}\n0000000000 65535 f \n");
        for start in self.starts.iter().skip(1) {
            // Writing to a string does not fail.
            let _ = match start {
                0 => writeln!(end, "0000000000 65535 f "),
                start => writeln!(end, "{start:010} 00000 n "),
            };
        }
        let mut id = String::new();
        for byte in self.digest.finalize().iter().take(16) {
            let _ = write!(id, "{byte:02x}");
        }
        let (catalog, information) = (CATALOG.get(), INFORMATION.get());
        let _ = writeln!(end, "trailer\n<</Size {size}/Root {catalog} 0 R/Info {information} 0 R/ID[<{id}><{id}>]>>");
        let _ = writeln!(end, "startxref\n{}\n%%EOF", self.written);
        bytes.extend_from_slice(end.as_bytes());
    }
}

fn write_link(chunk: &mut Chunk, reference: Ref, link: &Clickable, height: f64) {
    let [left, top, right, bottom] = link.box_;
    let [left, bottom, right, top] =
        [left, height - bottom, right, height - top].map(|length| (length / MM_A_POINT) as f32);
    let mut annotation = chunk.indirect(reference).start::<pdf_writer::writers::Annotation<'_>>();
    annotation
        .subtype(AnnotationType::Link)
        .rect(Rect::new(left, bottom, right, top))
        .flags(AnnotationFlags::PRINT)
        .border(0.0, 0.0, 0.0, None);
    annotation.action().action_type(ActionType::Uri).uri(Str(&address(&link.url)));
    annotation.finish();
}

/// An address in printable ASCII, as a PDF wants it (ISO 32000-1, 12.6.4.7).
fn address(url: &str) -> Vec<u8> {
    let mut address = Vec::with_capacity(url.len());
    for &byte in url.as_bytes() {
        match byte {
            b'!'..=b'~' => address.push(byte),
            _ => address.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    address
}
