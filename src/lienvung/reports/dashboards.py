"""Dashboards: what was promised, told, confirmed, disputed, met with silence, late; by party, field, agency, period.

Counts are of commitments (a withdrawn one and a draft are no promise), those by period of results. A result that was
never submitted is in no count. The number of queries does not depend on how much there is: eight for one agreement.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import Count, Q

from lienvung.programme.models import Agreement, Commitment, CommitmentAgency
from lienvung.results.models import Claim
from lienvung.results.rules import CONFIRMED, DISPUTED, RETURNED, SUBMITTED
from lienvung.texts import Text

PROMISED, TOLD, AGREED, AT_ODDS, SILENT, LATE = "promised", "told", "confirmed", "disputed", "silent", "late"
COUNTS: Final[dict[str, tuple[Text, Text]]] = {
    PROMISED: (
        Text("đã cam kết", "promised"),
        Text("cam kết đang thực hiện hoặc đã hoàn thành", "commitments in progress or fulfilled"),
    ),
    TOLD: (
        Text("đã báo kết quả", "told as done"),
        Text("có ít nhất một kết quả đã gửi, chưa bị trả lại", "with a result that was submitted and not returned"),
    ),
    AGREED: (
        Text("hai bên xác nhận", "confirmed"),
        Text("có ít nhất một kết quả được bên kia xác nhận", "with a result that the other side has confirmed"),
    ),
    AT_ODDS: (
        Text("không thống nhất", "disputed"),
        Text("có kết quả mà bên kia không đồng ý", "with a result that the other side disputes"),
    ),
    SILENT: (
        Text("bên kia chưa trả lời", "silent"),
        Text("có kết quả đang chờ bên kia trả lời", "with a result on which the other side has not answered"),
    ),
    LATE: (
        Text("quá hạn", "late"),
        Text(
            "đã qua hạn, chưa hoàn thành và chưa có kết quả nào được xác nhận",
            "past its day, not fulfilled and without a confirmed result",
        ),
    ),
}
CLAIM_COUNTS: Final[dict[str, Text]] = {
    CONFIRMED: Text("đã xác nhận", "confirmed"),
    SUBMITTED: Text("chờ xác nhận", "awaiting confirmation"),
    DISPUTED: Text("không thống nhất", "disputed"),
    RETURNED: Text("trả lại để sửa", "returned"),
}
PARTIES, FIELDS, AGENCIES, PERIODS = "parties", "fields", "agencies", "periods"
TABLES: Final[dict[str, Text]] = {
    PARTIES: Text("Theo bên cam kết", "By the party that owes it"),
    FIELDS: Text("Theo lĩnh vực", "By field"),
    AGENCIES: Text("Theo cơ quan chủ trì", "By lead agency"),
    PERIODS: Text("Kết quả theo kỳ", "Results by period"),
}
ALL_PARTIES = Text("Tất cả các bên cùng thực hiện", "All parties together")
NO_FIELD = Text("Chưa xếp lĩnh vực", "No field")
NO_AGENCY = Text("Chưa nêu cơ quan chủ trì", "No lead agency stated")


@dataclass(frozen=True, slots=True)
class Fact:
    """A commitment as the counts see it."""

    id: uuid.UUID
    party: uuid.UUID | None
    field: uuid.UUID | None
    flags: frozenset[str]


@dataclass(slots=True)
class Tally:
    """A row of a table. `id` None: those that belong to no party, field or agency; `depth` in the tree of fields."""

    id: uuid.UUID | None
    name: Text
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    depth: int = 0
    helps: int = 0  # agencies: commitments in which it coordinates
    note: Text | None = None

    def add(self, flags: Iterable[str]) -> None:
        for flag in flags:
            self.counts[flag] += 1


@dataclass(frozen=True, slots=True)
class Dashboard:
    agreement: Agreement
    today: date
    total: Tally
    parties: list[Tally]
    fields: list[Tally]
    agencies: list[Tally]
    periods: list[Tally]

    def table(self, name: str) -> list[Tally]:
        found: dict[str, list[Tally]] = {
            PARTIES: self.parties, FIELDS: self.fields, AGENCIES: self.agencies, PERIODS: self.periods,
        }  # fmt: skip
        return found[name]


def flags_of(state: str, due: date | None, told: Mapping[str, Any] | None, today: date) -> frozenset[str]:
    """What holds of a commitment; pure. `told`: how many of its results were told, confirmed, disputed, waiting."""
    seen = told or {}
    found = {PROMISED}
    found |= {TOLD} if seen.get("told") else set()
    found |= {AGREED} if seen.get("agreed") else set()
    found |= {AT_ODDS} if seen.get("at_odds") else set()
    found |= {SILENT} if seen.get("waiting") else set()
    if due is not None and due < today and state == Commitment.State.ACTIVE and not seen.get("agreed"):
        found.add(LATE)
    return frozenset(found)


def facts_of(agreement: Agreement, today: date) -> list[Fact]:
    """Two queries: the results counted by commitment, the commitments themselves."""
    claims = Claim.objects.filter(agreement=agreement, sent_at__isnull=False).order_by()
    counted = claims.values_list("commitment_id").annotate(
        told=Count("pk", filter=Q(state__in=(SUBMITTED, CONFIRMED, DISPUTED))),
        agreed=Count("pk", filter=Q(state=CONFIRMED)),
        at_odds=Count("pk", filter=Q(state=DISPUTED)),
        waiting=Count("pk", filter=Q(state=SUBMITTED, waiting_since__isnull=False)),
    )
    told = {row[0]: dict(zip(("told", "agreed", "at_odds", "waiting"), row[1:])) for row in counted}
    promises = agreement.commitments.filter(state__in=(Commitment.State.ACTIVE, Commitment.State.FULFILLED)).order_by()
    rows = promises.values_list("pk", "obligor_id", "field_id", "state", "due")
    return [Fact(id, party, field, flags_of(state, due, told.get(id), today)) for id, party, field, state, due in rows]


def dashboard(agreement: Agreement, today: date) -> Dashboard:
    """Everything that the page shows."""
    facts = facts_of(agreement, today)
    total = Tally(None, Text("Toàn thỏa thuận", "The whole agreement"))
    for fact in facts:
        total.add(fact.flags)
    return Dashboard(
        agreement, today, total, _by_party(agreement, facts), _by_field(agreement, facts),
        _by_agency(agreement, facts), _by_period(agreement),
    )  # fmt: skip


def _by_party(agreement: Agreement, facts: Sequence[Fact]) -> list[Tally]:
    rows: dict[uuid.UUID | None, Tally] = {each.pk: Tally(each.pk, each.name_text) for each in agreement.parties.all()}
    rows[None] = Tally(None, ALL_PARTIES)
    for fact in facts:
        rows[fact.party].add(fact.flags)
    return _worth(rows.values())


def _by_field(agreement: Agreement, facts: Sequence[Fact]) -> list[Tally]:
    """A field counts what its sub-fields do; in the order of the tree."""
    known = {each.pk: each for each in agreement.fields.all()}
    rows: dict[uuid.UUID | None, Tally] = {None: Tally(None, NO_FIELD)}
    below: dict[uuid.UUID | None, list[uuid.UUID]] = {}
    for each in known.values():
        below.setdefault(each.parent_id, []).append(each.pk)
    todo = [(id, 0) for id in reversed(below.get(None, []))]
    while todo:
        id, depth = todo.pop()
        rows[id] = Tally(id, Text(f"{known[id].code}. {known[id].name_text.vi}", f"{known[id].code}. "
                                  f"{known[id].name_text.en}"), depth=depth)  # fmt: skip
        todo += [(part, depth + 1) for part in reversed(below.get(id, []))]
    for fact in facts:
        at = fact.field
        rows[at if at in rows else None].add(fact.flags)
        above = known[at].parent_id if at in known else None
        while above is not None and above in rows:
            rows[above].add(fact.flags)
            above = known[above].parent_id
    ordered = [each for id, each in rows.items() if id is not None]
    return _worth([*ordered, rows[None]])


def _by_agency(agreement: Agreement, facts: Sequence[Fact]) -> list[Tally]:
    flags = {fact.id: fact.flags for fact in facts}
    links = CommitmentAgency.objects.filter(commitment__agreement=agreement).order_by()
    named = links.values_list("commitment_id", "agency_id", "part")
    linked = [(commitment, agency, part) for commitment, agency, part in named if commitment in flags]
    names = {
        each["agency"]: (Text(each["agency__name"], each["agency__name_en"] or each["agency__name"]), each)
        for each in links.values(
            "agency", "agency__name", "agency__name_en", "party__name", "party__name_en"
        ).distinct()
    }
    rows: dict[uuid.UUID | None, Tally] = {}
    led = set()
    for commitment, agency, part in linked:
        text, more = names[agency]
        of = Text(more["party__name"], more["party__name_en"] or more["party__name"])
        row = rows.setdefault(agency, Tally(agency, text, note=of))
        if part == "lead":
            led.add(commitment)
            row.add(flags[commitment])
        else:
            row.helps += 1
    nobody = Tally(None, NO_AGENCY)
    for fact in facts:
        if fact.id not in led:
            nobody.add(fact.flags)
    ordered = sorted(rows.values(), key=lambda row: (row.note.vi if row.note else "", row.name.vi))
    return _worth([*ordered, nobody])


def _by_period(agreement: Agreement) -> list[Tally]:
    periods = {each.pk: each for each in agreement.periods.order_by("starts_on", "-ends_on")}
    rows = {
        id: Tally(
            id, each.name, dict.fromkeys(CLAIM_COUNTS, 0),
            note=Text("đã khoá sổ", "locked") if each.locked else Text("đang mở", "open"),
        )
        for id, each in periods.items()
    }  # fmt: skip
    claims = Claim.objects.filter(agreement=agreement, sent_at__isnull=False).order_by()
    for period, state, many in claims.values_list("period_id", "state").annotate(many=Count("pk")):
        if state in CLAIM_COUNTS:
            rows[period].counts[state] += many
    return list(rows.values())


def _worth(rows: Iterable[Tally]) -> list[Tally]:
    """Without the row for what belongs nowhere, where there is no such thing."""
    return [row for row in rows if row.id is not None or row.counts[PROMISED]]


KINDS: Final = {"party": PARTIES, "field": FIELDS, "agency": AGENCIES}


def commitments_of(agreement: Agreement, kind: str, id: uuid.UUID) -> list[uuid.UUID]:
    """The commitments behind a row of the dashboard, sub-fields included."""
    promises = agreement.commitments.filter(state__in=(Commitment.State.ACTIVE, Commitment.State.FULFILLED))
    if kind == "party":
        promises = promises.filter(obligor=id)
    elif kind == "agency":
        promises = promises.filter(agency_links__agency=id)
    else:
        below: dict[Any, list[Any]] = {}
        for own, parent in agreement.fields.values_list("pk", "parent_id"):
            below.setdefault(parent, []).append(own)
        inside, todo = {id}, [id]
        while todo:
            more = [part for part in below.get(todo.pop(), []) if part not in inside]
            inside.update(more)
            todo += more
        promises = promises.filter(field__in=inside)
    return list(promises.order_by("number").values_list("pk", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Line:
    """A commitment in the list behind a row."""

    commitment: Commitment
    flags: frozenset[str]

    @property
    def words(self) -> list[tuple[Text, str]]:
        """What holds of it beside being promised, with the tag's tone."""
        tones = {TOLD: "", AGREED: "green", AT_ODDS: "red", SILENT: "amber", LATE: "red"}
        return [(COUNTS[flag][0], tones[flag]) for flag in COUNTS if flag in self.flags and flag in tones]


def lines_of(agreement: Agreement, ids: Sequence[uuid.UUID], today: date) -> list[Line]:
    flags = {fact.id: fact.flags for fact in facts_of(agreement, today)}
    rows = agreement.commitments.select_related("obligor", "beneficiary", "field").in_bulk(list(ids))
    return [Line(rows[id], flags[id]) for id in ids if id in rows]
