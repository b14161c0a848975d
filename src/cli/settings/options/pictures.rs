use anyhow::bail;
use ksef_qr::batch::Output;
use ksef_qr::paper::Grid;
use ksef_qr::{PictureFormat, Style};

use super::run::Run;
use crate::cli::args::PictureArgs;

/// Which pictures of the codes are drawn.
#[derive(Clone, Debug)]
pub struct Pictures {
    pub formats: Vec<PictureFormat>,
    pub style: Style,
    /// Sheets of labels, if there are to be any.
    pub sheet: Option<Grid>,
}

impl Pictures {
    pub fn from_args(args: PictureArgs, run: &Run) -> anyhow::Result<Self> {
        if run.output == Output::Manifest && args.format.0.is_empty() {
            bail!("--embed puts pictures into the manifest, and --format none draws none");
        }
        if args.sheet.is_some() && !matches!(run.output, Output::Folder(_)) {
            bail!("--sheet makes a file of its own, and needs a folder to put it in: --out DIR");
        }
        let style = Style::new(args.module_px, args.dpi)?;
        Ok(Self { formats: args.format.0, style, sheet: args.sheet })
    }
}
