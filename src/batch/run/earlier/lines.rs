//! What an earlier run signed, read back from its manifest. A code that was printed must not change, so its line is
//! taken up as it stands.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use super::seen::{SeenLine, of_content, of_name};
use super::watch::Watch;
use crate::batch::code_source::{CodeSource, Numbers};
use crate::batch::input::{Beside, Input, LARGEST_ALLOWED};
use crate::batch::settings::Batch;
use crate::error::{Error, Kind, Result};
use crate::files::unreadable;
use crate::manifest::{
    CodeRecord, EarlierRecord, Extent, InvoiceLine, LINE_START, Lines, ManifestLine, Picture, TakenNames,
};
use crate::render::Label;
use crate::values::InvoiceHash;

/// The lines of earlier runs.
#[derive(Debug)]
pub(in crate::batch) struct Earlier {
    /// Sorted by input, then by place. A hundred thousand are 4 MB.
    lines: Vec<Entry>,
    /// Once all inputs were asked for: the lines that are left, the last one first.
    left: Option<Vec<(Extent, Option<u32>)>>,
    /// Where the last line of an invoice with codes ends, and whether it lacks its newline.
    end: u64,
    lacks_newline: bool,
    path: Arc<Path>,
    reader: BufReader<File>,
    /// Where the reader stands.
    at: u64,
    /// True if lines are to be given out as they stand.
    keeps_text: bool,
    /// What an earlier run saw of the first lines, until they are taken; how many there were, and where they end.
    seen: Vec<Option<SeenLine>>,
    seen_before: Option<(usize, u64)>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Hashes of 64 bits, of the input's name and of its content: what they find is compared in full.
    input: u64,
    content: u64,
    replaces: Option<u64>,
    extent: Extent,
    is_taken: bool,
    /// Its place in what was seen.
    seen: Option<u32>,
}

impl Entry {
    fn of_seen(line: &SeenLine, at: usize) -> Self {
        let SeenLine { input, content, replaces, extent, .. } = *line;
        Self { input, content, replaces, extent, is_taken: false, seen: u32::try_from(at).ok() }
    }
}

/// A line that no input asked for.
pub(in crate::batch) enum Left {
    /// Its pictures are as they were.
    Unchanged(SeenLine),
    /// It is to be read.
    Line(EarlierLine),
}

/// A line taken up by this run, as it stands in the file.
#[derive(Debug)]
pub(in crate::batch) struct EarlierLine {
    pub(in crate::batch) extent: Extent,
    text: Vec<u8>,
    path: Arc<Path>,
    /// True if somebody is to be answered with it.
    is_answer: bool,
}

impl EarlierLine {
    /// What it says. It was read once, to find it again; the workers share the reading of the whole.
    ///
    /// # Errors
    /// `manifest_damaged`: the file is not what it was a moment ago.
    pub(in crate::batch) fn record(&self) -> Result<EarlierRecord> {
        let record = match ManifestLine::read(&self.text) {
            Ok(ManifestLine::Invoice(fields)) => EarlierRecord::of(&fields, &mut TakenNames::default()),
            _ => None,
        };
        record.ok_or_else(|| {
            Error::new(Kind::ManifestDamaged, "it changed while the run went on").about(self.path.to_string_lossy())
        })
    }

    /// The line itself, newline included, if somebody is to be answered with it.
    pub(in crate::batch) fn answer(&self) -> Option<String> {
        self.is_answer.then(|| String::from_utf8(self.text.clone()).ok()).flatten()
    }

    /// True if it is the line of this input. Lines of our own are told by the text; what somebody else wrote is read.
    fn is_of(&self, name: &str) -> bool {
        let field = serde_json::to_string(name).map(|name| format!("\"input\":{name},"));
        field.is_ok_and(|field| memchr::memmem::find(&self.text, field.as_bytes()).is_some())
            || self.record().is_ok_and(|record| record.input == name)
    }
}

