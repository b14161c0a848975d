use anyhow::bail;
use ksef_qr::values::Day;

use crate::cli::args::NumberArgs;

/// `ksef-qr number`.
#[derive(Debug)]
pub struct Number {
    pub texts: Vec<NumberText>,
    pub json: bool,
    pub today: Day,
}

/// What is to be explained.
#[derive(Debug)]
pub enum NumberText {
    Given(String),
    /// The lines of standard input.
    Stdin,
}

impl Number {
    pub fn from_args(args: NumberArgs) -> anyhow::Result<Self> {
        if args.texts.iter().filter(|text| *text == "-").count() > 1 {
            bail!("standard input can be read once: give - once");
        }
        let text = |text: String| if text == "-" { NumberText::Stdin } else { NumberText::Given(text) };
        Ok(Self {
            texts: args.texts.into_iter().map(text).collect(),
            json: args.json,
            today: Day::of(args.clock.now()),
        })
    }
}
