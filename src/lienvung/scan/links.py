"""What the scan room offers to the resolver: the page of a code, its journey, the certificates that events name."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from lienvung.gs1.address import Address
from lienvung.ledger import events, status, trace
from lienvung.ledger.trace_names import lookup
from lienvung.registry import Identifier, LinkProvider, OfferedLink
from lienvung.scan import access, details, proofs, standing, story
from lienvung.scan.views import PAGE
from lienvung.texts import Text

BOTH = ("vi", "en")
HTML = "text/html"


def page(identifier: Identifier) -> Sequence[OfferedLink]:
    """The public page: of everything the catalogue or the ledger knows, and of every code under a product of ours.

    It is the default before all that the owner registered while a recall is in force, and for a code that was never
    issued: who scans it must be told. While a recall is in force, who asks for the page itself is told too.
    """
    address = Address(identifier.ais)
    if address.level in ("place", "party"):
        return _page_of_place(address)
    records = story.records_of(address)
    below = address.level in ("lot", "serial")
    in_ledger = _in_ledger(address) if below or records.product is None else True
    if records.product is None and not in_ledger:
        return []
    never_issued = below and not in_ledger and (records.issued is None if address.serial else records.lot is None)
    recalled = standing.RECALLED in status.standing(*story.marked_by(address, records))
    title = _title(address, records)
    if never_issued:
        title = Text(f"Cảnh báo: mã chưa từng được cấp ({title.vi})", f"Warning: a code never issued ({title.en})")
    elif recalled:
        title = Text(f"Đang bị thu hồi: {title.vi}", f"Recalled: {title.en}")
    return [
        OfferedLink(
            "pip",
            PAGE + address.path,
            title,
            languages=BOTH,
            media_type=HTML,
            default=True,
            urgent=recalled or never_issued,
            binding=recalled,
        )
    ]


def _in_ledger(address: Address) -> bool:
    if address.level == "serial":  # its lot's events do not make a serial known
        return bool(events.history(address.canonical, limit=1))
    return bool(len(lookup(address.canonical)))


def _title(address: Address, records: story.Records) -> Text:
    if records.product is None:
        return Text(*[" ".join(address.hri)] * 2)
    name, english = records.product.name, records.product.name_en or records.product.name
    lot, serial = address.lot or records.lot_number, address.serial
    tail = (f" — lô {lot}" if lot else "") + (f" — số {serial}" if serial else "")
    tail_en = (f" — lot {lot}" if lot else "") + (f" — serial {serial}" if serial else "")
    return Text(name + tail, english + tail_en)


def _page_of_place(address: Address) -> list[OfferedLink]:
    place = access.places_of(frozenset([address.canonical])).get(address.canonical)
    party = access.organisation_of(address.ais[0][1]) if place is None else None
    known = place or party
    if known is None and not (address.level == "place" and events.history(address.canonical, limit=1)):
        return []
    name = " ".join(address.hri)
    title = Text(known.name, known.name_en or known.name) if known else Text(name, name)
    return [OfferedLink("locationInfo", PAGE + address.path, title, BOTH, HTML, default=True)]


def journey(identifier: Identifier) -> Sequence[OfferedLink]:
    address = Address(identifier.ais)
    if address.level in ("product", "place", "party") or not len(lookup(address.canonical)):
        return []
    title = Text("Hành trình", "Journey")
    return [OfferedLink("traceability", f"{PAGE}/journey{address.path}", title, BOTH, HTML)]


def certificates(identifier: Identifier) -> Sequence[OfferedLink]:
    """Proofs that the events of a thing link to, as told there."""
    address = Address(identifier.ais)
    if address.level in ("product", "place", "party") or not len(lookup(address.canonical)):
        return []
    facts = details.gather(trace.journey(address.canonical))
    told = {c.link: f"{c.name} {c.number}".strip() for c in facts.told if c.link}
    # our own pages are offered by the room of certificates, when they hold
    foreign = {link: name for link, name in told.items() if not link.startswith(f"{settings.ORIGIN}/")}
    told_vi, told_en = proofs.TOLD
    return [
        OfferedLink("certificationInfo", link, Text(f"{name} ({told_vi})", f"{name} ({told_en})"))
        for link, name in foreign.items()
    ]


PROVIDERS = (
    LinkProvider("scan.page", frozenset({"pip", "locationInfo", "registryEntry"}), page, default=True, order=10),
    LinkProvider("scan.journey", frozenset({"traceability"}), journey, order=20),
    LinkProvider("scan.certificates", frozenset({"certificationInfo"}), certificates, order=30),
)
