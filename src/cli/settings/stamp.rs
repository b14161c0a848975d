use std::path::{Path, PathBuf};

use anyhow::bail;
use ksef_qr::batch::{Pdfs, Source};
use ksef_qr::pdf::{Arrangement, Corner, Occupied, Pages, Size};

use super::options::{Codes, Run, When};
use crate::cli::args::{Arrange, IfOccupied, Page, PageCorner, PlaceArgs, StampArgs};

/// `ksef-qr stamp`.
#[derive(Debug)]
pub struct Stamp {
    pub sources: Vec<Source>,
    pub codes: Codes,
    pub when: Option<When>,
    /// Where on the PDF, and how large.
    pub place: ksef_qr::pdf::Stamp,
    pub pdf_password_file: Option<PathBuf>,
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
        let run = Run::from_args(&args.codes, args.output, args.when.clock.now())?;
        let sources = match args.pairs.is_empty() {
            true => {
                let pdfs = Pdfs::new(args.pdf).with_invoices(args.invoice);
                vec![Source::Pdfs(pdfs.without_results_in(run.out.clone()))]
            }
            false => args.pairs.into_iter().map(Source::PairTable).collect(),
        };
        let context = args.context.context;
        Ok(Self {
            codes: Codes::of_documents(args.credential, context, args.other_codes, run.environment, is_single)?,
            when: When::of_codes(args.when.mode, args.when.outage)?,
            place: place(&args.place)?,
            pdf_password_file: args.pdf_password.pdf_password_file,
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
        Page::First => Pages::First,
        Page::Last => Pages::Last,
        Page::All => Pages::All,
        Page::Number(number) => Pages::Number(number),
    };
    let corner = match args.corner {
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
