"""Forms of the room: a shopper's report, opening a case, acts on one, the spam mark."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from lienvung.cases.reporting import PHOTO_BYTES
from lienvung.cases.rules import LONGEST
from lienvung.cases.words import WHAT
from lienvung.catalogue.forms import DateField
from lienvung.registry.forms import SpeakingForm, phrase

NEAR = ("37", "01")  # Ninh Bình and Hà Nội stand first in the list


def long_text(label: Any, *, required: bool = True, help_text: Any = "", rows: int = 5) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def what_field(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, widget=forms.RadioSelect, choices=[(value, phrase(*text)) for value, text in WHAT.items()]
    )


def province_choices(units: Any) -> list[tuple[str, Any]]:
    near = sorted(units, key=lambda unit: (NEAR.index(unit.code) if unit.code in NEAR else len(NEAR), unit.name))
    return [("", phrase("Không rõ", "Not known")), *((unit.code, unit.name) for unit in near)]


class PhotoField(forms.FileField):
    """A photo; one above the limit is refused before it is read into memory."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = super().clean(data, initial)
        if given and given.size > PHOTO_BYTES:
            raise forms.ValidationError(phrase("Ảnh lớn hơn 10 MB.", "The photo is above 10 MB."))
        return given


class ReportForm(SpeakingForm):
    """What a shopper tells; only the choice and the words are needed."""

    what = what_field(phrase("Có vấn đề gì?", "What is wrong?"))
    text = long_text(
        phrase("Kể thêm", "Tell more"),
        help_text=phrase(
            "Bạn thấy gì, khi nào. Đừng viết tên hay bệnh của ai.",
            "What you saw, and when. Do not write anybody's name or illness.",
        ),
    )
    image = PhotoField(
        label=phrase("Ảnh hàng và nhãn", "Photo of the goods and the label"),
        required=False,
        help_text=phrase(
            "JPEG, PNG hoặc WebP, tới 10 MB; vị trí chụp trong ảnh bị xoá.",
            "JPEG, PNG or WebP, up to 10 MB; the place of taking is removed.",
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    bought_where = forms.CharField(
        label=phrase("Mua ở đâu", "Where it was bought"),
        required=False,
        max_length=200,
        help_text=phrase("Tên cửa hàng, chợ, trang bán hàng.", "Name of the shop, market or site."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    bought_province = forms.ChoiceField(label=phrase("Ở tỉnh, thành phố", "In which province"), required=False)
    bought_on = DateField(label=phrase("Mua ngày nào", "When it was bought"))
    contact = forms.CharField(
        label=phrase("Điện thoại hoặc thư điện tử", "Phone or e-mail"),
        required=False,
        max_length=120,
        help_text=phrase(
            "Để trống cũng được: bạn vẫn đọc được trả lời bằng liên kết riêng.",
            "May stay empty: you can read the answer by a link of your own anyway.",
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    agreed = forms.BooleanField(
        label=phrase(
            "Tôi đồng ý để cơ quan quản lý giữ và dùng cách liên hệ này cho phản ánh này",
            "I agree that the authority keeps and uses this contact for this report",
        ),
        required=False,
    )
    contact_owner = forms.BooleanField(
        label=phrase("Chủ sản phẩm cũng được liên hệ tôi", "The product's owner may contact me too"), required=False
    )
    # a field that people do not see; what fills it in is a program
    website = forms.CharField(required=False, max_length=200)
    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    code = forms.CharField(widget=forms.HiddenInput, max_length=400)

    def __init__(self, *args: Any, provinces: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bought_province"].choices = province_choices(provinces)  # type: ignore[attr-defined]


class OpenForm(SpeakingForm):
    """A complaint of a business or a finding of an official."""

    organisation = forms.ChoiceField(label=phrase("Thay mặt", "In the name of"))
    code = forms.CharField(
        label=phrase("Mã của hàng", "Code of the goods"),
        max_length=400,
        help_text=phrase(
            "Địa chỉ trong mã QR, hoặc phần sau tên miền: /01/…/10/…",
            "The address inside the QR code, or what follows the domain: /01/…/10/…",
        ),
    )
    what = what_field(phrase("Có vấn đề gì?", "What is wrong?"))
    text = long_text(phrase("Nội dung", "What it is about"))
    bought_province = forms.ChoiceField(label=phrase("Hàng được bán ở", "The goods are sold in"), required=False)

    def __init__(self, *args: Any, provinces: Any, openers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bought_province"].choices = province_choices(provinces)  # type: ignore[attr-defined]
        self.fields["organisation"].choices = [  # type: ignore[attr-defined]
            (str(each.pk), each.name) for each in openers
        ]


TEXTS = {
    "look": (
        phrase("Lý do, nếu câu trả lời chưa đủ", "Why, where the answer is not enough"),
        phrase("Chỉ nội bộ đọc.", "Read internally only."),
    ),
    "answer": (
        phrase("Trả lời người phản ánh", "Answer to the reporters"),
        phrase(
            "Mọi người phản ánh của vụ việc đọc được: đừng viết thông tin cá nhân.",
            "Read by every reporter of the case: write nothing personal.",
        ),
    ),
    "close": (
        phrase("Kết luận", "Conclusion"),
        phrase(
            "Mọi người phản ánh của vụ việc đọc được: đừng viết thông tin cá nhân.",
            "Read by every reporter of the case: write nothing personal.",
        ),
    ),
    "reopen": (phrase("Lý do mở lại", "Why it is reopened"), phrase("Chỉ nội bộ đọc.", "Read internally only.")),
    "hand_over": (phrase("Lý do chuyển", "Why it is handed over"), phrase("Chỉ nội bộ đọc.", "Read internally only.")),
    "note": (phrase("Ghi chú", "Note"), phrase("Chỉ nội bộ đọc.", "Read internally only.")),
}


class ActForm(SpeakingForm):
    """The words of an act, and the version of the case that was looked at."""

    text = long_text("")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, act: str, handed_to: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label, self.fields["text"].help_text = TEXTS[act]
        self.fields["text"].required = act != "look"
        if act == "hand_over":
            self.fields["province"] = forms.ChoiceField(
                label=phrase("Tỉnh nhận", "To the province"), choices=[(unit.code, unit.name) for unit in handed_to]
            )
            self.order_fields(["province", "text"])


class SpamForm(SpeakingForm):
    reason = forms.CharField(label=phrase("Vì sao là rác", "Why it is spam"), max_length=300)
