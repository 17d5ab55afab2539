"""What a parameter of EPCIS 2.0 means, said once more in plain Python over the JSON of one event: no index, no table.

    matches(name, values, event, names, query_names, master) -> bool

`names` are the prefixes of the event's document, `query_names` those of the query.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri

STANDARD = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "gs1": "https://gs1.org/voc/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
PLAIN_TYPES = {"ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"}
WORD_PREFIX = re.compile(
    r"(?:https://ref\.gs1\.org/cbv/(?:BizStep|Disp|BTT|SDT|ER)-|urn:epcglobal:cbv:(?:bizstep|disp|btt|sdt|er):|"
    r"https://gs1\.org/voc/)(.+)"
)
TEMPERATURE = {"CEL": (Decimal(1), Decimal("273.15")), "FAH": (Decimal(5) / 9, Decimal("459.67")), "KEL": (1, 0)}
MASS = {"KGM": Decimal(1), "GRM": Decimal("0.001"), "TNE": Decimal(1000), "MGM": Decimal("0.000001")}
EPCS = {"MATCH_epc": ("epcList", "childEPCs"), "MATCH_parentID": ("parentID",), "MATCH_inputEPC": ("inputEPCList",),
        "MATCH_outputEPC": ("outputEPCList",),
        "MATCH_anyEPC": ("epcList", "childEPCs", "parentID", "inputEPCList", "outputEPCList")}  # fmt: skip
CLASSES = {"MATCH_epcClass": ("quantityList", "childQuantityList"),
           "MATCH_inputEPCClass": ("inputQuantityList",),
           "MATCH_outputEPCClass": ("outputQuantityList",),
           "MATCH_anyEPCClass": (
               "quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")}  # fmt: skip
QUANTITIES = CLASSES["MATCH_anyEPCClass"]
COMPARE = {
    "EQ": lambda a, b: a == b,
    "GT": lambda a, b: a > b,
    "GE": lambda a, b: a >= b,
    "LT": lambda a, b: a < b,
    "LE": lambda a, b: a <= b,
}


def prefixes(*contexts: Any) -> dict[str, str]:
    found = dict(STANDARD)
    for context in contexts:
        for part in context if isinstance(context, list) else [context]:
            if isinstance(part, dict):
                for key, value in part.items():
                    value = value.get("@id") if isinstance(value, dict) else value
                    if isinstance(value, str) and ":" in value and not key.startswith("@"):
                        found[key] = value
    return found


def curie(text: str, names: dict[str, str]) -> str:
    head, colon, tail = text.partition(":")
    return names[head] + tail if colon and head in names and not tail.startswith("//") else text


def same(text: str, names: dict[str, str]) -> str:
    """An identifier or word in one spelling."""
    text = curie(text.strip(), names)
    found = WORD_PREFIX.fullmatch(text)
    if found:
        return found[1]
    try:
        return canonical_uri(text) if ":" in text else text
    except Invalid:
        return text


def field(text: str, names: dict[str, str]) -> str:
    """A field's name as letters and digits with one mark between namespace and name."""
    head, colon, tail = text.partition(":")
    text = f"{names[head]}/{tail}" if colon and head in names and not tail.startswith("//") else text
    parts = re.split(r"[/#:]+", text)
    return "|".join(part for part in parts if part)


