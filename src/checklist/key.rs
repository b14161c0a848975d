//! What is looked at in the key, its file and its password.

use std::fmt;

use super::{Given, Item, ItemName};
use crate::credential::{KeyFile as Read, Pkcs12, PrivateKey, check_pair, check_password};
use crate::error::{Error, Kind, Result};

/// A private key as it lies on the disk.
#[derive(Clone, Copy)]
pub struct KeyFile<'a> {
    /// The file's content.
    pub bytes: &'a [u8],
    /// True if it is a PKCS#12 file, the one that the certificate is from.
    pub is_pkcs12: bool,
    /// Its permission bits where the system has such: `0o600`.
    pub mode: Option<u32>,
}

impl fmt::Debug for KeyFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile").field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// Five items, and the key if it is there, opens and belongs to the certificate.
pub(super) fn items(given: &Given<'_>) -> (Vec<Item>, Option<PrivateKey>) {
    let Some(file) = given.key else {
        let missing = "there is a certificate and no private key; the certificate alone signs nothing";
        let mut items = vec![Item::fail(ItemName::KeyPresent, Kind::KeyMissing, missing)];
        items.extend(WITH_KEY.map(|name| Item::unknown(name, "there is no key")));
        return (items, None);
    };
    let (is_encrypted, opened) = open(given, file);
    let permissions = permissions(file.mode);
    let (present, key, works) = match opened {
        Ok(key) => {
            let present = Item::ok(ItemName::KeyPresent, format!("a private key, {}", key.kind()));
            (present, Some(key), Ok(()))
        }
        Err(error) if is_password(&error) => {
            (Item::ok(ItemName::KeyPresent, "an encrypted private key"), None, Err(error))
        }
        Err(error) => {
            let mut items = vec![Item::failed(ItemName::KeyPresent, error)];
            items.extend([ItemName::KeyMatches, ItemName::PasswordWorks, ItemName::PasswordPolicy].map(unread));
            items.push(permissions);
            return (items, None);
        }
    };
    let matches = match &key {
        Some(key) => {
            let reason = format!("the key belongs to the certificate {}", given.certificate.serial());
            Item::of(ItemName::KeyMatches, check_pair(given.certificate, key), reason)
        }
        None => Item::unknown(ItemName::KeyMatches, "the key is not open"),
    };
    let belongs = matches.problem.is_none();
    let [works, policy] = password(given, is_encrypted, works);
    (vec![present, matches, works, policy, permissions], key.filter(|_| belongs))
}

/// Whether the key needs a password, and the key.
fn open(given: &Given<'_>, file: KeyFile<'_>) -> (bool, Result<PrivateKey>) {
    let serial = given.certificate.serial().to_string();
    let read = match file.is_pkcs12 {
        false => PrivateKey::read(file.bytes),
        true => Pkcs12::read(file.bytes)
            .and_then(|read| read.and_then(move |opened| opened.pair(Some(&serial)).map(|(_, key)| key))),
    };
    (read.as_ref().is_ok_and(Read::is_locked), read.and_then(|read| read.open(given.password)))
}

/// The items that need a key.
const WITH_KEY: [ItemName; 4] =
    [ItemName::KeyMatches, ItemName::PasswordWorks, ItemName::PasswordPolicy, ItemName::KeyPermissions];

fn unread(name: ItemName) -> Item {
    Item::unknown(name, "the key could not be read")
}

fn is_password(error: &Error) -> bool {
    matches!(error.kind(), Kind::PasswordMissing | Kind::PasswordWrong)
}

fn password(given: &Given<'_>, is_encrypted: bool, works: Result<()>) -> [Item; 2] {
    if !is_encrypted {
        let open = "the key is not encrypted: there is no password";
        return [
            Item::warning(ItemName::PasswordWorks, Kind::KeyUnencrypted, open),
            Item::unknown(ItemName::PasswordPolicy, "there is no password"),
        ];
    }
    let policy = match (given.password, &works) {
        (Some(password), Ok(())) => match check_password(password) {
            Ok(()) => Item::ok(ItemName::PasswordPolicy, "the portal would take it"),
            Err(error) => Item { answer: super::Answer::Warning, ..Item::failed(ItemName::PasswordPolicy, error) },
        },
        _ => Item::unknown(ItemName::PasswordPolicy, "the key's own password is not known"),
    };
    [Item::of(ItemName::PasswordWorks, works, "it opens the key".to_owned()), policy]
}

fn permissions(mode: Option<u32>) -> Item {
    /// What a group and all others may do: the last six of nine bits.
    const OTHERS: u32 = 0o077;
    /// What may be done by those who are neither the owner nor of the group.
    const EVERYBODY: u32 = 0o007;

    let name = ItemName::KeyPermissions;
    let Some(mode) = mode.map(|mode| mode & 0o777) else {
        return Item::unknown(name, "this system keeps no such permissions");
    };
    let whom = match (mode & OTHERS, mode & EVERYBODY) {
        (0, _) => return Item::ok(name, format!("mode {mode:03o}")),
        (_, 0) => "its group",
        _ => "everybody on this machine",
    };
    let what = match (mode & OTHERS & 0o444, mode & OTHERS & 0o222) {
        (1.., 1..) => "read and change the key",
        (0, 1..) => "change the key",
        (1.., 0) => "read the key",
        (0, 0) => "run the key's file",
    };
    Item::warning(name, Kind::KeyFileOpen, format!("mode {mode:03o}: {whom} may {what}"))
}
