"""Forms of the control room; the rules speak through `blame` (`registry.forms.SpeakingForm`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from lienvung.catalogue.access import place_of_gln
from lienvung.catalogue.forms import DateField, choices
from lienvung.catalogue.words import PRODUCT_KINDS, SOLD
from lienvung.control import reference, words
from lienvung.control.correcting import PHOTOS_OF_CORRECTION
from lienvung.control.inspecting import PHOTO_BYTES
from lienvung.control.models import Establishment
from lienvung.control.rules import Scheme
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.texts import Text

MONTHS = {str(month): Text(f"Tháng {month}", f"Month {month}") for month in range(1, 13)}


def said(text: Text) -> Any:
    return phrase(*text)


def radios(label: Any, told: Mapping[str, Text], **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices(dict(told)), widget=forms.RadioSelect, **kwargs)


def boxes(label: Any, told: Mapping[str, Text], **kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices(dict(told)), widget=forms.CheckboxSelectMultiple, **kwargs
    )


def words_field(label: Any, *, most: int = 2000, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": 4}), **kwargs)


def day(label: Any) -> DateField:
    field = DateField(label=label)
    field.required = True
    return field


class FactsForm(SpeakingForm):
    """What an establishment is and how risky."""

    activities = boxes(phrase("Hoạt động", "Activities"), words.ACTIVITIES)
    product_groups = boxes(
        phrase("Nhóm sản phẩm", "Product groups"), {kind: PRODUCT_KINDS[kind] for kind in SOLD}, required=False
    )
    scale = radios(phrase("Quy mô", "Scale"), words.SCALES)
    risk = radios(phrase("Mức nguy cơ", "Risk"), words.RISKS)
    risk_reason = forms.CharField(label=phrase("Vì sao mức đó", "Why so"), max_length=400, required=False)


class EstablishmentForm(FactsForm):
    """A place, by its GLN, and the facts."""

    gln = forms.CharField(
        label=phrase("Mã GLN của nơi", "GLN of the place"),
        max_length=13,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}),
        help_text=phrase("13 chữ số; xem ở danh sách địa điểm.", "13 digits; see the list of places."),
    )
    field_order = ["gln"]

    def clean_gln(self) -> Any:
        found = place_of_gln(self.cleaned_data["gln"].strip())
        if found is None:
            raise forms.ValidationError(phrase("Không có nơi mang mã này.", "There is no place with this code."))
        return found


class EditForm(FactsForm):
    in_operation = forms.BooleanField(label=phrase("Đang hoạt động", "In operation"), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, establishment: Establishment, **kwargs: Any) -> None:
        names = (*FactsForm.base_fields, "in_operation")
        kwargs["initial"] = {name: getattr(establishment, name) for name in names} | {"seen": establishment.version}
        super().__init__(*args, **kwargs)


class GradeForm(SpeakingForm):
    """A result on paper: the choice holds the results of every scheme, the day says which one counts."""

    graded_on = day(phrase("Ngày kết luận", "Day of the result"))
    result = forms.ChoiceField(
        label=phrase("Kết quả", "Result"),
        help_text=phrase("Theo cách xếp loại của ngày đó.", "By the scheme of that day."),
    )
    document = forms.CharField(label=phrase("Văn bản", "Document"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].choices = [  # type: ignore[attr-defined]
            (str(said(scheme.name)), [(each.code, said(each.words)) for each in scheme.results])
            for scheme in reversed(reference.schemes())
        ]


class CommitmentForm(SpeakingForm):
    signed_on = day(phrase("Ngày ký", "Signed on"))
    signer_name = forms.CharField(label=phrase("Người ký", "Signed by"), max_length=150)
    document = forms.CharField(label=phrase("Số, ký hiệu", "Number"), max_length=120, required=False)


class BreachForm(SpeakingForm):
    found_on = day(phrase("Ngày phát hiện", "Found on"))
    what = words_field(
        phrase("Vi phạm gì", "What was breached"),
        help_text=phrase(
            "Khi hậu quả là công khai vi phạm, lời này hiện trên trang công khai của cơ sở: đừng ghi dữ liệu cá nhân.",
            "Where the breach is made public, these words stand on the establishment's public page: no personal data.",
        ),
    )


class PlanForm(SpeakingForm):
    year = forms.IntegerField(
        label=phrase("Năm", "Year"), widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"})
    )


class MonthForm(SpeakingForm):
    month = forms.TypedChoiceField(label=phrase("Tháng", "Month"), choices=choices(MONTHS), coerce=int)


class PlanRowForm(MonthForm):
    """Another establishment for the plan, by the GLN of its place."""

    gln = forms.CharField(label=phrase("Mã GLN của cơ sở", "GLN of the establishment"), max_length=13)
    reason = forms.CharField(label=phrase("Vì sao", "Why"), max_length=300)
    field_order = ["gln", "month", "reason"]

    def clean_gln(self) -> Any:
        place = place_of_gln(self.cleaned_data["gln"].strip())
        found = Establishment.objects.select_related("place").filter(place=place).first() if place else None
        if found is None:
            raise forms.ValidationError(
                phrase("Không có cơ sở nào mang mã này trong diện kiểm tra.", "No establishment has this code.")
            )
        return found


class DocumentForm(SpeakingForm):
    document = forms.CharField(
        label=phrase("Quyết định phê duyệt", "Document of approval"), max_length=120, required=False
    )


class StartForm(SpeakingForm):
    checklist = forms.ChoiceField(label=phrase("Bảng kiểm", "Checklist"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checklist"].choices = [  # type: ignore[attr-defined]
            (each.code, phrase(f"{each.name.vi} ({len(each.items)} mục)", f"{each.name.en} ({len(each.items)} items)"))
            for each in reference.newest_checklists()
        ]


PHOTO = phrase("JPEG, PNG hoặc WebP, tới 10 MB; vị trí chụp trong ảnh bị xoá.", "JPEG, PNG or WebP, up to 10 MB; the place of taking is removed.")  # fmt: skip  # noqa: E501


class PhotoField(forms.FileField):
    """A photo; one above the limit is refused before it is read into memory."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = super().clean(data, initial)
        if given and given.size > PHOTO_BYTES:
            raise forms.ValidationError(phrase("Ảnh lớn hơn 10 MB.", "The photo is above 10 MB."))
        return given


