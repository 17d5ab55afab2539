"""The book that an organisation fills in: its names in the lists, an example in each sheet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from lienvung.books.layout import SHEETS
from lienvung.books.rules import Known
from lienvung.texts import Text
from lienvung.workbooks import template
from lienvung.workbooks.layout import EXAMPLE, Column, Sheet

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
    """The book of an organisation as it stands today."""

    def example(layout: Sheet, column: Column) -> Any:
        return _example(layout, column, known, today)

    title = Text(f"Sổ của {name}", f"The book of {name}")
    made = template.Template(title, SHEETS, known.lists, LIST_NAMES, HELPS, example)
    return template.make_template(made, today=today)


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
