//! Options that several commands have, by their headings in the help. Each has one name, wherever it is.

mod book;
mod clock;
mod codes;
mod credential;
mod input;
mod jobs;
mod output;
mod picture;
mod values;
mod when;

pub use book::BookArgs;
pub use clock::ClockArgs;
pub use codes::{CodeArgs, ContextArgs, EarlierCodesArgs, OtherCodesArgs};
pub use credential::{CredentialArgs, Encoding, PasswordFileArgs};
pub use input::InputArgs;
pub use jobs::JobsArgs;
pub use output::{OutputArgs, Progress};
pub use picture::PictureArgs;
pub use values::{ENVIRONMENTS, ksef_number, one_of, word_of};
pub use when::{OfflineMode, OutageArgs, WhenArgs};
