"""The small parts: numbers, times, vocabulary, prefixes, identifiers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.epcis_strategies import PACK

from lienvung.epcis.context import Names
from lienvung.epcis.lookups import is_sscc, is_uri, lookups_for
from lienvung.epcis.numbers import number_text, numeral_text
from lienvung.epcis.times import parse_time
from lienvung.epcis.vocabulary import VOCABULARIES
from lienvung.errors import Invalid
from lienvung.gs1 import check_digit


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("452.0"), "452"),
        (Decimal("0.10"), "0.1"),
        (Decimal("-0.0"), "0"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-5"), "0.00001"),
        (Decimal("0.1000000000000000055"), "0.1000000000000000055"),
        (12345678901234567890, "12345678901234567890"),
        (0, "0"),
    ],
)
def test_numbers_are_plain_and_exact(number: int | Decimal, text: str) -> None:
    assert number_text(number) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=12))
def test_number_text_means_the_number(number: Decimal) -> None:
    text = number_text(number)
    assert Decimal(text) == number
    assert numeral_text(text) == text
    assert not text.endswith(".")
    assert "E" not in text


@pytest.mark.parametrize("number", [10**60, Decimal("1E+60"), Decimal("1E-61"), Decimal("NaN"), Decimal("Infinity")])
def test_numbers_out_of_range(number: int | Decimal) -> None:
    with pytest.raises(Invalid):
        number_text(number)


def test_a_text_that_spells_a_number_is_that_number() -> None:
    for text, canonical in [("007", "7"), ("+1.50", "1.5"), (".5", "0.5"), ("1e3", "1000"), ("1_000", "1_000")]:
        assert numeral_text(text) == canonical
    for text in ("nan", "inf", "12-3", "٣", "", "1e99999", "L12"):
        assert numeral_text(text) == text


@given(
    st.datetimes().filter(lambda moment: (1, 1, 3) <= (moment.year, moment.month, moment.day) <= (9999, 12, 29)),
    st.text("0123456789", max_size=12),
    st.integers(-14 * 60, 14 * 60),
)
def test_times_round_half_up_on_the_digits_given(moment: datetime, digits: str, minutes: int) -> None:
    sign, left = ("-" if minutes < 0 else "+"), abs(minutes)
    zone = f"{sign}{left // 60:02}:{left % 60:02}"
    text = moment.replace(microsecond=0).isoformat() + ("." + digits if digits else "") + zone
    start = (moment.replace(microsecond=0, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    parts = Fraction(int(digits), 10 ** len(digits)) * 1000 if digits else Fraction(0)
    expected = (start - minutes * 60) * 1000 + int(parts + Fraction(1, 2))
    for _ in range(2):
        ms, canonical = parse_time(text)
        assert ms == expected
        assert len(canonical) == 24
        again, same = parse_time(canonical)
        assert (again, same) == (ms, canonical)


@given(st.text(max_size=40))
def test_times_refuse_anything_else_in_words(text: str) -> None:
    try:
        _, canonical = parse_time(text)
    except Invalid:
        return
    assert canonical.endswith("Z")


def test_the_vocabulary_has_the_counts_of_the_standard() -> None:
    assert [len(vocabulary.words) for vocabulary in VOCABULARIES] == [41, 33, 13, 3, 2, 14, 72, 2]
    for vocabulary in VOCABULARIES:
        for word in vocabulary.words:
            assert vocabulary.bare(vocabulary.uri(word)) == word
            assert vocabulary.bare(word) == word


def test_prefixes_of_any_form_of_context() -> None:
    for context in ({"a": "https://a.example/"}, ["https://x.example/", {"a": {"@id": "https://a.example/"}}]):
        names = lookups_for(context).names
        assert names.fields["a:b"] == "{https://a.example/}b"
        assert names.expand("a:b") == "https://a.example/b"
    names = Names({"https": "https://a.example/"})
    assert names.expand("https://b.example/") == "https://b.example/"
    assert (
        lookups_for("https://x.example/").names.expand("cbv:BizStep-shipping")
        == "https://ref.gs1.org/cbv/BizStep-shipping"
    )


@pytest.mark.parametrize(
    "text", ["urn:x:1", "https://a.example/%C3%A1", "geo:20.2,105.9", "example:x", "https://a.vn/ạ"]
)
def test_uris(text: str) -> None:
    assert is_uri(text)


@pytest.mark.parametrize(
    "text", ["", "x", ":x", "a:", "a: b", "https://a/%zz", "https://a/\n", "a:<b>", "a:" + "b" * 3000]
)
def test_no_uris(text: str) -> None:
    assert not is_uri(text)


@given(st.integers(0, 10**17 - 1), st.integers(0, 9))
def test_sscc_check(body: int, last: int) -> None:
    digits = f"{body:017}"
    assert is_sscc(digits + str(last)) is (check_digit(digits) == str(last))


def test_lists_of_serials_are_checked_as_one_by_one() -> None:
    known = lookups_for(None).identifiers
    known[PACK + "warm1"]
    long, plain = PACK + "a" * 20, [PACK + "b2", PACK + "b1"]
    assert known.listed(plain, "n") == (plain, f"nepc={PACK}b1epc={PACK}b2")
    assert known.listed([long], "n") == ([long], f"nepc={long}")
    assert known.listed([PACK + "a/b".replace("/", "%2F"), PACK + "c"], "n")[0] == [PACK + "a%2Fb", PACK + "c"]
    urn = "urn:epc:id:sgtin:8935001.070000."
    known[urn + "u1"]
    assert known.listed([urn + "u1", urn + "u2"], "n")[0] == [PACK + "u1", PACK + "u2"]
    for wrong in (
        [PACK + "1", PACK],  # cut off after the /21/
        ["A1", PACK + "1"],
        [PACK + "a" * 21],
        [PACK + "1", PACK + "1\n" + PACK + "2"],
        [PACK + "é"],
    ):
        with pytest.raises(Invalid):
            known.listed(wrong, "n")
