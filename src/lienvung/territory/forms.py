"""A field for choosing today's commune, grouped by province; works without script."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms

from lienvung.registry.forms import phrase
from lienvung.territory.access import unit_by_id, units_on
from lienvung.territory.models import AdminUnit


def commune_choices() -> list[tuple[str, Any]]:
    """Today's communes under their provinces, then the provinces of the whole country."""
    communes = units_on(level="commune").select_related("parent").order_by("parent__code", "short_name")
    choices: list[tuple[str, Any]] = [("", "—")]
    for province, members in groupby(communes, key=lambda unit: unit.parent):
        choices.append((str(province), [(str(unit.pk), unit.name) for unit in members]))
    provinces = [(str(unit.pk), unit.name) for unit in units_on(level="province").order_by("short_name")]
    return [*choices, (str(phrase("Cả tỉnh, thành phố", "Whole province or city")), provinces)]


class UnitField(forms.ChoiceField):
    """Cleans to an `AdminUnit` or None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", phrase("Xã, phường", "Commune"))
        super().__init__(choices=commune_choices, **kwargs)

    def clean(self, value: Any) -> AdminUnit | None:
        chosen = super().clean(value)
        return unit_by_id(chosen) if chosen else None

    def prepare_value(self, value: Any) -> Any:
        return str(value.pk) if isinstance(value, AdminUnit) else value
