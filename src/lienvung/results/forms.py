"""Forms of the room; the rules speak through `blame` (`registry.forms.SpeakingForm`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language

from lienvung import registry
from lienvung.catalogue.forms import DateField, NumberField
from lienvung.catalogue.words import PRODUCT_KINDS, SOLD
from lienvung.papers.kinds import MOST_BYTES
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.results import calendars, rules
from lienvung.results.models import Claim, Indicator, Period
from lienvung.texts import Text

NONE = phrase("— không —", "— none —")


def said(text: Text) -> str:
    return text.in_language(get_language() or "vi")


def words_field(label: Any, *, rows: int = 4, required: bool = True, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, widget=area, required=required, help_text=help_text, max_length=rules.LONGEST + 1000
    )


def row_choice(label: Any, *, required: bool = False) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    field = forms.ModelChoiceField(queryset=Period.objects.none(), label=label, required=required, empty_label=NONE)
    field.error_messages["invalid_choice"] = phrase("Hãy chọn trong danh sách.", "Choose from the list.")
    return field


class SeenForm(SpeakingForm):
    seen = forms.IntegerField(widget=forms.HiddenInput)


class ClaimForm(SeenForm):
    """What a result says."""

    period = row_choice(phrase("Kỳ báo cáo", "Period"), required=True)
    counterpart = row_choice(phrase("Bên xác nhận", "Party that is to confirm"))
    text = words_field(phrase("Kết quả đạt được", "The result"), rows=6)
    text_en = words_field(phrase("Bằng tiếng Anh", "In English"), required=False)
    happened_on = DateField(label=phrase("Ngày đạt được", "Day of the result"))
    indicator = row_choice(phrase("Tính vào chỉ tiêu", "Counts for the indicator"))
    value = NumberField(label=phrase("Giá trị", "Value"))

    def __init__(self, *args: Any, claim: Claim | None = None, commitment: Any, parties: Iterable[Any], **kwargs: Any):
        super().__init__(*args, **kwargs)
        told = self.fields["period"], self.fields["indicator"], self.fields["counterpart"]
        period, indicator, counterpart = told
        open_ones = Period.objects.filter(agreement=commitment.agreement_id, state=Period.State.OPEN)
        period.queryset, period.label_from_instance = open_ones, lambda row: said(row.name)  # type: ignore[attr-defined]
        fitting = Indicator.objects.filter(agreement=commitment.agreement_id, automatic="").exclude(
            commitment__isnull=False, commitment__pk__in=_others(commitment)
        )
        indicator.queryset = fitting  # type: ignore[attr-defined]
        indicator.label_from_instance = lambda row: f"{row.code} {said(row.words)} ({said(row.unit_words)})"  # type: ignore[attr-defined]
        others = commitment.agreement.parties.exclude(pk__in=list(parties))
        counterpart.queryset, counterpart.label_from_instance = others, lambda row: said(row.name_text)  # type: ignore[attr-defined]
        if claim is not None:
            del self.fields["period"], self.fields["counterpart"]
        elif others.count() < 2:
            del self.fields["counterpart"]


def _others(commitment: Any) -> list[Any]:
    found = Indicator.objects.filter(agreement=commitment.agreement_id, commitment__isnull=False)
    return list(found.exclude(commitment=commitment).values_list("commitment", flat=True))


class WordsForm(SeenForm):
    """A step with its words."""

    words = words_field(phrase("Ý kiến", "Words"))

    def __init__(self, *args: Any, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].required = needed


class FileForm(SeenForm):
    file = forms.FileField(
        label=phrase("Tệp", "File"),
        help_text=phrase(
            f"PDF, Word, Excel, JPEG hoặc PNG, tối đa {MOST_BYTES // 2**20} MB.",
            f"PDF, Word, Excel, JPEG or PNG, {MOST_BYTES // 2**20} MB at most.",
        ),
    )
    note = forms.CharField(label=phrase("Tệp này chứng minh điều gì", "What it proves"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].error_messages["empty"] = phrase("Tệp rỗng: hãy chọn tệp khác.", "The file is empty.")


class ReasonForm(SeenForm):
    reason = words_field(phrase("Lý do", "Reason"))


class CorrectionForm(SpeakingForm):
    value = NumberField(label=phrase("Giá trị đúng", "The right value"))
    reason = words_field(phrase("Lý do", "Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].required = True


class PeriodsForm(SpeakingForm):
    kind = forms.ChoiceField(label=phrase("Loại kỳ", "Kind of period"))
    year = forms.IntegerField(label=phrase("Năm", "Year"), widget=forms.TextInput(attrs={"class": "short"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, said(text)) for kind, text in calendars.KIND_WORDS.items()]  # type: ignore[attr-defined]
        self.fields["year"].error_messages["invalid"] = phrase("Năm là một số, ví dụ 2026.", "A number, such as 2026.")


class CalendarForm(SpeakingForm):
    valid_from = DateField(label=phrase("Có hiệu lực từ ngày", "In force from"))
    start_day = forms.IntegerField(label=phrase("Năm báo cáo bắt đầu ngày", "The year begins on day"), initial=15)
    start_month = forms.IntegerField(label=phrase("tháng", "of month"), initial=12)
    due_days = forms.IntegerField(label=phrase("Nộp sau khi hết kỳ (ngày)", "Due after its end (days)"), initial=10)
    source = forms.CharField(label=phrase("Theo văn bản", "By the document"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].required = True
        for name in ("start_day", "start_month", "due_days"):
            self.fields[name].widget = forms.TextInput(attrs={"class": "short", "inputmode": "numeric"})
            self.fields[name].error_messages["invalid"] = phrase("Phải là một số.", "It must be a number.")


class IndicatorForm(SeenForm):
    code = forms.CharField(label=phrase("Mã", "Code"), max_length=20)
    name = forms.CharField(label=phrase("Tên chỉ tiêu", "Name"), max_length=300)
    name_en = forms.CharField(label=phrase("Tên tiếng Anh", "Name in English"), max_length=300, required=False)
    unit = forms.CharField(label=phrase("Đơn vị tính", "Unit"), max_length=60)
    unit_en = forms.CharField(label=phrase("Đơn vị tiếng Anh", "Unit in English"), max_length=60, required=False)
    direction = forms.ChoiceField(label=phrase("Chiều tốt", "Direction"))
    gathering = forms.ChoiceField(label=phrase("Cách gộp trong kỳ", "Gathered by"))
    baseline = NumberField(label=phrase("Giá trị gốc", "Baseline"))
    commitment = row_choice(phrase("Đo cam kết", "Measures the commitment"))
    parent = row_choice(phrase("Là phần của", "Is a part of"))
    dimension = forms.ChoiceField(label=phrase("Chia theo", "Split by"), required=False)
    category = forms.CharField(label=phrase("Nhóm, đơn vị của phần này", "Which part"), max_length=60, required=False)
    automatic = forms.ChoiceField(label=phrase("Tính tự động", "Computed by itself"), required=False)
    product_group = forms.ChoiceField(label=phrase("Nhóm sản phẩm", "Product group"), required=False)
    public = forms.BooleanField(label=phrase("Cho hiện công khai", "May be shown to the public"), required=False)

    def __init__(self, *args: Any, agreement: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dimensions = {
            "": Text("không chia", "not split"),
            "field": Text("lĩnh vực", "field"),
            "unit": Text("đơn vị, địa bàn", "unit or area"),
            "product_group": Text("nhóm sản phẩm", "product group"),
        }
        none = [("", said(Text("— không —", "— none —")))]
        choices: dict[str, Any] = {
            "direction": [(code, said(text)) for code, text in rules.DIRECTIONS.items()],
            "gathering": [(code, said(text)) for code, text in rules.GATHERING.items()],
            "dimension": [(code, said(text)) for code, text in dimensions.items()],
            "automatic": none + [(each.name, said(each.label)) for each in registry.indicators],
            "product_group": none + [(kind, said(PRODUCT_KINDS[kind])) for kind in SOLD],
        }
        for name, told in choices.items():
            self.fields[name].choices = told  # type: ignore[attr-defined]
        for name, rows in (("commitment", agreement.commitments.all()), ("parent", agreement.indicators.all())):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
            self.fields[name].label_from_instance = lambda row: str(row)[:90]  # type: ignore[attr-defined]


class TargetForm(SpeakingForm):
    value = NumberField(label=phrase("Mục tiêu", "Target"))
    source = forms.CharField(label=phrase("Theo văn bản", "By the document"), max_length=300, required=False)
