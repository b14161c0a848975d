//! A certificate's dates, for people to read.

use std::time::SystemTime;

use super::Certificate;
use super::credential::{in_warsaw, minute};

impl Certificate {
    /// How many midnights in Poland lie between `now` and the end of the validity: 0 on its last day, negative
    /// afterwards.
    pub fn days_left(&self, now: SystemTime) -> i64 {
        in_warsaw(self.not_after()).date().duration_since(in_warsaw(now).date()).as_hours() / 24
    }

    /// The first and the last moment of the validity in Polish time, to the minute: `2025-01-01 01:00`.
    pub fn validity_in_poland(&self) -> [String; 2] {
        [self.not_before(), self.not_after()].map(minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn days_are_counted_by_midnights_in_poland() {
        let certificate = Certificate::parse(include_bytes!("../../fixtures/keys/ends-soon-ec.crt")).unwrap();
        assert_eq!(certificate.validity_in_poland(), ["2025-01-01 01:00", "2026-07-01 02:00"]);
        let hours = |hours: u64| certificate.not_after() - Duration::from_secs(hours * 3600);
        // Two hours before the end it is midnight in Warsaw.
        assert_eq!([0, 2, 3, 26, 27].map(|before| certificate.days_left(hours(before))), [0, 0, 1, 1, 2]);
        assert_eq!(certificate.days_left(certificate.not_after() + Duration::from_secs(24 * 3600)), -1);
    }
}
