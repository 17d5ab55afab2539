"""Making the workbook that an organisation fills in, and the copy of a sent one with its faults in red."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from lienvung.books.copying import check_copy
from lienvung.books.layout import EXAMPLE, HELP, LISTS, SHEETS, Column, Sheet
from lienvung.books.rules import MOST_ROWS, Known
from lienvung.errors import Invalid
from lienvung.registry.sheets import disarmed
from lienvung.texts import Text

LAST: Final = MOST_ROWS + 20  # rows that are made ready
HEAD_FILL: Final = PatternFill("solid", fgColor="1F5130")
MUST_FILL: Final = PatternFill("solid", fgColor="8A3B12")
RED: Final = PatternFill("solid", fgColor="FFC7CE")
WHITE: Final = Font(bold=True, color="FFFFFF")
GREY: Final = Font(italic=True, color="666666")
WIDTHS: Final = {"date": 13, "number": 12, "days": 12, "lot": 18, "choice": 24, "text": 28}
LIST_NAMES: Final = {
    "units": Text("Thửa, đàn, ao", "Plots, herds, ponds"),
    "products": Text("Sản phẩm", "Products"),
    "places": Text("Nơi của đơn vị", "Own places"),
    "buyers": Text("Người mua", "Buyers"),
    "activities": Text("Việc làm", "Activities"),
    "uoms": Text("Đơn vị", "Units"),
}
HELPS: Final = (
    Text("Mỗi trang một loại việc; mỗi dòng một việc. Cột đầu nâu là bắt buộc.",
         "A sheet for each kind of work, a row for each act. Brown headings are required."),
    Text("Chọn tên từ danh sách của ô. Tên mới: đăng ký trên trang web rồi tải lại mẫu.",
         "Choose names from the list of the cell. New names: register them on the site, then download again."),
    Text("Ngày: ngày/tháng/năm, ví dụ 14/05/2026. Số: 1250 hoặc 12,5; đừng viết 1.250 dạng chữ.",
         "Dates: day/month/year, like 14/05/2026. Numbers: 1250 or 12.5; do not type 1.250 as text."),
    Text("Số lô ở trang Thu hoạch, Mua vào để trống thì hệ thống đặt số; giao hàng phải ghi số lô.",
         "A lot number left empty under Harvests and Buying in is given by the system; a delivery must name its lot."),
    Text(f"Dòng có chữ “{EXAMPLE.vi}” là ví dụ và không được nhập.",
         f"A row with the words “{EXAMPLE.vi}” is an example and is never imported."),
    Text("Gửi lại cả sổ khi có dòng mới: dòng đã nhập được nhận ra và không nhập lần nữa.",
         "Send the whole book again when it has new rows: rows taken before are known and not taken twice."),
    Text("Không gộp ô, không dùng macro. Công thức được đọc theo kết quả đã lưu, không tính lại.",
         "Merge no cells, use no macros. Of a formula the kept result is read; nothing is worked out."),
    Text("Nếu có cảnh báo (còn cách ly, vượt số còn lại), ghi lý do vào cột “Lý do khi có cảnh báo”.",
         "Where you are warned (waiting period, more than is left), write why into “Reason where warned”."),
)  # fmt: skip


def make_template(name: str, known: Known, *, today: date) -> bytes:
    """The book of an organisation as it stands today: its names in the lists, an example in each sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for layout in SHEETS:
        _sheet(book, layout, known, today)
    _help(book, name, today)
    _lists(book, known)
    return _bytes(book)


