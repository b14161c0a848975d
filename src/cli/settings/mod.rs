//! What each command is to do, checked, in plain types: made of the arguments in one step, and all that the commands see
//! of them.

mod cert;
mod key;
mod register;
mod signing;

pub use cert::{CalendarPlace, Cert, CertCheck, CertShow, Checked, Expiring};
pub use key::{CertificateUse, Key, KeyCsr, KeyNew, KeyPassword, KeyPublic, KeyTarget, NewPassword, RequestSubject};
pub use register::{AddedKey, Register, RegisterAdd, RegisterCheck, RegisterList, RegisterStatus};
pub use signing::{RegisterChoice, Signature, Signing, SigningKey};
