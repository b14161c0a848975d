//! What a run makes of each invoice.

use super::codes::Codes;
use super::document::Document;
use super::numbers::Numbers;
use crate::qr::EccLevel;
use crate::render::{PictureFormat, Style};
use crate::sign::Issuer;
use crate::values::Environment;

/// What to make of each invoice.
#[derive(Debug)]
pub enum Task {
    /// KOD I and KOD II: offline invoices.
    Sign(Issuer),
    /// KOD I alone.
    Link {
        /// Which KSeF.
        environment: Environment,
        /// What stands under the code.
        numbers: Numbers,
    },
    /// The codes that earlier runs made.
    Reuse {
        /// Which KSeF they lead to.
        environment: Environment,
        /// The codes.
        codes: Codes,
    },
}

impl Task {
    pub(super) fn environment(&self) -> Environment {
        match self {
            Self::Sign(issuer) => issuer.environment(),
            Self::Link { environment, .. } | Self::Reuse { environment, .. } => *environment,
        }
    }

    /// True for KOD I and KOD II, false for KOD I alone; none if that differs from invoice to invoice.
    pub(super) fn is_signing(&self) -> Option<bool> {
        match self {
            Self::Sign(_) => Some(true),
            Self::Link { .. } => Some(false),
            Self::Reuse { .. } => None,
        }
    }
}

/// Which pictures to draw, and how, and the document to make around them.
#[derive(Debug)]
pub struct Drawing {
    /// The formats, each once; none for links alone.
    pub formats: Vec<PictureFormat>,
    /// Sizes.
    pub style: Style,
    /// Error correction.
    pub level: EccLevel,
    /// A document for each invoice, if there is to be one.
    pub document: Option<Box<dyn Document>>,
    /// Sheets of labels with the codes of the whole run, `sheet.pdf` in the output folder, if there are to be any.
    #[cfg(feature = "pdf")]
    pub sheet: Option<crate::paper::Grid>,
}

impl Drawing {
    /// True for links alone.
    pub(super) fn is_empty(&self) -> bool {
        #[cfg(feature = "pdf")]
        let has_sheet = self.sheet.is_some();
        #[cfg(not(feature = "pdf"))]
        let has_sheet = false;
        self.formats.is_empty() && self.document.is_none() && !has_sheet
    }
}
