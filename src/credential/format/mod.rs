//! What a file holds, before anybody asks what it is for: PEM, Base64, DER and BER, and the objects within them.

pub(super) mod algorithm;
pub(super) mod ber;
pub(super) mod object;
pub(super) mod pem;
