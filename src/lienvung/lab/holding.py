"""Holding a lot and all that was made of it, and letting it go; with `actions` and `alarms` the room's only writers."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.epcis.build import Event
from lienvung.errors import Conflict, Invalid, NotAllowed, NotFound
from lienvung.lab import access, rules
from lienvung.lab.models import Hold, Release, Result
from lienvung.ledger import holds, marking
from lienvung.ledger.holds import HELD
from lienvung.ledger.identifiers import candidates
from lienvung.ledger.trace import Claim, recall_scope
from lienvung.people.models import Account, Organisation

Things = tuple[set[str], set[str]]  # items, lots


@dataclass(frozen=True, slots=True)
class Reached:
    """A lot and all that came of it, as of the event number `as_of`; apart, who else says that more came of it."""

    as_of: int
    items: list[str]
    lots: list[str]
    claims: list[Claim] = field(default_factory=list)

    @property
    def things(self) -> Things:
        return set(self.items), set(self.lots)


def reach(lot: str, *, believe: Collection[str] = ()) -> Reached:
    """What a hold of the lot would hold: by the words of officials, of the owners of the goods, and by the events that
    an official believed. A lot without events reaches itself only."""
    as_of = marking.last_event()
    try:
        scope = recall_scope(lot, believe=believe)
    except NotFound:
        return Reached(as_of, [], [lot])
    items = scope.source.uris(scope.things)
    lots = sorted({lot, *(uri for uri in scope.source.uris(scope.lots) if "/01/" in uri)})
    return Reached(as_of, items, lots, scope.claims)


def goods(lot: str) -> tuple[str, str, Organisation | None]:
    """What a lot is called, its GTIN, whose product it is."""
    gtin = access.gtin_of(lot)
    product = access.product_of(gtin)
    number = lot.rpartition("/10/")[2]
    return f"{product.name if product else 'GTIN ' + gtin} · {number}"[:240], gtin, product.owner if product else None


def hold_lot(*, by: Account | None, lot: str, reason: str) -> Hold:
    """An official of the producer's province (None: the system) holds a lot and all that was made of it.

    Raises Invalid, NotAllowed, Conflict where the lot is held already.
    """
    uri = rules.check_lot(candidates(lot))
    _, _, producer = goods(uri)
    authority = _require(by, producer)
    reason = rules.check_words(reason, path="reason")
    reached = reach(uri)  # the walk may be long: it is made before the writers' lock is taken
    with transaction.atomic():
        marking.lock_writers()
        if Hold.objects.filter(lot_uri=uri, state=Hold.State.IN_FORCE).exists():
            raise Conflict(
                "lab.held_already",
                vi="Lô này đang bị tạm giữ.",
                en="This lot is held already.",
                path="lot",
            )
        return set_hold(by=by, lot=uri, reason=reason, authority=authority, result=None, reached=reached)


def set_hold(
    *,
    by: Account | None,
    lot: str,
    reason: str,
    authority: Organisation | None,
    result: Result | None,
    reached: Reached,
) -> Hold:
    """Hold a lot inside the caller's transaction, behind the writers' lock; a hold that stands is extended."""
    standing = Hold.objects.select_for_update().filter(lot_uri=lot, state=Hold.State.IN_FORCE).first()
    if standing is not None:
        extend(standing)
        return standing
    if marking.last_event() != reached.as_of:
        reached = reach(lot)
    name, gtin, producer = goods(lot)
    hold = Hold.objects.create(
        owner_party=producer.owner_party if producer else "",
        lot_uri=lot,
        lot_name=name,
        product_gtin=gtin,
        producer=producer,
        result=result,
        reason=reason,
        authority=authority,
        decided_by=by,
        decided_at=timezone.now(),
    )
    hold.claimed = len(reached.claims)
    _mark(hold, reached.items, reached.lots)
    details = {"lot": lot, "items": hold.items, "lots": hold.lots, "claims": hold.claimed}
    record(action="lab.hold", by=by, subject=hold, details={**details, "result": str(result.pk) if result else ""})
    return hold


def extend(hold: Hold) -> int:
    """Hold what came of the lot since, except of what was released; how many things. Behind the writers' lock."""
    items, lots = _of(_told(hold))
    reached = reach(hold.lot_uri, believe=hold.believed)
    if hold.claimed != len(reached.claims):
        hold.claimed = len(reached.claims)
        hold.save(update_fields=["claimed"])
    new_items, new_lots = set(reached.items) - items, set(reached.lots) - lots
    released = [each.lot_uri for each in hold.releases.all() if each.lot_uri]
    if released and (new_items or new_lots):
        freed = [reach(lot, believe=hold.believed) for lot in released]
        still = [reach(lot, believe=hold.believed) for lot in sorted(_left(hold)[1] - {hold.lot_uri})]
        new_items, new_lots = _not_freed((new_items, new_lots), freed, still)
    if new_items or new_lots:
        _mark(hold, sorted(new_items), sorted(new_lots))
        details = {"lot": hold.lot_uri, "items": len(new_items), "lots": len(new_lots)}
        record(action="lab.extend_hold", by=None, subject=hold, details=details)
    return len(new_items) + len(new_lots)


