use pkcs8::ObjectIdentifier;
use pkcs8::der::oid::db::{DB, rfc5912};
use pkcs8::spki::AlgorithmIdentifierRef;

/// Says what a key is, for the message that it is not supported: `EC on secp384r1`, `id-Ed25519`.
pub(in crate::credential) fn describe(algorithm: &AlgorithmIdentifierRef<'_>) -> String {
    if algorithm.oid != rfc5912::ID_EC_PUBLIC_KEY {
        return name(algorithm.oid);
    }
    match algorithm.parameters_oid() {
        Ok(curve) => format!("EC on {}", name(curve)),
        Err(_) => "EC on a curve without a name".to_owned(),
    }
}

/// An algorithm's name in its own standard, or the dotted number if nobody gave it one.
pub(in crate::credential) fn name(oid: ObjectIdentifier) -> String {
    pbes1(oid).or_else(|| DB.by_oid(&oid)).map_or_else(|| oid.to_string(), str::to_owned)
}

/// The password-based encryption of RFC 8018, appendix A.3, which the database of names leaves out.
fn pbes1(oid: ObjectIdentifier) -> Option<&'static str> {
    match oid.to_string().strip_prefix("1.2.840.113549.1.5.")? {
        "1" => Some("pbeWithMD2AndDES-CBC"),
        "3" => Some("pbeWithMD5AndDES-CBC"),
        "4" => Some("pbeWithMD2AndRC2-CBC"),
        "6" => Some("pbeWithMD5AndRC2-CBC"),
        "10" => Some("pbeWithSHA1AndDES-CBC"),
        "11" => Some("pbeWithSHA1AndRC2-CBC"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_standards_own() {
        for (oid, expected) in [
            ("1.3.132.0.34", "secp384r1"),
            ("1.3.101.112", "id-Ed25519"),
            ("1.2.840.113549.1.5.3", "pbeWithMD5AndDES-CBC"),
            ("1.2.840.113549.1.12.1.3", "pbeWithSHAAnd3-KeyTripleDES-CBC"),
            ("1.2.3.4.5", "1.2.3.4.5"),
        ] {
            assert_eq!(name(ObjectIdentifier::new_unwrap(oid)), expected);
        }
    }
}
