"""One event as the XML element of its type, in the order of `xml_shapes`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lienvung.epcis.context import STANDARD_NAMES
from lienvung.epcis.lookups import Lookups, Words, lookups_for
from lienvung.epcis.model import Context
from lienvung.epcis.translate import WordFormat, translate_word
from lienvung.epcis.wire import COMMON
from lienvung.epcis.xml_shapes import EXTENDED_2_0, METADATA, REPORT, SHAPES, WRAPPED_1_2, XSI, Kind, Shape, Slot
from lienvung.epcis.xml_write_text import (
    Prefixes,
    Scope,
    Spaces,
    attribute_text,
    escape,
    escape_attribute,
    number,
    time,
    write_members,
)

Event = dict[str, Any]
_MAX_SCOPES = 200


def sayable(event: Event, version: str) -> bool:
    """Whether this version of XML can say the event with the hash it has.

    1.2 has no element for a user's own event type. Sensor metadata and reports are attributes in both, and no
    attribute holds an object, or an array of several.
    """
    if version != "2.0" and event.get("type") not in SHAPES[version]:
        return False
    return all(
        _flat(part)
        for element in event.get("sensorElementList") or ()
        for part in (element.get("sensorMetadata") or {}, *(element.get("sensorReport") or ()))
    )


def _flat(members: dict[str, Any]) -> bool:
    return not any(
        isinstance(value, dict) or (isinstance(value, list) and (len(value) > 1 or isinstance(value[0], dict | list)))
        for key, value in members.items()
        if ":" in key and value != []
    )


class EventWriter:
    """Writes events; keeps what contexts mean, which the events of one document share."""

    def __init__(self, version: str, words: WordFormat, prefixes: Prefixes) -> None:
        self.version = version
        self.prefixes = prefixes
        self.words = words
        self.default = WordFormat.WEB_URI if version == "2.0" else WordFormat.URN
        self.shapes = SHAPES[version]
        self._scopes: dict[int, tuple[Lookups, Scope, dict[tuple[str, str], str]]] = {}
        self._shared: tuple[Context, Lookups] | None = None

    def event(self, event: Event, context: Context) -> str:
        """The event's element, inside the `extension` elements that its type needs in EventList."""
        return _OneEvent(self, self._lookups(event.get("@context"), context)).write(event)

    def _lookups(self, own: Any, context: Context) -> Lookups:
        if own is not None:
            return lookups_for(own, STANDARD_NAMES.within(context))
        if self._shared is None or self._shared[0] is not context:
            self._shared = context, lookups_for(context)
        return self._shared[1]

    def scope(self, lookups: Lookups) -> tuple[Scope, dict[tuple[str, str], str]]:
        found = self._scopes.get(id(lookups))
        if found is None:
            if len(self._scopes) >= _MAX_SCOPES:
                self._scopes.clear()
            found = self._scopes[id(lookups)] = (
                lookups,
                Scope(lookups.names, self.prefixes),
                {},
            )  # kept, so that its id stays its own
        return found[1], found[2]

    def word(self, value: Any, words: Words, scope: Scope) -> str:
        """A word as a URI: bare words are for JSON only (CBV 2.0 section 8)."""
        if not isinstance(value, str):
            return str(value)
        form = self.default if self.words is WordFormat.NO_PREFERENCE else self.words
        if form is WordFormat.NEVER and words.vocabulary.has(value):
            form = self.default
        return scope.uri(translate_word(value, words, form))


