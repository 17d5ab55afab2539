"""An iCalendar (RFC 5545) of the deadlines and meetings of agreements, for the calendar of a phone or an office.

Whole days: the day on which a commitment or a task is due, on which the report of a period is due, of a meeting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from icalendar import Calendar, Event

from lienvung.people.models import Account
from lienvung.programme.access import standing_of
from lienvung.programme.models import Agreement, Commitment, Meeting, Task
from lienvung.results.access import agreements_of
from lienvung.results.models import Period
from lienvung.texts import Text

ICS = "text/calendar; charset=utf-8"
NAME = Text("Hạn và cuộc họp của chương trình hợp tác", "Deadlines and meetings of the cooperation")
COMMITMENT = Text("Hạn cam kết", "Commitment due")
TASK = Text("Hạn nhiệm vụ", "Task due")
REPORT = Text("Hạn báo cáo", "Report due")


@dataclass(frozen=True, slots=True)
class Entry:
    """One day of the calendar; `number` grows with the row's changes."""

    uid: str
    day: date
    title: Text
    words: Text
    url: str
    number: int = 0
    place: str = ""
    cancelled: bool = False


def _about(kind: Text, number: str, words: Text) -> Text:
    return Text(f"{kind.vi} {number}: {words.vi}", f"{kind.en} {number}: {words.en}")


def entries_of(agreement: Agreement, *, public: bool) -> Iterator[Entry]:
    """What has a day. `public`: commitments and meetings only, tasks and reports are the parties' own business."""
    page = "reports:public" if public else "reports:dashboard"
    url = settings.ORIGIN + reverse(page, args=[agreement.code])
    for one in agreement.commitments.filter(state=Commitment.State.ACTIVE, due__isnull=False):
        title = _about(COMMITMENT, one.number, one.words)
        yield Entry(f"commitment-{one.pk}", one.due, title, agreement.name, url, one.version)  # type: ignore[arg-type]
    for meeting in agreement.meetings.filter(held_on__isnull=False):
        cancelled = meeting.state == Meeting.State.CANCELLED
        if not (public and cancelled):
            yield Entry(
                f"meeting-{meeting.pk}", meeting.held_on, meeting.name, agreement.name, url, meeting.version,  # type: ignore[arg-type]
                meeting.place, cancelled,
            )  # fmt: skip
    if public:
        return
    for task in Task.objects.filter(plan__agreement=agreement, due__isnull=False).exclude(
        state__in=(Task.State.DONE, Task.State.DROPPED)
    ):
        title = _about(TASK, task.number, task.words)
        yield Entry(f"task-{task.pk}", task.due, title, agreement.name, url, task.version)  # type: ignore[arg-type]
    for period in agreement.periods.filter(state=Period.State.OPEN):
        title = Text(f"{REPORT.vi}: {period.name.vi}", f"{REPORT.en}: {period.name.en}")
        yield Entry(f"period-{period.pk}", period.due_on, title, agreement.name, url, period.version)


def of_account(account: Account) -> list[Entry]:
    """The entries of every agreement whose party the account speaks for."""
    own = [each for each in agreements_of(account) if standing_of(account, each).parties]
    return [entry for agreement in own for entry in entries_of(agreement, public=False)]


def of_public(agreement: Agreement) -> list[Entry]:
    return list(entries_of(agreement, public=True))


def write(entries: Iterable[Entry], *, language: str, now: datetime, name: Text = NAME) -> bytes:
    """The whole calendar."""
    host = urlsplit(settings.ORIGIN).hostname or "lienvung"
    calendar = Calendar()
    calendar.add("prodid", "-//Lienvung//programme//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name.in_language(language))
    calendar.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    for entry in sorted(entries, key=lambda each: (each.day, each.uid)):
        event = Event()
        event.add("uid", f"{entry.uid}@{host}")
        event.add("dtstamp", now)
        event.add("sequence", entry.number)
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1) if entry.day < date.max else entry.day)
        event.add("summary", clean(entry.title.in_language(language)))
        event.add("description", clean(entry.words.in_language(language)))
        event.add("url", entry.url)
        event.add("transp", "TRANSPARENT")
        if entry.place:
            event.add("location", clean(entry.place))
        if entry.cancelled:
            event.add("status", "CANCELLED")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def clean(text: str) -> str:
    """Without control characters, which no calendar may hold."""
    return "".join(letter for letter in text if letter in "\n\t" or (letter >= " " and letter != "\x7f"))
