"""Every address of the site; each room brings its own list."""

from __future__ import annotations

import importlib.util

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import TemplateView

try:
    from lienvung.web.views import components, dashboard, events, home, search, things

    pages: list[URLPattern | URLResolver] = [
        path("", home.home, name="home"),
        path("search", search.search, name="search"),
        path("ledger/", dashboard.dashboard, name="dashboard"),
        path("ledger/lots/<uuid:id>", things.lot_by_id, name="lot_by_id"),
        path("ledger/things", things.thing_by_id, name="thing_by_id"),
        path("ledger/things/<path:path>", things.thing, name="thing"),
        path("ledger/event", events.event_by_id, name="event_by_id"),
        re_path(r"^ledger/events/(?P<digest>[0-9a-f]{64})$", events.event, name="event"),
        re_path(r"^ledger/events/(?P<digest>[0-9a-f]{64})\.json$", events.event_json, name="event_json"),
        path("mau/", components.components, name="components"),
    ]
except ImportError:  # BUILD ONLY: the lower floors are not all there yet
    blank = TemplateView.as_view(template_name="web/base.html")
    pages = [
        path(where, blank, name=name)
        for where, name in (("", "home"), ("search", "search"), ("ledger/", "dashboard"), ("mau/", "components"))
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
