"""Reads calendars of `ksef-qr cert expiring --ics` with the icalendar package and says what is wrong with them.

    judge_calendar.py FILE COUNT   FILE has COUNT events
"""

import datetime
import sys

import icalendar

path, count = sys.argv[1], int(sys.argv[2])
data = open(path, "rb").read()
assert data.count(b"\n") == data.count(b"\r\n"), "a line that does not end with CRLF"
assert all(len(line) <= 75 for line in data.split(b"\r\n")), "a line of more than 75 octets"
calendar = icalendar.Calendar.from_ical(data)
assert not calendar.errors, calendar.errors
assert calendar["VERSION"] == "2.0" and calendar["PRODID"].startswith("-//ksef-qr//")
events = calendar.walk("VEVENT")
assert len(events) == count, f"{len(events)} events"
assert len({event["UID"] for event in events}) == count, "two events of one UID"
for event in events:
    assert not event.errors, event.errors
    start, end = event.decoded("DTSTART"), event.decoded("DTEND")
    assert type(start) is datetime.date and end - start == datetime.timedelta(days=1), (start, end)
    assert event.decoded("DTSTAMP").tzinfo is not None
    assert "serial number" in event["DESCRIPTION"] and "\\" not in event["DESCRIPTION"]
    (alarm,) = event.walk("VALARM")
    # A week before, or on the day at nine where that is past.
    assert datetime.timedelta(days=-7) <= alarm.decoded("TRIGGER") <= datetime.timedelta(hours=9)
    assert alarm["ACTION"] == "DISPLAY"
    print(start, event["SUMMARY"])
