"""The capture interface (EPCIS 2.0 section 12.6): documents in bulk, and the jobs that tell what became of them.

What is no EPCIS document at all is refused at once and leaves no job: another media type, neither JSON nor XML,
over a limit. Everything else leaves a job. A small document is captured before the answer, so that its faults are
the answer (400, with the place of the job that keeps them); a large one waits in the inbox and the job tells.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lienvung.epcis.document import is_xml
from lienvung.errors import Conflict, Invalid, ManyInvalid
from lienvung.exchange.answers import json_answer, plain_answer, problem_answer
from lienvung.exchange.capture_jobs import job_body, job_xml
from lienvung.exchange.described import EVENT_MEDIA, Answer, Body, Operation, Parameter, Resource, path_parameter
from lienvung.exchange.headers import choice_of, refuse_header, version_of
from lienvung.exchange.negotiation import JSON, media_of, not_acceptable
from lienvung.exchange.page_tokens import page_token_of
from lienvung.exchange.resource import asker_of, body_of, per_page_of, resource, with_next
from lienvung.ledger.capture import BEHAVIOURS, attempt
from lienvung.ledger.inbox import enqueue
from lienvung.ledger.jobs import Job, get_job, jobs
from lienvung.texts import Text

JOB_MEDIA = ("application/json", "application/xml", "text/xml", "application/ld+json")
BEHAVIOUR = "GS1-Capture-Error-Behaviour"
VERSIONS_TAKEN = ((2, 0), (1, 2))
LONGEST_KEY = 200


def post_capture(request: HttpRequest) -> HttpResponse:
    asker = asker_of(request, "capture")
    behaviour = choice_of(request, BEHAVIOUR, BEHAVIOURS) or "rollback"
    check_versions(request)
    key = _idempotency_key(request)
    data = body_of(request)
    check_kind(request, data)
    submitter = asker.submitter
    if len(data) > settings.CAPTURE_INLINE_BYTES:
        job = enqueue(
            data,
            submitter=submitter,
            behaviour=behaviour,
            idempotency_key=key,
            content_type=request.headers.get("Content-Type", ""),
        )
        return _told(_job_answer(request, job, status=202), job)
    done = attempt(data, submitter=submitter, behaviour=behaviour, idempotency_key=key)
    refused = done.problem is not None and not isinstance(done.problem, Conflict)
    answer = problem_answer(done.problem) if refused and done.problem else _job_answer(request, done.job, status=202)
    return _told(answer, done.job)


def _told(answer: HttpResponse, job: Job) -> HttpResponse:
    answer["Location"] = reverse("epcis:job", kwargs={"job": job.id})
    answer[BEHAVIOUR] = job.behaviour
    return answer


def check_versions(request: HttpRequest) -> None:
    """The versions of the standards that a document says it is written in."""
    for name in ("GS1-EPCIS-Version", "GS1-CBV-Version"):
        version = version_of(request, name)
        if version is not None and version not in VERSIONS_TAKEN:
            raise not_acceptable(f"{name}: nhận bản 2.0 và 1.2", f"{name}: versions 2.0 and 1.2 are taken")


def _idempotency_key(request: HttpRequest) -> str | None:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        raise refuse_header("Idempotency-Key", f"dài quá {LONGEST_KEY} ký tự", f"over {LONGEST_KEY} characters long")
    return key or None


def check_kind(request: HttpRequest, data: bytes) -> None:
    """The media type must be what the text is: a sender that mixes them up has sent something else than it thinks."""
    if b"\x00" in data[:4] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return  # UTF-16: the reader says what is wrong with it
    if is_xml(data) == (request.content_type not in JSON):
        return
    raise ManyInvalid(
        [
            Invalid(
                "epcis.media",
                vi=f"Nội dung không phải {request.content_type} như Content-Type nói",
                en=f"the body is not {request.content_type}, as its Content-Type says",
            )
        ]
    )


def get_captures(request: HttpRequest) -> HttpResponse:
    asker = asker_of(request, "query")
    media_of(request, JSON)  # a list of jobs has no form in XML
    found, following = jobs(asker.organisations, per_page=per_page_of(request), token=page_token_of(request))
    answer = json_answer([job_body(job) for job in found])
    return with_next(request, answer, following)


def get_capture(request: HttpRequest, job: str) -> HttpResponse:
    asker = asker_of(request, "query")
    return _job_answer(request, get_job(job, asker.organisations), status=200)


def _job_answer(request: HttpRequest, job: Job, *, status: int) -> HttpResponse:
    media = media_of(request, JOB_MEDIA)
    if media.endswith("/xml"):
        return plain_answer(job_xml(job), status=status, content_type=f"{media}; charset=utf-8")
    return json_answer(job_body(job), status=status, content_type=media)


captures = resource(post=post_capture, get=get_captures, capture=True)
capture_job = resource(get=get_capture)

_JOB_MEDIA = ("application/json", "application/ld+json", "application/xml")
_JOB = Text("Lần ghi: đang chạy hay đã xong, lỗi ở đâu", "The job: whether it runs, and every fault with its path")
_BEHAVIOUR = Parameter(
    name=BEHAVIOUR,
    where="header",
    about=Text(
        "rollback (mặc định): có lỗi thì không giữ gì; proceed: giữ các sự kiện đúng",
        "rollback (the default): a fault and nothing is kept; proceed: the good events are kept",
    ),
    schema={"enum": list(BEHAVIOURS)},
)
_KEY = Parameter(
    name="Idempotency-Key",
    where="header",
    about=Text(
        "Gửi lại cùng nội dung với cùng mã này thì được lại lần ghi cũ",
        "The same body sent again with the same key is answered with the same job",
    ),
    schema={"type": "string", "maxLength": LONGEST_KEY},
)
_VERSIONS = tuple(
    Parameter(
        name=name,
        where="header",
        about=Text("Phiên bản của tài liệu: 2.0 hoặc 1.2", "The version of the document: 2.0 or 1.2"),
        schema={"type": "string", "pattern": r"^(2\.0|1\.2)(\.\d+)?$"},
        example="2.0.0",
    )
    for name in ("GS1-EPCIS-Version", "GS1-CBV-Version")
)
RESOURCES = [
    Resource(
        "/capture",
        "captures",
        operations=(
            Operation(
                "POST",
                "capture",
                Text("Ghi một tài liệu EPCIS", "Capture an EPCIS document"),
                answers=(Answer(202, _JOB, "CaptureJob", _JOB_MEDIA, ("Location", BEHAVIOUR)),),
                parameters=(_BEHAVIOUR, _KEY, *_VERSIONS),
                body=Body(
                    about=Text("Tài liệu EPCIS, JSON hoặc XML", "An EPCIS document, JSON or XML"),
                    schema="CaptureDocument",
                    media=EVENT_MEDIA,
                ),
                problems=(400, 409, 411, 413, 415),
                scope="capture",
                about=Text(
                    "Tài liệu nhỏ được ghi ngay: có lỗi thì trả lời 400 với mọi lỗi, và Location của lần ghi. "
                    "Tài liệu lớn được nhận (202), lần ghi cho biết kết quả.",
                    "A small document is captured at once: its faults are answered with 400, every fault listed, and "
                    "the Location of the job that keeps them. A large one is taken (202) and its job tells.",
                ),
            ),
            Operation(
                "GET",
                "getCaptureJobs",
                Text("Các lần ghi của tổ chức", "The organisation's capture jobs"),
                answers=(
                    Answer(
                        200,
                        Text("Các lần ghi, mới nhất trước", "The jobs, newest first"),
                        {"type": "array", "items": {"$ref": "#/components/schemas/CaptureJob"}},
                    ),
                ),
                paged=True,
            ),
        ),
        tag="capture",
    ),
    Resource(
        "/capture/{captureID}",
        "job",
        parameters=(path_parameter("captureID", Text("Mã lần ghi", "The job's id")),),
        operations=(
            Operation(
                "GET",
                "getCaptureJob",
                Text("Xem một lần ghi", "Read one capture job"),
                answers=(Answer(200, _JOB, "CaptureJob", _JOB_MEDIA),),
                problems=(404,),
            ),
        ),
        tag="capture",
    ),
]
