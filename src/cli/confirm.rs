//! `ksef-qr confirm`: from arguments to a batch of confirmations.

use std::path::Path;

use anyhow::bail;
use ksef_qr::batch::{Batch, Confirming, Printer};
use ksef_qr::paper::Format;

use super::args::{ConfirmArgs, PaperArgs, Print};
use super::config::{self, batch, codes, sources};

/// The batch of `ksef-qr confirm`.
pub fn confirm(args: ConfirmArgs) -> anyhow::Result<Batch> {
    let is_one = matches!(&args.input.input[..], [only] if only.is_file() || only == Path::new("-"));
    let (source, schedule) = codes(args.codes, &args.output, is_one && args.input.files_from.is_empty())?;
    let document = Confirming::new(args.paper.language, printer(&args.paper)?);
    let drawing = config::document(document, &args.output);
    batch(sources(args.input)?, source, schedule, drawing, args.output)
}

fn printer(args: &PaperArgs) -> anyhow::Result<Printer> {
    Ok(match (args.print, args.paper) {
        (Print::Pdf, format) => Printer::Pdf(format),
        (Print::Escpos, Format::Roll(roll)) => Printer::EscPos(roll, args.qr_by),
        (Print::Escpos, _) => bail!("--print escpos is for receipt rolls: --paper 80mm or 58mm"),
        (Print::Zpl, _) => Printer::Zpl(args.label_mm, args.qr_by),
    })
}
