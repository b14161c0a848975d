//! By when an invoice issued outside of KSeF must be sent to it.
//!
//! | mode | article of the VAT Act | send by |
//! |---|---|---|
//! | offline24 | 106nda | the next working day after the issue date |
//! | unavailable (niedostępność) | 106nh | the next working day after it ends |
//! | failure (awaria) | 106nf | the 7th working day after it ends |
//! | total failure (awaria całkowita) | 106ng | never |
//!
//! The sources are those articles (Dz. U. 2026 item 1263) and `tryby-offline.md` of the Ministry's repository
//! CIRFMF/ksef-api, whose example this is:
//!
//! ```
//! use ksef_qr::values::IssueDate;
//! use ksef_qr::deadline::{Calendar, Deadline, Mode};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! let issued = IssueDate::parse("2025-07-08")?;
//! let calendar = Calendar::default();
//! let deadline = Deadline::of(Mode::Offline24, issued, &[], &calendar)?;
//! assert_eq!(deadline.send_by(), Some("2025-07-09".parse()?));
//!
//! // On that day a failure is announced, and it ends on a Saturday.
//! let failure = "2025-07-09..2025-07-12".parse()?;
//! let deadline = Deadline::of(Mode::Offline24, issued, &[failure], &calendar)?;
//! assert_eq!(deadline.send_by(), Some("2025-07-22".parse()?));
//! assert_eq!(deadline.steps().len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # How it is read
//!
//! - The day that a count starts from is not counted (Tax Ordinance Act, art. 12 § 1), whatever the hour.
//! - A failure that is announced while a deadline runs moves it to the 7th working day after that failure ends,
//!   in all modes; "the count starts anew" and "the deadline moves" of the Ministry's text are the same. What
//!   decides is the announcement: on the last day it still counts, as in the example, a day later it does not.
//!   The deadline runs from the issue date, so a failure of that day counts too.
//! - The failure may end after the old deadline; the next failure is compared with the new one.
//! - A failure announced before the issue date does not count: an invoice issued while it lasted is of mode
//!   failure. Nor does a failure ever bring a deadline forward.
//! - The law does not say what an unavailability changes that begins while a deadline runs; here it changes nothing.
//! - A total failure announced while a deadline runs, or while the outage lasts from whose end it will be counted, ends the
//!   duty to send (art. 106nf ust. 7, art. 106nha).
//! - What the Ministry announced may be read from its service Latarnia: see [`Announcements`].
//! - Working days are all but Saturdays, Sundays and public holidays: see [`Calendar`].
//!
//! Nothing here reads a clock or a file.

mod announcements;
mod calendar;
mod failure;
mod holiday;
mod line;
mod mode;

#[expect(clippy::module_inception, reason = "the noun of this room")]
mod deadline;

pub use announcements::Announcements;
pub use calendar::{Calendar, DayOff, Skipped};
pub use deadline::{Deadline, Due, Schedule, Since, Step};
pub use failure::Failure;
pub use holiday::Holiday;
pub use mode::Mode;
