"""The Application Identifiers (AIs): what each may hold, and beside which others (General Specifications, section 3).

Read once from `ai_table.tsv`, whose first lines say where its facts come from and how it is laid out.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from lienvung.gs1.linters import CHARACTER_SETS, LINTERS, Fault, Linter
from lienvung.gs1.trouble import refuse


class Component(NamedTuple):
    """A stretch of a value: its character set, its length and the further checks on it."""

    charset: str  # N, X, Y or Z
    shortest: int
    longest: int
    optional: bool
    linters: tuple[Linter, ...]


class AI(NamedTuple):
    """One Application Identifier. Templates in `needs` and `excludes` may end in n, for any digit."""

    ai: str
    title: str
    components: tuple[Component, ...]
    fixed: bool  # predefined length: no FNC1 separates it from what follows
    attribute: bool  # may stand in the query of a Digital Link
    is_key: bool  # primary key of a Digital Link
    qualifiers: tuple[tuple[str, ...], ...]  # alternatives, each in path order
    needs: tuple[tuple[tuple[str, ...], ...], ...]  # all of (any of (all of))
    excludes: tuple[str, ...]
    shortest: int
    longest: int


_COMPONENT = re.compile(r"([NXYZ])(\.\.)?([0-9]+)((?: [a-z0-9]+)*)( \?)?")


def _component(text: str) -> Component:
    match = _COMPONENT.fullmatch(text)
    if match is None:
        raise ValueError(f"ai_table.tsv: cannot read the component {text!r}")
    charset, upto, length, checks, optional = match.groups()
    linters = (CHARACTER_SETS[charset], *(LINTERS[name] for name in checks.split()))
    return Component(charset, 1 if upto else int(length), int(length), bool(optional), linters)


def _condition(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(part.strip() for part in group.split("&")) for group in text.split("|"))


def _row(line: str) -> list[AI]:
    span, title, content, ends, link, path, needs, excludes = line.split("\t")
    components = tuple(_component(part) for part in content.split(" + "))
    first, _, last = span.partition("-")
    alternatives = path.removeprefix("key").strip()
    made = AI(
        first,
        title,
        components,
        ends == "fixed",
        link == "query",
        path != "-",
        tuple(tuple(part.split()) for part in alternatives.split("|")) if alternatives not in ("", "-") else (),
        () if needs == "-" else tuple(_condition(part) for part in needs.split(";")),
        () if excludes == "-" else tuple(excludes.split()),
        sum(0 if c.optional else c.shortest for c in components),
        sum(c.longest for c in components),
    )
    numbers = range(int(first), int(last or first) + 1)
    return [made._replace(ai=str(number).zfill(len(first))) for number in numbers]


def _load() -> dict[str, AI]:
    lines = files("lienvung.gs1").joinpath("ai_table.tsv").read_text("utf-8").splitlines()
    rows = [line for line in lines if not line.startswith("#")][1:]
    return {entry.ai: entry for line in rows for entry in _row(line)}


AIS: dict[str, AI] = _load()
#: all AIs that begin with the same two digits have the same length (General Specifications, section 7.8)
LENGTH_BY_PREFIX: dict[str, int] = {ai[:2]: len(ai) for ai in AIS}


def find_ai(data: str, at: int = 0) -> AI | None:
    """The AI that `data` begins with at position `at`."""
    return AIS.get(data[at : at + LENGTH_BY_PREFIX.get(data[at : at + 2], 0)])


def title_of(ai: str) -> str:
    entry = AIS.get(ai)
    return entry.title if entry else ""


def fault_of(entry: AI, value: str) -> Fault | None:
    """What is wrong with `value` as the content of an AI; None where nothing is."""
    if len(value) < entry.shortest:
        return Fault(
            "gs1.length",
            f"quá ngắn: có {len(value)} ký tự, cần ít nhất {entry.shortest}",
            f"too short: it has {len(value)} characters, at least {entry.shortest} are needed",
        )
    if len(value) > entry.longest:
        return Fault(
            "gs1.length",
            f"quá dài: có {len(value)} ký tự, nhiều nhất {entry.longest}",
            f"too long: it has {len(value)} characters, at most {entry.longest} are allowed",
        )
    at = 0
    for component in entry.components:
        part = value[at : at + component.longest]
        if not part and component.optional:
            continue
        if len(part) < component.shortest:
            return Fault(
                "gs1.length",
                f"phần bắt đầu ở ký tự {at + 1} phải có {component.shortest} ký tự",
                f"the part that starts at character {at + 1} must have {component.shortest} characters",
            )
        for linter in component.linters:
            fault = linter(part)
            if fault is not None:
                return fault
        at += len(part)
    return None


def check_value(ai: str, value: str, *, source: str = "") -> None:
    """Raise `Invalid` (code of the fault, path `(ai)`) unless `value` is a valid content of AI `ai`."""
    entry = AIS.get(ai)
    if entry is None:
        refuse(
            "gs1.unknown_ai",
            f"không có mã ứng dụng ({ai[:8]})",
            f"there is no AI ({ai[:8]})",
            source=source,
            path=f"({ai[:8]})",
        )
    fault = fault_of(entry, value)
    if fault is not None:
        name = f"AI ({ai}) {entry.title}".rstrip()
        refuse(fault.code, f"{name}: {fault.vi}", f"{name}: {fault.en}", source=source, path=f"({ai})")


@cache
def path_sequences() -> frozenset[tuple[str, ...]]:
    """Every allowed sequence of key and qualifiers in the path of a Digital Link."""
    found: set[tuple[str, ...]] = set()
    for entry in AIS.values():
        if entry.is_key:
            found.add((entry.ai,))
        for qualifiers in entry.qualifiers:
            for pick in range(1 << len(qualifiers)):
                found.add((entry.ai, *(q for i, q in enumerate(qualifiers) if pick >> i & 1)))
    return frozenset(found)
