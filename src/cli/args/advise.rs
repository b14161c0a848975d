use clap::{Args, ValueEnum};
use ksef_qr::KsefNumber;
use ksef_qr::deadline::Mode;

use super::InputArgs;

/// Which document may be handed over, and with which codes?
///
/// The invoice itself or a confirmation of the transaction, one code, two or none, and what stands under them: by the
/// mode, the buyer and the KSeF number. Every answer gives its reasons and their sources, and what they leave open. It is
/// a reading of the rules, and no legal or tax advice.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  All modes at a glance:
    ksef-qr advise invoice.xml

  Issued at a till without internet; with the reasons:
    ksef-qr advise invoice.xml --mode offline24

  KSeF has given its number since:
    ksef-qr advise invoice.xml --mode offline24 --ksef-number 5265877635-20260616-0100001AF629-15

  For a program, one JSON object an invoice:
    ksef-qr advise invoices/ --mode failure --json

Sources: VAT Act, art. 106gb, 106nda, 106nf, 106ng, 106nh, 116; the regulation Dz. U. 2025
item 1815, § 9; the Ministry's handbook (Podręcznik KSeF 2.0, part II, 6.08.2026), 1.6.5 and
1.6.6, and kody-qr.md. What an invoice does not tell (where a buyer is established, what was
agreed) is not known here.

Exit status: 0 all answered, 1 some could not be read, 2 nothing could be answered.")]
pub struct AdviseArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// How the invoices are issued; all modes, without the reasons, if left out
    #[arg(long, value_enum, value_name = "MODE")]
    pub mode: Option<AdviseMode>,
    /// The number KSeF gave to the invoice. For one invoice at a time
    #[arg(long, value_name = "NUMBER", conflicts_with = "files_from")]
    pub ksef_number: Option<KsefNumber>,
    /// One JSON object an invoice, and a summary, on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AdviseMode {
    /// Sent to KSeF at once
    Online,
    /// Sent later, by the issuer's own choice
    Offline24,
    /// KSeF was announced to be unavailable (niedostępność)
    #[value(alias = "unavailability")]
    Unavailable,
    /// KSeF was announced to have failed (awaria)
    Failure,
    /// A total failure (awaria całkowita): never sent
    Total,
}

impl AdviseMode {
    /// As the library has it; when an outage ended does not matter.
    pub fn mode(self) -> Option<Mode> {
        match self {
            Self::Online => None,
            Self::Offline24 => Some(Mode::Offline24),
            Self::Unavailable => Some(Mode::Unavailable { ended: None }),
            Self::Failure => Some(Mode::Failure { ended: None }),
            Self::Total => Some(Mode::Total),
        }
    }
}
