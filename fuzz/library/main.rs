//! The parsers of the library.

#![cfg_attr(feature = "libfuzzer", no_main)]

mod archive;
mod credential;
mod invoice;
mod link;
mod list;
mod pdf;
mod reader;
mod text;

use std::sync::LazyLock;

use ksef_qr_fuzz::Target;

/// With how many megabytes. Where keys may lie, as many as their own encryption may ask for: 256 MiB for scrypt.
const TARGETS: &[Target] = &[
    ("announcements", text::announcements, 50),
    ("certificate", credential::certificate, 300),
    ("decoder", text::decoder, 50),
    ("invoice", invoice::invoice, 50),
    ("key", credential::key, 300),
    ("link", link::link, 20),
    ("manifest", list::manifest, 50),
    ("number", text::number, 20),
    ("pairs", list::pairs, 50),
    ("pdf-stamp", pdf::stamp, 300),
    ("pdf-text", pdf::text, 300),
    ("pkcs12", credential::pkcs12, 300),
    ("reader", reader::reader, 100),
    ("register", list::register, 50),
    ("subject", credential::subject, 50),
    ("tar", archive::tar, 100),
    ("tar-gz", archive::tar_gz, 300),
    ("upo", text::upo, 50),
    ("zip", archive::zip, 100),
];

static TARGET: LazyLock<&Target> = LazyLock::new(|| ksef_qr_fuzz::named(TARGETS));

#[cfg(feature = "libfuzzer")]
libfuzzer_sys::fuzz_target!(|input: &[u8]| ksef_qr_fuzz::run(&TARGET, input));

#[cfg(not(feature = "libfuzzer"))]
fn main() {
    ksef_qr_fuzz::replay(&TARGET);
}
