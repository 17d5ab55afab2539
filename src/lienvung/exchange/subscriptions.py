"""One step of a subscription: what is new to it goes out, and its position moves when the receiver took it.

Order and safety: the events of a subscription go out in record order, one post at a time; a post that was not
answered 2xx is sent again with the same events. If this process dies between the answer and the writing of the
position, the same events go out twice: at least once, never not at all.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from lienvung import __version__
from lienvung.epcis.query_names import parse_query
from lienvung.epcis.translate import EpcFormat, WordFormat
from lienvung.errors import Problem
from lienvung.exchange import access, actions, rules
from lienvung.exchange.addresses import Refused
from lienvung.exchange.answers import form_headers, render_events
from lienvung.exchange.deliver import Undelivered, post, sign
from lienvung.exchange.models import Subscription
from lienvung.exchange.negotiation import AnswerForm
from lienvung.exchange.schedule import Schedule
from lienvung.ledger.events import StoredEvent
from lienvung.ledger.query import matches_since, newest_rid
from lienvung.ledger.reading import rows

log = logging.getLogger(__name__)
POSTS_AT_A_TIME = 20  # then another subscription has its turn
STOPPED_WAIT_MS = 60_000
TOO_LARGE = 413


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def kept_form(form: AnswerForm) -> dict[str, Any]:
    """A form as it is stored with a subscription."""
    return {**asdict(form), "epcs": form.epcs.value, "words": form.words.value}


def form_from(kept: dict[str, Any]) -> AnswerForm:
    return AnswerForm(**{**kept, "epcs": EpcFormat(kept["epcs"]), "words": WordFormat(kept["words"])})


def next_moment_ms(schedule: Schedule, after_ms: int) -> int:
    """The next moment of a schedule, by the clocks of the installation's time zone."""
    after = datetime.fromtimestamp(after_ms / 1000, UTC)
    return int(schedule.next_after(after, timezone.get_default_timezone()).timestamp() * 1000)


def position_at(initial_ms: int | None) -> int:
    """The number of the last event recorded before a moment; of the last of all where none is given or it is ahead."""
    if initial_ms is not None:
        found = rows(
            "SELECT first_rid FROM ledger_document WHERE received_at >= %s AND event_count > 0 "
            "ORDER BY received_at, id LIMIT 1",
            (initial_ms,),
        )
        if found:
            return int(found[0][0]) - 1
    return newest_rid()


def fitting(
    events: Sequence[StoredEvent], form: AnswerForm, *, query_name: str, subscription_id: str | None
) -> tuple[Sequence[StoredEvent], bytes, str]:
    """As many of the first events as one message may hold, written."""
    while True:
        data, content_type = render_events(events, form, query_name=query_name, subscription_id=subscription_id)
        if len(data) <= rules.BATCH_BYTES or len(events) <= 1:
            return events, data, content_type
        events = events[: len(events) // 2]


def step(pk: uuid.UUID) -> bool:
    """Deliver what is due of a subscription; True where more is waiting at once. Never raises for what a receiver
    or a query does wrong: that is written down and tried again later."""
    subscription = access.subscription_with_owner(pk)
    if subscription is None or subscription.next_ms > now_ms():
        return False
    if not access.is_live(subscription):
        actions.put_off(subscription, next_ms=now_ms() + STOPPED_WAIT_MS)
        return False
    newest = newest_rid()
    if subscription.stream:
        up_to = newest
    else:
        if subscription.run_ms is None and not actions.begin_run(subscription, up_to=newest):
            return False
        up_to = subscription.run_up_to or 0
    try:
        more = _send_all(subscription, up_to)
    except (Undelivered, Problem) as trouble:
        too_many = trouble.events if isinstance(trouble, Undelivered) and trouble.status == TOO_LARGE else 0
        words = trouble.en if isinstance(trouble, Problem) else str(trouble)
        actions.note_failure(subscription, words=words, too_many=too_many, now_ms=now_ms())
        return False
    except DatabaseError:  # of the whole house; nothing can be written down
        raise
    except Exception:
        log.exception("subscription %s cannot be delivered", subscription.pk)
        actions.note_failure(subscription, words="the server failed", now_ms=now_ms())
        return False
    if not more and not subscription.stream:
        schedule = Schedule.parse(subscription.schedule)
        actions.end_run(subscription, next_ms=next_moment_ms(schedule, now_ms()))
    return more


def _send_all(subscription: Subscription, up_to: int) -> bool:
    """Everything that matches up to an event, in several posts; True where it stopped before the end."""
    parameters = parse_query({"query": subscription.query.query})
    for _ in range(POSTS_AT_A_TIME):
        found = matches_since(
            parameters,
            seen_by=access.seen_by(subscription),
            after=subscription.position,
            up_to=up_to,
            limit=subscription.batch,
            prefixes=subscription.query.extensions,
        )
        wanted = [event for event in found if event.recorded_ms >= (subscription.initial_ms or 0)]
        if wanted:
            last = _send(subscription, wanted)
        elif not found and not subscription.stream and subscription.report_if_empty and not subscription.run_sent:
            _send(subscription, [])
            last = up_to
        else:
            last = found[-1].rid if found else up_to
            if not actions.note_passed(subscription, position=last):
                return False
            if not found:
                return False
            continue
        if not actions.note_delivered(subscription, position=last, sent=len(wanted), now_ms=now_ms()):
            return False
        if not wanted:
            return False
    return True


def _send(subscription: Subscription, events: Sequence[StoredEvent]) -> int:
    """One post; the number of the last event in it. Raises Undelivered, Refused."""
    form = form_from(subscription.form)
    sent, body, content_type = fitting(
        events, form, query_name=subscription.query.name, subscription_id=str(subscription.pk)
    )
    headers = {**form_headers(form), "Content-Type": content_type, "User-Agent": f"lienvung/{__version__}"}
    if subscription.signature_token:
        headers["GS1-Signature"] = sign(subscription.signature_token, body)
    try:
        post(subscription.dest, body, headers)
    except Undelivered as trouble:
        trouble.events = len(sent)
        raise
    return sent[-1].rid if sent else subscription.position


__all__ = ["Refused", "fitting", "form_from", "kept_form", "next_moment_ms", "position_at", "step"]
