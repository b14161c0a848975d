//! The command line, as clap sees it. Nothing but `settings` and `config` looks at these types.

mod advise;
mod cert;
mod check;
mod confirm;
mod deadline;
mod key;
mod options;
mod reference;
mod schema;
mod stamp;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ksef_qr::values::{ContextId, Rule};
use ksef_qr::{EccLevel, Environment, KsefNumber};

pub use advise::{AdviseArgs, AdviseMode};
pub use cert::{
    CertArgs, CertCheckArgs, CertCommand, CertShowArgs, ExpiringArgs, PasswordArgs, RegisterAddArgs, RegisterCheckArgs,
    RegisterCommand, RegisterListArgs, SinceArgs,
};
pub use check::CheckArgs;
pub use confirm::{ConfirmArgs, PaperArgs, Print};
pub use deadline::{DeadlineArgs, OfflineMode, OutageArgs};
pub use key::{
    CertificateType, KeyArgs, KeyChoice, KeyCommand, KeyCsrArgs, KeyNewArgs, KeyPasswordArgs, KeyPublicArgs,
    SubjectArgs,
};
pub use options::{CodesArgs, CredentialArgs, Encoding, PictureArgs};
pub use reference::ExplainArgs;
pub use schema::{SchemaArgs, SchemaName};
pub use stamp::{Arrange, IfOccupied, Page, PageCorner, PlaceArgs, StampArgs};

use options::parse_time;

/// Signed verification links and QR codes for KSeF invoices issued offline.
///
/// Takes invoice XML, computes its hash, builds the links of KOD I and KOD II, signs KOD II with the issuer's
/// type 2 (Offline) KSeF certificate and draws both codes. Nothing is sent anywhere.
#[derive(Debug, Parser)]
#[command(name = "ksef-qr", version, max_term_width = 100, after_help = "Start here:  ksef-qr demo")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Sign(Box<SignArgs>),
    Link(LinkArgs),
    Stamp(Box<StampArgs>),
    Confirm(Box<ConfirmArgs>),
    Check(CheckArgs),
    Advise(AdviseArgs),
    Deadline(DeadlineArgs),
    Verify(VerifyArgs),
    Cert(CertArgs),
    Key(KeyArgs),
    Schema(SchemaArgs),
    Explain(ExplainArgs),
    Demo(DemoArgs),
    /// Print a shell's completion script
    ///
    /// For bash: ksef-qr completions bash > ~/.local/share/bash-completion/completions/ksef-qr
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print a man page (roff)
    ///
    /// To read it: ksef-qr man sign | man -l -
    Man {
        /// Of this command; of ksef-qr itself if left out
        command: Option<String>,
    },
}

/// KOD I and KOD II for invoices issued offline
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  One invoice; the result is shown, the codes are in ksef-qr-out:
    ksef-qr sign invoice.xml --cert firm.crt --key firm.key

  A folder, without questions (the password in a file that only you can read):
    ksef-qr sign invoices/ --cert firm.crt --key firm.key --password-file firm.password --out codes

  With a PKCS#12 file:
    ksef-qr sign invoices/ --p12 firm.p12

  Tens of thousands, from an archive to an archive; the same command again goes on after a kill:
    ksef-qr sign june.zip --cert firm.crt --key firm.key --out june-codes.zip --resume

  From a program: one invoice in, one line of JSON out, no files:
    ksef-qr sign - --cert firm.crt --key firm.key --password-file p --format none --json < invoice.xml

  An accountant who issues in the client's context:
    ksef-qr sign invoices/ --cert office.crt --key office.key --context Nip:5265877635

Exit status: 0 all done, 1 some invoices refused, 2 nothing could be done, 130 interrupted.")]
pub struct SignArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub credential: CredentialArgs,
    /// The KSeF context that issues the invoices, if it is not to be chosen for each from the certificate and
    /// the invoice: Nip:…, InternalId:…, NipVatUe:… or PeppolId:…
    #[arg(long, value_name = "TYPE:VALUE")]
    pub context: Option<ContextId>,
    /// Why the invoices were issued outside of KSeF: the manifest then says by when to send each, and what to hand over
    /// until then
    #[arg(long, value_enum, value_name = "MODE", hide_possible_values = true)]
    pub mode: Option<OfflineMode>,
    #[command(flatten)]
    pub outage: OutageArgs,
    #[command(flatten)]
    pub picture: PictureArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// KOD I alone; needs no certificate
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  An invoice that waits for its number (OFFLINE stands under the code):
    ksef-qr link invoice.xml

  A reprint, once KSeF has given the number:
    ksef-qr link invoice.xml --ksef-number 5265877635-20260616-0100001AF629-15 --out reprint

  Reprints of all that KSeF has taken, by its confirmation:
    ksef-qr link invoices/ --upo upo.xml --out reprint

  Links only, as JSON:
    ksef-qr link invoices/ --format none --json

Exit status: 0 all done, 1 some invoices refused, 2 nothing could be done, 130 interrupted.")]
pub struct LinkArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// The number KSeF gave to the invoice; it stands under the code instead of OFFLINE. For one invoice at a
    /// time
    #[arg(long, value_name = "NUMBER", conflicts_with = "files_from")]
    pub ksef_number: Option<KsefNumber>,
    /// A UPO (version 4-3), by which KSeF confirms what it took: each invoice's number is looked up by the digest of
    /// its file. Repeated for further sessions and pages. With --resume, codes drawn as OFFLINE are drawn again with
    /// their numbers
    #[arg(long, value_name = "FILE", conflicts_with = "ksef_number")]
    pub upo: Vec<PathBuf>,
    #[command(flatten)]
    pub picture: PictureArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Is a code right? Links, pictures, PDFs, a whole manifest
