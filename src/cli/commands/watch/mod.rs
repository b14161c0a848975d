//! `ksef-qr watch`: a folder into which other programs drop files.
//!
//! ```text
//! FOLDER/f1.xml ──still for a while──▶ .ksef-qr-taken/…/f1.xml ──run──▶ OUT, manifest of the day ──▶ done | refused + .txt
//! ```
//!
//! What was taken together is a run with a manifest of its own, which lies with it: whoever finds it after a kill takes that run
//! up, and its codes stay. Nothing is told by events, because network shares have none.

mod letter;
mod status;
mod taken;
mod waiting;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io, thread};

use anyhow::{Context as _, bail};
use ksef_qr::batch::{Batch, Stamping};
use ksef_qr::error::ErrorKind;
use ksef_qr::files::Claims;
use ksef_qr::scanner::PageInk;
use ksef_qr::values::IssueDate;

use super::run::{self, document, pictures};
use crate::cli::credential::secret::Secret;
use crate::cli::exit::ExitStatus;
use crate::cli::interrupt::{self, INTERRUPT};
use crate::cli::settings::{Run, Watch, Work};
use crate::cli::words::failure;
use crate::cli::words::say::{say, tell, translated};
use crate::cli::words::text::{BAD, DIM, GOOD, ODD, printable};
use status::Status;
use taken::{Ended, Taken};
use waiting::{Kind, Rules, Waiting};

/// How often the folder is looked at.
const POLL: Duration = Duration::from_millis(500);

/// How often is looked for what others had taken who are gone.
const ADOPTION: Duration = Duration::from_secs(10);

/// When something that failed is tried again: soon, then seldom.
const AGAIN: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(60)];

/// So many invoices are one run. Whoever asks to stop waits for it.
const MOST_AT_ONCE: usize = 256;

/// So many runs may wait to be tried again; then nothing more is taken out of the folder.
const MOST_FAILED: usize = 16;

/// Watches a folder, until it is asked to stop.
pub fn run(settings: Watch) -> anyhow::Result<ExitStatus> {
    check_places(&settings)?;
    let status = Status::new(settings.status.clone())?;
    let batch = batch(&settings.work)?;
    interrupt::batch()?;
    let rules = Rules { settle: settings.settle, kind: Kind::of(&settings.work), once: settings.once };
    let mut watcher = Watcher {
        day: today(settings.work.run()),
        batch: Some(batch),
        batch_again: Instant::now(),
        claims: None,
        adopted_at: None,
        taken: Vec::new(),
        has_failed: false,
        again_at: Instant::now(),
        waiting: Waiting::new(rules),
        trouble: None,
        told: Vec::new(),
        status,
        settings,
    };
    watcher.watch()
}

/// Everything that is known between two looks at the folder.
struct Watcher {
    settings: Watch,
    /// None once it must be made anew.
    batch: Option<Batch>,
    batch_again: Instant,
    /// The day for which it was made: certificates begin and end.
    day: IssueDate,
    /// None while the folder is not there.
    claims: Option<Claims>,
    adopted_at: Option<Instant>,
    taken: Vec<Taken>,
    /// True if the last run failed, and when to take more then.
    has_failed: bool,
    again_at: Instant,
    waiting: Waiting,
    /// What goes wrong at present, as it was told.
    trouble: Option<String>,
    /// Warnings that were told.
    told: Vec<String>,
    status: Status,
}

impl Watcher {
    fn watch(&mut self) -> anyhow::Result<ExitStatus> {
        let quiet = self.settings.work.run().quiet;
        if !quiet && !self.settings.once {
            say!("watching {}; Ctrl-C ends it", printable(&self.settings.folder.to_string_lossy()));
        }
        loop {
            let is_at_end = match self.look() {
                Ok(is_at_end) => is_at_end,
                Err(error) => {
                    self.is_in_trouble(&error);
                    // Whoever starts it again and again is told by the exit status.
                    if self.settings.once && !INTERRUPT.is_asked() {
                        return Err(error);
                    }
                    false
                }
            };
            self.status.write(self.trouble.as_deref())?;
            if INTERRUPT.is_asked() || (self.settings.once && is_at_end) {
                break;
            }
            let until = Instant::now() + POLL;
            while Instant::now() < until && !INTERRUPT.is_asked() {
                thread::sleep(Duration::from_millis(50));
            }
        }
        self.give_back();
        self.status.end();
        let (done, refused) = self.status.counts();
        if !quiet {
            let colour = if done > 0 { GOOD } else { anstyle::Style::new() };
            say!("{colour}{done} done{colour:#}, {refused} refused");
        }
        Ok(match self.settings.once {
            true if INTERRUPT.is_asked() => ExitStatus::Interrupted,
            true if refused > 0 || !self.taken.is_empty() => ExitStatus::SomeRefused,
            // To be asked to stop is how watching ends.
            _ => ExitStatus::Done,
        })
    }

