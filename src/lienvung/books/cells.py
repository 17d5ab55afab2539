"""What a book's cells are beyond dates and names: lot numbers, amounts of goods, waiting days, days of work; pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from lienvung.workbooks.cells import clean, read_date, read_decimal, read_text, wrong
from lienvung.workbooks.reading import Cell

_LOT = re.compile(r"[!\"%-?A-Z_a-z]{1,20}")
OLDEST = timedelta(days=400)
AHEAD = timedelta(0)
MOST_DAYS = 730
MOST_DIGITS = Decimal(10) ** 9


def read_lot(cell: Cell) -> str:
    """A lot number as on the label."""
    if isinstance(cell.value, datetime):
        raise wrong(
            "books.lot_date",
            "số lô đã bị đổi thành ngày; hãy định dạng ô là văn bản (Text) rồi gõ lại",
            "the program turned the lot number into a date; format the cell as text and type it again",
        )
    text = read_text(cell, most=40)
    if not _LOT.fullmatch(text):
        raise wrong(
            "books.lot",
            f"số lô “{text}” sai: nhiều nhất 20 ký tự, chữ không dấu và số, không có dấu cách",
            f"“{text}” is no lot number: at most 20 letters without marks and digits, no space",
        )
    return text


def read_amount(cell: Cell) -> Decimal:
    """An amount above nothing; text as people write it: 12,5 or 1.250,5."""
    number = read_decimal(cell)
    if number <= 0:
        raise wrong("books.amount", "số phải lớn hơn 0", "the number must be above 0")
    if number >= MOST_DIGITS:
        raise wrong("books.amount_large", "số quá lớn; hãy xem lại đơn vị", "too large; look at the unit")
    rounded = number.quantize(Decimal("0.001"))
    if not rounded:
        raise wrong("books.amount_small", "số quá nhỏ; hãy dùng đơn vị nhỏ hơn", "too small; use a smaller unit")
    return rounded


def read_days(cell: Cell) -> int:
    """A whole number of days."""
    if isinstance(cell.value, datetime | bool):
        number = None
    elif isinstance(cell.value, Decimal):
        number = cell.value
    else:
        text = re.sub(r"(?i)\s*(ngày|days?)$", "", clean(cell.value or ""))
        number = Decimal(text) if re.fullmatch(r"[0-9]{1,4}", text) else None
    if number is None or not number.is_finite() or number != number.to_integral_value() or not 0 <= number <= MOST_DAYS:
        raise wrong("books.days", f"cần số ngày từ 0 đến {MOST_DAYS}", f"a number of days from 0 to {MOST_DAYS}")
    return int(number)


def read_day(cell: Cell, *, today: date) -> datetime:
    """A day (midnight), or a moment where the cell has a time of day; not in the future, not long ago."""
    found = read_date(cell)
    if found.date() > today + AHEAD:
        raise wrong(
            "books.future",
            f"ngày {found:%d/%m/%Y} chưa tới; hãy xem lại ngày và năm",
            f"{found:%d/%m/%Y} has not come yet; look at the day and the year",
        )
    if found.date() < today - OLDEST:
        raise wrong(
            "books.old",
            f"ngày {found:%d/%m/%Y} đã quá {OLDEST.days} ngày; hãy xem lại năm",
            f"{found:%d/%m/%Y} is more than {OLDEST.days} days ago; look at the year",
        )
    return found
