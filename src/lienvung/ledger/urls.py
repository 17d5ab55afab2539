"""Addresses of the EPCIS 2.0 REST binding, mounted at /epcis/v2/."""

from django.urls import URLPattern

app_name = "epcis"
urlpatterns: list[URLPattern] = []
