//! What an earlier run signed stays: its line as it is, and its files, where they are missing or not whole, made again from it.
//!
//! To draw a picture takes ten times as long as to read it. That the settings are those of the earlier run, the first pictures
//! tell; the others are only asked whether they are there and whole.

use super::stages::{Opened, Plan};
use crate::batch::document::Content;
use crate::batch::output::PreparedFile;
use crate::error::{Error, Kind, Result};
use crate::invoice::Invoice;
use crate::link::Kod1;
use crate::manifest::{DocumentRecord, EarlierRecord, Kept, Picture, of_another_invoice};
use crate::render::{Code, Renderer};
use crate::values::Environment;

/// How many pictures each worker compares with what this run would draw.
const MOST_COMPARED: u32 = 32;

/// Pictures that were compared so far, by one worker.
#[derive(Default)]
pub(in crate::batch) struct Compared(u32);

impl Compared {
    fn is_enough(&self) -> bool {
        self.0 >= MOST_COMPARED
    }
}

/// Looks after the files of an invoice that has not changed.
///
/// # Errors
/// `resume_mismatch`, `output_exists`, `output_unwritable`, `stamped_over_input`, `codes_signature_wrong`,
/// `codes_of_another_invoice`; those of the invoice and of the document.
pub(in crate::batch) fn keep(
    plan: Plan<'_>,
    renderer: &mut Renderer,
    compared: &mut Compared,
    earlier: EarlierRecord,
    opened: &Opened<'_, '_>,
) -> Result<(Kept, Vec<PreparedFile>)> {
    keep_files(plan, renderer, compared, earlier, Some(opened))
}

/// Looks after the files of a line whose invoice this run does not name: its pictures are drawn from the links, its document
/// cannot be made.
///
/// # Errors
/// As [`keep`].
pub(in crate::batch) fn keep_unnamed(
    plan: Plan<'_>,
    renderer: &mut Renderer,
    compared: &mut Compared,
    earlier: EarlierRecord,
) -> Result<(Kept, Vec<PreparedFile>)> {
    let is_archive = !plan.destination.is_folder() && !plan.destination.is_manifest();
    if earlier.document.is_some() && is_archive {
        let message =
            format!("this run does not name {}, whose document the archive, made anew, would lack", earlier.input);
        return Err(Error::new(Kind::ResumeMismatch, message));
    }
    keep_files(plan, renderer, compared, earlier, None)
}

fn keep_files(
    plan: Plan<'_>,
    renderer: &mut Renderer,
    compared: &mut Compared,
    earlier: EarlierRecord,
    opened: Option<&Opened<'_, '_>>,
) -> Result<(Kept, Vec<PreparedFile>)> {
    let Plan { batch, destination, .. } = plan;
    let mut files = Vec::new();
    if destination.is_manifest() {
        compare_embedded(plan, renderer, compared, &earlier)?;
    } else if !batch.drawing.is_empty() {
        let mut codes = Vec::with_capacity(2);
        let is_document_kept = opened.is_some() && earlier.document.is_some();
        for (_, record) in earlier.codes() {
            let mut todo = Vec::new();
            for (format, picture) in &record.pictures {
                let Picture::File(name) = picture else { continue };
                if !compared.is_enough() || !destination.holds_whole(name, |found| format.is_whole(found))? {
                    todo.push((*format, name));
                }
            }
            if todo.is_empty() && !is_document_kept {
                continue;
            }
            let code = Code::new(&*record.url, record.label.clone(), batch.drawing.level)?;
            for (format, name) in todo {
                let bytes = renderer.render(format, &code);
                let difference = |_: &[u8]| "the size, the resolution or the error correction is another".to_owned();
                match destination.holds(name, &bytes, |found| format.is_whole(found), difference)? {
                    true => compared.0 += 1,
                    false => files.extend(destination.repair(name, bytes, format.is_compressed())?),
                }
            }
            codes.push(code);
        }
        if let (Some(opened), Some(document)) = (opened, &earlier.document) {
            files.extend(keep_document(plan, &earlier, document, opened, &codes)?);
        }
    }
    // What is given out again must be what was signed, of this invoice.
    if !files.is_empty() || batch.to_stdout_too || batch.drawing.has_sheet() {
        earlier.links().check_signature(|serial| batch.codes.certificate(serial))?;
        if let Some(opened) = opened {
            check_invoice(&earlier, &opened.invoice(plan)?, batch.codes.environment())?;
        }
    }
    // An archive is made anew by every run.
    let redrawn = destination.is_folder() && !files.is_empty();
    Ok((Kept { record: earlier, redrawn }, files))
}

/// Pictures in the line itself stay as they are; of another size they are those of another command.
fn compare_embedded(
    plan: Plan<'_>,
    renderer: &mut Renderer,
    compared: &mut Compared,
    earlier: &EarlierRecord,
) -> Result<()> {
    for (_, record) in earlier.codes() {
        for (format, picture) in &record.pictures {
            if compared.is_enough() {
                return Ok(());
            }
            let code = Code::new(&*record.url, record.label.clone(), plan.batch.drawing.level)?;
            if picture.bytes().is_none_or(|found| *found != renderer.render(*format, &code)) {
                let message = "the pictures in its line differ from those that this run makes: the size, the resolution or the error correction is another";
                return Err(Error::new(Kind::ResumeMismatch, message));
            }
            compared.0 += 1;
        }
    }
    Ok(())
}

/// The digest is the same: what else stands on a picture or a label beside its codes.
fn check_invoice(earlier: &EarlierRecord, invoice: &Invoice, environment: Environment) -> Result<()> {
    if (&*earlier.number, &*earlier.kod1.url) == (invoice.number(), &*Kod1::of(invoice, environment).to_string()) {
        return Ok(());
    }
    Err(of_another_invoice())
}

fn keep_document(
    plan: Plan<'_>,
    earlier: &EarlierRecord,
    record: &DocumentRecord,
    opened: &Opened<'_, '_>,
    codes: &[Code],
) -> Result<Option<PreparedFile>> {
    let Some(draft) = &opened.draft else { return Ok(None) };
    let invoice = opened.invoice(plan)?;
    let ksef_number = earlier.ksef_number.as_ref();
    let (receipt, mode) = (plan.batch.codes.receipt(invoice.hash()), plan.mode());
    let content = Content { invoice: &invoice, codes, ksef_number, receipt, mode };
    let anew = draft.finish(&content)?;
    let (Picture::File(name), Some(document)) = (&record.place, plan.document()) else { return Ok(None) };
    let difference = |found: &[u8]| draft.difference(&content, found);
    if plan.destination.holds(name, &anew.bytes, |found| document.is_whole(found), difference)? {
        return Ok(None);
    }
    plan.destination.check_own(name, document, &anew.bytes)?;
    plan.destination.repair(name, anew.bytes, false)
}
