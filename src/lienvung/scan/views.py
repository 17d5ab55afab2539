"""The page behind a code: HTML for people, JSON-LD for machines.

The code's own address is the resolver's, which leads here unless the owner or the request says otherwise.
Scans are counted here, once a page that a person gets.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import get_template
from django.utils import timezone
from django.utils.translation import get_language

from lienvung import registry
from lienvung.errors import Invalid
from lienvung.gs1.address import Address, read_address, sent_path
from lienvung.scan import lists, machine, story
from lienvung.scan.counting import counter, province_of
from lienvung.scan.page import Page
from lienvung.scan.rules import Known
from lienvung.scan.versions import Answer, shelf, version
from lienvung.texts import Text

HTML = "text/html; charset=utf-8"
PAGE = "/p"
METHODS = ("GET", "HEAD", "OPTIONS")
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Link, ETag"}
PREFLIGHT = {
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": "Accept, Accept-Language",
    "Access-Control-Max-Age": "86400",
}
# Kept by shared caches, but asked for again each time (a 304 is cheap): a recall shows at once.
CACHING = "public, max-age=0, must-revalidate"


class Counted(HttpResponse):
    """An answer after whose sending the scan counts are written when it is time."""

    def close(self) -> None:
        counter.flush_if_due()
        super().close()


def page(request: HttpRequest, path: str) -> HttpResponse:
    """The page behind a code, `/p/` and the code's path; JSON-LD of the same for machines. Never sets a cookie."""
    if request.method == "OPTIONS":
        return _options()
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    encoded, decoded = _paths(request)
    try:
        address = read_address(encoded, decoded=decoded)
    except Invalid as fault:
        return _fault(request, fault, encoded)
    form = _form(request)
    language = "en" if get_language() == "en" else "vi"
    now = (*version(), timezone.localdate())  # at midnight goods pass their best before, certificates end
    key = (address.ais, form, language)
    answer = shelf.get(key, now)
    if answer is None:
        answer = _make(address, form, language)
        shelf.put(key, now, answer)
    if form == "html" and request.method == "GET":
        _count(request, answer)
    return _send(request, answer)


def journey(request: HttpRequest, path: str) -> HttpResponse:
    """To the journey on the page. A link set names this address, since a fragment would not outlive a query string."""
    if request.method == "OPTIONS":
        return _options()
    encoded, _ = _paths(request)
    query = quote(request.META.get("QUERY_STRING", ""), safe="%!$()*+,-./:;=?@_~&")
    place = f"{PAGE}/{encoded.removeprefix('/journey').lstrip('/')}{'?' * bool(query)}{query}#journey"
    return HttpResponseRedirect(place, preserve_request=True, headers={"Cache-Control": CACHING, **CORS})


def _paths(request: HttpRequest) -> tuple[str, str]:
    """The code's path as it was sent, and decoded where only that is known."""
    sent = sent_path(request.META, request.path_info, getattr(request, "scope", {}).get("raw_path"))
    return sent.path.removeprefix(PAGE), "" if sent.exact else request.path_info.removeprefix(PAGE)


def _form(request: HttpRequest) -> str:
    """'html' or 'json_ld'. No or any Accept means a person."""
    accept = request.META.get("HTTP_ACCEPT", "")
    if "json" not in accept:
        return "html"
    best, best_q = "html", 0.0
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        quality = _quality(parameters)
        form = {"text/html": "html", "application/ld+json": "json_ld", "application/json": "json_ld"}.get(kind)
        if form and quality > best_q:
            best, best_q = form, quality
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def _make(address: Address, form: str, language: str) -> Answer:
    page = story.tell(address)
    thing, known = story.thing_of(address), page.known is not Known.NEVER_ISSUED
    if page.known is Known.NEVER_ISSUED:
        thing = f"/01/{address.gtin}"
    elif page.known is Known.UNKNOWN:
        thing = ""  # nothing of ours: not counted
    if form == "html":
        body, content_type = _html(page, language), HTML
    elif form == "json_ld" and page.status == 200:
        body, content_type = _json(machine.json_ld(page, address, settings.ORIGIN)), machine.JSON_LD
    else:
        body, content_type = _json(machine.absent_problem(page)), "application/problem+json"
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Answer(body, page.status, content_type, etag, thing, known, _headers(page))


