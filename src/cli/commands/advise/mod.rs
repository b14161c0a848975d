//! `ksef-qr advise`: from arguments to an answer for each invoice, in words or as JSON.

mod report;

use clap::ValueEnum as _;
use ksef_qr::advice::Advice;
use ksef_qr::batch::Input;
use ksef_qr::{Error, Invoice, KsefNumber};

use self::report::{Answer, Report};
use crate::cli::args::{AdviseArgs, AdviseMode};
use crate::cli::commands::check::LARGEST;
use crate::cli::commands::run::config;
use crate::cli::exit::ExitStatus;

/// Answers for all inputs in their order.
pub fn run(args: AdviseArgs) -> anyhow::Result<ExitStatus> {
    if args.ksef_number.is_some() {
        config::check_single(&args.input)?;
    }
    let modes = match &args.mode {
        Some(mode) => std::slice::from_ref(mode),
        None => AdviseMode::value_variants(),
    };
    let number = args.ksef_number.as_ref();
    let mut report = Report::new(args.json, args.mode, number);
    let mut bytes = Vec::new();
    for source in config::sources(args.input)? {
        let mut take = |input: Input| {
            match read(&input, &mut bytes, number) {
                Ok(invoice) => {
                    let answers: Vec<_> = modes.iter().map(|&mode| answer(&invoice, mode, number)).collect();
                    report.invoice(&input.name(), &invoice, &answers);
                }
                Err(error) => report.refused(&input.name(), &error),
            }
            // Nobody is told what follows.
            report.is_read()
        };
        source.each(&mut take, &|| true);
    }
    report.into_status()
}

fn read(input: &Input, bytes: &mut Vec<u8>, number: Option<&KsefNumber>) -> Result<Invoice, Error> {
    input.read(bytes, LARGEST)?;
    let invoice = Invoice::read(bytes)?;
    number.map_or(Ok(()), |number| invoice.check_ksef_number(number))?;
    Ok(invoice)
}

fn answer(invoice: &Invoice, mode: AdviseMode, number: Option<&KsefNumber>) -> Answer {
    let name = mode.mode().map_or("online", |mode| mode.name());
    Answer { mode: name, advice: Advice::of(invoice, mode.mode(), number) }
}
