//! Options that several commands have, by their headings in the help.

mod clock;
mod codes;
mod credential;
mod picture;

pub use clock::{ClockArgs, parse_time};
pub use codes::CodesArgs;
pub use credential::{CredentialArgs, Encoding};
pub use picture::PictureArgs;
