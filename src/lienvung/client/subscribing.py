"""Subscriptions, and what a server says it can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lienvung.client.jobs import moment
from lienvung.client.parameters import Filters, to_json


@dataclass(frozen=True, slots=True)
class Subscription:
    """A standing order: the events of a named query are delivered to `dest`."""

    id: str
    query: str
    dest: str = ""
    created_at: datetime | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, body: Any, *, query: str, sub_id: str = "") -> Subscription:
        told = body if isinstance(body, dict) else {}
        return cls(
            id=str(told.get("subscriptionID") or sub_id),
            query=query,
            dest=str(told.get("dest") or ""),
            created_at=moment(told.get("createdAt")),
            body=told,
        )


def subscription_body(
    dest: str,
    signature_token: str | None,
    schedule: Mapping[str, str] | None,
    report_if_empty: bool,
    more: Filters,
) -> dict[str, Any]:
    """By schedule, or else as a stream. `more` has further members by their names (`initialRecordTime`)."""
    body: dict[str, Any] = {"dest": dest, "reportIfEmpty": report_if_empty}
    if signature_token is not None:
        body["signatureToken"] = signature_token
    if schedule is None:
        body["stream"] = True
    else:
        body["schedule"] = dict(schedule)
    return {**body, **{name: to_json(name, value) for name, value in more.items()}}


@dataclass(frozen=True, slots=True)
class Abilities:
    """What OPTIONS tells. A limit that is not announced is None."""

    methods: tuple[str, ...]
    epcis_version: str = ""
    cbv_version: str = ""
    event_limit: int | None = None
    byte_limit: int | None = None
    vendor: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Abilities:
        def number(name: str) -> int | None:
            text = headers.get(name, "")
            return int(text) if text.isdecimal() else None

        return cls(
            methods=tuple(word.strip() for word in headers.get("allow", "").split(",") if word.strip()),
            epcis_version=headers.get("gs1-epcis-version", ""),
            cbv_version=headers.get("gs1-cbv-version", ""),
            event_limit=number("gs1-epcis-capture-limit"),
            byte_limit=number("gs1-epcis-capture-file-size-limit"),
            vendor=headers.get("gs1-vendor-version", ""),
            headers=dict(headers),
        )
