"""The resolver: what answers at every GS1 Digital Link path, and the file in which it describes itself.

    307     to the default link, or to a link that suits what was asked better
    200     a link set (RFC 9264), never a redirect: `linkType=linkset`, or Accept: application/linkset+json
    300     several links suit equally well: all of them
    404     nothing is known here, or no link of the type asked for
    400     no Digital Link; what is wrong with it

Nobody is known here: no cookie is read or set, so that answers may be kept by shared caches.
"""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.encoding import iri_to_uri
from django.views.decorators.csrf import csrf_exempt

from lienvung.errors import Invalid
from lienvung.gs1 import DigitalLink
from lienvung.gs1.address import CANONICAL, Address, Sent, read_address, sent_path
from lienvung.resolver import access, linkset, negotiate, rules
from lienvung.resolver.found import Found
from lienvung.resolver.link_types import DEFAULT, LINKSET, MULTI, bare
from lienvung.resolver.linkset import Level
from lienvung.resolver.negotiate import HTML, JSON, JSON_LD, LINKSET_JSON, Asked
from lienvung.resolver.rules import Link
from lienvung.texts import Text

METHODS = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Expose-Headers": "Link, Location, Content-Language",
    "Vary": "Accept, Accept-Language",
    # a page of ours says a recall by itself, whatever a cache led to; what leads elsewhere is asked for each time
    "Cache-Control": "public, max-age=0, must-revalidate",
}
PREFLIGHT = {"Access-Control-Allow-Headers": "Accept, Accept-Language", "Access-Control-Max-Age": "86400"}
BRIEFLY = "public, max-age=60"
_AI = re.compile(r"[0-9]{2,4}")


@csrf_exempt  # nothing is changed here: another method is 405, not a page about forms
def digital_link(request: HttpRequest, path: str) -> HttpResponse:
    """Any GS1 Digital Link path."""
    if request.method not in METHODS:
        return _dressed(HttpResponse(status=405, headers={"Allow": ", ".join(METHODS)}))
    if request.method == "OPTIONS":
        return _dressed(HttpResponse(status=204, headers={"Allow": ", ".join(METHODS), **PREFLIGHT}))
    query = _query_of(request)
    asked = Asked.of(
        request.headers, contexts=request.GET.getlist("context"), language=request.GET.get("lang", "")[:10]
    )
    sent = sent_path(request.META, request.path_info, getattr(request, "scope", {}).get("raw_path"))
    try:
        address = _address(sent, request.path_info)
        _check_attributes(address, query)
    except Invalid as fault:
        return _problem(asked, 400, fault.code, Text(fault.vi, fault.en), sent.path)
    found = Found(address, now=timezone.now())
    kind = bare(request.GET.get("linkType", "").strip())
    if kind in LINKSET or (not kind and asked.linkset):
        return _linkset(request, found, asked)
    if kind in ("", DEFAULT, MULTI):
        level = found.default_level()
        links = _defaults(level, asked) if level else []
    else:
        level = found.level_with(kind)
        links = _settled(level, level.of_kind(kind), asked) if level else []
    if level is None or not links:
        return _nothing(asked, address, kind)
    if len(links) > 1:
        return _many(request, level, links, asked)
    return _lead(request, level, links[0], query)


def _address(sent: Sent, decoded: str) -> Address:
    """The address of a path. Where the server decoded it, /10/A/B may be the lot A/B.

    It is one if anybody knows it, and else unless what stands before the slash is known (so that `/foo` behind a
    known code is the fault that it looks like) or another identifier stands behind it.
    """
    try:
        return read_address(sent.path)
    except Invalid:
        if sent.exact:
            raise
        guessed = read_address(sent.path, decoded=decoded)
        if not access.known(guessed) and (rules.out_of_order(guessed) or access.known_before_slash(guessed)):
            raise
        return guessed


def _query_of(request: HttpRequest) -> str:
    """The query string as it was sent, in ASCII. WSGI hands its bytes over as Latin-1, ASGI as they read in UTF-8."""
    text = request.META.get("QUERY_STRING", "")
    sent = text.encode("latin-1", "replace") if hasattr(request, "environ") else text.encode("utf-8", "surrogateescape")
    return rules.visible(sent)


def _check_attributes(address: Address, query: str) -> None:
    """The application identifiers behind the `?` belong to the Digital Link and are checked with it (2.4)."""
    pairs = [pair for pair in re.split("[&;]", query) if _AI.fullmatch(pair.partition("=")[0])]
    if pairs:
        DigitalLink.parse(f"{CANONICAL}{address.path}?{'&'.join(pairs)}", short_gtins=True)


def _defaults(level: Level, asked: Asked) -> list[Link]:
    """The default link, unless the request decides for one of the links that share its place (2.5.8), or for the
    same in another language."""
    if level.default is None:
        return []
    best = negotiate.choose([level.default, *level.multi], asked)
    if len(best) == 1 and best[0] is not level.default and negotiate.decides(best[0], asked):
        return best
    return [negotiate.variant_of(level.default, level.kin, asked)]


