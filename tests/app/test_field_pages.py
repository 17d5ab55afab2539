"""Pages of tasks: what a person sees and sends, and the JSON that a phone gets for what it kept."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from tests.field_world import PLOT, Field, make_field
from tests.world import World

from lienvung.field import actions, forms
from lienvung.field.models import Desk, Submission
from lienvung.lab import holding
from lienvung.ledger.events import latest

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def field(world: World) -> Field:
    return make_field(world)


@pytest.fixture
def member(field: Field) -> Client:
    client = Client()
    client.force_login(field.world.accounts["member"])
    actions.choose_desk(
        by=field.world.accounts["member"], organisation=field.world.grower, place=field.world.places["mill"]
    )
    return client


@pytest.fixture
def seller(field: Field) -> Client:
    client = Client()
    client.force_login(field.seller)
    return client


def filled(client: Client, task: str, query: str = "", **told: Any) -> dict[str, Any]:
    """What a browser would send: the form's own values with these in their place."""
    form = client.get(f"/field/do/{task}{query}").context["form"]
    values = {bound.name: bound.value() for bound in form}
    kept = {name: value for name, value in values.items() if value not in (None, False)}
    return {name: str(value) for name, value in {**kept, **told}.items()}


def harvest(client: Client, field: Field, **told: Any) -> dict[str, Any]:
    return filled(client, "harvest", product=field.world.paddy.gtin, amount="1200", **told)


def test_one_chooses_once_where_one_works(field: Field) -> None:
    client = Client()
    client.force_login(field.world.accounts["member"])
    assert client.get("/field/").headers["Location"] == "/field/desk"
    assert "Kho lạ" not in client.get("/field/desk").text
    assert client.post("/field/desk", {"place": field.yard.gln}).status_code == 422
    assert client.post("/field/desk", {"place": field.world.places["mill"].gln}).headers["Location"] == "/field/"
    home = client.get("/field/").text
    assert "Xưởng xay Yên Khánh" in home
    assert home.count('class="button" href="/field/do/') == 8
    assert Desk.objects.get().place == field.world.places["mill"]


def test_from_the_form_to_the_page_of_the_lot(member: Client, field: Field) -> None:
    answer = member.post("/field/do/harvest", harvest(member, field, plot_code=PLOT))
    assert answer.status_code == 302, answer.context["form"].errors
    page = member.get(answer.headers["Location"]).text
    row = Submission.objects.get()
    assert row.number in page
    assert "/qr/01/" in page
    assert "Làm gì tiếp" in page
    assert f"/field/do/process?thing=https%3A%2F%2Fid.gs1.org%2F01%2F{field.world.paddy.gtin}" in page
    home = member.get("/field/").text
    assert row.number in home
    assert "1.200 kg" in home
    again = filled(member, "process", f"?thing={row.lot}")
    assert again["thing_0"] == row.lot


def test_receiving_shows_what_the_sender_told(seller: Client, field: Field) -> None:
    packed = field.packed()
    shipped = field.ship((packed.lot, Decimal(200)))
    home = seller.get("/field/").text
    assert "Hợp tác xã Nếp Mẫu" in home
    assert "200 gói" in home
    query = f"?shipment={shipped.events[0]}"
    told = filled(seller, "receive", query, came_0="195", note="Rách 5 gói")
    assert told["shipment"] == shipped.events[0]
    first = seller.post("/field/do/receive", told, **JSON)
    assert first.status_code == 201, first.text
    event = latest(1)[0].as_dict()
    assert event["lv:difference"][0]["lv:received"] == 195
    again = seller.post("/field/do/receive", told, **JSON)  # it is received, and its answer was lost
    assert (again.status_code, again.json()["again"]) == (200, True)
    other = seller.post("/field/do/receive", told | {"task_id": str(uuid.uuid4())}, **JSON)
    assert other.status_code == 409


def test_what_a_phone_hears(member: Client, field: Field) -> None:
    told = harvest(member, field)
    first = member.post("/field/do/harvest", told, **JSON)
    assert first.status_code == 201
    made = first.json()
    assert (made["done"], made["again"], made["number"]) == (True, False, told["number"])
    assert member.get(made["page"]).status_code == 200
    again = member.post("/field/do/harvest", told, **JSON)
    assert again.status_code == 200
    assert again.json() == made | {"again": True}
    other = member.post("/field/do/harvest", told | {"amount": "1300"}, **JSON)
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "field.task_id_taken")
    wrong = member.post(
        "/field/do/harvest", told | {"task_id": str(uuid.uuid4()), "amount": "x", "product": ""}, **JSON
    )
    assert wrong.status_code == 422
    errors = {error["field"]: error for error in wrong.json()["errors"]}
    assert set(errors) == {"amount", "product"}
    assert errors["product"]["vi"] == "Chưa nhập."
    assert errors["product"]["en"] == "This is missing."
    assert Client().post("/field/do/harvest", told, **JSON).status_code == 401


