use std::path::PathBuf;

use clap::Args;
use ksef_qr::paper::Languages;

use super::options::{CodeArgs, ContextArgs, CredentialArgs, InputArgs, OtherCodesArgs, OutputArgs, WhenArgs, one_of};

/// Draw invoices on paper, with their codes
///
/// Makes a PDF of each invoice's XML: FA(3), FA(2), FA_RR(1), PEF and PEF_KOR. Everything that stands in the XML stands on the pages.
/// The PDF holds the XML itself (PDF/A-3), and screen readers can read it (PDF/UA). With --mode or a KSeF number it carries the codes
/// that belong on it by the rules (ksef-qr advise): both, KOD I alone, or none.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  An offline invoice with both codes, ksef-qr-out/invoice.invoice.pdf:
    ksef-qr print invoice.xml --cert firm.crt --key firm.key

  With the codes that sign made before, in Polish and English:
    ksef-qr print invoices/ --codes ksef-qr-out/manifest.ndjson --language both \\
      --out pdfs

  With the codes or the KSeF number that the book has, without a key:
    ksef-qr print invoices/ --book invoices.book --out pdfs

  With the numbers that KSeF gave, and KOD I:
    ksef-qr print invoices/ --upo upo.xml --out pdfs

  With your logo, colour and footer:
    ksef-qr print invoices/ --upo upo.xml --look look.toml

  Without codes: a draft; an invoice of a total failure
    ksef-qr print invoice.xml --no-codes
    ksef-qr print invoice.xml --mode total

Exit status: 0 all done, 1 some invoices refused, 2 nothing could be done, 130 interrupted.")]
pub struct PrintArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub credential: CredentialArgs,
    #[command(flatten)]
    pub context: ContextArgs,
    #[command(flatten)]
    pub other_codes: OtherCodesArgs,
    /// No codes: for a draft, or an invoice that carries none
    #[arg(long, group = "private_key", help_heading = "Codes")]
    pub no_codes: bool,
    #[command(flatten)]
    pub codes: CodeArgs,
    #[command(flatten)]
    pub when: WhenArgs,
    /// Language: pl, en or both
    #[arg(
        long,
        value_name = "LANGUAGE",
        default_value = "pl",
        value_parser = one_of::<Languages>(&["pl", "en", "both"]),
        hide_possible_values = true,
        help_heading = "Paper"
    )]
    pub language: Languages,
    /// Logo, colour, note and footer, from a TOML file
    ///
    /// logo (PNG or JPEG, by its path from the file's folder), logo_height_mm (5 to 30), accent ("#1f4e79"), note, footer: each may be
    /// left out.
    #[arg(long, value_name = "FILE", help_heading = "Paper")]
    pub look: Option<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
}
