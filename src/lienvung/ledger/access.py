"""Who sees which events through the API.

Authorities see all, an organisation what it sent (first or again) or what happened at its places.
The answer is a piece of SQL about `ledger_event e`, so that every reader filters
in the database and pages stay full.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from lienvung.catalogue.models import Place, Product
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.senders import sender_uri
from lienvung.ledger.tables import GS1_PREFIX, REFERENCE_SENDER
from lienvung.people.access import is_official, organisations_of
from lienvung.people.models import Organisation


@dataclass(frozen=True, slots=True)
class Visible:
    """A condition on `ledger_event e` and its values.

    `parts` says the same to readers that look each part up by itself: ("senders", uuids), ("again", things that stand
    for senders), ("places", things); any of them is enough. `voices`: whose master data counts, None for everybody's.
    `own`: the organisations whose own goods a walk shows whole (`ledger.trace_eyes`); what else it tells is as above.
    """

    sql: str
    values: tuple[Any, ...] = ()
    parts: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    voices: tuple[str, ...] | None = None
    own: tuple[str, ...] = ()


EVERYTHING = Visible("1 = 1")
NOTHING = Visible("1 = 0", voices=())


def visible_to_organisations(organisations: Iterable[Organisation]) -> Visible:
    """What the members and tokens of these organisations see."""
    those = list(organisations)
    if not those:
        return NOTHING
    if any(organisation.kind == Organisation.Kind.AUTHORITY for organisation in those):
        return EVERYTHING
    senders = [str(organisation.pk) for organisation in those]
    sql = f"e.doc IN (SELECT id FROM ledger_document WHERE submitter IN {marks(senders)})"
    values: tuple[Any, ...] = tuple(senders)
    parts: list[tuple[str, tuple[Any, ...]]] = [("senders", values)]
    again = [
        n for (n,) in rows(f"SELECT id FROM ledger_thing WHERE uri IN {marks(senders)}", list(map(sender_uri, senders)))
    ]
    if again:
        sql += f" OR e.rid IN (SELECT event FROM ledger_reference WHERE thing IN {marks(again)} AND kind = %s)"
        values = (*values, *again, REFERENCE_SENDER)
        parts.append(("again", tuple(again)))
    places = places_of_organisations(those)
    if places:
        sql += f" OR e.bl IN {marks(places)} OR e.rp IN {marks(places)}"
        values = (*values, *places, *places)
        parts.append(("places", tuple(places)))
    return Visible(f"({sql})", values, tuple(parts), _voices(senders))


def visible_to_account(account: Any) -> Visible:
    """What a signed-in person sees: officials and staff all, others what their organisations see."""
    if not getattr(account, "is_authenticated", False):
        return NOTHING
    if getattr(account, "is_staff", False) or is_official(account):
        return EVERYTHING
    return visible_to_organisations(organisations_of(account))


def owns_product_of(uri: str, organisations: Iterable[Any]) -> bool:
    """Whether a thing (canonical URI) is of a product of these organisations (or their numbers)."""
    key, _, rest = uri.removeprefix(GS1_PREFIX + "/").partition("/")
    gtin = rest.partition("/")[0]
    return key == "01" and Product.objects.filter(gtin=gtin, owner__in=list(organisations)).exists()


def lineage_for(visible: Visible, uri: str, organisations: Iterable[Any]) -> Visible:
    """Whose eyes a walk from `uri` has: officials get the whole; the owner of the product too, but for goods of others
    that only the owner's own events join to it; everybody else what the events that they see say, and nothing else,
    not even as a number. To name a thing in an event of one's own must not open what others did with it."""
    given = list(organisations)
    if visible == EVERYTHING or not owns_product_of(uri, given):
        return visible
    own = {str(getattr(each, "pk", each)) for each in given}
    own.update(sender for kind, senders in visible.parts if kind == "senders" for sender in senders)
    return replace(visible, own=tuple(sorted(own)))


def _voices(senders: list[str]) -> tuple[str, ...]:
    """Their own, the authorities' and the operator's (who has no uuid)."""
    authorities = Organisation.objects.filter(kind=Organisation.Kind.AUTHORITY).values_list("pk", flat=True)
    return ("", *senders, *(str(pk) for pk in authorities))


def places_of_organisations(organisations: list[Organisation]) -> list[int]:
    """Dictionary numbers of the places of organisations, with the extensions (AI 254) in use at them."""
    glns = {organisation.gln for organisation in organisations if organisation.gln}
    glns.update(Place.objects.filter(Q(owner__in=organisations)).values_list("gln", flat=True))
    found: list[int] = []
    for gln in glns:
        path = f"/414/{gln}"
        found += [
            number
            for (number,) in rows(
                "SELECT id FROM ledger_thing WHERE uri = %s "
                "UNION ALL SELECT id FROM ledger_thing WHERE uri >= %s AND uri < %s",
                (path, path + "/254/", path + "/2540"),
            )
        ]
    return found
