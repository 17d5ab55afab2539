"""Addresses of the laboratory room, included under /lab/."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from lienvung.lab import hold_views, views

app_name = "lab"
FILE = r"\.(?P<kind>csv|xlsx)$"

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    re_path("^samples" + FILE, views.samples_file, name="samples_file"),
    path("samples/new", views.order, name="order"),
    path("samples/<slug:code>", views.sample, name="sample"),
    path("samples/<slug:code>/label", views.label, name="label"),
    path("samples/<slug:code>/take", views.take, name="take"),
    path("samples/<slug:code>/custody", views.custody, name="custody"),
    path("samples/<slug:code>/result", views.result, name="result"),
    path("samples/<slug:code>/confirm", views.confirm, name="confirm"),
    path("samples/<slug:code>/results/<uuid:id>/drop", views.drop, name="drop"),
    path("plan", views.plan, name="plan"),
    re_path("^plan" + FILE, views.plan_file, name="plan_file"),
    path("plan/new", views.plan_line, name="plan_line"),
    path("limits", hold_views.limits, name="limits"),
    re_path("^limits" + FILE, hold_views.limits_file, name="limits_file"),
    path("limits/import", hold_views.import_limits, name="import_limits"),
    path("holds", hold_views.holds, name="holds"),
    re_path("^holds" + FILE, hold_views.holds_file, name="holds_file"),
    path("holds/new", hold_views.new_hold, name="new_hold"),
    path("holds/<uuid:id>", hold_views.hold, name="hold"),
    path("holds/<uuid:id>/claims", hold_views.claims, name="claims"),
    path("holds/<uuid:id>/release", hold_views.release, name="release"),
    path("alarms", hold_views.alarm_list, name="alarms"),
    re_path("^alarms" + FILE, hold_views.alarms_file, name="alarms_file"),
    path("alarms/<uuid:id>", hold_views.alarm, name="alarm"),
]
