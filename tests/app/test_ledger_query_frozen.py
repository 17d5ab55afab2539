"""Pages of a query in every order while events come between them: the answer of the moment of the first page."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledger_world import CONTEXT, document, pack, seen

from lienvung.ledger import dictionary, query_order
from lienvung.ledger.capture import capture
from lienvung.ledger.query import QueryProblem, run_query

pytestmark = pytest.mark.django_db
EX = "https://ns.example.vn/frozen#"
VALUES = st.one_of(
    st.none(),
    st.integers(0, 3),
    st.sampled_from(["a", "b", "12", "2026-03-01T00:00:00Z", "2026-03-02T07:00:00+07:00"]),
    st.lists(st.sampled_from(["a", "5", "2026-03-01T00:00:00Z"]), min_size=2, max_size=2),
)
numbers = itertools.count()


def take(values: list[Any]) -> None:
    events = []
    for value in values:
        number = next(numbers)
        fields = {} if value is None else {"ex:mark": value}
        events.append(seen(pack(f"F{number}"), minute=number % 7, **fields))
    if events:
        capture(document(*events, context=[*CONTEXT, {"ex": EX}]))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(VALUES, min_size=1, max_size=10),
    st.lists(st.lists(VALUES, max_size=4), max_size=10),
    st.sampled_from([EX + "mark", "eventTime", "recordTime"]),
    st.sampled_from(["ASC", "DESC"]),
    st.integers(1, 4),
)
def test_pages_are_the_answer_of_the_first_moment(
    before: list[Any], between: list[list[Any]], by: str, way: str, size: int
) -> None:
    asked = {"orderBy": [by], "orderDirection": [way]}
    with transaction.atomic():
        take(before)
        frozen = [event.rid for event in run_query(asked, per_page=1000).events]
        page = run_query(asked, per_page=size)
        found = [event.rid for event in page.events]
        while page.next_token is not None:
            take(between.pop() if between else [])
            page = run_query(asked, per_page=size, token=page.next_token)
            found += [event.rid for event in page.events]
        transaction.set_rollback(True)
        dictionary.forget()
    assert len(frozen) == len(before)
    assert found == frozen


def test_the_first_time_of_a_field_between_two_pages() -> None:
    take([1, 2, None, "a"])
    asked = {"orderBy": [EX + "mark"], "orderDirection": ["ASC"]}
    frozen = [event.rid for event in run_query(asked).events]
    page = run_query(asked, per_page=1)
    take(["2026-03-01T00:00:00Z"])
    found = [event.rid for event in page.events]
    while page.next_token is not None:
        page = run_query(asked, per_page=1, token=page.next_token)
        found += [event.rid for event in page.events]
    assert found == frozen


def test_a_token_with_another_stage_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    take([1, 2])
    asked = {"orderBy": [EX + "mark"]}
    page = run_query(asked, per_page=1)
    monkeypatch.setattr(query_order, "STAGES", ("other", "names", "now"))
    with pytest.raises(QueryProblem) as caught:
        run_query(asked, per_page=1, token=page.next_token)
    assert caught.value.path == "nextPageToken"
