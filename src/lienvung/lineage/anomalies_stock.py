"""Checks on amounts: a process, the book of a lot, units, the area of a certificate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lienvung.epcis import Action, EventType, Role
from lienvung.lineage.anomalies_facts import Entry, Fact, Line, World, process_of
from lienvung.lineage.anomalies_words import (
    DAY_MS,
    CertifiedArea,
    Found,
    Kind,
    Parameters,
    Severity,
    is_lot,
    local,
    number,
    product_of,
    short,
    unit_text,
)
from lienvung.lineage.balance import KILOGRAMS, Amount, Balance, balance
from lienvung.texts import Text

YEAR_DAYS = 365.25
ARRIVALS = frozenset({"receiving", "arriving", "accepting", "unloading", "storing", "stocking"})
SALES = frozenset({"retail_selling", "dispensing"})
SOLD = frozenset({"retail_sold", "dispensed"})


def is_sale(fact: Fact) -> bool:
    return fact.step in SALES or fact.disposition in SOLD


# --- a process ---------------------------------------------------------------------------------


def check_processes(world: World, thing: str, parameters: Parameters) -> Iterator[Found]:
    """More came out of a process than the plausible yield of what went in (told of its first output)."""
    keys = {process_of(fact) for fact, _ in world.of.get(thing, ()) if fact.type == EventType.TRANSFORMATION}
    for key in sorted(key for key in keys if world.anchor(key) == thing):
        facts = world.of_process[key]
        outputs = [(fact, line) for fact in facts for line in fact.lines if line.role == Role.OUTPUT]
        inputs = [(fact, line) for fact in facts for line in fact.lines if line.role == Role.INPUT]
        at = min(fact.time for fact, _ in outputs)
        group = next((name for _, line in outputs if (name := parameters.group(line.uri))), "")
        low, high = parameters.of("yield_low", at, group), parameters.of("yield_high", at, group)
        weighed = balance(
            _amounts(inputs, parameters), _amounts(outputs, parameters), low=low, high=high,
            piece_kg=parameters.piece_kg,
        )  # fmt: skip
        if weighed.anomaly:
            yield _process_found(thing, key, facts, weighed, group)


def _amounts(entries: Sequence[Entry], parameters: Parameters) -> Iterator[Amount]:
    """Under the name by which a piece's weight is known; what is identified one by one is one piece."""
    for fact, line in entries:
        quantity = 1.0 if line.unit is None else line.quantity
        yield Amount(product_of(line.uri), quantity, line.unit or "", fact.event)


def _process_found(thing: str, detail: str, facts: Sequence[Fact], weighed: Balance, group: str) -> Found:
    unit = weighed.unit or ""
    taken, made = weighed.inputs[unit], weighed.outputs[unit]
    ratio, limit = weighed.ratio or 0.0, weighed.high if weighed.verdict == "too_much" else weighed.low
    (tv, te), (mv, me), (rv, re_), (lv, le) = map(number, (taken, made, ratio * 100, limit * 100))
    unit_vi, unit_en = unit_text(unit)
    more = weighed.verdict == "too_much"
    when = local(min(fact.time for fact in facts))
    text = Text(
        f"Ngày {when}: đưa vào {tv} {unit_vi}, làm ra {mv} {unit_vi}, tức {rv} %; mức hợp lý "
        f"{'nhiều nhất' if more else 'ít nhất'} {lv} %.",
        f"On {when}: {te} {unit_en} went in, {me} {unit_en} came out, that is {re_} %; plausible is "
        f"{'at most' if more else 'at least'} {le} %.",
    )
    figures = {"in": taken, "out": made, "unit": unit, "ratio": round(ratio, 6), "limit": limit, "group": group}
    return Found(
        Kind.PROCESS_YIELD, thing, detail, min(fact.time for fact in facts),
        tuple(sorted({fact.event for fact in facts})), Severity.HIGH if more else Severity.MEDIUM, text, figures,
        _places(facts),
    )  # fmt: skip


