"""Characters that XML cannot hold, and the end of a day: refused or taken the same way in JSON and XML."""

from __future__ import annotations

import json

import pytest
from tests.ledger_world import CONTEXT, document, pack, seen

from lienvung.epcis import read_document
from lienvung.epcis.times import parse_time
from lienvung.errors import Invalid, ManyInvalid

CONTEXTS = [*CONTEXT, {"ex": "https://nong.example/"}]
HERE = "/epcisBody/eventList/0"


def faults(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(ManyInvalid) as caught:
        read_document(data)
    return [(fault.code, fault.path) for fault in caught.value.faults]


def told(text: str, *, ascii: bool = True) -> bytes:
    made = json.loads(document({**seen(pack(1)), "ex:n": [{"ex:m": text}]}, context=CONTEXTS))
    return json.dumps(made, ensure_ascii=ascii).encode()


@pytest.mark.parametrize("odd", ["a\x01b", "\x08", "\x0c", "\x1f", "\\\x0b", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_refused_with_its_place(odd: str) -> None:
    for ascii in (True, False):
        assert faults(told(odd, ascii=ascii)) == [("epcis.character", f"{HERE}/ex:n/0/ex:m")]
    named = document({**seen(pack(1)), "ex:n": {f"ex{odd}": 1}}, context=CONTEXTS)
    assert (("epcis.character", f"{HERE}/ex:n/ex{odd}")) in faults(named)


@pytest.mark.parametrize("fine", ["a\tb\r\n", "\\u0001", "\\\\b", "\ufffd", "\x7f\x85", "C:\\bin\\f"])
def test_what_xml_can_hold_is_taken(fine: str) -> None:
    for ascii in (True, False):
        assert len(read_document(told(fine, ascii=ascii)).events) == 1


def test_headers_bare_events_and_what_is_kept_beside() -> None:
    outside = json.loads(told("fine"))
    outside["ex:note"] = "a\x02"
    assert faults(json.dumps(outside).encode()) == [("epcis.character", "/ex:note")]
    bare = json.dumps({"@context": CONTEXTS, **seen(pack(1)), "ex:n": "\x02"}).encode()
    assert faults(bare) == [("epcis.character", "/ex:n")]
    both = document(seen(pack(1)), {**seen(pack(2)), "ex:n": "\x02"}, context=CONTEXTS)
    kept = read_document(both, proceed=True)
    assert kept.places == [0]
    assert [fault.path for fault in kept.faults] == ["/epcisBody/eventList/1/ex:n"]


@pytest.mark.parametrize(
    ("end", "same"),
    [
        ("2026-03-01T24:00:00Z", "2026-03-02T00:00:00Z"),
        ("2026-12-31T24:00:00.000+07:00", "2027-01-01T00:00:00+07:00"),
        ("2028-02-28T24:00:00+00:00", "2028-02-29T00:00:00Z"),
    ],
)
def test_the_end_of_a_day_is_the_beginning_of_the_next(end: str, same: str) -> None:
    assert parse_time(end) == parse_time(same)
    assert parse_time(end) == parse_time(same)  # and so it is from memory
    for wrong in (end.replace(":00", ":30", 1), end[:17] + "01" + end[19:], end[:19] + ".5" + end[-6:].lstrip("0.:")):
        with pytest.raises(Invalid):
            parse_time(wrong)


def test_a_leap_second_is_refused() -> None:
    with pytest.raises(Invalid):
        parse_time("2026-12-31T23:59:60Z")
