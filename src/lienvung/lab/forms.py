"""Forms of the laboratory room."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from lienvung.catalogue import rules as catalogue
from lienvung.catalogue.access import places
from lienvung.catalogue.forms import choices
from lienvung.catalogue.words import PRODUCT_KINDS
from lienvung.errors import Invalid
from lienvung.lab import access, words
from lienvung.lab.models import Reason, Sample
from lienvung.lab.rules import Step
from lienvung.lab.units import UNITS
from lienvung.ledger.holds import name_of, organisation_of
from lienvung.ledger.trace import Claim
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.territory.access import units_on

NOTHING: list[tuple[str, Any]] = [("", "—")]
GOODS_NAMED = 5
WHEN = ("%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: also an empty POST is one, with everything missing."""
    return request.POST if request.method == "POST" else None


class ResultField(forms.DecimalField):
    """A measured number with a comma or a point, up to nine decimals; "0,005" and "0.005" are the same."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "short", "inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_digits=19, decimal_places=9, required=False, widget=widget, **kwargs)
        wrong = phrase("Hãy nhập một số, ví dụ 0,25.", "Enter a number, for example 0.25.")
        self.error_messages |= {"invalid": wrong, "max_digits": wrong, "max_decimal_places": wrong}
        self.error_messages["max_whole_digits"] = wrong

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs know the parent's int only
        if value in self.empty_values:
            return None
        try:
            return catalogue.read_number(str(value))
        except Invalid as fault:
            raise forms.ValidationError(phrase(fault.vi, fault.en)) from fault


class MomentField(forms.DateTimeField):
    """A day and time of the installation's own zone, typed as on paper."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format=WHEN[0], attrs={"class": "short", "autocomplete": "off"})
        hint = phrase("Ngày giờ, ví dụ 05/06/2026 14:30.", "Day and time, for example 05/06/2026 14:30.")
        super().__init__(input_formats=WHEN, widget=widget, help_text=hint, **kwargs)
        self.error_messages["invalid"] = phrase("Không đúng dạng 05/06/2026 14:30.", "Not like 05/06/2026 14:30.")


def _now() -> str:
    return timezone.localtime().strftime(WHEN[0])


def _select(label: Any, *, required: bool = True, hint: Any = "") -> forms.ChoiceField:
    field = forms.ChoiceField(label=label, required=required, help_text=hint)
    field.error_messages["invalid_choice"] = phrase("Hãy chọn trong danh sách.", "Choose from the list.")
    return field


