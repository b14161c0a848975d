//! Files: written whole or not at all, locked, changed in place, read within limits. What stands in them is not known here.
//!
//! | file | what for |
//! |---|---|
//! | `device` | names that Windows keeps for devices |
//! | `temporary` | files without a name, which get one when they are whole |
//! | `staging` | a run's hidden folder of such files, one run at a time |
//! | `unnamed` | such files that have no name anywhere, on Linux |
//! | `lock` | one process at a time |
//! | `durable` | what survives a power cut |
//! | `write` | one file in one go; secrets for their owner alone; what killed runs left is swept |
//! | `append` | lines behind each other in one file |
//! | `claim` | what several processes take out of one folder, each of them once |
//! | `edit` | a change to a file that people change as well |
//! | `read` | regular files only, and their names as text |
//! | `text` | lists and tables as Windows saves them |
//! | `table` | tables in CSV, and on which line a row stands |

mod append;
mod claim;
mod device;
mod durable;
mod edit;
mod lock;
mod read;
mod staging;
mod table;
mod temporary;
mod text;
#[cfg(target_os = "linux")]
mod unnamed;
mod write;

pub use append::append_lines;
pub use claim::{Adopted, Claims, TAKEN, move_new, remove_claim, take};
pub use edit::edit_file;
pub use read::open_patiently;
pub use table::Table;
pub use text::{Decoded, decoded, open_text};
pub use write::{FileWriter, remove_secret_file, write_file, write_new_file, write_secret_file};

pub(crate) use device::is_device;
#[cfg(feature = "book")]
pub(crate) use durable::sync_file;
pub(crate) use durable::{NewNames, sync_folder};
pub(crate) use lock::{is_at, lock_opened};
pub(crate) use read::cause;
pub(crate) use read::{open_regular, path_from_bytes, spelled, spelled_path, unreadable};
pub(crate) use staging::{Prepared, StagingFolder};
pub(crate) use temporary::{exists, make_folder, put_in_place, temporary_without_name, unwritable};
