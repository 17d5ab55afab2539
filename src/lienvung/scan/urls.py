"""Addresses of the scan room: the page behind a code at `/p/` and the code's path, label pages, drawn codes.

Three namespaces: `labels` for the members' pages, `completeness` for those of a chain and officials, `scan` for
what everybody may see (there no cookie is read or set). At the code's own address the resolver answers.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from lienvung.scan import label_views, score_views, views

labels: list[URLPattern | URLResolver] = [
    path("", label_views.index, name="index"),
    path("new/<str:gtin>", label_views.new, name="new"),
    path("new/<str:gtin>/preview.svg", label_views.preview, name="preview"),
    path("<uuid:id>", label_views.job, name="job"),
    path("<uuid:id>/reprint", label_views.reprint, name="reprint"),
    path("<uuid:id>/sheet.pdf", label_views.sheet_pdf, name="sheet_pdf"),
    path("<uuid:id>/sheet.svg", label_views.sheet_svg, name="sheet_svg"),
]

completeness: list[URLPattern | URLResolver] = [
    path("", score_views.index, name="index"),
    path("lots.csv", score_views.as_csv, name="csv"),
    path("<uuid:id>.json", score_views.lot, name="lot"),
]

scan: list[URLPattern | URLResolver] = [
    path("qr/<path:path>.svg", label_views.code, name="code"),
    # GS1 application identifiers have two to four digits; which of them may begin a path is checked by the view.
    re_path(r"^p/(?P<path>\d{2,4}/.+)$", views.page, name="page"),
    re_path(r"^p/journey/(?P<path>\d{2,4}/.+)$", views.journey, name="journey"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("labels/", include((labels, "labels"))),
    path("completeness/", include((completeness, "completeness"))),
    path("", include((scan, "scan"))),
]
