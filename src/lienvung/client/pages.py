"""Answers that come page by page: the Link header's next address is asked until there is none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lienvung.client.errors import Unusable
from lienvung.client.transport import Answer, Transport, joined

_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page: its events, and the JSON-LD context that explains the prefixes in them."""

    events: tuple[dict[str, Any], ...]
    context: Any = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, document: Any) -> EventPage:
        """From an EPCISQueryDocument or an EPCISDocument."""
        found: Any = None
        if isinstance(document, dict) and isinstance(body := document.get("epcisBody"), dict):
            found = body.get("eventList")
            if isinstance(results := body.get("queryResults"), dict) and isinstance(
                inner := results.get("resultsBody"), dict
            ):
                found = inner.get("eventList")
        if not isinstance(found, list) or not all(isinstance(event, dict) for event in found):
            raise Unusable(
                "no_event_list",
                vi="câu trả lời không có danh sách sự kiện EPCIS",
                en="the answer has no list of EPCIS events",
            )
        return cls(tuple(found), document.get("@context"), document)


def next_of(header: str) -> str | None:
    """The address of rel="next" in a Link header (RFC 8288)."""
    for target, attributes in _LINK.findall(header):
        rel = _REL.search(attributes)
        if rel and "next" in (rel[1] or rel[2] or "").lower().split():
            return str(target)
    return None


def all_pages(
    transport: Transport, url: str, headers: Mapping[str, str], body: bytes | None = None
) -> Iterator[Answer]:
    """Every page, asked when it is needed; a `body` is posted for each (a query that changes nothing). Raises Unusable
    where the server leads elsewhere or round in circles."""
    asked: set[str] = set()
    following: str | None = url
    while following is not None:
        method = "GET" if body is None else "POST"
        answer = transport.request(method, following, headers=headers, body=body, repeatable=True)
        asked.update((following, answer.url))
        yield answer
        target = next_of(answer.headers.get("link", ""))
        following = None if target is None else transport.at_home(joined(answer.url, target))
        if following in asked:
            raise Unusable("circle", vi="các trang nối vòng tròn", en="the pages lead round in a circle")


def json_of(answer: Answer) -> Any:
    """The value in an answer. Raises Unusable where it is no JSON, or nested too deep to be any of ours."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as fault:
        kind = answer.headers.get("content-type", "")
        raise Unusable(
            "no_json", vi=f"câu trả lời không phải JSON ({kind})", en=f"the answer is no JSON ({kind})"
        ) from fault


def object_of(answer: Answer) -> dict[str, Any]:
    """The JSON object in an answer. Raises Unusable."""
    body = json_of(answer)
    if not isinstance(body, dict):
        raise odd("cần một đối tượng JSON", "a JSON object is needed")
    return body


def list_of(answer: Answer) -> list[Any]:
    """The JSON list in an answer. Raises Unusable."""
    body = json_of(answer)
    if not isinstance(body, list):
        raise odd("cần một danh sách JSON", "a JSON list is needed")
    return body


def odd(vi: str, en: str) -> Unusable:
    """For an answer that has not the shape that the standard gives it."""
    return Unusable(
        "odd_answer", vi=f"câu trả lời khác tiêu chuẩn: {vi}", en=f"the answer is not as it should be: {en}"
    )
