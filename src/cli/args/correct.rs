use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ksef_qr::Environment;

use super::options::{BookArgs, ClockArgs, ENVIRONMENTS, one_of, word_of};

/// Correct an offline invoice that KSeF refused: what differs, may it, what to send
///
/// A technical correction (korekta techniczna) sends a second file in place of the one that KSeF refused. Codes that were
/// printed then lead to the second one, because the request names the digest of the first. It puts right the form alone:
/// this command says what differs between the two files, by place and value, and refuses another content. No file is changed,
/// and nothing is sent.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  What differs, and the ready part of the request:
    ksef-qr correct sent.xml corrected.xml

  With KSeF's answer on the first file (GET /sessions/{ref}/invoices, saved as a file):
    ksef-qr correct sent.xml corrected.xml --refusal answer.json

  And enter it in the book: the number of the corrected file is then that of the first one's codes:
    ksef-qr correct sent.xml corrected.xml --refusal answer.json --book ksef-qr.book

  By the Ministry's schemas too, for a program:
    ksef-qr correct sent.xml corrected.xml --xsd schemy/ --json

Source: the Ministry's offline/korekta-techniczna.md.

Exit status: 0 it may be sent, 1 it may not, 2 nothing could be compared.")]
pub struct CorrectArgs {
    /// The file that KSeF refused, byte for byte as it was sent
    #[arg(value_name = "FIRST")]
    pub first: PathBuf,
    /// The file that is to take its place
    #[arg(value_name = "CORRECTED")]
    pub corrected: PathBuf,
    /// KSeF's answer on the first file, in JSON
    ///
    /// The status of the files of a session, or of one of them; or what KSeF answered to a correction that was sent
    /// (21166, 21167). Repeated for further ones.
    #[arg(long, value_name = "FILE")]
    pub refusal: Vec<PathBuf>,
    /// Let pass what would be refused: content or online
    ///
    /// - content: the corrected file says something else than the first
    /// - online: KSeF took the first file for one issued online
    ///
    /// Repeated for further ones.
    #[arg(
        long,
        value_name = "WHAT",
        value_parser = word_of::<Allowed>(),
        hide_possible_values = true,
        verbatim_doc_comment
    )]
    pub allow: Vec<Allowed>,
    /// Which KSeF: prod, demo or test
    #[arg(
        long,
        value_name = "ENV",
        default_value = "prod",
        value_parser = one_of::<Environment>(ENVIRONMENTS),
        hide_possible_values = true
    )]
    pub env: Environment,
    /// Folder with the Ministry's schemas (.xsd), to validate the files by
    #[arg(long, value_name = "DIR")]
    pub xsd: Option<PathBuf>,
    /// One line of JSON on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub book: BookArgs,
}

/// What may be let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Allowed {
    /// Another content
    #[value(alias = "tresc")]
    Content,
    /// A file that was sent online
    Online,
}
