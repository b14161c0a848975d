use std::io;

use ksef_qr::error::ErrorKind;
use serde::Serialize;

use crate::cli::words::hints;
use ksef_qr::scanner::Failure;

/// Why a subject could not be looked into.
#[derive(Debug, Serialize)]
pub struct Problem {
    pub code: &'static str,
    pub message: String,
    pub hint: &'static str,
    /// False if there was nothing to look at: a wrong path.
    #[serde(skip)]
    pub was_read: bool,
}

impl Problem {
    /// Why the codes of a file were not read.
    pub fn of_file(failure: Failure, bytes: &[u8]) -> Self {
        let is_pdf = is_pdf(bytes);
        match failure {
            Failure::Missing(error) => error.into(),
            Failure::TimedOut => io::Error::from(io::ErrorKind::TimedOut).into(),
            Failure::Ended if is_pdf => Self::of_pdf("pdf_unreadable", "the PDF cannot be drawn".to_owned()),
            Failure::Ended => {
                ksef_qr::Error::new(ErrorKind::PictureUnreadable, "the program that decodes pictures failed on it")
                    .into()
            }
            Failure::Refused { code, message } if is_pdf => Self::of_pdf(&code, message),
            Failure::Refused { code, message } => ksef_qr::Error::of_code(&code, message).into(),
        }
    }

    /// What the process that reads PDFs found out.
    fn of_pdf(code: &str, message: String) -> Self {
        let code = if code == "no_code_found" { "no_code_found" } else { "pdf_unreadable" };
        let hint = match code {
            "no_code_found" => {
                "Is this the right document? Codes with modules of less than three pixels at 200 dpi cannot be read."
            }
            _ => {
                "Open the PDF elsewhere: is it whole, and without a password? A picture of the page can be verified as well."
            }
        };
        Self { code, message, hint, was_read: true }
    }

    /// True if there is no such file.
    pub fn is_missing(&self) -> bool {
        self.code == ErrorKind::InputMissing.code()
    }

    /// Of a file that nobody reads for its size.
    pub fn too_large(size: u64, largest: u64) -> Self {
        let message = format!("it cannot be read: it has {size} bytes, and files of up to {largest} are read");
        let hint =
            "Is it the right file? Of a large PDF give the page with the codes as a PDF or a picture of its own.";
        Self { code: "input_unreadable", message, hint, was_read: false }
    }

    /// Of a list of links with a line that no link fills.
    pub fn no_list(longest: u64) -> Self {
        let message = format!("it is no list of links: a line of it has {longest} bytes or more");
        let hint = "Give one link a line. A picture or a PDF is given by the name of its file.";
        Self { code: "input_unreadable", message, hint, was_read: true }
    }

    /// Of a list of links that nobody keeps for its size.
    pub fn too_long_a_list(largest: u64) -> Self {
        let message = format!("it has more than {largest} bytes, too many for a list of links");
        let hint = "Divide the list, and verify one part after the other.";
        Self { code: "input_unreadable", message, hint, was_read: true }
    }

    /// Of a picture that a manifest names.
    pub fn picture(message: &str) -> Self {
        let hint = "Draw the picture again: ksef-qr sign --resume.";
        Self { code: "picture_unreadable", message: message.to_owned(), hint, was_read: true }
    }

    /// Of a folder that holds no file with codes.
    pub fn nothing_in_folder() -> Self {
        let message = "the folder holds no PDF, no picture and no manifest".to_owned();
        let hint = "Pictures are files called *.png, *.jpg, *.jpeg or *.svg, manifests *.ndjson.";
        Self { code: ErrorKind::InputMissing.code(), message, hint, was_read: false }
    }

    /// Of a file that is neither a picture nor a PDF, and is often given for one.
    pub fn no_picture(bytes: &[u8]) -> Option<Self> {
        let start = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
        let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
        let is_svg = start.windows(4).any(|window| window == b"<svg");
        let (message, hint) = if text.starts_with(b"<") && !is_svg {
            (
                "it is XML, not a picture and not a PDF",
                "An invoice is what codes are compared with: give it as `--invoice FILE`, beside its codes.",
            )
        } else if text.starts_with(b"PK\x03\x04")
            || text.starts_with(b"\x1F\x8B")
            || bytes.get(257..262) == Some(b"ustar")
        {
            (
                "it is an archive",
                "Give the manifest that was written with it: the pictures in the archive are found by it.",
            )
        } else if text.starts_with(b"-----BEGIN ") {
            (
                "it is a key or a certificate, not a picture and not a PDF",
                "A certificate is what codes are verified with: `--cert FILE`.",
            )
        } else {
            return None;
        };
        let code = ErrorKind::PictureUnreadable.code();
        Some(Self { code, message: message.to_owned(), hint, was_read: true })
    }

    /// Of a PDF whose links all lead elsewhere.
    pub fn nothing_about_ksef() -> Self {
        let message = "there is no QR code in it, and no link has to do with KSeF".to_owned();
        let hint = "Is this the right document?";
        Self { code: "no_code_found", message, hint, was_read: true }
    }
}

impl From<ksef_qr::Error> for Problem {
    fn from(error: ksef_qr::Error) -> Self {
        Self {
            code: error.code(),
            message: error.message().to_owned(),
            hint: hints::of(&error),
            was_read: !error.is_io(),
        }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => {
                let hint = "Check the path. A link begins with https://.";
                Self { code: "input_missing", message: "there is no such file".to_owned(), hint, was_read: false }
            }
            _ => {
                let message = format!("it cannot be read: {error}");
                Self { code: "input_unreadable", message, hint: "Check the path and the permissions.", was_read: false }
            }
        }
    }
}

/// True if the first bytes say that the file is a PDF; some programs put a few bytes before the header.
fn is_pdf(bytes: &[u8]) -> bool {
    let start = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    start.windows(5).any(|window| window == b"%PDF-")
}
