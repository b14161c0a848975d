use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::SystemTime;

use anyhow::{anyhow, bail};
use ksef_qr::batch::{Existing, Manifest, Output, Source};
use ksef_qr::error::ErrorKind;
use ksef_qr::values::Rules;
use ksef_qr::{EccLevel, Environment, Error};

use super::book::BookPlace;
use crate::cli::args::{ClockArgs, CodeArgs, InputArgs, JobsArgs, OutputArgs, Progress};

/// How a run over invoices goes, and where its results go.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Run {
    pub environment: Environment,
    pub level: EccLevel,
    pub allow: Rules,
    pub output: Output,
    /// What `--out` names, whether or not it is used.
    pub out: PathBuf,
    pub manifest: Manifest,
    /// True for lines on standard output besides a manifest in a file.
    pub to_stdout_too: bool,
    /// True if files that look as they did need not be read again.
    pub trusts_file_times: bool,
    pub existing: Existing,
    pub durable: bool,
    /// How many invoices at a time; as many as there are processors, if it is left open.
    pub jobs: Option<NonZeroUsize>,
    pub quiet: bool,
    pub shows_progress: bool,
    pub now: SystemTime,
    /// The same, if it is not the present.
    pub rehearsed_at: Option<SystemTime>,
    /// The book to keep, if one is named.
    pub book: Option<BookPlace>,
}

impl Run {
    pub fn from_args(codes: &CodeArgs, args: OutputArgs, clock: &ClockArgs) -> anyhow::Result<Self> {
        let existing = match (args.resume, args.overwrite) {
            (true, _) => Existing::Resume,
            (_, true) => Existing::Overwrite,
            _ => Existing::Refuse,
        };
        let place = Output::at(args.out.clone());
        let manifest = match args.manifest {
            Some(path) if path == Path::new("-") => Manifest::Stdout,
            Some(path) => Manifest::File(path),
            // A run that is to be continued keeps its manifest in the usual place; standard output cannot be read again.
            None if args.json && existing != Existing::Resume => Manifest::Stdout,
            None => Manifest::File(place.manifest()),
        };
        if existing == Existing::Resume && manifest == Manifest::Stdout {
            bail!(
                "--resume needs the manifest of the earlier run, which must be a file: name it, or leave out --manifest"
            );
        }
        if args.durable && manifest == Manifest::Stdout {
            bail!("--durable needs the manifest in a file: name one by --manifest FILE")
        }
        if place.path().is_some_and(|path| manifest == Manifest::File(path.to_owned())) {
            bail!("--out and --manifest name the same file");
        }
        Ok(Self {
            environment: codes.env,
            level: codes.ecc,
            allow: codes.allow.iter().copied().collect(),
            output: if args.embed { Output::Manifest } else { place },
            out: args.out,
            to_stdout_too: args.json && manifest != Manifest::Stdout,
            trusts_file_times: !args.reread,
            manifest,
            existing,
            durable: args.durable,
            jobs: args.jobs.and_then(|jobs| NonZeroUsize::new(jobs.into())),
            quiet: args.quiet,
            shows_progress: args.progress == Progress::Auto && !args.quiet,
            now: clock.now(),
            rehearsed_at: clock.rehearsed_at(),
            book: BookPlace::from_args(args.book)?,
        })
    }
}

impl Run {
    /// Refuses an `--out` that is called as a file of one picture or document is, of which there may be many.
    pub fn into_folder(self) -> anyhow::Result<Self> {
        const FILES: [&str; 12] =
            ["png", "svg", "pdf", "xml", "json", "ndjson", "csv", "html", "zpl", "7z", "rar", "gz"];
        let extension = self.out.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        let is_file = extension.is_some_and(|extension| FILES.contains(&&*extension));
        if is_file && !self.out.is_dir() && self.output == Output::Folder(self.out.clone()) {
            bail!(
                "--out {} is called as a file, and a folder would be made of it: give the name of a folder, or of an \
                 archive (.zip, .tar, .tar.gz, .tgz)",
                self.out.display()
            );
        }
        Ok(self)
    }

    /// Takes `--out` for the name of the one file that is made.
    pub fn make_one_file(&mut self) {
        let folder = Output::at(self.out.clone());
        if self.output != folder {
            return;
        }
        let file = Output::File(self.out.clone());
        if self.manifest == Manifest::File(folder.manifest()) {
            self.manifest = Manifest::File(file.manifest());
        }
        self.output = file;
    }
}

/// How many files at a time: as many as there are processors, if it is left open.
pub fn jobs(args: &JobsArgs) -> NonZeroUsize {
    let given = args.jobs.and_then(|jobs| NonZeroUsize::new(jobs.into()));
    given.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// What to read, in the order it was given.
pub fn sources(input: InputArgs) -> anyhow::Result<Vec<Source>> {
    let is_stdin = |path: &PathBuf| path == Path::new("-");
    if input.input.iter().chain(&input.files_from).filter(|path| is_stdin(path)).count() > 1 {
        bail!("standard input can be read once: give - once");
    }
    let paths = input.input.into_iter().map(|path| if is_stdin(&path) { Source::Stdin } else { Source::Path(path) });
    Ok(paths.chain(input.files_from.into_iter().map(Source::List)).collect())
}

/// Why codes that come from nowhere cannot be put on these, and first that a file is missing, where one is.
pub fn without_source(input: &InputArgs, no_source: &'static str) -> anyhow::Error {
    let is_missing = |path: &&PathBuf| *path != Path::new("-") && !path.exists();
    let is_pattern = |path: &Path| path.to_string_lossy().contains(['*', '?', '[']);
    match input.input.iter().find(is_missing).filter(|path| !is_pattern(path)) {
        Some(path) => Error::new(ErrorKind::InputMissing, "there is no such file").about(path.to_string_lossy()).into(),
        None => anyhow!(no_source),
    }
}

/// True if the input is one file: a KSeF number is of one invoice.
pub fn is_single(input: &InputArgs) -> bool {
    let is_file = matches!(&input.input[..], [only] if only.is_file() || only == Path::new("-"));
    is_file && input.files_from.is_empty()
}
