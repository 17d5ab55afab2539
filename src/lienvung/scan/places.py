"""Places: as the steps of a journey name them, on the map, and the page of their own code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from lienvung.catalogue.models import Place
from lienvung.gs1.address import Address
from lienvung.gs1.canonical import key_of
from lienvung.ledger import events
from lienvung.people.models import Organisation
from lienvung.scan import access, drawing, rules
from lienvung.scan.page import Maker, Page, PlaceView, StepView
from lienvung.scan.rules import Known
from lienvung.scan.units import unit_words
from lienvung.territory.access import NINH_BINH_NOW, outlines
from lienvung.texts import Text

PLACE = Text("Nơi", "Place")
PARTY = Text("Tổ chức", "Organisation")


def view_of(uri: str | None, place: Place | None) -> PlaceView | None:
    if uri is None:
        return None
    if place is None:
        ais = key_of(uri)
        return PlaceView(uri=uri, code=" ".join(f"({ai}) {value}" for ai, value in ais) if ais else uri)
    unit = unit_words(place.unit_id)
    return PlaceView(
        uri=uri,
        code=place.gln,
        name=place.name,
        name_en=place.name_en,
        owner=place.owner.name,
        unit=unit.province if unit else None,
        lat=place.lat,
        lon=place.lon,
    )


def journey_map(steps: Sequence[StepView]) -> str:
    points = [
        drawing.Point(s.place.lon, s.place.lat, str(s.number), s.place.name)
        for s in steps
        if s.place and s.place.lon is not None and s.place.lat is not None
    ]
    near, country, islands = _outlines()
    whole = bool(points) and drawing.box_of(points) == drawing.COUNTRY_BOX
    title = "Bản đồ hành trình: " + ", ".join(dict.fromkeys(p.name for p in points))
    return drawing.journey_map(points, [*country, *near] if whole else near, title=title, islands=islands)


@lru_cache(maxsize=1)
def _outlines() -> tuple[list[drawing.Outline], list[drawing.Outline], list[drawing.Islands]]:
    """(the two provinces, the country, its archipelagos), read once."""
    read = outlines()
    parts = {"Ninh Bình": NINH_BINH_NOW, "Hà Nội": ("ha-noi",)}
    near = [
        drawing.Outline(name, [ring for slug in slugs for ring in read["provinces"][slug]["rings"]], near=True)
        for name, slugs in parts.items()
    ]
    country = [drawing.Outline("Việt Nam", read["country"])]
    islands = [drawing.Islands(i["name"], i["lon"], i["lat"]) for i in read["islands"]]
    return near, country, islands


def page_of(address: Address) -> Page:
    """The page of a place (414) or of a party (417); the GLN of an organisation names it under either key."""
    gln = address.ais[0][1]
    place = (
        access.places_of(frozenset([address.canonical])).get(address.canonical) if address.level == "place" else None
    )
    party = access.organisation_of(gln) if place is None else None
    if party is not None:
        return _party_page(address, party)
    has_events = place is not None or bool(events.history(address.canonical, limit=1))
    known = Known.REGISTERED if has_events else Known.UNKNOWN
    view = view_of(address.canonical, place)
    unit = unit_words(place.unit_id) if place else None
    points = [drawing.Point(view.lon, view.lat, "1", view.name)] if view and view.lon is not None and view.lat else []
    return Page(
        path=address.path,
        canonical=address.canonical,
        level=address.level,
        known=known,
        verdict=rules.verdict(known, level=address.level, recalled=False),
        title=place.name if place else " ".join(address.hri),
        title_en=place.name_en if place else "",
        kind=PLACE,
        hri=address.hri,
        maker=_keeper(place.owner, place.address) if place else None,
        origin=unit.words if unit else None,
        map=drawing.journey_map(points, _outlines()[0], title=view.name if view else ""),
        illustrative=bool(place and place.illustrative),
    )


def _party_page(address: Address, party: Organisation) -> Page:
    """What everybody may know of an organisation: its name, where it is, its published number."""
    keeper = _keeper(party, party.address)
    return Page(
        path=address.path,
        canonical=address.canonical,
        level="party",
        known=Known.REGISTERED,
        verdict=rules.verdict(Known.REGISTERED, level="party", recalled=False),
        title=party.name,
        title_en=party.name_en,
        kind=PARTY,
        hri=address.hri,
        maker=keeper,
        origin=keeper.unit,
        illustrative=party.illustrative,
    )


def _keeper(owner: Organisation, address: str) -> Maker:
    unit = unit_words(owner.unit_id)
    return Maker(owner.name, owner.name_en, address, owner.phone, owner.illustrative, unit.words if unit else None)
