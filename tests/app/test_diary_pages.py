"""Pages of the diary, and what they answer to a phone that sends what it kept; the same task sent twice at once."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image
from tests.app.test_diary import harvest
from tests.app.test_quality_recall import official
from tests.diary_world import SPRAYED, noted, plot_of, with_prefix
from tests.world import LOCAL, World

from lienvung.catalogue import actions as catalogue
from lienvung.diary import actions
from lienvung.diary.models import Entry, Unit
from lienvung.epcis import build
from lienvung.ledger.capture import capture_events
from lienvung.ledger.events import history
from lienvung.ledger.waiting import waiting_until

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("LIENVUNG_TEST_POSTGRES", "")

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm(world: World) -> World:
    return with_prefix(world)


@pytest.fixture
def plot(farm: World) -> Unit:
    return plot_of(farm)


def client(world: World, role: str = "member") -> Client:
    made = Client()
    made.force_login(world.accounts[role])
    return made


def filled(**values: str) -> dict[str, str]:
    """What a person writes about spraying."""
    return {
        "task_id": str(uuid.uuid4()), "material": "Validacin 3SL", "amount": "0,5", "uom": "LTR", "waiting_days": "14",
        "day": "2026-05-24", "clock": "06:00", "lot": "", "note": "", **values,
    }  # fmt: skip


def address(plot: Unit, activity: str = "spraying") -> str:
    return f"/diary/units/{plot.pk}/write/{activity}"


def test_a_line_is_written_by_a_form_and_stands_on_the_unit(farm: World, plot: Unit) -> None:
    member = client(farm)
    page = member.get(address(plot)).content.decode()
    assert 'data-task="diary-spraying"' in page
    assert 'data-label-vi="Phun thuốc · Ruộng nhà bà Lúa"' in page
    done = member.post(address(plot), filled())
    assert (done.status_code, done["Location"]) == (302, f"/diary/units/{plot.pk}")
    shown = member.get(f"/diary/units/{plot.pk}").content.decode()
    assert "Phun thuốc" in shown
    assert "Validacin 3SL" in shown
    [entry] = Entry.objects.all()
    assert entry.at == datetime(2026, 5, 23, 23, tzinfo=UTC), "06:00 here"
    assert (entry.amount, entry.uom, entry.recorded_by) == (pytest.approx(0.5), "LTR", farm.accounts["member"])


def test_what_waits_is_shown_where_people_look(farm: World, plot: Unit) -> None:
    now = timezone.now().astimezone(LOCAL)
    noted(farm, plot, at=now - timedelta(hours=1), waiting_days=9)
    noted(farm, plot_of(farm, name="Ruộng đã xong"))
    day = f"{now - timedelta(hours=1) + timedelta(days=9):%d/%m/%Y}"
    member = client(farm)
    for where in (f"/diary/units/{plot.pk}", "/diary/", "/"):
        assert day in member.get(where).content.decode(), where
    page = member.get("/diary/").content.decode()
    assert page.index("Ruộng nhà bà Lúa") < page.index("Ruộng đã xong"), "those that wait come first"
    assert "Ruộng nhà bà Lúa" not in client(farm, "other").get("/diary/").content.decode()
    assert "Ruộng nhà bà Lúa" in client(farm, "official").get("/diary/").content.decode()


def test_what_was_used_lately_is_offered(farm: World, plot: Unit) -> None:
    member = client(farm)
    assert "Đã dùng gần đây" not in member.get(address(plot)).content.decode()
    noted(farm, plot, material="Tilt Super")
    page = member.get(address(plot)).content.decode()
    assert "Đã dùng gần đây" in page
    member.post(address(plot), filled(material="", recent="Tilt Super"))
    assert Entry.objects.filter(material="Tilt Super").count() == 2
    assert "Tilt Super" not in member.get(address(plot, "fertilising")).content.decode()


def test_a_phone_is_answered_in_json(farm: World, plot: Unit) -> None:
    member, values = client(farm), filled()

    def sent(values: dict[str, str], by: Client = member) -> Any:
        return by.post(address(plot), values, headers={"Accept": "application/json"})

    first, again = sent(values), sent(values)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"done": True, "again": False, "lot": "", "number": "", "page": f"/diary/units/{plot.pk}"}
    assert again.json()["again"] is True
    assert len(history(plot.uri)) == 1
    other = sent({**values, "amount": "0,6"})
    assert (other.status_code, other["Content-Type"]) == (409, "application/problem+json")
    assert other.json()["errors"][0]["vi"]
    for wrong, field in (({"waiting_days": ""}, "waiting_days"), ({"day": "32/13/2026"}, "day"), ({"uom": "X"}, "uom")):
        refused = sent(filled(**wrong))
        assert refused.status_code == 422
        [fault] = refused.json()["errors"]
        assert fault["field"] == field
        assert fault["vi"] != fault["en"]
    assert sent(filled(), Client()).status_code == 401
    assert sent(filled(), client(farm, "other")).status_code == 404
    assert sent(filled(), client(farm, "official")).status_code == 403
    assert len(history(plot.uri)) == 1


def test_a_task_that_a_browser_sends_twice_is_told_once(farm: World, plot: Unit) -> None:
    member, values = client(farm), filled()
    assert [member.post(address(plot), values).status_code for _ in range(2)] == [302, 302]
    assert len(history(plot.uri)) == 1


def test_a_photo_is_kept_small_and_not_public(farm: World, plot: Unit, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    picture = io.BytesIO()
    Image.new("RGB", (1600, 900), "green").save(picture, "JPEG")
    picture.name, _ = "anh.jpg", picture.seek(0)
    assert client(farm).post(address(plot, "weeding"), filled(photo=picture)).status_code == 302  # type: ignore[arg-type]
    [entry] = Entry.objects.all()
    answer = client(farm).get(f"/diary/entries/{entry.pk}/photo?size=small")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/webp", "private, max-age=3600")
    assert Image.open(io.BytesIO(b"".join(answer.streaming_content))).width == 480  # type: ignore[arg-type]
    elsewhere = Client()
    elsewhere.force_login(official(farm, "79"))
    readers = {"own province": client(farm, "official"), "stranger": client(farm, "other"), "far province": elsewhere}
    told = {name: each.get(f"/diary/entries/{entry.pk}/photo").status_code for name, each in readers.items()}
    assert told == {"own province": 200, "stranger": 404, "far province": 404}, "a photo is read like the notes"
    bad = io.BytesIO(b"<svg onload=alert(1)>")
    bad.name = "anh.jpg"
    assert client(farm).post(address(plot, "weeding"), filled(photo=bad)).status_code == 422  # type: ignore[arg-type]


def test_a_line_is_corrected_and_withdrawn_on_its_page(farm: World, plot: Unit) -> None:
    entry, member = noted(farm, plot), client(farm)
    form = member.get(f"/diary/entries/{entry.pk}/correct").content.decode()
    assert 'value="14"' in form
    assert 'value="tricyclazole 75WP"' in form
    values = filled(material="tricyclazole 75WP", waiting_days="7", reason="Nhãn ghi 7 ngày")
    assert member.post(f"/diary/entries/{entry.pk}/correct", values).status_code == 302
    old = member.get(f"/diary/entries/{entry.pk}").content.decode()
    assert "Nhãn ghi 7 ngày" in old
    assert f"/diary/entries/{entry.pk}/correct" not in old, "corrected once"
    right = Entry.objects.get(corrected_at=None)
    assert member.post(f"/diary/entries/{right.pk}/withdraw", {"reason": "Không phun"}).status_code == 302
    assert not waiting_until([plot.uri], at=SPRAYED)


def test_the_list_as_files(farm: World, plot: Unit) -> None:
    noted(farm, plot, material="=1+1", note="x")
    gone = noted(farm, plot, "weeding", at=SPRAYED + timedelta(days=3))
    actions.withdraw_entry(by=None, entry=gone, reason="nhầm")
    actions.start_season(by=None, unit=plot, season="M26")
    noted(farm, Unit.objects.get(pk=plot.pk), "weeding", at=SPRAYED + timedelta(days=5))
    told = client(farm).get(f"/diary/entries.csv?unit={plot.pk}&season=X26").content.decode("utf-8-sig").splitlines()
    assert len(told) == 3
    assert "'=1+1" in told[2]
    assert ",x,nhầm," in told[1]
    book = load_workbook(io.BytesIO(client(farm).get(f"/diary/entries.xlsx?unit={plot.pk}").content))
    assert book.active.max_row == 4
    assert len(client(farm, "other").get("/diary/entries.csv").content.splitlines()) == 1
    for wrong in ("unit=1", f"unit={uuid.uuid4()}"):
        assert client(farm).get(f"/diary/entries.csv?{wrong}").status_code == 404


def test_a_lots_page_tells_what_was_done_where_it_grew(farm: World, plot: Unit) -> None:
    noted(farm, plot)
    lot = harvest(farm, plot, SPRAYED + timedelta(days=20))
    assert "tricyclazole 75WP" in client(farm).get(f"/ledger/things{lot.path}").content.decode()
    assert "tricyclazole 75WP" not in client(farm, "other").get(f"/ledger/things{lot.path}").content.decode()
    assert f"/diary/units/{plot.pk}" in client(farm).get("/search?q=ba+lua").content.decode()
    assert f"/diary/units/{plot.pk}" not in client(farm, "other").get("/search?q=ba+lua").content.decode()


def test_a_unit_is_registered_by_its_page(farm: World) -> None:
    where = f"/diary/of/{farm.grower.pk}/new"
    values = {"kind": "pond", "name": "Ao Đầm", "area_m2": "1.200,5", "place": str(farm.places["field"].pk)}
    values |= {"species": "cá rô", "season": "", "code": "", "heads": ""}
    assert client(farm).post(where, {**values, "area_m2": ""}).status_code == 422
    assert client(farm).post(where, {**values, "place": str(farm.places["store"].pk)}).status_code == 422
    assert client(farm).post(where, {**values, "area_m2": "1200,5"}).status_code == 302
    assert Unit.objects.get().code == "A001"


# --- the same task at the same moment -------------------------------------------------------------

RACE = """
import threading, uuid
import django
django.setup()
from tests.database import migrate
from django.db import connections, models
migrate()
from lienvung.diary import actions, events
from lienvung.errors import Problem
from lienvung.epcis import build
from lienvung.ledger.capture import capture_events
from lienvung.ledger.events import history
from tests.diary_world import SPRAYED, plot_of, with_prefix
from tests.world import make_world