def photo_field() -> PhotoField:
    return PhotoField(
        label=phrase("Ảnh", "Photo"),
        required=False,
        help_text=PHOTO,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class AnswerForm(SpeakingForm):
    """One item of the checklist."""

    answer = radios(phrase("Kết quả", "Result"), words.ANSWERS)
    note = words_field(
        phrase("Ghi chú", "Note"), required=False, help_text=phrase("Bắt buộc khi không đạt.", "Needed for a failure.")
    )
    due_on = DateField(label=phrase("Hạn khắc phục (nếu không đạt)", "To be corrected by (for a failure)"))
    image = photo_field()
    seen = forms.IntegerField(widget=forms.HiddenInput)


class ResultForm(SpeakingForm):
    result = forms.ChoiceField(label=phrase("Kết luận", "Conclusion"), widget=forms.RadioSelect)
    note = words_field(
        phrase("Căn cứ", "Grounds"),
        required=False,
        help_text=phrase("Bắt buộc khi khác kết quả đề xuất.", "Needed when other than proposed."),
    )

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        results = [(each.code, said(each.words)) for each in scheme.results]
        self.fields["result"].choices = results  # type: ignore[attr-defined]


class SideForm(SpeakingForm):
    """The establishment's side as the inspector records it."""

    side = radios(
        phrase("Bên cơ sở", "The establishment"),
        {
            "on_the_spot": Text("Ký tại chỗ", "Signs on the spot"),
            "refused": Text("Từ chối ký", "Refuses to sign"),
        },
    )
    name = forms.CharField(label=phrase("Họ tên người của cơ sở", "Name of the establishment's person"), max_length=150)
    statement = words_field(
        phrase("Ý kiến của cơ sở, hoặc lý do từ chối", "What the establishment says, or why it refuses")
    )
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class CountersignForm(SpeakingForm):
    statement = words_field(phrase("Ý kiến của cơ sở", "What the establishment says"), required=False)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ReasonForm(SpeakingForm):
    reason = words_field(phrase("Vì sao", "Why"))


class TextForm(SpeakingForm):
    text = words_field(phrase("Nội dung bổ sung", "What is added"))


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(PhotoField):
    """Several photos of one input; cleans to a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        given: Sequence[Any] = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(given) > PHOTOS_OF_CORRECTION:  # each is up to 10 MB: none is read
            most = PHOTOS_OF_CORRECTION
            raise forms.ValidationError(phrase(f"Tối đa {most} ảnh mỗi lần.", f"At most {most} photos at a time."))
        return [super(PhotosField, self).clean(each, initial) for each in given]


class CorrectionForm(SpeakingForm):
    text = words_field(phrase("Đã khắc phục thế nào", "How it was put right"))
    images = PhotosField(
        label=phrase("Ảnh", "Photos"),
        required=False,
        help_text=PHOTO,
        widget=ManyFiles(attrs={"accept": "image/jpeg,image/png,image/webp", "multiple": True}),
    )


class NoteForm(SpeakingForm):
    note = words_field(phrase("Căn cứ để đóng", "Why it can be closed"))
