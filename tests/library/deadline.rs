//! Deadlines against dates counted by hand, published tables of feasts, and a plain second way to count.

use ksef_qr::deadline::{Announcements, Calendar, DayOff, Deadline, Due, Failure, Holiday, Mode, Schedule, Since};
use ksef_qr::values::{Day, IssueDate};
use proptest::prelude::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn mode(name: &str, ended: Option<Day>) -> Mode {
    match name {
        "offline24" => Mode::Offline24,
        "unavailable" => Mode::Unavailable { ended },
        "failure" => Mode::Failure { ended },
        "total" => Mode::Total,
        other => panic!("{other}"),
    }
}

fn deadline(mode: Mode, issued: &str, failures: &[&str]) -> ksef_qr::Result<Deadline> {
    let failures: Vec<Failure> = failures.iter().map(|failure| failure.parse().unwrap()).collect();
    Deadline::of(mode, IssueDate::parse(issued).unwrap(), &failures, &Calendar::default())
}

fn failure_ended(ended: &str) -> Mode {
    Mode::Failure { ended: Some(day(ended)) }
}

fn codes(deadline: &Deadline) -> Vec<&'static str> {
    deadline.warnings().iter().map(ksef_qr::error::Warning::code).collect()
}

/// Mode, issued, the outage ended, further failures, send by. Counted with a wall calendar and the Act.
const BY_HAND: &str = "
    # The Ministry's example (tryby-offline.md, 10.07.2025), without and with the failure, and in mode failure.
    offline24   2025-07-08 -          -                                              2025-07-09
    offline24   2025-07-08 -          2025-07-09..2025-07-12                         2025-07-22
    failure     2025-07-10 2025-07-12 -                                              2025-07-22

    # Weekends. The first day of obligatory KSeF was a Sunday.
    offline24   2026-02-01 -          -                                              2026-02-02
    offline24   2026-02-05 -          -                                              2026-02-06
    offline24   2026-02-06 -          -                                              2026-02-09
    offline24   2026-02-07 -          -                                              2026-02-09
    # Good Friday is a working day, Easter Monday is none.
    offline24   2026-04-02 -          -                                              2026-04-03
    offline24   2026-04-03 -          -                                              2026-04-07
    offline24   2026-04-06 -          -                                              2026-04-07
    offline24   2029-03-30 -          -                                              2029-04-03
    offline24   2035-03-23 -          -                                              2035-03-27
    offline24   2038-04-23 -          -                                              2038-04-27
    # 1 and 3 May; 2 May, the Flag Day, is a working day.
    offline24   2026-04-30 -          -                                              2026-05-04
    offline24   2027-04-30 -          -                                              2027-05-04
    offline24   2029-04-30 -          -                                              2029-05-02
    offline24   2029-05-02 -          -                                              2029-05-04
    # Whit Monday is a working day; so is the Friday after Corpus Christi.
    offline24   2026-05-22 -          -                                              2026-05-25
    offline24   2026-06-03 -          -                                              2026-06-05
    offline24   2026-06-05 -          -                                              2026-06-08
    offline24   2027-05-26 -          -                                              2027-05-28
    # 15 August on a Saturday, 1 November on a Sunday, 2 November, 11 November on a Wednesday.
    offline24   2026-08-14 -          -                                              2026-08-17
    offline24   2026-10-30 -          -                                              2026-11-02
    offline24   2026-11-10 -          -                                              2026-11-12
    # 12 November 2018, a Monday, was a holiday once.
    offline24   2018-11-09 -          -                                              2018-11-13
    failure     2018-11-08 2018-11-08 -                                              2018-11-20
    # 24 December: a working day in 2024, none since 2025.
    offline24   2024-12-23 -          -                                              2024-12-24
    offline24   2024-12-24 -          -                                              2024-12-27
    offline24   2025-12-23 -          -                                              2025-12-29
    offline24   2026-12-23 -          -                                              2026-12-28
    offline24   2027-12-23 -          -                                              2027-12-27
    offline24   2028-12-22 -          -                                              2028-12-27
    failure     2024-12-20 2024-12-20 -                                              2025-01-03
    failure     2025-12-19 2025-12-19 -                                              2026-01-05
    # Ends of years, 6 January, 29 February, the last days known.
    offline24   2025-12-31 -          -                                              2026-01-02
    offline24   2026-01-05 -          -                                              2026-01-07
    offline24   2026-12-31 -          -                                              2027-01-04
    offline24   2027-01-05 -          -                                              2027-01-07
    offline24   2028-02-28 -          -                                              2028-02-29
    offline24   2028-02-29 -          -                                              2028-03-01
    offline24   2099-12-30 -          -                                              2099-12-31

    unavailable 2026-03-02 2026-03-02 -                                              2026-03-03
    unavailable 2026-03-06 2026-03-07 -                                              2026-03-09
    unavailable 2026-04-03 2026-04-05 -                                              2026-04-07
    unavailable 2026-06-03 2026-06-04 -                                              2026-06-05
    unavailable 2025-12-31 2026-01-01 -                                              2026-01-02
    unavailable 2026-12-23 2026-12-24 -                                              2026-12-28

    failure     2026-03-02 2026-03-02 -                                              2026-03-11
    failure     2026-04-01 2026-04-01 -                                              2026-04-13
    failure     2026-04-29 2026-04-29 -                                              2026-05-11
    failure     2026-05-27 2026-05-28 -                                              2026-06-09
    failure     2026-08-14 2026-08-14 -                                              2026-08-25
    failure     2026-11-06 2026-11-06 -                                              2026-11-18
    failure     2026-12-18 2026-12-18 -                                              2026-12-31
    failure     2026-12-22 2026-12-22 -                                              2027-01-05
    failure     2026-12-23 2026-12-23 -                                              2027-01-07
    failure     2028-02-24 2028-02-24 -                                              2028-03-06

    # A failure moves a deadline of one working day: announced on the issue date, on the last day, too late, too early.
    offline24   2025-07-08 -          2025-07-08..2025-07-08                         2025-07-17
    offline24   2025-07-08 -          2025-07-10..2025-07-12                         2025-07-09
    offline24   2025-07-08 -          2025-07-07..2025-07-12                         2025-07-09
    # On a Friday before Easter the deadline runs to Tuesday: a failure of Easter Sunday counts.
    offline24   2026-04-03 -          2026-04-05..2026-04-06                         2026-04-15
    unavailable 2026-03-02 2026-03-02 2026-03-03..2026-03-04                         2026-03-13
    unavailable 2026-03-02 2026-03-02 2026-03-04..2026-03-04                         2026-03-03
    # A failure within a longer unavailability brings nothing forward.
    unavailable 2026-03-02 2026-03-20 2026-03-03..2026-03-04                         2026-03-23
    # A further failure on the last of the seven days, a day too late, known by its end only, within the first.
    failure     2026-03-02 2026-03-02 2026-03-11..2026-03-16                         2026-03-25
    failure     2026-03-02 2026-03-02 2026-03-12..2026-03-16                         2026-03-11
    failure     2026-03-02 2026-03-02 2026-03-10                                     2026-03-19
    failure     2026-03-02 2026-03-02 2026-03-11                                     2026-03-20
    offline24   2026-03-03 -          2026-03-03                                     2026-03-12
    failure     2026-03-02 2026-03-16 2026-03-03..2026-03-04                         2026-03-25
    # A third that only the second brings into reach; in whatever order they are given.
    failure     2026-03-02 2026-03-02 2026-03-11..2026-03-16,2026-03-25..2026-03-26  2026-04-07
    failure     2026-03-02 2026-03-02 2026-03-25..2026-03-26,2026-03-11..2026-03-16  2026-04-07
    failure     2026-03-02 2026-03-02 2026-03-25..2026-03-26                         2026-03-11
