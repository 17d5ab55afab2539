"""Capture jobs as the binding shows them: JSON (CaptureJob of the OpenAPI) and XML (EPCISCaptureJob of the XSD)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from lienvung.exchange.problems import OWN_SPACE, SPACE, TITLES, xml_text
from lienvung.ledger.events import iso
from lienvung.ledger.jobs import Job

EXCEPTIONS = {
    400: "ValidationException",
    409: "ResourceAlreadyExistsException",
    413: "CaptureLimitExceededException",
}


def job_body(job: Job) -> dict[str, Any]:
    """CaptureJob of the OpenAPI document, and how many of its events were new; a time that is not yet is absent."""
    body: dict[str, Any] = {
        "captureID": job.id,
        "createdAt": iso(job.created_ms),
        "running": job.running,
        "success": job.success,
        "captureErrorBehaviour": job.behaviour,
        "errors": [_error(fault) for fault in job.errors],
        "newEvents": job.new_events,
        "knownEvents": job.known_events,
    }
    if job.finished_ms is not None:
        body["finishedAt"] = iso(job.finished_ms)
    return body


def _error(fault: Mapping[str, Any]) -> dict[str, Any]:
    """RFC 7807, with the place and both languages."""
    status = int(fault["status"])
    return {
        "type": f"epcisException:{EXCEPTIONS.get(status, 'ImplementationException')}",
        "title": TITLES.get(status, "Problem"),
        "status": status,
        "detail": fault["en"],
        "detail_vi": fault["vi"],
        "code": fault["code"],
        "path": fault["path"],
    }


def job_xml(job: Job) -> bytes:
    """EPCISCaptureJob (EPCglobal-epcis-2_0.xsd); what the schema does not know stands in our namespace at the end."""
    body = job_body(job)
    flags = "".join(f' {name}="{str(body[name]).lower()}"' for name in ("running", "success"))
    parts = [
        "<?xml version='1.0' encoding='UTF-8'?>\n",
        f"<epcis:EPCISCaptureJob xmlns:epcis={quoteattr(SPACE)} xmlns:lv={quoteattr(OWN_SPACE)}",
        f"{flags} captureID={quoteattr(job.id)}>",
    ]
    parts += [_element(name, body[name]) for name in ("captureErrorBehaviour", "createdAt")]
    if "finishedAt" in body:
        parts.append(_element("finishedAt", body["finishedAt"]))
    if body["errors"]:
        parts += ["<errors>", *(_error_xml(fault) for fault in body["errors"]), "</errors>"]
    parts += [_element(f"lv:{name}", body[name]) for name in ("newEvents", "knownEvents")]
    parts.append("</epcis:EPCISCaptureJob>\n")
    return "".join(parts).encode()


def _error_xml(fault: Mapping[str, Any]) -> str:
    standard = "".join(_element(name, fault[name]) for name in ("type", "title", "status", "detail"))
    own = "".join(_element(f"lv:{name}", fault[name]) for name in ("code", "path") if fault[name])
    return f'<error>{standard}{own}<lv:detail xml:lang="vi">{xml_text(fault["detail_vi"])}</lv:detail></error>'


def _element(name: str, value: object) -> str:
    return f"<{name}>{xml_text(value)}</{name}>"
