"""The stock book of lots against a simulated world, where the truth about every kilogram is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import ADD, ALWAYS, CHILD, DELETE, EPC, INPUT, OBSERVE, OUTPUT, PARENT
from lienvung.lineage.lots import Parcel, parcels_of
from lienvung.lineage.memory import Happening, MemorySource, Quantity
from lienvung.lineage.states import FINAL, State

LOT, UNIT = "lot", "KGM"
PLACES = ["farm", "mill", "shop"]
CONTAINERS = ["box", "pallet"]
steps = st.lists(
    st.tuples(
        st.sampled_from(["make", "move", "pack", "carry", "unpack", "empty", "sell", "use", "destroy", "look"]),
        st.sampled_from(PLACES),
        st.sampled_from(PLACES),
        st.sampled_from(CONTAINERS),
        st.integers(1, 40),
    ),
    max_size=25,
)


class World:
    """Kilograms of one lot: free at a place, inside a container, or gone; and the events that tell it."""

    def __init__(self) -> None:
        self.free: Counter[str] = Counter()
        self.inside: Counter[str] = Counter()
        self.at = dict.fromkeys(CONTAINERS, "farm")
        self.gone: Counter[State] = Counter()
        self.events: list[Happening] = []

    def tell(self, role: int, amount: float, place: str, *, action: int = OBSERVE, step="", holder="") -> None:
        self.events.append(
            Happening(
                t=len(self.events),
                action=action,
                step=step or None,
                place=place,
                things={PARENT: (holder,)} if holder else {},
                amounts={role: (Quantity(LOT, float(amount), UNIT),)},
            )
        )

    def do(self, act: str, place: str, to: str, box: str, amount: int) -> None:
        here = min(amount, self.free[place])
        if act == "make":
            self.free[place] += amount
            self.tell(OUTPUT, amount, place, action=0)
        elif act == "move" and here and place != to:
            self.free[place] -= here
            self.free[to] += here
            self.tell(EPC, here, place, step="shipping")
            self.tell(EPC, here, to, step="receiving")
        elif act == "pack" and here and self.at[box] == place:
            self.free[place] -= here
            self.inside[box] += here
            self.tell(CHILD, here, place, action=ADD, step="packing", holder=box)
        elif act == "carry":
            for where, step in ((self.at[box], "shipping"), (to, "receiving")):
                self.events.append(
                    Happening(t=len(self.events), action=OBSERVE, step=step, place=where, things={EPC: (box,)})
                )
            self.at[box] = to
        elif act == "unpack" and (part := min(amount, self.inside[box])):
            self.inside[box] -= part
            self.free[self.at[box]] += part
            self.tell(CHILD, part, self.at[box], action=DELETE, step="unpacking", holder=box)
        elif act == "empty" and self.inside[box]:
            self.free[self.at[box]] += self.inside.pop(box)
            self.events.append(
                Happening(
                    t=len(self.events), action=DELETE, step="unpacking", place=self.at[box], things={PARENT: (box,)}
                )
            )
        elif act in ("sell", "use", "destroy") and here:
            self.free[place] -= here
            state, role, action, step = {
                "sell": (State.SOLD, EPC, OBSERVE, "retail_selling"),
                "use": (State.CONSUMED, INPUT, 0, ""),
                "destroy": (State.DESTROYED, EPC, DELETE, "destroying"),
            }[act]
            self.gone[state] += here
            self.tell(role, here, place, action=action, step=step)
        elif act == "look" and here:
            self.tell(EPC, self.free[place], place, step="inspecting")
            self.tell(EPC, self.free[place], place, step="storing")


def keep(happenings: list[Happening], until: int = ALWAYS) -> tuple[MemorySource, list[Parcel]]:
    source = MemorySource(happenings)
    return source, parcels_of(Memo(source, until), source.numbers([LOT]))


@settings(deadline=None, max_examples=300)
@given(steps=steps)
def test_the_book_knows_where_every_kilogram_is(steps):
    world = World()
    for step in steps:
        world.do(*step)
    source, parcels = keep(world.events)
    free, inside, gone = Counter(), Counter(), Counter()
    for parcel in parcels:
        place = source.names[parcel.place]
        if parcel.holder >= 0:
            box = source.names[parcel.holder]
            inside[box] += parcel.quantity
            assert place == world.at[box]
        elif parcel.state in FINAL:
            gone[parcel.state] += parcel.quantity
        else:
            free[place] += parcel.quantity
    assert (free, inside, gone) == (+world.free, +world.inside, +world.gone)
    assert not any(parcel.unaccounted or parcel.uncertain for parcel in parcels)


def made(amount: float | None = 100.0) -> Happening:
    return Happening(t=1, action=0, place="mill", amounts={OUTPUT: (Quantity(LOT, amount, UNIT if amount else ""),)})


def seen(t: int, amount: float | None, place: str, step: str) -> Happening:
    quantity = Quantity(LOT, amount, UNIT if amount is not None else "")
    return Happening(t=t, action=OBSERVE, step=step, place=place, amounts={EPC: (quantity,)})


def told(parcels, source):
    return {(source.names[p.place], p.state.word): p.quantity for p in parcels}


def test_partial_shipment_on_its_way_and_as_of_a_time():
    chain = [made(), seen(5, 30.0, "mill", "shipping"), seen(9, 30.0, "shop", "receiving")]
    source, parcels = keep(chain, until=7)
    assert told(parcels, source) == {("mill", "at_producer"): 70.0, ("mill", "in_transit"): 30.0}
    source, parcels = keep(chain)
    assert told(parcels, source) == {("mill", "at_producer"): 70.0, ("shop", "in_store"): 30.0}


def test_arrived_then_received_is_one_arrival():
    chain = [
        made(), seen(2, 30.0, "mill", "shipping"), seen(3, 30.0, "mill", "shipping"),
        seen(4, 30.0, "shop", "arriving"), seen(5, 30.0, "shop", "receiving"),
    ]  # fmt: skip
    source, parcels = keep(chain)
    assert told(parcels, source) == {
        ("mill", "at_producer"): 40.0,
        ("mill", "in_transit"): 30.0,
        ("shop", "in_store"): 30.0,
    }


def test_received_without_a_shipment_left_the_place_where_it_was():
    source, parcels = keep([made(), seen(5, 30.0, "shop", "receiving")])
    assert told(parcels, source) == {("mill", "at_producer"): 70.0, ("shop", "in_store"): 30.0}


def test_more_seen_than_made_is_marked():
    source, parcels = keep([made(), seen(5, 130.0, "mill", "shipping"), seen(6, 130.0, "shop", "receiving")])
    assert told(parcels, source) == {("shop", "in_store"): 130.0}
    assert [p.unaccounted for p in keep([made(), seen(5, 130.0, "mill", "shipping")])[1]] == [True]


def test_an_event_without_amount_leaves_the_rest_uncertain():
    used = Happening(t=5, action=0, place="mill", amounts={INPUT: (Quantity(LOT),)})
    source, parcels = keep([made(), used])
    assert told(parcels, source) == {("mill", "at_producer"): 100.0, ("mill", "consumed"): None}
    assert all(parcel.uncertain for parcel in parcels)


def test_return_from_the_shop():
    chain = [made(), seen(2, 30.0, "mill", "shipping"), seen(3, 30.0, "shop", "receiving")]
    chain += [seen(4, 10.0, "shop", "shipping"), seen(5, 10.0, "mill", "receiving")]
    source, parcels = keep(chain)
    assert told(parcels, source) == {
        ("mill", "at_producer"): 70.0,
        ("shop", "in_store"): 20.0,
        ("mill", "in_store"): 10.0,
    }


def test_what_is_sent_back_is_what_arrives_and_not_the_receivers_own():
    """Shipped with another disposition than in_transit: on its way all the same."""
    chain = [
        made(),
        seen(1, 70.0, "mill", "storing"),
        seen(2, 30.0, "mill", "shipping"),
        seen(3, 30.0, "shop", "receiving"),
    ]
    back = replace(seen(4, 10.0, "shop", "shipping"), disposition="returned")
    source, parcels = keep([*chain, back])
    assert told(parcels, source)["shop", "returned"] == 10.0
    source, parcels = keep([*chain, back, seen(5, 10.0, "mill", "receiving")])
    places = Counter()
    for parcel in parcels:
        places[source.names[parcel.place]] += parcel.quantity
    assert places == {"mill": 80.0, "shop": 20.0}


def test_what_is_sold_comes_from_the_shelf():
    chain = [made(), seen(2, 100.0, "mill", "shipping"), seen(3, 100.0, "shop", "receiving")]
    source, parcels = keep([*chain, seen(4, 60.0, "shop", "stocking"), seen(5, 40.0, "shop", "retail_selling")])
    assert told(parcels, source) == {("shop", "in_store"): 40.0, ("shop", "on_shelf"): 20.0, ("shop", "sold"): 40.0}


def test_an_event_declared_wrong_moves_nothing():
    wrong = replace(seen(5, 60.0, "mill", "retail_selling"), void=True)
    source, parcels = keep([made(), wrong])
    assert told(parcels, source) == {("mill", "at_producer"): 100.0}
