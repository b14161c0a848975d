//! What was taken out of the folder at one time: a run of its own, and what comes of each file.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use ksef_qr::Error;
use ksef_qr::batch::{Batch, Input, Manifest, Observer, Pdfs, Source};
use ksef_qr::error::ErrorKind;
use ksef_qr::files::{Claims, FileWriter, append_lines, move_new, remove_claim, take, write_file};
use ksef_qr::manifest::{InvoiceOutcome, Record};
use serde_json::Value;

use super::letter;
use super::waiting::{Kind, Waiting};
use crate::cli::interrupt::INTERRUPT;
use crate::cli::settings::Watch;

/// The manifest of the run, beside the files.
const MANIFEST: &str = "manifest.ndjson";

/// After so many failures in a row the rest is not tried: the disk is full, or the book away.
const MOST_FAILURES: usize = 3;

/// Files in a folder that is this process's alone.
#[derive(Debug)]
pub struct Taken {
    folder: PathBuf,
    /// When to try again what could not be done.
    pub again_at: Instant,
    /// How often it could not be done.
    pub failures: usize,
    /// True if some of it may be done already: another process began, or this one.
    is_again: bool,
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Ended {
    /// Files by the names that they were dropped under, and why, if they were refused.
    pub settled: Vec<(String, Option<Error>)>,
    /// Their lines in the manifest of the day.
    pub lines: Vec<String>,
    /// Of the run as a whole.
    pub warnings: Vec<String>,
    /// Why the rest is still there.
    pub failed: Option<anyhow::Error>,
}

/// Files that are worked on together.
struct Unit {
    files: Vec<PathBuf>,
    /// The first of the names that it was dropped under.
    name: String,
}

impl Taken {
    /// Takes files out of a folder. None if others took all of them.
    ///
    /// # Errors
    /// Those of the system; what was taken by then is found again.
    pub fn out_of(
        folder: &Path,
        units: impl Iterator<Item = Vec<OsString>>,
        claims: &mut Claims,
        day: &str,
        waiting: &mut Waiting,
    ) -> anyhow::Result<Option<Self>> {
        let place =
            claims.begin(day).with_context(|| format!("{}: nothing can be taken out of it", folder.display()))?;
        let mut is_empty = true;
        for name in units.flatten() {
            let (from, to) = (folder.join(&name), place.join(&name));
            // What cannot be taken is somebody else's, or open in a program that keeps it.
            if take(&from, &to).is_err() {
                continue;
            }
            let is_as_seen = fs::symlink_metadata(&to).is_ok_and(|found| waiting.is_as_seen(&name, &found));
            waiting.forget(&name);
            // It was written to at the last moment. If there is another of its name meanwhile, it is done as it is.
            if is_as_seen || move_new(&to, &from).is_err() {
                is_empty = false;
            }
        }
        let taken = Self { folder: place, again_at: Instant::now(), failures: 0, is_again: false };
        if is_empty {
            taken.remove();
            return Ok(None);
        }
        Ok(Some(taken))
    }

    /// What another process had taken that is gone.
    pub fn of_another(folder: PathBuf) -> Self {
        Self { folder, again_at: Instant::now(), failures: 0, is_again: true }
    }

