//! The shared library's name carries the version of the ABI, so that a program never loads one that it was not made for.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libksefqr.so.1");
    }
}
