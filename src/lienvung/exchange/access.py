"""The readers' door: whose named queries and subscriptions these are, and in whose name something is asked."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from lienvung.errors import NotFound
from lienvung.exchange.models import NamedQuery, Subscription
from lienvung.ledger.access import NOTHING, Visible, visible_to_organisations
from lienvung.people import rules as people_rules
from lienvung.people.access import account_or_none, recording_organisations
from lienvung.people.models import Account, ApiToken


@dataclass(frozen=True)
class Credential:
    """What a subscription lives by: a token of an organisation, or an account that records for it."""

    token: ApiToken | None = None
    account: Account | None = None


def credential_of(request: HttpRequest) -> Credential:
    """What the request shows; `asker_of` has let it in before."""
    kind, _, plain = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and plain.strip():
        return Credential(token=live_token(plain.strip()))
    return Credential(account=account_or_none(getattr(request, "user", None)))


def live_token(plain: str) -> ApiToken | None:
    """The token of this text, if it may query and is not revoked."""
    found = ApiToken.objects.select_related("organisation").filter(
        digest=people_rules.token_digest(plain), revoked__isnull=True
    )
    token = found.first()
    return token if token is not None and "query" in token.scopes.split() else None


def token_lives(pk: uuid.UUID) -> bool:
    return ApiToken.objects.filter(pk=pk, revoked__isnull=True).exists()


def queries_of(organisations: Sequence[str]) -> QuerySet[NamedQuery]:
    return NamedQuery.objects.filter(organisation__in=list(organisations)).order_by("name", "id")


def named_query(name: str, organisations: Sequence[str]) -> NamedQuery:
    """Raises NotFound (NoSuchNameException), also where the name is another organisation's."""
    found = queries_of(organisations).select_related("organisation").filter(name=name).first()
    if found is None:
        raise NoSuchName(
            "exchange.no_such_query", vi=f"Không có truy vấn tên {name}", en=f"there is no query named {name}"
        )
    return found


class NoSuchName(NotFound):
    exception = "NoSuchNameException"


def query_stands(pk: uuid.UUID) -> bool:
    return NamedQuery.objects.filter(pk=pk).exists()


def subscriptions_of(query: NamedQuery) -> QuerySet[Subscription]:
    return Subscription.objects.filter(query=query).select_related("query", "token", "account")


def subscription(query: NamedQuery, id: str) -> Subscription:
    """Raises NotFound."""
    try:
        found = subscriptions_of(query).filter(pk=uuid.UUID(id)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(
            "exchange.no_such_subscription", vi=f"Không có đăng ký nhận tin {id}", en=f"there is no subscription {id}"
        )
    return found


def subscription_with_owner(pk: uuid.UUID) -> Subscription | None:
    """A subscription with all that a delivery asks of it."""
    return Subscription.objects.select_related("query", "query__organisation", "token", "account").filter(pk=pk).first()


def due(now_ms: int, newest: int) -> list[Subscription]:
    """The subscriptions to look at now, longest waiting first."""
    waiting = Subscription.objects.select_related("query").filter(next_ms__lte=now_ms)
    return list(waiting.filter(Q(stream=False) | Q(position__lt=newest)).order_by("next_ms", "id"))


def is_live(subscription: Subscription) -> bool:
    """Whether the token is not revoked and may still query, or the account may still record for the organisation."""
    if subscription.token is not None:
        return subscription.token.revoked is None and "query" in subscription.token.scopes.split()
    account = account_or_none(subscription.account)
    return (
        account is not None and recording_organisations(account).filter(pk=subscription.query.organisation_id).exists()
    )


def seen_by(subscription: Subscription) -> Visible:
    """What its organisation sees at this moment."""
    return visible_to_organisations([subscription.query.organisation]) if is_live(subscription) else NOTHING
