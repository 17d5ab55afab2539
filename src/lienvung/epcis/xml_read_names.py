"""Names of XML as names of JSON: which prefix stands for which namespace, and what that becomes in @context.

XML declares prefixes anywhere, JSON-LD in one context for the document and one for an event. Each event is read with
what the root and the event itself declare, never with what stands in another event. At the end `share` moves to the
document's context what contradicts nothing; all else stays a context inside its event. Values of a document may be
CURIEs: so prefixes of events keep their names, and none is moved where another event has a text that begins with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import msgspec

from lienvung.epcis.context import STANDARD_CONTEXT, STANDARD_PREFIXES
from lienvung.epcis.context import spoken as spoken_of
from lienvung.epcis.xml_shapes import XML_NAMESPACE, XSI, decode_name, is_bare_scheme

EPCIS_SPACES = {
    f"urn:epcglobal:epcis{part}:xsd:{number}": version
    for part in ("", "-query", "-masterdata")
    for number, version in (("1", "1.2"), ("2", "2.0"))
}
"""Namespace of a document, in any of its three kinds -> the version that its schema has."""
_NEVER = frozenset({*EPCIS_SPACES, XSI, "urn:epcglobal:xsd:1", "urn:epcglobal:xsd:2"})
# CBV 2.0 writes the namespace of master data attributes without a colon at its end in XML and with one in JSON-LD.
_SAME = {"urn:epcglobal:cbv:mda": "urn:epcglobal:cbv:mda:", "urn:epcglobal:cbv:mda#": "urn:epcglobal:cbv:mda:"}
_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9.\-_]*")
_STANDARD = {uri: prefix for prefix, uri in STANDARD_PREFIXES.items()}
# A prefix of these names would change what the identifiers of other events mean.
_SCHEME_NAMES = "urn http https geo ni nih tag doi did info ark data file ftp mailto tel iri oid uuid cid mid ws wss"
_SCHEMES = frozenset(_SCHEME_NAMES.split())
_MAX_SHARED = 1_000
_MAX_KEYS = 10_000
_MAX_CACHES = 100
Prefixes = dict[str, str]
_encode = msgspec.json.encode


class Namer:
    """The prefixes of one document: `declare` what the XML declares, `key` a tag, ask `event_context` after an event.

    `_own` holds what the part being read declares (or what was made for it), beside what the root declares.
    """

    def __init__(self) -> None:
        self._uri_of: Prefixes = dict(STANDARD_PREFIXES)
        self._prefix_of: Prefixes = dict(_STANDARD)
        self.header: Prefixes = {}  # of all parts that are no events: they share the document's context
        self._around: list[Prefixes] = []  # of the open containers between the root and the events
        self._own: Prefixes = {}
        self._keys: dict[str, str] = {}
        self._caches: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
        self._sent: Prefixes = {}  # namespace -> prefix as sent, for XPaths

    # --- what is declared ---

    def declare_root(self, declared: list[tuple[str, str]]) -> None:
        """What the root declares holds everywhere."""
        for prefix, uri in self._usable(declared):
            self._uri_of[prefix] = uri
        self._prefix_of = {}
        for prefix, uri in self._uri_of.items():
            self._prefix_of.setdefault(uri, prefix)

    def enter(self, declared: list[tuple[str, str]]) -> None:
        """A container of events begins: what it declares holds for each event in it."""
        self._around.append(dict(self._usable(declared)))

    def leave(self) -> None:
        """The innermost container ends."""
        if self._around:
            self._around.pop()

    def begin_event(self, declared: list[tuple[str, str]]) -> None:
        """The keys that follow are of one event, which declares this (its elements in document order)."""
        own: Prefixes = {}
        for around in self._around:
            own.update(around)
        inside: Prefixes = {}
        for prefix, uri in self._usable(declared):
            inside.setdefault(prefix, uri)
        own.update(inside)
        if own:
            own = {prefix: uri for prefix, uri in own.items() if self._uri_of.get(prefix) != uri}
        self._own = own
        said = tuple(own.items())
        keys = self._caches.get(said)
        if keys is None:
            if len(self._caches) >= _MAX_CACHES:
                self._caches.clear()
            keys = self._caches[said] = {}
        self._keys = keys

    def begin_part(self, declared: list[tuple[str, str]]) -> None:
        """The keys that follow are of a part that is no event; a prefix that is taken is left to `_made`."""
        for prefix, uri in self._usable(declared):
            if prefix not in self._uri_of:
                self.header.setdefault(prefix, uri)
        self._own = self.header
        self._keys = {}

    def _usable(self, declared: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """The declarations that JSON-LD can have, too."""
        for prefix, uri in declared:
            self._sent[uri] = prefix
            uri = _SAME.get(uri, uri)
            if uri in _NEVER or not prefix or is_bare_scheme(uri) or ":" not in uri or not _PREFIX.fullmatch(prefix):
                continue
            if prefix.lower() not in _SCHEMES:
                yield prefix, uri

    # --- names ---

    def key(self, tag: str) -> str:
        """The JSON name of an element or attribute ('{namespace}local' or 'local'); "" where JSON can have none."""
        found = self._keys.get(tag)
        if found is None:
            found = self._key(tag)  # may make a prefix, and with it a cache of this part alone
            if len(self._keys) >= _MAX_KEYS:
                self._keys.clear()
            self._keys[tag] = found
        return found

    def _key(self, tag: str) -> str:
        if tag[0] != "{":
            return decode_name(tag)
        uri, _, local = tag[1:].partition("}")
        uri = _SAME.get(uri, uri)
        local = decode_name(local)
        if is_bare_scheme(uri):
            return uri + local
        return f"{self._prefix(uri)}:{local}" if ":" in uri else ""

    def _prefix(self, uri: str) -> str:
        shared = self._prefix_of.get(uri)
        if shared is not None and shared not in self._own:
            return shared
        own = next((prefix for prefix, space in self._own.items() if space == uri), None)
        return self._made(uri) if own is None else own

    def _made(self, uri: str) -> str:
        """A prefix for a namespace that has none: a default one, or one whose name is taken or would do harm."""
        made = "xml" if uri == XML_NAMESPACE else "ns1"
        number = 1
        while made in self._own or made in self._uri_of:
            number += 1
            made = f"ns{number}"
        self._own[made] = uri
        self._keys = {}  # the next part with the same declarations may have no need of it
        return made

    def event_context(self) -> Prefixes:
        """What the event that was read last needs as a context of its own."""
        return self._own

    def context(self, added: Mapping[str, str] | None = None) -> list[str | Prefixes]:
        """The document's @context; `added`: what `share` moved there."""
        declared = {prefix: uri for prefix, uri in self._uri_of.items() if STANDARD_PREFIXES.get(prefix) != uri}
        declared.update(added or {})
        return [STANDARD_CONTEXT, declared] if declared else [STANDARD_CONTEXT]

    def share(self, events: list[bytes], contexts: list[Prefixes], of: list[int]) -> tuple[Prefixes, Prefixes]:
        """Move what events (and the header) declare to the document's context: `contexts` are the different ones,
        `of` the number of each event's own, or -1. Those that cannot move are written into their events.

        Gives what the document's context gains, and new names for prefixes of the header that an event speaks.
        """
        if not contexts and not self.header:
            return {}, {}
        wanted = {*self.header, *(prefix for own in contexts for prefix in own)}
        declared = [*contexts, {}]  # -1 is the last
        lacking = [bool(wanted - own.keys()) for own in declared]
        spoken = spoken_of(wanted, ((body, declared[own]) for body, own in zip(events, of) if lacking[own]))
        added = {prefix: uri for prefix, uri in self.header.items() if prefix not in spoken}
        moved = set()
        for number, own in enumerate(contexts):
            known = {prefix: self._uri_of.get(prefix, added.get(prefix)) for prefix in own}
            new = [prefix for prefix in own if known[prefix] is None]
            agrees = all(known[prefix] in (None, uri) for prefix, uri in own.items())
            if agrees and spoken.isdisjoint(new) and len(added) + len(new) <= _MAX_SHARED:
                added.update((prefix, own[prefix]) for prefix in new)
                moved.add(number)
        written = [b',"@context":' + _encode(own) + b"}" for own in contexts]
        for index, number in enumerate(of):
            if number >= 0 and number not in moved:
                events[index] = events[index][:-1] + written[number]
        renamed = {}
        taken = {*spoken, *wanted, *added, *self._uri_of}
        for prefix in self.header.keys() & spoken:
            renamed[prefix] = made = _free(taken, events)
            taken.add(made)
            added[made] = self.header[prefix]
        return added, renamed

    def spaces(self) -> list[str]:
        """The namespaces declared so far."""
        return list(self._sent)

    def step(self, tag: str) -> str:
        """The tag as a step of an XPath, with a prefix as the sender wrote it."""
        if tag[0] != "{":
            return tag
        uri, _, local = tag[1:].partition("}")
        prefix = self._sent.get(uri, "xml" if uri == XML_NAMESPACE else "")
        return f"{prefix}:{local}" if prefix else local


def plain(tag: str) -> str:
    """The local name where the tag is of EPCIS (with its namespace or, as the schemas ask, without); else ""."""
    if tag[0] != "{":
        return tag
    uri, _, local = tag[1:].partition("}")
    return local if uri in EPCIS_SPACES else ""


def _free(taken: set[str], events: list[bytes]) -> str:
    """A prefix that nothing has or speaks."""
    for number in count(1):
        made = f"ns{number}"
        if made not in taken and not any(f'"{made}:'.encode() in body for body in events):
            return made
    raise AssertionError("numbers do not end")


def rename(value: Any, prefixes: Mapping[str, str]) -> Any:
    """The header with other prefixes in its members' names, at any depth."""
    if isinstance(value, list):
        return [rename(entry, prefixes) for entry in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for name, inner in value.items():
        prefix, colon, local = name.partition(":")
        made[f"{prefixes.get(prefix, prefix)}{colon}{local}"] = rename(inner, prefixes)
    return made
