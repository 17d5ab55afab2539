"""The workbook of an agreement: empty with an example in each sheet, or with the rows that stand."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from lienvung.imports.access import Named
from lienvung.imports.layout import SHEETS
from lienvung.imports.stands import labelled
from lienvung.results.access import Seen
from lienvung.texts import Text
from lienvung.workbooks import template
from lienvung.workbooks.layout import EXAMPLE, Column, Sheet
from lienvung.workbooks.rows import MOST_ROWS

LIST_NAMES: Final = {
    "parties": Text("Các bên", "Parties"),
    "agencies": Text("Cơ quan", "Agencies"),
    "clauses": Text("Điều khoản", "Clauses"),
    "fields": Text("Lĩnh vực", "Fields"),
    "periods": Text("Kỳ đang mở", "Open periods"),
    "directions": Text("Chiều tốt", "Directions"),
    "gathering": Text("Cách gộp", "Ways of gathering"),
    "dimensions": Text("Chia theo", "Splits"),
}
HELPS: Final = (
    Text("Cột đầu nâu là bắt buộc. Ô để trống nghĩa là không nêu, không phải bằng không.",
         "Brown headings are required. An empty cell means not stated, never nought."),
    Text("Chọn tên từ danh sách của ô. Nhiều cơ quan trong một ô: cách nhau bằng dấu chấm phẩy (;).",
         "Choose names from the list of the cell. Several agencies in one cell: a semicolon (;) between them."),
    Text("Ngày: ngày/tháng/năm, ví dụ 31/12/2026. Số: 1250 hoặc 12,5; đừng viết 1.250 dạng chữ.",
         "Dates: day/month/year, like 31/12/2026. Numbers: 1250 or 12.5; do not type 1.250 as text."),
    Text("Số cam kết và mã chỉ tiêu là văn bản: 1.10 khác 1.1. Dòng sau có thể nêu số, mã của dòng khác trong tệp.",
         "Numbers and codes are text: 1.10 is not 1.1. A row may name the number or code of another row of the file."),
    Text("Số liệu của kỳ được báo ở trang Kết quả (chỉ tiêu và giá trị) và tính khi bên kia xác nhận.",
         "A period's figures are told in the sheet of results (indicator and value) and count once confirmed."),
    Text("Chỉ báo kết quả cho cam kết đã đưa vào thực hiện, trong kỳ đang mở, của bên mình.",
         "Results are told of commitments in effect, in open periods, of one's own party."),
    Text(f"Dòng có chữ “{EXAMPLE.vi}” là ví dụ và không được nhập.",
         f"A row with the words “{EXAMPLE.vi}” is an example and is never imported."),
    Text("Gửi lại cả tệp khi có dòng mới: dòng đã có được nhận ra và không nhập lần nữa.",
         "Send the whole file again when it has new rows: rows that stand are known and not taken twice."),
    Text(f"Không gộp ô, không dùng macro; nhiều nhất {MOST_ROWS} dòng. Công thức được đọc theo kết quả đã lưu.",
         f"Merge no cells, use no macros; {MOST_ROWS} rows at most. Of a formula the kept result is read."),
)  # fmt: skip
EXAMPLES: Final[dict[str, Any]] = {
    "number": "9.1", "what": f"Mở một điểm bán nông sản ({EXAMPLE.vi})", "due_text": "trong năm 2026",
    "measure": "số điểm bán", "code": "MAU", "name": f"Số điểm bán ({EXAMPLE.vi})", "unit": "điểm bán",
    "baseline": 0, "indicator": "MAU", "value": 1, "commitment": "9.1", "text": f"Đã mở một điểm bán ({EXAMPLE.vi})",
    "source": EXAMPLE.vi,
}  # fmt: skip


def make_template(view: Seen, *, today: date, filled: bool) -> bytes:
    """`filled`: the rows that stand, as `view` sees them, instead of examples."""
    named = Named(view.agreement)

    def example(layout: Sheet, column: Column) -> Any:
        if column.kind == "day":
            return today if column.key == "due" else ""
        if column.choices:
            listed = [each for each in named.lists[column.choices].listed if each.offered]
            return listed[0].label if listed and column.key not in ("dimension", "counterpart", "helping") else ""
        return EXAMPLES.get(column.key, "")

    title = Text(f"Bảng nhập của {view.agreement.title}", f"Workbook of {view.agreement.name.en}")
    made = template.Template(
        title, SHEETS, named.lists, LIST_NAMES, HELPS,
        example=None if filled else example,
        rows=(lambda layout: labelled(layout, view, named)) if filled else None,
    )  # fmt: skip
    return template.make_template(made, today=today)
