use zeroize::Zeroizing;

use crate::credential::check_password;
use crate::error::Result;
use crate::sign::random;

/// The portal takes 15 to 32. These have 137 bits, more than a P-256 key is worth.
const LENGTH: usize = 23;

/// Of the special characters only those that mean nothing to a shell, XML or a spreadsheet.
const ALPHABET: &[u8; 64] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789-_!%^";

/// Makes up a password that the portal would take: 23 characters, all equally likely.
///
/// # Errors
/// `key_generation`, if the system gives no random numbers.
pub fn generate_password() -> Result<Zeroizing<String>> {
    loop {
        let bytes = Zeroizing::new(random::<LENGTH>()?);
        let mut password = Zeroizing::new(String::with_capacity(LENGTH));
        // 64 divides 256, so every character is as likely as any other.
        password.extend(bytes.iter().map(|&byte| char::from(ALPHABET[usize::from(byte % 64)])));
        // Now and then one has no digit or no special character; the next has.
        if check_password(password.as_bytes()).is_ok() {
            return Ok(password);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_character_comes_and_every_password_is_taken() {
        let passwords: HashSet<String> = (0..500).map(|_| generate_password().unwrap().to_string()).collect();
        assert_eq!(passwords.len(), 500);
        assert!(passwords.iter().all(|password| check_password(password.as_bytes()).is_ok()));
        let characters: HashSet<u8> = passwords.iter().flat_map(|password| password.bytes()).collect();
        assert_eq!(characters, ALPHABET.iter().copied().collect());
    }
}
