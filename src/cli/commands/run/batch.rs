//! From settings to a batch that can run: keys are opened and lists are read here, before the first invoice is.

use std::path::PathBuf;

use anyhow::bail;
use ksef_qr::batch::{Batch, Bookkeeping, CodeSource, Document, Drawing, Input, Manifest, Numbers, Source};
use ksef_qr::manifest::KnownCodes;
use ksef_qr::upo::Upo;
use ksef_qr::values::{ContextId, IssueDate};
use ksef_qr::{Conditions, Environment};

use crate::cli::book;
use crate::cli::commands::deadline::schedule;
use crate::cli::credential::key_file::certificate;
use crate::cli::credential::register_file::RegisterFile;
use crate::cli::credential::register_issuers::{Opening, RegisterIssuers};
use crate::cli::credential::signatory::issuer;
use crate::cli::read::read;
use crate::cli::settings::{Codes, KsefNumbers, NO_SOURCE, Pictures, Run, SecretSource, Signing, SigningKey, When};
use crate::cli::words::hints::HINTS;
use crate::cli::words::say::tell;
use crate::cli::words::text::printable;

/// A UPO of 10 000 invoices, the most there is on a page, has 8 MB.
const LARGEST_UPO: u64 = 50_000_000;

/// A batch of what is to be made, `drawing`, of the invoices of `sources`.
pub fn batch(
    sources: Vec<Source>,
    codes: &Codes,
    when: Option<&When>,
    drawing: Drawing,
    run: Run,
) -> anyhow::Result<Batch> {
    let schedule = when.map(schedule).transpose()?;
    // Before a key is opened: without the book nothing is signed.
    let book = match &run.book {
        Some(place) => Some(Bookkeeping::new(book::open(place, run.now)?, cause(codes, &drawing))),
        None => None,
    };
    let codes = code_source(codes, &sources, &run)?;
    let mut batch = Batch::new(sources, codes, run.output, IssueDate::today(run.now));
    (batch.drawing, batch.manifest, batch.existing, batch.schedule) = (drawing, run.manifest, run.existing, schedule);
    batch.durable = run.durable;
    batch.to_stdout_too = run.to_stdout_too;
    batch.trusts_file_times = run.trusts_file_times;
    batch.rehearsed_at = run.rehearsed_at;
    batch.hints = HINTS;
    batch.allow = run.allow;
    batch.book = book;
    if let Some(jobs) = run.jobs {
        batch.jobs = jobs;
    }
    Ok(batch)
}

/// Who enters what in the book.
fn cause(codes: &Codes, drawing: &Drawing) -> &'static str {
    match (drawing.document.as_ref().map(|document| document.kind()), codes) {
        (Some("stamped"), _) => "stamp",
        (Some("printed"), _) => "print",
        (Some(_), _) => "confirm",
        (None, Codes::Linked(_)) => "link",
        (None, Codes::Signed { .. } | Codes::Earlier { .. } | Codes::Booked) => "sign",
    }
}

/// Pictures of the codes.
pub fn pictures(pictures: Pictures, run: &Run) -> Drawing {
    let mut drawing = Drawing::none();
    (drawing.formats, drawing.style, drawing.level) = (pictures.formats, pictures.style, run.level);
    drawing.sheet = pictures.sheet;
    drawing
}

/// A document of each invoice, and no pictures.
pub fn document(document: impl Document + 'static, run: &Run) -> Drawing {
    let mut drawing = Drawing::none();
    drawing.level = run.level;
    drawing.document = Some(Box::new(document));
    drawing
}

fn code_source(codes: &Codes, sources: &[Source], run: &Run) -> anyhow::Result<CodeSource> {
    let environment = run.environment;
    Ok(match codes {
        Codes::Signed { signing, context, on_behalf } => signed(signing, context.as_ref(), *on_behalf, run)?,
        Codes::Linked(KsefNumbers::None) => CodeSource::Link { environment, numbers: Numbers::None },
        Codes::Linked(KsefNumbers::One(number)) => {
            CodeSource::Link { environment, numbers: Numbers::One(number.clone()) }
        }
        Codes::Linked(KsefNumbers::Upo(files)) => {
            CodeSource::Link { environment, numbers: Numbers::Upo(upo(files, environment)?) }
        }
        Codes::Linked(KsefNumbers::Beside) => CodeSource::Link { environment, numbers: Numbers::Beside },
        Codes::Linked(KsefNumbers::Table) if !sources.iter().any(may_name_numbers) => {
            bail!("{NO_SOURCE}, or a column ksef_number in the table")
        }
        Codes::Linked(KsefNumbers::Table) => CodeSource::Link { environment, numbers: Numbers::Table },
        Codes::Booked => CodeSource::Booked { environment },
        Codes::Earlier { manifests, certificate: verifying } => {
            let mut codes = earlier(manifests, &run.manifest)?;
            if let Some(file) = verifying {
                codes = codes.with_certificate(certificate(file)?);
            }
            CodeSource::Reuse { environment, codes }
        }
    })
}

fn signed(signing: &Signing, context: Option<&ContextId>, on_behalf: bool, run: &Run) -> anyhow::Result<CodeSource> {
    let conditions = Conditions::new(run.environment, run.now).allowing(run.allow);
    let signature = signing.signature;
    match &signing.key {
        SigningKey::At { place, password } => {
            let issuer = issuer(place, password, signature, &conditions)?;
            Ok(CodeSource::Sign(match context {
                Some(context) => issuer.in_context(context.clone()),
                None if on_behalf => issuer.on_behalf(),
                None => issuer,
            }))
        }
        SigningKey::FromRegister { register, choice, password_file } => {
            let password = password_file.clone().map(SecretSource::File);
            let opening = Opening { password, signature, conditions, context: context.cloned(), on_behalf };
            let (issuers, foremost) = RegisterIssuers::new(RegisterFile::read(register)?, choice, opening)?;
            if let Some(entry) = foremost.filter(|_| !run.quiet) {
                tell!("signing with {}, {}", printable(&entry.name), entry.facts.serial);
            }
            Ok(CodeSource::SignEach(Box::new(issuers)))
        }
    }
}

/// True if a line of the table has a KSeF number; also if the table is wrong, which the run will say.
fn may_name_numbers(table: &Source) -> bool {
    let mut is_found = false;
    let mut look = |input: Input| {
        is_found = input.ksef_number().is_some() || matches!(input, Input::Unusable(_));
        !is_found
    };
    table.each(&mut look, &|| true);
    is_found
}

/// All files as one.
fn upo(files: &[PathBuf], environment: Environment) -> anyhow::Result<Upo> {
    let mut all = Upo::default();
    for file in files {
        let mut bytes = Vec::new();
        read(file, LARGEST_UPO, &mut bytes)?;
        let merged = Upo::parse(&bytes).and_then(|upo| {
            upo.check_environment(environment)?;
            all.merge(upo)
        });
        merged.map_err(|error| error.about(file.to_string_lossy()))?;
    }
    Ok(all)
}

/// The codes in these manifests, none of which is the one that this run writes.
fn earlier(manifests: &[PathBuf], own: &Manifest) -> anyhow::Result<KnownCodes> {
    let mut codes = KnownCodes::default();
    for manifest in manifests {
        // To compare, both are opened, and opening a pipe waits.
        if let Manifest::File(own) = own
            && manifest.is_file()
            && same_file::is_same_file(manifest, own).unwrap_or(false)
        {
            bail!(
                "{}: these codes are read, and the manifest of this run would replace them: give another --out",
                manifest.display()
            );
        }
        codes.add(manifest)?;
    }
    Ok(codes)
}
