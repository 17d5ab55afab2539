"""Two-sided results: who may what, history, locks, figures, corrections, bad input."""

from __future__ import annotations

import copy
import itertools
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone
from tests.results_world import PDF, Results, draft, make_results, sent
from tests.world import BEGUN, World, number

from lienvung import registry
from lienvung.audit.models import Act
from lienvung.catalogue.actions import issue_serials, register_product
from lienvung.epcis import build
from lienvung.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge
from lienvung.ledger.capture import capture_events
from lienvung.papers.kinds import MOST_BYTES
from lienvung.people import actions as people
from lienvung.programme.access import standing_of
from lienvung.results import access, actions, claiming, figures, rules
from lienvung.results.models import AutomaticFigure, Claim, Period

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def prepared(stage: World, django_db_blocker) -> Results:
    with django_db_blocker.unblock():
        return make_results(stage)


@pytest.fixture
def made(prepared: Results, world: World, settings, tmp_path) -> Results:
    settings.MEDIA_ROOT = tmp_path
    return copy.deepcopy(prepared)


def told(error) -> tuple[str, str]:
    """The error's code and field; both languages must be there."""
    assert error.value.vi
    assert error.value.en
    assert error.value.vi != error.value.en
    return error.value.code, error.value.path


def client_of(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_a_whole_life_with_a_dispute(made: Results) -> None:
    claim = draft(made)
    actions.attach_evidence(by=made.h_officer, claim=claim, version=1, name="anh chup.pdf", data=PDF)
    claim = actions.submit_claim(by=made.h_officer, claim=claim, version=2)
    claim = actions.dispute_claim(by=made.n_officer, claim=claim, version=3, words="Chỉ thấy ba sản phẩm.")
    claim = actions.answer_claim(by=made.h_officer, claim=claim, version=4, words="Sản phẩm thứ tư ở cửa hàng số 2.")
    claim = actions.confirm_claim(by=made.n_officer, claim=claim, version=5, words="Đã xem lại.")
    assert (claim.state, claim.waiting_since, claim.decided_at is not None) == ("confirmed", None, True)
    acts = list(claim.acts.values_list("number", "act", "before", "after", "by_name", "party__name"))
    hanoi, ninhbinh = ("Cán bộ hanoi1", made.hanoi.name), ("Cán bộ ninhbinh1", made.ninhbinh.name)
    assert acts == [
        (1, "record", "", "draft", *hanoi),
        (2, "attach", "draft", "draft", *hanoi),
        (3, "submit", "draft", "submitted", *hanoi),
        (4, "dispute", "submitted", "disputed", *ninhbinh),
        (5, "answer", "disputed", "disputed", *hanoi),
        (6, "confirm", "disputed", "confirmed", *ninhbinh),
    ]
    assert {each.organisation_name for each in claim.acts.all()} == {"Sở Mẫu Hà Nội", "Sở Mẫu Ninh Bình"}
    assert Act.objects.filter(action__startswith="results.", subject_id=str(claim.pk)).count() == 6
    again = actions.reopen_claim(by=made.n_officer, claim=claim, version=6, words="Xác nhận nhầm kỳ.")
    assert (again.state, again.waiting_since is not None) == ("submitted", True)


def test_the_successor_of_a_party_counts_and_a_third_province_does_not(made: Results) -> None:
    assert made.ninhbinh.unit.valid_to is not None, "the party signed as a unit that is no more"
    claim = sent(made)
    assert access.side_of(standing_of(made.n_officer, made.agreement), claim) == rules.COUNTERPART
    for act in (actions.confirm_claim, actions.dispute_claim):
        with pytest.raises(NotAllowed) as error:
            act(by=made.stranger, claim=claim, version=2, words="Không phải việc của tôi.")
        assert told(error)[0] == "results.not_your_agreement"
    with pytest.raises(NotAllowed):
        access.claim(made.stranger, claim.pk)


def test_nobody_confirms_his_own_result_nor_one_with_a_foot_in_both_sides(world: World, made: Results) -> None:
    claim = sent(made)
    both = made.n_officer.memberships.get().organisation
    for account in (made.h_officer, made.h_head):
        with pytest.raises(NotAllowed) as error:
            actions.confirm_claim(by=account, claim=claim, version=2)
        assert told(error)[0] == "results.own_claim"
    people.add_member(by=None, account=made.h_officer, organisation=both, role="focal_officer")
    with pytest.raises(NotAllowed) as error:
        actions.confirm_claim(by=made.h_officer, claim=claim, version=2)
    assert told(error)[0] == "results.own_claim"
    with pytest.raises(NotAllowed) as error:
        actions.withdraw_claim(by=made.n_officer, claim=claim, version=2, words="Rút giúp bên kia.")
    assert told(error)[0] == "results.not_your_claim"


def test_a_mere_member_of_an_authority_decides_nothing(world: World, made: Results) -> None:
    made.n_officer.memberships.update(role="member")
    with pytest.raises(NotAllowed) as error:
        actions.confirm_claim(by=made.n_officer, claim=sent(made), version=2)
    assert told(error)[0] == "results.role"


ACCOUNTS = ("h_officer", "h_head", "n_officer", "n_head", "stranger")


@pytest.mark.parametrize("state", rules.STATES)
def test_the_page_offers_exactly_what_the_action_does(made: Results, state: str) -> None:
    """For every state, step and officer: what `steps_for` offers succeeds, what it does not is refused."""
    claim = sent(made)
    Claim.objects.filter(pk=claim.pk).update(state=state)
    claim.refresh_from_db()
    for name, step in itertools.product(ACCOUNTS, rules.STEPS):
        account = getattr(made, name)
        offered = step in access.steps_for(standing_of(account, made.agreement), claim)
        assert tried(claim, account, step) == offered, (name, state, step)


def tried(claim: Claim, account, step: str) -> bool:
    """Whether the step was done; it is undone again."""
    seen = {"by": account, "claim": copy.deepcopy(claim), "version": claim.version}
    try:
        with transaction.atomic():
            if step == "revise":
                actions.revise_claim(text="Nội dung khác hẳn.", **seen)
            else:
                claiming.step(step, words="Lời giải thích.", **seen)
            transaction.set_rollback(True)
    except (NotAllowed, Conflict):
        return False
    return True


def test_a_draft_is_seen_by_its_own_party_only_until_it_was_sent(made: Results) -> None:
    claim = draft(made)
    assert access.claim(made.h_head, claim.pk)
    with pytest.raises(NotFound):
        access.claim(made.n_officer, claim.pk)
    assert not access.seen(made.n_officer, made.agreement).claims().exists()
    claim = actions.submit_claim(by=made.h_officer, claim=claim, version=1)
    actions.withdraw_claim(by=made.h_officer, claim=claim, version=2, words="Thiếu số liệu.")
    assert access.claim(made.n_officer, claim.pk)[0].state == "draft"


def test_silence_has_an_age_and_the_home_page_says_what_waits(made: Results) -> None:
    claim = draft(made)
    then = timezone.now() - timedelta(days=21)
    actions.submit_claim(by=made.h_officer, claim=claim, version=1, at=then)
    home = client_of(made.n_officer).get("/?lang=vi").content.decode()
    assert "1 kết quả chờ bên bạn xác nhận" in home
    assert "21 ngày" in home
    assert "chờ bên bạn xác nhận" not in client_of(made.h_officer).get("/?lang=vi").content.decode()
    page = client_of(made.h_officer).get(f"/results/claims/{claim.pk}?lang=en").content.decode()
    assert re.search(r"has not answered for <span[^>]*>21 days", page)


def test_confirmed_results_count_and_told_ones_stand_beside(made: Results) -> None:
    first, second = sent(made, value=4), sent(made, value=3)
    actions.confirm_claim(by=made.n_officer, claim=first, version=2)
    figure = figures.figures_of(made.period)[0]
    assert (figure.value, figure.waiting, figure.target, figure.reached) == (4, 3, 15, False)
    actions.return_claim(by=made.n_officer, claim=second, version=2, words="Thiếu danh sách.")
    assert figures.figures_of(made.period)[0].waiting is None


def test_a_year_takes_the_results_of_its_halves_and_parts_make_their_parent(made: Results) -> None:
    year = actions.open_periods(by=None, agreement=made.agreement, kind="year", year=made.period.year)[0]
    parts = [
        actions.add_indicator(
            by=None, agreement=made.agreement, code=f"QR{n}", name=f"Phần {n}", unit="sản phẩm", parent=made.indicator,
            dimension="unit", category=f"Huyện {n}",
        )
        for n in (1, 2)
    ]  # fmt: skip
    for part, value in zip(parts, (4, 3), strict=True):
        actions.confirm_claim(by=made.n_officer, claim=sent(made, value=value, indicator=part), version=2)
    found = {each.indicator.code: each for each in figures.figures_of(year)}
    assert [found[code].value for code in ("QR", "QR1", "QR2")] == [7, 4, 3]
    actions.confirm_claim(by=made.n_officer, claim=sent(made, value=9), version=2)
    whole = figures.figures_of(year)[0]
    assert whole.value == 9
    assert whole.faults == [rules.SumFault("unit", Decimal(9), Decimal(7))]


# ---- locked periods


def lock(made: Results) -> Period:
    made.period.refresh_from_db()
    return actions.lock_period(
        by=made.h_officer, period=made.period, version=made.period.version, reason="Hết hạn nộp báo cáo."
    )


def test_a_locked_period_refuses_every_change_and_says_the_way_out(made: Results) -> None:
    waiting, begun = sent(made), draft(made)
    lock(made)
    tries = [
        lambda: draft(made),
        lambda: actions.submit_claim(by=made.h_officer, claim=begun, version=1),
        lambda: actions.revise_claim(by=made.h_officer, claim=begun, version=1, text="Nội dung mới."),
        lambda: actions.confirm_claim(by=made.n_officer, claim=waiting, version=2),
        lambda: actions.dispute_claim(by=made.n_officer, claim=waiting, version=2, words="Không đúng."),
        lambda: actions.attach_evidence(by=made.n_officer, claim=waiting, version=2, name="a.pdf", data=PDF),
        lambda: actions.answer_claim(by=made.n_officer, claim=waiting, version=2, words="Xin hỏi thêm."),
        lambda: actions.set_target(by=made.h_officer, indicator=made.indicator, period=made.period, value=Decimal(1)),
    ]
    for each in tries:
        with pytest.raises(Conflict) as error:
            each()
        assert told(error) == ("results.period_locked", "period")
        assert made.period.name.vi in error.value.vi
        assert "mở khoá" in error.value.vi
    answer = client_of(made.n_officer).post(
        f"/results/claims/{waiting.pk}/do/confirm", {"seen": 2, "words": "Đồng ý với số này."}
    )
    assert answer.status_code == 409
    assert "Đồng ý với số này." in answer.content.decode(), "what was typed stays"


def test_figures_are_frozen_and_what_comes_later_shows_as_a_correction(made: Results) -> None:
    actions.confirm_claim(by=made.n_officer, claim=sent(made, value=4), version=2)
    silent = sent(made, value=3)
    period = lock(made)
    assert period.acts.get().told == {"confirmed": 1, "submitted": 1}
    figure = figures.figures_of(period)[0]
    assert (figure.value, figure.waiting, figure.target) == (4, 3, 15)
    frozen = figure.frozen
    with pytest.raises(NotAllowed):
        actions.correct_figure(by=made.stranger, figure=frozen, value=Decimal(5), reason="Đếm thiếu.")
    correction = actions.correct_figure(by=made.h_officer, figure=frozen, value=Decimal(5), reason="Đếm thiếu một.")
    assert figures.figures_of(period)[0].value == 4, "one side alone corrects nothing"
    with pytest.raises(Conflict):
        actions.correct_figure(by=made.n_officer, figure=frozen, value=Decimal(6), reason="Đếm thiếu hai.")
    with pytest.raises(NotAllowed):
        actions.agree_correction(by=made.h_head, correction=correction)
    actions.agree_correction(by=made.n_officer, correction=correction)
    figure = figures.figures_of(period)[0]
    assert (figure.value, figure.frozen.value, figure.corrected) == (5, 4, True)
    with pytest.raises(NotAllowed):
        actions.unlock_period(by=made.h_officer, period=period, version=period.version, reason="Xin mở lại.")
    with pytest.raises(Invalid):
        actions.unlock_period(by=made.h_head, period=period, version=period.version, reason=" ")
    period = actions.unlock_period(
        by=made.h_head, period=period, version=period.version, reason="Bên kia trả lời muộn."
    )
    actions.confirm_claim(by=made.n_officer, claim=silent, version=2)
    made.period.refresh_from_db()
    again = lock(made)
    figure = figures.figures_of(again)[0]
    assert figure.rounds == [(1, 4), (2, 7)]
    assert figure.changed_by_unlocking
    page = client_of(made.n_officer).get(f"/results/periods/{period.pk}?lang=vi").content.decode()
    assert "Bên kia trả lời muộn." in page
    assert "khoá lần 1: 4" in page


def test_a_period_is_not_locked_before_its_end(made: Results) -> None:
    today = timezone.localdate()
    coming = actions.open_periods(by=None, agreement=made.agreement, kind="year", year=today.year + 1)[0]
    with pytest.raises(Invalid) as error:
        actions.lock_period(by=made.h_officer, period=coming, version=1, reason="Khoá sớm cho xong.")
    assert told(error)[0] == "results.period_not_over"


def test_the_late_list_names_party_period_and_commitment(made: Results) -> None:
    late = access.late_list(made.agreement, timezone.localdate())
    own = [each for each in late if each.period == made.period]
    assert [(each.party, each.commitments) for each in own] == [(made.hanoi, [made.commitment])]
    draft(made)
    assert [each.party for each in access.late_list(made.agreement, timezone.localdate()) if each.period == made.period]
    sent(made)
    assert made.period not in [each.period for each in access.late_list(made.agreement, timezone.localdate())]


# ---- bad input


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"happened_on": "after"}, "results.outside_period", "happened_on"),
        ({"happened_on": "tomorrow"}, "results.future", "happened_on"),
        ({"indicator": None}, "results.value_alone", "indicator"),
        ({"text": " "}, "results.words_missing", "text"),
        ({"text": "x" * 4001}, "results.words_long", "text"),
        ({"counterpart": "self"}, "results.counterpart_wrong", "counterpart"),
    ],
)
def test_wrong_contents_name_their_field(made: Results, change, code: str, path: str) -> None:
    days = {"after": made.period.ends_on + timedelta(days=1), "tomorrow": timezone.localdate() + timedelta(days=1)}
    if "happened_on" in change:
        change = {"happened_on": days[change["happened_on"]]}
    if "counterpart" in change:
        change = {"counterpart": made.hanoi}
    with pytest.raises(Invalid) as error:
        draft(made, **change)
    assert told(error) == (code, path)
    assert not Claim.objects.exists()


