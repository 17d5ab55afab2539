"""Forms of the drills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language

from lienvung.drills.actions import Found
from lienvung.drills.models import DrillLine
from lienvung.quality.notice_forms import AmountField
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.texts import Text

AMOUNTS = {"found": Text("Tìm thấy", "Found"), "sold": Text("Đã bán từ trước", "Sold already")}


class StartForm(SpeakingForm):
    """Which lot is to be found again."""

    lot = forms.CharField(
        max_length=400,
        label=phrase("Lô", "Lot"),
        help_text=phrase(
            "Đường dẫn trên nhãn, (01)…(10)…, hoặc GTIN và số lô.",
            "The address on the label, (01)…(10)…, or GTIN and lot number.",
        ),
    )
    purpose = forms.CharField(max_length=300, required=False, label=phrase("Mục đích", "Purpose"))


class EndForm(SpeakingForm):
    """What was learnt."""

    lesson = forms.CharField(
        widget=forms.Textarea,
        min_length=10,
        max_length=2_000,
        label=phrase("Rút ra điều gì", "What was learnt"),
    )


class FoundForm(SpeakingForm):
    """Fields `<line id>-found`, `<line id>-sold`, `<line id>-note`, and `upon`: the answer seen at opening."""

    def __init__(self, *args: Any, lines: Sequence[DrillLine], version: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.fields["upon"] = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60, initial=version)
        language = get_language() or "vi"
        for line in lines:
            about = f"{line.goods.in_language(language)} · {line.lot or '–'}"
            for name, label in AMOUNTS.items():
                known = getattr(line, name)
                self.fields[f"{line.pk}-{name}"] = AmountField(
                    max_length=30,
                    label=f"{label.in_language(language)}, {line.unit.in_language(language)} ({about})",
                    initial="" if known is None else f"{known.normalize():f}".replace(".", ","),
                    widget=forms.TextInput(attrs={"class": "short", "inputmode": "decimal", "autocomplete": "off"}),
                    error_messages={"required": phrase("Chưa nhập; không có thì ghi 0.", "Missing; write 0 for none.")},
                )
            self.fields[f"{line.pk}-note"] = forms.CharField(
                max_length=300,
                required=False,
                label=f"{Text('Ghi chú', 'Note').in_language(language)} ({about})",
                initial=line.note,
            )

    def told(self) -> dict[int, Found]:
        data = self.cleaned_data
        return {
            line.pk: Found(data[f"{line.pk}-found"], data[f"{line.pk}-sold"], data[f"{line.pk}-note"])
            for line in self.lines
        }