";

#[test]
fn dates_counted_by_hand() {
    let mut counted = 0;
    for row in BY_HAND.lines().map(str::trim).filter(|row| !row.is_empty() && !row.starts_with('#')) {
        let [name, issued, ended, failures, send_by] = row.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let mode = mode(name, (ended != "-").then(|| day(ended)));
        let failures: Vec<_> = failures.split(',').filter(|&failure| failure != "-").collect();
        let deadline = deadline(mode, issued, &failures).unwrap();
        assert_eq!(deadline.due(), Due::By(day(send_by)), "{row}");
        assert_eq!(deadline.steps().last().unwrap().send_by, day(send_by), "{row}");
        counted += 1;
    }
    assert!(counted >= 60, "the rows were found: {counted}");
}

/// Easter Sunday, Whit Sunday and Corpus Christi as a table of movable feasts has them
/// (jerzyslupsk.pl/tabela-swiat), but for one misprint: its 11 May 2040 is 31 May.
const FEASTS: &str = "
    2018-04-01 2018-05-20 2018-05-31
    2019-04-21 2019-06-09 2019-06-20
    2020-04-12 2020-05-31 2020-06-11
    2021-04-04 2021-05-23 2021-06-03
    2022-04-17 2022-06-05 2022-06-16
    2023-04-09 2023-05-28 2023-06-08
    2024-03-31 2024-05-19 2024-05-30
    2025-04-20 2025-06-08 2025-06-19
    2026-04-05 2026-05-24 2026-06-04
    2027-03-28 2027-05-16 2027-05-27
    2028-04-16 2028-06-04 2028-06-15
    2029-04-01 2029-05-20 2029-05-31
    2030-04-21 2030-06-09 2030-06-20
    2031-04-13 2031-06-01 2031-06-12
    2032-03-28 2032-05-16 2032-05-27
    2033-04-17 2033-06-05 2033-06-16
    2034-04-09 2034-05-28 2034-06-08
    2035-03-25 2035-05-13 2035-05-24
    2036-04-13 2036-06-01 2036-06-12
    2037-04-05 2037-05-24 2037-06-04
    2038-04-25 2038-06-13 2038-06-24
    2039-04-10 2039-05-29 2039-06-09
    2040-04-01 2040-05-20 2040-05-31
