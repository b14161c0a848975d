//! Encrypted PDFs (ISO 32000-2, 7.6): opened with a password, and what is added to them encrypted as the rest is.
//!
//! | file | what it knows |
//! |---|---|
//! | `crypt` | which strings and streams of a PDF are encrypted, and with what |
//! | `password` | passwords: whether one opens the PDF, and the key that it leads to |
//! | `cipher` | RC4 and AES, with a key for each object |

mod cipher;
mod crypt;
mod password;

pub(super) use crypt::Crypt;
