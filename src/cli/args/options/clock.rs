use std::time::SystemTime;

use clap::Args;

#[derive(Debug, Args)]
pub struct ClockArgs {
    /// Act as if it were this moment, such as 2026-06-15T12:00:00Z
    ///
    /// For rehearsals and tests. If left out, it is now.
    #[arg(long, value_name = "TIME", hide_short_help = true, value_parser = parse_time)]
    now: Option<SystemTime>,
}

impl ClockArgs {
    pub fn now(&self) -> SystemTime {
        self.now.unwrap_or_else(SystemTime::now)
    }

    /// The moment that was given, if one was.
    pub fn rehearsed_at(&self) -> Option<SystemTime> {
        self.now
    }
}

/// `2026-06-15T12:00:00Z`.
fn parse_time(text: &str) -> Result<SystemTime, String> {
    let time = text.trim().parse::<jiff::Timestamp>();
    time.map(Into::into).map_err(|_| "write a day and a time with its zone, as 2026-06-15T12:00:00Z".to_owned())
}
