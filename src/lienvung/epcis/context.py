"""JSON-LD contexts without a JSON-LD processor: which prefix stands for which namespace.

EPCIS documents use contexts for one thing that changes meaning: prefixes of user
extensions and CURIEs. A context is a URL, an object, or a list of both. The URL of the
EPCIS context is known; any other URL is kept, never fetched (no network in a parser).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

# Prefixes that the EPCIS 2.0 context itself defines.
STANDARD_PREFIXES = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "gs1": "https://gs1.org/voc/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
EXTENSION_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9+.\-_]*:[^\s\x00-\x1f]+")
"""A member name with a namespace: `prefix:local`, or a whole URI."""
# CBV 2.0 names the master data attributes with a colon at the end in JSON-LD and without in XML; both mean the same.
_SPELLINGS = {"urn:epcglobal:cbv:mda": "urn:epcglobal:cbv:mda:"}
_MAX_FIELDS = 10_000
STANDARD_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


class FieldNames(dict[str, str]):
    """A member's key -> its name as the event hash writes it: `{namespace}local` (CBV 2.0 section 8.9).

    "" for a key with a colon that is no name with a namespace.
    """

    __slots__ = ("prefixes",)

    def __init__(self, prefixes: dict[str, str]) -> None:
        super().__init__()
        self.prefixes = prefixes

    def __missing__(self, key: str) -> str:
        if ":" in key and not EXTENSION_KEY.fullmatch(key):
            return ""
        prefix, colon, local = key.partition(":")
        namespace = self.prefixes.get(prefix) if colon else None
        name = key if namespace is None or local.startswith("//") else f"{{{namespace}}}{local}"
        if len(self) >= _MAX_FIELDS:
            self.clear()
        self[key] = name
        return name


class Names:
    """The prefixes in force at one place of a document. Immutable; `within` gives the ones of an inner context."""

    __slots__ = ("fields", "prefixes")

    def __init__(self, prefixes: dict[str, str]) -> None:
        self.prefixes = prefixes
        self.fields = FieldNames(prefixes)

    def within(self, context: Any) -> Names:
        """The names where `context` is added to these."""
        if context is None:
            return self
        added = dict(_definitions(context))
        return Names({**self.prefixes, **added}) if added else self

    def expand(self, value: str) -> str:
        """A CURIE written out as its URI; any other text unchanged."""
        prefix, colon, local = value.partition(":")
        if not colon:
            return value
        namespace = self.prefixes.get(prefix)
        return value if namespace is None or local.startswith("//") else namespace + local


def _definitions(context: Any) -> Iterator[tuple[str, str]]:
    """(prefix, namespace) pairs of a context in any of its forms; keywords and term definitions aside."""
    if isinstance(context, list):
        for entry in context:
            yield from _definitions(entry)
    elif isinstance(context, dict):
        for prefix, namespace in context.items():
            if isinstance(namespace, dict):
                namespace = namespace.get("@id")
            if isinstance(namespace, str) and not prefix.startswith("@") and ":" in namespace:
                yield prefix, _SPELLINGS.get(namespace, namespace)


STANDARD_NAMES = Names(STANDARD_PREFIXES)
_HEADS = re.compile(rb'"([^"\\:]*):')


def spoken(wanted: Collection[str], events: Iterable[tuple[bytes, Collection[str]]]) -> set[str]:
    """The prefixes of `wanted` that an event speaks without declaring them: `"note: fragile"` must not become a CURIE
    because another event calls a namespace `note`.

    `events`: each as JSON without needless escapes, and the prefixes that it declares.
    """
    found: set[str] = set()
    names = {prefix.encode(): prefix for prefix in wanted}
    for body, declared in events:
        if any(prefix not in declared for prefix in wanted):
            heads = names.keys() & set(_HEADS.findall(body))
            found.update(names[head] for head in heads if names[head] not in declared)
    return found
