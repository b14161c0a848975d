use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Appends bytes in Base64URL without padding, by pieces that fit into a small array: the crate's own way into a `String` goes
/// through a kilobyte that it fills with zeros first.
pub(crate) fn push_base64url(bytes: &[u8], out: &mut String) {
    /// Every piece but the last is written without a remainder.
    const PIECE: usize = 48;

    for piece in bytes.chunks(PIECE) {
        let mut written = [0; PIECE / 3 * 4];
        let length = URL_SAFE_NO_PAD.encode_slice(piece, &mut written).unwrap_or_default();
        out.push_str(std::str::from_utf8(&written[..length]).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_crate_writes_it() {
        let bytes: Vec<u8> = (0..=255).cycle().take(600).map(|byte: u8| byte.wrapping_mul(73)).collect();
        for length in 0..bytes.len() {
            let mut written = "before ".to_owned();
            push_base64url(&bytes[..length], &mut written);
            assert_eq!(written, format!("before {}", URL_SAFE_NO_PAD.encode(&bytes[..length])));
        }
    }
}