class OrderForm(SpeakingForm):
    """Which lot is to be tested for what, by whom."""

    lot = forms.CharField(
        label=phrase("Lô", "Lot"),
        max_length=400,
        help_text=phrase(
            "Đường dẫn trên nhãn, (01)…(10)…, hoặc GTIN và số lô.",
            "The address on the label, (01)…(10)…, or GTIN and lot number.",
        ),
    )
    laboratory = _select(phrase("Phòng kiểm nghiệm", "Laboratory"))
    place = _select(phrase("Lấy mẫu ở", "Where to take it"), required=False)
    reason = forms.ChoiceField(label=phrase("Lý do", "Reason"), choices=choices(words.REASONS))
    analytes = forms.CharField(
        label=phrase("Chỉ tiêu cần thử", "What to test"),
        max_length=300,
        required=False,
        help_text=phrase("Ví dụ: cadmium, chlorpyrifos.", "For example: cadmium, chlorpyrifos."),
    )
    plan = _select(phrase("Theo dòng kế hoạch", "Line of the plan"), required=False)

    def __init__(self, *args: Any, account: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["laboratory"].choices = [(str(lab.pk), lab.name) for lab in access.laboratories()]
        fields["place"].choices = NOTHING + [
            (str(place.pk), f"{place.name}, {place.owner.name}") for place in places()[:500]
        ]
        lines = access.plan_lines_of(account).filter(year__gte=timezone.localdate().year - 1)[:200]
        fields["plan"].choices = NOTHING + [(str(line.pk), str(line)) for line in lines]
        self.fields["reason"].initial = Reason.ROUTINE


class TakeForm(SpeakingForm):
    """That the sample was taken."""

    taken_by = forms.CharField(label=phrase("Người lấy mẫu", "Taken by"), max_length=150)
    seal = forms.CharField(label=phrase("Số niêm phong", "Number of the seal"), max_length=60)
    amount = forms.CharField(
        label=phrase("Lượng mẫu", "Amount"),
        max_length=60,
        required=False,
        help_text=phrase("Ví dụ 2 × 500 g", "2 × 500 g"),
    )
    at = MomentField(label=phrase("Lúc", "When"), initial=_now)


class CustodyForm(SpeakingForm):
    """One side's word on handing over or receiving."""

    step = forms.ChoiceField(
        label=phrase("Việc", "What happened"),
        choices=choices({step: text for step, text in words.STEPS.items() if step != Step.TAKEN}),
    )
    giver = _select(phrase("Bên giao", "Who gave it"))
    receiver = _select(phrase("Bên nhận", "Who got it"), required=False)
    at = MomentField(label=phrase("Lúc", "When"), initial=_now)
    seal_broken = forms.BooleanField(
        label=phrase("Niêm phong KHÔNG nguyên vẹn", "The seal was NOT intact"), required=False
    )
    note = forms.CharField(label=phrase("Ghi chú", "Note"), max_length=300, required=False)

    def __init__(self, *args: Any, sample: Sample, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        sides = {side.pk: side for side in (sample.orderer, sample.producer, sample.laboratory) if side is not None}
        listed: list[tuple[str, Any]] = [(str(key), side.name) for key, side in sides.items()]
        fields["giver"].choices = listed
        fields["receiver"].choices = NOTHING + listed


class ResultForm(SpeakingForm):
    """One analyte's result."""

    analyte = forms.CharField(
        label=phrase("Chỉ tiêu (mã)", "Analyte (code)"),
        max_length=60,
        help_text=phrase("Như trong bảng giới hạn, ví dụ cadmium.", "As in the table of limits, for example cadmium."),
    )
    name_vi = forms.CharField(label=phrase("Tên tiếng Việt", "Name in Vietnamese"), max_length=120, required=False)
    value = ResultField(
        label=phrase("Giá trị", "Value"),
        help_text=phrase("Để trống khi không phát hiện.", "Leave empty where nothing was found."),
    )
    unit = forms.ChoiceField(label=phrase("Đơn vị", "Unit"), choices=[(unit, unit) for unit in UNITS])
    lod = ResultField(label=phrase("Giới hạn phát hiện (LOD)", "Limit of detection (LOD)"))
    uncertainty = ResultField(label=phrase("Độ không đảm bảo đo (±)", "Expanded uncertainty (±)"))
    method = forms.CharField(label=phrase("Phương pháp", "Method"), max_length=120, required=False)


class CorrectionForm(ResultForm):
    """A result that replaces a confirmed one."""

    why = forms.CharField(
        label=phrase("Vì sao đính chính", "Why it is corrected"),
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PlanForm(SpeakingForm):
    """A line of the sampling plan."""

    planner = _select(phrase("Đơn vị lập kế hoạch", "Whose plan"))
    year = forms.IntegerField(label=phrase("Năm", "Year"), min_value=2020, max_value=2100)
    month = forms.IntegerField(label=phrase("Tháng", "Month"), min_value=1, max_value=12)
    product_kind = forms.ChoiceField(label=phrase("Nhóm sản phẩm", "Product group"), choices=choices(PRODUCT_KINDS))
    wanted = forms.IntegerField(label=phrase("Số mẫu", "Samples"), min_value=1, max_value=5_000)
    reason = forms.ChoiceField(label=phrase("Lý do", "Reason"), choices=choices(words.REASONS))
    place = _select(phrase("Nơi lấy", "Place"), required=False)
    unit = _select(phrase("Tỉnh, thành phố", "Province"), required=False)
    analytes = forms.CharField(label=phrase("Chỉ tiêu", "Analytes"), max_length=300, required=False)
    note = forms.CharField(label=phrase("Ghi chú", "Note"), max_length=300, required=False)

    def __init__(self, *args: Any, account: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["planner"].choices = [(str(each.pk), each.name) for each in access.planners_of(account)]
        fields["place"].choices = NOTHING + [(str(each.pk), each.name) for each in places()[:500]]
        fields["unit"].choices = NOTHING + [(str(each.pk), each.name) for each in units_on(level="province")]
        for name in ("year", "month", "wanted"):
            wrong = phrase("Hãy nhập một số đúng.", "Enter a proper number.")
            self.fields[name].error_messages |= {"invalid": wrong, "min_value": wrong, "max_value": wrong}
            self.fields[name].widget = forms.TextInput(attrs={"class": "short", "inputmode": "numeric"})


class LimitsForm(SpeakingForm):
    file = forms.FileField(
        label=phrase("Tệp CSV hoặc .xlsx", "CSV or .xlsx file"),
        help_text=phrase("Theo mẫu tải ở trang giới hạn.", "Like the template on the page of limits."),
    )


class ReasonForm(SpeakingForm):
    """Words for a decision, and which lot of it."""

    reason = forms.CharField(
        label=phrase("Lý do, căn cứ", "Reason and grounds"),
        min_length=10,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class HoldForm(ReasonForm):
    lot = forms.CharField(label=phrase("Lô", "Lot"), max_length=400)
    field_order = ["lot", "reason"]


class ReleaseForm(ReasonForm):
    lot = _select(
        phrase("Giải toả", "Release"),
        required=False,
        hint=phrase(
            "Cả lần tạm giữ, hoặc một lô và những gì làm từ lô đó.", "All, or one lot and what was made of it."
        ),
    )
    field_order = ["lot", "reason"]

    def __init__(self, *args: Any, lots: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["lot"].choices = [("", phrase("tất cả", "all of it"))] + [
            (uri, uri.removeprefix("https://id.gs1.org")) for uri in lots[1:200]
        ]


class ClaimsForm(ReasonForm):
    """Which events of others an official believes."""

    events = forms.MultipleChoiceField(
        label=phrase("Tin và giữ thêm hàng của các sự kiện này", "Believe these events and hold their goods too"),
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ["events", "reason"]

    def __init__(self, *args: Any, claims: list[Claim], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["events"].choices = [(claim.event_id, _claim_words(claim)) for claim in claims]


def _claim_words(claim: Claim) -> Any:
    """When, who, and which goods: "08:00 20/06/2026, Cơ sở Mẫu: Gạo (lô 5) + 3"."""
    time = datetime.fromtimestamp(claim.time_ms / 1000, UTC).astimezone(ZoneInfo(settings.TIME_ZONE))
    senders = [organisation_of(sender) or ("hệ thống", "the system") for sender in claim.senders]
    goods = [name_of(uri) for uri in claim.made[:GOODS_NAMED]]
    more = f" + {len(claim.made) - GOODS_NAMED}" if len(claim.made) > GOODS_NAMED else ""

    def told(language: int) -> str:
        who = ", ".join(names[language] or names[0] for names in senders)
        return f"{time:%H:%M %d/%m/%Y}, {who}: {', '.join(names[language] for names in goods)}{more}"

    return phrase(told(0), told(1))


class AnswerForm(SpeakingForm):
    answer = forms.CharField(
        label=phrase("Đã xác minh gì, đã làm gì", "What was found out and done"),
        min_length=10,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
