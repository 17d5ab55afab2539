"""Forms of the checks room."""

from __future__ import annotations

from django import forms

from lienvung.checks.rules import LONGEST
from lienvung.registry.forms import SpeakingForm, phrase


class DismissForm(SpeakingForm):
    """Why a finding is nothing."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST,
        label=phrase("Lý do bỏ qua", "Why it is dismissed"),
        help_text=phrase(
            "Ví dụ: đã kiểm tra sổ giao nhận giấy số 12, hàng nhận đủ.",
            "For example: paper delivery note 12 was looked at, all goods arrived.",
        ),
    )


class AnswerForm(SpeakingForm):
    """What those concerned say to a finding."""

    organisation = forms.ChoiceField(label=phrase("Thay mặt", "In the name of"))
    words = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), max_length=LONGEST, label=phrase("Giải trình", "What happened")
    )
