"""Short ways to say an event in tests of the ledger."""

from __future__ import annotations

import json
from typing import Any

from lienvung.gs1 import check_digit

DOMAIN = "https://id.gs1.org"
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]


def keyed(digits: str) -> str:
    return digits + check_digit(digits)


GTIN = keyed("0893500000001")
OTHER_GTIN = keyed("0893500000002")
FARM = f"{DOMAIN}/414/{keyed('893500000001')}"
MILL = f"{DOMAIN}/414/{keyed('893500000002')}"


def pack(serial: object, gtin: str = GTIN) -> str:
    return f"{DOMAIN}/01/{gtin}/21/{serial}"


def lot(number: object, gtin: str = GTIN) -> str:
    return f"{DOMAIN}/01/{gtin}/10/{number}"


def case(number: int) -> str:
    return f"{DOMAIN}/00/{keyed(f'08935{number:012d}')}"


def at(minute: int) -> str:
    return f"2026-03-{1 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}:00.000+07:00"


def event(
    kind: str = "ObjectEvent", *, minute: int = 0, action: str | None = "OBSERVE", **fields: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {"type": kind, "eventTime": at(minute), "eventTimeZoneOffset": "+07:00"}
    if action and kind != "TransformationEvent":
        made["action"] = action
    for name in ("readPoint", "bizLocation"):
        if name in fields:
            made[name] = {"id": fields.pop(name)}
    return {**made, **fields}


def seen(*uris: str, minute: int = 0, **fields: Any) -> dict[str, Any]:
    return event(minute=minute, epcList=list(uris), **fields)


def packed(parent: str, *children: str, minute: int = 0, action: str = "ADD", **fields: Any) -> dict[str, Any]:
    return event("AggregationEvent", minute=minute, action=action, parentID=parent, childEPCs=list(children), **fields)


def document(*events: dict[str, Any], context: Any = None) -> bytes:
    return json.dumps(
        {
            "@context": context or CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-03-01T00:00:00Z",
            "epcisBody": {"eventList": list(events)},
        }
    ).encode()
