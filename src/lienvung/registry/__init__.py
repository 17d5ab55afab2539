"""What the rooms hand to the pages: navigation, search, panels, links of identifiers and the URL × role table.

A room registers its parts in its `AppConfig.ready()`; the front door reads them. A registry is frozen
when it is first read (or by `freeze()`): registering later raises, so that what a page shows cannot
depend on which request came first. This module knows no room and no database.
"""

from __future__ import annotations

from lienvung.registry.parts import (
    EVERYONE,
    MANAGER,
    MEMBER,
    OFFICIAL,
    SIGNED_IN,
    ActWords,
    AreaProvider,
    BackgroundChore,
    Goods,
    Identifier,
    LinkProvider,
    NavigationItem,
    OfferedLink,
    Page,
    Panel,
    Proof,
    ProofProvider,
    SearchHit,
    SearchProvider,
    ToldProof,
)
from lienvung.registry.registries import Registry

navigation: Registry[NavigationItem] = Registry("navigation")
search_providers: Registry[SearchProvider] = Registry("search_providers")
home_panels: Registry[Panel] = Registry("home_panels")
product_panels: Registry[Panel] = Registry("product_panels")
lot_panels: Registry[Panel] = Registry("lot_panels")
organisation_panels: Registry[Panel] = Registry("organisation_panels")
pages: Registry[Page] = Registry("pages")
act_words: Registry[ActWords] = Registry("act_words")
link_providers: Registry[LinkProvider] = Registry("link_providers")
chores: Registry[BackgroundChore] = Registry("chores")
certified_areas: Registry[AreaProvider] = Registry("certified_areas")
proofs: Registry[ProofProvider] = Registry("proofs")

ALL = (
    navigation,
    search_providers,
    home_panels,
    product_panels,
    lot_panels,
    organisation_panels,
    pages,
    act_words,
    link_providers,
    certified_areas,
    chores,
    proofs,
)


def freeze() -> None:
    """Close every registry; called once all rooms are ready."""
    for registry in ALL:
        registry.freeze()


__all__ = [
    "ALL",
    "EVERYONE",
    "MANAGER",
    "MEMBER",
    "OFFICIAL",
    "SIGNED_IN",
    "ActWords",
    "AreaProvider",
    "BackgroundChore",
    "Goods",
    "Identifier",
    "LinkProvider",
    "NavigationItem",
    "OfferedLink",
    "Page",
    "Panel",
    "Proof",
    "ProofProvider",
    "Registry",
    "SearchHit",
    "SearchProvider",
    "ToldProof",
    "act_words",
    "certified_areas",
    "chores",
    "freeze",
    "home_panels",
    "link_providers",
    "lot_panels",
    "navigation",
    "organisation_panels",
    "pages",
    "product_panels",
    "proofs",
    "search_providers",
]
