//! One invoice, from its bytes to its pictures on disk.

use super::manifest::{Code, Done, Record, SignedCode};
use super::output::Output;
use super::source::Input;
use crate::error::{Error, Kind, Result};
use crate::invoice::Invoice;
use crate::link::Kod1;
use crate::qr::{EccLevel, Symbol};
use crate::render::{Label, PictureFormat, Renderer, Style};
use crate::sign::Issuer;
use crate::values::{Environment, IssueDate, KsefNumber, Rules};

/// What to make of each invoice.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one in a run")]
pub enum Task {
    /// KOD I and KOD II: offline invoices.
    Sign(Issuer),
    /// KOD I alone.
    Link {
        /// Which KSeF.
        environment: Environment,
        /// The number KSeF gave to the invoice; `OFFLINE` stands under the code without it.
        ksef_number: Option<KsefNumber>,
    },
}

impl Task {
    pub(super) fn environment(&self) -> Environment {
        match self {
            Self::Sign(issuer) => issuer.environment(),
            Self::Link { environment, .. } => *environment,
        }
    }
}

/// Which pictures to draw, and how.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The formats, each once; none for links alone.
    pub formats: Vec<PictureFormat>,
    /// Sizes.
    pub style: Style,
    /// Error correction.
    pub level: EccLevel,
}

/// What a worker needs to know; the same for all of them.
#[derive(Clone, Copy)]
pub(super) struct Order<'b> {
    pub(super) task: &'b Task,
    pub(super) allow: Rules,
    pub(super) today: IssueDate,
    pub(super) drawing: &'b Drawing,
    pub(super) output: &'b Output,
}

/// A worker and what it keeps from one invoice to the next: buffers, drawn labels.
pub(super) struct Worker<'b> {
    order: Order<'b>,
    bytes: Vec<u8>,
    renderer: Renderer,
}

impl<'b> Worker<'b> {
    pub(super) fn new(order: Order<'b>) -> Self {
        Self { order, bytes: Vec::new(), renderer: Renderer::new(order.drawing.style) }
    }

    /// Does one invoice. An error that is the output's and not the invoice's is told apart by
    /// [`stops_the_run`].
    pub(super) fn process(&mut self, input: &Input, stem: &str) -> Record {
        Record { input: input.name(), outcome: self.done(input, stem) }
    }

    fn done(&mut self, input: &Input, stem: &str) -> Result<Done> {
        let Order { task, allow, today, .. } = self.order;
        input.read(&mut self.bytes)?;
        let invoice = Invoice::read_allowing(&self.bytes, allow)?;
        let warnings = invoice.review(task.environment(), today)?;
        let mut done = match task {
            Task::Sign(issuer) => {
                // A name that is taken is found before anything is signed.
                self.check_free(stem, &["kod1", "kod2"])?;
                let signed = issuer.sign(&invoice)?;
                let code = Code { url: signed.kod2, label: Label::CERTYFIKAT, pictures: Vec::new() };
                Done {
                    allowed: invoice.allowed().union(issuer.credential().allowed()),
                    kod1: Code { url: signed.kod1, label: Label::OFFLINE, pictures: Vec::new() },
                    ksef_number: None,
                    kod2: Some(SignedCode {
                        code,
                        context: signed.context,
                        algorithm: signed.algorithm,
                        serial: signed.serial,
                    }),
                    invoice,
                    warnings,
                }
            }
            Task::Link { environment, ksef_number } => {
                self.check_free(stem, &["kod1"])?;
                check_number(ksef_number.as_ref(), &invoice)?;
                let label = ksef_number.as_ref().map_or(Label::OFFLINE, Label::from);
                Done {
                    allowed: invoice.allowed(),
                    kod1: Code { url: Kod1::of(&invoice, *environment).to_string(), label, pictures: Vec::new() },
                    ksef_number: ksef_number.clone(),
                    kod2: None,
                    invoice,
                    warnings,
                }
            }
        };
        self.draw(&mut done, stem)?;
        Ok(done)
    }

    fn check_free(&self, stem: &str, codes: &[&str]) -> Result<()> {
        for code in codes {
            for format in &self.order.drawing.formats {
                self.order.output.check_free(&picture_name(stem, code, *format))?;
            }
        }
        Ok(())
    }

    /// Draws everything in memory first, then writes; what was written is taken back if the rest cannot be.
    fn draw(&mut self, done: &mut Done, stem: &str) -> Result<()> {
        let Order { drawing, output, .. } = self.order;
        if drawing.formats.is_empty() {
            return Ok(());
        }
        let mut pictures = Vec::new();
        let codes = [Some(("kod1", &mut done.kod1)), done.kod2.as_mut().map(|signed| ("kod2", &mut signed.code))];
        for (name, code) in codes.into_iter().flatten() {
            let symbol = Symbol::encode(&code.url, drawing.level)?;
            for &format in &drawing.formats {
                let file = picture_name(stem, name, format);
                pictures.push((file.clone(), self.renderer.render(format, &symbol, &code.label)));
                code.pictures.push((format, file));
            }
        }
        for (written, (name, bytes)) in pictures.iter().enumerate() {
            if let Err(error) = output.write(name, bytes) {
                pictures[..written].iter().for_each(|(name, _)| output.remove(name));
                return Err(error);
            }
        }
        Ok(())
    }
}

/// True for an error that the next invoice would meet too.
pub(super) fn stops_the_run(error: &Error) -> bool {
    error.kind() == Kind::OutputUnwritable
}

fn picture_name(stem: &str, code: &str, format: PictureFormat) -> String {
    format!("{stem}.{code}.{}", format.extension())
}

/// A number begins with its seller's NIP, and is not older than its invoice.
fn check_number(number: Option<&KsefNumber>, invoice: &Invoice) -> Result<()> {
    match number {
        Some(number) if number.seller() != invoice.seller() => {
            let message =
                format!("the KSeF number is of the seller {}, the invoice of {}", number.seller(), invoice.seller());
            Err(Error::new(Kind::KsefNumberOfAnother, message))
        }
        Some(number) if !number.is_of_or_after(invoice.issue_date()) => {
            let message =
                format!("the KSeF number was given before the invoice's issue date, {}", invoice.issue_date());
            Err(Error::new(Kind::KsefNumberOfAnother, message))
        }
        _ => Ok(()),
    }
}
