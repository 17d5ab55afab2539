"""Forms of the room."""

from __future__ import annotations

from django import forms

from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.workbooks.rows import MOST_ROWS


class SendForm(SpeakingForm):
    """A filled-in workbook."""

    file = forms.FileField(
        label=phrase("Tệp Excel (.xlsx)", "Excel file (.xlsx)"),
        help_text=phrase(f"Nhiều nhất 5 MB, {MOST_ROWS} dòng.", f"At most 5 MB and {MOST_ROWS} rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].error_messages["empty"] = phrase("Tệp rỗng: hãy chọn tệp khác.", "The file is empty.")


class UndoForm(SpeakingForm):
    """Why an import is taken back."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        label=phrase("Lý do hoàn tác", "Why it is undone"),
        help_text=phrase("Ví dụ: gửi nhầm tệp năm trước.", "For example: last year's file was sent by mistake."),
    )
