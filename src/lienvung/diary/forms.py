"""Forms of the diary: a unit, an entry of one activity, a correction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from lienvung.catalogue.access import places
from lienvung.catalogue.models import Lot
from lienvung.catalogue.rules import read_number
from lienvung.diary import access
from lienvung.diary.actions import PHOTO_BYTES
from lienvung.diary.models import Entry, Unit
from lienvung.diary.rules import LOCAL
from lienvung.diary.words import KINDS, MEASURES, UOMS, Activity
from lienvung.errors import Invalid
from lienvung.people.models import Organisation
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.texts import Text

LOTS_OFFERED = 20
UOM_OF = {"spraying": "MLT", "treatment": "MLT", "vaccination": "MLT", "stocking": ""}
"""The unit that is proposed where it is not kilograms."""


def said(text: Text) -> Any:
    return phrase(text.vi, text.en)


class NumberField(forms.CharField):
    """A number with a comma or a point, as on paper."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "short", "inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=20, required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_number(text)
        except Invalid as fault:
            raise forms.ValidationError(phrase(fault.vi, fault.en)) from fault


class WholeField(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "short", "inputmode": "numeric", "autocomplete": "off"})
        super().__init__(required=False, widget=widget, **kwargs)
        self.error_messages["invalid"] = phrase("Hãy nhập một số nguyên.", "Enter a whole number.")


class DayField(forms.DateField):
    """A day, from the phone's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"})
        super().__init__(input_formats=("%Y-%m-%d", "%d/%m/%Y"), widget=widget, **kwargs)
        self.error_messages["invalid"] = phrase("Không đúng ngày, ví dụ 05/06/2026.", "No day, like 05/06/2026.")


class ClockField(forms.TimeField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "short"})
        super().__init__(input_formats=("%H:%M", "%H:%M:%S"), widget=widget, **kwargs)
        self.error_messages["invalid"] = phrase("Không đúng giờ, ví dụ 06:30.", "No time, like 06:30.")


class PhotoField(forms.FileField):
    """A photo; one above the limit is refused before it is read into memory."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = super().clean(data, initial)
        if given and given.size > PHOTO_BYTES:
            raise forms.ValidationError(phrase("Ảnh lớn hơn 10 MB.", "The photo is above 10 MB."))
        return given


def chosen(label: Any, rows: Iterable[tuple[str, Any]], *, radio: bool = False, **kwargs: Any) -> forms.ChoiceField:
    widget = forms.RadioSelect if radio else forms.Select
    field = forms.ChoiceField(label=label, choices=list(rows), widget=widget, **kwargs)
    field.error_messages["invalid_choice"] = phrase("Hãy chọn trong danh sách.", "Choose from the list.")
    return field


