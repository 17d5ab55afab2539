"""`/mau/`: every component of the pages, with sample content, in the reader's language."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lienvung.catalogue.models import Product
from lienvung.ledger.trace import Edge, Node, Trace
from lienvung.people.gate import listed
from lienvung.texts import Text
from lienvung.web.lineage_page import FOLDS, as_table, draw
from lienvung.web.naming import Names
from lienvung.web.parts import Band, Cell, Column, Fact, Moment, Pager, Table
from lienvung.web.templatetags.words import choose

DAY = 24 * 3600 * 1000
START = 1_780_635_600_000  # 05/06/2026 12:00 in Vietnam
GS1 = "https://id.gs1.org"
PADDY, RICE = "00000000000017", "00000000000024"  # invented numbers


@listed
def components(request: HttpRequest) -> HttpResponse:
    return render(request, "web/components.html", samples())


class SampleForm(forms.Form):
    """A form with a fault in each field."""

    def __init__(self) -> None:
        super().__init__({"name": "", "quantity": "-3"}, auto_id="sample_%s")
        name = forms.CharField(label=choose(Text("Tên sản phẩm", "Product name")))
        name.error_messages["required"] = choose(Text("Nhập tên sản phẩm.", "Enter the product name."))
        negative = choose(Text("Khối lượng không được âm.", "The quantity cannot be negative."))
        quantity = forms.DecimalField(
            validators=[MinValueValidator(0, message=negative)],
            label=choose(Text("Khối lượng (kg)", "Quantity (kg)")),
            help_text=choose(Text("Ví dụ 12,5", "For example 12.5")),
        )
        note = forms.CharField(
            required=False, widget=forms.Textarea({"rows": 3}), label=choose(Text("Ghi chú", "Note"))
        )
        self.fields = {"name": name, "quantity": quantity, "note": note}


def samples() -> dict[str, Any]:
    trace = sample_trace()
    names = Names()
    names.products = {
        PADDY: Product(gtin=PADDY, name="Thóc nếp", name_en="Paddy"),
        RICE: Product(gtin=RICE, name="Gạo nếp hạt cau", name_en="Hạt cau rice"),
    }
    return {
        "form": SampleForm(),
        "samples_page": True,  # its faults are for show: the title does not begin with "Error"
        "errors": [
            {"text": choose(Text("Nhập tên sản phẩm.", "Enter the product name.")), "field_id": "sample_name"},
            {
                "text": choose(Text("Sai số kiểm tra của GTIN.", "Wrong GTIN check digit.")),
                "path": "/epcisBody/eventList/0",
            },
        ],
        "recall": Band(
            Text("Lô này đang bị thu hồi", "This lot is under recall"),
            Text("Ngừng dùng và trả lại nơi mua.", "Stop using it and return it to the shop."),
            "#band",
        ),
        "warning": Band(Text("Mã này chưa từng được cấp", "This code was never issued"), tone="warning"),
        "facts": sample_facts(),
        "table": sample_table(),
        "moments": sample_moments(),
        "pager": Pager(newer="?page=0", older="?page=2"),
        "graph": draw(trace, names, recalled=lambda uri: uri == trace.nodes[-1].uri),
        "walked": trace,
        "lineage_table": as_table(trace, names),
        "directions": [{"text": Text("Cả hai chiều", "Both ways"), "current": True}],
        "zooms": [{"text": "100 %", "current": True}, {"text": "150 %", "href": "?zoom=150"}],
        "folds": [{"text": label, "href": f"?fold={key}", "current": key == "alike"} for key, label in FOLDS.items()],
        "progress_label": Text("Đang dựng dữ liệu mẫu", "Building the sample data"),
    }


def sample_facts() -> list[Fact]:
    return [
        Fact(Text("Sản phẩm", "Product"), Text("Gạo nếp hạt cau", "Hạt cau glutinous rice"), "#facts"),
        Fact(Text("Cơ sở", "Establishment"), "Hợp tác xã mẫu", vi=True),
        Fact(Text("Trạng thái", "Disposition"), Text("Đang bán tại quầy", "Sellable, accessible"), tone="green"),
        Fact(Text("Mã chuẩn", "Canonical identifier"), f"{GS1}/01/{RICE}/10/MAU-01", mono=True),
        Fact(
            Text("Nơi đã qua", "Places"),
            hint=Text("theo thứ tự", "in order"),
            values=[Fact(Text("", ""), "Ruộng", vi=True), Fact(Text("", ""), "Nhà máy xay", vi=True)],
        ),
    ]


def sample_table() -> Table:
    columns = [
        Column(Text("Lô", "Lot")),
        Column(Text("Trạng thái", "State")),
        Column(Text("Khối lượng (kg)", "Quantity (kg)"), number=True),
    ]
    rows = [
        [Cell("MAU-01", "#table"), Cell(Text("Đang bán", "On sale"), tone="green"), Cell("1200")],
        [Cell("MAU-02", "#table"), Cell(Text("Bị thu hồi", "Recalled"), tone="red"), Cell("85.5")],
    ]
    return Table(Text("Các lô mẫu", "Sample lots"), columns, rows, "#csv", Text("Số liệu bịa.", "Invented figures."))


def sample_moments() -> list[Moment]:
    return [
        Moment(START, Text("Thu hoạch", "Harvested"), where="Ruộng số 3", who="Hợp tác xã mẫu"),
        Moment(
            START + DAY, Text("Xay xát", "Milled"), "#timeline", where="Nhà máy xay", notes=[Text("4,0 °C", "4.0 °C")]
        ),
        Moment(
            START + 3 * DAY,
            Text("Thu hồi", "Recalled"),
            where="Cửa hàng",
            tag=Text("Bị thu hồi", "Recalled"),
            tone="red",
        ),
    ]


def sample_trace() -> Trace:
    """Six paddy lots (folded) -> a mill lot -> packs -> a case."""
    paddy = [f"{GS1}/01/{PADDY}/10/LUA-{n}" for n in range(6)]
    mill, case = f"{GS1}/01/{RICE}/10/MAU-01", f"{GS1}/00/000000000000000017"
    packs = [f"{GS1}/01/{RICE}/21/G{n}" for n in range(3)]
    nodes = [Node(uri, "lot", -1, START, START, "commissioning") for uri in paddy]
    nodes += [Node(mill, "lot", 0, START, START + DAY, "commissioning")]
    nodes += [Node(uri, "serial", 1, START, START + DAY, "packing") for uri in packs]
    nodes += [Node(case, "logistic", 2, START, START + 2 * DAY, "shipping")]
    edges = [Edge(uri, mill, "transform", 1, "", START) for uri in paddy]
    edges += [Edge(mill, uri, "lot", 2, "", START + DAY) for uri in packs]
    edges += [Edge(uri, case, "contain", 3, "", START + 2 * DAY) for uri in packs]
    return Trace(mill, "both", None, nodes, edges, total=len(nodes))
