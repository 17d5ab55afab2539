"""From an event's hash to its number, kept up in batches.

Hashes are random, so an index on them that grew with every capture would touch a
page of its own for every event. It is filled `BATCH` events at a time instead,
sorted; the newest events, not yet in it, are looked through one by one.
"""

from __future__ import annotations

from lienvung.ledger.reading import rows
from lienvung.ledger.store import PostgresStore, SqliteStore

BATCH = 32_768


def prefix_of(digest: bytes) -> int:
    """The first 8 bytes as a signed number, which is what both databases store."""
    return int.from_bytes(digest[:8], "big", signed=True)


def keep_up(store: SqliteStore | PostgresStore, last_rid: int) -> None:
    """Enter the hashes of events up to `last_rid` once there are enough of them; inside a capture."""
    [(hashed,)] = store.rows("SELECT value FROM ledger_counter WHERE name = 'hashed'")
    if last_rid - hashed < BATCH:
        return
    found = store.rows("SELECT hash, rid FROM ledger_event WHERE rid > %s AND rid <= %s", (hashed, last_rid))
    store.insert("hash", sorted((prefix_of(digest), rid) for digest, rid in found))
    store.take("hashed", last_rid - hashed)


def rids_of_hash(digest: bytes) -> list[int]:
    """Numbers of the events with this hash: one, and declarations that it is wrong."""
    found = rows(
        "SELECT e.rid FROM ledger_hash h JOIN ledger_event e ON e.rid = h.rid WHERE h.prefix = %s AND e.hash = %s",
        (prefix_of(digest), digest),
    )
    found += rows(
        "SELECT rid FROM ledger_event "
        "WHERE rid > (SELECT value FROM ledger_counter WHERE name = 'hashed') AND hash = %s",
        (digest,),
    )
    return sorted({rid for (rid,) in found})
