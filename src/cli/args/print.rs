use clap::Args;
use ksef_qr::paper::Languages;

use super::options::{CodeArgs, ContextArgs, CredentialArgs, InputArgs, OtherCodesArgs, OutputArgs, WhenArgs, one_of};

/// Draw invoices on paper, with their codes
///
/// Makes a PDF of each invoice's XML: FA(3), FA(2) and FA_RR(1). Everything that stands in the XML stands on the pages. The PDF
/// holds the XML itself (PDF/A-3), and screen readers can read it (PDF/UA).
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  An offline invoice with both codes, ksef-qr-out/invoice.invoice.pdf:
    ksef-qr print invoice.xml --cert firm.crt --key firm.key

  With the codes that sign made before, in Polish and English:
    ksef-qr print invoices/ --codes ksef-qr-out/manifest.ndjson --language both \\
      --out pdfs

  With the numbers that KSeF gave, and KOD I:
    ksef-qr print invoices/ --upo upo.xml --out pdfs

  Without codes:
    ksef-qr print invoice.xml --no-codes

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
    #[command(flatten)]
    pub output: OutputArgs,
}
