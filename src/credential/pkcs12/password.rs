use zeroize::Zeroizing;

/// A password in both spellings of PKCS#12, wiped when dropped.
pub(super) struct Password {
    /// What PBES2 and PBMAC1 take.
    pub(super) utf8: Zeroizing<Vec<u8>>,
    /// What everything older takes: UTF-16, the high byte first, with a zero at its end (RFC 7292, appendix B.1).
    pub(super) utf16: Zeroizing<Vec<u8>>,
}

impl Password {
    /// What may be meant by the bytes. The empty password and no password are two, and programs disagree which one they
    /// write: OpenSSL tries both, so both are tried here.
    pub(super) fn candidates(bytes: &[u8]) -> Vec<Self> {
        let mut candidates = vec![Self::new(bytes)];
        if bytes.is_empty() {
            candidates.push(Self { utf8: Zeroizing::default(), utf16: Zeroizing::default() });
        }
        candidates
    }

    fn new(bytes: &[u8]) -> Self {
        // Allocated at once, for two bytes a unit: growing would leave copies behind that nobody wipes.
        let mut utf16 = Zeroizing::new(Vec::with_capacity(2 * bytes.len() + 2));
        match std::str::from_utf8(bytes) {
            Ok(text) => text.encode_utf16().for_each(|unit| utf16.extend_from_slice(&unit.to_be_bytes())),
            // As OpenSSL does.
            Err(_) => bytes.iter().for_each(|&byte| utf16.extend_from_slice(&[0, byte])),
        }
        utf16.extend_from_slice(&[0, 0]);
        Self { utf8: Zeroizing::new(bytes.to_vec()), utf16 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(password: &[u8]) -> Vec<Vec<u8>> {
        Password::candidates(password).iter().map(|password| password.utf16.to_vec()).collect()
    }

    #[test]
    fn both_spellings() {
        assert_eq!(utf16(b"smeg"), [[0, 0x73, 0, 0x6D, 0, 0x65, 0, 0x67, 0, 0]]);
        assert_eq!(utf16("Żó".as_bytes()), [[0x01, 0x7B, 0x00, 0xF3, 0, 0]]);
        assert_eq!(utf16("🔑".as_bytes()), [[0xD8, 0x3D, 0xDD, 0x11, 0, 0]]);
        assert_eq!(utf16(b"\xBF"), [[0, 0xBF, 0, 0]]);
        assert_eq!(*Password::candidates("Żó".as_bytes())[0].utf8, *"Żó".as_bytes());
    }

    #[test]
    fn an_empty_one_and_none_are_two() {
        assert_eq!(utf16(b""), [vec![0, 0], vec![]]);
    }
}