def when(value: Any) -> datetime | None:
    text = str(value).strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        text += "T00:00:00Z"
    if not re.match(r"\d{4}-\d\d-\d\d[Tt]", text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        return None
    found = found.astimezone(UTC)
    return found.replace(microsecond=0).fromtimestamp(
        int(found.timestamp()) + (found.microsecond // 100 + 5) // 10 / 1000, UTC
    )


def number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def matches(
    name: str, values: list[Any], event: dict[str, Any], names: dict[str, str], asked: dict[str, str], master: Any
) -> bool:
    if "@context" in event:
        names = {**names, **{k: v for k, v in prefixes(event["@context"]).items() if k not in STANDARD}}
    operator, _, rest = name.partition("_")
    wanted = [same(value, asked) for value in values if isinstance(value, str)]
    if name == "eventType":
        return same(event["type"], names) in wanted
    if name in ("EQ_bizStep", "EQ_disposition", "EQ_action", "EQ_transformationID"):
        return rest in event and same(event[rest], names) in wanted
    if name.startswith("EQ_persistentDisposition_"):
        given = event.get("persistentDisposition", {}).get(rest.rpartition("_")[2], [])
        return any(same(word, names) in wanted for word in given)
    if rest in ("readPoint", "bizLocation") and operator in ("EQ", "WD"):
        place = event.get(rest, {}).get("id")
        return place is not None and bool(
            {same(place, names), *above(same(place, names), master, operator)} & {*wanted}
        )
    if rest in ("eventTime", "recordTime"):
        return COMPARE[operator](when(event[rest]), when(values[0]))
    if name == "EQ_eventID":
        return event["eventID"] in values or event["hash"] in values
    if name in EPCS:
        return any(fits(uri, values, names, asked) for key in EPCS[name] for uri in listed(event.get(key)))
    if name in CLASSES:
        return any(
            fits(item["epcClass"], values, names, asked) for key in CLASSES[name] for item in listed(event.get(key))
        )
    if rest == "quantity" or re.fullmatch(r"quantity_[A-Z0-9]+", rest):
        items = [item for key in QUANTITIES for item in listed(event.get(key)) if item.get("quantity") is not None]
        return measured(operator, rest, values, [(item["quantity"], item.get("uom")) for item in items])
    if name.startswith(("HASATTR_", "EQATTR_", "EQ_ATTR_")):
        return attributed(name, values, event, names, asked, master)
    if found := re.fullmatch(r"(bizTransaction|source|destination)_(.+)", rest):
        kind = same(found[2], asked)
        return operator == "EQ" and any(
            same(item.get("type") or "", names) == kind and same(item[found[1]], names) in wanted
            for item in listed(event.get(f"{found[1]}List"))
        )
    if rest.startswith("errorDeclaration") or rest in ("errorReason", "correctiveEventID"):
        return declared(operator, rest, values, wanted, event.get("errorDeclaration"), names)
    if name == "EXISTS_sensorElementList":
        return bool(event.get("sensorElementList"))
    sensed = sensors(operator, rest, values, wanted, event, names)
    if sensed is not None:
        return sensed
    return extended(operator, rest, values, event, names, asked)


def listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def above(place: str, master: Any, operator: str) -> set[str]:
    """Everything that has `place` somewhere below it."""
    found: set[str] = set()
    waiting = [place] if operator == "WD" else []
    while waiting:
        child = waiting.pop()
        for element, (_, children) in master.items():
            if child in children and element not in found:
                found.add(element)
                waiting.append(element)
    return found


def fits(uri: str, patterns: list[str], names: dict[str, str], asked: dict[str, str]) -> bool:
    uri = same(uri, names)
    for pattern in patterns:
        pattern = curie(pattern, asked)
        if "*" not in pattern and same(pattern, asked) == uri:
            return True
        if pattern.startswith("urn:epc:id:sgtin:") and pattern.endswith(".*"):
            pattern = canonical_uri(pattern[:-1] + "0")[:-1] + "*"
        if "*" in pattern and fnmatch.fnmatchcase(uri, re.sub(r"([\[\]?])", r"[\1]", pattern)):
            return True
    return False


def measured(operator: str, rest: str, values: list[Any], found: list[tuple[Any, str | None]]) -> bool:
    _, _, unit = rest.partition("_")
    for value, uom in found:
        for wanted in values:
            spread = rest.startswith("sDev")
            pair = (
                comparable(number(value), uom, number(wanted), unit, spread)
                if unit
                else (number(value), number(wanted))
            )
            if pair is not None and pair[0] is not None and COMPARE[operator](round(pair[0], 12), round(pair[1], 12)):
                return True
    return False


def comparable(value: Any, uom: str | None, wanted: Any, unit: str, spread: bool) -> Any:
    if value is None:
        return None
    if uom == unit:
        return value, wanted
    if uom in TEMPERATURE and unit in TEMPERATURE:
        return tuple(
            (n + (0 if spread else TEMPERATURE[u][1])) * TEMPERATURE[u][0] for n, u in ((value, uom), (wanted, unit))
        )
    if uom in MASS and unit in MASS:
        return value * MASS[uom], wanted * MASS[unit]
    return None


def declared(operator: str, rest: str, values: list[Any], wanted: list[str], given: Any, names: dict[str, str]) -> bool:
    if given is None:
        return False
    if operator == "EXISTS":
        return True
    if "ime" in rest:
        return COMPARE[operator](when(given["declarationTime"]), when(values[0]))
    if rest == "errorReason":
        return "reason" in given and same(given["reason"], names) in wanted
    return any(event_id in values for event_id in given.get("correctiveEventIDs", []))


def sensors(operator: str, rest: str, values: list[Any], wanted: list[str], event: Any, names: Any) -> bool | None:
    elements = listed(event.get("sensorElementList"))
    reports = [report for element in elements for report in listed(element.get("sensorReport"))]
    parts = [element["sensorMetadata"] for element in elements if element.get("sensorMetadata")] + reports
    if rest in ("time", "startTime", "endTime"):
        return any(rest in part and COMPARE[operator](when(part[rest]), when(values[0])) for part in parts)
    if rest == "percRank":
        return any(rest in one and COMPARE[operator](number(one[rest]), number(values[0])) for one in reports)
    if rest == "booleanValue":
        return any(rest in one and str(one[rest]).lower() == str(values[0]).lower() for one in reports)
    if rest == "stringValue":
        return any(one.get(rest) in values for one in reports)
    if rest == "hexBinaryValue":
        return any(str(one.get(rest, "-")).lower() in [str(value).lower() for value in values] for one in reports)
    if rest in ("type", "uriValue", "microorganism", "chemicalSubstance"):
        return any(rest in one and same(one[rest], names) in wanted for one in reports)
    if rest in ("deviceID", "dataProcessingMethod", "bizRules"):
        return any(rest in part and same(part[rest], names) in wanted for part in parts)
    if found := re.fullmatch(r"(value|minValue|maxValue|meanValue|sDev|percValue)_([A-Z0-9]{2,4})", rest):
        return measured(operator, rest, values, [(one[found[1]], one.get("uom")) for one in reports if found[1] in one])
    return None


def attributed(name: str, values: list[Any], event: Any, names: Any, asked: Any, master: Any) -> bool:
    has = name.startswith("HASATTR_")
    rest = re.sub(r"^(HASATTR|EQATTR|EQ_ATTR)_", "", name)
    what, _, attribute = (rest, "", "") if has else rest.partition("_")
    return any(
        (field(key, STANDARD) in {field(str(value), asked) for value in values})
        if has
        else (field(key, STANDARD) == field(attribute, asked) and str(value) in values)
        for element in named(what, event, names, asked)
        for key, value in master.get(element, ([], []))[0]
    )


def named(what: str, event: Any, names: Any, asked: Any) -> Iterator[str]:
    if what in ("readPoint", "bizLocation"):
        yield same(event.get(what, {}).get("id", ""), names)
    elif what == "epcClass":
        yield from (same(item["epcClass"], names) for key in QUANTITIES for item in listed(event.get(key)))
    elif what in ("bizTransaction", "source", "destination"):
        yield from (same(item[what], names) for item in listed(event.get(f"{what}List")))
    elif what in event:
        yield same(event[what], names)
    else:
        yield from (same(str(v), names) for k, v in event.items() if ":" in k and field(k, names) == field(what, asked))


SCOPES = ("ILMD", "ERROR_DECLARATION", "SENSORELEMENT", "SENSORMETADATA", "SENSORREPORT", "readPoint", "bizLocation")


def extended(operator: str, rest: str, values: list[Any], event: Any, names: Any, asked: Any) -> bool:
    inner = rest.startswith("INNER_")
    rest = rest.removeprefix("INNER_")
    scope = next((scope for scope in SCOPES if rest.startswith(scope + "_")), "")
    wanted = field(rest.removeprefix(scope + "_") if scope else rest, asked)
    for place in places(scope, event):
        for key, value, depth in members(place, names):
            if key == wanted and bool(depth) == inner and compared(operator, value, values, names, asked):
                return True
    return False


def places(scope: str, event: Any) -> list[Any]:
    elements = listed(event.get("sensorElementList"))
    if scope == "ILMD":
        return [event.get("ilmd", {})]
    if scope == "ERROR_DECLARATION":
        return [user(event.get("errorDeclaration", {}))]
    if scope == "SENSORELEMENT":
        return [user(element) for element in elements]
    if scope == "SENSORMETADATA":
        return [user(element.get("sensorMetadata", {})) for element in elements]
    if scope == "SENSORREPORT":
        return [user(report) for element in elements for report in listed(element.get("sensorReport"))]
    if scope:
        return [user(event.get(scope, {}))]
    return [user(event)]


def user(members: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if ":" in key}


def members(place: Any, names: Any, depth: int = 0) -> Iterator[tuple[str, Any, int]]:
    for key, value in place.items():
        if key.startswith("@"):
            continue
        for item in flat(value):
            item = item["@value"] if isinstance(item, dict) and "@value" in item else item
            yield field(key, names), item, depth
            if isinstance(item, dict):
                yield from members(item, names, depth + 1)


def flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from flat(item)
    else:
        yield value


def compared(operator: str, value: Any, wanted: list[Any], names: Any, asked: Any) -> bool:
    if operator == "EXISTS":
        return value is not None and value != ""
    if isinstance(value, dict) or value is None:
        return False
    for one in wanted:
        if isinstance(one, bool):
            if str(value).lower() == str(one).lower():
                return True
            continue
        if isinstance(one, str) and when(one) is not None:
            if not isinstance(value, bool) and when(value) is not None and COMPARE[operator](when(value), when(one)):
                return True
            if operator != "EQ":
                continue
        if operator == "EQ" and isinstance(one, str):
            text = value if isinstance(value, str) else str(value).lower()
            if same(text, names) == same(one, asked) and same(one, asked):
                return True
            if not isinstance(value, str) and number(value) is not None and number(value) == number(one):
                return True
        elif number(value) is not None and number(one) is not None and COMPARE[operator](number(value), number(one)):
            return True
    return False
