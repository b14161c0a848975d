use std::path::PathBuf;

use clap::Args;

use crate::cli::args::options::ClockArgs;

/// List the certificates that have to be replaced soon
///
/// For people, cron, monitoring and calendars.
///
/// Of a register: the active certificates for which no replacement is at hand, by the day that the register names, or
/// else by the last day of their validity.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("looked_at").required(true).multiple(true))]
#[command(after_long_help = "\
Examples:
  ksef-qr cert expiring --credentials keys.toml
  ksef-qr cert expiring firm.crt tills.crt --within 30d --json

  A calendar with an event for each certificate; made again, it moves events and repeats none:
    ksef-qr cert expiring --credentials keys.toml --ics certificates.ics

  From cron, which sends a mail if there is output:
    ksef-qr cert expiring --credentials /etc/ksef/keys.toml --quiet

Exit status: 0 nothing is due, 1 something is due or has expired, 2 something could not be
checked. Nagios and similar monitors read them as OK, WARNING and CRITICAL.")]
pub struct ExpiringArgs {
    /// Certificates: PEM, DER or Base64
    #[arg(value_name = "CERT", group = "looked_at")]
    pub certificates: Vec<PathBuf>,
    /// A register (see `ksef-qr cert register`)
    #[arg(long, value_name = "FILE", group = "looked_at")]
    pub credentials: Option<PathBuf>,
    /// How far to look ahead: 60d (days) or 8w (weeks)
    #[arg(long, value_name = "DAYS", default_value = "60d", value_parser = parse_days)]
    pub within: u32,
    /// Write a calendar (iCalendar); - for standard output
    ///
    /// It has an event for each certificate, due or not: on the day by which to replace it, or else --within days before
    /// its last day. An earlier calendar is replaced.
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub ics: Option<PathBuf>,
    /// One line of JSON for each that is due, on standard output
    #[arg(long)]
    pub json: bool,
    /// Print only what is due
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub clock: ClockArgs,
}

/// At most ten years, in days.
const LONGEST: u32 = 3660;

/// `60d`, `60` or `8w`.
pub fn parse_days(text: &str) -> Result<u32, String> {
    let (number, unit) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
        (Some(days), _) => (days, 1),
        (None, Some(weeks)) => (weeks, 7),
        (None, None) => (text, 1),
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let days = number.parse::<u32>().ok().filter(|_| is_number).and_then(|count| count.checked_mul(unit));
    days.filter(|&days| days <= LONGEST).ok_or_else(|| "write days or weeks, up to ten years: 60d or 8w".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_weeks() {
        for (text, days) in [("60d", 60), ("60", 60), ("8w", 56), ("0d", 0)] {
            assert_eq!(parse_days(text), Ok(days));
        }
        for text in ["", "d", "-1d", "+1", "1y", "60 d", "6000d", "99999999999w", "999999999w"] {
            assert!(parse_days(text).is_err(), "{text}");
        }
    }
}
