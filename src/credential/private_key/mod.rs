//! A private key and what may keep it closed: PBES2 of PKCS#8, and OpenSSL's older encryption of PEM files.

mod cipher;
mod legacy_pem;
mod password_policy;
pub(super) mod pbes2;
mod pbkdf2;
#[cfg(target_arch = "x86_64")]
mod pbkdf2_in_registers;

#[expect(clippy::module_inception, reason = "the noun of this folder, which the others serve")]
mod private_key;

pub use password_policy::check_password;
pub use private_key::PrivateKey;
