"""Where a recall came from: the case, result or report of another room, reached through `registry.origins`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from lienvung import registry
from lienvung.errors import Invalid
from lienvung.ledger.identifiers import candidates
from lienvung.ledger.trace import LedgerSource
from lienvung.ledger.trace_names import lookup
from lienvung.lineage.facts import OUTPUT
from lienvung.quality import rules
from lienvung.quality.models import Recall
from lienvung.texts import Text


@dataclass(frozen=True, slots=True)
class Told:
    """An origin as the asker may see it. `lots`: URIs of the lots that its things are, or are items of."""

    reference: str  # "cases:<id>"
    kind: Text
    origin: registry.Origin
    lots: tuple[str, ...] = ()


def origin_of(reference: str, account: Any) -> Told | None:
    """What `reference` ("cases:<id>") stands for, as far as the account may see it."""
    room, _, key = reference.partition(":")
    if not key or room not in registry.origins or len(reference) > rules.LONGEST_REF:
        return None
    part = registry.origins[room]
    origin = part.describe(account, key)
    if origin is None:
        return None
    lots = dict.fromkeys(lot for thing in origin.things[:20] for lot in lots_of(thing))
    return Told(reference, part.label, origin, tuple(lots))


def lots_of(thing: str) -> list[str]:
    """The lot itself; of an item, the lots that events say it belongs to."""
    try:
        return [rules.check_lot(candidates(thing))]
    except Invalid:
        pass
    try:
        found = lookup(thing)
    except Invalid:
        return []
    if not len(found):
        return []
    source = LedgerSource()
    made = source.links(found, OUTPUT)
    members = made.process[made.process < 0]  # an item's lot stands as the process that it came out of
    return [uri for uri in dict.fromkeys(source.uris(-members)) if "/01/" in uri and "/10/" in uri]


def initial_of(told: Told, *, lot: str = "") -> dict[str, str]:
    """What the form of the decision starts with."""
    room = told.reference.partition(":")[0]
    reference = told.origin.reference or told.origin.title.vi
    return {
        "lot": lot or (told.lots[0] if told.lots else ""),
        "origin": rules.ROOM_ORIGINS.get(room, Recall.Origin.OTHER),
        "origin_text": reference[: rules.LONGEST_LINE],
        "origin_ref": told.reference,
        "reason": told.origin.note,
    }


def decided_from(room: str, id: str) -> list[registry.DecidedRecall]:
    """The recalls decided from one origin; `registry.recalls_of_origin` asks this."""
    found = Recall.objects.filter(origin_ref=f"{room}:{id}").order_by("-decided_at")
    return [
        registry.DecidedRecall(
            recall.name, reverse("quality:recall", args=[recall.pk]), recall.decided_at,
            recall.state == Recall.State.IN_FORCE,
        )
        for recall in found
    ]  # fmt: skip
