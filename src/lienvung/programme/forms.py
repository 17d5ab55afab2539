"""The form of an act is made of the fields that the act needs; choices are rows of the same agreement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms

from lienvung.catalogue.forms import DateField
from lienvung.programme import access
from lienvung.programme.models import Agency, Agreement, Party
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.texts import Text

MOST = 20_000  # characters of a text
Fields = dict[str, forms.Field]


class ActForm(SpeakingForm):
    """The fields of one act; `version` stands in the page, not in the form."""

    def __init__(self, *args: Any, fields: Fields, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, made in fields.items():
            made.error_messages["required"] = phrase("Chưa nhập.", "This is missing.")
            self.fields[name] = made


def line(vi: str, en: str, *, most: int = 200, required: bool = False, hint: Any = "") -> forms.Field:
    return forms.CharField(label=phrase(vi, en), max_length=most, required=required, help_text=hint)


def words(vi: str, en: str, *, required: bool = False, hint: Any = "") -> forms.Field:
    return forms.CharField(
        label=phrase(vi, en),
        max_length=MOST,
        required=required,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def day(vi: str, en: str, *, required: bool = False) -> forms.Field:
    made = DateField(label=phrase(vi, en))
    made.required = required
    return made


def number(vi: str, en: str, **kwargs: Any) -> forms.Field:
    return forms.IntegerField(label=phrase(vi, en), **kwargs)


def tick(vi: str, en: str) -> forms.Field:
    return forms.BooleanField(label=phrase(vi, en), required=False)


def one_of(vi: str, en: str, told: Mapping[str, Text]) -> forms.Field:
    return forms.ChoiceField(label=phrase(vi, en), choices=[(key, phrase(*text)) for key, text in told.items()])


def upload(vi: str, en: str) -> forms.Field:
    return forms.FileField(label=phrase(vi, en), required=False)


class RowField(forms.TypedChoiceField):
    """Chooses one of some rows; gives the row, or None."""


def row_of(
    vi: str,
    en: str,
    rows: Iterable[Any],
    *,
    required: bool = False,
    none: Text | None = None,
    hint: Any = "",
    label: Callable[[Any], str] = str,
) -> forms.Field:
    known = {str(row.pk): row for row in rows}
    empty = none or Text("không nêu", "not stated")
    return RowField(
        label=phrase(vi, en),
        choices=[("", phrase(*empty)), *((key, label(row)) for key, row in known.items())],
        coerce=lambda key: known[key],
        empty_value=None,
        required=required,
        help_text=hint,
    )


def agency(vi: str, en: str, agencies: Iterable[Agency], *, required: bool = False) -> forms.Field:
    return row_of(vi, en, agencies, required=required, label=dated)


def dated(agency: Agency) -> str:
    """Its name, and until when it stood: the list holds those of other years too."""
    return agency.name if agency.valid_to is None else f"{agency.name} (→ {agency.valid_to:%d/%m/%Y})"


def hands_fields(agreement: Agreement) -> Fields:
    """For each party: the agency that leads, and those that coordinate."""
    found: Fields = {}
    for index, (party, agencies) in enumerate(agencies_of_parties(agreement)):
        if not agencies:
            continue
        found[f"lead_{index}"] = agency(f"Chủ trì: {party.name}", f"Leads: {party.name_text.en}", agencies)
        found[f"helping_{index}"] = forms.MultipleChoiceField(
            label=phrase(f"Phối hợp: {party.name}", f"Coordinate: {party.name_text.en}"),
            choices=[(str(each.pk), dated(each)) for each in agencies],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
    return found


def agencies_of_parties(agreement: Agreement) -> list[tuple[Party, list[Agency]]]:
    return [(party, access.agencies_in(party)) for party in agreement.parties.select_related("unit")]


def hands_of(agreement: Agreement, told: dict[str, Any]) -> list[tuple[Party, Agency, str]]:
    """Takes the chosen agencies out of `told`; who leads does not coordinate as well."""
    hands: list[tuple[Party, Agency, str]] = []
    for index, (party, agencies) in enumerate(agencies_of_parties(agreement)):
        known = {str(each.pk): each for each in agencies}
        lead = told.pop(f"lead_{index}", None)
        if lead is not None:
            hands.append((party, lead, "lead"))
        helping = [known[key] for key in told.pop(f"helping_{index}", ()) if known[key] != lead]
        hands += [(party, each, "coordinating") for each in helping]
    return hands


def hands_initial(agreement: Agreement, links: Sequence[Any]) -> dict[str, Any]:
    """What the fields of `hands_fields` say at first."""
    found: dict[str, Any] = {}
    for index, party in enumerate(agreement.parties.all()):
        own = [link for link in links if link.party_id == party.pk]
        found[f"lead_{index}"] = next((str(link.agency_id) for link in own if link.part == "lead"), "")
        found[f"helping_{index}"] = [str(link.agency_id) for link in own if link.part == "coordinating"]
    return found
