"""Events: one explained, its exact bytes, and the latest."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from lienvung.epcis import encode_json
from lienvung.ledger.events import StoredEvent, get_event
from lienvung.people.gate import listed
from lienvung.texts import Text
from lienvung.web import access, event_lists, event_page
from lienvung.web.vocabulary import EVENT_MEANINGS, EVENT_TYPES, word


def visible_event(request: HttpRequest, digest: str) -> StoredEvent:
    """The event with this hash (64 hex digits), if the reader may see it."""
    return checked(request, get_event(f"ni:///sha-256;{digest}?ver=CBV2.0"))


def checked(request: HttpRequest, event: StoredEvent) -> StoredEvent:
    """`event`; NotAllowed when it is not for the reader."""
    access.check_may_see(bool(access.visible_events(request.user, [event])))
    return event


@listed
def event(request: HttpRequest, digest: str) -> HttpResponse:
    found = visible_event(request, digest)
    facts = event_page.facts(found)
    kind = event_lists.type_name(found)
    names = event_lists.names_of([found])
    context = {
        "event": found,
        "title_text": event_lists.title(found),
        "type_text": word(EVENT_TYPES, kind),
        "meaning": EVENT_MEANINGS.get(kind, Text("", "")),
        "what": event_lists.what(found, names),
        "facts": facts,
        "ledger_facts": event_page.summary(found),
        "submitter": names.party_name(found.submitter),
        "json": msgspec.json.format(encode_json(found.value()), indent=2).decode(),
        "json_href": reverse("web:event_json", args=[digest]),
        "crumbs": [
            {"text": Text("Bàn làm việc", "Dashboard"), "href": reverse("web:dashboard")},
            {"text": event_lists.title(found)},
        ],
    }
    return render(request, "web/event.html", context)


@listed
def event_json(request: HttpRequest, digest: str) -> HttpResponse:
    """The event as it was sent, byte for byte."""
    return HttpResponse(visible_event(request, digest).body, content_type="application/json")


@listed
def event_by_id(request: HttpRequest) -> HttpResponseBase:
    """`?id=` any eventID or hash name."""
    return redirect("web:event", digest=checked(request, get_event(request.GET.get("id", ""))).hash.hex())
