"""Checks on movement: shipped and never received, received and never shipped, faster than possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from lienvung.epcis import Action, EventType, Role
from lienvung.lineage.anomalies_facts import Entry, Fact, Line, World, is_single
from lienvung.lineage.anomalies_words import (
    DAY_MS,
    HOUR_MS,
    Found,
    Kind,
    Parameters,
    Severity,
    is_container,
    is_lot,
    local,
    number,
    short,
    unit_text,
)
from lienvung.texts import Text

EARTH_KM = 6371.0088
RECEIPTS = frozenset({"receiving", "arriving", "accepting", "unloading", "storing", "stocking"})
RECEIVING = frozenset({"receiving", "arriving", "accepting", "unloading"})
# seen somewhere, but not as a stay there: on the way, or a note about the goods made elsewhere
PASSING = frozenset({"shipping", "departing", "transporting", "loading", "sensor_reporting", "other", "consigning"})
CLOCKS_MS = HOUR_MS  # two firms' clocks
ALWAYS = 2**62
NESTED = 8
MOST_MOVES = 3_000  # of one thing: more take too long to be set against each other, and no goods move so often


def _own(world: World, thing: str) -> list[Entry]:
    return world.of.get(thing, [])


def _ships(fact: Fact, line: Line) -> bool:
    return fact.type == EventType.OBJECT and line.role == Role.EPC and fact.step == "shipping"


def _arrives(fact: Fact, line: Line) -> bool:
    """Evidence of arrival: an arrival's step, or unpacked there, or the shipment taken back."""
    if line.role == Role.EPC:
        return fact.step in RECEIPTS or fact.step == "void_shipping"
    return line.role in (Role.PARENT, Role.CHILD) and fact.action == Action.DELETE


# --- items and logistic units ------------------------------------------------------------------


def check_shipments(world: World, thing: str, parameters: Parameters, now: int) -> Iterator[Found | int]:
    """Findings, and times from which a shipment still open is one."""
    own = _own(world, thing)
    shipped = [fact for fact, line in own if _ships(fact, line)]
    arrived = [fact for fact, line in own if fact.type == EventType.OBJECT and _receives(fact, line)]
    if not shipped and not arrived:
        return
    if len(own) > MOST_MOVES:
        yield _too_many(thing, [*shipped, *arrived])
        return
    around = sorted(world.above(thing) | world.below(thing))
    others = [entry for other in around for entry in _own(world, other)]
    evidence = [fact for fact, line in (*own, *others) if _arrives(fact, line)]
    days = parameters.of("transit_days", now, parameters.group(thing))
    for fact in shipped:
        if any(_answers(fact, each) for each in evidence):
            continue
        if not parameters.expects_receipt(fact.place, fact.destinations):
            continue
        due = fact.time + int(days * DAY_MS)
        yield due if now <= due else _not_received(thing, fact, days, parameters)
    sent = [fact for fact, line in (*own, *others) if _ships(fact, line)]
    told = _told_of(world, thing) if arrived else []
    for fact in arrived:
        before = _stay_before(told, fact)
        if before is None or before.place == fact.place or parameters.same_owner(before.place, fact.place):
            continue
        if not any(before.time <= each.time <= fact.time + CLOCKS_MS for each in sent):
            yield _not_shipped(thing, before, fact, parameters)


def _receives(fact: Fact, line: Line) -> bool:
    return line.role == Role.EPC and fact.step in RECEIVING and bool(fact.place)


def _answers(shipment: Fact, arrival: Fact) -> bool:
    """Whether an arrival may be that of a shipment; to the same place only as taken back or received there again."""
    if arrival.time < shipment.time - CLOCKS_MS or arrival is shipment or not arrival.place:
        return False
    return arrival.place != shipment.place or (
        arrival.time >= shipment.time and arrival.step in (*RECEIVING, "void_shipping")
    )


def _stay_before(told: Sequence[Fact], fact: Fact) -> Fact | None:
    """The latest event before that says where the thing stayed; None also where it was sold or sent back from."""
    found: Fact | None = None
    for each in told:
        if (each.time, each.event) >= (fact.time, fact.event):
            break
        if each.place and (each.step == "shipping" or each.step not in PASSING):
            found = each
    if found is None or found.disposition in ("retail_sold", "dispensed", "returned"):
        return None
    return found