impl Earlier {
    /// Reads the manifest of an earlier run of this command, and reserves the names it gave.
    ///
    /// Lines of refused invoices are not taken up: the invoice may be mended by now. A last line that was cut short is
    /// none.
    ///
    /// # Errors
    /// `manifest_damaged` for a line that no manifest has; `resume_mismatch` for one of another command.
    pub(in crate::batch) fn load(
        path: &Path,
        batch: &Batch,
        embedded: bool,
        names: &mut TakenNames,
        watch: Option<&Watch>,
    ) -> Result<Self> {
        let unreadable = |error: io::Error| unreadable(&error).about(path.to_string_lossy());
        let mut file = File::open(path).map_err(unreadable)?;
        let seen = watch.and_then(|watch| watch.seen(&mut file));
        // Its lines were read by the run that saw them; those that follow are new.
        let (mut end, count) = seen.as_ref().map_or((0, 0), |seen| (seen.end, seen.count));
        file.seek(SeekFrom::Start(end)).map_err(unreadable)?;
        let mut manifest = Lines::from(BufReader::with_capacity(1 << 16, file), end, count);
        let seen_before = seen.as_ref().map(|seen| (seen.lines.len(), seen.end));
        let seen = seen.map_or_else(Vec::new, |seen| seen.lines);
        // Whose files have each name. Of one input there may be a second line, which replaces the first.
        let mut owners: HashMap<u64, u64> = HashMap::new();
        for line in seen.iter().filter(|line| !line.stem.is_empty()) {
            names.reserve(&line.stem);
            owners.insert(names.key(&line.stem), line.input);
        }
        let mut lines: Vec<Entry> = seen.iter().enumerate().map(|(at, line)| Entry::of_seen(line, at)).collect();
        let mut lacks_newline = false;
        while let Some(line) = manifest.next_line().map_err(unreadable)? {
            let refuse = |kind, why: &str| {
                Err(Error::new(kind, format!("line {}: {why}", line.number)).about(path.to_string_lossy()))
            };
            let read = line.read();
            if read.is_err()
                && line.is_cut_short()
                && (line.text.starts_with(LINE_START) || LINE_START.starts_with(line.text))
            {
                break;
            }
            let fields = match read {
                // Behind the last of them is the summary, which gives way to the new one: where nothing else is between, the
                // file goes on there, and needs not to be written anew.
                Ok(ManifestLine::Invoice(fields)) => {
                    (end, lacks_newline) = (line.extent.end(), line.lacks_newline());
                    fields
                }
                Ok(ManifestLine::Refused | ManifestLine::Summary) => continue,
                Ok(ManifestLine::Foreign) | Err(_) => {
                    return refuse(Kind::ManifestDamaged, "it is not a line of a manifest");
                }
            };
            let Some(record) = EarlierRecord::of(&fields, names) else {
                return refuse(Kind::ManifestDamaged, "its parts do not fit each other");
            };
            if let Some(contradiction) = record.contradiction(&fields) {
                return refuse(Kind::ManifestDamaged, contradiction);
            }
            let input = of_name(&record.input);
            if let Some(stem) = record.stem()
                && *owners.entry(names.key(stem)).or_insert(input) != input
            {
                return refuse(Kind::ManifestDamaged, "its files have the names of those of another line");
            }
            let difference = difference(&record, batch, embedded).or_else(|| of_settings(&fields, &record, batch));
            if let Some(difference) = difference {
                return refuse(Kind::ResumeMismatch, &difference);
            }
            lines.push(Entry {
                input,
                content: of_content(&record.hash),
                replaces: record.replaces.as_ref().map(of_content),
                extent: line.extent,
                is_taken: false,
                seen: None,
            });
        }
        let mut reader = manifest.into_reader();
        if let Some(Entry { extent, .. }) = lines.last_mut().filter(|_| lacks_newline)
            && extent.end() == end
        {
            // It gets its newline when the run continues the file.
            extent.length += 1;
        }
        reader.rewind().map_err(unreadable)?;
        lines.sort_unstable_by_key(|entry: &Entry| (entry.input, entry.extent));
        drop_replaced(&mut lines);
        let path = Arc::from(path);
        let keeps_text = batch.to_stdout_too;
        let seen = seen.into_iter().map(Some).collect();
        Ok(Self { lines, left: None, end, lacks_newline, path, reader, at: 0, keeps_text, seen, seen_before })
    }

    /// How many lines a run before had seen, and where they end.
    pub(in crate::batch) fn seen_before(&self) -> Option<(usize, u64)> {
        self.seen_before
    }

    /// The line of this input, if neither the file nor its pictures have changed since a run before read them; each line once.
    pub(in crate::batch) fn take_unchanged(
        &mut self,
        input: &Input,
        beside: &Beside,
        watch: &Watch,
    ) -> Option<SeenLine> {
        // Whoever is to be answered with the line is answered with one that was looked at.
        if self.keeps_text || self.seen.is_empty() || !matches!(input, Input::File(_)) {
            return None;
        }
        let key = of_name(&input.name());
        let start = self.lines.partition_point(|entry| entry.input < key);
        let mut candidates = self.lines.get_mut(start..)?.iter_mut().take_while(|entry| entry.input == key);
        // Of two lines, the content decides.
        let (Some(entry), None) = (candidates.next(), candidates.next()) else { return None };
        let seen = self.seen.get_mut(usize::try_from(entry.seen?).ok()?)?;
        if entry.is_taken || !watch.is_unchanged(input, beside, seen.as_ref()?) {
            return None;
        }
        entry.is_taken = true;
        seen.take()
    }

