//! What an earlier run signed, read back from its manifest. A code that was printed must not change, so its line is
//! taken up as it stands.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::folder::unwritable;
use super::journal::Extent;
use super::manifest::{Code, Kept, Picture};
use super::names::Names;
use super::numbers::Numbers;
use super::worker::{Drawing, Task, picture_name};
use crate::error::{Error, Kind, Result};
use crate::link::Link;
use crate::render::{Label, PictureFormat};
use crate::values::InvoiceHash;

/// The lines of earlier runs, by input. An input that was named twice has two, in order.
#[derive(Debug)]
pub(super) struct Earlier {
    lines: HashMap<Box<str>, VecDeque<Extent>>,
    /// Once all inputs were asked for: the lines that are left, the last one first.
    left: Vec<Extent>,
    path: PathBuf,
    reader: BufReader<File>,
    /// Where the reader stands.
    at: u64,
}

/// A line taken up by this run.
#[derive(Debug)]
pub(super) struct EarlierLine {
    pub(super) extent: Extent,
    pub(super) input: String,
    pub(super) kept: Kept,
}

impl Earlier {
    /// Reads the manifest of an earlier run of this command, and reserves the names it gave.
    ///
    /// Lines of refused invoices are not taken up: the invoice may be mended by now.
    ///
    /// # Errors
    /// `manifest_damaged` for a line that is none; `resume_mismatch` for one of another command.
    pub(super) fn load(path: &Path, task: &Task, drawing: &Drawing, embedded: bool, names: &mut Names) -> Result<Self> {
        let unreadable = |error: io::Error| unwritable(path, &error);
        let mut reader = BufReader::with_capacity(1 << 16, File::open(path).map_err(unreadable)?);
        let mut lines: HashMap<Box<str>, VecDeque<Extent>> = HashMap::new();
        let mut text = Vec::new();
        let mut start = 0;
        for number in 1_u64.. {
            text.clear();
            let length = reader.read_until(b'\n', &mut text).map_err(unreadable)?;
            if length == 0 {
                break;
            }
            let about =
                |kind, why: &str| Error::new(kind, format!("line {number}: {why}")).about(path.to_string_lossy());
            let damaged = || about(Kind::ManifestDamaged, "it is no line of a manifest");
            let extent = Extent { start, length: u32::try_from(length).map_err(|_| damaged())? };
            start += length as u64;
            let value: Value = serde_json::from_slice(&text).map_err(|_| damaged())?;
            match (value["type"].as_str(), value["status"].as_str()) {
                (Some("summary"), None) | (Some("invoice"), Some("refused")) => continue,
                (Some("invoice"), Some("signed" | "linked")) => {}
                _ => return Err(damaged()),
            }
            let (input, kept) = parse(&value, names).ok_or_else(damaged)?;
            if let Some(difference) = difference(&kept, task, drawing, embedded) {
                return Err(about(Kind::ResumeMismatch, &difference));
            }
            let of_input = lines.entry(input.into()).or_default();
            if value.get("replaces").is_some() {
                of_input.pop_front();
            }
            of_input.push_back(extent);
        }
        reader.rewind().map_err(unreadable)?;
        Ok(Self { lines, left: Vec::new(), path: path.to_owned(), reader, at: 0 })
    }

    /// The line of this input, if an earlier run signed it; each line once.
    ///
    /// # Errors
    /// `output_unwritable`, `manifest_damaged`: the file is not what it was a moment ago.
    pub(super) fn take(&mut self, input: &str) -> Result<Option<EarlierLine>> {
        let extent = self.lines.get_mut(input).and_then(VecDeque::pop_front);
        extent.map(|extent| self.read(extent)).transpose()
    }

    /// A line that no input asked for: the first of them in the file, each once.
    pub(super) fn next_left(&mut self) -> Option<Extent> {
        if !self.lines.is_empty() {
            self.left = self.lines.drain().flat_map(|(_, extents)| extents).collect();
            self.left.sort_unstable_by(|one, other| other.cmp(one));
        }
        self.left.pop()
    }

