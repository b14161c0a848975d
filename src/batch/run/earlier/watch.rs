//! Which files a run looks at from outside, before it reads them: those of an invoice whose codes depend on nothing but the
//! invoice itself, its name and the settings.

use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Read as _;
use std::path::PathBuf;

use super::seen::{self, Seen, SeenLine};
use super::stamp::{Clock, Stamp};
use crate::batch::code_source::{CodeSource, Numbers};
use crate::batch::input::{Beside, Input};
use crate::batch::output::{Destination, Existing, ManifestWriter, Output};
use crate::batch::settings::Batch;
use crate::files::open_regular;
use crate::manifest::{EarlierRecord, FileNames, InvoiceOutcome, Record};
use crate::render::PictureFormat;

/// Looks at files from outside.
#[derive(Debug)]
pub(in crate::batch) struct Watch {
    clock: Clock,
    /// A hash of all that decides what a line and its pictures are.
    settings: u64,
    /// Where the pictures are, if they are files.
    folder: Option<PathBuf>,
    formats: Vec<PictureFormat>,
    /// True if a package that lies beside an invoice says its number.
    asks_beside: bool,
    /// Where it is written down what was seen.
    place: PathBuf,
}

/// An invoice and its pictures, from outside, before they are read.
#[derive(Clone, Copy, Debug)]
pub(in crate::batch) struct Look {
    invoice: Stamp,
    pictures: Stamp,
}

impl Watch {
    /// For a run that takes up an earlier one; none where more than the invoice decides what its line is: numbers that come
    /// later, documents; and where all pictures are needed, for an archive or a sheet.
    pub(in crate::batch) fn open(batch: &Batch, manifest: &ManifestWriter, destination: &Destination) -> Option<Self> {
        let Batch { codes, drawing, allow, schedule, .. } = batch;
        let signing = match codes {
            CodeSource::Sign(issuer) => {
                let signer = issuer.signer();
                Some((issuer.context().cloned(), signer.algorithm(), signer.is_deterministic()))
            }
            CodeSource::SignEach(issuers) => {
                Some((issuers.context().cloned(), issuers.ec_algorithm(), issuers.is_deterministic()))
            }
            CodeSource::Link { numbers: Numbers::None | Numbers::Beside, .. } => None,
            CodeSource::Link { .. } | CodeSource::Reuse { .. } | CodeSource::Booked { .. } => return None,
        };
        #[cfg(feature = "pdf")]
        if drawing.sheet.is_some() {
            return None;
        }
        // What is kept is looked up in the book, or comes into it.
        #[cfg(feature = "book")]
        if batch.book.is_some() {
            return None;
        }
        if batch.existing != Existing::Resume || !batch.trusts_file_times || drawing.document.is_some() {
            return None;
        }
        let folder = match &batch.output {
            _ if destination.is_manifest() => None,
            Output::Folder(folder) => Some(folder.clone()),
            _ => return None,
        };
        let asks_beside = matches!(codes, CodeSource::Link { numbers: Numbers::Beside, .. });
        let mode = schedule.as_ref().map(|schedule| schedule.mode.name());
        let environment = codes.environment();
        let settings = format!(
            "{environment:?} {signing:?} {asks_beside} {allow:?} {mode:?} {:?} {:?} {:?} {}",
            drawing.formats,
            drawing.style,
            drawing.level,
            folder.is_some()
        );
        let mut hasher = DefaultHasher::new();
        settings.hash(&mut hasher);
        let formats = drawing.formats.clone();
        let (clock, place) = (Clock::new(manifest.file_time()?), manifest.place_of_seen()?);
        Some(Self { clock, settings: hasher.finish(), folder, formats, asks_beside, place })
    }

    /// What an earlier run left, if it is of this manifest and these settings.
    pub(in crate::batch) fn seen(&self, manifest: &mut File) -> Option<Seen> {
        // A line has less here than in the manifest.
        let most = manifest.metadata().ok()?.len();
        let mut bytes = Vec::new();
        open_regular(&self.place).ok()?.take(most).read_to_end(&mut bytes).ok()?;
        let seen = Seen::from_bytes(&bytes)?;
        (seen.settings == self.settings && seen.is_of(manifest)).then_some(seen)
    }

