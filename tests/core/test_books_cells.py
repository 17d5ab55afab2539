"""What people and programs put into cells: read as meant, or refused with what to do."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienvung.books import cells
from lienvung.errors import Invalid
from lienvung.workbooks import cells as common
from lienvung.workbooks.cells import Choice, Choices
from lienvung.workbooks.reading import Cell

TODAY = date(2026, 6, 1)
MOMENT = datetime.fromisoformat("2026-05-01")
FORMS = ["{:%d/%m/%Y}", "{0.day}/{0.month}/{0.year}", "{:%d-%m-%Y}", "{:%d.%m.%Y}", "{:%Y-%m-%d}"]
DAYS = st.dates(TODAY - timedelta(days=399), TODAY)
SPACES = st.sampled_from(["", " ", "\u00a0", "\u200b", "\ufeff", "\t "])
ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=60),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.datetimes(),
)


@given(DAYS, st.sampled_from(FORMS), SPACES, SPACES)
def test_a_day_typed_as_text_is_the_day(day: date, form: str, before: str, after: str) -> None:
    assert cells.read_day(Cell(before + form.format(day) + after), today=TODAY).date() == day


@given(DAYS)
def test_two_digits_of_a_year_are_of_this_century(day: date) -> None:
    assert cells.read_day(Cell(f"{day:%d/%m/%y}"), today=TODAY).date() == day


@given(st.decimals("0.01", "999999", places=2), SPACES)
def test_an_amount_with_comma_and_dots_is_the_amount(amount: Decimal, space: str) -> None:
    whole, _, part = f"{amount:f}".partition(".")
    dotted = f"{int(whole):,}".replace(",", ".")
    assert cells.read_amount(Cell(f"{space}{dotted},{part}{space}")) == amount
    assert cells.read_amount(Cell(Decimal(str(float(amount))))) == amount


@settings(max_examples=300)
@given(ANY, st.booleans())
def test_any_cell_is_read_or_refused_in_both_languages(value: object, formula: bool) -> None:
    cell = Cell(value, formula)  # type: ignore[arg-type]
    readers = (
        lambda: common.check_kept(cell),
        lambda: cells.read_day(cell, today=TODAY),
        lambda: cells.read_amount(cell),
        lambda: cells.read_days(cell),
        lambda: cells.read_lot(cell),
        lambda: common.read_text(cell, most=40),
    )
    for read in readers:
        with suppress(Invalid):  # which cannot be made without words in both languages
            read()


@pytest.mark.parametrize(
    ("read", "value", "word"),
    [
        (cells.read_amount, "1.500", "1500"),
        (cells.read_amount, "nhiều", "12,5"),
        (cells.read_amount, Decimal(0), "lớn hơn 0"),
        (cells.read_amount, MOMENT, "đổi định dạng"),
        (cells.read_days, "7,5", "0 đến 730"),
        (cells.read_lot, "Lô số 3", "dấu cách"),
        (cells.read_lot, MOMENT, "văn bản"),
    ],
)
def test_a_refusal_names_the_remedy(read, value: object, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(Cell(value))  # type: ignore[arg-type]
    assert word in refused.value.vi


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("05/14/2026", "14/05/2026"),
        (Decimal(46_150), "định dạng ô thành ngày"),
        ("31/02/2026", "ngày/tháng/năm"),
        ("02/06/2026", "chưa tới"),
        ("01/06/2016", "xem lại năm"),
    ],
)
def test_a_day_that_cannot_be_says_what_to_write(value: object, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        cells.read_day(Cell(value), today=TODAY)  # type: ignore[arg-type]
    assert word in refused.value.vi


def test_names_are_found_whatever_their_marks_and_a_slip_gets_a_guess() -> None:
    names = Choices([Choice("Thửa số 3", "T003"), Choice("Ao Đầm", "A001", ("Pond",))])
    assert names.find("  thua SO 3".strip()) == "T003"
    assert names.find("pond") == "A001"
    with pytest.raises(Invalid, match="Thửa số 3") as refused:
        names.find("Thửa sô 33")
    assert "có phải" in refused.value.vi


def test_a_formula_without_a_result_is_never_worked_out() -> None:
    with pytest.raises(Invalid, match="formula"):
        common.check_kept(Cell(None, formula=True))
    common.check_kept(Cell(Decimal(3), formula=True))
