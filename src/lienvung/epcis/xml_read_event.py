"""One event's element as the members it has in JSON, with every fault of its structure.

Values are kept as the sender wrote them. Elements of other namespaces become members `prefix:local`; repeated ones an
array; their attributes members like their child elements; text beside either stands under `#text`.
What JSON itself demands (required members, vocabulary, identifiers) is checked later, on the JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from lienvung.epcis import xml_read_layout as layouts
from lienvung.epcis.extension import MAX_NESTING, too_deep
from lienvung.epcis.xml_read_layout import Layout
from lienvung.epcis.xml_read_names import Namer, plain
from lienvung.epcis.xml_shapes import EMPTY_NAME, METADATA, REPORT, REPORT_NUMBERS, XSI, Kind, Slot, decode_name

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_XSI = f"{{{XSI}}}"
_TYPE, _NIL = _XSI + "type", _XSI + "nil"
_NUMBER_TYPES = """
integer int long short byte decimal double float nonNegativeInteger positiveInteger negativeInteger
nonPositiveInteger unsignedInt unsignedLong unsignedShort unsignedByte
"""
_NUMBERS = frozenset(_NUMBER_TYPES.split())
_METADATA = frozenset(METADATA)
_REPORT = frozenset(REPORT)
_REPORT_NUMBERS = frozenset(REPORT_NUMBERS)
_SETS = {"ObjectEvent": ("epcList",), "TransformationEvent": ("inputEPCList", "outputEPCList")}
BARE_ATTRIBUTES = frozenset({"schemaVersion", "creationDate"})


class Wrong(NamedTuple):
    """A fault of structure at `element`, or at what `inner` names inside it (a missing child, an attribute)."""

    element: Element
    inner: str
    code: str
    vi: str
    en: str


class EventReader:
    """Reads the events of one document, one after the other; `wrong` holds the faults of the last one."""

    def __init__(self, namer: Namer, version: str, *, loose: bool = False) -> None:
        self.namer = namer
        self.layouts = layouts.LOOSE if loose else layouts.STRICT[version]
        self.error = layouts.ERROR_1_2 if version == "1.2" and not loose else layouts.ERROR_2_0
        self.loose = loose
        self.wrong: list[Wrong] = []
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
        for name in _SETS.get(kind, ()):  # XML allows an EPC twice in these lists; the JSON form does not
            if name in members:
                members[name] = list(dict.fromkeys(members[name]))
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
                for uri in self.text(child).split() or [""]:  # `xml_write` puts several into the one that the XSD allows
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
        entries = layout.entries
        at = -1
        seen: list[str] = []
        for child in element:
            if child.tail and not child.tail.isspace():
                self.stray_text(element)
            tag = child.tag
            found = entries.get(tag)
            if found is None and tag[0] == "{":
                tag = plain(tag)
                if not tag:
                    key = self.namer.key(child.tag) if layout.open_ended else ""
                    if not key:
                        self._unknown(child, namespace=layout.open_ended)
                        continue
                    if layout.ordered:
                        at = self._in_order(child, element, layout, at, 1_000, seen)
                    yield key, None, child
                    continue
                found = entries.get(tag)
            if found is None:
                if layout.future and tag == child.tag:
                    yield f"epcis:{decode_name(tag)}", None, child
                else:
                    self._unknown(child)
                continue
            place, entry = found
            if tag in seen and tag not in layout.repeated and not (entry.__class__ is Layout and not layout.ordered):
                self.repeated(child)
                continue
            if layout.ordered:
                at = self._in_order(child, element, layout, at, place, seen)
            seen.append(tag)
            yield tag, entry, child
        for _, name, wanted in layout.required:
            if wanted and not self.loose and name not in seen:
                self.missing(element, name)

    def _in_order(self, child: Element, parent: Element, layout: Layout, at: int, place: int, seen: list[str]) -> int:
        """Where reading stands after `child`; a fault where it comes too late or before something required."""
        if self.loose:
            return place
        early = next(
            (
                name
                for wanted, name, _ in layout.required
                if at < wanted < place and name not in seen and _has(parent, name)
            ),
            None,
        )
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
            self.attributes(element, {}, allowed=frozenset())
        if len(element):
            self._unknown(element[0])
        return (element.text or "").strip()

    def _epcs(self, element: Element) -> list[str]:
        if element.attrib:
            self.attributes(element, {})
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
                self.attributes(child, {}, allowed=frozenset({"type"}))
            if len(child):
                self._unknown(child[0])
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
        return found

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
            self._unknown(element[0])
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
            return self._number(element, "@" + name, given.strip(), _DOUBLE)
        if name == "booleanValue":
            if given.strip() in _BOOLEANS:
                return _BOOLEANS[given.strip()]
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

    # --- user extensions ---

    def attributes(self, element: Element, members: dict[str, Any], *, allowed: frozenset[str] = frozenset()) -> None:
        """Attributes of another namespace as members; others than `allowed` are faults."""
        open_ended = members or allowed is not BARE_ATTRIBUTES
        for name, value in element.attrib.items():
            if name in allowed or name.startswith(_XSI):
                continue
            key = self.namer.key(name) if name[0] == "{" else ""
            if key and open_ended:
                self.add(members, key, value)
            else:
                self.add_wrong(
                    element, "epcis.unknown",
                    f"Thuộc tính «{name[:100]}» không có trong chuẩn EPCIS ở chỗ này.",
                    f"EPCIS has no attribute '{name[:100]}' here.", inner="@" + self.namer.step(name),
                )  # fmt: skip

    def open(self, element: Element, depth: int = 1) -> Any:
        """Any element as JSON: text, or an object of its attributes and children, or (of empty names) an array."""
        if depth > MAX_NESTING:
            raise too_deep()
        attributes = element.attrib
        if not len(element) and not attributes:
            return (element.text or "").strip()
        members: dict[str, Any] = {}
        for name, value in attributes.items():
            if not name.startswith(_XSI):
                self._open_member(element, members, name, value)
        if not len(element):
            text = (element.text or "").strip()
            if not members:
                return _typed(text, attributes.get(_TYPE, ""))
            if text:
                members["#text"] = text
            return members
        if all(child.tag == EMPTY_NAME for child in element):
            return [self.open(child, depth + 1) for child in element]
        texts = [(element.text or "").strip()]
        for child in element:
            self._open_member(child, members, child.tag, self.open(child, depth + 1))
            texts.append((child.tail or "").strip())
        text = " ".join(part for part in texts if part)
        if text:
            members["#text"] = text
        return members

    def _open_member(self, element: Element, members: dict[str, Any], tag: str, value: Any) -> None:
        key = self.namer.key(tag)
        if key:
            self.add(members, key, value)
        else:
            self._unknown(element, namespace=True)

    @staticmethod
    def add(members: dict[str, Any], key: str, value: Any) -> None:
        """A member, or one more entry of its array."""
        if key not in members:
            members[key] = [value] if value.__class__ is list else value
        elif isinstance(members[key], list):
            members[key].append(value)
        else:
            members[key] = [members[key], value]

    # --- faults ---

    def add_wrong(self, element: Element, code: str, vi: str, en: str, *, inner: str = "") -> None:
        self.wrong.append(Wrong(element, inner, code, vi, en))

    def _unknown(self, element: Element, *, namespace: bool = False) -> None:
        name = self.namer.step(element.tag)[:100]
        if namespace and element.tag[0] == "{":
            self.add_wrong(
                element, "epcis.xml.namespace",
                f"Không gian tên của «{name}» phải là một URI đầy đủ (có dấu hai chấm).",
                f"The namespace of '{name}' must be a full URI (with a colon).",
            )  # fmt: skip
        else:
            self.add_wrong(
                element, "epcis.unknown",
                f"Phần tử «{name}» không có trong chuẩn EPCIS ở chỗ này; phần tử mở rộng cần không gian tên riêng.",
                f"EPCIS has no element '{name}' here; an extension needs a namespace of its own.",
            )  # fmt: skip

    def repeated(self, element: Element) -> None:
        name = self.namer.step(element.tag)
        self.add_wrong(
            element,
            "epcis.repeated",
            f"Phần tử {name} chỉ được có một lần.",
            f"The element {name} may stand only once.",
        )

    def missing(self, element: Element, name: str) -> None:
        self.add_wrong(
            element, "epcis.required", f"Thiếu phần tử bắt buộc {name}.", f"The required element {name} is missing.",
            inner=name,
        )  # fmt: skip

    def stray_text(self, element: Element) -> None:
        if self.wrong and self.wrong[-1].element is element and self.wrong[-1].code == "epcis.xml.text":
            return
        self.add_wrong(
            element, "epcis.xml.text",
            "Không được có chữ ở giữa các phần tử ở chỗ này.", "There must be no text between elements here.",
        )  # fmt: skip


def _has(parent: Element, name: str) -> bool:
    return any(plain(child.tag) == name for child in parent)


def _typed(text: str, given: str) -> Any:
    """The value that xsi:type says, where the text is one."""
    kind = given.rpartition(":")[2]
    if kind in _NUMBERS and _DOUBLE.fullmatch(text):
        return Decimal(text)
    if kind == "boolean" and text in _BOOLEANS:
        return _BOOLEANS[text]
    return text


def _as_object_event(members: dict[str, Any]) -> None:
    """QuantityEvent (deprecated since EPCIS 1.1): what was seen of a class, with its amount."""
    members["type"] = "ObjectEvent"
    amount = {"epcClass": members.pop("epcClass", "")}
    quantity = members.pop("quantity", None)
    if quantity is not None:
        amount["quantity"] = Decimal(quantity) if _DECIMAL.fullmatch(quantity) else quantity
    members.update(action="OBSERVE", quantityList=[amount])
