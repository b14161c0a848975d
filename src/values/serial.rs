use std::fmt;

use crate::error::{Error, Kind, Result};

/// A certificate's serial number as KSeF writes it: 16 upper-case hexadecimal digits, zeros in front
/// (`certyfikaty-KSeF.md`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateSerial(u64);

impl CertificateSerial {
    /// Takes the serial number of an X.509 certificate, big-endian.
    ///
    /// # Errors
    /// `certificate_serial`, if it has more than eight significant bytes.
    pub fn from_be_bytes(bytes: &[u8]) -> Result<Self> {
        let significant = bytes.iter().position(|&byte| byte != 0).map_or(&bytes[..0], |first| &bytes[first..]);
        if significant.len() > 8 {
            let message = format!("the certificate's serial number has {} bytes, KSeF's have 8", significant.len());
            return Err(Error::new(Kind::CertificateSerial, message));
        }
        Ok(Self(significant.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))))
    }

    /// The number that is meant where a library gave the bytes last byte first.
    pub(crate) fn with_bytes_reversed(self) -> Self {
        Self(self.0.swap_bytes())
    }

    /// What else a text is that people take for a serial number: the reference number of an application or a session in
    /// KSeF, a GUID, a fingerprint.
    pub(crate) fn mistaken(text: &str) -> Option<&'static str> {
        let groups: Vec<_> = text.split('-').collect();
        let lengths: Vec<_> = groups.iter().map(|group| group.len()).collect();
        let is = |class: fn(&u8) -> bool| groups.concat().bytes().all(|byte| class(&byte));
        match lengths[..] {
            [8, 2, 10, 10, 2] if is(u8::is_ascii_alphanumeric) => Some("a reference number of KSeF"),
            [8, 4, 4, 4, 12] if is(u8::is_ascii_hexdigit) => Some("a GUID"),
            [40 | 64] if is(u8::is_ascii_hexdigit) => Some("a fingerprint"),
            _ => None,
        }
    }

    /// Reads the 16 digits of a link.
    ///
    /// # Errors
    /// `serial_malformed`, for another length and for small letters.
    pub fn parse(text: &str) -> Result<Self> {
        let shape = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
        let value = if shape { u64::from_str_radix(text, 16).ok() } else { None };
        value.map(Self).ok_or_else(|| {
            let message = match Self::mistaken(text) {
                Some(other) => format!("{text:?} is {other}, not a serial number of 16 hexadecimal digits"),
                None => format!("{text:?} is not a serial number of 16 hexadecimal digits"),
            };
            Error::new(Kind::SerialMalformed, message)
        })
    }
}

impl CertificateSerial {
    /// Appends the digits.
    pub(crate) fn push(self, out: &mut String) {
        let digits = self.0.to_be_bytes().into_iter().flat_map(|byte| [byte >> 4, byte & 0xF]);
        out.extend(digits.map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
    }
}

impl fmt::Display for CertificateSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}

impl fmt::Debug for CertificateSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateSerial({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padded_to_sixteen() {
        assert_eq!(CertificateSerial::from_be_bytes(&[0x1F, 0x2A]).unwrap().to_string(), "0000000000001F2A");
        // DER puts a zero in front of a high bit.
        let nine = [0, 0xF1, 0xF2, 0x0A, 0x5D, 0x35, 0x2A, 0xE5, 0x90];
        assert_eq!(CertificateSerial::from_be_bytes(&nine).unwrap().to_string(), "F1F20A5D352AE590");
        assert_eq!(CertificateSerial::from_be_bytes(&[1; 9]).unwrap_err().code(), "certificate_serial");
    }

    #[test]
    fn pushed_as_displayed() {
        for serial in [0, 1, 0xF1F2_0A5D_352A_E590, 0x0123_4567_89AB_CDEF, u64::MAX].map(CertificateSerial) {
            let mut pushed = "/".to_owned();
            serial.push(&mut pushed);
            assert_eq!(pushed, format!("/{serial}"));
        }
    }

    #[test]
    fn parse_is_strict() {
        assert_eq!(CertificateSerial::parse("01F20A5D352AE590").unwrap().to_string(), "01F20A5D352AE590");
        for bad in
            ["01f20a5d352ae590", "1F20A5D352AE590", "001F20A5D352AE590", "+1F20A5D352AE590", "", "01F20A5D352AE59G"]
        {
            assert_eq!(CertificateSerial::parse(bad).unwrap_err().code(), "serial_malformed", "{bad}");
        }
    }
}