    /// One look at the folder, and the work that is there. True if there is nothing left that could be done now.
    fn look(&mut self) -> anyhow::Result<bool> {
        let folder = self.settings.folder.clone();
        let look = self.waiting.look(&folder);
        if look.is_err() {
            // What had been taken is found again when it is back.
            (self.claims, self.adopted_at) = (None, None);
            self.taken.clear();
        }
        let look = look.with_context(|| format!("{}: the folder cannot be read", folder.display()))?;
        self.status.waiting = look.waiting + look.ready.len();
        if self.claims.is_none() {
            let claims = Claims::open(&folder, Kind::of(&self.settings.work).word());
            self.claims =
                Some(claims.with_context(|| format!("{}: nothing can be taken out of it", folder.display()))?);
        }
        self.adopt()?;
        self.renew()?;
        if !self.settings.work.run().out.is_dir() {
            bail!("{}: the folder for the results is gone", self.settings.work.run().out.display());
        }
        let mut failed = None;
        for mut taken in std::mem::take(&mut self.taken) {
            if taken.again_at <= Instant::now() && !INTERRUPT.is_asked() && self.batch.is_some() {
                failed = self.work(&mut taken).err().or(failed);
            }
            self.keep(taken);
        }
        // After a failure one is tried, to see whether it was that of others.
        let most = if self.has_failed { 1 } else { MOST_AT_ONCE };
        let has_more = look.ready.len() > most;
        let may_take = self.taken.len() < MOST_FAILED && self.batch.is_some() && !INTERRUPT.is_asked();
        if may_take && self.again_at <= Instant::now() && !look.ready.is_empty() {
            let day = self.day.to_string();
            if let Some(claims) = &mut self.claims {
                let names = look.ready.into_iter().take(most);
                if let Some(mut taken) = Taken::out_of(&folder, names, claims, &day, &mut self.waiting)? {
                    failed = self.work(&mut taken).err().or(failed);
                    self.keep(taken);
                }
            }
        }
        if let Some(claims) = &mut self.claims {
            claims.touch();
        }
        match failed {
            Some(error) => Err(error),
            None => {
                if self.taken.is_empty() {
                    self.is_out_of_trouble();
                }
                Ok(!look.may_follow && !has_more)
            }
        }
    }

    fn adopt(&mut self) -> anyhow::Result<()> {
        if self.adopted_at.is_some_and(|at| at.elapsed() < ADOPTION) {
            return Ok(());
        }
        self.adopted_at = Some(Instant::now());
        if let Some(claims) = &mut self.claims {
            let found = claims.adopt().with_context(|| format!("{}", self.settings.folder.display()))?;
            self.taken.extend(found.taken.into_iter().map(Taken::of_another));
            for place in found.left_alone {
                let place = place.display();
                self.warn(format!(
                    "{place}: somebody else may have put it there, so it is left alone: look at it, then remove it"
                ));
            }
        }
        Ok(())
    }

    /// Keys and registers are read anew each day: certificates begin and end, and a book may have been away.
    fn renew(&mut self) -> anyhow::Result<()> {
        let today = today(self.settings.work.run());
        if today == self.day && self.batch.is_some() || self.batch_again > Instant::now() {
            return Ok(());
        }
        self.batch = None;
        self.batch_again = Instant::now() + AGAIN[2];
        self.batch = Some(batch(&self.settings.work)?);
        (self.day, self.batch_again) = (today, Instant::now());
        Ok(())
    }

    fn keep(&mut self, taken: Taken) {
        match taken.is_empty() {
            true => taken.remove(),
            false => self.taken.push(taken),
        }
    }

    /// Does what was taken. What a run could not do stays, and is tried again one by one, so that one of them does not keep
    /// the others.
    fn work(&mut self, taken: &mut Taken) -> anyhow::Result<()> {
        let Some(batch) = &mut self.batch else { return Ok(()) };
        self.status.is_working();
        let ended = taken.run(batch, &self.settings);
        for line in ended.lines.iter().filter(|_| self.settings.work.run().to_stdout_too) {
            say!("{line}");
        }
        let is_for_programs = self.settings.work.run().to_stdout_too;
        for (name, error) in &ended.settled {
            self.status.count(error.is_some());
            match error {
                Some(error) => {
                    let about =
                        error.input().filter(|about| about != name).map(|about| format!("{}: ", printable(about)));
                    tell!(
                        "{BAD}refused{BAD:#}: {}: {}{} {DIM}[{}]{DIM:#}",
                        printable(name),
                        about.unwrap_or_default(),
                        printable(&translated(error.message())),
                        error.code()
                    );
                }
                None if !self.settings.work.run().quiet && !is_for_programs => {
                    let name = printable(name);
                    match self.settings.work {
                        Work::Sign(_) => say!("signed: {name}"),
                        Work::Stamp { .. } => say!("stamped: {name}"),
                        Work::Confirm(_) => say!("confirmed: {name}"),
                    }
                }
                None => {}
            }
        }
        let Ended { failed, warnings, .. } = ended;
        for warning in warnings {
            self.warn(warning);
        }
        let Some(error) = failed else {
            self.has_failed = false;
            return Ok(());
        };
        taken.again_at = Instant::now() + AGAIN[taken.failures.clamp(1, AGAIN.len()) - 1];
        (self.has_failed, self.again_at) = (true, taken.again_at);
        let kind = failure::kind(&error);
        let is_of_book = kind.code().starts_with("book_") || kind.code().starts_with("token_");
        if is_of_book {
            // It may be another one when it is back.
            (self.batch, self.batch_again) = (None, taken.again_at);
        }
        Err(error)
    }

