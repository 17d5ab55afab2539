"""What an act on a page is, and the small parts that lists of acts are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lienvung.programme import forms as f
from lienvung.texts import Text


@dataclass(frozen=True)
class Act:
    """`asks(row)`: the row whose right is asked; `run(row, by, version, told)` does it."""

    kind: str
    name: str
    label: Text
    right: str
    fields: Callable[[Any], f.Fields]
    run: Callable[..., Any]
    asks: Callable[[Any], Any] = lambda row: row
    initial: Callable[[Any], dict[str, Any]] = lambda row: {}
    when: Callable[[Any], bool] = lambda row: True
    warns: Text | None = None


def nothing(_: Any) -> f.Fields:
    return {}


def reason(_: Any) -> f.Fields:
    return {"reason": f.words("Lý do", "Reason", required=True)}


def values_of(*names: str) -> Callable[[Any], dict[str, Any]]:
    """The present values of these columns; a row is given by its key."""

    def read(row: Any) -> dict[str, Any]:
        found = {}
        for name in names:
            value = getattr(row, name)
            found[name] = str(value.pk) if hasattr(value, "pk") else value
        return found

    return read


def plain(action: Callable[..., Any], *, versioned: bool = True, **fixed: Any) -> Callable[..., Any]:
    """Runs an action with the form's values as its facts."""

    def run(row: Any, by: Any, version: int | None, told: dict[str, Any]) -> Any:
        more = {"version": version} if versioned else {}
        return action(row, by=by, **more, **fixed, **told)

    return run
