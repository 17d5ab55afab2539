"""Opening EPCIS XML: from bytes to the JSON form of its events and header, one event in memory at a time.

Nothing harmful is obeyed: a document type declaration (and with it every entity), an encoding other than UTF-8,
nesting over 64 levels or a part with too many elements ends the reading at once. XInclude and schema locations are
never followed; there is no network in a parser. Faults have the XPath of the sent document as their place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

import msgspec

from lienvung.epcis.extension import MAX_NESTING, too_deep
from lienvung.epcis.xml_read_event import EventReader
from lienvung.epcis.xml_read_guard import CHUNK, Reached, check_prolog, check_tokens, not_xml
from lienvung.epcis.xml_read_header import HeaderReader
from lienvung.epcis.xml_read_names import EPCIS_SPACES, Namer, plain, rename
from lienvung.epcis.xml_read_places import locate, locate_header, paths_in
from lienvung.errors import Invalid, TooLarge

MAX_PART = 250_000
"""Elements in one event, or in all that is not an event."""
MAX_ATTRIBUTES = 200
MAX_FAULTS = 1_000
_EVENTS = frozenset(
    ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent", "QuantityEvent")
)
_WAYS = {  # the containers on the way to the events
    "EPCISDocument": ("EPCISBody", "EventList"),
    "EPCISQueryDocument": ("EPCISBody", "QueryResults", "resultsBody", "EventList"),
    "EPCISMasterDataDocument": ("EPCISBody",),
}
Note = Callable[[int, Element, str, Namer], None]
_encode = msgspec.json.Encoder(decimal_format="number").encode


class OpenedXML:
    """What an XML document holds, in the JSON form: `header` (with @context), `events`, and the faults found."""

    def __init__(self) -> None:
        self.header: dict[str, Any] = {}
        self.results: dict[str, Any] = {}  # of a query document: queryName and so on
        self.events: list[bytes] = []
        self.wrong: dict[int, list[Invalid]] = {}  # faults of structure, by event
        self.faults: list[Invalid] = []  # of what stands around the events
        self.version = "2.0"
        self.bare = False
        self.master = False  # an EPCISMasterDataDocument
        self.root = ""  # the root's step in XPaths


def open_xml(data: bytes, *, max_events: int, loose: bool = False) -> OpenedXML:
    """Raises `Invalid` for what is no EPCIS XML at all, `TooLarge` over a limit."""
    check_prolog(data)
    check_tokens(data)
    return Opener(max_events, loose).run(data)


def xpaths(data: bytes, pointers: dict[int, list[str]], opened: OpenedXML) -> dict[tuple[int, str], str]:
    """Where JSON Pointers into events (by the event's index; -1: the header) point in the sent document.

    Reads it once more: a right document is not asked for places.
    """
    found = {
        (-1, pointer): locate_header(opened.root, pointer, master_document=opened.master)
        for pointer in pointers.get(-1, ())
    }

    wanted = set(pointers) - {-1}

    def note(index: int, element: Element, path: str, namer: Namer) -> None:
        for pointer in pointers.get(index, ()):
            found[index, pointer] = locate(element, path, pointer, namer)
        wanted.discard(index)
        if not wanted:
            raise Reached

    try:
        if wanted:
            Opener(len(opened.events), True, note).run(data)
    except Reached:
        pass
    return found


def _too_many() -> TooLarge:
    return TooLarge(
        "epcis.xml.elements",
        vi=f"Một sự kiện (hoặc phần đầu) có quá {MAX_PART} phần tử, hoặc một phần tử quá {MAX_ATTRIBUTES} thuộc tính.",
        en=f"An event (or the header) has over {MAX_PART} elements, or an element over {MAX_ATTRIBUTES} attributes.",
    )


def _forget(element: Element) -> None:
    """Let go of a part's content. Its tag stays, and the text after it, for the check of its container."""
    tail = element.tail
    element.clear()
    element.tail = tail


class _Container:
    """An open element on the way to the events."""

    __slots__ = ("counts", "element", "name", "path")

    def __init__(self, element: Element, name: str, path: str) -> None:
        self.element = element
        self.name = name
        self.path = path
        self.counts: Counter[str] = Counter()


class Opener:
    """Walks the document as it is parsed. A part (an event, the header) is read when it ends and then forgotten."""

    def __init__(self, max_events: int, loose: bool, note: Note | None = None) -> None:
        self.note = note
        self.max_events = max_events
        self.loose = loose
        self.opened = OpenedXML()
        self.namer = Namer()
        self.stack: list[_Container] = []
        self.way: tuple[str, ...] = ()
        self.depth = 0
        self.part = 0  # the depth at which the open part began; 0 where none is open
        self.is_event = False
        self.count = 0  # elements in the open part
        self.outside = 0  # elements outside of events
        self.told = 0  # faults of structure
        self.declared: list[tuple[str, str]] = []
        self.contexts: dict[tuple[tuple[str, str], ...], int] = {}  # the different ones that events need
        self.context_of: list[int] = []  # of each event, -1 for none
        self.reader = EventReader(self.namer, "2.0")
        self.header = HeaderReader(self.reader)

    def run(self, data: bytes) -> OpenedXML:
        parser: XMLPullParser[Element] = XMLPullParser(("start", "end", "start-ns"))
        try:
            for start in range(0, len(data), CHUNK):
                parser.feed(data[start : start + CHUNK])
                self._take(parser.read_events())
            parser.close()
            self._take(parser.read_events())
        except ParseError as error:
            raise not_xml(error, *error.position) from None
        self._share()
        return self.opened

    def _share(self) -> None:
        """The document's @context, and where it cannot be that of an event, the event's own."""
        opened = self.opened
        if self.note is not None:
            return
        if opened.bare:
            opened.header["@context"] = self.namer.context()
            return
        added, renamed = self.namer.share(opened.events, list(map(dict, self.contexts)), self.context_of)
        if renamed:
            opened.header = rename(opened.header, renamed)
        opened.header["@context"] = self.namer.context(added)

    def _take(self, events: Iterable[Any]) -> None:
        depth = self.depth
        for what, item in events:
            if what == "start":
                depth += 1
                if len(item.attrib) > MAX_ATTRIBUTES:
                    raise _too_many()
                if self.part:
                    self.count += 1
                    if self.count > MAX_PART:
                        raise _too_many()
                    if depth > MAX_NESTING:
                        raise too_deep()
                else:
                    self._begin(item, depth)
            elif what == "end":
                if depth == self.part:
                    self._end_part(item)
                elif not self.part:
                    self._leave()
                depth -= 1
            else:
                self.declared.append(item)
        self.depth = depth

    # --- where things begin ---

    def _begin(self, element: Element, depth: int) -> None:
        """An element outside of any part: a container to enter, or a part to collect."""
        if depth == 1:
            self.namer.declare_root(self._declared())
            self._root(element)
            return
        name = plain(element.tag)
        inside = self.stack[-1]
        inside.counts[name or element.tag] += 1
        if self._enters(name, inside):
            self.namer.enter(self._declared())
            self._enter(element, name)
            return
        self.part = depth
        in_list = inside.name in ("EventList", "wrapper")
        self.is_event = in_list and (name in _EVENTS or (not name and inside.name == "wrapper"))
        if self.is_event:
            self.count = 0
        else:
            self._count_outside()
            self.count = self.outside

    def _count_outside(self) -> None:
        self.outside += 1
        if self.outside > MAX_PART:
            raise _too_many()

    def _declared(self) -> list[tuple[str, str]]:
        """What was declared since this was asked last."""
        declared, self.declared = self.declared, []
        return declared

    def _enters(self, name: str, inside: _Container) -> bool:
        if inside.name in ("EventList", "wrapper"):
            return name == "extension" and len(self.stack) < len(self.way) + 3
        level = len(self.stack) - 1
        return level < len(self.way) and name == self.way[level] and inside.counts[name] == 1

    def _enter(self, element: Element, name: str) -> None:
        self._count_outside()
        above = self.stack[-1]
        path = f"{above.path}/{self.namer.step(element.tag)}"
        if name == "extension":
            path += f"[{above.counts[name]}]"
            name = "wrapper"
        self.stack.append(_Container(element, name, path))

    def _root(self, element: Element) -> None:
        name = plain(element.tag)
        space = element.tag[1:].partition("}")[0] if element.tag[0] == "{" else ""
        opened = self.opened
        path = opened.root = "/" + self.namer.step(element.tag)
        opened.master = name == "EPCISMasterDataDocument"
        if name in _EVENTS:
            ones = any(EPCIS_SPACES.get(uri) == "1.2" for uri in self.namer.spaces())
            opened.version = EPCIS_SPACES.get(space) or ("1.2" if ones else "2.0")
            opened.bare = True
            self.part, self.is_event = 1, True
            self.stack.append(_Container(element, "", ""))
        elif name in _WAYS and space:
            opened.version = EPCIS_SPACES[space]
            self.way = _WAYS[name]
            self.stack.append(_Container(element, name, path))
            opened.header["type"] = "EPCISQueryDocument" if name == "EPCISQueryDocument" else "EPCISDocument"
        else:
            raise Invalid(
                "epcis.xml.root",
                vi="Phần tử gốc không phải tài liệu EPCIS (EPCISDocument, EPCISQueryDocument trong không gian tên "
                "urn:epcglobal:epcis:xsd:2 hoặc :1) và không phải một sự kiện.",
                en="The root element is no EPCIS document (EPCISDocument, EPCISQueryDocument in the namespace "
                "urn:epcglobal:epcis:xsd:2 or :1) and no event.",
                path=path,
            )
        self.reader = EventReader(self.namer, opened.version, loose=self.loose)
        self.header = HeaderReader(self.reader, name)

    # --- where things end ---

    def _end_part(self, element: Element) -> None:
        self.part = 0
        if self.is_event:
            self.namer.begin_event(self._declared())
            self._event(element)
            _forget(element)
            return
        self.namer.begin_part(self._declared())
        self.outside = self.count
        inside = self.stack[-1]
        self.reader.wrong = []
        self.header.part(element, inside.name, self.opened)
        self._keep(self.opened.faults, element, self._path_of(element))
        _forget(element)

    def _event(self, element: Element) -> None:
        opened = self.opened
        index = len(opened.events)
        if index >= self.max_events:
            raise too_many_events(index + 1, self.max_events)
        if self.note is not None:
            opened.events.append(b"")
            self.note(index, element, self._path_of(element), self.namer)
            return
        members = self.reader.event(element, bare=opened.bare)
        own = self.namer.event_context()
        if opened.bare:
            opened.header["type"] = members["type"]
            members["@context"] = self.namer.context() + ([own] if own else [])
        self.context_of.append(self.contexts.setdefault(tuple(own.items()), len(self.contexts)) if own else -1)
        opened.events.append(_encode(members))
        if self.reader.wrong:
            self._keep(opened.wrong.setdefault(index, []), element, self._path_of(element))

    def _path_of(self, element: Element) -> str:
        inside = self.stack[-1]
        step = self.namer.step(element.tag)
        if inside.name in ("EventList", "wrapper"):
            step += f"[{inside.counts[plain(element.tag) or element.tag]}]"
        return f"{inside.path}/{step}"

    def _keep(self, faults: list[Invalid], element: Element, path: str) -> None:
        """The faults that the reader noted, each with its XPath."""
        wrong, self.reader.wrong = self.reader.wrong, []
        if not wrong or len(faults) >= MAX_FAULTS:
            return
        self.told += len(wrong)
        full = self.told > MAX_FAULTS  # one fault says that the event is wrong, and more is not asked for
        places = {} if full else paths_in(element, path, self.namer)
        for each in wrong[:1] if full else wrong:
            place = places.get(id(each.element), path)
            place += f"/{each.inner}" if each.inner and not full else ""
            faults.append(Invalid(each.code, vi=each.vi, en=each.en, path=place))

    def _leave(self) -> None:
        """A container ends: are its children the right ones, in the right order?"""
        if self.opened.bare:
            return
        container = self.stack.pop()
        self.reader.wrong = []
        if self.stack:
            self.namer.leave()
            self.namer.begin_event([])  # its children's names are only checked: nothing is kept of them
        else:
            self.namer.begin_part([])
        self.header.container(container.element, container.name, self.opened)
        self._keep(self.opened.faults, container.element, container.path)


def too_many_events(count: int, limit: int) -> TooLarge:
    return TooLarge(
        "epcis.events",
        vi=f"Tài liệu có {count} sự kiện, quá giới hạn {limit}.",
        en=f"The document has {count} events, over the limit of {limit}.",
    )
