//! A folder into which other programs drop files.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::confirm::PaperArgs;
use super::options::{
    BookArgs, CodeArgs, ContextArgs, CredentialArgs, EarlierCodesArgs, InputArgs, OtherCodesArgs, OutputArgs,
    PictureArgs, Progress, WhenArgs,
};
use super::stamp::{OpeningArgs, PdfMismatch, PlaceArgs};
use super::{ConfirmArgs, SignArgs, StampArgs};

/// Watch a folder, and make the codes of what is dropped into it
///
/// Signs what is dropped; `watch stamp` and `watch confirm` do what the commands of these names do. A file is taken once it
/// is complete, worked on once, and moved into the folder done, or into refused with a text beside it that says why. Ends on
/// Ctrl-C or SIGTERM, after the work in hand; what it had taken when it was killed is done at the next start, with the
/// same codes.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_long_help = "\
Examples:
  Sign invoices as they come; the codes go to codes, the invoices to in/done or in/refused:
    ksef-qr watch in --out codes --cert firm.crt --key firm.key --password-file firm.password

  Put codes on PDFs: f1.pdf and f1.xml, dropped in any order:
    ksef-qr watch stamp in --out stamped --p12 firm.p12 --password-file firm.password

  From cron or the Windows Task Scheduler: do what is there, and end:
    ksef-qr watch in --out codes --p12 firm.p12 --password-file firm.password --once

Exit status: 0 ended as asked, all done; 1 with --once, some refused; 2 it could not begin;
130 --once was interrupted."
)]
pub struct WatchArgs {
    #[command(subcommand)]
    pub what: Option<WatchCommand>,
    #[command(flatten)]
    pub sign: WatchSignArgs,
}

#[derive(Debug, Subcommand)]
pub enum WatchCommand {
    /// Sign what is dropped, which is also what is done if no command is named
    Sign(Box<WatchSignArgs>),
    /// Put codes on PDFs that are dropped with their invoices
    Stamp(Box<WatchStampArgs>),
    /// Make confirmations of invoices that are dropped
    Confirm(Box<WatchConfirmArgs>),
}

/// The folder, and how it is watched.
#[derive(Debug, Args)]
#[command(next_help_heading = "Folder")]
pub struct FolderArgs {
    /// The folder into which files are dropped; folders in it are left alone
    #[arg(value_name = "FOLDER", required = true, help_heading = "Arguments")]
    pub folder: Option<PathBuf>,
    /// Where files go that are done; FOLDER/done, if left out
    #[arg(long, value_name = "DIR")]
    pub done: Option<PathBuf>,
    /// Where files go that are refused; FOLDER/refused, if left out
    #[arg(long, value_name = "DIR")]
    pub refused: Option<PathBuf>,
    /// Seconds without a change after which a file is complete
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u32).range(..=86_400))]
    pub settle: u32,
    /// Do what is in the folder, and end
    ///
    /// Files that are not complete by then are left for the next time.
    #[arg(long)]
    pub once: bool,
    /// Write into this file, at least every 30 seconds, how the watching goes
    ///
    /// One line of JSON (`ksef-qr schema watch`), replaced each time: if its field "at" is old, nobody watches.
    #[arg(long, value_name = "FILE")]
    pub status: Option<PathBuf>,
}

/// Where results go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct WatchOutputArgs {
    /// Folder for the results
    ///
    /// The manifest there is of a day each: manifest-2026-11-27.ndjson.
    #[arg(long, value_name = "DIR", default_value = "ksef-qr-out")]
    pub out: PathBuf,
    /// The lines of the manifest on standard output too
    #[arg(long)]
    pub json: bool,
    /// Make results survive a power cut, not a kill alone
    #[arg(long, hide_short_help = true)]
    pub durable: bool,
    /// How many invoices to work on at a time, 1 to 256
    ///
    /// The number of processors, if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), hide_short_help = true)]
    pub jobs: Option<u16>,
    /// Print refusals and troubles only
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub book: BookArgs,
}

