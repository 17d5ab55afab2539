"""Where each member of an event stands in EPCIS XML, 2.0 and 1.2: one table for reading and for writing.

A shape is the ordered content of an event's element: a `Slot` for each member, and a `Group` for an element that
only wraps others (`baseExtension`, `extension`: 1.2 put there what came after 1.0). 1.2 has no sensor data, no
persistent disposition, no certification and no association; GS1's conversion puts them in the places named here.
User extensions (any other namespace) stand at the end of an event, of readPoint, bizLocation, ilmd,
errorDeclaration and sensorElement; in sensorMetadata and sensorReport they are attributes.

What JSON says and XML has no plain form for is written so that it can be read back with the same event hash:

    key that is no XML name    each character that no name may hold as _xHHHH_ (`encode_name`; SQL/XML, ISO 9075-14)
    key without a declared     the key is a URI: its scheme with the colon is the namespace name, the rest the
    prefix (`foo:bar`)         local name: <foo:bar xmlns:foo="foo:">. Read back without declaring `foo`
    list inside a list         an element _x0000_ (the empty name) for each entry: [[1, 2]] is
                               <a><_x0000_>1</_x0000_><_x0000_>2</_x0000_></a>
    "@type" and the like       _x0040_type
    null, "", {}               an empty element
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
VERSIONS = {"2.0": "2", "1.2": "1"}


def namespace(version: str) -> str:
    """Of EPCISDocument: urn:epcglobal:epcis:xsd:2 or :1 (1.0, 1.1 and 1.2 share one)."""
    return f"urn:epcglobal:epcis:xsd:{VERSIONS[version]}"


def query_namespace(version: str) -> str:
    """Of EPCISQueryDocument and QueryResults."""
    return f"urn:epcglobal:epcis-query:xsd:{VERSIONS[version]}"


def master_namespace(version: str) -> str:
    return f"urn:epcglobal:epcis-masterdata:xsd:{VERSIONS[version]}"


class Kind(Enum):
    """How a member's content is written."""

    TIME = "time"  # text, xsd:dateTime
    TEXT = "text"
    URI = "uri"  # text; an identifier that is no EPC (eventID)
    URIS = "uris"  # one element, several URIs parted by spaces: the XSD allows certificationInfo once, JSON several
    EPC = "epc"  # text; an identifier
    WORD = "word"  # text; a word of the vocabulary
    EPCS = "epcs"  # <epc> each
    QUANTITIES = "quantities"  # <quantityElement> each, with epcClass, quantity, uom
    PLACE = "place"  # <id>, then extensions
    PARTIES = "parties"  # <bizTransaction type="…"> and so on, named by `Slot.item`
    DISPOSITIONS = "dispositions"  # <unset>…, then <set>…
    SENSORS = "sensors"  # <sensorElement> each
    EXTENSIONS = "extensions"  # only user extensions (ilmd)
    ERROR = "error"  # declarationTime, reason, correctiveEventIDs/correctiveEventID, extensions


class Slot(NamedTuple):
    """A member, under its JSON name, which is also its element's name."""

    name: str
    kind: Kind
    item: str = ""
    always: bool = False  # the XSD asks for the element even where JSON may leave the member out


class Group(NamedTuple):
    """An element that wraps others and has no name in JSON; left out where it would be empty."""

    name: str
    content: tuple[Slot | Group, ...]


Shape = tuple[Slot | Group, ...]

