use std::path::PathBuf;

use clap::Args;

use super::options::{BookArgs, ClockArgs, JobsArgs};

/// Check codes: links, pictures, PDFs, a whole manifest
///
/// Says what is right, what is wrong and why. Says too what only KSeF knows: whether the invoice arrived, whether the
/// certificate was revoked, whether its owner may issue in the context. Nothing is sent anywhere.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Covered: PNG and JPEG pictures, photographs too: every QR code found is reported. PDFs: each page
is drawn and searched for codes, and its link annotations are read; of more than 100 pages the
first 50, the last ten and those with links, and it is said which were not read.
Not covered: other picture formats, PDFs with a password. Of the pictures that a manifest names,
PNG, SVG and PDF files are read.
A code that has nothing to do with KSeF is reported and is no failure, unless it is the only one.

Examples:
  Both links of an invoice, against its file and the certificate:
    ksef-qr verify LINK1 LINK2 --invoice invoice.xml --cert firm.crt

  A photograph of the printed invoice; a PDF before it is sent:
    ksef-qr verify photo.jpg
    ksef-qr verify invoice.pdf --invoice invoice.xml --cert old.crt --cert new.crt

  Everything that a run of sign made, the pictures too:
    ksef-qr verify ksef-qr-out/ --invoice invoices/ --cert firm.crt

  A code compared with the book: is it the one that was given out, and what happened to the invoice?
    ksef-qr verify photo.jpg --book firm.book

  Links from a program, one line of JSON for each:
    ksef-qr verify - --json < links.txt

Exit status: 0 nothing failed, 1 something failed, 2 nothing could be done.")]
pub struct VerifyArgs {
    /// Links, pictures, PDFs, manifests, folders of them; - for links on standard input
    ///
    /// Of a folder every *.pdf, *.png, *.jpg, *.svg and *.ndjson in it and below is read. Patterns such as 'out/*.pdf' are
    /// taken too, and files with links, one a line.
    #[arg(value_name = "LINK|FILE", required_unless_present = "manifest")]
    pub subjects: Vec<PathBuf>,
    /// Check every line of a manifest, and every picture it names
    ///
    /// A manifest that sign, link, stamp or confirm wrote. Of the files that it names, those in its own folder are opened,
    /// and no others: give the invoices with --invoice.
    #[arg(long, value_name = "FILE")]
    pub manifest: Vec<PathBuf>,
    /// The invoice of the codes, or a folder of invoices
    ///
    /// Of a folder every *.xml in it and below is read. May be repeated: the digest in the link says which invoice it is.
    #[arg(long, value_name = "FILE|DIR")]
    pub invoice: Vec<PathBuf>,
    /// The certificate of KOD II
    ///
    /// PEM, DER, Base64, PKCS#12 or the API's answer. May be repeated: the serial number in the link says which certificate
    /// it is.
    #[arg(long, value_name = "FILE")]
    pub cert: Vec<PathBuf>,
    /// A file with the password of a PKCS#12 file as its first line
    ///
    /// Without it: the variable KSEF_QR_KEY_PASSWORD, or else a prompt on the terminal.
    #[arg(long, value_name = "FILE", requires = "cert", hide_short_help = true)]
    pub password_file: Option<PathBuf>,
    /// One line of JSON for each link, picture or PDF, on standard output
    #[arg(long)]
    pub json: bool,
    /// Print failures only
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub jobs: JobsArgs,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub book: BookArgs,
}
