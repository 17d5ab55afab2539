"""How complete the record of a lot is: the minimum data of TT 02/2024/TT-BKHCN, and the key data of each stage.

Pure. The items, their source and how surely each is known stand in `completeness.json`.

    score(KnownOfLot(...)) -> Score      items present, missing or not applicable; who can supply what is missing

Knowing more of a lot never lowers its score: an item is missing until something supplies it, and what the
circular asks "if any", or a stage that goods of this kind may skip, is present or not applicable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from lienvung.texts import Text

FILE = Path(__file__).with_name("completeness.json")
CERTAINTY: Mapping[str, Text] = {
    "seen": Text("đã đọc nguồn", "read in the source"),
    "second": Text("nghe qua nguồn khác", "told by others"),
    "own": Text("lựa chọn của hệ thống", "this system's choice"),
}


class State(StrEnum):
    PRESENT = "present"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


STATE_TEXTS: Mapping[State, Text] = {
    State.PRESENT: Text("có", "present"),
    State.MISSING: Text("thiếu", "missing"),
    State.NOT_APPLICABLE: Text("không áp dụng", "not applicable"),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """What is known of something done at a stage ('production' … 'sale'); an empty field is not known."""

    stage: str
    who: str = ""
    what: str = ""
    where: str = ""
    when: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class KnownOfLot:
    """What is known of a lot. `kind`: the product's kind in the catalogue's words."""

    name: str = ""
    image: str = ""
    unit: str = ""
    address: str = ""
    time: str = ""
    code: str = ""
    brand: str = ""
    expiry: str = ""
    standards: str = ""
    kind: str = ""
    deeds: frozenset[Deed] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """One datum. `key`: 'name', or 'packing.where'. `known`: those already recorded at its stage, who can be asked."""

    key: str
    name: Text
    state: State
    certainty: str
    supplier: Text
    number: int = 0  # in the circular; 0 = key data of a stage
    known: tuple[str, ...] = ()

    @property
    def state_text(self) -> Text:
        return STATE_TEXTS[self.state]


@dataclass(frozen=True, slots=True)
class StageScore:
    """A stage: `recorded` with at least one deed; its five key data."""

    key: str
    name: Text
    recorded: bool
    needed: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Score:
    minimum: tuple[Item, ...]
    stages: tuple[StageScore, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        return (*self.minimum, *(item for stage in self.stages for item in stage.items))

    @property
    def missing(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.state is State.MISSING)

    @property
    def present(self) -> int:
        return sum(item.state is State.PRESENT for item in self.items)

    @property
    def of(self) -> int:
        """How many items apply."""
        return sum(item.state is not State.NOT_APPLICABLE for item in self.items)

    @property
    def percent(self) -> int:
        """Rounded down: 100 says that nothing is missing."""
        return self.present * 100 // self.of if self.of else 0

    @property
    def stages_recorded(self) -> int:
        return sum(stage.recorded for stage in self.stages)


@cache
def reference() -> dict[str, Any]:
    """The reference data as it stands in the file; not to be changed."""
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return read


def score(known: KnownOfLot) -> Score:
    """The items of a lot; each counts the same."""
    told = reference()
    suppliers = {key: _text(words) for key, words in told["suppliers"].items()}
    minimum = tuple(
        Item(
            key=row["key"],
            name=_text(row),
            state=_state(_has(known, row["key"]), needed=not row["if_any"]),
            certainty=row["certainty"],
            supplier=suppliers[row["supplier"]],
            number=row["number"],
            known=(known.unit,) if row["supplier"] == "owner" and known.unit else (),
        )
        for row in told["minimum"]
    )
    stages = tuple(_stage(known, row, told["key_data"], suppliers[row["supplier"]]) for row in told["stages"])
    return Score(minimum, stages)


def _has(known: KnownOfLot, key: str) -> bool:
    if key == "stages":
        return any(deed.what and deed.where and deed.when for deed in known.deeds)
    return bool(getattr(known, key))


def _stage(known: KnownOfLot, row: dict[str, Any], key_data: list[dict[str, str]], supplier: Text) -> StageScore:
    deeds = [deed for deed in known.deeds if deed.stage == row["key"]]
    needed = known.kind not in row["optional_kinds"]
    people = tuple(sorted({deed.who for deed in deeds if deed.who}))
    name = _text(row)
    items = tuple(
        Item(
            key=f"{row['key']}.{datum['key']}",
            name=Text(f"{name.vi}: {datum['vi']}", f"{name.en}: {datum['en']}"),
            state=_state(any(getattr(deed, datum["key"]) for deed in deeds), needed=needed),
            certainty=datum["certainty"],
            supplier=supplier,
            known=people,
        )
        for datum in key_data
    )
    return StageScore(row["key"], name, bool(deeds), needed, items)


def _state(there: bool, *, needed: bool) -> State:
    if there:
        return State.PRESENT
    return State.MISSING if needed else State.NOT_APPLICABLE


def _text(words: Mapping[str, str]) -> Text:
    return Text(words["vi"], words["en"])
