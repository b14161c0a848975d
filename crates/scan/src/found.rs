use serde::{Deserialize, Serialize};

/// What was found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The texts of its codes and links.
    pub texts: Vec<Found>,
    /// The pages that were not read, because there are too many: `pages 51 to 140`.
    pub unread: Option<String>,
}

/// A text that was found, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What the code or the link holds; of something else that a click does, its name: `action:JavaScript`.
    pub text: String,
    /// Which of the two it is.
    pub origin: Origin,
    /// Where in the file: `page 2`; none in a picture.
    pub place: Option<String>,
    /// Of a link: the texts of the codes that it lies over, so that a click on them follows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<String>,
    /// Of a link: that it is followed when the page or the document is opened, without a click; `over` are then the codes
    /// of the page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opens: bool,
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
