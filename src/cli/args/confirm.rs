use clap::{Args, ValueEnum};
use ksef_qr::paper::{Format, Language, QrBy};

use super::{CodesArgs, InputArgs, OutputArgs};

/// Confirmations of transactions ("potwierdzenie transakcji")
///
/// What a buyer may get in place of an invoice that was issued offline: both codes, and what it takes to download the
/// invoice from KSeF. Voluntary, and no invoice; `ksef-qr advise` says when it is the thing to hand over.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  A confirmation on A4, ksef-qr-out/invoice.confirmation.pdf:
    ksef-qr confirm invoice.xml --cert firm.crt --key firm.key

  At a till, straight to a receipt printer of 80 mm:
    ksef-qr confirm invoice.xml --cert firm.crt --key firm.key --password-file p --print escpos --paper 80mm
    cat ksef-qr-out/invoice.confirmation.escpos > /dev/usb/lp0

  With the codes that sign made before, in English:
    ksef-qr confirm invoices/ --codes ksef-qr-out/manifest.ndjson --language en --out confirmations

Exit status: 0 all done, 1 some invoices refused, 2 nothing could be done, 130 interrupted.")]
pub struct ConfirmArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub codes: CodesArgs,
    #[command(flatten)]
    pub paper: PaperArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What it is printed on.
#[derive(Debug, Args)]
#[command(next_help_heading = "Paper")]
pub struct PaperArgs {
    /// a4, a5, or a receipt roll: 80mm, 58mm; a4 if left out, 80mm for receipt printers
    #[arg(
        long,
        value_name = "PAPER",
        default_value = "a4",
        default_value_if("print", "escpos", "80mm"),
        hide_default_value = true
    )]
    pub paper: Format,
    /// What the file is for
    #[arg(long, value_enum, value_name = "WHAT", default_value = "pdf")]
    pub print: Print,
    /// pl or en
    #[arg(long, value_name = "LANGUAGE", default_value = "pl")]
    pub language: Language,
    /// Who draws the codes for receipt and label printers: raster (we do, dot by dot) or printer (its own command)
    #[arg(long, value_name = "WHO", default_value = "raster")]
    pub qr_by: QrBy,
    /// The width of the labels of a label printer, 40 to 104 mm
    #[arg(long, value_name = "MM", default_value_t = 100, value_parser = clap::value_parser!(u32).range(40..=104))]
    pub label_mm: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Print {
    /// Any printer
    Pdf,
    /// Receipt printers (ESC/POS)
    Escpos,
    /// Label printers (ZPL)
    Zpl,
}
