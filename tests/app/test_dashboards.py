"""Dashboards, public figures, calendars, open data and IATI: numbers by hand, who sees what, counts of queries."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree
from openpyxl import load_workbook
from tests import programme_scale
from tests.programme_scale import NOW, TODAY
from tests.world import World

from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.programme.models import Agreement, Commitment, Meeting, Plan, Task
from lienvung.reports import charts, choosing, feeds, iati, open_data, published
from lienvung.reports.charts import Bar, Series
from lienvung.reports.dashboards import dashboard, flags_of
from lienvung.reports.models import FeedKey, PublicFigure
from lienvung.results.models import Claim, Correction, FrozenFigure, Indicator
from lienvung.texts import Text

pytestmark = pytest.mark.django_db
# Queries of a page, whatever its size; a higher number is a regression, a lower one: write it down here.
QUERIES = {"dashboard": 14, "public": 13}


@pytest.fixture
def small(world: World) -> Agreement:
    """Two parties; ours is the official's."""
    units_first = programme_scale.make(parties=34, commitments=0, claims=0, periods=0, code="rong")
    own = units_first.parties.get(unit=world.authority.unit)
    other = units_first.parties.exclude(pk=own.pk).first()
    assert other is not None
    units_first.parties.exclude(pk__in=(own.pk, other.pk)).delete()
    membership = world.accounts["official"].memberships.get()
    membership.role = "focal_officer"
    membership.save()
    return units_first


def sides(one: Agreement, world: World) -> tuple[Any, Any]:
    own = one.parties.get(unit=world.authority.unit)
    other = one.parties.exclude(pk=own.pk).first()
    return own, other


def promise(one: Agreement, number: str, **more: Any) -> Commitment:
    return Commitment.objects.create(
        agreement=one, number=number, **({"what": f"Việc {number}", "state": "active"} | more)
    )


def claim(commitment: Commitment, own: Any, other: Any, state: str, period: Any) -> Claim:
    return Claim.objects.create(
        agreement=commitment.agreement, commitment=commitment, period=period, party=own, counterpart=other,
        text="Kết quả", state=state, sent_at=None if state == "draft" else NOW,
        waiting_since=NOW if state in ("submitted", "disputed") else None,
    )  # fmt: skip


def signed_in(world: World, role: str = "official") -> Client:
    client = Client()
    client.force_login(world.accounts[role])
    return client


@pytest.mark.parametrize(
    ("state", "due", "told", "expected"),
    [
        ("active", None, None, "promised"),
        ("active", TODAY, None, "promised"),
        ("active", TODAY - timedelta(days=1), None, "promised late"),
        ("fulfilled", TODAY - timedelta(days=1), None, "promised"),
        ("active", TODAY - timedelta(days=1), {"told": 1, "agreed": 1}, "promised told confirmed"),
        ("active", TODAY - timedelta(days=1), {"told": 1, "waiting": 1}, "promised told silent late"),
        ("active", None, {"told": 2, "agreed": 1, "at_odds": 1}, "promised told confirmed disputed"),
    ],
)
def test_what_holds_of_a_commitment(state: str, due: date | None, told: Any, expected: str) -> None:
    assert flags_of(state, due, told, TODAY) == set(expected.split())


def test_the_tables_count_what_was_put_in(world: World, small: Agreement) -> None:
    own, other = sides(small, world)
    period = programme_scale._periods(small, 1)[0]
    period.save()
    top = small.fields.get(code="1")
    part = small.fields.get(code="1.2")
    a = promise(small, "1", obligor=own, field=part)
    b = promise(small, "2", obligor=own, field=top, due=TODAY - timedelta(days=3))
    promise(small, "3", obligor=other)
    promise(small, "4", obligor=own, state="withdrawn")
    promise(small, "5", obligor=own, state="draft")
    promise(small, "6")
    for row, state in ((a, "confirmed"), (a, "disputed"), (b, "submitted"), (b, "draft"), (b, "returned")):
        claim(row, own, other, state, period)
    found = dashboard(small, TODAY)
    rows = {row.id: list(row.counts.values()) for row in found.parties}
    assert rows == {own.pk: [2, 2, 1, 1, 1, 1], other.pk: [1, 0, 0, 0, 0, 0], None: [1, 0, 0, 0, 0, 0]}
    assert list(found.total.counts.values()) == [4, 2, 1, 1, 1, 1]
    fields = {row.id: row.counts["promised"] for row in found.fields}
    assert (fields[top.pk], fields[part.pk], fields[None]) == (2, 1, 2)
    assert found.agencies[-1].counts["promised"] == 4, "nobody was named to lead"
    assert found.periods[0].counts == {"confirmed": 1, "submitted": 1, "disputed": 1, "returned": 1}
    page = signed_in(world).get(f"/reports/dashboards/{small.code}").content.decode()
    assert "đã báo kết quả" in page
    assert "<svg" in page
    assert "style=" not in page
    behind = signed_in(world).get(f"/reports/dashboards/{small.code}/field/{top.pk}").content.decode()
    assert "Việc 1" in behind
    assert "Việc 2" in behind
    assert "Việc 3" not in behind


