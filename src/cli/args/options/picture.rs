use clap::Args;
use ksef_qr::PictureFormat;
use ksef_qr::paper::Grid;

use super::values::one_of;

/// How pictures are drawn.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pictures")]
pub struct PictureArgs {
    /// Picture formats, with commas: png, svg, pdf; or none
    #[arg(
        long,
        value_name = "FORMATS",
        default_value = "png",
        value_parser = one_of::<Formats>(&["png", "svg", "pdf", "none"]),
        hide_possible_values = true
    )]
    pub format: Formats,
    /// Put all codes on sheets of labels, too: sheet.pdf, A4
    ///
    /// 3x7 labels of 63.5 x 38.1 mm; or as given behind =: columns x rows, width x height of a label, margins left x top, gaps
    /// across x down, all in mm: 3x8,70x36,0x4.5,0x0
    #[arg(
        long,
        value_name = "LABELS",
        num_args = 0..=1,
        // Else it would take the file that follows it.
        require_equals = true,
        default_missing_value = "3x7",
        value_parser = labels,
        hide_short_help = true
    )]
    pub sheet: Option<Grid>,
    /// Pixels for each module (the smallest square of a code), 1 to 64
    #[arg(long, value_name = "N", default_value_t = 6, hide_short_help = true)]
    pub module_px: u32,
    /// Pixels for each inch at the printed size, 50 to 2400
    #[arg(long, value_name = "N", default_value_t = 300, hide_short_help = true)]
    pub dpi: u32,
}

/// `png,svg` or `none`.
#[derive(Clone, Debug)]
pub struct Formats(pub Vec<PictureFormat>);

impl std::str::FromStr for Formats {
    type Err = ksef_qr::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" {
            return Ok(Self(Vec::new()));
        }
        let mut formats = Vec::new();
        for name in text.split(',') {
            let format = name.trim().to_ascii_lowercase().parse()?;
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        Ok(Self(formats))
    }
}

/// `3x7`, `3x8,70x36` or `3x8,70x36,0x4.5,0x0`. What is left out is in the middle of the paper, without gaps.
fn labels(text: &str) -> Result<Grid, String> {
    let malformed = || "give columns x rows, as 3x7; then sizes in mm, as 3x8,70x36,0x4.5,0x0".to_owned();
    let mut pairs = Vec::new();
    for part in text.split(',') {
        let (one, other) = part.trim().split_once('x').ok_or_else(malformed)?;
        let number = |text: &str| text.trim().parse::<f64>().map_err(|_| malformed());
        pairs.push([number(one)?, number(other)?]);
    }
    let is_count = |number: f64| number.fract() == 0.0 && (1.0..=50.0).contains(&number);
    let (counts, size, margins, gaps) = match pairs[..] {
        [[3.0, 7.0]] => return Ok(Grid::default()),
        [counts] => (counts, [210.0 / counts[0], 297.0 / counts[1]], [0.0, 0.0], [0.0, 0.0]),
        [counts, size] => {
            let margin = |way: usize, paper: f64| ((paper - counts[way] * size[way]) / 2.0).max(0.0);
            (counts, size, [margin(0, 210.0), margin(1, 297.0)], [0.0, 0.0])
        }
        [counts, size, margins] => (counts, size, margins, [0.0, 0.0]),
        [counts, size, margins, gaps] => (counts, size, margins, gaps),
        _ => return Err(malformed()),
    };
    if !counts.into_iter().all(is_count) {
        return Err(malformed());
    }
    Grid::new(counts[0] as u32, counts[1] as u32, size, margins, gaps).map_err(|error| error.message().to_owned())
}
