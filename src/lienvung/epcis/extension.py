"""The free-form parts of an event in the event hash: sensor data, ilmd, user extensions (CBV 2.0 section 8.9).

A member with a namespace is written `{namespace}local=value`; what contains others is
its name followed by its sorted content; a list repeats its name for each entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lienvung.epcis.lookups import Lookups, Suspicion
from lienvung.epcis.times import parse_time
from lienvung.errors import TooLarge

MAX_NESTING = 64

_METADATA = (
    "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules",
)  # fmt: skip
# The order of CBV 2.0; bizRules of a report stands nowhere in it and goes last.
_REPORT = (
    "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time", "microorganism",
    "chemicalSubstance", "value", "component", "stringValue", "booleanValue", "hexBinaryValue", "uriValue", "minValue",
    "maxValue", "meanValue", "sDev", "percRank", "percValue", "uom", "coordinateReferenceSystem", "bizRules",
)  # fmt: skip
_TIMES = frozenset({"time", "startTime", "endTime"})


def extension_text(members: dict[str, Any], lookups: Lookups, ignored: frozenset[str], skip: Iterable[str] = ()) -> str:
    """User extension members at one level, sorted."""
    texts: list[str] = []
    fields = lookups.names.fields
    for key, value in members.items():
        if value.__class__ is str and key not in skip:
            name = fields[key]
            if name not in ignored and key not in ignored:
                text = lookups.values[value]
                texts.append(f"{name}={text}" if text else name)
        elif key not in skip:
            texts.extend(_member(key, value, lookups, ignored, 1))
    if len(texts) > 1:
        texts.sort()
    return "".join(texts)


def ilmd_text(ilmd: dict[str, Any], lookups: Lookups, ignored: frozenset[str]) -> str:
    for key in ilmd:
        if ":" not in key or not lookups.names.fields[key]:
            raise Suspicion()
    return "ilmd" + extension_text(ilmd, lookups, ignored)


def sensor_text(elements: list[dict[str, Any]], lookups: Lookups, ignored: frozenset[str]) -> str:
    texts = [_element(element, lookups, ignored) for element in elements]
    texts.sort()
    return "sensorElementList" + "".join(texts)


def _element(element: dict[str, Any], lookups: Lookups, ignored: frozenset[str]) -> str:
    text = "sensorElement"
    metadata = element.get("sensorMetadata")
    if metadata:
        text += "sensorMetadata" + _ordered(metadata, _METADATA, lookups, ignored)
    reports = [
        "sensorReport" + _ordered(report, _REPORT, lookups, ignored) for report in element.get("sensorReport", ())
    ]
    reports.sort()
    return text + "".join(reports) + extension_text(element, lookups, ignored, ("sensorMetadata", "sensorReport"))


def _ordered(members: dict[str, Any], order: tuple[str, ...], lookups: Lookups, ignored: frozenset[str]) -> str:
    text = ""
    left = len(members)
    for name in order:
        value = members.get(name)
        if value is not None:
            left -= 1
            text += f"{name}={_standard(name, value, lookups)}"
    return text + extension_text(members, lookups, ignored, order) if left else text


def _standard(name: str, value: Any, lookups: Lookups) -> str:
    if name in _TIMES:
        return parse_time(value)[1]
    web: str
    if name == "type":
        _, web = lookups.measurements[value]
    elif name == "component":
        _, web = lookups.components[value]
    elif name == "exception":
        _, web = lookups.alerts[value]
    else:
        web = lookups.value(value)
    return web


def _member(key: str, value: Any, lookups: Lookups, ignored: frozenset[str], depth: int) -> list[str]:
    name = lookups.names.fields[key]
    if key in ignored or name in ignored:
        return []
    if isinstance(value, list):
        return [_entry(name, item, lookups, ignored, depth) for item in value]
    return [_entry(name, value, lookups, ignored, depth)]


def _entry(name: str, value: Any, lookups: Lookups, ignored: frozenset[str], depth: int) -> str:
    if depth > MAX_NESTING:
        raise too_deep()
    if isinstance(value, dict):
        inner = _inner(value, lookups, ignored, depth + 1)
        inner.sort()
        return name + "".join(inner)
    if isinstance(value, list):
        return name + "".join(sorted(_entry("", item, lookups, ignored, depth + 1) for item in value))
    text = lookups.value(value)
    return f"{name}={text}" if text else name


def _inner(value: dict[str, Any], lookups: Lookups, ignored: frozenset[str], depth: int) -> list[str]:
    texts: list[str] = []
    for key, item in value.items():
        if key != "@context":
            texts.extend(_member(key, item, lookups, ignored, depth))
    return texts


def too_deep() -> TooLarge:
    return TooLarge(
        "epcis.depth",
        vi=f"Tài liệu lồng quá sâu (tối đa {MAX_NESTING} tầng).",
        en=f"The document is nested too deeply (at most {MAX_NESTING} levels).",
    )
