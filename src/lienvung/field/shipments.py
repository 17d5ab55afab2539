"""Shipments that their senders announced by an event, as the one who receives sees them; and what really came.

announced(organisation)       shipments to its places or to itself that nobody has received
told_shipment(…, event)       one of them, received or not
arriving, differences         goods as they come in, against what the sender told
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lienvung.errors import Conflict, Invalid, NotFound
from lienvung.field import rules
from lienvung.field.goods import Line, in_packs, joined, place_uris, unheard_of, words_of
from lienvung.field.rules import PIECES, Part
from lienvung.gs1 import canonical_uri
from lienvung.ledger.events import StoredEvent, get_event
from lienvung.ledger.holds import held
from lienvung.ledger.query import run_query
from lienvung.ledger.stock import events_at, stock_of
from lienvung.ledger.trace import kind_of
from lienvung.people.access import organisation as organisation_of_id
from lienvung.people.models import Organisation
from lienvung.texts import Text

ANNOUNCED_FOR = timedelta(days=60)
MOST_ANNOUNCED = 60
ARRIVALS = ("receiving", "arriving")


@dataclass(frozen=True, slots=True)
class Announced:
    """A shipment on its way to one of the organisation's places, as the sender told it."""

    event: str
    hash: str
    time_ms: int
    sender: Text
    place: str | None  # the canonical URI of where it goes; None: to the organisation
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    body: dict[str, Any]
    returned: bool


def announced(organisation: Organisation) -> list[Announced]:
    """Shipments to the organisation or its places that nobody told to have come in, the oldest first."""
    own = place_uris(organisation)
    since = (timezone.now() - ANNOUNCED_FOR).isoformat()
    told: dict[int, StoredEvent] = {}
    for kind, names in (("location", sorted(own)), ("possessing_party", _parties(organisation))):
        if names:
            asked: dict[str, Any] = {
                f"EQ_destination_{kind}": names,
                "EQ_bizStep": ["shipping"],
                "GE_eventTime": [since],
                "orderBy": ["eventTime"],
                "orderDirection": ["DESC"],
            }
            told |= {event.rid: event for event in run_query(asked, per_page=MOST_ANNOUNCED).events}
    waiting = [_announced(event, own) for event in sorted(told.values(), key=lambda event: (event.time_ms, event.rid))]
    return without_received([each for each in waiting if each.parts], own)


def _parties(organisation: Organisation) -> list[str]:
    return [f"https://id.gs1.org/417/{organisation.gln}"] if organisation.gln else []


def _announced(event: StoredEvent, own: Collection[str]) -> Announced:
    body = event.value()
    parts = joined(parts_of(body))
    goes = [str(each.get("destination", "")) for each in body.get("destinationList") or ()]
    sender = organisation_of_id(event.submitter) if event.submitter else None  # type: ignore[arg-type]
    stopped, packs = held({part.uri for part in parts}), in_packs(part.uri for part in parts)
    lines = tuple(
        Line(
            part.uri, words_of(part.uri), kind_of(part.uri), part.amount, part.uom, None, None, part.uri in stopped,
            packs=part.uri in packs,
        )
        for part in parts
    )  # fmt: skip
    return Announced(
        event.event_id,
        event.hash.hex(),
        event.time_ms,
        Text(sender.name, sender.name_en or sender.name) if sender else Text("bên gửi chưa rõ", "an unknown sender"),
        next((uri for uri in goes if uri in own), None),
        tuple(parts),
        lines,
        body,
        event.disposition == "returned",
    )


def parts_of(body: dict[str, Any]) -> list[Part]:
    """The goods that an event is about; what is no identifier is left out."""
    told = [Part(str(uri)) for uri in body.get("epcList") or ()]
    for each in body.get("quantityList") or ():
        amount = each.get("quantity")
        known = None if amount is None else Decimal(str(amount))
        told.append(Part(str(each.get("epcClass", "")), known, str(each.get("uom") or PIECES)))
    found = []
    for part in told:
        try:
            found.append(part._replace(uri=canonical_uri(part.uri)))
        except Invalid:
            continue
    return [part for part in found if kind_of(part.uri) not in ("place", "other")]


