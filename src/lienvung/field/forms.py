"""Forms of tasks: few fields, one task a page; they work without script, and a phone may keep what is typed for later.

Goods are chosen from what is in stock, or by a code scanned or typed; a code wins over the choice. Where and for whom
stands in the form itself, because what a phone sends later must not follow what was chosen meanwhile.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language

from lienvung.catalogue.access import place_of_gln
from lienvung.catalogue.forms import NumberField, choices
from lienvung.field import access, goods
from lienvung.field.goods import Line
from lienvung.field.models import Desk
from lienvung.field.rules import TASKS, Part, Task
from lienvung.people.models import Organisation
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.texts import Text

ROWS = 5  # of goods in one form
MOST_OFFERED = 60  # goods to choose from in each row; the page of a cheap phone holds the list five times
WHEN = ("%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
NOTHING: list[tuple[str, Any]] = [("", "—")]
ASKED = {"amount", "product", "lot", "packs", "to", "to_code", "thing_0", "code_0", "amount_0"}
"""Fields that a form may leave empty, but whose task needs them or another in their place: none is optional."""
CODE = {"data-code": "", "autocomplete": "off", "spellcheck": "false"}
NUMBER = {"data-lot": "", "data-lot-number": "", "autocomplete": "off", "spellcheck": "false"}

ONLY_NEWEST = phrase(
    f"Chỉ liệt kê {MOST_OFFERED} mặt hàng mới nhất; hàng khác thì quét hoặc gõ mã.",
    f"The newest {MOST_OFFERED} only; for other goods scan or type the code.",
)


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: also an empty POST is one, with everything missing."""
    return request.POST if request.method == "POST" else None


def say(text: Text) -> str:
    return text.in_language(get_language() or "vi")


def choice_field(label: Any, *, required: bool = True, hint: Any = "") -> forms.ChoiceField:
    field = forms.ChoiceField(label=label, required=required, help_text=hint)
    field.error_messages["invalid_choice"] = phrase("Hãy chọn trong danh sách.", "Choose from the list.")
    return field


def count_field(label: Any, *, required: bool = False, hint: Any = "") -> forms.IntegerField:
    widget = forms.TextInput(attrs={"class": "short", "inputmode": "numeric", "autocomplete": "off"})
    field = forms.IntegerField(label=label, required=required, help_text=hint, min_value=1, widget=widget)
    wrong = phrase("Hãy nhập số nguyên, từ 1 trở lên.", "Enter a whole number, 1 or more.")
    field.error_messages |= {"invalid": wrong, "min_value": wrong}
    return field


def amount_field(label: Any) -> NumberField:
    return NumberField(label=label)