def _headers(page: Page) -> dict[str, str]:
    here = settings.ORIGIN + page.path
    if page.status != 200:
        return {}
    return {"Link": f'<{here}?linkType=linkset>; rel="linkset"; type="{machine.LINKSET}"'}


def _html(page: Page, language: str) -> bytes:
    other = "en" if language == "vi" else "vi"
    context = {
        "page": page,
        "parts": {
            "proof": _proof(language),
            "chain": lists.chain_html(page.chain, language),
            "steps": lists.steps_html(page.steps, language),
            "more_steps": lists.steps_html(page.more_steps, language),
            "minimum": lists.minimum_html(page.minimum, language),
        },
        "lang": language,
        "other_lang": other,
        "other_url": f"{PAGE}{page.path}?lang={other}",
        "keep": "?lang=en" if language == "en" else "",
        "doors": _doors(page, language),
        "demo": settings.DEMO,
    }
    return _tight(get_template("scan/page.html").render(context)).encode()


def _doors(page: Page, language: str) -> list[tuple[Text, str]]:
    """What other rooms offer to whoever holds these goods; of goods of nobody here nothing."""
    if not page.gtin or page.maker is None:
        return []
    keep = "&lang=en" if language == "en" else ""
    return [(door.label, door.href(page.path) + keep) for door in registry.code_doors]


@lru_cache(maxsize=2)
def _proof(language: str) -> str:
    """The section that says the same on every page, in the language that is active."""
    return get_template("scan/proof.html").render({})


def _tight(html: str) -> str:
    """Without the blank lines that templates leave."""
    return "\n".join(line for line in html.split("\n") if line.strip())


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _count(request: HttpRequest, answer: Answer) -> None:
    """One scan by a person; the address and the browser's name only tell devices apart and are dropped."""
    if not answer.thing:
        return
    device = f"{request.META.get('REMOTE_ADDR', '')}\0{request.META.get('HTTP_USER_AGENT', '')}"
    counter.count(
        thing=answer.thing,
        known=answer.known,
        province=province_of(request),
        device=device,
        now=timezone.now(),
    )


def _send(request: HttpRequest, answer: Answer) -> HttpResponse:
    if answer.status == 200 and answer.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        response = Counted(status=304)
    else:
        packed = len(answer.body) > 500 and "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
        body = answer.gzipped() if packed else answer.body
        response = Counted(body, status=answer.status, content_type=answer.content_type)
        if packed:
            response["Content-Encoding"] = "gzip"
        for name, value in answer.headers.items():
            response[name] = value
    response["ETag"] = answer.etag
    response["Cache-Control"] = CACHING
    response["Vary"] = "Accept, Accept-Encoding"
    for name, value in CORS.items():
        response[name] = value
    return response


def _options() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Allow"] = ", ".join(METHODS)
    for name, value in {**CORS, **PREFLIGHT}.items():
        response[name] = value
    return response


def _fault(request: HttpRequest, fault: Invalid, asked: str) -> HttpResponse:
    """400 that names what is wrong with the address."""
    if _form(request) != "html":
        problem = {
            "type": f"urn:lienvung:problem:{fault.code}",
            "title": "Bad GS1 Digital Link",
            "status": 400,
            "detail": fault.en,
            "detail_vi": fault.vi,
        }
        response = HttpResponse(_json(problem), status=400, content_type="application/problem+json")
    else:
        language = "en" if get_language() == "en" else "vi"
        other = "en" if language == "vi" else "vi"
        context = {
            "fault": Text(fault.vi, fault.en),
            "asked": asked[:300],
            "lang": language,
            "other_lang": other,
            "other_url": f"?lang={other}",
            "keep": "?lang=en" if language == "en" else "",
            "demo": settings.DEMO,
        }
        response = HttpResponse(get_template("scan/fault.html").render(context), status=400, content_type=HTML)
    response["Cache-Control"] = "public, max-age=300"
    for name, value in CORS.items():
        response[name] = value
    return response