";

#[test]
fn movable_feasts_as_published() {
    let calendar = Calendar::default();
    for row in FEASTS.lines().filter(|row| !row.trim().is_empty()) {
        let feasts: Vec<_> = row.split_whitespace().map(day).collect();
        let names = [Holiday::EasterSunday, Holiday::WhitSunday, Holiday::CorpusChristi];
        for (feast, name) in feasts.iter().zip(names) {
            assert_eq!(calendar.day_off(*feast).unwrap(), Some(DayOff::Holiday(name)), "{feast}");
        }
    }
}

#[test]
fn every_year_has_its_holidays() {
    let calendar = Calendar::default();
    for year in Calendar::YEARS {
        let holidays =
            days_of(year).filter(|day| matches!(calendar.day_off(*day), Ok(Some(DayOff::Holiday(_))))).count();
        let expected = 13 + usize::from(year >= 2025) + usize::from(year == 2018);
        assert_eq!(holidays, expected, "{year}");
    }
}

#[test]
fn steps_tell_what_was_counted_and_skipped() {
    let deadline = deadline(Mode::Offline24, "2026-04-30", &["2026-05-04..2026-06-01"]).unwrap();
    let [first, second] = deadline.steps() else { panic!("{:?}", deadline.steps()) };
    assert_eq!((first.since, first.from, first.working_days), (Since::Issue, day("2026-04-30"), 1));
    let skipped: Vec<_> = first.skipped.iter().map(|off| (off.day, off.reason.to_string())).collect();
    let expected = [("2026-05-01", "State Holiday"), ("2026-05-02", "Saturday")]
        .into_iter()
        .chain([("2026-05-03", "National Holiday of the Third of May")]);
    assert_eq!(skipped, expected.map(|(off, reason)| (day(off), reason.to_owned())).collect::<Vec<_>>());
    assert_eq!(second.since, Since::Failure { announced: Some(day("2026-05-04")) });
    assert_eq!((second.from, second.working_days, second.send_by), (day("2026-06-01"), 7, day("2026-06-11")));
    assert!(second.skipped.iter().any(|off| off.reason == DayOff::Holiday(Holiday::CorpusChristi)));
    assert_eq!(codes(&deadline), [""; 0]);
}

