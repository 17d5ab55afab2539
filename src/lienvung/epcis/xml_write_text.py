"""Text, names and user extensions as XML: what stands inside the elements that `xml_write_event` puts in order.

XML 1.0 cannot hold most control characters, nor half a surrogate pair, nor U+FFFE and U+FFFF: they become U+FFFD, the
replacement character, for one odd character must not make a whole answer unreadable. The reader refuses such text;
it stands only in events that were captured before it did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from lienvung.epcis.context import EXTENSION_KEY, Names
from lienvung.epcis.times import parse_time
from lienvung.epcis.xml_shapes import (
    EMPTY_NAME,
    VERSIONS,
    XML_NAMESPACE,
    encode_name,
    master_namespace,
    namespace,
    query_namespace,
)
from lienvung.errors import Invalid

_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL_IN_ATTRIBUTE = re.compile('[&<>"\t\n\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
_XSD_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
)
_PREFIX = re.compile(r"(?!xml)[A-Za-z_][A-Za-z0-9._\-]*", re.IGNORECASE)
_TAKEN = frozenset({"epcis", "epcisq", "xsi", "urn", "http", "https"})
# CBV 2.0 writes the namespace of master data attributes with a colon at its end in JSON-LD and without in XML.
_IN_XML = {"urn:epcglobal:cbv:mda:": "urn:epcglobal:cbv:mda"}
# Namespaces in which XML or the schemas let no user have names: such an extension moves, and its event hash with it.
_RESERVED = frozenset(
    {
        "http://www.w3.org/2000/xmlns/",
        *(of(version) for version in VERSIONS for of in (namespace, query_namespace, master_namespace)),
    }
)


def _entity(match: re.Match[str]) -> str:
    return _ENTITIES.get(match[0], "\ufffd")


def escape(text: str) -> str:
    """Text as the content of an element."""
    return _SPECIAL.sub(_entity, text)


def escape_attribute(text: str) -> str:
    return _SPECIAL_IN_ATTRIBUTE.sub(_entity, text)


def number(value: Any) -> str:
    """A JSON number as xsd:decimal, every digit kept; other scalars as they are read in JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        value = Decimal(repr(value))
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def time(value: Any) -> str:
    """A time as both XSDs take it: as sent where it has that form, else in UTC with milliseconds."""
    text = str(value)
    if _XSD_TIME.fullmatch(text):
        return text
    try:
        return parse_time(text)[1]
    except Invalid:
        return escape(text)


class Prefixes:
    """The prefixes of one document: declared anywhere, and said in text where they are none.

    Text such as "note: fragile" becomes a CURIE to a reader that takes a declaration for the whole document; so
    where a prefix is both, the document is written again with another prefix (`avoid`).
    """

    __slots__ = ("avoid", "declared", "said")

    def __init__(self, avoid: frozenset[str] = frozenset()) -> None:
        self.avoid = avoid | _TAKEN
        self.declared: set[str] = set()
        self.said: set[str] = set()

    def clash(self) -> frozenset[str]:
        return frozenset(self.declared & self.said)


