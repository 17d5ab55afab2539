"""A programme of any size, written straight into the tables: for the benchmark and the counts of queries.

No actions: 10,000 results through them would take minutes, and what is measured is reading.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from lienvung.people.models import Account
from lienvung.programme.models import Agency, Agreement, Clause, Commitment, CommitmentAgency, Field, Party
from lienvung.results.models import Claim, FrozenFigure, Indicator, Period, Target
from lienvung.territory.access import units_on

BEGUN = date(2024, 12, 15)
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
STATES = ("confirmed", "confirmed", "confirmed", "submitted", "disputed", "returned", "draft")


def make(
    *, code: str = "lon", parties: int = 20, commitments: int = 2_000, claims: int = 10_000, periods: int = 12,
    by: Account | None = None,
) -> Agreement:  # fmt: skip
    """An agreement in force and published; the units must be loaded."""
    one = Agreement.objects.create(
        code=code, title="Chương trình hợp tác mẫu", title_en="Sample programme", state="in_force", created_by=by,
        starts_on=BEGUN, ends_on=date(2030, 12, 14), signed_on=BEGUN, created_at=NOW, published_at=NOW,
        illustrative=True,
    )  # fmt: skip
    units = list(units_on(TODAY, level="province").order_by("code")[:parties])
    sides = Party.objects.bulk_create(
        Party(agreement=one, unit=unit, name=unit.name, name_en=unit.name_en, order=at) for at, unit in enumerate(units)
    )
    tops = Field.objects.bulk_create(
        Field(agreement=one, code=str(at), name=f"Lĩnh vực {at}", name_en=f"Field {at}", order=at) for at in range(1, 7)
    )
    fields = Field.objects.bulk_create(
        Field(agreement=one, parent=top, code=f"{top.code}.{at}", name=f"Nhánh {top.code}.{at}", order=at)
        for top in tops
        for at in (1, 2)
    )
    clauses = Clause.objects.bulk_create(
        Clause(agreement=one, field=field, number=field.code, text=f"Nội dung {field.code}") for field in fields
    )
    agencies = Agency.objects.bulk_create(
        Agency(unit=side.unit, name=f"Sở mẫu {at} {side.name} {code}") for side in sides for at in range(3)
    )
    rows = Commitment.objects.bulk_create(
        Commitment(
            agreement=one, number=f"{at:05}", clause=clauses[at % len(clauses)], field=fields[at % len(fields)],
            obligor=sides[at % len(sides)] if at % 17 else None, what=f"Việc số {at} hai bên cùng làm",
            due=TODAY + timedelta(days=at % 400 - 200) if at % 5 else None,
            state=("active", "active", "active", "fulfilled", "withdrawn")[at % 5 if at % 3 else 0],
        )
        for at in range(commitments)
    )  # fmt: skip
    CommitmentAgency.objects.bulk_create(
        CommitmentAgency(
            commitment=row, party=sides[(at + more) % len(sides)], part=("lead", "coordinating")[more],
            agency=agencies[(at + more) % len(sides) * 3 + at % 3],
        )
        for at, row in enumerate(rows)
        for more in (0, 1)
    )  # fmt: skip
    spans = Period.objects.bulk_create(_periods(one, periods))
    _results(one, rows, sides, spans, claims)
    _figures(one, spans)
    return one


def _periods(one: Agreement, many: int) -> list[Period]:
    """Quarters, the older ones locked."""
    found, start = [], BEGUN
    for at in range(many):
        months = start.month - 1 + 3
        after = date(start.year + months // 12, months % 12 + 1, 15)
        found.append(
            Period(
                agreement=one, kind="quarter", year=after.year, number=at % 4 + 1, starts_on=start,
                ends_on=after - timedelta(days=1), due_on=after + timedelta(days=10),
                state="locked" if at < many // 2 else "open", round=int(at < many // 2),
            )
        )  # fmt: skip
        start = after
    return found


def _results(one: Agreement, rows: list[Commitment], sides: list[Party], spans: list[Period], many: int) -> None:
    made = []
    for at in range(many):
        state, row = STATES[at % len(STATES)], rows[(at * 7) % len(rows)]
        party = sides[at % len(sides)]
        made.append(
            Claim(
                agreement=one, commitment=row, period=spans[at % len(spans)], party=party,
                counterpart=sides[(at + 1) % len(sides)], text=f"Kết quả số {at}", state=state,
                sent_at=None if state == "draft" else NOW,
                waiting_since=NOW - timedelta(days=at % 60) if state in ("submitted", "disputed") else None,
            )
        )  # fmt: skip
    Claim.objects.bulk_create(made, batch_size=1_000)


def _figures(one: Agreement, spans: list[Period]) -> None:
    """A public indicator with a target and a frozen figure in each locked period."""
    tonnes = Indicator.objects.create(
        agreement=one, code="T1", name="Nông sản cung ứng", name_en="Produce delivered", unit="tấn", unit_en="tonnes",
        public=True, baseline=Decimal(10), baseline_on=BEGUN,
    )  # fmt: skip
    for at, span in enumerate(each for each in spans if each.state == "locked"):
        Target.objects.create(indicator=tonnes, period=span, value=Decimal(100 + at))
        FrozenFigure.objects.create(
            period=span, indicator=tonnes, round=1, value=Decimal(90 + 5 * at), waiting=None, target=Decimal(100 + at)
        )
