"""In which state a thing is, read off the disposition and the business step of its latest event.

The disposition decides where it says enough; else the business step does; an event that says
nothing about it (an inspection, a stock count) leaves the state as it was. Words are those of
CBV 2.0, sections 7.1 (business steps) and 7.2 (dispositions).
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from lienvung.lineage.facts import CHILD, DELETE, EPC, INPUT, OUTPUT, PARENT, Flags, Ints, Mentions, Source
from lienvung.texts import Text


class State(IntEnum):
    """Where in its life a thing is. The order runs from field to end."""

    UNKNOWN = 0
    AT_PRODUCER = 1
    IN_PROCESS = 2
    IN_STORE = 3
    IN_TRANSIT = 4
    ON_SHELF = 5
    SOLD = 6
    RETURNED = 7
    BLOCKED = 8
    DESTROYED = 9
    CONSUMED = 10
    REMOVED = 11

    @property
    def word(self) -> str:
        return self.name.lower()


STATE_TEXTS = {
    State.UNKNOWN: Text("chưa rõ", "unknown"),
    State.AT_PRODUCER: Text("tại nơi sản xuất", "at the producer"),
    State.IN_PROCESS: Text("đang chế biến, đóng gói", "being processed or packed"),
    State.IN_STORE: Text("trong kho", "in store room"),
    State.IN_TRANSIT: Text("đang vận chuyển", "in transit"),
    State.ON_SHELF: Text("trên kệ", "on shelf"),
    State.SOLD: Text("đã bán", "sold"),
    State.RETURNED: Text("bị trả lại", "returned"),
    State.BLOCKED: Text("ngừng lưu thông", "blocked from sale"),
    State.DESTROYED: Text("đã tiêu hủy", "destroyed"),
    State.CONSUMED: Text("đã dùng làm nguyên liệu", "used up in processing"),
    State.REMOVED: Text("không còn lưu hành", "lost or decommissioned"),
}

# An event of these states takes the thing out of whatever container it was in.
FINAL = frozenset({State.SOLD, State.DESTROYED, State.CONSUMED, State.REMOVED})

DISPOSITION_STATES = {
    "sellable_accessible": State.ON_SHELF,
    "sellable_not_accessible": State.IN_STORE,
    "in_transit": State.IN_TRANSIT,
    "retail_sold": State.SOLD,
    "dispensed": State.SOLD,
    "returned": State.RETURNED,
    "destroyed": State.DESTROYED,
    "disposed": State.DESTROYED,
    "stolen": State.REMOVED,
    "inactive": State.REMOVED,
    "damaged": State.BLOCKED,
    "expired": State.BLOCKED,
    "recalled": State.BLOCKED,
    "non_conformant": State.BLOCKED,
    "non_sellable_other": State.BLOCKED,
    "needs_replacement": State.BLOCKED,
    "no_pedigree_match": State.BLOCKED,
    "mismatch_class": State.BLOCKED,
    "mismatch_instance": State.BLOCKED,
    "mismatch_quantity": State.BLOCKED,
    "unavailable": State.BLOCKED,
}

BIZ_STEP_STATES = {
    "commissioning": State.AT_PRODUCER,
    "creating_class_instance": State.AT_PRODUCER,
    "encoding": State.AT_PRODUCER,
    "collecting": State.AT_PRODUCER,
    "assembling": State.IN_PROCESS,
    "disassembling": State.IN_PROCESS,
    "packing": State.IN_PROCESS,
    "repackaging": State.IN_PROCESS,
    "repairing": State.IN_PROCESS,
    "replacing": State.IN_PROCESS,
    "installing": State.IN_PROCESS,
    "removing": State.IN_PROCESS,
    "accepting": State.IN_STORE,
    "arriving": State.IN_STORE,
    "receiving": State.IN_STORE,
    "storing": State.IN_STORE,
    "unloading": State.IN_STORE,
    "unpacking": State.IN_STORE,
    "picking": State.IN_STORE,
    "reserving": State.IN_STORE,
    "staging_outbound": State.IN_STORE,
    "void_shipping": State.IN_STORE,
    "consigning": State.IN_TRANSIT,
    "departing": State.IN_TRANSIT,
    "loading": State.IN_TRANSIT,
    "shipping": State.IN_TRANSIT,
    "transporting": State.IN_TRANSIT,
    "stocking": State.ON_SHELF,
    "retail_selling": State.SOLD,
    "dispensing": State.SOLD,
    "holding": State.BLOCKED,
    "destroying": State.DESTROYED,
    "decommissioning": State.REMOVED,
}


def state_of(biz_step: str | None, disposition: str | None, role: int) -> State:
    """The state that one event gives to a thing named in `role` (role * 4 + action). UNKNOWN = says nothing."""
    if role // 4 == INPUT:
        return State.CONSUMED
    if role == PARENT * 4 + DELETE:  # unpacking speaks of what comes out, not of what stays inside
        return State.UNKNOWN
    state = DISPOSITION_STATES.get(disposition or "") or BIZ_STEP_STATES.get(biz_step or "", State.UNKNOWN)
    if role == EPC * 4 + DELETE and state not in FINAL:
        return State.REMOVED
    if role // 4 == OUTPUT and state is State.UNKNOWN:
        return State.AT_PRODUCER
    return state


def row_states(mentions: Mentions, source: Source) -> Ints:
    """`state_of` for every row."""
    states = _by_word(mentions.disp, DISPOSITION_STATES, source)
    silent = states == 0
    if silent.any():
        states[silent] = _by_word(mentions.step[silent], BIZ_STEP_STATES, source)
    kind = mentions.role >> 2
    states[kind == INPUT] = State.CONSUMED
    states[(kind == OUTPUT) & (states == 0)] = State.AT_PRODUCER
    gone = (mentions.role == EPC * 4 + DELETE) & ~is_final(states)
    states[gone] = State.REMOVED
    states[mentions.role == PARENT * 4 + DELETE] = State.UNKNOWN
    return states


def _by_word(terms: Ints, table: dict[str, State], source: Source) -> Ints:
    if not len(terms):
        return np.zeros(0, dtype=np.int64)
    lowest, highest = int(terms.min()), int(terms.max())
    if highest - lowest < 100_000:  # a table is quicker than sorting
        used = np.zeros(highest - lowest + 1, dtype=np.bool_)
        used[terms - lowest] = True
        unique = np.flatnonzero(used) + lowest
        lookup = np.zeros(highest - lowest + 1, dtype=np.int64)
        lookup[unique - lowest] = [table.get(word, 0) for word in source.words(unique)]
        return lookup[terms - lowest]
    unique, which = np.unique(terms, return_inverse=True)
    return np.array([table.get(word, 0) for word in source.words(unique)], dtype=np.int64)[which]


_FINAL_TABLE = np.array([state in FINAL for state in State], dtype=np.bool_)


def is_final(states: Ints) -> Flags:
    """Which states end a stay in a container."""
    final: Flags = _FINAL_TABLE[states]
    return final


def opens_stay(role: Ints) -> Flags:
    """Which rows put a child into a container. OBSERVE is evidence that it is inside."""
    flags: Flags = (role >> 2 == CHILD) & (role & 3 != DELETE)
    return flags
