"""Every parameter of EPCIS 2.0 against the oracle: own events and the whole public corpus, by rare and by common ways.

Each name must find some events and leave others at least once, or its test says nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from tests.conformance import query_oracle as oracle
from tests.conformance import query_world as own
from tests.corpus import corpus_files
from tests.ledger_world import FARM, MILL, at, case, lot, pack

from lienvung.epcis import read_document
from lienvung.epcis.query_names import FAMILIES, PARAMETERS, STEERING, kind_of, read_name
from lienvung.errors import Problem
from lienvung.ledger import dictionary, query_blocks, query_conditions, query_walk
from lienvung.ledger.capture import capture
from lienvung.ledger.events import StoredEvent, by_rids
from lienvung.ledger.query import newest_rid, run_query

pytestmark = pytest.mark.django_db
SMALL = 64
ASKED = {**oracle.STANDARD, "ex": own.EX}


class Entry(NamedTuple):
    rid: int
    event: dict[str, Any]
    names: dict[str, str]


Said = dict[tuple[str, str], tuple[list[Any], list[str]]]  # (vocabulary, element) -> its attributes and children


class World(NamedTuple):
    entries: list[Entry]
    master: dict[str, Any]


@pytest.fixture(scope="module")
def small_blocks() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(query_blocks, "SIZE", SMALL)
    patch.setattr(query_blocks, "BYTES", SMALL // 8)
    patch.setattr(query_blocks, "SLICE", 10)
    patch.setattr(query_conditions, "SIZE", SMALL)
    patch.setattr(query_conditions, "FULL", (1 << SMALL) - 1)
    patch.setattr(query_conditions, "WINDOW", 3)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def ledger(small_blocks: None, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        dictionary.forget()
        yield make_world()
        transaction.set_rollback(True)
        dictionary.forget()


def make_world() -> World:
    header = own.master_data()
    made = own.events()
    documents = [_document(made[n : n + 50], header if n == 0 else {}) for n in range(0, len(made), 50)]
    documents += [path.read_bytes() for path in _corpus()]
    entries: list[Entry] = []
    said: Said = {}
    for data in documents:
        entries += _captured(data, said)
    master: dict[str, Any] = {}
    for (_, element), (attributes, children) in said.items():
        known = master.setdefault(element, ([], []))
        known[0].extend(attributes)
        known[1].extend(children)
    return World(entries, master)


def _document(events: list[dict[str, Any]], header: dict[str, Any]) -> bytes:
    document = {
        "@context": own.EVENT_CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T00:00:00Z",
        **header,
        "epcisBody": {"eventList": events},
    }
    return json.dumps(document).encode()


def _corpus() -> list[Any]:
    found = corpus_files("**/*.jsonld") + corpus_files("**/*.json") + corpus_files("**/*.xml")
    return [path for path in found if "schema" not in path.name.lower()]


def _captured(data: bytes, said: Said) -> list[Entry]:
    """The events of a document as they stand now; none of one that is refused or known."""
    before = newest_rid()
    try:
        document = read_document(data)
        with transaction.atomic():
            capture(data)
    except Problem:
        assert b"ns.example.vn/epcis" not in data, "own events are right"
        return []
    after = newest_rid()
    said.update(_master(document.header, oracle.prefixes(document.context)))
    return [_entry(event, document.context) for event in by_rids(range(before + 1, after + 1))]


def _entry(stored: StoredEvent, context: Any) -> Entry:
    event = stored.as_dict()
    event["eventID"] = stored.event_id
    event["hash"] = stored.ni
    return Entry(stored.rid, event, oracle.prefixes(context))


def _master(header: dict[str, Any], names: dict[str, str]) -> Said:
    """What one document says of each element; a later word takes the place of an earlier one."""
    found: Said = {}
    listed = header.get("epcisHeader", {}).get("epcisMasterData", {}).get("vocabularyList", [])
    for vocabulary in listed:
        for element in vocabulary.get("vocabularyElementList", []):
            attributes, children = found.setdefault((vocabulary["type"], oracle.same(element["id"], names)), ([], []))
            attributes += [
                (oracle.curie(item["id"], names), item["attribute"]) for item in element.get("attributes", [])
            ]
            children += [oracle.same(child, names) for child in element.get("children", [])]
    return found


CASES: dict[str, list[list[Any]]] = {
    "eventType": [["ObjectEvent"], ["AssociationEvent", "TransactionEvent"], ["ex:DryingEvent"]],
    "GE_eventTime": [[at(700)]],
    "LT_eventTime": [[at(700)], ["2026-03-01T05:00:00Z"]],
    "GE_recordTime": [],
    "LT_recordTime": [],
    "EQ_action": [["ADD"], ["OBSERVE", "DELETE"]],
    "EQ_bizStep": [["shipping"], ["ex:drying"], ["urn:epcglobal:cbv:bizstep:shipping", "receiving"]],
    "EQ_disposition": [["in_progress"], ["https://ref.gs1.org/cbv/Disp-active"]],
    "EQ_persistentDisposition_set": [["recalled"]],
    "EQ_persistentDisposition_unset": [["damaged", "recalled"]],
    "EQ_readPoint": [[FARM], [own.SITE, MILL]],
    "WD_readPoint": [[own.SITE], [own.ROOMS[1]], [own.ROOMS[3]]],
    "EQ_bizLocation": [[FARM], [own.ROOMS[0]]],
    "WD_bizLocation": [[own.SITE], [FARM]],
    "EQ_transformationID": [[own.MADE[0]], own.MADE[1:]],
    "MATCH_epc": [[own.CLASSIC[0]], [pack(1)], ["urn:epc:id:sgtin:0614141.107346.*"], [pack("*")]],
    "MATCH_parentID": [[case(0)], ["https://id.gs1.org/00/*"]],
    "MATCH_inputEPC": [[own.CLASSIC[1]], [pack("*")]],
    "MATCH_outputEPC": [[pack("new3")], [pack("new1*")]],
    "MATCH_anyEPC": [[own.CLASSIC[0]], [case(1), pack("*3")]],
    "MATCH_epcClass": [[lot("A")], ["https://id.gs1.org/01/*"]],
    "MATCH_inputEPCClass": [[lot("B")]],
    "MATCH_outputEPCClass": [[lot("*")]],
    "MATCH_anyEPCClass": [[lot("A"), lot("none")]],
    "EQ_quantity": [["5"], [60, 2.5]],
    "EQ_eventID": [["urn:uuid:44444444-4444-4444-8444-000000000007"]],
    "EXISTS_errorDeclaration": [["true"], [""]],
    "EXISTS_sensorElementList": [["true"]],
    "EQ_errorReason": [["incorrect_data"], ["urn:epcglobal:cbv:er:incorrect_data"]],
    "EQ_correctiveEventID": [["urn:uuid:corrected-1"]],
    "EQ_type": [["Temperature"], ["https://gs1.org/voc/Mass", "ex:Taste"]],
    "EQ_deviceID": [[own.DEVICE]],
    "EQ_dataProcessingMethod": [[own.METHOD]],
    "EQ_microorganism": [["https://example.vn/microorganism/1126"]],
    "EQ_chemicalSubstance": [["https://example.vn/substance/CZ"]],
    "EQ_bizRules": [[own.RULES]],
    "EQ_stringValue": [["SomeString"], ["a_b%"], ["a_*"]],
    "EQ_booleanValue": [["true"], [False]],
    "EQ_hexBinaryValue": [["f0f0f0", "0A"]],
    "EQ_uriValue": [[own.METHOD], ["https://id.gs1.org/01/10614141073464/21/0"]],
    "EQ_bizTransaction_po": [own.ORDERS[:1], own.ORDERS[1:]],
    "EQ_bizTransaction_https://ref.gs1.org/cbv/BTT-inv": [own.ORDERS],
    "EQ_source_possessing_party": [own.PARTIES[:1]],
    "EQ_destination_owning_party": [own.PARTIES[:1]],
    "HASATTR_bizLocation": [["cbvmda:city"], ["urn:epcglobal:cbv:mda#name"], ["ex:cold", "none"]],
    "HASATTR_readPoint": [["cbvmda:city"]],
    "HASATTR_bizStep": [["ex:energy"]],
    "HASATTR_disposition": [["ex:fresh"]],
    "HASATTR_epcClass": [["cbvmda:additionalTradeItemIdentification"]],
    "HASATTR_bizTransaction": [["ex:buyer"]],
    "HASATTR_source": [["ex:vip"]],
    "HASATTR_ex:maker": [["ex:size"]],
    "EQATTR_bizLocation_cbvmda:city": [["Can Tho"], ["Cao Lanh", "Hue"]],
    "EQ_ATTR_readPoint_cbvmda:city": [["Can Tho"]],
    "EQATTR_source_ex:vip": [["yes"]],
    "EQ_readPoint_ex:zone": [["north"], [7]],
    "EQ_bizLocation_ex:zone": [["south"], ["7"]],
    "EQ_INNER_readPoint_ex:lane": [[1]],
    "EQ_INNER_bizLocation_ex:lane": [["2"]],
    "EQ_ex:grade": [["A"], ["12"], [12], ["5", "B"], ["true"], [True], ["0012"]],
    f"EQ_{own.EX}grade": [["A"]],
    "EQ_https://ns.example.vn/epcis#grade": [["B"]],
    "EQ_ex:checked": [["2026-02-28T18:40:00Z"], [at(500)]],
    "EQ_ILMD_cbvmda:lotNumber": [["12"], ["L_1"], ["L*"], [12]],
    "EQ_ILMD_urn:epcglobal:cbv:mda#lotNumber": [["0012"]],
    "GE_ILMD_cbvmda:itemExpirationDate": [["2026-08-25T00:00:00Z"]],
    "EQ_INNER_ex:item": [["https://id.gs1.org/01/10614141073464/21/0"], [own.CLASSIC[0]]],
    "EQ_INNER_ex:note": [["y_%"], ["y%2F", "x"], ["y*"]],
    "GE_INNER_ex:seen": [[at(40)]],
    "EXISTS_ex:box": [["true"]],
    "EXISTS_INNER_ex:inside": [["true"]],
}
FIELD_OF = {
    "": "ex:weight", "ILMD": "ex:moisture", "ERROR_DECLARATION": "ex:why", "SENSORELEMENT": "ex:rack",
    "SENSORMETADATA": "ex:cold", "SENSORREPORT": "ex:spot", "INNER": "ex:depth", "INNER_ILMD": "ex:celsius",
    "INNER_ERROR_DECLARATION": "ex:level", "INNER_SENSORELEMENT": "ex:shelf", "INNER_SENSORMETADATA": "ex:link",
    "INNER_SENSORREPORT": "ex:door",
}  # fmt: skip
MIDDLE = {"ILMD": 12.5, "INNER_ILMD": 45, "": 2.5}


def _generated() -> dict[str, list[list[Any]]]:
    """Comparisons of every scope, and every measure in a unit."""
    made: dict[str, list[list[Any]]] = {}
    for scope, field in FIELD_OF.items():
        head = f"{scope}_" if scope else ""
        middle = MIDDLE.get(scope, 2)
        for operator in ("EQ", "GT", "GE", "LT", "LE"):
            one = 42 if scope == "INNER_ILMD" and operator in ("GT", "LE") else middle
            made[f"{operator}_{head}{field}"] = [[one], [str(one)]]
        made[f"EXISTS_{head}{field}"] = [["true"]]
    for operator in ("GT", "GE", "LT", "LE"):
        made[f"{operator}_quantity"] = [["5"]]
        made[f"{operator}_quantity_KGM"] = [["2.5"], [0.06]]
        made[f"{operator}_percRank"] = [["50"]]
        for measure in ("value", "minValue", "maxValue", "meanValue", "percValue", "sDev"):
            made[f"{operator}_{measure}_CEL"] = [["0.55" if measure == "sDev" else "14"]]
    made |= {f"EQ_{measure}_CEL": [["15.5"], [4]] for measure in ("value", "meanValue", "percValue")}
    made |= {"EQ_minValue_CEL": [[3]], "EQ_maxValue_CEL": [[5]], "EQ_sDev_CEL": [[0.54]], "EQ_value_KEL": [["277.15"]]}
    made["EQ_quantity_KGM"] = [["5"], [0.005, 60000]]
    for field in ("time", "startTime", "endTime"):
        made |= {f"{operator}_{field}": [[at(200 if field != "startTime" else 11)]] for operator in ("GE", "LT")}
    for operator in ("GE", "LT"):
        made |= {f"{operator}_errorDeclaration{middle}Time": [[at(1_300)]] for middle in ("", "_")}
    return made


CASES |= _generated()


def expected(world: World, name: str, values: list[Any]) -> set[int]:
    return {
        rid for rid, event, names in world.entries if oracle.matches(name, values, event, names, ASKED, world.master)
    }


def all_pages(parameters: dict[str, list[Any]]) -> list[int]:
    found, token = [], None
    while True:
        page = run_query(parameters, per_page=70, token=token, prefixes={"ex": own.EX})
        found += [event.rid for event in page.events]
        token = page.next_token
        if token is None:
            return found


def check(world: World, name: str, values: list[Any], monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The events that a parameter finds, the same by every way of finding them."""
    wanted = expected(world, name, values)
    assert set(all_pages({name: values})) == wanted, (name, values)
    with monkeypatch.context() as patched:
        patched.setattr(query_walk, "RARE", 0)
        patched.setattr(query_walk, "FEW", 3)
        found = all_pages({name: values})
        assert found == sorted(wanted, reverse=True), (name, values)
        by_time = all_pages({name: values, "orderBy": ["eventTime"], "orderDirection": ["ASC"]})
        assert sorted(by_time) == sorted(wanted), (name, values)
    return wanted


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_parameter_finds_what_the_standard_says(ledger: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = CASES[name]
    if name.endswith("recordTime"):
        times = sorted({event["recordTime"] for _, event, _ in ledger.entries})
        lists = [[times[len(times) // 2]]]
    tells = False
    for values in lists:
        found = check(ledger, name, values, monkeypatch)
        tells = tells or 0 < len(found) < len(ledger.entries)
    assert tells, f"{name} never told events apart"


def test_every_name_and_family_of_the_language_is_tried() -> None:
    fixed = PARAMETERS.keys() - STEERING
    assert fixed <= CASES.keys()
    tried = {_template(name) for name in CASES} - {None}
    assert {family.template for family in FAMILIES} == tried


def _template(name: str) -> str | None:
    read = None if name in PARAMETERS else read_name(name)
    if read is None:
        return None
    if read.kind == "reference":
        return f"EQ_{read.scope}_{{type}}"
    if read.kind == "measure":
        return f"{read.operator}_{read.scope}_{{uom}}"
    if read.kind == "has":
        return "HASATTR_{field}"
    if read.kind == "attribute":
        return name.split("_" + read.field)[0] + "_{field}_{attribute}"
    return name[: name.index(read.field)] + "{field}"


def _derived(world: World) -> Iterator[tuple[str, list[Any]]]:
    """Queries for the extension fields and identifiers that occur in the corpus."""
    for _, event, names in world.entries:
        for scope in ("", *oracle.SCOPES):
            for place in oracle.places(scope, event):
                for key, value, depth in _written(place, names):
                    head = ("INNER_" if depth else "") + (f"{scope}_" if scope else "")
                    if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
                        yield f"EQ_{head}{key}", [value]
        for item in oracle.listed(event.get("epcList")):
            yield "MATCH_epc", [item]
        if "readPoint" in event:
            yield "EQ_readPoint", [event["readPoint"]["id"]]


def _written(place: Any, names: dict[str, str], depth: int = 0) -> Iterator[tuple[str, Any, int]]:
    """(whole URI of a field, value, depth)"""
    for key, value in place.items():
        whole = oracle.curie(key, names)
        for item in oracle.flat(value):
            if "://" in whole or whole.startswith("urn:"):
                yield whole, item, depth
            if isinstance(item, dict):
                yield from _written(item, names, depth + 1)


def test_what_occurs_in_the_corpus_is_found_by_asking_for_it(ledger: World) -> None:
    tried: dict[str, list[list[Any]]] = {}
    for name, values in _derived(ledger):
        lists = tried.setdefault(name, [])
        if len(lists) < 3 and values not in lists and kind_of(name):
            lists.append(values)
            assert set(all_pages({name: values})) == expected(ledger, name, values), (name, values)
    assert len(tried) > 20
