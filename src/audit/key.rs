//! What is looked at in the key, its file and its password; and the controlled test, a link that the key signs.

use super::audit::{Audit, KeyOnDisk};
use super::item::{Item, ItemName};
use crate::credential::{Conditions, Credential, KeyFile, Owner, Pkcs12, PrivateKey, check_pair, check_password};
use crate::error::{Error, Kind, Result};
use crate::link::UnsignedKod2;
use crate::report::{Finding, Outcome};
use crate::sign::{SignatureEncoding, signer};
use crate::values::{ContextId, Environment, InvoiceHash, Nip, Rule};
use crate::verify::Verifier;

/// Five items, and the key if it is there, opens and belongs to the certificate.
pub(super) fn items(audit: &Audit<'_>) -> (Vec<Item>, Option<PrivateKey>) {
    let Some(file) = audit.key else {
        let missing = "there is a certificate and no private key; the certificate alone signs nothing";
        let mut items = vec![Item::fail(ItemName::KeyPresent, Kind::KeyMissing, missing)];
        items.extend(WITH_KEY.map(|name| Item::not_checked(name, "there is no key")));
        return (items, None);
    };
    let (is_encrypted, opened) = open(audit, file);
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
            let reason = format!("the key belongs to the certificate {}", audit.certificate.serial());
            Item::of(ItemName::KeyMatches, check_pair(audit.certificate, key), reason)
        }
        None => Item::not_checked(ItemName::KeyMatches, "the key is not open"),
    };
    let belongs = matches.outcome() != Outcome::Fail;
    let [works, policy] = password(audit, is_encrypted, works);
    (vec![present, matches, works, policy, permissions], key.filter(|_| belongs))
}

/// Whether the key needs a password, and the key.
fn open(audit: &Audit<'_>, file: KeyOnDisk<'_>) -> (bool, Result<PrivateKey>) {
    let serial = audit.certificate.serial().to_string();
    let read = match file.is_pkcs12 {
        false => PrivateKey::read(file.bytes),
        true => Pkcs12::read(file.bytes)
            .and_then(|read| read.and_then(move |opened| opened.pair(Some(&serial)).map(|(_, key)| key))),
    };
    (read.as_ref().is_ok_and(KeyFile::is_locked), read.and_then(|read| read.open(audit.password)))
}

/// The items that need a key.
const WITH_KEY: [ItemName; 4] =
    [ItemName::KeyMatches, ItemName::PasswordWorks, ItemName::PasswordPolicy, ItemName::KeyPermissions];

fn unread(name: ItemName) -> Item {
    Item::not_checked(name, "the key could not be read")
}

fn is_password(error: &Error) -> bool {
    matches!(error.kind(), Kind::PasswordMissing | Kind::PasswordWrong)
}

fn password(audit: &Audit<'_>, is_encrypted: bool, works: Result<()>) -> [Item; 2] {
    if !is_encrypted {
        let open = "the key is not encrypted: there is no password";
        return [
            Item::warning(ItemName::PasswordWorks, Kind::KeyUnencrypted, open),
            Item::not_checked(ItemName::PasswordPolicy, "there is no password"),
        ];
    }
    let policy = match (audit.password, &works) {
        (Some(password), Ok(())) => match check_password(password) {
            Ok(()) => Item::ok(ItemName::PasswordPolicy, "the portal would take it"),
            Err(error) => Item::warning(ItemName::PasswordPolicy, error.kind(), error.message()),
        },
        _ => Item::not_checked(ItemName::PasswordPolicy, "the key's own password is not known"),
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
        return Item::not_checked(name, "this system keeps no such permissions");
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

/// A link is signed and verified in memory, as `sign` and the page behind KOD II do it. Purpose and dates have items of their
/// own and do not count here.
pub(super) fn controlled_test(audit: &Audit<'_>, key: Option<PrivateKey>) -> Item {
    let name = ItemName::ControlledTest;
    let Some(key) = key else {
        return Item::not_checked(name, "there is no key that is open and belongs to the certificate");
    };
    let fits = |environment: &Environment| audit.certificate.check_environment(*environment).is_ok();
    let Some(environment) = [audit.environment].into_iter().chain(Environment::ALL).find(fits) else {
        return Item::not_checked(name, "no KSeF is known whose certificate this could be");
    };
    Item::of(
        name,
        sign_and_verify(audit, key, environment),
        "a link was signed with the key and verified with the certificate".to_owned(),
    )
}

fn sign_and_verify(audit: &Audit<'_>, key: PrivateKey, environment: Environment) -> Result<()> {
    let allow = [Rule::CertificatePurpose, Rule::CertificateDates].into_iter().collect();
    let conditions = Conditions::new(environment, audit.now).allowing(allow);
    let credential = Credential::new(audit.certificate.clone(), key, &conditions)?;
    let signer = signer(&credential, SignatureEncoding::default())?;
    let seller = match (audit.nip, audit.certificate.owner()) {
        (Some(nip), _) | (None, Owner::Nip(nip)) => nip,
        _ => Nip::parse(SELLER)?,
    };
    let unsigned = UnsignedKod2 {
        environment,
        context: ContextId::nip(seller),
        seller,
        serial: audit.certificate.serial(),
        hash: InvoiceHash::of(b"the controlled test of ksef-qr"),
    };
    let link = unsigned.sign_with(|text| signer.sign(text))?;
    let verifier = Verifier::new(audit.now).with_certificate("the certificate", audit.certificate.clone());
    match verifier.link(&link).check("signature").map(Finding::outcome) {
        Some(Outcome::Ok) => Ok(()),
        _ => Err(Error::new(Kind::SigningFailed, "the certificate does not verify what the key signed")),
    }
}

/// In whose name the test signs for somebody without a NIP. Nobody sees it.
const SELLER: &str = "1111111111";
