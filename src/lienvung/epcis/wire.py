"""The shapes of events in JSON, as msgspec decodes and type-checks them in one go.

A `…Wire` class accepts exactly the members that the standard gives its event type and
nothing else; user extensions are taken out before (`split_extensions`). What the
shapes cannot say (vocabulary, identifiers, conditions between members) is checked in
`scan` and reported by `validate`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import field

from lienvung.epcis.context import EXTENSION_KEY
from lienvung.epcis.kinds import EVENT_TYPES

ActionWord = Literal["ADD", "OBSERVE", "DELETE"]


class Place(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    id: str


class Amount(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    epcClass: str
    quantity: Any = None
    uom: str | None = None


class BizTransaction(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    id: str = field(name="bizTransaction")
    type: str | None = None


class Source(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    type: str
    id: str = field(name="source")


class Destination(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    type: str
    id: str = field(name="destination")


class Persistent(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    set: list[str] = []
    unset: list[str] = []


class EventWire(
    msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True, tag_field="type"
):
    """Members that all event types have."""

    eventTime: str
    eventTimeZoneOffset: str
    eventID: str | None = None
    recordTime: str | None = None
    certificationInfo: str | list[str] | None = None
    errorDeclaration: dict[str, Any] | None = None
    bizStep: str | None = None
    disposition: str | None = None
    persistentDisposition: Persistent | None = None
    readPoint: Place | None = None
    bizLocation: Place | None = None
    bizTransactionList: list[BizTransaction] | None = None
    sourceList: list[Source] | None = None
    destinationList: list[Destination] | None = None
    sensorElementList: list[dict[str, Any]] | None = None
    context: Any = field(name="@context", default=None)


class ObjectWire(EventWire, kw_only=True, tag="ObjectEvent"):
    action: ActionWord
    epcList: list[str] | None = None
    quantityList: list[Amount] | None = None
    ilmd: dict[str, Any] | None = None


class AggregationWire(EventWire, kw_only=True, tag="AggregationEvent"):
    action: ActionWord
    parentID: str | None = None
    childEPCs: list[str] | None = None
    childQuantityList: list[Amount] | None = None


class AssociationWire(EventWire, kw_only=True, tag="AssociationEvent"):
    action: ActionWord
    parentID: str
    childEPCs: list[str] | None = None
    childQuantityList: list[Amount] | None = None


class TransactionWire(EventWire, kw_only=True, tag="TransactionEvent"):
    action: ActionWord
    parentID: str | None = None
    epcList: list[str] | None = None
    quantityList: list[Amount] | None = None


class TransformationWire(EventWire, kw_only=True, tag="TransformationEvent"):
    inputEPCList: list[str] | None = None
    inputQuantityList: list[Amount] | None = None
    outputEPCList: list[str] | None = None
    outputQuantityList: list[Amount] | None = None
    transformationID: str | None = None
    ilmd: dict[str, Any] | None = None


class ExtendedWire(EventWire, kw_only=True, tag="ExtendedEvent"):
    """An event type of a user vocabulary; what is not common to all events is kept as extensions."""

    extendedType: str


StandardWire = ObjectWire | AggregationWire | AssociationWire | TransactionWire | TransformationWire
AnyWire = StandardWire | ExtendedWire
STANDARD_TYPES = frozenset(EVENT_TYPES)

COMMON = frozenset(field.encode_name for field in msgspec.structs.fields(EventWire)) | {"type"}

decode_event = msgspec.json.Decoder(StandardWire, float_hook=Decimal).decode
decode_untyped = msgspec.json.Decoder(float_hook=Decimal).decode
decode_raw_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
decode_raw_list = msgspec.json.Decoder(list[msgspec.Raw]).decode

Extensions = dict[str, Any]


def split_extensions(event: dict[str, Any]) -> tuple[AnyWire, Extensions]:
    """A decoded, validated event as its wire shape and its user extensions (members with a namespace).

    Extensions inside readPoint and bizLocation come back under those names.
    """
    kind = event.get("type")
    own_type = isinstance(kind, str) and kind not in STANDARD_TYPES and ":" in kind
    plain: dict[str, Any] = {}
    extensions: Extensions = {}
    for key, value in event.items():
        if ":" in key:
            extensions[_named(key)] = value
        elif own_type and key not in COMMON:
            extensions[key] = value
        elif key in ("readPoint", "bizLocation") and isinstance(value, dict) and len(value) > 1:
            plain[key] = {"id": value.get("id")}
            extensions[key] = {_named(name): inner for name, inner in value.items() if name != "id"}
        else:
            plain[key] = value
    if own_type:
        plain["type"], plain["extendedType"] = "ExtendedEvent", kind
        return msgspec.convert(plain, ExtendedWire), extensions
    return msgspec.convert(plain, StandardWire), extensions


def _named(key: str) -> str:
    """`key` where it is a name with a namespace."""
    if not EXTENSION_KEY.fullmatch(key):
        raise msgspec.ValidationError(f"`{key}` is no name with a namespace")
    return key