def test_a_claim_of_the_wrong_party_is_refused(made: Results) -> None:
    common = {"commitment": made.commitment, "period": made.period, "text": "Kết quả của bên khác."}
    for by, party in ((made.n_officer, made.hanoi), (made.stranger, made.ninhbinh)):
        with pytest.raises(NotAllowed) as error:
            actions.record_claim(by=by, party=party, **common)
        assert told(error)[0] in {"results.not_your_claim", "results.not_your_agreement"}


@pytest.mark.parametrize("data", [b"", b"MZ\x90 not a paper", b"%PDF-1.4 torn", PDF.replace(b"/Type", b"/JavaScript")])
def test_an_unreadable_file_is_refused_and_leaves_nothing(made: Results, data: bytes) -> None:
    claim = draft(made)
    page = client_of(made.h_officer).post(
        f"/results/claims/{claim.pk}/file?lang=vi", {"seen": 1, "file": SimpleUploadedFile("a.pdf", data)}
    )
    assert page.status_code == 422
    assert "Tệp" in page.content.decode()
    claim.refresh_from_db()
    assert (claim.version, claim.evidence.count(), claim.acts.count()) == (1, 0, 1)


def test_an_oversized_file_is_refused(made: Results) -> None:
    claim = draft(made)
    with pytest.raises(TooLarge) as error:
        claiming.check_size(MOST_BYTES + 1)
    assert told(error) == ("papers.size", "file")
    with pytest.raises(TooLarge):
        actions.attach_evidence(by=made.h_officer, claim=claim, version=1, name="a.pdf", data=PDF + b" " * MOST_BYTES)


