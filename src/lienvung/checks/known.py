"""What the catalogue knows, for one run: groups and weights of products, places, whose goods and places they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lienvung.catalogue.models import Place, Product
from lienvung.checks.models import Setting as StoredSetting
from lienvung.checks.rules import start_of
from lienvung.lineage.anomalies_words import Found, Parameters, Setting, product_of
from lienvung.lineage.balance import KILOGRAMS
from lienvung.people.models import Organisation
from lienvung.territory.access import province_of

_GTIN = re.compile(r"/01/(\d{14})")
_GLN = re.compile(r"/41[47]/(\d{13})")
CHUNK = 400


def _parts(values: Iterable[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(set(values))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


@dataclass(slots=True)
class Known:
    """Products by GTIN, places by GLN."""

    products: dict[str, Product] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    glns: set[str] = field(default_factory=set)  # of places and of organisations

    def partners(self, uris: Iterable[str]) -> frozenset[str]:
        """Those of these places and parties that take part."""
        return frozenset(uri for uri in uris if (found := _GLN.search(uri)) and found[1] in self.glns)

    def product(self, uri: str) -> Product | None:
        found = _GTIN.search(uri)
        return self.products.get(found[1]) if found else None

    def place(self, uri: str) -> Place | None:
        found = _GLN.search(uri)
        return self.places.get(found[1]) if found else None

    def parties(self, found: Found) -> list[Organisation]:
        """Whose goods and whose places a finding is about, the goods' owner first."""
        product = self.product(found.subject)
        owners = [product.owner] if product else []
        owners += [place.owner for uri in found.places if (place := self.place(uri)) is not None]
        return list({owner.pk: owner for owner in owners}.values())

    def provinces(self, found: Found) -> str:
        """ ",37,01,": the provinces of the product's owner and of the places."""
        product = self.product(found.subject)
        units = [product.owner.unit] if product else []
        for uri in found.places:
            place = self.place(uri)
            if place is not None:
                units.append(place.unit or place.owner.unit)
        codes = {province.code for unit in units if (province := province_of(unit)) is not None}
        return f",{','.join(sorted(codes))}," if codes else ""


def known_of(things: Iterable[str], places: Iterable[str]) -> Known:
    """What the catalogue knows of these."""
    known = Known()
    units = ("owner__unit", "owner__unit__parent", "owner__unit__parent__parent")
    for gtins in _parts(found[1] for uri in things if (found := _GTIN.search(uri))):
        known.products |= {each.gtin: each for each in Product.objects.select_related(*units).filter(gtin__in=gtins)}
    for glns in _parts(found[1] for uri in places if (found := _GLN.search(uri))):
        own = (*units, "unit", "unit__parent", "unit__parent__parent")
        known.places |= {each.gln: each for each in Place.objects.select_related(*own).filter(gln__in=glns)}
        known.glns |= {str(gln) for gln in Organisation.objects.filter(gln__in=glns).values_list("gln", flat=True)}
    known.glns |= set(known.places)
    return known


def settings() -> tuple[Setting, ...]:
    """The dated parameters; a setting ends where its last day ends."""
    return tuple(
        Setting(
            each.name,
            each.value,
            each.group,
            start_of(each.since),
            2**62 if each.until is None else start_of(each.until) + 86_400_000,
        )
        for each in StoredSetting.objects.all()
    )


def parameters_of(known: Known, things: Iterable[str], places: Iterable[str]) -> Parameters:
    """The parameters of a run about these things and places."""
    products = {product_of(uri): product for uri in things if (product := known.product(uri)) is not None}
    stood = {uri: place for uri in places if (place := known.place(uri)) is not None}
    return Parameters(
        settings=settings(),
        groups={uri: product.kind for uri, product in products.items() if product.kind},
        piece_kg={uri: weight for uri, product in products.items() if (weight := _weight(product)) is not None},
        coordinates={
            uri: (place.lat, place.lon)
            for uri, place in stood.items()
            if place.lat is not None and place.lon is not None
        },
        owners={uri: str(place.owner_id) for uri, place in stood.items()},
        names={uri: place.name for uri, place in stood.items()},
        partners=known.partners(places),
    )


def _weight(product: Product) -> float | None:
    """Kilograms of one piece, where the catalogue gives its content by mass."""
    factor = KILOGRAMS.get(product.unit_of_measure)
    return float(product.net_content) * factor if factor and product.net_content else None
