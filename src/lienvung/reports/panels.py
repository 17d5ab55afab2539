"""What the room adds to the pages of an agreement: the ways to its dashboard, reports and public figures."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lienvung.programme.access import standing_of


def of_agreement(request: HttpRequest, agreement: Any) -> dict[str, Any] | None:
    """Dashboard and reports for the parties, public figures for everybody once the agreement is published."""
    standing = standing_of(request.user, agreement)
    inside = bool(standing.parties) or standing.staff
    shown = agreement.published_at is not None and agreement.state != "draft"
    return {"agreement": agreement, "inside": inside, "shown": shown} if inside or shown else None
