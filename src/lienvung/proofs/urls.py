"""Addresses of the room of certificates, included under /proofs/; each has its row in `apps.PAGES`."""

from __future__ import annotations

from django.urls import URLPattern, path

from lienvung.proofs import views, watch_views

app_name = "proofs"

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("certificates.csv", views.open_csv, name="open_csv"),
    path("new", views.register, name="register"),
    path("issuers", views.issuers, name="issuers"),
    path("issuers/<int:body>/end", views.end_issuer, name="end_issuer"),
    path("watch", watch_views.watch, name="watch"),
    path("watch.csv", watch_views.watch_csv, name="watch_csv"),
    path("watch.xlsx", watch_views.watch_xlsx, name="watch_xlsx"),
    path("watch.ics", watch_views.watch_ics, name="watch_ics"),
    path("calendar", watch_views.calendar_key, name="calendar_key"),
    path("calendar/<str:key>.ics", watch_views.feed, name="feed"),
    path("<uuid:id>", views.certificate, name="certificate"),
    path("<uuid:id>/document", views.document, name="document"),
    path("<uuid:id>/edit", views.edit, name="edit"),
    path("<uuid:id>/scope", views.scope, name="scope"),
    path("<uuid:id>/scope/<int:row>/remove", views.remove_scope, name="remove_scope"),
    path("<uuid:id>/check", views.check, name="check"),
    path("<uuid:id>/measure", views.measure, name="measure"),
]