def _told_of(world: World, thing: str) -> list[Fact]:
    """What is told of a thing, and of the logistic units that it was in while it was in them."""
    facts = {fact.event: fact for fact, _ in _own(world, thing)}
    facts |= {fact.event: fact for fact in _carried(world, thing, -ALWAYS, ALWAYS, 0)}
    return sorted(facts.values(), key=lambda fact: (fact.time, fact.event))


def _carried(world: World, thing: str, since: int, until: int, depth: int) -> Iterator[Fact]:
    moves = [(fact, line) for fact, line in _own(world, thing) if line.role == Role.CHILD and is_container(fact.parent)]
    for fact, _ in moves:
        if fact.action != Action.ADD or not since <= fact.time <= until or depth > NESTED:
            continue
        left = [each.time for each, _ in moves if each.time > fact.time]
        emptied = [
            each.time
            for each, line in _own(world, fact.parent)
            if line.role == Role.PARENT and each.action == Action.DELETE and each.time > fact.time
            and not any(child.role == Role.CHILD for child in each.lines)
        ]  # fmt: skip
        end = min([until, *left, *emptied])
        yield from (each for each, _ in _own(world, fact.parent) if fact.time <= each.time <= end)
        yield from _carried(world, fact.parent, fact.time, end, depth + 1)


def _too_many(thing: str, moves: Sequence[Fact]) -> Found:
    """Instead of all that could be said: a flood of events is a question of its own."""
    many, last = len(moves), moves[-1]
    text = Text(
        f"{short(thing)} có {many} lần gửi và nhận, nhiều hơn mức có thể đối chiếu: hãy xem ai đã ghi.",
        f"{short(thing)} was sent and received {many} times, more than can be compared: see who told of it.",
    )
    events = tuple(fact.event for fact in moves[:20])
    return Found(Kind.NOT_RECEIVED, thing, "too many", last.time, events, Severity.NOTICE, text, {"moves": many})


def _not_received(thing: str, fact: Fact, days: float, parameters: Parameters) -> Found:
    name, (dv, de) = parameters.place(fact.place), number(days)
    text = Text(
        f"{short(thing)} rời {name} ngày {local(fact.time)}; sau {dv} ngày chưa có nơi nào ghi nhận đã nhận.",
        f"{short(thing)} left {name} on {local(fact.time)}; {de} days later nobody has recorded its arrival.",
    )
    figures = {"shipped": fact.time, "days": days}
    places = tuple(dict.fromkeys((fact.place, *(uri for uri in fact.destinations if "/414/" in uri))))
    return Found(
        Kind.NOT_RECEIVED,
        thing,
        f"event:{fact.event}",
        fact.time,
        (fact.event,),
        Severity.MEDIUM,
        text,
        figures,
        places,
    )


def _not_shipped(thing: str, before: Fact, fact: Fact, parameters: Parameters) -> Found:
    here, there = parameters.place(before.place), parameters.place(fact.place)
    text = Text(
        f"{short(thing)} còn ở {here} ngày {local(before.time)}, rồi được nhận ở {there} ngày {local(fact.time)}; "
        "không có sự kiện gửi đi.",
        f"{short(thing)} was at {here} on {local(before.time)} and was received at {there} on {local(fact.time)}; "
        "no event says that it was sent.",
    )
    return Found(
        Kind.NOT_SHIPPED, thing, f"event:{fact.event}", fact.time, (before.event, fact.event), Severity.MEDIUM, text,
        {"received": fact.time}, (before.place, fact.place),
    )  # fmt: skip


# --- lots --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Load:
    """A part of a lot that was sent or received."""

    fact: Fact
    amount: float
    unit: str
    rest: float


def check_lot_shipments(world: World, lot: str, parameters: Parameters, now: int) -> Iterator[Found | int]:
    """The same for a lot, by amounts: what arrives is set against what left before it, equal amounts first."""
    own = [entry for entry in _own(world, lot) if entry[1].unit is not None]
    moves = [fact for fact, _ in own if fact.step == "shipping" or fact.step in RECEIVING]
    if len(moves) > MOST_MOVES and not world.itemised.get(lot):
        yield _too_many(lot, moves)
        return
    sent, came = _loads(own, "shipping"), _loads(own, *RECEIVING)
    if not (sent or came) or world.itemised.get(lot):
        return
    if any(line.role == Role.CHILD or line.quantity is None for _, line in own) or len(_units(own)) > 1:
        yield from _lot_seen_elsewhere(lot, sent, own, parameters, now)
        return
    spare = parameters.of("transit_loss", now, parameters.group(lot))
    _match(sent, came, spare)
    days = parameters.of("transit_days", now, parameters.group(lot))
    for load in sent:
        expected = parameters.expects_receipt(load.fact.place, load.fact.destinations)
        if expected and load.rest > load.amount * spare + 1e-9:
            due = load.fact.time + int(days * DAY_MS)
            yield due if now <= due else _part_not_received(lot, load, days, parameters)
    made = [fact for fact, line in own if line.role == Role.OUTPUT or (line.role == Role.EPC and fact.makes)]
    for load in came:
        if load.rest > load.amount * spare + 1e-9 and _from_elsewhere(made, own, load.fact, parameters):
            yield _part_not_shipped(lot, load, parameters)


