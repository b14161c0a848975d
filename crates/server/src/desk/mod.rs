//! What the service does, whoever asks for it: bytes and a caller come in, records come out. No HTTP is known here.
//!
//! | file | holds |
//! |---|---|
//! | `desk` | [`Desk`]: every piece of work by its name |
//! | `order` | [`Order`], [`Task`], [`Upload`]: what is asked for |
//! | `caller` | [`Caller`]: who asks, and what they may |
//! | `own_invoices` | whose an invoice is, and who may have it worked on |
//! | `signers` | [`Signers`]: the certificates, read again when their file changes |
//! | `pool` | [`Pool`]: how much work is done at a time |
//! | `archive` | results as a ZIP |

pub mod archive;
mod caller;
#[expect(clippy::module_inception, reason = "the noun of this room")]
mod desk;
mod order;
mod own_invoices;
mod pool;
mod signers;

pub use caller::{Caller, Scope};
pub use desk::{Desk, InKsef, Inquiry, Settings};
pub use order::{Order, Task, Upload};
pub use pool::{Busy, Place, Pool};
pub use signers::{Opened, Signers, Unused, open_one};
