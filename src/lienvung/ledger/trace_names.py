"""What a trace is asked about, and what kind of thing an identifier names."""

from __future__ import annotations

import re

from lienvung.errors import NotFound
from lienvung.gs1 import lot_of_uri
from lienvung.ledger.identifiers import thing_ids
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import GS1_PREFIX
from lienvung.lineage.facts import Ints, ints

_KINDS = [
    (re.compile(r"^/(01|8006)/[^/]+/10/"), "lot"),
    (re.compile(r"^/(01|8006|8010)/[^/]+/(21|8011)/"), "serial"),
    (re.compile(r"^/(00|401|402)/"), "logistic"),
    (re.compile(r"^/(8003|8004)/"), "asset"),
    (re.compile(r"^/(414|417)/"), "place"),
    (re.compile(r"^/(01|8006)/"), "class"),
]


def kind_of(uri: str) -> str:
    """'lot' | 'serial' | 'logistic' | 'asset' | 'class' | 'place' | 'other' of a canonical URI."""
    path = uri.removeprefix(GS1_PREFIX)
    return next((kind for pattern, kind in _KINDS if pattern.match(path)), "other")


def find(uri: str) -> Ints:
    """Numbers of what `uri` names. Raises Invalid for a malformed identifier, NotFound for one the ledger never saw."""
    found = lookup(uri)
    if not len(found):
        raise NotFound(
            "ledger.no_such_thing",
            vi=f"Sổ cái chưa có sự kiện nào về {uri}",
            en=f"the ledger has no event about {uri}",
        )
    return found


def lookup(uri: str) -> Ints:
    """The same, empty for what the ledger never saw; a Digital Link with serial and lot falls back to the lot."""
    found = thing_ids(uri)
    if not found and "://" in uri and (lot := lot_of_uri(uri)):
        found = thing_ids(lot)
    return ints(sorted(found))


def event_names(rids: list[int]) -> dict[int, str]:
    """The eventIDs of events, by number: as given, else the hash as ni URI (CBV 2.0, section 8.9)."""
    names: dict[int, str] = {}
    for start in range(0, len(rids), 500):
        part = rids[start : start + 500]
        for rid, digest, given in rows(
            f"SELECT rid, hash, event_id FROM ledger_event WHERE rid IN {marks(part)}", part
        ):
            names[rid] = given or f"ni:///sha-256;{bytes(digest).hex()}?ver=CBV2.0"
    return names
