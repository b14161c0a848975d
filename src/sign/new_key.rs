use super::in_memory::no_key;
use crate::credential::PrivateKey;
use crate::crypto;
use crate::error::Result;

/// Which key to make for a certificate of KSeF (`certyfikaty-KSeF.md`, section 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyType {
    /// EC on P-256: what the Ministry recommends and the portal makes.
    #[default]
    EcP256,
    /// RSA of 2048 bits: longer links, ten times slower to sign.
    Rsa2048,
}

impl KeyType {
    /// Makes a new key of this type.
    ///
    /// # Errors
    /// `key_generation`, if the system gives no random numbers.
    pub fn generate(self) -> Result<PrivateKey> {
        let key = match self {
            Self::EcP256 => crypto::new_ec_key(),
            Self::Rsa2048 => crypto::new_rsa_key(),
        };
        PrivateKey::parse(&key.map_err(|_| no_key())?, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::KeyKind;

    #[test]
    fn keys_are_of_their_type_and_new_every_time() {
        for (kind, expected) in [(KeyType::EcP256, KeyKind::EcP256), (KeyType::Rsa2048, KeyKind::Rsa { bits: 2048 })] {
            let [one, other] = [kind.generate().unwrap(), kind.generate().unwrap()];
            assert_eq!(one.kind(), expected);
            assert_ne!(one.public_key(), other.public_key());
        }
        assert_ne!(crypto::random::<16>().unwrap(), crypto::random::<16>().unwrap());
    }
}
