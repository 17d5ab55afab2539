"""The names of the query language of EPCIS 2.0 (section 8.2.7.1): fixed ones, families, and what their values may be.

    read_name("GE_INNER_ILMD_cbvmda:weight") -> Name(operator="GE", kind="field", scope="ilmd", inner=True, …)
    parse_query({"EQ_bizStep": ["shipping"]}) -> {"EQ_bizStep": ["shipping"]}

A field is written `prefix:local` (the prefix from the query's @context, the
GS1-Extensions header or the standard's own), as a whole URI, or as EPCIS 1.2 does,
`namespace#local`. `field_key` makes one name of them all. Pure: no database, no Django.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from lienvung.epcis.context import STANDARD_NAMES, STANDARD_PREFIXES
from lienvung.epcis.kinds import ACTIONS, EVENT_TYPES
from lienvung.epcis.times import parse_time
from lienvung.errors import Invalid, ManyInvalid
from lienvung.texts import Text

OPERATORS = ("EQ", "GT", "GE", "LT", "LE")
SCOPES = {
    "": "event",
    "ILMD": "ilmd",
    "ERROR_DECLARATION": "errorDeclaration",
    "SENSORELEMENT": "sensorElement",
    "SENSORMETADATA": "sensorMetadata",
    "SENSORREPORT": "sensorReport",
}
PLACES = ("readPoint", "bizLocation")
MEASURES = ("value", "minValue", "maxValue", "meanValue", "sDev", "percValue", "quantity")
SENSOR_WORDS = (
    "deviceID", "dataProcessingMethod", "microorganism", "chemicalSubstance", "bizRules", "stringValue",
    "hexBinaryValue", "uriValue",
)  # fmt: skip
ATTRIBUTED = (
    "bizStep",
    "disposition",
    "readPoint",
    "bizLocation",
    "epcClass",
    "bizTransaction",
    "source",
    "destination",
)
_FIELD = re.compile(
    r"(?P<op>EQ|GT|GE|LT|LE|EXISTS)_(?P<inner>INNER_)?"
    r"(?:(?P<scope>ILMD|ERROR_DECLARATION|SENSORELEMENT|SENSORMETADATA|SENSORREPORT)_)?(?P<field>[^\s]*[:#][^\s]+)"
)
_PLACED = re.compile(r"EQ_(?P<inner>INNER_)?(?P<place>readPoint|bizLocation)_(?P<field>[^\s]*[:#][^\s]+)")
_MEASURED = re.compile(rf"(?P<op>EQ|GT|GE|LT|LE)_(?P<measure>{'|'.join(MEASURES)})_(?P<unit>[A-Z0-9]{{2,4}})")
_REFERENCE = re.compile(r"EQ_(?P<list>bizTransaction|source|destination)_(?P<type>\S+)")
_HAS = re.compile(r"HASATTR_(?P<field>\S+)")
_ATTRIBUTE = re.compile(r"EQ_?ATTR_(?P<rest>\S+)")
_HASHED = re.compile(r"[/#:]+$")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|urn:", re.IGNORECASE)


@dataclass(frozen=True)
class Parameter:
    """A fixed name. `kind`: words | uris | texts | numbers (lists), number, time, boolean, exists, word, count."""

    name: str
    kind: str
    description: Text
    schema: dict[str, Any]


@dataclass(frozen=True)
class Family:
    """Names that are made of parts; `template` shows them in braces."""

    template: str
    kind: str
    description: Text
    schema: dict[str, Any]


class Name(NamedTuple):
    """A name of a family, read. `kind`: field | place | measure | reference | has | attribute."""

    kind: str
    operator: str = "EQ"
    scope: str = ""
    inner: bool = False
    field: str = ""  # as written
    unit: str = ""
    attribute: str = ""


STRINGS = {"type": "array", "minItems": 1, "items": {"type": "string"}}
URIS = {"type": "array", "minItems": 1, "items": {"type": "string", "format": "uri"}}
NUMBERS = {"type": "array", "minItems": 1, "items": {"type": "number"}}
TIME = {"type": "string", "format": "date-time"}
EXISTS = {"type": "integer", "nullable": True}
COMPARED = {"oneOf": [{"type": "number"}, TIME]}
EQUALLED = {"oneOf": [{"type": "array", "minItems": 1, "items": {"type": "string"}}, {"type": "number"}, TIME]}
SCHEMAS: dict[str, dict[str, Any]] = {
    "words": STRINGS,
    "uris": URIS,
    "texts": STRINGS,
    "numbers": NUMBERS,
    "number": {"type": "number"},
    "time": TIME,
    "boolean": {"type": "boolean"},
    "exists": EXISTS,
    "word": {"type": "string"},
    "count": {"type": "integer", "minimum": 1},
    "compared": COMPARED,
    "equalled": EQUALLED,
}
_SAYS = {
    "GE": ("từ giá trị này trở lên", "at least this value"),
    "GT": ("lớn hơn giá trị này", "greater than this value"),
    "LT": ("nhỏ hơn giá trị này", "less than this value"),
    "LE": ("tới giá trị này", "at most this value"),
    "EQ": ("bằng một trong các giá trị", "equal to one of the values"),
    "WD": ("là một trong các nơi này hoặc nơi nằm trong đó", "one of these places or a place within"),
    "MATCH": ("khớp một trong các mẫu (chỉ * là ký tự đại diện)", "matching a pattern (only * is a wildcard)"),
    "EXISTS": ("có trong sự kiện", "is there"),
}  # fmt: skip


def _fixed(kind: str, names: str) -> list[Parameter]:
    made = []
    for name in names.split():
        operator, _, field = name.partition("_")
        vi, en = _SAYS[operator]
        made.append(Parameter(name, kind, Text(vi=f"{field}: {vi}", en=f"{field}: {en}"), SCHEMAS[kind]))
    return made


_TYPES = Text(vi="Loại sự kiện: một trong các giá trị", en="Event type: one of the values")
PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in [
        Parameter("eventType", "words", _TYPES, STRINGS),
        *_fixed("time", "GE_eventTime LT_eventTime GE_recordTime LT_recordTime"),
        *_fixed("words", "EQ_action EQ_bizStep EQ_disposition"),
        *_fixed("words", "EQ_persistentDisposition_set EQ_persistentDisposition_unset"),
        *_fixed("uris", "EQ_readPoint WD_readPoint EQ_bizLocation WD_bizLocation EQ_transformationID"),
        *_fixed("uris", "MATCH_epc MATCH_parentID MATCH_inputEPC MATCH_outputEPC MATCH_anyEPC"),
        *_fixed("uris", "MATCH_epcClass MATCH_inputEPCClass MATCH_outputEPCClass MATCH_anyEPCClass"),
        *_fixed("numbers", "EQ_quantity"),
        *_fixed("number", "GT_quantity GE_quantity LT_quantity LE_quantity"),
        *_fixed("uris", "EQ_eventID"),
        *_fixed("exists", "EXISTS_errorDeclaration EXISTS_sensorElementList"),
        *_fixed("time", "GE_errorDeclarationTime LT_errorDeclarationTime"),
        *_fixed("time", "GE_errorDeclaration_Time LT_errorDeclaration_Time"),
        *_fixed("words", "EQ_errorReason"),
        *_fixed("uris", "EQ_correctiveEventID"),
        *_fixed("time", "GE_time LT_time GE_startTime LT_startTime GE_endTime LT_endTime"),
        *_fixed("words", "EQ_type"),
        *_fixed("uris", "EQ_deviceID EQ_dataProcessingMethod EQ_microorganism EQ_chemicalSubstance EQ_bizRules"),
        *_fixed("texts", "EQ_stringValue EQ_hexBinaryValue EQ_uriValue"),
        *_fixed("boolean", "EQ_booleanValue"),
        *_fixed("number", "GE_percRank GT_percRank LE_percRank LT_percRank"),
        Parameter(
            "orderBy",
            "word",
            Text(
                vi="Xếp theo eventTime, recordTime hoặc một trường mở rộng",
                en="Order by eventTime, recordTime or a user extension field",
            ),
            {"type": "string"},
        ),
        Parameter(
            "orderDirection",
            "word",
            Text(vi="ASC (tăng) hoặc DESC (giảm, mặc định)", en="ASC or DESC (the default)"),
            {"type": "string", "enum": ["ASC", "DESC"]},
        ),
        Parameter(
            "eventCountLimit",
            "count",
            Text(vi="Chỉ lấy chừng này sự kiện đầu; cần orderBy", en="Only the first so many events; needs orderBy"),
            SCHEMAS["count"],
        ),
        Parameter(
            "maxEventCount",
            "count",
            Text(
                vi="Nhiều hơn chừng này sự kiện thì báo lỗi 413", en="More events than this are an error (413) instead"
            ),
            SCHEMAS["count"],
        ),
    ]
}
STEERING = frozenset({"orderBy", "orderDirection", "eventCountLimit", "maxEventCount"})


def _families() -> list[Family]:
    made = [
        Family(f"EQ_{where}_{{type}}", "uris", Text(vi=f"{where} thuộc loại này", en=f"{where} of this type"), URIS)
        for where in ("bizTransaction", "source", "destination")
    ]
    for operator in (*OPERATORS, "EXISTS"):
        kind = {"EQ": "equalled", "EXISTS": "exists"}.get(operator, "compared")
        vi, en = _SAYS[operator]
        for inner in ("", "INNER_"):
            for scope, where in SCOPES.items():
                name = f"{operator}_{inner}{scope and scope + '_'}{{field}}"
                deep = (" (mọi tầng bên trong)", " (at any level inside)") if inner else ("", "")
                text = Text(vi=f"Trường trong {where}{deep[0]}: {vi}", en=f"Field of {where}{deep[1]}: {en}")
                made.append(Family(name, kind, text, SCHEMAS[kind]))
    for inner in ("", "INNER_"):
        for place in PLACES:
            text = Text(vi=f"Trường mở rộng trong {place}", en=f"Extension field of {place}")
            made.append(Family(f"EQ_{inner}{place}_{{field}}", "equalled", text, EQUALLED))
    for operator in OPERATORS:
        kind = "numbers" if operator == "EQ" else "number"
        for measure in MEASURES:
            vi, en = _SAYS[operator]
            text = Text(vi=f"{measure} theo đơn vị đo: {vi}", en=f"{measure} in a unit of measure: {en}")
            made.append(Family(f"{operator}_{measure}_{{uom}}", kind, text, SCHEMAS[kind]))
    text = Text(vi="Dữ liệu gốc của trường có thuộc tính", en="The field's master data has an attribute")
    made.append(Family("HASATTR_{field}", "texts", text, STRINGS))
    text = Text(vi="Thuộc tính trong dữ liệu gốc của trường", en="An attribute in the field's master data")
    return [
        *made,
        *(Family(f"{head}_{{field}}_{{attribute}}", "equalled", text, EQUALLED) for head in ("EQATTR", "EQ_ATTR")),
    ]


FAMILIES: list[Family] = _families()


def read_name(name: str) -> Name | None:
    """The parts of a name of a family; None where it is of none."""
    if match := _MEASURED.fullmatch(name):
        return Name("measure", match["op"], scope=match["measure"], unit=match["unit"])
    if match := _REFERENCE.fullmatch(name):
        return Name("reference", scope=match["list"], field=match["type"])
    if match := _PLACED.fullmatch(name):
        return Name("place", scope=match["place"], inner=bool(match["inner"]), field=match["field"])
    if match := _HAS.fullmatch(name):
        return Name("has", field=match["field"])
    if match := _ATTRIBUTE.fullmatch(name):
        return _attribute(match["rest"])
    if match := _FIELD.fullmatch(name):
        scope = SCOPES[match["scope"] or ""]
        return Name("field", match["op"], scope=scope, inner=bool(match["inner"]), field=match["field"])
    return None


def _attribute(rest: str) -> Name | None:
    """`field_attribute`: a field of the standard has no underscore; of others the first one divides that has a name
    on both sides (the standard lets an implementation refuse names with underscores)."""
    field, _, attribute = rest.partition("_")
    return Name("attribute", field=field, attribute=attribute) if field and attribute else None


def kind_of(name: str) -> str | None:
    """What the values of a parameter are (a key of SCHEMAS); None for a name that is not in the language."""
    parameter = PARAMETERS.get(name)
    if parameter is not None:
        return parameter.kind
    read = read_name(name)
    if read is None:
        return None
    if read.kind == "measure":
        return "numbers" if read.operator == "EQ" else "number"
    if read.kind == "field" and read.operator != "EQ":
        return "exists" if read.operator == "EXISTS" else "compared"
    return {"reference": "uris", "has": "texts"}.get(read.kind, "equalled")


def field_key(namespace: str, local: str) -> str:
    """One spelling of a field's name: namespace without its last separator, `#`, local name."""
    cut = max(local.rfind("/"), local.rfind("#"), local.rfind(":"))
    if cut >= 0:
        return uri_key(_HASHED.sub("", namespace) + "/" + local)
    return f"{_HASHED.sub('', namespace)}#{local}"


