"""Every address of the site; each room brings its own list."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from lienvung.exchange.top_level import top as epcis_top
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

urlpatterns = [
    path("", include((pages, "web"))),
    path("people/", include("lienvung.people.urls")),
    path("catalogue/", include("lienvung.catalogue.urls")),
    path("epcis/v2", epcis_top, name="epcis_top"),
    path("epcis/v2/", include("lienvung.exchange.urls")),
    path("proofs/", include("lienvung.proofs.urls")),
    path("lab/", include("lienvung.lab.urls")),
    path("checks/", include("lienvung.checks.urls")),
    path("quality/", include("lienvung.quality.urls")),
    path("field/", include("lienvung.field.urls")),
    path("diary/", include("lienvung.diary.urls")),
    path("books/", include("lienvung.books.urls")),
    path("cases/", include("lienvung.cases.urls")),
    path("drills/", include("lienvung.drills.urls")),
    path("papers/", include("lienvung.papers.urls")),
    path("programme/", include("lienvung.programme.urls")),
    path("results/", include("lienvung.results.urls")),
    path("imports/", include("lienvung.imports.urls")),
    path("reports/", include("lienvung.reports.urls")),
    path("control/", include("lienvung.control.urls")),
    path("", include("lienvung.scan.urls")),
    path("", include("lienvung.resolver.urls")),  # last: it answers GS1 Digital Link paths at the root
]

handler400 = "lienvung.web.problems.bad_request"
handler403 = "lienvung.web.problems.forbidden"
handler404 = "lienvung.web.problems.not_found"
handler500 = "lienvung.web.problems.server_error"
