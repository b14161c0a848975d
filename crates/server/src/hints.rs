//! What to do, in the words of the service: its options, its paths, its headers. The library knows none of them.

use ksef_qr::error::{ErrorKind, Hints, WarningKind};

/// In place of the library's.
pub const HINTS: Hints = Hints::new(of_error, of_warning);

fn of_error(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::BookMissing => {
            "Is the name right? `ksef-qr book create PLACE` makes a new book, once: of a name that was mistyped, every invoice would be signed again."
        }
        ErrorKind::BookPassword => {
            "Give the password of the database's user: in the variable PGPASSWORD or KSEF_QR_BOOK_PASSWORD, or in a file (`--book-password-file FILE`). In the URL it has no place."
        }
        ErrorKind::BookAddress => {
            "Write `--book FILE`, or `--book postgres://user@host/database`. The password comes from the variable PGPASSWORD or from `--book-password-file FILE`."
        }
        ErrorKind::PasswordMissing => {
            "The key is encrypted. Give its password in a file: `--password-file FILE`, or in the register `password = { file = \"FILE\" }`."
        }
        ErrorKind::PinMissing => {
            "The token asks for a PIN. Give it in a file: pin-source=file:/PATH in the URI, or in the register `password = { file = \"FILE\" }`."
        }
        ErrorKind::RegisterNothingFits => {
            "`ksef-qr cert register list` shows what each certificate of the register is good for. Add the new one, or choose another `--env`."
        }
        ErrorKind::InputIsArchive => {
            "An archive is the body of the request itself, and its Content-Type says so: application/zip for a ZIP, application/gzip for a tar.gz. With curl: -H 'Content-Type: application/zip' --data-binary @invoices.zip."
        }
        _ => return None,
    })
}

fn of_warning(kind: WarningKind) -> Option<&'static str> {
    match kind {
        WarningKind::KsefNumberNotUsed => Some("POST /v1/link gives KOD I with the number"),
        _ => None,
    }
}