#[test]
fn an_outage_that_lasts_leaves_the_deadline_open() {
    let due = |mode, failures| deadline(mode, "2026-03-02", failures).unwrap().due();
    assert_eq!(due(Mode::Unavailable { ended: None }, &[]), Due::Open { working_days: 1 });
    assert_eq!(due(Mode::Failure { ended: None }, &[]), Due::Open { working_days: 7 });
    assert_eq!(due(Mode::Offline24, &["2026-03-03.."]), Due::Open { working_days: 7 });
    assert_eq!(due(Mode::Offline24, &["2026-03-04.."]), Due::By(day("2026-03-03")), "announced too late");
    assert_eq!(
        due(failure_ended("2026-03-02"), &["2026-03-05..2026-03-06", "2026-03-16.."]),
        Due::Open { working_days: 7 }
    );
}

#[test]
fn a_total_failure_has_no_deadline() {
    let deadline = deadline(Mode::Total, "2026-03-02", &["2026-03-03..2026-03-04"]).unwrap();
    assert_eq!((deadline.due(), deadline.send_by(), deadline.steps().len()), (Due::Never, None, 0));
}

#[test]
fn what_does_not_count_is_said() {
    let said = |mode, issued, failures: &[&str]| codes(&deadline(mode, issued, failures).unwrap());
    assert_eq!(said(Mode::Offline24, "2026-01-31", &[]), ["issued_before_ksef"]);
    assert_eq!(said(Mode::Offline24, "2026-02-01", &[]), [""; 0]);
    for aside in ["2026-03-01..2026-03-05", "2026-03-04..2026-03-05", "2026-02-28"] {
        assert_eq!(said(Mode::Offline24, "2026-03-02", &[aside]), ["failure_not_counted"], "{aside}");
    }
    assert_eq!(said(failure_ended("2026-03-16"), "2026-03-02", &["2026-03-03..2026-03-04"]), ["failure_not_counted"]);
}

#[test]
fn what_cannot_be_is_refused() {
    let refused = |mode, issued, failures: &[&str]| deadline(mode, issued, failures).unwrap_err().code();
    assert_eq!(refused(failure_ended("2026-03-01"), "2026-03-02", &[]), "outage_ended_too_early");
    let unavailable = Mode::Unavailable { ended: Some(day("2026-03-01")) };
    assert_eq!(refused(unavailable, "2026-03-02", &[]), "outage_ended_too_early");
    assert_eq!(refused(failure_ended("2026-03-02"), "2026-03-02", &["2026-03-12"]), "announcement_missing");
    assert_eq!(refused(Mode::Offline24, "2026-03-02", &["2026-03-04"]), "announcement_missing");
    for (mode, issued) in [
        (Mode::Offline24, "2010-12-31"),
        (Mode::Offline24, "2100-01-01"),
        (Mode::Offline24, "2099-12-31"),
        (Mode::Total, "2206-03-02"),
        (failure_ended("2206-03-02"), "2026-03-02"),
        (failure_ended("2099-12-28"), "2099-12-28"),
    ] {
        assert_eq!(refused(mode, issued, &[]), "date_out_of_range", "{mode:?} {issued}");
    }
    assert_eq!(refused(Mode::Offline24, "2026-03-02", &["2026-03-03..2206-03-04"]), "date_out_of_range");
    assert_eq!(refused(Mode::Offline24, "9999-12-31", &[]), "date_out_of_range");

    let malformed = |failure: &str| failure.parse::<Failure>().unwrap_err().code();
    assert_eq!(malformed("2026-03-04..2026-03-03"), "failure_malformed");
    for bad in ["", "..", "..2026-03-04", "2026-03-04..2026-03-05..2026-03-06", "2026-03-04...", "4/03/2026"] {
        assert_eq!(malformed(bad), "date_malformed", "{bad:?}");
    }
}

