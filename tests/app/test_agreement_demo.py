"""The agreements of the demo: the article's, row by row against its checklist, and the invented one's whole life."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model
from tests.corpus import CORPUS

from lienvung.demo.cast import ROLES
from lienvung.demo.data import agreement_file, load
from lienvung.people.actions import add_member, create_account, create_organisation
from lienvung.people.models import Account, Organisation
from lienvung.programme import demo as programme
from lienvung.programme.access import split, standing_of
from lienvung.programme.rules import Role
from lienvung.results import demo as results
from lienvung.results.models import Claim, ClaimAct, FrozenFigure
from lienvung.territory.access import unit_at
from lienvung.territory.actions import load_units

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
CHECKLIST = ROOT / "docs/reference/article-checklist.md"
ARTICLE = CORPUS.parent / "seed" / "article.vi.txt"
LINE = re.compile(r"^\| (?P<number>\d+\.\d+) \| (?P<said>[^|]+) \| (?P<rows>[^|]+) \|$", re.MULTILINE)
ROW = re.compile(r"`(agreement|document|field|commitment|claim|indicator|meeting)(?: ([^`]+))?`")
NUMBER = re.compile(r"\d+(?:[/-]\d+)*[A-Z]*")
# every figure that the article states, by paragraph; and those of the other sources
STATED = {
    "1": {"2015"},
    "3": {"5", "700", "38B", "12B", "1A", "220KV"},
    "5": {"4/2019"},
    "7": {"2019-2020", "10-15"},
}
OF_FACTS = {"10", "4", "1/6/2019", "3", "2826662", "524189"}
FOR_COUNTING = ("number", "code", "source")  # our own numbers of paragraphs, and where it was read


@pytest.fixture
def units(db: None) -> None:
    load_units()


@pytest.fixture
def article(units: Any) -> tuple[programme.Played, results.Played]:
    told = agreement_file("agreement_2015_2020.toml")
    played = programme.play(told)
    return played, results.play(told, played)


def rows_of(played: tuple[programme.Played, results.Played]) -> dict[str, Model]:
    return {"agreement": played[0].agreement, **played[0].rows, **played[1].rows}


def named(cell: str) -> list[str]:
    return [f"{kind} {key}".strip() for kind, key in ROW.findall(cell)]


def test_every_statement_of_the_article_has_its_row(article: Any) -> None:
    text, rows = CHECKLIST.read_text(encoding="utf-8"), rows_of(article)
    lines = list(LINE.finditer(text))
    assert Counter(each["number"].split(".")[0] for each in lines) == {
        "0": 1, "1": 4, "2": 3, "3": 12, "4": 6, "5": 6, "6": 10, "7": 10, "8": 2, "9": 2,
    }  # fmt: skip
    for line in lines:
        found = named(line["rows"])
        assert found or "opinion" in line["rows"], line["number"]
        for key in found:
            assert type(rows[key])._default_manager.filter(pk=rows[key].pk).exists(), (line["number"], key)


def test_nothing_is_there_that_the_checklist_does_not_name(article: Any) -> None:
    text = CHECKLIST.read_text(encoding="utf-8")
    assert set(rows_of(article)) == set(named(text))
    agreement = article[0].agreement
    counts = [agreement.fields, agreement.commitments, agreement.claims, agreement.meetings, agreement.documents]
    assert [each.count() for each in counts] == [18, 43, 11, 2, 4]
    assert agreement.clauses.count() == agreement.plans.count() == agreement.committee.count() == 0


def test_no_figure_is_there_that_the_sources_do_not_state(article: Any) -> None:
    told = agreement_file("agreement_2015_2020.toml")
    of_paragraph = {
        f"{kind} {row.get('key', row.get('code'))}": row["para"].split(".")[0]
        for kind in ("field", "commitment", "claim", "indicator")
        for row in told[kind]
        if "para" in row
    }
    rows = rows_of(article)
    for key, row in rows.items():
        if key == "agreement":
            stated = {"2015", "2019-2020", "1", "7", "8"}  # years, and the paragraphs pointed to
        elif key in of_paragraph:
            stated = STATED.get(of_paragraph[key], set())
        else:
            stated = OF_FACTS
        for column in row._meta.get_fields():
            value = getattr(row, column.name, None) if column.concrete else None
            if column.name in FOR_COUNTING or column.is_relation or not isinstance(value, str):
                continue
            assert set(NUMBER.findall(value)) <= stated, (key, column.name, value)


def test_what_is_not_stated_stays_empty(article: Any) -> None:
    agreement = article[0].agreement
    assert (agreement.signed_on, agreement.starts_on, agreement.ends_on, agreement.legal_basis) == (None,) * 3 + ("",)
    assert not agreement.illustrative
    assert not agreement.commitments.exclude(due=None, due_text="", starts_on=None).exists()
    assert list(agreement.commitments.exclude(measure="").values_list("measure", flat=True)) == [
        "10-15 sản phẩm nông nghiệp"
    ]
    assert not agreement.claims.exclude(value=None).exists()  # no figure is told as a result
    assert [str(day) for day in agreement.claims.exclude(happened_on=None).values_list("happened_on", flat=True)] == [
        "2019-06-01"
    ]
    assert not agreement.indicators.exclude(baseline=None, targets=None).exists()
    assert {party.unit.code for party in agreement.parties.all()} == {"01", "37"}
    assert all(str(party.unit.valid_to) == "2025-07-01" for party in agreement.parties.filter(unit__code="37"))
    assert set(agreement.claims.values_list("state", flat=True)) == {"submitted"}  # nobody confirmed: silence


@pytest.mark.skipif(not ARTICLE.is_file(), reason="the article is not beside the checkout")
def test_the_figures_are_those_of_the_article() -> None:
    paragraphs = [each for each in ARTICLE.read_text(encoding="utf-8").splitlines() if each.strip()][:9]
    for number, paragraph in enumerate(paragraphs):
        assert set(NUMBER.findall(paragraph)) == STATED.get(str(number), set()), number


def officer(email: str, code: str, role: str = "focal_officer") -> tuple[Account, Organisation]:
    body = create_organisation(
        by=None, name=f"Cơ quan {email}", kind="authority", unit=unit_at(code, level="province"), illustrative=True
    )
    account = create_account(by=None, email=email, full_name=email.title(), password="mat-khau-kha-dai-4711")
    add_member(by=None, account=account, organisation=body, role=role)
    return account, body


def test_the_invented_programme_shows_the_whole_life(units: Any) -> None:
    (mine, own), (theirs, other) = officer("a@nb.example", "37"), officer("b@hn.example", "01")
    told = agreement_file("agreement_2026_2030.toml")
    played = programme.play(told, organisations={"dau_moi": own, "dau_moi_hn": other})
    shown = results.play(told, played, officers={"37": mine, "01": theirs})
    agreement = played.agreement
    assert agreement.illustrative
    assert "minh hoạ" in agreement.title
    states = dict(Claim.objects.filter(agreement=agreement).values_list("text", "state"))
    assert Counter(states.values()) == {"confirmed": 4, "disputed": 1, "returned": 1, "submitted": 1, "draft": 1}
    told_by = set(Claim.objects.filter(agreement=agreement).values_list("party__unit__code", flat=True))
    assert told_by == {"01", "37"}  # both sides tell
    decided = ClaimAct.objects.filter(claim__agreement=agreement, side="counterpart")
    decided = decided.exclude(act="answer").select_related("claim")
    assert [act.party_id for act in decided if act.party_id == act.claim.party_id] == []
    assert {act.by_id for act in decided} == {mine.pk, theirs.pk}
    counted = agreement.indicators.exclude(automatic="").get()
    assert (counted.automatic, counted.claims.count()) == ("products_with_codes", 0)  # the ledger tells it, nobody else
    half = shown.periods["half/2026/1"]
    assert half.locked
    assert (str(half.starts_on), str(half.ends_on)) == ("2025-12-15", "2026-06-14")
    frozen = FrozenFigure.objects.get(period=half, indicator__code="HD")
    assert (frozen.value, [each.value for each in frozen.corrections.all()]) == (3, [4])  # frozen stays, shown beside
    assert FrozenFigure.objects.get(period=half, indicator__code="CB").value == 108
    assert agreement.commitments.filter(conclusion__isnull=False).count() == 1
    assert Counter(agreement.plans.get().tasks.values_list("state", flat=True))["done"] == 1


def test_the_demo_has_an_account_of_each_role(units: Any) -> None:
    """The accounts of the cast, in their organisations, are in the invented programme what the demo prints of them."""
    firms = {key: firm for key, firm in load().firms.items() if firm.kind == "authority"}
    bodies = {
        key: create_organisation(
            by=None, name=firm.name, kind="authority", unit=unit_at(firm.unit, level="province"), illustrative=True
        )
        for key, firm in firms.items()
    }
    accounts = {}
    for key, email, name, firm, role, *_ in ROLES:
        if firm in bodies:
            accounts[key] = create_account(by=None, email=email, full_name=name, password="mat-khau-kha-dai-4711")
            add_member(by=None, account=accounts[key], organisation=bodies[firm], role=role)
    played = programme.play(agreement_file("agreement_2026_2030.toml"), organisations=bodies)
    check, tour = (played.row("commitment", key) for key in ("check", "tour"))
    found = {}
    for key, account in accounts.items():
        standing = standing_of(account, played.agreement)
        of_rows = set()
        for row in (check, tour):
            lead, helping = split(row.agency_links.all())
            of_rows |= standing.roles(lead=lead, helping=helping)
        found[key] = of_rows - {Role.VIEWER, Role.PUBLIC}
    assert {Role.FOCAL} <= found["focal"]
    assert {Role.FOCAL} <= found["focal_hn"]
    assert found["approver"] == {Role.APPROVER}
    assert found["lead"] == {Role.LEAD}
    assert found["contributor"] == {Role.CONTRIBUTOR}
    assert found["viewer"] == set()
    assert standing_of(accounts["viewer"], played.agreement).parties
