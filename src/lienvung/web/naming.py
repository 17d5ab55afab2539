"""From the ledger's URIs to what people call things: products, lots, places, organisations.

`Names` looks up everything that a page mentions in a few queries, whatever the
number of things (products by GTIN, places by GLN, organisations by UUID).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from django.urls import reverse

from lienvung.catalogue.models import Place, Product
from lienvung.people.models import Organisation
from lienvung.texts import Text
from lienvung.web.vocabulary import KINDS, word

GS1 = "https://id.gs1.org/"
_KEY = re.compile(r"^https://id\.gs1\.org/(\d{2,4})/([^/]+)(?:/(\d{2,4})/(.+))?$")
PLACE_KEYS = frozenset({"414", "417"})
ASSET_KEYS = frozenset({"8003", "8004"})
BATCH = 500


@dataclass(frozen=True, slots=True)
class Named:
    """A thing as pages show it. `code`: its own number in words ("Lô 0412"); `href`: its page."""

    uri: str
    kind: str  # a key of vocabulary.KINDS
    title: Text
    code: Text
    href: str
    known: bool  # the catalogue knows it

    @property
    def both(self) -> Text:
        """Name and code in one line."""
        return Text(*(" — ".join(filter(None, dict.fromkeys(pair))) for pair in zip(self.title, self.code)))


def split(uri: str) -> tuple[str, str, str, str]:
    """(primary AI, its value, qualifier AI, its value) of a canonical GS1 URI; four empty strings for others."""
    match = _KEY.match(uri)
    return ("", "", "", "") if not match else tuple(unquote(part or "") for part in match.groups())  # type: ignore[return-value]


def kind_of(uri: str) -> str:
    key, _, qualifier, _ = split(uri)
    if key in {"01", "8006"}:
        return {"10": "lot", "21": "serial"}.get(qualifier, "class")
    if key in PLACE_KEYS:
        return "place"
    if key in ASSET_KEYS:
        return "asset"
    return "logistic" if key == "00" else "other"


def href_of(uri: str) -> str:
    """The page of a thing in the ledger."""
    if uri.startswith(GS1):
        return reverse("web:thing", args=["x"])[:-1] + uri[len(GS1) :]
    return f"{reverse('web:thing_by_id')}?id={quote(uri, safe='')}"


def uri_of_path(path: str) -> str:
    """The URI of a page's path `01/…/10/…` as the server decoded it.

    The value of the last key may hold an encoded slash; every known path has two
    or four parts, so what is beyond the third slash belongs to the last value,
    save where a printed code's lot and serial stand side by side.
    """
    parts = path.split("/", 3)
    if len(parts) == 4 and parts[2] == "10" and "/21/" in parts[3]:
        lot, _, serial = parts[3].partition("/21/")
        parts = [*parts[:3], lot, "21", serial]
    return GS1 + "/".join(quote(part, safe="") for part in parts)


class Names:
    """The names of all of `uris` (things, places) and `parties` (UUID texts of organisations)."""

    def __init__(self, uris: Iterable[str] = (), parties: Iterable[str | None] = ()) -> None:
        keys = [split(uri) for uri in set(uris)]
        gtins = {value for key, value, _, _ in keys if key == "01"}
        glns = {value for key, value, _, _ in keys if key in PLACE_KEYS}
        self.products = {p.gtin: p for some in batches(gtins) for p in Product.objects.filter(gtin__in=some)}
        self.places = {
            p.gln: p for some in batches(glns) for p in Place.objects.select_related("unit").filter(gln__in=some)
        }
        owners = {o.gln: o for some in batches(glns) for o in Organisation.objects.filter(gln__in=some) if o.gln}
        self.owners = owners
        ids = {party for party in parties if party and is_uuid(party)}
        self.organisations = {str(o.pk): o for some in batches(ids) for o in Organisation.objects.filter(pk__in=some)}

    def thing(self, uri: str) -> Named:
        key, value, qualifier, detail = split(uri)
        kind = kind_of(uri)
        if kind == "place":
            title, known = self.place_name(uri), value in self.places or value in self.owners
            return Named(uri, kind, title, Text(f"GLN {value}", f"GLN {value}"), href_of(uri), known)
        product = self.products.get(value) if key == "01" else None
        if product:
            title = Text(product.name, product.name_en or product.name)
        elif key == "01":
            title = Text(f"GTIN {value}", f"GTIN {value}")
        elif key == "00":
            title = Text("Đơn vị vận chuyển", "Logistic unit")
        else:
            title = word(KINDS, kind)
        return Named(uri, kind, title, code_text(uri, key, value, qualifier, detail), href_of(uri), bool(product))

    def place_name(self, uri: str | None) -> Text:
        """What a place is called; its GLN, or the URI itself, where nobody knows it."""
        if not uri:
            return Text("", "")
        key, value, _, _ = split(uri)
        place = self.places.get(value) if key in PLACE_KEYS else None
        if place:
            return Text(place.name, place.name_en or place.name)
        owner = self.owners.get(value) if key in PLACE_KEYS else None
        if owner:
            return Text(owner.name, owner.name_en or owner.name)
        bare = f"GLN {value}" if key in PLACE_KEYS else uri
        return Text(bare, bare)

    def party_name(self, party: str | None) -> Text:
        """The organisation with this UUID."""
        found = self.organisations.get(party or "")
        return Text(found.name, found.name_en or found.name) if found else Text(party or "", party or "")


def code_text(uri: str, key: str, value: str, qualifier: str, detail: str) -> Text:
    if qualifier == "10":
        return Text(f"Lô {detail}", f"Lot {detail}")
    if qualifier == "21":
        return Text(f"Số {detail}", f"No. {detail}")
    if key == "01":
        return Text(f"GTIN {value}", f"GTIN {value}")
    if key == "00":
        return Text(f"SSCC {value}", f"SSCC {value}")
    return Text(f"({key}) {value}", f"({key}) {value}") if key else Text(uri, uri)


def is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def batches(values: Iterable[str]) -> Iterable[list[str]]:
    """Parts small enough for one SQL statement."""
    ordered = sorted(values)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))
