"""Units of laboratory results, and turning one into another of the same dimension; pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from lienvung.errors import Invalid
from lienvung.texts import Text


class Unit(NamedTuple):
    """`factor` times the dimension's base (mass fraction: mg/kg; in liquids: mg/L; counts: per gram or per ml)."""

    dimension: str
    factor: Decimal


MASS, VOLUME, COUNT, COUNT_ML, ACTIVITY, SHARE, NUMBER = (
    "mass fraction",
    "mass per volume",
    "count per mass",
    "count per volume",
    "activity per mass",
    "presence",
    "number",
)
UNITS: Final[dict[str, Unit]] = {
    "mg/kg": Unit(MASS, Decimal(1)),
    "ppm": Unit(MASS, Decimal(1)),
    "µg/g": Unit(MASS, Decimal(1)),
    "µg/kg": Unit(MASS, Decimal("0.001")),
    "ppb": Unit(MASS, Decimal("0.001")),
    "ng/g": Unit(MASS, Decimal("0.001")),
    "ng/kg": Unit(MASS, Decimal("0.000001")),
    "mg/100g": Unit(MASS, Decimal(10)),
    "g/kg": Unit(MASS, Decimal(1000)),
    "g/100g": Unit(MASS, Decimal(10_000)),
    "%": Unit(MASS, Decimal(10_000)),
    "mg/L": Unit(VOLUME, Decimal(1)),
    "µg/L": Unit(VOLUME, Decimal("0.001")),
    "g/L": Unit(VOLUME, Decimal(1000)),
    "CFU/g": Unit(COUNT, Decimal(1)),
    "MPN/g": Unit(COUNT, Decimal(1)),
    "CFU/ml": Unit(COUNT_ML, Decimal(1)),
    "Bq/kg": Unit(ACTIVITY, Decimal(1)),
    "/25g": Unit(SHARE, Decimal(1)),
    "/10g": Unit("presence in 10 g", Decimal(1)),
    "1": Unit(NUMBER, Decimal(1)),
}
# The ways in which the same unit is typed: a Greek mu for the micro sign, "u" on a keyboard without either.
_SPELLINGS: Final = {
    "μ": "µ",
    "ug/": "µg/",
    "mcg/": "µg/",
}
WORDS: Final = {"1": Text("(không đơn vị)", "(no unit)")}


def spell(text: str) -> str:
    """The unit as this table writes it. Raises Invalid for an unknown one."""
    unit = "".join(text.split())
    for old, new in _SPELLINGS.items():
        unit = unit.replace(old, new)
    by_case = {known.lower(): known for known in UNITS}
    found = unit if unit in UNITS else by_case.get(unit.lower())
    if found is None:
        raise Invalid(
            "lab.unit",
            vi=f"Không có đơn vị “{text}”. Các đơn vị: {', '.join(UNITS)}.",
            en=f"There is no unit “{text}”. The units are {', '.join(UNITS)}.",
            path="unit",
        )
    return found


def convert(value: Decimal, *, unit: str, to: str) -> Decimal:
    """The same amount in another unit of its dimension, exactly. Raises Invalid for another dimension."""
    one, other = UNITS[spell(unit)], UNITS[spell(to)]
    if one.dimension != other.dimension:
        raise Invalid(
            "lab.dimension",
            vi=f"Không đổi được {unit} sang {to}: hai đại lượng khác nhau.",
            en=f"{unit} cannot be turned into {to}: they measure different things.",
            path="unit",
        )
    return value * one.factor / other.factor


def comparable(unit: str, to: str) -> bool:
    return UNITS[spell(unit)].dimension == UNITS[spell(to)].dimension
