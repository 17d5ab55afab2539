"""Taking back what a book told: error declarations for its events, unless goods of it were used since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from django.utils import timezone

from lienvung.books.models import BookRow
from lienvung.books.rules import LOCAL
from lienvung.diary import actions as diary
from lienvung.diary.models import Entry
from lienvung.errors import Conflict
from lienvung.ledger.capture import capture_events
from lienvung.ledger.events import StoredEvent, by_rids, history
from lienvung.ledger.holds import held, name_of, organisation_of
from lienvung.ledger.reading import marks, rows
from lienvung.people.models import Account, Organisation

CONTEXT: list[Any] = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"cbvmda": "urn:epcglobal:cbv:mda:", "lv": "https://lienvung.vn/ns/"},
]
CHUNK = 400
MOST_NAMED = 5
ARRIVING = frozenset({"receiving", "accepting", "arriving"})


def declare_wrong(
    taken: Sequence[BookRow],
    *,
    by: Account | None,
    organisation: Organisation,
    reason: str,
    check: Callable[[Sequence[BookRow], Sequence[StoredEvent]], None],
) -> int:
    """Declare the events of these rows wrong; how many. `check` may refuse. Those declared wrong already stay so."""
    standing = [event for event in _events(taken) if event.declared_wrong_by is None]
    check(taken, standing)
    entries = Entry.objects.select_related("organisation", "unit").in_bulk([row.task_id for row in taken])
    for entry in entries.values():
        diary.withdraw_entry(by=by, entry=entry, reason=reason)
    of_diary = {entry.event_id for entry in entries.values()}
    error = {
        "declarationTime": timezone.now().astimezone(LOCAL).isoformat(timespec="milliseconds"),
        "reason": "did_not_occur",
    }
    wrong = [{**event.value(), "errorDeclaration": error} for event in standing if event.event_id not in of_diary]
    if wrong:
        capture_events(wrong, submitter=str(organisation.pk), context=CONTEXT)
    return len(standing)


def _events(taken: Iterable[BookRow]) -> list[StoredEvent]:
    """The events of these rows as they were first told."""
    names = [name for row in taken for name in row.events]
    rids: list[int] = []
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        rids += [rid for (rid,) in rows(f"SELECT rid FROM ledger_event_id WHERE event_id IN {marks(part)}", part)]
    return [event for event in by_rids(rids) if event.declared_wrong_by != event.rid]


def refuse_used(taken: Sequence[BookRow], own: Sequence[StoredEvent]) -> None:
    """Raise Conflict where a lot that the book made was named by an event since, or goods that it sent have arrived or
    are held: whoever takes back that they left hides from a recall where they are."""
    newest = max((event.rid for event in own), default=0)
    names = {event.event_id for event in own}
    made = {row.lot for row in taken if row.makes_lot and row.lot}
    sent = {row.lot for row in taken if row.lot and not row.makes_lot and row.sheet == "delivery"} - made
    stopped = sorted(held(made | sent))
    if stopped:
        told = [name_of(uri) for uri in stopped[:MOST_NAMED]]
        raise Conflict(
            "books.held",
            vi="Không hoàn tác được vì hàng của sổ này đang bị tạm giữ hoặc thu hồi: " + "; ".join(vi for vi, _ in told)
            + ". Hãy liên hệ nơi ra quyết định; có điều ghi nhầm thì báo cho họ.",
            en="It cannot be undone, for goods of this book are held or recalled: " + "; ".join(en for _, en in told)
            + ". Ask whoever decided, and tell them what was recorded wrongly.",
        )  # fmt: skip
    used: list[tuple[str, StoredEvent]] = []
    for uri in sorted(made | sent):
        used += [(uri, event) for event in _since(uri, newest, names) if uri in made or event.biz_step in ARRIVING]
        if len(used) >= MOST_NAMED:
            break
    if used:
        told = [_words(uri, event) for uri, event in used[:MOST_NAMED]]
        raise Conflict(
            "books.used",
            vi="Không hoàn tác được vì hàng của sổ này đã được dùng tiếp: " + "; ".join(vi for vi, _ in told)
            + ". Hãy sửa từng việc sau trước, hoặc ghi việc mới để điều chỉnh.",
            en="It cannot be undone, for goods of this book were used since: " + "; ".join(en for _, en in told)
            + ". Correct those acts first, or record a new one that puts it right.",
        )  # fmt: skip


def _since(uri: str, newest: int, own: Collection[str]) -> list[StoredEvent]:
    """Events about a lot that were recorded after the book's and stand."""
    return [
        event
        for event in history(uri)
        if event.rid > newest and event.declared_wrong_by is None and event.event_id not in own
    ]


def _words(uri: str, event: StoredEvent) -> tuple[str, str]:
    sender = organisation_of(event.submitter)
    who_vi, who_en = (sender[0], sender[1] or sender[0]) if sender else ("hệ thống", "the system")
    name_vi, name_en = name_of(uri)
    step = event.biz_step or event.type.name
    return f"{name_vi}: {step}, {who_vi}", f"{name_en}: {step}, {who_en}"
