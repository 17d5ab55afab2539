"""What an identifier leads to: its levels, each with the links its owner registered and those the rooms know.

One look-up by index for the records, a few for what the rooms know; neither grows with the number of lots.

Which link is the default of a level (2.5.8, 2.5.9): the room's urgent one (a recall is in force, the code was
never issued), else the one the owner named at this level, else at the nearest level above, else the room's, else
the owner's first link. A default from above is only that: who asks for a type gets the finest level that has links
of the type itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from lienvung import registry
from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri
from lienvung.gs1.address import CANONICAL, Address, path_of
from lienvung.gs1.elements import AIs
from lienvung.registry import Identifier, OfferedLink
from lienvung.resolver import access, rules
from lienvung.resolver.link_types import INSTEAD
from lienvung.resolver.linkset import Level
from lienvung.resolver.models import LinkRecord
from lienvung.resolver.rules import Link
from lienvung.texts import Text


class Found:
    """The levels of one identifier, finest first; each is made when it is looked at."""

    def __init__(self, address: Address, *, now: datetime) -> None:
        self.address = address
        self.now = now
        self.sets = rules.sets_of(address.ais)

    @cached_property
    def records(self) -> dict[str, list[LinkRecord]]:
        return access.active_links([path_of(ais) for ais in self.sets], now=self.now)

    @cached_property
    def placed(self) -> list[list[Link]]:
        """The owner's links of each level: its own, then those of levels above whose variables are first known here."""
        levels: list[list[Link]] = [[] for _ in self.sets]
        for home, ais in enumerate(self.sets):
            for record in self.records.get(path_of(ais), ()):
                for at in range(home, -1, -1):
                    link = _filled(record, self._ais(at))
                    if link is not None:
                        levels[at].append(link)
                        break
        return levels

    def _ais(self, at: int) -> AIs:
        """What a level is shown as: the finest one as it was asked for."""
        return self.address.ais if at == 0 else self.sets[at]

    def default_level(self) -> Level | None:
        """The finest level that has a default link, asking only the rooms that may give one."""
        return next((level for level in self._levels(None) if level.default is not None), None)

    def level_with(self, kind: str) -> Level | None:
        """The finest level that has links of a kind of its own; not one that only inherits its default."""
        return next((level for level in self._levels(kind) if level.of_kind(kind)), None)

    def all_levels(self) -> list[Level]:
        return [level for level in self._levels("*") if level.told]

    def _levels(self, kind: str | None) -> Iterator[Level]:
        return (self._level(at, kind) for at in range(len(self.sets)))

    def _level(self, at: int, kind: str | None) -> Level:
        """`kind`: '*' all links, None what decides the default, else also those of one kind."""
        ais = self._ais(at)
        own = list(self.placed[at])
        offered = self._offered(ais, kind) if at == 0 or all(ai != "22" for ai, _ in ais) else []
        named = offered[0].title if offered else Text(*[rules.readable(path_of(ais))] * 2)
        level = Level(path_of(ais), named)
        derived = [_derived(one) for one in offered]
        urgent = next((link for link in derived if link.urgent and link.default), None)
        if urgent is not None:
            own = [replace(link, default="") for link in own]
            level.default = urgent
            level.binding = urgent if urgent.binding else None
        else:
            self._choose_default(level, at, own, derived)
        kinds = {link.kind for link in (*own, *level.inherited)}
        level.links = own if level.binding is None else [level.binding, *own]
        for link in derived:
            if link is level.binding:
                continue
            if link.default and link.kind in kinds:  # the owner's own page bears that name
                link = _as_entry(link, level)
            if link is level.default or link.kind not in kinds:
                level.links.append(link)
        return level

    def _choose_default(self, level: Level, at: int, own: list[Link], derived: Sequence[Link]) -> None:
        """Set the default and the choices of a level; those of a level above are noted as inherited."""
        for above in range(at, len(self.sets)):
            links = own if above == at else self.placed[above]
            default = next((link for link in links if link.default == "default"), None)
            if default is None:
                continue
            level.default = default
            level.multi = [link for link in links if link.default == "multi"]
            level.kin = [link for link in links if link.kind == default.kind]
            if above != at:
                level.inherited = [link for link in (default, *level.multi) if not _among(link, own)]
            return
        named = next((link for link in derived if link.default), None)
        # every entry point has a default (2.5.9): where nobody named one, the first link is it
        level.default = named or next(iter(own), None)
        level.multi = [link for link in own if link.default == "multi"]

    def _offered(self, ais: AIs, kind: str | None) -> list[OfferedLink]:
        path = path_of(ais)
        identifier = Identifier(ais, path, canonical_uri(CANONICAL + path))
        found: list[OfferedLink] = []
        for provider in registry.link_providers:
            if provider.default or kind == "*" or kind in provider.kinds:
                found.extend(link for link in provider.links(identifier) if _safe(link.href))
        return found


def _filled(record: LinkRecord, ais: AIs) -> Link | None:
    """The record as a link of these AIs; None where its variables are not all known there."""
    href = rules.expand(record.target, ais)
    if href is None:
        return None
    return Link(
        record.link_type,
        href,
        record.title,
        tuple(record.languages.split()),
        record.media_type,
        tuple(record.contexts.split()),
        record.default,
    )


def _derived(link: OfferedLink) -> Link:
    default = "default" if link.default else ""
    return Link(
        link.kind, link.href, link.title, link.languages, link.media_type, (), default, link.urgent, link.binding
    )


def _as_entry(link: Link, level: Level) -> Link:
    entry = replace(link, kind=INSTEAD)
    if level.default is link:
        level.default = entry
    return entry


def _among(link: Link, links: Sequence[Link]) -> bool:
    return any((one.kind, one.href) == (link.kind, link.href) for one in links)


def _safe(href: str) -> bool:
    """A room may lead to this site and, like an owner, to public https addresses; never to what an event made up."""
    if href.startswith("/") and not href.startswith("//"):
        return True
    try:
        return bool(rules.check_target(href))
    except Invalid:
        return False
