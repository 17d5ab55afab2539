"""Forms of the quality room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from lienvung.quality import rules
from lienvung.texts import Text

WHEN = ("%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
CLASSES = {"compulsory": rules.CLASSES[True], "voluntary": rules.CLASSES[False]}
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
    "established_at": (
        Text("Vụ việc được xác định lúc", "Case established at"),
        Text(
            "Ngày giờ, ví dụ 05/06/2026 14:30; để trống: ngay lúc quyết định. Hạn quyết định tính từ đây.",
            "Day and time, for example 05/06/2026 14:30; empty: with the decision. The clock starts here.",
        ),
    ),
    "compulsory": (Text("Hình thức thu hồi", "Class of recall"), Text("", "")),
    "legal_basis": (
        Text("Căn cứ pháp lý", "Legal basis"),
        Text("Văn bản, điều khoản, số quyết định.", "Text, article, number of the decision."),
    ),
    "origin": (Text("Vụ việc từ đâu", "Where the case came from"), Text("", "")),
    "origin_text": (
        Text("Tham chiếu", "Reference"),
        Text("Mã mẫu, số phản ánh…", "Code of the sample, number of the complaint …"),
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
    established_at = forms.DateTimeField(
        required=False, input_formats=WHEN, widget=forms.DateTimeInput(attrs={"class": "short", "autocomplete": "off"})
    )
    compulsory = forms.ChoiceField(required=False)
    legal_basis = forms.CharField(max_length=300, required=False)
    origin = forms.ChoiceField(required=False)
    origin_text = forms.CharField(max_length=300, required=False)
    origin_ref = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)
    public_vi = forms.CharField(widget=forms.Textarea, min_length=10, max_length=2_000)
    public_en = forms.CharField(widget=forms.Textarea, min_length=10, max_length=2_000)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language
        for name, (label, help_text) in WORDS.items():
            self.fields[name].label = label.in_language(language)
            self.fields[name].help_text = help_text.in_language(language)
        wrong = Text("Không đúng dạng 05/06/2026 14:30.", "Not like 05/06/2026 14:30.").in_language(language)
        self.fields["established_at"].error_messages["invalid"] = wrong
        for name, words in (("compulsory", CLASSES), ("origin", {"": Text("—", "—"), **rules.ORIGINS})):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(key, text.in_language(language)) for key, text in words.items()]

    def clean_established_at(self) -> Any:
        told = self.cleaned_data["established_at"]
        if told is not None and told > timezone.now() + rules.CLOCK_SKEW:
            words = Text("Thời điểm này ở tương lai.", "This lies in the future.")
            raise forms.ValidationError(words.in_language(self.language))
        return told

    def case(self) -> rules.Case:
        told = self.cleaned_data
        return rules.Case(
            compulsory=told["compulsory"] != "voluntary",
            legal_basis=told["legal_basis"],
            established_at=told["established_at"],
            origin=told["origin"],
            origin_text=told["origin_text"],
            origin_ref=told["origin_ref"],
        )


class TreatmentForm(forms.Form):
    """One of the four treatments, for the whole recall or for one notice."""

    treatment = forms.ChoiceField(required=False)
    notice = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, language: str, holders: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = {"": Text("chưa chọn", "not chosen"), **rules.TREATMENTS}
        whole = Text("mọi nơi giữ hàng", "all holders").in_language(language)
        for name, label, choices in (
            (
                "treatment",
                Text("Hình thức xử lý", "Treatment"),
                [(k, w.in_language(language)) for k, w in ways.items()],
            ),
            ("notice", Text("Cho", "For"), [("", whole), *holders.items()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.label, field.choices = label.in_language(language), choices


class CloseForm(forms.Form):
    """Why the recall ends."""

    note = forms.CharField(widget=forms.Textarea, min_length=10, max_length=2_000)
    unanswered_reason = forms.CharField(widget=forms.Textarea, required=False, max_length=2_000)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = Text("Vì sao không chờ trả lời (khi còn thông báo chưa trả lời)", "Why answers are not waited for")
        self.fields["unanswered_reason"].label = words.in_language(language)
        self.fields["note"].label = Text("Vì sao kết thúc", "Why it ends").in_language(language)
