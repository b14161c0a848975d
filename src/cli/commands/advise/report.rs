//! The answers, in words or as JSON.

use std::fmt;
use std::io::{self, BufWriter, Write as _};

use ksef_qr::advice::{Advice, DocumentKind, Reason};
use ksef_qr::invoice::{Buyer, Form};
use ksef_qr::{Error, Invoice, KsefNumber};
use serde::Serialize;

use crate::cli::exit::ExitStatus;
use crate::cli::words::failure;
use crate::cli::words::hints;
use crate::cli::words::say::{translated, unwritable, words};
use crate::cli::words::text::{BAD, BOLD, DIM, printable};

const NOTE: &str = "A reading of the rules, and no legal or tax advice.";

/// What holds in a mode.
pub struct Answer {
    pub mode: &'static str,
    pub advice: Advice,
}

/// Tells the answers, invoice by invoice.
pub struct Report {
    json: bool,
    mode: Option<&'static str>,
    number: Option<String>,
    advised: u64,
    refused: u64,
    /// True once there was a file to read, good or bad.
    found: bool,
    /// The first file that could not be read.
    unread: Option<failure::ErrorLine>,
    out: BufWriter<anstream::Stdout>,
    /// The answers are all there is: one that is lost is a failure.
    written: io::Result<()>,
}

impl Report {
    pub fn new(json: bool, mode: Option<&'static str>, number: Option<&KsefNumber>) -> Self {
        Self {
            json,
            mode,
            number: number.map(|number| number.as_str().to_owned()),
            advised: 0,
            refused: 0,
            found: false,
            unread: None,
            out: BufWriter::new(anstream::stdout()),
            written: Ok(()),
        }
    }

    /// False once nobody reads the output.
    pub fn is_read(&self) -> bool {
        self.written.is_ok()
    }

    /// The end: the summary, and the exit status.
    pub fn into_status(mut self) -> anyhow::Result<ExitStatus> {
        match self.json {
            true => self.say(format_args!("{}", to_json(&SummaryLine::of(&self)))),
            false if self.advised > 0 => self.tell_the_end(),
            false => {}
        }
        if let Some(unread) = self.unread.take().filter(|_| self.json && !self.found) {
            self.say(format_args!("{}", unread.to_json()));
        }
        match self.written.and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                return Err(unwritable(error));
            }
            _ => {}
        }
        Ok(match (self.found, self.refused) {
            (false, _) => ExitStatus::Nothing,
            (true, 0) => ExitStatus::Done,
            (true, _) => ExitStatus::SomeRefused,
        })
    }

    /// Tells of an invoice: of one mode with the reasons, or of each.
    pub fn invoice(&mut self, input: &str, invoice: &Invoice, answers: &[Answer]) {
        self.found = true;
        self.advised += 1;
        if self.json {
            let line = InvoiceLine::of(input, invoice, self.number.as_deref(), answers);
            return self.say(format_args!("{}", to_json(&line)));
        }
        let number = printable(invoice.number());
        self.say(format_args!("{BOLD}{number}{BOLD:#}  {DIM}{}{DIM:#}", printable(input)));
        self.say(format_args!("  {}, {}", invoice.form(), printable(&who(invoice))));
        match answers {
            [only] => self.tell(only),
            all => {
                for answer in all {
                    let (document, codes) = (translated(answer.advice.document().name()), codes(&answer.advice));
                    self.say(format_args!("  {:12} {document:13} {codes}", translated(answer.mode)));
                }
            }
        }
    }

    fn tell(&mut self, answer: &Answer) {
        let document = match answer.advice.document() {
            DocumentKind::Invoice => words!("the invoice itself"),
            DocumentKind::Confirmation => words!("a confirmation of the transaction, not the invoice"),
        };
        self.say(format_args!(
            "{}",
            words!("  {}: {BOLD}{document}{BOLD:#}; {}", translated(answer.mode), codes(&answer.advice))
        ));
        for reason in answer.advice.reasons() {
            self.say(format_args!(
                "{}",
                words!("    {} {DIM}({}){DIM:#}", translated(reason.text()), translated(reason.source()))
            ));
        }
        for remark in answer.advice.remarks() {
            self.say(format_args!(
                "{}",
                words!("    note: {} {DIM}({}){DIM:#}", translated(remark.text()), translated(remark.source()))
            ));
        }
    }

    /// Tells of a file that could not be read as an invoice.
    pub fn refused(&mut self, input: &str, error: &Error) {
        self.found |= !error.is_input();
        self.unread.get_or_insert_with(|| failure::ErrorLine::of_refusal(error, input));
        self.refused += 1;
        if self.json {
            let error = ErrorLine { code: error.code(), message: error.message(), hint: hints::of(error) };
            return self.say(format_args!("{}", to_json(&RefusedLine { r#type: "advice", input, error })));
        }
        let (input, message) = (printable(input), translated(error.message()));
        self.say(format_args!("{}", words!("{BAD}refused{BAD:#}: {input}: {message} {DIM}[{}]{DIM:#}", error.code())));
        self.say(format_args!("{}", words!("  {DIM}{}{DIM:#}", translated(hints::of(error)))));
    }

    fn tell_the_end(&mut self) {
        self.say(format_args!("{}", translated(NOTE)));
        match self.mode {
            None => self.say(format_args!("{}", words!("  {DIM}--mode shows the reasons and their sources.{DIM:#}"))),
            Some(_) => self.say(format_args!(
                "{}",
                words!("  {DIM}Handbook: Podręcznik KSeF 2.0 of 6.08.2026. Regulation: Dz. U. 2025 item 1815.{DIM:#}")
            )),
        }
    }

    fn say(&mut self, line: fmt::Arguments<'_>) {
        if self.written.is_ok() {
            self.written = writeln!(self.out, "{line}");
        }
    }
}

/// Whom the invoice is for; of a VAT RR invoice the supplier, for whom the buyer issues it.
fn who(invoice: &Invoice) -> String {
    match invoice.buyer() {
        _ if invoice.form() == Form::FaRr1 => words!("for the supplier with the NIP {}", invoice.seller()),
        Buyer::Nip(nip) => words!("for a buyer with the NIP {nip}"),
        Buyer::EuVat(number) => words!("for a buyer with the EU VAT number {number}"),
        Buyer::Other(id) => words!("for a buyer with the identifier {id}"),
        Buyer::Unidentified => words!("for a buyer without an identifier"),
        _ => words!("for a buyer with another identifier"),
    }
}

/// `KOD I (OFFLINE) and KOD II (CERTYFIKAT)`.
fn codes(advice: &Advice) -> String {
    match (advice.kod1_label(), advice.kod2_label()) {
        (Some(kod1), Some(kod2)) => words!("KOD I ({kod1}) and KOD II ({kod2})"),
        (Some(kod1), None) => words!("KOD I ({kod1})"),
        (None, _) => words!("no codes"),
    }
}

/// What `--json` prints for an invoice. A contract: fields are added, never changed or removed.
#[derive(Serialize)]
struct InvoiceLine<'a> {
    r#type: &'static str,
    input: &'a str,
    form: &'static str,
    invoice_number: &'a str,
    seller_nip: String,
    buyer: Option<String>,
    ksef_number: Option<&'a str>,
    answers: Vec<AnswerLine>,
}

#[derive(Serialize)]
struct AnswerLine {
    mode: &'static str,
    hand_over: &'static str,
    /// What stands under each code; null where there is none.
    kod1: Option<String>,
    kod2: Option<String>,
    reasons: Vec<ReasonLine>,
    remarks: Vec<ReasonLine>,
}

#[derive(Serialize)]
struct ReasonLine {
    code: &'static str,
    text: &'static str,
    source: &'static str,
}

#[derive(Serialize)]
struct RefusedLine<'a> {
    r#type: &'static str,
    input: &'a str,
    error: ErrorLine<'a>,
}

#[derive(Serialize)]
struct ErrorLine<'a> {
    code: &'static str,
    message: &'a str,
    hint: &'static str,
}

