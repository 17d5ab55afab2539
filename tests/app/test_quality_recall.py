"""A recall: who may, what it reaches, what the pages then say, two officials at once, how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from tests.app.shopper import Shopper
from tests.world import PASSWORD, World

from lienvung.audit.models import Act
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.ledger.events import get_event, history, latest
from lienvung.ledger.status import persistent_dispositions
from lienvung.people import actions as people
from lienvung.people.models import Account, Organisation
from lienvung.quality import actions, rules, scopes
from lienvung.quality.models import Recall
from lienvung.territory.actions import load_units
from lienvung.territory.models import AdminUnit
from lienvung.texts import Text

pytestmark = pytest.mark.django_db
TEXT = Text("Phát hiện lẫn cát, mang trả nơi bán.", "Sand was found; take it back to the shop.")
REASON = "Kết quả kiểm nghiệm số 12 ngày 01/6/2026"


def unit(code: str) -> AdminUnit:
    if not AdminUnit.objects.exists():
        load_units()
    return AdminUnit.objects.get(level="province", code=code, valid_to=None)


def official(world: World, code: str) -> Account:
    """An official of the province with this code."""
    office = people.create_organisation(by=None, name=f"Chi cục tỉnh {code}", kind="authority", unit=unit(code))
    account = people.create_account(
        by=None, email=f"cb{code}@mau.example", full_name=f"Cán bộ {code}", password=PASSWORD
    )
    people.add_member(by=None, account=account, organisation=office, role="inspector")
    return account


def paddy_lot(world: World, number: int) -> str:
    return f"https://id.gs1.org/01/{world.paddy.gtin}/10/THOC-{number}"


def banded(path: str) -> bool:
    return "Đang bị thu hồi" in Shopper().get(path).content.decode()


def paths_of(world: World) -> list[str]:
    return [world.lot.path, *(pack.removeprefix("https://id.gs1.org") for pack in world.packs)]


@pytest.fixture(autouse=True)
def grown_in_ninh_binh(world: World) -> None:
    Organisation.objects.filter(pk=world.grower.pk).update(unit=unit("37"))


def test_a_paddy_lot_recalled_reaches_the_rice_the_packs_and_the_case_but_not_its_sisters(world: World) -> None:
    affected = [f"/01/{world.paddy.gtin}/10/THOC-1", *paths_of(world)]
    sisters = [f"/01/{world.paddy.gtin}/10/THOC-{n}" for n in range(2, 7)]
    assert not any(banded(path) for path in (*affected, *sisters))
    recall = actions.declare_recall(
        by=official(world, "37"), lot_uri=paddy_lot(world, 1), reason=REASON, public_text=TEXT
    )
    assert all(banded(path) for path in affected)
    assert not any(banded(path) for path in sisters)
    assert "Phát hiện lẫn cát" in Shopper().get(world.pack_path).content.decode()
    assert "Sand was found" in Shopper().get(world.pack_path + "?lang=en").content.decode()
    assert recall.scope["items"] >= 4
    assert recall.scope["lots"] == 2


def test_a_lot_without_events_can_be_recalled(world: World) -> None:
    uri = f"https://id.gs1.org/01/{world.rice.gtin}/10/CHUA-CO"
    recall = actions.declare_recall(by=None, lot_uri=uri, reason=REASON, public_text=TEXT)
    assert recall.scope["total"] == 1
    assert persistent_dispositions(uri) == {"recalled"}


@pytest.mark.parametrize(
    "spelling", ["(01){gtin}(10)NHC-0504", "https://elsewhere.example/01/{gtin}/10/NHC-0504", "{gtin} NHC-0504"]
)
def test_any_spelling_of_the_lot_is_the_same_lot(world: World, spelling: str) -> None:
    recall = actions.declare_recall(
        by=None, lot_uri=spelling.format(gtin=world.rice.gtin), reason=REASON, public_text=TEXT
    )
    assert recall.lot_uri == world.lot.uri


def test_the_scope_says_where_how_much_and_in_which_state(world: World) -> None:
    recall = actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    rows = {(row["place"], row["state"]): row["things"] for row in recall.scope["rows"] if row["things"]}
    store = world.places["store"].uri
    assert rows[(store, "sold")] == 1
    assert rows[(store, "on_shelf")] == 3


def test_the_scope_names_goods_and_lots_and_its_rows_add_up(world: World) -> None:
    recall = actions.declare_recall(by=None, lot_uri=paddy_lot(world, 1), reason=REASON, public_text=TEXT)
    rows = scopes.rows_of(recall.scope)
    packs = [row for row in rows if row["gtin"] == world.rice.gtin and row["things"]]
    assert {(row["product"], row["lot"]) for row in packs} <= {(world.rice.name, ""), (world.rice.name, "NHC-0504")}
    assert {row["unit_text"].vi for row in packs} == {"kg"}
    assert [row["quantity"] for row in packs if row["state"] == "on_shelf"] == [6.0], "three packs of two kilograms"
    totals = scopes.totals_of(rows)
    assert totals["things"] == recall.scope["items"]
    assert {row["lot"] for row in rows if row["gtin"] == world.paddy.gtin} == {"THOC-1"}
    client = Client()
    client.force_login(official(world, "37"))
    page = client.get(f"/quality/recalls/{recall.pk}").content.decode()
    assert "KGM" not in page
    assert "6 kg" in page


def test_a_recall_changes_neither_place_nor_state(world: World) -> None:
    first = actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    again = actions.declare_recall(by=None, lot_uri=paddy_lot(world, 2), reason=REASON, public_text=TEXT)
    counted = [
        {(r["place"], r["state"]): r["things"] for r in one.scope["rows"] if r["things"]} for one in (first, again)
    ]
    assert counted[0].items() <= counted[1].items()


def test_who_may(world: World) -> None:
    for who in (world.accounts["member"], world.accounts["manager"], world.accounts["other"], official(world, "79")):
        with pytest.raises(NotAllowed):
            actions.declare_recall(by=who, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    assert not Recall.objects.exists()
    assert persistent_dispositions(world.lot.uri) == set()
    actions.declare_recall(by=official(world, "01"), lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    actions.declare_recall(by=official(world, "37"), lot_uri=paddy_lot(world, 3), reason=REASON, public_text=TEXT)
    acts = Act.objects.filter(action="quality.declare_recall")
    assert acts.count() == 2


@pytest.mark.parametrize(
    ("lot", "reason", "text", "code"),
    [
        ("/01/{gtin}", REASON, TEXT, "quality.not_a_lot"),
        ("/01/{gtin}/21/K7M2QX4T9B", REASON, TEXT, "quality.not_a_lot"),
        ("/01/{gtin}/10/L", "ngắn", TEXT, "quality.words"),
        ("/01/{gtin}/10/L", REASON, Text("ngắn", "short"), "quality.words"),
        ("/01/{gtin}/10/L", "x" * 2001, TEXT, "quality.words"),
    ],
)
def test_bad_input_stores_nothing(world: World, lot: str, reason: str, text: Text, code: str) -> None:
    before = latest(1)[0].rid
    with pytest.raises(Invalid) as refused:
        actions.declare_recall(by=None, lot_uri=lot.format(gtin=world.rice.gtin), reason=reason, public_text=text)
    assert refused.value.code == code
    assert not Recall.objects.exists()
    assert latest(1)[0].rid == before


def test_a_second_recall_of_the_lot_is_a_conflict_until_the_first_is_closed(world: World) -> None:
    first = actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    with pytest.raises(Conflict):
        actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    actions.close_recall(by=None, recall=first, note="Đã xử lý xong toàn bộ lô hàng.")
    assert not any(banded(path) for path in paths_of(world))
    with pytest.raises(Conflict):
        actions.close_recall(by=None, recall=first, note="Đã xử lý xong toàn bộ lô hàng.")
    actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    assert all(banded(path) for path in paths_of(world))


def test_two_overlapping_recalls_each_stand_on_what_only_they_reach(world: World) -> None:
    one = actions.declare_recall(by=None, lot_uri=paddy_lot(world, 1), reason=REASON, public_text=TEXT)
    actions.declare_recall(by=None, lot_uri=paddy_lot(world, 2), reason=REASON, public_text=TEXT)
    actions.close_recall(by=None, recall=one, note="Lô thóc thứ nhất đã được xử lý.")
    assert not banded(f"/01/{world.paddy.gtin}/10/THOC-1")
    assert banded(f"/01/{world.paddy.gtin}/10/THOC-2")
    assert all(banded(path) for path in paths_of(world)), "the second recall still stands on the shared packs"


def test_events_go_in_batches_of_a_thousand_with_ids_that_can_be_found_again() -> None:
    uris = [f"https://id.gs1.org/01/08930000000026/21/{n}" for n in range(2_500)]
    key = Recall().pk
    told = rules.recall_events(
        recall=key,
        time=Recall._meta.get_field("decided_at").to_python("2026-06-01T00:00:00+07:00"),
        uris=uris,
        classes=["https://id.gs1.org/01/08930000000026/10/L"],
        text=TEXT,
    )
    assert [len(e.get("epcList", [])) + len(e.get("quantityList", [])) for e in told] == [1, 1000, 1000, 500]
    assert [uri for event in told for uri in event.get("epcList", [])] == uris
    assert [e["eventID"] for e in told] == [rules.event_id(key, n) for n in range(4)]
    assert all("bizStep" not in e and "disposition" not in e for e in told)
    closing = rules.closing_events(recall=key, time=told[0]["eventTime"], told=told)
    assert [e.get("epcList") for e in closing] == [e.get("epcList") for e in told]
    assert all(e["persistentDisposition"] == {"unset": ["recalled"]} for e in closing)


def test_the_capture_is_one_document_sent_by_the_authority(world: World) -> None:
    account = official(world, "37")
    recall = actions.declare_recall(by=account, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_count, submitter FROM ledger_document ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == (recall.events, str(recall.authority_id))
    assert get_event(rules.event_id(recall.pk, 0)).as_dict()["persistentDisposition"] == {"set": ["recalled"]}
    assert history(world.packs[0])[-1].as_dict()["lv:recall"] == recall.pk.urn


def pages(client: Client, world: World, **changed: str):
    told = {"lot": world.lot.uri, "reason": REASON, "public_vi": TEXT.vi, "public_en": TEXT.en, **changed}
    return client.post("/quality/declare", told)


def test_the_pages_from_form_to_band(world: World) -> None:
    client = Client()
    client.force_login(official(world, "37"))
    assert client.get(f"/quality/declare?lot={world.lot.uri}").status_code == 200
    check = pages(client, world)
    assert check.status_code == 200
    assert "Quầy nông sản Cầu Giấy" in check.content.decode()
    assert not Recall.objects.exists()
    done = pages(client, world, confirm="1")
    assert done.status_code == 302
    shown = client.get(done["Location"]).content.decode()
    assert "Quầy nông sản Cầu Giấy" in shown
    assert REASON in shown
    table = client.get(done["Location"] + "/scope.csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    assert sum(int(row["things"]) for row in rows) == Recall.objects.get().scope["items"]
    assert pages(client, world, confirm="1").status_code == 409
    assert banded(world.pack_path)
    closed = client.post(done["Location"] + "/close", {"note": "Đã xử lý xong toàn bộ lô hàng."})
    assert closed.status_code == 422, "the shop has not answered"
    told = {"note": "Đã xử lý xong toàn bộ lô hàng.", "unanswered_reason": "Cửa hàng đã báo bằng điện thoại."}
    closed = client.post(done["Location"] + "/close", told)
    assert closed.status_code == 302
    assert not banded(world.pack_path)


def test_pages_name_what_is_wrong(world: World) -> None:
    client = Client()
    client.force_login(official(world, "37"))
    for changed in (
        {"lot": world.rice.uri},
        {"lot": "không phải mã"},
        {"reason": ""},
        {"lot": world.lot.uri[:-9] + "é"},
    ):
        answer = pages(client, world, **changed, confirm="1")
        assert answer.status_code == 422, changed
        assert "error-summary" in answer.content.decode()


@pytest.mark.parametrize("who", ["nobody", "member", "other", "79"])
def test_others_cannot(world: World, who: str) -> None:
    recall = actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    client = Client()
    if who == "79":
        client.force_login(official(world, "79"))
    elif who != "nobody":
        client.force_login(world.accounts[who])
    refused = {302} if who == "nobody" else {403}
    assert pages(client, world, lot=paddy_lot(world, 4), confirm="1").status_code in refused
    assert client.post(f"/quality/recalls/{recall.pk}/close", {"note": "x" * 20}).status_code in refused
    public = client.get(f"/quality/recalls/{recall.pk}")
    assert public.status_code == 200
    sees = who in ("member", "79")  # the producer's people and officials
    assert (REASON in public.content.decode()) == sees
    scope = client.get(f"/quality/recalls/{recall.pk}/scope.csv").status_code
    assert scope == (200 if sees else 302 if who == "nobody" else 403)
    assert Recall.objects.get().state == Recall.State.IN_FORCE


def test_the_list_is_open_data(world: World) -> None:
    assert "Chưa có lô nào" in Client().get("/quality/").content.decode()
    actions.declare_recall(
        by=None, lot_uri=world.lot.uri, reason=REASON, public_text=Text("=1+1 là công thức", "=1+1 formula")
    )
    told = json.loads(Client().get("/quality/recalls.json").content)["recalls"]
    assert [row["lot"] for row in told] == [world.lot.uri]
    table = Client().get("/quality/recalls.csv").content.decode()
    assert "'=1+1 là công thức" in table  # a spreadsheet must not compute it
    assert REASON not in table
    assert world.rice.name in Client().get("/quality/").content.decode()


def test_a_shop_that_holds_recalled_goods_is_told(world: World) -> None:
    seller = people.create_account(by=None, email="ban@mau.example", full_name="Người bán", password=PASSWORD)
    people.add_member(by=None, account=seller, organisation=world.shop)
    client, stranger = Client(), Client()
    client.force_login(seller)
    stranger.force_login(world.accounts["other"])
    told = "3 gói trên kệ"
    assert told not in client.get("/ledger/").content.decode()
    recall = actions.declare_recall(by=None, lot_uri=paddy_lot(world, 1), reason=REASON, public_text=TEXT)
    for path in ("/ledger/", f"/quality/recalls/{recall.pk}"):
        assert told in client.get(path).content.decode()
        assert told not in stranger.get(path).content.decode()
        assert told not in Shopper().get(path).content.decode()
    assert REASON not in client.get(f"/quality/recalls/{recall.pk}").content.decode()
    actions.close_recall(by=None, recall=recall, note="Đã xử lý xong toàn bộ lô hàng.")
    assert told not in client.get("/ledger/").content.decode()


def test_the_mark_names_the_authority_and_the_form_names_no_goods(world: World) -> None:
    account = official(world, "37")
    client = Client()
    client.force_login(account)
    assert "Sản phẩm này thuộc một lô bị thu hồi" in client.get("/quality/declare").content.decode()
    actions.declare_recall(by=account, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    assert "Cơ quan quyết định: Chi cục tỉnh 37" in Shopper().get(world.pack_path).content.decode()


def test_a_standing_recall_is_linked_and_a_closed_one_says_so(world: World) -> None:
    client = Client()
    client.force_login(official(world, "37"))
    recall = actions.declare_recall(by=None, lot_uri=paddy_lot(world, 1), reason=REASON, public_text=TEXT)
    address = f"/quality/recalls/{recall.pk}"
    derived = client.get("/ledger/things" + world.lot.path).content.decode()
    assert address in derived
    assert "Thu hồi lô này" not in derived
    again = pages(client, world, lot=paddy_lot(world, 1))
    assert again.status_code == 409
    assert address in again.content.decode()
    assert REASON in again.content.decode(), "what was typed is kept"
    actions.close_recall(by=None, recall=recall, note="Đã xử lý xong toàn bộ lô hàng.")
    assert client.get(address + "/close")["Location"] == address
    assert TEXT.vi not in client.get(address).content.decode()
    assert "Thu hồi lô này" in client.get("/ledger/things" + world.lot.path).content.decode()


def test_english_pages_name_the_goods_in_english(world: World) -> None:
    recall = actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    for path in ("/", "/quality/", f"/quality/recalls/{recall.pk}"):
        page = Client().get(path + "?lang=en").content.decode()
        assert f"{world.rice.name_en} · NHC-0504" in page, path
        assert f"{world.rice.name} · NHC-0504" not in page, path


RACE = """
import os, sys, threading
import django
django.setup()
from tests.database import migrate
from django.db import connection
migrate()
from lienvung.errors import Conflict
from lienvung.quality.actions import declare_recall
from lienvung.quality.models import Recall
from tests.world import make_world

