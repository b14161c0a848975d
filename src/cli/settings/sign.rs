use anyhow::bail;
use ksef_qr::batch::Source;

use super::options::{Codes, KsefNumbers, Pictures, Run, When, is_single, sources};
use crate::cli::args::{LinkArgs, SignArgs};

/// `ksef-qr sign`, and `ksef-qr link`: they differ in where the codes come from.
#[derive(Debug)]
pub struct Sign {
    pub sources: Vec<Source>,
    pub codes: Codes,
    pub when: Option<When>,
    pub pictures: Pictures,
    pub run: Run,
}

impl Sign {
    pub fn from_args(args: SignArgs) -> anyhow::Result<Self> {
        let run = Run::from_args(&args.codes, args.output, &args.when.clock)?.into_folder()?;
        let is_signing = args.credential.is_given() || args.context.context.is_some() || args.context.on_behalf;
        let codes = match args.earlier.codes {
            codes if !codes.is_empty() => Codes::Earlier { manifests: codes, certificate: args.credential.cert },
            // Whoever has the book needs no key for what is in it, as on documents.
            _ if run.book.is_some() && !is_signing => Codes::Booked,
            _ => Codes::signed(args.credential, args.context, run.environment)?,
        };
        Ok(Self {
            codes,
            when: When::of_codes(args.when.mode, args.when.outage)?,
            sources: sources(args.input)?,
            pictures: Pictures::from_args(args.picture, &run)?,
            run,
        })
    }

    pub fn from_link_args(args: LinkArgs) -> anyhow::Result<Self> {
        if args.ksef_number.is_some() && !is_single(&args.input) {
            bail!("--ksef-number is the number of one invoice: give exactly one file");
        }
        let run = Run::from_args(&args.codes, args.output, &args.clock)?.into_folder()?;
        let codes = match (args.ksef_number, args.upo) {
            _ if !args.earlier.is_empty() => Codes::Earlier { manifests: args.earlier, certificate: None },
            (Some(number), _) => Codes::Linked(KsefNumbers::One(number)),
            (None, _) if args.no_ksef_number => Codes::Linked(KsefNumbers::None),
            (None, files) if files.is_empty() => Codes::Linked(KsefNumbers::Beside),
            (None, files) => Codes::Linked(KsefNumbers::Upo(files)),
        };
        Ok(Self {
            codes,
            when: None,
            sources: sources(args.input)?,
            pictures: Pictures::from_args(args.picture, &run)?,
            run,
        })
    }
}
