"""Reports of shoppers and the cases they become: who sees and does what, limits, spam, contacts, hostile input."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image
from tests.cases_world import CONTACT, TEXT, hanoi_official, picture, reported, told
from tests.world import PASSWORD, RICE_GTIN, World

from lienvung import registry
from lienvung.audit.models import Act
from lienvung.cases import access, actions, limits, reporting, rules
from lienvung.cases.models import Attempt, Case, Entry, Report
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.people import actions as people
from lienvung.people.models import Account

pytestmark = pytest.mark.django_db
GOOD = "Chúng tôi đã kiểm tra kho và đổi hàng cho khách."


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def sent(client: Client, page: str, **changes: Any) -> Any:
    """Fill in the form at `page` as a browser would, and send it."""
    shown = client.get(page).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    data = {**fields, "what": "spoiled", "text": TEXT, **changes}
    return client.post("/cases/report", {name: value for name, value in data.items() if value is not None})


def door(client: Client, path: str) -> str:
    shown = client.get(f"/p{path}").content.decode()
    return re.search(r'href="(/cases/report\?[^"]+)"', shown)[1].replace("&amp;", "&")  # type: ignore[index]


def as_(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


# --- the shopper -----------------------------------------------------------------------------------


def test_a_shopper_reports_and_reads_the_answer(world: World) -> None:
    shopper = Client(enforce_csrf_checks=True)
    answer = sent(shopper, door(shopper, world.lot.path), bought_where="Quầy Cầu Giấy", bought_province="01")
    assert answer.status_code == 302
    made = Report.objects.get()
    case = made.case
    assert (case.lot_uri, case.owner, case.province, case.provinces) == (world.lot.uri, world.grower, "37", ",01,37,")
    page = shopper.get(answer["Location"])
    assert made.number in page.content.decode()
    assert "Chưa có trả lời" in page.content.decode()

    actions.answer(by=world.accounts["member"], case=case, version=1, text=GOOD)
    assert GOOD in shopper.get(answer["Location"]).content.decode()
    actions.note(by=world.accounts["official"], case=case, text="Ghi chú kín của cán bộ")
    actions.close(by=world.accounts["official"], case=case, version=2, text="Lô đã được đổi, không còn trên kệ.")
    page = shopper.get(answer["Location"]).content.decode()
    assert "không còn trên kệ" in page
    assert "Ghi chú kín" not in page


def test_the_page_behind_a_code_stays_cookieless_and_its_form_is_guarded(world: World) -> None:
    shopper = Client(enforce_csrf_checks=True)
    assert not shopper.get(f"/p{world.lot.path}").cookies
    page = door(shopper, world.lot.path)
    assert "csrftoken" in shopper.get(page).cookies
    stranger = Client(enforce_csrf_checks=True)
    data = {"what": "spoiled", "text": TEXT, "code": world.lot.path, "form_id": str(uuid.uuid4())}
    assert stranger.post("/cases/report", data).status_code == 403
    assert not Report.objects.exists()


def test_the_lot_of_a_pack_and_a_code_never_issued(world: World) -> None:
    of_pack, _ = reported(world, code=world.pack_path)
    assert of_pack.case.lot_uri == world.lot.uri
    assert not of_pack.doubtful
    joined, _ = reported(world)
    assert joined.case == of_pack.case
    copy, _ = reported(world, code=f"/01/{RICE_GTIN}/21/CHUACAP")
    lot, _ = reported(world, code=f"/01/{RICE_GTIN}/10/LO-GIA")
    product, _ = reported(world, code=f"/01/{RICE_GTIN}")
    assert (copy.doubtful, lot.doubtful, product.doubtful) == (True, True, False)
    assert {each.case.lot_uri for each in (copy, lot, product)} == {""}
    assert len({each.case_id for each in (of_pack, copy, lot, product)}) == 4


@pytest.mark.parametrize("code", ["", "/01/08930000099997", "/414/8930000000019", "javascript:alert(1)", "/01/x", "\0"])
def test_a_code_of_nothing_of_ours(world: World, code: str) -> None:
    assert Client().get("/cases/report", {"code": code}).status_code == 404


def test_a_form_sent_twice_is_one_report(world: World) -> None:
    form = uuid.uuid4()
    first, second = reported(world, form=form), reported(world, form=form)
    assert first == second
    assert Report.objects.count() == 1
    assert Attempt.objects.count() == 3
    with pytest.raises(Conflict):
        reported(world, form=form, text="Nội dung khác hẳn lần trước.")


def test_what_is_wrong_stands_beside_its_field(world: World) -> None:
    client = Client()
    page = door(client, world.lot.path)
    answer = sent(client, page, text="ngắn", contact=CONTACT)
    assert answer.status_code == 422
    assert "Cần từ 10" in answer.content.decode()
    answer = sent(client, page, contact=CONTACT)
    assert answer.status_code == 422
    assert "Chỉ giữ cách liên hệ khi bạn đồng ý" in answer.content.decode()
    assert sent(client, page, bought_on="05/06/2090").status_code == 422
    assert sent(client, page, what="khac").status_code == 422
    assert not Report.objects.exists()
    boxes = re.findall(r'<input type="checkbox"[^>]*>', client.get(page).content.decode())
    assert len(boxes) == 2
    assert not [box for box in boxes if "checked" in box], "consent is never ticked beforehand"


# --- limits, traps, floods -------------------------------------------------------------------------


def test_the_limit_of_a_network_and_of_a_code(world: World) -> None:
    for _ in range(rules.OF_ADDRESS):
        reported(world)
    with pytest.raises(limits.TooManyReports):
        reported(world)
    with pytest.raises(limits.TooManyReports):
        reported(world, code=world.paddy.path)  # another code, the same network
    for _ in range(rules.OF_CODE - rules.OF_ADDRESS):
        reported(world, address="198.51.100.9")
    with pytest.raises(limits.TooManyReports):
        reported(world, address="192.0.2.1")
    reported(world, code=world.paddy.path, address="192.0.2.1")
    assert Case.objects.filter(lot_uri=world.lot.uri).count() == 1
    answer = sent(Client(REMOTE_ADDR="203.0.113.7"), f"/cases/report?code={world.lot.path}")
    assert answer.status_code == 429
    assert TEXT in answer.content.decode(), "what was written is not lost"


def test_no_address_is_stored_and_the_hour_passes(world: World) -> None:
    reported(world)
    kept = str(list(Attempt.objects.values())) + str(list(Report.objects.values())) + str(list(Act.objects.values()))
    assert "203.0.113" not in kept
    assert len(Attempt.objects.first().key) == 64  # type: ignore[union-attr]
    Attempt.objects.update(at=timezone.now() - rules.WINDOW - timedelta(seconds=1))
    for _ in range(rules.OF_ADDRESS):
        reported(world)
    Attempt.objects.update(at=timezone.now() - timedelta(days=2))
    reported(world)
    assert Attempt.objects.count() == 3, "older ones are forgotten"


def test_a_trap_puts_a_report_aside_and_an_official_can_bring_it_back(world: World) -> None:
    client = Client()
    answer = sent(client, door(client, world.lot.path), website="https://mua-ngay.example")
    assert answer.status_code == 302
    made = Report.objects.get()
    assert made.spam
    assert made.case.hidden
    assert "không phải phản ánh về hàng hoá" in client.get(answer["Location"]).content.decode()
    official, member = as_(world.accounts["official"]), as_(world.accounts["member"])
    assert made.case.number not in official.get("/cases/").content.decode()
    assert made.case.number in official.get("/cases/?hidden=1").content.decode()
    assert member.get(f"/cases/{made.case_id}").status_code == 404
    other, _ = reported(world)
    assert other.case != made.case, "nobody joins a case of spam"
    assert official.post(f"/cases/reports/{made.pk}/spam").status_code == 302
    made.refresh_from_db()
    assert not made.spam
    assert made.case_id
    assert not Case.objects.get(pk=made.case_id).hidden
    assert member.get(f"/cases/{made.case_id}").status_code == 200


def test_spam_is_the_authority_s_to_mark_and_reversible(world: World) -> None:
    first, _ = reported(world)
    second, _ = reported(world, text="MUA NGAY giảm giá sốc hôm nay!!!")
    with pytest.raises(NotAllowed):
        actions.hide(by=world.accounts["member"], report=second, reason="quảng cáo")
    with pytest.raises(NotAllowed):
        actions.hide(by=hanoi_official(world), report=second, reason="quảng cáo")
    actions.hide(by=world.accounts["official"], report=second, reason="quảng cáo")
    with pytest.raises(Conflict):
        actions.hide(by=world.accounts["official"], report=second, reason="quảng cáo")
    case = Case.objects.get()
    assert not case.hidden
    assert list(access.reports_of(world.accounts["member"], case)) == [first]
    assert access.reports_of(world.accounts["official"], case).count() == 2
    actions.show(by=world.accounts["official"], report=second)
    assert access.reports_of(world.accounts["member"], case).count() == 2


# --- who sees and does what ------------------------------------------------------------------------


def people_of(world: World) -> dict[str, Account]:
    inspector = people.create_account(by=None, email="kcs@mau.example", full_name="Kỹ Thuật", password=PASSWORD)
    people.add_member(by=None, account=inspector, organisation=world.grower, role="inspector")
    shop = people.create_account(by=None, email="shop@mau.example", full_name="Ngô Bán Hàng", password=PASSWORD)
    people.add_member(by=None, account=shop, organisation=world.shop)
    more = {"hanoi": hanoi_official(world), "inspector": inspector, "shop": shop}
    return {**world.accounts, **more}


#          sees  side         reports  contact
ACCESS = {
    "official": (True, "authority", 1, True),
    "hanoi": (True, None, 1, False),
    "member": (True, "owner", 1, False),
    "manager": (True, "owner", 1, False),
    "inspector": (True, None, 1, False),
    "other": (False, None, 0, False),
    "shop": (False, None, 0, False),
    "staff": (False, None, 0, False),
}


def test_who_sees_what(world: World) -> None:
    accounts, (made, _) = people_of(world), reported(world)
    case = made.case
    for name, (sees, side, reports, contact) in ACCESS.items():
        account = accounts[name]
        assert (access.case(account, case.pk) is not None) == sees, name
        assert access.side_of(account, case) == side, name
        assert len(access.reports_of(account, case)) == reports, name
        assert access.may_see_contact(account, made) == contact, name
        page = as_(account).get(f"/cases/{case.pk}")
        assert page.status_code == (200 if sees else 404), name
        assert (CONTACT in page.content.decode()) == contact, name
        for kind in ("csv", "xlsx"):
            told_in_file = file_of(as_(account), f"/cases/reports.{kind}", kind)
            assert (TEXT in told_in_file) == sees, (name, kind)
            assert (CONTACT in told_in_file) == contact, (name, kind)
            assert CONTACT not in file_of(as_(account), f"/cases/cases.{kind}", kind)
    assert not access.cases(None).exists()


def file_of(client: Client, address: str, kind: str) -> str:
    body = client.get(address).getvalue()
    if kind == "csv":
        return str(list(csv.reader(io.StringIO(body.decode("utf-8-sig")))))
    return str([list(row) for row in load_workbook(io.BytesIO(body)).worksheets[0].values])


def many(made: Report, count: int) -> None:
    """More reports of the same case, as after a post that everybody shares."""
    again = [Report(number=f"PA-{n}", digest=uuid.uuid4().hex, case=made.case, code=made.code, what=made.what,
                    text=f"Phản ánh thứ {n}.", contact=CONTACT, spam=n % 10 == 9)
             for n in range(Report.objects.count(), count)]  # fmt: skip
    Report.objects.bulk_create(again)


@pytest.mark.parametrize("address", ["/cases/{}", "/cases/reports.csv", "/cases/"])
@pytest.mark.parametrize("role", ["official", "member"])
def test_a_case_of_many_reports_costs_no_question_for_each(
    world: World, role: str, address: str, django_assert_max_num_queries: Any
) -> None:
    made, _ = reported(world)
    client, page = as_(world.accounts[role]), address.format(made.case_id)
    many(made, 5)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    many(made, 400)
    with django_assert_max_num_queries(len(few) + 1):  # one more counts the pages
        answer = client.get(page)
    if role == "official" and "csv" in page:
        assert answer.content.decode().count("Phản ánh thứ") > 300
    if "reports" not in page and page != "/cases/":
        assert answer.content.decode().count('id="report-') == 50
        assert "page=2" in answer.content.decode()
        assert (CONTACT in answer.content.decode()) is (role == "official")


def test_the_owner_gets_the_contact_only_where_the_reporter_says_so(world: World) -> None:
    made, _ = reported(world, contact_owner=True)
    assert access.may_see_contact(world.accounts["member"], made)
    assert not access.may_see_contact(people_of(world)["hanoi"], made)


def test_each_step_by_those_who_may(world: World) -> None:
    made, _ = reported(world)
    accounts, case = people_of(world), made.case
    for name in ("hanoi", "inspector", "other", "shop", "staff"):
        for act in (actions.look, actions.answer, actions.close):
            with pytest.raises(NotAllowed):
                act(by=accounts[name], case=case, version=1, text=GOOD)
        with pytest.raises(NotAllowed):
            actions.note(by=accounts[name], case=case, text="xin chào")
    with pytest.raises(NotAllowed):
        actions.close(by=accounts["member"], case=case, version=1, text=GOOD)
    case = actions.look(by=accounts["member"], case=case, version=1)
    case = actions.answer(by=accounts["member"], case=case, version=2, text=GOOD)
    with pytest.raises(Invalid):  # why is the answer not enough?
        actions.look(by=accounts["official"], case=case, version=3)
    case = actions.look(by=accounts["official"], case=case, version=3, text="Chưa nói rõ nguyên nhân.")
    case = actions.close(by=accounts["official"], case=case, version=4, text=GOOD)
    with pytest.raises(Conflict):
        actions.answer(by=accounts["member"], case=case, version=5, text=GOOD)
    case = actions.reopen(by=accounts["official"], case=case, version=5, text="Có thêm phản ánh miệng.")
    assert (case.state, case.version, case.closed_at) == ("reopened", 6, None)
    done = Act.objects.filter(subject_id=str(case.pk)).order_by("id").values_list("action", flat=True)
    assert list(done) == [
        "cases.open", "cases.look", "cases.answer", "cases.look", "cases.close", "cases.reopen",
    ]  # fmt: skip


def test_notes_are_read_by_the_side_that_wrote_them(world: World) -> None:
    made, _ = reported(world)
    accounts, case = people_of(world), made.case
    actions.note(by=accounts["official"], case=case, text="Kín của cán bộ")
    actions.note(by=accounts["member"], case=case, text="Kín của hợp tác xã")
    read = {name: {each.text for each in access.entries_of(accounts[name], case)} for name in ACCESS}
    assert read["official"] == read["hanoi"] == {"Kín của cán bộ"}
    assert read["member"] == read["manager"] == read["inspector"] == {"Kín của hợp tác xã"}
    assert read["other"] == read["shop"] == read["staff"] == set()


def test_two_officials_at_once_the_second_is_told(world: World) -> None:
    made, _ = reported(world)
    client, address = as_(world.accounts["official"]), f"/cases/{made.case_id}/close"
    data = {"text": "Kết luận của tôi: nhãn đúng, hàng đạt.", "version": 1}
    actions.look(by=world.accounts["official"], case=made.case, version=1)
    answer = client.post(address, data)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "vừa thay đổi" in page
    assert "Kết luận của tôi" in page, "what was typed stays"
    assert not Entry.objects.filter(kind="conclusion").exists()
    seen = re.search(r'name="version" value="(\d+)"', page)[1]  # type: ignore[index]
    assert client.post(address, {**data, "version": seen}).status_code == 302


def test_a_report_that_joins_is_news_to_whoever_acts(world: World) -> None:
    first, _ = reported(world)
    case = actions.answer(by=world.accounts["member"], case=first.case, version=1, text=GOOD)
    second, _ = reported(world, what="unwell", text="Cả nhà thấy khó chịu sau bữa tối.")
    assert second.case == case
    case.refresh_from_db()
    assert (case.state, case.urgent, case.version) == ("looking", True, 3)
    with pytest.raises(Conflict):
        actions.close(by=world.accounts["official"], case=case, version=2, text=GOOD)
    actions.close(by=world.accounts["official"], case=case, version=3, text=GOOD)
    third, _ = reported(world)
    assert third.case != case, "a closed case gathers no more"


def test_a_case_is_handed_to_the_other_province(world: World) -> None:
    accounts, (made, _) = people_of(world), reported(world)
    case = made.case
    with pytest.raises(Invalid):
        actions.hand_over(by=accounts["official"], case=case, version=1, text="Lỗi ở cửa hàng.", province="48")
    case = actions.hand_over(
        by=accounts["official"], case=case, version=1, text="Lỗi bảo quản ở cửa hàng.", province="01"
    )
    assert access.side_of(accounts["hanoi"], case) == "authority"
    assert access.side_of(accounts["official"], case) is None
    assert access.case(accounts["official"], case.pk) is not None
    assert not access.may_see_contact(accounts["official"], made.__class__.objects.get())
    with pytest.raises(NotAllowed):
        actions.close(by=accounts["official"], case=case, version=2, text=GOOD)
    actions.close(by=accounts["hanoi"], case=case, version=2, text=GOOD)


def test_a_store_complains_and_an_official_finds(world: World) -> None:
    accounts = people_of(world)
    told_by = {"code": world.lot.path, "what": "short", "text": "Thùng ghi 20 túi, nhận 18 túi."}
    complaint = actions.open_by(by=accounts["shop"], organisation=world.shop, **told_by)
    assert (complaint.origin, complaint.province, complaint.provinces) == ("complaint", "37", ",01,37,")
    finding = actions.open_by(by=accounts["official"], organisation=world.authority, **told_by)
    assert finding.origin == "finding"
    assert access.case(accounts["shop"], complaint.pk) is not None
    assert access.case(accounts["shop"], finding.pk) is None
    with pytest.raises(NotAllowed):
        actions.open_by(by=accounts["shop"], organisation=world.grower, **told_by)
    with pytest.raises(NotAllowed):
        actions.answer(by=accounts["shop"], case=complaint, version=1, text=GOOD)
    actions.answer(by=accounts["member"], case=complaint, version=1, text=GOOD)
    assert GOOD in as_(accounts["shop"]).get(f"/cases/{complaint.pk}").content.decode()
    reported(world)
    assert complaint.reports.count() == 0, "a shopper's report does not go into a business's complaint"


# --- deadlines, lists, other pages -----------------------------------------------------------------


def test_overdue_cases_and_what_waits(world: World) -> None:
    made, _ = reported(world, what="foreign", text="Có mảnh nhựa trong túi gạo.")
    case = made.case
    assert case.due_at - case.opened_at == timedelta(hours=24)
    official = as_(world.accounts["official"])
    assert case.number not in official.get("/cases/?state=overdue").content.decode()
    Case.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert case.number in official.get("/cases/?state=overdue").content.decode()
    assert access.waiting(world.accounts["official"]) == {"open": 1, "new": 1, "overdue": 1}
    assert access.waiting(world.accounts["member"]) == {"open": 1, "new": 1, "overdue": 1}
    assert access.waiting(world.accounts["other"]) == {"open": 0, "new": 0, "overdue": 0}
    assert "/cases/?state=overdue" in official.get("/").content.decode()
    assert "/cases/?state=overdue" not in Client().get("/").content.decode()
    for query in (case.number.lower(), made.number, "gao nep", world.lot.number):
        assert case.number in official.get("/cases/", {"q": query}).content.decode(), query
    assert case.number not in official.get("/cases/", {"q": "khong co"}).content.decode()
    for page in (f"/catalogue/{world.rice.pk}", f"/ledger/things{world.lot.path}", f"/people/{world.grower.pk}"):
        assert case.number in official.get(page).content.decode(), page
        assert case.number not in Client().get(page).content.decode(), page


def test_a_case_leads_to_a_sample_a_hold_and_a_recall(world: World) -> None:
    accounts, (made, _) = people_of(world), reported(world)
    page = as_(accounts["official"]).get(f"/cases/{made.case_id}").content.decode()
    for address in ("/lab/samples/new?lot=", "/lab/holds/new?lot=", f"/quality/declare?origin=cases:{made.case_id}"):
        assert address in page
    for name in ("hanoi", "member"):
        assert "/lab/holds/new" not in as_(accounts[name]).get(f"/cases/{made.case_id}").content.decode()
    describe = registry.origins["cases"].describe
    origin = describe(accounts["official"], str(made.case_id))
    assert origin is not None
    assert origin.things == (world.lot.uri,)
    assert TEXT not in str(origin)
    assert describe(accounts["other"], str(made.case_id)) is None
    assert describe(accounts["official"], "x") is None


# --- personal data ---------------------------------------------------------------------------------


def test_contacts_are_erased_some_days_after_the_closing(world: World, settings: Any) -> None:
    settings.CONTACT_DAYS = 30
    (made, _), (other, _) = reported(world), reported(world, code=world.paddy.path)
    actions.close(by=world.accounts["official"], case=made.case, version=1, text=GOOD)
    closed = Case.objects.get(pk=made.case_id).closed_at
    assert closed is not None
    assert reporting.erase_contacts(now=closed + timedelta(days=30)) == 0
    assert reporting.erase_contacts(now=closed + timedelta(days=30, seconds=1)) == 1
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.contact, made.agreed_at, other.contact) == ("", None, CONTACT)
    assert made.contact_erased_at is not None
    assert reporting.erase_contacts(now=closed + timedelta(days=31)) == 0
    assert "cases.contacts" in {chore.name for chore in registry.chores}


def test_the_reporter_takes_the_contact_back(world: World) -> None:
    made, secret = reported(world)
    client = Client()
    assert "Xoá cách liên hệ ngay" in client.get(f"/cases/told/{secret}").content.decode()
    assert client.post(f"/cases/told/{secret}").status_code == 302
    made.refresh_from_db()
    assert made.contact == ""
    assert "Đã xoá" in client.get(f"/cases/told/{secret}").content.decode()
    assert CONTACT not in str(list(Act.objects.values()))
    assert TEXT not in str(list(Act.objects.values()))


def test_the_secret_link(world: World) -> None:
    made, secret = reported(world)
    page = Client().get(f"/cases/told/{secret}")
    assert page["Referrer-Policy"] == "strict-origin", "no path in a referrer, also not our own"
    assert "no-store" in page["Cache-Control"]
    assert "noindex" in page["X-Robots-Tag"]
    assert CONTACT not in page.content.decode()
    assert not re.findall(r'(?:href|src|action)="https?://', page.content.decode()), "nothing of another site"
    assert secret not in str(list(Report.objects.values())), "the secret is not kept"
    assert len(secret) == 43
    for wrong in (secret[:-1] + ("A" if secret[-1] != "A" else "B"), made.digest, str(made.pk), made.number, "x"):
        assert Client().get(f"/cases/told/{wrong}").status_code == 404
    others = {reporting.secret_of(uuid.uuid4()) for _ in range(200)}
    assert len(others) == 200


# --- hostile input ---------------------------------------------------------------------------------


def test_what_a_reporter_writes_is_shown_as_text(world: World) -> None:
    evil = "<script>alert(1)</script> {{ 7*7 }} <img src=x onerror=alert(2)>\u202e"
    made, secret = reported(world, text=evil, bought_where="=HYPERLINK(<b>)\n'; DROP TABLE cases_case; --")
    member = as_(world.accounts["member"])
    actions.answer(by=world.accounts["member"], case=made.case, version=1, text=evil + GOOD)
    actions.hide(by=world.accounts["official"], report=reported(world, text=evil)[0], reason="<b>rác</b>")
    for page in (
        member.get(f"/cases/{made.case_id}"),
        as_(world.accounts["official"]).get(f"/cases/{made.case_id}"),
        as_(world.accounts["official"]).get(f"/cases/reports/{made.pk}/spam"),
        Client().get(f"/cases/told/{secret}"),
        member.get("/cases/", {"q": evil}),
    ):
        shown = page.content.decode()
        assert page.status_code == 200
        assert "<script" not in shown
        assert "<img src=x" not in shown
        assert "<b>" not in shown
        assert "49" not in re.sub(r"[0-9a-f-]{20,}|\d\d/\d\d/\d{4} \d\d:\d\d|[A-Z0-9]{8}|\"[^\"]*\"", "", shown)
        assert "\u202e" not in shown or page.request["PATH_INFO"] == "/cases/"
    rows = file_of(as_(world.accounts["official"]), "/cases/reports.csv", "csv")
    assert "'=HYPERLINK" in rows
    for public in (f"/p{world.lot.path}", f"/catalogue/{world.rice.pk}", "/", "/search?q=" + made.case.number):
        assert "alert(1)" not in Client().get(public).content.decode()


def test_a_photo_is_written_anew(world: World) -> None:
    exif = Image.Exif()
    exif[0x010E] = "nha toi o so 5"
    made, _ = reported(world, image=picture(exif=exif.tobytes()) + b"<script>hidden</script>")
    kept = made.photo.read()
    assert b"nha toi" not in kept
    assert b"hidden" not in kept
    assert kept[:4] == b"RIFF"
    member = as_(world.accounts["member"])
    shown = member.get(f"/cases/reports/{made.pk}/photo?size=small")
    assert shown["Content-Type"] == "image/webp"
    assert "no-store" in shown["Cache-Control"]
    assert as_(world.accounts["other"]).get(f"/cases/reports/{made.pk}/photo").status_code == 404


@pytest.mark.parametrize(
    "image",
    [
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 200,
        b"\xff\xd8\xff" + b"x" * 5_000,
    ],
)
def test_what_is_no_photo_is_refused_and_nothing_stays(world: World, image: bytes, tmp_path: Any) -> None:
    with pytest.raises(Invalid) as fault:
        reported(world, image=image)
    assert fault.value.path == "image"
    assert not Report.objects.exists()
    assert not list(tmp_path.rglob("*.webp"))


def test_a_photo_bomb_is_refused_before_it_is_unpacked(world: World, monkeypatch: Any) -> None:
    bomb = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(bomb, "PNG")  # 81 million pixels in some kilobytes
    assert len(bomb.getvalue()) < 100_000

    def unpacked(*_: object) -> None:
        raise AssertionError("the bomb was unpacked")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", unpacked)
    with pytest.raises(Invalid):
        reported(world, image=bomb.getvalue())
    client = Client()
    answer = sent(client, door(client, world.lot.path), image=io.BytesIO(b"\xff" * (reporting.PHOTO_BYTES + 300_000)))
    assert answer.status_code == 413


def test_the_limit_comes_before_the_photo(world: World, monkeypatch: Any) -> None:
    for _ in range(rules.OF_ADDRESS):
        reported(world)
    monkeypatch.setattr("lienvung.catalogue.pictures.read_picture", lambda *_, **__: pytest.fail("was read"))
    with pytest.raises(limits.TooManyReports):
        reported(world, image=picture())


def test_a_photo_does_not_stay_when_the_report_fails(world: World, monkeypatch: Any, tmp_path: Any) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(reporting, "record", broken)
    with pytest.raises(RuntimeError):
        reported(world, image=picture())
    assert not list(tmp_path.rglob("*.webp"))
    assert not Report.objects.exists()


def test_settings_stand_for_the_deadlines(settings: Any) -> None:
    settings.CASE_HOURS = (1, 2, 3)
    assert reporting.deadlines() == rules.Deadlines(*(timedelta(hours=n) for n in (2, 1, 3)))
    assert told().what == "spoiled"