def _bytes(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, layout: Sheet, known: Known, today: date) -> None:
    sheet = book.create_sheet(layout.name.vi)
    for at, column in enumerate(layout.columns, start=1):
        cell = sheet.cell(1, at, f"{column.name.vi}\n{column.name.en}")
        cell.font, cell.fill = WHITE, MUST_FILL if column.required else HEAD_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        letter = get_column_letter(at)
        shape = sheet.column_dimensions[letter]
        shape.width = WIDTHS[column.kind]
        shape.number_format = _format(column)
        example = sheet.cell(2, at, disarmed(_example(layout, column, known, today)))
        example.font, example.number_format = GREY, _format(column)
        validation = _validation(column)
        if validation is not None:
            validation.add(f"{letter}2:{letter}{LAST}")
            sheet.add_data_validation(validation)
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "B2"


def _format(column: Column) -> str:
    return {"date": "dd/mm/yyyy", "number": "#,##0.###", "days": "0"}.get(column.kind, "@")


def _validation(column: Column) -> DataValidation | None:
    """What the program itself refuses or warns of; the import looks at everything again."""
    made: DataValidation | None = None
    if column.kind == "choice":
        made = DataValidation(type="list", formula1=f"=list_{column.choices}", allow_blank=True, errorStyle="warning")
    elif column.kind == "date":
        made = DataValidation(type="date", operator="between", formula1="DATE(2020,1,1)", formula2="DATE(2100,1,1)")
    elif column.kind == "number":
        made = DataValidation(type="decimal", operator="greaterThan", formula1="0")
    elif column.kind == "days":
        made = DataValidation(type="whole", operator="between", formula1="0", formula2="730")
    if made is not None:
        hint = column.hint if column.hint.vi else Text("chọn từ danh sách", "choose from the list")
        made.promptTitle, made.prompt = column.name.vi[:32], f"{hint.vi}\n{hint.en}"[:255]
        made.errorTitle, made.error = column.name.vi[:32], f"{hint.vi}\n{hint.en}"[:255]
        made.showInputMessage = made.showErrorMessage = True
    return made


def _example(layout: Sheet, column: Column, known: Known, today: date) -> Any:
    if column.key == "note":
        return EXAMPLE.vi
    if column.kind == "date":
        return today
    if column.kind == "choice":
        listed = known.lists[column.choices].listed
        wanted = {"activities": "spraying", "uoms": "KGM"}.get(column.choices)
        chosen = next((each for each in listed if each.code == wanted), next(iter(listed), None))
        return chosen.label if chosen else ""
    plain: dict[str, Any] = {
        "amount": Decimal("12.5") if layout.key == "diary" else 1250,
        "waiting_days": 7,
        "material": "Thuốc trừ nấm",
        "seller": "Hộ ông Nguyễn Văn Mẫu",
        "lot": "" if layout.key in ("diary", "buying") else "MAU-01",
    }
    return plain.get(column.key, "")


def _help(book: Workbook, name: str, today: date) -> None:
    sheet = book.create_sheet(HELP.vi)
    sheet.column_dimensions["A"].width = 90
    lines: list[tuple[str, Font | None]] = [
        (f"Sổ của {name}", Font(bold=True, size=14)),
        (f"Mẫu làm ngày {today:%d/%m/%Y} / made on {today.isoformat()}", GREY),
    ]
    for said in HELPS:
        lines += [("", None), (said.vi, None), (said.en, GREY)]
    for layout in SHEETS:
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


def _lists(book: Workbook, known: Known) -> None:
    """The names that the dropdown lists offer, a column a list; defined names keep the lists whole where Excel or
    LibreOffice moves them."""
    sheet = book.create_sheet(LISTS.vi)
    for at, (key, title) in enumerate(LIST_NAMES.items(), start=1):
        head = sheet.cell(1, at, f"{title.vi}\n{title.en}")
        head.font, head.fill, head.alignment = WHITE, HEAD_FILL, Alignment(wrap_text=True)
        labels = [each.label for each in known.lists[key].listed]
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
            "books.no_copy",
            vi="Không tạo được bản có đánh dấu lỗi từ tệp này. Hãy xem danh sách lỗi trên trang.",
            en="No marked copy of this file can be made. Look at the list of errors on the page.",
        ) from fault
