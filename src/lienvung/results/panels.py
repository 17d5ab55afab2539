"""What the room adds to other pages: what waits for one's own party at home, results beside agreements and commitments.

Results are the parties' own: the public gets no panel.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from lienvung.programme.access import standing_of
from lienvung.results import access, rules
from lienvung.results.views import rows_of

MOST = 20  # results shown beside a commitment


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """How many wait for the reader's party, the longest silence first; how many of its own were given back."""
    parties = access.parties_of(request.user)
    if not parties:
        return None
    waiting = access.waiting_for(parties)
    count, back = waiting.count(), access.to_mend(parties).count()
    if not count and not back:
        return None
    today = timezone.localdate()
    shown = [
        (each, rules.silence(timezone.localdate(each.waiting_since) if each.waiting_since else None, today))
        for each in waiting[:3]
    ]
    return {"count": count, "shown": shown, "back": back}


def of_agreement(request: HttpRequest, agreement: Any) -> dict[str, Any] | None:
    """The ways from an agreement to its results; on their own pages they are there already."""
    match = request.resolver_match
    standing = standing_of(request.user, agreement)
    if (match is not None and match.namespace == "results") or not (standing.parties or standing.staff):
        return None
    waiting = access.waiting_for(standing.parties).filter(agreement=agreement).count()
    return {"agreement": agreement, "waiting": waiting}


def of_commitment(request: HttpRequest, commitment: Any) -> dict[str, Any] | None:
    """What was told of a commitment, newest first, and the way to tell more."""
    standing = standing_of(request.user, commitment.agreement)
    if not standing.parties and not standing.staff:
        return None
    claims = access.Seen(commitment.agreement, standing).claims().filter(commitment=commitment)
    own = [party for party in commitment.agreement.parties.all() if party.pk in standing.parties]
    may_tell = any(access.may_claim(standing, commitment, party) for party in own)
    return {"rows": rows_of(claims.order_by("-period__starts_on", "-pk")[:MOST]), "may_tell": may_tell}
