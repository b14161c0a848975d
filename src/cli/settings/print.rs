use std::path::PathBuf;

use anyhow::bail;
use ksef_qr::batch::{Printing, Source};
use ksef_qr::deadline::Mode;

use super::options::{Codes, KsefNumbers, Run, When, is_single, sources, without_source};
use crate::cli::args::PrintArgs;

/// `ksef-qr print`.
#[derive(Debug)]
pub struct Print {
    pub sources: Vec<Source>,
    pub codes: Codes,
    pub when: Option<When>,
    pub document: Printing,
    /// The file with the looks.
    pub look: Option<PathBuf>,
    pub run: Run,
}

/// What to give, where nothing says where the codes come from: an invoice may be drawn without any.
const NO_SOURCE: &str = "say where the codes come from: a certificate and its key (--cert, --key, or --p12), which sign them \
     now; --codes MANIFEST of an earlier run; --book PLACE, if the invoices are in it; or KOD I only, with --ksef-number, --upo \
     or --kod1-alone. Without codes are drawn: a draft (--no-codes), and an invoice of a total failure (--mode total)";

impl Print {
    pub fn from_args(args: PrintArgs) -> anyhow::Result<Self> {
        let run = Run::from_args(&args.codes, args.output, &args.when.clock)?.into_folder()?;
        let is_single = is_single(&args.input);
        let mut document = Printing::new(args.language);
        document.with_codes = !args.no_codes;
        let when = When::if_given(args.when.mode, args.when.outage)?;
        // No codes belong on them, and nothing is to be sent.
        let is_total = when.as_ref().is_some_and(|when| when.mode == Mode::Total);
        if is_total {
            if args.credential.is_given() || args.other_codes.is_given() || run.book.is_some() {
                bail!(
                    "--mode total: invoices of a total failure carry no codes, are not sent to KSeF and get no number: leave \
                       out the certificate, --codes, --ksef-number, --upo, --kod1-alone and --book"
                );
            }
            document.with_codes = false;
        } else if args.no_codes && (args.credential.is_given() || run.book.is_some()) {
            bail!("--no-codes draws invoices without codes: leave out the certificate and --book");
        }
        let codes = match args.no_codes || is_total {
            true => Codes::Linked(KsefNumbers::None),
            false => Codes::of_documents(args.credential, args.context, args.other_codes, &run, is_single, || {
                without_source(&args.input, NO_SOURCE)
            })?,
        };
        Ok(Self { codes, when, document, look: args.look, sources: sources(args.input)?, run })
    }
}