def _places(facts: Iterable[Fact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.place for fact in facts if fact.place))


# --- units -------------------------------------------------------------------------------------


def _dimension(unit: str) -> str:
    return "mass" if unit in KILOGRAMS else unit


def check_units(world: World, lot: str, parameters: Parameters) -> Iterator[Found]:
    """One lot told in units that cannot be set against each other, or the same figure in two units of mass."""
    told = [(f, line) for f, line in world.of.get(lot, ()) if line.unit is not None and line.quantity is not None]
    by_unit: dict[str, list[Entry]] = defaultdict(list)
    for fact, line in told:
        by_unit[line.unit or ""].append((fact, line))
    dimensions = {_dimension(unit) for unit in by_unit}
    convertible = dimensions <= {"mass", ""} and product_of(lot) in parameters.piece_kg
    if len(dimensions) > 1 and not convertible:
        yield _units_found(lot, "dimension", [entries[0] for entries in by_unit.values()])
        return
    masses = sorted(unit for unit in by_unit if unit in KILOGRAMS)
    for at, unit in enumerate(masses):
        for other in masses[at + 1 :]:
            figures = {line.quantity: (fact, line) for fact, line in by_unit[unit]}
            same = [(fact, line) for fact, line in by_unit[other] if line.quantity in figures]
            if same:
                yield _units_found(lot, f"figure {unit} {other}", [figures[same[0][1].quantity], same[0]])


def _units_found(lot: str, detail: str, entries: Sequence[Entry]) -> Found:
    entries = sorted(entries, key=lambda entry: (entry[0].time, entry[0].event))
    said_vi, said_en = [], []
    for fact, line in entries:
        (vi, en), (unit_vi, unit_en) = number(line.quantity or 0.0), unit_text(line.unit or "")
        said_vi.append(f"{vi} {unit_vi} ({local(fact.time)})")
        said_en.append(f"{en} {unit_en} ({local(fact.time)})")
    text = Text(
        f"Cùng một lô được ghi bằng các đơn vị không khớp nhau: {'; '.join(said_vi)}.",
        f"One lot is told in units that do not agree: {'; '.join(said_en)}.",
    )
    figures = {"told": [[line.quantity, line.unit] for _, line in entries]}
    facts = [fact for fact, _ in entries]
    events = tuple(sorted({fact.event for fact in facts}))
    return Found(
        Kind.UNIT_CONFLICT, lot, detail, facts[-1].time, events, Severity.MEDIUM, text, figures, _places(facts)
    )


# --- the book of a lot -------------------------------------------------------------------------


@dataclass(slots=True)
class Page:
    """What the events say of a lot at one place, in its unit. `arrived` by step: one arrival may be told twice."""

    made: float = 0.0
    arrived: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    unpacked: float = 0.0
    packed: float = 0.0
    shipped: float = 0.0
    sold: float = 0.0
    used: float = 0.0
    destroyed: float = 0.0
    events: set[int] = field(default_factory=set)

    @property
    def came(self) -> float:
        return self.made + max(self.arrived.values(), default=0.0) + self.unpacked

    @property
    def went(self) -> float:
        return max(self.shipped + self.sold + self.used + self.destroyed, self.packed - self.unpacked)


@dataclass(slots=True)
class Book:
    """A lot's pages. `made` by way of making: a harvest told as an output and again as an object is one."""

    unit: str
    pages: dict[str, Page]
    made: float
    returned: float
    loose: bool  # no part of it went into a container without coming out by name