@pytest.mark.parametrize("table", ["parties", "fields", "agencies", "periods"])
def test_each_table_is_a_csv(world: World, small: Agreement, table: str) -> None:
    promise(small, "1")
    answer = signed_in(world).get(f"/reports/dashboards/{small.code}/{table}.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.status_code == 200
    assert rows[0][:3] == ["name", "name_en", "note"]
    assert len({len(row) for row in rows}) == 1
    assert signed_in(world).get(f"/reports/dashboards/{small.code}/x.csv").status_code == 404


def test_tables_are_workbooks_with_typed_cells(world: World, small: Agreement) -> None:
    own, _ = sides(small, world)
    made = promise(small, "1.10", obligor=own, what="=CMD()", due=date(2026, 12, 31))
    answer = signed_in(world).get(f"/reports/dashboards/{small.code}/party/{own.pk}.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    heads = [str(cell.value).partition("\n")[0] for cell in sheet[1]]
    cells = dict(zip(heads, sheet[2]))
    assert (cells["Số"].value, cells["Số"].data_type) == (made.number, "s")
    assert (cells["Việc cam kết"].value, cells["Việc cam kết"].data_type) == ("=CMD()", "s")
    assert cells["Việc cam kết"].quotePrefix
    assert cells["Thời hạn"].is_date
    assert cells[heads[-1]].data_type == "n"
    for table in ("parties", "fields", "agencies", "periods"):
        answer = signed_in(world).get(f"/reports/dashboards/{small.code}/{table}.xlsx")
        assert load_workbook(io.BytesIO(answer.content)).worksheets[0]["A1"].value == "Tên\nName"
    for address in ("public/{}/figures.xlsx", "open-data/{}/commitments.xlsx"):
        answer = Client().get(f"/reports/{address.format(small.code)}")
        assert answer.status_code == 200
        assert load_workbook(io.BytesIO(answer.content)).worksheets[0].max_column > 4


def test_only_the_parties_see_a_dashboard(world: World, small: Agreement) -> None:
    address = f"/reports/dashboards/{small.code}"
    assert Client().get(address).status_code == 302
    assert signed_in(world, "member").get(address).status_code == 403
    assert signed_in(world, "official").get(address).status_code == 200
    assert signed_in(world, "staff").get(address).status_code == 200
    small.parties.filter(unit=world.authority.unit).delete()
    assert signed_in(world, "official").get(address).status_code == 403, "an official of no party"


# ---- figures that everybody sees


def test_a_party_chooses_what_everybody_sees(world: World, small: Agreement) -> None:
    own, other = sides(small, world)
    promise(small, "1", obligor=own)
    official = world.accounts["official"]
    address = f"/reports/public/{small.code}"
    assert "đã cam kết" not in Client().get(address).content.decode()
    answer = signed_in(world).post(f"/reports/dashboards/{small.code}/choose", {"chosen": ["count:promised"]})
    assert answer.status_code == 302
    shown = Client().get(address).content.decode()
    assert "đã cam kết" in shown
    assert "quá hạn" not in shown
    rows = list(csv.reader(io.StringIO(Client().get(address + "/figures.csv").content.decode("utf-8-sig"))))
    assert rows[1][0] == own.name
    assert rows[1][-1] == "1"
    choosing.choose_figures(by=official, party=own, chosen=[])
    assert not PublicFigure.objects.exists()
    with pytest.raises(NotAllowed):
        choosing.choose_figures(by=official, party=other, chosen=["count:promised"])
    with pytest.raises(Invalid):
        choosing.choose_figures(by=official, party=own, chosen=["count:disputed"])
    foreign = Indicator.objects.create(agreement=small, party=other, code="X", name="x", unit="x")
    with pytest.raises(Invalid):
        choosing.choose_figures(by=official, party=own, chosen=[f"indicator:{foreign.pk}"])


def test_who_only_reads_does_not_choose(world: World, small: Agreement) -> None:
    world.accounts["official"].memberships.update(role="inspector")
    assert signed_in(world).get(f"/reports/dashboards/{small.code}/choose").status_code == 403


def test_public_figures_are_of_locked_periods_and_show_corrections(world: World) -> None:
    one = programme_scale.make(parties=2, commitments=4, claims=8, periods=4)
    figures = published.figures(one)
    assert [each.value for each in figures] == [Decimal(90), Decimal(95)], "two of four periods are locked"
    first = FrozenFigure.objects.get(period=figures[0].period)
    correction = Correction.objects.create(figure=first, before=90, value=80, reason="Tính trùng")
    assert published.figures(one)[0].value == 90, "one side alone corrects nothing"
    correction.agreed_at = NOW
    correction.save()
    changed = published.figures(one)[0]
    assert (changed.value, changed.frozen, changed.corrected) == (80, 90, True)
    assert "lúc khoá sổ" in Client().get(f"/reports/public/{one.code}").content.decode()
    Indicator.objects.update(public=False)
    assert published.figures(one) == []


PUBLIC = ["public/{}", "public/{}/figures.csv", "public/{}/calendar.ics", "open-data/{}/iati.xml",
          "open-data/{}/commitments.csv", "open-data/{}/figures.json"]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_nothing_of_an_unpublished_agreement_is_public(world: World, small: Agreement, address: str) -> None:
    address = "/reports/" + address.format(small.code)
    assert Client().get(address).status_code == 200
    Agreement.objects.update(published_at=None)
    assert Client().get(address).status_code == 404
    assert signed_in(world).get(address).status_code == 404


# ---- open data


def test_open_data_keeps_drafts_and_words_of_results_back(world: World, small: Agreement) -> None:
    own, _ = sides(small, world)
    promise(small, "1", obligor=own, what="=CMD()")
    promise(small, "2", state="draft", what="Bản nháp")
    table = open_data.DATASETS["commitments"]
    raw = Client().get(f"/reports/open-data/{small.code}/commitments.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw)))
    assert [row["number"] for row in rows] == ["1"]
    assert rows[0]["what"] == "'=CMD()"
    assert list(rows[0]) == open_data.columns_of(table)
    value = json.loads(Client().get(f"/reports/open-data/{small.code}/commitments.json").content)
    assert value["rows"][0]["what"] == "=CMD()"
    assert value["rows"][0]["due"] is None
    assert set(value["rows"][0]) == set(open_data.columns_of(table))


@pytest.mark.parametrize("name", open_data.DATASETS)
def test_every_column_of_open_data_is_in_the_dictionary(world: World, name: str) -> None:
    one = programme_scale.make(parties=2, commitments=6, claims=6, periods=4)
    Meeting.objects.create(agreement=one, kind="conference", title="Hội nghị", state="held", held_on=TODAY)
    table = open_data.DATASETS[name]
    rows = open_data.csv_rows(table, one)
    assert rows
    assert {len(row) for row in rows} == {len(table.columns)}
    page = Client().get("/reports/open-data/").content.decode()
    assert all(f">{column.name}</th>" in page for column in table.columns)
    reference = (Path(__file__).parents[2] / "docs/reference/open-data.md").read_text()
    section = reference.split(f"### {name}\n")[1].split("\n### ")[0]
    assert [line.split("|")[1].strip().strip("`") for line in section.splitlines() if line.startswith("| `")] == (
        open_data.columns_of(table)
    )


# ---- IATI

# What IATI 2.03 (iati-activities-schema.xsd) says of the elements that we write: (least, most) times; None: any number.
IATI_TIMES: dict[str, tuple[int, int | None]] = {
    "iati-identifier": (1, 1), "reporting-org": (1, 1), "title": (1, 1), "description": (1, None),
    "participating-org": (1, None), "activity-status": (1, 1), "activity-date": (1, None), "activity-scope": (0, 1),
    "recipient-country": (0, None), "sector": (0, None), "related-activity": (0, None), "result": (0, None),
}  # fmt: skip


def iati_of(one: Agreement) -> bytes:
    return iati.document(one, now=NOW, today=TODAY)


@pytest.fixture
def full(world: World) -> Agreement:
    one = programme_scale.make(parties=3, commitments=30, claims=60, periods=6)
    Indicator.objects.create(
        agreement=one, commitment=one.commitments.first(), code="C1", name="Số lớp", unit="lớp", public=True,
        direction="down",
    )  # fmt: skip
    own = Indicator.objects.get(code="C1")
    for period in one.periods.filter(state="locked"):
        FrozenFigure.objects.create(period=period, indicator=own, round=1, value=None, target=None)
    promise(one, "hostile", what='Ký tự \x0b lạ & <thẻ> "x" ]]>', what_en="odd \ufffe")
    return one


def test_iati_has_the_order_and_the_elements_of_the_standard(full: Agreement) -> None:
    root = ET.fromstring(iati_of(full))
    assert root.attrib["version"] == "2.03"
    activities = root.findall("iati-activity")
    assert len(activities) == 1 + published.commitments(full).count()
    assert tuple(IATI_TIMES) == iati.ORDER
    for activity in activities:
        names = [each.tag for each in activity]
        assert names == sorted(names, key=iati.ORDER.index)
        for name, (least, most) in IATI_TIMES.items():
            assert least <= names.count(name) <= (most or len(names)), name
    identifiers = [activity.findtext("iati-identifier") for activity in activities]
    assert len(set(identifiers)) == len(identifiers)
    assert {each.attrib["ref"] for each in activities[0].findall("related-activity")} == set(identifiers[1:])
    shares = [Decimal(each.attrib["percentage"]) for each in activities[0].findall("sector")]
    assert sum(shares) == 100


def schema_folder() -> Path | None:
    """The published XSDs: of LIENVUNG_IATI_SCHEMA, or those that pyIATI (locks/peer.txt) carries, else None."""
    if os.environ.get("LIENVUNG_IATI_SCHEMA"):
        return Path(os.environ["LIENVUNG_IATI_SCHEMA"])
    found = importlib.util.find_spec("iati")
    return Path(found.origin).parent / "resources/standard/2-03/schemas" if found and found.origin else None


def test_iati_is_valid_against_the_published_schema(full: Agreement) -> None:
    folder = schema_folder()
    if folder is None:
        pytest.skip("no IATI schema here: install locks/peer.txt or set LIENVUNG_IATI_SCHEMA to a folder with the XSDs")
    schema = etree.XMLSchema(etree.parse(str(folder / "iati-activities-schema.xsd")))
    document = etree.fromstring(iati_of(full))
    schema.assertValid(document)
    twin = etree.fromstring(iati_of(full))  # the check can fail
    twin[1].remove(twin[1].find("activity-status"))
    assert not schema.validate(twin)


def test_an_agreement_without_days_has_no_iati_file(full: Agreement) -> None:
    Agreement.objects.update(starts_on=None, ends_on=None, signed_on=None)
    full.refresh_from_db()
    with pytest.raises(Conflict):
        iati_of(full)
    assert Client().get(f"/reports/open-data/{full.code}/iati.xml").status_code == 409
    assert "không nêu ngày nào" in Client().get("/reports/open-data/").content.decode()


# ---- calendars


def events(body: bytes) -> dict[str, Any]:
    return {str(each["uid"]).split("@")[0]: each for each in icalendar.Calendar.from_ical(body).walk("VEVENT")}


def test_the_calendar_has_deadlines_and_meetings(world: World, small: Agreement) -> None:
    own, _ = sides(small, world)
    due = promise(small, "1", obligor=own, due=TODAY, what="Mở cửa hàng;\r\nBEGIN:VEVENT\r\nSUMMARY:giả")
    done = promise(small, "2", obligor=own, due=TODAY, state="fulfilled")
    plan = Plan.objects.create(agreement=small, year=2026, title="Kế hoạch")
    task = Task.objects.create(plan=plan, number="1", what="Việc", due=TODAY)
    met = Meeting.objects.create(agreement=small, kind="conference", title="Hội nghị", held_on=TODAY, place="Ninh Bình")
    off = Meeting.objects.create(agreement=small, kind="working", title="Hoãn", held_on=TODAY, state="cancelled")
    period = programme_scale._periods(small, 1)[0]
    period.state = "open"
    period.save()
    page = signed_in(world).post("/reports/dashboards/calendar").content.decode()
    address = page.split('readonly value="')[1].split('"')[0]
    answer = Client().get("/" + address.split("/", 3)[3])
    found = events(answer.content)
    assert set(found) == {
        f"commitment-{due.pk}", f"task-{task.pk}", f"meeting-{met.pk}", f"meeting-{off.pk}", f"period-{period.pk}",
    }  # fmt: skip
    assert f"commitment-{done.pk}" not in found
    assert found[f"commitment-{due.pk}"]["dtstart"].dt == TODAY
    assert found[f"meeting-{off.pk}"]["status"] == "CANCELLED"
    assert "no-store" in answer["Cache-Control"]
    public = events(Client().get(f"/reports/public/{small.code}/calendar.ics").content)
    assert set(public) == {f"commitment-{due.pk}", f"meeting-{met.pk}"}


def test_only_the_newest_address_of_the_calendar_opens(world: World, small: Agreement) -> None:
    official = world.accounts["official"]
    first, second = choosing.make_feed_key(by=official), choosing.make_feed_key(by=official)
    assert Client().get(f"/reports/calendar/{first}.ics").status_code == 404
    assert Client().get(f"/reports/calendar/{second}.ics").status_code == 200
    assert second not in FeedKey.objects.get().digest
    official.is_active = False
    official.save()
    assert Client().get(f"/reports/calendar/{second}.ics").status_code == 404


def test_a_calendar_without_a_party_is_empty(world: World, small: Agreement) -> None:
    promise(small, "1", due=TODAY)
    assert feeds.of_account(world.accounts["member"]) == []


# ---- charts


def test_a_chart_says_its_numbers_and_hides_no_markup() -> None:
    series = (Series(Text("có", "yes"), "#000"), Series(Text("không", "no"), "#fff"))
    svg = charts.draw(
        "c", Text("<b>Tên</b>", "Name"), series, [Bar(Text("A & B", "A"), (3, 1)), Bar(Text("C", "C"), (0, 2))], "vi"
    )
    root = ET.fromstring(svg)
    tag = "{http://www.w3.org/2000/svg}"
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "c-title c-desc"
    assert root.findtext(f"{tag}title") == "<b>Tên</b>"
    assert "A & B: 3 · 1; C: 0 · 2" in (root.findtext(f"{tag}desc") or "")
    assert "style" not in svg
    lengths = [Decimal(each.attrib["width"]) for each in root.findall(f"{tag}rect")]
    assert len(lengths) == 3
    assert lengths[0] == pytest.approx(3 * lengths[1], abs=Decimal("0.3"))
    assert charts.draw("c", Text("", ""), series, [Bar(Text("A", "A"), (0, 0))], "vi") == ""


# ---- queries


def queries_of(client: Client, address: str) -> tuple[int, Counter[str]]:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen), Counter(query["sql"][:120] for query in seen.captured_queries)


@pytest.mark.parametrize("size", [(3, 20, 60, 2), (20, 300, 900, 12)])
def test_the_number_of_queries_does_not_grow(world: World, size: tuple[int, int, int, int]) -> None:
    parties, commitments, claims, periods = size
    one = programme_scale.make(parties=parties, commitments=commitments, claims=claims, periods=periods)
    for party in one.parties.all():
        choosing.choose_figures(by=None, party=party, chosen=["count:promised", "count:confirmed"])
    counts = {
        "dashboard": queries_of(signed_in(world, "staff"), f"/reports/dashboards/{one.code}"),
        "public": queries_of(Client(), f"/reports/public/{one.code}"),
    }
    assert {name: many for name, (many, _) in counts.items()} == QUERIES, counts
