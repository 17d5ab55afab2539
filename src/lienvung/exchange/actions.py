"""The only writers of named queries and subscriptions, and of how far each delivery has come.

The acts of people and their software are written to the audit log; the deliveries of the worker are not.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.exchange import rules
from lienvung.exchange.access import Credential
from lienvung.exchange.models import NamedQuery, Subscription
from lienvung.people.models import Organisation


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a subscriber asked for, checked."""

    dest: str
    signature_token: str
    stream: bool
    schedule: Mapping[str, str] | None
    report_if_empty: bool
    initial_ms: int | None
    form: Mapping[str, Any]
    position: int
    next_ms: int


def _lock(organisation_id: str | uuid.UUID) -> Organisation:
    """One at a time may add to what an organisation has, so that its limits hold."""
    return Organisation.objects.select_for_update().get(pk=organisation_id)


def _too_many(what_vi: str, what_en: str, most: int) -> NotAllowed:
    return NotAllowed(
        "exchange.too_many",
        vi=f"Một tổ chức có nhiều nhất {most} {what_vi}",
        en=f"an organisation has at most {most} {what_en}",
    )


@transaction.atomic
def create_query(
    *,
    organisation_id: str,
    name: str,
    query: Mapping[str, Any],
    extensions: Mapping[str, str],
    by: Credential,
    now_ms: int,
) -> NamedQuery:
    """Keep a (checked) query under a name. Raises Conflict where the organisation has the name."""
    if name == rules.RESERVED_NAME:
        raise Conflict(
            "exchange.query_exists",
            vi=f"Tên {name} là của tiêu chuẩn",
            en=f"the name {name} is the standard's own",
        )
    if not rules.name_is_good(name):
        raise Invalid(
            "exchange.query_name",
            vi="Tên gồm 1–100 chữ, số và các dấu . _ ~ : @ -, bắt đầu bằng chữ hoặc số",
            en="a name has 1 to 100 letters, digits and . _ ~ : @ -, and begins with a letter or digit",
            path="/name",
        )
    organisation = _lock(organisation_id)
    standing = NamedQuery.objects.filter(organisation=organisation)
    if standing.filter(name=name).exists():
        raise Conflict("exchange.query_exists", vi=f"Đã có truy vấn tên {name}", en=f"a query named {name} exists")
    if standing.count() >= rules.QUERIES_MOST:
        raise _too_many("truy vấn có tên", "named queries", rules.QUERIES_MOST)
    made = NamedQuery.objects.create(
        organisation=organisation, name=name, query=dict(query), extensions=dict(extensions), created_ms=now_ms
    )
    record(action="exchange.create_query", by=by.account, subject=organisation, details={"name": name, **_token(by)})
    return made


@transaction.atomic
def delete_query(query: NamedQuery, *, by: Credential) -> None:
    """Forget a query and end its subscriptions; sockets on it close by themselves."""
    ended = Subscription.objects.filter(query=query).count()
    query.delete()
    details = {"name": query.name, "subscriptions": ended, **_token(by)}
    record(action="exchange.delete_query", by=by.account, subject=query.organisation, details=details)


@transaction.atomic
def subscribe(query: NamedQuery, *, wanted: Wanted, by: Credential, now_ms: int) -> Subscription:
    """Enter a subscription."""
    organisation = _lock(query.organisation_id)
    if Subscription.objects.filter(query__organisation=organisation).count() >= rules.SUBSCRIPTIONS_MOST:
        raise _too_many("đăng ký nhận tin", "subscriptions", rules.SUBSCRIPTIONS_MOST)
    made = Subscription.objects.create(
        query=query,
        token=by.token,
        account=by.account,
        dest=wanted.dest,
        signature_token=wanted.signature_token,
        stream=wanted.stream,
        schedule=dict(wanted.schedule) if wanted.schedule is not None else None,
        report_if_empty=wanted.report_if_empty,
        initial_ms=wanted.initial_ms,
        form=dict(wanted.form),
        created_ms=now_ms,
        position=wanted.position,
        batch=rules.BATCH,
        next_ms=wanted.next_ms,
    )
    details = {"query": query.name, "subscription": str(made.pk), **_token(by)}  # no dest: it may hold a secret
    record(action="exchange.subscribe", by=by.account, subject=organisation, details=details)
    return made


@transaction.atomic
def unsubscribe(subscription: Subscription, *, by: Credential) -> None:
    """End a subscription."""
    details = {"query": subscription.query.name, "subscription": str(subscription.pk), **_token(by)}
    subscription.delete()
    record(action="exchange.unsubscribe", by=by.account, subject=subscription.query.organisation, details=details)


def _token(by: Credential) -> dict[str, str]:
    return {"token": str(by.token.pk)} if by.token is not None else {}


def _move(subscription: Subscription, **fields: Any) -> bool:
    """Write progress, unless the subscription was ended or another worker has moved it."""
    standing = Subscription.objects.filter(pk=subscription.pk, position=subscription.position)
    if not standing.update(**fields):
        return False
    for name, value in fields.items():
        setattr(subscription, name, value)
    return True


def begin_run(subscription: Subscription, *, up_to: int) -> bool:
    """A moment of the schedule has come: what is recorded until now will be reported."""
    return _move(subscription, run_ms=subscription.next_ms, run_up_to=up_to, run_sent=False)


def note_delivered(subscription: Subscription, *, position: int, sent: int, now_ms: int) -> bool:
    """The receiver took `sent` events, all up to `position`: a full post may be an eighth larger next time. Who was
    served last is looked at last."""
    full = sent >= subscription.batch
    return _move(
        subscription,
        position=position,
        next_ms=now_ms,
        notified_ms=now_ms,
        run_sent=True,
        failures=0,
        failing_since_ms=None,
        last_error="",
        batch=min(rules.BATCH, subscription.batch + max(1, subscription.batch // 8)) if full else subscription.batch,
    )


def note_passed(subscription: Subscription, *, position: int) -> bool:
    """Nothing up to `position` matches any more."""
    return position <= subscription.position or _move(subscription, position=position)


def end_run(subscription: Subscription, *, next_ms: int) -> bool:
    """The moment has been reported; wait for the next one."""
    return _move(subscription, run_ms=None, run_up_to=None, run_sent=False, next_ms=next_ms)


def note_failure(subscription: Subscription, *, words: str, too_many: int = 0, now_ms: int) -> bool:
    """The receiver did not take it: wait, then try the same again, in halves if `too_many` events were too large."""
    failures = subscription.failures + 1
    return _move(
        subscription,
        failures=failures,
        failing_since_ms=subscription.failing_since_ms or now_ms,
        last_error=words[:300],
        batch=max(1, too_many // 2) if too_many else subscription.batch,
        next_ms=now_ms + rules.wait_ms(failures, random.random()),
    )


def put_off(subscription: Subscription, *, next_ms: int) -> bool:
    """Look again later; its token is revoked."""
    return _move(subscription, next_ms=next_ms)
