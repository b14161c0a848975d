use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use ksef_qr::batch::Output;

use super::options::Run;
use super::{Confirm, Sign, Stamp};
use crate::cli::args::{FolderArgs, WatchArgs, WatchCommand};

/// `ksef-qr watch`.
#[derive(Debug)]
pub struct Watch {
    pub folder: PathBuf,
    pub done: PathBuf,
    pub refused: PathBuf,
    /// For how long a complete file has not changed.
    pub settle: Duration,
    pub once: bool,
    /// Where to write how it goes.
    pub status: Option<PathBuf>,
    pub work: Work,
}

/// What is done with the files.
#[derive(Debug)]
pub enum Work {
    Sign(Box<Sign>),
    Stamp {
        stamp: Box<Stamp>,
        /// For how long a PDF and its invoice wait for each other.
        pair_wait: Duration,
    },
    Confirm(Box<Confirm>),
}

impl Work {
    /// How each run goes.
    pub fn run(&self) -> &Run {
        match self {
            Self::Sign(sign) => &sign.run,
            Self::Stamp { stamp, .. } => &stamp.run,
            Self::Confirm(confirm) => &confirm.run,
        }
    }
}

impl Watch {
    pub fn from_args(args: WatchArgs) -> anyhow::Result<Self> {
        let (folder, work) = match args.what.unwrap_or_else(|| WatchCommand::Sign(Box::new(args.sign))) {
            WatchCommand::Sign(args) => {
                let (folder, sign) = args.into_parts();
                let sign = Sign::from_args(sign)?;
                if sign.pictures.sheet.is_some() {
                    bail!("--sheet puts the codes of a whole run on sheets, and watching has no end: leave it out");
                }
                (folder, Work::Sign(Box::new(sign)))
            }
            WatchCommand::Stamp(args) => {
                let (folder, seconds, stamp) = args.into_parts();
                let stamp = Box::new(Stamp::from_args(stamp)?);
                (folder, Work::Stamp { stamp, pair_wait: Duration::from_secs(seconds.into()) })
            }
            WatchCommand::Confirm(args) => {
                let (folder, confirm) = args.into_parts();
                (folder, Work::Confirm(Box::new(Confirm::from_args(confirm)?)))
            }
        };
        let FolderArgs { folder, done, refused, settle, once, status } = folder;
        let Some(folder) = folder else { bail!("say which folder to watch") };
        if !matches!(work.run().output, Output::Folder(_)) {
            bail!("--out {} is no folder: results of watching go into one", work.run().out.display());
        }
        Ok(Self {
            done: done.unwrap_or_else(|| folder.join("done")),
            refused: refused.unwrap_or_else(|| folder.join("refused")),
            settle: Duration::from_secs(settle.into()),
            folder,
            once,
            status,
            work,
        })
    }
}
