//! `ksef-qr advise`: an answer for each invoice, in words or as JSON.

mod report;

use ksef_qr::advice::Advice;
use ksef_qr::batch::Input;
use ksef_qr::deadline::Mode;
use ksef_qr::values::Day;
use ksef_qr::{Error, Invoice, KsefNumber};

use self::report::{Answer, Report};
use crate::cli::commands::check::LARGEST;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::Advise;

/// Answers for all inputs in their order.
pub fn run(settings: &Advise) -> anyhow::Result<ExitStatus> {
    let number = settings.number.as_ref();
    let mode = match settings.modes[..] {
        [mode] => Some(name(mode)),
        _ => None,
    };
    let mut report = Report::new(settings.json, mode, number);
    let mut bytes = Vec::new();
    for source in &settings.sources {
        let mut take = |input: Input| {
            match read(&input, &mut bytes, number, settings.today) {
                Ok(invoice) => {
                    let answers: Vec<_> = settings.modes.iter().map(|&mode| answer(&invoice, mode, number)).collect();
                    report.invoice(&input.name(), &invoice, &answers);
                }
                Err(error) => report.refused(&input.name(), &error),
            }
            // Nobody reads what follows.
            report.is_read()
        };
        source.each(&mut take, &|| true);
    }
    report.into_status()
}

fn read(input: &Input, bytes: &mut Vec<u8>, number: Option<&KsefNumber>, today: Day) -> Result<Invoice, Error> {
    input.read(bytes, LARGEST)?;
    let invoice = Invoice::read(bytes)?;
    if let Some(number) = number {
        invoice.check_ksef_number(number)?;
        number.check_given_by(today)?;
    }
    Ok(invoice)
}

fn answer(invoice: &Invoice, mode: Option<Mode>, number: Option<&KsefNumber>) -> Answer {
    Answer { mode: name(mode), advice: Advice::of(invoice, mode, number) }
}

fn name(mode: Option<Mode>) -> &'static str {
    mode.map_or("online", Mode::name)
}