def test_files_are_for_those_who_see_the_result(made: Results) -> None:
    claim = draft(made)
    kept = actions.attach_evidence(by=made.h_officer, claim=claim, version=1, name="../../biên bản.pdf", data=PDF)
    address = f"/papers/{kept.file_id}"
    from_page = client_of(made.h_officer).get(f"/results/claims/{claim.pk}").content.decode()
    address = from_page.split('href="/papers/')[1].split('"')[0]
    statuses = {name: client_of(getattr(made, name)).get(f"/papers/{address}").status_code for name in ACCOUNTS}
    assert statuses == {"h_officer": 200, "h_head": 200, "n_officer": 403, "n_head": 403, "stranger": 403}
    actions.submit_claim(by=made.h_officer, claim=claim, version=2)
    assert client_of(made.n_head).get(f"/papers/{address}").status_code == 200


def test_of_two_officers_the_second_is_told_and_keeps_his_words(made: Results) -> None:
    claim = sent(made)
    one, two = client_of(made.n_officer), client_of(made.n_head)
    address = f"/results/claims/{claim.pk}/do"
    assert one.post(f"{address}/dispute", {"seen": 2, "words": "Thiếu một sản phẩm."}).status_code == 302
    late = two.post(f"{address}/confirm?lang=vi", {"seen": 2, "words": "Đồng ý, đã đếm đủ."})
    page = late.content.decode()
    assert late.status_code == 409
    assert "Người khác vừa thay đổi" in page
    assert "Đồng ý, đã đếm đủ." in page
    assert 'value="3"' in page, "sent again, it is over the newer version"
    claim.refresh_from_db()
    assert claim.state == "disputed"
    assert two.post(f"{address}/confirm", {"seen": 3, "words": "Đồng ý, đã đếm đủ."}).status_code == 302


