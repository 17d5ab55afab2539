"""Numbers back to what they stand for: words, identifiers, senders; remembered, since they never change.

Outside a transaction only: what a transaction of our own has written may still be
taken back, and its numbers given out again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from lienvung.ledger.reading import marks, rows

LIMIT = 20_000  # entries a kind


class Names:
    """One kind of numbers: `sql` gives (number, value) for an IN list."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.database: object = None
        self.known: dict[int, Any] = {}

    def of(self, wrapper: BaseDatabaseWrapper, numbers: Iterable[int | None]) -> dict[int, Any]:
        """The values of these numbers in the database of `wrapper`; None among them is passed over."""
        database = wrapper.settings_dict["NAME"]
        if database is not self.database:
            self.known, self.database = {}, database
        known = self.known
        wanted = {number for number in numbers if number is not None}
        found = {number: known[number] for number in wanted if number in known}
        if len(found) == len(wanted):
            return found
        missing = sorted(wanted.difference(found))
        for start in range(0, len(missing), 500):
            part = missing[start : start + 500]
            found.update(rows(f"{self.sql} IN {marks(part)}", part))
        if not wrapper.in_atomic_block:
            if len(known) > LIMIT:
                known.clear()
            known.update({number: found[number] for number in missing if number in found})
        return found


words = Names("SELECT id, value FROM ledger_term WHERE id")
uris = Names("SELECT id, uri FROM ledger_thing WHERE id")
senders = Names("SELECT id, submitter FROM ledger_document WHERE id")


def forget() -> None:
    """Drop all that is remembered."""
    for names in (words, uris, senders):
        names.known.clear()
