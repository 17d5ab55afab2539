"""The links of an organisation over HTTP, under /resolver/v1/ (docs/reference/resolver.md).

Who asks: `Authorization: Bearer <token of the organisation with the scope "links">`. JSON in and out; problems as
RFC 7807. PUT may be sent again: the same content changes nothing.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from lienvung.errors import Invalid, ManyInvalid, NotFound, Problem, TooLarge
from lienvung.people.access import organisation_of_token
from lienvung.people.models import Organisation
from lienvung.resolver import access, actions
from lienvung.resolver.drafts import Draft, link_set_of, moment_of
from lienvung.resolver.models import LinkRecord
from lienvung.texts import check_texts

SCOPE = "links"
MOST_BYTES = 8 * 1024 * 1024
PER_PAGE = 100
MOST_PER_PAGE = 1_000
KNOWN = {
    "id", "anchor", "linkType", "target", "title", "hreflang", "type", "context", "default", "activeFrom", "activeTo",
    "position",
}  # fmt: skip
View = Callable[..., HttpResponse]


class NotKnown(Problem):
    """No live token with the scope."""

    status = 401


def resource(**views: View) -> View:
    """The view of an address: a function a method; who asks and every problem are settled here."""
    methods = [*(name.upper() for name in views), *(["HEAD"] if "get" in views else []), "OPTIONS"]

    @csrf_exempt
    def view(request: HttpRequest, **place: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(methods)})
        chosen = views.get("get" if request.method == "HEAD" else (request.method or "").lower())
        if chosen is None:
            return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
        try:
            return chosen(request, _owner(request), **place)
        except Problem as problem:
            return _problem(problem)

    return view


def _owner(request: HttpRequest) -> Organisation:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    owner = organisation_of_token(token.strip(), scope=SCOPE) if kind.lower() == "bearer" and token.strip() else None
    if owner is None:
        raise NotKnown(
            "resolver.no_token",
            vi="Cần khoá API của tổ chức có phạm vi «links» (Authorization: Bearer …).",
            en="A token of an organisation with the scope 'links' is needed (Authorization: Bearer …).",
        )
    return owner


def list_links(request: HttpRequest, owner: Organisation) -> HttpResponse:
    """The organisation's links by anchor; `anchor`, `perPage`, `after` (the id of the last one seen)."""
    found = access.links_of(owner, anchor=_asked(request, "anchor")).order_by("id")
    after = _asked(request, "after")
    if after:
        found = found.filter(pk__gt=_uuid(after))
    per_page = _per_page(request, PER_PAGE)
    links = list(found[: per_page + 1])
    page, more = links[:per_page], len(links) > per_page
    return _with_next(request, _answer({"links": [as_json(link) for link in page]}), str(page[-1].pk) if more else "")


def _asked(request: HttpRequest, name: str) -> str:
    text = request.GET.get(name, "")
    check_texts(text, name)
    return text


def _per_page(request: HttpRequest, usual: int) -> int:
    text = request.GET.get("perPage", str(usual))
    if not text.isdecimal() or not 0 < int(text[:9]) <= MOST_PER_PAGE:
        raise _wrong("perPage", f"Từ 1 đến {MOST_PER_PAGE}.", f"It is 1 to {MOST_PER_PAGE}.")
    return int(text)


def _with_next(request: HttpRequest, response: HttpResponse, after: str) -> HttpResponse:
    if after:
        asked = request.GET.copy()
        asked["after"] = after
        response["Link"] = f'<{request.build_absolute_uri(request.path)}?{asked.urlencode()}>; rel="next"'
    return response


def post_link(request: HttpRequest, owner: Organisation) -> HttpResponse:
    link = actions.register_link(by=None, owner=owner, draft=_draft(_body(request)))
    return _answer(as_json(link), status=201, headers={"Location": reverse("resolver:link", args=[link.pk])})


def get_link(request: HttpRequest, owner: Organisation, id: uuid.UUID) -> HttpResponse:
    return _answer(as_json(_own(owner, id)))


def put_link(request: HttpRequest, owner: Organisation, id: uuid.UUID) -> HttpResponse:
    draft = _draft(_body(request))
    link = access.link(id)
    if link is None:
        link = actions.register_link(by=None, owner=owner, draft=draft, id=id)
        return _answer(as_json(link), status=201)
    link = _own(owner, id)
    actions.change_link(by=None, link=link, draft=draft)
    return _answer(as_json(link))


def delete_link(request: HttpRequest, owner: Organisation, id: uuid.UUID) -> HttpResponse:
    actions.remove_link(by=None, link=_own(owner, id))
    return HttpResponse(status=204)


def put_link_set(request: HttpRequest, owner: Organisation) -> HttpResponse:
    """A whole RFC 9264 link set: for every anchor in it, exactly these links; all or nothing."""
    written = actions.put_link_set(by=None, owner=owner, document=_body(request))
    return _answer({"added": written.added, "removed": written.removed, "unchanged": written.unchanged})


