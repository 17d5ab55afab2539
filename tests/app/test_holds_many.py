"""What stands on many things is asked for at once: the same words as one by one, by as many queries as for a few."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from tests.world import BEGUN, GS1, World, number

from lienvung.catalogue import actions as catalogue
from lienvung.epcis import build
from lienvung.ledger.capture import capture_events
from lienvung.ledger.holds import held
from lienvung.ledger.status import standing, standing_each

pytestmark = pytest.mark.django_db
MANY = 60
BOXES = [f"{GS1}/00/{number(f'1893000000000{n:04d}')}" for n in range(100, 104)]


def day(count: int) -> datetime:
    return BEGUN + timedelta(days=count)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def mark(at: datetime, word: str, uris: list[str], *, unset: bool = False) -> dict[str, Any]:
    return build.object_event(
        time=at, action="OBSERVE", epcs=uris, **{"persistent_unset" if unset else "persistent_set": [word]}
    )


@pytest.fixture
def packs(world: World) -> list[str]:
    """Packs of one lot at the store, ten of them in each of four cases; of every kind of mark some."""
    lot, store = catalogue.register_lot(by=None, product=world.rice, number="NHIEU").uri, world.places["store"].uri
    packs = [f"{lot}/21/N{n:03d}" for n in range(MANY)]
    here = {"read_point": store, "biz_location": store}
    told = [build.object_event(time=day(20), action="ADD", biz_step="commissioning", epcs=packs, **here)]
    told += [
        build.aggregation_event(
            time=day(21), action="ADD", biz_step="packing", parent=box, children=packs[10 * n : 10 * n + 10], **here
        )
        for n, box in enumerate(BOXES)
    ]
    mine = [
        *told,
        mark(day(22), "non_conformant", packs[5:15]),
        mark(day(24), "non_conformant", packs[12:15], unset=True),
    ]
    assert capture_events(mine, submitter=str(world.grower.pk)).success
    theirs = [mark(day(23), "recalled", packs[30:45]), mark(day(25), "non_conformant", packs[5:8], unset=True)]
    assert capture_events(theirs, submitter=str(world.authority.pk)).success
    strangers = [mark(day(23), "recalled", packs[20:22]), mark(day(26), "recalled", packs[30:32], unset=True)]
    assert capture_events(strangers, submitter=str(world.stranger.pk)).success
    return packs


def test_many_at_once_are_what_they_are_one_by_one(world: World, packs: list[str]) -> None:
    asked = [*packs, *BOXES, world.lot.uri, *world.packs, "https://id.gs1.org/01/08930000000507/21/NEVER"]
    for at in (None, ms(day(22)), ms(day(23)), ms(day(30))):
        each = {uri: words for uri in asked if (words := standing(uri, at=at))}
        assert standing_each({uri: (uri,) for uri in asked}, at=at) == each
        single = {uri: found[uri] for uri in asked if (found := held([uri], at=at))}
        assert held(asked, at=at) == single
    assert set(held(packs)) == {*packs[8:12], *packs[30:45]}, "the owner's word, the authority's, no stranger's"
    assert set(held(BOXES)) == {BOXES[0], BOXES[1], BOXES[3]}


def test_sixty_things_take_no_more_queries_than_six(packs: list[str]) -> None:
    """One by one each held thing takes its own, nine of the ledger and three beside."""

    def queries(*asked: list[str]) -> int:
        told: list[str] = []
        connection.connection.set_trace_callback(told.append)  # the ledger's are past Django
        for uris in asked:
            held(uris)
        connection.connection.set_trace_callback(None)
        return len(told)

    few, many, alone = queries(packs[30:36]), queries(packs), queries(*([uri] for uri in packs[30:36]))
    assert many <= few
    assert queries([*packs, *BOXES]) <= 2 * few + 10, "one more round for what is inside"
    assert few * 4 < alone, "the twin: one by one"
