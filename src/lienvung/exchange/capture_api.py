"""The capture interface (EPCIS 2.0 section 12.6): documents in bulk, and the jobs that tell what became of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lienvung.exchange.answers import ApiProblem, json_answer
from lienvung.exchange.resource import asker_of, body_of, per_page_of, resource, with_next
from lienvung.ledger.capture import Job, capture
from lienvung.ledger.events import iso
from lienvung.ledger.jobs import get_job, jobs


def post_capture(request: HttpRequest) -> HttpResponse:
    asker = asker_of(request, "capture")
    behaviour = request.headers.get("GS1-Capture-Error-Behaviour", "rollback").strip().lower()
    if behaviour != "rollback":
        raise ApiProblem(
            400,
            "ValidationException",
            vi="GS1-Capture-Error-Behaviour: mới hỗ trợ rollback",
            en="GS1-Capture-Error-Behaviour: only rollback is supported",
        )
    key = request.headers.get("Idempotency-Key", "").strip()[:200] or None
    job = capture(body_of(request), submitter=asker.submitter, idempotency_key=key)
    answer = json_answer(job_body(job), status=202)
    answer["Location"] = reverse("epcis:job", kwargs={"job": job.id})
    answer["GS1-Capture-Error-Behaviour"] = "rollback"
    return answer


def get_captures(request: HttpRequest) -> HttpResponse:
    asker = asker_of(request, "query")
    found, following = jobs(asker.organisations, per_page=per_page_of(request), token=request.GET.get("nextPageToken"))
    answer = json_answer([job_body(job) for job in found])
    return with_next(request, answer, following)


def get_capture(request: HttpRequest, job: str) -> HttpResponse:
    asker = asker_of(request, "query")
    return json_answer(job_body(get_job(job, asker.organisations)))


def job_body(job: Job) -> dict[str, Any]:
    """CaptureJob of the OpenAPI document, and how many of its events were new."""
    return {
        "captureID": job.id,
        "createdAt": iso(job.created_ms),
        "finishedAt": iso(job.finished_ms) if job.finished_ms is not None else None,
        "running": job.running,
        "success": job.success,
        "captureErrorBehaviour": job.behaviour,
        "errors": job.errors,
        "newEvents": job.new_events,
        "knownEvents": job.known_events,
    }


captures = resource(post=post_capture, get=get_captures)
capture_job = resource(get=get_capture)
