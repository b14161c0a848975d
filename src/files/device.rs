//! Names that Windows keeps for devices: what is written to them is gone, or goes to a printer.

use std::path::{Component, Path};

use crate::error::{Error, Kind, Result};

/// True for a name that is a device on Windows, in any folder.
pub(crate) fn is_device(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let numbered = name.strip_prefix("COM").or(name.strip_prefix("LPT"));
    let is_number =
        |rest: &str| matches!(rest, "¹" | "²" | "³") || (rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    matches!(&*name, "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$") || numbered.is_some_and(is_number)
}

/// Refuses a folder that Windows takes for a device, or that would lie in one: whatever follows the first dot of a name.
///
/// # Errors
/// `output_unwritable`.
pub(super) fn refuse_device(folder: &Path) -> Result<()> {
    let names = folder.components().filter_map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let is_refused = |name: &&str| is_device(name.split(['.', ':']).next().unwrap_or_default().trim_end());
    match names.into_iter().find(is_refused) {
        Some(name) => {
            let message = format!("{name:?} is the name of a device on Windows, and no folder can have it");
            Err(Error::new(Kind::OutputUnwritable, message).about(folder.to_string_lossy()))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_folder_has_the_name_of_a_device() {
        for folder in ["nul", "con/x", "a/Com1.codes", "LPT9 ", "b/aux.", "./PRN"] {
            let error = refuse_device(Path::new(folder)).unwrap_err();
            assert_eq!((error.code(), error.input()), ("output_unwritable", Some(folder)));
        }
        for folder in ["", ".", "..", "/", "null", "console/x", "com", "com10", "codes.nul", "x/lpt"] {
            assert!(refuse_device(Path::new(folder)).is_ok(), "{folder}");
        }
    }
}