def uri_key(uri: str) -> str:
    """`field_key` of a name that is written as one URI, the last separator dividing it."""
    cut = max(uri.rfind("/"), uri.rfind("#"), uri.rfind(":"))
    return f"{_HASHED.sub('', uri[:cut])}#{uri[cut + 1 :]}"


def named_field(written: str, prefixes: Mapping[str, str]) -> str | None:
    """The key of a field as a query writes it; None where its prefix is not declared."""
    prefix, colon, local = written.partition(":")
    if colon and not local.startswith("//"):
        namespace = prefixes.get(prefix) or STANDARD_PREFIXES.get(prefix)
        if namespace is not None:
            return field_key(namespace, local)
    return uri_key(written) if "#" in written or _URI.match(written) else None


def prefixes_of(value: Any) -> dict[str, str]:
    """The prefixes that a query's own @context declares, in the query or around it."""
    if not isinstance(value, dict):
        return {}
    names = STANDARD_NAMES.within(value.get("@context"))
    inner = value.get("query")
    if isinstance(inner, dict):
        names = names.within(inner.get("@context"))
    return dict(names.prefixes)


def parse_query(value: Any) -> dict[str, list[Any]]:
    """The parameters of a query in JSON, each a list of values (str, int, Decimal, bool), in its wrapping or without.

    Raises `ManyInvalid` (QueryValidationException) with the JSON Pointer of each fault.
    """
    path = ""
    if isinstance(value, dict) and "query" in value:
        if value.get("queryType", "events") != "events":
            raise ManyInvalid([_fault("/queryType", "chỉ có truy vấn sự kiện (events)", "only events can be queried")])
        value, path = value["query"], "/query"
    if not isinstance(value, dict):
        raise ManyInvalid([_fault(path, "cần một đối tượng JSON", "a JSON object is needed")])
    faults: list[Invalid] = []
    found: dict[str, list[Any]] = {}
    for name, given in value.items():
        if name == "@context":
            continue
        place = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        kind = kind_of(name)
        if kind is None:
            faults.append(_fault(place, f"không có tham số {name[:100]}", f"there is no parameter {name[:100]}"))
            continue
        found[name] = _values(kind, name, given, place, faults)
    if faults:
        raise ManyInvalid(faults)
    return found


