"""An inspection from the first answer to the re-inspection: who may, what is frozen, what follows, two at once."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.utils import timezone
from PIL import Image
from tests.control_world import FAILED, Controlled, days, official, photo, put_under_control, signed, visit
from tests.world import World

from lienvung.audit.models import Act
from lienvung.control import access, actions, correcting, inspecting, signing
from lienvung.control.models import Answer, Finding, Grade, Inspection
from lienvung.errors import Conflict, Invalid, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def controlled(world: World, settings, tmp_path) -> Controlled:
    settings.MEDIA_ROOT = tmp_path
    return put_under_control(world)


def test_from_answers_to_grade_findings_and_audit(controlled: Controlled) -> None:
    by, mill = controlled.inspector, controlled.mill
    made = visit(by, mill, failed=FAILED, due_on=days(5))
    proposal = inspecting.proposal_for(made)
    assert proposal.result.code == "fail"
    assert proposal.faults == {"critical": 1, "major": 0, "minor": 1}
    assert not Finding.objects.exists()
    assert not mill.grades.exists(), "nothing stands before both sides have signed"
    done = signed(by, made)
    assert done.state == "signed"
    assert signing.is_as_signed(done)
    assert {f.item: (f.severity, f.due_on) for f in done.findings.all()} == {
        "nuoc-sach": ("critical", days(5)),
        "nhan": ("minor", days(5)),
    }
    grade = Grade.objects.get()
    assert (grade.result, grade.graded_on, grade.inspection) == ("fail", timezone.localdate(), done)
    acts = Act.objects.filter(action__startswith="control.").values_list("action", flat=True)
    assert {"control.start_inspection", "control.answer_item", "control.fix_result", "control.sign_inspection"} <= set(
        acts
    )
    assert {"control.sign_on_the_spot"} <= set(acts)


def test_only_officials_of_the_own_province_write(world: World, controlled: Controlled) -> None:
    made = inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    strangers = (official("01"), controlled.member, world.accounts["manager"], world.accounts["staff"])
    for who in strangers:
        for act in (
            lambda who=who: inspecting.start_inspection(by=who, establishment=controlled.mill, checklist="trade"),
            lambda who=who: inspecting.answer_item(by=who, inspection=made, item="nhan", answer="pass"),
            lambda who=who: inspecting.add_photo(by=who, inspection=made, item="nhan", image=photo()),
            lambda who=who: inspecting.fix_result(by=who, inspection=made, result="pass"),
            lambda who=who: signing.sign_inspection(by=who, inspection=made),
            lambda who=who: signing.amend_inspection(by=who, inspection=made, text="Bổ sung một điều."),
        ):
            with pytest.raises(NotAllowed):
                act()
    assert not made.answers.exists()


@pytest.mark.parametrize(
    "told",
    [
        {"answer": "fail", "note": ""},
        {"answer": "maybe"},
        {"answer": "fail", "note": "Bẩn.", "due_on": 31},
        {"answer": "fail", "note": "Bẩn.", "due_on": -1},
    ],
)
def test_an_answer_that_is_not_right_is_not_kept(controlled: Controlled, told: dict) -> None:
    made = inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    if "due_on" in told:
        told = {**told, "due_on": days(told["due_on"])}
    with pytest.raises(Invalid):
        inspecting.answer_item(by=None, inspection=made, item="nhan", **told)
    with pytest.raises(Invalid):
        inspecting.answer_item(by=None, inspection=made, item="khong-co", answer="pass")
    assert not Answer.objects.exists()


def test_who_changes_an_answer_must_have_seen_it(controlled: Controlled) -> None:
    made = inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    first = inspecting.answer_item(by=None, inspection=made, item="nhan", answer="pass")
    for seen in (0, 2):
        with pytest.raises(Conflict):
            inspecting.answer_item(by=None, inspection=made, item="nhan", answer="fail", note="Mờ chữ.", seen=seen)
    assert Answer.objects.get().answer == "pass"
    second = inspecting.answer_item(by=None, inspection=made, item="nhan", answer="na", seen=first.version)
    assert (second.answer, second.version) == ("na", 2)


def test_a_conclusion_needs_all_answers_and_grounds_where_it_differs(controlled: Controlled) -> None:
    by = controlled.inspector
    made = inspecting.start_inspection(by=by, establishment=controlled.mill, checklist="processing")
    with pytest.raises(Invalid) as missing:
        inspecting.fix_result(by=by, inspection=made, result="pass")
    assert "12" in missing.value.vi
    for item in made.listed:
        inspecting.answer_item(by=by, inspection=made, item=item.code, answer="pass")
    with pytest.raises(Invalid):
        inspecting.fix_result(by=by, inspection=made, result="fail", note="ngắn")
    with pytest.raises(Invalid):
        inspecting.fix_result(by=by, inspection=made, result="A")
    with pytest.raises(Invalid):
        signing.sign_inspection(by=by, inspection=made)
    inspecting.fix_result(by=by, inspection=made, result="fail", note="Cơ sở không cho xem kho.")
    inspecting.answer_item(by=by, inspection=made, item="nhan", answer="na", seen=1)
    with pytest.raises(Invalid):  # a changed answer undoes the conclusion
        signing.sign_inspection(by=by, inspection=made)


def test_once_signed_nothing_changes_but_by_addition(controlled: Controlled) -> None:
    by = controlled.inspector
    made = visit(by, controlled.mill, failed=FAILED)
    inspecting.fix_result(by=by, inspection=made, result="fail")
    waiting = signing.sign_inspection(by=by, inspection=made)
    writes = (
        lambda: inspecting.answer_item(by=by, inspection=made, item="nhan", answer="pass", seen=1),
        lambda: inspecting.add_photo(by=by, inspection=made, item="nhan", image=photo()),
        lambda: inspecting.fix_result(by=by, inspection=made, result="pass", note="Đã xem lại toàn bộ."),
        lambda: signing.sign_inspection(by=by, inspection=made),
    )
    for write in writes:
        with pytest.raises(Conflict):
            write()
    with pytest.raises(Conflict):
        signing.amend_inspection(by=by, inspection=made, text="Bổ sung một điều.")
    signing.sign_for_establishment(by=controlled.member, inspection=waiting, digest=waiting.digest, statement="Đồng ý")
    for write in (*writes, lambda: signing.reopen_inspection(by=by, inspection=made, reason="Sửa lại.")):
        with pytest.raises(Conflict):
            write()
    signing.amend_inspection(by=by, inspection=made, text="Đã nhận kết quả nước sau đó.")
    locked = access.inspection(made.pk)
    assert signing.is_as_signed(locked)
    assert (locked.side, locked.side_name) == ("account", controlled.member.full_name)
    Answer.objects.filter(inspection=made, item="nhan").update(note="Sửa lén trong cơ sở dữ liệu.")
    assert not signing.is_as_signed(locked), "whoever changes the tables is found out"


def test_the_other_side_signs_what_it_read(world: World, controlled: Controlled) -> None:
    by = controlled.inspector
    made = visit(by, controlled.mill)
    inspecting.fix_result(by=by, inspection=made, result="pass")
    read = signing.sign_inspection(by=by, inspection=made)
    for who in (world.accounts["other"], by, world.accounts["staff"]):
        with pytest.raises(NotAllowed):
            signing.sign_for_establishment(by=who, inspection=read, digest=read.digest)
    opened = signing.reopen_inspection(by=by, inspection=read, reason="Ghi nhầm một mục.")
    inspecting.answer_item(by=by, inspection=opened, item="nhan", answer="na", seen=1)
    inspecting.fix_result(by=by, inspection=opened, result="pass")
    again = signing.sign_inspection(by=by, inspection=opened)
    assert again.digest != read.digest
    with pytest.raises(Conflict):
        signing.sign_for_establishment(by=controlled.member, inspection=made, digest=read.digest)
    signing.sign_for_establishment(by=controlled.member, inspection=made, digest=again.digest)
    assert Grade.objects.get().result == "pass"


def test_a_refusal_is_recorded_and_the_inspection_stands(controlled: Controlled) -> None:
    done = signed(controlled.inspector, visit(controlled.inspector, controlled.mill, failed=FAILED), refused=True)
    assert (done.side, done.state) == ("refused", "signed")
    assert Grade.objects.get().result == "fail"
    assert Act.objects.filter(action="control.record_refusal").exists()


def test_a_second_inspection_waits_for_the_first(controlled: Controlled) -> None:
    inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    with pytest.raises(Conflict):
        inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    inspecting.start_inspection(by=None, establishment=controlled.store, checklist="trade")


def test_findings_are_answered_checked_again_and_closed_or_repeated(controlled: Controlled) -> None:
    by, mill = controlled.inspector, controlled.mill
    first = signed(by, visit(by, mill, failed=FAILED, due_on=days(3)))
    water, label = first.findings.get(item="nuoc-sach"), first.findings.get(item="nhan")
    assert not access.overdue(days(3))
    assert set(access.overdue(days(4))) == {water, label}
    with pytest.raises(NotAllowed):
        correcting.answer_finding(by=by, finding=water, text="Đã thay bộ lọc nước.")
    correcting.answer_finding(by=controlled.member, finding=water, text="Đã thay bộ lọc nước.", images=[photo()] * 2)
    correcting.answer_finding(by=controlled.member, finding=label, text="Đã in lại nhãn có số lô.")
    with pytest.raises(Conflict):  # a critical one needs a visit
        correcting.close_finding(by=by, finding=water, note="Ảnh rõ.")
    with pytest.raises(NotAllowed):
        correcting.close_finding(by=official("01"), finding=label, note="Ảnh rõ.")
    correcting.close_finding(by=by, finding=label, note="Ảnh nhãn mới rõ.")
    with pytest.raises(Conflict):
        correcting.answer_finding(by=controlled.member, finding=label, text="Đã in lại lần nữa.")
    second = visit(by, mill, again_of=first, failed={"nuoc-sach": "Vẫn chưa có kết quả."})
    assert [item.code for item in second.listed] == ["nuoc-sach"]
    assert inspecting.proposal_for(second).faults == {"critical": 1, "major": 0, "minor": 1}
    signed(by, second)
    water.refresh_from_db()
    assert water.state == "repeated"
    still = second.findings.get()
    assert still.repeats == water
    third = signed(by, visit(by, mill, again_of=second))
    still.refresh_from_db()
    assert (still.state, still.closed_in) == ("closed", third)
    assert Grade.objects.order_by("recorded_at").last().result == "pass"
    assert not access.findings(standing=True)
    with pytest.raises(Invalid):
        inspecting.start_inspection(by=by, establishment=mill, again_of=third)


def test_a_full_visit_settles_what_stood_before(controlled: Controlled) -> None:
    by = controlled.inspector
    first = signed(by, visit(by, controlled.mill, failed=FAILED))
    signed(by, visit(by, controlled.mill))
    assert {finding.state for finding in first.findings.all()} == {"closed"}


def test_photos_are_written_anew_without_what_the_phone_put_in(controlled: Controlled) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = "DienThoaiMau", "toa do bi mat"
    sent = photo(exif=exif)
    assert b"DienThoaiMau" in sent
    made = inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    kept = inspecting.add_photo(by=None, inspection=made, item="nhan", image=sent)
    stored = kept.file.storage.open(kept.file.name).read()
    assert b"DienThoaiMau" not in stored
    assert not Image.open(io.BytesIO(stored)).getexif()
    assert Image.open(io.BytesIO(stored)).format == "WEBP"
    for wrong in (b"<script>", b"", b"x" * (inspecting.PHOTO_BYTES + 1)):
        with pytest.raises(Invalid):
            inspecting.add_photo(by=None, inspection=made, item="nhan", image=wrong)
    for _ in range(inspecting.PHOTOS_OF_ITEM - 1):
        inspecting.add_photo(by=None, inspection=made, item="nhan", image=photo())
    with pytest.raises(Invalid):
        inspecting.add_photo(by=None, inspection=made, item="nhan", image=photo())


def test_the_checklist_is_the_one_of_the_day(controlled: Controlled, monkeypatch: pytest.MonkeyPatch) -> None:
    made = inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    monkeypatch.setattr(inspecting.reference, "checklists", lambda: ())
    assert len(Inspection.objects.get(pk=made.pk).listed) == 12
    assert made.checklist_version == 1


def test_an_inspection_of_an_old_day_uses_the_scheme_of_that_day(controlled: Controlled) -> None:
    day = timezone.datetime(2024, 5, 6).date()
    done = signed(controlled.inspector, visit(None, controlled.mill, visited_on=day))
    assert done.scheme == "abc"
    assert Grade.objects.get().result == "A"
    assert actions.rules.next_visit(inspecting.scheme_of(done).result("A"), day).year == 2025


RACE = """
import sys, threading
import django
django.setup()
from tests.database import migrate
from django.db import connection, connections
migrate()
from lienvung.control import inspecting
from lienvung.control.models import Answer, Inspection
from lienvung.errors import Conflict
from tests.control_world import put_under_control
from tests.world import make_world

