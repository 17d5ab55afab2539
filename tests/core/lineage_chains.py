"""Random chains for Hypothesis: few things, few times, so that everything meets everything."""

from __future__ import annotations

from hypothesis import strategies as st

from lienvung.lineage.facts import ADD, CHILD, DELETE, EPC, INPUT, NO_ACTION, OBSERVE, OUTPUT, PARENT
from lienvung.lineage.memory import Happening, Quantity

SERIALS = [f"s{n}" for n in range(6)]
CASES = ["c0", "c1", "c2"]
LOTS = ["l0", "l1", "l2", "l3"]
PLACES = ["farm", "mill", "shop"]
STEPS = [None, "packing", "shipping", "receiving", "inspecting", "retail_selling", "stocking", "destroying"]
DISPOSITIONS = [None, None, "in_progress", "in_transit", "retail_sold", "sellable_accessible", "returned"]

times = st.integers(0, 12)
places = st.sampled_from([None, *PLACES])
singles = st.lists(st.sampled_from(SERIALS + CASES), max_size=3, unique=True).map(tuple)
amounts = st.lists(
    st.sampled_from(LOTS).flatmap(
        lambda lot: st.sampled_from([Quantity(lot), *(Quantity(lot, amount, "KGM") for amount in (1.0, 2.0, 5.0))])
    ),
    max_size=2,
    unique_by=lambda q: q.thing,
).map(tuple)
common = {
    "t": times,
    "step": st.sampled_from(STEPS),
    "disposition": st.sampled_from(DISPOSITIONS),
    "place": places,
    "void": st.sampled_from([False, False, False, False, True]),
}


@st.composite
def objects(draw: st.DrawFn) -> Happening:
    return Happening(
        action=draw(st.sampled_from([ADD, OBSERVE, OBSERVE, DELETE])),
        things={EPC: draw(singles)},
        amounts={EPC: draw(amounts)},
        lots=tuple(draw(st.lists(st.tuples(st.sampled_from(SERIALS), st.sampled_from(LOTS)), max_size=2, unique=True))),
        **draw(st.fixed_dictionaries(common)),
    )


@st.composite
def aggregations(draw: st.DrawFn) -> Happening:
    parent = draw(st.sampled_from([*CASES, *CASES, "s5"]))
    return Happening(
        action=draw(st.sampled_from([ADD, ADD, ADD, OBSERVE, DELETE, DELETE])),
        things={PARENT: (parent,), CHILD: tuple(n for n in draw(singles) if n != parent)},
        amounts={CHILD: draw(amounts)},
        **draw(st.fixed_dictionaries(common)),
    )


@st.composite
def transformations(draw: st.DrawFn) -> Happening:
    return Happening(
        action=NO_ACTION,
        things={INPUT: draw(singles), OUTPUT: draw(singles)},
        amounts={INPUT: draw(amounts), OUTPUT: draw(amounts)},
        transformation=draw(st.sampled_from([None, None, None, "run1", "run2"])),
        **draw(st.fixed_dictionaries(common)),
    )


chains = st.lists(st.one_of(objects(), aggregations(), aggregations(), transformations()), min_size=1, max_size=14)
