//! From arguments to a batch that can run: everything is checked here, before the first invoice is read.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::bail;
use ksef_qr::batch::{Batch, CodeSource, Document, Drawing, Existing, Manifest, Numbers, Output, Source};
use ksef_qr::deadline::Schedule;
use ksef_qr::manifest::KnownCodes;
use ksef_qr::upo::Upo;
use ksef_qr::values::{ContextId, IssueDate};
use ksef_qr::{Conditions, Environment, Issuer, Style};

use crate::cli::args::{
    CodesArgs, CredentialArgs, InputArgs, LinkArgs, OfflineMode, OutageArgs, OutputArgs, PictureArgs, SignArgs,
};
use crate::cli::commands::deadline::schedule;
use crate::cli::credential::signatory::{Signatory, signatory};
use crate::cli::read::read;
use crate::cli::settings::Signing;
use crate::cli::words::hints::HINTS;
use crate::cli::words::say::tell;
use crate::cli::words::text::printable;

/// The batch of `ksef-qr sign`.
pub fn sign(args: SignArgs) -> anyhow::Result<Batch> {
    let issuer = issuer_of(args.credential, args.context, &args.output)?;
    let schedule = schedule_of(args.mode, &args.outage)?;
    let (sources, drawing) = (sources(args.input)?, drawing(&args.picture, &args.output)?);
    batch(sources, CodeSource::Sign(issuer), schedule, drawing, args.output)
}

/// The batch of `ksef-qr link`.
pub fn link(args: LinkArgs) -> anyhow::Result<Batch> {
    if args.ksef_number.is_some() {
        check_single(&args.input)?;
    }
    let numbers = match (args.ksef_number, &args.upo[..]) {
        (Some(number), _) => Numbers::One(number),
        (None, []) => Numbers::None,
        (None, files) => Numbers::Upo(upo(files)?),
    };
    let codes = CodeSource::Link { environment: args.output.env, numbers };
    let (sources, drawing) = (sources(args.input)?, drawing(&args.picture, &args.output)?);
    batch(sources, codes, None, drawing, args.output)
}

/// Where the codes of a document come from, and by when its invoice is to be sent.
pub fn codes(args: CodesArgs, output: &OutputArgs, is_one: bool) -> anyhow::Result<(CodeSource, Option<Schedule>)> {
    let environment = output.env;
    let is_signing = args.credential.is_given();
    if is_signing && (args.kod1_alone || args.ksef_number.is_some() || !args.upo.is_empty() || !args.codes.is_empty()) {
        bail!(
            "--cert signs codes now, and --codes, --ksef-number, --upo and --kod1-alone take others: give one of them"
        );
    }
    if !is_signing && args.context.is_some() {
        bail!("--context is for codes that are signed now");
    }
    if args.ksef_number.is_some() && !is_one {
        bail!("--ksef-number is the number of one invoice: give exactly one file");
    }
    let schedule = schedule_of(args.mode, &args.outage)?;
    let link = |numbers| CodeSource::Link { environment, numbers };
    let source = match args.ksef_number {
        _ if is_signing => CodeSource::Sign(issuer_of(args.credential, args.context, output)?),
        _ if args.kod1_alone => link(Numbers::None),
        Some(number) => link(Numbers::One(number)),
        None if !args.upo.is_empty() => link(Numbers::Upo(upo(&args.upo)?)),
        None if args.codes.is_empty() => bail!(
            "say where the codes come from: a certificate and its key (--cert, --key, or --p12), which sign them now; \
             --codes MANIFEST of an earlier run; or KOD I alone with --ksef-number, --upo or --kod1-alone"
        ),
        None => {
            let mut codes = KnownCodes::default();
            for manifest in &args.codes {
                // It would be written over what it is to be read from.
                if same_file::is_same_file(manifest, manifest_of(output)).unwrap_or(false) {
                    bail!(
                        "{}: these codes are read, and the manifest of this run would take their place: give another --out",
                        manifest.display()
                    );
                }
                codes.add(manifest)?;
            }
            CodeSource::Reuse { environment, codes }
        }
    };
    Ok((source, schedule))
}

