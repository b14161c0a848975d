//! Codes onto PDFs that exist.
//!
//! A PDF is read as its cross-references describe it, object by object as they are needed, and never repaired; what is
//! new is appended as an incremental update (ISO 32000-1, 7.5.6). So the file that was given stays, byte for byte, the
//! beginning of the file that is made: signatures still verify for the revision that they signed; tags, attachments,
//! metadata and the identification as PDF/A stay. No clock and no chance is in it: the same input gives the same bytes.
//!
//! Codes, labels and written links are one form per document, drawn in black and white without transparency, the text in
//! an embedded font, marked as an artifact. Over each code lies a link annotation with its address as description. In a
//! tagged PDF (PDF/UA) these annotations are not part of the structure, which strict checkers of PDF/UA report.
//!
//! | file | holds |
//! |---|---|
//! | `object`, `lexer`, `strings` | values of a PDF, and how they are read |
//! | `filter`, `lzw`, `crypt` | what streams are packed and encrypted with |
//! | `xref`, `object_stream`, `file` | where objects lie, and how references are followed |
//! | `pages`, `geometry` | the pages, and how they lie before the reader |
//! | `graphics`, `content`, `writing`, `inline_image`, `lettering`, `occupied` | what a page draws, and where |
//! | `signatures`, `embedded` | who has signed; which XML is attached |
//! | `settings`, `block`, `drawing` | what is to be drawn, and where |
//! | `serialise`, `update`, `stamp` | the update, and all of it together |
//!
//! This module knows no files and no invoices.

mod block;
mod content;
mod crypt;
mod drawing;
mod embedded;
mod file;
mod filter;
mod geometry;
mod graphics;
mod inline_image;
mod lettering;
mod lexer;
mod lzw;
mod object;
mod object_stream;
mod occupied;
mod pages;
mod serialise;
mod settings;
mod signatures;
mod stamp;
mod strings;
mod update;
mod writing;
mod xref;

pub use embedded::Embedded;
pub use settings::{Anchor, Arrangement, Corner, Occupied, Pages, Size, Stamp};

use crate::error::{Result, Warning};
use crate::qr::Symbol;
use crate::render::Label;
use file::File;

/// A PDF that was read, and may be stamped.
pub struct Original {
    file: File,
}

/// A code that is put on a PDF.
#[derive(Clone, Copy, Debug)]
pub struct Code<'a> {
    /// What is drawn.
    pub symbol: &'a Symbol,
    /// What stands under it.
    pub label: &'a Label,
    /// Where a click leads: the same link that the symbol encodes.
    pub url: &'a str,
}

/// A PDF with codes on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamped {
    /// The file: that which was given, and behind it the update.
    pub bytes: Vec<u8>,
    /// The pages that got the codes, counted from 1.
    pub pages: Vec<u32>,
    /// What somebody should look at: `module_small`, `place_taken`, `place_unknown`, `pdf_signed`.
    pub warnings: Vec<Warning>,
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

    /// Puts the codes on the pages, all beside each other in one place.
    ///
    /// # Errors
    /// `setting_malformed`; `pdf_page_missing`; `pdf_no_room`, if the codes do not fit on the page; `pdf_place_taken`;
    /// `pdf_certified`, `pdf_permissions`; `pdf_damaged`, `pdf_limits`.
    pub fn stamp(&self, codes: &[Code<'_>], stamp: &Stamp) -> Result<Stamped> {
        stamp::stamp(&self.file, codes, stamp)
    }
}

impl std::fmt::Debug for Original {
    /// No content: it may be confidential, and long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Original({} bytes)", self.file.bytes().len())
    }
}
