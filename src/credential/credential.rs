use std::time::SystemTime;

use super::certificate::{Certificate, Purpose, in_warsaw, minute};
use super::private_key::PrivateKey;
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::values::{Environment, Rule, Rules};

/// What a credential is to be good for.
///
/// ```
/// use ksef_qr::values::Rule;
/// use ksef_qr::{Conditions, Environment};
///
/// # let now = std::time::SystemTime::UNIX_EPOCH;
/// let conditions = Conditions::new(Environment::Prod, now);
/// let even_if_expired = conditions.allowing([Rule::CertificateDates].into_iter().collect());
/// assert!(even_if_expired.allow.contains(Rule::CertificateDates));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Conditions {
    /// The KSeF that the links lead to.
    pub environment: Environment,
    /// The moment of signing: the clock belongs to the caller.
    pub now: SystemTime,
    /// The rules that may be overridden. [`Rule::CertificatePurpose`] and [`Rule::CertificateDates`] count here.
    pub allow: Rules,
}

impl Conditions {
    /// In this environment, at this moment, with no rule overridden.
    pub fn new(environment: Environment, now: SystemTime) -> Self {
        Self { environment, now, allow: Rules::NONE }
    }

    /// Overrides these rules, in place of any before.
    #[must_use]
    pub fn allowing(mut self, rules: Rules) -> Self {
        self.allow = rules;
        self
    }
}

/// A certificate and its private key, fit to sign KOD II.
///
/// It exists only if issuer, key, purpose and dates agree, so nothing that holds one asks again.
#[derive(Debug)]
pub struct Credential {
    public: PublicCredential,
    key: PrivateKey,
}

impl Credential {
    /// Joins a certificate and its key, checking in this order: the issuer fits the environment, the key belongs to
    /// the certificate, the purpose is signing, the certificate is valid now.
    ///
    /// # Errors
    /// `certificate_wrong_environment`; `key_mismatch`; `certificate_is_authentication` and
    /// `certificate_purpose_unclear`, unless `certificate-purpose` may be overridden; `certificate_expired` and
    /// `certificate_not_yet_valid`, unless `certificate-dates` may be.
    pub fn new(certificate: Certificate, key: PrivateKey, conditions: &Conditions) -> Result<Self> {
        let public = PublicCredential::of_pair(certificate, conditions, |certificate| check_pair(certificate, &key))?;
        Ok(Self { public, key })
    }

    /// Reads both files and joins them: [`Certificate::parse`], [`PrivateKey::parse`], [`new`](Self::new).
    ///
    /// # Errors
    /// Those of the three. They do not say which file is at fault; where there are names to give, call the three and
    /// add them with [`Error::about`].
    pub fn from_bytes(
        certificate: &[u8],
        key: &[u8],
        password: Option<&[u8]>,
        conditions: &Conditions,
    ) -> Result<Self> {
        Self::new(Certificate::parse(certificate)?, PrivateKey::parse(key, password)?, conditions)
    }

    /// The certificate, whose serial number KOD II carries.
    pub fn certificate(&self) -> &Certificate {
        self.public.certificate()
    }

    /// The KSeF that it was checked for.
    pub fn environment(&self) -> Environment {
        self.public.environment()
    }

    /// The rules that were overridden because the certificate breaks them, to be recorded with every signature.
    pub fn allowed(&self) -> Rules {
        self.public.allowed()
    }

    /// What a person should look at: `certificate_ends_soon`.
    pub fn warnings(&self) -> &[Warning] {
        self.public.warnings()
    }

    pub(crate) fn private_key(&self) -> &PrivateKey {
        &self.key
    }

    /// What is left once a signer has the key; this copy of the key is wiped.
    pub(crate) fn into_public(self) -> PublicCredential {
        self.public
    }
}

/// All of a [`Credential`] but its key, which a signer has: in memory, on a token.
///
/// It is checked as strictly: it exists only if issuer, key, purpose and dates agreed.
#[derive(Clone, Debug)]
pub struct PublicCredential {
    certificate: Certificate,
    environment: Environment,
    allowed: Rules,
    warnings: Vec<Warning>,
}

impl PublicCredential {
    /// `check_pair` finds out whether the key, wherever it is, belongs to the certificate.
    ///
    /// # Errors
    /// Those of `check_pair`, and those of [`Credential::new`], in its order.
    pub(crate) fn of_pair(
        certificate: Certificate,
        conditions: &Conditions,
        check_pair: impl FnOnce(&Certificate) -> Result<()>,
    ) -> Result<Self> {
        certificate.check_environment(conditions.environment)?;
        check_pair(&certificate)?;
        let mut allowed = Rules::NONE;
        for (rule, check) in [
            (Rule::CertificatePurpose, check_purpose(&certificate)),
            (Rule::CertificateDates, check_dates(&certificate, conditions.now)),
        ] {
            match check {
                Err(error) if !conditions.allow.contains(rule) => return Err(error),
                Err(_) => allowed.insert(rule),
                Ok(()) => {}
            }
        }
        Ok(Self {
            warnings: ends_soon(&certificate, conditions.now).into_iter().collect(),
            certificate,
            environment: conditions.environment,
            allowed,
        })
    }

