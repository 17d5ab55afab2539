"""The readers' door of the drills: officials see all, the producer its own, a holder its notices."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from lienvung.drills import rules
from lienvung.drills.models import Drill, DrillLine, DrillNotice
from lienvung.people.access import account_or_none, is_official, organisations_of, recording_organisations


def visible_to(account: Any) -> QuerySet[Drill]:
    """Drills that the account may see as a whole."""
    known = account_or_none(account)
    found = Drill.objects.select_related("producer", "authority", "started_by")
    if known is not None and is_official(known):
        return found
    return found.filter(producer__in=organisations_of(known))


def notices_of(account: Any) -> QuerySet[DrillNotice]:
    """The notices to the account's organisations; officials see all."""
    known = account_or_none(account)
    found = DrillNotice.objects.select_related("drill", "holder", "acknowledged_by", "answered_by")
    if known is not None and is_official(known):
        return found.order_by("-issued_at")
    return found.filter(holder__in=organisations_of(known)).order_by("-issued_at")


def waiting(account: Any) -> QuerySet[DrillNotice]:
    """Those to the organisations that the account records for, and that still want an answer."""
    own = recording_organisations(account_or_none(account))
    return DrillNotice.objects.select_related("drill", "holder").filter(
        Q(answered_at__isnull=True), holder__in=own, drill__ended_at__isnull=True
    )


def score_of(drill: Drill) -> rules.Score:
    return rules.score(
        list(drill.notices.all()),
        DrillLine.objects.filter(notice__drill=drill),
        started=drill.started_at,
        scoped=drill.scoped_at,
        answer_by=drill.answer_by,
    )
