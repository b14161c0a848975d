//! All codes of a run on sheets of labels, in one file that grows as they come.

use std::mem;

use super::observer::Observer;
use crate::batch::document::names_us;
use crate::batch::output::{Destination, GrowingFile};
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::manifest::{CodeRecord, InvoiceOutcome, Record};
use crate::paper::{Grid, Sheet};
use crate::qr::EccLevel;
use crate::render::Code;

/// In millimetres: codes with smaller modules are hard to read from a label.
const SMALL_MODULE: f64 = 0.33;

/// The file's name.
const NAME: &str = "sheet.pdf";

/// Puts each invoice's codes on the next label.
pub(crate) struct LabelSheets {
    level: EccLevel,
    /// None once it has ended, well or not.
    open: Option<Open>,
    /// What went wrong first. The run continues: its codes are good.
    failed: Result<()>,
}

struct Open {
    sheet: Sheet,
    file: GrowingFile,
}

impl LabelSheets {
    /// Refuses, before anything else, a file of that name that no earlier run wrote.
    ///
    /// # Errors
    /// `output_exists`.
    pub(crate) fn check(destination: &Destination) -> Result<()> {
        destination.check_replaceable(NAME, names_us)
    }

    /// Begins the file.
    ///
    /// # Errors
    /// `output_unwritable`; `setting_malformed` for an output that is not a folder.
    pub(crate) fn begin(grid: Grid, level: EccLevel, destination: &Destination) -> Result<Self> {
        let Some(file) = destination.begin(NAME)? else {
            return Err(Error::new(Kind::SettingMalformed, "a sheet of all codes needs a folder to lie in"));
        };
        let (sheet, begin) = Sheet::new(grid);
        let mut sheets = Self { level, open: Some(Open { sheet, file }), failed: Ok(()) };
        sheets.write(&begin);
        Ok(sheets)
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(open) = &mut self.open
            && self.failed.is_ok()
        {
            self.failed = open.file.write(bytes);
        }
    }

    fn push<'c>(&mut self, codes: impl Iterator<Item = (&'static str, &'c CodeRecord)>, caption: &str) {
        let Some(open) = &mut self.open else { return };
        // A link that has been a code before is one again.
        let codes: Vec<Code> =
            codes.filter_map(|(_, code)| Code::new(&*code.url, code.label.clone(), self.level).ok()).collect();
        let bytes = open.sheet.push(&codes, caption);
        self.write(&bytes);
    }
}

impl Observer for LabelSheets {
    fn record(&mut self, record: &Record) {
        if self.failed.is_ok() {
            match &record.outcome {
                InvoiceOutcome::Done(done) => self.push(done.codes(), done.invoice.number()),
                InvoiceOutcome::Kept(kept) => self.push(kept.record.codes(), &kept.record.number),
                InvoiceOutcome::Refused(_) => {}
            }
        }
    }

    /// Ends the file, or removes it if the run did not come to its end. Warns if its codes came out small.
    fn finish(&mut self, is_whole: bool) -> Result<Vec<Warning>> {
        let open = self.open.take().filter(|_| is_whole);
        mem::replace(&mut self.failed, Ok(()))?;
        let Some(Open { sheet, mut file }) = open else { return Ok(Vec::new()) };
        // Paper without a label is of no use, and must not take the place of an earlier sheet.
        let Some(smallest) = sheet.smallest_module_mm() else { return Ok(Vec::new()) };
        file.write(&sheet.finish())?;
        file.finish()?;
        let small = Some(smallest).filter(|module| *module < SMALL_MODULE).map(|module| {
            let message = format!(
                "on the sheet a module is {module:.2} mm small; printers and telephones are sure of {SMALL_MODULE} mm and more"
            );
            Warning::new(WarningKind::ModuleSmall, message)
        });
        Ok(small.into_iter().collect())
    }
}
