use std::collections::HashMap;
use std::time::SystemTime;

use serde::Deserialize;

use super::calendar::known;
use super::failure::Failure;
use super::mode::Mode;
use crate::error::{Error, Kind, Result};
use crate::report::quoted;
use crate::values::Day;

/// Messages of a file: the Ministry publishes a few a month.
const MOST_MESSAGES: usize = 100_000;

/// What the Ministry announced: the answer of `/messages` of its service Latarnia, as somebody saved it. Nothing here
/// fetches it.
///
/// The models are those of the Ministry's clients in C# and Java (`Lighthouse`). An `eventId` joins the messages of one
/// event, a message that is published anew has a higher `version`. Times are moments, in UTC where they name no zone; they
/// fall on days in Poland. What counts as the announcement is the day on which the message was published.
///
/// ```
/// use ksef_qr::deadline::{Announcements, Mode, Schedule};
/// use ksef_qr::values::IssueDate;
///
/// # fn main() -> ksef_qr::Result<()> {
/// let announcements = Announcements::parse(br#"[
///     {"id": "K/2025/AWR/01", "eventId": 7, "category": "FAILURE", "type": "FAILURE_START", "title": "Awaria", "text": "-",
///      "start": "2025-07-09T06:10:00+00:00", "version": 1, "published": "2025-07-09T06:30:00+00:00"},
///     {"id": "K/2025/AWR/02", "eventId": 7, "category": "FAILURE", "type": "FAILURE_END", "title": "Koniec awarii", "text": "-",
///      "start": "2025-07-09T06:10:00+00:00", "end": "2025-07-11T22:30:00+00:00", "version": 1,
///      "published": "2025-07-11T22:40:00+00:00"}
/// ]"#)?;
/// let schedule = Schedule::new(Mode::Offline24).with_announcements(announcements);
/// // Half past midnight in Poland: the failure ended on the 12th.
/// assert_eq!(schedule.deadline(IssueDate::parse("2025-07-08")?)?.send_by(), Some("2025-07-22".parse()?));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcements {
    failures: Vec<Failure>,
    unavailabilities: Vec<Unavailability>,
}

/// A planned unavailability, from one day to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unavailability {
    first: Day,
    last: Option<Day>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    id: String,
    #[serde(rename = "eventId")]
    event: i64,
    category: String,
    r#type: String,
    start: String,
    end: Option<String>,
    #[serde(default)]
    version: i64,
    published: Option<String>,
}

/// What the messages of one event say.
#[derive(Default)]
struct Event {
    is_total: bool,
    announced: Option<Day>,
    ended: Option<Day>,
}

