"""The query language of EPCIS 2.0 (section 8.2.7), with pages that stay put while data grows.

    run_query(parameters, seen_by=…, per_page=30, token=None) -> Page

Values in a list are alternatives; different parameters all hold. A page token
names the query it belongs to, the newest record when the first page was made and
the last event shown; it is signed. Raises QueryProblem subclasses with the
standard's own names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing

from lienvung.epcis.lookups import lookups_for
from lienvung.errors import Problem
from lienvung.ledger import query_budget
from lienvung.ledger.access import EVERYTHING, Visible
from lienvung.ledger.events import StoredEvent, by_rids
from lienvung.ledger.query_conditions import Condition, During
from lienvung.ledger.query_order import FieldOrder, Order, first_by_field, order_of
from lienvung.ledger.query_parameters import bounds_of, conditions_of, match, texts_of
from lienvung.ledger.query_problems import QueryProblem, QueryTooComplex, QueryTooLarge, refuse
from lienvung.ledger.query_walk import Way, count_events, first_events
from lienvung.ledger.reading import rows

PER_PAGE = 30
PER_PAGE_MOST = 1_000
SALT = "lienvung.epcis.page"
TOKEN_AGE_S = 24 * 3600
ANY_ROLE = (0, 1, 2, 3, 4)
Values = Sequence[Any]


@dataclass(frozen=True)
class Page:
    events: list[StoredEvent]
    next_token: str | None


class Search:
    """A query ready to run: its conditions and its bounds in numbers of events."""

    def __init__(
        self,
        parameters: Mapping[str, Values],
        *,
        seen_by: Visible,
        naming: str | None = None,
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        self.conditions: list[Condition] = conditions_of(parameters, seen_by=seen_by, prefixes=prefixes)
        (since, before), (self.low, self.most) = bounds_of(parameters)
        if since is not None or before is not None:
            self.conditions.append(During(since, before))
        if naming is not None:
            self.conditions.append(anywhere(naming))

    def count(self, *, top: int, most: int) -> int:
        """How many events there are, at most one more than `most`."""
        top = top if self.most is None else min(top, self.most)
        return count_events(self.conditions, low=self.low, top=top, most=most) if top >= self.low else 0

    def first(self, order: Order, *, top: int, last: list[Any] | None, count: int) -> list[list[Any]]:
        """Where the first `count` events after `last` stand: what a token needs of each, its number at the end."""
        top = top if self.most is None else min(top, self.most)
        if isinstance(order.by, FieldOrder):
            return first_by_field(
                self.conditions, order.by, descending=order.descending, bounds=(self.low, top), last=last, count=count
            )
        way = Way(order.by == "eventTime", order.descending)
        place = None if last is None else (int(last[0]), int(last[1]))
        return [
            list(found)
            for found in first_events(self.conditions, way=way, low=self.low, top=top, last=place, count=count)
        ]


def anywhere(epc: str) -> Condition:
    """Events that name something in any of their lists; a `*` in it is itself."""
    instances = match(ANY_ROLE, classes=None, exact=True)
    return instances("epc", [epc], lookups_for(None))


def run_query(
    parameters: Mapping[str, Values],
    *,
    seen_by: Visible = EVERYTHING,
    per_page: int = PER_PAGE,
    token: str | None = None,
    naming: str | None = None,
    prefixes: Mapping[str, str] | None = None,
) -> Page:
    """One page of the events that `parameters` ask for, that name `naming` anywhere, and that `seen_by` leaves.

    Values are text (an address) or typed (JSON, `lienvung.epcis.query_names.parse_query`). `prefixes`: what the
    query's @context or GS1-Extensions declares. Takes at most `query_budget.SECONDS` of the database's time.
    """
    with query_budget.within(query_budget.SECONDS):
        return _run(parameters, seen_by, per_page, token, naming, prefixes)


def _run(
    parameters: Mapping[str, Values],
    seen_by: Visible,
    per_page: int,
    token: str | None,
    naming: str | None,
    prefixes: Mapping[str, str] | None,
) -> Page:
    order = order_of(parameters, prefixes)
    search = Search(parameters, seen_by=seen_by, naming=naming, prefixes=prefixes)
    name = _fingerprint({**parameters, "": [naming or "", *sorted((prefixes or {}).items())]})
    if token is None:
        top, shown, last = newest_rid(), 0, None
        most = order.most
        if most is not None and search.count(top=top, most=most) > most:
            raise QueryTooLarge(
                "ledger.query_too_large",
                vi=f"Có hơn {most} sự kiện",
                en=f"there are more than {most} events",
                path="maxEventCount",
            )
    else:
        top, shown, last = _open_token(token, name)
    wanted = max(1, min(per_page, PER_PAGE_MOST))
    if order.limit is not None:
        wanted = min(wanted, order.limit - shown)
    found = search.first(order, top=top, last=last, count=wanted + 1) if wanted > 0 else []
    here = found[:wanted]
    events = {event.rid: event for event in by_rids(place[-1] for place in here)}
    shown += len(here)
    more = len(found) > wanted and (order.limit is None or shown < order.limit)
    following = signing.dumps([name, top, shown, here[-1]], salt=SALT, compress=True) if more else None
    return Page([events[place[-1]] for place in here], following)


def newest_rid() -> int:
    """The number of the event recorded last; 0 in an empty ledger."""
    [(top,)] = rows("SELECT COALESCE(MAX(rid), 0) FROM ledger_event")
    return int(top)


def matches_since(
    parameters: Mapping[str, Values],
    *,
    seen_by: Visible = EVERYTHING,
    after: int,
    up_to: int,
    limit: int,
    prefixes: Mapping[str, str] | None = None,
) -> list[StoredEvent]:
    """The first `limit` events numbered over `after` and at most `up_to` that `parameters` ask for, as recorded."""
    with query_budget.within(query_budget.SECONDS):
        search = Search(parameters, seen_by=seen_by, prefixes=prefixes)
        recorded = Order("recordTime", descending=False)
        found = search.first(recorded, top=up_to, last=[0, after], count=limit)
    return sorted(by_rids(place[-1] for place in found), key=lambda event: event.rid)


def _fingerprint(parameters: Mapping[str, Values]) -> str:
    """What a page token belongs to: the query, however its lists were ordered or written."""
    words = json.dumps(sorted((name, sorted(set(texts_of(values)))) for name, values in parameters.items()))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _open_token(token: str, name: str) -> tuple[int, int, list[Any]]:
    try:
        query, top, shown, last = signing.loads(token, salt=SALT, max_age=TOKEN_AGE_S)
    except (signing.BadSignature, ValueError, TypeError):
        raise refuse("nextPageToken", "mã trang sai hoặc đã hết hạn", "the token is wrong or has expired") from None
    if query != name:
        raise refuse("nextPageToken", "mã trang của một truy vấn khác", "the token belongs to another query")
    return top, shown, last


__all__ = [
    "PER_PAGE",
    "Page",
    "Problem",
    "QueryProblem",
    "QueryTooComplex",
    "QueryTooLarge",
    "matches_since",
    "newest_rid",
    "refuse",
    "run_query",
]
