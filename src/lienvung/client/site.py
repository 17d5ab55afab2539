"""A client of a Lienvung server: the standard's binding, and beside it trace, recall scope and the resolver."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from lienvung.client.documents import encoded
from lienvung.client.forms import PLAIN, Form
from lienvung.client.links import Linkset, Resolution, Resolver
from lienvung.client.pages import EventPage, all_pages, json_of, object_of
from lienvung.client.parameters import Filters, Values, merged, to_json, to_query
from lienvung.client.standard import EpcisClient, segment
from lienvung.client.transport import Transport, checked_base

Direction = Literal["back", "forward", "both"]
BINDING = "/epcis/v2"
GRAPH = "application/vnd.lienvung.trace+json"


def _times(**given: datetime | None) -> dict[str, Values]:
    return {name: moment for name, moment in given.items() if moment is not None}


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

    def search(
        self, filters: Filters | None = None, *, per_page: int | None = None, form: Form = PLAIN, **parameters: Values
    ) -> Iterator[dict[str, Any]]:
        """Like `events`, with the query posted: for lists of values that no address can hold."""
        query = {name: to_json(name, value) for name, value in merged(filters, parameters).items()}
        path = "queries/SimpleEventQuery/events"
        url = path if per_page is None else f"{path}?perPage={per_page}"
        headers = {"Content-Type": "application/json", "Accept": "application/json", **form.headers()}
        for answer in all_pages(self.transport, url, headers, encoded(query)):
            yield from EventPage.of(json_of(answer)).events

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
        wanted = {"direction": direction, **_times(at=at)}
        return self.pages(wanted, per_page=per_page, form=form, path=f"trace/{segment(identifier)}")

    def recall_scope(
        self,
        identifier: str,
        *,
        at: datetime | None = None,
        since: datetime | None = None,
        form: Form = PLAIN,
        per_page: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The events of all that a recall of a thing would reach; `since` is when something may have gone wrong."""
        path = f"recall-scope/{segment(identifier)}"
        pages = self.pages(_times(at=at, since=since), per_page=per_page, form=form, path=path)
        return (event for page in pages for event in page.events)

    def trace_graph(
        self, identifier: str, *, direction: Direction = "both", at: datetime | None = None, limit: int | None = None
    ) -> dict[str, Any]:
        """The same as things and the steps between them."""
        return self._graph(f"trace/{segment(identifier)}", {"direction": direction, **_times(at=at)}, limit)

    def recall_scope_graph(
        self,
        identifier: str,
        *,
        at: datetime | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> dict[str, Any]:
        """The scope itself: things, places and amounts; for the product's owner and officials."""
        return self._graph(f"recall-scope/{segment(identifier)}", _times(at=at, since=since), limit)

    def _graph(self, path: str, wanted: dict[str, Values], limit: int | None) -> dict[str, Any]:
        query = to_query(wanted if limit is None else {**wanted, "limit": limit})
        return object_of(self.transport.request("GET", f"{path}?{query}", headers={"Accept": GRAPH}))

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