class UnitForm(SpeakingForm):
    """A new plot, herd, pond or stand of hives of an organisation."""

    kind = chosen(phrase("Loại", "Kind"), [(key, said(text)) for key, text in KINDS.items()], radio=True)
    name = forms.CharField(
        max_length=120,
        label=phrase("Tên gọi", "Name"),
        help_text=phrase("Tên bà con vẫn gọi, ví dụ: Ruộng Đồng Chùa.", "What people call it."),
    )
    species = forms.CharField(max_length=120, required=False, label=phrase("Cây trồng, vật nuôi", "Crop or species"))
    area_m2 = NumberField(
        label=phrase("Diện tích (m²)", "Area (m²)"),
        help_text=phrase(
            "Cho thửa ruộng và ao. 1 sào Bắc Bộ là 360 m².", "For plots and ponds. One northern sào is 360 m²."
        ),
    )
    heads = WholeField(
        label=phrase("Số con, số đàn", "How many"), help_text=phrase("Cho vật nuôi, ong.", "For animals and bees.")
    )
    code = forms.CharField(
        max_length=9,
        required=False,
        label=phrase("Mã riêng", "Code of your own"),
        help_text=phrase("Để trống thì hệ thống đặt, ví dụ T001.", "Left empty, one is given, like T001."),
        widget=forms.TextInput(attrs={"class": "short", "autocapitalize": "characters", "autocomplete": "off"}),
    )
    season = forms.CharField(
        max_length=7,
        required=False,
        label=phrase("Vụ, lứa đang làm", "Season or batch"),
        help_text=phrase("Ví dụ: X26 là vụ xuân 2026.", "For example X26 for the spring of 2026."),
        widget=forms.TextInput(attrs={"class": "short", "autocapitalize": "characters", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {str(each.pk): each for each in places(owner=organisation)}
        self.places = own
        self.fields["place"] = chosen(
            phrase("Ở đâu", "Where"), [(key, each.name) for key, each in own.items()], radio=len(own) <= 6
        )

    def values(self) -> dict[str, Any]:
        told = dict(self.cleaned_data)
        return {**told, "place": self.places[told["place"]]}


class SeasonForm(SpeakingForm):
    """A new season on a plot, or batch in a pond."""

    season = forms.CharField(
        max_length=7,
        label=phrase("Tên vụ, lứa mới", "The new season or batch"),
        help_text=phrase("Ví dụ: M26 là vụ mùa 2026.", "For example M26."),
        widget=forms.TextInput(attrs={"class": "short", "autocapitalize": "characters", "autocomplete": "off"}),
    )
    species = forms.CharField(max_length=120, required=False, label=phrase("Cây trồng, vật nuôi", "Crop or species"))


class EntryForm(SpeakingForm):
    """One line of the diary: only the fields that the activity has."""

    def __init__(self, *args: Any, unit: Unit, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit, self.activity = unit, activity
        self.fields["task_id"] = forms.UUIDField(widget=forms.HiddenInput)
        if activity.material:
            self._with_material(activity)
        if activity.measures:
            for name, (text, _, _) in MEASURES.items():
                self.fields[name] = NumberField(label=said(text))
        self.fields["day"] = DayField(label=phrase("Ngày làm", "Day"))
        self.fields["clock"] = ClockField(label=phrase("Giờ làm", "Time"))
        for name in ("day", "clock"):  # a page kept on a phone proposes the phone's now
            self.fields[name].widget.attrs["data-now"] = ""
        lots = Lot.objects.filter(product__owner=unit.organisation).select_related("product")[:LOTS_OFFERED]
        if lots:
            rows = [("", phrase("Không, cho cả nơi này", "None, all that grows here"))]
            rows += [(lot.uri, f"{lot.product.name} · {lot.number}") for lot in lots]
            label = phrase("Riêng cho một lô", "For one lot only")
            self.fields["lot"] = chosen(label, rows, required=False)
        self.fields["note"] = forms.CharField(
            max_length=500,
            required=False,
            label=phrase("Ghi chú", "Note"),
            help_text=phrase("Chỉ đơn vị và cán bộ xem được.", "Seen by your organisation and officials only."),
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.fields["photo"] = PhotoField(
            required=False,
            label=phrase("Ảnh", "Photo"),
            widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}),
        )
        for name in ("material", "waiting_days"):
            if name in self.fields and activity.key != "other":
                self.fields[name].either = True  # type: ignore[attr-defined]  # asked for, though rules decide
        self._speak_missing()

    def _with_material(self, activity: Activity) -> None:
        used = access.recent_materials(self.unit.organisation, activity.key)
        label = said(activity.material or Text("", ""))
        if used:
            rows = [*((each, each) for each in used), ("", phrase("Loại khác, ghi bên dưới", "Another, written below"))]
            text = phrase("Đã dùng gần đây", "Used lately")
            self.fields["recent"] = chosen(text, rows, radio=True, required=False)
        self.fields["material"] = forms.CharField(
            max_length=120, required=False, label=label, widget=forms.TextInput(attrs={"autocomplete": "off"})
        )
        self.fields["amount"] = NumberField(label=phrase("Lượng dùng", "Amount"))
        rows = [(key, said(text)) for key, text in UOMS.items()]
        self.fields["uom"] = chosen(
            phrase("Đơn vị", "Unit"), rows, required=False, initial=UOM_OF.get(activity.key, "KGM")
        )
        if activity.waits:
            self.fields["waiting_days"] = WholeField(
                label=phrase(f"{activity.waits.vi} (số ngày)", f"{activity.waits.en} (days)"),
                help_text=phrase(
                    "Số ngày ghi trên nhãn thuốc. Không phải chờ thì nhập 0.",
                    "The days on the label. Enter 0 if there is nothing to wait for.",
                ),
            )

    def _speak_missing(self) -> None:
        for field in self.fields.values():
            field.error_messages["required"] = phrase("Chưa nhập.", "This is missing.")

    def values(self) -> dict[str, Any]:
        """What `record_entry` takes, beside who and where."""
        told = self.cleaned_data
        photo = told.get("photo")
        return {
            "at": datetime.combine(told["day"], told["clock"], tzinfo=LOCAL),
            "material": told.get("material") or told.get("recent") or "",
            "amount": told.get("amount"),
            "uom": (told.get("uom") or "") if told.get("amount") is not None else "",
            "waiting_days": told.get("waiting_days"),
            "lot": told.get("lot") or "",
            "measures": {name: told[name] for name in MEASURES if told.get(name) is not None},
            "note": told.get("note") or "",
            "photo": photo.read() if photo else None,
        }


class CorrectionForm(EntryForm):
    """The same line as it should have been, and why it is said anew."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("day", "clock"):
            del self.fields[name].widget.attrs["data-now"]
        self.fields["reason"] = reason_field()
        self._speak_missing()


class WithdrawForm(SpeakingForm):
    """Why a line never happened."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = reason_field()
        self.fields["reason"].error_messages["required"] = phrase("Chưa nhập.", "This is missing.")


def reason_field() -> forms.CharField:
    return forms.CharField(
        max_length=500, label=phrase("Lý do sửa", "Why"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def fresh(task_id: uuid.UUID | None = None) -> dict[str, Any]:
    """A new line: now, under a task of its own."""
    now = timezone.now().astimezone(LOCAL)
    return {"task_id": task_id or uuid.uuid4(), "day": now.date(), "clock": now.time().replace(second=0)}


def as_told(entry: Entry) -> dict[str, Any]:
    """A line as it stands, for its correction; the wait is counted anew."""
    at = entry.at.astimezone(LOCAL)
    day: date = at.date()
    clock: time = at.time()
    waited = (entry.waiting_until - day).days if entry.waiting_until else 0
    return {
        "task_id": uuid.uuid4(), "day": day, "clock": clock, "material": entry.material, "lot": entry.lot,
        "amount": _shown(entry.amount), "uom": entry.uom, "waiting_days": waited, "note": entry.note,
        **{name: _shown(Decimal(str(value))) for name, value in entry.measures.items()},
    }  # fmt: skip


def _shown(number: Decimal | None) -> str:
    return "" if number is None else format(number.normalize(), "f").replace(".", ",")
