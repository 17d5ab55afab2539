"""Forms of the books room."""

from __future__ import annotations

from typing import Any

from django import forms

from lienvung.books import access
from lienvung.registry.forms import SpeakingForm, phrase


class SendForm(SpeakingForm):
    """A filled-in book."""

    organisation = forms.ChoiceField(label=phrase("Đơn vị", "Organisation"))
    file = forms.FileField(
        label=phrase("Tệp Excel (.xlsx)", "Excel file (.xlsx)"),
        help_text=phrase("Nhiều nhất 5 MB, 2.000 dòng.", "At most 5 MB and 2,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args: Any, account: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {str(each.pk): each for each in access.organisations(account)}
        field = self.fields["organisation"]
        field.choices = [(key, each.name) for key, each in self.organisations.items()]  # type: ignore[attr-defined]


class UndoForm(SpeakingForm):
    """Why a book is taken back."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        label=phrase("Lý do hoàn tác", "Why it is undone"),
        help_text=phrase("Ví dụ: gửi nhầm sổ vụ trước.", "For example: the book of last season was sent by mistake."),
    )