mill = put_under_control(make_world()).mill
if sys.argv[1] == "start":
    index, rows = "control_inspection_one_open", Inspection
    act = lambda: inspecting.start_inspection(by=None, establishment=mill, checklist="processing")
else:
    index, rows = "control_answer_once", Answer
    made = inspecting.start_inspection(by=None, establishment=mill, checklist="processing")
    act = lambda: inspecting.answer_item(by=None, inspection=made, item="nhan", answer="pass")
if sys.argv[2] == "unguarded":
    if connection.vendor == "postgresql":
        told = {"control_answer_once": "ALTER TABLE control_answer DROP CONSTRAINT control_answer_once"}
        connection.cursor().execute(told.get(index, f"DROP INDEX {index}"))
    elif rows is Inspection:
        connection.cursor().execute(f"DROP INDEX {index}")
    else:
        [constraint] = rows._meta.constraints
        rows._meta.constraints = []  # SQLite makes the table anew from what the model says
        with connection.schema_editor() as editor:
            editor.remove_constraint(rows, constraint)
outcomes, barrier = [], threading.Barrier(2)
def go():
    try:
        barrier.wait(20)
        act()
        outcomes.append("done")
    except Conflict as conflict:
        outcomes.append(conflict.code)
    finally:
        connections.close_all()
