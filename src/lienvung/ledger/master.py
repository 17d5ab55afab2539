"""Master data that came with events: elements of vocabularies, their attributes and children (EPCIS 2.0 section 6.5).

What a sender says of an element stands until the same sender says something else
of it; nothing is deleted. Whose word counts in a query: for authorities and the
operator everybody's, for an organisation its own, the authorities' and the
operator's (`Visible.voices`), so that nobody can move another's places about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lienvung.epcis.lookups import Lookups, canonical_identifier, lookups_for
from lienvung.epcis.numbers import number_text
from lienvung.epcis.query_names import named_field, uri_key
from lienvung.epcis.writer import encode_json
from lienvung.errors import Invalid
from lienvung.ledger.access import Visible
from lienvung.ledger.fields import canonical_text, clamp
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.store import PostgresStore, SqliteStore
from lienvung.ledger.tables import stored_uri

CHUNK = 500
MDA = "urn:epcglobal:cbv:mda#"
LATEST = (
    "NOT EXISTS (SELECT 1 FROM ledger_master m WHERE m.element = a.element AND m.vocabulary = a.vocabulary "
    "AND m.sender = a.sender AND m.document > a.document)"
)


def store_master_data(
    store: SqliteStore | PostgresStore,
    header: Mapping[str, Any],
    submitter: str | None,
    document: int,
    *,
    context: Any = None,
) -> None:
    """Enter the vocabularies in `header["epcisHeader"]["epcisMasterData"]` as the word of `submitter`, in a capture.

    What has not the shape of the standard is passed over: the reader has refused what must be refused.
    """
    elements: list[tuple[str, ...] | tuple[Any, ...]] = []
    attributes: list[tuple[Any, ...]] = []
    children: list[tuple[Any, ...]] = []
    lookups = lookups_for(context)
    sender = submitter or ""
    for vocabulary, element in _elements(header):
        name = element_key(str(element["id"]), lookups)
        tail = (clamp(vocabulary), sender, document)
        elements.append((name, *tail))
        for attribute in element.get("attributes") or ():
            if isinstance(attribute, dict) and isinstance(attribute.get("id"), str):
                key = attribute_key(named_field(attribute["id"], lookups.names.prefixes) or attribute["id"])
                value = attribute.get("attribute")
                text = encode_json(value).decode()
                attributes += [(key, clamp(word), name, *tail, text) for word in _words(value, lookups)]
        for child in element.get("children") or ():
            if isinstance(child, str):
                children.append((name, element_key(child, lookups), *tail))
    store.insert("master", elements)
    store.insert("master_attribute", attributes)
    store.insert("master_child", children)


def _elements(header: Mapping[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    """(vocabulary, element) of a document's header."""
    inner = header.get("epcisHeader")
    data = inner.get("epcisMasterData") if isinstance(inner, dict) else None
    listed = data.get("vocabularyList") if isinstance(data, dict) else None
    for vocabulary in listed if isinstance(listed, list) else ():
        if isinstance(vocabulary, dict):
            for element in vocabulary.get("vocabularyElementList") or ():
                if isinstance(element, dict) and isinstance(element.get("id"), str):
                    yield str(vocabulary.get("type") or ""), element


def element_key(uri: str, lookups: Lookups) -> str:
    """An element's identifier as the dictionary spells it."""
    uri = lookups.names.expand(uri.strip())
    try:
        return clamp(stored_uri(canonical_identifier(uri)))
    except Invalid:
        return clamp(uri)


def attribute_key(name: str) -> str:
    """One spelling of an attribute's name."""
    return clamp(uri_key(name) if ":" in name or "#" in name else name)


def _words(value: Any, lookups: Lookups) -> list[str]:
    """As `lienvung.ledger.fields` writes the values of fields."""
    if isinstance(value, list):
        return [word for item in value for word in _words(item, lookups)]
    if isinstance(value, bool):
        return ["btrue" if value else "bfalse"]
    if isinstance(value, str):
        return ["s" + canonical_text(value, lookups)] if value.strip() else []
    if isinstance(value, dict):
        return [""]
    if value is None:
        return []
    try:
        return ["n" + number_text(value)]
    except Invalid:
        return []


def _voices(seen_by: Visible) -> tuple[str, tuple[str, ...]]:
    if seen_by.voices is None:
        return "1 = 1", ()
    if not seen_by.voices:
        return "1 = 0", ()
    return f"a.sender IN {marks(seen_by.voices)}", seen_by.voices


def children_of(elements: Sequence[str], seen_by: Visible) -> set[str]:
    """The direct children of elements, as the dictionary spells them."""
    counts, voices = _voices(seen_by)
    found: set[str] = set()
    for start in range(0, len(elements), CHUNK):
        part = elements[start : start + CHUNK]
        sql = f"SELECT a.child FROM ledger_master_child a WHERE a.element IN {marks(part)} AND {counts} AND {LATEST}"
        found.update(child for (child,) in rows(sql, (*part, *voices)))
    return found


def elements_with(attributes: Sequence[str], words: Sequence[str] | None, seen_by: Visible) -> set[str]:
    """Elements that have one of these attributes, with one of these words where there are any."""
    names = sorted({*attributes, *(MDA + name for name in attributes if "#" not in name)})
    sql = f"SELECT a.element FROM ledger_master_attribute a WHERE a.attribute IN {marks(names)}"
    values: tuple[str, ...] = tuple(names)
    if words is not None:
        clamped = [clamp(word) for word in words]
        sql += f" AND a.word IN {marks(clamped)}"
        values = (*values, *clamped)
    counts, voices = _voices(seen_by)
    return {element for (element,) in rows(f"{sql} AND {counts} AND {LATEST}", (*values, *voices))}