class Scope:
    """What keys and CURIEs mean under one set of prefixes, and how the keys are written."""

    __slots__ = ("_keys", "names", "prefixes", "usual")

    def __init__(self, names: Names, prefixes: Prefixes) -> None:
        self.names = names
        self.prefixes = prefixes
        self.usual = not names.prefixes.keys() & {"http", "https", "urn"}  # such a URI is never a CURIE
        self._keys: dict[str, tuple[str, str, str]] = {}

    def split(self, key: str) -> tuple[str, str, str]:
        """(namespace, wanted prefix, XML local name) of a member's key; see `xml_shapes` for keys with no prefix."""
        found = self._keys.get(key)
        if found is None:
            prefix, colon, local = key.partition(":")
            if not colon or not EXTENSION_KEY.fullmatch(key):
                found = "", "", encode_name(key)
            else:
                space = self.names.prefixes.get(prefix)
                if space is None or local.startswith("//"):
                    space = prefix + ":"
                elif space in _RESERVED:
                    space += "#"
                found = _IN_XML.get(space, space), prefix, encode_name(local)
            if len(self._keys) > 10_000:
                self._keys.clear()
            self._keys[key] = found
        return found

    def uri(self, value: Any) -> str:
        """An identifier, a CURIE written out: XML has no prefixes for values."""
        text = str(value)
        if self.usual and text.startswith(("https:", "urn:", "http:")):
            return text
        full = self.names.expand(text)
        if full == text and ":" in text and len(self.prefixes.said) < 10_000:
            self.prefixes.said.add(text.partition(":")[0])
        return full

    def text(self, value: Any) -> str:
        """A scalar, a CURIE written out where the event hash does so too."""
        if isinstance(value, str):
            if ":" not in value:
                return value
            stripped = value.strip()
            full = self.uri(stripped)
            return value if full == stripped else full
        if value is None:
            return ""
        return number(value) if isinstance(value, bool | int | float | Decimal) else str(value)


class Spaces:
    """The namespaces declared on one element, each under one prefix."""

    __slots__ = ("_document", "_prefixes", "_taken")

    def __init__(self, document: Prefixes) -> None:
        self._document = document
        self._prefixes: dict[str, str] = {}
        self._taken: set[str] = set()

    def name(self, split: tuple[str, str, str]) -> str:
        """The qualified name; its namespace is declared from now on."""
        space, wanted, local = split
        if not space:
            return local
        prefix = self._prefixes.get(space)
        if prefix is None:
            prefix = self._prefixes[space] = self._choose(space, wanted)
            self._taken.add(prefix)
        return f"{prefix}:{local}"

    def _choose(self, space: str, wanted: str) -> str:
        if space == XML_NAMESPACE:
            return "xml"
        if space == wanted + ":" and _PREFIX.fullmatch(wanted) and wanted not in self._taken | _TAKEN:
            self._document.said.add(wanted)  # it means nothing more than itself, in all the document
            return wanted
        taken = self._taken | self._document.avoid
        if not _PREFIX.fullmatch(wanted) or wanted in taken:
            number = 1
            while f"x-ns{number}" in taken:
                number += 1
            wanted = f"x-ns{number}"
        self._document.declared.add(wanted)
        return wanted

    def declarations(self) -> str:
        if not self._prefixes:
            return ""
        return "".join(
            f' xmlns:{prefix}="{escape_attribute(space)}"'
            for space, prefix in self._prefixes.items()
            if space != XML_NAMESPACE
        )


def write_members(
    out: list[str], members: dict[str, Any], scope: Scope, spaces: Spaces, skip: Iterable[str] = ()
) -> None:
    """User extensions as elements; `@context` inside them changes nothing, as in the event hash."""
    for key, value in members.items():
        if key == "@context" or key in skip or value == []:
            continue
        name = spaces.name(scope.split(key))
        for entry in value if isinstance(value, list) else (value,):
            _entry(out, name, entry, scope, spaces)


def _entry(out: list[str], name: str, value: Any, scope: Scope, spaces: Spaces) -> None:
    if isinstance(value, dict):
        out.append(f"<{name}>")
        write_members(out, value, scope, spaces)
        out.append(f"</{name}>")
    elif isinstance(value, list):
        out.append(f"<{name}>")
        for item in value:
            _entry(out, EMPTY_NAME, item, scope, spaces)
        out.append(f"</{name}>")
    else:
        text = scope.text(value)
        out.append(f"<{name}>{escape(text)}</{name}>" if text else f"<{name}/>")


def attribute_text(value: Any, scope: Scope) -> str:
    """The value of an attribute: a scalar (`xml_write_event.sayable`)."""
    return escape_attribute(scope.text(value))