def test_a_whole_result_by_forms(made: Results) -> None:
    one, two = client_of(made.h_officer), client_of(made.n_officer)
    home = one.get(f"/results/of/{made.agreement.code}?lang=vi").content.decode()
    assert f"/results/commitments/{made.commitment.pk}/new" in home
    day = (made.period.starts_on + timedelta(days=9)).strftime("%d/%m/%Y")
    told = {"seen": 0, "period": made.period.pk, "text": "Năm sản phẩm có mã.", "happened_on": day, "value": "5",
            "indicator": made.indicator.pk}  # fmt: skip
    wrong = one.post(f"/results/commitments/{made.commitment.pk}/new?lang=vi", told | {"happened_on": "31/02/2026"})
    assert wrong.status_code == 422
    assert "Ngày không đúng dạng" in wrong.content.decode()
    address = one.post(f"/results/commitments/{made.commitment.pk}/new", told)["Location"]
    assert one.post(f"{address}/do/submit", {"seen": 1}).status_code == 302
    assert two.post(f"{address}/do/return", {"seen": 2, "words": ""}).status_code == 422
    assert two.post(f"{address}/do/return", {"seen": 2, "words": "Kèm danh sách."}).status_code == 302
    mended = told | {"seen": 3, "text": "Năm sản phẩm có mã, danh sách kèm theo."}
    assert one.post(f"{address}/edit", mended).status_code == 302
    assert one.post(f"{address}/do/submit", {"seen": 4}).status_code == 302
    assert two.post(f"{address}/do/confirm", {"seen": 5}).status_code == 302
    for client in (one, two):
        page = client.get(f"{address}?lang=vi").content.decode()
        for words in ("Kèm danh sách.", "danh sách kèm theo", "hai bên đã xác nhận", "Cán bộ ninhbinh1"):
            assert words in page


