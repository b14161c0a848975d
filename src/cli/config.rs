//! From arguments to a batch that can run: everything is checked here, before the first invoice is read.

use std::fs;
use std::io::Read as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use ksef_qr::batch::{Batch, Drawing, Existing, Manifest, Numbers, Output, Source, Task};
use ksef_qr::{Conditions, ContextId, Environment, IssueDate, Style, Upo};

use super::args::{InputArgs, LinkArgs, OfflineMode, OutputArgs, SignArgs};
use super::credential::issuer;
use super::deadline::schedule;
use super::register_file::choose;
use super::report::printable;
use super::say::tell;

/// The batch of `ksef-qr sign`.
pub fn sign(args: SignArgs) -> anyhow::Result<Batch> {
    let now = args.output.now.unwrap_or_else(SystemTime::now);
    let conditions =
        Conditions { environment: args.output.env, now, allow: args.output.allow.iter().copied().collect() };
    let taxpayer = args.context.as_ref().and_then(ContextId::taxpayer);
    let credential = choose(args.credential, &conditions, taxpayer)?;
    let mut issuer = issuer(&credential, &conditions)?;
    if let Some(entry) = credential.chosen.filter(|_| !args.output.quiet) {
        tell!("signing with {}, {}", printable(&entry.name), entry.facts.serial);
    }
    if let Some(context) = args.context {
        if args.output.env == Environment::Prod && context.taxpayer().is_some_and(|nip| !nip.has_valid_checksum()) {
            bail!("--context {context}: the check digit of the NIP is wrong, a digit was mistyped");
        }
        issuer = issuer.in_context(context);
    }
    let schedule = match args.mode {
        Some(OfflineMode::Total) => {
            bail!("--mode total: invoices of a total failure carry no codes, and are not sent to KSeF")
        }
        Some(mode) => Some(schedule(mode, &args.outage)?),
        None if args.outage.is_given() => bail!("--ended, --failure and --non-working-days need --mode"),
        None => None,
    };
    Ok(Batch { schedule, ..batch(args.input, args.output, Task::Sign(issuer))? })
}

/// The batch of `ksef-qr link`.
pub fn link(args: LinkArgs) -> anyhow::Result<Batch> {
    if args.ksef_number.is_some() {
        match &args.input.input[..] {
            [only] if only.is_file() || only == Path::new("-") => {}
            _ => bail!("--ksef-number is the number of one invoice: give exactly one file"),
        }
    }
    let numbers = match (args.ksef_number, &args.upo[..]) {
        (Some(number), _) => Numbers::One(number),
        (None, []) => Numbers::None,
        (None, files) => Numbers::Upo(upo(files)?),
    };
    let task = Task::Link { environment: args.output.env, numbers };
    batch(args.input, args.output, task)
}

/// All files as one.
fn upo(files: &[PathBuf]) -> anyhow::Result<Upo> {
    let mut all = Upo::default();
    for file in files {
        let mut bytes = Vec::new();
        read(file, LARGEST_UPO, &mut bytes)?;
        let merged = Upo::parse(&bytes).and_then(|upo| all.merge(upo));
        merged.map_err(|error| error.about(file.to_string_lossy()))?;
    }
    Ok(all)
}

fn batch(input: InputArgs, output: OutputArgs, task: Task) -> anyhow::Result<Batch> {
    let style = Style::new(output.module_px, output.dpi)?;
    let now = output.now.unwrap_or_else(SystemTime::now);
    let existing = match (output.resume, output.overwrite) {
        (true, _) => Existing::Resume,
        (_, true) => Existing::Overwrite,
        _ => Existing::Refuse,
    };
    let place = Output::at(output.out);
    let manifest = match output.manifest {
        _ if output.json => Manifest::Stdout,
        Some(path) if path == Path::new("-") => Manifest::Stdout,
        Some(path) => Manifest::File(path),
        None => Manifest::File(place.manifest()),
    };
    if existing == Existing::Resume && manifest == Manifest::Stdout {
        bail!("--resume goes on with the manifest of an earlier run, which must be a file: leave out --json");
    }
    if place.path().is_some_and(|path| manifest == Manifest::File(path.to_owned())) {
        bail!("--out and --manifest name the same file");
    }
    if output.embed && output.format.0.is_empty() {
        bail!("--embed puts pictures into the manifest, and --format none draws none");
    }
    Ok(Batch {
        sources: sources(input)?,
        task,
        allow: output.allow.iter().copied().collect(),
        today: IssueDate::today(now),
        drawing: Drawing { formats: output.format.0, style, level: output.ecc },
        manifest,
        output: if output.embed { Output::Manifest } else { place },
        existing,
        schedule: None,
        jobs: jobs(output.jobs),
    })
}

fn jobs(asked: Option<u16>) -> NonZeroUsize {
    let asked = asked.and_then(|jobs| NonZeroUsize::new(jobs.into()));
    asked.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
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

/// A UPO of 10 000 invoices, the most there is on a page, has 8 MB.
const LARGEST_UPO: u64 = 50_000_000;

/// Reads a whole file, of `largest` bytes at most.
pub fn read(path: &Path, largest: u64, bytes: &mut Vec<u8>) -> anyhow::Result<()> {
    let cannot = || format!("{}: it cannot be read", path.display());
    if fs::metadata(path).with_context(cannot)?.is_dir() {
        bail!("{}: it is a folder", path.display());
    }
    fs::File::open(path).with_context(cannot)?.take(largest + 1).read_to_end(bytes).with_context(cannot)?;
    if bytes.len() as u64 > largest {
        bail!("{}: it has more than {largest} bytes, and no such file does", path.display());
    }
    Ok(())
}