class TaskForm(SpeakingForm):
    """What all tasks have: their number, where, when, and the reason for what is doubted."""

    task = Task.HARVEST
    rows = 0

    task_id = forms.UUIDField(widget=forms.HiddenInput)
    organisation = forms.UUIDField(widget=forms.HiddenInput)
    place = forms.CharField(widget=forms.HiddenInput, max_length=13)
    made = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    at = forms.DateTimeField(
        label=phrase("Lúc nào", "When"),
        required=False,
        input_formats=WHEN,
        widget=forms.DateTimeInput(format=WHEN[0], attrs={"class": "short", "autocomplete": "off"}),
        help_text=phrase(
            "Để trống nếu làm vừa xong. Ví dụ 05/06/2026 14:30.", "Leave empty if just done. E.g. 05/06/2026 14:30."
        ),
    )
    reason = forms.CharField(
        label=phrase("Lý do (nếu đúng như vậy)", "Reason (if it is so)"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        self.desk = desk
        initial = {"task_id": uuid.uuid4(), "organisation": desk.organisation_id, "place": desk.place.gln}
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        wrong = phrase("Không đúng dạng 05/06/2026 14:30.", "Not like 05/06/2026 14:30.")
        self.fields["at"].error_messages["invalid"] = wrong
        self.stock: list[Line] = []
        if self.rows:
            self.stock = goods.stock_lines(desk.organisation)
            self._goods_fields()
        self.order_fields([name for name in self.fields if name not in ("at", "reason")] + ["at", "reason"])
        for name in ASKED & self.fields.keys():
            self.fields[name].either = True  # type: ignore[attr-defined]  # read by the template of a field

    @property
    def label(self) -> Text:
        return TASKS[self.task]

    @property
    def goods_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each row of goods."""
        return [[self[f"thing_{n}"], self[f"code_{n}"], self[f"amount_{n}"]] for n in range(self.rows)]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """The visible fields beside the goods; the reason only where it is asked for."""
        hidden = {"task_id", "organisation", "place", "made", "shipment"}
        hidden |= {field.name for row in self.goods_rows for field in row}
        if not self.errors.get("reason") and not self.data.get("reason"):
            hidden.add("reason")
        return [self[name] for name in self.fields if name not in hidden]

    def _goods_fields(self) -> None:
        fields: Any = self.fields
        listed = NOTHING + [(line.uri, self._line_words(line)) for line in self._offered()]
        more = len(self.stock) > MOST_OFFERED
        for n in range(self.rows):
            # what was in stock when the phone kept the form may be gone when it is sent: the action decides
            fields[f"thing_{n}"] = forms.CharField(
                label=phrase("Hàng trong kho", "Goods in stock"),
                required=False,
                max_length=400,
                widget=forms.Select(attrs={"data-lot": ""}, choices=listed),
                help_text=ONLY_NEWEST if more else "",
            )
            fields[f"code_{n}"] = forms.CharField(
                label=phrase("Hoặc quét, gõ mã", "Or scan, type a code"),
                required=False,
                max_length=400,
                widget=forms.TextInput(attrs=CODE),
                help_text=phrase("Mã trên nhãn, hoặc số lô.", "The code on the label, or the lot number."),
            )
            fields[f"amount_{n}"] = amount_field(phrase("Số lượng", "Amount"))
            fields[f"amount_{n}"].help_text = phrase(
                "Theo đơn vị của lô. Để trống với thùng, pa-lét.", "In the lot's unit. Empty for cases and pallets."
            )

    def _offered(self) -> list[Line]:
        """The newest goods in stock, and whatever is chosen already."""
        names = [f"thing_{n}" for n in range(self.rows)]
        chosen = {*(self.initial.get(name) for name in names), *(self.data.get(name) for name in names)}
        return [line for n, line in enumerate(self.stock) if n < MOST_OFFERED or line.uri in chosen]

    @staticmethod
    def _line_words(line: Line) -> str:
        words = say(line.name)
        if line.amount is not None:
            words += f": {format(line.amount.normalize(), 'f')} {say(line.unit)}"
        if line.held:
            words += f" — {say(Text('ĐANG TẠM GIỮ', 'HELD'))}"
        return words

    def clean_organisation(self) -> Organisation:
        found = access.working_organisations(self.desk.account).filter(pk=self.cleaned_data["organisation"]).first()
        if found is None:
            raise forms.ValidationError(
                phrase("Bạn không ghi được cho đơn vị này.", "You may not record for this organisation.")
            )
        return found

    def clean_place(self) -> Any:
        found = place_of_gln(self.cleaned_data["place"])
        if found is None:
            raise forms.ValidationError(phrase("Không có nơi này.", "There is no such place."))
        return found

    def _said(self) -> datetime | None:
        kept = self.cleaned_data.get("made") or ""
        try:
            made = parse_datetime(kept) if kept else None
        except ValueError:
            made = None
        return self.cleaned_data.get("at") or (made if made is not None and made.tzinfo else None)

    @property
    def says_when(self) -> bool:
        return self._said() is not None

    def moment(self) -> datetime:
        """When it was done: as typed, else when the phone kept it, else now."""
        return self._said() or timezone.now()

    def parts(self) -> list[Part]:
        """The goods told, codes read. Raises Invalid that names the row's field."""
        told = []
        for n in range(self.rows):
            code, thing = self.cleaned_data.get(f"code_{n}", ""), self.cleaned_data.get(f"thing_{n}", "")
            amount = self.cleaned_data.get(f"amount_{n}")
            if code or thing:
                uri = goods.resolve(code, self.desk.organisation, path=f"code_{n}") if code else thing
                told.append(Part(uri, amount))
        return told

    def common(self) -> dict[str, Any]:
        names = ("task_id", "organisation", "place", "reason")
        return {**{name: self.cleaned_data[name] for name in names}, "at": self.moment(), "by": self.desk.account}

    def told(self) -> dict[str, Any]:
        """The keyword arguments of the task's action beside the common ones."""
        raise NotImplementedError


class DeskForm(SpeakingForm):
    """For whom and where one works: places of all one's organisations."""

    place = forms.ChoiceField(label=phrase("Tôi làm việc ở", "I work at"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, account: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["place"].choices = [
            (place.gln, f"{place.name} — {organisation.name}")
            for organisation in access.working_organisations(account)
            for place in access.places_of(organisation)
        ]
        fields["place"].error_messages["invalid_choice"] = phrase("Hãy chọn một nơi.", "Choose a place.")


class TasksForm(SpeakingForm):
    """Which tasks an organisation's people see."""

    tasks = forms.MultipleChoiceField(
        label=phrase("Các việc của đơn vị", "Tasks of the organisation"),
        choices=choices({task.value: text for task, text in TASKS.items()}),
        widget=forms.CheckboxSelectMultiple,
    )

    def chosen(self) -> Sequence[str]:
        return list(self.cleaned_data["tasks"])
