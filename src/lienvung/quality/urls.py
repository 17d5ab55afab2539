"""Addresses of the quality room, included under /quality/."""

from __future__ import annotations

from django.urls import URLPattern, path

from lienvung.quality import dossier_views, notice_views, views

app_name = "quality"

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("recalls.csv", views.open_csv, name="open_csv"),
    path("recalls.json", views.open_json, name="open_json"),
    path("recalls/<uuid:id>", views.recall, name="recall"),
    path("recalls/<uuid:id>/scope.csv", views.scope_csv, name="scope_csv"),
    path("recalls/<uuid:id>/close", views.close, name="close"),
    path("recalls/<uuid:id>/treatment", views.treatment, name="treatment"),
    path("recalls/<uuid:id>/extend", views.extend, name="extend"),
    path("recalls/<uuid:id>/report", views.report, name="report"),
    path("recalls/<uuid:id>/dossier", dossier_views.dossier, name="dossier"),
    path("recalls/<uuid:id>/dossier.pdf", dossier_views.dossier_pdf, name="dossier_pdf"),
    path("recalls/<uuid:id>/dossier.xlsx", dossier_views.dossier_xlsx, name="dossier_xlsx"),
    path("notices", notice_views.index, name="notices"),
    path("notices/<uuid:id>", notice_views.notice, name="notice"),
    path("notices/<uuid:id>/acknowledge", notice_views.acknowledge, name="acknowledge"),
    path("notices/<uuid:id>/answer", notice_views.answer, name="answer"),
    path("declare", views.declare, name="declare"),
]