world = make_world()
if sys.argv[1] == "unguarded":
    connection.cursor().execute("DROP INDEX quality_recall_one_in_force")
outcomes, start = [], threading.Barrier(2)
def decide():
    try:
        start.wait(20)
        declare_recall(by=None, lot_uri=world.lot.uri, reason="Ket qua kiem nghiem", public_text="Mang tra noi ban.")
        outcomes.append("recalled")
    except Conflict as conflict:
        outcomes.append(conflict.code)
    finally:
        connections.close_all()
threads = [threading.Thread(target=decide) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join(60) for thread in threads]
print(sorted(outcomes), Recall.objects.count())
"""


@pytest.mark.parametrize(
    ("guard", "told"),
    [("guarded", "['quality.recalled_already', 'recalled'] 1"), ("unguarded", "['recalled', 'recalled'] 2")],
)
def test_two_officials_at_once(tmp_path: Path, guard: str, told: str) -> None:
    """One of two is told of the other. The twin without the unique index shows that the index is what does it."""
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "LIENVUNG_HOME": str(tmp_path), "DATABASE_URL": ""}
    environment |= {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}", "DJANGO_SETTINGS_MODULE": "lienvung.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", RACE, guard], env=environment, capture_output=True, text=True, timeout=120
    )
    assert ran.stdout.strip() == told, ran.stderr
