use std::fmt::{self, Write as _};
use std::ops::RangeInclusive;
use std::time::SystemTime;

use jiff::civil::DateTime;
use sha2::{Digest as _, Sha256};
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};
use x509_cert::name::Name;

use super::issuer;
use super::owner::Owner;
use crate::credential::format::object::Object;
use crate::credential::public_key::{KeyKind, PublicKey};
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::values::{CertificateSerial, Environment, IssueDate};

/// A KSeF certificate: the fields that matter here, read and checked once (`certyfikaty-KSeF.md`).
///
/// Whether KSeF issued it is judged by the issuer's name alone: the issuer's own certificate is not published, and the
/// page behind KOD II judges again.
#[derive(Clone)]
pub struct Certificate {
    serial: CertificateSerial,
    owner: Owner,
    common_name: Option<String>,
    issuer_common_name: Option<String>,
    purpose: Purpose,
    not_before: SystemTime,
    not_after: SystemTime,
    /// Kept, because every invoice asks for them.
    days_of_validity: RangeInclusive<IssueDate>,
    public_key: PublicKey,
    public_key_der: Vec<u8>,
    der: Vec<u8>,
}

/// What a certificate may be used for: KSeF issues them for one purpose or the other, never for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Type 2, for signing KOD II: key usage nonRepudiation (contentCommitment).
    Offline,
    /// Type 1, for logging in: key usage digitalSignature.
    Authentication,
    /// Both key usages, neither, or none stated.
    Unclear,
}

impl Certificate {
    /// Reads PEM (the first certificate of the file that is not an issuer's, whatever stands around it), DER, or the
    /// bare Base64 of the API.
    ///
    /// # Errors
    /// `certificate_is_key`, `certificate_is_request` and `certificate_is_token` for those;
    /// `certificate_key_unsupported` unless the key is EC P-256 or RSA with 2048 to 8192 bits; `certificate_serial` if
    /// the serial number cannot be KSeF's; `certificate_unreadable` for everything else, saying what it looks like.
    pub fn parse(file: &[u8]) -> Result<Self> {
        let unreadable =
            |looks: &str| Err(Error::new(Kind::CertificateUnreadable, format!("not a certificate: {looks}")));
        // A chain may begin with its issuer.
        let is_issued = |object: &Object| matches!(object, Object::Certificate(der) if !is_authority(der));
        let found = match Object::find(file, is_issued) {
            issued @ Object::Certificate(_) if is_issued(&issued) => issued,
            _ => Object::find(file, Object::is_certificate),
        };
        match found {
            Object::Certificate(der) => Self::from_der(&der),
            Object::Key(..) | Object::EncryptedKey(_) | Object::LegacyKey { .. } => {
                Err(Error::new(Kind::CertificateIsKey, "a private key was given as the certificate"))
            }
            Object::Request => {
                Err(Error::new(Kind::CertificateIsRequest, "a certificate request was given as the certificate"))
            }
            Object::PublicKey => unreadable("it is a public key"),
            Object::Pkcs12(_) => unreadable("it is a PKCS#12 file, which holds certificate and key together"),
            Object::Token => Err(Error::new(Kind::CertificateIsToken, "a KSeF token was given as the certificate")),
            Object::Unknown(looks) => unreadable(&looks),
        }
    }

    /// The serial number, which KOD II carries.
    pub fn serial(&self) -> CertificateSerial {
        self.serial
    }

    /// Whom it was issued to.
    pub fn owner(&self) -> Owner {
        self.owner
    }

    /// The subject's common name, the first if there are several: a person's or company's name, often with
    /// "(offline)" or "(uwierzytelnienie)" behind it.
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// The issuer's common name: `CCK KSeF` in production.
    pub fn issuer_common_name(&self) -> Option<&str> {
        self.issuer_common_name.as_deref()
    }

    /// What it may be used for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The first moment of its validity. May be in the future.
    pub fn not_before(&self) -> SystemTime {
        self.not_before
    }

    /// The last moment of its validity.
    pub fn not_after(&self) -> SystemTime {
        self.not_after
    }

    /// How many midnights in Poland lie between `now` and the end of the validity: 0 on its last day, negative
    /// afterwards.
    pub fn days_left(&self, now: SystemTime) -> i64 {
        in_warsaw(self.not_after).date().duration_since(in_warsaw(now).date()).as_hours() / 24
    }

    /// The first and the last moment of the validity in Polish time, to the minute: `2025-01-01 01:00`.
    pub fn validity_in_poland(&self) -> [String; 2] {
        [self.not_before, self.not_after].map(minute)
    }

    /// The first and the last day, in Poland, on which an invoice may be issued for this certificate to sign.
    pub fn days_of_validity(&self) -> RangeInclusive<IssueDate> {
        self.days_of_validity.clone()
    }

