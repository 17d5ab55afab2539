"""What stands around the events of an XML document: header, master data, query results, the containers' children."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from lienvung.epcis.xml_read_event import EventReader
from lienvung.epcis.xml_read_layout import Layout
from lienvung.epcis.xml_read_names import plain
from lienvung.epcis.xml_shapes import SBDH, Kind, Slot

if TYPE_CHECKING:
    from lienvung.epcis.xml_read import OpenedXML

_BUSINESS = f"{{{SBDH}}}StandardBusinessDocumentHeader"


def _layout(*names: str, required: tuple[str, ...] = (), repeated: str = "", open_ended: bool = False) -> Layout:
    return Layout(
        {name: (place, Slot(name, Kind.TEXT)) for place, name in enumerate(names)},
        tuple((place, name, True) for place, name in enumerate(names) if name in required),
        frozenset(repeated.split()), open_ended,
    )  # fmt: skip


def _with_attributes(layout: Layout) -> Layout:
    layout.attributes = True
    return layout


def _list_of(names: str, *, open_ended: bool = False) -> Layout:
    made = _layout(*names.split(), "extension", repeated=names + " extension", open_ended=open_ended)
    made.ordered = False
    return _with_attributes(made)


_EVENTS_2_0 = "ObjectEvent AggregationEvent TransactionEvent TransformationEvent AssociationEvent"
_EVENTS_1_2 = "ObjectEvent AggregationEvent TransactionEvent QuantityEvent"
_ROOT = _with_attributes(_layout("EPCISHeader", "EPCISBody", "extension", required=("EPCISBody",), open_ended=True))
_ROOT.anywhere = True  # extensions before the body say nothing of the events; nor does where a query's name stands
_RESULTS = _layout(
    "queryName", "subscriptionID", "resultsBody", "extension", required=("resultsBody",), open_ended=True
)
_RESULTS.ordered = False
_CONTAINERS = {
    "EPCISDocument": _ROOT,
    "EPCISQueryDocument": _ROOT,
    "EPCISMasterDataDocument": _ROOT,
    "QueryResults": _RESULTS,
    "resultsBody": _layout("EventList", required=("EventList",)),
}
_BODIES = {
    "EPCISDocument": _with_attributes(_layout("EventList", "extension", open_ended=True)),
    "EPCISQueryDocument": _layout("QueryResults", required=("QueryResults",)),
    "EPCISMasterDataDocument": _with_attributes(_layout("VocabularyList", "extension", open_ended=True)),
}
_LISTS = {"2.0": _list_of(_EVENTS_2_0), "1.2": _list_of(_EVENTS_1_2)}
_WRAPPERS = {  # 2.0 has only events of user vocabularies there; senders who changed the namespace only, those of 1.2
    "2.0": _list_of(_EVENTS_2_0, open_ended=True),
    "1.2": _list_of("TransformationEvent AssociationEvent"),
}
_WRAPPERS["1.2"].attributes = False
_ANY_LIST = _list_of(f"{_EVENTS_2_0} QuantityEvent", open_ended=True)
_HEADERS = {
    "2.0": _with_attributes(_layout(_BUSINESS, "extension")),
    "1.2": _with_attributes(_layout(_BUSINESS, "extension", required=(_BUSINESS,), open_ended=True)),
}
_HEADER_EXTENSION = _with_attributes(_layout("EPCISMasterData", "extension"))
_MASTER_DATA = _layout("VocabularyList", "extension", required=("VocabularyList",))
_VOCABULARY_LIST = _layout("Vocabulary", repeated="Vocabulary")
_VOCABULARY = _with_attributes(_layout("VocabularyElementList", "extension", open_ended=True))
_ELEMENT_LIST = _layout("VocabularyElement", required=("VocabularyElement",), repeated="VocabularyElement")
_ELEMENT = _with_attributes(_layout("attribute", "children", "extension", repeated="attribute", open_ended=True))
_CHILDREN = _with_attributes(_layout("id", repeated="id"))
# Standard Business Document Header (UN/CEFACT): what each element holds; ! must be there, + and * may stand repeatedly.
_SHAPES = {
    "StandardBusinessDocumentHeader": "HeaderVersion! Sender+ Receiver+ DocumentIdentification! Manifest BusinessScope",
    "Sender": "Identifier! ContactInformation*",
    "Receiver": "Identifier! ContactInformation*",
    "ContactInformation": "Contact! EmailAddress FaxNumber TelephoneNumber ContactTypeIdentifier",
    "DocumentIdentification": "Standard! TypeVersion! InstanceIdentifier! Type! MultipleType CreationDateAndTime!",
    "Manifest": "NumberOfItems! ManifestItem+",
    "ManifestItem": "MimeTypeQualifierCode! UniformResourceIdentifier! Description LanguageCode",
    "BusinessScope": "Scope*",
    "Scope": "Type! InstanceIdentifier! Identifier CorrelationInformation* BusinessService*",
    "CorrelationInformation": "RequestingDocumentCreationDateTime RequestingDocumentInstanceIdentifier "
    "ExpectedResponseDateTime",
    "BusinessService": "BusinessServiceName ServiceTransaction",
}


def _shape(words: str) -> Layout:
    full = {f"{{{SBDH}}}{word.rstrip('!+*')}": word[-1] for word in words.split()}
    return _layout(
        *full,
        required=tuple(tag for tag, mark in full.items() if mark in "!+"),
        repeated=" ".join(tag for tag, mark in full.items() if mark in "+*"),
    )


_BUSINESS_LAYOUTS = {f"{{{SBDH}}}{name}": _shape(words) for name, words in _SHAPES.items()}
_IDENTIFIER = f"{{{SBDH}}}Identifier"
_TIMES = frozenset(f"{{{SBDH}}}{name}" for name in (
    "CreationDateAndTime", "RequestingDocumentCreationDateTime", "ExpectedResponseDateTime",
))  # fmt: skip
_TIME = re.compile(r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?")


class HeaderReader:
    """Fills `OpenedXML.header` from the parts that are no events."""

    def __init__(self, reader: EventReader, root: str = "") -> None:
        self.reader = reader
        self.root = root

    def container(self, element: Element, name: str, opened: OpenedXML) -> None:
        """The children of a container that ends, by name and order; the root's attributes."""
        if name in ("EventList", "wrapper"):
            layout = (_LISTS if name == "EventList" else _WRAPPERS)[opened.version]
            if self.reader.loose:
                layout = _ANY_LIST
        else:
            layout = _BODIES[self.root] if name == "EPCISBody" else _CONTAINERS[name]
        for _ in self.reader.children(element, layout):
            pass
        if name == "wrapper" and not len(element):
            self.reader.missing(element, "TransformationEvent")
        if layout is _ROOT:
            self._document(element, opened)

    def _document(self, element: Element, opened: OpenedXML) -> None:
        members: dict[str, Any] = {}
        for name, value in element.attrib.items():
            if name in ("schemaVersion", "creationDate"):
                members[name] = value.strip()
        self.reader.attributes(element, members, allowed=frozenset(name for name in element.attrib if name[0] != "{"))
        opened.header = {**members, **opened.header}

    def part(self, element: Element, inside: str, opened: OpenedXML) -> None:
        """A part that is no event and has ended; an unknown one is a fault when its container ends."""
        name = plain(element.tag)
        if inside in ("EPCISDocument", "EPCISQueryDocument", "EPCISMasterDataDocument"):
            if name == "EPCISHeader":
                self._header(element, opened)
            elif not name:
                self._extension(element, opened.header)
        elif inside == "QueryResults" and name in ("queryName", "subscriptionID"):
            opened.results[name] = self.reader.text(element)
        elif inside == "EPCISBody" and name == "VocabularyList":
            self._set_masters(opened, self._vocabularies(element))

    def _extension(self, element: Element, members: dict[str, Any]) -> None:
        key = self.reader.namer.key(element.tag)
        if key.endswith(":ignoreFields"):
            self.reader.add(members, key, [self.reader.namer.key(child.tag) for child in element])
            if len(members[key]) == 1:
                members[key] = members[key][0]
        elif key:
            self.reader.add(members, key, self.reader.open(element))

    def _header(self, element: Element, opened: OpenedXML) -> None:
        members: dict[str, Any] = opened.header.setdefault("epcisHeader", {})
        for name, entry, child in self.reader.children(element, _HEADERS[opened.version]):
            if entry is None:
                self.reader.add(members, name, self.reader.open(child))
            elif name == _BUSINESS:
                self._check_business(child)
                members[self.reader.namer.key(name)] = self.reader.open(child)
                self._business(child, opened.header)
            else:
                self._header_extension(child, opened)
        if not members:
            del opened.header["epcisHeader"]

    def _check_business(self, element: Element) -> None:
        layout = _BUSINESS_LAYOUTS.get(element.tag)
        if layout is not None:
            for _, _, child in self.reader.children(element, layout):
                self._check_business(child)
        elif element.tag == _IDENTIFIER:
            self.reader.attributes(element, None, allowed=frozenset({"Authority"}))
        elif not element.tag.endswith("}ServiceTransaction"):
            text = self.reader.text(element)
            if element.tag in _TIMES and not _TIME.fullmatch(text):
                self.reader.add_wrong(
                    element, "epcis.time", "Thời điểm phải theo dạng 2026-11-02T07:30:00Z.",
                    "A time looks like 2026-11-02T07:30:00Z.",
                )  # fmt: skip

    @staticmethod
    def _business(element: Element, header: dict[str, Any]) -> None:
        """Sender, receiver and identifier as JSON documents have them (EPCIS 2.0 section 10)."""
        for name, path in (
            ("sender", "{*}Sender/{*}Identifier"),
            ("receiver", "{*}Receiver/{*}Identifier"),
            ("instanceIdentifier", "{*}DocumentIdentification/{*}InstanceIdentifier"),
        ):
            found = element.findall(path)
            if len(found) == 1 and found[0].text and found[0].text.strip():
                header[name] = found[0].text.strip()

    def _header_extension(self, element: Element, opened: OpenedXML) -> None:
        for name, _, child in self.reader.children(element, _HEADER_EXTENSION):
            if name == "EPCISMasterData":
                for inner, _, part in self.reader.children(child, _MASTER_DATA):
                    if inner == "VocabularyList":
                        self._set_masters(opened, self._vocabularies(part))

    @staticmethod
    def _set_masters(opened: OpenedXML, vocabularies: list[dict[str, Any]]) -> None:
        header = opened.header.setdefault("epcisHeader", {})
        header["epcisMasterData"] = {"vocabularyList": vocabularies}

    def _vocabularies(self, element: Element) -> list[dict[str, Any]]:
        return [self._vocabulary(child) for _, _, child in self.reader.children(element, _VOCABULARY_LIST)]

    def _vocabulary(self, element: Element) -> dict[str, Any]:
        members = self._identified(element, "type")
        for name, entry, child in self.reader.children(element, _VOCABULARY):
            if entry is None:
                self.reader.add(members, name, self.reader.open(child))
            elif name == "VocabularyElementList":
                members["vocabularyElementList"] = [
                    self._element(each) for _, _, each in self.reader.children(child, _ELEMENT_LIST)
                ]
        return members

    def _element(self, element: Element) -> dict[str, Any]:
        members = self._identified(element, "id")
        for name, entry, child in self.reader.children(element, _ELEMENT):
            if entry is None:
                self.reader.add(members, name, self.reader.open(child))
            elif name == "attribute":
                attribute = self._identified(child, "id")
                content = Element("value")
                content.text = child.text
                content.extend(child)
                attribute["attribute"] = self.reader.open(content)
                members.setdefault("attributes", []).append(attribute)
            elif name == "children":
                ids = [self.reader.text(each) for _, _, each in self.reader.children(child, _CHILDREN)]
                if ids:
                    members["children"] = ids
        return members

    def _identified(self, element: Element, name: str) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if name in element.attrib:
            members[name] = element.attrib[name].strip()
        else:
            self.reader.missing(element, "@" + name)
        self.reader.attributes(element, members, allowed=frozenset({name}))
        return members
