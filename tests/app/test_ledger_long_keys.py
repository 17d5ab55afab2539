"""Texts of any length in indexes: what SQLite takes PostgreSQL takes too; what is refused both refuse, with a place.

A row of a PostgreSQL index holds 2,704 bytes. Every free text in an index is therefore bounded by the reader, or kept
as its beginning and a hash; the list below says which, and a column that is not in it fails the test.
"""

from __future__ import annotations

import json
import random
import string
from typing import Any

import pytest
from django.db import connection
from tests.ledger_world import CONTEXT, at, document, event, pack, seen

from lienvung.epcis.lookups import MAX_URI
from lienvung.errors import ManyInvalid
from lienvung.ledger.access import EVERYTHING
from lienvung.ledger.capture import capture
from lienvung.ledger.inbox import enqueue, work_inbox
from lienvung.ledger.jobs import get_job
from lienvung.ledger.query import run_query
from lienvung.ledger.reading import rows

pytestmark = pytest.mark.django_db
BOUNDED = {
    "ledger_counter.name": "a word of ours",
    "ledger_document.submitter": "a uuid",
    "ledger_error.event_id": "a URI",
    "ledger_event_id.event_id": "a URI",
    "ledger_field.word": "clamp",
    "ledger_inbox.job": "a uuid",
    "ledger_inbox_body.job": "a uuid",
    "ledger_job.id": "a uuid",
    "ledger_job.idempotency_key": "200 characters",
    "ledger_job.submitter": "a uuid",
    "ledger_master.element": "clamp",
    "ledger_master.sender": "a uuid",
    "ledger_master.vocabulary": "clamp",
    "ledger_master_attribute.attribute": "clamp",
    "ledger_master_attribute.element": "clamp",
    "ledger_master_attribute.sender": "a uuid",
    "ledger_master_attribute.vocabulary": "clamp",
    "ledger_master_attribute.word": "clamp",
    "ledger_master_child.child": "clamp",
    "ledger_master_child.element": "clamp",
    "ledger_master_child.sender": "a uuid",
    "ledger_master_child.vocabulary": "clamp",
    "ledger_term.value": "stored_term",
    "ledger_thing.uri": "a URI",
}
HASHED = {"ledger_context.json"}  # a hash index on PostgreSQL; SQLite has no bound


def noise(length: int, alphabet: str = string.ascii_lowercase) -> str:
    """Text that does not compress: PostgreSQL compresses keys before it measures them."""
    return "".join(random.Random(length).choices(alphabet, k=length))


def indexed_texts() -> set[str]:
    if connection.vendor == "postgresql":
        found = rows(
            "SELECT DISTINCT t.relname || '.' || a.attname FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid "
            "JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam "
            "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey) "
            "WHERE t.relname LIKE 'ledger_%%' AND a.atttypid IN ('text'::regtype, 'varchar'::regtype) "
            "AND m.amname = 'btree'",
            (),
        )
        return {name for (name,) in found}
    found = rows(
        "SELECT DISTINCT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_index_list(m.name) i "
        "JOIN pragma_index_xinfo(i.name) k JOIN pragma_table_info(m.name) c ON c.name = k.name "
        "WHERE m.type = 'table' AND m.name LIKE 'ledger_%%' AND k.key = 1 AND lower(c.type) = 'text'",
        (),
    )
    return {name for (name,) in found}


def test_every_text_in_an_index_is_bounded() -> None:
    expected = set(BOUNDED) | (HASHED if connection.vendor == "sqlite" else set())
    assert indexed_texts() == expected


VIETNAMESE, WIDE = "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ", "".join(map(chr, range(0x20000, 0x20400)))
EX = "https://nong.example/"
OTHER = EX + noise(1_901)


def told(context: Any = None, **more: Any) -> bytes:
    return document({**seen(pack(1)), **more}, context=context or [*CONTEXT, {"ex": EX}])


def master(kind: str, element: str, attribute: str, value: str, child: str) -> bytes:
    given = json.loads(told())
    element_data = {"id": element, "attributes": [{"id": attribute, "attribute": value}], "children": [child]}
    vocabulary = {"type": kind, "vocabularyElementList": [element_data]}
    given["epcisHeader"] = {"epcisMasterData": {"vocabularyList": [vocabulary]}}
    return json.dumps(given).encode()