EVENT_TIME = Slot("eventTime", Kind.TIME)
RECORD_TIME = Slot("recordTime", Kind.TIME)
OFFSET = Slot("eventTimeZoneOffset", Kind.TEXT)
EVENT_ID = Slot("eventID", Kind.URI)
ERROR = Slot("errorDeclaration", Kind.ERROR)
CERTIFICATION = Slot("certificationInfo", Kind.URIS)
EPC_LIST = Slot("epcList", Kind.EPCS)
CHILDREN = Slot("childEPCs", Kind.EPCS)
PARENT = Slot("parentID", Kind.EPC)
QUANTITIES = Slot("quantityList", Kind.QUANTITIES)
CHILD_QUANTITIES = Slot("childQuantityList", Kind.QUANTITIES)
ACTION = Slot("action", Kind.TEXT)
STEP = Slot("bizStep", Kind.WORD)
DISPOSITION = Slot("disposition", Kind.WORD)
READ_POINT = Slot("readPoint", Kind.PLACE)
LOCATION = Slot("bizLocation", Kind.PLACE)
BUSINESS = Slot("bizTransactionList", Kind.PARTIES, "bizTransaction")
SOURCES = Slot("sourceList", Kind.PARTIES, "source")
DESTINATIONS = Slot("destinationList", Kind.PARTIES, "destination")
SENSORS = Slot("sensorElementList", Kind.SENSORS)
PERSISTENT = Slot("persistentDisposition", Kind.DISPOSITIONS)
ILMD = Slot("ilmd", Kind.EXTENSIONS)
TRANSFORMED = (
    Slot("inputEPCList", Kind.EPCS),
    Slot("inputQuantityList", Kind.QUANTITIES),
    Slot("outputEPCList", Kind.EPCS),
    Slot("outputQuantityList", Kind.QUANTITIES),
    Slot("transformationID", Kind.EPC),
)
WHERE = (STEP, DISPOSITION, READ_POINT, LOCATION)
PARTIES = (SOURCES, DESTINATIONS)
SENSED = (SENSORS, PERSISTENT)

_BASE_2_0 = (EVENT_TIME, RECORD_TIME, OFFSET, EVENT_ID, ERROR, CERTIFICATION)
SHAPES_2_0: dict[str, Shape] = {
    "ObjectEvent": (*_BASE_2_0, EPC_LIST, ACTION, *WHERE, BUSINESS, QUANTITIES, *PARTIES, *SENSED, ILMD),
    "AggregationEvent": (*_BASE_2_0, PARENT, CHILDREN, ACTION, *WHERE, BUSINESS, CHILD_QUANTITIES, *PARTIES, *SENSED),
    "TransactionEvent": (*_BASE_2_0, BUSINESS, PARENT, EPC_LIST, ACTION, *WHERE, QUANTITIES, *PARTIES, *SENSED),
    "TransformationEvent": (*_BASE_2_0, *TRANSFORMED, *WHERE, BUSINESS, *PARTIES, *SENSED, ILMD),
    "AssociationEvent": (*_BASE_2_0, PARENT, CHILDREN, CHILD_QUANTITIES, ACTION, *WHERE, BUSINESS, *PARTIES, *SENSED),
}
EXTENDED_2_0: Shape = (*_BASE_2_0, *WHERE, BUSINESS, *PARTIES, *SENSED)
"""An event type of a user vocabulary: its own element inside `extension` of EventList; 1.2 has no place for it."""

# certificationInfo: 1.2's only slot for members of the standard that all events have; GS1's conversion appends it to
# the event, where no XSD allows it.
_BASE_1_2 = (
    EVENT_TIME,
    RECORD_TIME,
    OFFSET,
    Group("baseExtension", (EVENT_ID, ERROR, Group("extension", (CERTIFICATION,)))),
)
_SENSED_1_2 = Group("extension", SENSED)
SHAPES_1_2: dict[str, Shape] = {
    "ObjectEvent": (
        *_BASE_1_2, EPC_LIST._replace(always=True), ACTION, *WHERE, BUSINESS,
        Group("extension", (QUANTITIES, *PARTIES, ILMD, _SENSED_1_2)),
    ),
    "AggregationEvent": (
        *_BASE_1_2, PARENT, CHILDREN._replace(always=True), ACTION, *WHERE, BUSINESS,
        Group("extension", (CHILD_QUANTITIES, *PARTIES, _SENSED_1_2)),
    ),
    "TransactionEvent": (
        *_BASE_1_2, BUSINESS, PARENT, EPC_LIST._replace(always=True), ACTION, *WHERE,
        Group("extension", (QUANTITIES, *PARTIES, _SENSED_1_2)),
    ),
    "TransformationEvent": (*_BASE_1_2, *TRANSFORMED, *WHERE, BUSINESS, *PARTIES, ILMD, _SENSED_1_2),
    "AssociationEvent": (
        *_BASE_1_2, PARENT, CHILDREN, CHILD_QUANTITIES, ACTION, *WHERE, BUSINESS, *PARTIES, *SENSED,
    ),
}  # fmt: skip
QUANTITY_EVENT_1_2: Shape = (*_BASE_1_2, *WHERE, BUSINESS)
"""QuantityEvent of 1.x, only read: an ObjectEvent with action OBSERVE and one entry in quantityList (epcClass, and
quantity between the base and bizStep)."""

