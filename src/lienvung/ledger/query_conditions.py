"""Conditions on events, each answering three questions: all your events if they are few? those of a block? of these?

    rare(most)   every event of the condition, or None where there are more than `most` (or nobody knows)
    bits(block)  its events in a block, as bits
    keep(rids)   which of these events have it

`lienvung.ledger.query_walk` asks the first of every condition and begins with the
rarest; where all are common it goes through the blocks, cheapest condition first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from lienvung.ledger.query_blocks import KINDS, SIZE, Ahead, Block, all_times, bits_of, postings, rids_of_bits, spans
from lienvung.ledger.reading import marks, rows

CHUNK = 500
WINDOW = 64  # blocks looked up at once
FEW_BLOCKS = 4
LATELY = 16  # blocks
FULL = (1 << SIZE) - 1


class Condition(ABC):
    """Base: a condition that only knows which of given events have it."""

    cost = 9

    def rare(self, most: int) -> list[int] | None:
        return None

    def bits(self, block: Block) -> int:
        return bits_of(self.keep(range(block.first, block.last + 1)), block.first)

    @abstractmethod
    def keep(self, rids: Sequence[int]) -> set[int]:
        """Which of these events have it."""


class Known(Condition):
    """Events that are all known by number."""

    cost = 0

    def __init__(self, rids: Iterable[int]) -> None:
        self.rids = sorted(set(rids))

    def rare(self, most: int) -> list[int] | None:
        return self.rids if len(self.rids) <= most else None

    def bits(self, block: Block) -> int:
        start, end = bisect_left(self.rids, block.first), bisect_right(self.rids, block.last)
        return bits_of(self.rids[start:end], block.first) if end > start else 0

    def keep(self, rids: Sequence[int]) -> set[int]:
        found = set()
        for rid in rids:
            place = bisect_left(self.rids, rid)
            if place < len(self.rids) and self.rids[place] == rid:
                found.add(rid)
        return found


NOTHING = Known(())


def newest_first(values: Sequence[int]) -> str:
    """What makes PostgreSQL go down its index (value, time) of one value and stop: it would rather read the table
    from its beginning, or list all events of the value."""
    return "ORDER BY t DESC " if len(values) == 1 else ""


class Words(Condition):
    """Events with one of these words in a column that has postings."""

    cost = 1

    def __init__(self, column: str, words: Sequence[int]) -> None:
        self.column = column
        self.words = list(words)
        self.window: tuple[int, dict[int, int]] = (-1, {})

    def rare(self, most: int) -> list[int] | None:
        if not self.words:
            return []
        if self.column not in ("bizstep", "disp"):
            return self._in_few_blocks(most)
        if self._common_lately(most):
            return None
        where = f"{self.column} IN {marks(self.words)} {newest_first(self.words)}"
        found = rows(f"SELECT rid FROM ledger_event WHERE {where}LIMIT %s", (*self.words, most + 1))
        return sorted(rid for (rid,) in found) if len(found) <= most else None

    def _common_lately(self, most: int) -> bool:
        """Whether one of the words alone is common in the newest blocks: a few rows tell what a thousand would."""
        found = rows(
            "SELECT bits FROM ledger_posting WHERE kind = %s AND value = %s ORDER BY blk DESC LIMIT %s",
            (KINDS[self.column], self.words[0], LATELY),
        )
        return sum(int.from_bytes(bits, "little").bit_count() for (bits,) in found) > most

    def _in_few_blocks(self, most: int) -> list[int] | None:
        """Of a column without an index: its words are common, or they stand in few blocks, or in none."""
        kind = KINDS[self.column]
        stands = rows(
            f"SELECT blk FROM ledger_posting WHERE kind = %s AND value IN {marks(self.words)} LIMIT %s",
            (kind, *self.words, FEW_BLOCKS + 1),
        )
        if len(stands) > FEW_BLOCKS:
            return None
        # what is in no block first: an event that a capture puts into one meanwhile is then found twice, not never
        [(blocked,)] = rows("SELECT value FROM ledger_counter WHERE name = 'blocked'")
        rids = {rid for (rid,) in self._between(blocked + 1, blocked + SIZE)}
        for number, bits in postings(kind, self.words, 0, blocked // SIZE).items():
            rids.update(rids_of_bits(bits, number * SIZE + 1))
        return sorted(rids) if len(rids) <= most else None

    def bits(self, block: Block) -> int:
        if not block.stored:
            return bits_of((rid for (rid,) in self._between(block.first, block.last)), block.first)
        start = block.number - block.number % WINDOW
        if self.window[0] != start:
            self.window = (start, postings(KINDS[self.column], self.words, start, start + WINDOW - 1))
        return self.window[1].get(block.number, 0)

    def _between(self, first: int, last: int) -> list[tuple[Any, ...]]:
        return rows(
            f"SELECT rid FROM ledger_event WHERE rid BETWEEN %s AND %s AND +{self.column} IN {marks(self.words)}",
            (first, last, *self.words),
        )

    def keep(self, rids: Sequence[int]) -> set[int]:
        return _kept(
            f"SELECT rid FROM ledger_event WHERE +{self.column} IN {marks(self.words)} AND rid", self.words, rids
        )


class Places(Condition):
    """Events at one of these places; `column` is rp or bl."""

    cost = 4

    def __init__(self, column: str, places: Sequence[int]) -> None:
        self.column = column
        self.places = sorted(set(places))
        self.parts = [self.places[start : start + CHUNK] for start in range(0, len(self.places), CHUNK)]
        self.ahead = Ahead(self._by_time)

    def rare(self, most: int) -> list[int] | None:
        found: list[int] = []
        for part in self.parts:
            found += [
                rid
                for (rid,) in rows(
                    f"SELECT rid FROM ledger_event WHERE {self.column} IN {marks(part)} {newest_first(part)}LIMIT %s",
                    (*part, most + 1 - len(found)),
                )
            ]
            if len(found) > most:
                return None
        return sorted(found)

    @cached_property
    def spans(self) -> dict[int, tuple[int, int]]:
        return spans()

    def bits(self, block: Block) -> int:
        found = self.ahead.events(block.number) if block.stored else None
        return bits_of(self._by_number(block) if found is None else found, block.first)

    def _by_time(self, low: int, high: int) -> list[int] | None:
        """By the index on place and time: blocks are a short time, unless an event of long ago came late."""
        times = [self.spans[number] for number in range(low, high + 1) if number in self.spans]
        since, until = min(one for one, _ in times), max(one for _, one in times)
        found: list[int] = []
        for part in self.parts:
            sql = f"SELECT rid FROM ledger_event WHERE {self.column} IN {marks(part)} AND t BETWEEN %s AND %s LIMIT %s"
            found += [rid for (rid,) in rows(sql, (*part, since, until, 2 * SIZE - len(found)))]
            if len(found) >= 2 * SIZE:
                return None
        return [rid for rid in found if low * SIZE < rid <= (high + 1) * SIZE]

    def _by_number(self, block: Block) -> list[int]:
        found: list[int] = []
        for part in self.parts:
            found += [
                rid
                for (rid,) in rows(
                    f"SELECT rid FROM ledger_event WHERE rid BETWEEN %s AND %s AND +{self.column} IN {marks(part)}",
                    (block.first, block.last, *part),
                )
            ]
        return found

    def keep(self, rids: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for part in self.parts:
            found |= _kept(f"SELECT rid FROM ledger_event WHERE +{self.column} IN {marks(part)} AND rid", part, rids)
        return found


class Rows(Condition):
    """Events of a table with an index that ends in the event; `where` and its values choose the rows.

    `bounded` is `where` as it is best said where the events are bounded too (an index
    on a number and one on the event cannot both be used).
    """

    cost = 3

    def __init__(
        self, table: str, where: str, values: Sequence[Any], *, bounded: str = "", event: str = "event"
    ) -> None:
        self.table = table
        self.where = where
        self.values = tuple(values)
        self.bounded = bounded or where
        self.event = event
        self.ahead = Ahead(lambda low, high: self._between(low * SIZE + 1, (high + 1) * SIZE))

    def rare(self, most: int) -> list[int] | None:
        for limit in (most + most // 4 + 1, 4 * most + 1):  # an event may have several rows; it mostly has one
            found = rows(
                f"SELECT {self.event} FROM ledger_{self.table} WHERE {self.where} LIMIT %s", (*self.values, limit)
            )
            distinct = {rid for (rid,) in found}
            if len(distinct) > most:
                return None
            if len(found) < limit:
                return sorted(distinct)
        return None

    def bits(self, block: Block) -> int:
        found = self.ahead.events(block.number) if block.stored else self._between(block.first, block.last)
        return bits_of(found, block.first) if found else 0

    def _between(self, first: int, last: int) -> list[int]:
        found = rows(
            f"SELECT {self.event} FROM ledger_{self.table} WHERE {self.bounded} AND {self.event} BETWEEN %s AND %s",
            (*self.values, first, last),
        )
        return [rid for (rid,) in found]

    def keep(self, rids: Sequence[int]) -> set[int]:
        return _kept(
            f"SELECT {self.event} FROM ledger_{self.table} WHERE {self.bounded} AND {self.event}", self.values, rids
        )


class During(Condition):
    """Events from one time to before another; None is no bound."""

    cost = 2

    def __init__(self, since: int | None = None, before: int | None = None) -> None:
        self.since = -(2**62) if since is None else since
        self.before = 2**62 if before is None else before

    def rare(self, most: int) -> list[int] | None:
        found = rows(
            "SELECT rid FROM ledger_event WHERE t >= %s AND t < %s LIMIT %s", (self.since, self.before, most + 1)
        )
        return sorted(rid for (rid,) in found) if len(found) <= most else None

    @cached_property
    def spans(self) -> dict[int, tuple[int, int]]:
        return spans()

    def bits(self, block: Block) -> int:
        if not block.stored:
            found = rows(
                "SELECT rid FROM ledger_event WHERE rid BETWEEN %s AND %s AND +t >= %s AND +t < %s",
                (block.first, block.last, self.since, self.before),
            )
            return bits_of((rid for (rid,) in found), block.first)
        low, high = self.spans[block.number]
        if low >= self.since and high < self.before:
            return FULL
        if high < self.since or low >= self.before:
            return 0
        since, before = self.since, self.before
        return bits_of((rid for rid, t in enumerate(all_times(block), block.first) if since <= t < before), block.first)

    def keep(self, rids: Sequence[int]) -> set[int]:
        return _kept("SELECT rid FROM ledger_event WHERE +t >= %s AND +t < %s AND rid", (self.since, self.before), rids)


class Sent(Condition):
    """Events of documents that one of these organisations sent."""

    cost = 4

    def __init__(self, senders: Sequence[str]) -> None:
        self.senders = list(senders)

    def rare(self, most: int) -> list[int] | None:
        documents = rows(
            f"SELECT first_rid, event_count FROM ledger_document WHERE submitter IN {marks(self.senders)} LIMIT %s",
            (*self.senders, most + 1),
        )
        if len(documents) > most or sum(count for _, count in documents) > most:
            return None
        return sorted(rid for first, count in documents for rid in range(first, first + count))

    def bits(self, block: Block) -> int:
        ends = rows("SELECT doc FROM ledger_event WHERE rid >= %s ORDER BY rid LIMIT 1", (block.first,))
        ends += rows("SELECT doc FROM ledger_event WHERE rid <= %s ORDER BY rid DESC LIMIT 1", (block.last,))
        if not ends:
            return 0
        found = rows(
            "SELECT first_rid, event_count FROM ledger_document "
            f"WHERE id BETWEEN %s AND %s AND submitter || '' IN {marks(self.senders)}",
            (ends[0][0], ends[-1][0], *self.senders),
        )
        bits = 0
        for first, count in found:
            start, end = max(first, block.first), min(first + count - 1, block.last)
            if end >= start:
                bits |= ((1 << (end - start + 1)) - 1) << (start - block.first)
        return bits

    def keep(self, rids: Sequence[int]) -> set[int]:
        sql = (
            "SELECT e.rid FROM ledger_event e JOIN ledger_document d ON d.id = e.doc "
            f"WHERE d.submitter || '' IN {marks(self.senders)} AND e.rid"
        )
        return _kept(sql, self.senders, rids)


class AnyOf(Condition):
    """Events that one of several conditions has."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self.conditions = conditions
        self.cost = 1 + max(condition.cost for condition in conditions)

    def rare(self, most: int) -> list[int] | None:
        found: set[int] = set()
        for condition in self.conditions:
            its = condition.rare(most)
            if its is None:
                return None
            found.update(its)
        return sorted(found) if len(found) <= most else None

    def bits(self, block: Block) -> int:
        found = 0
        for condition in self.conditions:
            found |= condition.bits(block)
        return found

    def keep(self, rids: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for condition in self.conditions:
            left = [rid for rid in rids if rid not in found]
            found |= condition.keep(left) if left else set()
        return found


def any_of(conditions: Sequence[Condition]) -> Condition:
    if not conditions:
        return NOTHING
    return conditions[0] if len(conditions) == 1 else AnyOf(conditions)


class Sql(Condition):
    """Events `e` with a condition in SQL, of which nothing more is known."""

    def __init__(self, sql: str, values: Sequence[Any]) -> None:
        self.sql = sql
        self.values = tuple(values)

    def keep(self, rids: Sequence[int]) -> set[int]:
        return _kept(f"SELECT e.rid FROM ledger_event e WHERE {self.sql} AND e.rid", self.values, rids)


def _kept(sql: str, values: Sequence[Any], rids: Sequence[int]) -> set[int]:
    """Which of `rids` the query finds that `sql` begins; it ends in the column of the event."""
    found: set[int] = set()
    for start in range(0, len(rids), CHUNK):
        part = rids[start : start + CHUNK]
        found.update(rid for (rid,) in rows(f"{sql} IN {marks(part)}", (*values, *part)))
    return found
