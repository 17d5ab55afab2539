"""Certificates through their actions: who registers, who checks, what changes under whose eyes, files, links."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from openpyxl import load_workbook
from tests.app.proofs_world import FROM, PDF, TO, TODAY, claim, confirmed, person, photo
from tests.world import World

from lienvung.audit.access import acts_on
from lienvung.errors import Conflict, Invalid, NotAllowed, TooLarge
from lienvung.people import actions as people
from lienvung.proofs import access, actions, areas, files, tables
from lienvung.proofs.demo import play, register_told
from lienvung.proofs.models import Certificate, IssuingBody
from lienvung.proofs.rules import State
from lienvung.territory.access import unit_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def hanoi(world: World):
    unit = unit_at("Hà Nội", level="province", on=TODAY)
    body = people.create_organisation(by=None, name="Sở Mẫu Hà Nội", kind="authority", unit=unit)
    return person("hn@mau.example", body, "inspector")


def test_only_managers_register_and_all_of_it_is_on_record(world: World) -> None:
    for name in ("member", "other", "official"):
        with pytest.raises(NotAllowed):
            claim(world, by=world.accounts[name])
    one = claim(world)
    assert access.state(one, today=TODAY) is State.CLAIMED
    actions.add_scope(by=world.accounts["manager"], certificate=one, product=world.paddy)
    one.refresh_from_db()
    actions.confirm(by=world.accounts["official"], certificate=one, revision=one.revision, note="Đã xem bản gốc")
    assert [act.action for act in acts_on(one)] == ["proofs.confirm", "proofs.add_scope", "proofs.register"]
    assert one.checked_for == world.authority
    assert access.state(one, today=TODAY) is State.VALID


def test_an_official_of_another_province_sees_but_does_not_decide(world: World, hanoi) -> None:
    one = claim(world)
    actions.add_scope(by=None, certificate=one, product=world.paddy)
    one.refresh_from_db()
    assert access.certificate(hanoi, one.pk) == one
    assert access.may_see_inside(hanoi, one)
    for act in (
        lambda: actions.confirm(by=hanoi, certificate=one, revision=one.revision),
        lambda: actions.refuse(by=hanoi, certificate=one, revision=one.revision, reason="Không đúng bản giấy."),
        lambda: actions.measure(by=hanoi, certificate=one, act="withdrawn", from_day=TODAY, reason="Không đúng bản."),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert one.pk not in {waiting.pk for waiting in access.to_check(hanoi)}
    assert one.pk in {waiting.pk for waiting in access.to_check(world.accounts["official"])}


def test_nobody_checks_the_certificate_of_an_organisation_of_his_own(world: World) -> None:
    people.add_member(by=None, account=world.accounts["official"], organisation=world.grower)
    one = claim(world)
    actions.add_scope(by=None, certificate=one, product=world.paddy)
    one.refresh_from_db()
    with pytest.raises(NotAllowed):
        actions.confirm(by=world.accounts["official"], certificate=one, revision=one.revision)


def test_an_issuing_body_counts_only_once_accepted_and_for_its_kinds(world: World) -> None:
    with pytest.raises(Invalid):  # a friend named as issuer
        claim(world, issuer=world.stranger)
    actions.accept_issuer(by=world.accounts["official"], organisation=world.stranger, kinds_issued=["vietgap"])
    with pytest.raises(Invalid):
        claim(world, kind="haccp", issuer=world.stranger)
    one = claim(world, issuer=world.stranger, issuer_name="")
    assert one.issuer_name == world.stranger.name
    actions.add_scope(by=None, certificate=one, product=world.paddy)
    one.refresh_from_db()
    checker = world.accounts["other"]
    assert access.may_check(checker, one)
    actions.end_issuer(by=world.accounts["official"], body=IssuingBody.objects.get())
    assert not access.may_check(checker, one)
    with pytest.raises(NotAllowed):
        actions.accept_issuer(by=checker, organisation=world.stranger, kinds_issued=["vietgap"])
    actions.accept_issuer(by=None, organisation=world.stranger, kinds_issued=["vietgap"])
    actions.confirm(by=checker, certificate=one, revision=one.revision)
    assert one.checked_for == world.stranger


def test_what_changed_since_it_was_read_cannot_be_confirmed(world: World) -> None:
    one = claim(world)
    actions.add_scope(by=None, certificate=one, product=world.paddy)
    seen = Certificate.objects.get(pk=one.pk).revision
    actions.add_scope(by=world.accounts["manager"], certificate=one, product=world.rice)
    with pytest.raises(Conflict):
        actions.confirm(by=world.accounts["official"], certificate=one, revision=seen)
    assert Certificate.objects.get(pk=one.pk).checked == "claimed"


def test_of_two_officials_at_once_one_gets_a_conflict(world: World) -> None:
    one = claim(world)
    actions.add_scope(by=None, certificate=one, product=world.paddy)
    one.refresh_from_db()
    twin = Certificate.objects.get(pk=one.pk)
    actions.confirm(by=world.accounts["official"], certificate=one, revision=one.revision)
    with pytest.raises(Conflict):
        actions.refuse(
            by=world.accounts["official"], certificate=twin, revision=twin.revision, reason="Số giấy không đúng."
        )
    assert Certificate.objects.get(pk=one.pk).checked == "confirmed"


def test_refused_with_a_reason_mended_and_asked_again(world: World) -> None:
    one = claim(world)
    actions.add_scope(by=None, certificate=one, product=world.paddy)
    one.refresh_from_db()
    official = world.accounts["official"]
    with pytest.raises(Invalid):
        actions.refuse(by=official, certificate=one, revision=one.revision, reason="không")
    actions.refuse(by=official, certificate=one, revision=one.revision, reason="Số trên giấy là VG-2026-07.")
    told = {
        "number": "VG-2026-07", "issuer_name": one.issuer_name, "issuer": None, "issued_on": None, "valid_from": FROM,
        "valid_to": TO, "standard": "", "stars": None, "points": None, "register_link": "",
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        actions.change_certificate(by=world.accounts["member"], certificate=one, **told)
    changed = actions.change_certificate(by=world.accounts["manager"], certificate=one, **told)
    assert (changed.checked, changed.check_note) == ("claimed", "")
    actions.confirm(by=official, certificate=changed, revision=changed.revision)
    with pytest.raises(Conflict):
        actions.change_certificate(by=world.accounts["manager"], certificate=changed, **told)
    with pytest.raises(Conflict):
        actions.add_scope(by=world.accounts["manager"], certificate=changed, product=world.rice)


def test_nothing_without_a_scope_is_confirmed(world: World) -> None:
    one = claim(world)
    with pytest.raises(Invalid):
        actions.confirm(by=world.accounts["official"], certificate=one, revision=one.revision)


def test_whoever_confirms_without_a_document_says_where_the_paper_was_seen(world: World) -> None:
    one = claim(world, document=None)
    actions.add_scope(by=None, certificate=one, product=world.paddy)
    one.refresh_from_db()
    official = world.accounts["official"]
    with pytest.raises(Invalid) as caught:
        actions.confirm(by=official, certificate=one, revision=one.revision, note="ok")
    assert caught.value.path == "note"
    actions.confirm(by=official, certificate=one, revision=one.revision, note="Xem bản gốc tại HTX ngày 1/6.")


def test_a_scope_names_the_holders_own_things_and_what_the_kind_allows(world: World) -> None:
    one = claim(world)
    with pytest.raises(Invalid) as caught:
        actions.add_scope(by=None, certificate=one, place=world.places["store"])
    assert caught.value.path == "place"
    star = claim(world, kind="ocop", number="OC-1", stars=4, points=Decimal(80))
    for wrong in ({"place": world.places["field"]}, {"group": "rice"}, {}):
        with pytest.raises(Invalid):
            actions.add_scope(by=None, certificate=star, **wrong)
    with pytest.raises(Invalid):
        actions.add_scope(by=None, certificate=one, place=world.places["field"], area_ha=Decimal(0))


def test_measures_are_dated_and_two_of_the_same_clash(world: World) -> None:
    one = confirmed(world, product=world.paddy)
    official = world.accounts["official"]
    act = {"by": official, "certificate": one, "reason": "Không khắc phục lỗi đúng hạn."}
    actions.measure(act="suspended", from_day=date(2026, 5, 1), **act)
    with pytest.raises(Conflict):
        actions.measure(act="suspended", from_day=date(2026, 5, 2), **act)
    actions.measure(act="restored", from_day=date(2026, 5, 20), **act)
    actions.measure(act="withdrawn", from_day=date(2026, 6, 10), **act)
    with pytest.raises(Conflict):
        actions.measure(act="suspended", from_day=date(2026, 6, 11), **act)
    one = access.certificates().get(pk=one.pk)
    walked = [access.state(one, today=date(2026, 5, 1 + n)) for n in (0, 18, 19)]
    assert walked == [State.SUSPENDED, State.SUSPENDED, State.VALID]
    assert access.state(one, today=date(2026, 6, 10)) is State.WITHDRAWN


def test_a_successor_takes_over_on_its_first_day_once_confirmed(world: World) -> None:
    one = confirmed(world, product=world.paddy)
    nxt = claim(world, number="VG-2027-01", valid_from=date(2026, 12, 1), valid_to=date(2027, 12, 1), replaces=one)
    assert [row.product for row in nxt.scope.all()] == [world.paddy]
    with pytest.raises(Conflict):
        claim(world, number="VG-2027-02", valid_from=date(2026, 12, 2), replaces=one)
    with pytest.raises(Invalid):
        claim(world, kind="haccp", number="H", replaces=one)

    def state(on: date) -> State:
        return access.state(access.certificates().get(pk=one.pk), today=on)

    assert state(date(2026, 12, 2)) is State.EXPIRING  # the successor is a mere claim yet
    actions.confirm(by=world.accounts["official"], certificate=nxt, revision=nxt.revision)
    assert state(date(2026, 11, 30)) is State.EXPIRING
    assert state(date(2026, 12, 1)) is State.REPLACED


def test_the_same_paper_is_not_registered_twice(world: World) -> None:
    claim(world)
    with pytest.raises(Conflict):
        claim(world, number="vg 2026 01")


def test_documents_are_known_by_content_and_photos_written_anew(world: World) -> None:
    one = claim(world, document=photo())
    kept = default_storage.open(one.document.name).read()
    assert b"MAY ANH BI MAT" in photo()
    assert b"MAY ANH BI MAT" not in kept
    assert one.document_type == "jpg"
    assert files.read_document(photo("PNG")).ending == "png"
    assert files.read_document(PDF).data == PDF
    hostile = [
        b"<html><script>alert(1)</script>", b"", b"%PDF-1.4 no end", b"\x89PNG\r\n\x1a\n broken",
        PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(1)>>"),
        PDF.replace(b"/Catalog", b"/Catalog/A<</S/J#61vaScript>>"),
        PDF.replace(b"/Catalog", b"/Catalog/EmbeddedFiles 1"),
    ]  # fmt: skip
    for data in hostile:
        with pytest.raises(Invalid):
            files.read_document(data)
    with pytest.raises(TooLarge):
        files.read_document(PDF + b" " * files.MOST_BYTES)


def test_certification_info_names_what_holds_on_the_day(world: World, settings) -> None:
    field = confirmed(world, place=world.places["field"])
    stars = confirmed(world, kind="ocop", number="OC-1", stars=4, product=world.rice)
    claim(world, kind="haccp", number="H-1")

    def uris(*certificates: Certificate) -> list[str]:
        return [f"{settings.ORIGIN}/proofs/{one.pk}" for one in certificates]

    assert access.certification_info(world.places["field"], on=TODAY) == uris(field)
    assert access.certification_info(world.rice, on=TODAY) == uris(stars)
    assert access.certification_info(world.rice, on=date(2027, 1, 1)) == []
    assert access.certification_info(world.places["mill"], on=TODAY) == []
    assert access.certification_info(world.paddy, on=TODAY) == []
    actions.measure(
        by=None, certificate=stars, act="suspended", from_day=date(2026, 5, 30), reason="Chờ đánh giá lại sản phẩm."
    )
    assert access.certification_info(world.rice, on=TODAY) == []
    assert access.certification_info(world.rice, on=date(2026, 5, 29)) == uris(stars)


def test_the_watch_of_holders_and_officials(world: World, hanoi) -> None:
    soon = confirmed(world, product=world.paddy, valid_to=date(2026, 7, 1))
    late = confirmed(world, kind="haccp", number="H", product=world.rice, valid_to=date(2026, 5, 1))
    confirmed(world, kind="ocop", number="O", stars=3, product=world.rice, valid_to=date(2026, 9, 1))
    for name in ("member", "manager", "official"):
        assert [one for one, _ in access.due(world.accounts[name], today=TODAY)] == [late, soon]
    for stranger in (hanoi, world.accounts["other"], None):
        assert access.due(stranger, today=TODAY) == []


def test_tables_for_everybody_and_for_the_office(world: World) -> None:
    confirmed(world, product=world.paddy, number="=1+1")
    claim(world, kind="haccp", number="BI-MAT")
    rows = list(csv.reader(io.StringIO(tables.as_csv(access.visible_to(None), "vi").decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][2] == "'=1+1"
    book = load_workbook(io.BytesIO(tables.as_xlsx(access.watched_by(world.accounts["official"]), "en")))
    table = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert table[0][0] == "Holder"
    assert {row[2] for row in table[1:]} == {"'=1+1", "BI-MAT"}


def test_areas_for_the_checks(world: World) -> None:
    one = claim(world)
    actions.add_scope(
        by=None, certificate=one, product=world.paddy, place=world.places["field"], area_ha=Decimal("2.5")
    )
    assert areas.areas() == []
    one.refresh_from_db()
    actions.confirm(by=None, certificate=one, revision=one.revision)
    [area] = areas.areas()
    assert (area.gtins, area.area_ha, area.places) == ((world.paddy.gtin,), 2.5, (world.places["field"].uri,))
    assert area.until is not None
    assert area.until - area.since == 365 * 86_400_000


def test_the_demo_plays_its_part_through_the_actions(world: World) -> None:
    made = play(holder=world.grower, products=[world.rice], places=[world.places["field"]], today=TODAY)
    states = {one.kind: access.state(access.certificates().get(pk=one.pk), today=TODAY) for one in made}
    assert states["vietgap"] is State.VALID
    assert set(states.values()) >= {State.VALID, State.EXPIRING, State.CLAIMED}
    assert all(one.illustrative for one in made)
    assert {act.action for one in made for act in acts_on(one)} >= {"proofs.register", "proofs.confirm"}
    again = play(holder=world.grower, products=[world.rice], places=[world.places["field"]], today=TODAY)
    assert again == []


def test_what_the_demo_events_name_is_registered_in_the_state_it_is_to_have(world: World) -> None:
    def told(number: str, *, confirmed: bool = True, **more) -> State:
        one = register_told(
            holder=world.rice.owner,
            product=world.rice,
            words="VietGAP (minh hoạ)",
            number=number,
            valid_from=TODAY - timedelta(days=300),
            valid_to=TODAY + timedelta(days=300),
            confirmed=confirmed,
            **more,
        )
        assert one.illustrative
        return access.state(access.certificates().get(pk=one.pk), today=TODAY)

    assert told("MH-1") is State.VALID
    assert told("MH-2", confirmed=False) is State.CLAIMED
    assert told("MH-3", suspended_from=TODAY, reason="Xem lại vùng trồng (minh hoạ)") is State.SUSPENDED
