"""An iCalendar of the days on which certificates end (RFC 5545), for the calendar of a phone or an office.

Whole-day events on the last day of validity, with a reminder; lines end in CRLF and are folded at 75 octets
without cutting a letter; text is escaped, so that nobody's name can write a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lienvung.texts import Text

MOST_OCTETS = 75
NAME = Text("Hạn giấy chứng nhận", "Certificates that end")


@dataclass(frozen=True, slots=True)
class Entry:
    """A certificate's end: `uid` unique for ever, `day` the last day of validity."""

    uid: str
    day: date
    title: str
    words: str
    url: str
    number: int = 0  # of changes: a calendar takes the higher one


def write(entries: Iterable[Entry], *, name: str, now: datetime, remind_days: int) -> bytes:
    """The whole calendar."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lienvung//proofs//VI", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{text(name)}", "REFRESH-INTERVAL;VALUE=DURATION:P1D"]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{text(entry.uid)}",
            f"DTSTAMP:{stamp}",
            f"SEQUENCE:{entry.number}",
            f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{_after(entry.day):%Y%m%d}",
            f"SUMMARY:{text(entry.title)}",
            f"DESCRIPTION:{text(entry.words)}",
            f"URL:{_uri(entry.url)}",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{text(entry.title)}",
            f"TRIGGER:-P{remind_days}D",
            "END:VALARM",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) for line in lines)


def text(value: str) -> str:
    """A TEXT value (RFC 5545 3.3.11): backslash, semicolon, comma and line ends escaped; other controls dropped."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    escaped = re.sub(r"\r\n|\r|\n|\x85|\u2028|\u2029", r"\\n", escaped)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", escaped)


def fold(line: str) -> bytes:
    """A content line in UTF-8, at most 75 octets in each part, the later ones after CRLF and a space (3.1)."""
    parts: list[bytes] = []
    part = b""
    for letter in line:
        octets = letter.encode()
        if len(part) + len(octets) > MOST_OCTETS:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"


def _uri(value: str) -> str:
    return re.sub(r"[\x00-\x20\x7f]", "", value)


def _after(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day