    /// True if nothing of it is left to do.
    pub fn is_empty(&self) -> bool {
        let is_left = |entry: fs::DirEntry| entry.file_name() != MANIFEST && !is_hidden(&entry);
        match fs::read_dir(&self.folder) {
            Ok(entries) => !entries.flatten().any(is_left),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    /// Nothing of it is left to do.
    pub fn remove(&self) {
        // The second is what a run may leave for the next one.
        remove_claim(&self.folder, &[MANIFEST, ".manifest.ndjson.seen"]);
    }

    /// Runs it. After a failure, one file after the other, so that a bad one does not keep the others.
    pub fn run(&mut self, batch: &mut Batch, settings: &Watch) -> Ended {
        let mut ended = Ended::default();
        let kind = Kind::of(&settings.work);
        let units = self.rename_lines().and_then(|()| self.units(kind, &settings.folder));
        let units = match units {
            Ok(units) => units,
            Err(error) => {
                let error = anyhow::Error::from(error).context(format!("{}: it cannot be read", self.folder.display()));
                ended.failed = Some(error);
                return ended;
            }
        };
        let at_once = if self.failures == 0 { units.len().max(1) } else { 1 };
        let mut in_a_row = 0;
        let mut failed = None;
        // A run without files writes the lines of those that are in their place already.
        let empty: [Unit; 0] = [];
        let groups: Vec<&[Unit]> = if units.is_empty() { vec![&empty] } else { units.chunks(at_once).collect() };
        for group in groups {
            if INTERRUPT.is_asked() || in_a_row == MOST_FAILURES {
                break;
            }
            match self.run_group(group, kind, batch, settings, &mut ended) {
                Ok(()) => in_a_row = 0,
                Err(error) => {
                    in_a_row += 1;
                    failed = Some(error);
                }
            }
        }
        self.is_again = true;
        self.failures = if failed.is_some() { self.failures + 1 } else { 0 };
        ended.failed = failed;
        ended
    }

    fn run_group(
        &self,
        units: &[Unit],
        kind: Kind,
        batch: &mut Batch,
        settings: &Watch,
        ended: &mut Ended,
    ) -> anyhow::Result<()> {
        let mut outcomes = Outcomes::default();
        if !units.is_empty() {
            let files: Vec<PathBuf> = units.iter().flat_map(|unit| unit.files.iter().cloned()).collect();
            batch.sources = match kind {
                Kind::Stamp { .. } => vec![Source::Pdfs(Pdfs::new(files))],
                Kind::Sign | Kind::Confirm => files.into_iter().map(Source::Path).collect(),
            };
            batch.manifest = Manifest::File(self.folder.join(MANIFEST));
            let summary = batch.run(&INTERRUPT, &mut outcomes)?;
            let [here, there] = [&*self.folder, &settings.folder].map(spelled);
            ended.warnings.extend(summary.warnings.iter().map(|warning| warning.message().replace(&here, &there)));
        }
        let mut settled = Vec::new();
        let mut held = None;
        for unit in units {
            match outcomes.of(unit) {
                None => {}
                Some(Err(error)) if is_of_the_moment(&error, unit) => held = Some(error),
                Some(outcome) => settled.push((unit, outcome.err())),
            }
        }
        let lines = self.lines(units, &settled, &settings.folder)?;
        let day = self.folder.file_name().unwrap_or_default().to_string_lossy();
        let day = day.split('.').next().unwrap_or_default();
        let run = settings.work.run();
        let of_day = run.out.join(format!("manifest-{day}.ndjson"));
        let key: Option<fn(&str) -> String> = if self.is_again { Some(without_folder) } else { None };
        append_lines(&of_day, &lines, key, run.durable)
            .map_err(|error| unwritable(&of_day, &error))
            .inspect(|()| ended.lines.extend(lines))?;
        let mut letters = FileWriter::default();
        for (unit, refusal) in settled {
            let refusal = refusal.map(|error| self.as_dropped(&error, &settings.folder));
            match &refusal {
                None => put_aside(&unit.files, &settings.done, |_| Ok(()))?,
                Some(error) => put_aside(&unit.files, &settings.refused, |first| {
                    let text = letter::of(&unit.name, error, &settings.folder);
                    letters.write(&letter::place(first), text.as_bytes()).map_err(Into::into)
                })?,
            }
            ended.settled.push((unit.name.clone(), refusal));
        }
        held.map_or(Ok(()), |error| Err(self.as_dropped(&error, &settings.folder).into()))
    }

    /// Whoever took it may know the folder by another name: from elsewhere, by another letter of a drive. The run before is
    /// taken up by the names that the files have here.
    fn rename_lines(&self) -> io::Result<()> {
        let Some(mut file) = self.manifest()? else { return Ok(()) };
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let here = spelled(&self.folder);
        let mut renamed = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let value = serde_json::from_str::<Value>(line).ok();
            let input = value.as_ref().and_then(|line| line["input"].as_str());
            let there = input.and_then(|input| input.rfind(['/', '\\']).and_then(|end| input.get(..end)));
            match there.filter(|there| *there != here) {
                Some(there) => renamed.push_str(&line.replace(&as_json(there), &as_json(&here))),
                None => renamed.push_str(line),
            }
        }
        match renamed == text {
            true => Ok(()),
            false => write_file(&self.folder.join(MANIFEST), renamed.as_bytes()).map_err(io::Error::other),
        }
    }

    /// The manifest of the run before, if there is one. A link leads to somebody else's.
    fn manifest(&self) -> io::Result<Option<File>> {
        let manifest = self.folder.join(MANIFEST);
        match fs::symlink_metadata(&manifest) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Ok(found) if !found.is_file() => {
                Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{MANIFEST} in it is not a regular file")))
            }
            _ => File::open(&manifest).map(Some),
        }
    }

