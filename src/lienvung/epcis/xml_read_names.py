"""Names of XML as names of JSON: which prefix stands for which namespace, and what that becomes in @context.

XML declares prefixes anywhere, JSON-LD in one context for the document and one for an event. Prefixes are moved to
the document's context where nothing contradicts; where two events mean different things by one prefix, the later one
keeps its own as a context inside the event. Values of a document may be CURIEs, so prefixes keep their names.
"""

from __future__ import annotations

import re

from lienvung.epcis.context import STANDARD_CONTEXT, STANDARD_PREFIXES
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


class Namer:
    """The prefixes of one document: `declare` what the XML declares, `key` a tag, read `context` at the end."""

    def __init__(self) -> None:
        self._uri_of: dict[str, str] = dict(STANDARD_PREFIXES)
        self._prefix_of: dict[str, str] = dict(_STANDARD)
        self._own: dict[str, str] = {}  # prefix -> namespace, declared or made for the event being read
        self._own_of: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._sent: dict[str, str] = {}  # namespace -> prefix as sent, for XPaths

    def declare(self, prefix: str, uri: str, *, shared: bool) -> None:
        """A declaration of the document; `shared`: by its root, so that it holds everywhere."""
        self._sent[uri] = prefix
        uri = _SAME.get(uri, uri)
        if uri in _NEVER or not prefix or is_bare_scheme(uri) or ":" not in uri or not _PREFIX.fullmatch(prefix):
            return
        known = self._uri_of.get(prefix)
        if known == uri and prefix not in self._own:
            return
        risky = prefix.lower() in _SCHEMES
        free = known is None and prefix not in self._own and len(self._uri_of) < _MAX_SHARED
        if not risky and (shared or free):
            self._share(prefix, uri)
        elif prefix not in self._own and not shared:
            self._own[prefix] = uri
            self._own_of[uri] = prefix
            self._keys = {}

    def _share(self, prefix: str, uri: str) -> None:
        self._uri_of[prefix] = uri
        self._prefix_of.setdefault(uri, prefix)
        self._prefix_of = {uri: prefix for uri, prefix in self._prefix_of.items() if self._uri_of[prefix] == uri}
        self._keys = {}

    def new_event(self) -> None:
        """Forget what was declared inside the last event only."""
        if self._own:
            self._own, self._own_of, self._keys = {}, {}, {}

    def key(self, tag: str) -> str:
        """The JSON name of an element or attribute ('{namespace}local' or 'local'); "" where JSON can have none."""
        found = self._keys.get(tag)
        if found is None:
            found = self._keys[tag] = self._key(tag)
            if len(self._keys) > 10_000:
                self._keys = {}
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
        own = self._own_of.get(uri)
        if own is not None:
            return own
        if uri == XML_NAMESPACE:
            self._share("xml", uri)
        shared = self._prefix_of.get(uri)
        if shared is not None and shared not in self._own:
            return shared
        number = 1
        while f"ns{number}" in self._own or f"ns{number}" in self._uri_of:
            number += 1
        made = f"ns{number}"
        self._own[made] = uri
        self._own_of[uri] = made
        return made

    def event_context(self) -> dict[str, str] | None:
        """What the event that was read last needs as a context of its own."""
        return dict(self._own) if self._own else None

    def context(self) -> list[str | dict[str, str]]:
        """The document's @context."""
        added = {prefix: uri for prefix, uri in self._uri_of.items() if STANDARD_PREFIXES.get(prefix) != uri}
        return [STANDARD_CONTEXT, added] if added else [STANDARD_CONTEXT]

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
