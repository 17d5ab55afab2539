"""Builders of events: plain dictionaries ready for JSON, with the standard's own names.

They set the fields in a stable order, leave out what is None or empty, and write
times and quantities as the standard wants them. They do not validate: `read_document`
does, on what is captured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

Event = dict[str, Any]
Amount = int | float | Decimal | None
"""A quantity list entry: class URI, amount, unit (UN/CEFACT Rec 20 code, None counts pieces)."""
QuantityTuple = tuple[str, Amount, str | None]
Pair = tuple[str | None, str]


def object_event(*, time: datetime | str, action: str, **fields: Any) -> Event:
    """An ObjectEvent. `fields`: see `common_fields`; also `epcs`, `quantities`, `ilmd`, `persistent_set/_unset`."""
    return _event("ObjectEvent", time, fields, action=action)


def aggregation_event(*, time: datetime | str, action: str, parent: str | None, **fields: Any) -> Event:
    """An AggregationEvent: `children` (URIs), `child_quantities` packed in or taken out of `parent`."""
    return _event("AggregationEvent", time, {**fields, "parent": parent}, action=action)


def association_event(*, time: datetime | str, action: str, parent: str, **fields: Any) -> Event:
    """An AssociationEvent: `children` attached to `parent`."""
    return _event("AssociationEvent", time, {**fields, "parent": parent}, action=action)


def transaction_event(*, time: datetime | str, action: str, biz_transactions: Sequence[Pair], **fields: Any) -> Event:
    """A TransactionEvent: `epcs`, `quantities` (or `parent`) bound to business transactions (type, identifier)."""
    return _event("TransactionEvent", time, {**fields, "biz_transactions": biz_transactions}, action=action)


def transformation_event(*, time: datetime | str, **fields: Any) -> Event:
    """A TransformationEvent: `inputs`, `input_quantities`, `outputs`, `output_quantities`, `transformation_id`."""
    return _event("TransformationEvent", time, fields)


def common_fields() -> tuple[str, ...]:
    """The names of the keyword arguments that builders understand, in the order in which they are written."""
    return tuple(_FIELDS)


def _list(values: Iterable[str]) -> list[str]:
    return list(values)


def quantity_list(amounts: Iterable[QuantityTuple]) -> list[dict[str, Any]]:
    """A quantityList from (class URI, amount or None, unit or None) entries."""
    elements: list[dict[str, Any]] = []
    for epc_class, amount, uom in amounts:
        element: dict[str, Any] = {"epcClass": epc_class}
        if amount is not None:
            element["quantity"] = _number(amount)
            if uom is not None:
                element["uom"] = uom
        elements.append(element)
    return elements


def _number(amount: int | float | Decimal) -> int | float:
    if isinstance(amount, Decimal):
        return int(amount) if amount == amount.to_integral_value() else float(amount)
    return amount


def _place(uri: str) -> dict[str, str]:
    return {"id": uri}


def _pairs(name: str) -> Any:
    def entries(pairs: Iterable[Pair]) -> list[dict[str, str]]:
        return [{name: uri} if kind is None else {"type": kind, name: uri} for kind, uri in pairs]

    return entries


def _same(value: Any) -> Any:
    return value


# Keyword argument -> (name in JSON, how its value is written). The order is the order in the event.
_FIELDS: Mapping[str, tuple[str, Any]] = {
    "event_id": ("eventID", _same),
    "certification": ("certificationInfo", _same),
    "parent": ("parentID", _same),
    "epcs": ("epcList", _list),
    "children": ("childEPCs", _list),
    "inputs": ("inputEPCList", _list),
    "outputs": ("outputEPCList", _list),
    "quantities": ("quantityList", quantity_list),
    "child_quantities": ("childQuantityList", quantity_list),
    "input_quantities": ("inputQuantityList", quantity_list),
    "output_quantities": ("outputQuantityList", quantity_list),
    "transformation_id": ("transformationID", _same),
    "biz_step": ("bizStep", _same),
    "disposition": ("disposition", _same),
    "read_point": ("readPoint", _place),
    "biz_location": ("bizLocation", _place),
    "biz_transactions": ("bizTransactionList", _pairs("bizTransaction")),
    "sources": ("sourceList", _pairs("source")),
    "destinations": ("destinationList", _pairs("destination")),
    "sensors": ("sensorElementList", _list),
    "ilmd": ("ilmd", dict),
    "error": ("errorDeclaration", dict),
}


def _event(kind: str, time: datetime | str, fields: dict[str, Any], *, action: str | None = None) -> Event:
    stamp, offset = _time(time, fields.pop("offset", None))
    event: Event = {"type": kind, "eventTime": stamp, "eventTimeZoneOffset": offset}
    extensions = fields.pop("extensions", None) or {}
    disposition = {
        "set": list(fields.pop("persistent_set", None) or ()),
        "unset": list(fields.pop("persistent_unset", None) or ()),
    }
    unknown = fields.keys() - _FIELDS.keys()
    if unknown:
        raise TypeError(f"unknown event field: {', '.join(sorted(unknown))}")
    for name, (json_name, write) in _FIELDS.items():
        value = fields.get(name)
        if value is not None:
            written = write(value)
            if written not in ([], {}) or name == "epcs":
                event[json_name] = written
    if action is not None:
        event["action"] = action
    if any(disposition.values()):
        event["persistentDisposition"] = {side: words for side, words in disposition.items() if words}
    event.update(extensions)
    return event


def _time(time: datetime | str, offset: str | None) -> tuple[str, str]:
    """RFC 3339 text with milliseconds and the offset of the place, `+07:00`."""
    if isinstance(time, str):
        return time, offset or ("+00:00" if time.endswith(("Z", "z")) else time[-6:])
    if time.tzinfo is None:
        raise ValueError("an event's time needs a time zone")
    text = time.isoformat(timespec="milliseconds")
    return text, offset or text[-6:]
