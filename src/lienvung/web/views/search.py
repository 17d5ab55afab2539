"""Search: names without tone marks, and every form of a GS1 or EPC identifier."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def search(request: HttpRequest) -> HttpResponse:
    return render(request, "web/search.html", {"query": request.GET.get("q", "")})