impl Announcements {
    /// Reads the answer of `/messages`, which is a JSON array of messages.
    ///
    /// # Errors
    /// `announcements_malformed`, for whatever is something else, or says something that this version does not know.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let messages = match bytes.trim_ascii_start().first() {
            Some(b'[') => serde_json::from_slice::<Vec<Message>>(bytes)
                .map_err(|error| malformed(format!("it is no list of messages: {error}")).caused_by(error))?,
            Some(b'{') if is_status(bytes) => {
                return Err(malformed("it is the answer of /status, which has the messages of today alone".to_owned()));
            }
            Some(_) => return Err(malformed("it is no list of messages in JSON".to_owned())),
            None => return Err(malformed("it is empty".to_owned())),
        };
        if messages.len() > MOST_MESSAGES {
            return Err(malformed(format!("it has {} messages, more than {MOST_MESSAGES}", messages.len())));
        }
        let mut announcements = Self::default();
        // A total failure may have been a failure before it, under one number; each has its own effect.
        let mut events: HashMap<(i64, bool), Event> = HashMap::new();
        for message in latest(messages) {
            let named = |error: Error| malformed(format!("message {}: {}", quoted(&message.id), error.message()));
            let day = |text: &str| day(text).map_err(named);
            let start = day(&message.start)?;
            let end = message.end.as_deref().map(day).transpose()?;
            let published = message.published.as_deref().map(day).transpose()?;
            if end.is_some_and(|end| end < start) {
                return Err(named(malformed("it ends before it starts".to_owned())));
            }
            let is_total = message.category == "TOTAL_FAILURE";
            match (&*message.category, &*message.r#type) {
                ("MAINTENANCE", "MAINTENANCE_ANNOUNCEMENT") => {
                    announcements.unavailabilities.push(Unavailability { first: start, last: end });
                }
                ("FAILURE" | "TOTAL_FAILURE", kind @ ("FAILURE_START" | "FAILURE_END")) => {
                    let event = events.entry((message.event, is_total)).or_default();
                    event.is_total = is_total;
                    let is_start = kind == "FAILURE_START";
                    // Of a failure whose start is not in the list any more, its end tells when it began.
                    let announced = if is_start { published.unwrap_or(start) } else { start };
                    if is_start || event.announced.is_none() {
                        event.announced = Some(announced);
                    }
                    if !is_start {
                        event.ended = Some(end.unwrap_or(start));
                    } else if event.ended.is_none() {
                        event.ended = end;
                    }
                }
                (category, kind) => {
                    let what = format!("category {} and type {} are not known", quoted(category), quoted(kind));
                    return Err(named(malformed(what)));
                }
            }
        }
        for event in events.into_values() {
            announcements.failures.extend(event.failure());
        }
        announcements.failures.sort_by_key(|failure| (failure.announced(), failure.is_total(), failure.ended()));
        announcements.unavailabilities.sort_by_key(|one| (one.first, one.last));
        Ok(announcements)
    }

    /// Failures, total ones too, by the day of their announcement.
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// The mode of an invoice of that day, with the end of its outage if that was announced.
    pub(super) fn mode_on(&self, mode: Mode, day: Day) -> Mode {
        match mode {
            Mode::Failure { ended: None } => {
                Mode::Failure { ended: self.failures_on(day).filter_map(Failure::ended).min() }
            }
            Mode::Unavailable { ended: None } => {
                Mode::Unavailable { ended: self.unavailabilities_on(day).filter_map(|one| one.last).min() }
            }
            other => other,
        }
    }

    /// What speaks against an invoice of that mode and day.
    pub(super) fn contradiction(&self, mode: Mode, day: Day) -> Option<String> {
        let (is_announced, what) = match mode {
            Mode::Failure { .. } => (self.failures_on(day).next().is_some(), "failure"),
            Mode::Unavailable { .. } => (self.unavailabilities_on(day).next().is_some(), "unavailability"),
            Mode::Offline24 | Mode::Total => return None,
        };
        (!is_announced).then(|| format!("the announcements name no {what} on {day}, the issue date"))
    }

    fn failures_on(&self, day: Day) -> impl Iterator<Item = Failure> {
        self.failures.iter().copied().filter(move |failure| failure.lasts_on(day))
    }

    fn unavailabilities_on(&self, day: Day) -> impl Iterator<Item = Unavailability> {
        let lasts = move |one: &Unavailability| one.first <= day && one.last.is_none_or(|last| day <= last);
        self.unavailabilities.iter().copied().filter(lasts)
    }
}

impl Event {
    fn failure(self) -> Option<Failure> {
        let announced = self.announced?;
        Some(match self.ended {
            _ if self.is_total => Failure::total(announced),
            ended => Failure::published(announced, ended),
        })
    }
}

/// Of each message its last version. One without a name is its own.
fn latest(messages: Vec<Message>) -> impl Iterator<Item = Message> {
    let mut by_id: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Message> = Vec::with_capacity(messages.len());
    for message in messages {
        let known = by_id.get(&message.id).copied().filter(|_| !message.id.is_empty());
        match known.and_then(|place| kept.get_mut(place)) {
            Some(known) if known.version < message.version => *known = message,
            Some(_) => {}
            None => {
                by_id.insert(message.id.clone(), kept.len());
                kept.push(message);
            }
        }
    }
    kept.into_iter()
}

fn is_status(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Status {
        #[serde(rename = "status")]
        _status: String,
    }
    serde_json::from_slice::<Status>(bytes).is_ok()
}

/// The day in Poland on which a moment falls; without a zone it is in UTC.
fn day(text: &str) -> Result<Day> {
    let in_utc = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| in_utc().map(|zoned| zoned.timestamp()));
    let moment = moment.ok_or_else(|| malformed(format!("{} is not a moment", quoted(text))))?;
    known(Day::of(SystemTime::from(moment)))
}

