use clap::{Args, ValueEnum};
use ksef_qr::paper::{Format, Language, QrBy};

use super::options::{CodeArgs, ContextArgs, CredentialArgs, InputArgs, OtherCodesArgs, OutputArgs, WhenArgs, one_of};

/// Make confirmations of transactions ("potwierdzenie transakcji")
///
/// A buyer may get one in place of an invoice that was issued offline: it has both codes, and what is needed to download
/// the invoice from KSeF. It is voluntary, and is not an invoice; `ksef-qr advise` says when to hand one over.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  A confirmation on A4, ksef-qr-out/invoice.confirmation.pdf:
    ksef-qr confirm invoice.xml --cert firm.crt --key firm.key

  At a till, straight to a receipt printer of 80 mm:
    ksef-qr confirm invoice.xml --cert firm.crt --key firm.key --print escpos --paper 80mm
    cat ksef-qr-out/invoice.confirmation.escpos > /dev/usb/lp0

  With the codes that sign made before, in English:
    ksef-qr confirm invoices/ --codes ksef-qr-out/manifest.ndjson --language en \\
      --out confirmations

Exit status: 0 all done, 1 some invoices refused, 2 nothing could be done, 130 interrupted.")]
pub struct ConfirmArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub credential: CredentialArgs,
    #[command(flatten)]
    pub context: ContextArgs,
    #[command(flatten)]
    pub other_codes: OtherCodesArgs,
    #[command(flatten)]
    pub codes: CodeArgs,
    #[command(flatten)]
    pub when: WhenArgs,
    #[command(flatten)]
    pub paper: PaperArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What it is printed on.
#[derive(Debug, Args)]
#[command(next_help_heading = "Paper")]
pub struct PaperArgs {
    /// Paper: a4, a5; 80mm or 58mm for a receipt roll
    ///
    /// If left out, a4; for receipt printers 80mm.
    #[arg(
        long,
        value_name = "PAPER",
        default_value = "a4",
        default_value_if("print", "escpos", "80mm"),
        hide_default_value = true,
        value_parser = one_of::<Format>(&["a4", "a5", "80mm", "58mm"]),
        hide_possible_values = true
    )]
    pub paper: Format,
    /// For which printers: pdf, escpos or zpl
    ///
    /// - pdf: any printer
    /// - escpos: receipt printers (ESC/POS)
    /// - zpl: label printers (ZPL)
    #[arg(
        long,
        value_enum,
        value_name = "PRINTER",
        default_value = "pdf",
        hide_possible_values = true,
        verbatim_doc_comment
    )]
    pub print: Print,
    /// Language: pl or en
    #[arg(
        long,
        value_name = "LANGUAGE",
        default_value = "pl",
        value_parser = one_of::<Language>(&["pl", "en"]),
        hide_possible_values = true
    )]
    pub language: Language,
    /// How receipt and label printers get the codes: raster or printer
    ///
    /// raster: as a picture, dot by dot. printer: the printer draws them itself, by its own command.
    #[arg(
        long,
        value_name = "HOW",
        default_value = "raster",
        value_parser = one_of::<QrBy>(&["raster", "printer"]),
        hide_possible_values = true,
        hide_short_help = true
    )]
    pub qr_by: QrBy,
    /// Width of the labels of a label printer, 40 to 104 mm
    #[arg(
        long,
        value_name = "MM",
        default_value_t = 100,
        value_parser = clap::value_parser!(u32).range(40..=104),
        hide_short_help = true
    )]
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
