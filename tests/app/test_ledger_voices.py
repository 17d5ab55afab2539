"""Whose marks and whose declarations of error have effect: each check has a twin without it, where the attack works."""

from __future__ import annotations

import uuid

import pytest
from tests.ledger_world import GTIN, OTHER_GTIN, event, lot, pack, seen

from lienvung.catalogue.actions import register_product
from lienvung.ledger import voices
from lienvung.ledger.capture import capture_events
from lienvung.ledger.events import history, latest
from lienvung.ledger.query import run_query
from lienvung.ledger.status import persistent_dispositions, standing
from lienvung.ledger.trace import recall_scope
from lienvung.people.actions import create_organisation

pytestmark = pytest.mark.django_db


def firm(name: str, kind: str = "farm") -> str:
    return str(create_organisation(by=None, name=name, kind=kind).pk)


@pytest.fixture
def office() -> str:
    return firm("Sở Nông nghiệp", "authority")


@pytest.fixture
def owner() -> str:
    made = create_organisation(by=None, name="HTX Kim Sơn", kind="cooperative")
    register_product(by=None, owner=made, gtin=GTIN, name="Gạo")
    return str(made.pk)


@pytest.fixture
def stranger() -> str:
    return firm("Đối thủ")


def say(who: str | None, minute: int, uri: str = pack(1), **words: list[str]) -> None:
    what = {"quantityList": [{"epcClass": uri}]} if "/10/" in uri else {"epcList": [uri]}
    capture_events([event(minute=minute, persistentDisposition=words, **what)], submitter=who)


def everybody_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices, "is_official", lambda submitter: True)
    monkeypatch.setattr(voices, "official_among", set)