/// Where the run writes its manifest, if it is a file.
fn manifest_of(output: &OutputArgs) -> PathBuf {
    output.manifest.clone().unwrap_or_else(|| Output::at(output.out.clone()).manifest())
}

fn issuer_of(credential: CredentialArgs, context: Option<ContextId>, output: &OutputArgs) -> anyhow::Result<Issuer> {
    let now = output.now.unwrap_or_else(SystemTime::now);
    let conditions = Conditions::new(output.env, now).allowing(output.allow.iter().copied().collect());
    let taxpayer = context.as_ref().and_then(ContextId::taxpayer);
    let Signatory { issuer, entry } = signatory(&Signing::from_args(credential)?, &conditions, taxpayer)?;
    if let Some(entry) = entry.filter(|_| !output.quiet) {
        tell!("signing with {}, {}", printable(&entry.name), entry.facts.serial);
    }
    let Some(context) = context else { return Ok(issuer) };
    if output.env == Environment::Prod && context.taxpayer().is_some_and(|nip| !nip.has_valid_checksum()) {
        bail!("--context {context}: the check digit of the NIP is wrong, a digit was mistyped");
    }
    Ok(issuer.in_context(context))
}

fn schedule_of(mode: Option<OfflineMode>, outage: &OutageArgs) -> anyhow::Result<Option<Schedule>> {
    match mode {
        Some(OfflineMode::Total) => {
            bail!("--mode total: invoices of a total failure carry no codes, and are not sent to KSeF")
        }
        Some(mode) => schedule(mode, outage).map(Some),
        None if outage.is_given() => bail!("--ended, --failure and --non-working-days need --mode"),
        None => Ok(None),
    }
}

/// Refuses all but one file: a KSeF number is of one invoice.
pub fn check_single(input: &InputArgs) -> anyhow::Result<()> {
    match &input.input[..] {
        [only] if only.is_file() || only == Path::new("-") => Ok(()),
        _ => bail!("--ksef-number is the number of one invoice: give exactly one file"),
    }
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

fn drawing(picture: &PictureArgs, output: &OutputArgs) -> anyhow::Result<Drawing> {
    if output.embed && picture.format.0.is_empty() {
        bail!("--embed puts pictures into the manifest, and --format none draws none");
    }
    if picture.sheet.is_some() && (output.embed || !matches!(Output::at(output.out.clone()), Output::Folder(_))) {
        bail!("--sheet makes a file of its own, and needs a folder to put it in: --out DIR");
    }
    let style = Style::new(picture.module_px, picture.dpi)?;
    let mut drawing = Drawing::none();
    (drawing.formats, drawing.style, drawing.level) = (picture.format.0.clone(), style, output.ecc);
    drawing.sheet = picture.sheet;
    Ok(drawing)
}

/// A run that makes a document of each invoice, and no pictures.
pub fn document(document: impl Document + 'static, output: &OutputArgs) -> Drawing {
    let mut drawing = Drawing::none();
    drawing.level = output.ecc;
    drawing.document = Some(Box::new(document));
    drawing
}

/// A batch of what is to be made, `drawing`, of the invoices of `sources`.
pub fn batch(
    sources: Vec<Source>,
    codes: CodeSource,
    schedule: Option<Schedule>,
    drawing: Drawing,
    output: OutputArgs,
) -> anyhow::Result<Batch> {
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
    let place = if output.embed { Output::Manifest } else { place };
    let mut batch = Batch::new(sources, codes, place, IssueDate::today(now));
    (batch.drawing, batch.manifest, batch.existing, batch.schedule) = (drawing, manifest, existing, schedule);
    batch.hints = HINTS;
    batch.allow = output.allow.iter().copied().collect();
    if let Some(jobs) = output.jobs.and_then(|jobs| NonZeroUsize::new(jobs.into())) {
        batch.jobs = jobs;
    }
    Ok(batch)
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
