//! What earlier runs made: the lines of their manifests, and what their files looked like from outside, so that what did not change
//! need not be read.

mod lines;
mod seen;
mod stamp;
mod watch;

pub(super) use lines::{Earlier, EarlierLine, Left};
pub(super) use seen::{SeenLine, SeenLines};
pub(super) use watch::Watch;
