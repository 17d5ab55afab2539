"""Every fault of a document, each with its JSON Pointer (EPCIS 2.0 section 7, CBV 2.0).

Runs only where the one-pass reading found something suspicious, and on document
headers. It is the judge: what it accepts, `scan` can hash.
"""

from __future__ import annotations

import re
from functools import lru_cache
from threading import get_ident
from typing import Any

import msgspec

from lienvung.epcis.faults import Check, Checker, Fields, pointer
from lienvung.epcis.lookups import Lookups, lookups_for
from lienvung.errors import Invalid

_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")
_HEX = re.compile(r"[A-Fa-f0-9]+")


class EventChecker(Checker):
    """The checks of events; built for one set of prefixes."""

    def __init__(self, lookups: Lookups) -> None:
        super().__init__(lookups)
        amount = self.members({"epcClass": self.uri, "quantity": self.quantity, "uom": self.unit}, ("epcClass",))
        self.amounts = self.array(amount)
        self.unique_uris = self.array(self.uri, unique=True)
        self.uris = self.array(self.uri)
        self.common = self._common()
        self.types = self._types()

    def _common(self) -> Fields:
        look = self.lookups
        place = self.members({"id": self.uri}, ("id",), open_ended=True)
        business = {"type": self.word(look.business), "bizTransaction": self.uri}
        return {
            "type": self.anything,
            "@context": self.context,
            "eventTime": self.time,
            "recordTime": self.time,
            "eventTimeZoneOffset": self.offset,
            "eventID": self.uri,
            "certificationInfo": self.one_or_many_uris,
            "errorDeclaration": self._error_declaration(),
            "bizStep": self.word(look.steps),
            "disposition": self.word(look.dispositions),
            "persistentDisposition": self.persistent,
            "readPoint": place,
            "bizLocation": place,
            "bizTransactionList": self.array(self.members(business, ("bizTransaction",))),
            "sourceList": self.array(self._party("source")),
            "destinationList": self.array(self._party("destination")),
            "sensorElementList": self.array(self._sensor_element()),
        }  # fmt: skip

    def _party(self, name: str) -> Check:
        return self.members({"type": self.word(self.lookups.parties), name: self.uri}, ("type", name))

    def _types(self) -> dict[str, tuple[Fields, tuple[str, ...], Check]]:
        """For each event type: its own members, those required, and the check of the conditions between them."""
        action = {"action": self.one_of("ADD", "OBSERVE", "DELETE")}
        contained = {"parentID": self.uri, "childEPCs": self.uris, "childQuantityList": self.amounts}
        listed = {"epcList": self.unique_uris, "quantityList": self.amounts}
        transformed = {
            "inputEPCList": self.unique_uris, "inputQuantityList": self.amounts,
            "outputEPCList": self.unique_uris, "outputQuantityList": self.amounts,
            "transformationID": self.uri, "ilmd": self.ilmd,
        }  # fmt: skip
        bound = {"parentID": self.uri, "epcList": self.uris, "quantityList": self.amounts}
        return {
            "ObjectEvent": ({**action, **listed, "ilmd": self.ilmd}, ("action",), self.object_rules),
            "AggregationEvent": ({**action, **contained}, ("action",), self.containment_rules),
            "AssociationEvent": ({**action, **contained}, ("action", "parentID"), self.containment_rules),
            "TransactionEvent": ({**action, **bound}, ("action", "bizTransactionList"), self.transaction_rules),
            "TransformationEvent": (transformed, (), self.transformation_rules),
        }

    def event(self, event: Any, path: str) -> None:
        if not self.is_type(event, path, dict, "một đối tượng JSON", "a JSON object"):
            return
        kind = event.get("type")
        known = self.types.get(kind) if isinstance(kind, str) else None
        if known is None:
            self._other_type(event, kind, path)
            return
        own, required, rules = known
        self.members({**self.common, **own}, ("eventTime", "eventTimeZoneOffset", *required), open_ended=True)(
            event, path
        )
        rules(event, path)

    def _other_type(self, event: dict[str, Any], kind: Any, path: str) -> None:
        """A user's own event type is a URI; anything else is a mistake."""
        if "type" not in event:
            self.missing(path, "type")
        elif not isinstance(kind, str) or ":" not in kind:
            self.add(
                pointer(path, "type"), "epcis.event_type",
                "Loại sự kiện phải là một trong năm loại của EPCIS 2.0 hoặc một URI riêng.",
                "The type must be one of the five of EPCIS 2.0 or a URI of your own.",
            )  # fmt: skip
        else:
            self.uri(kind, pointer(path, "type"))
        for name in ("eventTime", "eventTimeZoneOffset"):
            if name not in event:
                self.missing(path, name)
        for name, value in event.items():
            if name in self.common:
                self.common[name](value, pointer(path, name))

    # Conditions between members. Each list counts as given only if it is a list.

    def object_rules(self, event: dict[str, Any], path: str) -> None:
        sensed = event.get("sensorElementList") and "readPoint" in event
        if "epcList" not in event and not event.get("quantityList") and not sensed:
            self.add(
                path, "epcis.object.things",
                "Cần epcList, hoặc quantityList không rỗng, hoặc sensorElementList cùng readPoint.",
                "An epcList, or a quantityList that is not empty, or a sensorElementList with a readPoint is needed.",
            )  # fmt: skip
        if "ilmd" in event and event.get("action") in ("OBSERVE", "DELETE"):
            self.add(
                pointer(path, "ilmd"), "epcis.ilmd.action",
                "ilmd chỉ có khi action là ADD.", "ilmd is only allowed where the action is ADD.",
            )  # fmt: skip

    def containment_rules(self, event: dict[str, Any], path: str) -> None:
        action = event.get("action")
        if "parentID" not in event and action in ("ADD", "DELETE") and event["type"] == "AggregationEvent":
            self.missing(path, "parentID")
        if not event.get("childEPCs") and not event.get("childQuantityList") and action != "DELETE":
            self.add(
                path, "epcis.children",
                "Cần childEPCs hoặc childQuantityList không rỗng (trừ khi action là DELETE).",
                "childEPCs or a childQuantityList that is not empty is needed (unless the action is DELETE).",
            )  # fmt: skip

    def transaction_rules(self, event: dict[str, Any], path: str) -> None:
        if event.get("bizTransactionList") == []:
            self.add(
                pointer(path, "bizTransactionList"),
                "epcis.empty",
                "Cần ít nhất 1 phần tử.",
                "At least 1 entry is needed.",
            )
        if "epcList" not in event and not event.get("quantityList") and event.get("action") != "DELETE":
            self.add(
                path, "epcis.transaction.things",
                "Cần epcList hoặc quantityList không rỗng (trừ khi action là DELETE).",
                "An epcList or a quantityList that is not empty is needed (unless the action is DELETE).",
            )  # fmt: skip

    def transformation_rules(self, event: dict[str, Any], path: str) -> None:
        inputs = bool(event.get("inputEPCList") or event.get("inputQuantityList"))
        outputs = bool(event.get("outputEPCList") or event.get("outputQuantityList"))
        if (inputs and outputs) or ("transformationID" in event and (inputs or outputs)):
            return
        self.add(
            path, "epcis.transformation.things",
            "Cần đầu vào và đầu ra; chỉ có một bên thì phải có transformationID.",
            "Inputs and outputs are needed; with a transformationID one of them is enough.",
        )  # fmt: skip

    # Members with a shape of their own.

    def context(self, value: Any, path: str) -> None:
        check_context(self, value, path)

    def one_or_many_uris(self, value: Any, path: str) -> None:
        (self.uris if isinstance(value, list) else self.uri)(value, path)

    def persistent(self, value: Any, path: str) -> None:
        words = self.array(self.word(self.lookups.dispositions), least=1, unique=True)
        self.members({"set": words, "unset": words})(value, path)
        if isinstance(value, dict) and not value.keys() & {"set", "unset"}:
            self.add(path, "epcis.required", "Cần set hoặc unset.", "set or unset is needed.")

    def ilmd(self, value: Any, path: str) -> None:
        if self.is_type(value, path, dict, "một đối tượng JSON", "a JSON object"):
            for name in value:
                self.extension_name(name, path)

    def hexadecimal(self, value: Any, path: str) -> None:
        if not isinstance(value, str) or not _HEX.fullmatch(value):
            self.add(
                path, "epcis.type", "Giá trị này phải là chuỗi thập lục phân.", "This must be a hexadecimal string."
            )

    def _error_declaration(self) -> Check:
        reason = self.word(self.lookups.reasons)
        return self.members(
            {"declarationTime": self.time, "reason": reason, "correctiveEventIDs": self.uris},
            ("declarationTime",), open_ended=True,
        )  # fmt: skip

    def _sensor_element(self) -> Check:
        shared: Fields = dict.fromkeys(
            ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"), self.uri
        )
        metadata: Fields = {**shared, "time": self.time, "startTime": self.time, "endTime": self.time}
        numbers = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
        uris = ("microorganism", "chemicalSubstance", "coordinateReferenceSystem", "uriValue")
        report: Fields = {
            **shared,
            **dict.fromkeys(numbers, lambda value, path: void(self.number(value, path))),
            **dict.fromkeys(uris, self.uri),
            "type": self.word(self.lookups.measurements),
            "exception": self.word(self.lookups.alerts),
            "component": self.word(self.lookups.components),
            "time": self.time,
            "stringValue": self.string,
            "uom": self.string,
            "booleanValue": self.boolean,
            "hexBinaryValue": self.hexadecimal,
        }
        reports = self.array(self.members(report, ("type",), open_ended=True), least=1)
        return self.members(
            {"sensorMetadata": self.members(metadata, open_ended=True), "sensorReport": reports},
            ("sensorReport",), open_ended=True,
        )  # fmt: skip