#[derive(Serialize)]
struct SummaryLine {
    r#type: &'static str,
    advised: u64,
    refused: u64,
    mode: Option<&'static str>,
    note: &'static str,
    version: &'static str,
}

impl<'a> InvoiceLine<'a> {
    fn of(input: &'a str, invoice: &'a Invoice, number: Option<&'a str>, answers: &[Answer]) -> Self {
        Self {
            r#type: "advice",
            input,
            form: invoice.form().name(),
            invoice_number: invoice.number(),
            seller_nip: invoice.seller().to_string(),
            buyer: Some(invoice.buyer().to_string()).filter(|buyer| !buyer.is_empty()),
            ksef_number: number,
            answers: answers.iter().map(AnswerLine::of).collect(),
        }
    }
}

impl AnswerLine {
    fn of(answer: &Answer) -> Self {
        let advice = &answer.advice;
        let lines = |reasons: &[Reason]| reasons.iter().map(ReasonLine::of).collect();
        Self {
            mode: answer.mode,
            hand_over: advice.document().name(),
            kod1: advice.kod1_label().map(|label| label.to_string()),
            kod2: advice.kod2_label().map(|label| label.to_string()),
            reasons: lines(advice.reasons()),
            remarks: lines(advice.remarks()),
        }
    }
}

impl ReasonLine {
    fn of(reason: &Reason) -> Self {
        Self { code: reason.code(), text: reason.text(), source: reason.source() }
    }
}

impl SummaryLine {
    fn of(report: &Report) -> Self {
        Self {
            r#type: "summary",
            advised: report.advised,
            refused: report.refused,
            mode: report.mode,
            note: NOTE,
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

fn to_json(line: &impl Serialize) -> String {
    // Nothing in these structures can fail to serialise.
    serde_json::to_string(line).unwrap_or_default()
}