def get_link_set(request: HttpRequest, owner: Organisation) -> HttpResponse:
    """The organisation's links as one link set, completely: sent back by PUT it changes nothing.

    `anchor` for one identifier; `perPage` identifiers, `after` the last one seen.
    """
    anchors = access.anchors_of(owner, anchor=_asked(request, "anchor"), after=_asked(request, "after"))
    per_page = _per_page(request, MOST_PER_PAGE)
    listed = list(anchors[: per_page + 1])
    told = actions.standing_drafts(owner, listed[:per_page])
    response = _answer(link_set_of(told))
    response["Content-Type"] = "application/linkset+json"
    return _with_next(request, response, listed[per_page - 1] if len(listed) > per_page else "")


def _own(owner: Organisation, id: uuid.UUID) -> LinkRecord:
    """Another organisation's link is answered as if it were not there."""
    link = access.link(id)
    if link is None or link.owner_id != owner.pk:
        raise NotFound("resolver.no_link", vi="Không có liên kết này.", en="There is no such link.")
    return link


def as_json(link: LinkRecord) -> dict[str, Any]:
    return {
        "id": str(link.pk),
        "anchor": link.anchor,
        "linkType": f"gs1:{link.link_type}",
        "target": link.target,
        "title": {"vi": link.title_vi, "en": link.title_en},
        "hreflang": link.languages.split(),
        "type": link.media_type,
        "context": link.contexts.split(),
        "default": link.default,
        "activeFrom": link.active_from.isoformat() if link.active_from else None,
        "activeTo": link.active_to.isoformat() if link.active_to else None,
        "position": link.position,
    }


def _draft(value: Any) -> Draft:
    """A link as JSON: like `as_json` gives it; all but anchor, linkType and target may be left out."""
    if not isinstance(value, dict):
        raise _wrong("", "Cần một đối tượng JSON.", "A JSON object is needed.")
    for name in value:
        if name not in KNOWN:
            raise _wrong(name[:60], "Không có trường này.", "There is no such field.")
    title = value.get("title") or {}
    titles = {"vi": title} if isinstance(title, str) else title
    position = value.get("position", 0)
    if not isinstance(titles, dict) or type(position) is not int:
        raise _wrong("title" if not isinstance(titles, dict) else "position", "Sai kiểu.", "It is of the wrong kind.")
    return Draft(
        _text(value, "anchor"),
        _text(value, "linkType"),
        _text(value, "target"),
        _text(titles, "vi"),
        _text(titles, "en"),
        _texts(value, "hreflang"),
        _text(value, "type"),
        _texts(value, "context"),
        _text(value, "default"),
        _moment(value, "activeFrom"),
        _moment(value, "activeTo"),
        position,
    )


def _text(value: dict[str, Any], name: str) -> str:
    text = value.get(name) or ""
    if not isinstance(text, str):
        raise _wrong(name, "Cần một chuỗi.", "A string is needed.")
    return text


def _texts(value: dict[str, Any], name: str) -> tuple[str, ...]:
    texts = value.get(name) or []
    if not isinstance(texts, list) or any(not isinstance(text, str) for text in texts):
        raise _wrong(name, "Cần một danh sách chuỗi.", "A list of strings is needed.")
    return tuple(texts)


def _moment(value: dict[str, Any], name: str) -> datetime | None:
    text = _text(value, name)
    if not text:
        return None
    return moment_of(text, name)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise _wrong("after", "Không phải mã liên kết.", "It is no id of a link.") from None


def _body(request: HttpRequest) -> Any:
    too_large = TooLarge("resolver.too_large", vi=f"Nhiều nhất {MOST_BYTES} byte.", en=f"At most {MOST_BYTES} bytes.")
    try:
        data = request.body
    except RequestDataTooBig:
        raise too_large from None
    if len(data) > MOST_BYTES:
        raise too_large
    try:
        value = json.loads(data)
        check_texts(value)
    except (ValueError, RecursionError):
        raise _wrong("", "Không phải JSON.", "It is no JSON.") from None
    return value


def _wrong(path: str, vi: str, en: str) -> Invalid:
    return Invalid("resolver.request", vi=vi, en=en, path=path)


def _answer(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    response = HttpResponse(
        json.dumps(value, ensure_ascii=False), status=status, content_type="application/json", headers=headers
    )
    response["Cache-Control"] = "no-store"
    return response


def _problem(problem: Problem) -> HttpResponse:
    faults = problem.faults if isinstance(problem, ManyInvalid) else (problem,)
    told = {
        "type": f"urn:lienvung:problem:{problem.code}",
        "title": problem.code,
        "status": problem.status,
        "detail": problem.en,
        "detail_vi": problem.vi,
        "errors": [{"code": f.code, "path": f.path, "detail": f.en, "detail_vi": f.vi} for f in faults],
    }
    response = _answer(told, status=problem.status)
    response["Content-Type"] = "application/problem+json"
    if problem.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="lienvung"'
    return response


links = resource(get=list_links, post=post_link)
link = resource(get=get_link, put=put_link, delete=delete_link)
link_set = resource(get=get_link_set, put=put_link_set, post=put_link_set)
