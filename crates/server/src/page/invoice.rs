//! The files of one invoice to an answer: checked, signed once, its codes drawn, put on its PDF, confirmed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ksef_qr::advice::{Advice, Codes, DocumentKind};
use ksef_qr::batch::Mismatch;
use ksef_qr::deadline::{Mode, Schedule};
use ksef_qr::error::{ErrorKind, WarningKind};
use ksef_qr::invoice::Invoice;
use ksef_qr::manifest::{Done, InvoiceOutcome, Picture};
use ksef_qr::paper::{Confirmation, ConfirmationFacts, Format, Language as PaperLanguage};
use ksef_qr::pdf::{Original, Stamp};
use ksef_qr::report::{Finding, Outcome};
use ksef_qr::{Code, Error, KsefNumber, PictureFormat, Result};

use super::answer::{Advised, Answer, Facts, Told, What};
use super::store::safe_stem;
use super::upload::SentFile;
use crate::api::journal::said;
use crate::app::App;
use crate::desk::{Caller, Order, Scope, Task, Upload};

/// What is to be done with each invoice.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub schedule: Schedule,
    pub is_check: bool,
    /// True if of an invoice that KSeF has by now the codes are wanted that were printed before.
    pub is_as_printed: bool,
}

/// Files that belong together.
#[derive(Debug)]
pub(super) struct Group {
    /// All their names.
    name: String,
    xml: Option<Vec<u8>>,
    pdf: Option<Vec<u8>>,
    /// Why nothing can be done with them.
    fault: Option<ErrorKind>,
}

/// A file that was made: what it is, the name it wishes for, its bytes.
pub(super) type Made = (What, String, Vec<u8>);

/// Puts each PDF to the invoice of its name. Where several have one name, no PDF is taken: which belongs to which is unclear.
pub(super) fn grouped(files: Vec<SentFile>) -> Vec<Group> {
    let mut by_stem: BTreeMap<String, [Vec<SentFile>; 2]> = BTreeMap::new();
    for file in files {
        let is_pdf = is_pdf(&file);
        let name = file.name.to_lowercase();
        let stem = name.strip_suffix(".xml").or_else(|| name.strip_suffix(".pdf")).unwrap_or(&name).to_owned();
        by_stem.entry(stem).or_default()[usize::from(is_pdf)].push(file);
    }
    let mut groups = Vec::new();
    for [mut invoices, mut pdfs] in by_stem.into_values() {
        if invoices.len() <= 1 && pdfs.len() <= 1 {
            let (xml, pdf) = (invoices.pop(), pdfs.pop());
            let names: Vec<&str> = [&xml, &pdf].into_iter().flatten().map(|file| file.name.as_str()).collect();
            let name = names.join(" + ");
            groups.push(Group { name, xml: xml.map(|file| file.bytes), pdf: pdf.map(|file| file.bytes), fault: None });
            continue;
        }
        for file in invoices {
            groups.push(Group { name: file.name, xml: Some(file.bytes), pdf: None, fault: None });
        }
        for file in pdfs {
            groups.push(Group { name: file.name, xml: None, pdf: None, fault: Some(ErrorKind::PairAmbiguous) });
        }
    }
    groups
}

fn is_pdf(file: &SentFile) -> bool {
    let start = file.bytes.get(..1024).unwrap_or(&file.bytes);
    start.windows(5).any(|window| window == b"%PDF-") || file.name.to_lowercase().ends_with(".pdf")
}

