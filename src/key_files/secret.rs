use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use zeroize::Zeroizing;

use crate::credential::check_password;
use crate::error::{Error, Kind, Result};
use crate::files::open_patiently;

/// No password is longer, in bytes; a larger file is not one.
const LONGEST: u64 = 4096;

/// A password or a PIN. Wiped when dropped, never printed.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Without a line break.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes themselves, for somebody else to keep and to wipe.
    pub fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    /// The first line of a file, without its newline: editors add one, and no password holds one.
    ///
    /// # Errors
    /// `file_missing`, `file_unreadable`; `usage` for what is no password's file.
    pub fn from_file(file: &Path) -> Result<Self> {
        let cannot = |error: io::Error| {
            let kind = if error.kind() == io::ErrorKind::NotFound { Kind::FileMissing } else { Kind::FileUnreadable };
            Error::new(kind, format!("the password file cannot be read: {error}")).about(password_file(file))
        };
        let refuse = |why: String| Err(Error::new(Kind::Usage, why).about(file.to_string_lossy()));
        let size = fs::metadata(file).map_err(cannot)?.len();
        if size > LONGEST {
            return refuse(format!("the password file has {size} bytes: it should hold one line, the password"));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize));
        let opened = open_patiently(file).map_err(cannot)?;
        // Read into room that is there already: growing would leave copies behind that nobody wipes.
        io::Read::read_to_end(&mut io::Read::take(opened, LONGEST), &mut bytes).map_err(cannot)?;
        if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
            return refuse("the password file is UTF-16: save it as UTF-8".to_owned());
        }
        let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
        let end = if bytes.get(..end).is_some_and(|line| line.ends_with(b"\r")) { end - 1 } else { end };
        bytes.truncate(end);
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            // Notepad's byte order mark. What is left behind the end is wiped with the rest.
            bytes.drain(..3);
        }
        Ok(Self(bytes))
    }

    /// The same of a file that has to hold one.
    ///
    /// # Errors
    /// `usage` if its first line is empty; those of [`from_file`](Self::from_file).
    pub fn of_key(file: &Path) -> Result<Self> {
        let secret = Self::from_file(file)?;
        match secret.bytes().is_empty() {
            true => {
                let message = "the first line of the password file is empty";
                Err(Error::new(Kind::Usage, message).about(file.to_string_lossy()))
            }
            false => Ok(secret),
        }
    }

    /// What a variable holds; `None` if it is not set.
    ///
    /// # Errors
    /// `usage` if it is not UTF-8.
    pub fn from_variable(name: &str) -> Result<Option<Self>> {
        let Some(value) = std::env::var_os(name) else { return Ok(None) };
        let value = value.into_string().map_err(|_| Error::new(Kind::Usage, format!("{name} is not valid UTF-8")))?;
        Ok(Some(Self::from(value)))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text.into_bytes()))
    }
}

impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([elided])")
    }
}

/// What people call the files of passwords.
pub const EXTENSIONS: [&str; 8] = ["txt", "password", "passwd", "pass", "pwd", "haslo", "hasło", "pin"];

/// The path of a password's file, to be told; nothing of it if it may be the password itself.
fn password_file(path: &Path) -> String {
    let is_in_a_folder = path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && folder.is_dir());
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let has_extension = extension.is_some_and(|extension| EXTENSIONS.contains(&&*extension));
    let is_password = path.file_name().is_some_and(|name| check_password(name.as_encoded_bytes()).is_ok());
    match path.exists() || has_extension || (is_in_a_folder && !is_password) {
        true => path.display().to_string(),
        false => "the file that was named (not repeated here: it may be the password itself)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_missing_file_is_told_if_it_is_one() {
        let is_told = |name: &str| password_file(Path::new(name)) == name;
        assert!(["firm.password", "haslo.txt", "src/none", "src/none.key", "Cargo.toml"].into_iter().all(is_told));
        assert!(!["tajne", "Throwaway-Key_2026", "src/Throwaway-Key_2026", "a/b", "x.y"].into_iter().any(is_told));
    }

    #[test]
    fn the_first_line_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        for (bytes, secret) in [
            (&b"secret"[..], &b"secret"[..]),
            (b"secret\n", b"secret"),
            (b"secret\r\nand more\n", b"secret"),
            (b"\xEF\xBB\xBFsecret\n", b"secret"),
            (b" secret \n", b" secret "),
        ] {
            fs::write(&file, bytes).unwrap();
            let found = Secret::of_key(&file).unwrap();
            assert_eq!(found.bytes(), secret);
            assert_eq!(format!("{found:?}"), "Secret([elided])");
        }
        for bytes in [&b""[..], b"\nsecret\n", b"\xFF\xFEs\0", &[b's'; 5000]] {
            fs::write(&file, bytes).unwrap();
            let refused = Secret::of_key(&file).unwrap_err();
            assert!(!refused.to_string().contains("sss"), "{refused}");
        }
    }
}
