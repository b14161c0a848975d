use clap::{Args, ValueEnum};
use ksef_qr::KsefNumber;

use super::options::{ClockArgs, InputArgs, word_of};

/// Which document may the buyer get, and with which codes?
///
/// The invoice itself or a confirmation of the transaction, with one code, two or none, and what stands under them. The
/// answer depends on the mode, the buyer and the KSeF number. It gives its reasons and their sources, and says what they
/// leave open. It is a reading of the rules, not legal or tax advice.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  All modes at a glance:
    ksef-qr advise invoice.xml

  Issued at a till without internet; with the reasons:
    ksef-qr advise invoice.xml --mode offline24

  KSeF has given its number by now:
    ksef-qr advise invoice.xml --mode offline24 \\
      --ksef-number 5265877635-20260616-0100001AF629-15

  For a program, one line of JSON for each invoice:
    ksef-qr advise invoices/ --mode failure --json

Sources: VAT Act, art. 106gb, 106nda, 106nf, 106ng, 106nh, 116; the regulation Dz. U. 2025
item 1815, § 9; the Ministry's handbook (Podręcznik KSeF 2.0, part II, 6.08.2026), 1.6.5 and
1.6.6, and kody-qr.md. What an invoice does not say (where a buyer is established, what was
agreed) is not known here.

Exit status: 0 all answered, 1 some could not be read, 2 nothing could be answered.")]
pub struct AdviseArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// How issued: online, offline24, unavailable, failure or total
    ///
    /// - online: sent to KSeF at once
    /// - offline24: sent later, by the issuer's own choice
    /// - unavailable: KSeF was announced to be unavailable (niedostępność)
    /// - failure: KSeF was announced to have failed (awaria)
    /// - total: a total failure (awaria całkowita); such invoices are never sent
    ///
    /// If left out, all modes are shown, without the reasons.
    #[arg(
        long,
        value_parser = word_of::<AdviseMode>(),
        value_name = "MODE",
        hide_possible_values = true,
        verbatim_doc_comment
    )]
    pub mode: Option<AdviseMode>,
    /// The number that KSeF gave to the invoice; for a single invoice
    #[arg(long, value_name = "NUMBER", conflicts_with = "files_from")]
    pub ksef_number: Option<KsefNumber>,
    /// One line of JSON for each invoice, and a summary, on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AdviseMode {
    /// Sent to KSeF at once
    Online,
    /// Sent later, by the issuer's own choice
    #[value(alias = "tryb offline24")]
    Offline24,
    /// KSeF was announced to be unavailable (niedostępność)
    #[value(aliases = ["unavailability", "niedostepnosc", "niedostepny"])]
    Unavailable,
    /// KSeF was announced to have failed (awaria)
    #[value(aliases = ["awaria", "awaryjny", "tryb awaryjny"])]
    Failure,
    /// A total failure (awaria całkowita); such invoices are never sent
    #[value(aliases = ["total failure", "awaria calkowita", "calkowita awaria"])]
    Total,
}
