"""One event's element as the members it has in JSON, with every fault of its structure.

Values are kept as the sender wrote them. Elements of other namespaces become members `prefix:local`; repeated ones an
array; their attributes members like their child elements; text beside either stands under `#text`.
What JSON itself demands (required members, vocabulary, identifiers) is checked later, on the JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from lienvung.epcis import xml_read_layout as layouts
from lienvung.epcis.xml_read_layout import LAST, Layout
from lienvung.epcis.xml_read_names import Namer, plain
from lienvung.epcis.xml_read_open import BOOLEANS, DOUBLE, MAX_WRONG, OpenReader
from lienvung.epcis.xml_shapes import METADATA, REPORT, REPORT_NUMBERS, XSI, Kind, Slot, decode_name

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_NIL = f"{{{XSI}}}nil"
_METADATA = frozenset(METADATA)
_REPORT = frozenset(REPORT)
_REPORT_NUMBERS = frozenset(REPORT_NUMBERS)
BARE_ATTRIBUTES = frozenset({"schemaVersion", "creationDate"})


class EventReader(OpenReader):
    """Reads the events of one document, one after the other; `wrong` holds the faults of the last one."""

    def __init__(self, namer: Namer, version: str, *, loose: bool = False) -> None:
        super().__init__(namer)
        self.layouts = layouts.LOOSE if loose else layouts.STRICT[version]
        self.error = layouts.ERROR_1_2 if version == "1.2" and not loose else layouts.ERROR_2_0
        self.loose = loose
        self._read = {
            Kind.EPCS: self._epcs,
            Kind.QUANTITIES: self._amounts,
            Kind.PLACE: self._place,
            Kind.DISPOSITIONS: self._dispositions,
            Kind.SENSORS: self._sensors,
            Kind.EXTENSIONS: self._ilmd,
            Kind.ERROR: self._error,
        }

    def event(self, element: Element, *, bare: bool = False) -> dict[str, Any]:
        """The members of an event. Raises `TooLarge` where it is nested too deeply."""
        self.wrong = []
        kind = plain(element.tag)
        layout = self.layouts.get(kind)
        members: dict[str, Any] = {"type": kind}
        if layout is None:
            members["type"] = self.namer.key(element.tag)
            layout = layouts.EXTENDED
        if element.attrib:
            self.attributes(element, members, allowed=BARE_ATTRIBUTES if bare else frozenset())
        self._members(element, layout, members)
        if kind == "QuantityEvent":
            _as_object_event(members)
        return members

    def _members(self, element: Element, layout: Layout, members: dict[str, Any]) -> None:
        for name, entry, child in self.children(element, layout):
            if entry is None:
                self.add(members, name, self.open(child))
            elif isinstance(entry, Layout):
                if child.attrib:
                    self.attributes(child, members)
                self._members(child, entry, members)
            elif entry.kind is Kind.URIS:
                for uri in self.text(child).split() or [""]:  # `xml_write` puts several into one, as the XSD allows
                    self.add(members, name, uri)
            elif name in members:
                self.repeated(child)
            else:
                value = self._value(entry, child)
                if value is not None:
                    members[name] = value

    def _value(self, slot: Slot, child: Element) -> Any:
        kind = slot.kind
        if kind is Kind.PARTIES:
            return self._parties(child, slot.item)
        read = self._read.get(kind)
        return self.text(child) if read is None else read(child)

    # --- the children of an element, in order ---

    def children(self, element: Element, layout: Layout) -> Iterator[tuple[str, Slot | Layout | None, Element]]:
        """(JSON name, what it is, child) for each child that has a place; None for a user extension."""
        if element.text and not element.text.isspace():
            self.stray_text(element)
        if element.attrib and not layout.attributes:
            self.attributes(element, None)
        entries = layout.entries
        at = -1
        seen: list[str] = []
        for child in element:
            if child.tail and not child.tail.isspace():
                self.stray_text(element)
            if len(self.wrong) >= MAX_WRONG:
                return
            tag = child.tag
            found = entries.get(tag)
            if found is None and tag[0] == "{":
                tag = plain(tag)
                if not tag:
                    key = self.namer.key(child.tag) if layout.open_ended else ""
                    if not key:
                        self.unknown(child, namespace=layout.open_ended)
                        continue
                    if layout.ordered and not layout.anywhere and not self.loose:
                        at = self._in_order(child, element, layout, at, LAST, seen)
                    yield key, None, child
                    continue
                found = entries.get(tag)
            if found is None:
                if layout is layouts.EXTENDED and tag == child.tag:
                    yield self.namer.key(tag), None, child  # a user's own type may have members of any name
                elif layout.future and tag == child.tag and tag not in layouts.STANDARD_NAMES:
                    yield f"epcis:{decode_name(tag)}", None, child
                else:
                    self.unknown(child)
                continue
            place, entry = found
            if tag in seen and tag not in layout.repeated and not (entry.__class__ is Layout and not layout.ordered):
                self.repeated(child)
                continue
            if (at, place) in layout.steps:
                at = place
            elif layout.ordered and not self.loose:
                at = self._in_order(child, element, layout, at, place, seen)
            seen.append(tag)
            yield tag, entry, child
        for _, name, wanted in layout.required:
            if wanted and not self.loose and name not in seen:
                self.missing(element, name)

    def _in_order(self, child: Element, parent: Element, layout: Layout, at: int, place: int, seen: list[str]) -> int:
        """Where reading stands after `child`; a fault where it comes too late or before something required."""
        between = [name for wanted, name, _ in layout.required if at < wanted < place]
        if place >= at and not between:
            layout.steps.add((at, place))
            return place
        early = next((name for name in between if name not in seen and _has(parent, name)), None)
        if place >= at and early is None:
            return place
        name = self.namer.step(child.tag)
        if early is not None:
            vi, en = f"phải đứng sau {early}", f"must come after {early}"
        else:
            vi, en = "đứng sau phần tử mà nó phải đứng trước", "comes after elements that it must come before"
        self.add_wrong(
            child, "epcis.xml.order",
            f"Phần tử {name} sai thứ tự: {vi} (lược đồ XML của EPCIS).",
            f"The element {name} is out of order: it {en} (XML schema of EPCIS).",
        )  # fmt: skip
        return at

    # --- the kinds of members ---

    def text(self, element: Element) -> str:
        """The text of an element that holds nothing else."""
        if element.attrib:
            self.attributes(element, None)
        if len(element):
            self.unknown(element[0])
        return (element.text or "").strip()

    def _epcs(self, element: Element) -> list[str]:
        return [self.text(child) for _, _, child in self.children(element, layouts.ONLY_EPCS)]

    def _amounts(self, element: Element) -> list[dict[str, Any]]:
        amounts = []
        for _, _, child in self.children(element, layouts.ONLY_AMOUNTS):
            amount: dict[str, Any] = {}
            for name, _, part in self.children(child, layouts.AMOUNT):
                if name != "quantity":
                    amount[name] = self.text(part)
                elif part.attrib.pop(_NIL, "") not in ("true", "1"):
                    amount[name] = self._number(part, "", self.text(part), _DECIMAL)
            if "uom" in amount and child.find("{*}quantity") is None:
                self.missing(child, "quantity")
            amounts.append(amount)
        return amounts

    def _parties(self, element: Element, item: str) -> list[dict[str, str]]:
        parties = []
        for _, _, child in self.children(element, layouts.parties(item)):
            given = child.attrib
            party = {item: (child.text or "").strip()}
            if "type" in given:
                party = {"type": given["type"].strip(), **party}
            if len(given) > ("type" in given):
                self.attributes(child, None, allowed=frozenset({"type"}))
            if len(child):
                self.unknown(child[0])
            parties.append(party)
        if not parties:
            self.missing(element, item)
        return parties

    def _place(self, element: Element) -> dict[str, Any]:
        place: dict[str, Any] = {}
        self._plain_or_open(element, layouts.PLACE, place)
        return place

    def _ilmd(self, element: Element) -> dict[str, Any]:
        ilmd: dict[str, Any] = {}
        if element.attrib:
            self.attributes(element, ilmd)
        self._plain_or_open(element, layouts.ILMD, ilmd)
        return ilmd

    def _plain_or_open(self, element: Element, layout: Layout, members: dict[str, Any]) -> None:
        for name, entry, child in self.children(element, layout):
            if entry is None:
                self.add(members, name, self.open(child))
            elif entry.__class__ is Layout:
                self._plain_or_open(child, entry, members)
            else:
                members[name] = self.text(child)

    def _dispositions(self, element: Element) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, _, child in self.children(element, layouts.PERSISTENT):
            found.setdefault(name, []).append(self.text(child))
        # The XML schema allows a word twice; the JSON form does not.
        return {name: list(dict.fromkeys(words)) for name, words in found.items()}

    def _error(self, element: Element) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if element.attrib:
            self.attributes(element, members)
        for name, entry, child in self.children(element, self.error):
            if entry is None:
                self.add(members, name, self.open(child))
            elif entry.__class__ is Layout:
                self._plain_or_open(child, entry, members)
            elif name == "correctiveEventIDs":
                members[name] = [self.text(each) for _, _, each in self.children(child, layouts.ONLY_CORRECTIVE)]
            else:
                members[name] = self.text(child)
        return members

    def _sensors(self, element: Element) -> list[dict[str, Any]]:
        elements = []
        for _, _, child in self.children(element, layouts.ONLY_SENSORS):
            members: dict[str, Any] = {}
            for name, entry, part in self.children(child, layouts.SENSOR):
                if entry is None:
                    self.add(members, name, self.open(part))
                elif entry.__class__ is Layout:
                    self._plain_or_open(part, entry, members)
                elif name == "sensorMetadata":
                    members[name] = self._sensor_part(part, _METADATA)
                else:
                    members.setdefault(name, []).append(self._sensor_part(part, _REPORT))
            elements.append(members)
        if not elements:
            self.missing(element, "sensorElement")
        return elements

    def _sensor_part(self, element: Element, names: frozenset[str]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if len(element):
            self.unknown(element[0])
        if element.text and not element.text.isspace():
            self.stray_text(element)
        for name, given in element.attrib.items():
            if name in names:
                members[name] = self._attribute_value(element, name, given)
        if len(members) < len(element.attrib):
            self.attributes(element, members, allowed=names)
        return members

    def _attribute_value(self, element: Element, name: str, given: str) -> Any:
        if name in _REPORT_NUMBERS:
            return self._number(element, "@" + name, given.strip(), DOUBLE)
        if name == "booleanValue":
            if given.strip() in BOOLEANS:
                return BOOLEANS[given.strip()]
            self.add_wrong(
                element, "epcis.type", "Giá trị này phải là true hoặc false.", "This must be true or false.",
                inner="@" + name,
            )  # fmt: skip
        if name == "hexBinaryValue" and len(given.strip()) % 2:
            self.add_wrong(
                element, "epcis.type", "Chuỗi thập lục phân phải có số chữ số chẵn.",
                "A hexadecimal string has an even number of digits.", inner="@" + name,
            )  # fmt: skip
        return given if name == "stringValue" else given.strip()

    def _number(self, element: Element, inner: str, text: str, form: re.Pattern[str]) -> Decimal | str:
        if form.fullmatch(text):
            return Decimal(text)
        self.add_wrong(
            element, "epcis.type",
            f"«{text[:60]}» không phải là một số (dấu thập phân là dấu chấm).",
            f"'{text[:60]}' is not a number (the decimal mark is a point).", inner=inner,
        )  # fmt: skip
        return text


def _has(parent: Element, name: str) -> bool:
    return any(child.tag == name or plain(child.tag) == name for child in parent)


def _as_object_event(members: dict[str, Any]) -> None:
    """QuantityEvent (deprecated since EPCIS 1.1): what was seen of a class, with its amount."""
    members["type"] = "ObjectEvent"
    amount = {"epcClass": members.pop("epcClass", "")}
    quantity = members.pop("quantity", None)
    if quantity is not None:
        amount["quantity"] = Decimal(quantity) if _DECIMAL.fullmatch(quantity) else quantity
    members.update(action="OBSERVE", quantityList=[amount])
