"""Addresses of dashboards, public figures, calendars and open data under /reports/."""

from __future__ import annotations

from django.urls import URLPattern, path

from lienvung.reports import dashboard_views, open_views

CSV, XLSX = {"kind": "csv"}, {"kind": "xlsx"}

patterns: list[URLPattern] = [
    path("dashboards/", dashboard_views.index, name="dashboards"),
    path("dashboards/calendar", dashboard_views.calendar, name="calendar"),
    path("dashboards/<slug:code>", dashboard_views.show, name="dashboard"),
    path("dashboards/<slug:code>/choose", dashboard_views.choose, name="choose"),
    path("dashboards/<slug:code>/<str:table>.csv", dashboard_views.table_file, CSV, name="dashboard_csv"),
    path("dashboards/<slug:code>/<str:table>.xlsx", dashboard_views.table_file, XLSX, name="dashboard_xlsx"),
    path("dashboards/<slug:code>/<str:kind>/<uuid:id>", dashboard_views.part, name="dashboard_part"),
    path(
        "dashboards/<slug:code>/<str:kind>/<uuid:id>.csv",
        dashboard_views.part_file,
        {"file": "csv"},
        name="dashboard_part_csv",
    ),
    path(
        "dashboards/<slug:code>/<str:kind>/<uuid:id>.xlsx",
        dashboard_views.part_file,
        {"file": "xlsx"},
        name="dashboard_part_xlsx",
    ),
    path("calendar/<str:key>.ics", dashboard_views.feed, name="feed"),
    path("public/", open_views.index, name="public_index"),
    path("public/<slug:code>", open_views.show, name="public"),
    path("public/<slug:code>/figures.csv", open_views.figures_file, CSV, name="public_csv"),
    path("public/<slug:code>/figures.xlsx", open_views.figures_file, XLSX, name="public_xlsx"),
    path("public/<slug:code>/calendar.ics", open_views.calendar, name="public_calendar"),
    path("open-data/", open_views.dictionary, name="open_data"),
    path("open-data/<slug:code>/iati.xml", open_views.iati, name="iati"),
    path("open-data/<slug:code>/<slug:dataset>.csv", open_views.as_table, CSV, name="open_csv"),
    path("open-data/<slug:code>/<slug:dataset>.xlsx", open_views.as_table, XLSX, name="open_xlsx"),
    path("open-data/<slug:code>/<slug:dataset>.json", open_views.as_json, name="open_json"),
]
