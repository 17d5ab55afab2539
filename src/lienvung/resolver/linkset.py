"""Link sets as RFC 9264 and GS1's JSON schema want them, and the resolver's description of itself; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lienvung.gs1 import AIS
from lienvung.resolver.link_types import DEFAULT, MULTI, VOC
from lienvung.resolver.rules import Link
from lienvung.texts import Text

CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context"
CONTEXT_LINK = f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
COUNTRIES = {"nameOfList": "ISO 3166-1, ISO 3166-2", "url": "https://www.iso.org/iso-3166-country-codes.html"}


@dataclass(slots=True)
class Level:
    """The links of one anchor. `path`: as it is asked for; `default` is among `links` or `inherited` too.

    `inherited`: the default link, and those that share its place, where they are of a level above: told here, but
    nothing that `linkType` stops at. `kin`: the links of the default's own type at the level it comes from.
    `binding`: the only one of its kind that is led to, whatever else is told.
    """

    path: str
    name: Text
    links: list[Link] = field(default_factory=list)
    default: Link | None = None
    multi: list[Link] = field(default_factory=list)
    inherited: list[Link] = field(default_factory=list)
    kin: list[Link] = field(default_factory=list)
    binding: Link | None = None

    @property
    def told(self) -> list[Link]:
        """All that a link set says of it."""
        return [*self.links, *self.inherited]

    def of_kind(self, kind: str) -> list[Link]:
        """The level's own links of a kind."""
        if self.binding is not None and kind == self.binding.kind:
            return [self.binding]
        return [link for link in self.links if link.kind == kind]


def link_set(levels: Iterable[Level], *, site: str, language: str) -> dict[str, Any]:
    """RFC 9264 section 4.2: one context object a level, the one asked for first."""
    return {"linkset": [_context(level, site, language) for level in levels if level.told]}


def _context(level: Level, site: str, language: str) -> dict[str, Any]:
    told: dict[str, Any] = {"anchor": site + level.path, "itemDescription": level.name.in_language(language)}
    if level.default is not None:  # title and nothing else (2.5.8)
        told[VOC + DEFAULT] = [_title_only(level.default, site, language)]
    if level.multi:
        told[VOC + MULTI] = [_link(link, site, language) for link in level.multi]
    for link in level.told:
        told.setdefault(VOC + link.kind, []).append(_link(link, site, language))
    return told


def _title_only(link: Link, site: str, language: str) -> dict[str, Any]:
    return {"href": whole(link.href, site), "title": link.title.in_language(language)}


def _link(link: Link, site: str, language: str) -> dict[str, Any]:
    told = _title_only(link, site, language)
    if link.media_type:
        told["type"] = link.media_type
    if link.languages:
        told["hreflang"] = list(link.languages)
    if link.contexts:
        told["context"] = list(link.contexts)
    return told


def choices(level: Level, links: Sequence[Link], *, site: str, language: str) -> dict[str, Any]:
    """The link set of an answer 300: only the links that suit equally well."""
    return link_set([Level(level.path, level.name, list(links))], site=site, language=language)


def as_json_ld(found: dict[str, Any]) -> dict[str, Any]:
    return {"@context": CONTEXT, **found}


def whole(href: str, site: str) -> str:
    return site + href if href.startswith("/") else href


def description(*, root: str, name: str) -> dict[str, Any]:
    """`/.well-known/gs1resolver` (section 3)."""
    return {
        "name": name,
        "resolverRoot": root,
        "supportedPrimaryKeys": sorted(ai for ai, entry in AIS.items() if entry.is_key),
        "supportedLinkType": [{"namespace": VOC, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "supportedContextValuesEnumerated": [],
        "supportedContextValuesExternal": [COUNTRIES],
        "contact": {"fn": name},
        "jsonLdContextLocation": CONTEXT,
    }
