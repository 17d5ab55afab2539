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
    CodeDoor,
    DecidedRecall,
    EvidenceRow,
    Goods,
    Growing,
    GrowingProvider,
    Identifier,
    Indicator,
    IndicatorDays,
    LinkProvider,
    LotAct,
    NavigationItem,
    OfferedLink,
    Origin,
    Page,
    Panel,
    Proof,
    ProofProvider,
    RecallFinder,
    RecallOrigin,
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
agreement_panels: Registry[Panel] = Registry("agreement_panels")
commitment_panels: Registry[Panel] = Registry("commitment_panels")
pages: Registry[Page] = Registry("pages")
act_words: Registry[ActWords] = Registry("act_words")
link_providers: Registry[LinkProvider] = Registry("link_providers")
chores: Registry[BackgroundChore] = Registry("chores")
certified_areas: Registry[AreaProvider] = Registry("certified_areas")
proofs: Registry[ProofProvider] = Registry("proofs")
growing: Registry[GrowingProvider] = Registry("growing")
code_doors: Registry[CodeDoor] = Registry("code_doors")
lot_acts: Registry[LotAct] = Registry("lot_acts")
indicators: Registry[Indicator] = Registry("indicators")
origins: Registry[RecallOrigin] = Registry("origins")
recall_finders: Registry[RecallFinder] = Registry("recall_finders")

ALL = (
    navigation,
    search_providers,
    home_panels,
    product_panels,
    lot_panels,
    organisation_panels,
    agreement_panels,
    commitment_panels,
    pages,
    act_words,
    link_providers,
    certified_areas,
    chores,
    growing,
    proofs,
    origins,
    recall_finders,
    code_doors,
    lot_acts,
    indicators,
)


def freeze() -> None:
    """Close every registry; called once all rooms are ready."""
    for registry in ALL:
        registry.freeze()


def recalls_of_origin(origin: str, id: object) -> list[DecidedRecall]:
    """The recalls decided from the case, result or report `id` of the room that registered `origin`; newest first."""
    return [recall for finder in recall_finders for recall in finder.recalls(origin, str(id))]


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
    "CodeDoor",
    "DecidedRecall",
    "EvidenceRow",
    "Goods",
    "Growing",
    "GrowingProvider",
    "Identifier",
    "Indicator",
    "IndicatorDays",
    "LinkProvider",
    "LotAct",
    "NavigationItem",
    "OfferedLink",
    "Origin",
    "Page",
    "Panel",
    "Proof",
    "ProofProvider",
    "RecallFinder",
    "RecallOrigin",
    "Registry",
    "SearchHit",
    "SearchProvider",
    "ToldProof",
    "act_words",
    "agreement_panels",
    "certified_areas",
    "chores",
    "code_doors",
    "commitment_panels",
    "freeze",
    "growing",
    "home_panels",
    "indicators",
    "link_providers",
    "lot_acts",
    "lot_panels",
    "navigation",
    "organisation_panels",
    "origins",
    "pages",
    "product_panels",
    "proofs",
    "recall_finders",
    "recalls_of_origin",
    "search_providers",
]
