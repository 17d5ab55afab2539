"""Puts a scan page together: what the catalogue registered, what was issued, what the ledger tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.urls import reverse
from django.utils import timezone

from lienvung.catalogue.models import IssuedSerial, Lot, Place, Product
from lienvung.gs1.address import CANONICAL, Address, lot_uri
from lienvung.ledger import events, status, trace
from lienvung.scan import access, details, minimum, places, proofs, rules, standing
from lienvung.scan.counting import counter
from lienvung.scan.page import Band, Maker, Page, StepView
from lienvung.scan.rules import Happening, Known, Stop
from lienvung.scan.units import unit_words
from lienvung.texts import Text

HANOI = "01"
FOUNDING_EVENTS = 8  # events whose own data (dates, certificates) are read; the first of a thing carry them


@dataclass(frozen=True, slots=True)
class Records:
    """What the catalogue knows of an address."""

    product: Product | None = None
    lot: Lot | None = None
    issued: IssuedSerial | None = None
    place: Place | None = None

    @property
    def lot_number(self) -> str:
        if self.lot is not None:
            return self.lot.number
        return ""


def tell(address: Address) -> Page:
    """The page of an address. Never raises for a valid address: what is not known is said."""
    if address.level in ("place", "party"):
        return places.page_of(address)
    records = records_of(address)
    steps = _steps(address, records)
    known = _known(address, records, bool(steps))
    if known in rules.ABSENT:
        return _absent(address, records, known)
    return _goods_page(address, records, steps, known)


def records_of(address: Address) -> Records:
    product = access.product_of(address.gtin) if address.gtin else None
    if product is None:
        return Records()
    issued = access.serial_of(product, address.serial) if address.serial else None
    lot = issued.lot if issued is not None else None  # what was issued counts, whatever a label says
    if lot is None and address.lot:
        lot = access.lot_of(product, address.lot)
    return Records(product=product, lot=lot, issued=issued)


def _steps(address: Address, records: Records) -> list[trace.Step]:
    """The journey of the thing; that of its lot is joined where only the catalogue knows the lot."""
    if address.level == "product":
        return []
    steps = trace.journey(address.canonical)
    number = records.lot_number or address.lot
    if address.serial and number and not any(step.relation in ("lot", "made_from") for step in steps):
        seen = {step.event_id for step in steps}
        steps = [*steps, *(s for s in trace.journey(lot_uri(address.gtin, number)) if s.event_id not in seen)]
    return sorted(steps, key=lambda step: step.time_ms)


def _known(address: Address, records: Records, has_events: bool) -> Known:
    if address.level == "serial":
        own = records.issued is not None or (has_events and bool(events.history(address.canonical, limit=1)))
        if not own:
            return Known.NEVER_ISSUED if records.product else Known.UNKNOWN
        return Known.EVENTS if has_events else Known.ISSUED
    if has_events:
        return Known.EVENTS
    if address.level == "lot":
        if records.lot is not None:
            return Known.ISSUED
        return Known.NEVER_ISSUED if records.product else Known.UNKNOWN
    return Known.REGISTERED if records.product else Known.UNKNOWN


def _goods_page(address: Address, records: Records, steps: Sequence[trace.Step], known: Known) -> Page:
    product = records.product
    happenings = [
        Happening(
            s.time_ms,
            s.stage,
            s.biz_step,
            s.place,
            s.event_id,
            s.about,
            s.relation,
            s.temperature_min,
            s.temperature_max,
        )
        for s in steps
        if s.biz_step or s.disposition  # an event without both (a recall) is no step of the journey
    ]
    all_stops = rules.stops(happenings)
    shown, others = _views(all_stops, access.places_of(frozenset(stop.place for stop in all_stops if stop.place)))
    facts = details.gather(steps)
    lot_number = address.lot or records.lot_number
    marked = marked_by(address, records)
    marks = status.standing(*marked)
    recalled = standing.RECALLED in marks
    inside = standing.inside(address.canonical) if address.level == "other" and not recalled else None
    maker = _maker(product)
    packed = facts.packed or _packed_on(happenings)
    produced = (records.lot.produced_on if records.lot else None) or facts.produced
    best_before = (records.lot.best_before if records.lot else None) or facts.best_before
    harvested = facts.harvested
    warnings = _warnings(address, records, marks, best_before, happenings)
    if inside is not None and not inside.whole and not inside.recalled:
        warnings.append(standing.NOT_ALL)
    page = Page(
        path=address.path,
        canonical=address.canonical,
        level=address.level,
        known=known,
        verdict=rules.verdict(
            known,
            level=address.level,
            recalled=recalled,
            scanned_first=_first_scan(address, known),
            holds_recalled=inside is not None and inside.recalled > 0,
            key=address.ais[0][0],
            sold=_sold_on(address, steps),
        ),
        title=product.name if product else " ".join(address.hri),
        title_en=product.name_en if product else "",
        kind=rules.KINDS[address.ais[0][0]].name if address.ais[0][0] in rules.KINDS else None,
        gtin=address.gtin,
        lot=lot_number,
        serial=address.serial,
        hri=address.hri,
        band=_band(marked, marks, inside),
        warnings=warnings,
        picture=f"scan/products/{product.picture}.svg" if product and product.picture and not product.image else "",
        photo=_photo(product),
        maker=maker,
        origin=_origin(product),
        growers=_growers([*shown, *others], maker),
        harvested=harvested,
        produced=produced,
        packed=packed,
        best_before=best_before,
        certificates=proofs.certificates(address, steps, facts, made_on=produced or harvested or packed),
        steps=shown,
        more_steps=others,
        chain=rules.completeness(_stages(happenings, packed)) if address.level != "product" else None,
        map=places.journey_map([*shown]),
        standards=product.standards if product else "",
        description=product.description if product else "",
        authorities=_authorities(product),
        illustrative=bool(product and product.illustrative),
        events_path=f"/epcis/v2/epcs/{_quoted(address.canonical)}/events",
        parents=[(a.path, _parent_name(a, product)) for a in address.up()] if product else [],
        minimum=[]
        if not address.gtin
        else minimum.rows(address, product, maker, [*shown, *others], packed, produced, best_before, facts, lot_number),
    )
    return page


def marked_by(address: Address, records: Records) -> list[str]:
    """Where marks are looked for: the thing itself, its lot (maybe known to the catalogue only), the label's lot."""
    numbers = dict.fromkeys(n for n in (address.lot, records.lot_number) if n) if address.serial else {}
    return [address.canonical, *(lot_uri(address.gtin, number) for number in numbers)]