fn days_of(year: i32) -> impl Iterator<Item = Day> {
    (1..=12)
        .flat_map(move |month| (1..=31).filter_map(move |day| format!("{year:04}-{month:02}-{day:02}").parse().ok()))
}

/// Working days without the library's calendar: Zeller for the weekday, Gauss for Easter, a list of month and day.
fn is_working_day(day: Day) -> bool {
    let text = day.to_string();
    let [year, month, date] = text.split('-').map(|part| part.parse::<i32>().unwrap()).collect::<Vec<_>>()[..] else {
        panic!("{text}")
    };
    let (y, m) = if month < 3 { (year - 1, month + 12) } else { (year, month) };
    let zeller = (date + 13 * (m + 1) / 5 + y + y / 4 - y / 100 + y / 400) % 7;
    let weekend = matches!(zeller, 0 | 1);
    let fixed = ["01-01", "01-06", "05-01", "05-03", "08-15", "11-01", "11-11", "12-25", "12-26"];
    let holiday = fixed.contains(&&text[5..]) || text == "2018-11-12" || (year > 2024 && text.ends_with("-12-24")) || {
        // Gauss for 1900 to 2199 before 2100: M = 24, N = 5.
        let d = (19 * (year % 19) + 24) % 30;
        let e = (2 * (year % 4) + 4 * (year % 7) + 6 * d + 5) % 7;
        let easter = match (d, e) {
            (29, 6) => 50,
            (28, 6) if year % 19 > 10 => 49,
            _ => 22 + d + e,
        };
        let march = [0, 31, 61, 92].get((month - 3).clamp(0, 4) as usize).map(|before| before + date);
        month > 2 && march.is_some_and(|march| [0, 1, 49, 60].contains(&(march - easter)))
    };
    !weekend && !holiday
}

#[test]
fn every_day_is_judged_as_by_the_plain_rules() {
    let calendar = Calendar::default();
    for day in Calendar::YEARS.flat_map(days_of) {
        assert_eq!(calendar.day_off(day).unwrap().is_none(), is_working_day(day), "{day}");
    }
}