#[derive(Debug, Args)]
pub struct WatchSignArgs {
    #[command(flatten)]
    pub folder: FolderArgs,
    #[command(flatten)]
    pub credential: CredentialArgs,
    #[command(flatten)]
    pub context: ContextArgs,
    #[command(flatten)]
    pub codes: CodeArgs,
    #[command(flatten)]
    pub when: WhenArgs,
    #[command(flatten)]
    pub picture: PictureArgs,
    #[command(flatten)]
    pub output: WatchOutputArgs,
}

#[derive(Debug, Args)]
pub struct WatchStampArgs {
    #[command(flatten)]
    pub folder: FolderArgs,
    /// Seconds for which a PDF and its invoice wait
    ///
    /// For each other. Then a PDF is done alone, by the invoice that it holds itself, or refused; an invoice without a PDF is refused.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(..=86_400),
        help_heading = "Folder"
    )]
    pub pair_wait: u32,
    /// What to do if a PDF shows another invoice than the one whose codes it would get
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "refuse",
        hide_short_help = true,
        help_heading = "Input"
    )]
    pub pdf_mismatch: PdfMismatch,
    #[command(flatten)]
    pub opening: OpeningArgs,
    #[command(flatten)]
    pub credential: CredentialArgs,
    #[command(flatten)]
    pub context: ContextArgs,
    #[command(flatten)]
    pub other_codes: OtherCodesArgs,
    #[command(flatten)]
    pub codes: CodeArgs,
    #[command(flatten)]
    pub when: WhenArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub output: WatchOutputArgs,
}

#[derive(Debug, Args)]
pub struct WatchConfirmArgs {
    #[command(flatten)]
    pub folder: FolderArgs,
    #[command(flatten)]
    pub credential: CredentialArgs,
    #[command(flatten)]
    pub context: ContextArgs,
    #[command(flatten)]
    pub other_codes: OtherCodesArgs,
    #[command(flatten)]
    pub codes: CodeArgs,
    #[command(flatten)]
    pub when: WhenArgs,
    #[command(flatten)]
    pub paper: PaperArgs,
    #[command(flatten)]
    pub output: WatchOutputArgs,
}

// What is dropped is done as the command of that name does it: by its arguments.

impl WatchSignArgs {
    pub fn into_parts(self) -> (FolderArgs, SignArgs) {
        let Self { folder, credential, context, codes, when, picture, output } = self;
        let (input, output) = (input(&folder), output.into());
        let earlier = EarlierCodesArgs { codes: Vec::new() };
        (folder, SignArgs { input, credential, context, earlier, codes, when, picture, output })
    }
}

impl WatchStampArgs {
    pub fn into_parts(self) -> (FolderArgs, u32, StampArgs) {
        let Self { folder, pair_wait, pdf_mismatch, opening, credential, context, other_codes, .. } = self;
        let Self { codes, when, place, output, .. } = self;
        let pdf = folder.folder.iter().cloned().collect();
        let (invoice, pairs, output) = (None, Vec::new(), output.into());
        let stamp = StampArgs {
            pdf,
            invoice,
            pairs,
            pdf_mismatch,
            opening,
            credential,
            context,
            other_codes,
            codes,
            when,
            place,
            output,
        };
        (folder, pair_wait, stamp)
    }
}

impl WatchConfirmArgs {
    pub fn into_parts(self) -> (FolderArgs, ConfirmArgs) {
        let Self { folder, credential, context, other_codes, codes, when, paper, output } = self;
        let (input, output) = (input(&folder), output.into());
        (folder, ConfirmArgs { input, credential, context, other_codes, codes, when, paper, output })
    }
}

fn input(folder: &FolderArgs) -> InputArgs {
    InputArgs { input: folder.folder.iter().cloned().collect(), files_from: Vec::new() }
}

impl From<WatchOutputArgs> for OutputArgs {
    /// Each time that files are taken is a run that can be taken up.
    fn from(args: WatchOutputArgs) -> Self {
        let WatchOutputArgs { out, json, durable, jobs, quiet, book } = args;
        Self {
            out,
            manifest: None,
            json,
            embed: false,
            resume: true,
            reread: true,
            overwrite: false,
            durable,
            jobs,
            quiet,
            progress: Progress::Never,
            book,
        }
    }
}
