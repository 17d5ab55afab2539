"""Who sent an event: whoever sent it first (its document's), and those who sent the same again.

An organisation that sends an event which stands already must see it like one of
its own, and its word must count like the first sender's. So it is entered as a
reference from the event to the sender; the event itself stays as it came first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lienvung.epcis import Reading
from lienvung.ledger.dictionary import resolve_things
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.rows import given_id
from lienvung.ledger.store import PostgresStore, SqliteStore
from lienvung.ledger.tables import REFERENCE_SENDER

Store = SqliteStore | PostgresStore
PART = 400
_SENDER = "SELECT e.rid, d.submitter FROM ledger_event e JOIN ledger_document d ON d.id = e.doc WHERE e.rid IN"


def sender_uri(submitter: str | None) -> str:
    """The dictionary's word for a sender."""
    return "urn:lienvung:operator" if submitter is None else f"urn:uuid:{submitter}"


def first_senders(store: Store, rids: Collection[int]) -> dict[int, str | None]:
    return dict(store.select_in(_SENDER, list(rids)))


def senders_of(events: Collection[int], among: Collection[str | None]) -> dict[int, set[str | None]]:
    """Event -> its first sender, and those of `among` who sent it again."""
    found: dict[int, set[str | None]] = {event: set() for event in events}
    numbers, who = sorted(events), {sender_uri(submitter): submitter for submitter in among}
    uris = list(who)
    for start in range(0, len(numbers), PART):
        part = numbers[start : start + PART]
        for event, submitter in rows(f"{_SENDER} {marks(part)}", part):
            found[event].add(submitter)
        for at in range(0, len(uris), PART):
            some = uris[at : at + PART]
            for event, uri in rows(
                "SELECT r.event, s.uri FROM ledger_thing s JOIN ledger_reference r ON r.thing = s.id "
                f"WHERE s.uri IN {marks(some)} AND r.kind = %s AND r.type = 0 AND r.event IN {marks(part)}",
                (*some, REFERENCE_SENDER, *part),
            ):
                found[event].add(who[uri])
    return found


def enter_again(store: Store, known: Sequence[tuple[Reading, int]], submitter: str | None, *, before: int) -> None:
    """Enter what `submitter` sent again: (event, number that it has); numbers from `before` on are of this document.

    Another eventID of the same sender's for the same event finds it too, if it is free.
    """
    old = {rid for _, rid in known if rid < before}
    others = {rid for rid, sender in first_senders(store, old).items() if sender != submitter}
    if others:
        uri = sender_uri(submitter)
        things, _ = resolve_things(store, [uri])
        store.insert("reference", [(things[uri], REFERENCE_SENDER, 0, rid) for rid in sorted(others)])
    names = {own_id: rid for reading, rid in known if rid not in others and (own_id := given_id(reading))}
    taken = {
        own_id for (own_id,) in store.select_in("SELECT event_id FROM ledger_event_id WHERE event_id IN", list(names))
    }
    store.insert("event_id", [(own_id, rid) for own_id, rid in names.items() if own_id not in taken])