proptest! {
    /// The slow twin writes all working days down and looks up the first or seventh after the day.
    #[test]
    fn counting_agrees_with_a_list_of_working_days(
        year in 2011..2099_i32, nth in 0..366_usize, later in 0..12_usize, extra in proptest::collection::vec(0..400_usize, 0..8)
    ) {
        let all: Vec<Day> = days_of(year).chain(days_of(year + 1)).collect();
        let extra: Vec<Day> = extra.into_iter().map(|nth| all[nth]).collect();
        let lines = extra.iter().map(Day::to_string).collect::<Vec<_>>().join("\n");
        let calendar = Calendar::parse(&lines).unwrap();
        let working: Vec<Day> = all.iter().copied().filter(|day| is_working_day(*day) && !extra.contains(day)).collect();
        let after = |day: Day, count: usize| working.iter().copied().filter(|working| *working > day).nth(count - 1);

        let (issued, ended) = (all[nth], all[nth + later]);
        let date = IssueDate::parse(&issued.to_string()).unwrap();
        let by = |mode, failures: &[Failure]| Deadline::of(mode, date, failures, &calendar).unwrap().send_by();
        prop_assert_eq!(by(Mode::Offline24, &[]), after(issued, 1));
        prop_assert_eq!(by(Mode::Unavailable { ended: Some(ended) }, &[]), after(ended, 1));
        prop_assert_eq!(by(Mode::Failure { ended: Some(ended) }, &[]), after(ended, 7));

        // A failure announced on the issue date or on the last day moves the deadline, a day later it does not.
        let last = after(issued, 1).unwrap();
        let next = all[all.iter().position(|day| *day == last).unwrap() + 1];
        let end = all[all.iter().position(|day| *day == last).unwrap() + 1 + later];
        let failed = |announced| by(Mode::Offline24, &[Failure::new(announced, end).unwrap()]);
        prop_assert_eq!(failed(issued), after(end, 7));
        prop_assert_eq!(failed(last), after(end, 7));
        prop_assert_eq!(failed(next), Some(last));
    }

    /// Nothing panics, nothing goes back: more failures never make a deadline earlier.
    #[test]
    fn failures_never_bring_a_deadline_forward(
        issued in 0..365_usize, failures in proptest::collection::vec((0..60_usize, 0..20_usize), 0..6)
    ) {
        let all: Vec<Day> = days_of(2026).chain(days_of(2027)).collect();
        let date = IssueDate::parse(&all[issued].to_string()).unwrap();
        let failures: Vec<Failure> = failures
            .into_iter()
            .map(|(from, long)| Failure::new(all[issued + from], all[issued + from + long]).unwrap())
            .collect();
        let calendar = Calendar::default();
        let by = |failures: &[Failure]| Deadline::of(Mode::Offline24, date, failures, &calendar).unwrap().send_by();
        for count in 0..failures.len() {
            prop_assert!(by(&failures[..count]) <= by(&failures[..=count]));
        }
        let mut reversed = failures.clone();
        reversed.reverse();
        prop_assert_eq!(by(&failures), by(&reversed));
    }
}

/// VAT Act, art. 106nf ust. 7 and 106nha: whatever deadline runs, a total failure announced meanwhile ends the duty to send.
#[test]
fn a_total_failure_that_comes_later_ends_the_duty_to_send() {
    let total = |day_of: &str| Failure::total(day(day_of));
    let failure = |text: &str| text.parse::<Failure>().unwrap();
    let of = |mode, failures: &[Failure]| {
        Deadline::of(mode, IssueDate::parse("2026-06-15").unwrap(), failures, &Calendar::default()).unwrap()
    };
    let offline = Mode::Offline24;
    for (mode, failures) in [
        // On the day of issue, on the last day.
        (offline, vec![total("2026-06-15")]),
        (offline, vec![total("2026-06-16")]),
        // While a deadline runs that another failure moved, in whatever order they are given.
        (offline, vec![failure("2026-06-16..2026-06-18"), total("2026-06-29")]),
        (offline, vec![total("2026-06-29"), failure("2026-06-16..2026-06-18")]),
        // While the outage lasts whose end the deadline will be counted from.
        (offline, vec![failure("2026-06-16.."), total("2026-08-01")]),
        (Mode::Failure { ended: None }, vec![total("2026-08-01")]),
        (Mode::Unavailable { ended: None }, vec![total("2026-06-20")]),
        (failure_ended("2026-06-20"), vec![total("2026-06-30")]),
    ] {
        let deadline = of(mode, &failures);
        let announced = failures.iter().find(|failure| failure.is_total()).unwrap().announced();
        assert_eq!((deadline.due(), deadline.total_failure()), (Due::Never, announced), "{mode:?} {failures:?}");
        assert_eq!(codes(&deadline), [""; 0]);
    }
    for (announced, reason) in [
        (
            "2026-06-14",
            "before the invoice was issued on 2026-06-15 (issued while it lasted, the invoice is of mode total)",
        ),
        ("2026-06-17", "after the deadline of 2026-06-16 had passed"),
    ] {
        let deadline = of(offline, &[total(announced)]);
        assert_eq!((deadline.send_by(), deadline.total_failure()), (Some(day("2026-06-16")), None));
        assert_eq!(codes(&deadline), ["failure_not_counted"]);
        let message = format!("the total failure {announced} does not count: it was announced {reason}");
        assert_eq!(deadline.warnings()[0].message(), message);
    }
    assert_eq!(of(Mode::Total, &[]).total_failure(), None, "it was issued in one");
}

