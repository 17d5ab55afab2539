"""Sets of ids as rows: exact, whatever the ids."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lienvung.ledger.blocks import cut, holds, ids_of, pack, unpack
from lienvung.ledger.tables import BLOCK_SIZE

ids = st.lists(st.integers(min_value=1, max_value=5 * BLOCK_SIZE), min_size=1, max_size=80)
runs = st.builds(lambda start, size: list(range(start, start + size)), st.integers(1, 5000), st.integers(1, 3000))


@given(ids | runs)
def test_rows_say_exactly_the_ids(given_ids: list[int]) -> None:
    rows = cut(given_ids)
    said = [number for blk, _, lo, hi, members in rows for number in ids_of(blk, lo, hi, members)]
    assert said == sorted(set(given_ids))
    assert all(wide == (hi > lo) for _, wide, lo, hi, _ in rows)


@given(ids)
def test_holds_agrees_with_the_ids(given_ids: list[int]) -> None:
    for blk, _, lo, hi, members in cut(given_ids):
        there = {number - blk * BLOCK_SIZE for number in ids_of(blk, lo, hi, members)}
        assert {offset for offset in range(BLOCK_SIZE) if holds(lo, hi, members, offset)} == there


def test_a_run_is_one_row_a_block_without_members() -> None:
    rows = cut(range(BLOCK_SIZE - 2, 2 * BLOCK_SIZE + 2))
    assert [(blk, lo, hi, members) for blk, _, lo, hi, members in rows] == [
        (0, BLOCK_SIZE - 2, BLOCK_SIZE - 1, None),
        (1, 0, BLOCK_SIZE - 1, None),
        (2, 0, 1, None),
    ]


def test_a_doubled_id_does_not_hide_a_gap() -> None:
    assert ids_of(*[cut([1, 1, 3])[0][i] for i in (0, 2, 3, 4)]) == [1, 3]


def test_members_are_little_endian_uint16() -> None:
    assert pack([1, 258]) == b"\x01\x00\x02\x01"
    assert list(unpack(b"\x01\x00\x02\x01")) == [1, 258]
