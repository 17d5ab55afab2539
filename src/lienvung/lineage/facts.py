"""What a walk reads: mentions of things in events, and links from what was used to what was made.

Words. A *thing* is any identifier, given as a number by the store. A *mention* says that
an event names a thing in a role. A *process* makes outputs from inputs: one
TransformationEvent, or all that share a transformationID (EPCIS 2.0, 7.4.6: "all inputs …
may contribute to all outputs"). A *member* link joins a lot and a serial of that lot: not a
transformation but identity, the serial is a piece of the lot; its process is minus the lot.

Everything is held in numpy arrays, because a recall touches 100,000 things and a Python
object for each would cost more than the whole walk. -1 stands for "none".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Roles of a thing in an event, and actions: code = role * 4 + action, as the ledger stores it.
EPC, PARENT, CHILD, INPUT, OUTPUT = range(5)
NO_ACTION, ADD, OBSERVE, DELETE = range(4)

ALWAYS = 2**62  # "until": every event
NEVER = -(2**62)  # "since": from the beginning
MANY = 20_000


def ints(values: Any = ()) -> Ints:
    """A 64-bit array of `values`."""
    return np.asarray(values, dtype=np.int64)


def distinct(values: Ints) -> Ints:
    """Sorted, each once. Sorts: numpy's own hashing is ten times slower on numbers that lie close together."""
    if len(values) < 2 or bool((values[1:] > values[:-1]).all()):
        return values
    ordered = np.sort(values)
    first = np.empty(len(ordered), dtype=np.bool_)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def positions_in(sorted_values: Ints, wanted: Ints) -> Ints:
    """Where each of `wanted` stands in `sorted_values`, -1 where it does not."""
    if not len(sorted_values):
        return np.full(len(wanted), -1, dtype=np.int64)
    if len(wanted) >= MANY:
        return _positions_by_table(sorted_values, wanted)
    at = np.searchsorted(sorted_values, wanted)
    at[at == len(sorted_values)] = 0
    return np.where(sorted_values[at] == wanted, at, -1)


def _positions_by_table(sorted_values: Ints, wanted: Ints) -> Ints:
    """The same for many: a table as long as the span of the values, where that is not too long."""
    lowest, span = int(sorted_values[0]), int(sorted_values[-1]) - int(sorted_values[0]) + 1
    if span > max(8 * len(wanted), 1 << 20):
        at = np.searchsorted(sorted_values, wanted)
        at[at == len(sorted_values)] = 0
        return np.where(sorted_values[at] == wanted, at, -1)
    table = np.full(span + 1, -1, dtype=np.int64)
    table[sorted_values - lowest] = np.arange(len(sorted_values))
    place = wanted - lowest
    place[(place < 0) | (place > span)] = span
    return table[place]


@dataclass(frozen=True, slots=True)
class Mentions:
    """Rows in the order of (t, event, role); `row` and `index` say which row names which of the things asked for.

    The flat pair is ordered by row. One row may name thousands of things: what is the
    same for all of them is held once.
    """

    t: Ints  # event time, UTC epoch ms
    event: Ints
    role: Ints  # role * 4 + action
    other: Ints  # the container, for a child
    loc: Ints  # bizLocation, else readPoint
    disp: Ints  # term of the disposition
    step: Ints  # term of the business step
    qty: Floats  # NaN: not a quantity element, or quantity not given
    uom: Ints  # 0: identified one by one; else a quantity element, and the term of its unit ('' = pieces)
    row: Ints
    index: Ints  # position in the (sorted) things asked for

    def __len__(self) -> int:
        return len(self.t)


def mentions_in_order(columns: dict[str, Any], row: Ints, index: Ints) -> Mentions:
    """Bring rows (and the flat pair that points at them) into the order of (t, event, role)."""
    order = np.lexsort((columns["role"], columns["event"], columns["t"]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    ranked = rank[row]
    flat = np.argsort(ranked, kind="stable")
    return Mentions(**{name: column[order] for name, column in columns.items()}, row=ranked[flat], index=index[flat])


@dataclass(frozen=True, slots=True)
class Links:
    """Uses and makings, one entry each, in no order."""

    thing: Ints
    process: Ints
    event: Ints
    t: Ints

    def __len__(self) -> int:
        return len(self.thing)

    def where(self, mask: Flags | Ints) -> Links:
        return Links(self.thing[mask], self.process[mask], self.event[mask], self.t[mask])

    def members(self) -> Flags:
        """Which uses (role INPUT) join a lot to its serials: the process is then the lot itself."""
        mask: Flags = self.thing == -self.process
        return mask


def no_links() -> Links:
    return Links(ints(), ints(), ints(), ints())


class Source(Protocol):
    """A store of events. Each call is one round of questions about many things at once.

    Events declared erroneous, and the declarations themselves, are left out by every call.
    """

    def mentions(self, things: Ints, until: int) -> Mentions:
        """All mentions of `things` (sorted, unique) at or before `until`."""
        ...

    def links(self, things: Ints, role: int) -> Links:
        """Where `things` (sorted, unique) were used (`role` INPUT) or made (OUTPUT)."""
        ...

    def members(self, processes: Ints, role: int) -> Links:
        """The INPUT or OUTPUT things of processes, or the CHILD things of aggregation events."""
        ...

    def holders(self, things: Ints) -> Ints:
        """Containers that any of `things` was ever said to be in, sorted; it does no harm to name too many."""
        ...

    def unpacks_all(self, events: Ints) -> Flags:
        """Which of these aggregation or association DELETE events name no child: they empty the parent."""
        ...

    def words(self, terms: Ints) -> list[str]:
        """The words behind term numbers (bizStep, disposition, unit)."""
        ...

    def can_hold(self, things: Ints) -> Flags:
        """Which of these may be containers: identified one by one, not as a class or lot."""
        ...