/// Does all that can be done for one invoice.
pub(super) fn answer(app: &App, caller: &Caller, wanted: &Wanted, group: Group) -> (Answer, Vec<Made>) {
    let Group { name, xml, pdf, fault } = group;
    let mut answer = Answer { name, ..Answer::default() };
    if let Some(kind) = fault {
        let error = Error::new(kind, "more than one file has this name");
        answer.faults.push(Told::from(&error));
        return (answer, Vec::new());
    }
    let bytes = match (&xml, &pdf) {
        (Some(xml), _) => xml.clone(),
        (None, Some(pdf)) => match inside(pdf) {
            Ok(bytes) => bytes,
            Err(error) => {
                answer.faults.push(Told::from(&error));
                return (answer, Vec::new());
            }
        },
        (None, None) => Vec::new(),
    };
    let mode = wanted.schedule.mode;
    let checked = app.desk.check(&bytes, Some(wanted.schedule.clone()));
    let in_ksef = match checked.invoice().map(|invoice| app.desk.in_ksef(caller, invoice.hash())).transpose() {
        Ok(found) => found.flatten(),
        Err(error) => {
            answer.faults.push(Told::from(&error));
            return (answer, Vec::new());
        }
    };
    for finding in checked.findings() {
        // In a total failure that is the answer, and no finding.
        if finding.code() == ErrorKind::NotForKsef.code() && mode == Mode::Total {
            continue;
        }
        // The day itself is shown, and that it is over; what KSeF has by now is not sent.
        let is_of_sending =
            [ErrorKind::DeadlinePassed, ErrorKind::NotForKsef].iter().any(|kind| kind.code() == finding.code());
        if finding.code() == ErrorKind::DeadlinePassed.code() && checked.due().is_some()
            || is_of_sending && in_ksef.is_some()
        {
            continue;
        }
        let is_fault = finding.outcome() == Outcome::Fail && !may_be_signed(finding);
        let found = if is_fault { &mut answer.faults } else { &mut answer.remarks };
        found.push(Told::from(finding));
    }
    answer.due = checked.due().filter(|_| in_ksef.is_none());
    answer.ksef_number = in_ksef.as_ref().map(|known| known.number.to_string());
    let Some(invoice) = checked.invoice() else { return (answer, Vec::new()) };
    answer.facts = Some(Facts::from(invoice));
    // What was printed stays as it is; who does not ask for that gets what belongs on the invoice now.
    let number = in_ksef.filter(|known| !(wanted.is_as_printed && known.has_offline_codes)).map(|known| known.number);
    let advice = Advice::of(invoice, Some(mode), number.as_ref());
    answer.advice = Some(Advised::from(&advice));
    if !answer.is_good() || wanted.is_check || mode == Mode::Total {
        return (answer, Vec::new());
    }
    let wanted = WantedOfOne { schedule: &wanted.schedule, ksef_number: number };
    let files = match sign(app, caller, &wanted, &mut answer, xml, pdf, bytes) {
        Ok(done) => taken_away(&mut answer, &done, &advice, mode),
        Err(error) => {
            answer.faults.push(Told::from(&error));
            Vec::new()
        }
    };
    (answer, files)
}

/// What KSeF would refuse today, and yet may be signed today: the codes stay right.
fn may_be_signed(finding: &Finding) -> bool {
    [ErrorKind::IssueDateInFuture, ErrorKind::DeadlinePassed, ErrorKind::AttachmentConditions]
        .iter()
        .any(|kind| kind.code() == finding.code())
}

/// The invoice that a PDF holds.
fn inside(pdf: &[u8]) -> Result<Vec<u8>> {
    let mut embedded = Original::read(pdf.to_vec(), None)?.embedded_xml()?;
    embedded.retain(|file| !Invoice::read(&file.bytes).is_err_and(|error| error.kind() == ErrorKind::UnknownForm));
    embedded.dedup_by(|one, other| one.bytes == other.bytes);
    match (embedded.pop(), embedded.len()) {
        (Some(invoice), 0) => Ok(invoice.bytes),
        (Some(_), _) => Err(Error::new(ErrorKind::InvoiceEmbeddedTwice, "the PDF holds more than one invoice")),
        (None, _) => Err(Error::new(ErrorKind::InvoiceNotEmbedded, "no invoice came with the PDF, and none is in it")),
    }
}

/// How the codes of one invoice are made.
struct WantedOfOne<'w> {
    schedule: &'w Schedule,
    /// With a number: KOD I alone, with it.
    ksef_number: Option<KsefNumber>,
}

/// Has it signed once: with its PDF, if that takes the codes.
fn sign(
    app: &App,
    caller: &Caller,
    wanted: &WantedOfOne<'_>,
    answer: &mut Answer,
    xml: Option<Vec<u8>>,
    pdf: Option<Vec<u8>>,
    bytes: Vec<u8>,
) -> Result<Done> {
    if let Some(pdf) = pdf {
        if caller.may(Scope::Stamp) {
            let task = Task::Stamp(Stamp::default(), Mismatch::Refuse);
            match one(app, caller, wanted, task, Upload { name: answer.name.clone(), xml, pdf: Some(pdf) }) {
                // Whatever is wrong with the PDF, the invoice may be right: its codes are made without it.
                Err(error) if is_of_pdf(&error) => answer.pdf_fault = Some(Told::from(&error)),
                other => return other,
            }
        } else {
            let error = Error::new(ErrorKind::SignerNotPermitted, "this key may not have codes put on PDFs");
            answer.pdf_fault = Some(Told::from(&error));
        }
    }
    let task = if wanted.ksef_number.is_some() { Task::Link } else { Task::Sign };
    one(app, caller, wanted, task, Upload { name: answer.name.clone(), xml: Some(bytes), pdf: None })
}