/// Of a file of announcements each invoice takes what concerns it, without a warning for what does not.
#[test]
fn announcements_of_a_year() {
    let message = |event: u32, category: &str, kind: &str, start: &str, end: &str, published: &str| {
        let end = if end.is_empty() { String::new() } else { format!(r#""end":"{end}","#) };
        format!(
            r#"{{"id":"K/{event}/{kind}","eventId":{event},"category":"{category}","type":"{kind}","title":"","text":"","start":"{start}",{end}"version":1,"published":"{published}"}}"#
        )
    };
    let started = "FAILURE_START";
    let messages = [
        message(1, "FAILURE", started, "2026-03-02T08:00:00Z", "", "2026-03-02T08:30:00Z"),
        message(1, "FAILURE", "FAILURE_END", "2026-03-02T08:00:00Z", "2026-03-03T23:30:00Z", "2026-03-04T00:00:00Z"),
        message(
            2,
            "MAINTENANCE",
            "MAINTENANCE_ANNOUNCEMENT",
            "2026-04-11T20:00:00Z",
            "2026-04-12T04:00:00Z",
            "2026-04-01T08:00:00Z",
        ),
        message(3, "TOTAL_FAILURE", started, "2026-05-05T08:00:00Z", "", "2026-05-05T09:00:00Z"),
        message(4, "FAILURE", started, "2026-09-01T08:00:00Z", "", "2026-09-01T08:30:00Z"),
    ];
    let announcements = Announcements::parse(format!("[{}]", messages.join(",")).as_bytes()).unwrap();
    let of = |mode, issued| {
        let schedule = Schedule::new(mode).with_announcements(announcements.clone());
        schedule.deadline(IssueDate::parse(issued).unwrap()).unwrap()
    };
    let (failure, unavailable) = (Mode::Failure { ended: None }, Mode::Unavailable { ended: None });
    for (mode, issued, due) in [
        (Mode::Offline24, "2026-02-26", Due::By(day("2026-02-27"))),
        // The failure ended on the 4th, by Polish clocks.
        (Mode::Offline24, "2026-02-27", Due::By(day("2026-03-13"))),
        (Mode::Offline24, "2026-03-02", Due::By(day("2026-03-13"))),
        (failure, "2026-03-03", Due::By(day("2026-03-13"))),
        (failure, "2026-03-04", Due::By(day("2026-03-13"))),
        (unavailable, "2026-04-11", Due::By(day("2026-04-13"))),
        (Mode::Offline24, "2026-05-04", Due::Never),
        (Mode::Offline24, "2026-05-05", Due::Never),
        (Mode::Offline24, "2026-05-06", Due::By(day("2026-05-07"))),
        (Mode::Offline24, "2026-09-01", Due::Open { working_days: 7 }),
        (failure, "2026-09-03", Due::Open { working_days: 7 }),
    ] {
        let deadline = of(mode, issued);
        assert_eq!(deadline.due(), due, "{mode:?} {issued}");
        assert_eq!(codes(&deadline), [""; 0], "{mode:?} {issued}");
    }
    assert_eq!(codes(&of(failure, "2026-03-05")), ["outage_not_announced"]);
    // The total failure of May does not end what nobody knows the beginning of.
    assert_eq!(of(failure, "2026-03-05").due(), Due::Open { working_days: 7 });
    assert_eq!(codes(&of(unavailable, "2026-03-03")), ["outage_not_announced"]);
    assert_eq!(codes(&of(failure_ended("2026-03-06"), "2026-03-06")), ["outage_not_announced"]);
}
