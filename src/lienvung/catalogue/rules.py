"""Pure decisions about products, lots and serial numbers."""

from __future__ import annotations

import re
import secrets
from datetime import date, timedelta
from decimal import Decimal

from lienvung.errors import Invalid, ManyInvalid
from lienvung.gs1 import check_digit

# Base 32 without I, L, O and U (Crockford's letters): nothing is mistaken for 1, 0 or V when read aloud.
SERIAL_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SERIAL_LENGTH = 10  # 50 bits; a serial is no secret, only hard to guess (see docs/security)
MOST_SERIALS = 50_000  # of one job

# GS1 character set 82 (General Specifications 7.11), what a lot or serial number may hold
_CHARACTERS_82 = re.compile(r"[!\"%-?A-Z_a-z]{1,20}")
_UNIT = re.compile(r"[A-Z0-9]{2,3}")
_UNCLEAR = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
# marks between thousands, then the decimal mark and its digits
_NUMBERS = (
    re.compile(r"(?P<whole>[0-9]+)(?:[.,](?P<part>[0-9]+))?"),
    re.compile(r"(?P<whole>[0-9]{1,3}(?:[.][0-9]{3})+)(?:,(?P<part>[0-9]+))?"),
    re.compile(r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+)(?:[.](?P<part>[0-9]+))?"),
)


