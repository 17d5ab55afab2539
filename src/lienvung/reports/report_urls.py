"""Addresses of reports, coverage, difficulties and recommendations, under /reports/documents/."""

from __future__ import annotations

from django.urls import URLPattern, path

from lienvung.reports import matter_views, report_views

URLS: list[URLPattern] = [
    path("documents/", report_views.index, name="documents"),
    path("documents/report/<uuid:id>", report_views.report, name="report"),
    path("documents/report/<uuid:id>/edit", report_views.edit, name="report_edit"),
    path("documents/report/<uuid:id>/build", report_views.build, name="report_build"),
    path("documents/report/<uuid:id>/issue", report_views.issue, name="report_issue"),
    path("documents/matter/<uuid:id>", matter_views.matter, name="matter"),
    path("documents/matter/<uuid:id>/answer", matter_views.answer, name="matter_answer"),
    path("documents/matter/<uuid:id>/close", matter_views.close, name="matter_close"),
    path("documents/<slug:code>", report_views.agreement, name="agreement_documents"),
    path("documents/<slug:code>/new", report_views.begin, name="report_begin"),
    path("documents/<slug:code>/coverage", report_views.coverage, name="coverage"),
    path("documents/<slug:code>/raise", matter_views.raise_matter, name="matter_raise"),
]