    /// The certificate, whose serial number KOD II carries.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The KSeF that it was checked for.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// The rules that were overridden because the certificate breaks them, to be recorded with every signature.
    pub fn allowed(&self) -> Rules {
        self.allowed
    }

    /// What a person should look at: `certificate_ends_soon`.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

/// Refuses a private key that is not the certificate's.
///
/// # Errors
/// `key_mismatch`.
pub fn check_pair(certificate: &Certificate, key: &PrivateKey) -> Result<()> {
    if key.public_key() == certificate.public_key() {
        return Ok(());
    }
    let (found, expected) = (key.kind(), certificate.key_kind());
    let message = if found == expected {
        format!("the private key does not belong to the certificate {}", certificate.serial())
    } else {
        format!("the private key is {found}, and the certificate {} is for {expected}", certificate.serial())
    };
    Err(Error::new(Kind::KeyMismatch, message))
}

pub(crate) fn check_purpose(certificate: &Certificate) -> Result<()> {
    let (kind, message) = match certificate.purpose() {
        Purpose::Offline => return Ok(()),
        Purpose::Authentication => (
            Kind::CertificateIsAuthentication,
            "the certificate is for logging in (key usage digitalSignature), not for signing links",
        ),
        Purpose::Unclear => (
            Kind::CertificatePurposeUnclear,
            "the certificate's key usage names both purposes of KSeF certificates, or neither",
        ),
    };
    Err(Error::new(kind, message))
}

/// Both ends belong to the validity (RFC 5280, section 4.1.2.5).
pub(crate) fn check_dates(certificate: &Certificate, now: SystemTime) -> Result<()> {
    let (kind, found) = if now > certificate.not_after() {
        (Kind::CertificateExpired, "has expired")
    } else if now < certificate.not_before() {
        (Kind::CertificateNotYetValid, "is not valid yet")
    } else {
        return Ok(());
    };
    let [from, to, now] = [certificate.not_before(), certificate.not_after(), now].map(minute);
    let message =
        format!("the certificate {found}: it is valid from {from} to {to}, and now it is {now} (Polish time)");
    Err(Error::new(kind, message))
}

/// Enough time to apply for the next certificate: old and new may run in parallel (`certyfikaty-KSeF.md`).
const DAYS_OF_WARNING: i64 = 30;

fn ends_soon(certificate: &Certificate, now: SystemTime) -> Option<Warning> {
    check_dates(certificate, now).ok()?;
    let end = in_warsaw(certificate.not_after()).date();
    let when = match certificate.days_left(now) {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days @ 2..=DAYS_OF_WARNING => format!("in {days} days"),
        _ => return None,
    };
    let message = format!("the certificate {} ends on {end}, {when}", certificate.serial());
    Some(Warning::new(WarningKind::CertificateEndsSoon, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(day: &str) -> SystemTime {
        format!("{day}T12:00:00Z").parse::<jiff::Timestamp>().unwrap().into()
    }

    fn warning(day: &str) -> Option<String> {
        let certificate = Certificate::parse(include_bytes!("../../fixtures/keys/ends-soon-ec.crt")).unwrap();
        ends_soon(&certificate, at(day)).map(|warning| warning.to_string())
    }

    #[test]
    fn a_month_of_warning() {
        // Ends on 2026-07-01 at 02:00 in Warsaw.
        assert_eq!(warning("2026-05-31"), None);
        assert_eq!(warning("2026-06-01").unwrap(), "the certificate 01F0A1B2C3D4E50A ends on 2026-07-01, in 30 days");
        assert_eq!(warning("2026-06-30").unwrap(), "the certificate 01F0A1B2C3D4E50A ends on 2026-07-01, tomorrow");
        assert_eq!(warning("2026-07-01"), None);
    }

    #[test]
    fn both_ends_belong_to_the_validity() {
        let certificate = Certificate::parse(include_bytes!("../../fixtures/keys/expired-ec.crt")).unwrap();
        let second = Duration::from_secs(1);
        let code = |now| check_dates(&certificate, now).err().map(|error| error.code());
        assert_eq!(code(certificate.not_before() - second), Some("certificate_not_yet_valid"));
        assert_eq!(code(certificate.not_before()), None);
        assert_eq!(code(certificate.not_after()), None);
        assert_eq!(code(certificate.not_after() + second), Some("certificate_expired"));
    }

    #[test]
    fn the_message_holds_all_dates() {
        let certificate = Certificate::parse(include_bytes!("../../fixtures/keys/expired-ec.crt")).unwrap();
        assert_eq!(
            check_dates(&certificate, at("2026-06-15")).unwrap_err().message(),
            "the certificate has expired: it is valid from 2023-01-01 01:00 to 2025-01-01 01:00, and now it is \
             2026-06-15 14:00 (Polish time)"
        );
    }
}