    /// Where the last line of an invoice with codes ends, and whether it lacks its newline.
    pub(in crate::batch) fn end(&self) -> (u64, bool) {
        (self.end, self.lacks_newline)
    }

    /// The line of this input, if an earlier run signed it; each line once.
    ///
    /// # Errors
    /// `input_unreadable`: the file cannot be read any more.
    pub(in crate::batch) fn take(&mut self, input: &Input) -> Result<Option<EarlierLine>> {
        let name = input.name();
        let key = of_name(&name);
        let start = self.lines.partition_point(|entry| entry.input < key);
        let candidates = self.lines.get_mut(start..).unwrap_or_default();
        let count = candidates.partition_point(|entry| entry.input == key);
        let mut free: Vec<&mut Entry> = candidates.iter_mut().take(count).filter(|entry| !entry.is_taken).collect();
        // An input that was named twice has two lines: the one that fits its content is the one to go on with.
        let content = if free.len() > 1 { content(input) } else { None };
        let chosen = free.iter().position(|entry| Some(entry.content) == content).unwrap_or(0);
        let Some(entry) = free.get_mut(chosen) else { return Ok(None) };
        entry.is_taken = true;
        let extent = entry.extent;
        let line = self.read(extent)?;
        Ok(line.is_of(&name).then_some(line))
    }

    /// The line of an input of this name and exactly this content, if an earlier run signed it; each line once.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub(in crate::batch) fn take_content(&mut self, name: &str, bytes: &[u8]) -> Result<Option<EarlierLine>> {
        let (key, hash) = (of_name(name), InvoiceHash::of(bytes));
        let content = of_content(&hash);
        let fits = |entry: &&mut Entry| (entry.input, entry.content, entry.is_taken) == (key, content, false);
        let Some(entry) = self.lines.iter_mut().find(fits) else { return Ok(None) };
        entry.is_taken = true;
        let extent = entry.extent;
        let line = self.read(extent)?;
        let is_it = line.record().is_ok_and(|record| record.input == name && record.hash == hash);
        Ok(is_it.then_some(line))
    }

    /// A line that no input asked for: the first of them in the file, each once.
    pub(in crate::batch) fn next_left(&mut self) -> Option<Extent> {
        self.pop_left().map(|(extent, _)| extent)
    }

    /// The same, with what there is to do about it.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub(in crate::batch) fn next_unnamed(&mut self, watch: Option<&Watch>) -> Result<Option<Left>> {
        let Some((extent, seen)) = self.pop_left() else { return Ok(None) };
        let seen = seen.and_then(|at| self.seen.get_mut(usize::try_from(at).ok()?));
        if let (Some(seen), Some(watch)) = (seen, watch)
            && seen.as_ref().is_some_and(|line| watch.has_its_pictures(line))
            && let Some(line) = seen.take()
        {
            return Ok(Some(Left::Unchanged(line)));
        }
        self.read(extent).map(|line| Some(Left::Line(line)))
    }

    fn pop_left(&mut self) -> Option<(Extent, Option<u32>)> {
        let lines = &mut self.lines;
        let left = self.left.get_or_insert_with(|| {
            let mut left: Vec<_> =
                lines.iter().filter(|entry| !entry.is_taken).map(|entry| (entry.extent, entry.seen)).collect();
            left.sort_unstable_by(|one, other| other.cmp(one));
            left
        });
        left.pop()
    }

    /// Reads a line again.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub(in crate::batch) fn read(&mut self, extent: Extent) -> Result<EarlierLine> {
        let mut text = Vec::new();
        // Relative, because lines are mostly asked for in their order, and then the next is in the buffer.
        let read = self
            .reader
            .seek_relative(extent.start as i64 - self.at as i64)
            .and_then(|()| (&mut self.reader).take(extent.length.into()).read_to_end(&mut text));
        let length = read.map_err(|error| unreadable(&error).about(self.path.to_string_lossy()))?;
        self.at = extent.start + length as u64;
        Ok(EarlierLine { extent, text, path: Arc::clone(&self.path), is_answer: self.keeps_text })
    }
}

