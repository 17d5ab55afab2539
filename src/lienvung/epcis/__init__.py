"""EPCIS 2.0 events, pure: reading and validating JSON/JSON-LD, the CBV event hash, vocabulary, writing.

`read_document(bytes)` gives a `CaptureDocument` of `Reading`s or raises
`lienvung.errors.ManyInvalid` with a JSON Pointer path for every fault. No database,
no clock, no network, no Django: contexts are never fetched.
"""

from lienvung.epcis import build
from lienvung.epcis.hashing import event_hash, hash_document, pre_hash
from lienvung.epcis.kinds import Action, EventType, Role
from lienvung.epcis.model import (
    AggregationEvent,
    AssociationEvent,
    CaptureDocument,
    ErrorDeclaration,
    EventValue,
    ExtendedEvent,
    ObjectEvent,
    Party,
    Quantity,
    Reading,
    TransactionEvent,
    TransformationEvent,
)
from lienvung.epcis.reader import read_document, read_event
from lienvung.epcis.translate import EpcFormat, Translator, WordFormat, translate_event
from lienvung.epcis.writer import DEFAULT_CONTEXT, encode_json, share_context, write_document
from lienvung.epcis.xml_write import write_xml

__all__ = [
    "DEFAULT_CONTEXT",
    "Action",
    "AggregationEvent",
    "AssociationEvent",
    "CaptureDocument",
    "EpcFormat",
    "ErrorDeclaration",
    "EventType",
    "EventValue",
    "ExtendedEvent",
    "ObjectEvent",
    "Party",
    "Quantity",
    "Reading",
    "Role",
    "TransactionEvent",
    "TransformationEvent",
    "Translator",
    "WordFormat",
    "build",
    "encode_json",
    "event_hash",
    "hash_document",
    "pre_hash",
    "read_document",
    "read_event",
    "share_context",
    "translate_event",
    "write_document",
    "write_xml",
]
