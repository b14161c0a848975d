//! The C ABI of ksef-qr. The header is `include/ksef_qr.h`; `docs/bindings.md` says how it is used.
//!
//! What is done is done in `ksef-qr-bindings`; here are pointers alone, and every `unsafe` block says why it holds. The
//! functions trust what C must be trusted with: that a pointer leads to as many bytes as is said, and that a handle is one that was
//! given out and not freed. All else is checked.

mod answer;
mod calls;
mod given;
mod handles;

pub use answer::*;
pub use calls::*;
pub use given::ksef_qr_file;
pub use handles::*;

use std::ffi::c_char;

/// The version of the ABI that this header describes. A library with the same number has every function of it.
pub const KSEF_QR_ABI_VERSION: u32 = 1;

/// The version of the ABI of this library. Compare it with KSEF_QR_ABI_VERSION when you load it. It grows when something that was
/// there changes, which is a new libksefqr.so.N; functions and options are added within it.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_qr_abi_version() -> u32 {
    KSEF_QR_ABI_VERSION
}

/// Drops what was given out; should that panic, the caller does not hear of it.
fn dropped<T>(freed: Box<T>) {
    _ = ksef_qr_bindings::guarded(move || {
        drop(freed);
        Ok(())
    });
}

/// The version of ksef-qr, as "1.2.3". It is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_qr_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}
