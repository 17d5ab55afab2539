"""Forms of the catalogue's pages; the rules themselves are in `rules.py` and speak through `blame`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language

from lienvung.catalogue import pictures, rules
from lienvung.catalogue.words import PLACE_KINDS, PRODUCT_KINDS, UNITS
from lienvung.errors import Invalid
from lienvung.people.forms import recording_choices
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.territory.forms import UnitField
from lienvung.texts import Text

OWNER = phrase("Đơn vị", "Organisation")


def choices(words: dict[str, Text], *, empty: bool = False) -> list[tuple[str, Any]]:
    listed = [(value, phrase(*text)) for value, text in words.items()]
    return [("", "—"), *listed] if empty else listed


class DateField(forms.DateField):
    """A date typed as on paper (05/06/2026) or as the browser's own picker gives it (2026-06-05)."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%d/%m/%Y", attrs={"class": "short", "autocomplete": "off"})
        hint = phrase("Ngày/tháng/năm, ví dụ 05/06/2026.", "Day/month/year, for example 05/06/2026.")
        super().__init__(
            input_formats=["%d/%m/%Y", "%Y-%m-%d"], widget=widget, help_text=hint, required=False, **kwargs
        )
        self.error_messages["invalid"] = phrase("Ngày không đúng dạng 05/06/2026.", "The date is not like 05/06/2026.")


class NumberField(forms.DecimalField):
    """A quantity with a comma or a point; what could be read in two ways is refused (`rules.read_number`)."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "short", "inputmode": "decimal"})
        hint = phrase("Ví dụ 1500 hoặc 12,5.", "For example 1500 or 12.5.")
        super().__init__(max_digits=14, decimal_places=3, required=False, widget=widget, help_text=hint, **kwargs)
        self.error_messages |= {
            "max_digits": phrase("Số quá dài.", "The number is too long."),
            "max_whole_digits": phrase("Số quá lớn.", "The number is too large."),
            "max_decimal_places": phrase("Tối đa 3 chữ số thập phân.", "At most 3 decimals."),
        }

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs know the parent's int only
        if value in self.empty_values:
            return None
        try:
            return rules.read_number(str(value))
        except Invalid as fault:
            raise forms.ValidationError(phrase(fault.vi, fault.en)) from fault

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return rules.write_number(value, decimal_mark="." if get_language() == "en" else ",")
        return value


class DegreesField(forms.FloatField):
    """Decimal degrees, with a comma or a point."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "short", "inputmode": "decimal"})
        super().__init__(required=False, widget=widget, **kwargs)
        self.error_messages["invalid"] = phrase(
            "Hãy nhập độ thập phân, ví dụ 20,2539.", "Enter decimal degrees, for example 20.2539."
        )

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class DaysField(forms.IntegerField):
    """A number of days; Django's own words for its limits are not in both of our languages."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "short", "inputmode": "numeric"})
        super().__init__(required=False, min_value=1, max_value=36500, widget=widget, **kwargs)
        wrong = phrase("Hãy nhập số ngày, từ 1 đến 36500.", "Enter a number of days, 1 to 36500.")
        self.error_messages |= {"invalid": wrong, "min_value": wrong, "max_value": wrong}


class OwnedForm(SpeakingForm):
    """A form for a record of one of the account's own organisations."""

    def __init__(self, *args: Any, account: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = recording_choices(account)  # type: ignore[attr-defined]
        self.fields["owner"].error_messages["invalid_choice"] = phrase(
            "Bạn không ghi được cho đơn vị này.", "You may not write for this organisation."
        )


class ProductFacts(SpeakingForm):
    """What can be said, and later changed, about a product."""

    name = forms.CharField(label=phrase("Tên sản phẩm", "Name"), max_length=200)
    name_en = forms.CharField(label=phrase("Tên tiếng Anh", "Name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(label=phrase("Loại", "Kind"), choices=choices(PRODUCT_KINDS), initial="other")
    brand = forms.CharField(label=phrase("Nhãn hiệu", "Brand"), max_length=100, required=False)
    net_content = NumberField(label=phrase("Khối lượng tịnh", "Net content"))
    unit_of_measure = forms.ChoiceField(
        label=phrase("Đơn vị đo", "Unit"), choices=choices(UNITS, empty=True), required=False
    )
    origin_unit = UnitField(label=phrase("Xuất xứ", "Origin"), required=False)
    shelf_life_days = DaysField(label=phrase("Hạn dùng (số ngày)", "Shelf life (days)"))
    standards = forms.CharField(
        label=phrase("Tiêu chuẩn, chứng nhận", "Standards and certificates"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    description = forms.CharField(
        label=phrase("Mô tả", "Description"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    image = forms.FileField(
        label=phrase("Ảnh", "Picture"),
        required=False,
        help_text=phrase("PNG, JPEG hoặc WebP, tới 2 MB.", "PNG, JPEG or WebP, up to 2 MB."),
    )

    def clean_image(self) -> bytes | None:
        """The picture's bytes; one byte above the limit is read, so that the rule can refuse it."""
        upload = self.cleaned_data.get("image")
        return upload.read(pictures.MOST_BYTES + 1) if upload else None


class ProductForm(OwnedForm, ProductFacts):
    owner = forms.ChoiceField(label=OWNER)
    gtin = forms.CharField(
        label=phrase("Mã GTIN", "GTIN"),
        max_length=20,
        help_text=phrase(
            "8, 12, 13 hoặc 14 chữ số dưới mã vạch của sản phẩm.", "The 8, 12, 13 or 14 digits under the bar code."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    field_order = ["owner", "gtin", "name"]


class LotForm(SpeakingForm):
    number = forms.CharField(
        label=phrase("Số lô", "Lot number"),
        max_length=40,
        strip=True,
        help_text=phrase(
            "Tới 20 ký tự: chữ không dấu, số, dấu gạch; đúng như in trên bao bì.",
            "Up to 20 characters: plain letters, digits, dashes; as printed on the pack.",
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    produced_on = DateField(label=phrase("Ngày sản xuất", "Produced on"))
    best_before = DateField(label=phrase("Hạn sử dụng", "Best before"))
    quantity = NumberField(label=phrase("Số lượng", "Quantity"))
    uom = forms.ChoiceField(label=phrase("Đơn vị đo", "Unit"), choices=choices(UNITS, empty=True), required=False)


class PlaceForm(OwnedForm):
    owner = forms.ChoiceField(label=OWNER)
    gln = forms.CharField(
        label=phrase("Mã địa điểm GLN", "GLN"),
        max_length=20,
        help_text=phrase("13 chữ số.", "13 digits."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(label=phrase("Tên nơi", "Name"), max_length=200)
    name_en = forms.CharField(label=phrase("Tên tiếng Anh", "Name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(label=phrase("Loại", "Kind"), choices=choices(PLACE_KINDS))
    unit = UnitField(required=False)
    address = forms.CharField(label=phrase("Địa chỉ", "Address"), max_length=300, required=False)
    lat = DegreesField(
        label=phrase("Vĩ độ", "Latitude"),
        help_text=phrase("Độ thập phân, ví dụ 20,2539.", "Decimal degrees, for example 20.2539."),
    )
    lon = DegreesField(label=phrase("Kinh độ", "Longitude"))
    field_order = ["owner", "gln"]