def _units(own: Sequence[Entry]) -> set[str]:
    return {line.unit or "" for _, line in own}


def _loads(own: Sequence[Entry], *steps: str) -> list[Load]:
    """One a place and unit of time: a lorry's arrival told by `arriving` and `receiving` is one."""
    loads: list[Load] = []
    for fact, line in own:
        if fact.type != EventType.OBJECT or line.role != Role.EPC or fact.step not in steps or not fact.place:
            continue
        amount = line.quantity or 0.0
        again = [
            load
            for load in loads
            if load.fact.place == fact.place and load.fact.step != fact.step and abs(load.amount - amount) < 1e-9
            and fact.time - load.fact.time <= 2 * DAY_MS
        ]  # fmt: skip
        if again and fact.step != "shipping":
            continue
        loads.append(Load(fact, amount, line.unit or "", amount))
    return loads


def _match(sent: Sequence[Load], came: Sequence[Load], spare: float) -> None:
    """Take arrivals, in the order of time, off what left before: first off a shipment to that place (or to no named
    one), of about that amount, the latest of these; what is left over then off whatever is open."""
    for arrival in came:
        _take(arrival, [load for load in sent if load.rest == load.amount and _about(load, arrival, spare)])
    for arrival in came:
        _take(arrival, sent)


def _about(load: Load, arrival: Load, spare: float) -> bool:
    return load.amount * (1 - spare) - 1e-9 <= arrival.rest <= load.amount + 1e-9


def _take(arrival: Load, sent: Sequence[Load]) -> None:
    before = [load for load in sent if load.rest > 0 and _lot_answers(load.fact, arrival.fact)]
    for load in sorted(before, key=lambda load: (_to_another(load.fact, arrival.fact), -load.fact.time)):
        if arrival.rest <= 0:
            break
        taken = min(load.rest, arrival.rest)
        load.rest -= taken
        arrival.rest -= taken


def _to_another(shipment: Fact, arrival: Fact) -> bool:
    """Whether the shipment names places, and not this one."""
    places = [uri for uri in shipment.destinations if "/414/" in uri]
    return bool(places) and arrival.place not in places


def _lot_answers(shipment: Fact, arrival: Fact) -> bool:
    return arrival.time >= shipment.time - CLOCKS_MS and arrival.place != shipment.place


def _lot_seen_elsewhere(
    lot: str, sent: Sequence[Load], own: Sequence[Entry], parameters: Parameters, now: int
) -> Iterator[Found | int]:
    """Where amounts are missing or parts went in containers: a shipment after which the lot is seen nowhere else."""
    days = parameters.of("transit_days", now, parameters.group(lot))
    for load in sent:
        later = (fact for fact, line in own if fact.time >= load.fact.time and fact.step not in PASSING)
        if any(fact.place and fact.place != load.fact.place for fact in later):
            continue
        if not parameters.expects_receipt(load.fact.place, load.fact.destinations):
            continue
        due = load.fact.time + int(days * DAY_MS)
        yield due if now <= due else _part_not_received(lot, load, days, parameters)


def _from_elsewhere(made: Sequence[Fact], own: Sequence[Entry], arrival: Fact, parameters: Parameters) -> bool:
    """Whether the lot was made elsewhere, by somebody else, before; what comes from outside needs no shipment."""
    if not made or any(fact.place == arrival.place for fact in made):
        return False
    before = [fact for fact, _ in own if fact.time <= arrival.time and fact.place and fact is not arrival]
    return not any(parameters.same_owner(fact.place, arrival.place) and fact.place != arrival.place for fact in before)


