use std::path::PathBuf;

use clap::Args;

/// Which book of invoices to keep.
#[derive(Debug, Args)]
#[command(next_help_heading = "Book")]
pub struct BookArgs {
    /// The book of invoices: a file, or postgres://user@host/database
    ///
    /// An invoice that is in it gets the very codes that it has, and nothing is signed; a new one is in it before its codes
    /// are drawn. It is made once, by `ksef-qr book create`. If left out, the variable KSEF_QR_BOOK says it, if it is set.
    #[arg(long, value_name = "PLACE")]
    pub book: Option<String>,
    /// Read the password of the database's user from this file
    ///
    /// Its first line. If left out, the variables KSEF_QR_BOOK_PASSWORD and PGPASSWORD are looked at.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub book_password_file: Option<PathBuf>,
}
