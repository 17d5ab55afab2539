"""What the page of a code answers to machines: JSON-LD, and problems."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from lienvung.gs1.address import Address
from lienvung.ledger import trace
from lienvung.scan.page import Page
from lienvung.scan.rules import Known

VOC = "https://ref.gs1.org/voc/"
LINKSET = "application/linkset+json"
JSON_LD = "application/ld+json"
EPCIS_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
TYPES = {"place": ["schema:Place", "gs1:Place"], "party": ["schema:Organization", "gs1:Organization"]}


def json_ld(page: Page, address: Address, origin: str) -> dict[str, Any]:
    """The product in schema.org and GS1 web vocabulary words, with the public part of its events."""
    node: dict[str, Any] = {
        "@id": origin + page.path,
        "@type": TYPES.get(page.level, ["schema:Product", "gs1:Product"]),
        "schema:name": _words(page.title, page.title_en),
        "schema:url": f"{origin}/p{page.path}",
    }
    if page.level not in TYPES:
        node["gs1:recallStatus"] = "recalled" if page.band else "not recalled"
    if page.gtin:
        node["gs1:gtin"] = node["schema:gtin"] = page.gtin
    if page.lot:
        node["gs1:hasBatchLotNumber"] = page.lot
    if page.serial:
        node["gs1:hasSerialNumber"] = page.serial
    if page.maker and page.level not in TYPES:
        node["schema:manufacturer"] = {
            "@type": "schema:Organization",
            "schema:name": _words(page.maker.name, page.maker.name_en),
            "schema:address": page.maker.address,
        }
    if page.origin:
        node["gs1:productionOriginText" if page.gtin else "schema:address"] = _words(*page.origin)
    for word, day in (
        ("gs1:harvestDate", page.harvested),
        ("gs1:productionDate", page.produced),
        ("gs1:packagingDate", page.packed),
        ("gs1:bestBeforeDate", page.best_before),
    ):
        if day:
            node[word] = day.isoformat()
    # a machine is told only what holds: it would not read the words beside the others
    if valid := [certificate for certificate in page.certificates if certificate.valid]:
        node["gs1:certification"] = [
            {
                "gs1:certificationStandard": c.name.en,
                "gs1:certificationAgency": c.issuer,
                "gs1:certificationIdentification": c.number,
                **({"gs1:certificationEndDate": c.until.isoformat()} if c.until else {}),
                **({"gs1:certificationURI": origin + c.link} if c.link.startswith("/") else {}),
            }
            for c in valid
        ]
    return {
        "@context": [{"schema": "https://schema.org/", "gs1": VOC}, EPCIS_CONTEXT],
        "@graph": [node, *_public_events(address)],
    }


def _words(vi: str, en: str) -> list[dict[str, str]]:
    return [{"@value": vi, "@language": "vi"}, *([{"@value": en, "@language": "en"}] if en else [])]


def _public_events(address: Address) -> list[dict[str, Any]]:
    """What, when, where and why of each event; no parties, no papers, no measurements."""
    if address.level in ("product", "place", "party"):
        return []
    steps = trace.journey(address.canonical)
    return [
        {
            "id": step.event_id,
            "eventTime": _iso(step.time_ms, step.offset),
            "eventTimeZoneOffset": step.offset,
            "epcList": [step.about],
            **({"bizStep": step.biz_step} if step.biz_step else {}),
            **({"disposition": step.disposition} if step.disposition else {}),
            **({"bizLocation": {"id": step.place}} if step.place else {}),
        }
        for step in steps
    ]


def _iso(ms: int, offset: str) -> str:
    sign = -1 if offset.startswith("-") else 1
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    zone = timezone(sign * timedelta(hours=hours, minutes=minutes))
    return datetime.fromtimestamp(ms / 1000, zone).isoformat(timespec="milliseconds")


def absent_problem(page: Page) -> dict[str, Any]:
    """RFC 7807 for a code that is not here."""
    code = "scan.never_issued" if page.known is Known.NEVER_ISSUED else "scan.unknown"
    return {
        "type": f"urn:lienvung:problem:{code}",
        "title": "Not found",
        "status": 404,
        "detail": page.verdict.en,
        "detail_vi": page.verdict.vi,
    }
