"""Reading an .xlsx file into cells, whatever program wrote it and whatever somebody put into it; pure.

The parts are read here and not by a library: a formula must show its kept value and that it is one, and a file of
strangers must not cost more than its limits (decompression, a million styled rows, a merge over a whole sheet).
Nothing is ever evaluated, no link followed, no macro looked at.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, get_column_letter, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from lienvung.errors import Invalid, TooLarge

MOST_BYTES: Final = 5_000_000
MOST_UNPACKED: Final = 40_000_000
MOST_ELEMENTS: Final = 1_500_000
MOST_PARTS: Final = 500
MOST_SHEETS: Final = 40
MOST_TEXT: Final = 4_000  # characters of a cell that are kept
MOST_MERGED: Final = 200  # merged ranges of a sheet

Value = str | Decimal | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with something in it. `formula`: it is one, and `value` what the program kept as its result;
    `error`: it is an error of the program (#REF!)."""

    value: Value
    formula: bool = False
    error: bool = False


@dataclass(slots=True)
class SheetCells:
    """A sheet: cells by (row, column), both from 1; merged ranges as (first row, first column, last row, last column),
    of which only the first cell is kept."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden: bool = False


def cell_name(row: int, column: int) -> str:
    """D14"""
    return f"{get_column_letter(column)}{row}"


def read_workbook(data: bytes, filename: str = "") -> list[SheetCells]:
    """The sheets of a workbook. Raises Invalid or TooLarge with what to do."""
    if len(data) > MOST_BYTES:
        raise TooLarge(
            "workbooks.bytes",
            vi="Tệp lớn hơn 5 MB. Hãy xoá ảnh, trang không dùng, hoặc chia làm hai tệp.",
            en="The file is larger than 5 MB. Take out pictures and unused sheets, or split the file in two.",
            path="file",
        )
    _check_kind(data, filename)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            _check_parts(parts)
            return _Reader(parts).sheets()
    except (Invalid, TooLarge):
        raise
    except Exception as fault:  # a broken zip, broken XML, a part that is not there: the parsers raise what they like
        raise _unreadable() from fault


def _check_kind(data: bytes, filename: str) -> None:
    name = filename.lower()
    if name.endswith((".xlsm", ".xltm", ".xlam", ".xlsb")):
        raise _macros()
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unreadable("tệp .xls cũ hoặc có mật khẩu", "an old .xls file or one with a password")
    if not data.startswith(b"PK"):
        raise _unreadable("đây không phải tệp .xlsx", "this is no .xlsx file")


def _check_parts(parts: zipfile.ZipFile) -> None:
    listed = parts.infolist()
    if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > MOST_UNPACKED:
        raise _bomb()
    names = {part.filename.lower() for part in listed}
    if any("vbaproject" in name or name.endswith("vbadata.xml") or "macrosheets/" in name for name in names):
        raise _macros()
    if "mimetype" in names and "content.xml" in names:
        raise _unreadable("đây là tệp .ods", "this is an .ods file")
    if b"macroenabled" in _bytes(parts, "[Content_Types].xml").lower():
        raise _macros()


def _bytes(parts: zipfile.ZipFile, name: str) -> bytes:
    """A part, never more than its limit whatever its header says of its size."""
    with parts.open(name) as stream:
        data = stream.read(MOST_UNPACKED + 1)
    if len(data) > MOST_UNPACKED or data.count(b"<") > MOST_ELEMENTS:
        raise _bomb()
    if b"<!DOCTYPE" in data or b"\x00" in data:  # no entities, no other encoding to hide them in
        raise _unreadable()
    return data


def local_name(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition("}")[2]


class _Reader:
    """Reads the parts of one workbook; elements are known by their local names, so that strict files are read too."""

    def __init__(self, parts: zipfile.ZipFile) -> None:
        self.parts = parts
        self.names = {name.lower(): name for name in parts.namelist()}
        self.texts: list[str] = []
        self.dates: list[bool] = []
        self.epoch = CALENDAR_WINDOWS_1900
        self.left = MOST_ELEMENTS

    def part(self, name: str) -> bytes | None:
        found = self.names.get(name.lstrip("/").lower())
        if found is None:
            return None
        data = _bytes(self.parts, found)
        self.left -= data.count(b"<")
        if self.left < 0:
            raise _bomb()
        return data

    def sheets(self) -> list[SheetCells]:
        book_path = self._book_path()
        book = self._tree(book_path)
        folder = posixpath.dirname(book_path)
        targets = self._relations(book_path)
        for target, kind in targets.values():
            if kind == "sharedStrings":
                self.texts = list(self._shared(posixpath.normpath(posixpath.join(folder, target))))
            elif kind == "styles":
                self.dates = self._date_styles(posixpath.normpath(posixpath.join(folder, target)))
        found: list[SheetCells] = []
        for element in book.iter():
            if local_name(element.tag) == "workbookPr" and element.get("date1904") in ("1", "true"):
                self.epoch = CALENDAR_MAC_1904
            if local_name(element.tag) == "sheet":
                relation = next((value for name, value in element.attrib.items() if local_name(name) == "id"), "")
                target, kind = targets.get(relation, ("", ""))
                if kind != "worksheet":
                    continue
                path = target if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                hidden = element.get("state", "visible") != "visible"
                found.append(self._sheet(path, str(element.get("name", ""))[:60], hidden=hidden))
        if not found or len(found) > MOST_SHEETS:
            raise _unreadable()
        return found

    def _book_path(self) -> str:
        for target, kind in self._relations("").values():
            if kind == "officeDocument":
                return target.lstrip("/")
        raise _unreadable()

    def _tree(self, path: str) -> ElementTree.Element:
        data = self.part(path)
        if data is None:
            raise _unreadable()
        return ElementTree.fromstring(data)  # no DTD gets here, see _bytes

    def _relations(self, path: str) -> dict[str, tuple[str, str]]:
        folder, name = posixpath.split(path)
        tree = self._tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        return {
            str(each.get("Id")): (str(each.get("Target", "")), str(each.get("Type", "")).rpartition("/")[2])
            for each in tree
            if each.get("TargetMode") != "External"
        }

    def _shared(self, path: str) -> Iterator[str]:
        for item in self._tree(path):
            if local_name(item.tag) == "si":
                yield _text_of(item)

    def _date_styles(self, path: str) -> list[bool]:
        tree = self._tree(path)
        formats = dict(BUILTIN_FORMATS)
        for each in tree.iter():
            if local_name(each.tag) == "numFmt":
                formats[int(each.get("numFmtId", "0"))] = str(each.get("formatCode", ""))
        listed: list[bool] = []
        for group in tree:
            if local_name(group.tag) == "cellXfs":
                listed = [bool(is_date_format(formats.get(int(xf.get("numFmtId", "0")), ""))) for xf in group]
        return listed

    def _sheet(self, path: str, name: str, *, hidden: bool) -> SheetCells:
        sheet = SheetCells(name, hidden=hidden)
        row = column = 0
        for element in self._tree(path).iter():
            tag = local_name(element.tag)
            if tag == "row":
                row, column = int(element.get("r", row + 1)), 0
                if element.get("hidden") in ("1", "true"):
                    sheet.hidden_rows.add(row)
            elif tag == "c":
                place = element.get("r")
                if place:
                    letters, row = coordinate_from_string(place)
                    column = column_index_from_string(letters)
                else:
                    column += 1
                cell = self._cell(element)
                if cell is not None:
                    sheet.cells[row, column] = cell
            elif tag == "mergeCell" and len(sheet.merged) < MOST_MERGED:
                left, top, right, bottom = range_boundaries(str(element.get("ref")))
                if None not in (left, top, right, bottom):
                    sheet.merged.append((top, left, bottom, right))
        return sheet

    def _cell(self, element: ElementTree.Element) -> Cell | None:
        kept, formula, inline = None, False, None
        for part in element:
            tag = local_name(part.tag)
            if tag == "v":
                kept = part.text
            elif tag == "f":
                formula = True
            elif tag == "is":
                inline = _text_of(part)
        kind = element.get("t", "n")
        if kind == "inlineStr":
            kept, kind = inline, "str"
        if kept is None:
            return Cell(None, formula=True) if formula else None
        if kind == "e":
            return Cell(kept[:20], formula, error=True)
        value = self._value(kept, kind, int(element.get("s", "0")))
        return None if value in (None, "") and not formula else Cell(value, formula)

    def _value(self, kept: str, kind: str, style: int) -> Value:
        if kind == "s":
            return self.texts[int(kept)][:MOST_TEXT]
        if kind == "str":
            return kept[:MOST_TEXT]
        if kind == "b":
            return kept == "1"
        if kind == "d":
            return datetime.fromisoformat(kept.removesuffix("Z")).replace(tzinfo=None)
        try:
            number = Decimal(kept.strip()[:60])
        except InvalidOperation:
            return kept[:MOST_TEXT]
        if not number.is_finite():
            return kept[:MOST_TEXT]
        if style < len(self.dates) and self.dates[style]:
            found = _moment(number, self.epoch)
            if found is not None:
                return found
        return number


def _moment(number: Decimal, epoch: Any) -> datetime | None:
    """The moment that a number with the look of a date stands for; None where it is none."""
    try:
        found = from_excel(float(number), epoch=epoch)
    except (ValueError, OverflowError):
        return None
    if isinstance(found, datetime):
        return found
    if isinstance(found, date):
        return datetime.combine(found, time())
    return None


def _text_of(item: ElementTree.Element) -> str:
    """The text of a string with its runs, without the reading aids of East Asian scripts."""
    parts: list[str] = []
    for each in item:
        tag = local_name(each.tag)
        if tag == "t":
            parts.append(each.text or "")
        elif tag == "r":
            parts += [run.text or "" for run in each if local_name(run.tag) == "t"]
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: _sign(int(found[1], 16)), "".join(parts))[:MOST_TEXT]


def _sign(code: int) -> str:
    """A letter that Excel wrote as a number; half a letter or a control sign, which no database takes, is a space."""
    return chr(code) if code in (9, 10, 13) or (code >= 32 and not 0xD800 <= code <= 0xDFFF) else " "


def _unreadable(vi: str = "tệp hỏng hoặc có mật khẩu", en: str = "it is broken or has a password") -> Invalid:
    return Invalid(
        "workbooks.unreadable",
        vi=f"Không đọc được tệp: {vi}. Hãy mở bằng Excel hoặc LibreOffice rồi lưu thành .xlsx, không đặt mật khẩu.",
        en=f"The file cannot be read: {en}. Open it in Excel or LibreOffice and save it as .xlsx without a password.",
        path="file",
    )


def _macros() -> Invalid:
    return Invalid(
        "workbooks.macros",
        vi="Tệp có macro hoặc ở dạng .xlsm/.xlsb nên không nhận. Hãy lưu thành .xlsx rồi gửi lại.",
        en="The file holds macros or is .xlsm/.xlsb, which are not taken. Save it as .xlsx and send it again.",
        path="file",
    )


def _bomb() -> TooLarge:
    return TooLarge(
        "workbooks.unpacked",
        vi="Tệp mở ra quá lớn. Hãy chép các dòng của bạn vào mẫu mới tải về.",
        en="The file is too large when opened. Copy your rows into a freshly downloaded template.",
        path="file",
    )
