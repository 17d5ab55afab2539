"""From what a person or a program writes to entries of the dictionary: every form finds the same things."""

from __future__ import annotations

import re

from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri, identify
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import stored_uri

_GTIN_LOT = re.compile(r"^(\d{8}|\d{12,14})[\s/+:,;]+(\S+)$")


def candidates(text: str) -> list[str]:
    """The canonical URIs that `text` may mean: URI, EPC URN, element string, "(01)…(10)…", "GTIN LOT", bare number.

    A bare 13-digit number may be a GTIN and a GLN: both are given. Raises Invalid
    where it is none of these.
    """
    text = text.strip()
    if "://" in text or text[:4].lower() == "urn:":
        return [canonical_uri(text)]
    if text.startswith("/"):
        return [canonical_uri("https://id.gs1.org" + text)]
    pair = _GTIN_LOT.match(text)
    if pair:
        text = f"(01){pair[1].zfill(14)}(10){pair[2]}"
    try:
        found = identify(text)
    except Invalid:
        if re.match(r"^[A-Za-z][A-Za-z0-9+.-]*:", text):
            return [text]
        raise
    return list(dict.fromkeys(uri for uri in (found.canonical, *(other.canonical for other in found.others)) if uri))


def things_meant(text: str) -> list[tuple[int, str]]:
    """(dictionary id, dictionary spelling) of what `text` may mean; empty where the ledger has never heard of it."""
    spelled = [stored_uri(uri) for uri in candidates(text)]
    return [
        (number, uri)
        for number, uri in rows(f"SELECT id, uri FROM ledger_thing WHERE uri IN {marks(spelled)}", spelled)
    ]


def thing_ids(text: str) -> list[int]:
    """Dictionary ids of what `text` may mean."""
    return [number for number, _ in things_meant(text)]