    /// Reads a line again.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub(super) fn read(&mut self, extent: Extent) -> Result<EarlierLine> {
        let mut text = Vec::new();
        // Relative, because lines are mostly asked for in their order, and then the next is in the buffer.
        let read = self
            .reader
            .seek_relative(extent.start as i64 - self.at as i64)
            .and_then(|()| (&mut self.reader).take(extent.length.into()).read_to_end(&mut text));
        let length = read.map_err(|error| unwritable(&self.path, &error))?;
        self.at = extent.start + length as u64;
        let value: Option<Value> = serde_json::from_slice(&text).ok();
        let parsed = value.and_then(|value| parse(&value, &mut Names::default()));
        let (input, kept) = parsed.ok_or_else(|| {
            Error::new(Kind::ManifestDamaged, "it changed while the run went on").about(self.path.to_string_lossy())
        })?;
        Ok(EarlierLine { extent, input, kept })
    }
}

impl Kept {
    /// What its pictures are named after, if it has any in files.
    pub(super) fn stem(&self) -> Option<&str> {
        match self.kod1.pictures.first() {
            Some((format, Picture::File(name))) => name.strip_suffix(&picture_name("", "kod1", *format)),
            _ => None,
        }
    }
}

/// The parts of a line that the run goes on with, if they fit each other.
fn parse(line: &Value, names: &mut Names) -> Option<(String, Kept)> {
    let input = line["input"].as_str()?.to_owned();
    let hash = InvoiceHash::from_base64(line["hash_base64"].as_str()?).ok()?;
    let kod1 = code(&line["kod1"], "kod1", names)?;
    let kod2 = match line.get("kod2") {
        Some(kod2) => Some(code(kod2, "kod2", names)?),
        None => None,
    };
    let fits = |code: &Code, expected| match Link::parse(&code.url) {
        Ok(Link::Kod1(link)) => expected == 1 && link.hash == hash,
        Ok(Link::Kod2(link)) => expected == 2 && link.unsigned.hash == hash,
        Err(_) => false,
    };
    let kept = Kept { hash, kod1, kod2, redrawn: false };
    (fits(&kept.kod1, 1) && kept.kod2.as_ref().is_none_or(|kod2| fits(kod2, 2))).then_some((input, kept))
}

fn code(value: &Value, name: &str, names: &mut Names) -> Option<Code> {
    let mut pictures = Vec::new();
    for format in PictureFormat::ALL {
        if let Some(file) = value[format.extension()].as_str() {
            // A manifest that was changed by hand must not lead out of the folder.
            let stem = file.strip_suffix(&picture_name("", name, format))?;
            if !names.reserve(stem) {
                return None;
            }
            pictures.push((format, Picture::File(file.to_owned())));
        } else if let Some(embedded) = value[Picture::embedded_field(format)].as_str() {
            pictures.push((format, Picture::Embedded(embedded.to_owned())));
        }
    }
    let label = Label::new(value["label"].as_str()?).ok()?;
    Some(Code { url: value["url"].as_str()?.to_owned(), label, pictures })
}

/// What makes the line one of another command.
fn difference(kept: &Kept, task: &Task, drawing: &Drawing, embedded: bool) -> Option<String> {
    let command = |is_signed| if is_signed { "sign" } else { "link" };
    let is_signing = matches!(task, Task::Sign(_));
    if kept.kod2.is_some() != is_signing {
        return Some(format!("it is of `{}`, and this is `{}`", command(kept.kod2.is_some()), command(is_signing)));
    }
    let label = match task {
        Task::Link { numbers: Numbers::None, .. } => Some(Label::OFFLINE),
        Task::Link { numbers: Numbers::One(number), .. } => Some(Label::from(number)),
        // With a UPO the invoice's own number decides, once the invoice is read.
        Task::Link { numbers: Numbers::Upo(_), .. } | Task::Sign(_) => None,
    };
    if label.is_some_and(|label| label != kept.kod1.label) {
        return Some(format!("{} stands under its code, which this command would not write", kept.kod1.label));
    }
    let host = format!("https://{}/", task.environment().host());
    if !kept.codes().all(|(_, code)| code.url.starts_with(&host)) {
        return Some(format!("its links are not of the environment {}", task.environment().name()));
    }
    let fits = |(_, code): (&str, &Code)| {
        code.pictures.len() == drawing.formats.len()
            && code.pictures.iter().all(|(format, picture)| {
                drawing.formats.contains(format) && matches!(picture, Picture::Embedded(_)) == embedded
            })
    };
    (!kept.codes().all(fits))
        .then(|| "it names other pictures than this command draws (`--format`, `--embed`)".to_owned())
}
