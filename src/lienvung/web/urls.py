"""Every address of the site; each room brings its own list."""

from __future__ import annotations

import importlib.util

from django.urls import URLPattern, URLResolver, include, path

from lienvung.web.views import components, dashboard, home, search

pages: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("search", search.search, name="search"),
    path("ledger/", dashboard.dashboard, name="dashboard"),
    path("mau/", components.components, name="components"),
]


def room(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    # BUILD ONLY: rooms appear as they are built
    return [path(prefix, include(module))] if importlib.util.find_spec(module) else []


urlpatterns = [
    path("", include((pages, "web"))),
    *room("people/", "lienvung.people.urls"),
    *room("catalogue/", "lienvung.catalogue.urls"),
    *room("epcis/v2/", "lienvung.ledger.urls"),
    *room("quality/", "lienvung.quality.urls"),
    *room("", "lienvung.scan.urls"),  # last: it answers GS1 Digital Link paths at the root
]

handler400 = "lienvung.web.problems.bad_request"
handler403 = "lienvung.web.problems.forbidden"
handler404 = "lienvung.web.problems.not_found"
handler500 = "lienvung.web.problems.server_error"
