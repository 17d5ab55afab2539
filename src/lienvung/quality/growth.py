"""A recall's scope as it has grown, and what hangs on the word of others; adding both to a recall in force.

What the owner of the goods, an official or the operator did not tell is a claim (`ledger.claims`): it is shown apart,
and an official ticks what he believes. Nothing is taken out again; a recall ends as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.errors import Conflict, NotFound
from lienvung.ledger import marking
from lienvung.ledger.events import StoredEvent, get_event
from lienvung.ledger.trace import recall_scope
from lienvung.people.models import Account, Organisation
from lienvung.quality import actions, notices, rules
from lienvung.quality.models import Recall
from lienvung.quality.scopes import Reach, check_claims, reach_of

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Claimed:
    """One event of others that would draw goods in. `made`: the first of what it names so."""

    event: StoredEvent
    senders: tuple[str, ...]
    made: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Growth:
    """`new`: reached now and not marked yet; `rows`: where these lots and items are, as far as rows tell."""

    reach: Reach
    items: list[str]
    lots: list[str]

    @property
    def total(self) -> int:
        return len(self.items) + len(self.lots)


def claims_of(lot: str) -> list[Claimed]:
    """The claims that the scope of a lot leaves out, oldest first."""
    try:
        claims = recall_scope(lot).claims
    except NotFound:
        return []
    keys = {sender for claim in claims for sender in claim.senders if sender}
    names = {str(each.pk): each.name for each in Organisation.objects.filter(pk__in=keys)}
    return [
        Claimed(
            get_event(claim.event_id),
            tuple(names.get(sender or "", "") for sender in claim.senders),
            claim.made[:SHOWN],
            max(0, len(claim.made) - SHOWN),
        )
        for claim in claims
    ]


def believed(recall: Recall) -> list[str]:
    """The eventIDs of all claims that officials have believed for this recall."""
    return list(dict.fromkeys(name for each in (recall.scope, *recall.growth) for name in each.get("claimed", [])))


def grown(recall: Recall, *, believe: Collection[str] = ()) -> Growth:
    """What the recall reaches now (with the claims believed), and what of it is not marked yet."""
    reach = reach_of(recall.lot_uri, believe=[*believed(recall), *believe])
    items, lots = set[str](), set[str]()
    for number in range(recall.events):
        marked = marking.things_of(get_event(rules.event_id(recall.pk, number)).as_dict())
        items.update(marked[0])
        lots.update(marked[1])
    return Growth(
        reach,
        [uri for uri in reach.items if uri not in items],
        [uri for uri in reach.lots if uri not in lots],
    )


def extend_recall(*, by: Account | None, recall: Recall, believe: Collection[str] = ()) -> Recall:
    """Mark what the recall reaches now and did not at the decision, and tell the holders, also of more of the same.

    `believe`: eventIDs of claims. Raises Invalid for what is no claim of this scope, NotAllowed, Conflict after closing
    or when there is nothing to add.
    """
    actions.require(by, recall.producer)
    check_claims(recall.lot_uri, believe)
    # The walk may be long: it is made before the writers' lock is taken, and again if something came between.
    before = marking.last_event()
    found = grown(Recall.objects.get(pk=recall.pk), believe=believe)
    with transaction.atomic():
        recall = Recall.objects.select_for_update().get(pk=recall.pk)
        if recall.state != Recall.State.IN_FORCE:
            raise actions.closed_already()
        marking.lock_writers()
        if marking.last_event() != before:
            found = grown(recall, believe=believe)
        now = timezone.now()
        issued = notices.issue_more(recall, found.reach.summary["rows"], at=now)
        if not found.total and not issued:
            raise Conflict(
                "quality.nothing_new",
                vi="Không có gì mới để thêm vào phạm vi.",
                en="There is nothing new to add to the scope.",
            )
        told = marking.set_events(
            decision=recall.pk,
            time=now,
            word=rules.RECALLED,
            uris=found.items,
            classes=found.lots,
            extensions=rules.words_of(recall.pk, rules.signed(recall.public_text, recall.authority)),
            first=recall.events,
        )
        marking.capture_all(told, submitter=str(recall.authority_id) if recall.authority_id else None)
        entry: dict[str, Any] = {
            "at": now.isoformat(timespec="seconds"),
            "by": by.full_name if by else "",
            "items": len(found.items),
            "lots": len(found.lots),
            "claimed": sorted(believe),
            "events": len(told),
        }
        recall.growth, recall.events = [*recall.growth, entry], recall.events + len(told)
        recall.save(update_fields=["growth", "events"])
        details: Mapping[str, Any] = {**entry, "notices": issued}
        record(action="quality.extend_recall", by=by, subject=recall, details=details)
    return recall
