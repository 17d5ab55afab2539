"""The form of a link; the rules themselves speak through `blame`."""

from __future__ import annotations

from typing import Any

from django import forms

from lienvung.errors import Invalid
from lienvung.gs1 import identify
from lienvung.gs1.address import path_of
from lienvung.people.forms import recording_choices
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.resolver.drafts import Draft
from lienvung.resolver.link_types import LINK_TYPES

DEFAULTS = [
    ("", phrase("Không", "No")),
    (
        "default",
        phrase("Có: ai chỉ quét mã thì tới đây", "Yes: whoever just scans the code comes here"),
    ),
    ("multi", phrase("Một trong vài liên kết, chọn theo ngôn ngữ hay nước", "One of several, by language or country")),
]


class LinkForm(SpeakingForm):
    """A link as a member types it."""

    owner = forms.ChoiceField(label=phrase("Đơn vị", "Organisation"))
    anchor = forms.CharField(
        label=phrase("Mã", "Identifier"),
        max_length=400,
        help_text=phrase(
            "GTIN, địa chỉ trên nhãn, hoặc (01)…(10)…. Liên kết của GTIN có cho mọi lô của nó.",
            "A GTIN, the address on the label, or (01)…(10)…. A link of a GTIN stands for all of its lots.",
        ),
    )
    link_type = forms.ChoiceField(
        label=phrase("Loại", "Type"), choices=[(kind, phrase(*text)) for kind, text in LINK_TYPES.items()]
    )
    target = forms.CharField(
        label=phrase("Dẫn tới", "Leads to"),
        max_length=2_000,
        help_text=phrase(
            "Bắt đầu bằng https://. {gtin}, {lot}, {serial} được thay bằng mã đã quét.",
            "It begins with https://. {gtin}, {lot}, {serial} become those of the scanned code.",
        ),
    )
    title_vi = forms.CharField(label=phrase("Tên (tiếng Việt)", "Title (Vietnamese)"), max_length=200, required=False)
    title_en = forms.CharField(label=phrase("Tên (tiếng Anh)", "Title (English)"), max_length=200, required=False)
    languages = forms.CharField(
        label=phrase("Ngôn ngữ của trang đó", "Languages of that page"),
        max_length=60,
        required=False,
        help_text=phrase("Ví dụ: vi, en", "For example: vi, en"),
    )
    media_type = forms.CharField(
        label=phrase("Kiểu dữ liệu", "Media type"),
        max_length=100,
        required=False,
        help_text=phrase("Ví dụ: text/html, application/pdf", "For example: text/html, application/pdf"),
    )
    contexts = forms.CharField(
        label=phrase("Chỉ cho nước, vùng", "Only for countries, regions"),
        max_length=80,
        required=False,
        help_text=phrase("Mã ISO 3166, ví dụ: VN, VN-HN", "ISO 3166 codes, for example: VN, VN-HN"),
    )
    default = forms.ChoiceField(label=phrase("Mặc định", "Default"), choices=DEFAULTS, required=False)
    active_from = forms.DateTimeField(label=phrase("Có hiệu lực từ", "In force from"), required=False)
    active_to = forms.DateTimeField(label=phrase("Đến", "Until"), required=False)
    position = forms.IntegerField(label=phrase("Thứ tự", "Order"), min_value=0, max_value=10_000, required=False)

    def __init__(self, *args: Any, account: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = self.fields["owner"]
        assert isinstance(owners, forms.ChoiceField)
        owners.choices = recording_choices(account)
        for name in ("active_from", "active_to"):
            moment = self.fields[name]
            moment.help_text = phrase(
                "Ngày/tháng/năm giờ:phút, giờ Việt Nam.", "Day/month/year hour:minute, Việt Nam time."
            )
            assert isinstance(moment, forms.DateTimeField)
            moment.input_formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
            moment.widget.format = "%d/%m/%Y %H:%M"
            moment.error_messages["invalid"] = phrase(
                "Không đúng dạng 05/06/2026 08:00.", "It is not like 05/06/2026 08:00."
            )

    def clean_anchor(self) -> str:
        """Whatever a person types for an identifier, as a path."""
        text = str(self.cleaned_data["anchor"])
        if text.strip().startswith("/"):
            return text.strip()
        try:
            ais = identify(text).ais
        except Invalid as fault:
            raise forms.ValidationError(phrase(fault.vi, fault.en)) from fault
        return path_of(ais)

    def draft(self) -> Draft:
        told = self.cleaned_data
        return Draft(
            told["anchor"],
            told["link_type"],
            told["target"],
            told["title_vi"],
            told["title_en"],
            tuple(told["languages"].replace(",", " ").split()),
            told["media_type"],
            tuple(told["contexts"].replace(",", " ").split()),
            told["default"],
            told["active_from"],
            told["active_to"],
            told["position"] or 0,
        )
