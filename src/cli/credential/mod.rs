//! From the paths and secrets that the settings name to certificates, keys, and whoever signs.

pub mod key_file;
pub mod register_file;
pub mod register_issuers;
pub mod secret;
pub mod signatory;
