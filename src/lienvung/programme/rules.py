"""Who may do what in which state: the one table of the cooperation programme, and the dates of agreements.

`MAY` is read by pages, actions, tests and the page that prints it for officials. A role is what an account is *to a
row*: the focal officer of the row's own party (`FOCAL`), of another party (`OTHER_FOCAL`), and so on; a row that is
nobody's alone (an agreement, a joint plan) is every party's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Protocol

from lienvung.errors import Conflict, Invalid


class Role(StrEnum):
    """What an account is to a row."""

    FOCAL = "focal_officer"  # focal officer of the row's party
    LEAD = "lead_agency"  # belongs to the agency that leads the row for its party
    CONTRIBUTOR = "contributor"  # belongs to an agency that coordinates
    APPROVER = "approver"  # manages the row's party's focal agency (or an authority of it while none is named)
    OTHER = "other_party"  # focal officer or approver of another party of the agreement
    VIEWER = "viewer"  # any official of a party
    PUBLIC = "public"  # everybody, for what is published


@dataclass(frozen=True, slots=True)
class Rule:
    """In these states of a row of this kind, these roles may do the act."""

    kind: str
    act: str
    states: tuple[str, ...]
    roles: frozenset[Role]


SEE = frozenset({Role.FOCAL, Role.LEAD, Role.CONTRIBUTOR, Role.APPROVER, Role.OTHER, Role.VIEWER})
FOCAL = frozenset({Role.FOCAL})
HEADS = frozenset({Role.FOCAL, Role.APPROVER})
LEADS = frozenset({Role.FOCAL, Role.LEAD})
HANDS = frozenset({Role.FOCAL, Role.LEAD, Role.CONTRIBUTOR})
APPROVER = frozenset({Role.APPROVER})
OTHER = frozenset({Role.OTHER})
ALL = SEE | {Role.PUBLIC}

# kind → its states. The states of agreements come from `state_of_agreement`; a published one adds PUBLIC to `see`.
STATES: dict[str, tuple[str, ...]] = {
    "agreement": ("draft", "in_force", "expired", "closed"),
    "party": ("draft", "in_force", "expired", "closed"),  # its agreement's
    "amendment": ("draft", "merged", "withdrawn"),
    "commitment": ("draft", "active", "fulfilled", "withdrawn"),
    "plan": ("draft", "approved", "closed"),
    "task": ("todo", "doing", "done", "dropped"),
    "meeting": ("planned", "held", "cancelled"),
    "claim": ("draft", "submitted", "confirmed", "returned", "disputed"),
    "period": ("open", "locked"),
    "report": ("draft", "final"),
    "matter": ("open", "answered", "closed"),
}

RULES: tuple[Rule, ...] = (
    Rule("agreement", "see", STATES["agreement"], SEE),
    Rule("agreement", "edit", ("draft",), FOCAL),
    Rule("agreement", "sign", ("draft",), APPROVER),
    Rule("agreement", "publish", ("in_force", "expired", "closed"), APPROVER),
    Rule("agreement", "withdraw_from_public", ("in_force", "expired", "closed"), APPROVER),
    Rule("agreement", "choose_public", ("draft", "in_force", "expired", "closed"), HEADS),  # figures of one's own party
    Rule("agreement", "edit_fields", ("draft", "in_force"), FOCAL),
    Rule("agreement", "edit_clauses", ("draft",), FOCAL),  # later only through an amendment
    Rule("agreement", "add_document", STATES["agreement"], HEADS),
    Rule("agreement", "amend", ("in_force",), FOCAL),
    Rule("agreement", "extend", ("in_force", "expired"), APPROVER),
    Rule("agreement", "close", ("in_force", "expired"), APPROVER),
    Rule("agreement", "succeed", ("in_force", "expired", "closed"), FOCAL),
    Rule("agreement", "commit", ("draft", "in_force"), FOCAL),
    Rule("agreement", "plan", ("in_force",), FOCAL),
    Rule("agreement", "measure", ("draft", "in_force", "expired"), FOCAL),  # indicators, targets, calendar, periods
    Rule("agreement", "meet", ("draft", "in_force", "expired"), FOCAL),
    Rule("party", "see", STATES["party"], SEE),
    Rule("party", "describe", ("draft", "in_force"), HEADS),  # who signed for it
    Rule("party", "name_agencies", ("draft", "in_force", "expired"), HEADS),  # its agencies, successors, the focal one
    Rule("party", "seat", ("draft", "in_force", "expired"), HEADS),  # its seats in the joint committee
    Rule("amendment", "see", STATES["amendment"], SEE),
    Rule("amendment", "edit", ("draft",), FOCAL),
    Rule("amendment", "merge", ("draft",), APPROVER),
    Rule("amendment", "withdraw", ("draft",), HEADS),
    Rule("commitment", "see", STATES["commitment"], SEE),
    Rule("commitment", "edit", ("draft", "active"), FOCAL),
    Rule("commitment", "activate", ("draft",), HEADS),
    Rule("commitment", "fulfil", ("active",), FOCAL),
    Rule("commitment", "withdraw", ("draft", "active"), HEADS),
    Rule("commitment", "reopen", ("fulfilled", "withdrawn"), HEADS),
    Rule("commitment", "claim", ("active", "fulfilled"), HANDS),  # a result claim of one's own party
    Rule("plan", "see", STATES["plan"], SEE),
    Rule("plan", "edit", ("draft",), FOCAL),
    Rule("plan", "add_task", ("draft", "approved"), FOCAL),
    Rule("plan", "approve", ("draft",), APPROVER),
    Rule("plan", "close", ("approved",), APPROVER),
    Rule("task", "see", STATES["task"], SEE),
    Rule("task", "edit", ("todo", "doing"), LEADS),
    Rule("task", "report_state", STATES["task"], HANDS),
    Rule("meeting", "see", STATES["meeting"], SEE),
    Rule("meeting", "edit", ("planned", "held"), FOCAL),
    Rule("meeting", "conclude", ("held",), FOCAL),
    Rule("meeting", "adopt", ("held",), FOCAL),
    Rule("claim", "see", STATES["claim"], SEE),  # a draft: by its own party only (results.access)
    Rule("claim", "edit", ("draft", "returned"), HANDS),
    Rule("claim", "submit", ("draft", "returned"), LEADS),
    Rule("claim", "withdraw", ("submitted", "disputed"), LEADS),
    Rule("claim", "confirm", ("submitted", "disputed"), OTHER),
    Rule("claim", "return", ("submitted", "disputed"), OTHER),
    Rule("claim", "dispute", ("submitted",), OTHER),
    Rule("claim", "attach", ("draft", "submitted", "returned", "disputed"), HANDS | OTHER),
    Rule("claim", "answer", ("submitted", "returned", "disputed"), HANDS | OTHER),
    Rule("claim", "reopen", ("confirmed",), OTHER),
    Rule("period", "see", STATES["period"], SEE),
    Rule("period", "lock", ("open",), HEADS),
    Rule("period", "unlock", ("locked",), APPROVER),
    Rule("period", "record", ("open",), HANDS),
    Rule("period", "correct", ("locked",), FOCAL),
    Rule("period", "agree", ("locked",), OTHER),  # to a correction of another party
    Rule("report", "see", STATES["report"], SEE),
    Rule("report", "make", ("draft",), FOCAL),
    Rule("report", "finish", ("draft",), APPROVER),
    Rule("agreement", "report", ("in_force", "expired", "closed"), FOCAL),  # begin a report of one's own party
    Rule("agreement", "raise_matter", ("in_force", "expired"), FOCAL),  # a difficulty or recommendation
    Rule("matter", "see", STATES["matter"], SEE),
    Rule("matter", "answer", ("open",), HEADS),  # of the party it is addressed to; outside: of the one that raised it
    Rule("matter", "close", ("open", "answered"), HEADS),  # of the party that raised it
)

MAY: dict[tuple[str, str, str], frozenset[Role]] = {
    (rule.kind, state, rule.act): rule.roles for rule in RULES for state in rule.states
}


def may(kind: str, state: str, act: str, roles: Iterable[Role]) -> bool:
    """What the table says; an act that it does not know is nobody's."""
    return not MAY.get((kind, state, act), frozenset()).isdisjoint(roles)


