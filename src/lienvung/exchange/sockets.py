"""Subscriptions over a websocket: GET /queries/{name}/events with `Upgrade: websocket`, where the server runs ASGI.

The address says when to report, as a subscription's body does (`stream=true`, or `second=0&minute=30…`,
`reportIfEmpty`, `initialRecordTime`); the header Authorization says who listens. Each message is an
EPCISQueryDocument. Nothing is kept of a socket: who comes back asks from the record time of the last event it got.

Back-pressure: the next message is made when the last one has been taken, so a slow client costs one message and no
queue; one that takes nothing for SEND_S is let go. Database work runs in few threads of its own.
"""

from __future__ import annotations

import asyncio
import io
import logging
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpResponse
from django.urls import Resolver404, resolve

from lienvung.epcis.query_names import parse_query
from lienvung.errors import NotFound, Problem
from lienvung.exchange import access, rules
from lienvung.exchange.controls import WORDS, Controls, controls_of_address
from lienvung.exchange.models import NamedQuery
from lienvung.exchange.negotiation import AnswerForm, form_of
from lienvung.exchange.problems import ApiProblem, problem_answer
from lienvung.exchange.resource import asker_of, parameters_of
from lienvung.exchange.subscriptions import fitting, next_moment_ms, now_ms, position_at
from lienvung.ledger.access import visible_to_organisations
from lienvung.ledger.query import matches_since, newest_rid, refuse

log = logging.getLogger(__name__)
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Result = TypeVar("Result")

SOCKETS_MOST = 200  # in one process
EVENTS_IN_ONE = 100
LOOK_S = 0.25  # how often new events are looked for, once for all sockets
CHECK_S = 5.0  # how often a quiet socket asks whether its token and its query still stand
SEND_S = 30.0
LIFE_S = 4 * 3600.0  # an ASGI server tells of no peer that vanished without a word; so no socket stays for ever
MESSAGES_MOST = 1_000  # of the client, which has nothing to say
GOING_AWAY, POLICY, TRY_LATER, FAILED = 1001, 1008, 1013, 1011

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sockets")


async def in_thread(work: Callable[..., Result], *values: Any) -> Result:
    def done() -> Result:
        try:
            return work(*values)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_threads, done)


@dataclass(frozen=True)
class Listener:
    """Who listens to what, and how."""

    query: NamedQuery
    token: uuid.UUID
    parameters: Mapping[str, list[Any]]
    controls: Controls
    form: AnswerForm
    position: int

    @property
    def organisation(self) -> str:
        return str(self.query.organisation_id)


@dataclass(frozen=True)
class Batch:
    """What goes out next: nothing where `text` is None. `more` may be waiting."""

    text: str | None
    position: int
    more: bool


class Ended(Exception):
    """The socket is closed by us."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def open_listener(scope: Mapping[str, Any]) -> Listener:
    """Judge what is asked. Raises Problem."""
    request = ASGIRequest({**scope, "type": "http", "method": "GET"}, io.BytesIO())
    try:
        match = resolve(request.path_info)
    except Resolver404:
        match = None
    if match is None or match.view_name != "epcis:query_events":
        raise NotFound(
            "exchange.no_socket",
            vi="Websocket chỉ có ở /queries/{tên}/events",
            en="websockets are at /queries/{name}/events only",
        )
    asker = asker_of(request, "query")
    query = access.named_query(match.kwargs["name"], asker.organisations)
    token = access.credential_of(request).token
    if token is None:
        raise ApiProblem(401, "SecurityException", vi="Cần khoá API", en="a token is needed")
    words = parameters_of(request)
    unknown = next((word for word in words if word not in WORDS), None)
    if unknown is not None:
        raise refuse(unknown, "truy vấn có tên không nhận thêm tham số", "a named query takes no further parameters")
    controls = controls_of_address(words)
    return Listener(
        query=query,
        token=token.pk,
        parameters=parse_query({"query": query.query}),
        controls=controls,
        form=form_of(request),
        position=position_at(controls.initial_ms),
    )


def next_batch(listener: Listener, position: int, up_to: int | None, empty: bool) -> Batch:
    """The events after a position, as their organisation sees them now. Raises Ended where it may not any more."""
    check_standing(listener)
    top = newest_rid() if up_to is None else up_to
    found = matches_since(
        listener.parameters,
        seen_by=visible_to_organisations([listener.query.organisation]),
        after=position,
        up_to=top,
        limit=EVENTS_IN_ONE,
        prefixes=listener.query.extensions,
    )
    wanted = [event for event in found if event.recorded_ms >= (listener.controls.initial_ms or 0)]
    if not wanted and not (empty and not found):
        return Batch(None, found[-1].rid if found else top, bool(found))
    sent, data, _ = fitting(wanted, listener.form, query_name=listener.query.name, subscription_id=None)
    return Batch(data.decode(), sent[-1].rid if sent else top, bool(sent))


def check_standing(listener: Listener) -> None:
    if not access.token_lives(listener.token):
        raise Ended(POLICY, "the token was revoked")
    if not access.query_stands(listener.query.pk):
        raise Ended(GOING_AWAY, "the query was deleted")


class Hub:
    """All sockets of this process: their number, and one look for new events on behalf of all."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.newest = 0
        self.news = asyncio.Event()
        self.looking: asyncio.Task[None] | None = None

    def enter(self, organisation: str) -> None:
        """Raises Problem where there are enough sockets already."""
        if self.open.total() >= SOCKETS_MOST or self.open[organisation] >= rules.SOCKETS_MOST:
            raise ApiProblem(
                503, "ImplementationException", vi="Đang có quá nhiều websocket", en="there are too many websockets"
            )
        self.open[organisation] += 1
        if self.looking is None or self.looking.done():
            self.looking = asyncio.get_running_loop().create_task(self._look())

    def leave(self, organisation: str) -> None:
        self.open[organisation] -= 1
        self.open += Counter()  # forget who has none
        if not self.open and self.looking is not None:
            self.looking.cancel()

    async def _look(self) -> None:
        while True:
            try:
                newest = await in_thread(newest_rid)
                if newest > self.newest:
                    self.newest = newest
                    news, self.news = self.news, asyncio.Event()
                    news.set()
            except Exception:
                log.exception("looking for new events failed")
                await asyncio.sleep(CHECK_S)
            await asyncio.sleep(LOOK_S)

    async def newer_than(self, position: int, seconds: float) -> bool:
        """Wait for an event after `position`; False when none came in time."""
        news = self.news
        if self.newest > position:
            return True
        try:
            await asyncio.wait_for(news.wait(), seconds)
        except TimeoutError:
            return False
        return True


