//! What is looked at in the certificate; and all items in their order.

use super::audit::Audit;
use super::item::{Item, ItemName};
use super::key;
use crate::credential::{Owner, check_dates, check_purpose};
use crate::error::Kind;

impl Audit<'_> {
    /// Answers every item, in the order of [`ItemName::ALL`]. No item keeps another from being answered, unless it needs
    /// what that one found missing.
    pub fn items(&self) -> Vec<Item> {
        let mut items = vec![environment(self), owner(self), purpose(self), dates(self)];
        let (of_key, key) = key::items(self);
        items.extend(of_key);
        items.push(expiry(self));
        items.push(key::controlled_test(self, key));
        items.push(Item::only_ksef(
            ItemName::Revocation,
            "cannot be known offline: whether it was revoked or blocked is listed in the KSeF Taxpayer Application alone",
        ));
        items
    }
}

fn environment(audit: &Audit<'_>) -> Item {
    let issuer = audit.certificate.issuer_common_name().unwrap_or("nobody");
    let reason = format!("{issuer}, which fits the environment {}", audit.environment);
    Item::of(ItemName::Environment, audit.certificate.check_environment(audit.environment), reason)
}

fn owner(audit: &Audit<'_>) -> Item {
    match (audit.certificate.owner(), audit.nip) {
        (Owner::Nip(found), Some(expected)) if found == expected => {
            Item::ok(ItemName::Owner, format!("it belongs to NIP {found}"))
        }
        (Owner::Nip(found), Some(expected)) => {
            let reason = format!("it belongs to NIP {found}, not to {expected}");
            Item::fail(ItemName::Owner, Kind::CertificateOfAnother, reason)
        }
        (Owner::Nip(found), None) => {
            Item::not_checked(ItemName::Owner, format!("it belongs to NIP {found}; whose it should be was not given"))
        }
        (owner, _) => {
            let whom = if owner == Owner::Pesel { "a person (PESEL)" } else { "someone known by a fingerprint" };
            let reason = format!(
                "it belongs to {whom}; whether they may issue invoices for a NIP cannot be known offline, it is a \
                 permission in KSeF"
            );
            Item::only_ksef(ItemName::Owner, reason)
        }
    }
}

fn purpose(audit: &Audit<'_>) -> Item {
    let reason = format!("{} (type 2, Offline)", audit.certificate.purpose().words());
    Item::of(ItemName::Purpose, check_purpose(audit.certificate), reason)
}

fn dates(audit: &Audit<'_>) -> Item {
    let [from, to] = audit.certificate.validity_in_poland();
    let reason = format!("valid from {from} to {to} (Polish time)");
    Item::of(ItemName::Dates, check_dates(audit.certificate, audit.now), reason)
}

fn expiry(audit: &Audit<'_>) -> Item {
    let days = audit.certificate.days_left(audit.now);
    if audit.now > audit.certificate.not_after() {
        return Item::fail(ItemName::ExpiryPlanned, Kind::CertificateExpired, "it has ended already");
    }
    match days {
        days if days <= audit.within_days => {
            let when = match days {
                0 => "today".to_owned(),
                1 => "tomorrow".to_owned(),
                days => format!("in {days} days"),
            };
            let reason =
                format!("it ends {when}; its replacement should be under way {} days before", audit.within_days);
            Item::warning(ItemName::ExpiryPlanned, Kind::CertificateEndsSoon, reason)
        }
        days => Item::ok(ItemName::ExpiryPlanned, format!("{days} days are left")),
    }
}