def _band(marked: Sequence[str], marks: dict[str, int], inside: standing.Inside | None) -> Band | None:
    """The recall in force: of the thing, else of what is inside."""
    if standing.RECALLED in marks:
        return standing.band(marks[standing.RECALLED], *marked)
    return standing.band_of_contents(inside) if inside is not None and inside.recalled else None


def _warnings(
    address: Address,
    records: Records,
    marks: dict[str, int],
    best_before: date | None,
    happenings: Sequence[Happening],
) -> list[Text]:
    found = []
    lot = records.issued.lot if records.issued else None
    if address.lot and lot is not None and lot.number != address.lot:
        found.append(
            Text(
                f"Địa chỉ ghi lô {address.lot}, nhưng số này đã cấp cho lô {lot.number}. Nhãn có thể bị sửa.",
                f"The address says lot {address.lot}, but this serial was issued for lot {lot.number}. "
                "The label may have been altered.",
            )
        )
    if best_before is not None and best_before < timezone.localdate():
        found.append(Text("Đã quá hạn dùng ghi trong sổ.", "It is past the best-before date in the ledger."))
    own = {h.biz_step for h in happenings if h.relation == "self" and address.level == "serial"}
    if own & {"destroying", "decommissioning"}:
        found.append(
            Text(
                "Sổ ghi món hàng này đã bị tiêu huỷ hoặc mã đã thôi dùng.",
                "The ledger says that this item was destroyed or its code retired.",
            )
        )
    if standing.HELD in marks:
        found.append(standing.held(marks[standing.HELD]))
    return found


def _views(all_stops: Sequence[Stop], known: dict[str, Place]) -> tuple[list[StepView], list[StepView]]:
    shown, others = rules.shorten(all_stops)
    numbers = {id(stop): number for number, stop in enumerate([*shown, *others], 1)}

    def views(some: Iterable[Stop]) -> list[StepView]:
        return [StepView(numbers[id(s)], s, places.view_of(s.place, known.get(s.place or ""))) for s in some]

    return views(shown), views(others)