WRAPPED_1_2: dict[str, int] = {"TransformationEvent": 1, "AssociationEvent": 2}
"""How many `extension` elements stand between EventList and the event in 1.2."""

SHAPES = {"2.0": SHAPES_2_0, "1.2": SHAPES_1_2}

METADATA = (
    "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "bizRules", "dataProcessingMethod",
)  # fmt: skip
"""Attributes of sensorMetadata (all text)."""
REPORT_NUMBERS = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
"""Attributes of sensorReport that are JSON numbers (xsd:double); booleanValue is true or false, the others text."""
REPORT = (
    "type", *REPORT_NUMBERS, "component", "stringValue", "booleanValue", "hexBinaryValue", "uriValue", "uom",
    "chemicalSubstance", "microorganism", "deviceID", "deviceMetadata", "rawData", "time", "dataProcessingMethod",
    "coordinateReferenceSystem", "exception", "bizRules",
)  # fmt: skip
"""All attributes of sensorReport."""

# --- names ---

# Letters that every XML parser takes in a name: expat still has the table of XML 1.0's fourth edition, of which
# these are the large runs (Latin with all of Vietnamese, Cyrillic, kana, Chinese, Korean). Others are escaped.
_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u0180-\u01c3\u0410-\u044f"
    "\u1e00-\u1e9b\u1ea0-\u1ef9\u3041-\u3094\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
)
_NAME = re.compile(rf"[{_START}][{_START}\-.0-9\u0300-\u0345]*")
_NO_NAME = re.compile(rf"_(?=x[0-9A-F]{{4,6}}_)|[^{_START}\-.0-9\u0300-\u0345]")
_ESCAPE = re.compile(r"_x([0-9A-F]{4,6})_")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
EMPTY_NAME = "_x0000_"


def encode_name(key: str) -> str:
    """`key` (a local name) as an XML name.

    >>> encode_name("1st lot")
    '_x0031_st_x0020_lot'
    """
    if _NAME.fullmatch(key) and "_x" not in key:
        return key
    if not key:
        return EMPTY_NAME
    name = _NO_NAME.sub(lambda match: f"_x{ord(match[0]):04X}_", key)
    return name if _NAME.fullmatch(name) else f"_x{ord(name[0]):04X}_{name[1:]}"


def decode_name(name: str) -> str:
    """The key of an XML local name; a name that `encode_name` would not write stands for itself."""
    if "_x" not in name:
        return name
    if name == EMPTY_NAME:
        return ""
    try:
        key = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), name)
    except (ValueError, OverflowError):
        return name
    if _NO_TEXT.search(key):
        return name
    return key if encode_name(key) == name else name


_SCHEME = re.compile(r"[A-Za-z_][A-Za-z0-9+.\-_]*:")


def is_bare_scheme(space: str) -> bool:
    """Whether a namespace name is only `scheme:`, which stands for a key without a declared prefix."""
    return _SCHEME.fullmatch(space) is not None
