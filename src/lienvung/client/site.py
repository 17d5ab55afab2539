"""A client of a Lienvung server: the standard's binding, and beside it trace, recall scope and the resolver."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from lienvung.client.forms import PLAIN, Form
from lienvung.client.links import Linkset, Resolution, Resolver
from lienvung.client.pages import EventPage
from lienvung.client.parameters import Values
from lienvung.client.standard import EpcisClient, segment
from lienvung.client.transport import Transport, checked_base

Direction = Literal["back", "forward", "both"]
BINDING = "/epcis/v2"


class Client(EpcisClient):
    """Speaks to the site at `base_url`, e.g. Client("https://truyxuat.example.vn", token="…").

    The resolver is asked without the token: its answers are public.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        timeout: float = 30.0,
        retries: int = 2,
        max_answer_bytes: int = 64 * 1024 * 1024,
        allow_http: bool = False,
        ca_certs: str | None = None,
    ) -> None:
        origin = base_url.strip().rstrip("/").removesuffix(BINDING)
        super().__init__(
            origin + BINDING,
            token,
            timeout=timeout,
            retries=retries,
            max_answer_bytes=max_answer_bytes,
            allow_http=allow_http,
            ca_certs=ca_certs,
        )
        public = checked_base(origin, token=None, allow_http=True)
        self.resolver = Resolver(Transport(public, None, timeout, retries, max_answer_bytes, ca_certs))

    def close(self) -> None:
        super().close()
        self.resolver.transport.pool.clear()

    def trace(
        self,
        identifier: str,
        *,
        direction: Direction = "both",
        at: datetime | None = None,
        form: Form = PLAIN,
        per_page: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The events from which a thing came to be (back) and what came of it (forward), as known at a time."""
        pages = self.trace_pages(identifier, direction=direction, at=at, form=form, per_page=per_page)
        return (event for page in pages for event in page.events)

    def trace_pages(
        self,
        identifier: str,
        *,
        direction: Direction = "both",
        at: datetime | None = None,
        form: Form = PLAIN,
        per_page: int | None = None,
    ) -> Iterator[EventPage]:
        wanted: dict[str, Values] = {"direction": direction}
        if at is not None:
            wanted["at"] = at
        return self.pages(wanted, per_page=per_page, form=form, path=f"trace/{segment(identifier)}")

    def recall_scope(
        self, identifier: str, *, at: datetime | None = None, form: Form = PLAIN, per_page: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """The events of all that a recall of a thing would reach."""
        wanted: dict[str, Values] = {} if at is None else {"at": at}
        pages = self.pages(wanted, per_page=per_page, form=form, path=f"recall-scope/{segment(identifier)}")
        return (event for page in pages for event in page.events)

    def resolve(
        self,
        identifier: str,
        *,
        link_type: str | None = None,
        language: str | None = None,
        media: str | None = None,
        context: str | None = None,
    ) -> Resolution:
        """Where the site's resolver leads: to the default link, or the best one for what is asked."""
        return self.resolver.resolve(identifier, link_type=link_type, language=language, media=media, context=context)

    def linkset(self, identifier: str, *, language: str | None = None) -> Linkset:
        """All links of an identifier (RFC 9264)."""
        return self.resolver.linkset(identifier, language=language)
