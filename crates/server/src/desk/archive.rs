//! Results as a ZIP, written as a stream: what is compressed already is stored as it is.

use std::io::{self, Write};

use rawzip::{CompressionMethod, ZipArchiveWriter};

/// A ZIP that is being written.
pub struct ZipWriter<W: Write>(ZipArchiveWriter<W>);

impl<W: Write> ZipWriter<W> {
    /// Of nothing so far.
    pub fn new(writer: W) -> Self {
        Self(ZipArchiveWriter::new(writer))
    }

    /// Adds a file. Its name is taken as it is: no folder leads out of where it is unpacked.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let name = safe_name(name);
        let (mut entry, config) =
            self.0.new_file(&name).compression_method(CompressionMethod::STORE).start().map_err(io::Error::other)?;
        let mut writer = config.wrap(&mut entry);
        writer.write_all(bytes)?;
        let (_, descriptor) = writer.finish().map_err(io::Error::other)?;
        entry.finish(descriptor).map_err(io::Error::other)?;
        Ok(())
    }

    /// The end.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish().map_err(io::Error::other)
    }
}

/// The last part of a path, without what a file system or a header would read otherwise.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_odd = |c: char| c.is_control() || matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let name: String = last.chars().map(|c| if is_odd(c) { '_' } else { c }).take(120).collect();
    match name.trim_matches(['.', ' ']) {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            ("a\\b.xml", "b.xml"),
            ("", "file"),
            ("..", "file"),
            ("a\r\nb\".xml", "a__b_.xml"),
        ] {
            assert_eq!(safe_name(name), expected);
        }
    }
}
