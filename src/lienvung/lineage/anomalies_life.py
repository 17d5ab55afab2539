"""Checks on the life of a thing: after its end, after its expiry, before the waiting period ended, one code twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from lienvung.epcis import Action, EventType, Role
from lienvung.lineage.anomalies_facts import EXPIRY_FIELDS, RETURN_WORDS, Entry, Fact, Line, World, is_single
from lienvung.lineage.anomalies_stock import SALES, SOLD, is_sale
from lienvung.lineage.anomalies_words import Found, Kind, Parameters, Severity, is_item, is_lot, local, short
from lienvung.texts import Text

MOST_TREATMENTS = 500  # looked at for one lot, and harvests of it: invented ones do not stop the checks
ENDINGS = frozenset({"destroying", "decommissioning"})
# steps by which goods are still handled as goods; papers, samples, marks and repeated endings are none
HANDLING = frozenset(
    {
        "commissioning",
        "creating_class_instance",
        "collecting",
        "packing",
        "repackaging",
        "unpacking",
        "shipping",
        "departing",
        "transporting",
        "loading",
        "unloading",
        "receiving",
        "arriving",
        "accepting",
        "storing",
        "picking",
        "stocking",
        "staging_outbound",
        "retail_selling",
        "dispensing",
        "consigning",
    }
)
SELLING = SALES | {"stocking"}
DATES = {
    "itemExpirationDate": Text("hạn sử dụng", "expiry date"),
    "sellByDate": Text("hạn bán", "sell-by date"),
    "bestBeforeDate": Text("hạn dùng tốt nhất", "best-before date"),
}


def _handles(fact: Fact, line: Line) -> bool:
    if line.role == Role.INPUT:
        return True
    if line.role in (Role.CHILD, Role.PARENT):
        return fact.action == Action.ADD
    ended = fact.step in ENDINGS or fact.disposition in ("destroyed", "disposed", "inactive")
    return line.role in (Role.EPC, Role.OUTPUT) and not ended and (fact.step in HANDLING or fact.makes)


# --- after the end -----------------------------------------------------------------------------


def check_end(world: World, thing: str, parameters: Parameters) -> Iterator[Found]:
    """Handled after it was destroyed or decommissioned: a single thing, or a lot of which all was destroyed."""
    own = world.of.get(thing, [])
    end = _end_of_lot(own) if is_lot(thing) else _end_of_single(own) if is_single(thing) else None
    if end is None:
        return
    later = [f for f, line in own if f is not end and (f.time, f.event) > (end.time, end.event) and _handles(f, line)]
    later = [fact for fact in later if fact.time > end.time]
    if not later:
        return
    first = later[0]
    name, again = parameters.place(end.place), parameters.place(first.place)
    text = Text(
        f"{short(thing)} đã bị hủy hoặc ngừng dùng tại {name} ngày {local(end.time)}, nhưng ngày {local(first.time)} "
        f"lại có sự kiện tại {again} ({first.step or '—'}).",
        f"{short(thing)} was destroyed or decommissioned at {name} on {local(end.time)}, but there is an event at "
        f"{again} on {local(first.time)} ({first.step or '—'}).",
    )
    events = (end.event, *(fact.event for fact in later))
    figures = {"ended": end.time, "first": first.time, "count": len(later)}
    yield Found(
        Kind.AFTER_END, thing, f"event:{end.event}", first.time, events, Severity.HIGH, text, figures,
        tuple(dict.fromkeys(f.place for f in (end, *later) if f.place)),
    )  # fmt: skip


def _is_end(fact: Fact, line: Line) -> bool:
    return line.role == Role.EPC and (fact.step in ENDINGS or fact.disposition == "destroyed")


def _end_of_single(own: Sequence[Entry]) -> Fact | None:
    return next((fact for fact, line in own if _is_end(fact, line)), None)


def _end_of_lot(own: Sequence[Entry]) -> Fact | None:
    """The event with which all that was made of it, in the same unit, was destroyed."""
    made, gone, unit = 0.0, 0.0, None
    for fact, line in own:
        if _is_end(fact, line) and (line.quantity is None or line.unit == unit):
            if line.quantity is None:
                return fact if line.unit is not None else None
            gone += line.quantity
            if made and gone >= made * (1 - 1e-9):
                return fact
        elif line.role == Role.OUTPUT or (line.role == Role.EPC and fact.makes):
            if line.quantity is None or line.unit is None or unit not in (None, line.unit):
                return None
            made, unit = made + line.quantity, line.unit
    return None


# --- after expiry ------------------------------------------------------------------------------


def check_expiry(world: World, thing: str, parameters: Parameters) -> Iterator[Found]:
    """Sold, put on sale, used or packed after the date that the making event told (an item's own, else its lot's)."""
    if not (is_lot(thing) or is_item(thing)):
        return
    told = _dates(world, thing)
    own = world.of.get(thing, [])
    for name in EXPIRY_FIELDS:
        if name not in told:
            continue
        source, end = told[name]
        late = [fact for fact, line in own if fact.time > end and _sells_or_uses(fact, line, name)]
        if late:
            yield _expired(thing, name, source, (end, late), parameters)
        return  # the strictest date decides


def _dates(world: World, thing: str) -> dict[str, tuple[Fact, int]]:
    """The dates told last; of the item itself, else of its lots."""
    for things in ([thing], sorted(world.lot_of.get(thing, ()))):
        found: dict[str, tuple[Fact, int]] = {}
        for each in things:
            for fact, line in world.of.get(each, ()):
                if fact.ends and line.role in (Role.EPC, Role.OUTPUT):
                    found |= {name: (fact, end) for name, end in fact.ends.items()}
        if found:
            return found
    return {}


def _sells_or_uses(fact: Fact, line: Line, name: str) -> bool:
    if line.role == Role.EPC and (fact.step in SELLING or fact.disposition in SOLD):
        return fact.disposition not in RETURN_WORDS
    using = line.role == Role.INPUT or (line.role == Role.CHILD and fact.action == Action.ADD)
    return using and name == "itemExpirationDate" and fact.disposition not in RETURN_WORDS


def _expired(thing: str, name: str, source: Fact, late: tuple[int, Sequence[Fact]], parameters: Parameters) -> Found:
    end, facts = late
    sold = any(is_sale(fact) for fact in facts)
    severity = Severity.HIGH if sold and name == "itemExpirationDate" else Severity.MEDIUM
    if name == "bestBeforeDate":
        severity = Severity.NOTICE
    first, word = facts[0], DATES[name]
    place = parameters.place(first.place)
    text = Text(
        f"{short(thing)} có {word.vi} đến {local(end)}, nhưng ngày {local(first.time)} tại {place} vẫn "
        f"{'được bán' if sold else 'được dùng hoặc bày bán'}.",
        f"{short(thing)}: {word.en} {local(end)}, but on {local(first.time)} it was "
        f"{'sold' if sold else 'used or put on sale'} at {place}.",
    )
    events = (source.event, *(fact.event for fact in facts))
    figures = {"date": name, "until": end, "first": first.time, "count": len(facts)}
    places = tuple(dict.fromkeys(fact.place for fact in facts if fact.place))
    return Found(Kind.AFTER_EXPIRY, thing, name, first.time, events, severity, text, figures, places)


# --- the waiting period ------------------------------------------------------------------------


def check_waiting(world: World, lot: str, parameters: Parameters) -> Iterator[Found]:
    """Harvested before the waiting period of a treatment ended; or treated itself and sold or used before that."""
    own = world.of.get(lot, [])
    treated = [fact for fact, _ in own if fact.waiting_until is not None]
    harvests = [fact for fact, line in own if line.role == Role.OUTPUT or (line.role == Role.EPC and fact.makes)]
    harvests = harvests[:MOST_TREATMENTS]
    for harvest in harvests:
        for treatment in islice(dict.fromkeys([*treated, *_treatments_of(world, harvest)]), MOST_TREATMENTS):
            if _too_soon(treatment, harvest):
                yield _waiting(lot, treatment, harvest, parameters, harvested=True)
    for treatment in treated[:MOST_TREATMENTS]:
        early = [f for f, line in own if _leaves(f, line) and _too_soon(treatment, f)]
        if early and not any(_too_soon(treatment, harvest) for harvest in harvests):
            yield _waiting(lot, treatment, early[0], parameters, harvested=False)


def _leaves(fact: Fact, line: Line) -> bool:
    """Sold, sent off or used up."""
    return line.role == Role.INPUT or (line.role == Role.EPC and (is_sale(fact) or fact.step == "shipping"))


def _too_soon(treatment: Fact, act: Fact) -> bool:
    return act is not treatment and treatment.time <= act.time <= (treatment.waiting_until or 0)


def _treatments_of(world: World, harvest: Fact) -> Iterator[Fact]:
    """Of what was cut (a crop, an animal, a herd), and of the plot where a treatment names nothing else."""
    for line in harvest.lines:
        if line.role == Role.INPUT and not is_lot(line.uri):
            yield from (fact for fact, _ in world.of.get(line.uri, ()) if fact.waiting_until is not None)
    for plot in sorted(harvest.plots):
        yield from world.treatments.get(plot, ())


def _waiting(lot: str, treatment: Fact, act: Fact, parameters: Parameters, *, harvested: bool) -> Found:
    until = treatment.waiting_until or 0
    place = parameters.place(treatment.plot or treatment.place)
    text = Text(
        f"{place} được xử lý ngày {local(treatment.time)}, thời gian cách ly đến {local(until)}; {short(lot)} "
        f"{'thu hoạch' if harvested else 'xuất đi'} ngày {local(act.time)}.",
        f"{place} was treated on {local(treatment.time)}, waiting period until {local(until)}; {short(lot)} was "
        f"{'harvested' if harvested else 'sent off or sold'} on {local(act.time)}.",
    )
    figures = {"treated": treatment.time, "until": until, "act": act.time}
    return Found(
        Kind.WAITING_PERIOD, lot, f"event:{treatment.event}-{act.event}", act.time, (treatment.event, act.event),
        Severity.HIGH, text, figures, tuple(dict.fromkeys(p for p in (treatment.place, act.place) if p)),
    )  # fmt: skip


# --- one code twice ----------------------------------------------------------------------------


def check_serial(world: World, thing: str, parameters: Parameters) -> Iterator[Found]:
    """A serial or logistic unit that is in two open containers, sold twice, or made twice."""
    own = world.of.get(thing, [])
    yield from _sold_twice(thing, own, parameters)
    yield from _made_twice(thing, own, parameters)
    yield from _in_two(world, thing, own, parameters)


def _twice(thing: str, detail: str, pair: tuple[Fact, Fact], words: Text) -> Found:
    events = tuple(dict.fromkeys(fact.event for fact in pair))
    figures = {"what": detail.partition(" ")[0], "first": pair[0].time, "second": pair[1].time}
    places = tuple(dict.fromkeys(fact.place for fact in pair if fact.place))
    return Found(Kind.SERIAL_CONFLICT, thing, detail, pair[1].time, events, Severity.HIGH, words, figures, places)


def _sold_twice(thing: str, own: Sequence[Entry], parameters: Parameters) -> Iterator[Found]:
    sold: Fact | None = None
    for fact, line in own:
        if line.role != Role.EPC:
            continue
        if is_sale(fact) and fact.type == EventType.OBJECT:
            if sold is not None:
                here, there = parameters.place(sold.place), parameters.place(fact.place)
                yield _twice(
                    thing, f"sold {sold.event}-{fact.event}", (sold, fact),
                    Text(
                        f"{short(thing)} được bán hai lần: {here} ngày {local(sold.time)}, {there} ngày "
                        f"{local(fact.time)}.",
                        f"{short(thing)} was sold twice: {here} on {local(sold.time)}, {there} on {local(fact.time)}.",
                    ),
                )  # fmt: skip
            sold = fact
        elif fact.disposition == "returned" or fact.step in ("receiving", "accepting", "stocking"):
            sold = None


def _made_twice(thing: str, own: Sequence[Entry], parameters: Parameters) -> Iterator[Found]:
    for making in (
        [f for f, line in own if line.role == Role.OUTPUT],
        [f for f, line in own if line.role == Role.EPC and f.makes and f.step == "commissioning"],
    ):
        if is_item(thing) and len(making) > 1 and not any(f.step == "decommissioning" for f, _ in own):
            one, other = making[:2]
            yield _twice(
                thing, f"made {one.event}-{other.event}", (one, other),
                Text(
                    f"Mã {short(thing)} được tạo hai lần: {local(one.time)} và {local(other.time)}.",
                    f"The code {short(thing)} was made twice: {local(one.time)} and {local(other.time)}.",
                ),
            )  # fmt: skip


def _in_two(world: World, thing: str, own: Sequence[Entry], parameters: Parameters) -> Iterator[Found]:
    steps: list[tuple[int, int, Fact, str]] = []  # "" = out of every container
    for fact, line in own:
        if line.role == Role.CHILD and fact.action in (Action.ADD, Action.DELETE):
            word = f"+{fact.parent}" if fact.action == Action.ADD else f"-{fact.parent}"
            steps.append((fact.time, fact.event, fact, f"{fact.type}{word}"))
        elif line.role == Role.INPUT or (line.role == Role.EPC and (_is_end(fact, line) or is_sale(fact))):
            steps.append((fact.time, fact.event, fact, "0"))
    parents = {fact.parent for _, _, fact, _ in steps} - {""}
    steps += [(f.time, f.event, f, f"*{p}") for p in parents for f, line in world.of.get(p, ()) if _empties(f, line)]
    open_in: dict[tuple[str, str], Fact] = {}  # (type, container)
    for _, _, fact, word in sorted(steps, key=lambda step: (step[0], step[3][1:2] == "+", step[1])):
        kind, sign, parent = word[:1], word[1:2], word[2:]
        if word == "0":
            open_in.clear()
        elif kind == "*":
            for key in [key for key in open_in if key[1] == word[1:]]:
                del open_in[key]
        elif sign == "-":
            for key in [key for key in open_in if key[0] == kind and parent in ("", key[1])]:
                del open_in[key]
        else:
            other = next(
                (k for k in open_in if k[0] == kind and k[1] != parent and not world.nested(k[1], parent)), None
            )
            if other is not None:
                yield _two_containers(thing, (open_in[other], fact), (other[1], parent))
                open_in.clear()
            open_in[kind, parent] = fact


def _empties(fact: Fact, line: Line) -> bool:
    """Ends the stay of everything inside: unpacked without naming children, sold, destroyed, used up."""
    if line.role == Role.PARENT:
        return fact.action == Action.DELETE and not any(each.role == Role.CHILD for each in fact.lines)
    return line.role == Role.INPUT or (line.role == Role.EPC and (is_sale(fact) or _is_end(fact, line)))


def _two_containers(thing: str, facts: tuple[Fact, Fact], containers: tuple[str, str]) -> Found:
    (one, other), (first, second) = facts, containers
    text = Text(
        f"{short(thing)} được xếp vào {short(second)} ngày {local(other.time)} khi chưa lấy ra khỏi {short(first)} "
        f"({local(one.time)}).",
        f"{short(thing)} was put into {short(second)} on {local(other.time)} while still in {short(first)} "
        f"({local(one.time)}).",
    )
    return _twice(thing, f"inside {one.event}-{other.event}", (one, other), text)
