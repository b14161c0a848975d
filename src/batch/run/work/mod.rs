//! What is done with each invoice of a run, by how many threads.

#[cfg(feature = "book")]
mod by_book;
mod crew;
mod repair;
mod stages;
#[cfg(feature = "book")]
mod turns;
mod worker;

#[cfg(feature = "book")]
pub(super) use by_book::DrawnCodes;
pub(super) use crew::Crew;
#[cfg(feature = "book")]
pub(super) use crew::MOST_BY_BOOK;
pub(super) use stages::Plan;
#[cfg(feature = "book")]
pub(super) use turns::Turns;
pub(super) use worker::Worker;
