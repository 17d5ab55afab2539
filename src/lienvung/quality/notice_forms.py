"""The form in which a holder answers a notice: four amounts and a note for each line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language

from lienvung.catalogue.rules import read_number
from lienvung.errors import Invalid
from lienvung.quality.models import NoticeLine
from lienvung.quality.notice_rules import Told
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.texts import Text

AMOUNTS = {
    "found": Text("Tìm thấy", "Found"),
    "returned": Text("Đã trả lại", "Returned"),
    "destroyed": Text("Đã tiêu huỷ", "Destroyed"),
    "sold": Text("Đã bán từ trước", "Sold already"),
}
MOST = Decimal(10) ** 11


class AmountField(forms.CharField):
    """An amount as people write it, not below zero, at most six decimals."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            number = read_number(text)
        except Invalid as fault:
            raise forms.ValidationError(fault.text(get_language() or "vi")) from fault
        if not 0 <= number < MOST or number != round(number, 6):
            raise forms.ValidationError(phrase("Không âm, tối đa sáu số lẻ.", "Not below zero, at most six decimals."))
        return number


class AnswerForm(SpeakingForm):
    """Fields `<line id>-found` … `<line id>-note`, and `upon`: the answer that was there when it was opened."""

    def __init__(self, *args: Any, lines: Sequence[NoticeLine], version: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.fields["upon"] = forms.CharField(
            widget=forms.HiddenInput, required=False, max_length=60, initial=version
        )  # the answer that was seen
        language = get_language() or "vi"
        for line in lines:
            about = f"{line.goods.in_language(language)} · {line.lot or '–'}"
            for name, label in AMOUNTS.items():
                self.fields[f"{line.pk}-{name}"] = AmountField(
                    max_length=30,
                    label=f"{label.in_language(language)}, {line.unit.in_language(language)} ({about})",
                    initial=_shown(getattr(line, name)),
                    widget=forms.TextInput(attrs={"class": "short", "inputmode": "decimal", "autocomplete": "off"}),
                    error_messages={"required": phrase("Chưa nhập; không có thì ghi 0.", "Missing; write 0 for none.")},
                )
            note = Text("Ghi chú", "Note").in_language(language)
            self.fields[f"{line.pk}-note"] = forms.CharField(
                max_length=300, required=False, label=f"{note} ({about})", initial=line.note
            )

    def told(self) -> dict[int, Told]:
        return {line.pk: self._told(line) for line in self.lines}

    def _told(self, line: NoticeLine) -> Told:
        found, returned, destroyed, sold = (self.cleaned_data[f"{line.pk}-{name}"] for name in AMOUNTS)
        return Told(found, returned, destroyed, sold, self.cleaned_data[f"{line.pk}-note"])


def _shown(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}".replace(".", ",")
