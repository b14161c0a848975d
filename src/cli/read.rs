//! A file that is read whole, within a bound.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};

/// Reads a whole file, of `largest` bytes at most.
pub fn read(path: &Path, largest: u64, bytes: &mut Vec<u8>) -> anyhow::Result<()> {
    let cannot = || format!("{}: it cannot be read", path.display());
    if fs::metadata(path).with_context(cannot)?.is_dir() {
        bail!("{}: it is a folder", path.display());
    }
    fs::File::open(path).with_context(cannot)?.take(largest + 1).read_to_end(bytes).with_context(cannot)?;
    if bytes.len() as u64 > largest {
        bail!("{}: it has more than {largest} bytes, too many for such a file", path.display());
    }
    Ok(())
}
