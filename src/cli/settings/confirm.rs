use anyhow::bail;
use ksef_qr::batch::{Confirming, Printer, Source};
use ksef_qr::paper::Format;

use super::options::{Codes, NO_SOURCE, Run, When, is_single, sources, without_source};
use crate::cli::args::{ConfirmArgs, PaperArgs, Print};

/// `ksef-qr confirm`.
#[derive(Debug)]
pub struct Confirm {
    pub sources: Vec<Source>,
    pub codes: Codes,
    pub when: Option<When>,
    pub document: Confirming,
    pub run: Run,
}

impl Confirm {
    pub fn from_args(args: ConfirmArgs) -> anyhow::Result<Self> {
        let run = Run::from_args(&args.codes, args.output, &args.when.clock)?.into_folder()?;
        let is_single = is_single(&args.input);
        Ok(Self {
            codes: Codes::of_documents(args.credential, args.context, args.other_codes, &run, is_single, || {
                without_source(&args.input, NO_SOURCE)
            })?,
            when: When::of_codes(args.when.mode, args.when.outage)?,
            document: Confirming::new(args.paper.language, printer(&args.paper)?),
            sources: sources(args.input)?,
            run,
        })
    }
}

fn printer(args: &PaperArgs) -> anyhow::Result<Printer> {
    Ok(match (args.print, args.paper) {
        (Print::Pdf, format) => Printer::Pdf(format),
        (Print::Escpos, Format::Roll(roll)) => Printer::EscPos(roll, args.qr_by),
        (Print::Escpos, _) => bail!("--print escpos is for receipt rolls: --paper 80mm or 58mm"),
        (Print::Zpl, _) => Printer::Zpl(args.label_mm, args.qr_by),
    })
}
