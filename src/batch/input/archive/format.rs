use std::path::{Path, PathBuf};

/// Which archives are read and written. The name says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArchiveFormat {
    Zip,
    Tar,
    /// A tar that is compressed by gzip.
    TarGz,
}

impl ArchiveFormat {
    const ENDINGS: [(&'static str, Self); 4] =
        [(".zip", Self::Zip), (".tar.gz", Self::TarGz), (".tgz", Self::TarGz), (".tar", Self::Tar)];

    /// The format of an archive of this name, in capitals or not; none for the name of another file.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        Some(split(path)?.1)
    }

    /// `june.ndjson` for `june.tar.gz`.
    pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = split(path).and_then(|(length, _)| name.get(..name.len() - length));
        match stem {
            Some(stem) => path.with_file_name(format!("{stem}{ending}")),
            None => path.with_extension(ending.trim_start_matches('.')),
        }
    }

    /// `june.zip`, `june.tar.gz`, … for `june.ndjson`.
    pub(crate) fn beside(manifest: &Path) -> impl Iterator<Item = PathBuf> {
        Self::ENDINGS.map(|(ending, _)| manifest.with_extension(ending.trim_start_matches('.'))).into_iter()
    }
}

/// How long the ending is, and what it stands for.
fn split(path: &Path) -> Option<(usize, ArchiveFormat)> {
    let name = path.file_name()?.as_encoded_bytes();
    let is_ending = |ending: &str| {
        // A name has something in front of its ending.
        let stem = name.len().checked_sub(ending.len()).filter(|stem| *stem > 0);
        stem.and_then(|stem| name.get(stem..)).is_some_and(|found| found.eq_ignore_ascii_case(ending.as_bytes()))
    };
    let (ending, format) = ArchiveFormat::ENDINGS.into_iter().find(|(ending, _)| is_ending(ending))?;
    Some((ending.len(), format))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_which_archive_it_is() {
        let of = |name: &str| ArchiveFormat::of(Path::new(name));
        assert_eq!(of("in/june.ZIP"), Some(ArchiveFormat::Zip));
        assert_eq!([of("june.tar.gz"), of("june.tgz"), of("6.2026.Tar.GZ")], [Some(ArchiveFormat::TarGz); 3]);
        assert_eq!(of("june.tar"), Some(ArchiveFormat::Tar));
        for other in ["june.gz", "june.xml", ".zip", ".tar.gz", "zip", "", "june.tar.gz/.."] {
            assert_eq!(of(other), None, "{other}");
        }
        let with = |name: &str| ArchiveFormat::with_ending(Path::new(name), ".ndjson");
        assert_eq!(
            ["out/a.zip", "out/a.tar.gz", "out/a.TGZ", "out/a"].map(with),
            ["out/a.ndjson"; 4].map(PathBuf::from)
        );
        assert_eq!(with("6.2026.tar.gz"), Path::new("6.2026.ndjson"));
    }
}