def without_received(waiting: Sequence[Announced], own: Collection[str]) -> list[Announced]:
    """Each receipt answers the shipment that it names, else the oldest that holds its goods."""
    left = {each.event: each for each in waiting}
    for event in sorted(events_at(own, steps=ARRIVALS), key=lambda event: (event.time_ms, event.rid)):
        body = event.value()
        named = left.pop(str(body.get("lv:shipment", "")), None)
        if named is None:
            things = {part.uri for part in parts_of(body)}
            answered = next(
                (
                    each.event
                    for each in left.values()
                    if each.time_ms <= event.time_ms and things & {part.uri for part in each.parts}
                ),
                None,
            )
            if answered is not None:
                del left[answered]
    return list(left.values())


def shipment(organisation: Organisation, event: str) -> Announced:
    """The announced shipment of an eventID or hash. Raises Conflict where none waits (any more)."""
    for each in announced(organisation):
        if event in (each.event, each.hash):
            return each
    raise _no_shipment()


def _no_shipment() -> Conflict:
    return Conflict(
        "field.no_shipment",
        vi="Chuyến hàng này không còn chờ nhận: có thể đã có người ghi nhận. Hãy xem lại danh sách hàng sắp về.",
        en="This shipment is not waiting any more: somebody may have received it. Look at the list of what is coming.",
        path="shipment",
    )


def told_shipment(organisation: Organisation, event: str) -> Announced:
    """The same, whether it waits still or not: what the sender told. Raises Conflict where it is not for them."""
    own = place_uris(organisation)
    try:
        found = get_event(event)
    except NotFound:
        raise _no_shipment() from None
    goes = {str(each.get("destination", "")) for each in found.value().get("destinationList") or ()}
    if found.biz_step != "shipping" or not goes & {*own, *_parties(organisation)}:
        raise _no_shipment()
    return _announced(found, own)


def arriving(part: Part, known: Announced | None, *, path: str) -> Part:
    """Goods as they come in: their unit is the sender's, or that in which the ledger counts the lot."""
    uri = canonical_uri(part.uri)
    kind = kind_of(uri)
    if kind == "class":
        raise Invalid(
            "field.lot_missing",
            vi="Mã này chỉ là mã sản phẩm. Hãy nhập thêm số lô.",
            en="This code names the product only. Enter the lot number too.",
            path=path,
        )
    told = [each for each in known.parts if each.uri == uri] if known else []
    if not told and not stock_of([uri]):
        raise unheard_of(uri, path)
    if kind != "lot":
        return Part(uri)
    units = {each.uom for each in told} or {each.uom or PIECES for each in stock_of([uri])}
    uom = part.uom or (next(iter(units)) if len(units) == 1 else "")
    if uom not in units:
        raise Invalid(
            "field.unit",
            vi=f"{words_of(uri).vi}: hãy chọn đúng đơn vị đo như bên gửi đã ghi.",
            en=f"{words_of(uri).en}: choose the unit that the sender used.",
            path=path,
        )
    return Part(uri, rules.check_amount(part.amount, path=path), uom)


def differences(known: Announced, came: Sequence[Part]) -> dict[str, Any]:
    """What the sender told and what came, where the two differ; as fields of the event."""
    sent = {(part.uri, part.uom): part.amount for part in known.parts}
    here = {(part.uri, part.uom): part.amount for part in came}
    rows = [
        {"lv:thing": uri, "lv:announced": _number(sent.get((uri, uom)), (uri, uom) in sent),
         "lv:received": _number(here.get((uri, uom)), (uri, uom) in here)}
        for uri, uom in sorted({*sent, *here})
        if ((uri, uom) in sent) != ((uri, uom) in here) or sent.get((uri, uom)) != here.get((uri, uom))
    ]  # fmt: skip
    return {"lv:difference": rows} if rows else {}


def _number(amount: Decimal | None, there: bool) -> int | float:
    if amount is None:
        return int(there)
    return int(amount) if amount == amount.to_integral_value() else float(amount)
