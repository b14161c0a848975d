use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::book::BookArgs;

/// Where results go, and how a run goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct OutputArgs {
    /// Folder or archive (.zip, .tar.gz) for the results
    ///
    /// The manifest goes into the folder, or beside the archive. An archive ends in .zip, .tar, .tar.gz or .tgz. stamp takes
    /// the name of a .pdf too, for a single one.
    #[arg(long, value_name = "DIR|FILE", default_value = "ksef-qr-out")]
    pub out: PathBuf,
    /// Where to write the manifest; - for standard output
    ///
    /// The manifest has one line of JSON for each invoice. If left out, it is DIR/manifest.ndjson, or NAME.ndjson beside
    /// NAME.zip or NAME.tar.gz.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub manifest: Option<PathBuf>,
    /// One line of JSON for each invoice, on standard output
    ///
    /// The same as --manifest -, and no file. With --resume or --manifest FILE the manifest is in its file, and the lines
    /// of this run are on standard output too: of an invoice that was signed before, the line that it has.
    #[arg(long)]
    pub json: bool,
    /// Put the results into the manifest, in Base64, instead of files
    #[arg(long, hide_short_help = true)]
    pub embed: bool,
    /// Continue an earlier run of the same command
    ///
    /// What it signed stays as it is. Invoices that have changed are signed again. Missing pictures are drawn again from
    /// their links.
    #[arg(long, conflicts_with = "overwrite")]
    pub resume: bool,
    /// With --resume, read every invoice and picture again
    ///
    /// Without it, --resume believes the file system: an invoice whose file and pictures have the times, sizes and numbers on
    /// the disk that they had when an earlier --resume read them is not read again.
    #[arg(long, requires = "resume", hide_short_help = true)]
    pub reread: bool,
    /// Replace files that exist
    #[arg(long)]
    pub overwrite: bool,
    /// Make results survive a power cut, not a kill alone
    ///
    /// Pictures are forced to the disk before their line, the line before the pictures can be seen, and all before anything
    /// is printed of them. The manifest must be a file.
    #[arg(long, hide_short_help = true)]
    pub durable: bool,
    /// How many invoices to work on at a time, 1 to 256
    ///
    /// The number of processors, if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), hide_short_help = true)]
    pub jobs: Option<u16>,
    /// Print errors only
    #[arg(long, short)]
    pub quiet: bool,
    /// When to show a progress bar
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", hide_short_help = true)]
    pub progress: Progress,
    #[command(flatten)]
    pub book: BookArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// On a terminal
    Auto,
    /// Never
    Never,
}
