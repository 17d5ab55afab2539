"""What every page knows: the site, the reader's language, the rooms' navigation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from lienvung import __version__
from lienvung.field.offline import page_context
from lienvung.people.access import roles_of
from lienvung.registry import navigation
from lienvung.web.middleware import scripted
from lienvung.web.templatetags.words import language


def site(request: HttpRequest) -> dict[str, Any]:
    other = "en" if language() == "vi" else "vi"
    query = request.GET.copy()
    query["lang"] = other
    return {
        "site_origin": settings.ORIGIN,
        "site_version": __version__,
        "operator": getattr(settings, "OPERATOR", ""),
        "demo": settings.DEMO,
        "language": language(),
        "other_language": other,
        "other_language_url": f"{request.path}?{query.urlencode()}",
        "navigation": menu(request),
        "work": page_context(request) if scripted(request) else None,
    }


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The main menu for who is asking; the item of the current page is marked."""
    roles = roles_of(getattr(request, "user", None))
    shown = []
    for item in navigation:
        if not roles & item.roles:
            continue
        try:
            href = reverse(item.url_name)
        except NoReverseMatch:
            continue
        shown.append({"label": item.label, "href": href, "current": request.path == href})
    return shown