    fn warn(&mut self, warning: String) {
        const MOST_TOLD: usize = 1000;
        if !self.settings.work.run().quiet && !self.told.contains(&warning) {
            tell!("{ODD}warning{ODD:#}: {}", printable(&translated(&warning)));
            self.told.truncate(MOST_TOLD - 1);
            self.told.push(warning);
        }
    }

    fn is_in_trouble(&mut self, error: &anyhow::Error) {
        let words = match failure::kind(error) {
            ErrorKind::Usage => failure::words(error),
            kind => format!("{} [{}]", failure::words(error), kind.code()),
        };
        if self.trouble.as_ref() != Some(&words) {
            tell!("{BAD}waiting{BAD:#}: {}; it is tried again", printable(&translated(&words)));
            self.trouble = Some(words);
        }
    }

    fn is_out_of_trouble(&mut self) {
        if self.trouble.take().is_some() {
            tell!("{GOOD}going on{GOOD:#}");
        }
    }

    /// What was taken and not begun goes back; the rest is taken up at the next start.
    fn give_back(&mut self) {
        for taken in std::mem::take(&mut self.taken) {
            taken.give_back(&self.settings.folder);
            if taken.is_empty() {
                taken.remove();
            } else {
                self.taken.push(taken);
            }
        }
        self.claims = None;
    }
}

fn now(run: &Run) -> SystemTime {
    run.rehearsed_at.unwrap_or_else(SystemTime::now)
}

fn today(run: &Run) -> IssueDate {
    IssueDate::today(now(run))
}

/// A run without sources yet.
fn batch(work: &Work) -> anyhow::Result<Batch> {
    let run = Run { now: now(work.run()), ..work.run().clone() };
    let (codes, when, drawing) = match work {
        Work::Sign(sign) => (&sign.codes, sign.when.as_ref(), pictures(sign.pictures.clone(), &run)),
        Work::Stamp { stamp, .. } => {
            let password = stamp.pdf_password_file.as_deref().map(Secret::from_file).transpose()?;
            let stamping = Stamping::new(stamp.place.clone()).repairing(stamp.repair).on_mismatch(stamp.mismatch);
            let stamping =
                stamping.with_password(password.map(Secret::into_bytes)).seen_by(Arc::new(PageInk::default()));
            (&stamp.codes, stamp.when.as_ref(), document(stamping, &run))
        }
        Work::Confirm(confirm) => (&confirm.codes, confirm.when.as_ref(), document(confirm.document.clone(), &run)),
    };
    let mut batch = run::batch(Vec::new(), codes, when, drawing, run)?;
    batch.to_stdout_too = false;
    Ok(batch)
}

/// Makes the folders that are to be there from the beginning: one that is missing later is one that was there and is gone.
fn check_places(settings: &Watch) -> anyhow::Result<()> {
    let folder = &settings.folder;
    let found = fs::metadata(folder).with_context(|| format!("{}: the folder cannot be read", folder.display()))?;
    if !found.is_dir() {
        bail!("{}: it is no folder, and a folder is watched", folder.display());
    }
    let out = &settings.work.run().out;
    let places: [(&str, &Path); 3] = [("--out", out), ("--done", &settings.done), ("--refused", &settings.refused)];
    for (option, place) in places {
        make(place).with_context(|| format!("{}: the folder cannot be made", place.display()))?;
        if same_file::is_same_file(place, folder).unwrap_or(false) {
            bail!("{option} is the folder that is watched: what comes there would be taken again");
        }
    }
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let ((one, place), (other, second)) = (places[one], places[other]);
        if same_file::is_same_file(place, second).unwrap_or(false) {
            bail!("{one} and {other} name the same folder, and files of the same name would meet there");
        }
    }
    Ok(())
}

fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() { Ok(()) } else { fs::create_dir_all(folder) }
}
