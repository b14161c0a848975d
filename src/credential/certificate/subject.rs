//! What a certificate's subject says for people to read: the name, and a PESEL.

use pkcs8::ObjectIdentifier;
use pkcs8::der::Decode as _;
use pkcs8::der::oid::db::rfc4519::{COMMON_NAME, GIVEN_NAME, ORGANIZATION_NAME, SERIAL_NUMBER, SURNAME};
use x509_cert::ext::pkix::name::DirectoryString;
use zeroize::Zeroizing;

use super::certificate::Certificate;

impl Certificate {
    /// The owner's name: the organisation's, or a person's first names and surname, or else the common name.
    pub fn owner_name(&self) -> Option<String> {
        let organisation = self.subject_values(ORGANIZATION_NAME).into_iter().next();
        let person = || {
            let surname = self.subject_values(SURNAME).into_iter().next()?;
            let names = self.subject_values(GIVEN_NAME).into_iter().chain([surname]);
            Some(names.collect::<Vec<_>>().join(" "))
        };
        organisation.or_else(person).or_else(|| self.subject_values(COMMON_NAME).into_iter().next())
    }

    /// The owner's PESEL, 11 digits, if the subject names one. Personal data: show it to nobody who did not ask.
    pub fn pesel(&self) -> Option<Zeroizing<String>> {
        self.subject_values(SERIAL_NUMBER).iter().find_map(|value| {
            let number = ["PNOPL-", "PESEL"].iter().find_map(|prefix| value.strip_prefix(prefix))?;
            let number = number.trim_start_matches([':', '-', ' ']);
            let is_pesel = number.len() == 11 && number.bytes().all(|byte| byte.is_ascii_digit());
            is_pesel.then(|| Zeroizing::new(number.to_owned()))
        })
    }

    fn subject_values(&self, attribute: ObjectIdentifier) -> Vec<String> {
        let Ok(certificate) = x509_cert::Certificate::from_der(self.der()) else { return Vec::new() };
        let subject = certificate.tbs_certificate().subject();
        let values = subject.iter().filter(|found| found.oid == attribute);
        values
            .filter_map(|found| DirectoryString::try_from(&found.value).ok())
            .map(|value| value.value().trim().to_owned())
            .filter(|value| !value.is_empty())
            .collect()
    }
}

/// Hides what may be a PESEL in a name, every row of eleven digits, up to its last three.
pub fn mask_pesel(name: &str) -> String {
    let mut masked = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, digits) = rest.split_at(start);
        let (digits, after) = digits.split_at(digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()));
        masked.push_str(before);
        match digits.get(8..) {
            Some(ends) if digits.len() == 11 => masked.extend(["********", ends]),
            _ => masked.push_str(digits),
        }
        rest = after;
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(file: &[u8]) -> Certificate {
        Certificate::parse(file).unwrap()
    }

    #[test]
    fn names_of_companies_and_of_people() {
        let company = certificate(include_bytes!("../../../fixtures/keys/offline-ec.crt"));
        assert_eq!(company.owner_name().as_deref(), Some("Żółw Throwaway"));
        assert_eq!(company.pesel(), None);
        let person = certificate(include_bytes!("../../../fixtures/keys/pesel-ec.crt"));
        assert_eq!(person.owner_name().as_deref(), Some("Świętosława Zmyślona"));
        assert_eq!(person.pesel().as_deref().map(String::as_str), Some("90610112347"));
    }

    #[test]
    fn a_pesel_in_a_name_is_hidden() {
        for (name, shown) in [
            ("PNOPL-90610112347", "PNOPL-********347"),
            ("Jan 90610112347 K", "Jan ********347 K"),
            ("90610112347", "********347"),
            ("5265877635", "5265877635"),
            ("906101123470", "906101123470"),
            ("Żółw", "Żółw"),
            ("", ""),
        ] {
            assert_eq!(mask_pesel(name), shown);
        }
    }
}
