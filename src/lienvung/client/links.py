"""Links about an identifier, as a GS1-conformant resolver gives them (any of them, not only Lienvung's)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from lienvung.client.errors import Unusable
from lienvung.client.pages import json_of
from lienvung.client.transport import Transport
from lienvung.errors import Invalid
from lienvung.gs1 import identify

LINKSET = "application/linkset+json"
VOCABULARY = "https://ref.gs1.org/voc/"
OLD_VOCABULARY = "https://gs1.org/voc/"


@dataclass(frozen=True, slots=True)
class Link:
    """One link: `type` is the word of the GS1 vocabulary ("pip") or a whole URI."""

    target: str
    type: str = ""
    title: str = ""
    languages: tuple[str, ...] = ()
    media: str = ""
    context: tuple[str, ...] = ()
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Linkset:
    """All that a resolver knows of an identifier, and of what it is a part of (`Link.anchor`)."""

    links: tuple[Link, ...]
    body: Mapping[str, Any]

    def of_type(self, link_type: str) -> tuple[Link, ...]:
        wanted = short(link_type)
        return tuple(link for link in self.links if link.type == wanted)

    @property
    def default(self) -> Link | None:
        return next(iter(self.of_type("defaultLink")), None)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a resolver leads. Where several links fit equally well (300) there is no target but `choices`."""

    target: str | None
    status: int
    choices: tuple[Link, ...] = ()


def short(link_type: str) -> str:
    """ "gs1:pip", "https://ref.gs1.org/voc/pip" -> "pip"; any other URI stays."""
    for start in (VOCABULARY, OLD_VOCABULARY, "gs1:"):
        if link_type.startswith(start):
            return link_type.removeprefix(start)
    return link_type


def path_of(identifier: str) -> str:
    """The path and query of an identifier's Digital Link, with all that a label says: "(01)…(10)…(21)…(17)…" ->
    "/01/…/10/…/21/…?17=…". Raises Invalid."""
    link = identify(identifier).digital_link
    if not link:
        raise Invalid(
            "client.no_digital_link",
            vi=f"{identifier} không có dạng GS1 Digital Link",
            en=f"{identifier} has no GS1 Digital Link",
            path="identifier",
        )
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _asked(identifier: str, query: str) -> str:
    """The address, relative to the resolver's, with a query behind that of the identifier itself."""
    path = path_of(identifier).lstrip("/")
    return f"{path}{'&' if '?' in path else '?'}{query}" if query else path


class Resolver:
    """Asks the resolver at one address."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def resolve(
        self,
        identifier: str,
        *,
        link_type: str | None = None,
        language: str | None = None,
        media: str | None = None,
        context: str | None = None,
    ) -> Resolution:
        """Where the resolver leads, not followed. Raises Missing where it has no such link."""
        asked = {"linkType": link_type and f"gs1:{short(link_type)}", "context": context}
        if link_type and "://" in short(link_type):
            asked["linkType"] = link_type
        query = urlencode({name: value for name, value in asked.items() if value})
        headers = {"Accept": media or "*/*", **({"Accept-Language": language} if language else {})}
        answer = self.transport.request("GET", _asked(identifier, query), headers=headers, follow=False)
        if answer.status == 300:
            return Resolution(None, 300, _choices(json_of(answer)))
        target = answer.headers.get("location")
        if not 300 < answer.status < 400 or target is None:
            raise Unusable(
                "no_redirect",
                vi=f"máy chủ không chuyển hướng ({answer.status})",
                en=f"the server does not redirect ({answer.status})",
            )
        return Resolution(target, answer.status)

    def linkset(self, identifier: str, *, language: str | None = None) -> Linkset:
        headers = {"Accept": LINKSET, **({"Accept-Language": language} if language else {})}
        body = json_of(self.transport.request("GET", _asked(identifier, "linkType=linkset"), headers=headers))
        if not isinstance(body, dict) or not isinstance(body.get("linkset"), list):
            raise Unusable("no_linkset", vi="câu trả lời không phải linkset", en="the answer is no linkset")
        return Linkset(tuple(_links_of(body)), body)


def _links_of(body: Mapping[str, Any]) -> Iterator[Link]:
    for part in body["linkset"]:
        if not isinstance(part, dict):
            continue
        for name, targets in part.items():
            if isinstance(targets, list):
                yield from (_link(name, target, str(part.get("anchor", ""))) for target in targets)


def _link(link_type: str, target: Any, anchor: str) -> Link:
    told = target if isinstance(target, dict) else {"href": str(target)}
    return Link(
        target=str(told.get("href", "")),
        type=short(link_type),
        title=str(told.get("title") or ""),
        languages=_texts(told.get("hreflang")),
        media=str(told.get("type") or ""),
        context=_texts(told.get("context")),
        anchor=anchor,
    )


def _choices(body: Any) -> tuple[Link, ...]:
    """What a 300 lists: a linkset, or a plain list of links."""
    if isinstance(body, dict) and isinstance(body.get("linkset"), list):
        return tuple(_links_of(body))
    listed = body if isinstance(body, list) else body.get("links", []) if isinstance(body, dict) else []
    if not isinstance(listed, list):
        return ()
    return tuple(_link(str(one.get("rel", "")) if isinstance(one, dict) else "", one, "") for one in listed)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),) if value else ()
