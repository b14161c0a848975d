//! `ksef-qr stamp`: from arguments to a batch of PDFs.

use std::path::Path;

use anyhow::bail;
use ksef_qr::batch::{Batch, Pdfs, Source, Stamping};
use ksef_qr::pdf::{Arrangement, Corner, Occupied, Pages, Size, Stamp};

use super::args::{Arrange, IfOccupied, Page, PageCorner, PlaceArgs, StampArgs};
use super::config::{self, batch, codes};
use super::secret::Secret;

/// The batch of `ksef-qr stamp`.
pub fn stamp(args: StampArgs) -> anyhow::Result<Batch> {
    let is_pattern = |path: &Path| path.to_string_lossy().contains(['*', '?', '[']) && !path.exists();
    let is_one = matches!(&args.pdf[..], [only] if !only.is_dir() && !is_pattern(only));
    if args.invoice.as_deref().is_some_and(Path::is_file) && !is_one {
        bail!("--invoice names one invoice, which belongs to one PDF: give a folder of invoices, or --pairs");
    }
    let (source, schedule) = codes(args.codes, &args.output, is_one)?;
    let sources = match args.pairs.is_empty() {
        true => {
            let pdfs = Pdfs::new(args.pdf).with_invoices(args.invoice);
            vec![Source::Pdfs(pdfs.without_results_in(args.output.out.clone()))]
        }
        false => args.pairs.into_iter().map(Source::PairTable).collect(),
    };
    let password = args.place.pdf_password_file.as_deref().map(Secret::from_file).transpose()?;
    let document = Stamping::new(place(&args.place)?).with_password(password.map(Secret::into_bytes));
    let drawing = config::document(document, &args.output);
    batch(sources, source, schedule, drawing, args.output)
}

fn place(args: &PlaceArgs) -> anyhow::Result<Stamp> {
    for (name, value) in [("--x-mm", Some(args.x_mm)), ("--y-mm", Some(args.y_mm)), ("--size-mm", args.size_mm)] {
        if value.is_some_and(|value| !Stamp::DISTANCE_MM.contains(&value)) {
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
    let stamp = Stamp::default()
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
        assert_eq!(place(&Place::parse_from(["stamp"]).place).unwrap(), Stamp::default());
    }
}
