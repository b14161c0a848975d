//! All codes of a run on sheets of labels, in one file that grows as they come.

use std::fs;
use std::io::{self, BufWriter, Write as _};

use tempfile::NamedTempFile;

use super::folder::{cause, exists, put, unwritable};
use super::manifest::{Code, Outcome, Record};
use super::output::Output;
use super::pipeline::Observer;
use super::place::Place;
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::paper::{CodeOnPaper, Grid, Sheet};
use crate::qr::{EccLevel, Symbol};

/// In millimetres: codes with smaller modules are hard to read from a label.
const SMALL_MODULE: f64 = 0.33;

/// The file's name.
pub(super) const NAME: &str = "sheet.pdf";

/// Watches a run, and puts each invoice's codes on the next label.
pub(super) struct SheetWriter<'o> {
    observer: &'o mut dyn Observer,
    level: EccLevel,
    open: Option<Open>,
    /// What went wrong first. The run goes on: its codes are no worse for it.
    failed: Result<()>,
}

struct Open {
    sheet: Sheet,
    file: BufWriter<NamedTempFile>,
}

impl<'o> SheetWriter<'o> {
    /// Begins the file, if there is to be one.
    ///
    /// # Errors
    /// `output_exists`, `output_unwritable`; `setting_malformed` for an output that is no folder.
    pub(super) fn open(
        grid: Option<Grid>,
        level: EccLevel,
        place: &Place,
        observer: &'o mut dyn Observer,
    ) -> Result<Self> {
        let mut writer = Self { observer, level, open: None, failed: Ok(()) };
        if let Some(grid) = grid {
            let (sheet, begin) = Sheet::new(grid);
            let mut file = BufWriter::new(place.begin_sheet(NAME)?);
            writer.note(file.write_all(&begin));
            writer.open = Some(Open { sheet, file });
        }
        Ok(writer)
    }

    /// Gives the file its name, or removes it if the run did not come to its end. A warning if its codes came out small.
    ///
    /// # Errors
    /// `output_exists`, `output_unwritable`, now or earlier.
    pub(super) fn finish(self, is_whole: bool, place: &Place) -> Result<Option<Warning>> {
        let Some(Open { sheet, mut file }) = self.open.filter(|_| is_whole) else { return self.failed.map(|()| None) };
        self.failed?;
        let smallest = sheet.smallest_module_mm();
        let written =
            file.write_all(&sheet.finish()).and_then(|()| file.into_inner().map_err(io::IntoInnerError::into_error));
        place.put_sheet(NAME, written.map_err(|error| not_written(&error))?)?;
        Ok(smallest.filter(|module| *module < SMALL_MODULE).map(|module| {
            let message = format!(
                "on the sheet a module is {module:.2} mm small; printers and telephones are sure of {SMALL_MODULE} mm and more"
            );
            Warning::new(WarningKind::ModuleSmall, message)
        }))
    }

    fn note(&mut self, written: io::Result<()>) {
        if let Err(error) = written
            && self.failed.is_ok()
        {
            self.failed = Err(not_written(&error));
        }
    }

    fn push<'c>(&mut self, codes: impl Iterator<Item = (&'static str, &'c Code)>, caption: &str) {
        let Some(open) = &mut self.open else { return };
        // A link that has been a code before is one again.
        let symbols: Vec<(&Code, Symbol)> =
            codes.filter_map(|(_, code)| Some((code, Symbol::encode(&code.url, self.level).ok()?))).collect();
        let codes: Vec<CodeOnPaper<'_>> =
            symbols.iter().map(|(code, symbol)| CodeOnPaper { symbol, label: &code.label, url: &code.url }).collect();
        let bytes = open.sheet.push(&codes, caption);
        let written = open.file.write_all(&bytes);
        self.note(written);
    }
}

fn not_written(error: &io::Error) -> Error {
    Error::new(Kind::OutputUnwritable, format!("it cannot be written: {error}")).about(NAME).caused_by(cause(error))
}

impl Observer for SheetWriter<'_> {
    fn record(&mut self, record: &Record) {
        if self.open.is_some() && self.failed.is_ok() {
            match &record.outcome {
                Outcome::Done(done) => self.push(done.codes(), done.invoice.number()),
                Outcome::Kept(kept) => self.push(kept.codes(), &kept.number),
                Outcome::Refused(_) => {}
            }
        }
        self.observer.record(record);
    }
}

impl Place {
    /// Refuses a name that is taken by something else than a sheet of an earlier run that may be replaced.
    ///
    /// # Errors
    /// `output_exists`.
    pub(super) fn check_sheet(&self, name: &str) -> Result<()> {
        let Output::Folder(folder) = &self.output else { return Ok(()) };
        let path = folder.join(name);
        if !self.goes_on {
            self.check_free(name)?;
        }
        // A file of that name may be anybody's.
        if fs::symlink_metadata(&path).is_ok() && !fs::read(&path).is_ok_and(|found| is_own_sheet(&found)) {
            return Err(exists(&path));
        }
        Ok(())
    }

    /// A file to be written while the run goes on, in a folder.
    ///
    /// # Errors
    /// `output_unwritable`; `setting_malformed` for an output that is no folder.
    pub(super) fn begin_sheet(&self, name: &str) -> Result<NamedTempFile> {
        let (Output::Folder(folder), Some(workshop)) = (&self.output, &self.workshop) else {
            return Err(Error::new(Kind::SettingMalformed, "a sheet of all codes needs a folder to lie in"));
        };
        workshop.create().map_err(|error| unwritable(&folder.join(name), &error))
    }

    /// Gives that file its name.
    ///
    /// # Errors
    /// `output_exists`, `output_unwritable`.
    pub(super) fn put_sheet(&self, name: &str, file: NamedTempFile) -> Result<()> {
        match &self.output {
            Output::Folder(folder) => put(file.into_temp_path(), &folder.join(name), self.replace || self.goes_on),
            _ => Ok(()),
        }
    }
}

/// Sheets name their maker.
fn is_own_sheet(found: &[u8]) -> bool {
    found.starts_with(b"%PDF")
        && memchr::memmem::rfind(found, b"/Creator(ksef-qr)")
            .or_else(|| memchr::memmem::rfind(found, b"/Creator (ksef-qr)"))
            .is_some()
}
