"""What a code answers to machines: an RFC 9264 link set, JSON-LD, and the resolver description.

Follows the GS1-Conformant resolver standard 1.2.0: exactly one default link per anchor, given with
a title only and described again under its own link type; the link set holds every level above.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from lienvung.gs1 import AIS
from lienvung.gs1.address import Address
from lienvung.ledger import trace
from lienvung.scan.page import Page
from lienvung.scan.rules import Known

VOC = "https://ref.gs1.org/voc/"
LINKSET = "application/linkset+json"
JSON_LD = "application/ld+json"
LINKSET_CONTEXT = (
    '<https://ref.gs1.org/standards/resolver/linkset-context>; rel="http://www.w3.org/ns/json-ld#context"; '
    'type="application/ld+json"'
)
EPCIS_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
TYPES = {"place": ["schema:Place", "gs1:Place"], "party": ["schema:Organization", "gs1:Organization"]}
EPCIS_QUERY = "/epcis/v2/epcs/{}/events"


def links(page: Page, origin: str) -> dict[str, list[dict[str, Any]]]:
    """Link type (bare GS1 web vocabulary word) -> targets of this page's own level."""
    here = origin + page.path
    title = page.title + (f" — lô {page.lot}" if page.lot else "")
    html = {"type": "text/html", "hreflang": ["vi", "en"]}
    found: dict[str, list[dict[str, Any]]] = {"pip": [{"href": here, "title": title, **html}]}
    if page.level in ("place", "party"):
        found = {"locationInfo": [{"href": here, "title": title, **html}]}
    if page.chain is not None:
        found["traceability"] = [{"href": f"{here}#journey", "title": f"Hành trình: {title}", **html}]
        found["recallStatus"] = [{"href": here, "title": "Đang bị thu hồi" if page.band else "Chưa bị thu hồi", **html}]
    if page.events_path:
        found["epcis"] = [{"href": origin + page.events_path, "title": "EPCIS 2.0", "type": "application/ld+json"}]
    proofs = [c for c in page.certificates if c.link]
    if proofs:
        found["certificationInfo"] = [{"href": c.link, "title": c.name} for c in proofs]
    return found


def link_set(pages: list[Page], origin: str) -> dict[str, Any]:
    """RFC 9264 section 4.2; the asked level first, then the ones above it."""
    contexts = []
    for page in pages:
        here = origin + page.path
        context: dict[str, Any] = {"anchor": here, "itemDescription": page.title}
        context[VOC + "defaultLink"] = [{"href": here, "title": page.title}]
        for kind, targets in links(page, origin).items():
            context[VOC + kind] = targets
        contexts.append(context)
    return {"linkset": contexts}


def json_ld(page: Page, address: Address, origin: str) -> dict[str, Any]:
    """The product in schema.org and GS1 web vocabulary words, with the public part of its events."""
    node: dict[str, Any] = {
        "@id": origin + page.path,
        "@type": TYPES.get(page.level, ["schema:Product", "gs1:Product"]),
        "schema:name": _words(page.title, page.title_en),
        "schema:url": origin + page.path,
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
    if page.certificates:
        node["gs1:certification"] = [
            {
                "gs1:certificationStandard": c.name,
                "gs1:certificationAgency": c.issuer,
                "gs1:certificationIdentification": c.number,
            }
            for c in page.certificates
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


def resolver_description(origin: str) -> dict[str, Any]:
    """`/.well-known/gs1resolver` (GS1-Conformant resolver 1.2.0, section 6.9)."""
    kinds = {
        "pip": "Product information page",
        "traceability": "Traceability",
        "recallStatus": "Recall status",
        "epcis": "EPCIS repository",
        "certificationInfo": "Certification information",
        "locationInfo": "Location information",
    }
    return {
        "name": "Lienvung",
        "resolverRoot": origin,
        "supportedPrimaryKeys": sorted(ai for ai, entry in AIS.items() if entry.is_key),
        "linkTypeDefaultCanBeLinkset": False,
        "supportedLinkType": [{"namespace": VOC, "prefix": "gs1:", "profile": f"{VOC}?show=linktypes"}],
        "supportedLinkTypes": kinds,
        "supportedContextValuesEnumerated": [],
        "contact": {"fn": "Lienvung", "hasURL": origin},
    }


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