/// Of a line and the one that was signed in its place, a run that was killed before its end leaves both.
fn drop_replaced(lines: &mut Vec<Entry>) {
    if lines.iter().all(|entry| entry.replaces.is_none()) {
        return;
    }
    // Of the lines so far that name the same input, those of each content, the first one first.
    let mut before: HashMap<u64, VecDeque<usize>> = HashMap::new();
    let mut replaced = Vec::new();
    let mut group = None;
    for (index, entry) in lines.iter().enumerate() {
        if group.replace(entry.input) != Some(entry.input) {
            before.clear();
        }
        let first = entry.replaces.and_then(|content| before.get_mut(&content)?.pop_front());
        replaced.extend(first);
        before.entry(entry.content).or_default().push_back(index);
    }
    for index in replaced {
        if let Some(entry) = lines.get_mut(index) {
            entry.is_taken = true;
        }
    }
    lines.retain(|entry| !entry.is_taken);
}

fn content(input: &Input) -> Option<u64> {
    let mut bytes = Vec::new();
    input.read(&mut bytes, LARGEST_ALLOWED).ok()?;
    Some(of_content(&InvoiceHash::of(&bytes)))
}

/// What makes the line one of a command with other settings for its codes.
fn of_settings(line: &InvoiceLine<'_>, earlier: &EarlierRecord, batch: &Batch) -> Option<String> {
    if let Some(difference) = earlier.kod2.as_ref().and_then(|signed| batch.codes.difference(&signed.signature)) {
        return Some(difference);
    }
    let words = |mode: Option<&str>| mode.map_or("no mode".to_owned(), |mode| format!("the mode {mode}"));
    let (then, now) = (line.mode.as_deref(), batch.schedule.as_ref().map(|schedule| schedule.mode.name()));
    if then != now {
        return Some(format!("it was made for {}, and this run is for {}", words(then), words(now)));
    }
    // More may be allowed now than then: that does not concern what was signed.
    let broken = line.allowed.iter().find(|rule| rule.parse().is_ok_and(|rule| !batch.allow.contains(rule)));
    broken.map(|rule| format!("an exception to the rule {} was made for it, and this run makes none", &**rule))
}

/// What makes the line one of another command.
fn difference(earlier: &EarlierRecord, batch: &Batch, embedded: bool) -> Option<String> {
    let Batch { codes, drawing, .. } = batch;
    let made = |is_signed| if is_signed { "KOD I and KOD II" } else { "KOD I alone" };
    let is_signed = earlier.kod2.is_some();
    if codes.is_signing().is_some_and(|is_signing| is_signing != is_signed) {
        return Some(format!("it is of a command that makes {}, and this makes {}", made(is_signed), made(!is_signed)));
    }
    let label = match codes {
        CodeSource::Link { numbers: Numbers::None, .. } => Some(Label::OFFLINE),
        CodeSource::Link { numbers: Numbers::One(number), .. } => Some(Label::from(number)),
        // Each invoice's own number decides, once the invoice is read.
        CodeSource::Link { numbers: Numbers::Upo(_) | Numbers::Beside | Numbers::Table, .. }
        | CodeSource::Sign(_)
        | CodeSource::SignEach(_)
        | CodeSource::Reuse { .. }
        | CodeSource::Booked { .. } => None,
    };
    if label.is_some_and(|label| label != earlier.kod1.label) {
        return Some(format!("{} stands under its code, which this command would not write", earlier.kod1.label));
    }
    let host = format!("https://{}/", codes.environment().host());
    if !earlier.codes().all(|(_, code)| code.url.starts_with(&host)) {
        return Some(format!("its links are not of the environment {}", codes.environment().name()));
    }
    let fits = |(_, code): (&str, &CodeRecord)| {
        code.pictures.len() == drawing.formats.len()
            && code.pictures.iter().all(|(format, picture)| {
                drawing.formats.contains(format) && !matches!(picture, Picture::File(_)) == embedded
            })
    };
    if !earlier.codes().all(fits) {
        return Some(
            "it names other pictures than this run draws: other formats, or files in place of pictures in the manifest"
                .to_owned(),
        );
    }
    let (found, wanted) = (earlier.document.as_ref(), drawing.document.as_ref());
    let is_same = match (found, wanted) {
        (Some(found), Some(wanted)) => {
            found.kind == wanted.kind()
                && match &found.place {
                    // The name of a single file was given by somebody, who may have written .PDF.
                    Picture::File(name) => !embedded && name.to_ascii_lowercase().ends_with(wanted.ending()),
                    Picture::Embedded(_) | Picture::Bytes(_) => embedded,
                }
        }
        (found, wanted) => found.is_none() && wanted.is_none(),
    };
    (!is_same).then(|| "it names another document than this command makes".to_owned())
}
