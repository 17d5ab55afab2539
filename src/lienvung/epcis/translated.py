"""Faults of a document that was XML: found in its JSON form, told at their places in what was sent."""

from __future__ import annotations

from lienvung.epcis.document import Opened
from lienvung.epcis.xml_read import xpaths
from lienvung.errors import Invalid


def placed_in_xml(faults: list[Invalid], data: bytes, opened: Opened) -> list[Invalid]:
    """`faults` with XPaths instead of JSON Pointers, each place and code once."""
    assert opened.xml is not None
    root = opened.xml.root
    pointers: dict[int, list[str]] = {}
    split: list[tuple[int, str] | None] = []
    for fault in faults:
        place = None if _is_xpath(fault.path, root) else _split(fault.path, opened)
        split.append(place)
        if place is not None:
            pointers.setdefault(place[0], []).append(place[1])
    found = xpaths(data, pointers, opened.xml) if pointers else {}
    placed: dict[tuple[str, str], Invalid] = {}
    for fault, place in zip(faults, split, strict=True):
        path = fault.path if place is None else found.get(place, root)
        key = path, "" if fault.code in ("epcis.required", "epcis.empty") else fault.code
        placed.setdefault(key, Invalid(fault.code, vi=fault.vi, en=fault.en, path=path))
    return list(placed.values())


def _is_xpath(path: str, root: str) -> bool:
    return path == root or path.startswith(root + "/")


def _split(path: str, opened: Opened) -> tuple[int, str]:
    """The index of the event and the pointer inside it; -1 for the document."""
    if not opened.path:
        return 0, path
    if not path.startswith(opened.path + "/"):
        return -1, path
    index, slash, rest = path[len(opened.path) + 1 :].partition("/")
    return int(index), slash + rest
