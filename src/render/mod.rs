//! Codes to picture bytes: 1-bit PNG, SVG and PDF.
//!
//! A [`Code`] is a link, its symbol and its label. `layout` alone decides where everything in a picture
//! goes; each format draws what it says. This module knows nothing of files and invoices, and of a link only that a PDF
//! leads to it.
//!
//! ```
//! use ksef_qr::{Code, EccLevel, Label, PictureFormat, Renderer, Style};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! let link = "https://qr.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo";
//! let code = Code::new(link, Label::OFFLINE, EccLevel::M)?;
//! let mut renderer = Renderer::new(Style::new(8, 600)?); // 8 pixels a module, 600 dpi
//! assert!(renderer.render(PictureFormat::Png, &code).starts_with(b"\x89PNG"));
//! assert!(renderer.svg(&code).contains("OFFLINE"));
//! # Ok(())
//! # }
//! ```

mod code;
mod format;
mod frames;
mod label;
pub(crate) mod layout;
pub(crate) mod modules;
mod pdf;
mod png;
mod renderer;
mod style;
mod svg;
#[cfg(test)]
mod tests;

pub use code::Code;
pub use format::PictureFormat;
pub use label::Label;
pub use renderer::Renderer;
pub use style::Style;
