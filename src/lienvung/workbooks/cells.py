"""From what stands in a cell to a date, a number, a name of a list; pure. Raises Invalid with what
to do; the place of the cell is added by whoever knows it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches

from lienvung.catalogue.rules import read_number
from lienvung.errors import Invalid
from lienvung.registry.matching import plain
from lienvung.workbooks.reading import Cell

_TYPED = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d.*)?")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
MOST_GUESSES = 200  # each looks at the whole list; a file of strangers may be wrong in every row
_DASHES = frozenset({"-", "–", "—", "''", "'"})


@dataclass(frozen=True, slots=True)
class Choice:
    """A name of a list: what the book shows, and what it stands for. `also`: other names of it; `offered`: whether the
    cell's list has it (a name that is known but not offered is understood, and refused by whoever knows why)."""

    label: str
    code: str
    also: tuple[str, ...] = ()
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """A list of names, found whatever their marks, capitals and spaces."""

    listed: Sequence[Choice] = ()
    _by_name: Mapping[str, frozenset[str]] = field(init=False, default_factory=dict)
    _guessed: list[str] = field(init=False, default_factory=list, compare=False)

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
            raise wrong(
                "workbooks.ambiguous",
                f"“{text}” là tên của {len(codes)} mục; hãy chọn từ danh sách của ô",
                f"“{text}” is the name of {len(codes)} entries; choose from the cell's list",
            )
        near: list[str] = []
        if len(self._guessed) < MOST_GUESSES:
            self._guessed.append(text)
            near = get_close_matches(plain(text), [plain(each.label) for each in self.listed], n=1, cutoff=0.75)
        meant = next((each.label for each in self.listed if near and plain(each.label) == near[0]), "")
        vi, en = (f"; có phải “{meant}”?", f"; is it “{meant}”?") if meant else ("", "")
        raise wrong(
            "workbooks.unknown_name",
            f"không có “{text}” trong danh sách{vi or '; hãy chọn từ danh sách của ô, hoặc đăng ký mục này trước'}",
            f"“{text}” is not in the list{en or '; choose from the list of the cell, or register it first'}",
        )


def wrong(code: str, vi: str, en: str) -> Invalid:
    """A fault of a cell, without its full stop."""
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
        raise wrong(
            "workbooks.cell_error",
            f"ô báo lỗi {cell.value}; hãy sửa công thức hoặc nhập giá trị",
            f"the cell shows the error {cell.value}; mend the formula or enter the value",
        )
    if cell.formula and cell.value is None:
        raise wrong(
            "workbooks.formula",
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
        raise wrong("workbooks.long", f"dài quá {most} ký tự; hãy viết ngắn lại", f"longer than {most} characters")
    return text


def plain_number(value: Decimal) -> str:
    if not value.is_finite() or abs(value.adjusted()) > 30:
        return str(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_decimal(cell: Cell) -> Decimal:
    """A number; text as people write it: 12,5 or 1.250,5."""
    value = cell.value
    if isinstance(value, datetime):
        raise wrong(
            "workbooks.number_date",
            "ô đang là ngày, cần một số; hãy đổi định dạng ô thành số rồi gõ lại",
            "this is a date where a number is needed; format the cell as a number and type it again",
        )
    if isinstance(value, bool):
        raise wrong("workbooks.number", "cần một số, ví dụ 12,5", "a number is needed, like 12.5")
    number = value if isinstance(value, Decimal) else read_number(clean(value or ""))
    if not number.is_finite():
        raise wrong("workbooks.number", "cần một số, ví dụ 12,5", "a number is needed, like 12.5")
    return number


def read_date(cell: Cell) -> datetime:
    """A day (midnight), or a moment where the cell has a time of day."""
    value = cell.value
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    if isinstance(value, Decimal) and value.is_finite() and 20_000 < value < 80_000:
        meant = date(1899, 12, 30) + timedelta(days=int(value))
        raise wrong(
            "workbooks.day_number",
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
            raise wrong(
                "workbooks.month_first",
                f"“{text}” không phải ngày/tháng/năm; hãy viết {parts[1]:02d}/{parts[2]:02d}/{parts[0]}",
                f"“{text}” is not day/month/year; write {parts[1]:02d}/{parts[2]:02d}/{parts[0]}",
            ) from None
    raise wrong(
        "workbooks.day",
        f"“{text[:40]}” không phải ngày; hãy viết ngày/tháng/năm, ví dụ 14/05/2026",
        f"“{text[:40]}” is no date; write day/month/year, like 14/05/2026",
    )