    /// Warns of an invoice that was issued when the certificate was not valid: whoever verifies KOD II is told so.
    pub(crate) fn check_issue_date(&self, date: IssueDate) -> Option<Warning> {
        let days = &self.days_of_validity;
        (!days.contains(&date)).then(|| {
            let (serial, first, last) = (self.serial, days.start(), days.end());
            let message = format!(
                "the certificate {serial} is valid from {first} to {last}, and the invoice was issued on {date}"
            );
            Warning::new(WarningKind::CertificateAtIssue, message)
        })
    }

    /// The kind of its key, which decides how KOD II is signed.
    pub fn key_kind(&self) -> KeyKind {
        self.public_key.kind()
    }

    /// Its public key as X.509 `SubjectPublicKeyInfo`, DER.
    pub fn public_key_der(&self) -> &[u8] {
        &self.public_key_der
    }

    /// The certificate itself, DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the whole certificate, 64 upper-case hexadecimal digits: how KSeF writes a fingerprint.
    pub fn fingerprint(&self) -> String {
        Sha256::digest(&self.der).iter().fold(String::with_capacity(64), |mut digits, byte| {
            // Writing to a String cannot fail.
            _ = write!(digits, "{byte:02X}");
            digits
        })
    }

    /// Refuses a certificate from another KSeF than `environment`, judging by the issuer's name. Test and demo are not
    /// told apart, because the name of demo's issuer is not published.
    ///
    /// # Errors
    /// `certificate_wrong_environment`.
    pub fn check_environment(&self, environment: Environment) -> Result<()> {
        issuer::check(self.issuer_common_name(), environment)
    }

    pub(crate) fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The public key of a certificate that need not be KSeF's, DER; nothing if it is damaged, or of a kind that KSeF
    /// does not take.
    pub(in crate::credential) fn public_key_of(der: &[u8]) -> Option<PublicKey> {
        let certificate = x509_cert::Certificate::from_der(der).ok()?;
        let spki = certificate.tbs_certificate().subject_public_key_info().to_der().ok()?;
        PublicKey::from_spki(&spki).ok()
    }

    pub(in crate::credential) fn from_der(der: &[u8]) -> Result<Self> {
        let damaged = |_| Error::new(Kind::CertificateUnreadable, "the certificate is damaged");
        let certificate = x509_cert::Certificate::from_der(der).map_err(damaged)?;
        let body = certificate.tbs_certificate();
        let public_key_der = body.subject_public_key_info().to_der().map_err(damaged)?;
        let key_usage = body.get_extension::<KeyUsage>().map_err(damaged)?;
        let validity = body.validity();
        let (not_before, not_after) = (validity.not_before.to_system_time(), validity.not_after.to_system_time());
        // A certificate without an end ends a day later than jiff can say.
        let last = not_after.min(jiff::Timestamp::MAX.into());
        Ok(Self {
            serial: CertificateSerial::from_be_bytes(body.serial_number().as_bytes())?,
            owner: Owner::of(body.subject()),
            common_name: common_name(body.subject()),
            issuer_common_name: common_name(body.issuer()),
            purpose: key_usage.map_or(Purpose::Unclear, |(_critical, usage)| Purpose::of(usage)),
            not_before,
            not_after,
            days_of_validity: IssueDate::today(not_before)..=IssueDate::today(last),
            public_key: PublicKey::from_spki(&public_key_der)?,
            public_key_der,
            der: der.to_vec(),
        })
    }
}

impl Purpose {
    /// What the Taxpayer Application asks for when the certificate is applied for, in English: "Signing the issuer
    /// verification link".
    pub fn words(self) -> &'static str {
        match self {
            Self::Offline => "Signing the issuer verification link",
            Self::Authentication => "Authentication in KSeF",
            Self::Unclear => "unclear: its key usage names both purposes, or neither",
        }
    }

    /// The same in the Taxpayer Application's own language.
    pub fn polish(self) -> Option<&'static str> {
        match self {
            Self::Offline => Some("Podpis linku do weryfikacji wystawcy"),
            Self::Authentication => Some("Uwierzytelnienie w systemie KSeF"),
            Self::Unclear => None,
        }
    }

    /// 1 for logging in, 2 for signing KOD II.
    pub fn type_number(self) -> Option<u8> {
        match self {
            Self::Offline => Some(2),
            Self::Authentication => Some(1),
            Self::Unclear => None,
        }
    }

    /// The name in the API, `certificateType`: `Offline`, `Authentication`.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Offline => Some("Offline"),
            Self::Authentication => Some("Authentication"),
            Self::Unclear => None,
        }
    }

    fn of(usage: KeyUsage) -> Self {
        match (usage.non_repudiation(), usage.digital_signature()) {
            (true, false) => Self::Offline,
            (false, true) => Self::Authentication,
            _ => Self::Unclear,
        }
    }
}

