//! Where the file of settings is.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The file's name.
pub const NAME: &str = "ksef-qr.toml";
/// Names the file; empty, it says that there is none.
const VARIABLE: &str = "KSEF_QR_CONFIG";

/// The file that counts for these arguments; none if there is none, or none is wanted. One that is named is told whether or not it
/// is there.
pub fn place(arguments: &[OsString]) -> Option<PathBuf> {
    if arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--no-config") {
        return None;
    }
    if let Some(named) = value_of(arguments, "--config") {
        return Some(named.into());
    }
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Some(named).filter(|named| !named.is_empty()).map(PathBuf::from);
    }
    let register = value_of(arguments, "--credentials").map(Path::new);
    let beside = register.map(|register| register.with_file_name(NAME));
    [beside, of_user()].into_iter().flatten().find(|path| path.is_file())
}

/// Where a new one is written.
pub fn place_to_write(named: Option<&Path>) -> Option<PathBuf> {
    let variable = std::env::var_os(VARIABLE).filter(|named| !named.is_empty()).map(PathBuf::from);
    named.map(Path::to_owned).or(variable).or_else(of_user)
}

/// The user's own: `%APPDATA%\ksef-qr\ksef-qr.toml`, `~/.config/ksef-qr/ksef-qr.toml`.
fn of_user() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| Path::new(value).is_absolute());
    let folder = match cfg!(windows) {
        true => variable("APPDATA").map(PathBuf::from),
        false => variable("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| variable("HOME").map(|home| Path::new(&home).join(".config"))),
    };
    folder.map(|folder| folder.join(OsStr::new("ksef-qr")).join(NAME))
}

/// The last value of an option, seen before arguments are understood.
pub fn value_of<'a>(arguments: &'a [OsString], option: &str) -> Option<&'a OsStr> {
    let arguments: Vec<&OsString> = arguments.iter().take_while(|argument| *argument != "--").collect();
    let mut found = None;
    for (at, argument) in arguments.iter().enumerate() {
        if *argument == option {
            found = arguments.get(at + 1).map(|value| value.as_os_str());
        } else if let Some(value) = argument.to_str().and_then(|text| text.strip_prefix(option)?.strip_prefix('=')) {
            found = Some(OsStr::new(value));
        }
    }
    found
}