class _OneEvent:
    """The writing of one event: what it has said so far and which namespaces that needs."""

    __slots__ = ("known_words", "lookups", "out", "scope", "spaces", "writer")

    def __init__(self, writer: EventWriter, lookups: Lookups) -> None:
        self.writer = writer
        self.lookups = lookups
        self.scope, self.known_words = writer.scope(lookups)
        self.spaces = Spaces(writer.prefixes)
        self.out: list[str] = [""]

    def write(self, event: Event) -> str:
        kind = str(event.get("type"))
        shape = self.writer.shapes.get(kind)
        if shape is not None:
            element = kind
            depth = WRAPPED_1_2.get(kind, 0) if self.writer.version == "1.2" else 0
            own = {key: value for key, value in event.items() if ":" in key}
        else:
            element = self.spaces.name(self.scope.split(kind))
            shape, depth = EXTENDED_2_0, 1
            own = {key: value for key, value in event.items() if key not in COMMON}
        self.content(shape, event)
        if own:
            write_members(self.out, own, self.scope, self.spaces)
        self.out[0] = f"{'<extension>' * depth}<{element}{self.spaces.declarations()}>"
        self.out.append(f"</{element}>{'</extension>' * depth}")
        return "".join(self.out)

    def content(self, shape: Shape, event: Event) -> None:
        out = self.out
        for entry in shape:
            if isinstance(entry, Slot):
                value = event.get(entry.name)
                if value is not None:
                    _WRITERS[entry.kind](self, entry, value)
                elif entry.always:
                    out.append(f"<{entry.name}/>")
            else:
                out.append(f"<{entry.name}>")
                before = len(out)
                self.content(entry.content, event)
                if len(out) == before:
                    out.pop()
                else:
                    out.append(f"</{entry.name}>")

    # --- each kind of content ---

    def uri(self, value: Any) -> str:
        return escape(self.scope.uri(value))

    def word(self, value: Any, words: Words) -> str:
        key = words.vocabulary.name, value
        found = self.known_words.get(key)
        if found is None:
            if len(self.known_words) > 10_000:
                self.known_words.clear()
            found = self.known_words[key] = self.writer.word(value, words, self.scope)
        return found

    def text(self, slot: Slot, value: Any) -> None:
        self.out.append(f"<{slot.name}>{escape(str(value))}</{slot.name}>")

    def time(self, slot: Slot, value: Any) -> None:
        self.out.append(f"<{slot.name}>{time(value)}</{slot.name}>")

    def epc(self, slot: Slot, value: Any) -> None:
        self.out.append(f"<{slot.name}>{self.uri(value)}</{slot.name}>")

    def uris(self, slot: Slot, value: Any) -> None:
        uris = value if isinstance(value, list) else [value]
        if uris:
            self.out.append(f"<{slot.name}>{' '.join([self.uri(uri) for uri in uris])}</{slot.name}>")

    def vocabulary(self, slot: Slot, value: Any) -> None:
        words = self.lookups.steps if slot.name == "bizStep" else self.lookups.dispositions
        self.out.append(f"<{slot.name}>{escape(self.word(value, words))}</{slot.name}>")

    def epcs(self, slot: Slot, value: list[Any]) -> None:
        if not value:
            self.out.append(f"<{slot.name}/>")
            return
        uri = self.scope.uri
        # No identifier has a line break in it, so one look for special characters does for the whole list.
        joined = escape("\n".join([uri(entry) for entry in value])).replace("\n", "</epc><epc>")
        self.out.append(f"<{slot.name}><epc>{joined}</epc></{slot.name}>")

    def quantities(self, slot: Slot, value: list[dict[str, Any]]) -> None:
        out = self.out
        out.append(f"<{slot.name}>")
        for entry in value:
            out.append(f"<quantityElement><epcClass>{self.uri(entry.get('epcClass'))}</epcClass>")
            amount, uom = entry.get("quantity"), entry.get("uom")
            if amount is not None:
                out.append(f"<quantity>{escape(number(amount))}</quantity>")
            elif uom is not None:  # the XSD allows a unit only after a quantity
                out.append(f'<quantity xmlns:xsi="{XSI}" xsi:nil="true"/>')
            if uom is not None:
                out.append(f"<uom>{escape(str(uom))}</uom>")
            out.append("</quantityElement>")
        out.append(f"</{slot.name}>")

    def place(self, slot: Slot, value: dict[str, Any]) -> None:
        self.out.append(f"<{slot.name}><id>{self.uri(value.get('id'))}</id>")
        if len(value) > 1:
            write_members(self.out, value, self.scope, self.spaces, ("id",))
        self.out.append(f"</{slot.name}>")

    def parties(self, slot: Slot, value: list[dict[str, Any]]) -> None:
        if not value:
            return  # the XSD wants at least one entry
        words = self.lookups.business if slot.item == "bizTransaction" else self.lookups.parties
        self.out.append(f"<{slot.name}>")
        for entry in value:
            kind = entry.get("type")
            attribute = "" if kind is None else f' type="{escape_attribute(self.word(kind, words))}"'
            self.out.append(f"<{slot.item}{attribute}>{self.uri(entry.get(slot.item))}</{slot.item}>")
        self.out.append(f"</{slot.name}>")

    def dispositions(self, slot: Slot, value: dict[str, Any]) -> None:
        words = self.lookups.dispositions
        self.out.append(f"<{slot.name}>")
        for side in ("unset", "set"):
            for word in value.get(side) or ():
                self.out.append(f"<{side}>{escape(self.word(word, words))}</{side}>")
        self.out.append(f"</{slot.name}>")

    def extensions(self, slot: Slot, value: dict[str, Any]) -> None:
        self.out.append(f"<{slot.name}>")
        write_members(self.out, value, self.scope, self.spaces)
        self.out.append(f"</{slot.name}>")

    def error(self, slot: Slot, value: dict[str, Any]) -> None:
        out = self.out
        out.append(f"<{slot.name}><declarationTime>{time(value.get('declarationTime'))}</declarationTime>")
        reason, corrective = value.get("reason"), value.get("correctiveEventIDs")
        if reason is not None:
            out.append(f"<reason>{escape(self.word(reason, self.lookups.reasons))}</reason>")
        if corrective:
            out.append("<correctiveEventIDs>")
            out.extend(f"<correctiveEventID>{escape(str(uri))}</correctiveEventID>" for uri in corrective)
            out.append("</correctiveEventIDs>")
        write_members(out, value, self.scope, self.spaces, ("type", "declarationTime", "reason", "correctiveEventIDs"))
        out.append(f"</{slot.name}>")

    def sensors(self, slot: Slot, value: list[dict[str, Any]]) -> None:
        if not value:
            return  # the XSD wants at least one entry
        out = self.out
        out.append(f"<{slot.name}>")
        for element in value:
            out.append("<sensorElement>")
            metadata = element.get("sensorMetadata")
            if metadata is not None:
                out.append(f"<sensorMetadata{self.attributes(metadata, METADATA)}/>")
            for report in element.get("sensorReport") or ():
                out.append(f"<sensorReport{self.attributes(report, REPORT)}/>")
            write_members(out, element, self.scope, self.spaces, ("type", "sensorMetadata", "sensorReport"))
            out.append("</sensorElement>")
        out.append(f"</{slot.name}>")

    def attributes(self, members: dict[str, Any], standard: tuple[str, ...]) -> str:
        words = {
            "type": self.lookups.measurements,
            "component": self.lookups.components,
            "exception": self.lookups.alerts,
        }
        written: dict[str, str] = {}
        for name in standard:
            value = members.get(name)
            if value is None:
                continue
            if name in words:
                written[name] = escape_attribute(self.word(value, words[name]))
            elif name in ("time", "startTime", "endTime"):
                written[name] = time(value)
            else:
                written[name] = attribute_text(value, self.scope)
        for key, value in members.items():
            if isinstance(value, list):  # of one entry, which is that entry; of none, which is nothing (`sayable`)
                if not value:
                    continue
                value = value[0]
            if ":" in key:  # two keys may be one name: an element has an attribute only once, the first stays
                written.setdefault(self.spaces.name(self.scope.split(key)), attribute_text(value, self.scope))
        return "".join([f' {name}="{value}"' for name, value in written.items()])


_WRITERS: dict[Kind, Callable[[_OneEvent, Slot, Any], None]] = {
    Kind.TIME: _OneEvent.time,
    Kind.TEXT: _OneEvent.text,
    Kind.URI: _OneEvent.text,
    Kind.URIS: _OneEvent.uris,
    Kind.EPC: _OneEvent.epc,
    Kind.WORD: _OneEvent.vocabulary,
    Kind.EPCS: _OneEvent.epcs,
    Kind.QUANTITIES: _OneEvent.quantities,
    Kind.PLACE: _OneEvent.place,
    Kind.PARTIES: _OneEvent.parties,
    Kind.DISPOSITIONS: _OneEvent.dispositions,
    Kind.SENSORS: _OneEvent.sensors,
    Kind.EXTENSIONS: _OneEvent.extensions,
    Kind.ERROR: _OneEvent.error,
}
