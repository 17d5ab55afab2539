"""Identifiers to numbers: `Things` (ledger_thing) and terms (ledger_term), with what a process remembers of them.

Numbers given once never change, so they may be remembered for as long as the
process lives. They are remembered only after the transaction that gave them has
been committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import connection, transaction

from lienvung.ledger import names
from lienvung.ledger.fields import stored_term
from lienvung.ledger.store import PostgresStore, SqliteStore
from lienvung.ledger.tables import stored_uri

LIMIT = 240_000  # entries remembered, about 50 MB


class Memory:
    """What the process remembers of the dictionary: the entries met last (oldest half dropped when full)."""

    def __init__(self) -> None:
        self.things: dict[str, int] = {}
        self.terms: dict[tuple[int, str], int] = {}
        self.highest = 0

    def add(self, entries: dict[str, int]) -> None:
        if len(self.things) + len(entries) > LIMIT:
            self.things = dict(islice(self.things.items(), len(self.things) // 2, None))
        self.things.update(entries)
        self.highest = max(self.highest, max(entries.values(), default=0))


_memories: dict[str, Memory] = {}


def memory() -> Memory:
    return _memories.setdefault(str(connection.settings_dict["NAME"]), Memory())


def forget() -> None:
    """Drop all that is remembered (tests that empty the tables; a database put back from a backup)."""
    _memories.clear()
    names.forget()


def is_stale(store: SqliteStore | PostgresStore) -> bool:
    """Whether another database stands behind the same name now (put back from a backup, made anew)."""
    [(last,)] = store.rows("SELECT value FROM ledger_counter WHERE name = 'thing'")
    return memory().highest > int(last)


def resolve_things(store: SqliteStore | PostgresStore, missing: Sequence[str]) -> tuple[dict[str, int], set[str]]:
    """Ids of canonical URIs that are not remembered, new ones in the order given; also which ones were new."""
    if not missing:
        return {}, set()
    known = memory()
    spelled = {stored_uri(uri): uri for uri in missing}
    found = {
        spelled[uri]: number
        for number, uri in store.select_in("SELECT id, uri FROM ledger_thing WHERE uri IN", list(spelled))
    }
    new = {short: full for short, full in spelled.items() if full not in found} if found else spelled
    if new:
        first = store.take("thing", len(new))
        store.insert("thing", list(zip(range(first, first + len(new)), new)))
        found.update(zip(new.values(), range(first, first + len(new))))
    transaction.on_commit(lambda: known.add(found))
    return found, set(new.values())


def resolve_terms(store: SqliteStore | PostgresStore, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Ids of vocabulary words, (kind, value) each; few, so looked up one by one."""
    known = memory().terms
    ids: dict[tuple[int, str], int] = {}
    found: dict[tuple[int, str], int] = {}
    for term in wanted:
        number = known.get(term)
        if number is None:
            kind, value = term[0], stored_term(term[1])
            rows = store.rows("SELECT id FROM ledger_term WHERE kind = %s AND value = %s", (kind, value))
            if rows:
                number = rows[0][0]
            else:
                number = store.take("term", 1)
                store.insert("term", [(number, kind, value)])
            found[term] = number
        ids[term] = number
    if found:
        transaction.on_commit(lambda: known.update(found))
    return ids
