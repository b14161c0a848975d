use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::options::{CodeArgs, ContextArgs, CredentialArgs, OtherCodesArgs, OutputArgs, WhenArgs, one_of};

/// Put codes on existing PDFs
///
/// Takes PDFs and the invoices they show, and writes new PDFs with KOD I and KOD II on them: drawn as vectors, exact in
/// size, with their labels and a link to click. The PDFs given are never changed; a signature in them stays valid for
/// what it signed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  One PDF, with invoice.xml beside it; to ksef-qr-out/invoice.pdf, or as you name it:
    ksef-qr stamp invoice.pdf --cert firm.crt --key firm.key
    ksef-qr stamp invoice.pdf --cert firm.crt --key firm.key --out signed.pdf

  A folder of PDFs and a folder of invoices of the same names (f1.pdf, f1.xml):
    ksef-qr stamp pdfs/ --invoice invoices/ --cert firm.crt --key firm.key --out stamped

  PDFs that hold their invoice as an embedded file (PDF/A-3):
    ksef-qr stamp pdfs/ --cert firm.crt --key firm.key

  With the codes that sign made before; nothing is signed again:
    ksef-qr stamp pdfs/ --invoice invoices/ --codes ksef-qr-out/manifest.ndjson --out stamped

  A reprint with the number KSeF gave, on the last page, 15 mm from its upper right corner:
    ksef-qr stamp invoice.pdf --invoice invoice.xml \\
      --ksef-number 5265877635-20260616-0100001AF629-15 \\
      --page last --corner top-right --x-mm 15 --y-mm 15

Exit status: 0 all done, 1 some invoices refused, 2 nothing could be done, 130 interrupted.")]
pub struct StampArgs {
    /// PDFs: files, folders (every *.pdf in them and below), patterns in quotes
    ///
    /// A PDF's invoice is the XML of its name beside it, or given here too: f1.pdf, f1.xml. If there is none, it is looked for
    /// in the PDF. If both are there, they must be the same.
    #[arg(value_name = "PDF", required_unless_present = "pairs", conflicts_with = "pairs")]
    pub pdf: Vec<PathBuf>,
    /// The PDF's invoice, or the folder or archive of the PDFs' invoices
    ///
    /// In a folder or an archive (.zip, .tar, .tar.gz), each PDF's invoice has its name: f1.pdf, f1.xml.
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "pairs", help_heading = "Input")]
    pub invoice: Option<PathBuf>,
    /// A CSV table of PDFs and invoices: columns pdf, invoice and ksef_number
    ///
    /// The invoice may be left out if it is in the PDF, and the KSeF number if there is none. Where no other option says where
    /// the codes come from, KOD I is drawn alone, with the number of the line.
    #[arg(long, value_name = "CSV", help_heading = "Input")]
    pub pairs: Vec<PathBuf>,
    /// What to do if a PDF shows another invoice than the one whose codes it would get
    ///
    /// Its text is searched for the invoice's number and the seller's NIP.
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "refuse",
        hide_short_help = true,
        help_heading = "Input"
    )]
    pub pdf_mismatch: PdfMismatch,
    #[command(flatten)]
    pub opening: OpeningArgs,
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
    pub place: PlaceArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// How PDFs are opened.
#[derive(Debug, Args)]
pub struct OpeningArgs {
    /// Repair damaged PDFs as PDF readers do, and write them again
    ///
    /// Without it they are refused. What is made does not begin with the file that was given, as it does otherwise; the
    /// manifest says so (pdf_repaired).
    #[arg(long, hide_short_help = true, help_heading = "Input")]
    pub repair: bool,
    /// A file with the password of the PDFs as its first line
    #[arg(long, value_name = "FILE", hide_short_help = true, help_heading = "Input")]
    pub pdf_password_file: Option<PathBuf>,
}

/// Where on the PDF the codes go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Place and size")]
pub struct PlaceArgs {
    /// On which page: auto, first, last, all or a number
    ///
    /// auto is the first page with a free place, else a new page. With a corner that is named it is the first page.
    #[arg(
        long,
        value_name = "PAGE",
        default_value = "auto",
        conflicts_with = "new_page",
        value_parser = one_of::<Page>(&["auto", "first", "last", "all"]),
        hide_possible_values = true
    )]
    pub page: Page,
    /// On a new page of their own, after the last one
    ///
    /// It names the invoice and the seller. Corner and distances do not matter then.
    #[arg(long)]
    pub new_page: bool,
    /// Corner of the page from which the place is measured
    ///
    /// top-left, top-right, bottom-left, bottom-right, or auto: the first corner that is free, else a free place along the
    /// edges or anywhere on the page.
    #[arg(long, value_enum, value_name = "CORNER", default_value = "auto", hide_possible_values = true)]
    pub corner: PageCorner,
    /// Millimetres from that side of the page to the codes
    ///
    /// To their white margin, which belongs to them.
    #[arg(long, value_name = "MM", default_value_t = 10.0)]
    pub x_mm: f64,
    /// Millimetres from that top or bottom of the page to the codes
    #[arg(long, value_name = "MM", default_value_t = 10.0)]
    pub y_mm: f64,
    /// How the two codes are arranged: side-by-side or stacked
    #[arg(
        long,
        value_enum,
        value_name = "HOW",
        default_value = "side-by-side",
        hide_possible_values = true,
        hide_short_help = true
    )]
    pub arrange: Arrange,
    /// The side of each code without its white margin, in millimetres
    ///
    /// If left out, a module (the smallest square of a code) has 0.5 mm.
    #[arg(long, value_name = "MM")]
    pub size_mm: Option<f64>,
    /// Print the links as text, too
    #[arg(long, hide_short_help = true)]
    pub show_links: bool,
    /// What to do if something is already printed where the codes go
    #[arg(long, value_enum, value_name = "WHAT", default_value = "refuse", hide_short_help = true)]
    pub if_occupied: IfOccupied,
}

/// `auto`, `first`, `last`, `all` or a number.
#[derive(Clone, Copy, Debug)]
pub enum Page {
    Auto,
    First,
    Last,
    All,
    Number(std::num::NonZeroU32),
}

#[derive(Debug)]
pub struct NoPage;

impl std::fmt::Display for NoPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("give auto, first, last, all or a number from 1 on")
    }
}

impl std::error::Error for NoPage {}

impl std::str::FromStr for Page {
    type Err = NoPage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "first" => Ok(Self::First),
            "last" => Ok(Self::Last),
            "all" => Ok(Self::All),
            number => number.parse().map(Self::Number).map_err(|_| NoPage),
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PageCorner {
    Auto,
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Arrange {
    SideBySide,
    Stacked,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PdfMismatch {
    /// The PDF is refused
    Refuse,
    /// It gets the codes, with a warning
    Warn,
    /// It gets the codes without a comparison
    Ignore,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum IfOccupied {
    /// The PDF is refused
    Refuse,
    /// The codes are put there, with a warning
    Warn,
    /// The codes are put there without a check
    Ignore,
}