def _settled(level: Level, links: list[Link], asked: Asked) -> list[Link]:
    """The link that suits best; the default one where the request does not say enough to tell different ones apart."""
    best = negotiate.choose(links, asked)
    if len(best) > 1 and level.default in best and len({link.attributes for link in best}) == len(best):
        return [level.default]
    return best


def _lead(request: HttpRequest, level: Level, link: Link, query: str) -> HttpResponse:
    place = rules.pass_on(iri_to_uri(linkset.whole(link.href, site_of(request))), query)
    response = HttpResponse(status=307, headers={"Location": place})  # Django's own would encode the query again
    del response["Content-Type"]
    response["Link"] = _link_header(request, level)
    _dressed(response)
    if link.href.startswith("/"):
        response["Cache-Control"] = BRIEFLY
    return response


def _linkset(request: HttpRequest, found: Found, asked: Asked) -> HttpResponse:
    levels = found.all_levels()
    if not levels:
        return _nothing(asked, found.address, "")
    told = linkset.link_set(levels, site=site_of(request), language=asked.tongue())
    return _list(request, levels, told, asked, 200)


def _many(request: HttpRequest, level: Level, links: list[Link], asked: Asked) -> HttpResponse:
    told = linkset.choices(level, links, site=site_of(request), language=asked.tongue())
    return _list(request, [Level(level.path, level.name, links)], told, asked, 300)


def _list(request: HttpRequest, levels: list[Level], told: dict[str, Any], asked: Asked, status: int) -> HttpResponse:
    """Links in the form that was asked for: a page, JSON, or JSON that names its own context (2.10)."""
    form = asked.form()
    if form == HTML:
        ld = json.dumps(linkset.as_json_ld(told), ensure_ascii=False).replace("<", "\\u003c")
        context = {"levels": levels, "several": status == 300, "json_ld": ld, "site": site_of(request)}
        response = _page("resolver/linkset.html", context, asked, status)
    elif form == JSON_LD:
        response = HttpResponse(_json(linkset.as_json_ld(told)), status=status, content_type=JSON_LD)
    else:
        kind = JSON if form == JSON else LINKSET_JSON
        response = HttpResponse(_json(told), status=status, content_type=kind)
    response["Link"] = f"{_link_header(request, levels[0])}, {linkset.CONTEXT_LINK}"
    response["Content-Language"] = asked.tongue()
    return _dressed(response)


def _link_header(request: HttpRequest, level: Level) -> str:
    here = f"{site_of(request)}{level.path}?linkType=linkset"
    return f'<{here}>; rel="linkset"; type="{LINKSET_JSON}"; title="Linkset"'


def _nothing(asked: Asked, address: Address, kind: str) -> HttpResponse:
    if kind:
        said = Text(
            f"Mã này không có liên kết loại «{kind[:60]}».", f"This code has no link of the type {kind[:60]!r}."
        )
        return _problem(asked, 404, "resolver.no_such_link", said, address.path)
    said = Text("Mã viết đúng cách nhưng ở đây không ai biết.", "The code is well formed, but nobody here knows it.")
    return _problem(asked, 404, "resolver.unknown", said, address.path)


def _problem(asked: Asked, status: int, code: str, said: Text, path: str) -> HttpResponse:
    """RFC 7807, or a page for a person; never 200."""
    if asked.form() == HTML:
        return _dressed(
            _page("resolver/problem.html", {"said": said, "asked": path[:300], "status": status}, asked, status)
        )
    problem = {
        "type": f"urn:lienvung:problem:{code}",
        "title": "Bad GS1 Digital Link" if status == 400 else "Not found",
        "status": status,
        "detail": said.en,
        "detail_vi": said.vi,
    }
    return _dressed(HttpResponse(_json(problem), status=status, content_type="application/problem+json"))


def _page(template: str, context: dict[str, Any], asked: Asked, status: int) -> HttpResponse:
    language = asked.tongue()
    other = "en" if language == "vi" else "vi"
    shared = {
        "lang": language,
        "other_lang": other,
        "other_url": f"?linkType=linkset&lang={other}" if "levels" in context else f"?lang={other}",
        "keep": "?lang=en" if language == "en" else "",
        "demo": settings.DEMO,
    }
    with translation.override(language):
        body = get_template(template).render({**shared, **context})
    return HttpResponse(body, status=status, headers={"Content-Language": language})


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _dressed(response: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def site_of(request: HttpRequest) -> str:
    """This site as it was asked for; its host is one of ALLOWED_HOSTS."""
    return f"{request.scheme}://{request.get_host()}"


@csrf_exempt
def description(request: HttpRequest) -> HttpResponse:
    """`/.well-known/gs1resolver`."""
    if request.method not in METHODS:
        return _dressed(HttpResponse(status=405, headers={"Allow": ", ".join(METHODS)}))
    if request.method == "OPTIONS":
        return _dressed(HttpResponse(status=204, headers={"Allow": ", ".join(METHODS), **PREFLIGHT}))
    told = linkset.description(root=settings.ORIGIN, name=settings.OPERATOR or "Liên vùng")
    response = HttpResponse(_json(told), content_type="application/json")
    response["Cache-Control"] = "public, max-age=3600"
    return _dressed(response)