/// Names no owner: a subject may hold personal data.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("serial", &self.serial)
            .field("issuer", &self.issuer_common_name)
            .field("purpose", &self.purpose)
            .field("key", &self.key_kind())
            .finish_non_exhaustive()
    }
}

fn common_name(name: &Name) -> Option<String> {
    let value = name.common_name().ok().flatten()?;
    Some(value.value().into_owned())
}

/// True for a certificate that other certificates are issued by (RFC 5280, section 4.2.1.9).
pub(in crate::credential) fn is_authority(der: &[u8]) -> bool {
    let constraints = x509_cert::Certificate::from_der(der)
        .ok()
        .and_then(|certificate| certificate.tbs_certificate().get_extension::<BasicConstraints>().ok().flatten());
    constraints.is_some_and(|(_critical, constraints)| constraints.ca)
}

/// A moment in Polish time, to the minute: `2025-01-01 01:00`.
pub(in crate::credential) fn minute(time: SystemTime) -> String {
    in_warsaw(time).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The wall clock where KSeF is.
pub(in crate::credential) fn in_warsaw(time: SystemTime) -> DateTime {
    let warsaw = jiff::tz::get!("Europe/Warsaw");
    // Out of jiff's range is the last day of 9999, which stands for "no end" in a certificate (RFC 5280, section
    // 4.1.2.5), and a clock that is not a clock.
    jiff::Timestamp::try_from(time).map_or(DateTime::MAX, |time| time.to_zoned(warsaw).datetime())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// `openssl x509 -in offline-ec.crt -noout -fingerprint -sha256`, without the colons.
    #[test]
    fn fingerprint_as_openssl_has_it() {
        let company = Certificate::parse(include_bytes!("../../../fixtures/keys/offline-ec.crt")).unwrap();
        assert_eq!(company.fingerprint(), "1F0E3D0389EE274D01C307D7E5448F70DCCAA920BDEE7F2778CD1E4938DB5301");
    }

    #[test]
    fn days_are_counted_by_midnights_in_poland() {
        let certificate = Certificate::parse(include_bytes!("../../../fixtures/keys/ends-soon-ec.crt")).unwrap();
        assert_eq!(certificate.validity_in_poland(), ["2025-01-01 01:00", "2026-07-01 02:00"]);
        let hours = |hours: u64| certificate.not_after() - Duration::from_secs(hours * 3600);
        // Two hours before the end it is midnight in Warsaw.
        assert_eq!([0, 2, 3, 26, 27].map(|before| certificate.days_left(hours(before))), [0, 0, 1, 1, 2]);
        assert_eq!(certificate.days_left(certificate.not_after() + Duration::from_secs(24 * 3600)), -1);
    }

    #[test]
    fn no_end_is_the_end_of_9999() {
        let no_end = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
        assert_eq!(in_warsaw(no_end).date().to_string(), "9999-12-31");
    }

    #[test]
    fn every_field() {
        let certificate = Certificate::parse(include_bytes!("../../../fixtures/keys/offline-ec.crt")).unwrap();
        assert_eq!(certificate.serial().to_string(), "01F0A1B2C3D4E501");
        assert_eq!(certificate.owner(), Owner::Nip("5265877635".parse().unwrap()));
        assert_eq!(certificate.common_name(), Some("Żółw Throwaway (offline)"));
        assert_eq!(certificate.issuer_common_name(), Some("TEST CCK KSeF"));
        assert_eq!(certificate.purpose(), Purpose::Offline);
        assert_eq!(certificate.key_kind().to_string(), "EC P-256");
        // 2025-01-01 and 2099-12-31, 00:00 UTC.
        assert_eq!(certificate.not_before(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_689_600));
        assert_eq!(certificate.not_after(), SystemTime::UNIX_EPOCH + Duration::from_secs(4_102_358_400));
        assert_eq!(PublicKey::from_spki(certificate.public_key_der()).unwrap(), certificate.public_key);
    }

    #[test]
    fn a_chain_may_begin_with_its_issuer() {
        let chain = include_str!("../../../fixtures/keys/offline-ec.chain.pem");
        let (first, second) = chain.split_at(chain.rfind("-----BEGIN").unwrap());
        let turned = Certificate::parse(format!("{second}{first}").as_bytes()).unwrap();
        assert_eq!(turned.serial().to_string(), "01F0A1B2C3D4E501");
    }

    #[test]
    fn debug_names_no_owner() {
        let certificate = Certificate::parse(include_bytes!("../../../fixtures/keys/pesel-ec.crt")).unwrap();
        assert_eq!(certificate.owner(), Owner::Pesel);
        let debug = format!("{certificate:?} {:?}", certificate.owner());
        assert!(!debug.contains("90610112347") && !debug.contains("Zmyślona"), "{debug}");
    }
}