fn malformed(message: String) -> Error {
    Error::new(Kind::AnnouncementsMalformed, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, event: i64, category: &str, kind: &str, times: &str) -> String {
        format!(
            r#"{{"id":"{id}","eventId":{event},"category":"{category}","type":"{kind}","title":"t","text":"x",{times}}}"#
        )
    }

    fn parsed(messages: &[String]) -> Result<Vec<String>> {
        let announcements = Announcements::parse(format!("[{}]", messages.join(",")).as_bytes())?;
        let told = |failure: &Failure| format!("{}{failure}", if failure.is_total() { "total " } else { "" });
        Ok(announcements.failures().iter().map(told).collect())
    }

    fn refusal(text: &str) -> String {
        let error = Announcements::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error.code(), "announcements_malformed", "{text}");
        error.message().to_owned()
    }

    /// Days in Poland: an hour or two ahead of UTC, by the season.
    #[test]
    fn moments_fall_on_polish_days() {
        for (moment, expected) in [
            ("2026-01-31T22:59:59+00:00", "2026-01-31"),
            ("2026-01-31T23:00:00+00:00", "2026-02-01"),
            ("2026-07-10T21:59:59Z", "2026-07-10"),
            ("2026-07-10T22:00:00Z", "2026-07-11"),
            ("2026-07-10T22:00:00.123Z", "2026-07-11"),
            ("2026-07-10T22:00:00", "2026-07-11"),
            ("2026-07-10T22:00:00+02:00", "2026-07-10"),
        ] {
            assert_eq!(day(moment).unwrap().to_string(), expected, "{moment}");
        }
    }

    #[test]
    fn events_are_put_together() {
        let start = |event, category| {
            message(
                &format!("S{event}{category}"),
                event,
                category,
                "FAILURE_START",
                r#""start":"2026-03-02T10:00:00Z","published":"2026-03-03T10:00:00Z","version":1"#,
            )
        };
        let end = |event, at: &str| {
            let times =
                format!(r#""start":"2026-03-02T10:00:00Z","end":{at},"published":"2026-03-06T08:00:00Z","version":1"#);
            message(&format!("E{event}"), event, "FAILURE", "FAILURE_END", &times)
        };
        assert_eq!(parsed(&[]), Ok(vec![]));
        assert_eq!(parsed(&[start(1, "FAILURE")]).unwrap(), ["2026-03-03.."]);
        let at = "\"2026-03-05T23:30:00Z\"";
        assert_eq!(parsed(&[start(1, "FAILURE"), end(1, at)]).unwrap(), ["2026-03-03..2026-03-06"]);
        assert_eq!(parsed(&[end(1, at), start(1, "FAILURE")]).unwrap(), ["2026-03-03..2026-03-06"], "in any order");
        assert_eq!(parsed(&[end(1, at)]).unwrap(), ["2026-03-02..2026-03-06"], "its start is not listed any more");
        assert_eq!(parsed(&[start(1, "FAILURE"), end(2, at)]).unwrap(), ["2026-03-02..2026-03-06", "2026-03-03.."]);
        assert_eq!(parsed(&[start(1, "TOTAL_FAILURE")]).unwrap(), ["total 2026-03-03"]);
        let both = parsed(&[start(1, "FAILURE"), start(1, "TOTAL_FAILURE"), end(1, at)]).unwrap();
        assert_eq!(both, ["2026-03-03..2026-03-06", "total 2026-03-03"], "it became total");
    }

    #[test]
    fn a_message_that_was_published_anew_counts_once() {
        let version = |version, day| {
            let times = format!(r#""start":"{day}T10:00:00Z","published":"{day}T10:00:00Z","version":{version}"#);
            message("K/2026/AWR/01", 1, "FAILURE", "FAILURE_START", &times)
        };
        for messages in
            [[version(1, "2026-03-02"), version(2, "2026-03-03")], [version(2, "2026-03-03"), version(1, "2026-03-02")]]
        {
            assert_eq!(parsed(&messages).unwrap(), ["2026-03-03.."]);
        }
    }

    #[test]
    fn another_file_is_refused_as_what_it_is() {
        assert_eq!(refusal(""), "it is empty");
        assert_eq!(refusal("<html>"), "it is no list of messages in JSON");
        assert!(refusal(r#"{"status":"AVAILABLE","messages":[]}"#).starts_with("it is the answer of /status"));
        assert_eq!(refusal("{}"), "it is no list of messages in JSON");
        assert!(refusal(r#"[{"id":"x"}]"#).contains("missing field `eventId`"));
        assert!(refusal("[1]").starts_with("it is no list of messages: "));
        let strange = message("K/1", 1, "FAILURE", "FAILURE_PAUSE", r#""start":"2026-03-02T10:00:00Z""#);
        assert_eq!(
            refusal(&format!("[{strange}]")),
            r#"message "K/1": category "FAILURE" and type "FAILURE_PAUSE" are not known"#
        );
        let no_moment = message("K/1", 1, "FAILURE", "FAILURE_START", r#""start":"yesterday""#);
        assert_eq!(refusal(&format!("[{no_moment}]")), r#"message "K/1": "yesterday" is not a moment"#);
        let far = message("K/1", 1, "FAILURE", "FAILURE_START", r#""start":"1999-03-02T10:00:00Z""#);
        assert!(refusal(&format!("[{far}]")).contains("not within the years"));
        let backwards = message(
            "K/1",
            1,
            "FAILURE",
            "FAILURE_END",
            r#""start":"2026-03-02T10:00:00Z","end":"2026-03-01T10:00:00Z""#,
        );
        assert!(refusal(&format!("[{backwards}]")).contains("it ends before it starts"));
    }
}
