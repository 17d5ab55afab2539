"""What the laboratory room adds to other pages: results and holds of a lot, and what waits on the home page."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from lienvung.catalogue.models import Lot
from lienvung.lab import access, rules, tables
from lienvung.lab.models import Sample
from lienvung.people.access import account_or_none
from lienvung.registry import LotAct, Origin
from lienvung.texts import Text

SHOWN = 5


def of_lot(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Samples and results for those whom they concern, and for who may order one the way to do it."""
    account = account_or_none(request.user)
    if not isinstance(subject, Lot) or account is None:
        return None
    samples = [
        {
            "sample": sample,
            "results": [
                {
                    "name": result.name,
                    "value": tables.value_words(result),
                    "verdict": rules.VERDICTS[rules.Verdict(result.verdict)],
                    "bad": result.verdict in rules.HOLDING,
                }
                for result in access.standing_results(sample)
            ],
        }
        for sample in access.samples_of_lot(account, subject.uri)
    ]
    hold = access.holds(account, in_force=True).filter(lot_uri=subject.uri).first()
    may_order = access.orderer_of(account, subject.product.owner) is not None
    if not samples and not may_order and hold is None:
        return None
    may_hold = hold is None and access.may_decide(account, subject.product.owner)
    return {"samples": samples, "hold": hold, "may_order": may_order, "may_hold": may_hold, "lot": subject}


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Unanswered alarms, holds in force, and for a laboratory the samples that wait for it."""
    account = account_or_none(request.user)
    if account is None:
        return None
    alarms = list(access.alarms(account, unanswered=True)[:SHOWN])
    holds = list(access.holds(account, in_force=True)[:SHOWN])
    untested = access.samples(account).exclude(state=Sample.State.DONE)
    waiting = list(untested[:SHOWN]) if access.is_laboratory(account) else []
    if not (alarms or holds or waiting):
        return None
    return {"alarms": alarms, "holds": holds, "waiting": waiting}


def origin_of(account: Any, id: str) -> Origin | None:
    """What a recall learns of a hold: its lot, its reason, and the sample whose result was outside the limit."""
    try:
        found = access.hold(account, uuid.UUID(id)) if account_or_none(account) else None
    except ValueError:
        return None
    if found is None:
        return None
    sample = found.result.sample if found.result else None
    named = Text(f"Kết quả của mẫu {sample.code}", f"Result of sample {sample.code}") if sample else Text("", "")
    return Origin(
        title=named if sample else Text(f"Tạm giữ: {found.lot_name}", f"Hold: {found.lot_name}"),
        url=reverse("lab:hold", args=[found.pk]),
        things=(found.lot_uri,),
        note=found.reason,
        reference=sample.code if sample else "",
    )


def _order(account: Any, lot_uri: str, producer: Any) -> str:
    may = access.orderer_of(account, producer) is not None
    return f"{reverse('lab:order')}?{urlencode({'lot': lot_uri})}" if may else ""


def _hold(account: Any, lot_uri: str, producer: Any) -> str:
    may = access.may_decide(account, producer)
    return f"{reverse('lab:new_hold')}?{urlencode({'lot': lot_uri})}" if may else ""


ACTS = (
    LotAct("lab.sample", Text("Lấy mẫu kiểm nghiệm", "Order a sample"), _order, order=10),
    LotAct("lab.hold", Text("Tạm giữ lô", "Hold the lot"), _hold, order=20),
)