    /// Its files, those together that are worked on together.
    fn units(&self, kind: Kind, dropped_into: &Path) -> io::Result<Vec<Unit>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() && kind.takes(&entry.file_name()) {
                names.push(entry.file_name());
            }
        }
        let unit = |names: Vec<OsString>| {
            let first = names.first().map(|name| spelled(&dropped_into.join(name))).unwrap_or_default();
            Unit { files: names.into_iter().map(|name| self.folder.join(name)).collect(), name: first }
        };
        Ok(kind.units(names).into_iter().map(unit).collect())
    }

    /// The lines of the run's manifest, of these files or of such as are in their place already, by the names under which they
    /// were dropped.
    fn lines(
        &self,
        units: &[Unit],
        settled: &[(&Unit, Option<Error>)],
        dropped_into: &Path,
    ) -> anyhow::Result<Vec<String>> {
        let names = |units: &mut dyn Iterator<Item = &Unit>| -> Vec<String> {
            units.flat_map(|unit| unit.files.iter()).map(|file| spelled(file)).collect()
        };
        let of_settled = names(&mut settled.iter().map(|(unit, _)| *unit));
        let unreadable = |error: io::Error| unwritable(&self.folder.join(MANIFEST), &error);
        let Some(file) = self.manifest().map_err(unreadable)? else { return Ok(Vec::new()) };
        let [here, there] = [&*self.folder, dropped_into].map(|folder| as_json(&spelled(folder)));
        let mut lines = Vec::new();
        for line in BufReader::new(file).lines() {
            let line = line.map_err(unreadable)?;
            let Ok(value) = serde_json::from_str::<Value>(&line) else { continue };
            let Some(input) = value["input"].as_str().filter(|_| value["type"] == "invoice") else { continue };
            let is_wanted = match units {
                [] => true,
                _ => of_settled.iter().any(|name| name == input),
            };
            if is_wanted {
                lines.push(line.replace(&here, &there));
            }
        }
        Ok(lines)
    }

    /// Nobody has heard of the place where it lies now.
    fn as_dropped(&self, error: &Error, dropped_into: &Path) -> Error {
        let [here, there] = [&*self.folder, dropped_into].map(spelled);
        let told = Error::new(error.kind(), error.message().replace(&here, &there)).with_hint(error.hint());
        match error.input() {
            Some(about) => told.about(about.replace(&here, &there)),
            None => told,
        }
    }

    /// Gives back what has no codes yet.
    pub fn give_back(&self, folder: &Path) {
        let manifest = fs::read_to_string(self.folder.join(MANIFEST)).unwrap_or_default();
        let is_refused = |line: &str| serde_json::from_str::<Value>(line).is_ok_and(|line| line["status"] == "refused");
        let begun: String = manifest.lines().filter(|line| !is_refused(line)).collect();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = as_json(&spelled(&entry.path()));
            if entry.file_name() != MANIFEST && !is_hidden(&entry) && !begun.contains(&name) {
                // If there is another of its name, it is done at the next start.
                _ = move_new(&entry.path(), &folder.join(entry.file_name()));
            }
        }
    }
}

