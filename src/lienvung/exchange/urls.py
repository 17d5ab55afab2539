"""Addresses of the EPCIS 2.0 REST binding, mounted at /epcis/v2/."""

from django.urls import path

from lienvung.exchange import capture_api, events_api, resource

app_name = "epcis"
urlpatterns = [
    path("", events_api.top, name="top"),
    path("capture", capture_api.captures, name="captures"),
    path("capture/<str:job>", capture_api.capture_job, name="job"),
    path("events", events_api.events, name="events"),
    path("events/<path:event_id>", events_api.event, name="event"),
    path("epcs/<path:epc>/events", events_api.events_of_epc, name="events_of_epc"),
    path("<path:rest>", resource.unknown, name="unknown"),
]
