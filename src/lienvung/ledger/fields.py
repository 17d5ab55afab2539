"""What queries may ask of an event beyond its columns: extension fields, ilmd, sensor data, declarations, quantities.

Each field has a term (`ilmd urn:epcglobal:cbv:mda#lotNumber`; `ilmd+ …` for one
inside another, at any depth) and values: words for equality, amounts for comparison.
A word says what it was in JSON: `s` text, `n` number, `b` true or false, nothing
for a field that has others inside. A text that spells a number or a time is an
amount too; the times of a field stand under a term of their own (`… @`), so that
a number is never compared with a time.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from lienvung.epcis import EventType, Reading
from lienvung.epcis.lookups import Lookups, Words, lookups_for
from lienvung.epcis.numbers import number_text
from lienvung.epcis.query_names import MEASURES, field_key, moment_of, uri_key
from lienvung.epcis.wire import COMMON, STANDARD_TYPES, decode_untyped
from lienvung.errors import Invalid

LONGEST = 200  # characters of a word
LONGEST_BYTES = 640  # of a word in UTF-8: four words share an index row, and PostgreSQL takes 2,704 bytes in one
LONGEST_TERM = 2_000  # bytes of a term, which stands in an index row nearly alone
LARGEST = 300  # powers of ten; beyond them a number is a text
INNER = "+"
TIME = " @"
ERROR = "errorDeclaration"
SENSOR = "sensor"
EXISTS = "exists"
OWN_TYPE = EventType.EXTENDED  # looked up once: most events are plain, and asking the enumeration was half their cost
SENSOR_TIMES = ("time", "startTime", "endTime")
SENSOR_URIS = ("deviceID", "dataProcessingMethod", "bizRules", "microorganism", "chemicalSubstance", "uriValue")
REPORT_MEASURES = tuple(name for name in MEASURES if name != "quantity")


class Fields(NamedTuple):
    """The words and amounts of one event, by term; each once."""

    words: set[tuple[str, str]]
    amounts: set[tuple[str, float]]

    def terms(self) -> set[str]:
        return {term for term, _ in self.words} | {term for term, _ in self.amounts}


def field_term(scope: str, key: str, *, inner: bool = False) -> str:
    """The term of an extension field; `key` as `lienvung.epcis.query_names.field_key` makes it."""
    return f"{scope}{INNER if inner else ''} {key}"


def clamp(word: str) -> str:
    """A word short enough for an index: of a long one its beginning and a hash of the whole."""
    if len(word) <= LONGEST and (word.isascii() or len(word.encode("utf-8", "surrogatepass")) <= LONGEST_BYTES):
        return word
    return f"{word[:100]}\x1f{hashlib.sha256(word.encode('utf-8', 'surrogatepass')).hexdigest()}"


def stored_term(term: str) -> str:
    """A term (the name of a field, a word of a vocabulary) as the dictionary keeps it: one too long for an index as
    its beginning and a hash of the whole."""
    data = term.encode("utf-8", "surrogatepass")
    if len(data) <= LONGEST_TERM:
        return term
    return f"{data[: LONGEST_TERM // 2].decode('utf-8', 'ignore')}\x1f{hashlib.sha256(data).hexdigest()}"


def canonical_text(text: str, lookups: Lookups) -> str:
    """A text as it is compared: identifiers and standard words in one spelling, anything else as it stands."""
    text = text.strip()
    return str(lookups.values[text]) if ":" in text else text


def number_of(value: Any) -> float | None:
    """The number that a JSON number or a text is."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if not text or len(text) > 60 or text[0] not in "+-.0123456789":
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            return None
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) > LARGEST:
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def fields_of(reading: Reading, context: Any) -> Fields | None:
    """What an event has beyond its columns, or None; `context` is that of its document."""
    if not (
        reading.extended
        or reading.quantities
        or reading.transformation_id
        or reading.persistent_set
        or reading.persistent_unset
        or reading.type is OWN_TYPE
    ):
        return None
    words: set[tuple[str, str]] = set()
    amounts: set[tuple[str, float]] = set()
    for _, _, quantity, uom in reading.quantities:
        if quantity is not None:
            amounts.add((f"quantity {uom or ''}", float(quantity)))
    if reading.error is not None or not (reading.epcs or reading.quantities):
        words.update(_without_things(reading))
    if reading.extended or reading.type is OWN_TYPE:
        event = decode_untyped(reading.raw)
        lookups = lookups_for(context)
        if "@context" in event:
            lookups = lookups_for(event["@context"], lookups.names)
        _Walk(words, amounts, lookups).event(event)
    return Fields(words, amounts) if words or amounts else None


def _without_things(reading: Reading) -> Iterator[tuple[str, str]]:
    """What stands in tables of things otherwise: a declaration of error makes nothing and marks nothing there."""
    if reading.transformation_id:
        yield "transformationID", clamp(reading.transformation_id)
    for word in reading.persistent_set:
        yield "persistentDisposition_set", word
    for word in reading.persistent_unset:
        yield "persistentDisposition_unset", word