def test_indicators_and_periods_by_forms(made: Results) -> None:
    client = client_of(made.n_officer)
    of = f"/results/of/{made.agreement.code}"
    assert client.post(f"{of}/periods/new", {"kind": "quarter", "year": "2020"}).status_code == 302
    assert client.post(f"{of}/periods/new", {"kind": "quarter", "year": "1900"}).status_code == 422
    assert client.post(f"{of}/calendar", {"valid_from": "01/01/2027", "start_day": 1, "start_month": 1,
        "due_days": 5}).status_code == 302  # fmt: skip
    assert [each.valid_to for each in made.agreement.calendars.all()][1] is None
    assert client.post(f"{of}/calendar", {"valid_from": "01/01/2028", "start_day": 31, "start_month": 2,
        "due_days": 5}).status_code == 422  # fmt: skip
    told = {"seen": 0, "code": "T", "name": "Tấn giao", "unit": "tấn", "direction": "up", "gathering": "sum"}
    assert client.post(f"{of}/indicators/new", told).status_code == 302
    assert client.post(f"{of}/indicators/new", told).status_code == 409
    assert client_of(made.stranger).get(f"{of}/indicators").status_code == 403
    target = f"/results/indicators/{made.indicator.pk}/{made.period.pk}"
    assert client.post(f"{target}/target", {"value": "20"}).status_code == 302
    assert figures.figures_of(made.period)[0].target == 20
    assert client.get(target).status_code == 200


