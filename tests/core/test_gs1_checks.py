"""Check digits and check pairs."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienvung.errors import Invalid
from lienvung.gs1 import canonical, check_digit, check_digit_fits, check_pair, checks
from lienvung.gs1.checks import CSET82

# Vietnamese prefix 893 in every length of GTIN, and one of each other numeric key, worked out by hand
BY_HAND = {
    "893500170000": "5",  # GTIN-13
    "0893500170000": "5",  # the same as GTIN-14: a leading zero changes nothing
    "1893500170000": "2",  # a case of twelve: the indicator does
    "9638507": "4",  # GTIN-8
    "61414121022": "0",  # GTIN-12
    "34012345111111111": "1",  # SSCC
    "40123450000006765": "7",  # GSRN
}


@pytest.mark.parametrize(("digits", "check"), BY_HAND.items())
def test_check_digits_worked_out_by_hand(digits: str, check: str) -> None:
    assert check_digit(digits) == check
    assert check_digit_fits(digits + check)


@given(st.text("0123456789", min_size=1, max_size=30))
def test_a_check_digit_fits_and_no_other_does(digits: str) -> None:
    right = check_digit(digits)
    assert [d for d in "0123456789" if check_digit_fits(digits + d)] == [right]


@given(st.text("0123456789", min_size=2, max_size=30), st.data())
def test_one_mistyped_digit_is_always_noticed(digits: str, data: st.DataObject) -> None:
    number = digits + check_digit(digits)
    at = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda d: d != number[at]))
    assert not check_digit_fits(number[:at] + other + number[at + 1 :])


@pytest.mark.parametrize("text", ["", "12a", "１２３", " 12", "1.5", "²"])
def test_only_digits_have_a_check_digit(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_digit(text)
    assert caught.value.code == "gs1.character"


@given(st.text(CSET82, max_size=97), st.data())
def test_one_mistyped_character_of_a_gmn_is_always_noticed(text: str, data: st.DataObject) -> None:
    pair = check_pair(text)
    assert len(pair) == 2
    if text:
        at = data.draw(st.integers(0, len(text) - 1))
        other = data.draw(st.sampled_from(CSET82).filter(lambda c: c != text[at]))
        assert check_pair(text[:at] + other + text[at + 1 :]) != pair


@pytest.mark.parametrize("text", ["a b", "đ", "x" * 98])
def test_a_check_pair_needs_set_82_and_97_characters_at_most(text: str) -> None:
    with pytest.raises(Invalid):
        check_pair(text)


@pytest.mark.parametrize("module", [checks, canonical])
def test_the_examples_in_the_docstrings_are_true(module: object) -> None:
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert found.attempted
    assert not found.failed
