"""Addresses under /results/; each has its row in `apps.PAGES`."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from lienvung.results import period_views, views


class Turn(StringConverter):
    regex = "lock|unlock"


register_converter(Turn, "results_turn")

app_name = "results"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("claims/<uuid:id>", views.claim, name="claim"),
    path("claims/<uuid:id>/edit", views.edit_claim, name="edit_claim"),
    path("claims/<uuid:id>/file", views.attach, name="attach"),
    path("claims/<uuid:id>/do/<slug:name>", views.step, name="step"),
    path("commitments/<uuid:id>/new", views.new_claim, name="new_claim"),
    path("periods/<uuid:id>", period_views.period, name="period"),
    path("periods/<uuid:id>/<results_turn:act>", period_views.turn, name="turn"),
    path("indicators/<uuid:id>/edit", period_views.edit_indicator, name="edit_indicator"),
    path("indicators/<uuid:id>/<uuid:period>", period_views.evidence, name="evidence"),
    path("indicators/<uuid:id>/<uuid:period>/target", period_views.target, name="target"),
    path("figures/<int:id>/correct", period_views.correct, name="correct"),
    path("corrections/<uuid:id>/agree", period_views.agree, name="agree"),
    path("of/<slug:code>", views.agreement, name="agreement"),
    path("of/<slug:code>/indicators", period_views.indicators, name="indicators"),
    path("of/<slug:code>/indicators/new", period_views.new_indicator, name="new_indicator"),
    path("of/<slug:code>/periods/new", period_views.new_periods, name="new_periods"),
    path("of/<slug:code>/calendar", period_views.calendar, name="calendar"),
]
