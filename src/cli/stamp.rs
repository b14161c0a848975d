//! `ksef-qr stamp`: from arguments to a batch of PDFs.

use std::path::Path;

use anyhow::bail;
use ksef_qr::batch::{Batch, Pdfs, Source, Stamping};
use ksef_qr::pdf::{Anchor, Arrangement, Corner, Occupied, Pages, Size, Stamp};

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
            vec![Source::Pdfs(Pdfs { pdfs: args.pdf, invoices: args.invoice, results: Some(args.output.out.clone()) })]
        }
        false => args.pairs.into_iter().map(Source::PairTable).collect(),
    };
    let document = Stamping {
        stamp: place(&args.place)?,
        password: args.place.pdf_password_file.as_deref().map(Secret::from_file).transpose()?.map(Secret::into_bytes),
    };
    let drawing = config::document(document, &args.output);
    batch(sources, source, schedule, drawing, args.output)
}

fn place(args: &PlaceArgs) -> anyhow::Result<Stamp> {
    for (name, value) in [("--x-mm", Some(args.x_mm)), ("--y-mm", Some(args.y_mm)), ("--size-mm", args.size_mm)] {
        if value.is_some_and(|value| !(0.0..=5000.0).contains(&value)) {
            bail!("{name} is a length in millimetres, 0 to 5000");
        }
    }
    Ok(Stamp {
        pages: match args.page {
            _ if args.new_page => Pages::New,
            Page::First => Pages::First,
            Page::Last => Pages::Last,
            Page::All => Pages::All,
            Page::Number(number) => Pages::Number(number),
        },
        anchor: Anchor {
            corner: match args.corner {
                PageCorner::TopLeft => Corner::TopLeft,
                PageCorner::TopRight => Corner::TopRight,
                PageCorner::BottomLeft => Corner::BottomLeft,
                PageCorner::BottomRight => Corner::BottomRight,
            },
            x_mm: args.x_mm,
            y_mm: args.y_mm,
        },
        arrangement: match args.arrange {
            Arrange::SideBySide => Arrangement::SideBySide,
            Arrange::Stacked => Arrangement::Stacked,
        },
        size: args.size_mm.map_or(Stamp::default().size, Size::SideMm),
        show_links: args.show_links,
        occupied: match args.if_occupied {
            IfOccupied::Refuse => Occupied::Refuse,
            IfOccupied::Warn => Occupied::Warn,
            IfOccupied::Ignore => Occupied::Ignore,
        },
    })
}
