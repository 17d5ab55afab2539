"""Forms of the quality room."""

from __future__ import annotations

from typing import Any

from django import forms

from lienvung.texts import Text

WORDS = {
    "lot": (
        Text("Lô", "Lot"),
        Text(
            "Đường dẫn trên nhãn, (01)…(10)…, hoặc GTIN và số lô.",
            "The address on the label, (01)…(10)…, or GTIN and lot number.",
        ),
    ),
    "reason": (
        Text("Lý do, căn cứ (nội bộ)", "Reason and grounds (internal)"),
        Text("Biên bản, kết quả kiểm nghiệm, số quyết định.", "Record, test result, number of the decision."),
    ),
    "public_vi": (
        Text("Lời báo cho người mua (tiếng Việt)", "Words for buyers (Vietnamese)"),
        Text(
            "Hiện trên trang quét của mọi sản phẩm bị ảnh hưởng, cả thứ làm từ lô này: đừng nêu tên một loại hàng. "
            "Tên cơ quan quyết định được thêm vào cuối.",
            "Shown on the scan page of every affected product, also those made from this lot: name no single kind of "
            "goods. The name of the deciding authority is added at the end.",
        ),
    ),
    "public_en": (Text("Lời báo cho người mua (tiếng Anh)", "Words for buyers (English)"), Text("", "")),
}

# one text for everything reached: rice, the cake made of it, the case both are in
NEUTRAL = {
    "public_vi": "Sản phẩm này thuộc một lô bị thu hồi hoặc được làm từ lô đó. Không dùng, không bán; "
    "giữ riêng và mang trả nơi mua.",
    "public_en": "This product is of a recalled lot or was made from one. Do not use or sell it; "
    "keep it apart and take it back to where it was bought.",
}


class DeclareForm(forms.Form):
    """Which lot, why, and what the public is told."""

    lot = forms.CharField(max_length=400)
    reason = forms.CharField(widget=forms.Textarea, min_length=10, max_length=2_000)
    public_vi = forms.CharField(widget=forms.Textarea, min_length=10, max_length=2_000)
    public_en = forms.CharField(widget=forms.Textarea, min_length=10, max_length=2_000)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in WORDS.items():
            self.fields[name].label = label.in_language(language)
            self.fields[name].help_text = help_text.in_language(language)


class CloseForm(forms.Form):
    """Why the recall ends."""

    note = forms.CharField(widget=forms.Textarea, min_length=10, max_length=2_000)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = Text("Vì sao kết thúc", "Why it ends").in_language(language)
