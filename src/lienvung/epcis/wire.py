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

ActionWord = Literal["ADD", "OBSERVE", "DELETE"]


class Place(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    id: str


class Amount(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    epcClass: str
    quantity: Any = None
    uom: str | None = None


class BizTransaction(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    id: str = field(name="bizTransaction")
    type: str | None = None


class Source(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    type: str
    id: str = field(name="source")


class Destination(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    type: str
    id: str = field(name="destination")


class Persistent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    set: list[str] = []
    unset: list[str] = []


class EventWire(msgspec.Struct, forbid_unknown_fields=True, gc=False, kw_only=True, tag_field="type"):
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


AnyWire = ObjectWire | AggregationWire | AssociationWire | TransactionWire | TransformationWire

decode_event = msgspec.json.Decoder(AnyWire, float_hook=Decimal).decode
decode_untyped = msgspec.json.Decoder(float_hook=Decimal).decode
decode_raw_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
decode_raw_list = msgspec.json.Decoder(list[msgspec.Raw]).decode

Extensions = dict[str, Any]


def split_extensions(event: dict[str, Any]) -> tuple[AnyWire, Extensions]:
    """A decoded, validated event as its wire shape and its user extensions (members with a namespace).

    Extensions inside readPoint and bizLocation come back under those names.
    """
    plain: dict[str, Any] = {}
    extensions: Extensions = {}
    for key, value in event.items():
        if ":" in key:
            extensions[key] = value
        elif key in ("readPoint", "bizLocation") and isinstance(value, dict) and len(value) > 1:
            plain[key] = {"id": value.get("id")}
            extensions[key] = {name: inner for name, inner in value.items() if name != "id"}
        else:
            plain[key] = value
    return msgspec.convert(plain, AnyWire), extensions
