use serde::{Deserialize, Serialize};

/// A text that was found, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What the code or the link holds.
    pub text: String,
    /// Which of the two it is.
    pub origin: Origin,
    /// Where in the file: `page 2`; none in a picture.
    pub place: Option<String>,
}

/// What a text was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A QR code.
    Code,
    /// A link annotation of a PDF: what a reader clicks on.
    Link,
}