def _values(kind: str, name: str, given: Any, place: str, faults: list[Invalid]) -> list[Any]:
    if kind == "exists":
        if given is not None and not isinstance(given, bool | int):
            faults.append(_fault(place, "cần null, true hoặc 1", "null, true or 1 is needed"))
        return ["false"] if given is not None and not given else ["true"]
    listed = isinstance(given, list)
    if listed and kind not in ("words", "uris", "texts", "numbers", "equalled", "compared", "number"):
        faults.append(_fault(place, "cần một giá trị, không phải danh sách", "one value is needed, no list"))
        return []
    if not listed and kind in ("words", "uris", "texts"):
        faults.append(_fault(place, "cần một danh sách", "a list is needed"))
        return []
    values = given if listed else [given]
    if not values or (kind in ("number", "compared") and len(values) != 1):
        faults.append(_fault(place, "cần một giá trị", "one value is needed"))
        return []
    for index, item in enumerate(values):
        wrong = _wrong(kind, name, item)
        if wrong:
            faults.append(_fault(f"{place}/{index}" if listed else place, *wrong))
    return list(values)


def _wrong(kind: str, name: str, item: Any) -> tuple[str, str] | None:
    """What is wrong with one value, in Vietnamese and English."""
    number = isinstance(item, int | float | Decimal) and not isinstance(item, bool)
    if kind in ("numbers", "number"):
        return None if number else ("cần một số", "a number is needed")
    if kind == "boolean":
        return None if isinstance(item, bool) else ("cần true hoặc false", "true or false is needed")
    if kind == "count":
        fine = isinstance(item, int) and not isinstance(item, bool) and 0 < item < 2**31
        return None if fine else ("cần một số nguyên dương", "a positive whole number is needed")
    if kind in ("compared", "equalled") and number:
        return None
    if not isinstance(item, str) or "\x00" in item:
        return ("cần một chuỗi", "a string is needed")
    if kind in ("time", "compared") and not is_moment(item):
        return ("cần một thời điểm RFC 3339 có múi giờ", "an RFC 3339 time with a zone is needed")
    if name == "eventType" and item not in EVENT_TYPES and ":" not in item:
        return (f"không có loại sự kiện {item[:50]}", f"there is no event type {item[:50]}")
    if name == "EQ_action" and item not in ACTIONS:
        return (f"không có action {item[:50]}", f"there is no action {item[:50]}")
    return None


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment_of(text: str) -> int | None:
    """UTC epoch ms of a time, or of a day's first moment in UTC (`2026-08-20`); None for other text."""
    if len(text) < 10 or not text[:4].isdigit():
        return None
    try:
        return parse_time(text + "T00:00:00Z" if _DATE.fullmatch(text) else text)[0]
    except Invalid:
        return None


def is_moment(text: str) -> bool:
    return moment_of(text) is not None


def _fault(path: str, vi: str, en: str) -> Invalid:
    return Invalid("epcis.query", vi=f"Truy vấn sai: {vi}.", en=f"Wrong query: {en}.", path=path)
