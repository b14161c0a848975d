//! The bundled fonts as numbers. The other files are generated: see `tests/library/font_data.rs`.

#[rustfmt::skip]
pub(super) mod label;
#[cfg(feature = "pdf")]
#[rustfmt::skip]
pub(super) mod roboto;
