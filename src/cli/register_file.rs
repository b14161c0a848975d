//! A register of certificates, together with the place it was read from.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};
use ksef_qr::register::{Entry, KeyPlace, PasswordPlace, Register, Wanted};
use ksef_qr::{Conditions, Nip};

use super::args::CredentialArgs;
use super::config::read;

/// A register of ten thousand certificates has 5 MB.
const LARGEST_REGISTER: u64 = 10_000_000;

/// A register and its folder, which the paths in it are relative to.
#[derive(Debug)]
pub struct RegisterFile {
    pub register: Register,
    folder: PathBuf,
}

impl RegisterFile {
    /// Reads it.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let mut bytes = Vec::new();
        read(path, LARGEST_REGISTER, &mut bytes)?;
        let register = Register::text(&bytes).and_then(Register::parse);
        let register = register.map_err(|error| error.about(path.to_string_lossy()))?;
        Ok(Self { register, folder: folder(path).to_owned() })
    }

    /// The arguments that name the key of an entry as they name one without a register.
    pub fn args_of(&self, entry: &Entry, args: &CredentialArgs) -> anyhow::Result<CredentialArgs> {
        let mut args = CredentialArgs { credentials: None, ..args.clone() };
        match &entry.key {
            KeyPlace::Files { cert, key } => {
                (args.cert, args.key) = (Some(self.located(cert)), Some(self.located(key)));
            }
            KeyPlace::Pkcs12 { file, entry } => {
                (args.p12, args.p12_entry) = (Some(self.located(file)), entry.clone());
            }
            KeyPlace::Pkcs11 { .. } if args.deterministic => {
                bail!(
                    "{:?} is on a token, and a token's signatures differ each time: leave out --deterministic",
                    entry.name
                )
            }
            KeyPlace::Pkcs11 { uri, cert } => {
                (args.pkcs11, args.cert) = (Some(uri.clone()), cert.as_ref().map(|cert| self.located(cert)));
            }
        }
        let mut entry = entry.clone();
        if let Some(PasswordPlace::File(file)) = &mut entry.password {
            *file = self.located(file);
        }
        args.chosen = Some(Box::new(entry));
        Ok(args)
    }

    /// A path of the register, from where the program runs.
    pub fn located(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

/// Puts in place of `--credentials` what the entry that signs says. Without that option nothing changes.
pub fn choose(args: CredentialArgs, conditions: &Conditions, context: Option<Nip>) -> anyhow::Result<CredentialArgs> {
    let Some(path) = &args.credentials else { return Ok(args) };
    let file = RegisterFile::read(path)?;
    let (environment, now) = (conditions.environment, conditions.now);
    let entry = match &args.used {
        Some(name) => file.register.named(name),
        None => file.register.select(&Wanted { environment, now, owner: args.owner, context }),
    };
    let entry = entry.map_err(|error| error.about(path.to_string_lossy()))?;
    file.args_of(entry, &args)
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// A path that is written from where the program runs, as a register in `register` writes it: relative to its folder
/// where that can be, with forward slashes.
pub fn relative(path: &Path, register: &Path) -> anyhow::Result<PathBuf> {
    let whole = |path: &Path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        fs::canonicalize(path).with_context(|| format!("{}: there is no such folder", path.display()))
    };
    let name = path.file_name().with_context(|| format!("{}: it names no file", path.display()))?;
    // Only the folders: a link named current.crt is meant to stay one.
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
