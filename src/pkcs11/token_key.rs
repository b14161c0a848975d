use std::fmt;

use cryptoki::context::Pkcs11;
use cryptoki::mechanism::MechanismType;
use cryptoki::object::{Attribute, AttributeType, CertificateType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use cryptoki::slot::Slot;

use super::fault::fault;
use super::sessions::Sessions;
use super::signer::{Method, TokenSigner};
use super::uri::TokenUri;
use crate::credential::Certificate;
use crate::error::{Error, Kind, Result};
use crate::sign::{LinkSigner, SignatureEncoding};

/// A private key on a token that is unlocked.
pub struct TokenKey {
    sessions: Sessions,
    key: ObjectHandle,
    id: Option<Vec<u8>>,
    method: Method,
}

impl TokenKey {
    pub(super) fn find(uri: &TokenUri, module: Pkcs11, slot: Slot, session: Session) -> Result<Self> {
        let key = find_key(&session, uri)?;
        let wanted = [AttributeType::KeyType, AttributeType::Id, AttributeType::AlwaysAuthenticate];
        let attributes = session.get_attributes(key, &wanted).map_err(|error| fault("reading the key", error))?;
        let (mut key_type, mut id, mut always_authenticate) = (None, None, false);
        for attribute in attributes {
            match attribute {
                Attribute::KeyType(found) => key_type = Some(found),
                Attribute::Id(found) => id = Some(found).filter(|id| !id.is_empty()),
                Attribute::AlwaysAuthenticate(found) => always_authenticate = found,
                _ => {}
            }
        }
        if always_authenticate {
            return Err(unsupported("the key asks for the PIN before each signature (CKA_ALWAYS_AUTHENTICATE)"));
        }
        let known = module.get_mechanism_list(slot).map_err(|error| fault("asking what it can do", error))?;
        let method = method(key_type, |mechanism| known.contains(&mechanism))?;
        Ok(Self { sessions: Sessions::new(module, slot, session), key, id, method })
    }

    /// The certificate beside the key, which has the same ID.
    ///
    /// # Errors
    /// `token_certificate_missing`; those of [`Certificate::parse`]; `token_failed`.
    pub fn certificate(&self) -> Result<Certificate> {
        let missing = |what| Error::new(Kind::TokenCertificateMissing, what);
        let id = self.id.clone().ok_or_else(|| missing("the key has no ID that a certificate could share"))?;
        let template = [
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Id(id),
        ];
        let certificates = self.sessions.with(|session| {
            let found = session.find_objects(&template).map_err(|error| fault("looking for certificates", error))?;
            let value = |object| session.get_attributes(object, &[AttributeType::Value]);
            let values: std::result::Result<Vec<_>, _> = found.into_iter().map(value).collect();
            Ok(values.map_err(|error| fault("reading a certificate", error))?.concat())
        })?;
        match &certificates[..] {
            [Attribute::Value(der)] => Certificate::parse(der),
            [] => Err(missing("the token holds no certificate with the key's ID")),
            _ => Err(missing("the token holds several certificates with the key's ID")),
        }
    }

    /// The signer that has the token sign. Threads share it; each uses a session of its own.
    pub fn signer(self, encoding: SignatureEncoding) -> Box<dyn LinkSigner> {
        Box::new(TokenSigner { sessions: self.sessions, key: self.key, method: self.method, encoding })
    }
}

/// The key itself nobody can print; it stays on the token.
impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKey").field("id", &self.id).field("method", &self.method).finish_non_exhaustive()
    }
}

fn find_key(session: &Session, uri: &TokenUri) -> Result<ObjectHandle> {
    let mut template = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
    template.extend(uri.object().map(|label| Attribute::Label(label.as_bytes().to_vec())));
    template.extend(uri.id().map(|id| Attribute::Id(id.to_vec())));
    let keys = session.find_objects(&template).map_err(|error| fault("looking for keys", error))?;
    match keys[..] {
        [key] => Ok(key),
        [] => Err(Error::new(Kind::TokenKeyMissing, "the token holds no private key that fits the URI")),
        _ => Err(Error::new(Kind::TokenKeySeveral, format!("{} private keys of the token fit the URI", keys.len()))),
    }
}

/// Digests are computed here, where the token lets us: the less goes over the wire, the better.
fn method(key_type: Option<KeyType>, knows: impl Fn(MechanismType) -> bool) -> Result<Method> {
    match key_type {
        Some(KeyType::EC) if knows(MechanismType::ECDSA) => Ok(Method::Ecdsa),
        Some(KeyType::RSA) if knows(MechanismType::RSA_PKCS_PSS) => Ok(Method::RsaPss),
        Some(KeyType::RSA) if knows(MechanismType::SHA256_RSA_PKCS_PSS) => Ok(Method::Sha256RsaPss),
        Some(KeyType::EC) => Err(unsupported("the token does not sign by CKM_ECDSA")),
        Some(KeyType::RSA) => Err(unsupported("the token does not sign by RSASSA-PSS")),
        other => Err(unsupported(&format!("the key is neither EC nor RSA ({other:?})"))),
    }
}

fn unsupported(found: &str) -> Error {
    Error::new(Kind::TokenKeyUnsupported, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_is_one_that_the_token_knows() {
        let with = |key, known: &[MechanismType]| method(key, |mechanism| known.contains(&mechanism));
        let (ec, rsa) = (Some(KeyType::EC), Some(KeyType::RSA));
        let (pss, sha256_pss) = (MechanismType::RSA_PKCS_PSS, MechanismType::SHA256_RSA_PKCS_PSS);
        assert_eq!(with(ec, &[MechanismType::ECDSA, pss]), Ok(Method::Ecdsa));
        assert_eq!(with(rsa, &[sha256_pss, pss]), Ok(Method::RsaPss));
        assert_eq!(with(rsa, &[sha256_pss]), Ok(Method::Sha256RsaPss));
        for (key, known) in [(ec, pss), (rsa, MechanismType::RSA_PKCS), (Some(KeyType::AES), pss), (None, pss)] {
            assert_eq!(with(key, &[known]).unwrap_err().code(), "token_key_unsupported");
        }
    }
}
