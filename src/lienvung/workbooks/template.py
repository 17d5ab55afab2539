"""Making the workbook that people fill in, and the copy of a sent one with its faults in red."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from lienvung.errors import Invalid
from lienvung.registry.sheets import disarmed, set_cell
from lienvung.texts import Text
from lienvung.workbooks.cells import Choices
from lienvung.workbooks.copying import check_copy
from lienvung.workbooks.layout import HELP, LISTS, Column, Sheet
from lienvung.workbooks.rows import MOST_ROWS

LAST: Final = MOST_ROWS + 20  # rows that are made ready
HEAD_FILL: Final = PatternFill("solid", fgColor="1F5130")
MUST_FILL: Final = PatternFill("solid", fgColor="8A3B12")
RED: Final = PatternFill("solid", fgColor="FFC7CE")
WHITE: Final = Font(bold=True, color="FFFFFF")
GREY: Final = Font(italic=True, color="666666")
WIDTHS: Final = {
    "date": 13,
    "day": 13,
    "number": 12,
    "days": 12,
    "lot": 18,
    "ref": 14,
    "choice": 24,
    "choices": 32,
    "text": 28,
}
FORMATS: Final = {"date": "dd/mm/yyyy", "day": "dd/mm/yyyy", "number": "#,##0.####", "days": "0"}


@dataclass(frozen=True, slots=True)
class Template:
    """A workbook to be made. `lists`: the names that cells choose from, `list_names` what each list is called;
    `rows(layout)`: what stands in a sheet when it is made, by column key; `example(layout, column)`: the example's
    cell, where there is an example."""

    title: Text
    layouts: Sequence[Sheet]
    lists: Mapping[str, Choices]
    list_names: Mapping[str, Text]
    helps: Sequence[Text]
    example: Callable[[Sheet, Column], Any] | None = None
    rows: Callable[[Sheet], Iterable[Mapping[str, Any]]] | None = None


def make_template(template: Template, *, today: date) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for layout in template.layouts:
        _sheet(book, layout, template)
    _help(book, template, today)
    _lists(book, template)
    return _bytes(book)


def _bytes(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, layout: Sheet, template: Template) -> None:
    sheet = book.create_sheet(layout.name.vi)
    for at, column in enumerate(layout.columns, start=1):
        cell = sheet.cell(1, at, f"{column.name.vi}\n{column.name.en}")
        cell.font, cell.fill = WHITE, MUST_FILL if column.required else HEAD_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        letter = get_column_letter(at)
        shape = sheet.column_dimensions[letter]
        shape.width = WIDTHS[column.kind]
        shape.number_format = _format(column)
        if template.example is not None:
            _write(sheet, 2, at, column, template.example(layout, column)).font = GREY
        validation = _validation(column)
        if validation is not None:
            validation.add(f"{letter}2:{letter}{LAST}")
            sheet.add_data_validation(validation)
    for line, row in enumerate(template.rows(layout) if template.rows else (), start=3 if template.example else 2):
        for at, column in enumerate(layout.columns, start=1):
            if row.get(column.key) not in (None, ""):
                _write(sheet, line, at, column, row[column.key])
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "B2"


def _write(sheet: Worksheet, line: int, at: int, column: Column, value: Any) -> Any:
    cell = sheet.cell(line, at)
    set_cell(cell, value)
    cell.number_format = _format(column)
    return cell


def _format(column: Column) -> str:
    return FORMATS.get(column.kind, "@")


def _validation(column: Column) -> DataValidation | None:
    """What the program itself refuses or warns of; the import looks at everything again."""
    made: DataValidation | None = None
    if column.kind == "choice":
        made = DataValidation(type="list", formula1=f"=list_{column.choices}", allow_blank=True, errorStyle="warning")
    elif column.kind in ("date", "day"):
        made = DataValidation(type="date", operator="between", formula1="DATE(1990,1,1)", formula2="DATE(2100,1,1)")
    elif column.kind == "number":
        made = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0")
    elif column.kind == "days":
        made = DataValidation(type="whole", operator="between", formula1="0", formula2="730")
    if made is not None:
        hint = column.hint if column.hint.vi else Text("chọn từ danh sách", "choose from the list")
        made.promptTitle, made.prompt = column.name.vi[:32], f"{hint.vi}\n{hint.en}"[:255]
        made.errorTitle, made.error = column.name.vi[:32], f"{hint.vi}\n{hint.en}"[:255]
        made.showInputMessage = made.showErrorMessage = True
    return made


def _help(book: Workbook, template: Template, today: date) -> None:
    sheet = book.create_sheet(HELP.vi)
    sheet.column_dimensions["A"].width = 90
    lines: list[tuple[str, Font | None]] = [
        (template.title.vi, Font(bold=True, size=14)),
        (template.title.en, GREY),
        (f"Mẫu làm ngày {today:%d/%m/%Y} / made on {today.isoformat()}", GREY),
    ]
    for said in template.helps:
        lines += [("", None), (said.vi, None), (said.en, GREY)]
    for layout in template.layouts:
        lines += [("", None), (f"{layout.name.vi} / {layout.name.en}", Font(bold=True))]
        lines += [(layout.what.vi, None), (layout.what.en, GREY)]
        for column in layout.columns:
            if column.hint.vi:
                lines.append((f"  {column.name.vi}: {column.hint.vi} / {column.name.en}: {column.hint.en}", None))
    for line, (text, font) in enumerate(lines, start=1):
        cell = sheet.cell(line, 1, disarmed(text))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if font is not None:
            cell.font = font


def _lists(book: Workbook, template: Template) -> None:
    """The names that the dropdown lists offer, a column a list; defined names keep the lists whole where Excel or
    LibreOffice moves them."""
    sheet = book.create_sheet(LISTS.vi)
    for at, (key, title) in enumerate(template.list_names.items(), start=1):
        head = sheet.cell(1, at, f"{title.vi}\n{title.en}")
        head.font, head.fill, head.alignment = WHITE, HEAD_FILL, Alignment(wrap_text=True)
        labels = [each.label for each in template.lists[key].listed if each.offered]
        for line, label in enumerate(labels, start=2):
            sheet.cell(line, at, disarmed(label))
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = 32
        reference = f"'{LISTS.vi}'!${letter}$2:${letter}${max(len(labels) + 1, 2)}"
        book.defined_names[f"list_{key}"] = DefinedName(f"list_{key}", attr_text=reference)
    sheet.freeze_panes = "A2"


def mark_faults(content: bytes, told: Iterable[Mapping[str, Any]]) -> bytes:
    """The workbook as it was sent, each faulty cell red with a comment that says why, Vietnamese first."""
    try:
        check_copy(content)
        book = load_workbook(io.BytesIO(content), keep_links=False)
        by_cell: dict[tuple[str, str], list[str]] = {}
        for each in told:
            if each["error"] and each["sheet"] in book.sheetnames:
                by_cell.setdefault((each["sheet"], each["cell"] or "A1"), []).append(f"{each['vi']}\n{each['en']}")
        for (title, place), words in by_cell.items():
            cell = book[title][place]
            if not hasattr(cell, "style"):
                continue
            cell.fill = RED
            cell.comment = Comment("\n\n".join(words)[:2_000], "Lienvung", height=160, width=320)
        return _bytes(book)
    except Exception as fault:  # whatever a file of strangers makes the library stumble over: the page tells the faults
        raise Invalid(
            "workbooks.no_copy",
            vi="Không tạo được bản có đánh dấu lỗi từ tệp này. Hãy xem danh sách lỗi trên trang.",
            en="No marked copy of this file can be made. Look at the list of errors on the page.",
        ) from fault
