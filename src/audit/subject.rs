//! A certificate and its key, looked over item by item before they are relied on: what the guides to KSeF certificates
//! tell their readers to check by hand.
//!
//! ```
//! use ksef_qr::{Certificate, Environment};
//! use ksef_qr::checklist::{Answer, Given, KeyFile, checklist};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let certificate = include_bytes!("../../fixtures/keys/offline-ec.crt");
//! # let (key, password) = (include_bytes!("../../fixtures/keys/offline-ec.fast.key"), b"Throwaway-Key_2026");
//! # let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_782_820_800);
//! let certificate = Certificate::parse(certificate)?;
//! let items = checklist(&Given {
//!     certificate: &certificate,
//!     key: Some(KeyFile { bytes: key, is_pkcs12: false, mode: Some(0o600) }),
//!     password: Some(password),
//!     nip: Some("5265877635".parse()?),
//!     environment: Environment::Test,
//!     now,
//!     within_days: 60,
//! });
//! assert!(items.iter().all(|item| item.answer != Answer::Fail));
//! # Ok(())
//! # }
//! ```

mod item;
mod key;
mod trial;

pub use item::{Answer, Item, ItemName};
pub use key::KeyFile;

use std::time::SystemTime;

use crate::credential::{Certificate, Owner, check_dates, check_purpose};
use crate::error::Kind;
use crate::values::{Environment, Nip};

/// What there is to look over.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// Its key, if there is one.
    pub key: Option<KeyFile<'a>>,
    /// The key's password, if it was given.
    pub password: Option<&'a [u8]>,
    /// Whose certificate it should be.
    pub nip: Option<Nip>,
    /// The KSeF that it is to be used in.
    pub environment: Environment,
    /// The moment to judge by: the clock belongs to the caller.
    pub now: SystemTime,
    /// How many days before its end a certificate's replacement should be under way.
    pub within_days: i64,
}

/// Answers every item, in the order of [`ItemName::ALL`]. No item keeps another from being answered, unless it needs
/// what that one found missing.
pub fn checklist(given: &Given<'_>) -> Vec<Item> {
    let mut items = vec![environment(given), owner(given), purpose(given), dates(given)];
    let (of_key, key) = key::items(given);
    items.extend(of_key);
    items.push(expiry(given));
    items.push(trial::item(given, key));
    items.push(Item::unknown(
        ItemName::Revocation,
        "cannot be known offline: whether it was revoked or blocked is listed in the KSeF Taxpayer Application alone",
    ));
    items
}

fn environment(given: &Given<'_>) -> Item {
    let issuer = given.certificate.issuer_common_name().unwrap_or("nobody");
    let reason = format!("{issuer}, which fits the environment {}", given.environment);
    Item::of(ItemName::Environment, given.certificate.check_environment(given.environment), reason)
}

fn owner(given: &Given<'_>) -> Item {
    match (given.certificate.owner(), given.nip) {
        (Owner::Nip(found), Some(expected)) if found == expected => {
            Item::ok(ItemName::Owner, format!("it belongs to NIP {found}"))
        }
        (Owner::Nip(found), Some(expected)) => {
            let reason = format!("it belongs to NIP {found}, not to {expected}");
            Item::fail(ItemName::Owner, Kind::CertificateOfAnother, reason)
        }
        (Owner::Nip(found), None) => Item::unknown(
            ItemName::Owner,
            format!("it belongs to NIP {found}; whose it should be was not given (--nip)"),
        ),
        (owner, _) => {
            let whom = if owner == Owner::Pesel { "a person (PESEL)" } else { "someone known by a fingerprint" };
            let reason = format!(
                "it belongs to {whom}; whether they may issue invoices for a NIP cannot be known offline, it is a \
                 permission in KSeF"
            );
            Item::unknown(ItemName::Owner, reason)
        }
    }
}

fn purpose(given: &Given<'_>) -> Item {
    let reason = format!("{} (type 2, Offline)", given.certificate.purpose().words());
    Item::of(ItemName::Purpose, check_purpose(given.certificate), reason)
}

fn dates(given: &Given<'_>) -> Item {
    let [from, to] = given.certificate.validity_in_poland();
    let reason = format!("valid from {from} to {to} (Polish time)");
    Item::of(ItemName::Dates, check_dates(given.certificate, given.now), reason)
}

fn expiry(given: &Given<'_>) -> Item {
    let days = given.certificate.days_left(given.now);
    if given.now > given.certificate.not_after() {
        return Item::fail(ItemName::ExpiryPlanned, Kind::CertificateExpired, "it has ended already");
    }
    match days {
        days if days <= given.within_days => {
            let when = match days {
                0 => "today".to_owned(),
                1 => "tomorrow".to_owned(),
                days => format!("in {days} days"),
            };
            let reason =
                format!("it ends {when}; its replacement should be under way {} days before", given.within_days);
            Item::warning(ItemName::ExpiryPlanned, Kind::CertificateEndsSoon, reason)
        }
        days => Item::ok(ItemName::ExpiryPlanned, format!("{days} days are left")),
    }
}