def state_of_agreement(state: str, ends_on: date | None, today: date) -> str:
    """A day past the end, an agreement in force is expired; without a stated end it never is."""
    return "expired" if state == "in_force" and ends_on is not None and ends_on < today else state


def check_version(stored: int, seen: int | None) -> None:
    """Somebody saved in between: the later one is told, and her words stay in the form."""
    if seen is not None and stored != seen:
        raise Conflict(
            "programme.changed_meanwhile",
            vi="Người khác vừa sửa mục này. Nội dung bạn nhập còn ở dưới; hãy so sánh với bản mới rồi lưu lại.",
            en="Somebody has just changed this. What you typed is still below; compare it with the new text and save.",
            path="version",
        )


SAME, CHANGED, NEW, REPEALED = "same", "changed", "new", "repealed"


class Copied(Protocol):
    """What is compared of a clause's copy."""

    original_id: Any
    repeals: bool
    number: str
    text: str
    text_en: str
    base_number: str
    base_text: str
    base_text_en: str


def compare(copy: Copied) -> str:
    """What an amendment does to a clause: SAME, CHANGED, NEW or REPEALED."""
    if copy.original_id is None:
        return NEW
    if copy.repeals:
        return REPEALED
    now = (copy.number, copy.text, copy.text_en)
    return SAME if now == (copy.base_number, copy.base_text, copy.base_text_en) else CHANGED


def compare_words(before: str, after: str) -> list[tuple[str, str]]:
    """("same" | "removed" | "added", words) in reading order, word by word."""
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", after)
    found: list[tuple[str, str]] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found.append((SAME, "".join(old[a:b])))
            continue
        found += [("removed", "".join(old[a:b]))] if b > a else []
        found += [("added", "".join(new[c:d]))] if d > c else []
    return found


def falls_in_year(starts_on: date | None, due: date | None, year: int) -> bool:
    """Does a commitment belong into the plan of a year? One without dates belongs into every year's."""
    return (starts_on is None or starts_on.year <= year) and (due is None or due.year >= year)


def check_dates(first: date | None, last: date | None, *, path: str = "ends_on") -> None:
    if first is not None and last is not None and last < first:
        raise Invalid(
            "programme.dates", vi="Ngày kết thúc trước ngày bắt đầu.", en="It ends before it begins.", path=path
        )


def check_words(words: str, *, path: str, most: int = 0) -> str:
    """A text that must be there, and not longer than its place."""
    cleaned = words.strip()
    if not cleaned:
        raise Invalid("programme.missing", vi="Chưa nhập.", en="This is missing.", path=path)
    if most and len(cleaned) > most:
        raise Invalid(
            "programme.too_long", vi=f"Dài quá {most} ký tự.", en=f"Longer than {most} characters.", path=path
        )
    return cleaned