@pytest.mark.parametrize("checked", [True, False])
def test_a_stranger_takes_no_official_mark_away(
    office: str, owner: str, stranger: str, checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(office, 1, set=["recalled"])
    say(office, 1, lot("L1"), set=["recalled"])
    say(stranger, 2, unset=["recalled"])
    say(stranger, 2, lot("L1"), unset=["recalled"])
    if not checked:
        everybody_counts(monkeypatch)
    expected = {"recalled"} if checked else set()
    assert persistent_dispositions(pack(1)) == persistent_dispositions(lot("L1")) == expected


@pytest.mark.parametrize("checked", [True, False])
def test_a_stranger_marks_nobodys_goods(
    owner: str, stranger: str, checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(stranger, 1, set=["recalled"])
    say(str(uuid.uuid4()), 2, set=["recalled"])
    say("no uuid", 3, set=["recalled"])
    if not checked:
        everybody_counts(monkeypatch)
    assert persistent_dispositions(pack(1)) == (set() if checked else {"recalled"})
    assert len(history(pack(1))) == 3  # the ledger keeps what was said
    assert len(run_query({"EQ_persistentDisposition_set": ["recalled"]}).events) == 3


def test_an_owner_recalls_and_takes_back_the_own_mark_only(office: str, owner: str) -> None:
    say(owner, 1, set=["recalled"])
    assert persistent_dispositions(pack(1)) == {"recalled"}
    say(owner, 2, unset=["recalled"])
    assert persistent_dispositions(pack(1)) == set()
    say(office, 3, set=["recalled"])
    say(owner, 4, unset=["recalled"])
    assert persistent_dispositions(pack(1)) == {"recalled"}


def test_the_owner_of_another_product_is_a_stranger(owner: str) -> None:
    other = create_organisation(by=None, name="HTX khác", kind="cooperative")
    register_product(by=None, owner=other, gtin=OTHER_GTIN, name="Gạo khác")
    say(str(other.pk), 1, set=["recalled"])
    assert persistent_dispositions(pack(1)) == set()


@pytest.mark.parametrize("official", ["authority", "operator"])
def test_official_words_clear_every_mark(office: str, owner: str, official: str) -> None:
    who = office if official == "authority" else None
    say(owner, 1, set=["recalled"])
    say(None, 2, set=["recalled"])
    say(who, 3, unset=["recalled"])
    assert persistent_dispositions(pack(1)) == set()


def test_the_words_shown_are_the_authoritys(office: str, owner: str) -> None:
    say(office, 1, lot("L1"), set=["recalled"])
    [official] = latest(1)
    say(owner, 9, lot("L1"), set=["recalled"])
    say(owner, 9, pack(1), set=["recalled"])
    assert standing(lot("L1")) == {"recalled": official.rid}
    assert standing(pack(1), lot("L1")) == {"recalled": official.rid}


# --- declarations of error ---------------------------------------------------------------------

ID = "urn:uuid:11111111-1111-4111-8111-111111111111"


def milled(**fields: object) -> dict[str, object]:
    return event(
        "TransformationEvent",
        inputQuantityList=[{"epcClass": lot("A")}],
        outputQuantityList=[{"epcClass": lot("B")}],
        **fields,
    )


def wrong(of: dict[str, object]) -> dict[str, object]:
    return {**of, "errorDeclaration": {"declarationTime": "2026-04-01T00:00:00Z"}}


def reaches() -> bool:
    return lot("B") in recall_scope(lot("A")).uris()


BY_KEY, BY_ID = milled(), milled(eventID=ID)
ONLY_ID = seen(pack(5), eventID=ID)


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("first", ["event", "declaration"])
@pytest.mark.parametrize(("said", "against"), [(BY_KEY, BY_KEY), (BY_ID, BY_ID), (BY_ID, ONLY_ID)])
def test_a_stranger_declares_nobodys_events_wrong(
    owner: str,
    stranger: str,
    said: dict[str, object],
    against: dict[str, object],
    first: str,
    checked: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not checked:
        everybody_counts(monkeypatch)
    sends = [(owner, said), (stranger, wrong(against))]
    for who, what in sends if first == "event" else reversed(sends):
        assert capture_events([what], submitter=who).new_events == 1
    assert reaches() is checked
    [mine] = [e for e in history(lot("A")) if e.submitter == owner]
    assert (mine.declared_wrong_by is None) is checked


@pytest.mark.parametrize("who", ["sender", "authority", "operator"])
@pytest.mark.parametrize("first", ["event", "declaration"])
def test_the_sender_an_authority_and_the_operator_are_heard(office: str, owner: str, who: str, first: str) -> None:
    sends = [(owner, BY_ID), ({"sender": owner, "authority": office, "operator": None}[who], wrong(BY_ID))]
    for sender, what in sends if first == "event" else reversed(sends):
        capture_events([what], submitter=sender)
    assert not reaches()


def of_lot(serial: int) -> str:
    return f"https://id.gs1.org/01/{GTIN}/10/L1/21/{serial}"


ORDERS = ["LDC", "LCD", "DLC", "DCL", "CLD", "CDL"]


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("order", ORDERS)
def test_a_corrected_event_links_serials_to_their_lot(order: str, together: bool) -> None:
    """L links serials to the lot, D declares L wrong, C is L corrected: a recall of the lot must find the serials."""
    made = seen(of_lot(1), of_lot(2), action="ADD")
    told = {"L": made, "D": wrong(made), "C": seen(of_lot(1), of_lot(2), action="ADD", bizStep="commissioning")}
    events = [told[letter] for letter in order]
    for part in [events] if together else [[one] for one in events]:
        assert capture_events(part).new_events == len(part)
    assert {pack(1), pack(2)} <= set(recall_scope(lot("L1")).uris())
    say(None, 9, lot("L1"), set=["recalled"])
    assert persistent_dispositions(pack(2)) == {"recalled"}


def test_what_only_a_wrong_event_says_of_a_lot_is_not_of_it() -> None:
    made = seen(of_lot(1), of_lot(2), action="ADD")
    capture_events([made, seen(of_lot(1), minute=4), seen(pack(2), minute=5)])
    capture_events([wrong(made)])
    found = recall_scope(lot("L1")).uris()
    assert pack(1) in found
    assert pack(2) not in found


def test_an_authority_that_sends_the_same_again_makes_it_official(office: str, stranger: str) -> None:
    mark = event(epcList=[pack(1)], persistentDisposition={"set": ["recalled"]})
    capture_events([mark], submitter=stranger)
    assert persistent_dispositions(pack(1)) == set()
    assert capture_events([mark], submitter=office).known_events == 1
    assert persistent_dispositions(pack(1)) == {"recalled"}


@pytest.mark.parametrize("first", ["event", "declaration"])
def test_a_declaration_that_the_sender_sends_again_takes_effect(owner: str, stranger: str, first: str) -> None:
    sends = [(owner, BY_KEY), (stranger, wrong(BY_KEY)), (owner, wrong(BY_KEY))]
    for who, what in sends if first == "event" else [*sends[1:], sends[0]]:
        capture_events([what], submitter=who)
    assert not reaches()


def test_who_sends_an_event_again_cannot_declare_it_wrong(owner: str, stranger: str) -> None:
    capture_events([BY_KEY], submitter=owner)
    capture_events([BY_KEY], submitter=stranger)
    capture_events([wrong(BY_KEY)], submitter=stranger)
    assert reaches()
