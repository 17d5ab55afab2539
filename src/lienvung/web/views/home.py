"""The home page: what this is, for whom, and where to begin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lienvung import registry
from lienvung.catalogue.models import Lot
from lienvung.people.gate import listed
from lienvung.web import figures

LATEST_LOTS = 6


@listed
def home(request: HttpRequest) -> HttpResponse:
    panels = []
    for panel in registry.home_panels:
        values = panel.context(request, None)
        if values is not None:
            panels.append({"label": panel.label, "template": panel.template, "values": values})
    context = {
        "lots": Lot.objects.select_related("product", "product__owner")[:LATEST_LOTS],
        "figures": figures.public_figures(),
        "example": figures.example(),
        "panels": panels,
    }
    return render(request, "web/home.html", context)
