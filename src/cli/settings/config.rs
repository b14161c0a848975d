use std::path::PathBuf;

use anyhow::Context as _;
use ksef_qr::Environment;

use crate::cli::args::kept::{self, KEYS, KeptFile};
use crate::cli::args::{self, ConfigShowArgs, GeneralArgs, InitArgs};

/// `ksef-qr config show`.
#[derive(Debug)]
pub struct ConfigShow {
    /// The file of kept settings, if there is one.
    pub file: Option<PathBuf>,
    pub rows: Vec<KeptSetting>,
    pub json: bool,
}

/// A setting, and where it comes from.
#[derive(Debug)]
pub struct KeptSetting {
    pub name: &'static str,
    /// None if nothing says it, or what says it is a secret.
    pub value: Option<String>,
    pub origin: Origin,
}

/// Where a setting comes from.
#[derive(Debug)]
pub enum Origin {
    /// A line of the file.
    File(usize),
    Variable(&'static str),
    Default,
}

impl ConfigShow {
    pub fn from_args(args: &ConfigShowArgs) -> anyhow::Result<Self> {
        let command = args::command();
        let arguments: Vec<_> = std::env::args_os().collect();
        let file = kept::place(&arguments);
        let kept = file.as_deref().map(|path| KeptFile::read(path, &command)).transpose()?;
        let rows = KEYS.iter().map(|key| {
            let of_file = kept.as_ref().and_then(|kept| kept.values.iter().find(|value| value.key == key));
            let (value, origin) = match (key.variable(), of_file) {
                // Of a variable that holds a password its name says enough.
                (Some(name), _) if name.ends_with("PASSWORD") => (None, Origin::Variable(name)),
                (Some(name), _) => (std::env::var(name).ok(), Origin::Variable(name)),
                (None, Some(kept)) => (Some(kept.value.to_string_lossy().into_owned()), Origin::File(kept.line)),
                (None, None) => (args::default_of(&command, key.name), Origin::Default),
            };
            KeptSetting { name: key.name, value, origin }
        });
        Ok(Self { rows: rows.collect(), file, json: args.json })
    }
}

/// `ksef-qr init`: what was answered already.
#[derive(Debug)]
pub struct Init {
    /// The file that is written.
    pub file: PathBuf,
    pub env: Option<Environment>,
    pub cert: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub password_file: Option<PathBuf>,
    pub out: Option<PathBuf>,
    pub book: Option<String>,
    /// The language that was asked for, which is kept too.
    pub lang: Option<String>,
    pub overwrite: bool,
}

impl Init {
    pub fn from_args(args: InitArgs, general: GeneralArgs) -> anyhow::Result<Self> {
        let file = kept::place_to_write(general.config.as_deref())
            .context("there is no folder for settings, because HOME is not set: name the file by --config FILE")?;
        Ok(Self {
            file,
            env: args.env,
            cert: args.cert,
            key: args.key,
            password_file: args.password_file,
            out: args.out,
            book: args.book,
            lang: general.lang,
            overwrite: args.overwrite,
        })
    }
}
