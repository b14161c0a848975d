//! From settings to a batch that can run: keys are opened and lists are read here, before the first invoice is.

use std::path::PathBuf;

use anyhow::bail;
use ksef_qr::batch::{Batch, CodeSource, Document, Drawing, Manifest, Numbers, Source};
use ksef_qr::manifest::KnownCodes;
use ksef_qr::upo::Upo;
use ksef_qr::values::{ContextId, IssueDate};
use ksef_qr::{Conditions, Issuer};

use crate::cli::commands::deadline::schedule;
use crate::cli::credential::signatory::{Signatory, signatory};
use crate::cli::read::read;
use crate::cli::settings::{Codes, KsefNumbers, Pictures, Run, Signing, When};
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
    let codes = code_source(codes, &run)?;
    let mut batch = Batch::new(sources, codes, run.output, IssueDate::today(run.now));
    (batch.drawing, batch.manifest, batch.existing, batch.schedule) = (drawing, run.manifest, run.existing, schedule);
    batch.hints = HINTS;
    batch.allow = run.allow;
    if let Some(jobs) = run.jobs {
        batch.jobs = jobs;
    }
    Ok(batch)
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

fn code_source(codes: &Codes, run: &Run) -> anyhow::Result<CodeSource> {
    let environment = run.environment;
    Ok(match codes {
        Codes::Signed { signing, context } => CodeSource::Sign(issuer(signing, context.as_ref(), run)?),
        Codes::Linked(KsefNumbers::None) => CodeSource::Link { environment, numbers: Numbers::None },
        Codes::Linked(KsefNumbers::One(number)) => {
            CodeSource::Link { environment, numbers: Numbers::One(number.clone()) }
        }
        Codes::Linked(KsefNumbers::Upo(files)) => CodeSource::Link { environment, numbers: Numbers::Upo(upo(files)?) },
        Codes::Earlier(manifests) => CodeSource::Reuse { environment, codes: earlier(manifests, &run.manifest)? },
    })
}

fn issuer(signing: &Signing, context: Option<&ContextId>, run: &Run) -> anyhow::Result<Issuer> {
    let conditions = Conditions::new(run.environment, run.now).allowing(run.allow);
    let Signatory { issuer, entry } = signatory(signing, &conditions, context.and_then(ContextId::taxpayer))?;
    if let Some(entry) = entry.filter(|_| !run.quiet) {
        tell!("signing with {}, {}", printable(&entry.name), entry.facts.serial);
    }
    Ok(match context {
        Some(context) => issuer.in_context(context.clone()),
        None => issuer,
    })
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