def book_of(world: World, lot: str, parameters: Parameters) -> Book | None:
    """None where an amount is missing or no one unit is told."""
    entries = [(fact, line) for fact, line in world.of.get(lot, ()) if line.unit is not None]
    weight = parameters.piece_kg.get(product_of(lot))
    units = {_unit_of(line, weight) for _, line in entries}
    if len(units) != 1:
        return None
    pages: dict[str, Page] = defaultdict(Page)
    makings = {"object": 0.0, "output": 0.0}
    returned = inside = 0.0
    for fact, line in entries:
        amount = _converted(line, weight)
        if amount is None:
            if _silent(fact, line):
                continue
            return None
        if line.role == Role.OUTPUT or (line.role == Role.EPC and fact.makes):
            makings["output" if line.role == Role.OUTPUT else "object"] += amount
        elif line.role == Role.EPC and fact.disposition == "returned" and fact.step in ARRIVALS:
            returned += amount
        elif line.role == Role.CHILD:
            inside += amount if fact.action == Action.ADD else -amount if fact.action == Action.DELETE else 0.0
        _enter(pages[fact.place], fact, line, amount)
    for page in pages.values():
        page.made = min(page.made, max(makings.values()))
    return Book(units.pop(), dict(pages), max(makings.values()), returned, inside <= 0)


def _silent(fact: Fact, line: Line) -> bool:
    """Says nothing about how much there is: an inspection, a mark of recall."""
    return line.role == Role.EPC and fact.action == Action.OBSERVE and (not fact.step or fact.step in OBSERVING)


OBSERVING = frozenset({"inspecting", "sampling", "sensor_reporting", "other", "holding", "cycle_counting"})


def _enter(page: Page, fact: Fact, line: Line, amount: float) -> None:
    if line.role == Role.OUTPUT or (line.role == Role.EPC and fact.makes):
        page.made += amount
    elif line.role == Role.INPUT:
        page.used += amount
    elif line.role == Role.CHILD:
        if fact.action == Action.ADD:
            page.packed += amount
        elif fact.action == Action.DELETE:
            page.unpacked += amount
        else:
            return
    elif line.role != Role.EPC:
        return
    elif is_sale(fact):
        page.sold += amount
    elif fact.step == "destroying" or fact.disposition == "destroyed":
        page.destroyed += amount
    elif fact.step in ("shipping", "void_shipping") and fact.type == EventType.OBJECT:
        page.shipped += amount if fact.step == "shipping" else -amount
    elif fact.step in ARRIVALS and fact.type == EventType.OBJECT:
        page.arrived[fact.step] += amount
    else:
        return
    page.events.add(fact.event)


def _unit_of(line: Line, weight: float | None) -> str:
    if line.unit in KILOGRAMS or (line.unit == "" and weight):
        return "KGM"
    return line.unit or ""


def _converted(line: Line, weight: float | None) -> float | None:
    if line.quantity is None:
        return None
    return line.quantity * (KILOGRAMS.get(line.unit or "") or (weight if line.unit == "" and weight else 1.0))


def check_lot(world: World, lot: str, parameters: Parameters) -> Iterator[Found]:
    """More of a lot was sold, used up or destroyed than was made; or more left a place than came to it."""
    if next(check_units(world, lot, parameters), None) is not None:
        return
    book = book_of(world, lot, parameters)
    if book is None:
        return
    at = max((fact.time for fact, _ in world.of[lot]), default=0)
    spare = 1 + parameters.of("tolerance", at, parameters.group(lot))
    gone = sum(page.sold + page.used + page.destroyed for page in book.pages.values())
    if book.made and gone > (book.made + book.returned) * spare:
        events = set().union(*(page.events for page in book.pages.values() if page.came or page.went))
        yield _lot_found(lot, "made", at, book, (book.made + book.returned, gone), events, parameters)
        return
    for place, page in sorted(book.pages.items()):
        if not page.came or page.went <= page.came * spare or not (book.loose or page.made):
            continue
        yield _lot_found(lot, f"place {place}", at, book, (page.came, page.went), page.events, parameters, place)