def claims(hold: Hold) -> list[Claim]:
    """What others than its owner, or an official, say was made of held goods, and nobody believed yet."""
    known = hold.claimed and hold.state == Hold.State.IN_FORCE
    return reach(hold.lot_uri, believe=hold.believed).claims if known else []


def believe_claims(*, by: Account | None, hold: Hold, events: Collection[str], reason: str) -> int:
    """An official of the producer's province believes these events (eventIDs): what hangs on them is held too; how many
    things. Raises NotAllowed, Invalid, Conflict where the hold has ended."""
    _require(by, hold.producer)
    reason = rules.check_words(reason, path="reason")
    with transaction.atomic():
        marking.lock_writers()
        standing = Hold.objects.select_for_update().get(pk=hold.pk)
        if standing.state != Hold.State.IN_FORCE:
            raise Conflict("lab.released", vi="Lô này đã được giải toả.", en="This hold has ended.")
        if not events or not set(events) <= {claim.event_id for claim in claims(standing)}:
            raise Invalid(
                "lab.no_claim",
                vi="Hãy chọn trong các sự kiện đang chờ quyết định.",
                en="Choose among the events that wait for a decision.",
                path="events",
            )
        standing.believed = sorted({*standing.believed, *events})
        standing.save(update_fields=["believed"])
        number = extend(standing)
        details = {"lot": standing.lot_uri, "events": sorted(events), "reason": reason, "things": number}
        record(action="lab.believe_claims", by=by, subject=standing, details=details)
    return number


def _not_freed(new: Things, freed: Sequence[Reached], still: Sequence[Reached]) -> Things:
    """What is new, without what came of released lots only."""
    free_items = {uri for each in freed for uri in each.items}
    free_lots = {uri for each in freed for uri in each.lots}
    kept = [own for own in still if not any(each.lots[0] in own.lots for each in freed)]
    kept_items = {uri for each in kept for uri in each.items}
    kept_lots = {uri for each in kept for uri in each.lots}
    return new[0] - (free_items - kept_items), new[1] - (free_lots - kept_lots)


def release(*, by: Account | None, hold: Hold, reason: str, lot: str = "", officer: str = "") -> Release:
    """Let go all that the hold holds or, with `lot`, that lot and what was made of it and of nothing else held.

    `non_conformant` is unset on what this hold set and no other hold still holds. Raises NotAllowed, Invalid,
    Conflict where the hold has ended.
    """
    authority = _require(by, hold.producer)
    reason = rules.check_words(reason, path="reason")
    part = rules.check_lot(candidates(lot)) if lot.strip() else ""
    with transaction.atomic():
        marking.lock_writers()
        in_force = {each.pk: each for each in Hold.objects.select_for_update().filter(state=Hold.State.IN_FORCE)}
        if hold.pk not in in_force:
            raise Conflict("lab.released", vi="Lô này đã được giải toả.", en="This hold has ended.")
        hold = in_force.pop(hold.pk)
        mine = _left(hold)
        going = mine if part in ("", hold.lot_uri) else _part_of(hold, mine, part)
        number = hold.releases.count() + 1
        whole = mine[0] <= going[0] and mine[1] <= going[1]
        made = Release.objects.create(
            hold=hold,
            number=number,
            lot_uri="" if whole else part,
            reason=reason,
            released_by=by,
            officer=(str(by) if by is not None else officer)[:150],
            authority=authority,
            released_at=timezone.now(),
            items=len(going[0]),
            lots=len(going[1]),
        )
        _unmark(hold, made, going, others=list(in_force.values()))
        if whole:
            hold.state = Hold.State.RELEASED
            hold.save(update_fields=["state"])
        details = {"lot": part or hold.lot_uri, "items": made.items, "lots": made.lots, "whole": whole}
        record(action="lab.release", by=by, subject=hold, details=details)
    return made


