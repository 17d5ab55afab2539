"""Addresses under /programme/."""

from __future__ import annotations

from django.urls import path

from lienvung.programme import views

app_name = "programme"

urlpatterns = [
    path("", views.index, name="index"),
    path("rights", views.rights, name="rights"),
    path("new", views.new, name="new"),
    path("commitments/<uuid:id>", views.commitment, name="commitment"),
    path("parties/<uuid:id>", views.party, name="party"),
    path("parties/<uuid:id>/agencies/<uuid:agency>/<slug:name>", views.do_agency, name="do_agency"),
    path("plans/<uuid:id>", views.plan, name="plan"),
    path("meetings/<uuid:id>", views.meeting, name="meeting"),
    path("amendments/<uuid:id>", views.amendment, name="amendment"),
    path("do/<slug:kind>/<uuid:id>/<slug:name>", views.do, name="do"),
    path("a/<slug:code>", views.agreement, name="agreement"),
]
