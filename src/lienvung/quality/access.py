"""The readers' door of the quality room: recalls, who may decide on one, who may see its whole scope."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from lienvung.catalogue.models import Place, Product
from lienvung.ledger.events import history
from lienvung.ledger.status import persistent_dispositions
from lienvung.people.access import account_or_none, is_official, organisations_of, recording_organisations, role_in
from lienvung.people.models import Account, Membership, Organisation
from lienvung.quality import rules
from lienvung.quality.models import Notice, Recall
from lienvung.quality.rules import HANOI
from lienvung.territory.access import province_of


def recalls(*, in_force: bool = False) -> QuerySet[Recall]:
    """All recalls, newest first: that goods are recalled is public."""
    english = Product.objects.filter(gtin=OuterRef("product_gtin")).values("name_en")[:1]
    found = Recall.objects.select_related("producer", "authority").annotate(product_name_en=Subquery(english))
    return found.filter(state=Recall.State.IN_FORCE) if in_force else found


def recall(id: uuid.UUID) -> Recall | None:
    return recalls().filter(pk=id).first()


def in_force_on(lot_uri: str) -> Recall | None:
    return recalls(in_force=True).filter(lot_uri=lot_uri).first()


def in_force_reaching(lot_uri: str) -> Recall | None:
    """The recall in force of the lot itself, else one that set its mark on the lot."""
    own = in_force_on(lot_uri)
    if own is not None or "recalled" not in persistent_dispositions(lot_uri):
        return own
    for event in reversed(history(lot_uri)):
        key = _uuid(event.as_dict().get("lv:recall"))
        found = recalls(in_force=True).filter(pk=key).first() if key else None
        # the event must be one of the recall's own: anybody may write the name of a recall
        if found and event.event_id in {rules.event_id(found.pk, number) for number in range(found.events)}:
            return found
    return None


def _uuid(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except (TypeError, ValueError, AttributeError):
        return None


def notices() -> QuerySet[Notice]:
    return Notice.objects.select_related("recall", "holder", "acknowledged_by", "answered_by")


def notices_of(account: Any) -> QuerySet[Notice]:
    """The notices to the account's organisations, newest first; for officials those of all recalls."""
    known = account_or_none(account)
    if known is not None and is_official(known):
        return notices()
    return notices().filter(holder__in=organisations_of(known))


def waiting_notices(account: Any) -> QuerySet[Notice]:
    """Those to the organisations that the account records for, and that still want an answer."""
    own = recording_organisations(account_or_none(account))
    return notices().filter(holder__in=own, answered_at__isnull=True, recall__state=Recall.State.IN_FORCE)


def glns_of(account: Any) -> set[str]:
    """The GLNs of the organisations that the account belongs to, and of their places."""
    known = account_or_none(account)
    if known is None:
        return set()
    own = organisations_of(known)
    places = Place.objects.filter(owner__in=own).values_list("gln", flat=True)
    return {gln for gln in (*places, *own.values_list("gln", flat=True)) if gln}


def product_of(gtin: str) -> Product | None:
    units = ("owner__unit", "owner__unit__parent", "owner__unit__parent__parent")
    return Product.objects.select_related("owner", *units).filter(gtin=gtin).first()


def province_code(producer: Organisation | None) -> str:
    province = province_of(producer.unit) if producer else None
    return province.code if province else ""


def may_decide(account: Any, producer: Organisation | None) -> bool:
    """An official of the producer's province or of Hà Nội; where the producer is not ours, any official."""
    known = account_or_none(account)
    if known is None:
        return False
    if producer is None:
        return is_official(known)
    provinces = {province_code(producer), HANOI} - {""}
    return any(is_official(known, province=code) for code in provinces)


def may_see_scope(account: Any, recalled: Recall) -> bool:
    """Officials, and the people of the producer whose goods they are."""
    known = account_or_none(account)
    return known is not None and (is_official(known) or role_in(known, recalled.producer) is not None)


def authority_of(account: Account) -> Organisation | None:
    """The authority in whose name an official decides."""
    found = (
        Membership.objects.select_related("organisation")
        .filter(account=account, organisation__kind=Organisation.Kind.AUTHORITY)
        .order_by("organisation__name")
        .first()
    )
    return found.organisation if found else None
