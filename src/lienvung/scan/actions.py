"""The only writer of scan counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction


class Place(NamedTuple):
    """What is counted apart."""

    thing: str
    day: date
    province: str
    known: bool


class Tally(NamedTuple):
    scans: int
    devices: int


_ADD = """INSERT INTO scan_scanday (thing, day, province, known, scans, devices) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (thing, day, province, known)
DO UPDATE SET scans = scan_scanday.scans + excluded.scans, devices = scan_scanday.devices + excluded.devices"""
_FIRST = """INSERT INTO scan_firstscan (thing, at_ms) VALUES (%s, %s) ON CONFLICT (thing) DO UPDATE
SET at_ms = CASE WHEN excluded.at_ms < scan_firstscan.at_ms THEN excluded.at_ms ELSE scan_firstscan.at_ms END"""


@transaction.atomic
def store_counts(tallies: Mapping[Place, Tally], first: Mapping[str, int]) -> None:
    """Add a batch of counts and keep the earliest first scan (UTC epoch ms) of each thing."""
    with connection.cursor() as cursor:
        if tallies:
            # sorted: two processes that flush at once take row locks in the same order
            cursor.executemany(_ADD, [(*place, *tallies[place]) for place in sorted(tallies)])
        if first:
            cursor.executemany(_FIRST, [(thing, first[thing]) for thing in sorted(first)])