def _part_not_received(lot: str, load: Load, days: float, parameters: Parameters) -> Found:
    name, (dv, de) = parameters.place(load.fact.place), number(days)
    (av, ae), (rv, re_), (unit_vi, unit_en) = number(load.amount), number(load.rest), unit_text(load.unit)
    when = local(load.fact.time)
    text = Text(
        f"{short(lot)}: {av} {unit_vi} rời {name} ngày {when}; sau {dv} ngày còn {rv} {unit_vi} chưa có nơi nhận.",
        f"{short(lot)}: {ae} {unit_en} left {name} on {when}; {de} days later {re_} {unit_en} have arrived nowhere.",
    )
    figures = {"shipped": load.amount, "open": round(load.rest, 6), "unit": load.unit, "days": days}
    fact = load.fact
    places = tuple(dict.fromkeys((fact.place, *(uri for uri in fact.destinations if "/414/" in uri))))
    return Found(
        Kind.NOT_RECEIVED, lot, f"event:{fact.event}", fact.time, (fact.event,), Severity.MEDIUM, text, figures, places
    )


def _part_not_shipped(lot: str, load: Load, parameters: Parameters) -> Found:
    fact = load.fact
    (rv, re_), (unit_vi, unit_en), name = number(load.rest), unit_text(load.unit), parameters.place(fact.place)
    text = Text(
        f"{short(lot)}: {rv} {unit_vi} được nhận ở {name} ngày {local(fact.time)} mà không có sự kiện gửi đi.",
        f"{short(lot)}: {re_} {unit_en} were received at {name} on {local(fact.time)}; no event says they were sent.",
    )
    figures = {"received": load.amount, "open": round(load.rest, 6), "unit": load.unit}
    return Found(
        Kind.NOT_SHIPPED, lot, f"event:{fact.event}", fact.time, (fact.event,), Severity.MEDIUM, text, figures,
        (fact.place,),
    )  # fmt: skip


# --- travel ------------------------------------------------------------------------------------


def great_circle_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres between two points (latitude, longitude in degrees), by the haversine formula."""
    lat1, lon1, lat2, lon2 = map(radians, (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def check_travel(world: World, thing: str, parameters: Parameters) -> Iterator[Found]:
    """A single thing at two places, one after the other, too soon; a lot elsewhere too soon after it was made."""
    seen = [fact for fact, _ in _own(world, thing) if fact.place in parameters.coordinates]
    if is_lot(thing):
        made = [f for f, line in _own(world, thing) if line.role == Role.OUTPUT or (line.role == Role.EPC and f.makes)]
        if len({fact.place for fact in made}) != 1 or made[0].place not in parameters.coordinates:
            return
        first = made[0]
        pairs = [(first, fact) for fact in seen if fact.time >= first.time and fact.place != first.place]
    elif is_single(thing):
        pairs = [(one, other) for one, other in pairwise(seen) if one.place != other.place]
    else:
        return
    for one, other in pairs:
        found = _too_fast(thing, one, other, parameters)
        if found is not None:
            yield found
            if is_lot(thing):
                return


def _too_fast(thing: str, one: Fact, other: Fact, parameters: Parameters) -> Found | None:
    group = parameters.group(thing)
    distance = great_circle_km(parameters.coordinates[one.place], parameters.coordinates[other.place])
    hours = (other.time - one.time) / HOUR_MS
    speed = parameters.of("speed_kmh", other.time, group)
    slack = parameters.of("travel_slack_hours", other.time, group)
    if distance < parameters.of("travel_min_km", other.time, group) or distance <= speed * (hours + slack):
        return None
    (dv, de), (hv, he), (sv, se) = number(distance), number(hours), number(speed)
    here, there = parameters.place(one.place), parameters.place(other.place)
    text = Text(
        f"{short(thing)} ở {here} lúc {local(one.time)} và ở {there} lúc {local(other.time)}: {dv} km trong {hv} giờ, "
        f"nhanh hơn {sv} km/h.",
        f"{short(thing)} was at {here} at {local(one.time)} and at {there} at {local(other.time)}: {de} km in {he} "
        f"hours, faster than {se} km/h.",
    )
    figures = {"km": round(distance, 1), "hours": round(hours, 3), "speed_kmh": speed}
    return Found(
        Kind.TRAVEL_TIME, thing, f"event:{one.event}-{other.event}", other.time, (one.event, other.event),
        Severity.HIGH, text, figures, (one.place, other.place),
    )  # fmt: skip