def _lot_found(
    lot: str,
    detail: str,
    at: int,
    book: Book,
    sides: tuple[float, float],
    events: set[int],
    parameters: Parameters,
    place: str = "",
) -> Found:
    (cv, ce), (wv, we) = map(number, sides)
    unit_vi, unit_en = unit_text(book.unit)
    if place:
        name = parameters.place(place)
        text = Text(
            f"Tại {name}: có {cv} {unit_vi} (làm ra và nhận về), nhưng đã xuất {wv} {unit_vi}.",
            f"At {name}: {ce} {unit_en} were there (made and received), but {we} {unit_en} left.",
        )
    else:
        text = Text(
            f"Lô làm ra {cv} {unit_vi}, nhưng đã bán, dùng và hủy {wv} {unit_vi}.",
            f"{ce} {unit_en} of the lot were made, but {we} {unit_en} were sold, used and destroyed.",
        )
    figures = {"came": round(sides[0], 6), "went": round(sides[1], 6), "unit": book.unit}
    places = (place,) if place else tuple(sorted(each for each, page in book.pages.items() if each and page.events))
    return Found(Kind.LOT_BALANCE, lot, detail, at, tuple(sorted(events)), Severity.HIGH, text, figures, places)


# --- the area of a certificate -----------------------------------------------------------------


def check_areas(world: World, areas: Iterable[CertifiedArea], parameters: Parameters) -> list[Found]:
    """More tonnes made or sold under a certificate than its area yields; the world has the lots of its products."""
    found = []
    lots = [thing for thing in world.of if is_lot(thing)]
    for area in areas:
        wanted = {f"https://id.gs1.org/01/{gtin}" for gtin in area.gtins}
        tonnes, events, first, last = 0.0, set(), 2**62, -(2**62)
        for lot in (lot for lot in lots if product_of(lot) in wanted):
            made = [(fact, line) for fact, line in world.of[lot] if _made_under(fact, line, area)]
            book = book_of(world, lot, parameters) if made else None
            if book is None or book.unit != "KGM":
                continue
            sold = sum(page.sold for page in book.pages.values())
            shipped = sum(page.shipped for page in book.pages.values() if page.made)
            tonnes += max(book.made, sold, shipped) / 1000
            events |= set().union(*(page.events for page in book.pages.values() if page.made or page.sold))
            first, last = min(first, made[0][0].time), max(last, made[-1][0].time)
        if tonnes and (each := _area_found(area, tonnes, events, (first, last), parameters)):
            found.append(each)
    return found


def _made_under(fact: Fact, line: Line, area: CertifiedArea) -> bool:
    made = line.role == Role.OUTPUT or (line.role == Role.EPC and fact.makes)
    until = 2**62 if area.until is None else area.until
    inside = area.since <= fact.time <= until
    named = bool(area.uri) and area.uri in fact.certificates
    return made and inside and (named or not area.places or bool(fact.plots & set(area.places)))


def _area_found(
    area: CertifiedArea, tonnes: float, events: set[int], span: tuple[int, int], parameters: Parameters
) -> Found | None:
    yearly = parameters.of("tonnes_per_ha", span[1], area.group)
    # whole years from the certificate's beginning: a harvest is not spread over the year
    years = max(1, -(-(span[1] - area.since) // int(YEAR_DAYS * DAY_MS)))
    limit = area.area_ha * yearly * years * (1 + parameters.of("area_tolerance", span[1], area.group))
    if tonnes <= limit:
        return None
    (tv, te), (av, ae), (lv, le), (yv, ye) = map(number, (tonnes, area.area_ha, limit, yearly))
    text = Text(
        f"Chứng nhận {area.number}: {tv} tấn làm ra hoặc bán từ {av} ha trong {years} năm; nhiều nhất hợp lý là "
        f"{lv} tấn ({yv} tấn/ha mỗi năm).",
        f"Certificate {area.number}: {te} tonnes made or sold from {ae} ha in {years} year(s); plausible are at most "
        f"{le} tonnes ({ye} tonnes per hectare a year).",
    )
    figures = {"tonnes": round(tonnes, 6), "limit": round(limit, 6), "area_ha": area.area_ha, "years": years}
    return Found(
        Kind.CERTIFIED_AREA, area.subject, "area", span[1], tuple(sorted(events)), Severity.HIGH, text, figures,
        area.places,
    )  # fmt: skip


__all__ = ["check_areas", "check_lot", "check_processes", "check_units", "is_sale", "short"]
