"""Reports from rows: what they tell, each party's form, progress, freezing; difficulties and recommendations."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pypdfium2
import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree
from tests.reports_world import begun, built, complete, confirmed, raised, with_clauses
from tests.results_world import Results, draft, make_results, sent
from tests.world import World

from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.papers import access as papers
from lienvung.papers import actions as papers_actions
from lienvung.papers.models import File
from lienvung.reports import building, report_access
from lienvung.reports import report_actions as actions
from lienvung.reports.gather import coverage_of, facts_of
from lienvung.reports.models import Matter, Report
from lienvung.results.actions import dispute_claim, lock_period
from lienvung.texts import Text

pytestmark = pytest.mark.django_db
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def made(world: World, settings, tmp_path) -> Results:
    settings.MEDIA_ROOT = tmp_path
    return make_results(world)


def client_of(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def words_of(report: Report, language: str = "vi") -> str:
    """All that the Word file says, read without the library that wrote it."""
    printed = report.prints.select_related("file").get(language=language, file__kind="docx")
    package = zipfile.ZipFile(io.BytesIO(papers.bytes_of(printed.file)))
    body = etree.fromstring(package.read("word/document.xml"))
    return "\n".join("".join(paragraph.itertext(f"{W}t")) for paragraph in body.iter(f"{W}p"))


def test_a_report_tells_the_rows_and_only_them(made: Results) -> None:
    with_clauses(made)
    confirmed(made, value=4, text="Bốn sản phẩm đã có mã QR trên kệ.")
    sent(made, value=3, text="Ba sản phẩm nữa đang chờ.")
    third = sent(made, value=2, text="Hai sản phẩm còn tranh cãi.")
    dispute_claim(by=made.n_officer, claim=third, version=third.version, words="Chưa thấy.")
    draft(made, text="Bản nháp chưa gửi.")
    raised(made)
    report = built(begun(made))
    said = words_of(report)
    assert "đã báo 3 kết quả, trong đó 1 kết quả được bên kia xác nhận, 1 đang chờ xác nhận, 1 chưa thống nhất" in said
    assert "Bốn sản phẩm đã có mã QR trên kệ: 4 sản phẩm (" in said
    assert "Hai sản phẩm còn tranh cãi." in said  # in the annex, with its state
    assert "Bên kia không đồng ý" in said
    assert "Bản nháp chưa gửi" not in said
    assert "Đề nghị bố trí thêm điểm bán" in said
    assert "2 Nạo vét sông Đáy" in said  # a clause with no activity
    assert "1 Hỗ trợ mã QR" not in said
    assert made.period.name.vi in said


def test_every_language_and_format_is_printed_and_a_draft_says_so(made: Results) -> None:
    with_clauses(made)
    confirmed(made)
    report = built(begun(made))
    prints = {(each.language, each.file.kind): each.file for each in report.prints.all()}
    assert set(prints) == {(language, kind) for language in ("vi", "en") for kind in ("docx", "pdf")}
    english = words_of(report, "en")
    assert "SOCIALIST REPUBLIC OF VIET NAM" in english
    assert "Clauses with no activity in this time:" in english
    assert "Dredging of the Đáy river" in english
    pdf = pypdfium2.PdfDocument(papers.bytes_of(prints["vi", "pdf"]))
    text = " ".join(page.get_textpage().get_text_range() for page in pdf)
    assert "DỰ THẢO" in text
    assert "Bốn sản phẩm đã có mã QR" in " ".join(text.split())
    pdf.close()


def test_each_party_prints_its_own_form_from_the_same_rows(made: Results) -> None:
    confirmed(made)
    south, north = begun(made), begun(made, by=made.h_officer, party=made.hanoi)
    form = {"issuer": "Sở Tài chính thành phố Hà Nội", "symbol": "BC-STC", "number": "7", "signer_name": "Bà Bắc"}
    actions.write_report(by=made.h_officer, report=north, version=north.version, form=form, blocks={})
    north.refresh_from_db()
    theirs, ours = words_of(built(north)), words_of(built(south))
    assert "SỞ TÀI CHÍNH THÀNH PHỐ HÀ NỘI" in theirs
    assert "Số: 7/BC-STC" in theirs
    assert "BC-STC" not in ours
    row = "Bốn sản phẩm đã có mã QR trên kệ: 4 sản phẩm"
    assert row in theirs
    assert row in ours


def test_what_people_write_stands_between_the_tables(made: Results) -> None:
    report = begun(made)
    blocks = {"overview": Text("Tình hình thuận lợi.\nĐoạn hai.", "It went well."), "next": Text("", "Only English.")}
    actions.write_report(by=made.n_officer, report=report, version=1, form={"issuer": "UBND"}, blocks=blocks)
    report.refresh_from_db()
    report = built(report)
    assert "Tình hình thuận lợi." in words_of(report)
    assert "It went well." in words_of(report, "en")


def test_an_issued_report_is_frozen_with_its_hash(made: Results) -> None:
    confirmed(made)
    report = built(complete(begun(made)), final=True)
    assert (report.state, report.build) == ("final", "done")
    before = {each.file.digest for each in report.prints.all()}
    assert len(before) == 4
    assert "DỰ THẢO" not in words_of(report)
    confirmed(made, text="Kết quả đến sau khi ban hành.")
    with pytest.raises(Conflict):
        actions.write_report(by=None, report=report, version=report.version, form={"issuer": "X"}, blocks={})
    with pytest.raises(Conflict):
        actions.ask_to_build(by=None, report=report, version=report.version)
    assert building.build_reports() == 0
    assert {each.file.digest for each in report.prints.all()} == before
    assert "Kết quả đến sau khi ban hành" not in words_of(report)


def test_a_report_without_number_date_and_signer_is_not_issued(made: Results) -> None:
    report = begun(made)
    with pytest.raises(Invalid) as refused:
        actions.ask_to_build(by=None, report=report, version=report.version, final=True)
    assert refused.value.path == "number"


def test_who_may_what_comes_from_the_table_of_rights(made: Results, world: World) -> None:
    report = complete(begun(made))
    for account in (made.h_officer, made.stranger, world.accounts["member"]):
        with pytest.raises(NotAllowed):
            actions.write_report(by=account, report=report, version=report.version, form={"issuer": "X"}, blocks={})
    with pytest.raises(NotAllowed):
        begun(made, by=made.h_officer)  # for the other party
    with pytest.raises(NotAllowed):
        actions.ask_to_build(by=made.n_officer, report=report, version=report.version, final=True)  # the head's
    asked = actions.ask_to_build(by=made.n_head, report=report, version=report.version, final=True)
    assert asked.build == "waiting"
    with pytest.raises(NotAllowed):
        report_access.seen_report(made.h_officer, report.pk)  # a draft is its own party's


def test_who_saves_an_older_version_is_told_and_nothing_is_lost(made: Results) -> None:
    report = begun(made)
    text = {"overview": Text("Lời của người thứ nhất.", "")}
    actions.write_report(by=made.n_officer, report=report, version=1, form={"issuer": "A"}, blocks=text)
    page = client_of(made.n_officer)
    sent_form = {"issuer": "B", "version": "1", "text_overview": "Lời của người thứ hai."}
    answer = page.post(f"/reports/documents/report/{report.pk}/edit", sent_form)
    assert answer.status_code == 422
    assert "Lời của người thứ hai." in answer.content.decode()
    report.refresh_from_db()
    assert (report.issuer, report.narrative.get(name="overview").text) == ("A", "Lời của người thứ nhất.")


def test_progress_is_shown_and_the_page_comes_again_by_itself(made: Results) -> None:
    report = begun(made)
    page = client_of(made.n_officer)
    address = f"/reports/documents/report/{report.pk}"
    assert page.post(f"{address}/build", {"version": report.version}).status_code == 302
    answer = page.get(address)
    assert answer["Refresh"] == "3"
    assert "<progress" in answer.content.decode()
    assert building.build_reports() == 1
    answer = page.get(address)
    assert "Refresh" not in answer
    assert "tiếng Anh" in answer.content.decode()


def test_steps_are_counted_to_the_end(made: Results, monkeypatch) -> None:
    monkeypatch.setattr(building, "TELL_EVERY", 0)
    seen: list[tuple[int, int]] = []
    step = building.Progress.step

    def spied(self) -> None:
        step(self)
        seen.append(Report.objects.values_list("done", "most").get(pk=self.report.pk))

    monkeypatch.setattr(building.Progress, "step", spied)
    built(begun(made))
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))
    assert len(seen) == seen[0][1]


def test_a_report_that_breaks_says_so_and_can_be_built_again(made: Results, monkeypatch) -> None:
    report = begun(made)
    with monkeypatch.context() as broken:
        broken.setattr(building, "facts_of", lambda *_, **__: 1 / 0)
        report = built(report)
    assert report.build == "failed"
    assert report.trouble
    assert built(report).build == "done"


def test_a_report_whose_worker_died_is_built_by_the_next(made: Results) -> None:
    report = begun(made)
    actions.ask_to_build(by=None, report=report, version=report.version)
    now = timezone.now()
    Report.objects.filter(pk=report.pk).update(build="running", beaten_at=now)
    assert building.build_reports() == 0  # still at work
    Report.objects.filter(pk=report.pk).update(beaten_at=now - timedelta(minutes=6))
    assert building.build_reports() == 1
    assert Report.objects.get(pk=report.pk).build == "done"


def test_files_of_drafts_built_anew_are_dropped_and_no_others(made: Results) -> None:
    report = built(begun(made))
    former = {each.file_id for each in report.prints.all()}
    final = {each.file_id for each in built(complete(begun(made)), final=True).prints.all()}
    report = built(report)
    now = {each.file_id for each in report.prints.all()}
    assert building.drop_left_files() == 0  # somebody may be fetching them
    File.objects.update(stored_at=timezone.now() - timedelta(hours=2))
    other = papers_actions.store_file(by=None, room="results", name="a.pdf", data=b"x", made_here="pdf")
    assert building.drop_left_files() == 4
    assert set(File.objects.values_list("pk", flat=True)) == now | final | {other.pk}
    assert not former & now
    assert building.drop_left_files() == 0


def test_files_are_opened_by_those_who_see_the_report(made: Results, world: World) -> None:
    draft_file = built(begun(made)).prints.first().file
    final_file = built(complete(begun(made)), final=True).prints.first().file
    for account, of_draft, of_final in (
        (made.n_officer, 200, 200), (made.h_officer, 403, 200), (made.stranger, 403, 403),
        (world.accounts["member"], 403, 403),
    ):  # fmt: skip
        page = client_of(account)
        codes = page.get(f"/papers/{draft_file.pk}").status_code, page.get(f"/papers/{final_file.pk}").status_code
        assert codes == (of_draft, of_final), account


def test_a_locked_period_prints_its_frozen_figures(made: Results) -> None:
    confirmed(made, value=4)
    lock_period(by=None, period=made.period, version=made.period.version, reason="Hết hạn.")
    made.period.refresh_from_db()
    said = words_of(built(begun(made)))
    assert "Số liệu đã chốt khi khoá sổ kỳ báo cáo." in said
    assert "QR. Sản phẩm có mã QR\nsản phẩm\n15\n4\n" in said


def test_a_final_report_covers_days_and_wrong_days_are_told(made: Results) -> None:
    confirmed(made)
    span = {"kind": "final", "period": None}
    whole = begun(made, **span, starts_on=made.period.starts_on, ends_on=made.period.ends_on)
    said = words_of(built(whole))
    assert "Tổng kết thực hiện" in said
    assert "Bốn sản phẩm" in said
    with pytest.raises(Invalid):
        begun(made, **span, starts_on=made.period.ends_on, ends_on=made.period.starts_on)
    with pytest.raises(Invalid):
        begun(made, kind="periodic", period=None)


def test_coverage_counts_what_was_told_under_each_clause(made: Results) -> None:
    with_clauses(made)
    confirmed(made)
    sent(made)
    rows = {each.clause.number: each for each in coverage_of(facts_of(made.agreement, *span_of(made)))}
    assert (rows["1"].commitments, rows["1"].claims, rows["1"].confirmed, rows["1"].silent) == (1, 2, 1, False)
    assert (rows["2"].commitments, rows["2"].claims, rows["2"].silent) == (0, 0, True)
    page = client_of(made.h_officer).get(f"/reports/documents/{made.agreement.code}/coverage?period={made.period.pk}")
    assert "Nạo vét sông Đáy" in page.content.decode()


def span_of(made: Results):
    return made.period.starts_on, made.period.ends_on


def test_gathering_asks_a_bounded_number_of_questions(made: Results, django_assert_max_num_queries) -> None:
    with_clauses(made)
    for number in range(12):
        confirmed(made, text=f"Kết quả {number}")
    with django_assert_max_num_queries(25):
        coverage_of(facts_of(made.agreement, *span_of(made), period=made.period))


def test_a_matter_is_answered_by_the_one_it_is_addressed_to(made: Results) -> None:
    matter = raised(made)
    day = matter.raised_on + timedelta(days=30)
    with pytest.raises(NotAllowed):
        actions.answer_matter(by=made.n_officer, matter=matter, version=1, answer="Tự trả lời", answered_on=day)
    with pytest.raises(NotAllowed):
        actions.close_matter(by=made.h_officer, matter=matter, version=1, closing="Xong", closed_on=day)
    answered = actions.answer_matter(by=made.h_officer, matter=matter, version=1, answer="Đồng ý.", answered_on=day)
    with pytest.raises(Conflict):
        actions.answer_matter(by=made.h_officer, matter=matter, version=1, answer="Nữa", answered_on=day)
    closed = actions.close_matter(by=made.n_officer, matter=answered, version=2, closing="Đã làm.", closed_on=day)
    assert (closed.state, closed.answered_by) == (Matter.State.CLOSED, made.h_officer)


def test_a_matter_to_an_authority_outside_is_answered_in_its_name(made: Results) -> None:
    matter = raised(made, addressee_party=None, addressee="Bộ Xây dựng")
    day = matter.raised_on
    with pytest.raises(NotAllowed):
        actions.answer_matter(by=made.h_officer, matter=matter, version=1, answer="x", answered_on=day)
    actions.answer_matter(by=made.n_officer, matter=matter, version=1, answer="Công văn 12.", answered_on=day)


@pytest.mark.parametrize(
    ("more", "path"),
    [({"text": " "}, "text"), ({"addressee_party": None}, "addressee"), ({"answer_due": "before"}, "answer_due")],
)
def test_a_matter_without_what_it_needs_is_refused(made: Results, more: dict, path: str) -> None:
    if more.get("answer_due"):
        more = {"answer_due": made.period.starts_on - timedelta(days=9)}
    with pytest.raises(Invalid) as refused:
        raised(made, **more)
    assert refused.value.path == path


def test_the_clock_of_a_matter_is_on_its_page(made: Results) -> None:
    matter = raised(made)
    said = client_of(made.n_officer).get(f"/reports/documents/matter/{matter.pk}").content.decode()
    assert "quá hạn" in said


def test_an_official_does_it_all_by_pages(made: Results) -> None:
    with_clauses(made)
    confirmed(made)
    page = client_of(made.n_officer)
    code = made.agreement.code
    told = {"kind": "periodic", "party": made.ninhbinh.pk, "period": made.period.pk}
    answer = page.post(f"/reports/documents/{code}/new", told)
    assert answer.status_code == 302, answer.content.decode()
    report = Report.objects.get()
    edited = {"version": 1, "issuer": "UBND tỉnh", "number": "9", "text_overview": "Thuận lợi."}
    assert page.post(f"/reports/documents/report/{report.pk}/edit", edited).status_code == 302
    day = made.period.starts_on.isoformat()
    told = {"kind": "difficulty", "party": made.ninhbinh.pk, "text": "Thiếu vốn", "addressee": "Bộ", "raised_on": day}
    assert page.post(f"/reports/documents/{code}/raise", told).status_code == 302
    matter = Matter.objects.get()
    told = {"version": 1, "answer": "Sẽ xem xét.", "answered_on": day}
    assert page.post(f"/reports/documents/matter/{matter.pk}/answer", told).status_code == 302
    told = {"version": 2, "closing": "Đủ rồi.", "closed_on": day}
    assert page.post(f"/reports/documents/matter/{matter.pk}/close", told).status_code == 302
    listed = page.get(f"/reports/documents/{code}").content.decode()
    assert "Lập báo cáo" in listed
    assert page.get("/reports/documents/").status_code == 200