threads = [threading.Thread(target=go) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join(60) for thread in threads]
print(sorted(outcomes), rows.objects.count())
"""


RACES = [
    ("start", "guarded", "['control.being_inspected', 'done'] 1"),
    ("start", "unguarded", "['done', 'done'] 2"),
    ("answer", "guarded", "['control.changed_meanwhile', 'done'] 1"),
    ("answer", "unguarded", "['done', 'done'] 2"),
]


def raced(folder: Path, what: str, guard: str, database: str) -> str:
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "LIENVUNG_HOME": str(folder), "DATABASE_URL": database}
    environment |= {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}", "DJANGO_SETTINGS_MODULE": "lienvung.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", RACE, what, guard], env=environment, capture_output=True, text=True, timeout=180
    )
    return ran.stdout.strip() or ran.stderr


@pytest.mark.parametrize(("what", "guard", "told"), RACES)
def test_two_inspectors_at_once(tmp_path: Path, what: str, guard: str, told: str) -> None:
    """One of two is told of the other. The twins without the unique index show that the index is what does it."""
    assert raced(tmp_path, what, guard, "") == told


@pytest.mark.postgresql
@pytest.mark.skipif("LIENVUNG_TEST_POSTGRES" not in os.environ, reason="needs LIENVUNG_TEST_POSTGRES")
@pytest.mark.parametrize(("what", "guard", "told"), RACES)
def test_two_inspectors_at_once_on_postgresql(tmp_path: Path, what: str, guard: str, told: str) -> None:
    server = os.environ["LIENVUNG_TEST_POSTGRES"]
    name = f"control_{what}_{guard}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name}")
        try:
            parts = urlsplit(server)
            assert raced(tmp_path, what, guard, urlunsplit(parts._replace(path=f"/{name}"))) == told
        finally:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