def _part_of(hold: Hold, mine: Things, part: str) -> Things:
    """What is let go with one lot: it and what came of it, but not what came of other held lots as well."""
    if part not in mine[1]:
        raise Invalid(
            "lab.not_in_hold",
            vi="Lô này không nằm trong lần tạm giữ, hoặc đã được giải toả.",
            en="This lot is not in the hold, or was released already.",
            path="lot",
        )
    reached = reach(part, believe=hold.believed)
    items, lots = set(reached.items) & mine[0], set(reached.lots) & mine[1]
    for other in sorted(mine[1] - set(reached.lots)):
        its = reach(other, believe=hold.believed)
        if part not in its.lots:  # a lot that the part was made of is no other source
            items -= set(its.items)
            lots -= set(its.lots)
    return items, lots


def _mark(hold: Hold, items: Sequence[str], lots: Sequence[str]) -> None:
    told = marking.set_events(
        decision=hold.pk,
        time=timezone.now(),
        word=HELD,
        uris=items,
        classes=lots,
        extensions=_words(hold),
        first=hold.events,
    )
    marking.capture_all(told, submitter=str(hold.authority_id) if hold.authority_id else None)
    hold.events += len(told)
    hold.items += len(items)
    hold.lots += len(lots)
    hold.save(update_fields=["events", "items", "lots", "claimed"])


def _unmark(hold: Hold, made: Release, going: Things, *, others: Sequence[Hold]) -> None:
    held_by_others = [event for other in others for event in _told(other, left=True)]
    own = {marking.event_id(each.pk, number) for each in Hold.objects.all() for number in range(each.events)}
    foreign = holds.held_by_others(going[0] | going[1], own=own)  # by a room or an authority that is not known here
    told: list[Event] = []
    for event in _told(hold):
        items, lots = marking.things_of(event)
        rest = {
            "epcList": [uri for uri in items if uri in going[0] and uri not in foreign],
            "quantityList": [{"epcClass": uri} for uri in lots if uri in going[1] and uri not in foreign],
        }
        told.append({**event, **rest})
    told = [event for event in marking.without(told, held_by_others) if any(marking.things_of(event))]
    gone = _of(told)
    unset = marking.unset_events(
        decision=hold.pk,
        time=made.released_at,
        word=HELD,
        told=told,
        extensions=_words(hold),
        kind=_kind(made.number),
    )
    marking.capture_all(unset, submitter=str(made.authority_id) if made.authority_id else None)
    made.events = len(unset)
    made.kept = sorted((going[0] - gone[0]) | (going[1] - gone[1]))
    made.save(update_fields=["events", "kept"])


def _words(hold: Hold) -> dict[str, Any]:
    return {"lv:hold": hold.pk.urn}


def _kind(number: int) -> str:
    return f"release-{number}"


def _told(hold: Hold, *, left: bool = False) -> list[Event]:
    """The events by which a hold was set; with `left` without what was released of it."""
    told = marking.told(hold.pk, hold.events)
    if not left:
        return told
    items, lots = _left(hold)
    return [
        {
            **event,
            "epcList": [uri for uri in event.get("epcList", []) if uri in items],
            "quantityList": [each for each in event.get("quantityList", []) if each["epcClass"] in lots],
        }
        for event in told
    ]


def _of(told: Sequence[Event]) -> Things:
    items, lots = set[str](), set[str]()
    for event in told:
        some, classes = marking.things_of(event)
        items.update(some)
        lots.update(classes)
    return items, lots


def _left(hold: Hold) -> Things:
    """What a hold still holds."""
    items, lots = _of(_told(hold))
    for made in hold.releases.all():
        gone = _of(marking.told(hold.pk, made.events, kind=_kind(made.number)))
        items, lots = items - gone[0] - set(made.kept), lots - gone[1] - set(made.kept)
    return items, lots


def left_lots(hold: Hold) -> list[str]:
    """The lots that a hold still holds, its own first."""
    lots = _left(hold)[1] if hold.state == Hold.State.IN_FORCE else set()
    return sorted(lots, key=lambda uri: (uri != hold.lot_uri, uri))


def hold_of_event(event_id: str, body: dict[str, Any]) -> Hold | None:
    """The hold that set its mark by this event: anybody may write a hold's name, so the eventID must be its own."""
    try:
        found = Hold.objects.filter(pk=uuid.UUID(str(body.get("lv:hold", "")))).first()
    except ValueError:
        return None
    if found and event_id in {marking.event_id(found.pk, number) for number in range(found.events)}:
        return found
    return None


def _require(by: Account | None, producer: Organisation | None) -> Organisation | None:
    """The authority in whose name an official acts; the system acts in nobody's."""
    if by is None:
        return None
    authority = access.authority_of(by, producer)
    if authority is None:
        raise NotAllowed(
            "lab.not_your_province",
            vi="Chỉ cán bộ của tỉnh nơi sản xuất được tạm giữ và giải toả.",
            en="Only officials of the producer's province may hold and release.",
        )
    return authority
