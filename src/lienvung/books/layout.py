"""What the book looks like: its sheets and columns, for the template that is made and for the file that comes back."""

from __future__ import annotations

from typing import Final

from lienvung.texts import Text
from lienvung.workbooks.layout import NOTHING, Column, Sheet

_DAY = Column(
    "day",
    Text("Ngày", "Date"),
    "date",
    required=True,
    also=("ngày tháng", "ngày tháng năm", "ngày ghi", "day"),
    hint=Text("ngày/tháng/năm, ví dụ 14/05/2026", "day/month/year, for example 14/05/2026"),
)
_UOM = Column("uom", Text("Đơn vị", "Unit"), "choice", choices="uoms", also=("đơn vị tính", "đvt", "uom"))
_AMOUNT = Column(
    "amount",
    Text("Lượng", "Amount"),
    "number",
    required=True,
    also=("số lượng", "khối lượng", "sản lượng", "quantity", "weight"),
    hint=Text("số, ví dụ 1250 hoặc 12,5", "a number, for example 1250 or 12.5"),
)
_PRODUCT = Column(
    "product", Text("Sản phẩm", "Product"), "choice", required=True, choices="products", also=("tên sản phẩm", "hàng")
)
_LOT = Column(
    "lot",
    Text("Số lô", "Lot number"),
    "lot",
    also=("lô", "mã lô", "lô hàng", "lot"),
    most=20,
    hint=Text("để trống thì hệ thống đặt số", "left empty, a number is given"),
)
_REASON = Column(
    "reason",
    Text("Lý do khi có cảnh báo", "Reason where warned"),
    "text",
    also=("lý do", "reason"),
    most=300,
    hint=Text("còn cách ly, vượt số còn lại …", "within a waiting period, more than is left …"),
)
_NOTE = Column("note", Text("Ghi chú", "Note"), "text", also=("ghi chú thêm", "notes"), most=500)
_PLACE = Column(
    "place",
    Text("Nơi", "Place"),
    "choice",
    choices="places",
    also=("địa điểm", "nơi làm"),
    hint=Text("chỉ cần khi có nhiều địa điểm", "only needed where there are several places"),
)


def _required(column: Column, hint: Text = NOTHING) -> Column:
    return Column(column.key, column.name, column.kind, True, column.choices, column.also, column.most, hint)


DIARY: Final = Sheet(
    "diary",
    Text("Nhật ký", "Diary"),
    (
        _DAY,
        Column(
            "unit",
            Text("Thửa, đàn, ao", "Plot, herd, pond"),
            "choice",
            required=True,
            choices="units",
            also=("thửa", "thửa ruộng", "lô đất", "đàn", "ao", "chuồng", "plot", "herd", "pond"),
        ),
        Column(
            "activity", Text("Việc làm", "Activity"), "choice", required=True, choices="activities",
            also=("công việc", "hoạt động"),
        ),
        Column("material", Text("Vật tư", "Material"), "text", most=120, also=("thuốc, phân", "phân, thuốc")),
        Column("amount", _AMOUNT.name, "number", also=_AMOUNT.also, hint=_AMOUNT.hint),
        _UOM,
        Column(
            "waiting_days",
            Text("Cách ly (ngày)", "Waiting period (days)"),
            "days",
            also=("cách ly", "thời gian cách ly", "số ngày cách ly", "waiting days", "phi"),
            hint=Text("số ngày phải chờ sau khi phun, theo nhãn thuốc", "days to wait after spraying, from the label"),
        ),
        Column("lot", _LOT.name, "lot", also=_LOT.also, most=20, hint=Text("không bắt buộc", "not needed")),
        _NOTE,
    ),
    order=0,
    also=("nhat ky san xuat", "nhật ký đồng ruộng", "nhật ký canh tác"),
    what=Text("Việc làm trên từng thửa, đàn, ao.", "What was done on each plot, herd or pond."),
)  # fmt: skip

HARVEST: Final = Sheet(
    "harvest",
    Text("Thu hoạch", "Harvests"),
    (
        _DAY,
        Column("unit", DIARY.columns[1].name, "choice", choices="units", also=DIARY.columns[1].also),
        _PRODUCT,
        _LOT,
        _AMOUNT,
        _required(_UOM),
        _PLACE,
        _REASON,
        _NOTE,
    ),
    order=1,
    also=("thu hoach san pham", "harvest"),
    what=Text("Mỗi dòng làm ra một lô.", "Each row makes a lot."),
)

BUYING: Final = Sheet(
    "buying",
    Text("Mua vào", "Buying in"),
    (
        _DAY,
        Column(
            "seller", Text("Người bán", "Seller"), "text", required=True, also=("mua của", "nhà cung cấp", "hộ bán")
        ),
        _PRODUCT,
        _LOT,
        _AMOUNT,
        _required(_UOM),
        _PLACE,
        _REASON,
        _NOTE,
    ),
    order=2,
    also=("mua hang", "thu mua", "bought", "buying"),
    what=Text("Hàng mua của hộ hay cơ sở khác.", "Goods bought of households or others."),
)

DELIVERY: Final = Sheet(
    "delivery",
    Text("Giao hàng", "Deliveries"),
    (
        _DAY,
        _PRODUCT,
        _required(_LOT, Text("lô đã có, hoặc ở trang Thu hoạch, Mua vào", "one known, or of the sheets before")),
        _AMOUNT,
        _required(_UOM),
        Column(
            "place", Text("Nơi đi", "From"), "choice", choices="places", also=("nơi", "giao từ", "địa điểm"),
        ),
        Column(
            "buyer", Text("Người mua", "Buyer"), "choice", required=True, choices="buyers",
            also=("nơi nhận", "giao cho", "khách hàng", "to"),
        ),
        _REASON,
        _NOTE,
    ),
    order=3,
    also=("giao nhan", "ban ra", "xuất bán", "delivery"),
    what=Text("Hàng gửi cho người mua.", "Goods sent to buyers."),
)  # fmt: skip

SHEETS: Final = (DIARY, HARVEST, BUYING, DELIVERY)


def sheet_of(key: str) -> Sheet:
    return next(each for each in SHEETS if each.key == key)
