use super::document::file::File;
use super::embedded::{self, Embedded};
use super::page::pages;
use super::settings::Stamp;
use super::stamp::{self, Stamped};
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
    /// `setting_malformed`; `pdf_page_missing`; `pdf_no_room`, if the codes do not fit on the page; `pdf_place_taken`;
    /// `pdf_certified`, `pdf_permissions`; `pdf_damaged`, `pdf_limits`.
    pub fn stamp(&self, codes: &[Code], stamp: &Stamp) -> Result<Stamped> {
        stamp::put(&self.file, codes, stamp)
    }
}

impl std::fmt::Debug for Original {
    /// No content: it may be confidential, and long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Original({} bytes)", self.file.bytes().len())
    }
}