fn is_of_pdf(error: &Error) -> bool {
    let of_embedded =
        [ErrorKind::InvoiceEmbeddedDiffers, ErrorKind::InvoiceEmbeddedTwice, ErrorKind::InvoiceNotEmbedded];
    error.code().starts_with("pdf_") || error.kind() == ErrorKind::InputNotPdf || of_embedded.contains(&error.kind())
}

fn one(app: &App, caller: &Caller, wanted: &WantedOfOne<'_>, task: Task, upload: Upload) -> Result<Done> {
    let mut order = Order::new(task);
    order.formats = vec![PictureFormat::Png];
    order.schedule = Some(wanted.schedule.clone());
    order.ksef_number.clone_from(&wanted.ksef_number);
    let record = app.desk.codes(caller, &order, upload)?;
    said(app, &caller.name, order.task.name(), &record);
    match record.outcome {
        InvoiceOutcome::Done(done) => Ok(done),
        InvoiceOutcome::Refused(error) => Err(error),
        InvoiceOutcome::Kept(_) => Err(Error::new(ErrorKind::Internal, "the invoice was done by an earlier run")),
    }
}

/// The files of an invoice that was signed.
fn taken_away(answer: &mut Answer, done: &Done, advice: &Advice, mode: Mode) -> Vec<Made> {
    answer.is_from_book = done.is_from_book;
    for warning in done.warnings.iter().chain(&done.run_warnings) {
        // That the buyer gets a confirmation is the answer itself, said beside the PDF.
        let is_said = ["confirmation_expected", "invoice_expected", "codes_expected"].contains(&warning.code())
            || (warning.kind() == WarningKind::KsefNumberNotUsed && answer.ksef_number.is_some())
            || answer.remarks.iter().any(|told| told.code == warning.code());
        if !is_said {
            answer.remarks.push(Told::from(warning));
        }
    }
    let stem = safe_stem(answer.name.split(" + ").next().unwrap_or_default());
    let mut files = Vec::new();
    for (what, ending, code) in [
        (What::Kod1, "kod1.png", Some(&done.kod1)),
        (What::Kod2, "kod2.png", done.kod2.as_ref().map(|signed| &signed.code)),
    ] {
        let picture = code.and_then(|code| code.pictures.iter().find_map(|(_, picture)| bytes_of(picture)));
        files.extend(picture.map(|bytes| (what, format!("{stem}.{ending}"), bytes)));
    }
    if let Some(bytes) = done.document.as_ref().and_then(|document| bytes_of(&document.place)) {
        files.push((What::Stamped, format!("{stem}.stamped.pdf"), bytes));
    }
    if (advice.document(), advice.codes()) == (DocumentKind::Confirmation, Codes::Both) {
        match confirmation(done, mode) {
            Ok(bytes) => files.push((What::Confirmation, format!("{stem}.confirmation.pdf"), bytes)),
            Err(error) => answer.remarks.push(Told::from(&error)),
        }
    }
    files
}

fn bytes_of(picture: &Picture) -> Option<Vec<u8>> {
    picture.bytes().map(Cow::into_owned)
}

/// With the very codes of the pictures. In Polish: it is for a buyer with a Polish NIP, whoever works with the page.
fn confirmation(done: &Done, mode: Mode) -> Result<Vec<u8>> {
    let records = [Some(&done.kod1), done.kod2.as_ref().map(|signed| &signed.code)].into_iter().flatten();
    let codes = records.map(|record| Code::new(&record.url, record.label.clone(), ksef_qr::EccLevel::default()));
    let codes = codes.collect::<Result<Vec<_>>>()?;
    let facts = ConfirmationFacts::of(&done.invoice).mode(mode);
    Ok(Confirmation::new(&facts, &codes, PaperLanguage::Polish).pdf(Format::A4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdf_goes_with_the_invoice_of_its_name() {
        let file = |name: &str| SentFile { field: "files".to_owned(), name: name.to_owned(), bytes: b"x".to_vec() };
        let names = ["b.xml", "A.PDF", "a.xml", "c.pdf", "d.xml", "d.xml", "d.pdf", "e"];
        let groups = grouped(names.map(file).into());
        let found: Vec<_> =
            groups.iter().map(|group| (group.name.as_str(), group.pdf.is_some(), group.fault)).collect();
        assert_eq!(
            found,
            [
                ("a.xml + A.PDF", true, None),
                ("b.xml", false, None),
                ("c.pdf", true, None),
                ("d.xml", false, None),
                ("d.xml", false, None),
                ("d.pdf", false, Some(ErrorKind::PairAmbiguous)),
                ("e", false, None),
            ]
        );
    }
}
