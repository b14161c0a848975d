use super::document::file::File;
use super::embedded::{self, Embedded};
use super::page::pages;
use super::repair;
use super::settings::Stamp;
use super::stamp::{self, NewPage, Stamped};
use super::text::{self, PageText};
use crate::error::Result;
use crate::render::Code;

/// A PDF that was read, and may be stamped.
pub struct Original {
    file: File,
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
        Ok(Self { file })
    }

    /// Reads a damaged PDF as readers do, which repair it: its objects are searched for. It is written anew, and that is what
    /// is stamped: the file that was given is not the beginning of the one that is made.
    ///
    /// # Errors
    /// `pdf_damaged`, also for what is encrypted or signed; `pdf_limits`.
    pub fn repaired(bytes: Vec<u8>) -> Result<Self> {
        Self::read(repair::repaired(bytes)?, None)
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
        stamp::put(&self.file, codes, stamp, None)
    }

    /// The same; if there is to be a page of the codes' own, `draw` makes it, from the width and the height of the last page
    /// in points.
    ///
    /// # Errors
    /// Those of [`stamp`](Self::stamp).
    pub fn stamp_or_add(&self, codes: &[Code], stamp: &Stamp, draw: &dyn Fn([f64; 2]) -> NewPage) -> Result<Stamped> {
        stamp::put(&self.file, codes, stamp, Some(draw))
    }
}

impl std::fmt::Debug for Original {
    /// No content: it may be confidential, and long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Original({} bytes)", self.file.bytes().len())
    }
}
