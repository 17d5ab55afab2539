"""The legal side of a recall: class, basis, when the case was established, and the clock of the decision."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.app.test_quality_recall import REASON, TEXT, grown_in_ninh_binh, official, pages  # noqa: F401
from tests.world import World

from lienvung.errors import Invalid
from lienvung.quality import actions, rules
from lienvung.quality.models import Recall

pytestmark = pytest.mark.django_db


def declared(world: World, case: rules.Case) -> Recall:
    return actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT, case=case)


@pytest.mark.parametrize(("hours", "late"), [(0, False), (23, False), (25, True)])
def test_the_clock_runs_24_hours_from_the_case(world: World, hours: int, late: bool) -> None:
    recall = declared(world, rules.Case(established_at=timezone.now() - timedelta(hours=hours)))
    assert recall.decide_by - recall.established_at == timedelta(hours=24)
    assert recall.late == late
    page = (client := Client()).get("/").content.decode()
    assert "quyết định trễ" not in page, "not shown to the public"
    client.force_login(official(world, "37"))
    for path in ("/", "/quality/", f"/quality/recalls/{recall.pk}"):
        assert ("quyết định trễ" in client.get(path).content.decode()) == late, path


def test_the_hours_are_a_setting(world: World, settings) -> None:
    settings.RECALL_DECIDE_HOURS = 6
    assert declared(world, rules.Case(established_at=timezone.now() - timedelta(hours=7))).late


def test_a_case_of_tomorrow_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match=r"quality\.future|tương lai|future"):
        declared(world, rules.Case(established_at=timezone.now() + timedelta(days=1)))
    assert not Recall.objects.exists()


def test_the_form_tells_class_basis_origin_and_the_countdown(world: World) -> None:
    client = Client()
    client.force_login(official(world, "37"))
    since = timezone.localtime() - timedelta(hours=20)
    told = {
        "established_at": since.strftime("%d/%m/%Y %H:%M"),
        "compulsory": "voluntary",
        "legal_basis": "Quyết định số 12",
        "origin": "laboratory",
        "origin_text": "Mẫu M-2026-1",
    }
    check = pages(client, world, **told).content.decode()
    assert "còn 3 giờ" in check
    assert "tự nguyện" in check
    done = pages(client, world, **told, confirm="1")
    recall = Recall.objects.get()
    assert (recall.compulsory, recall.legal_basis, recall.origin) == (False, "Quyết định số 12", "laboratory")
    assert "Mẫu M-2026-1" in client.get(done["Location"]).content.decode()
    assert "Mẫu M-2026-1" not in Client().get(done["Location"]).content.decode()
    assert pages(client, world, established_at="hôm qua").status_code == 422


def test_a_recall_from_before_the_clock_still_shows(world: World) -> None:
    recall = declared(world, rules.Case())
    Recall.objects.update(established_at=None, decide_by=None)
    client = Client()
    client.force_login(official(world, "37"))
    assert client.get(f"/quality/recalls/{recall.pk}").status_code == 200
    assert client.get("/quality/").status_code == 200
