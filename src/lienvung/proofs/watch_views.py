"""What ends soon: the list for holders and officials, its tables, and the calendar feed."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from lienvung.people.gate import listed, person
from lienvung.people.models import Account
from lienvung.proofs import access, actions, calendar, tables, words
from lienvung.proofs.models import Certificate
from lienvung.proofs.panels import rows_of
from lienvung.registry.sheets import XLSX

ICS = "text/calendar; charset=utf-8"
REMIND_DAYS = 30


def language() -> str:
    return "en" if get_language() == "en" else "vi"


@listed
def watch(request: HttpRequest) -> HttpResponseBase:
    account = person(request)
    context = {
        "due": [rows_of(one) for one, _ in access.due(account)],
        "waiting": [rows_of(one) for one in access.to_check(account)],
        "days": settings.PROOFS_EXPIRING_DAYS,
        "has_key": access.has_calendar_key(account),
    }
    return render(request, "proofs/watch.html", context)


def _watched(account: Account) -> list[Certificate]:
    return list(access.watched_by(account).order_by("valid_to", "number"))


@listed
def watch_csv(request: HttpRequest) -> HttpResponseBase:
    body = tables.as_csv(_watched(person(request)), language())
    return _file(body, "text/csv; charset=utf-8", "certificates.csv")


@listed
def watch_xlsx(request: HttpRequest) -> HttpResponseBase:
    return _file(tables.as_xlsx(_watched(person(request)), language()), XLSX, "certificates.xlsx")


@listed
def watch_ics(request: HttpRequest) -> HttpResponseBase:
    return _file(_calendar(person(request)), ICS, "certificates.ics")


@listed
@never_cache
def calendar_key(request: HttpRequest) -> HttpResponseBase:
    """Make the feed's address anew; it is shown this once."""
    key = actions.make_calendar_key(by=person(request))
    address = settings.ORIGIN + reverse("proofs:feed", args=[key])
    return render(request, "proofs/calendar.html", {"address": address})


@listed
@never_cache
def feed(request: HttpRequest, key: str) -> HttpResponseBase:
    """The calendar of whoever has the address: calendars cannot sign in. A wrong key is no page at all."""
    account = access.account_of_key(key)
    if account is None:
        raise Http404
    return HttpResponse(_calendar(account), content_type=ICS)


def _calendar(account: Account) -> bytes:
    """The ends of all confirmed certificates that `account` watches and nobody has replaced or withdrawn."""
    chosen = language()
    host = urlsplit(settings.ORIGIN).hostname or "lienvung"
    entries = []
    for one in access.watched_by(account).filter(checked=access.CONFIRMED, valid_to__isnull=False):
        if access.over(one) or one.valid_to is None:
            continue
        kind = words.kind_name(one.kind, one.stars).in_language(chosen)
        ends = "hết hạn" if chosen == "vi" else "ends"
        entries.append(
            calendar.Entry(
                uid=f"{one.pk}@{host}",
                day=one.valid_to,
                title=f"{kind} {one.number} {ends}: {one.holder.name}",
                words=f"{one.issuer_name}. {access.uri_of(one)}",
                url=access.uri_of(one),
                number=one.revision,
            )
        )
    name = calendar.NAME.in_language(chosen)
    return calendar.write(entries, name=name, now=timezone.now(), remind_days=REMIND_DAYS)


def _file(body: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
