"""Whose word draws goods into the scope of a recall: each attack has a twin without the rule, where it works."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from tests.ledger_world import GTIN, OTHER_GTIN, case, event, keyed, lot, pack, packed, seen

from lienvung.catalogue.actions import register_product
from lienvung.ledger.capture import capture_events
from lienvung.ledger.claims import Heard
from lienvung.ledger.trace import Scope, recall_scope
from lienvung.people.actions import create_organisation

pytestmark = pytest.mark.django_db

BAD, GOOD = lot("BAD", OTHER_GTIN), lot("GOOD")  # the stranger's own lot that is held, and a competitor's
NOBODYS = keyed("0893509999999")
T = "urn:uuid:22222222-2222-4222-8222-222222222222"


def firm(name: str, kind: str = "cooperative", gtin: str = "") -> str:
    made = create_organisation(by=None, name=name, kind=kind)
    if gtin:
        register_product(by=None, owner=made, gtin=gtin, name=name)
    return str(made.pk)


@pytest.fixture
def owner() -> str:
    """The competitor, with a lot of its own that it made, packed and shipped."""
    who = firm("HTX Kim Sơn", gtin=GTIN)
    say(
        who,
        event(action="ADD", bizStep="commissioning", quantityList=[{"epcClass": GOOD, "quantity": 90, "uom": "KGM"}]),
        event(minute=1, bizStep="shipping", quantityList=[{"epcClass": GOOD, "quantity": 50, "uom": "KGM"}]),
        seen(pack(1), action="ADD", minute=2, bizStep="commissioning"),
    )
    return who


@pytest.fixture
def stranger(owner: str) -> str:
    who = firm("Đối thủ", gtin=OTHER_GTIN)
    say(who, event(action="ADD", bizStep="commissioning", quantityList=[{"epcClass": BAD, "quantity": 9}]))
    return who


@pytest.fixture
def office() -> str:
    return firm("Sở Nông nghiệp", "authority")


def say(who: str | None, *events: dict[str, Any]) -> None:
    assert capture_events(list(events), submitter=who).success


def made(inputs: list[str], outputs: list[str], *, minute: int = 5, **fields: Any) -> dict[str, Any]:
    def side(name: str, uris: list[str]) -> dict[str, Any]:
        lots, items = [u for u in uris if "/10/" in u], [u for u in uris if "/10/" not in u]
        told = {f"{name}QuantityList": [{"epcClass": u, "quantity": 5, "uom": "KGM"} for u in lots]} if lots else {}
        return told | ({f"{name}EPCList": items} if items else {})

    return event("TransformationEvent", minute=minute, **side("input", inputs), **side("output", outputs), **fields)


def believe_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Heard, "all_official", True)


def reached(scope: Scope) -> set[str]:
    return set(scope.uris())


# --- attacks: each draws the competitor's goods into the scope of the stranger's bad lot ----------

CRATE = pack("crate", OTHER_GTIN)
ATTACKS: dict[str, list[dict[str, Any]]] = {
    "a transformation": [made([BAD], [GOOD])],
    "by way of a case that is nobody's": [made([BAD], [case(1)]), packed(case(1), pack(1), minute=6)],
    "by way of an item of its own": [made([BAD], [CRATE]), packed(CRATE, pack(1), minute=6)],
    "two steps": [made([BAD], [pack(7, OTHER_GTIN)]), made([pack(7, OTHER_GTIN)], [pack(1), GOOD], minute=6)],
    "around": [made([BAD], [GOOD]), made([GOOD], [BAD], minute=6)],
}


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_stranger_draws_nobodys_goods_into_a_scope(
    stranger: str, attack: str, checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(stranger, *ATTACKS[attack])
    if not checked:
        believe_everybody(monkeypatch)
    scope = recall_scope(BAD)
    assert bool(reached(scope) & {GOOD, pack(1)}) is not checked
    assert bool(set(scope.claimed.uris()) & {GOOD, pack(1)}) is checked
    if checked:
        assert {claim.senders for claim in scope.claims} == {(stranger,)}
        assert {GOOD, pack(1)} & {uri for claim in scope.claims for uri in claim.made}


@pytest.mark.parametrize("checked", [True, False])
def test_a_stranger_adds_no_input_to_anothers_process(
    owner: str, stranger: str, checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transformationID joins events of many senders."""
    say(owner, made([lot("PADDY")], [lot("RICE")], transformationID=T))
    say(stranger, event("TransformationEvent", inputQuantityList=[{"epcClass": BAD}], transformationID=T))
    if not checked:
        believe_everybody(monkeypatch)
    assert (lot("RICE") in reached(recall_scope(BAD))) is not checked
    assert lot("RICE") in reached(recall_scope(lot("PADDY")))