def test_sent_again_after_the_goods_are_gone(member: Client, field: Field) -> None:
    lot = field.packed().lot
    told = filled(member, "ship", f"?thing={lot}", amount_0="300", to=field.world.places["store"].gln)
    assert member.post("/field/do/ship", told, **JSON).status_code == 201
    assert member.post("/field/do/ship", told, **JSON).json()["again"]


def test_what_was_kept_says_when_it_was_done(member: Client, field: Field) -> None:
    told = harvest(member, field, made=field.begun.isoformat())
    assert member.post("/field/do/harvest", told, **JSON).status_code == 201
    assert Submission.objects.get().happened_at == field.begun


def test_held_goods_are_shown_and_refused(member: Client, field: Field) -> None:
    lot = field.packed().lot
    holding.hold_lot(by=None, lot=lot, reason="Kết quả kiểm nghiệm không đạt")
    assert "đang tạm giữ" in member.get("/field/").text
    told = filled(member, "ship", f"?thing={lot}", amount_0="10", to=field.world.places["store"].gln)
    refused = member.post("/field/do/ship", told)
    assert refused.status_code == 422
    assert "đang bị tạm giữ" in refused.text
    phone = member.post("/field/do/ship", told, **JSON)
    assert (phone.status_code, phone.json()["errors"][0]["code"]) == (409, "ledger.held")


def test_a_doubt_asks_for_a_reason_beside_its_field(member: Client, field: Field) -> None:
    lot = field.packed().lot
    told = filled(member, "ship", f"?thing={lot}", amount_0="400", to=field.world.places["store"].gln)
    assert 'name="reason"' not in member.get("/field/do/ship").text
    refused = member.post("/field/do/ship", told)
    assert refused.status_code == 422
    assert 'name="reason"' in refused.text
    assert "sổ chỉ còn 300" in refused.text
    assert member.post("/field/do/ship", told | {"reason": "Kiểm kê lại, thừa 100 gói"}).status_code == 302


def test_a_form_is_of_the_place_it_says(member: Client, field: Field) -> None:
    told = harvest(member, field)
    actions.choose_desk(
        by=field.world.accounts["member"], organisation=field.world.grower, place=field.world.places["field"]
    )
    assert member.post("/field/do/harvest", told).status_code == 302
    assert Submission.objects.get().place == field.world.places["mill"]
    stolen = told | {"task_id": str(uuid.uuid4()), "place": field.yard.gln}
    assert member.post("/field/do/harvest", stolen, **JSON).status_code in (403, 422)


def test_codes_are_read_where_they_are_typed(member: Client, field: Field) -> None:
    packed = field.packed()
    told = filled(member, "sell", code_0=packed.number, amount_0="2", sold="1")
    assert member.post("/field/do/sell", told).status_code == 302
    wrong = member.post("/field/do/sell", filled(member, "sell", code_0="KHONG-CO", amount_0="2"), **JSON)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "code_0")


def test_a_long_stock_is_offered_in_part_but_what_is_chosen_stays(member: Client, field: Field, monkeypatch) -> None:
    older = field.harvest(at=field.begun)
    newer = field.harvest()
    offered = "<option value="
    monkeypatch.setattr(forms, "MOST_OFFERED", 1)
    page = member.get("/field/do/ship").text
    assert f'{offered}"{newer.lot}"' in page
    assert f'{offered}"{older.lot}"' not in page
    assert "quét hoặc gõ mã" in page
    chosen = member.get("/field/do/ship", {"thing": older.lot}).text
    assert f'{offered}"{older.lot}" selected' in chosen
    told = filled(member, "ship", code_0=older.number, amount_0="20", to=field.world.places["store"].gln)
    assert member.post("/field/do/ship", told).status_code == 302


def test_amounts_are_said_in_words(member: Client, field: Field) -> None:
    done = member.post("/field/do/harvest", harvest(member, field) | {"amount": "1200,5"}, follow=True)
    assert "1.200,5 kg" in done.text
    assert "KGM" not in done.text


def test_what_others_did_is_not_shown(member: Client, seller: Client, field: Field) -> None:
    done = field.packed()
    assert member.get(f"/field/done/{done.task_id}").status_code == 200
    assert seller.get(f"/field/done/{done.task_id}").status_code == 404


def test_the_manager_chooses_the_tasks(field: Field) -> None:
    client, address = Client(), f"/field/tasks/{field.world.grower.pk}"
    client.force_login(field.world.accounts["manager"])
    actions.choose_desk(
        by=field.world.accounts["manager"], organisation=field.world.grower, place=field.world.places["mill"]
    )
    assert client.post(address, {"tasks": ["harvest", "ship"]}).status_code == 302
    assert client.get("/field/").text.count('class="button" href="/field/do/') == 2
    assert client.get("/field/do/sell").status_code == 404
    assert client.post(address, {}).status_code == 422


def test_the_lot_page_leads_to_its_tasks(member: Client, field: Field) -> None:
    packed = field.packed()
    page = member.get("/ledger/things" + packed.lot.removeprefix("https://id.gs1.org")).text
    assert "/field/do/ship?thing=" in page
    assert (
        "/field/do/ship?thing="
        not in Client().get("/ledger/things" + packed.lot.removeprefix("https://id.gs1.org")).text
    )
