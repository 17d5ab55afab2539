"""Places of faults in an XML document as XPaths: of elements, and of what a JSON Pointer into their JSON form means."""

from __future__ import annotations

from collections import Counter
from xml.etree.ElementTree import Element

from lienvung.epcis.xml_read_names import Namer, plain

# Elements that may stand several times: their steps always have a number.
_SEVERAL = """
epc quantityElement bizTransaction source destination sensorElement sensorReport set unset correctiveEventID
Vocabulary VocabularyElement attribute
"""
REPEATED = frozenset(_SEVERAL.split())


def paths_in(element: Element, path: str, namer: Namer) -> dict[int, str]:
    """The XPath of each element in `element`, which stands at `path`, by its `id()`."""
    found = {id(element): path}
    todo = [(element, path)]
    while todo:
        parent, above = todo.pop()
        for child, step in steps(parent, namer):
            found[id(child)] = f"{above}/{step}"
            if len(child):
                todo.append((child, found[id(child)]))
    return found


def steps(parent: Element, namer: Namer) -> list[tuple[Element, str]]:
    """The children with their steps: `name`, or `name[2]` where there may be several."""
    total = Counter(child.tag for child in parent)
    seen: Counter[str] = Counter()
    found = []
    for child in parent:
        seen[child.tag] += 1
        step = namer.step(child.tag)
        if total[child.tag] > 1 or plain(child.tag) in REPEATED:
            step += f"[{seen[child.tag]}]"
        found.append((child, step))
    return found


_ITEMS = {
    "epcList": "epc", "childEPCs": "epc", "inputEPCList": "epc", "outputEPCList": "epc",
    "quantityList": "quantityElement", "childQuantityList": "quantityElement",
    "inputQuantityList": "quantityElement", "outputQuantityList": "quantityElement",
    "bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination",
    "sensorElementList": "sensorElement", "correctiveEventIDs": "correctiveEventID",
}  # fmt: skip
_PARTIES = frozenset({"bizTransaction", "source", "destination"})
_WRAPPERS = frozenset({"extension", "baseExtension"})


def locate(element: Element, path: str, pointer: str, namer: Namer) -> str:
    """The XPath of what `pointer` (a JSON Pointer) means in the event `element`, which stands at `path`."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    if plain(element.tag) == "QuantityEvent" and parts[:1] == ["quantityList"]:
        parts = parts[2:] or ["epcClass"]
    while parts:
        name = parts.pop(0)
        here = plain(element.tag)
        if (here in _PARTIES and name == here) or (name == "type" and here.endswith("Event")) or name == "#text":
            continue
        number = int(parts.pop(0)) if parts and parts[0].isdecimal() and here not in _ITEMS else None
        if name.isdecimal() and here in _ITEMS:
            name, number = _ITEMS[here], int(name)
        if name in _ITEMS and number is not None:
            parts.insert(0, str(number))
            number = None
        found = _child(element, path, name, number or 0, namer)
        if found is None:
            attribute = next((each for each in element.attrib if namer.key(each) == name), None)
            if attribute is None and here in _PARTIES | {"sensorReport", "sensorMetadata"}:
                attribute = name
            rest = [part for part in parts if not part.isdecimal()]
            step = name if attribute is None else "@" + namer.step(attribute)
            return "/".join([path, step, *rest])
        element, path = found
    return path


def _child(element: Element, path: str, name: str, number: int, namer: Namer) -> tuple[Element, str] | None:
    """The child that became the member `name` (its entry `number`), here or in a wrapper."""
    found = None
    for child, step in steps(element, namer):
        tag = plain(child.tag)
        if (tag or namer.key(child.tag)) == name or (not tag and namer.key(child.tag) == name):
            found = child, f"{path}/{step}"
            if number == 0:
                return found
            number -= 1
        elif tag in _WRAPPERS:
            inner = _child(child, f"{path}/{step}", name, number, namer)
            if inner is not None:
                return inner
    return found


_HEADER = {
    "schemaVersion": "@schemaVersion",
    "creationDate": "@creationDate",
    "epcisHeader": "EPCISHeader",
    "epcisMasterData": "extension/EPCISMasterData",
    "vocabularyList": "VocabularyList",
    "vocabularyElementList": "VocabularyElementList",
    "attributes": "",
    "epcisBody": "EPCISBody",
    "queryResults": "QueryResults",
}
_HEADER_ITEMS = {
    "vocabularyList": "Vocabulary",
    "vocabularyElementList": "VocabularyElement",
    "attributes": "attribute",
    "children": "id",
}


def locate_header(root: str, pointer: str, *, master_document: bool) -> str:
    """The XPath of what `pointer` means in the part of a document that is no event."""
    steps_found = [root]
    before = ""
    for part in pointer.split("/")[1:]:
        if part.isdecimal() and before in _HEADER_ITEMS:
            steps_found.append(f"{_HEADER_ITEMS[before]}[{int(part) + 1}]")
        elif part in ("id", "type") and len(steps_found) > 2:
            steps_found.append("@" + part)
        else:
            steps_found.append(_HEADER.get(part, part))
        before = part
    path = "/".join(step for step in steps_found if step)
    return path.replace("EPCISHeader/extension/EPCISMasterData", "EPCISBody", 1) if master_document else path