def check_gtin(text: str, *, path: str = "gtin") -> str:
    """GTIN-8, -12, -13 or -14 to 14 digits; wrong length or check digit is Invalid (GenSpecs 7.9)."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", digits):
        raise Invalid(
            "gs1.length",
            vi="Mã GTIN gồm 8, 12, 13 hoặc 14 chữ số.",
            en="A GTIN has 8, 12, 13 or 14 digits.",
            path=path,
        )
    right = check_digit(digits[:-1])
    if digits[-1] != right:
        raise Invalid(
            "gs1.check_digit",
            vi=f"Số kiểm tra của GTIN sai: chữ số cuối phải là {right}, không phải {digits[-1]}.",
            en=f"The GTIN's check digit is wrong: the last digit should be {right}, not {digits[-1]}.",
            path=path,
        )
    return digits.zfill(14)


def company_prefixes(digits: str) -> list[str]:
    """Every GS1 Company Prefix that could stand in a GTIN (14 digits) or a GLN (13), of 4 to 12 digits.

    A GTIN-14's first digit is the indicator. A GTIN-8 is given by GS1 one by one and holds no company prefix
    (General Specifications 1.4.2), so it gives an empty list.
    """
    if len(digits) == 14:
        if digits.startswith("000000"):
            return []
        digits = digits[1:]
    return [digits[:length] for length in range(4, 13)]


def check_owners_prefix(digits: str, *, own: str, taken: bool, path: str) -> None:
    """A code belongs to whom GS1 gave its company prefix: the owner's, or at least (`taken`) nobody else's here."""
    key = path.upper()
    possible = company_prefixes(digits)
    if not possible:
        return
    if own and own not in possible:
        raise Invalid(
            "catalogue.prefix_not_own",
            vi=f"Mã {key} này không bắt đầu bằng mã doanh nghiệp GS1 của đơn vị ({own}).",
            en=f"This {key} does not begin with the organisation's GS1 Company Prefix ({own}).",
            path=path,
        )
    if not own and taken:
        raise Invalid(
            "catalogue.prefix_of_another",
            vi=f"Mã {key} này bắt đầu bằng mã doanh nghiệp GS1 của đơn vị khác.",
            en=f"This {key} begins with the GS1 Company Prefix of another organisation.",
            path=path,
        )


def check_lot_number(number: str, *, path: str = "number") -> str:
    """AI (10): 1 to 20 characters of GS1 character set 82."""
    if not _CHARACTERS_82.fullmatch(number):
        raise Invalid(
            "catalogue.lot_number",
            vi="Số lô gồm 1 đến 20 ký tự: chữ không dấu, số và dấu thông dụng, không có khoảng trắng.",
            en="A lot number has 1 to 20 characters: plain letters, digits and common signs, no spaces.",
            path=path,
        )
    return number


def read_number(text: str, *, path: str = "quantity") -> Decimal:
    """A number as people write it: 1500, 1500,5, 1.500,5, 1,500.5, 1.500.000.

    1.500 and 1,500 are Invalid: a thousand and a half to some, one and a half to others, and it weighs goods.
    """
    typed = "".join(text.split()).replace("\N{MINUS SIGN}", "-")
    sign, digits = ("-", typed[1:]) if typed.startswith("-") else ("", typed)
    if _UNCLEAR.fullmatch(digits):
        whole, part = re.split("[.,]", digits)
        less = part.rstrip("0")
        vi, en = (f"{whole},{less}", f"{whole}.{less}") if less else (f"{whole},0", f"{whole}.0")
        raise Invalid(
            "catalogue.number_unclear",
            vi=f"Số này hiểu được hai cách: hãy viết {sign}{whole}{part} hoặc {sign}{vi}.",
            en=f"This number can be read in two ways: write {sign}{whole}{part} or {sign}{en}.",
            path=path,
        )
    for form in _NUMBERS:
        if found := form.fullmatch(digits):
            part = (found["part"] or "").rstrip("0")
            return Decimal(sign + re.sub("[.,]", "", found["whole"]) + (f".{part}" if part else ""))
    raise Invalid(
        "catalogue.number", vi="Hãy nhập một số, ví dụ 12,5.", en="Enter a number, for example 12.5.", path=path
    )


def write_number(number: Decimal, *, decimal_mark: str) -> str:
    """The number for a field of a form, so that `read_number` reads it back: 1.234 becomes 1,2340."""
    shown = format(number, "f")
    shown = (shown.rstrip("0").rstrip(".") if "." in shown else shown).replace(".", decimal_mark)
    return shown + "0" if _UNCLEAR.fullmatch(shown.removeprefix("-")) else shown


def check_unit(uom: str, *, path: str = "uom") -> str:
    """A UN/CEFACT Recommendation 20 code (KGM, H87, LTR …) or nothing; its form only."""
    if uom and not _UNIT.fullmatch(uom):
        raise Invalid(
            "catalogue.unit",
            vi="Đơn vị đo là mã 2-3 ký tự của UN/CEFACT, ví dụ KGM.",
            en="The unit is a code of 2-3 characters of UN/CEFACT, for example KGM.",
            path=path,
        )
    return uom


def check_lot(
    *, produced_on: date | None, best_before: date | None, quantity: Decimal | None, today: date | None = None
) -> None:
    """Dates in order, made no later than tomorrow (clocks differ), quantity above nothing; every fault at once.

    `today` None: the lot may be of any day (the system plays stories whose days are not ours).
    """
    faults: list[Invalid] = []
    if produced_on and today and produced_on > today + timedelta(days=1):
        faults.append(
            Invalid(
                "catalogue.produced_in_future",
                vi="Ngày sản xuất ở tương lai.",
                en="The production date is in the future.",
                path="produced_on",
            )
        )
    if produced_on and best_before and best_before < produced_on:
        faults.append(
            Invalid(
                "catalogue.dates",
                vi="Hạn sử dụng sớm hơn ngày sản xuất.",
                en="The best-before date is earlier than the production date.",
                path="best_before",
            )
        )
    if quantity is not None and quantity <= 0:
        faults.append(
            Invalid(
                "catalogue.quantity", vi="Số lượng phải lớn hơn 0.", en="The quantity must be above 0.", path="quantity"
            )
        )
    if faults:
        raise ManyInvalid(faults)


def check_point(lat: float | None, lon: float | None) -> None:
    """A WGS 84 point, both numbers or neither."""
    if (lat is None) != (lon is None) or (
        lat is not None and lon is not None and not (-90 <= lat <= 90 and -180 <= lon <= 180)
    ):
        raise Invalid(
            "catalogue.point",
            vi="Toạ độ cần cả vĩ độ (-90 đến 90) và kinh độ (-180 đến 180).",
            en="A point needs a latitude (-90 to 90) and a longitude (-180 to 180).",
            path="lat",
        )


def check_count(count: int) -> int:
    if not 1 <= count <= MOST_SERIALS:
        raise Invalid(
            "catalogue.count",
            vi=f"Số nhãn phải từ 1 đến {MOST_SERIALS}.",
            en=f"The number of labels must be 1 to {MOST_SERIALS}.",
            path="count",
        )
    return count


def random_serial() -> str:
    """A serial nobody can foretell from the ones before."""
    return "".join(secrets.choice(SERIAL_LETTERS) for _ in range(SERIAL_LENGTH))