def void(_: bool) -> None:
    """A check's verdict that nobody asks for: the fault is noted already."""


@lru_cache(maxsize=64)
def _checker(lookups: Lookups, thread: int) -> tuple[EventChecker, Check]:
    """One for each thread, because a checker collects."""
    checker = EventChecker(lookups)
    return checker, checker.common["sensorElementList"]


def sensors_are_right(elements: list[dict[str, Any]], lookups: Lookups) -> bool:
    """Sensor data are checked member by member even on the fast way: their shape is too free for a wire class."""
    checker, check = _checker(lookups, get_ident())
    checker.faults = []
    check(elements, "")
    return not checker.faults


def check_event(event: Any, path: str, lookups: Lookups) -> list[Invalid]:
    """The faults of one decoded event that stands at `path`."""
    if isinstance(event, dict) and event.get("@context") is not None:
        lookups = lookups_for(event["@context"], lookups.names, growing=lookups.growing)
    checker, _ = _checker(lookups, get_ident())
    checker.faults = []
    checker.event(event, path)
    return checker.faults


def check_context(checker: Checker, value: Any, path: str) -> None:
    """A JSON-LD context: a URL, an object, or an array of both."""
    for index, entry in enumerate(value if isinstance(value, list) else [value]):
        place = f"{path}/{index}" if isinstance(value, list) else path
        if isinstance(entry, str):
            checker.uri(entry, place)
        elif not isinstance(entry, dict):
            checker.add(
                place, "epcis.context",
                "@context phải là URI, đối tượng, hoặc mảng của chúng.",
                "A @context is a URI, an object, or an array of them.",
            )  # fmt: skip


