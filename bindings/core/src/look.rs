//! What is right and wrong about invoices, links, dates and numbers; and a single code, drawn.

use ksef_qr::check::{Checker, Finding};
use ksef_qr::credential::Certificate;
use ksef_qr::error::ErrorKind;
use ksef_qr::render::Label;
use ksef_qr::report::NumberReport;
use ksef_qr::values::{Day, IssueDate};
use ksef_qr::verify::{ReportLine, Verifier};
use ksef_qr::{Code, Environment, Error, PictureFormat, Renderer, Result};
use serde_json::{Map, Value};

use crate::answer::{Answer, Item};
use crate::book::Book;
use crate::issuer::Issuer;
use crate::make::{File, over_all, picture_name};
use crate::options::{COMMON, Options, PICTURES, WHEN};

fn missing(name: &str) -> Error {
    Error::new(ErrorKind::SettingMalformed, format!("{name} is missing"))
}

/// Looks for everything for which KSeF would refuse each file: lines of `check`.
///
/// # Errors
/// `setting_malformed`.
pub fn check(files: Vec<File<'_>>, options: &str) -> Result<Answer> {
    let options = Options::read(options, &[COMMON, WHEN, &["environment"]])?;
    let (now, _) = options.now()?;
    let environment = options.environment()?.unwrap_or(Environment::Prod);
    let checker = Checker::new(environment, IssueDate::today(now));
    let checker = match options.schedule()? {
        Some(schedule) => checker.with_schedule(schedule),
        None => checker,
    };
    let jobs = options.jobs(files.len())?;
    let items = over_all(jobs, files, |file| {
        let xml = file.xml.ok_or_else(|| missing("the invoice's XML").about(&*file.name))?;
        let found = checker.check(&xml);
        Ok(Item::new(found.to_json(&file.name, Finding::hint), !found.is_accepted()))
    });
    Ok(Answer { items: items.into_iter().collect::<Result<_>>()? })
}

/// Verifies `links` against the files, the certificates in `certificates` (PEM, or DER in Base64), those of the issuer, and the
/// book: lines of `verify`.
///
/// # Errors
/// `setting_malformed`; those of the certificates.
pub fn verify(issuer: Option<&Issuer>, book: Option<&Book>, files: Vec<File<'_>>, options: &str) -> Result<Answer> {
    let options = Options::read(options, &[&["links", "certificates", "now"]])?;
    let links = options.texts("links")?.ok_or_else(|| missing("links"))?;
    let (now, _) = options.now()?;
    let mut verifier = Verifier::new(now);
    for file in files {
        let xml = file.xml.ok_or_else(|| missing("the invoice's XML").about(&*file.name))?;
        verifier = verifier.with_invoice(file.name.into_owned(), xml.into_owned());
    }
    let given = options.texts("certificates")?.unwrap_or_default();
    let given = given.into_iter().map(|text| Certificate::parse(text.as_bytes())).collect::<Result<Vec<_>>>()?;
    let own = issuer.map(Issuer::all).unwrap_or_default();
    let own = own.into_iter().map(|issuer| issuer.credential().certificate().clone());
    for certificate in given.into_iter().chain(own) {
        verifier = verifier.with_certificate(certificate.serial().to_string(), certificate);
    }
    if let Some(book) = book {
        verifier = verifier.with_book(book.0.clone());
    }
    let reports = verifier.links(&links);
    let items =
        reports.iter().map(|report| Item::new(ReportLine::of(report, Finding::hint).to_json(), report.has_failed()));
    Ok(Answer { items: items.collect() })
}

/// By when an invoice is to be sent to KSeF: the line of `deadline`.
///
/// # Errors
/// `setting_malformed`; those of [`Schedule::deadline`](ksef_qr::deadline::Schedule::deadline).
pub fn deadline(options: &str) -> Result<Answer> {
    let options = Options::read(options, &[WHEN, &["issued"]])?;
    let issued: IssueDate = options.parsed("issued")?.ok_or_else(|| missing("issued"))?;
    let schedule = options.schedule()?.ok_or_else(|| missing("mode"))?;
    let deadline = schedule.deadline(issued)?;
    Ok(Answer::one(deadline.to_json(schedule.mode, issued.into()), false))
}

/// What a number of KSeF is: the line of `number`.
///
/// # Errors
/// `setting_malformed`.
pub fn number(options: &str) -> Result<Answer> {
    let options = Options::read(options, &[&["text", "now"]])?;
    let text = options.text("text")?.ok_or_else(|| missing("text"))?;
    let (now, _) = options.now()?;
    let report = NumberReport::of(text, Day::of(now));
    Ok(Answer::one(report.to_json(Error::hint), !report.is_right()))
}

/// Draws a link that was made before, with a label under it.
///
/// # Errors
/// `setting_malformed`; those of [`Code::new`] and of [`Label::new`].
pub fn draw(options: &str) -> Result<Answer> {
    let options = Options::read(options, &[PICTURES, &["link", "label"]])?;
    let link = options.text("link")?.ok_or_else(|| missing("link"))?;
    let label = Label::new(options.text("label")?.ok_or_else(|| missing("label"))?)?;
    let code = Code::new(link, label, options.level()?)?;
    let mut renderer = Renderer::new(options.style()?);
    let mut fields = Map::new();
    for (name, value) in [("type", "code"), ("url", code.link()), ("label", code.label().as_str())] {
        fields.insert(name.to_owned(), value.into());
    }
    let mut buffers = Vec::new();
    for format in options.formats(&[PictureFormat::Png])? {
        let [_, _, name] = picture_name(format);
        fields.insert(format.extension().to_owned(), name.into());
        buffers.push((name, renderer.render(format, &code)));
    }
    let item = Item::new(Value::Object(fields).to_string(), false).with_buffers(buffers);
    Ok(Answer { items: vec![item] })
}