class _Walk:
    """Goes through one event and collects."""

    def __init__(self, words: set[tuple[str, str]], amounts: set[tuple[str, float]], lookups: Lookups) -> None:
        self.words = words
        self.amounts = amounts
        self.lookups = lookups

    def event(self, event: dict[str, Any]) -> None:
        own_type = event.get("type") not in STANDARD_TYPES
        if own_type:
            self.words.add(("type", clamp(self.lookups.names.expand(str(event.get("type"))))))
        self.members(
            "event", {key: value for key, value in event.items() if (own_type and key not in COMMON) or ":" in key}
        )
        for place in ("readPoint", "bizLocation"):
            inside = event.get(place)
            if isinstance(inside, dict):
                self.members(place, {key: value for key, value in inside.items() if key != "id"})
        if isinstance(event.get("ilmd"), dict):
            self.members("ilmd", event["ilmd"])
        if isinstance(event.get(ERROR), dict):
            self.error(event[ERROR])
        elements = event.get("sensorElementList")
        if elements:
            self.words.add((f"{EXISTS} sensorElementList", ""))
            for element in elements:
                self.sensor(element)

    def members(self, scope: str, members: dict[str, Any], *, inner: bool = False) -> None:
        for key, value in members.items():
            if key[:1] != "@":
                self.value(scope, field_term(scope, self.key(key), inner=inner), value)

    def key(self, written: str) -> str:
        prefix, colon, local = written.partition(":")
        if colon and not local.startswith("//"):
            namespace = self.lookups.names.prefixes.get(prefix)
            if namespace is not None:
                return field_key(namespace, local)
        return uri_key(written) if colon else f"#{written}"

    def value(self, scope: str, term: str, value: Any) -> None:
        if isinstance(value, list):
            if not value:
                return
            for item in value:
                self.value(scope, term, item)
        elif isinstance(value, dict):
            if "@value" in value:
                self.value(scope, term, value["@value"])
                return
            self.words.add((term, ""))
            self.members(scope, value, inner=True)
        elif isinstance(value, bool):
            self.words.add((term, "btrue" if value else "bfalse"))
        elif isinstance(value, str):
            if value.strip():
                self.text(term, value)
        elif value is not None:
            self.words.add((term, clamp("n" + number_text(value))))
            self.amount(term, value)

    def text(self, term: str, value: str) -> None:
        self.words.add((term, clamp("s" + canonical_text(value, self.lookups))))
        self.amount(term, value)
        moment = moment_of(value.strip())
        if moment is not None:
            self.amounts.add((term + TIME, float(moment)))

    def amount(self, term: str, value: Any) -> None:
        number = number_of(value)
        if number is not None:
            self.amounts.add((term, number))

    def error(self, declaration: dict[str, Any]) -> None:
        self.words.add((f"{EXISTS} {ERROR}", ""))
        self.members(ERROR, {key: value for key, value in declaration.items() if ":" in key})
        moment = moment_of(str(declaration.get("declarationTime", "")))
        if moment is not None:
            self.amounts.add((f"{ERROR} declarationTime", float(moment)))
        reason = declaration.get("reason")
        if isinstance(reason, str):
            self.words.add((f"{ERROR} reason", clamp(word_of(reason, self.lookups.reasons))))
        for event_id in declaration.get("correctiveEventIDs") or ():
            self.words.add((f"{ERROR} correctiveEventID", clamp(str(event_id))))

    def sensor(self, element: dict[str, Any]) -> None:
        self.members("sensorElement", {key: value for key, value in element.items() if ":" in key})
        metadata = element.get("sensorMetadata") or {}
        self.members("sensorMetadata", {key: value for key, value in metadata.items() if ":" in key})
        reports = element.get("sensorReport") or ()
        for report in reports:
            self.members("sensorReport", {key: value for key, value in report.items() if ":" in key})
            self.report(report)
        for part in (metadata, *reports):
            for name in SENSOR_TIMES:
                moment = moment_of(str(part.get(name, "")))
                if moment is not None:
                    self.amounts.add((f"{SENSOR} {name}", float(moment)))
            for name in SENSOR_URIS:
                if part.get(name) is not None:
                    self.words.add((f"{SENSOR} {name}", clamp(canonical_text(str(part[name]), self.lookups))))

    def report(self, report: dict[str, Any]) -> None:
        for name, word in self.plain(report):
            self.words.add((f"{SENSOR} {name}", clamp(word)))
        number = number_of(report.get("percRank"))
        if number is not None:
            self.amounts.add((f"{SENSOR} percRank", number))
        unit = report.get("uom") or ""
        for name in REPORT_MEASURES:
            number = number_of(report.get(name))
            if number is not None:
                self.amounts.add((f"{name} {unit}", number))

    def plain(self, report: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Words of a report that are compared as they stand."""
        if isinstance(report.get("type"), str):
            yield "type", word_of(report["type"], self.lookups.measurements)
        if report.get("stringValue") is not None:
            yield "stringValue", str(report["stringValue"])
        if report.get("hexBinaryValue") is not None:
            yield "hexBinaryValue", str(report["hexBinaryValue"]).upper()
        if report.get("booleanValue") is not None:
            yield "booleanValue", str(report["booleanValue"]).lower()


def word_of(value: str, words: Words) -> str:
    """A vocabulary value as the bare word or the URI; one that is in no vocabulary as it stands."""
    try:
        return str(words[value][0])
    except Invalid:
        return value