def check_bare(raw: bytes, path: str) -> list[Invalid]:
    """A bare event must say its context itself."""
    if b'"@context"' in raw and "@context" in msgspec.json.decode(raw):
        return []
    checker = Checker(lookups_for(None))
    checker.missing(path, "@context")
    return checker.faults


def check_header(header: dict[str, Any]) -> list[Invalid]:
    """What stands around the events of a document."""
    checker = Checker(lookups_for(header.get("@context")))
    kind = header.get("type")
    query = kind == "EPCISQueryDocument"
    master_data = checker.members({"epcisMasterData": _master_data(checker)}, open_ended=True)
    fields: Fields = {
        "@context": lambda value, path: check_context(checker, value, path),
        "type": checker.one_of("EPCISDocument", "EPCISQueryDocument"),
        "schemaVersion": lambda value, path: _version(checker, value, path),
        "creationDate": checker.time,
        "id": checker.uri,
        "instanceIdentifier": checker.string,
        "sender": checker.string,
        "receiver": checker.string,
        "epcisHeader": master_data,
    }
    required = ("@context", "type") if query else ("@context", "type", "schemaVersion", "creationDate")
    inner = header.get("queryResults")
    outside = {name: value for name, value in header.items() if name != "queryResults"}
    checker.members(fields, required, open_ended=True)(outside, "")
    if query and isinstance(inner, dict):
        names: Fields = {
            "queryName": checker.string, "subscriptionID": checker.string, "vocabularyList": checker.anything,
        }  # fmt: skip
        checker.members(names, ("queryName",), open_ended=True)(inner, "/epcisBody/queryResults")
    return checker.faults


def _version(checker: Checker, value: Any, path: str) -> None:
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        checker.add(path, "epcis.version", 'Phiên bản có dạng "2.0".', 'A version looks like "2.0".')


def _master_data(checker: Checker) -> Check:
    """EPCIS 2.0 section 10: vocabularies with their elements, attributes and children."""
    attribute = checker.members({"id": checker.uri, "attribute": checker.anything}, ("id",), open_ended=True)
    element = checker.members(
        {"id": checker.uri, "attributes": checker.array(attribute), "children": checker.array(checker.uri)},
        ("id",), open_ended=True,
    )  # fmt: skip
    vocabulary = checker.members(
        {"type": checker.uri, "vocabularyElementList": checker.array(element)}, ("type",), open_ended=True
    )
    return checker.members({"vocabularyList": checker.array(vocabulary)}, open_ended=True)


def depth_of(value: Any, limit: int) -> int:
    """How deep containers nest in `value`, counted up to just over `limit`."""
    level: list[Any] = [value]
    depth = 0
    while depth <= limit:
        inner = [item for item in level if isinstance(item, dict | list)]
        if not inner:
            return depth
        depth += 1
        level = [child for item in inner for child in (item.values() if isinstance(item, dict) else item)]
    return depth