def sensed(**report: Any) -> dict[str, Any]:
    return {"sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 1, **report}]}]}


TAKEN = {
    "an extension's name": told(**{f"ex:{noise(5_000)}": "v"}),
    "an extension's name inside another": told(**{"ex:a": {f"ex:{noise(5_000)}": {f"ex:{noise(4_999)}": "v"}}}),
    "an extension's namespace": told([*CONTEXT, {"ex": EX + noise(5_000) + "/"}], **{"ex:a": "v"}),
    "a long context": told([*CONTEXT, {f"p{n}": f"{EX}{noise(40 + n)}/" for n in range(200)}]),
    "an extension's text": told(**{"ex:a": noise(9_000), "ex:b": noise(200, WIDE), "ex:c": noise(199, VIETNAMESE)}),
    "a sensor's unit": told(**sensed(uom=noise(5_000))),
    "a sensor's text": told(**sensed(stringValue=noise(9_000, WIDE))),
    "a step of one's own": told(bizStep=EX + noise(MAX_URI - len(EX))),
    "an event's name": told(eventID=EX + noise(MAX_URI - len(EX))),
    "a place": told(bizLocation={"id": EX + noise(MAX_URI - len(EX))}),
    "a transformation": document(
        event("TransformationEvent", inputEPCList=[pack(1)], outputEPCList=[pack(2)],
              transformationID=EX + noise(MAX_URI - len(EX)))
    ),
    "a disposition that stays": told(persistentDisposition={"set": [EX + noise(MAX_URI - len(EX))]}),
    "an error and what corrects it": told(
        eventID=EX + noise(MAX_URI - len(EX)),
        errorDeclaration={"declarationTime": at(9), "reason": EX + noise(1_900), "correctiveEventIDs": [OTHER]},
    ),
    "a business document": told(bizTransactionList=[{"type": EX + noise(1_900), "bizTransaction": EX + noise(1_902)}]),
    "a type of one's own": document(
        {"type": EX + noise(1_900), "eventTime": at(0), "eventTimeZoneOffset": "+07:00", "ex:" + noise(5_000): 1},
        context=[*CONTEXT, {"ex": EX}],
    ),
    "master data": master(*(EX + noise(1_900 + n) for n in range(5))),
    "master data in wide letters": master(*[f"{EX}{n}" + noise(190, WIDE) for n in range(3)], noise(199, WIDE), OTHER),
    "a lot in wide letters": told(quantityList=[{"epcClass": EX + noise(480, WIDE), "quantity": 1}]),
}  # fmt: skip
REFUSED = {
    "/epcList/0": told(epcList=[EX + noise(MAX_URI)]),
    "/bizLocation/id": told(bizLocation={"id": EX + noise(600, WIDE)}),
    "/readPoint/id": told([*CONTEXT, {"ex": EX + noise(MAX_URI) + "/"}], readPoint={"id": "ex:a"}),
    "/bizStep": told([*CONTEXT, {"ex": EX + noise(MAX_URI) + "/"}], bizStep="ex:a"),
    "/eventID": told(eventID="urn:uuid:" + noise(5_000)),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_is_long_is_taken(what: str) -> None:
    assert capture(TAKEN[what]).success


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_too_long_is_refused_with_its_place(path: str) -> None:
    with pytest.raises(ManyInvalid) as caught:
        capture(REFUSED[path])
    assert [fault.path for fault in caught.value.faults] == ["/epcisBody/eventList/0" + path]
    job = enqueue(REFUSED[path], submitter="a")  # and through the inbox: the job ends with the same fault
    assert work_inbox() == 1
    assert [fault["path"] for fault in get_job(job.id, ["a"]).errors] == ["/epcisBody/eventList/0" + path]


def test_a_long_name_is_found_again() -> None:
    name, other = noise(5_000), noise(4_998)
    capture(told(**{f"ex:{name}": "v"}), submitter="a")
    capture(told(**{f"ex:{other}": "w"}), submitter="a")
    for asked, value, found in ((name, "v", 1), (name, "w", 0), (other, "w", 1), (noise(4_997), "v", 0)):
        page = run_query({f"EQ_{EX}{asked}": value}, seen_by=EVERYTHING, per_page=10)
        assert len(page.events) == found


def test_numbers_in_a_header_stay_numbers() -> None:
    given = json.loads(told())
    given["ex:weight"] = 1.50
    given["epcisHeader"] = {"epcisMasterData": {"vocabularyList": []}, "ex:share": 0.1}
    capture(json.dumps(given).replace("1.5", "1.50").encode())
    [(header,)] = rows("SELECT header FROM ledger_document")
    assert '"ex:weight":1.50' in header
    assert json.loads(header)["epcisHeader"]["ex:share"] == 0.1
