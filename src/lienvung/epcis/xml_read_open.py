"""User extensions in EPCIS XML as members of JSON, and the faults that a reader notes.

An element that is only text becomes that text; any other an object of its attributes and children. Repeated ones become
an array, text beside others stands under `#text`, and what xsi:type calls a number or a truth value becomes one.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from lienvung.epcis.extension import MAX_NESTING, too_deep
from lienvung.epcis.xml_read_names import Namer
from lienvung.epcis.xml_shapes import EMPTY_NAME, XSI

MAX_WRONG = 100
"""Faults that are noted of one event, or of one other part."""
DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_XSI = f"{{{XSI}}}"
_TYPE = _XSI + "type"
_NUMBER_TYPES = """
integer int long short byte decimal double float nonNegativeInteger positiveInteger negativeInteger
nonPositiveInteger unsignedInt unsignedLong unsignedShort unsignedByte
"""
_NUMBERS = frozenset(_NUMBER_TYPES.split())


class Wrong(NamedTuple):
    """A fault of structure at `element`, or at what `inner` names inside it (a missing child, an attribute)."""

    element: Element
    inner: str
    code: str
    vi: str
    en: str


class OpenReader:
    """What reading of all parts shares; `wrong` collects the faults."""

    def __init__(self, namer: Namer) -> None:
        self.namer = namer
        self.wrong: list[Wrong] = []

    # --- user extensions ---

    def attributes(
        self, element: Element, members: dict[str, Any] | None, *, allowed: frozenset[str] = frozenset()
    ) -> None:
        """Attributes of another namespace as `members` (None: there must be none); others than `allowed` are faults."""
        for name, value in element.attrib.items():
            if name in allowed or name.startswith(_XSI):
                continue
            key = self.namer.key(name) if name[0] == "{" else ""
            if key and members is not None:
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
            self.unknown(element, namespace=True)

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
        if len(self.wrong) < MAX_WRONG:
            self.wrong.append(Wrong(element, inner, code, vi, en))

    def unknown(self, element: Element, *, namespace: bool = False) -> None:
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
        name = self.namer.step(name)
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


def _typed(text: str, given: str) -> Any:
    """The value that xsi:type says, where the text is one."""
    kind = given.rpartition(":")[2]
    if kind in _NUMBERS and DOUBLE.fullmatch(text):
        return Decimal(text)
    if kind == "boolean" and text in BOOLEANS:
        return BOOLEANS[text]
    return text
