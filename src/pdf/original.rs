use std::sync::Arc;

use super::document::file::File;
use super::embedded::{self, Embedded};
use super::page::pages;
use super::repair;
use super::settings::{PageDrawer, Stamp};
use super::stamp::{self, NewPage, Stamped};
use super::text::{self, PageText};
use crate::error::Result;
use crate::render::Code;

/// A PDF that was read, and may be stamped.
pub struct Original {
    file: File,
    /// Of one that was repaired: how many pictures cannot be unpacked.
    broken_pictures: Option<usize>,
    drawer: Option<Arc<dyn PageDrawer>>,
}

impl Original {
    /// Reads a PDF, and opens its encryption with the password (the user's or the owner's), or with none. A password for
    /// a PDF that is not encrypted is not looked at.
    ///
    /// Nothing of the pages is read yet.
    ///
    /// # Errors
    /// `pdf_damaged`, also for files that readers repair; `pdf_limits`; `pdf_encrypted`, `pdf_password_wrong`.
    pub fn read(bytes: Vec<u8>, password: Option<&[u8]>) -> Result<Self> {
        let file = File::read(bytes, password)?;
        pages::root(&file)?;
        Ok(Self { file, broken_pictures: None, drawer: None })
    }

    /// Reads a damaged PDF as readers do, which repair it: its objects are searched for. It is written anew, and so is what
    /// is made of it: one whole file, of which the file that was given is not the beginning.
    ///
    /// # Errors
    /// `pdf_damaged`, also for what is encrypted or signed, or has a font that cannot be unpacked; `pdf_limits`.
    pub fn repaired(bytes: Vec<u8>) -> Result<Self> {
        let repaired = repair::repaired(bytes)?;
        Ok(Self { broken_pictures: Some(repaired.broken_pictures), ..Self::read(repaired.bytes, None)? })
    }

    /// Pictures are free where this sees that they are white; without it they are ink all over.
    #[must_use]
    pub fn seen_by(self, drawer: Option<Arc<dyn PageDrawer>>) -> Self {
        Self { drawer, ..self }
    }

    /// How many pictures of a damaged PDF were not to be repaired, and are shown in part or not at all.
    pub fn broken_pictures(&self) -> usize {
        self.broken_pictures.unwrap_or(0)
    }

    /// The PDF that is to be stamped.
    pub fn bytes(&self) -> &[u8] {
        self.file.bytes()
    }

    /// The XML files embedded in the PDF, as in PDF/A-3 and Factur-X: in the order of its list of attachments, associated
    /// files and attachments of the first pages, each once.
    ///
    /// # Errors
    /// `pdf_damaged`; `pdf_limits` for more than a hundred attachments or XML of more than 32 MB.
    pub fn embedded_xml(&self) -> Result<Vec<Embedded>> {
        embedded::xml(&self.file)
    }

    /// Calls for what each page says, in order, until `visit` answers false. False if pages were left out: a document
    /// that is longer than anybody reads, or whose pages cannot be found.
    ///
    /// Letters that the PDF's fonts do not name, or that are a picture, are not read.
    pub fn read_text(&self, visit: &mut dyn FnMut(&PageText) -> bool) -> bool {
        text::read(&self.file, visit)
    }

    /// Puts the codes on the pages, all beside each other in one place.
    ///
    /// # Errors
    /// `setting_malformed`; `pdf_page_missing`; `pdf_no_room`, if the codes do not fit on the page; `pdf_place_taken`,
    /// `pdf_stamped_already`; `pdf_certified`, `pdf_permissions`; `pdf_damaged`, `pdf_limits`.
    pub fn stamp(&self, codes: &[Code], stamp: &Stamp) -> Result<Stamped> {
        self.whole(stamp::put(&self.file, codes, stamp, None, self.drawer.as_deref())?)
    }

    /// The same; if there is to be a page of the codes' own, `draw` makes it, from the width and the height of the last page
    /// in points.
    ///
    /// # Errors
    /// Those of [`stamp`](Self::stamp).
    pub fn stamp_or_add(&self, codes: &[Code], stamp: &Stamp, draw: &dyn Fn([f64; 2]) -> NewPage) -> Result<Stamped> {
        self.whole(stamp::put(&self.file, codes, stamp, Some(draw), self.drawer.as_deref())?)
    }

    /// What was repaired is no beginning that somebody knows: it and its update become one.
    fn whole(&self, stamped: Stamped) -> Result<Stamped> {
        if self.broken_pictures.is_none() {
            return Ok(stamped);
        }
        Ok(Stamped { bytes: repair::whole(stamped.bytes)?, ..stamped })
    }
}

impl std::fmt::Debug for Original {
    /// No content: it may be confidential, and long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Original({} bytes)", self.file.bytes().len())
    }
}
