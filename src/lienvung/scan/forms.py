"""The form for a printing of labels."""

from __future__ import annotations

from typing import Any

from django import forms

from lienvung.catalogue.models import LabelJob, Product
from lienvung.scan.sheets import LAYOUTS
from lienvung.texts import Text

KINDS = {
    LabelJob.Kind.SERIAL: Text("Từng gói: mỗi nhãn một số riêng", "Each pack: a serial of its own on every label"),
    LabelJob.Kind.LOT: Text("Theo lô: mọi nhãn giống nhau", "By lot: all labels alike"),
    LabelJob.Kind.PRODUCT: Text(
        "Chỉ loại hàng, không truy được đến lô", "The kind of goods only; no lot can be traced"
    ),
}
LARGEST_JOB = 5_000  # the words of the form say it too


class LabelForm(forms.Form):
    """Kind, lot, number and layout of a printing; `language` chooses the words."""

    kind = forms.ChoiceField(widget=forms.RadioSelect)
    lot = forms.ChoiceField(required=False)
    count = forms.IntegerField(min_value=1, max_value=LARGEST_JOB, initial=24)
    layout = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, product: Product, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.product = product
        self.language = language

        def say(vi: str, en: str) -> str:
            return Text(vi, en).in_language(language)

        def choices(field: str) -> Any:
            return self.fields[field]

        choices("kind").choices = [(kind.value, text.in_language(language)) for kind, text in KINDS.items()]
        choices("kind").initial = LabelJob.Kind.SERIAL.value
        choices("layout").choices = [(key, layout.name.in_language(language)) for key, layout in LAYOUTS.items()]
        choices("layout").initial = "a4-24"
        self.lots = {str(lot.pk): lot for lot in product.lots.order_by("-registered_at")[:200]}
        choices("lot").choices = [("", say("— không ghi lô —", "— no lot —"))] + [
            (key, lot.number) for key, lot in self.lots.items()
        ]
        labels = {
            "kind": ("Nhãn ghi gì", "What the label says"),
            "lot": ("Lô", "Lot"),
            "count": ("Số nhãn", "Number of labels"),
            "layout": ("Khổ giấy", "Paper"),
        }
        for name, (vi, en) in labels.items():
            self.fields[name].label = say(vi, en)
        self.fields["count"].help_text = say("Tối đa 5.000 nhãn một lần.", "At most 5,000 at once.")

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        if cleaned.get("kind") == LabelJob.Kind.LOT and not cleaned.get("lot"):
            self.add_error(
                "lot",
                Text("Chọn lô để in nhãn theo lô.", "Choose the lot whose labels are to be printed.").in_language(
                    self.language
                ),
            )
        if cleaned.get("kind") == LabelJob.Kind.PRODUCT:
            cleaned["lot"] = ""
        return cleaned
