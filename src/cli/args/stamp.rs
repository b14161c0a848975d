use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{CodesArgs, OutputArgs};

/// Codes onto PDFs that exist
///
/// Takes PDFs and the invoices they show, and writes new PDFs with KOD I and KOD II on them: drawn as vectors, exact in
/// size, with their labels and a link to click. The PDFs given are never changed; a signature in them stays valid for
/// what it signed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  One PDF and its invoice; the stamped PDF is ksef-qr-out/invoice.pdf:
    ksef-qr stamp invoice.pdf --invoice invoice.xml --cert firm.crt --key firm.key

  A folder of PDFs and a folder of invoices of the same names (f1.pdf, f1.xml):
    ksef-qr stamp pdfs/ --invoice invoices/ --cert firm.crt --key firm.key --out stamped

  PDFs that hold their invoice as an embedded file (PDF/A-3):
    ksef-qr stamp pdfs/ --cert firm.crt --key firm.key

  The codes that sign made before; nothing is signed twice:
    ksef-qr stamp pdfs/ --invoice invoices/ --codes ksef-qr-out/manifest.ndjson --out stamped

  A reprint with the number KSeF gave, on the last page, 15 mm from its upper right corner:
    ksef-qr stamp invoice.pdf --invoice invoice.xml --ksef-number 5265877635-20260616-0100001AF629-15 \\
      --page last --corner top-right --x-mm 15 --y-mm 15

Exit status: 0 all done, 1 some invoices refused, 2 nothing could be done, 130 interrupted.")]
pub struct StampArgs {
    /// PDFs: files, folders (every *.pdf in them and below), patterns in quotes
    #[arg(value_name = "PDF", required_unless_present = "pairs", conflicts_with = "pairs")]
    pub pdf: Vec<PathBuf>,
    /// The invoice of the one PDF, or a folder in which each PDF's invoice has its name (f1.pdf, f1.xml). Without it
    /// the invoice is looked for in the PDF itself
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "pairs")]
    pub invoice: Option<PathBuf>,
    /// A CSV table of pairs, with the columns pdf and invoice
    #[arg(long, value_name = "CSV")]
    pub pairs: Vec<PathBuf>,
    #[command(flatten)]
    pub codes: CodesArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Where on the PDF the codes go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Place and size")]
pub struct PlaceArgs {
    /// The page: first, last, all or a number
    #[arg(long, value_name = "PAGE", default_value = "first", conflicts_with = "new_page")]
    pub page: Page,
    /// A page of its own for the codes, behind the last one
    #[arg(long)]
    pub new_page: bool,
    /// The corner of the page that the place is counted from
    #[arg(long, value_enum, value_name = "CORNER", default_value = "bottom-right")]
    pub corner: PageCorner,
    /// From the corner's side of the page to the codes with their white margin, in millimetres
    #[arg(long, value_name = "MM", default_value_t = 10.0)]
    pub x_mm: f64,
    /// From the corner's top or bottom of the page to the codes, in millimetres
    #[arg(long, value_name = "MM", default_value_t = 10.0)]
    pub y_mm: f64,
    /// How the two codes stand
    #[arg(long, value_enum, value_name = "HOW", default_value = "side-by-side")]
    pub arrange: Arrange,
    /// The side of each code without its white margin, in millimetres. If left out, a module has 0.5 mm
    #[arg(long, value_name = "MM")]
    pub size_mm: Option<f64>,
    /// The links as text, too
    #[arg(long)]
    pub show_links: bool,
    /// What to do if something is printed where the codes go
    #[arg(long, value_enum, value_name = "WHAT", default_value = "refuse")]
    pub if_occupied: IfOccupied,
    /// A file whose first line is the password of the PDFs
    #[arg(long, value_name = "FILE")]
    pub pdf_password_file: Option<PathBuf>,
}

/// `first`, `last`, `all` or a number.
#[derive(Clone, Copy, Debug)]
pub enum Page {
    First,
    Last,
    All,
    Number(std::num::NonZeroU32),
}

impl std::str::FromStr for Page {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "first" => Ok(Self::First),
            "last" => Ok(Self::Last),
            "all" => Ok(Self::All),
            number => {
                number.parse().map(Self::Number).map_err(|_| "give first, last, all or a number from 1 on".into())
            }
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PageCorner {
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
pub enum IfOccupied {
    /// The PDF is refused
    Refuse,
    /// The codes are put there, and a warning tells
    Warn,
    /// The codes are put there; nobody looks
    Ignore,
}
