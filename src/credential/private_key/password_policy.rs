//! Which passwords the portal takes for a key.

use crate::error::{Error, Kind, Result};

/// The special characters that the portal takes, and the only ones.
const SPECIAL: &[u8] = b"!@#$%^&*()-_=+";

/// Says whether the KSeF Taxpayer Application would take the password for a key: 15 to 32 characters, at least one
/// lower-case and one upper-case letter (a-z, A-Z), one digit and one of `!@#$%^&*()-_=+`, and no others. Keys that were
/// encrypted elsewhere may have other passwords, and KSeF never sees any.
///
/// # Errors
/// `password_policy`, saying what is missing; never quoting the password.
pub fn check_password(password: &[u8]) -> Result<()> {
    let lacks = |found: bool, what: &'static str| (!found).then_some(what);
    let has = |class: fn(&u8) -> bool| password.iter().any(class);
    let known = |byte: &u8| byte.is_ascii_alphanumeric() || SPECIAL.contains(byte);
    let wrong: Vec<&str> = [
        lacks((15..=32).contains(&password.len()), "it does not have 15 to 32 characters"),
        lacks(has(u8::is_ascii_lowercase), "it has no lower-case letter"),
        lacks(has(u8::is_ascii_uppercase), "it has no upper-case letter"),
        lacks(has(u8::is_ascii_digit), "it has no digit"),
        lacks(has(|byte| SPECIAL.contains(byte)), "it has none of !@#$%^&*()-_=+"),
        lacks(password.iter().all(known), "it has a character that the portal does not take"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let message = format!("the portal would not take the password: {}", wrong.join(", "));
    Err(Error::new(Kind::PasswordPolicy, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_portal_takes() {
        for password in ["Throwaway-Key_2026", "aaaaaaaaaaaaA1!", "aA1()aaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(check_password(password.as_bytes()), Ok(()), "{password}");
        }
    }

    #[test]
    fn each_rule_by_itself() {
        for (password, lack) in [
            ("aaaaaaaaaaaA1!", "15 to 32"),
            ("aA1!aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "15 to 32"),
            ("AAAAAAAAAAAAAA1!", "lower-case"),
            ("aaaaaaaaaaaaaa1!", "upper-case"),
            ("aaaaaaaaaaaaaaA!", "no digit"),
            ("aaaaaaaaaaaaaaA1", "none of"),
            ("aaaaaaaaaaaa A1!", "does not take"),
            ("aaaaaaaaaaaa\u{142}A1!", "does not take"),
            ("aaaaaaaaaaaa?A1!", "does not take"),
        ] {
            let message = check_password(password.as_bytes()).unwrap_err().message().to_owned();
            assert!(message.contains(lack) && !message.contains(','), "{password}: {message}");
            assert!(!message.contains(password));
        }
    }
}
