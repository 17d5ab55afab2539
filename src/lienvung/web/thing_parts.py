"""Parts of a thing's page: its journey as a timeline, and what went in against what came out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lienvung.catalogue.models import Product
from lienvung.errors import NotFound
from lienvung.ledger.access import Visible
from lienvung.ledger.trace import ProcessBalance, Step, journey, mass_balance
from lienvung.ledger.trace_journey import DIARY
from lienvung.texts import Text
from lienvung.web.naming import Names
from lienvung.web.parts import Cell, Column, Moment, Table
from lienvung.web.templatetags.words import amount, moment
from lienvung.web.vocabulary import DISPOSITIONS, TONES, step_word, unit, word

PLACES = 3  # named at one stop

VERDICTS = {
    "too_much": (Text("Ra nhiều hơn vào: cần kiểm tra", "More out than in: to be looked into"), "red"),
    "too_little": (Text("Ra ít hơn mức thường: cần kiểm tra", "Less out than usual: to be looked into"), "amber"),
    "not_comparable": (Text("Không so được (khác đơn vị)", "Cannot be compared (other units)"), ""),
    "plausible": (Text("Cân", "Balances"), "green"),
}
ROLES = {"made": Text("Làm ra vật này", "Made this"), "used": Text("Dùng vật này", "Used this")}


def stops(uri: str, seen_by: Visible) -> list[Moment]:
    """The journey of a thing: one stop for each kind of step of each organisation, in the order of beginning."""
    steps = journey(uri, seen_by=seen_by)
    names = Names([step.place for step in steps if step.place], [step.submitter for step in steps])
    told: dict[tuple[Text, str | None], list[Step]] = {}
    for step in steps:
        if step.biz_step:
            told.setdefault((step_word(step.biz_step, step.stage, step.body.get(DIARY)), step.submitter), []).append(
                step
            )
    return [stop(title, alike, names) for (title, _), alike in told.items()]


def stop(title: Text, alike: Sequence[Step], names: Names) -> Moment:
    """One stop of one or more steps of a kind: where they were, until when, how cold it was."""
    first, last = alike[0], alike[-1]
    places = list(dict.fromkeys(names.place_name(step.place) for step in alike if step.place))
    more = f" (+{len(places) - PLACES})" if len(places) > PLACES else ""
    where = Text(*(", ".join(named) + more for named in zip(*places[:PLACES], strict=True))) if places else ""
    notes: list[str | Text] = []
    if len(alike) > 1:
        until = moment(last.time_ms)
        notes.append(Text(f"{len(alike)} lần, đến {until}", f"{len(alike)} times, until {until}"))
    temperatures = [t for step in alike for t in (step.temperature_min, step.temperature_max) if t is not None]
    if temperatures:
        low, high = amount(min(temperatures)), amount(max(temperatures))
        notes.append(f"{low} °C" if low == high else f"{low} … {high} °C")
    return Moment(
        first.time_ms,
        title,
        where=where,
        who=names.party_name(first.submitter),
        notes=notes,
        tag=word(DISPOSITIONS, last.disposition) if last.disposition else None,
        tone=TONES.get(last.disposition or "", ""),
    )


def distinct(steps: Iterable[Step]) -> list[Step]:
    """One step for each run of events at one place with one business step."""
    kept: list[Step] = []
    for step in steps:
        same = bool(kept) and (kept[-1].place, kept[-1].biz_step) == (step.place, step.biz_step)
        if step.biz_step and not same:
            kept.append(step)
    return kept


def balances(uri: str, products: Iterable[Product], *, seen_by: Visible) -> Table | None:
    """The mass balance of each process that made or used the thing; nothing where there is none."""
    weights = {p.uri: float(p.net_content) for p in products if p.net_content and p.unit_of_measure == "KGM"}
    try:
        found = mass_balance(uri, piece_kg=weights, seen_by=seen_by)
    except NotFound:
        return None
    columns = [
        Column(Text("Quá trình", "Process")),
        Column(Text("Khi nào", "When")),
        Column(Text("Vào", "In"), number=True),
        Column(Text("Ra", "Out"), number=True),
        Column(Text("Ra / vào", "Out / in"), number=True),
        Column(Text("Nhận xét", "Verdict")),
    ]
    rows = [balance_row(entry) for entry in found]
    return Table(Text("Cân bằng khối lượng", "Mass balance"), columns, rows, id="balance-table") if rows else None


def balance_row(entry: ProcessBalance) -> list[Cell]:
    figures = entry.balance
    verdict, tone = VERDICTS.get(figures.verdict, (Text(figures.verdict, figures.verdict), ""))
    ratio = f"{amount(round(figures.ratio * 100, 1))} %" if figures.ratio is not None else "–"
    return [
        Cell(word(ROLES, entry.role)),
        Cell(moment(entry.time_ms)),
        Cell(sum_text(figures.inputs)),
        Cell(sum_text(figures.outputs)),
        Cell(ratio),
        Cell(verdict, tone=tone),
    ]


def sum_text(sums: dict[str, float]) -> Text:
    parts = [(amount(round(size, 3)), unit(code)) for code, size in sums.items()]
    return Text(
        " + ".join(f"{size} {measure.vi}".strip() for size, measure in parts) or "–",
        " + ".join(f"{size} {measure.en}".strip() for size, measure in parts) or "–",
    )
