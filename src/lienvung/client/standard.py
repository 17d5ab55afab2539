"""A client of any EPCIS 2.0 repository: what the standard's REST binding has, and nothing else."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self
from urllib.parse import quote, unquote

from lienvung.client.documents import Sendable, body_and_type, encoded, event_and_type
from lienvung.client.errors import Refused, Unusable
from lienvung.client.forms import PLAIN, Form
from lienvung.client.jobs import Job
from lienvung.client.pages import EventPage, all_pages, json_of, list_of, object_of, odd
from lienvung.client.parameters import Filters, Values, merged, to_json, to_query
from lienvung.client.subscribing import Abilities, Subscription, subscription_body
from lienvung.client.transport import Answer, Transport, checked_base, checked_token, last_segment, path_in
from lienvung.errors import Invalid

Behaviour = Literal["rollback", "proceed"]
Collection = Literal["eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions"]
JSON = "application/json"


def segment(value: str) -> str:
    """A value as one segment of a path: a URI goes in whole. Raises Invalid for what would name another place."""
    if value in {"", ".", ".."}:
        raise Invalid("client.segment", vi=f"mã không hợp lệ: “{value}”", en=f"no such identifier: “{value}”")
    return quote(value, safe="")


class EpcisClient:
    """Speaks to the binding whose root is `root`, e.g. EpcisClient("https://epcis.example.org/v2", token="…").

    Raises the errors of `lienvung.client.errors`. Safe to use from several threads.
    """

    def __init__(
        self,
        root: str,
        token: str | None = None,
        *,
        timeout: float = 30.0,
        retries: int = 2,
        max_answer_bytes: int = 64 * 1024 * 1024,
        allow_http: bool = False,
        ca_certs: str | None = None,
    ) -> None:
        base = checked_base(root, token=token, allow_http=allow_http)
        self.transport = Transport(base, checked_token(token), timeout, retries, max_answer_bytes, ca_certs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.transport.base!r})"

    def close(self) -> None:
        """Give the connections back."""
        self.transport.pool.clear()

    # Capture

    def capture(
        self,
        sent: Sendable,
        *,
        behaviour: Behaviour | None = None,
        idempotency_key: str | None = None,
        extensions: Mapping[str, str] | None = None,
        wait: bool = False,
    ) -> Job:
        """Send a document (bytes, text or dict, JSON or XML) or events, which are put into a document.

        With an `idempotency_key` it is sent again where the network failed. A server that refuses the document at
        once raises Refused with every fault; one that captures in the background tells them in the job.
        """
        body, media = body_and_type(sent, extensions=extensions)
        headers = {"Content-Type": media, "Accept": JSON}
        if behaviour is not None:
            headers["GS1-Capture-Error-Behaviour"] = behaviour
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        answer = self.transport.request(
            "POST", "capture", headers=headers, body=body, repeatable=idempotency_key is not None
        )
        job = self._job_of(answer)
        return self.wait(job) if wait else job

    def _job_of(self, answer: Answer) -> Job:
        """From the body, where the server tells the job at once, else from its address."""
        job_id = last_segment(answer.headers.get("location", ""))
        if answer.body.strip() and "json" in answer.headers.get("content-type", ""):
            body = json_of(answer)
            if isinstance(body, dict) and ("captureID" in body or job_id) and {"running", "success"} <= body.keys():
                return Job.of(body, job_id=job_id)
        if not job_id:
            raise Unusable("no_job", vi="máy chủ không nêu lần ghi nào", en="the server names no capture job")
        return self.job(job_id)

    def job(self, job: str | Job) -> Job:
        job_id = job.id if isinstance(job, Job) else job
        answer = self.transport.request("GET", f"capture/{segment(job_id)}", headers={"Accept": JSON})
        return Job.of(object_of(answer), job_id=job_id)

    def wait(self, job: str | Job, *, timeout: float = 300.0) -> Job:
        """The job when it has ended, well or not (`job.checked()` raises its faults). Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        pause = 0.05
        found = job if isinstance(job, Job) else self.job(job)
        while found.running:
            if time.monotonic() + pause > deadline:
                raise TimeoutError(f"the capture {found.id} still runs after {timeout} seconds")
            time.sleep(pause)
            pause = min(pause * 1.6, 5.0)
            found = self.job(found)
        return found

    def jobs(self, *, per_page: int | None = None) -> Iterator[Job]:
        for answer in self._pages("capture", {} if per_page is None else {"perPage": per_page}, {"Accept": JSON}):
            yield from (Job.of(body) for body in list_of(answer) if isinstance(body, dict))

    def capture_event(
        self, event: bytes | str | Mapping[str, Any], *, extensions: Mapping[str, str] | None = None
    ) -> str:
        """Send one bare event; its eventID, which the server makes where it has none. Raises Taken for one known."""
        body, media = event_and_type(event, extensions)
        answer = self.transport.request("POST", "events", headers={"Content-Type": media, "Accept": JSON}, body=body)
        event_id = unquote(path_in(answer.headers.get("location", "")).rpartition("/events/")[2])
        if not event_id:
            raise odd("thiếu địa chỉ của sự kiện (Location)", "the event's address (Location) is missing")
        return event_id

    # Events

    def events(
        self,
        filters: Filters | None = None,
        *,
        per_page: int | None = None,
        limit: int | None = None,
        form: Form = PLAIN,
        **parameters: Values,
    ) -> Iterator[dict[str, Any]]:
        """The events of a query, page after page as they are used. Parameters have the standard's names:
        `events(eventType="ObjectEvent", GE_eventTime=since)`; names that are no Python words go in `filters`."""
        pages = self.pages(merged(filters, parameters), per_page=per_page, form=form)
        return itertools.islice((event for page in pages for event in page.events), limit)

    def pages(
        self,
        filters: Filters | None = None,
        *,
        per_page: int | None = None,
        form: Form = PLAIN,
        path: str = "events",
        **parameters: Values,
    ) -> Iterator[EventPage]:
        """The same page by page, each with its JSON-LD context."""
        return map(EventPage.of, map(json_of, self._event_pages(path, filters, per_page, form, JSON, parameters)))

    def xml_pages(
        self,
        filters: Filters | None = None,
        *,
        per_page: int | None = None,
        form: Form = PLAIN,
        path: str = "events",
        **parameters: Values,
    ) -> Iterator[bytes]:
        """The same as XML documents."""
        found = self._event_pages(path, filters, per_page, form, "application/xml", parameters)
        return (answer.body for answer in found)

    def event(self, event_id: str, *, form: Form = PLAIN) -> dict[str, Any]:
        """One event. Raises Missing."""
        answer = self.transport.request(
            "GET", f"events/{segment(event_id)}", headers={"Accept": JSON, **form.headers()}
        )
        body = json_of(answer)
        if isinstance(body, dict) and "epcisBody" not in body and "eventTime" in body:
            return body  # some servers answer the event itself
        events = EventPage.of(body).events
        if len(events) != 1:
            raise Unusable(
                "not_one_event",
                vi=f"câu trả lời có {len(events)} sự kiện",
                en=f"one event was asked, {len(events)} came",
            )
        return events[0]

    def event_xml(self, event_id: str, *, form: Form = PLAIN) -> bytes:
        headers = {"Accept": "application/xml", **form.headers()}
        return self.transport.request("GET", f"events/{segment(event_id)}", headers=headers).body

    # What occurs in the events

    def collection(self, name: Collection, *, per_page: int | None = None) -> Iterator[str]:
        """The members of a top-level collection: `collection("bizSteps")`."""
        wanted = {} if per_page is None else {"perPage": per_page}
        for answer in self._pages(name, wanted, {"Accept": JSON}):
            body = json_of(answer)
            members = body.get("member", []) if isinstance(body, dict) else body
            if not isinstance(members, list):
                raise odd("cần một danh sách", "a list is needed")
            yield from (str(member) for member in members)

    def events_of(
        self, name: Collection, value: str, filters: Filters | None = None, *, form: Form = PLAIN, **parameters: Values
    ) -> Iterator[dict[str, Any]]:
        """The events of one member: `events_of("epcs", "urn:epc:id:sgtin:…")`."""
        pages = self.pages(merged(filters, parameters), form=form, path=f"{name}/{segment(value)}/events")
        return (event for page in pages for event in page.events)

    # Named queries and their subscriptions

    def create_query(self, name: str, filters: Filters | None = None, **parameters: Values) -> str:
        """Keep a query under a name. Raises Taken."""
        query = {key: to_json(key, value) for key, value in merged(filters, parameters).items()}
        body = encoded({"name": name, "query": query})
        self.transport.request("POST", "queries", headers={"Content-Type": JSON, "Accept": JSON}, body=body)
        return name

    def queries(self) -> Iterator[dict[str, Any]]:
        for answer in self._pages("queries", {}, {"Accept": JSON}):
            yield from (query for query in list_of(answer) if isinstance(query, dict))

    def query(self, name: str) -> dict[str, Any]:
        return object_of(self.transport.request("GET", f"queries/{segment(name)}", headers={"Accept": JSON}))

    def delete_query(self, name: str) -> None:
        self.transport.request("DELETE", f"queries/{segment(name)}", headers={"Accept": JSON})

    def query_events(self, name: str, *, per_page: int | None = None, form: Form = PLAIN) -> Iterator[dict[str, Any]]:
        pages = self.pages(per_page=per_page, form=form, path=f"queries/{segment(name)}/events")
        return (event for page in pages for event in page.events)

    def subscribe(
        self,
        query: str,
        dest: str,
        *,
        signature_token: str | None = None,
        schedule: Mapping[str, str] | None = None,
        report_if_empty: bool = False,
        form: Form = PLAIN,
        **more: Values,
    ) -> Subscription:
        """Deliver a named query's events to `dest`: as they come, or by a `schedule` ({"hour": "1", "minute": "5"})."""
        body = subscription_body(dest, signature_token, schedule, report_if_empty, more)
        headers = {"Content-Type": JSON, "Accept": JSON, **form.headers()}
        answer = self.transport.request(
            "POST", f"queries/{segment(query)}/subscriptions", headers=headers, body=encoded(body)
        )
        location = answer.headers.get("location", "")
        told = object_of(answer) if answer.body.strip() else {}
        return Subscription.of(told, query=query, sub_id=last_segment(location))

    def subscriptions(self, query: str) -> Iterator[Subscription]:
        for answer in self._pages(f"queries/{segment(query)}/subscriptions", {}, {"Accept": JSON}):
            yield from (Subscription.of(body, query=query) for body in list_of(answer) if isinstance(body, dict))

    def subscription(self, query: str, sub_id: str) -> Subscription:
        path = f"queries/{segment(query)}/subscriptions/{segment(sub_id)}"
        body = object_of(self.transport.request("GET", path, headers={"Accept": JSON}))
        return Subscription.of(body, query=query, sub_id=sub_id)

    def unsubscribe(self, query: str, sub_id: str) -> None:
        path = f"queries/{segment(query)}/subscriptions/{segment(sub_id)}"
        self.transport.request("DELETE", path, headers={"Accept": JSON})

    # The server itself

    def abilities(self, path: str = "capture") -> Abilities:
        """What the server says of itself: versions, forms, limits (OPTIONS)."""
        return Abilities.of(self.transport.request("OPTIONS", path or "./").headers)

    def discard_page_token(self, token: str) -> bool:
        """Tell the server that a page token is not needed any more; False where it keeps no tokens."""
        try:
            self.transport.request("DELETE", f"nextPageToken/{segment(token)}", headers={"Accept": JSON})
        except Refused as problem:
            if problem.status == 501:
                return False
            raise
        return True

    # Pages

    def _pages(self, path: str, query: Filters, headers: Mapping[str, str]) -> Iterator[Answer]:
        text = to_query(query)
        return all_pages(self.transport, f"{path}?{text}" if text else path, headers)

    def _event_pages(
        self,
        path: str,
        filters: Filters | None,
        per_page: int | None,
        form: Form,
        accept: str,
        parameters: Filters,
    ) -> Iterator[Answer]:
        wanted = merged(filters, parameters)
        if per_page is not None:
            wanted["perPage"] = per_page
        return self._pages(path, wanted, {"Accept": accept, **form.headers()})
