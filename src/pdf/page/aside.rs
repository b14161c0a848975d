use std::rc::Rc;

use super::content::{LARGEST_FORM, Reader, Run};
use super::geometry::Matrix;
use super::graphics::State;
use super::ink::Ink;
use super::resources::Aside;
use crate::error::{Error, Kind, Result};

/// In operators: what a font or a mask takes, and each letter besides its own.
const EACH: u32 = 1000;
const EACH_LETTER: u32 = 100;

impl<'a> Reader<'a> {
    /// Checks that what is drawn by the way leaves no marked content open: in some readers it stays open behind it, and hides the codes if
    /// it belongs to a layer that is not shown. How often a reader draws it nobody knows, so that it cannot be closed as a form's can.
    ///
    /// # Errors
    /// `pdf_damaged`, `pdf_limits`.
    pub(super) fn by_the_way(&mut self, asides: &[Rc<Aside<'a>>], run: &Run<'_, 'a>) -> Result<()> {
        if !self.has_layers {
            return Ok(());
        }
        asides.iter().try_for_each(|aside| self.aside(aside, run))
    }

    fn aside(&mut self, aside: &Aside<'a>, run: &Run<'_, 'a>) -> Result<()> {
        if aside.is_read.replace(true) {
            return Ok(());
        }
        self.step(EACH)?;
        let resources = aside.resources.as_ref().unwrap_or(run.resources);
        let ink = std::mem::replace(&mut self.ink, Ink::new(&[], None));
        let is_aside = std::mem::replace(&mut self.is_aside, true);
        let read = aside.streams.iter().try_for_each(|stream| {
            self.step(EACH_LETTER)?;
            let Some(stream) = self.file.stream(stream)? else { return Ok(()) };
            let content = self.file.decode_whole(&stream, LARGEST_FORM)?;
            let left = self.run(&content, resources, State::new(Matrix::IDENTITY), run.depth + 1)?;
            if left.marked > 0 {
                return Err(Error::new(Kind::PdfDamaged, aside.fault));
            }
            Ok(())
        });
        (self.ink, self.is_aside) = (ink, is_aside);
        read
    }
}
