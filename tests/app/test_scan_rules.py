"""Verdicts, stages, stops."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienvung.scan.rules import OF_TRACE, Happening, Known, Stage, completeness, shorten, stops, verdict

STAGES = [*OF_TRACE, "other"]


def happening(minute: int, stage: str, *, place: str = "a", step: str | None = None, **more: float) -> Happening:
    return Happening(minute * 60_000, stage, step, place, f"e{minute}", **more)


@pytest.mark.parametrize("known", list(Known))
@pytest.mark.parametrize("level", ["serial", "lot", "product", "place", "other"])
@pytest.mark.parametrize("recalled", [True, False])
def test_no_verdict_ever_vouches_for_the_goods(known: Known, level: str, recalled: bool) -> None:
    said = verdict(known, level=level, recalled=recalled, scanned_first="08:00 01/06/2026")
    assert said.vi
    assert said.en
    for word in ("hàng thật", "chính hãng", "genuine", "authentic"):
        assert word not in said.vi.lower() + said.en.lower()


def test_a_recall_outweighs_everything_but_absence() -> None:
    assert "thu hồi" in verdict(Known.EVENTS, level="serial", recalled=True).vi
    assert "chưa bị thu hồi" not in verdict(Known.EVENTS, level="serial", recalled=True).vi
    assert "chưa từng được cấp" in verdict(Known.NEVER_ISSUED, level="serial", recalled=True).vi


def test_the_first_scan_is_told() -> None:
    assert "08:00 01/06/2026" in verdict(Known.EVENTS, level="lot", recalled=False, scanned_first="08:00 01/06/2026").vi


@pytest.mark.parametrize(
    ("stages", "count", "only"),
    [
        ([], 0, True),
        (["other", "other"], 0, True),
        (["growing"], 1, True),
        (["growing", "retail"], 2, False),
        (["shipping", "receiving"], 1, True),
        (["growing", "processing", "packing", "shipping", "retail"], 5, False),
    ],
)
def test_chain_completeness(stages: list[str], count: int, only: bool) -> None:
    chain = completeness(stages)
    assert (chain.count, chain.of, chain.information_only) == (count, 5, only)
    assert [row.stage for row in chain.rows] == list(Stage)


happenings = st.lists(
    st.builds(
        happening,
        st.integers(0, 10_000),
        st.sampled_from(STAGES),
        place=st.sampled_from("abc"),
        step=st.sampled_from([None, "packing", "shipping", "commissioning", "inspecting", "strange"]),
    ),
    max_size=60,
)


@given(happenings)
def test_stops_lose_no_event_and_keep_time_order(events: list[Happening]) -> None:
    made = stops(events)
    flat = list(itertools.chain.from_iterable(stop.happenings for stop in made))
    assert sorted(h.time_ms for h in events) == [h.time_ms for h in flat]
    for before, after in itertools.pairwise(made):
        assert (before.place, OF_TRACE.get(before.stage)) != (after.place, OF_TRACE.get(after.stage))
    for stop in made:
        assert stop.what.vi
        assert stop.what.en


@given(happenings, st.integers(2, 8))
def test_shorten_keeps_first_and_last_and_every_stage_it_can(events: list[Happening], most: int) -> None:
    made = stops(events)
    shown, left = shorten(made, most=most)
    assert len(shown) <= most
    assert sorted(map(id, [*shown, *left])) == sorted(map(id, made))
    assert [id(s) for s in made if s in shown or s in left] == [id(s) for s in made]
    if made:
        assert shown[0] is made[0]
        assert shown[-1] is made[-1]
    if most >= 7:
        stages = {OF_TRACE[s.stage] for s in made if s.stage in OF_TRACE}
        assert stages <= {OF_TRACE[s.stage] for s in shown if s.stage in OF_TRACE}


def test_a_harvest_captured_as_commissioning_is_called_production() -> None:
    [stop] = stops([happening(1, "growing", step="commissioning"), happening(2, "growing", step="inspecting")])
    assert stop.what.vi == "Sản xuất, kiểm tra"


def test_temperatures_of_a_stop() -> None:
    [stop] = stops(
        [
            happening(1, "shipping", temperature_min=-1.0, temperature_max=2.0),
            happening(2, "shipping", temperature_min=1.0, temperature_max=4.5),
        ]
    )
    assert stop.temperatures == (-1.0, 4.5)
    assert stops([happening(1, "shipping")])[0].temperatures is None
