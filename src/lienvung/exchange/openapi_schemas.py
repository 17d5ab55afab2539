"""Schemas of the OpenAPI document: events from the shapes that capture checks them with, everything else by hand.

JSON Schema 2020-12, as OpenAPI 3.1 has it. The event schemas say what the shapes say (members, types, what is needed);
vocabulary words, identifiers and conditions between members are checked by capture and told in its problems.
"""

from __future__ import annotations

from typing import Any

import msgspec

from lienvung.epcis import wire
from lienvung.epcis.context import EXTENSION_KEY, STANDARD_CONTEXT
from lienvung.epcis.query_names import FAMILIES, PARAMETERS
from lienvung.exchange.openapi_names import pattern_of

Schema = dict[str, Any]
REF = "#/components/schemas/{name}"
WIRES = {
    "ObjectWire": "ObjectEvent",
    "AggregationWire": "AggregationEvent",
    "AssociationWire": "AssociationEvent",
    "TransactionWire": "TransactionEvent",
    "TransformationWire": "TransformationEvent",
    "Amount": "QuantityElement",
    "BizTransaction": "BizTransaction",
    "Source": "Source",
    "Destination": "Destination",
    "Persistent": "PersistentDisposition",
    "Place": "Place",
}
TIME: Schema = {"type": "string", "format": "date-time", "examples": ["2026-05-04T07:30:00.000+07:00"]}
EXTENSION = f"^{EXTENSION_KEY.pattern}$".replace("\\x00-\\x1f", "")
TIMES = ("eventTime", "recordTime")


def ref(name: str) -> Schema:
    return {"$ref": REF.format(name=name)}


