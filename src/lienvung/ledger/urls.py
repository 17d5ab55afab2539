"""Addresses of the EPCIS 2.0 REST binding, mounted at /epcis/v2/."""

from django.urls import path

from lienvung.ledger import api

app_name = "epcis"
urlpatterns = [
    path("", api.top, name="top"),
    path("capture", api.captures, name="captures"),
    path("capture/<str:job>", api.capture_job, name="job"),
    path("events", api.events, name="events"),
    path("events/<path:event_id>", api.event, name="event"),
    path("epcs/<path:epc>/events", api.events_of_epc, name="events_of_epc"),
    path("<path:rest>", api.unknown, name="unknown"),
]
