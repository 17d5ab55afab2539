"""`mass_balance`: the processes that made a thing, or used it, weighed (`lienvung.lineage.balance`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lienvung.ledger.access import EVERYTHING, Visible
from lienvung.ledger.events import iso
from lienvung.ledger.trace_eyes import source_for
from lienvung.ledger.trace_names import event_names, find
from lienvung.ledger.trace_source import LedgerSource
from lienvung.lineage.balance import Amount, Balance, balance
from lienvung.lineage.facts import ALWAYS, INPUT, OUTPUT, Ints, Links, ints


@dataclass(frozen=True, slots=True)
class ProcessBalance:
    """One process of a thing: `role` 'made' (it is an output) or 'used' (an input)."""

    role: str
    time_ms: int  # of its first event
    balance: Balance
    event_ids: list[str]

    def as_json(self) -> dict[str, Any]:
        figures = asdict(self.balance)
        del figures["events"]
        return {
            "role": self.role,
            "time": iso(self.time_ms),
            **figures,
            "anomaly": self.balance.anomaly,
            "events": self.event_ids,
        }


def mass_balance(
    uri: str,
    *,
    low: float = 0.0,
    high: float = 1.0,
    piece_kg: Mapping[str, float] | None = None,
    seen_by: Visible = EVERYTHING,
) -> list[ProcessBalance]:
    """The balance of every process that made or used `uri`, oldest first.

    `low`..`high`: plausible ratio out / in. `piece_kg`: kilograms of one piece, by canonical URI of
    the thing or of its product ('https://id.gs1.org/01/…'). `seen_by`: as for a trace. Raises Invalid, NotFound.
    """
    source = source_for(seen_by)
    things = find(uri)
    found: list[ProcessBalance] = []
    for word, role in (("made", OUTPUT), ("used", INPUT)):
        links = source.links(things, role)
        if role == INPUT:
            links = links.where(~links.members())
        for process in np.unique(links.process).tolist():
            sides = [source.members(ints([process]), side) for side in (INPUT, OUTPUT)]
            if len(sides[0]) and sides[0].members().any():
                continue  # a lot and its serials: nothing was made
            amounts = [_amounts(source, side, role, piece_kg or {}) for side, role in zip(sides, (INPUT, OUTPUT))]
            result = balance(amounts[0], amounts[1], low=low, high=high, piece_kg=piece_kg)
            names = event_names(result.events)
            when = min(int(side.t.min()) for side in sides if len(side))
            found.append(ProcessBalance(word, when, result, [names[event] for event in result.events]))
    return sorted(found, key=lambda entry: entry.time_ms)


def _amounts(source: LedgerSource, side: Links, role: int, weights: Mapping[str, float]) -> list[Amount]:
    """What the events of one side of a process say: quantities, and one piece for each serial."""
    if not len(side):
        return []
    things = np.unique(side.thing)
    m = source.mentions(things, ALWAYS)
    ours = np.isin(m.event, side.event) & (m.role >> 2 == role)
    entries = np.flatnonzero(ours[m.row])
    names = _weighed_names(source, things, weights)
    units = source.words(m.uom[m.row[entries]])
    return [
        Amount(
            names[int(m.index[at])],
            1.0 if m.uom[m.row[at]] == 0 else None if np.isnan(m.qty[m.row[at]]) else float(m.qty[m.row[at]]),
            unit,
            int(m.event[m.row[at]]),
        )
        for at, unit in zip(entries.tolist(), units)
    ]


def _weighed_names(source: LedgerSource, things: Ints, weights: Mapping[str, float]) -> list[str]:
    """The name under which the caller gave a weight: the thing's own, or its product's."""
    names: list[str] = []
    for uri in source.uris(things):
        product = uri.partition("/21/")[0].partition("/10/")[0]
        names.append(product if uri not in weights and product in weights else uri)
    return names
