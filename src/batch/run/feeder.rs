//! The beginning of the line: inputs, in order, become jobs for the workers.

use std::mem;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_channel::Sender;

use super::earlier::{Earlier, Left, SeenLine, Watch};
use super::job::Job;
use crate::batch::input::{Beside, Input, LARGEST_ALLOWED, Source};
use crate::batch::output::{Destination, Existing, ManifestWriter};
use crate::batch::settings::Batch;
use crate::error::Result;
use crate::files::spelled_path;
use crate::manifest::{Extent, TakenNames};

/// Asks a run to stop: what is begun is finished, nothing new is begun.
#[derive(Debug, Default)]
pub struct Interrupt(AtomicBool);

impl Interrupt {
    /// A run that nobody has asked to stop.
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Asks, from any thread. True if it was asked before.
    pub fn ask(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    /// True once somebody has asked.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Where the feeder puts jobs. A job needs a ticket first.
pub(super) struct Queue<'b> {
    pub(super) tickets: Sender<()>,
    pub(super) jobs: Sender<(u64, Job)>,
    pub(super) sent: &'b AtomicU64,
}

impl Queue<'_> {
    /// False if the sink has ended.
    fn put(&self, job: Job) -> bool {
        // Counted before it is sent: the sink may write too early, but never waits for what is not to come.
        self.tickets.send(()).is_ok() && self.jobs.send((self.sent.fetch_add(1, Ordering::AcqRel), job)).is_ok()
    }
}

/// What names and lines the feeder draws from.
pub(super) struct Feeder {
    names: TakenNames,
    /// What inputs are named without.
    below: Option<PathBuf>,
    earlier: Option<Earlier>,
    watch: Option<Arc<Watch>>,
}

/// So many unchanged lines travel together.
const MOST_UNCHANGED: usize = 256;

impl Feeder {
    /// With the lines of an earlier run, if there is one to go on with.
    ///
    /// # Errors
    /// As [`Earlier::load`].
    pub(super) fn open(batch: &Batch, manifest: &ManifestWriter, destination: &Destination) -> Result<Self> {
        let mut names = TakenNames::default();
        let watch = Watch::open(batch, manifest, destination);
        let earlier = match (manifest.file(), batch.existing) {
            (Some(path), Existing::Resume) => {
                Some(Earlier::load(path, batch, destination.is_manifest(), &mut names, watch.as_ref())?)
            }
            _ => None,
        };
        Ok(Self { names, below: batch.below.clone(), earlier, watch: watch.map(Arc::new) })
    }

    /// Where the whole lines of an earlier run end, and whether the last of them lacks its newline.
    pub(super) fn earlier_end(&self) -> Option<(u64, bool)> {
        self.earlier.as_ref().map(Earlier::end)
    }

    /// How the run looks at files, if it does.
    pub(super) fn watch(&self) -> Option<Arc<Watch>> {
        self.watch.clone()
    }

    /// How many lines a run before had seen, and where they end.
    pub(super) fn seen_before(&self) -> Option<(usize, u64)> {
        self.earlier.as_ref().and_then(Earlier::seen_before)
    }

    /// A line of an earlier run that this one never came to, each once.
    pub(super) fn next_left(&mut self) -> Option<Extent> {
        self.earlier.as_mut().and_then(Earlier::next_left)
    }

    /// First the invoices of this run, then what earlier runs signed and this one does not name.
    pub(super) fn feed(
        &mut self,
        sources: &[Source],
        beside: &Beside,
        queue: &Queue<'_>,
        interrupt: &Interrupt,
        stop: &AtomicBool,
    ) -> Result<()> {
        let mut failed = Ok(());
        let go_on = || !interrupt.is_asked() && !stop.load(Ordering::Relaxed);
        let mut unchanged = Vec::new();
        let mut take = |input: Input| {
            if !go_on() {
                return false;
            }
            if let Some(line) = self.unchanged(&input, beside) {
                unchanged.push(line);
                return unchanged.len() < MOST_UNCHANGED || queue.put(Job::Unchanged(mem::take(&mut unchanged)));
            }
            if !unchanged.is_empty() && !queue.put(Job::Unchanged(mem::take(&mut unchanged))) {
                return false;
            }
            match self.job(input) {
                Ok(job) => queue.put(job),
                Err(error) => {
                    failed = Err(error);
                    false
                }
            }
        };
        for source in sources {
            if !source.each(&mut take, &go_on) {
                break;
            }
        }
        failed?;
        let (Some(earlier), watch) = (&mut self.earlier, self.watch.as_deref()) else { return Ok(()) };
        while go_on() {
            match earlier.next_unnamed(watch)? {
                Some(Left::Unchanged(line)) => unchanged.push(line),
                Some(Left::Line(line)) => {
                    let is_put = unchanged.is_empty() || queue.put(Job::Unchanged(mem::take(&mut unchanged)));
                    if !is_put || !queue.put(Job::Unnamed(line)) {
                        break;
                    }
                }
                None => break,
            }
            if unchanged.len() >= MOST_UNCHANGED && !queue.put(Job::Unchanged(mem::take(&mut unchanged))) {
                break;
            }
        }
        // They are taken, so that nobody else would find them, whatever ended the feeding.
        if !unchanged.is_empty() {
            queue.put(Job::Unchanged(unchanged));
        }
        Ok(())
    }

    fn unchanged(&mut self, input: &Input, beside: &Beside) -> Option<SeenLine> {
        self.earlier.as_mut()?.take_unchanged(input, beside, self.watch.as_deref()?)
    }

    fn job(&mut self, mut input: Input) -> Result<Job> {
        let line = match (&input, &mut self.earlier) {
            (Input::Unusable(_), _) => return Ok(self.without_files(input)),
            (_, None) => None,
            // Standard input has no name: whether it holds an invoice that was signed before, its content says.
            (Input::Stdin, Some(earlier)) => {
                let mut bytes = Vec::new();
                // What cannot be read is refused by whoever does the invoice.
                match input.read(&mut bytes, LARGEST_ALLOWED) {
                    Ok(()) => {
                        let line = earlier.take_content("-", &bytes)?;
                        input = Input::Held(bytes);
                        line
                    }
                    Err(error) => {
                        input = Input::Unusable(error.about("-"));
                        return Ok(Job::New { name: input.name(), input, stem: String::new() });
                    }
                }
            }
            (_, Some(earlier)) => earlier.take(&input)?,
        };
        Ok(match line {
            Some(line) => Job::Known { input, line },
            None => Job::New { name: self.name(&input), stem: self.names.unique(&input.stem()), input },
        })
    }

    fn without_files(&self, input: Input) -> Job {
        Job::New { name: self.name(&input), input, stem: String::new() }
    }

    fn name(&self, input: &Input) -> String {
        let name = input.name();
        match &self.below {
            Some(below) => as_seen_from(below, &name).to_owned(),
            None => name,
        }
    }
}

/// `a.xml` of `batch.zip!a.xml`, and of `folder/a.xml`.
fn as_seen_from<'n>(below: &Path, name: &'n str) -> &'n str {
    let rest = name.strip_prefix(&*spelled_path(below)).and_then(|rest| rest.strip_prefix(['!', '/', MAIN_SEPARATOR]));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(name)
}
