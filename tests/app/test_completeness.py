"""How complete a lot's record is: each item by itself, more data never scores less, pages for chain and officials."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.app.shopper import Shopper
from tests.world import PASSWORD, World

from lienvung.catalogue import actions as catalogue
from lienvung.lineage.completeness import CERTAINTY, Deed, KnownOfLot, State, reference, score
from lienvung.people import actions as people
from lienvung.scan import scores
from lienvung.scan.rules import Stage, completeness

STAGES = [stage.value for stage in Stage]
PLAIN = [each.name for each in fields(KnownOfLot) if each.name not in ("kind", "deeds")]
DATA = ("who", "what", "where", "when", "why")
FRESH = reference()["stages"][1]["optional_kinds"]
texts = st.sampled_from(["", "x"])
deeds = st.builds(Deed, st.sampled_from(STAGES), texts, texts, texts, texts, texts)
known = st.builds(
    KnownOfLot,
    **dict.fromkeys(PLAIN, texts),
    kind=st.sampled_from(["", "rice", *FRESH]),
    deeds=st.frozensets(deeds, max_size=6),
)


def states(what: KnownOfLot) -> dict[str, str]:
    return {item.key: str(item.state) for item in score(what).items}


def full() -> KnownOfLot:
    every = frozenset(Deed(stage, *DATA) for stage in STAGES)
    return replace(KnownOfLot(**dict.fromkeys(PLAIN, "x")), deeds=every)


def test_the_reference_says_what_is_sure_and_what_is_not() -> None:
    rows = reference()["minimum"]
    assert [row["number"] for row in rows] == list(range(1, 11))
    assert [row["certainty"] for row in rows] == ["seen"] * 8 + ["second"] * 2
    assert [row["key"] for row in reference()["stages"]] == STAGES
    assert {item.certainty for item in score(full()).items} <= set(CERTAINTY)


def test_nothing_known_and_all_known() -> None:
    nothing, all_ = score(KnownOfLot()), score(full())
    assert (nothing.present, nothing.of, nothing.percent, nothing.stages_recorded) == (0, 33, 0, 0)
    assert (all_.present, all_.of, all_.percent, all_.stages_recorded, all_.missing) == (35, 35, 100, 5, ())


@pytest.mark.parametrize("key", [key for key in PLAIN])
def test_each_plain_item_depends_on_its_own_datum_only(key: str) -> None:
    assert states(replace(KnownOfLot(), **{key: "x"})) == {**states(KnownOfLot()), key: "present"}
    absent = "not_applicable" if key in ("brand", "expiry") else "missing"
    assert states(replace(full(), **{key: ""})) == {**states(full()), key: absent}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("datum", DATA)
def test_each_key_datum_of_each_stage_depends_on_its_own_deed_only(stage: str, datum: str) -> None:
    alone = replace(KnownOfLot(), deeds=frozenset([Deed(stage, **{datum: "x"})]))
    assert states(alone) == {**states(KnownOfLot()), f"{stage}.{datum}": "present"}
    assert [row.key for row in score(alone).stages if row.recorded] == [stage]


def test_stages_of_the_circular_want_thing_place_and_time_in_one_deed() -> None:
    apart = frozenset([Deed("sale", what="x", where="y"), Deed("sale", when="z")])
    assert states(replace(KnownOfLot(), deeds=apart))["stages"] == "missing"
    together = frozenset([Deed("sale", what="x", where="y", when="z")])
    assert states(replace(KnownOfLot(), deeds=together))["stages"] == "present"


@pytest.mark.parametrize("kind", FRESH)
def test_fresh_goods_need_no_processing(kind: str) -> None:
    rest = frozenset(deed for deed in full().deeds if deed.stage != "processing")
    assert score(replace(full(), deeds=rest)).percent < 100
    fresh = score(replace(full(), deeds=rest, kind=kind))
    assert fresh.percent == 100
    assert {i.state for i in fresh.items if i.key.startswith("processing.")} == {State.NOT_APPLICABLE}


def test_who_can_supply_what_is_missing() -> None:
    told = replace(full(), unit="HTX", name="", deeds=frozenset([Deed("sale", who="Quầy", when="hôm nay")]))
    missing = {item.key: item for item in score(told).missing}
    assert missing["name"].known == ("HTX",)
    assert (missing["sale.where"].supplier.vi, missing["sale.where"].known) == ("nơi bán", ("Quầy",))
    assert (missing["transport.who"].supplier.en, missing["transport.who"].known) == (
        "the sender, the carrier, the receiver",
        (),
    )
    asked = scores.asked_of(score(told))
    assert sorted(i.key for group in asked for i in group.items) == sorted(missing)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
@given(known, known)
def test_more_data_never_lowers_the_score(one: KnownOfLot, other: KnownOfLot) -> None:
    more = replace(
        one, **{key: getattr(one, key) or getattr(other, key) for key in PLAIN}, deeds=one.deeds | other.deeds
    )
    before, after = score(one), score(more)
    assert after.present * before.of >= before.present * after.of
    assert after.percent >= before.percent
    assert len(after.missing) <= len(before.missing)
    assert after.stages_recorded >= before.stages_recorded
    named = score(replace(one, kind=one.kind or other.kind))
    assert named.percent >= before.percent


@given(known)
def test_hundred_says_that_nothing_is_missing(one: KnownOfLot) -> None:
    assert (score(one).percent == 100) == (not score(one).missing)


@pytest.mark.parametrize(
    ("stages", "vi", "en"),
    [
        ([], "Chỉ có thông tin sản phẩm", "Product information only"),
        (["growing"], "Chỉ có thông tin sản phẩm", "Product information only"),
        (["growing", "packing"], "Chuỗi truy xuất có 2/5 khâu", "Chain: 2/5 stages"),
        (
            ["growing", "processing", "packing", "shipping", "retail"],
            "Chuỗi truy xuất đủ 5/5 khâu",
            "Chain complete: 5/5 stages",
        ),
    ],
)
def test_the_line_for_shoppers(stages: list[str], vi: str, en: str) -> None:
    assert completeness(stages).line == (vi, en)


@pytest.mark.django_db
def test_the_scan_page_has_the_line_and_links_it_to_the_journey(world: World) -> None:
    for path, ask, line in (
        (world.packs[-1].removeprefix("https://id.gs1.org"), "", "Chuỗi truy xuất"),
        (world.lot.path, "?lang=en", "Chain"),
    ):
        body = Shopper().get(path + ask).content.decode()
        assert f'<a href="#journey">{line}' in body
        assert 'id="journey"' in body
    assert 'href="#journey"' not in Shopper().get(world.rice.path).content.decode()
    empty = catalogue.register_lot(by=None, product=world.rice, number="TRONG-1")
    assert '<a href="#journey">Chỉ có thông tin sản phẩm</a>' in Shopper().get(empty.path).content.decode()


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.accounts[who])
    return client


@pytest.mark.django_db
def test_one_lot_as_json_for_machines(world: World) -> None:
    seen = signed_in(world, "member").get(f"/completeness/{world.lot.pk}.json").json()
    state = {item["key"]: item for item in seen["items"]}
    assert seen["lot"] == world.lot.uri
    assert state["name"]["state"] == state["production.where"]["state"] == "present"
    assert state["standards"]["state"] == "missing"
    assert state["standards"]["certainty"] == "second"
    assert state["standards"]["supplier"]["known"] == ["Hợp tác xã Nếp Mẫu"]
    assert state["brand"]["state"] == "not_applicable"
    assert seen["applicable"] - seen["present"] == sum(i["state"] == "missing" for i in seen["items"])


@pytest.mark.django_db
def test_the_panel_is_for_those_of_the_chain(world: World) -> None:
    for who, sees in (("member", True), ("official", True), ("staff", True), ("other", False)):
        body = signed_in(world, who).get(lot_page(world)).content.decode()
        assert ("ai bổ sung được" in body) is sees, who
        assert ("Tiêu chuẩn áp dụng, chứng nhận" in body) is sees, who


def lot_page(world: World) -> str:
    return f"/ledger/things{world.lot.path}"


@pytest.mark.django_db
def test_a_serial_issued_for_the_lot_tells_what_became_of_it(world: World) -> None:
    before = scores.scores_of([world.lot])[0]
    assert not {stage.key for stage in before.score.stages if stage.recorded} & {"sale"}
    assert str(world.shop.pk) not in before.chain
    job = catalogue.issue_serials(by=None, product=world.rice, lot=world.lot, count=1)
    issued = job.serials.get()
    type(issued).objects.filter(pk=issued.pk).update(serial=world.packs[-1].rpartition("/")[2])
    after = scores.scores_of([world.lot])[0]
    assert {stage.key for stage in after.score.stages if stage.recorded} >= {"production", "sale", "transport"}
    assert str(world.shop.pk) in after.chain
    assert after.score.percent > before.score.percent
    seller = people.create_account(by=None, email="quay@mau.example", full_name="Người bán", password=PASSWORD)
    people.add_member(by=None, account=seller, organisation=world.shop)
    client = Client()
    client.force_login(seller)
    assert client.get(f"/completeness/{world.lot.pk}.json").status_code == 200


@pytest.mark.django_db
def test_officials_get_lots_worst_first_and_as_csv(world: World) -> None:
    catalogue.register_lot(by=None, product=world.paddy, number="=TRONG")
    client = signed_in(world, "official")
    body = client.get("/completeness/").content.decode()
    assert body.index("=TRONG") < body.index("NHC-0504")
    rows = list(csv.DictReader(io.StringIO(client.get("/completeness/lots.csv").content.decode("utf-8-sig"))))
    assert [row["lot"] for row in rows] == ["'=TRONG", "NHC-0504"]
    assert [int(row["score"]) for row in rows] == sorted(int(row["score"]) for row in rows)
    assert "sale.where" in rows[0]["missing"].split()
    narrowed = client.get("/completeness/", {"q": "nhc"}).content.decode()
    assert "NHC-0504" in narrowed
    assert "=TRONG" not in narrowed


@pytest.mark.django_db
def test_every_lot_is_on_one_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "PER_PAGE", 2)
    empty = [catalogue.register_lot(by=None, product=world.paddy, number=f"TRONG-{n}") for n in range(4)]
    client = signed_in(world, "official")
    pages = [client.get("/completeness/lots.csv", {"page": n}).content.decode("utf-8-sig") for n in (1, 2, 3)]
    listed = [[row["lot"] for row in csv.DictReader(io.StringIO(told))] for told in pages]
    assert [sorted(each) for each in listed] == [["TRONG-2", "TRONG-3"], ["TRONG-0", "TRONG-1"], ["NHC-0504"]]
    first = client.get("/completeness/").content.decode()
    assert "page=2" in first
    assert "1 / 3" in first
    assert "TRONG-0" not in first
    last = client.get("/completeness/", {"page": "3", "q": ""}).content.decode()
    assert world.lot.number in last
    assert 'rel="next"' not in last
    only = client.get("/completeness/", {"q": empty[0].number}).content.decode()
    assert 'rel="next"' not in only


def queries(lots: list) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        scores.scores_of(lots)
    return len(seen)


@pytest.mark.django_db
def test_queries_do_not_grow_with_items_and_by_a_journey_only_with_lots(world: World) -> None:
    empty = [catalogue.register_lot(by=None, product=world.paddy, number=f"TRONG-{n}") for n in range(3)]
    queries([world.lot])  # the place records are read and remembered
    one = queries([world.lot])
    assert one <= 30
    each = queries(empty[:2]) - queries(empty[:1])
    assert each <= 3
    assert queries([world.lot, *empty]) <= one + 3 * each
