//! The commands, each in a file or a folder of its name.

pub mod advise;
pub mod cert;
pub mod check;
pub mod confirm;
pub mod deadline;
pub mod demo;
pub mod explain;
pub mod key;
pub mod run;
pub mod schema;
pub mod stamp;
pub mod verify;
