"""From what stands in a cell to a date, an amount, a name of the organisation's lists; pure. Raises Invalid with what
to do; the place of the cell is added by whoever knows it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches

from lienvung.books.workbook import Cell
from lienvung.catalogue.rules import read_number
from lienvung.errors import Invalid
from lienvung.registry.matching import plain

_TYPED = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d.*)?")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_DASHES = frozenset({"-", "–", "—", "''", "'"})
_LOT = re.compile(r"[!\"%-?A-Z_a-z]{1,20}")
OLDEST = timedelta(days=400)
AHEAD = timedelta(0)
MOST_DAYS = 730
MOST_DIGITS = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class Choice:
    """A name of a list: what the book shows, and what it stands for. `also`: its code, its English name."""

    label: str
    code: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """A list of names, found whatever their marks, capitals and spaces."""

    listed: Sequence[Choice] = ()
    _by_name: Mapping[str, frozenset[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        found: dict[str, set[str]] = {}
        for choice in self.listed:
            for name in (choice.label, choice.code, *choice.also):
                if name:
                    found.setdefault(plain(name), set()).add(choice.code)
        object.__setattr__(self, "_by_name", {name: frozenset(codes) for name, codes in found.items()})

    def find(self, text: str) -> str:
        """The code of a name. A name that two things have is Invalid, as one that nothing has."""
        exact = [choice.code for choice in self.listed if choice.label == text]
        codes = exact or sorted(self._by_name.get(plain(text), ()))
        if len(codes) == 1:
            return codes[0]
        if codes:
            raise _wrong(
                "books.ambiguous",
                f"“{text}” là tên của {len(codes)} mục; hãy chọn từ danh sách của ô",
                f"“{text}” is the name of {len(codes)} entries; choose from the cell's list",
            )
        near = get_close_matches(plain(text), [plain(each.label) for each in self.listed], n=1, cutoff=0.75)
        meant = next((each.label for each in self.listed if near and plain(each.label) == near[0]), "")
        vi, en = (f"; có phải “{meant}”?", f"; is it “{meant}”?") if meant else ("", "")
        raise _wrong(
            "books.unknown_name",
            f"không có “{text}” trong danh sách{vi or '; hãy chọn từ danh sách của ô, hoặc đăng ký mục này trước'}",
            f"“{text}” is not in the list{en or '; choose from the list of the cell, or register it first'}",
        )


def _wrong(code: str, vi: str, en: str) -> Invalid:
    return Invalid(code, vi=f"{vi}.", en=f"{en}.")


def clean(text: str) -> str:
    """One spelling: composed letters, single spaces, nothing that no eye sees; a dash alone is nothing."""
    bare = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    bare = " ".join("".join(sign if sign.isprintable() else " " for sign in bare).split())
    return "" if bare in _DASHES else bare


def is_empty(cell: Cell | None) -> bool:
    return cell is None or (not cell.formula and isinstance(cell.value, str) and not clean(cell.value))


def check_kept(cell: Cell) -> None:
    """A formula without a kept result, or an error of the program: nothing is worked out here."""
    if cell.error:
        raise _wrong(
            "books.cell_error",
            f"ô báo lỗi {cell.value}; hãy sửa công thức hoặc nhập giá trị",
            f"the cell shows the error {cell.value}; mend the formula or enter the value",
        )
    if cell.formula and cell.value is None:
        raise _wrong(
            "books.formula",
            "ô là công thức chưa có kết quả; hãy mở tệp, lưu lại, hoặc nhập thẳng giá trị",
            "the cell is a formula without a kept result; open and save the file, or enter the value itself",
        )


def read_text(cell: Cell, *, most: int = 200) -> str:
    """Words; a number as it would be written."""
    value = cell.value
    if isinstance(value, bool):
        text = "x" if value else ""
    elif isinstance(value, Decimal):
        text = plain_number(value)
    elif isinstance(value, datetime):
        text = f"{value:%d/%m/%Y}"
    else:
        text = clean(value or "")
    if len(text) > most:
        raise _wrong("books.long", f"dài quá {most} ký tự; hãy viết ngắn lại", f"longer than {most} characters")
    return text


def plain_number(value: Decimal) -> str:
    if not value.is_finite() or abs(value.adjusted()) > 30:
        return str(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_lot(cell: Cell) -> str:
    """A lot number as on the label."""
    if isinstance(cell.value, datetime):
        raise _wrong(
            "books.lot_date",
            "số lô đã bị đổi thành ngày; hãy định dạng ô là văn bản (Text) rồi gõ lại",
            "the program turned the lot number into a date; format the cell as text and type it again",
        )
    text = read_text(cell, most=40)
    if not _LOT.fullmatch(text):
        raise _wrong(
            "books.lot",
            f"số lô “{text}” sai: nhiều nhất 20 ký tự, chữ không dấu và số, không có dấu cách",
            f"“{text}” is no lot number: at most 20 letters without marks and digits, no space",
        )
    return text


def read_amount(cell: Cell) -> Decimal:
    """An amount above nothing; text as people write it: 12,5 or 1.250,5."""
    value = cell.value
    if isinstance(value, datetime):
        raise _wrong(
            "books.amount_date",
            "ô đang là ngày, cần một số; hãy đổi định dạng ô thành số rồi gõ lại",
            "this is a date where a number is needed; format the cell as a number and type it again",
        )
    if isinstance(value, bool):
        raise _wrong("books.number", "cần một số, ví dụ 12,5", "a number is needed, like 12.5")
    number = value if isinstance(value, Decimal) else read_number(clean(value or ""))
    if not number.is_finite() or number <= 0:
        raise _wrong("books.amount", "số phải lớn hơn 0", "the number must be above 0")
    if number >= MOST_DIGITS:
        raise _wrong("books.amount_large", "số quá lớn; hãy xem lại đơn vị", "too large; look at the unit")
    rounded = number.quantize(Decimal("0.001"))
    if not rounded:
        raise _wrong("books.amount_small", "số quá nhỏ; hãy dùng đơn vị nhỏ hơn", "too small; use a smaller unit")
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
        raise _wrong("books.days", f"cần số ngày từ 0 đến {MOST_DAYS}", f"a number of days from 0 to {MOST_DAYS}")
    return int(number)


def read_day(cell: Cell, *, today: date) -> datetime:
    """A day (midnight), or a moment where the cell has a time of day; not in the future, not long ago."""
    found = _day(cell)
    if found.date() > today + AHEAD:
        raise _wrong(
            "books.future",
            f"ngày {found:%d/%m/%Y} chưa tới; hãy xem lại ngày và năm",
            f"{found:%d/%m/%Y} has not come yet; look at the day and the year",
        )
    if found.date() < today - OLDEST:
        raise _wrong(
            "books.old",
            f"ngày {found:%d/%m/%Y} đã quá {OLDEST.days} ngày; hãy xem lại năm",
            f"{found:%d/%m/%Y} is more than {OLDEST.days} days ago; look at the year",
        )
    return found


def _day(cell: Cell) -> datetime:
    value = cell.value
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    if isinstance(value, Decimal) and value.is_finite() and 20_000 < value < 80_000:
        meant = date(1899, 12, 30) + timedelta(days=int(value))
        raise _wrong(
            "books.day_number",
            f"ô là số {plain_number(value)}, chưa là ngày; nếu là {meant:%d/%m/%Y} hãy định dạng ô thành ngày",
            f"this is the number {plain_number(value)}; if it means {meant:%d/%m/%Y}, format the cell as a date",
        )
    text = clean(value) if isinstance(value, str) else read_text(cell, most=60)
    parts: tuple[int, int, int] | None = None
    if typed := _TYPED.fullmatch(text):
        day, month, year = int(typed[1]), int(typed[2]), int(typed[3])
        parts = (year if year > 99 else 2000 + year, month, day)
    elif iso := _ISO.fullmatch(text):
        parts = (int(iso[1]), int(iso[2]), int(iso[3]))
    try:
        if parts is not None:
            return datetime.combine(date(*parts), time())
    except ValueError:
        if parts is not None and parts[1] > 12 >= parts[2]:
            raise _wrong(
                "books.month_first",
                f"“{text}” không phải ngày/tháng/năm; hãy viết {parts[1]:02d}/{parts[2]:02d}/{parts[0]}",
                f"“{text}” is not day/month/year; write {parts[1]:02d}/{parts[2]:02d}/{parts[0]}",
            ) from None
    raise _wrong(
        "books.day",
        f"“{text[:40]}” không phải ngày; hãy viết ngày/tháng/năm, ví dụ 14/05/2026",
        f"“{text[:40]}” is no date; write day/month/year, like 14/05/2026",
    )
