"""The writers of dashboards: what a party shows to everybody, and keys of calendar feeds."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.errors import Invalid, NotAllowed
from lienvung.people.models import Account
from lienvung.programme.access import standing_of
from lienvung.programme.models import Party
from lienvung.reports import published
from lienvung.reports.models import FeedKey, PublicFigure


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def choose_figures(*, by: Account | None, party: Party, chosen: Iterable[str]) -> None:
    """From now on everybody sees these figures of `party`, and no others. `by` None: the system itself."""
    wanted = set(chosen)
    if by is not None and party not in published.parties_to_choose_for(standing_of(by, party.agreement)):
        raise NotAllowed(
            "reports.not_your_party",
            vi="Chỉ cán bộ đầu mối hoặc người duyệt của bên này được chọn số liệu công khai của bên mình.",
            en="Only the focal officer or the approver of this party chooses what it shows.",
        )
    unknown = wanted - {name for name, _ in published.choices_for(party)}
    if unknown:
        raise Invalid(
            "reports.unknown_figure", vi="Không có số liệu này để chọn.", en="There is no such figure.", path="chosen"
        )
    stands = published.choice_of(party)
    for name in stands - wanted:
        kind, _, value = name.partition(":")
        PublicFigure.objects.filter(party=party, **{kind: value}).delete()
    for name in sorted(wanted - stands):
        kind, _, value = name.partition(":")
        key = {"count": value} if kind == "count" else {"indicator_id": value}
        PublicFigure.objects.create(party=party, chosen_by=by, **key)
    if wanted != stands:
        record(action="reports.choose_figures", by=by, subject=party, details={"figures": sorted(wanted)})


@transaction.atomic
def make_feed_key(*, by: Account) -> str:
    """A new key for the account's calendar of deadlines and meetings, told once; the one before opens nothing more."""
    key = secrets.token_urlsafe(32)
    FeedKey.objects.update_or_create(account=by, defaults={"digest": digest_of(key), "made_at": timezone.now()})
    record(action="reports.make_feed_key", by=by, subject=by)
    return key


def account_of_key(key: str) -> Account | None:
    """Whose calendar feed this key opens; nobody's when the account is closed."""
    found = FeedKey.objects.select_related("account").filter(digest=digest_of(key), account__is_active=True).first()
    return found.account if found else None
