//! A register of certificates, together with the place it was read from; and how it writes paths.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
pub use ksef_qr::key_files::RegisterFile;

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// A path that is seen from where the program runs, as the register in the file `register` writes it: relative to its
/// folder where that is possible, with forward slashes.
pub fn relative(path: &Path, register: &Path) -> anyhow::Result<PathBuf> {
    let whole = |path: &Path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        fs::canonicalize(path).with_context(|| format!("{}: there is no such folder", path.display()))
    };
    let name = path.file_name().with_context(|| format!("{}: it names no file", path.display()))?;
    // Only the folders: a link called current.crt should stay a link.
    let (place, home) = (whole(folder(path))?.join(name), whole(folder(register))?);
    let (place, home): (Vec<_>, Vec<_>) = (place.components().collect(), home.components().collect());
    let shared = place.iter().zip(&home).take_while(|(a, b)| a == b).count();
    // Another drive of Windows.
    if shared == 0 {
        return Ok(place.iter().collect());
    }
    let up = home.iter().skip(shared).map(|_| Component::ParentDir);
    let parts: Vec<_> = up.chain(place.iter().skip(shared).copied()).collect();
    let parts: Vec<_> = parts.iter().map(|part| part.as_os_str().to_string_lossy()).collect();
    Ok(parts.join("/").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_register() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path();
        for made in ["a/b", "c"] {
            fs::create_dir_all(folder.join(made)).unwrap();
        }
        for (path, register, expected) in [
            ("firm.crt", "keys.toml", "firm.crt"),
            ("a/b/firm.crt", "keys.toml", "a/b/firm.crt"),
            ("c/firm.crt", "a/b/keys.toml", "../../c/firm.crt"),
            ("a/../c/firm.crt", "a/keys.toml", "../c/firm.crt"),
        ] {
            let found = relative(&folder.join(path), &folder.join(register)).unwrap();
            assert_eq!(found, Path::new(expected), "{path} from {register}");
        }
        assert!(relative(&folder.join("missing/firm.crt"), &folder.join("keys.toml")).is_err());
    }
}
