"""Units of measure (UN/CEFACT Recommendation 20) that can be compared: those of one dimension, by exact factors.

`GE_value_CEL=4` means four degrees Celsius, whichever unit the sensor wrote: the
bound is converted into each unit of the dimension, the events stay as they are.
A unit that is not listed here is compared with itself only.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

# of each dimension: unit code, how many base units one is; a temperature also has where its zero lies
_DIMENSIONS = (
    "KGM 1 GRM 1/1000 MGM 1/1000000 MC 1/1000000000 TNE 1000 DTN 100 LBR 45359237/100000000 "
    "ONZ 45359237/1600000000 STN 90718474/100000 LTN 10160469088/10000000",
    "MTR 1 KMT 1000 DMT 1/10 CMT 1/100 MMT 1/1000 4H 1/1000000 INH 254/10000 FOT 3048/10000 YRD 9144/10000 "
    "SMI 1609344/1000",
    "MTK 1 KMK 1000000 HAR 10000 ARE 100 DMK 1/100 CMK 1/10000 MMK 1/1000000 FTK 9290304/100000000 "
    "INK 64516/100000000 ACR 40468564224/10000000",
    "LTR 1 MTQ 1000 DMQ 1 CMQ 1/1000 MMQ 1/1000000 MLT 1/1000 CLT 1/100 DLT 1/10 HLT 100 4G 1/1000000 "
    "INQ 16387064/1000000000 FTQ 28316846592/1000000000 GLL 3785411784/1000000000 GLI 454609/100000",
    "SEC 1 C26 1/1000 MIN 60 HUR 3600 DAY 86400 WEE 604800",
    "PAL 1 A97 100 KPA 1000 MPA 1000000 BAR 100000 MBR 100 ATM 101325",
    "MTS 1 KMH 1000/3600 HM 1609344/3600000 FS 3048/10000",
    "JOU 1 KJO 1000 3B 1000000 WHR 3600 KWH 3600000 GWH 3600000000000 MWH 3600000000",
    "WTT 1 KWT 1000 MAW 1000000 C31 1/1000",
    "HTZ 1 KHZ 1000 MHZ 1000000 A86 1000000000",
    "VLT 1 2Z 1/1000 KVT 1000",
    "AMP 1 4K 1/1000 B22 1000",
    "GL 1 A93 1/1000 M1 1/1000 GP 1/1000000 GQ 1/1000000000",
)  # fmt: skip
_TEMPERATURES = {  # kelvins = (degrees + shift) * factor
    "KEL": (Fraction(1), Fraction(0)),
    "CEL": (Fraction(1), Fraction(27315, 100)),
    "FAH": (Fraction(5, 9), Fraction(45967, 100)),
    "A48": (Fraction(5, 9), Fraction(0)),
}


def _tables() -> dict[str, dict[str, tuple[Fraction, Fraction]]]:
    found: dict[str, dict[str, tuple[Fraction, Fraction]]] = dict.fromkeys(_TEMPERATURES, _TEMPERATURES)
    for line in _DIMENSIONS:
        parts = line.split()
        units = {code: (Fraction(factor), Fraction(0)) for code, factor in zip(parts[::2], parts[1::2])}
        found.update(dict.fromkeys(units, units))
    return found


UNITS = _tables()


def in_units(number: float | int | Decimal, unit: str, *, difference: bool = False) -> dict[str, float]:
    """{unit: the same amount in it} for every unit of the dimension of `unit`, itself among them.

    `difference`: the number is a distance between two values (a standard deviation), so zero stays zero.
    """
    units = UNITS.get(unit)
    if units is None:
        return {unit: float(number)}
    factor, shift = units[unit]
    exact = Fraction(str(number))
    found = {}
    for other, (its_factor, its_shift) in units.items():
        base = exact * factor if difference else (exact + shift) * factor
        found[other] = float(base / its_factor if difference else base / its_factor - its_shift)
    found[unit] = float(number)
    return found