def listed(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def event_schemas() -> dict[str, Schema]:
    """The schemas of the five event types and their parts, out of `epcis.wire`."""
    kinds = (wire.ObjectWire, wire.AggregationWire, wire.AssociationWire, wire.TransactionWire, wire.TransformationWire)
    _, found = msgspec.json.schema_components(kinds, ref_template="#/{name}")
    made = {WIRES[name]: _tidied(schema) for name, schema in found.items()}
    for name, schema in made.items():
        schema.pop("title", None)
        if name.endswith("Event") or name == "Place":
            schema["patternProperties"] = {EXTENSION: {"description": "user extension: a name with a namespace"}}
        if name.endswith("Event"):
            schema["properties"] |= {time: TIME for time in TIMES}
            schema["properties"]["eventTimeZoneOffset"] = {"type": "string", "pattern": r"^[+-]\d\d:\d\d$"}
            schema["properties"]["@context"] = ref("Context")
    made["QuantityElement"]["properties"]["quantity"] = {"type": "number"}
    return made


def _tidied(value: Any) -> Any:
    """Our names for the parts, and no null: an absent member is absent."""
    if isinstance(value, list):
        return [_tidied(part) for part in value]
    if not isinstance(value, dict):
        return value
    if "anyOf" in value:
        kept = [part for part in value["anyOf"] if part != {"type": "null"}]
        rest = {name: part for name, part in value.items() if name not in ("anyOf", "default")}
        return _tidied({**rest, **kept[0]}) if len(kept) == 1 else {**rest, "anyOf": _tidied(kept)}
    if "$ref" in value:
        return ref(WIRES[value["$ref"].removeprefix("#/")])
    return {name: _tidied(part) for name, part in value.items() if name != "default" or part is not None}


def document_schema(kind: str, body: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["@context", "type", "schemaVersion", "creationDate", "epcisBody"],
        "properties": {
            "@context": ref("Context"),
            "id": {"type": "string"},
            "type": {"const": kind},
            "schemaVersion": {"type": "string", "examples": ["2.0"]},
            "creationDate": TIME,
            "epcisHeader": {"type": "object", "description": "pseudo SBDH members and epcisMasterData"},
            "epcisBody": body,
        },
    }


def event_list(schema: Schema) -> Schema:
    return {"type": "object", "required": ["eventList"], "properties": {"eventList": schema}}


def collection_schema(members: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["@context", "type", "member"],
        "properties": {"@context": ref("Context"), "type": {"const": "Collection"}, "member": listed(members)},
    }


def query_schema() -> Schema:
    """All fixed names with their types, and a pattern for each family."""
    return {
        "type": "object",
        "properties": {
            "@context": ref("Context"),
            **{
                name: {**modern(parameter.schema), "description": parameter.description.en}
                for name, parameter in PARAMETERS.items()
            },
        },
        "patternProperties": {
            pattern_of(family.template): {**modern(family.schema), "description": family.description.en}
            for family in FAMILIES
        },
        "additionalProperties": False,
    }


def modern(schema: Schema) -> Schema:
    """OpenAPI 3.0's `nullable` in the words of JSON Schema 2020-12."""
    made = {name: value for name, value in schema.items() if name != "nullable"}
    if schema.get("nullable"):
        made["type"] = ["boolean", schema["type"], "null"]
    return made


_RESULTS = {
    "type": "object",
    "required": ["queryResults"],
    "properties": {
        "queryResults": {
            "type": "object",
            "required": ["queryName", "resultsBody"],
            "properties": {
                "queryName": {"type": "string"},
                "subscriptionID": {"type": "string"},
                "resultsBody": event_list(listed(ref("EPCISEvent"))),
            },
        }
    },
}
_FAULT = {
    "type": "object",
    "required": ["type", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable, dotted: epcis.choice"},
        "path": {"type": "string", "description": "JSON Pointer, XPath, or the name of a parameter or header"},
        "detail": {"type": "string"},
        "detail_vi": {"type": "string"},
    },
}
_SCHEDULE = {name: {"type": "string"} for name in ("second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek")}


def schemas() -> dict[str, Schema]:
    """Every schema of the document by its name."""
    events = event_schemas()
    kinds = [name for name in events if name.endswith("Event")]
    return {
        **events,
        "EPCISEvent": {"anyOf": [*(ref(name) for name in kinds), ref("ExtendedEvent")]},
        "ExtendedEvent": {
            "type": "object",
            "description": "an event type of a user vocabulary; its type is a URI or a CURIE",
            "required": ["type", "eventTime", "eventTimeZoneOffset"],
            "properties": {"type": {"type": "string", "pattern": "^[A-Za-z][^:]*:.+"}, "eventTime": TIME},
        },
        "Context": {
            "description": "a JSON-LD context: an address, an object of prefixes, or a list of both",
            "examples": [[STANDARD_CONTEXT, {"example": "https://ns.example.com/epcis/"}]],
            "anyOf": [{"type": "string"}, {"type": "object"}, listed({"type": ["string", "object"]})],
        },
        "EPCISDocument": document_schema("EPCISDocument", event_list(listed(ref("EPCISEvent")))),
        "EPCISQueryDocument": document_schema("EPCISQueryDocument", _RESULTS),
        "CaptureDocument": {"anyOf": [ref("EPCISDocument"), ref("EPCISQueryDocument"), ref("EPCISEvent")]},
        "Collection": collection_schema({"type": "string", "minLength": 1}),
        "CaptureJob": {
            "type": "object",
            "required": ["captureID", "createdAt", "running", "success", "captureErrorBehaviour", "errors"],
            "properties": {
                "captureID": {"type": "string"},
                "createdAt": TIME,
                "finishedAt": TIME,
                "running": {"type": "boolean"},
                "success": {"type": "boolean"},
                "captureErrorBehaviour": {"enum": ["rollback", "proceed"]},
                "errors": listed(ref("Fault")),
                "newEvents": {"type": ["integer", "null"]},
                "knownEvents": {"type": ["integer", "null"]},
            },
        },
        "Problem": {
            "type": "object",
            "description": "RFC 7807, with every single fault in `errors`",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": {"type": "string", "pattern": "^epcisException:[A-Za-z]+$"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "detail_vi": {"type": "string"},
                "errors": listed(ref("Fault")),
            },
        },
        "Fault": _FAULT,
        "EventsQuery": query_schema(),
        "QueryDefinition": {
            "type": "object",
            "required": ["name", "query"],
            "properties": {"name": {"type": "string", "minLength": 1}, "query": ref("EventsQuery")},
        },
        **subscription_schemas(),
    }


def subscription_schemas() -> dict[str, Schema]:
    chosen: Schema = {
        "stream": {"type": "boolean"},
        "schedule": ref("Schedule"),
        "reportIfEmpty": {"type": "boolean"},
        "initialRecordTime": TIME,
    }
    return {
        "Schedule": {"type": "object", "properties": _SCHEDULE, "additionalProperties": False, "minProperties": 1},
        "SubscriptionRequest": {
            "type": "object",
            "description": "either stream: true or a schedule",
            "required": ["dest"],
            "properties": {
                "dest": {"type": "string", "format": "uri"},
                "signatureToken": {"type": "string", "description": "key of GS1-Signature; never told again"},
                **chosen,
            },
            "examples": [{"dest": "https://client.example.com/events", "signatureToken": "bí mật", "stream": True}],
        },
        "Subscription": {
            "type": "object",
            "required": ["subscriptionID", "dest", "createdAt", "minRecordTime", "reportIfEmpty", "state", "failures"],
            "properties": {
                "subscriptionID": {"type": "string"},
                "queryName": {"type": "string"},
                "dest": {"type": "string"},
                "createdAt": TIME,
                "lastNotifiedAt": TIME,
                "minRecordTime": TIME,
                "epcFormat": {"type": "string"},
                "format": {"type": "string", "description": "media type of what is posted"},
                "state": {"type": "string"},
                "failures": {"type": "integer", "minimum": 0},
                "lastError": {"type": "string"},
                "nextTryAt": TIME,
                **chosen,
            },
        },
    }
