use super::file::File;
use super::geometry::Rect;
use super::pages::Page;
use crate::error::Result;

/// What a page draws in a place, and in which state its content leaves the page.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) found: Option<&'static str>,
    pub(super) unknown: Option<String>,
    pub(super) closed: usize,
}

impl Survey {
    pub(super) fn ending(&self) -> Vec<u8> {
        b"\nQ\n".to_vec()
    }
}

pub(super) fn look(_file: &File, _page: &Page, _area: &Rect, _look: bool) -> Result<Survey> {
    Ok(Survey::default())
}