    /// True if the file is the one that was seen, and its pictures too.
    pub(in crate::batch) fn is_unchanged(&self, input: &Input, beside: &Beside, line: &SeenLine) -> bool {
        line.invoice.is_known() && line.invoice == self.invoice(input, beside) && self.has_its_pictures(line)
    }

    /// Not known of an invoice whose package says its number, which may be another tomorrow.
    fn invoice(&self, input: &Input, beside: &Beside) -> Stamp {
        match input {
            Input::File(_) if self.asks_beside && beside.package(input).is_some() => Stamp::UNKNOWN,
            Input::File(path) => self.clock.invoice(path),
            _ => Stamp::UNKNOWN,
        }
    }

    /// True if the pictures are those that were seen.
    pub(in crate::batch) fn has_its_pictures(&self, line: &SeenLine) -> bool {
        line.pictures.is_known() && line.pictures == self.pictures(&line.stem, line.certificate.is_some())
    }

    /// How many pictures an invoice has.
    pub(in crate::batch) fn pictures_of(&self, line: &SeenLine) -> u64 {
        self.formats.len() as u64 * if line.certificate.is_some() { 2 } else { 1 }
    }

    fn pictures(&self, stem: &str, is_signed: bool) -> Stamp {
        let Some(folder) = &self.folder else { return Stamp::OF_NOTHING };
        let names = FileNames::of(stem);
        let codes = if is_signed { &["kod1", "kod2"][..] } else { &["kod1"] };
        let each = codes.iter().flat_map(|code| self.formats.iter().map(move |format| (code, format)));
        self.clock.pictures(each.map(|(code, format)| folder.join(names.picture(code, *format))))
    }

    /// Looks at a file that is about to be read.
    pub(in crate::batch) fn look(
        &self,
        input: Option<&Input>,
        beside: &Beside,
        earlier: Option<&EarlierRecord>,
    ) -> Look {
        let invoice = input.map_or(Stamp::UNKNOWN, |input| self.invoice(input, beside));
        let pictures = match (earlier, &self.folder) {
            (_, None) => Stamp::OF_NOTHING,
            (Some(earlier), Some(_)) => self.pictures(earlier.stem().unwrap_or_default(), earlier.kod2.is_some()),
            // They are yet to be drawn, and too young by then.
            (None, Some(_)) => Stamp::UNKNOWN,
        };
        Look { invoice, pictures }
    }

    /// What to write down of a line once it is read: the new one, or that of the `earlier` run. `drawn` if files were made.
    pub(in crate::batch) fn line(
        look: Look,
        record: &Record,
        drawn: bool,
        earlier: Option<&EarlierRecord>,
    ) -> Option<SeenLine> {
        let pictures = if drawn { Stamp::UNKNOWN } else { look.pictures };
        match (&record.outcome, earlier) {
            (InvoiceOutcome::Done(done), _) => {
                Some(SeenLine::of(&done.to_earlier(&record.input), look.invoice, pictures))
            }
            (InvoiceOutcome::Kept(kept), _) => Some(SeenLine::of(&kept.record, look.invoice, pictures)),
            (InvoiceOutcome::Refused(_), Some(earlier)) => Some(SeenLine::of(earlier, Stamp::UNKNOWN, Stamp::UNKNOWN)),
            (InvoiceOutcome::Refused(_), None) => None,
        }
    }

    /// What to leave for the next run, of the manifest as it is now, as bytes.
    pub(in crate::batch) fn to_leave(&self, lines: seen::SeenLines, manifest: &ManifestWriter) -> Option<Vec<u8>> {
        let mut seen = lines.finish(self.settings)?;
        seen.digest = seen::digest(File::open(manifest.file()?).ok()?, seen.end).ok()?;
        Some(seen.to_bytes())
    }
}
