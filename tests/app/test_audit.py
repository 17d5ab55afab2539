"""The audit log can only be added to: not through the ORM, not through the database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from tests.app.own import gtin, world

from lienvung.audit.access import acts, acts_on
from lienvung.audit.actions import record
from lienvung.audit.models import Act
from lienvung.catalogue import actions as catalogue
from lienvung.errors import Conflict, NotAllowed

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def act(db):
    return record(action="test.act", by=None, details={"a": 1})


def test_changing_and_deleting_is_refused_by_the_orm(act):
    act.action = "test.other"
    for attempt in (
        act.save,
        act.delete,
        lambda: Act.objects.all().delete(),
        lambda: Act.objects.filter(pk=act.pk).update(action="x"),
        lambda: Act.objects.bulk_update([act], ["action"]),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "audit.append_only"
    assert Act.objects.get(pk=act.pk).action == "test.act"


def test_the_database_refuses_to_change(act):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_act SET action = 'x'")
    assert Act.objects.get(pk=act.pk).action == "test.act"


SCRIPT = """
import django
django.setup()
from tests.database import migrate
from django.db import connection
migrate()
from lienvung.audit.actions import record
record(action="test.act", by=None)
for sql in ("UPDATE audit_act SET action='x'", "DELETE FROM audit_act"):
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
    except Exception as refused:
        print(sql.split()[0], refused)
with connection.cursor() as cursor:
    cursor.execute("SELECT action FROM audit_act")
    print(cursor.fetchall())
"""


def test_a_database_on_disk_refuses_to_delete_too(tmp_path):
    environment = {
        **{key: value for key, value in os.environ.items() if key != "DATABASE_URL"},
        "LIENVUNG_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "lienvung.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    assert "UPDATE audit_act is append-only" in done.stdout
    assert "DELETE audit_act is append-only" in done.stdout
    assert "('test.act',)" in done.stdout


def test_an_act_keeps_who_and_what_as_they_were():
    w = world()
    catalogue.update_product(by=w.manager, product=w.rice, name="Gạo nếp Kim Sơn")
    act = acts_on(w.rice).first()
    assert (act.action, act.actor, act.actor_name) == ("catalogue.update_product", w.manager.pk, "Lê Thị Đào")
    assert act.subject_name == "Gạo nếp Kim Sơn"
    assert "name" in act.details["changed"]
    w.manager.full_name = "Khác"
    w.manager.save()
    assert acts_on(w.rice).first().actor_name == "Lê Thị Đào"


def test_a_refused_act_leaves_no_trace():
    w = world()
    before = Act.objects.count()
    with pytest.raises(NotAllowed):
        catalogue.register_lot(by=w.stranger, product=w.rice, number="X")
    with pytest.raises(Conflict):
        catalogue.register_product(by=w.manager, owner=w.farm, gtin=gtin(1), name="again")
    assert Act.objects.count() == before


def test_filters():
    w = world()
    assert {act.action for act in acts(subject=str(w.lot.pk))} == {"catalogue.register_lot"}
    assert acts(subject="hạt cau").count() >= 2
    assert all(act.action.startswith("people.") for act in acts(action="people."))
    assert not acts(actor="Lê Thị Đào").exists()


def test_secrets_are_not_in_the_log():
    w = world()
    from_tokens = str([act.details for act in Act.objects.all()])
    assert w.manager.email not in from_tokens
    assert "lv_" not in from_tokens


def test_the_page_is_for_officials(client):
    w = world()
    assert client.get("/people/audit").status_code == 302
    client.force_login(w.manager)
    assert client.get("/people/audit").status_code == 403
    client.force_login(w.official)
    page = client.get("/people/audit").content.decode()
    assert "Đăng ký lô" in page
    assert "NB-0412" in page
    narrowed = client.get("/people/audit", {"subject": str(w.lot.pk)}).content.decode()
    assert "catalogue.register_lot" in narrowed
    assert "people.create_organisation" not in narrowed


def test_the_page_pages(client):
    w = world()
    for number in range(60):
        record(action=f"test.number_{number:02d}", by=None)
    client.force_login(w.official)
    first = client.get("/people/audit")
    assert b"test.number_59" in first.content
    assert b"test.number_05" not in first.content
    older = first.context["pager"]["older"]
    assert b"test.number_05" in client.get("/people/audit" + older).content
    assert client.get("/people/audit?before=x'; DROP").status_code == 200
