"""North American coupon codes, AIs (8110) and (8112).

Sources: "North American Coupon Application Guideline Using GS1 DataBar Expanded Symbols" and "GS1 AI (8112) Coupon
Data Specification". A coupon is a chain of digits in which most fields are led by a digit that gives their length.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable

Wrong = tuple[str, str]


class _Bad(Exception):
    """Inside this module only: the field that broke off the reading."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.wrong = (f"mã phiếu giảm giá sai ở {vi}", f"the coupon code is wrong at {en}")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def take(self, length: int, vi: str, en: str) -> str:
        part = self.text[self.at : self.at + length]
        if len(part) < length:
            raise _Bad(vi, en)
        self.at += length
        return part

    def digit(self, allowed: str, vi: str, en: str) -> int:
        digit = self.take(1, vi, en)
        if digit not in allowed:
            raise _Bad(vi, en)
        return int(digit)

    def field(self, allowed: str, plus: int, vi: str, en: str) -> str:
        """A length digit out of `allowed`, then as many digits as it says and `plus` more."""
        return self.take(self.digit(allowed, vi, en) + plus, vi, en)

    def option(self, digit: str) -> bool:
        """Whether the optional field `digit` comes next; if so, step over its indicator."""
        if self.text[self.at : self.at + 1] != digit:
            return False
        self.at += 1
        return True

    def end(self) -> None:
        if self.at != len(self.text):
            raise _Bad("phần thừa ở cuối", "what follows its end")


def coupon_fault(text: str) -> Wrong | None:
    """What is wrong with an AI (8110) coupon code."""
    return _fault(text, _read_coupon)


def positive_offer_fault(text: str) -> Wrong | None:
    """What is wrong with an AI (8112) positive offer file coupon code."""
    return _fault(text, _read_offer)


def _fault(text: str, read: Callable[[_Reader], None]) -> Wrong | None:
    if not (text.isascii() and text.isdigit()):
        return ("mã phiếu giảm giá chỉ gồm chữ số", "a coupon code has digits only")
    try:
        read(_Reader(text))
    except _Bad as bad:
        return bad.wrong
    return None


def _purchase(reader: _Reader, *, vi: str, en: str) -> None:
    reader.field("12345", 0, f"yêu cầu mua {vi}", f"the {en} purchase requirement")
    reader.digit("012349", f"mã yêu cầu mua {vi}", f"the {en} purchase requirement code")
    reader.take(3, f"nhóm hàng mua {vi}", f"the {en} purchase family code")


def _other_company(reader: _Reader, *, vi: str, en: str) -> None:
    length = reader.digit("01234569", f"tiền tố doanh nghiệp {vi}", f"the {en} company prefix")
    if length != 9:
        reader.take(length + 6, f"tiền tố doanh nghiệp {vi}", f"the {en} company prefix")


def _day(reader: _Reader, vi: str, en: str) -> str:
    day = reader.take(6, vi, en)
    month = int(day[2:4])
    if not 1 <= month <= 12 or not 1 <= int(day[4:]) <= monthrange(2000 + int(day[:2]), month)[1]:
        raise _Bad(vi, en)
    return day


def _read_coupon(reader: _Reader) -> None:
    reader.field("0123456", 6, "tiền tố doanh nghiệp", "the company prefix")
    reader.take(6, "mã ưu đãi", "the offer code")
    reader.field("12345", 0, "số tiền giảm", "the save value")
    _purchase(reader, vi="thứ nhất", en="first")
    if reader.option("1"):
        reader.digit("0123", "quy tắc mua thêm", "the additional purchase rules code")
        _purchase(reader, vi="thứ hai", en="second")
        _other_company(reader, vi="thứ hai", en="second")
    if reader.option("2"):
        _purchase(reader, vi="thứ ba", en="third")
        _other_company(reader, vi="thứ ba", en="third")
    expires = _day(reader, "ngày hết hạn", "the expiration date") if reader.option("3") else "999999"
    if reader.option("4") and _day(reader, "ngày bắt đầu", "the start date") > expires:
        raise _Bad("ngày bắt đầu (sau ngày hết hạn)", "the start date (after the expiration date)")
    if reader.option("5"):
        reader.field("0123456789", 6, "số sê-ri", "the serial number")
    if reader.option("6"):
        reader.field("1234567", 6, "mã nhà bán lẻ", "the retailer's prefix or GLN")
    if reader.option("9"):
        reader.digit("01256", "mã cách giảm", "the save value code")
        reader.digit("012", "mặt hàng được giảm", "the item that the save value applies to")
        reader.take(1, "cờ phiếu của cửa hàng", "the store coupon flag")
        reader.digit("01", "cờ không nhân đôi", "the don't-multiply flag")
    reader.end()


def _read_offer(reader: _Reader) -> None:
    reader.digit("01", "mã định dạng", "the format code")
    reader.field("0123456", 6, "bên tài trợ", "the funder")
    reader.take(6, "mã ưu đãi", "the offer code")
    reader.field("0123456789", 6, "số sê-ri", "the serial number")
    reader.end()
