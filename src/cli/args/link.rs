use std::path::PathBuf;

use clap::Args;
use ksef_qr::KsefNumber;

use super::options::{ClockArgs, CodeArgs, InputArgs, OutputArgs, PictureArgs, ksef_number};

/// Make KOD I only; needs no certificate
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  An invoice that has no KSeF number yet (OFFLINE stands under the code):
    ksef-qr link invoice.xml

  A reprint, once KSeF has given the number:
    ksef-qr link invoice.xml --ksef-number 5265877635-20260616-0100001AF629-15 --out reprint

  Reprints of all that KSeF has taken, by its confirmation:
    ksef-qr link invoices/ --upo upo.xml --out reprint

  What KSeF exported, unpacked or not: the numbers are in its _metadata.json:
    ksef-qr link export.zip --out reprint

  Links only, as JSON:
    ksef-qr link invoices/ --format none --json

Exit status: 0 all done, 1 some invoices refused, 2 nothing could be done, 130 interrupted.")]
pub struct LinkArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// The number that KSeF gave to the invoice; for a single invoice
    ///
    /// It stands under the code instead of OFFLINE.
    #[arg(long, value_parser = ksef_number, value_name = "NUMBER", conflicts_with = "files_from", help_heading = "Codes")]
    pub ksef_number: Option<KsefNumber>,
    /// The numbers: a UPO (version 4-3), a session's JSON, _metadata.json
    ///
    /// By a UPO KSeF confirms what it took. The answer about a session's invoices (GET /sessions/.../invoices) and the
    /// _metadata.json of an export package are taken as well. Each invoice's number is looked up by the digest of its file.
    /// Repeated for further sessions and pages. With --resume, codes that were drawn as OFFLINE are drawn again with their
    /// numbers. If left out, the _metadata.json beside an invoice is asked, and the name of its file, if a number is in it.
    #[arg(long, value_name = "FILE", conflicts_with = "ksef_number", help_heading = "Codes")]
    pub upo: Vec<PathBuf>,
    /// Draw codes again, from the manifest of an earlier run
    ///
    /// In another format or size, say: KOD II as well, where the manifest has it. Nothing is signed.
    #[arg(long = "codes", value_name = "MANIFEST", conflicts_with_all = ["ksef_number", "upo", "no_ksef_number"], help_heading = "Codes")]
    pub earlier: Vec<PathBuf>,
    /// OFFLINE under each code, whatever files are beside the invoices
    #[arg(long, conflicts_with_all = ["ksef_number", "upo"], help_heading = "Codes", hide_short_help = true)]
    pub no_ksef_number: bool,
    #[command(flatten)]
    pub codes: CodeArgs,
    #[command(flatten, next_help_heading = "When and why")]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub picture: PictureArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}
