"""Capture: whole documents or nothing, once, for good, found by every identifier."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from tests.ledger_world import FARM, GTIN, MILL, case, document, event, lot, pack, packed, seen

from lienvung.epcis import read_document
from lienvung.errors import Conflict, ManyInvalid, TooLarge
from lienvung.ledger import dictionary
from lienvung.ledger.blocks import ids_of
from lienvung.ledger.capture import capture, capture_events, now_ms
from lienvung.ledger.events import event_rids, get_event, history, latest
from lienvung.ledger.identifiers import thing_ids
from lienvung.ledger.reading import rows

pytestmark = pytest.mark.django_db


def count(table: str) -> int:
    return int(rows(f"SELECT COUNT(*) FROM ledger_{table}")[0][0])


def test_a_document_goes_in_whole() -> None:
    job = capture(document(seen(pack(1), pack(2)), seen(pack(1), minute=5)), submitter="someone")
    assert (job.success, job.running, job.new_events, job.known_events) == (True, False, 2, 0)
    assert [e.time_ms for e in history(pack(1))] == [1772298000000, 1772298300000]
    assert [e.submitter for e in history(pack(2))] == ["someone"]
    assert count("event") == count("event_key") == 2


def test_the_body_is_kept_byte_for_byte() -> None:
    text = document(seen(pack(1))).replace(b'"action": "OBSERVE"', b'"action"  :\t"OBSERVE"')
    capture(text)
    [stored] = history(pack(1))
    assert stored.body in text
    assert b'"action"  :\t"OBSERVE"' in stored.body
    assert stored.as_dict()["eventID"] == stored.ni


@pytest.mark.parametrize("again", ["same bytes", "other bytes", "other sender"])
def test_sending_again_is_harmless(again: str) -> None:
    data = document(seen(pack(1)), seen(pack(2), minute=1))
    capture(data, submitter="a")
    before = {table: count(table) for table in ("event", "mention", "thing", "event_key")}
    job = capture(data + (b" " if again == "other bytes" else b""), submitter="b" if again == "other sender" else "a")
    assert (job.new_events, job.known_events, job.success) == (0, 2, True)
    before["thing"] += again == "other sender"  # who sent it too is in the dictionary
    assert before == {table: count(table) for table in before}


def test_known_and_new_events_in_one_document() -> None:
    capture(document(seen(pack(1)), seen(pack(2), minute=1)))
    job = capture(document(seen(pack(9), minute=9), seen(pack(2), minute=1), seen(pack(8), minute=8)))
    assert (job.new_events, job.known_events) == (2, 1)
    assert count("event") == 4
    assert [len(history(pack(n))) for n in (1, 2, 8, 9)] == [1, 1, 1, 1]


def test_an_event_twice_in_one_document_is_stored_once() -> None:
    job = capture(document(seen(pack(1)), seen(pack(1))))
    assert (job.new_events, job.known_events) == (1, 1)
    assert len(history(pack(1))) == 1


def test_one_faulty_event_and_nothing_is_stored() -> None:
    wrong = seen("https://id.gs1.org/01/08935000000011/21/1")  # the check digit is wrong
    with pytest.raises(ManyInvalid) as caught:
        capture(document(seen(pack(1)), wrong, event(epcList=[], bizStep="shopping")))
    paths = [fault.path for fault in caught.value.faults]
    assert any(path.startswith("/epcisBody/eventList/1/") for path in paths)
    assert any(path.startswith("/epcisBody/eventList/2/") for path in paths)
    for table in ("event", "event_key", "thing", "mention", "document"):
        assert count(table) == 0
    assert rows("SELECT running, success, new_events FROM ledger_job") == [(0, 0, 0)]  # what was tried is told


def test_a_fault_of_the_database_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    store = type(dictionary_store())
    whole = store.insert

    def failing(self: Any, table: str, given: Any) -> None:
        if table == "mention":
            raise DatabaseError("disk full, says the test")
        whole(self, table, given)

    monkeypatch.setattr(store, "insert", failing)
    with pytest.raises(DatabaseError), transaction.atomic():
        capture(document(seen(pack(1))))
    monkeypatch.undo()
    assert count("event") == count("thing") == count("event_key") == 0
    assert dictionary.memory().things == {}
    assert capture(document(seen(pack(1)))).new_events == 1


def dictionary_store() -> Any:
    from lienvung.ledger.store import open_store

    return open_store()


def test_an_event_id_stands_for_one_event() -> None:
    capture(document(seen(pack(1), eventID="urn:uuid:11111111-1111-4111-8111-111111111111")))
    other = seen(pack(2), eventID="urn:uuid:11111111-1111-4111-8111-111111111111")
    with pytest.raises(Conflict) as caught:
        capture(document(seen(pack(3)), other))
    assert caught.value.path == "/epcisBody/eventList/1/eventID"
    assert history(pack(3)) == []


def declared(of: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**of, "errorDeclaration": {"declarationTime": "2026-04-01T00:00:00Z", "reason": "did_not_occur", **fields}}


@pytest.mark.parametrize("given", [{}, {"eventID": "urn:uuid:11111111-1111-4111-8111-111111111111"}])
@pytest.mark.parametrize("first", ["event", "declaration", "together"])
def test_a_declared_error_stays_but_has_no_effect(first: str, given: dict[str, str]) -> None:
    wrong = packed(case(1), pack(1), pack(2), **given)
    orders = {
        "event": [[wrong], [declared(wrong)]],
        "declaration": [[declared(wrong)], [wrong]],
        "together": [[wrong, declared(wrong)]],
    }
    for events in orders[first]:
        assert capture(document(*events)).new_events == len(events)
    found = history(pack(1))
    assert len(found) == 2
    assert len({e.hash for e in found}) == 1
    assert all(e.declared_wrong_by is not None for e in found)
    [declaration] = [e for e in found if e.declared_wrong_by == e.rid]
    assert {e.declared_wrong_by for e in found} == {declaration.rid}
    # the declaration packs nothing
    assert rows("SELECT COUNT(*) FROM ledger_group WHERE event = %s", (declaration.rid,)) == [(0,)]
    assert capture(document(declared(wrong))).known_events == 1
    assert capture(document(declared(wrong, reason="incorrect_data"))).new_events == 1


def test_other_events_keep_their_effect() -> None:
    wrong, right = seen(pack(1)), seen(pack(1), minute=1)
    capture(document(wrong, right))
    capture(document(declared(wrong)))
    assert [e.declared_wrong_by is None for e in history(pack(1))].count(True) == 1


@pytest.mark.parametrize(
    "verb", ["UPDATE ledger_event SET t = 0", "DELETE FROM ledger_event", "DELETE FROM ledger_mention"]
)
def test_what_is_written_stays(verb: str) -> None:
    capture(document(seen(pack(1))))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)
    assert count("event") == 1


def numbers(uris: list[str]) -> list[int]:
    return [thing_ids(uri)[0] for uri in uris]


def test_random_serials_of_one_list_get_neighbouring_numbers() -> None:
    chance = random.Random(7)
    packs = [pack(f"{chance.getrandbits(60):X}") for _ in range(300)]
    others = [pack(f"{chance.getrandbits(60):X}") for _ in range(300)]
    chance.shuffle(packs)
    capture(document(seen(*packs, action="ADD"), seen(*others, action="ADD", minute=1)))
    for uris in (packs, others):
        found = sorted(numbers(uris))
        assert found == list(range(found[0], found[0] + 300))
    assert count("mention") <= 4


def test_things_that_stand_alone_are_numbered_by_class_and_serial() -> None:
    packs = [pack(f"{n:04d}") for n in range(100)]
    shuffled = packs[:]
    random.Random(1).shuffle(shuffled)
    capture(document(*(seen(uri, minute=n) for n, uri in enumerate(shuffled))))
    found = numbers(packs)
    assert found == list(range(found[0], found[0] + 100))


def test_numbers_stay_when_the_process_forgets() -> None:
    capture(document(seen(pack(1), pack(2))))
    before = numbers([pack(1), pack(2)])
    dictionary.forget()
    capture(document(seen(pack(2), pack(3), minute=1)))
    assert numbers([pack(1), pack(2)]) == before


def test_transformations_are_linked_both_ways() -> None:
    capture_events(
        [
            event(
                "TransformationEvent",
                inputQuantityList=[{"epcClass": lot("A"), "quantity": 50.5, "uom": "KGM"}],
                outputEPCList=[pack(1), pack(2)],
                bizLocation=MILL,
            )
        ]
    )
    [(rid,)] = rows("SELECT rid FROM ledger_event")
    linked = rows("SELECT process, role, blk, lo, hi, members, event FROM ledger_link ORDER BY role")
    assert [(process, role, event_) for process, role, *_, event_ in linked] == [(rid, 12, rid), (rid, 16, rid)]
    assert [ids_of(*row[2:6]) for row in linked] == [numbers([lot("A")]), sorted(numbers([pack(1), pack(2)]))]
    grouped = rows("SELECT process, role, blk, lo, hi, members, event FROM ledger_group ORDER BY role")
    assert [tuple(row) for row in grouped] == [tuple(row) for row in linked]
    [(qty, unit, place)] = rows(
        "SELECT m.qty, u.value, p.uri FROM ledger_mention m JOIN ledger_term u ON u.id = m.uom "
        "JOIN ledger_thing p ON p.id = m.loc WHERE m.role = 12"
    )
    assert (qty, unit, "https://id.gs1.org" + place) == (50.5, "KGM", MILL)


def test_a_transformation_id_joins_events() -> None:
    made = "urn:uuid:22222222-2222-4222-8222-222222222222"
    capture_events(
        [
            event("TransformationEvent", transformationID=made, inputEPCList=[pack(1)]),
            event("TransformationEvent", transformationID=made, outputEPCList=[pack(2)], minute=3),
        ]
    )
    processes = {process for (process,) in rows("SELECT process FROM ledger_link")}
    assert processes == {-thing_ids(made)[0]}


def test_children_know_their_parent() -> None:
    capture_events([packed(case(1), pack(1), pack(2), readPoint=FARM)])
    [(other, place)] = rows("SELECT other, loc FROM ledger_mention WHERE role = 9")
    assert (other, place) == (thing_ids(case(1))[0], thing_ids(FARM)[0])
    assert sorted(role for (role,) in rows("SELECT role FROM ledger_group")) == [5, 9]


def test_a_class_named_twice_is_summed_by_unit() -> None:
    amounts = [(2, "KGM"), (3, "KGM"), (4, None), (None, None)]
    quantities = [
        {"epcClass": lot("A")} | ({"quantity": q} if q else {}) | ({"uom": u} if u else {}) for q, u in amounts
    ]
    capture_events([event(quantityList=quantities, action="ADD")])
    found = rows("SELECT m.qty, u.value FROM ledger_mention m JOIN ledger_term u ON u.id = m.uom ORDER BY u.value")
    assert found == [(4.0, ""), (5.0, "KGM")]


def test_serials_are_linked_to_their_lot_once() -> None:
    def named(serial: int) -> str:
        return f"https://id.gs1.org/01/{GTIN}/10/L1/21/{serial}"

    capture_events([seen(named(1), named(2), action="ADD")])
    capture_events([seen(named(1), named(2), named(3), minute=4)])
    of_lot = thing_ids(lot("L1"))[0]
    outputs = rows("SELECT blk, lo, hi, members FROM ledger_link WHERE process = %s AND role = 16", (-of_lot,))
    assert sorted(number for row in outputs for number in ids_of(*row)) == sorted(numbers([pack(1), pack(2), pack(3)]))
    inputs = rows("SELECT blk, lo, hi, members FROM ledger_link WHERE process = %s AND role = 12", (-of_lot,))
    assert [ids_of(*row) for row in inputs] == [[of_lot]]


def test_limits_are_kept() -> None:
    with override_settings(CAPTURE_EVENT_LIMIT=2), pytest.raises(TooLarge):
        capture(document(*(seen(pack(n)) for n in range(3))))
    with override_settings(CAPTURE_FILE_SIZE_LIMIT=100), pytest.raises(TooLarge):
        capture(document(seen(pack(1))))
    assert count("event") == 0


def test_an_idempotency_key_gives_the_same_job() -> None:
    data = document(seen(pack(1)))
    first = capture(data, submitter="a", idempotency_key="k1")
    assert capture(data, submitter="a", idempotency_key="k1").id == first.id
    assert capture(data, submitter="b", idempotency_key="k1").id != first.id
    with pytest.raises(Conflict):
        capture(document(seen(pack(2))), submitter="a", idempotency_key="k1")
    assert history(pack(2)) == []


def test_record_time_never_runs_back(monkeypatch: pytest.MonkeyPatch) -> None:
    capture(document(seen(pack(1))))
    earlier = now_ms() - 3_600_000
    monkeypatch.setattr("lienvung.ledger.capture.now_ms", lambda: earlier)
    capture(document(seen(pack(2))))
    assert latest(2)[0].recorded_ms >= latest(2)[1].recorded_ms > earlier


def test_what_has_not_happened_yet_is_refused() -> None:
    with pytest.raises(ManyInvalid) as caught:
        capture(document(seen(pack(1)), seen(pack(2), eventTime="2999-01-01T00:00:00Z")))
    assert [(f.code, f.path) for f in caught.value.faults] == [
        ("epcis.time_future", "/epcisBody/eventList/1/eventTime")
    ]
    assert latest(2) == []


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_events_are_found_by_hash_before_and_after_it_is_indexed(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lienvung.ledger.hashes.BATCH", batch)
    for n in range(5):
        capture(document(seen(pack(n), minute=n), seen(pack(100 + n), minute=n)))
    for stored in latest(10):
        assert event_rids(stored.ni) == [stored.rid]
        assert get_event(stored.event_id).rid == stored.rid
    assert count("hash") == {1: 10, 3: 8, 1000: 0}[batch]


def test_every_mention_is_found_by_brute_force() -> None:
    chance = random.Random(3)
    packs = [pack(f"{chance.getrandbits(40):X}") for _ in range(120)]
    events: list[dict[str, Any]] = []
    for minute in range(150):
        some = chance.sample(packs, chance.choice([1, 1, 2, 5, 30]))
        events.append(packed(case(minute % 7), *some, minute=minute) if minute % 3 else seen(*some, minute=minute))
    for start in range(0, 150, 40):
        capture(document(*events[start : start + 40]))
    for uri in [*packs, *(case(n) for n in range(7))]:
        named = [e for e in events if uri in e.get("epcList", []) + e.get("childEPCs", []) + [e.get("parentID")]]
        assert [e.as_dict()["eventTime"] for e in history(uri)] == [e["eventTime"] for e in named]


@pytest.mark.parametrize("first", ["owner", "thief"])
@pytest.mark.parametrize("spelled", [str, str.upper, lambda ni: ni.replace("?ver=CBV2.0", "")])
def test_nobody_takes_the_hash_of_another_event_for_an_event_id(first: str, spelled: Any) -> None:
    mine = seen(pack(1), bizStep="packing")
    ni = read_document(document(mine)).events[0].ni
    theirs = seen(pack(1), bizStep="destroying", eventID=spelled(ni))
    for one in (mine, theirs) if first == "owner" else (theirs, mine):
        capture(document(one))
    assert get_event(ni).biz_step == "packing"
    assert len(event_rids(ni)) == 1
    assert len(event_rids(ni.replace("?ver=CBV2.0", ""))) == 1
    assert count("event_id") == 0
    [kept] = [e for e in latest(2) if e.biz_step == "destroying"]
    assert kept.as_dict()["eventID"] == spelled(ni)
    assert get_event(kept.ni).rid == kept.rid
