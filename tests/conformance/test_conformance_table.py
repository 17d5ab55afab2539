"""The committed conformance page is what this build makes of the corpus, and every exception in it is argued."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conformance import argued, table
from tests.corpus import needs_corpus

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/conformance.md"
pytestmark = needs_corpus


@pytest.fixture(scope="module")
def fresh() -> str:
    return table.page()


def test_the_committed_page_is_the_fresh_one(fresh: str) -> None:
    assert PAGE.read_text(encoding="utf-8") == fresh, (
        "run: python -m tests.conformance.table > docs/reference/conformance.md"
    )


def test_nothing_is_missed_without_an_argument(fresh: str) -> None:
    assert [line for line in fresh.splitlines() if "**not met**" in line] == []
    assert " | no |" not in fresh


def test_every_argument_is_needed() -> None:
    missed = {one.name for one in map(table.judged, table.documents()) if not one.met}
    assert missed == set(argued.DOCUMENTS)
    assert {one.name for one in table.vectors() if not one.met} == set(argued.VECTORS)
    assert {one.name for one in table.pairs() if not one.equal} == set(argued.PAIRS)
    assert {f"{method} {path}" for path, method, there in table.addresses() if not there} == set(argued.ADDRESSES)


def test_the_page_holds_the_whole_corpus(fresh: str) -> None:
    assert len(table.documents()) > 190
    assert len(list(table.vectors())) > 30
    assert len(list(table.pairs())) > 30
    assert len(table.resolver_rows()) > 10
