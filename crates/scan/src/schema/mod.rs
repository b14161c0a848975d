//! The Ministry's schemas, and what they have against a document.
//!
//! ```
//! use ksef_qr_scan::schema::{Form, Schemas};
//!
//! # fn main() -> ksef_qr_scan::Result<()> {
//! # let (form, types) = (include_bytes!("../../../../fixtures/schemas/flat/form.xsd").to_vec(),
//! #     include_bytes!("../../../../fixtures/schemas/flat/types.xsd").to_vec());
//! # let invoice = include_str!("../../../../fixtures/schemas/note.xml");
//! let namespace = "http://crd.gov.pl/wzor/2025/06/25/13775/".to_owned();
//! let forms = vec![Form { name: "FA(3)".to_owned(), namespace, root: "Faktura".to_owned() }];
//! let schemas = Schemas::new(forms, [("form.xsd".to_owned(), form), ("types.xsd".to_owned(), types)])?;
//! let violations = schemas.validate("FA(3)", invoice)?;
//! assert!(violations.iter().any(|violation| violation.message == "element 'Dopisek' is not declared in schema"));
//! # Ok(())
//! # }
//! ```

mod document;
mod folder;
mod plain;
mod schemas;

pub use schemas::{Form, Schemas, Violation};
