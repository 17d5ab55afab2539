"""A small trade that really happens, and what its people tell of it as EPCIS events: the truth to hold scopes to.

Things lie somewhere and move; each act of a person changes that and is told by one or two events, written
here as plain JSON. So it is known where every pack and kilogram is at any time, without reading an event.
Nothing of the product is used.

People tell enough: where an event alone could not say of which of two heaps it speaks (a lot of which some is in
the store room and some was held back), they do something else instead. What is on the shelf is sold before what is in
the store room. Mistakes are told too, and declared wrong afterwards (`Trade.slip`).
"""

from __future__ import annotations

import copy
import random
import uuid
from collections.abc import Callable
from typing import Any

from tests.trade_stand import (
    DOMAIN,
    EPOCH,
    FARMS,
    GONE,
    GTINS,
    MILL,
    OWNER,
    PACKER,
    PACKS,
    PADDY,
    PLACES,
    RICE,
    SHOPS,
    STEP,
    WAY,
    Heap,
    Single,
    Stand,
    keyed,
    kg,
    moment,
    place_uri,
)  # fmt: skip


class Trade:
    """`play(acts)`; then `told`: (event, sender) in order of time, `after(t)`: how things were at a time."""

    def __init__(self, number: int, seed: int) -> None:
        self.number, self.chance = number, random.Random(seed)
        self.now = EPOCH
        self.stand = Stand()
        self.past: list[tuple[int, Stand]] = [(EPOCH, Stand())]
        self.told: list[tuple[dict[str, Any], str]] = []
        self.lots: list[str] = []
        self.made = 0
        self.apart: set[str] = set()  # cases of which others than the mill and the operator told what is in them

    # what people do: a name in ACTS is a method; it does nothing where it is impossible

    def play(self, acts: list[str]) -> None:
        for act in acts:
            getattr(self, act)()
            self.past.append((self.now, copy.deepcopy(self.stand)))

    def after(self, t: int) -> Stand:
        return [stand for when, stand in self.past if when <= t][-1]

    def harvest(self) -> None:
        farm = self.pick(FARMS)
        known = [h[0] for h in self.free(farm) if h[2] == "at_producer"]
        lot = self.pick(known) if known and self.chance.random() < 0.3 else self.new_lot(PADDY)
        amount = self.chance.randint(1, 20)
        self.stand.add((lot, farm, "at_producer", None), amount)
        self.tell("ObjectEvent", farm, action="ADD", bizStep="commissioning", quantityList=[kg(lot, amount)])

    def mill(self) -> None:
        """One or two lots, or what is in a case, become a new lot or more of one that is being made; or two lots."""
        place = self.at((*FARMS, MILL, PACKER), lambda place: self.lone(place) or self.tops(place))
        heaps = self.sample([h for h in self.lone(place) if f"/01/{GTINS[PACKS]}" not in h[0]], 2)
        told = [c for c in self.tops(place) if "/00/" in c and not self.unheard(c)]
        cases = self.sample(told, 1) if self.chance.random() < 0.3 else []
        if not heaps and not cases:
            return
        used = {heap: self.part(heap) for heap in heaps}
        for heap, amount in used.items():
            self.move(heap, amount, place, "consumed")
        for case in cases:
            self.set(case, place, "consumed")
        earlier = [h[0] for h in self.lone(place) if h[2] == "at_producer" and h not in heaps and GTINS[RICE] in h[0]]
        again = bool(earlier) and self.chance.random() < 0.4
        outs = [self.pick(earlier)] if again else [self.new_lot(RICE) for _ in range(self.chance.choice((1, 1, 2)))]
        amounts = {lot: self.chance.randint(1, 15) for lot in outs}
        for lot, amount in amounts.items():
            self.stand.add((lot, place, "at_producer", None), amount)
        self.transform(place, used, cases, outputQuantityList=[kg(lot, a) for lot, a in amounts.items()])

    def pack(self) -> None:
        """Some of a lot into packs with serials."""
        place = self.at((*FARMS, MILL, PACKER), lambda place: [h for h in self.lone(place) if GTINS[RICE] in h[0]])
        heaps = self.sample([h for h in self.lone(place) if GTINS[RICE] in h[0]], 2)
        if not heaps:
            return
        used = {heap: self.part(heap) for heap in heaps}
        for heap, amount in used.items():
            self.move(heap, amount, place, "consumed")
        lot, way = self.new_lot(PACKS), self.pick(("address", "ilmd", "none"))
        packs = [f"{DOMAIN}/01/{GTINS[PACKS]}/21/{self.word('P')}" for _ in range(self.chance.randint(1, 4))]
        for pack in packs:
            self.stand.single[pack] = Single(place, "at_producer")
        batch = lot.rpartition("/")[2]
        spelled = [pack.replace("/21/", f"/10/{batch}/21/") for pack in packs] if way == "address" else packs
        extra: dict[str, Any] = {"ilmd": {"cbvmda:lotNumber": batch}} if way == "ilmd" else {}
        if way == "none":
            self.lots.remove(lot)
        self.transform(place, used, [], outputEPCList=spelled, **extra)

    def label(self) -> None:
        """Some kilograms of a lot get serials of that lot, a kilogram each: made of the amount, or just named so."""
        place = self.at((*FARMS, MILL, PACKER), lambda place: [h for h in self.lone(place) if GTINS[RICE] in h[0]])
        heaps = self.sample([h for h in self.lone(place) if GTINS[RICE] in h[0]], 1)
        if not heaps:
            return
        [heap] = heaps
        amount = min(self.part(heap), 3)
        packs = [f"{DOMAIN}/01/{GTINS[RICE]}/21/{self.word('S')}" for _ in range(amount)]
        for pack in packs:
            self.stand.single[pack] = Single(place, "at_producer")
        spelled = [pack.replace("/21/", f"/10/{heap[0].rpartition('/')[2]}/21/") for pack in packs]
        if self.chance.random() < 0.5:
            self.move(heap, amount, place, "consumed")
            self.transform(place, {heap: amount}, [], outputEPCList=spelled)
        else:
            self.stand.add(heap, -amount)
            self.tell("ObjectEvent", place, action="ADD", bizStep="commissioning", epcList=spelled, by=OWNER[RICE])

    def box(self) -> None:
        """Packs, cases or a part of a lot into a case, a new one or one that stands there."""
        place = self.at(PLACES, lambda place: self.tops(place) or self.lone(place))
        cases = [c for c in self.tops(place) if "/00/" in c]
        case = self.pick(cases) if cases and self.chance.random() < 0.3 else f"{DOMAIN}/00/{self.sscc()}"
        singles = self.sample([uri for uri in self.tops(place) if uri != case], 3)
        heaps = self.sample(self.lone(place), 1)
        amounts = {heap: self.part(heap) for heap in heaps}
        if not singles and not heaps:
            return
        self.stand.single.setdefault(case, Single(place, ""))
        self.set(case, place, "in_process")
        for uri in singles:
            self.set(uri, place, "in_process")
            self.stand.single[uri].holder = case
        for heap, amount in amounts.items():
            self.move(heap, amount, place, "in_process", case)
        owner = self.owner([*singles, *(heap[0] for heap in amounts)])
        if owner not in (OWNER[RICE], "operator"):
            self.apart.add(case)
        self.tell(
            "AggregationEvent", place, action="ADD", bizStep="packing", disposition="in_progress", parentID=case,
            childEPCs=singles, childQuantityList=[kg(heap[0], amount) for heap, amount in amounts.items()], by=owner,
        )  # fmt: skip

    def unbox(self) -> None:
        """All by name, some by name, or "the case was emptied"."""
        place = self.at(PLACES, lambda place: any(any(self.stand.inside(c)) for c in self.tops(place)))
        cases = [c for c in self.tops(place) if any(self.stand.inside(c))]
        if not cases:
            return
        case, shelf = self.pick(cases), place in SHOPS and self.chance.random() < 0.5
        singles, heaps = self.stand.inside(case)
        how = self.pick(("all", "some", "bare"))
        if how == "bare":
            for uri in singles:
                self.stand.single[uri].holder = None
            for heap in heaps:
                self.move(heap, self.stand.heaps[heap], heap[1], heap[2])
            self.tell("AggregationEvent", place, action="DELETE", bizStep="unpacking", parentID=case)
            return
        if how == "some":
            singles, heaps = self.sample(singles, 2), self.sample(heaps, 1)
        if not singles and not heaps:
            return
        state = "on_shelf" if shelf else "in_store"
        amounts = {heap: self.part(heap) if how == "some" else self.stand.heaps[heap] for heap in heaps}
        for uri in singles:
            self.stand.single[uri].holder = None
            self.set(uri, place, state)
        for heap, amount in amounts.items():
            self.move(heap, amount, place, state)
        self.tell(
            "AggregationEvent", place, action="DELETE", bizStep="unpacking", parentID=case, childEPCs=singles,
            disposition="sellable_accessible" if shelf else "in_progress",
            childQuantityList=[kg(heap[0], amount) for heap, amount in amounts.items()],
        )  # fmt: skip

    def ship(self) -> None:
        self._send("in_transit")

    def give_back(self) -> None:
        self._send("returned")

    def _send(self, state: str) -> None:
        places = SHOPS if state == "returned" else PLACES
        place = self.at(places, lambda place: self.tops(place) or self.lone(place))
        singles = self.sample(self.tops(place), 2)
        heaps = [] if singles and self.chance.random() < 0.5 else self.sample(self.lone(place), 1)
        heaps = [heap for heap in heaps if not self.under_way(heap[0])]
        amounts = {heap: self.part(heap) for heap in heaps}
        if not singles and not heaps:
            return
        for uri in singles:
            self.set(uri, place, state)
        for heap, amount in amounts.items():
            self.move(heap, amount, place, state)
        self.tell("ObjectEvent", place, action="OBSERVE", bizStep="shipping", disposition=state,
                  **self.things(singles, amounts), gone=True)  # fmt: skip

    def receive(self) -> None:
        """All or some of what is on its way, sometimes first "arrived", then "received"."""
        place = self.pick((MILL, PACKER, *SHOPS))
        singles = [u for u, one in self.stand.single.items() if one.state in WAY and not one.holder]
        heaps = [h for h in self.stand.heaps if h[2] in WAY and not h[3] and self.under_way(h[0]) == [h]]
        states = {self.stand.single[u].state for u in singles} | {h[2] for h in heaps}
        if not states:
            return
        state = self.pick(sorted(states))
        back = state == "returned"
        singles = self.sample([u for u in singles if self.stand.single[u].state == state], 3)
        heaps = self.sample([h for h in heaps if h[2] == state and (not back or h[1] != place)], 1)
        amounts = {heap: self.part(heap) for heap in heaps}
        if not singles and not heaps:
            return
        for uri in singles:
            self.set(uri, place, "in_store")
        for heap, amount in amounts.items():
            self.move(heap, amount, place, "in_store")
        steps = ("arriving", "receiving") if self.chance.random() < 0.2 and not back else ("receiving",)
        for step in steps:
            self.tell("ObjectEvent", place, action="OBSERVE", bizStep=step, **self.things(singles, amounts),
                      disposition="in_progress")  # fmt: skip

    def shelve(self) -> None:
        self._restate(SHOPS, "on_shelf", bizStep="stocking", disposition="sellable_accessible", action="OBSERVE")

    def hold(self) -> None:
        self._restate(PLACES, "blocked", bizStep="holding", disposition="non_conformant", action="OBSERVE")

    def sell(self) -> None:
        """One by one, straight out of a case too; of a lot what is on the shelf goes first."""
        place = self.at(SHOPS, lambda place: self.present(place) or self.free(place))
        singles = self.sample([u for u in self.present(place) if "/21/" in u or not self.stand.single[u].holder], 2)
        heaps = self.sample(self.lone(place), 1)
        shelf = [h for h in self.free(place) if h[2] == "on_shelf"]
        heaps = self.sample(shelf, 1) or heaps
        self._end(place, singles, {h: self.part(h) for h in heaps}, "sold",
                  bizStep="retail_selling", disposition="retail_sold")  # fmt: skip

    def destroy(self) -> None:
        place = self.at(PLACES, lambda place: self.tops(place) or self.lone(place))
        singles, heaps = self.sample(self.tops(place), 1), self.sample(self.lone(place), 1)
        word = self.pick(("destroyed", "stolen"))
        step: dict[str, Any] = {"bizStep": "destroying"} if word == "destroyed" else {}
        self._end(place, singles, {h: self.part(h) for h in heaps}, "destroyed" if step else "removed",
                  disposition=word, **step)  # fmt: skip

    def decommission(self) -> None:
        place = self.pick(PLACES)
        empty = [uri for uri in self.tops(place) if not any(self.stand.inside(uri))]
        self._end(place, self.sample(empty, 1), {}, "removed", bizStep="decommissioning", disposition="inactive")

    def look(self) -> None:
        """An inspection: nothing moves."""
        place = self.at(PLACES, lambda place: self.tops(place) or self.lone(place))
        singles, heaps = self.sample(self.present(place), 2), self.sample(self.lone(place), 1)
        if singles or heaps:
            self.tell("ObjectEvent", place, action="OBSERVE", bizStep="inspecting",
                      **self.things(singles, {h: self.stand.heaps[h] for h in heaps}))  # fmt: skip

    def slip(self) -> None:
        """Something that did not happen so is told, and declared wrong; with what is right, where that was told."""
        if not self.told:
            return
        right, sender = self.pick(self.told[-6:])
        if "errorDeclaration" in right:
            return
        wrong = copy.deepcopy(right)
        wrong["eventID"] = self.event_id()
        wrong["eventTime"] = moment(self.now + STEP // 2)
        self._spoil(wrong)
        declared: dict[str, Any] = {"declarationTime": moment(self.now + STEP * 9_000)}
        declared["reason"] = self.pick(("did_not_occur", "incorrect_data"))
        if declared["reason"] == "incorrect_data":
            declared["correctiveEventIDs"] = [right["eventID"]]
        self.told.append((wrong, sender))
        self.told.append(({**wrong, "errorDeclaration": declared}, sender))

    def _spoil(self, event: dict[str, Any]) -> None:
        """Another place, other amounts, other goods."""
        for name in ("bizLocation", "readPoint"):
            if name in event:
                event[name] = {"id": place_uri(self.pick(PLACES))}
        for name in ("quantityList", "inputQuantityList", "outputQuantityList", "childQuantityList"):
            for element in event.get(name, ()):
                element["quantity"] += self.chance.randint(1, 9)
                element["epcClass"] = self.pick(self.lots or [element["epcClass"]])
        if "outputEPCList" in event:
            event["outputEPCList"] = self.sample(sorted(self.stand.single), 2) or event["outputEPCList"]

    # what the acts are made of

    def _restate(self, places: tuple[str, ...], state: str, **words: Any) -> None:
        place = self.at(places, lambda place: self.tops(place) or self.lone(place))
        singles, heaps = self.sample(self.tops(place), 2), self.sample(self.lone(place), 1)
        amounts = {heap: self.part(heap) for heap in heaps}
        if not singles and not heaps:
            return
        for uri in singles:
            self.set(uri, place, state)
        for heap, amount in amounts.items():
            self.move(heap, amount, place, state)
        self.tell("ObjectEvent", place, **words, **self.things(singles, amounts))

    def _end(self, place: str, singles: list[str], amounts: dict[Heap, int], state: str, **words: Any) -> None:
        if not singles and not amounts:
            return
        for uri in singles:
            self.stand.single[uri].holder = None
            self.set(uri, place, state)
        for heap, amount in amounts.items():
            self.move(heap, amount, place, state)
        action = self.pick(("OBSERVE", "DELETE"))
        self.tell("ObjectEvent", place, action=action, **words, **self.things(singles, amounts))

    def transform(self, place: str, used: dict[Heap, int], cases: list[str], **made: Any) -> None:
        """One event, or two with a transformationID: what went in, what came out."""
        went_in: dict[str, Any] = {"inputQuantityList": [kg(heap[0], amount) for heap, amount in used.items()]}
        if cases:
            went_in["inputEPCList"] = cases
        if self.chance.random() < 0.3:
            run = {"transformationID": self.event_id()}
            self.tell("TransformationEvent", place, **made, **run)
            self.tell("TransformationEvent", place, **went_in, **run, by=self.told[-1][1])
            if self.chance.random() < 0.5:  # what went in was told first
                (first, one), (second, two) = self.told[-2:]
                first["eventTime"], second["eventTime"] = second["eventTime"], first["eventTime"]
                self.told[-2:] = [(second, two), (first, one)]
        else:
            self.tell("TransformationEvent", place, **went_in, **made)

    def set(self, uri: str, place: str, state: str, *, itself: bool = True) -> None:
        """A thing and all that is in it; at the end of a container's life what was directly inside is in none."""
        one = self.stand.single[uri]
        one.place, one.state = place, state
        singles, heaps = self.stand.inside(uri)
        out = itself and state in GONE
        for content in singles:
            self.set(content, place, state, itself=False)
            if out:
                self.stand.single[content].holder = None
        for heap in heaps:
            self.move(heap, self.stand.heaps[heap], place, state, None if out else uri)

    def move(self, heap: Heap, amount: int, place: str, state: str, holder: str | None = None) -> None:
        self.stand.add(heap, -amount)
        self.stand.add((heap[0], place, state, holder), amount)

    def present(self, place: str) -> list[str]:
        """Single things that are at a place and can be taken in hand."""
        return [u for u, one in self.stand.single.items() if one.place == place and one.state not in GONE | WAY]

    def tops(self, place: str) -> list[str]:
        return [uri for uri in self.present(place) if self.stand.single[uri].holder is None]

    def free(self, place: str) -> list[Heap]:
        return [h for h in self.stand.heaps if h[1] == place and h[2] not in GONE | WAY and h[3] is None]

    def lone(self, place: str) -> list[Heap]:
        """Heaps that are all that is there of their lot: an event that names lot and place means these."""
        heaps = self.free(place)
        return [heap for heap in heaps if sum(other[0] == heap[0] for other in heaps) == 1]

    def under_way(self, lot: str) -> list[Heap]:
        return [h for h in self.stand.heaps if h[0] == lot and h[2] in WAY and h[3] is None]

    def things(self, singles: list[str], amounts: dict[Heap, int]) -> dict[str, Any]:
        quantities = [kg(heap[0], amount) for heap, amount in amounts.items()]
        return {name: value for name, value in (("epcList", singles), ("quantityList", quantities)) if value}

    def tell(self, kind: str, place: str, *, by: str = "", gone: bool = False, **fields: Any) -> None:
        self.now += STEP
        where = {"readPoint": {"id": place_uri(place)}}
        if not gone:
            where["bizLocation"] = where["readPoint"]
        event = {"type": kind, "eventID": self.event_id(), "eventTime": moment(self.now),
                 "eventTimeZoneOffset": "+07:00", **{n: v for n, v in fields.items() if v != []}, **where}  # fmt: skip
        outputs = [*event.get("outputEPCList", ()), *(e["epcClass"] for e in event.get("outputQuantityList", ()))]
        here = "farm" if place in FARMS else "shop" if place in SHOPS else place
        self.told.append((event, by or (self.owner(outputs) if outputs else here)))

    def unheard(self, case: str) -> bool:
        """Whether what is in a case, however deep, was told by others than who is heard about what a mill makes of it.

        It would hang on a claim (docs/decisions/0009), and a mill that takes such a case asks what is in it first.
        """
        return case in self.apart or any(self.unheard(inside) for inside in self.stand.inside(case)[0])

    def owner(self, uris: list[str]) -> str:
        """Whose goods they are: he tells what was made and what lies in a case. The operator tells of mixed ones."""
        owners = {OWNER[kind] for kind, gtin in GTINS.items() for uri in uris if gtin in uri}
        return owners.pop() if len(owners) == 1 else "operator"

    def pick(self, options: Any) -> Any:
        return self.chance.choice(list(options))

    def at(self, places: tuple[str, ...], possible: Callable[[str], Any]) -> str:
        """One of the places where there is something to do, if there is one."""
        return self.pick([place for place in places if possible(place)] or places)

    def sample(self, options: list[Any], most: int) -> list[Any]:
        return self.chance.sample(options, min(len(options), self.chance.randint(0, most) or 1)) if options else []

    def part(self, heap: Heap) -> int:
        whole = self.stand.heaps[heap]
        return whole if self.chance.random() < 0.5 else self.chance.randint(1, whole)

    def word(self, letter: str) -> str:
        self.made += 1
        return f"{letter}{self.number:05d}X{self.made:03d}"

    def new_lot(self, kind: str) -> str:
        self.lots.append(f"{DOMAIN}/01/{GTINS[kind]}/10/{self.word('L')}")
        return self.lots[-1]

    def sscc(self) -> str:
        self.made += 1
        return keyed(f"0893007{self.number % 10**6:06d}{self.made:04d}")

    def event_id(self) -> str:
        return uuid.uuid5(uuid.NAMESPACE_OID, self.word("event")).urn


ACTS = tuple(
    name for name, times in {
        "harvest": 3, "mill": 3, "pack": 3, "label": 3, "box": 3, "unbox": 3, "ship": 5, "receive": 5, "give_back": 2,
        "shelve": 2, "sell": 3, "destroy": 1, "decommission": 1, "hold": 1, "look": 1, "slip": 2,
    }.items() for _ in range(times)
)  # fmt: skip
