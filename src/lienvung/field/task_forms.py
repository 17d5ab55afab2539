"""The form of each task; what they share is in `forms`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from lienvung.catalogue.access import place_of_gln, places
from lienvung.catalogue.forms import DateField, choices
from lienvung.catalogue.words import UNITS
from lienvung.field import access, rules
from lienvung.field.forms import CODE, NOTHING, NUMBER, ROWS, TaskForm, amount_field, choice_field, count_field, say
from lienvung.field.rules import LOSSES, Part, Task
from lienvung.field.shipments import Announced
from lienvung.registry.forms import phrase

MOST_PLACES = 400


class MakingForm(TaskForm):
    """A task that makes a lot."""

    product = choice_field(phrase("Sản phẩm làm ra", "Product made"))
    amount = amount_field(phrase("Số lượng", "Amount"))
    uom = forms.ChoiceField(label=phrase("Đơn vị đo", "Unit"), choices=choices(UNITS), initial="KGM")
    number = forms.CharField(
        label=phrase("Số lô", "Lot number"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs=NUMBER),
        help_text=phrase(
            "Máy đề nghị; sửa được. Ghi số này lên bao.", "Proposed, may be changed. Write it on the bags."
        ),
    )
    best_before = DateField(label=phrase("Hạn sử dụng", "Best before"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        products = access.products_of(self.desk.organisation)
        fields: Any = self.fields
        fields["product"].choices = NOTHING + [(product.gtin, product.name) for product in products]
        if len(products) == 1:
            fields["product"].initial = products[0].gtin
        name = products[0].name if len(products) == 1 else self.desk.place.name
        self.initial.setdefault("number", access.proposed_number(self.desk, name))

    def lot_told(self) -> dict[str, Any]:
        names = ("amount", "uom", "number", "best_before")
        found = {name: self.cleaned_data[name] for name in names if name in self.fields}
        return {**found, "product": access.product_of(self.desk.organisation, self.cleaned_data["product"])}


class HarvestForm(MakingForm):
    task = Task.HARVEST
    plot = choice_field(phrase("Từ ruộng, đàn, ao nào", "From which plot, herd or pond"), required=False)
    plot_code = forms.CharField(
        label=phrase("Hoặc quét, gõ mã ruộng", "Or scan, type its code"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["product", "amount", "uom", "plot", "plot_code", "number"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        del fields["best_before"]
        fields["plot"].choices = NOTHING + access.plots_of(self.desk.organisation)

    def told(self) -> dict[str, Any]:
        plot = self.cleaned_data["plot_code"].strip() or self.cleaned_data["plot"] or None
        return {**self.lot_told(), "plot": plot}


class BuyInForm(MakingForm):
    task = Task.BUY_IN
    seller_name = forms.CharField(label=phrase("Mua của ai", "Bought from"), max_length=150)
    lot = forms.CharField(
        label=phrase("Mã trên bao (nếu có)", "Code on the bag (if any)"),
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs=CODE),
        help_text=phrase(
            "Hàng đã có mã truy xuất thì quét mã; chưa có thì để trống và chọn sản phẩm.",
            "Scan it if the goods have a trace code; else leave it empty and choose the product.",
        ),
    )
    field_order = ["seller_name", "lot", "product", "amount", "uom", "number", "best_before"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].required = False
        self.fields["product"].label = phrase("Hoặc sản phẩm", "Or the product")

    def told(self) -> dict[str, Any]:
        made = self.lot_told()
        lot = self.cleaned_data["lot"].strip()
        if lot:
            made |= {"product": None, "number": "", "best_before": None}
        return {**made, "seller_name": self.cleaned_data["seller_name"], "lot": lot}


class ProcessForm(MakingForm):
    task = Task.PROCESS
    rows = ROWS

    def told(self) -> dict[str, Any]:
        return {**self.lot_told(), "inputs": self.parts()}


class PackForm(MakingForm):
    task = Task.PACK
    rows = ROWS
    packs = count_field(phrase("Số gói", "Number of packs"))
    case_size = count_field(
        phrase("Số gói mỗi thùng", "Packs in a case"),
        hint=phrase("Để trống nếu không đóng thùng.", "Empty if not put into cases."),
    )
    boxes = forms.CharField(
        label=phrase("Mã thùng, pa-lét (SSCC)", "Codes of cases or pallet (SSCC)"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=phrase(
            "Mỗi dòng một mã; để trống thì máy đặt mã mới.", "One a line; new ones are made if it is empty."
        ),
    )
    field_order = ["product", "packs", "number", "best_before", "case_size", "boxes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        del fields["amount"], fields["uom"]
        fields["product"].required = False
        fields["product"].label = phrase("Gói thành sản phẩm", "Packed as product")
        fields["product"].help_text = phrase(
            "Để trống nếu chỉ xếp hàng vào thùng, pa-lét.", "Empty if goods are only put into a case or on a pallet."
        )

    def told(self) -> dict[str, Any]:
        told = self.cleaned_data
        found = {**self.lot_told(), "inputs": self.parts(), "packs": told["packs"], "case_size": told["case_size"]}
        if found["product"] is None:
            found |= {"number": "", "best_before": None, "packs": None, "case_size": None}
        return {**found, "boxes": told["boxes"].split()}


class ShipForm(TaskForm):
    task = Task.SHIP
    rows = ROWS
    to = forms.CharField(label=phrase("Gửi đến", "Ship to"), required=False, max_length=13, widget=forms.Select)
    to_code = forms.CharField(
        label=phrase("Hoặc mã nơi nhận (GLN)", "Or the GLN of the receiver"),
        required=False,
        max_length=13,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    paper = forms.CharField(label=phrase("Số phiếu giao hàng", "Delivery note"), max_length=40, required=False)
    returned = forms.BooleanField(label=phrase("Đây là hàng trả lại", "These goods go back"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        listed = places().exclude(pk=self.desk.place.pk).order_by("name")[:MOST_PLACES]
        fields["to"].widget.choices = NOTHING + [(place.gln, f"{place.name} ({place.owner.name})") for place in listed]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        gln = (told.get("to_code") or told.get("to") or "").strip()
        told["there"] = place_of_gln(gln) if gln else None
        if told["there"] is None and "to" not in self.errors:
            self.add_error(
                "to_code" if told.get("to_code") else "to",
                phrase(
                    "Chưa rõ nơi nhận. Hãy chọn trong danh sách, hoặc gõ mã GLN 13 chữ số.",
                    "Who receives is missing. Choose from the list, or type the 13 digits of its GLN.",
                ),
            )
        return told

    def told(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {"things": self.parts(), "to": told["there"], "paper": told["paper"], "returned": told["returned"]}


class ReceiveForm(TaskForm):
    """Goods that came in, by codes; or those of an announced shipment, whose amounts are asked for one by one."""

    task = Task.RECEIVE
    shipment = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    open_boxes = forms.BooleanField(
        label=phrase("Đã mở thùng, pa-lét, lấy hàng ra", "Cases and pallets were opened"), required=False
    )
    note = forms.CharField(
        label=phrase("Ghi chú (thiếu, hỏng…)", "Note (missing, damaged …)"), max_length=300, required=False
    )

    def __init__(self, *args: Any, coming: Announced | None, **kwargs: Any) -> None:
        self.coming = coming
        self.rows = 0 if coming else ROWS
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        for n in range(self.rows):
            del fields[f"thing_{n}"]
            fields[f"code_{n}"].label = phrase("Quét hoặc gõ mã", "Scan or type the code")
        for n, line in enumerate(coming.lines if coming else ()):
            if line.amount is None:
                fields[f"came_{n}"] = forms.BooleanField(label=say(line.name), required=False, initial=True)
            else:
                fields[f"came_{n}"] = amount_field(f"{say(line.name)} ({say(line.unit)})")
                fields[f"came_{n}"].initial = line.amount
            if line.held:
                fields[f"came_{n}"].help_text = phrase(
                    "Hàng này đang bị tạm giữ: nhận được, nhưng phải để riêng.",
                    "These goods are held: take them in, but keep them apart.",
                )
        front = [name for name in fields if name.startswith(("code_", "amount_", "came_"))]
        self.order_fields([*front, "open_boxes", "note", "at", "reason"])

    @property
    def goods_rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"code_{n}"], self[f"amount_{n}"]] for n in range(self.rows)]

    def parts(self) -> list[Part]:
        if self.coming is None:
            return super().parts()
        told = []
        for n, line in enumerate(self.coming.lines):
            came = self.cleaned_data.get(f"came_{n}")
            if line.amount is None and came:
                told.append(Part(line.uri))
            elif line.amount is not None and came:
                told.append(Part(line.uri, Decimal(came), line.uom))
        return told

    def told(self) -> dict[str, Any]:
        told = self.cleaned_data
        shipment = self.coming.event if self.coming else ""
        return {
            "things": self.parts(),
            "shipment": shipment,
            "open_boxes": told["open_boxes"],
            "note": told["note"],
        }


class SellForm(TaskForm):
    task = Task.SELL
    rows = ROWS
    sold = forms.ChoiceField(
        label=phrase("Việc gì", "What happened"),
        choices=[
            ("", phrase("Bày lên kệ, đưa ra bán", "Put on sale")),
            ("1", phrase("Đã bán cho người mua", "Sold to shoppers")),
        ],
        required=False,
    )

    def told(self) -> dict[str, Any]:
        return {"things": self.parts(), "sold": self.cleaned_data["sold"] == "1"}


class WriteOffForm(TaskForm):
    task = Task.WRITE_OFF
    rows = ROWS
    why = forms.ChoiceField(
        label=phrase("Vì sao", "Why"), choices=choices({loss.value: text for loss, text in LOSSES.items()})
    )
    note = forms.CharField(label=phrase("Ghi chú", "Note"), max_length=300, required=False)

    def told(self) -> dict[str, Any]:
        return {
            "things": self.parts(),
            "why": rules.Loss(self.cleaned_data["why"]),
            "note": self.cleaned_data["note"],
        }


FORMS: dict[Task, type[TaskForm]] = {
    form.task: form
    for form in (HarvestForm, BuyInForm, ProcessForm, PackForm, ShipForm, ReceiveForm, SellForm, WriteOffForm)
}
