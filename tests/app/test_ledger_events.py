"""Every form of an identifier finds the same events; what lasts on a thing is found from its lot and class."""

from __future__ import annotations

import pytest
from tests.ledger_world import FARM, GTIN, document, event, lot, pack, seen
from tests.ledger_world import MILL as PLACE

from lienvung.errors import Invalid, NotFound
from lienvung.gs1 import DigitalLink
from lienvung.ledger.capture import capture, capture_events
from lienvung.ledger.events import get_event, history, latest
from lienvung.ledger.status import persistent_dispositions

pytestmark = pytest.mark.django_db

COMPANY = f"8935000.{GTIN[0]}{GTIN[8:13]}"
FORMS = [
    lot("L-7"),
    f"https://scan.example.vn/01/{GTIN}/10/L-7?15=261231",
    f"urn:epc:class:lgtin:{COMPANY}.L-7",
    f"(01){GTIN}(10)L-7",
    f"{GTIN} L-7",
    f"{GTIN.lstrip('0')} L-7",
]


@pytest.mark.parametrize("captured", FORMS[:3])
@pytest.mark.parametrize("asked", FORMS)
def test_a_lot_is_found_by_every_form(captured: str, asked: str) -> None:
    capture_events([event(quantityList=[{"epcClass": captured, "quantity": 3}], action="ADD")])
    assert len(history(asked)) == 1


@pytest.mark.parametrize("captured", [pack("S1"), f"urn:epc:id:sgtin:{COMPANY}.S1"])
def test_an_item_is_found_by_every_form(captured: str) -> None:
    capture_events([seen(captured)])
    asked = [pack("S1"), f"urn:epc:id:sgtin:{COMPANY}.S1", f"(01){GTIN}(21)S1", f"https://x.vn/01/{GTIN}/10/L/21/S1"]
    assert [len(history(form)) for form in asked] == [1, 1, 1, 1]


def test_a_place_has_a_history() -> None:
    capture_events(
        [seen(pack(1), readPoint=PLACE), seen(pack(2), bizLocation=PLACE, minute=2), seen(pack(3), minute=3)]
    )
    assert len(history(PLACE)) == 2


def test_history_is_in_order_of_event_time_and_limited_from_the_end() -> None:
    capture_events([seen(pack(1), minute=9), seen(pack(1), minute=3)])
    capture_events([seen(pack(1), minute=6)])
    times = [e.time_ms for e in history(pack(1))]
    assert times == sorted(times)
    assert [e.time_ms for e in history(pack(1), limit=2)] == times[1:]


def test_nothing_is_known_of_the_unknown() -> None:
    assert history(pack("never")) == []
    assert persistent_dispositions(pack("never")) == set()
    with pytest.raises(NotFound):
        get_event("urn:uuid:99999999-9999-4999-8999-999999999999")
    with pytest.raises(NotFound):
        get_event("ni:///sha-256;" + "0" * 64 + "?ver=CBV2.0")
    with pytest.raises(Invalid):
        history("rau muống")


def test_the_event_comes_before_the_declaration_that_it_is_wrong() -> None:
    wrong = seen(pack(1), eventID="urn:uuid:11111111-1111-4111-8111-111111111111")
    capture_events([{**wrong, "errorDeclaration": {"declarationTime": "2026-04-01T00:00:00Z"}}])
    capture_events([wrong])
    found = get_event("urn:uuid:11111111-1111-4111-8111-111111111111")
    assert "errorDeclaration" not in found.as_dict()


def test_latest_is_by_record_time() -> None:
    capture_events([seen(pack(1), minute=9)])
    capture_events([seen(pack(1), minute=3)])
    assert [e.as_dict()["eventTime"][14:16] for e in latest(2)] == ["03", "09"]


def marked(uri: str, *, minute: int, **words: list[str]) -> dict[str, object]:
    what = {"quantityList": [{"epcClass": uri}]} if "/10/" in uri or "/21/" not in uri else {"epcList": [uri]}
    return event(minute=minute, persistentDisposition=words, **what)


def test_a_state_lasts_until_it_is_taken_away() -> None:
    capture_events([marked(pack(1), minute=10, set=["recalled"]), marked(pack(1), minute=30, unset=["recalled"])])
    start = history(pack(1))[0].time_ms
    assert persistent_dispositions(pack(1)) == set()
    assert persistent_dispositions(pack(1), at=start) == {"recalled"}
    assert persistent_dispositions(pack(1), at=start - 1) == set()
    assert persistent_dispositions(pack(2)) == set()


def test_the_order_is_that_of_event_time_not_of_arrival() -> None:
    capture_events([marked(pack(1), minute=30, unset=["recalled"])])
    capture_events([marked(pack(1), minute=10, set=["recalled"])])
    assert persistent_dispositions(pack(1)) == set()


def test_what_stands_on_a_lot_or_class_stands_on_its_items() -> None:
    inside = f"https://id.gs1.org/01/{GTIN}/10/L1/21/77"
    capture_events([seen(inside, action="ADD"), marked(lot("L1"), minute=5, set=["recalled"])])
    capture_events([marked(f"https://id.gs1.org/01/{GTIN}", minute=6, set=["non_conformant"])])
    assert persistent_dispositions(inside) == {"recalled", "non_conformant"}
    assert persistent_dispositions(pack(77)) == {"recalled", "non_conformant"}  # its lot is known to the ledger
    assert persistent_dispositions(pack(78)) == {"non_conformant"}
    assert persistent_dispositions(lot("L2")) == {"non_conformant"}


def test_a_declared_error_marks_nothing() -> None:
    wrong = marked(pack(1), minute=10, set=["recalled"])
    capture_events([wrong])
    capture_events([{**wrong, "errorDeclaration": {"declarationTime": "2026-04-01T00:00:00Z"}}])
    assert persistent_dispositions(pack(1)) == set()


def test_a_lot_of_ten_thousand_packs_is_marked_in_few_rows() -> None:
    packs = [pack(f"{n:05d}") for n in range(3000)]
    capture(
        document(
            seen(*packs, action="ADD"), event(epcList=packs, minute=9, persistentDisposition={"set": ["recalled"]})
        )
    )
    assert persistent_dispositions(packs[1234]) == {"recalled"}
    assert DigitalLink.parse(FARM)  # the place of the tests is a real GLN
