"""A recall that comes from another room's case, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.app.test_quality_recall import REASON, grown_in_ninh_binh, official  # noqa: F401
from tests.world import World

from lienvung import registry
from lienvung.quality.models import Recall
from lienvung.quality.origins import lots_of, origin_of
from lienvung.texts import Text

pytestmark = pytest.mark.django_db
WORDS = "Không dùng, mang trả nơi mua."


@pytest.fixture
def case_room(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A room that registered one case about a pack, seen by officials only."""

    def describe(account: Any, id: str) -> registry.Origin | None:
        if id != "7" or account.email == "member@mau.example":
            return None
        things = (world.packs[0],)
        return registry.Origin(Text("Phản ánh số 7", "Report 7"), "/cases/7", things, "Khách báo gạo mốc.", "PA-7")

    origins = registry.Registry[registry.RecallOrigin]("origins")
    origins.register(registry.RecallOrigin("cases", Text("Phản ánh", "Report"), describe))
    monkeypatch.setattr(registry, "origins", origins)


def test_an_item_leads_to_its_lot(world: World) -> None:
    assert lots_of(world.packs[0]) == [world.lot.uri]
    assert lots_of(world.lot.uri) == [world.lot.uri]
    assert lots_of("https://id.gs1.org/01/08930000000028/21/NEVERSEEN") == []
    assert lots_of("not a code at all") == []


@pytest.mark.usefixtures("case_room")
def test_from_a_case_to_the_recall_and_back(world: World) -> None:
    client = Client()
    client.force_login(official(world, "37"))
    page = client.get("/quality/declare?origin=cases:7").content.decode()
    assert world.lot.uri in page
    assert 'href="/cases/7"' in page
    assert "Khách báo gạo mốc." in page
    told = {"lot": world.lot.uri, "reason": REASON, "public_vi": WORDS, "public_en": WORDS, "origin": "complaint",
            "origin_text": "PA-7", "origin_ref": "cases:7", "confirm": "1"}  # fmt: skip
    done = client.post("/quality/declare", told)
    recall = Recall.objects.get()
    assert done["Location"] == f"/quality/recalls/{recall.pk}"
    assert 'href="/cases/7"' in client.get(done["Location"]).content.decode()
    found = registry.recalls_of_origin("cases", 7)
    assert [(each.url, each.in_force) for each in found] == [(f"/quality/recalls/{recall.pk}", True)]
    assert registry.recalls_of_origin("cases", "70") == []
    assert registry.recalls_of_origin("lab", "7") == []


@pytest.mark.usefixtures("case_room")
@pytest.mark.parametrize("reference", ["cases:8", "lab:7", "cases:", "cases", ":7", "cases:" + "7" * 200])
def test_an_origin_that_is_not_there(world: World, reference: str) -> None:
    client = Client()
    client.force_login(official(world, "37"))
    assert client.get(f"/quality/declare?origin={reference}").status_code == 200
    told = {"lot": world.lot.uri, "reason": REASON, "public_vi": WORDS, "public_en": WORDS, "origin_ref": reference}
    assert client.post("/quality/declare", told).status_code in (404, 422)
    assert not Recall.objects.exists()


@pytest.mark.usefixtures("case_room")
def test_who_may_not_see_the_case_sees_no_link(world: World) -> None:
    assert origin_of("cases:7", world.accounts["member"]) is None
    assert origin_of("cases:7", world.accounts["official"]) is not None