///
/// Says what is right, what is wrong and why, and what only KSeF knows: whether the invoice arrived, whether the
/// certificate was revoked, whether its owner may issue in the context. Nothing is sent anywhere.
#[derive(Debug, Args)]
#[command(after_help = "\
Covered: PNG and JPEG pictures, photographs too: every QR code found is reported. PDFs of up to
100 pages: each page is drawn and searched for codes, and its link annotations are read.
Not covered: other picture formats, PDFs with a password. In a manifest PNG pictures are read back.
A code that has nothing to do with KSeF is told of and is no failure, unless it stands alone.

Examples:
  Both links of an invoice, against its file and the certificate:
    ksef-qr verify LINK1 LINK2 --invoice invoice.xml --cert firm.crt

  A photograph of the printed invoice; a PDF before it is sent:
    ksef-qr verify photo.jpg
    ksef-qr verify invoice.pdf --invoice invoice.xml --cert old.crt --cert new.crt

  Everything that a run of sign made, the pictures too:
    ksef-qr verify --manifest ksef-qr-out/manifest.ndjson --cert firm.crt

  Links from a program, a JSON object for each:
    ksef-qr verify - --json < links.txt

Exit status: 0 nothing failed, 1 something failed, 2 nothing could be done.")]
pub struct VerifyArgs {
    /// A link (https://…), a picture, a PDF, or - for links on standard input, one a line
    #[arg(value_name = "LINK|FILE", required_unless_present = "manifest")]
    pub subjects: Vec<PathBuf>,
    /// A manifest that sign or link wrote: every line of it, and every picture beside it
    #[arg(long, value_name = "FILE")]
    pub manifest: Vec<PathBuf>,
    /// The invoice that the codes are of, or a folder of invoices (*.xml in it and below); may be given several
    /// times, the digest picks
    #[arg(long, value_name = "FILE")]
    pub invoice: Vec<PathBuf>,
    /// The certificate that KOD II is signed with; may be given several times, the serial number picks
    #[arg(long, value_name = "FILE")]
    pub cert: Vec<PathBuf>,
    /// One line of JSON for each subject, on standard output
    #[arg(long)]
    pub json: bool,
    /// Failures only
    #[arg(long, short)]
    pub quiet: bool,
    /// The moment that dates are checked against, as 2026-06-15T12:00:00Z; now if left out. For rehearsals and
    /// tests
    #[arg(long, value_name = "TIME", hide_short_help = true, value_parser = parse_time)]
    pub now: Option<std::time::SystemTime>,
}

/// See it work: bundled invoices, a throwaway certificate, the test environment
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ksef-qr demo
  ksef-qr demo --out /tmp/look

The folder holds what was made, and the invoices, certificate and key it was made from. Run again, the demo
replaces its own files and no others.")]
pub struct DemoArgs {
    /// Where to put everything
    #[arg(long, value_name = "DIR", default_value = "ksef-qr-demo")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
#[group(id = "inputs", required = true, multiple = true)]
pub struct InputArgs {
    /// Invoice XML: a file, a folder (every *.xml in it and below), a .zip archive (the same), a pattern in
    /// quotes, or - for one invoice on standard input
    #[arg(value_name = "INPUT", group = "inputs")]
    pub input: Vec<PathBuf>,
    /// A file that names one file, folder, archive or pattern a line; - for a list on standard input
    #[arg(long, value_name = "LIST", group = "inputs")]
    pub files_from: Vec<PathBuf>,
}

/// Where results go, and how a run goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct OutputArgs {
    /// Which KSeF: prod, demo, test
    #[arg(long, value_name = "ENV", default_value = "prod")]
    pub env: Environment,
    /// The folder for what is made, and the manifest; or a .zip archive for it, with the manifest beside it
    #[arg(long, value_name = "DIR|ZIP", default_value = "ksef-qr-out")]
    pub out: PathBuf,
    /// Put what is made into the manifest, in Base64, instead of files
    #[arg(long)]
    pub embed: bool,
    /// Error correction: l (7 %), m (15 %), q (25 %), h (30 %)
    #[arg(long, value_name = "LEVEL", default_value = "m")]
    pub ecc: EccLevel,
    /// Invoices at a time, 1 to 256; the number of processors if left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Where to write the manifest, one line of JSON for each invoice; - for standard output. DIR/manifest.ndjson
    /// if left out, or NAME.ndjson beside NAME.zip
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub manifest: Option<PathBuf>,
    /// Short for --manifest -
    #[arg(long)]
    pub json: bool,
    /// Go on with an earlier run of the same command: what it signed stays as it is, changed invoices are signed
    /// anew, pictures that are missing are drawn again from their links
    #[arg(long, conflicts_with = "overwrite")]
    pub resume: bool,
    /// Replace files that exist
    #[arg(long)]
    pub overwrite: bool,
    /// Override a rule, knowingly; recorded in the manifest. bom, processing-instruction, characters, size (of
    /// the file); certificate-purpose, certificate-dates
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub allow: Vec<Rule>,
    /// Errors only
    #[arg(long, short)]
    pub quiet: bool,
    /// A progress bar: on a terminal, or never
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub progress: Progress,
    /// The moment that dates are checked against, as 2026-06-15T12:00:00Z; now if left out. For rehearsals and
    /// tests
    #[arg(long, value_name = "TIME", hide_short_help = true, value_parser = parse_time)]
    pub now: Option<std::time::SystemTime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    Auto,
    Never,
}