def test_figures_cost_the_same_number_of_queries_however_many_results(made: Results, django_assert_num_queries) -> None:
    for value in (1, 2, 3):
        sent(made, value=value)
    with django_assert_num_queries(3):
        figures.figures_of(made.period)


def test_every_act_has_words(made: Results) -> None:
    names = set(Act.objects.filter(action__startswith="results.").values_list("action", flat=True))
    assert names <= {each.name for each in registry.act_words}


def test_products_with_working_codes_are_counted_and_shown_one_by_one(world: World, made: Results) -> None:
    indicator = actions.add_indicator(
        by=None, agreement=made.agreement, code="AUTO", name="Mã QR", unit="sản phẩm", automatic="products_with_codes"
    )
    today = timezone.localdate()
    period = actions.open_periods(by=None, agreement=made.agreement, kind="year", year=today.year + 1)[0]
    assert figures.automatic_figure(indicator, period) == 0
    issue_serials(by=None, product=world.rice, lot=world.lot, count=2)
    lonely = register_product(by=None, owner=world.grower, gtin=number("0893000000077"), name="Chưa có sự kiện nào")
    issue_serials(by=None, product=lonely, count=1)
    assert figures.automatic_figure(indicator, period) == 0, "kept for a while"
    AutomaticFigure.objects.update(at=timezone.now() - figures.FRESH)
    assert figures.automatic_figure(indicator, period) == 1
    page = client_of(made.n_officer).get(f"/results/indicators/{indicator.pk}/{period.pk}?lang=vi").content.decode()
    assert f"/catalogue/{world.rice.pk}" in page
    assert "Chưa có sự kiện nào" not in page
    with pytest.raises(Invalid) as error:
        draft(made, indicator=indicator, value=3)
    assert told(error) == ("results.indicator_automatic", "indicator")


def test_tonnes_delivered_to_ha_noi_count_each_pack_once(world: World) -> None:
    """The shop in Hà Nội unpacked a case of four packs of 2 kg; then 300 kg came loose, and a pack was told again."""
    days = registry.IndicatorDays(BEGUN.date(), BEGUN.date() + timedelta(days=40))
    told = registry.indicators["tonnes_to_ha_noi"]
    assert told.figure(days) == Decimal("0.0080")
    store = world.places["store"].uri
    common = {"biz_step": "receiving", "disposition": "in_progress", "read_point": store, "biz_location": store}
    later = BEGUN + timedelta(days=35)
    more = [
        build.object_event(time=later, action="OBSERVE", epcs=[], quantities=[(world.lot.uri, 300, "KGM")], **common),
        build.object_event(time=later, action="OBSERVE", epcs=world.packs[:1], **common),
    ]
    assert capture_events(more, submitter=str(world.shop.pk)).success
    assert told.figure(days) == Decimal("0.3080")
    [row] = told.rows(days, 10)
    assert (row.amount, row.href) == (Decimal("0.308"), f"/catalogue/{world.rice.pk}")
    assert told.figure(registry.IndicatorDays(days.starts_on, days.ends_on, "meat")) == 0
    assert told.figure(registry.IndicatorDays(days.ends_on, days.ends_on)) == 0
