use super::kind::ErrorKind;
use super::verify_code::CheckCode;
use super::warning::WarningKind;

/// What a code means and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// Where the code stands.
    pub class: Class,
    /// The stable code, snake case.
    pub code: &'static str,
    /// What it means and when it comes; of what is looked at, the question. One or two sentences.
    pub meaning: &'static str,
    /// What to do about it, in one or two sentences.
    pub hint: &'static str,
}

/// Where a code stands. The same code may stand in several places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// A refusal, a finding of `check`, a problem of an audit.
    Error(ErrorKind),
    /// A warning beside what was done.
    Warning(WarningKind),
    /// Something that `verify` looked at in a code, or found in it.
    Verify,
    /// Something that an audit of a certificate looked at.
    Audit,
}

impl Class {
    /// `error`, `warning`, `verify`, `audit`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error(_) => "error",
            Self::Warning(_) => "warning",
            Self::Verify => "verify",
            Self::Audit => "audit",
        }
    }
}

/// The items of an audit: name, question, what to do.
const AUDIT: &[(&str, &str, &str)] = &[
    (
        "environment",
        "Whether the certificate was issued by the KSeF environment that it is to be used in.",
        "Certificates of production and of the test environments are not interchangeable: take the matching one.",
    ),
    (
        "owner",
        "Whether the certificate belongs to whom it should.",
        "Whoever the certificate belongs to is who signs. Give the certificate of this NIP, or the NIP of its owner.",
    ),
    (
        "purpose",
        "Whether the certificate is for signing links (type 2, Offline), not for logging in (type 1).",
        "Apply for a type 2 certificate in the KSeF Taxpayer Application.",
    ),
    (
        "dates",
        "Whether the certificate is valid now.",
        "Use the certificate that is, or apply for the next one in the KSeF Taxpayer Application.",
    ),
    (
        "key_present",
        "Whether there is a private key, and it can be read.",
        "Give the .key that was saved when the certificate was applied for. If it is lost, apply for a new certificate.",
    ),
    (
        "key_matches",
        "Whether the private key is the certificate's.",
        "Use the .key saved in the same application as this .crt.",
    ),
    (
        "password_works",
        "Whether the password opens the private key.",
        "Is it the password of this key? It cannot be recovered: if it is lost, apply for a new certificate.",
    ),
    (
        "password_policy",
        "Whether the password is one that KSeF's own application would take.",
        "Encrypt the key with a password of 15 to 32 characters: small and capital letters, digits and special characters.",
    ),
    (
        "key_permissions",
        "Whether only its owner may read the file of the private key.",
        "Let nobody but its owner read the key: `chmod 600 FILE`.",
    ),
    (
        "expiry_planned",
        "Whether there is time to replace the certificate before it ends.",
        "Apply for the next certificate in good time: the old and the new one may be used side by side.",
    ),
    (
        "controlled_test",
        "Whether the certificate verifies a link that the private key signed.",
        "The key and the certificate do not work together. See what the other items say.",
    ),
    (
        "revocation",
        "Whether the certificate was revoked or blocked in KSeF. Only KSeF knows.",
        "Look it up in the KSeF Taxpayer Application, or scan a code that it signed.",
    ),
];

/// All codes of this version: errors, warnings, what `verify` and what an audit looks at.
pub fn explanations() -> impl Iterator<Item = Explanation> {
    let errors = ErrorKind::ALL.iter().map(|&kind| Explanation {
        class: Class::Error(kind),
        code: kind.code(),
        meaning: kind.meaning(),
        hint: kind.hint(),
    });
    let warnings = WarningKind::ALL.iter().map(|&kind| Explanation {
        class: Class::Warning(kind),
        code: kind.code(),
        meaning: kind.meaning(),
        hint: kind.hint(),
    });
    let checks = CheckCode::ALL.iter().map(|check| Explanation {
        class: Class::Verify,
        code: check.name(),
        meaning: check.meaning(),
        hint: check.remedy(),
    });
    let items = AUDIT.iter().map(|&(code, meaning, hint)| Explanation { class: Class::Audit, code, meaning, hint });
    errors.chain(warnings).chain(checks).chain(items)
}

/// What a code means, once for each place where it can stand; nothing if there is no such code.
///
/// ```
/// use ksef_qr::error::{Class, explain};
///
/// let of_error = explain("nip_checksum").find(|known| matches!(known.class, Class::Error(_))).unwrap();
/// assert!(of_error.meaning.starts_with("The last digit of a NIP"));
/// assert!(explain("no_such_code").next().is_none());
/// ```
pub fn explain(code: &str) -> impl Iterator<Item = Explanation> {
    explanations().filter(move |explanation| explanation.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_snake_case_and_stand_once_in_a_class() {
        let mut seen = HashSet::new();
        for Explanation { class, code, .. } in explanations() {
            assert!(seen.insert((class.name(), code)), "{code} twice");
            assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{code}");
        }
    }

    #[test]
    fn every_code_is_explained_in_sentences() {
        for Explanation { code, meaning, hint, .. } in explanations() {
            for text in [meaning, hint] {
                assert!(text.ends_with(['.', '?', ')', '…']) || text.contains("http"), "{code}: {text}");
                assert!(text.starts_with(|first: char| !first.is_lowercase()) || text.len() > 20, "{code}: {text}");
            }
        }
    }

    /// What a program's options are called, the program says.
    #[test]
    fn hints_name_no_option_of_the_command() {
        for Explanation { code, meaning, hint, .. } in explanations() {
            for text in [meaning, hint] {
                // Commands of others may have options.
                let own = text.split('`').filter(|part| {
                    !["openssl ", "qpdf ", "pkcs11-tool "].iter().any(|others| part.starts_with(others))
                });
                for part in own {
                    assert!(!part.contains("--") && !part.contains("ksef-qr "), "{code}: {text}");
                }
            }
        }
    }
}