hub = Hub()


async def serve(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """One websocket from its request to its end."""
    if (await receive())["type"] != "websocket.connect":
        return
    try:
        listener = await in_thread(open_listener, scope)
        hub.enter(listener.organisation)
    except Problem as problem:
        await refuse_socket(scope, send, problem_answer(problem))
        return
    except Exception:
        log.exception("opening a websocket failed")
        await send({"type": "websocket.close", "code": FAILED})
        return
    try:
        await send({"type": "websocket.accept"})
        await _until_an_end(listener, receive, send)
    finally:
        hub.leave(listener.organisation)


async def refuse_socket(scope: Mapping[str, Any], send: Send, answer: HttpResponse) -> None:
    """A problem as an HTTP answer, where the server can; else 403 without words."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": POLICY})
        return
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.items()]
    await send({"type": "websocket.http.response.start", "status": answer.status_code, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": answer.content})


async def _until_an_end(listener: Listener, receive: Receive, send: Send) -> None:
    """Send and listen until the client goes, or we end it."""
    hearing = asyncio.ensure_future(_hear(receive))
    telling = asyncio.ensure_future(_tell(listener, send))
    done, _ = await asyncio.wait({hearing, telling}, timeout=LIFE_S, return_when=asyncio.FIRST_COMPLETED)
    for task in (hearing, telling):
        task.cancel()
    await asyncio.gather(hearing, telling, return_exceptions=True)
    end: BaseException | None = Ended(GOING_AWAY, "come back") if not done else None
    for task in done:
        end = end or task.exception()
    if end is None:  # the client has gone
        return
    if not isinstance(end, Ended):
        if not isinstance(end, OSError):
            log.warning("a websocket ended: %r", end)
        end = Ended(FAILED, "the server failed")
    try:
        await asyncio.wait_for(send({"type": "websocket.close", "code": end.code, "reason": end.reason}), 5)
    except Exception:  # gone meanwhile
        log.debug("a websocket was gone before it was closed")


async def _hear(receive: Receive) -> None:
    """Returns when the client has gone. What it says is passed over."""
    for _ in range(MESSAGES_MOST):
        if (await receive())["type"] == "websocket.disconnect":
            return
    raise Ended(POLICY, "too many messages")


async def _say(send: Send, text: str) -> None:
    try:
        await asyncio.wait_for(send({"type": "websocket.send", "text": text}), SEND_S)
    except TimeoutError:
        raise Ended(TRY_LATER, "too slow") from None


async def _tell(listener: Listener, send: Send) -> None:
    schedule = listener.controls.parsed()
    position = listener.position
    moment = None if schedule is None else next_moment_ms(schedule, now_ms())
    while True:
        if moment is None:
            position = await _report(listener, send, position, None, empty=False)
            if not await hub.newer_than(position, CHECK_S):
                await in_thread(check_standing, listener)
            continue
        wait = moment / 1000 - time.time()
        if wait > 0:
            await asyncio.sleep(min(wait, CHECK_S))
            await in_thread(check_standing, listener)
            continue
        up_to = await in_thread(newest_rid)
        position = await _report(listener, send, position, up_to, empty=listener.controls.report_if_empty)
        moment = next_moment_ms(schedule, now_ms()) if schedule is not None else None


async def _report(listener: Listener, send: Send, position: int, up_to: int | None, *, empty: bool) -> int:
    """Send all that matches; the position after it."""
    more = True
    while more:
        batch = await in_thread(next_batch, listener, position, up_to, empty)
        if batch.text is not None:
            await _say(send, batch.text)
            empty = False
        position, more = batch.position, batch.more
    return position