world = with_prefix(make_world())

def send(plot, task, start, answers):
    try:
        start.wait(30)
        done = actions.record_entry(by=None, organisation=world.grower, task_id=task, unit=plot, activity="weeding",
            at=SPRAYED)
        answers.append(done.again)
    except Problem as problem:
        answers.append(problem.code)
    finally:
        connections.close_all()

def race():
    plot, answers = plot_of(world), []
    for _ in range(6):
        task, start = uuid.uuid4(), threading.Barrier(3)
        threads = [threading.Thread(target=send, args=(plot, task, start, answers)) for _ in range(3)]
        [thread.start() for thread in threads]
        [thread.join(60) for thread in threads]
    print(answers.count(False), answers.count(True), len(history(plot.uri)))

race()

def save(self, **_):  # as if no unique row stood for the task
    self.task_id = uuid.uuid4()
    models.Model.save(self, force_insert=True)

actions.Entry.save = save
events.event_id = lambda task_id: uuid.uuid4().urn
race()
"""
SAFE, UNSAFE = "6 12 6", "18 0 18"  # told, told before, events


def run(tmp_path: Path, database: str) -> list[str]:
    environment = {**os.environ, "LIENVUNG_HOME": str(tmp_path), "DATABASE_URL": database}
    environment |= {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "lienvung.settings",
    }
    ran = subprocess.run([sys.executable, "-c", RACE], env=environment, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr[-3_000:]
    return ran.stdout.splitlines()


def test_a_task_sent_three_times_at_once_is_told_once_and_its_unsafe_twin_is_not(tmp_path: Path) -> None:
    assert run(tmp_path, "") == [SAFE, UNSAFE]


@pytest.mark.postgresql
@pytest.mark.skipif(not SERVER, reason="set LIENVUNG_TEST_POSTGRES=postgresql://… to race on PostgreSQL too")
def test_a_task_sent_three_times_at_once_on_postgresql(tmp_path: Path) -> None:
    name = f"lienvung_diary_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    try:
        head, _, tail = SERVER.rpartition("/")
        query = tail.partition("?")[2]
        assert run(tmp_path, f"{head}/{name}" + (f"?{query}" if query else "")) == [SAFE, UNSAFE]
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def noted_and_sold(farm: World, plot: Unit) -> Entry:
    """A line with a note; what was cut from the plot afterwards stands at the shop in Hà Nội."""
    entry = noted(farm, plot, "weeding", note="Bà Lúa ốm, nhờ hàng xóm")
    lot, store = catalogue.register_lot(by=None, product=farm.paddy, number="TU-RUONG").uri, farm.places["store"].uri
    field = farm.places["field"].uri
    cut = build.transformation_event(
        time=SPRAYED + timedelta(days=20), biz_step="commissioning", read_point=field, biz_location=field,
        inputs=[plot.uri], output_quantities=[(lot, 300, "KGM")],
    )  # fmt: skip
    stocked = build.object_event(
        time=SPRAYED + timedelta(days=22), action="OBSERVE", biz_step="stocking", disposition="sellable_accessible",
        read_point=store, biz_location=store, quantities=[(lot, 300, "KGM")],
    )  # fmt: skip
    assert capture_events([cut, stocked], submitter=str(farm.grower.pk)).success
    return entry


def test_notes_are_for_the_people_and_the_provinces_concerned(farm: World, plot: Unit) -> None:
    apart, sold = (
        noted(farm, plot_of(farm, name="Ruộng riêng"), "weeding", note="Chuyện nhà"),
        noted_and_sold(farm, plot),
    )
    eyes = {"member": client(farm), "official": client(farm, "official")}
    for code in ("01", "79"):
        eyes[code] = Client()
        eyes[code].force_login(official(farm, code))
    reads = {
        (name, words): words in eyes[name].get(f"/diary/entries/{entry.pk}").content.decode()
        for name in eyes
        for entry, words in ((apart, "Chuyện nhà"), (sold, "Bà Lúa ốm"))
    }
    assert reads == {
        ("member", "Chuyện nhà"): True, ("member", "Bà Lúa ốm"): True,
        ("official", "Chuyện nhà"): True, ("official", "Bà Lúa ốm"): True,  # where the plot lies
        ("01", "Chuyện nhà"): False, ("01", "Bà Lúa ốm"): True,  # where its goods came to
        ("79", "Chuyện nhà"): False, ("79", "Bà Lúa ốm"): False,
    }  # fmt: skip
    lists = {name: each.get("/diary/entries.csv").content.decode() for name, each in eyes.items()}
    assert {name: "Chuyện nhà" in told for name, told in lists.items()} == {
        "member": True, "official": True, "01": False, "79": False,
    }  # fmt: skip
    assert all("weeding" in told for told in lists.values()), "the line itself is an event, which officials see"