@pytest.mark.parametrize("checked", [True, False])
def test_a_stranger_puts_nothing_into_what_another_uses(
    owner: str, stranger: str, checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(owner, made([case(3)], [lot("RICE")], minute=9))
    say(stranger, event("AggregationEvent", minute=4, action="ADD", parentID=case(3),
                        childQuantityList=[{"epcClass": BAD, "quantity": 1}]))  # fmt: skip
    if not checked:
        believe_everybody(monkeypatch)
    scope = recall_scope(BAD)
    assert (lot("RICE") in reached(scope)) is not checked
    assert (lot("RICE") in scope.claimed.uris()) is checked


@pytest.mark.parametrize("checked", [True, False])
def test_a_serial_whose_owner_told_its_lot_is_of_no_other_lot_by_a_strangers_word(
    owner: str, stranger: str, checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of(number: str, serial: int) -> str:
        return lot(number) + f"/21/{serial}"

    say(owner, seen(of("GOOD", 11), action="ADD", minute=3))
    say(stranger, seen(of("ILL", 11), minute=4), seen(of("ILL", 12), minute=4))
    if not checked:
        believe_everybody(monkeypatch)
    found = reached(recall_scope(lot("ILL")))
    assert (pack(11) in found) is not checked
    assert pack(12) in found  # nobody else told of which lot it is


# --- what must not be lost ----------------------------------------------------------------------


def test_the_owners_own_word_and_an_officials_count(owner: str, stranger: str, office: str) -> None:
    say(owner, made([BAD], [GOOD]))
    say(office, made([BAD], [pack(1)], minute=6))
    say(None, made([BAD], [pack(2)], minute=7))
    scope = recall_scope(BAD)
    assert {GOOD, pack(1), pack(2)} <= reached(scope)
    assert (scope.claims, scope.claimed.total) == ([], 0)


def test_everybody_is_heard_about_goods_of_nobody(stranger: str) -> None:
    gone = firm("không ai")
    say(gone, made([BAD], [case(5)]), made([BAD], [lot("X", NOBODYS)], minute=6))
    assert {case(5), lot("X", NOBODYS)} <= reached(recall_scope(BAD))


@pytest.mark.parametrize("who", ["owner", "office"])
def test_who_sends_a_packers_event_again_vouches_for_it(owner: str, stranger: str, office: str, who: str) -> None:
    """A contract packer packs the brand owner's goods; the owner, or an official, tells the same later."""
    packer = firm("Xưởng đóng gói")
    told = made([BAD], [GOOD, pack(1)])
    say(packer, told)
    before = recall_scope(BAD)
    assert set(before.claimed.uris()) == {GOOD, pack(1)}
    [claim] = before.claims
    assert claim.senders == (packer,)
    say({"owner": owner, "office": office}[who], told)
    after = recall_scope(BAD)
    assert {GOOD, pack(1)} <= reached(after)
    assert (after.claims, after.claimed.total) == ([], 0)


def test_the_owners_own_event_vouches_beside_the_claim(owner: str, stranger: str) -> None:
    say(stranger, made([BAD], [GOOD]))
    say(owner, made([BAD], [GOOD], minute=30))
    scope = recall_scope(BAD)
    assert GOOD in reached(scope)
    assert scope.claims == []


def test_an_officer_believes_a_claim_and_all_that_hangs_on_it(owner: str, stranger: str) -> None:
    say(stranger, made([BAD], [GOOD], eventID="urn:uuid:33333333-3333-4333-8333-333333333333"))
    say(owner, made([GOOD], [pack(1), pack(2)], minute=8))
    scope = recall_scope(BAD)
    assert reached(scope) == {BAD}
    assert set(scope.claimed.uris()) == {GOOD, pack(1), pack(2)}
    [claim] = scope.claims
    assert claim.made == (GOOD,)
    believed = recall_scope(BAD, believe=[claim.event_id])
    assert reached(believed) == {BAD, GOOD, pack(1), pack(2)}
    assert believed.claims == []
    assert reached(recall_scope(BAD, believe=[str(uuid.uuid4()), "ni:no", ""])) == {BAD}


def test_a_claim_declared_wrong_by_its_sender_is_gone(stranger: str) -> None:
    told = made([BAD], [GOOD])
    say(stranger, told)
    say(stranger, {**told, "errorDeclaration": {"declarationTime": "2026-04-01T00:00:00Z"}})
    scope = recall_scope(BAD)
    assert (reached(scope), scope.claimed.total) == ({BAD}, 0)


def test_a_thing_that_is_vouched_for_by_another_way_is_no_claim(owner: str, stranger: str) -> None:
    say(stranger, made([BAD], [GOOD]))
    say(owner, made([BAD], [lot("MIX")], minute=6), made([lot("MIX")], [GOOD], minute=7))
    scope = recall_scope(BAD)
    assert {lot("MIX"), GOOD} <= reached(scope)
    assert scope.claimed.total == 0


def test_items_and_json_say_it(stranger: str) -> None:
    say(stranger, made([BAD], [GOOD]))
    scope = recall_scope(BAD)
    assert {item.vouched for item in scope.items()} == {True}
    assert next((item.uri, item.vouched) for item in scope.claimed.items()) == (GOOD, False)
    told = scope.as_json()
    assert told["claimed"]["claims"][0]["by"] == [stranger]
    assert told["claimed"]["things"][0]["vouched"] is False
    assert recall_scope(GOOD).as_json()["claimed"] is None
