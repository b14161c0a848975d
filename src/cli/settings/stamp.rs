use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use ksef_qr::batch::{Mismatch, Pdfs, Source};
use ksef_qr::pdf::{Arrangement, Corner, Occupied, Pages, Size};

use super::options::{Codes, KsefNumbers, NO_SOURCE, Run, When};
use crate::cli::args::{Arrange, IfOccupied, Page, PageCorner, PdfMismatch, PlaceArgs, StampArgs};

/// `ksef-qr stamp`.
#[derive(Debug)]
pub struct Stamp {
    pub sources: Vec<Source>,
    pub codes: Codes,
    pub when: Option<When>,
    /// Where on the PDF, and how large.
    pub place: ksef_qr::pdf::Stamp,
    pub pdf_password_file: Option<PathBuf>,
    pub repair: bool,
    /// What is done with a PDF that shows another invoice.
    pub mismatch: Mismatch,
    pub run: Run,
}

impl Stamp {
    pub fn from_args(args: StampArgs) -> anyhow::Result<Self> {
        let is_pattern = |path: &Path| path.to_string_lossy().contains(['*', '?', '[']) && !path.exists();
        // An invoice that is given along with its PDF is no second one.
        let pdfs: Vec<_> = args.pdf.iter().filter(|given| args.invoice.is_some() || !Pdfs::is_invoice(given)).collect();
        let is_single = matches!(&pdfs[..], [only] if !only.is_dir() && !is_pattern(only));
        if args.invoice.as_deref().is_some_and(Pdfs::is_one_invoice) && !is_single {
            bail!(
                "--invoice names one invoice, which belongs to one PDF: give a folder or an archive of invoices, or --pairs"
            );
        }
        let mut run = Run::from_args(&args.codes, args.output, &args.when.clock)?;
        let is_pdf = run.out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"));
        match is_pdf && !run.out.is_dir() {
            true if is_single && args.pairs.is_empty() => run.make_one_file(),
            true => {
                bail!("--out {} names one PDF, and there are several to be stamped: give a folder", run.out.display())
            }
            false => run = run.into_folder()?,
        }
        let sources = match args.pairs.is_empty() {
            true => {
                let pdfs = Pdfs::new(args.pdf).with_invoices(args.invoice);
                vec![Source::Pdfs(pdfs.without_results_in(run.out.clone()))]
            }
            false => args.pairs.into_iter().map(Source::PairTable).collect(),
        };
        // Whether they name numbers is seen when they are read.
        let is_by_table = matches!(sources[..], [Source::PairTable(_), ..]) && args.context.context.is_none();
        let codes = match is_by_table && !args.credential.is_given() && !args.other_codes.is_given() {
            true => Codes::Linked(KsefNumbers::Table),
            false => Codes::of_documents(args.credential, args.context, args.other_codes, &run, is_single, || {
                anyhow!(NO_SOURCE)
            })?,
        };
        Ok(Self {
            codes,
            when: When::of_codes(args.when.mode, args.when.outage)?,
            place: place(&args.place)?,
            mismatch: match args.pdf_mismatch {
                PdfMismatch::Refuse => Mismatch::Refuse,
                PdfMismatch::Warn => Mismatch::Warn,
                PdfMismatch::Ignore => Mismatch::Ignore,
            },
            pdf_password_file: args.opening.pdf_password_file,
            repair: args.opening.repair,
            sources,
            run,
        })
    }
}

fn place(args: &PlaceArgs) -> anyhow::Result<ksef_qr::pdf::Stamp> {
    for (name, value) in [("--x-mm", Some(args.x_mm)), ("--y-mm", Some(args.y_mm)), ("--size-mm", args.size_mm)] {
        if value.is_some_and(|value| !ksef_qr::pdf::Stamp::DISTANCE_MM.contains(&value)) {
            bail!("{name} is a length in millimetres, 0 to 5000");
        }
    }
    let pages = match args.page {
        _ if args.new_page => Pages::New,
        Page::Auto => Pages::Auto,
        Page::First => Pages::First,
        Page::Last => Pages::Last,
        Page::All => Pages::All,
        Page::Number(number) => Pages::Number(number),
    };
    let corner = match args.corner {
        PageCorner::Auto => Corner::Auto,
        PageCorner::TopLeft => Corner::TopLeft,
        PageCorner::TopRight => Corner::TopRight,
        PageCorner::BottomLeft => Corner::BottomLeft,
        PageCorner::BottomRight => Corner::BottomRight,
    };
    let arrangement = match args.arrange {
        Arrange::SideBySide => Arrangement::SideBySide,
        Arrange::Stacked => Arrangement::Stacked,
    };
    let occupied = match args.if_occupied {
        IfOccupied::Refuse => Occupied::Refuse,
        IfOccupied::Warn => Occupied::Warn,
        IfOccupied::Ignore => Occupied::Ignore,
    };
    let stamp = ksef_qr::pdf::Stamp::default()
        .pages(pages)
        .corner(corner)
        .distance_mm(args.x_mm, args.y_mm)
        .arrangement(arrangement)
        .show_links(args.show_links)
        .occupied(occupied);
    Ok(match args.size_mm {
        Some(side) => stamp.size(Size::SideMm(side)),
        None => stamp,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Place {
        #[command(flatten)]
        place: PlaceArgs,
    }

    #[test]
    fn the_defaults_are_those_of_the_library() {
        assert_eq!(place(&Place::parse_from(["stamp"]).place).unwrap(), ksef_qr::pdf::Stamp::default());
    }
}