/// A line, whatever name the folder had for whoever wrote it.
fn without_folder(line: &str) -> String {
    let value = serde_json::from_str::<Value>(line).ok();
    let input = value.as_ref().and_then(|line| line["input"].as_str());
    let folder = input.and_then(|input| input.rfind(['/', '\\']).and_then(|end| input.get(..end)));
    folder.map_or_else(|| line.to_owned(), |folder| line.replace(&as_json(folder), ""))
}

fn is_hidden(entry: &fs::DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// As the manifest writes it.
fn spelled(path: &Path) -> String {
    Input::File(path.to_owned()).name()
}

/// As it stands within a text in JSON.
fn as_json(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_default();
    json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    let message = format!("it cannot be written: {error}");
    Error::new(ErrorKind::OutputUnwritable, message).about(path.to_string_lossy())
}

/// True for what is no fault of the file, and passes.
fn is_of_the_moment(error: &Error, unit: &Unit) -> bool {
    match error.kind() {
        ErrorKind::OutputUnwritable
        | ErrorKind::FileInUse
        | ErrorKind::OutputBusy
        | ErrorKind::InputChanged
        | ErrorKind::BookUnavailable
        | ErrorKind::BookUnwritable
        | ErrorKind::TokenMissing
        | ErrorKind::TokenFailed
        | ErrorKind::ThreadsUnavailable => true,
        // The folder went away while it was worked in.
        ErrorKind::InputUnreadable | ErrorKind::InputMissing | ErrorKind::InputNotRegular => {
            unit.files.iter().any(|file| fs::symlink_metadata(file).is_err())
        }
        _ => false,
    }
}

/// Moves files that belong together into a folder, under their names or, if one is taken, under `f1 (2).xml`. `before` is told
/// the first one's new place beforehand.
fn put_aside(
    files: &[PathBuf],
    folder: &Path,
    mut before: impl FnMut(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // It may be gone with its disk, and not those above it.
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(unwritable(folder, &error).into()),
        _ => {}
    }
    let mut number = 1;
    let mut is_told = false;
    for file in files {
        loop {
            let places: Vec<PathBuf> = files.iter().map(|file| folder.join(numbered(file, number))).collect();
            if !is_told && places.iter().any(|place| fs::symlink_metadata(place).is_ok()) {
                number += 1;
                continue;
            }
            if let (Some(first), false) = (places.first(), is_told) {
                before(first)?;
                is_told = true;
            }
            let place = folder.join(numbered(file, number));
            match move_new(file, &place) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(unwritable(&place, &error).into()),
                Ok(()) => break,
            }
        }
    }
    Ok(())
}

fn numbered(file: &Path, number: u32) -> OsString {
    let name = file.file_name().unwrap_or_default();
    if number == 1 {
        return name.to_owned();
    }
    let mut numbered = file.file_stem().unwrap_or_default().to_owned();
    numbered.push(format!(" ({number})"));
    if let Some(extension) = file.extension() {
        numbered.push(".");
        numbered.push(extension);
    }
    numbered
}

/// What came of each file, by its name.
#[derive(Default)]
struct Outcomes(HashMap<String, Option<Error>>);

impl Observer for Outcomes {
    fn record(&mut self, record: &Record) {
        let refusal = match &record.outcome {
            InvoiceOutcome::Refused(error) => Some(error.clone()),
            InvoiceOutcome::Done(_) | InvoiceOutcome::Kept(_) => None,
        };
        let known = self.0.entry(record.input.clone()).or_default();
        *known = known.take().or(refusal);
    }
}

impl Outcomes {
    /// None if the run did not come to it.
    fn of(&self, unit: &Unit) -> Option<Result<(), Error>> {
        let mut outcomes = unit.files.iter().filter_map(|file| self.0.get(&spelled(file))).peekable();
        outcomes.peek()?;
        Some(outcomes.flatten().next().map_or(Ok(()), |error| Err(error.clone())))
    }
}
