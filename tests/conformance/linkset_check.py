"""What GS1's JSON schemas ask of a link set and of a resolver description file, said again as our own schemas.

GS1 publishes both with its GS1-Conformant Resolver Standard 1.2.0; they are not kept here, so the constraints are
written anew: members, kinds, patterns, and that there are no others.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft7Validator

_URL = {"type": "string", "pattern": r"^https?://[A-Za-z0-9./]"}
_TARGET = {
    "type": "object",
    "required": ["href", "title"],
    "additionalProperties": False,
    "properties": {
        "href": _URL,
        "title": {"type": "string", "minLength": 1},
        "hreflang": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": r"^\w{2}(-\w{2})?$"}},
        "type": {"type": "string", "pattern": r"^\w+/[-+.\w]+$"},
        "context": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "fwqs": {"type": "boolean"},
        "public": {"type": "boolean"},
    },
}
LINKSET = {
    "type": "object",
    "required": ["linkset"],
    "additionalProperties": False,
    "properties": {
        "linkset": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["anchor", "itemDescription"],  # an older version of the schema asks for the second
                "additionalProperties": False,
                "properties": {"anchor": _URL, "itemDescription": {"type": "string"}},
                "patternProperties": {r"^https?://[A-Za-z0-9./]+$": {"type": "array", "minItems": 1, "items": _TARGET}},
            },
        }
    },
}
_KEYS = "all 00 01 253 255 401 402 410 411 412 413 414 415 417 8003 8004 8006 8010 8013 8017 8018".split()  # noqa: SIM905
_WORDS = {"type": "array", "items": {"type": "string"}}
DESCRIPTION = {
    "type": "object",
    "required": ["resolverRoot", "supportedPrimaryKeys"],
    "properties": {
        "resolverRoot": _URL,
        "supportedPrimaryKeys": {"type": "array", "minItems": 1, "items": {"enum": _KEYS}},
        "name": {"type": "string"},
        "supportedLinkType": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "namespace": _URL,
                    "prefix": {"type": "string", "pattern": r"^[A-Za-z_][A-Za-z0-9_-]*:$"},
                },
            },
        },
        "linkTypeDefaultCanBeLinkset": {"type": "boolean"},
        "supportedContextValuesEnumerated": _WORDS,
        "supportedContextValuesExternal": {
            "type": "array",
            "items": {"type": "object", "properties": {"nameOfList": {"type": "string"}, "url": _URL}},
        },
        "contact": {
            "type": "object",
            "properties": {"fn": {"type": "string"}, "hasAddress": {"type": "object"}},
        },
        "extensionProfile": {"type": "string"},
        "jsonLdContextLocation": _URL,
    },
}


def faults(value: Any, schema: dict[str, Any]) -> list[str]:
    """What is wrong with `value`, each with its place."""
    return [f"{fault.json_path}: {fault.message}" for fault in Draft7Validator(schema).iter_errors(value)]
