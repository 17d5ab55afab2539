"""Numbered documents whose events can be told apart afterwards."""

from __future__ import annotations

from tests.ledger_world import case, document, pack, packed, seen

EVENTS = 12
THINGS = 30


def numbered(number: int) -> bytes:
    """A document of EVENTS events about things of its own."""
    packs = [pack(f"{number:06d}-{n}") for n in range(THINGS)]
    return document(
        seen(*packs, action="ADD", minute=number),
        packed(case(number), *packs, minute=number + 1),
        *(seen(packs[n], minute=number + 2 + n) for n in range(EVENTS - 2)),
    )