def _maker(product: Product | None) -> Maker | None:
    if product is None:
        return None
    owner = product.owner
    unit = unit_words(owner.unit_id)
    address = owner.address or (unit.words.vi if unit else "")
    return Maker(owner.name, owner.name_en, address, owner.phone, owner.illustrative, unit.words if unit else None)


def _growers(steps: Iterable[StepView], maker: Maker | None) -> list[tuple[str, Text | None]]:
    """Who grew, caught or raised it, where that is somebody else than the maker."""
    places = [step.place for step in steps if step.stop.stage == "growing" and step.place]
    growers = {place.owner: (place.owner, place.unit) for place in places if place.owner}
    if maker is not None:
        growers.pop(maker.name, None)
    return list(growers.values())


def _photo(product: Product | None) -> str:
    """Where the uploaded photo is: the catalogue hands it out, no folder of uploads is served."""
    return reverse("catalogue:product_picture", args=[product.pk]) if product and product.image else ""


def _origin(product: Product | None) -> Text | None:
    unit = unit_words(product.origin_unit_id or product.owner.unit_id) if product else None
    return unit.words if unit else None


def _authorities(product: Product | None) -> list[Maker]:
    """Whom to call beside the producer: the authorities of the province of origin and of Hà Nội."""
    if product is None:
        return []
    units = [unit_words(product.origin_unit_id), unit_words(product.owner.unit_id)]
    codes = frozenset([HANOI, *(unit.province_code for unit in units if unit)])
    return [Maker(a.name, a.name_en, a.address, a.phone, a.illustrative) for a in access.authorities_of(codes)]


def _parent_name(address: Address, product: Product | None) -> str:
    name = product.name if product else ""
    return f"{name} — lô {address.lot}" if address.lot else name


def _first_scan(address: Address, known: Known) -> str:
    """Day and time of the first scan; this very scan when there was none."""
    if address.level not in ("serial", "lot") or known in rules.ABSENT:
        return ""
    thing = thing_of(address)
    at_ms = access.first_scan_of(thing) or counter.first_of(thing)
    at = datetime.fromtimestamp(at_ms / 1000, UTC) if at_ms else timezone.now()
    return timezone.localtime(at).strftime("%H:%M %d/%m/%Y")


def thing_of(address: Address) -> str:
    """The name under which scans are counted."""
    return address.canonical.removeprefix(CANONICAL)


def _sold_on(address: Address, steps: Sequence[trace.Step]) -> str:
    """The day on which an event that names this very item says it was sold; the cheapest sign of a copied label."""
    if address.level != "serial":
        return ""
    sold = [
        step.time_ms
        for step in steps
        if step.about == address.canonical and (step.biz_step == "retail_selling" or step.disposition == "retail_sold")
    ]
    return f"{minimum.local_day(max(sold)):%d/%m/%Y}" if sold else ""


def _packed_on(happenings: Sequence[Happening]) -> date | None:
    """The day of the first packing of the thing or its lot; that of an ingredient or a container is not its own."""
    found = [h.time_ms for h in happenings if h.stage == "packing" and h.relation in ("self", "lot")]
    return minimum.local_day(min(found)) if found else None


def _stages(happenings: Sequence[Happening], packed: date | None) -> list[str]:
    """The stages recorded; packing also where another event (a transformation) tells of it."""
    told = packed is not None or any(h.biz_step in rules.PACKING_STEPS for h in happenings)
    return [*(h.stage for h in happenings), *(["packing"] if told else [])]


def _absent(address: Address, records: Records, known: Known) -> Page:
    product = records.product
    return Page(
        path=address.path,
        canonical=address.canonical,
        level=address.level,
        known=known,
        verdict=rules.verdict(known, level=address.level, recalled=False),
        title=product.name if product else "Mã không có trong sổ",
        title_en=product.name_en if product else "This code is not in the ledger",
        gtin=address.gtin,
        hri=address.hri,
        picture=f"scan/products/{product.picture}.svg" if product and product.picture and not product.image else "",
        photo=_photo(product),
        maker=_maker(product),
        authorities=_authorities(product),
        illustrative=bool(product and product.illustrative),
        parents=[(product.path, product.name)] if product else [],
    )


def _quoted(uri: str) -> str:
    return "".join(c if c.isalnum() or c in "-._~" else "".join(f"%{b:02X}" for b in c.encode()) for c in uri)
