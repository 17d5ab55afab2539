"""Collecting every fault of an input with its place: the elementary checks.

A `Checker` walks decoded JSON; each check adds faults instead of raising, so that a
sender mends a document in one go. Codes are stable: `epcis.required`, `epcis.type`,
`epcis.unknown`, `epcis.vocabulary`, `epcis.uri`, `epcis.time`, `gs1.check_digit` …
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lienvung.epcis.context import EXTENSION_KEY
from lienvung.epcis.lookups import Lookups, Words
from lienvung.epcis.numbers import number_text
from lienvung.epcis.scan import OFFSETS
from lienvung.epcis.times import parse_time
from lienvung.errors import Invalid

Check = Callable[[Any, str], None]
Fields = dict[str, Check]


def pointer(path: str, key: str | int) -> str:
    """A JSON Pointer (RFC 6901) one step deeper."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


class Checker:
    """Elementary checks; each takes a value and its path."""

    def __init__(self, lookups: Lookups) -> None:
        self.lookups = lookups
        self.faults: list[Invalid] = []

    def add(self, path: str, code: str, vi: str, en: str) -> None:
        self.faults.append(Invalid(code, vi=vi, en=en, path=path))

    def attempt(self, action: Callable[[Any], Any], value: Any, path: str) -> None:
        """Run what raises `Invalid` without a place, and keep the fault with its place."""
        try:
            action(value)
        except Invalid as fault:
            self.add(path, fault.code, fault.vi, fault.en)

    def missing(self, path: str, name: str) -> None:
        self.add(
            pointer(path, name), "epcis.required", f"Thiếu trường bắt buộc {name}.", f"The required {name} is missing."
        )

    def is_type(self, value: Any, path: str, kind: type, vi: str, en: str) -> bool:
        if isinstance(value, kind):
            return True
        self.add(path, "epcis.type", f"Giá trị này phải là {vi}.", f"This must be {en}.")
        return False

    def string(self, value: Any, path: str) -> None:
        self.is_type(value, path, str, "một chuỗi", "a string")

    def boolean(self, value: Any, path: str) -> None:
        self.is_type(value, path, bool, "true hoặc false", "true or false")

    def anything(self, value: Any, path: str) -> None:
        """No demand."""

    def uri(self, value: Any, path: str) -> None:
        if self.is_type(value, path, str, "một URI", "a URI"):
            self.attempt(self.lookups.identifiers.__getitem__, value, path)

    def time(self, value: Any, path: str) -> None:
        if self.is_type(value, path, str, "một thời điểm dạng chuỗi", "a time as a string"):
            self.attempt(parse_time, value, path)

    def offset(self, value: Any, path: str) -> None:
        if self.is_type(value, path, str, "một chuỗi", "a string") and value not in OFFSETS:
            self.add(
                path, "epcis.offset",
                "Độ lệch múi giờ phải có dạng +07:00, từ -14:00 đến +14:00.",
                "A time zone offset looks like +07:00, from -14:00 to +14:00.",
            )  # fmt: skip

    def number(self, value: Any, path: str) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.add(path, "epcis.type", "Giá trị này phải là một số JSON.", "This must be a JSON number.")
            return False
        before = len(self.faults)
        self.attempt(number_text, value, path)
        return len(self.faults) == before

    def quantity(self, value: Any, path: str) -> None:
        if self.number(value, path) and value < 0:
            self.add(path, "epcis.quantity", "Số lượng không được âm.", "A quantity cannot be negative.")

    def unit(self, value: Any, path: str) -> None:
        if self.is_type(value, path, str, "một mã đơn vị đo", "a unit code"):
            self.attempt(self.lookups.units.__getitem__, value, path)

    def word(self, words: Words) -> Check:
        def check(value: Any, path: str) -> None:
            if self.is_type(value, path, str, "một từ của từ vựng", "a word of the vocabulary"):
                self.attempt(words.__getitem__, value, path)

        return check

    def one_of(self, *allowed: str) -> Check:
        listed = ", ".join(allowed)

        def check(value: Any, path: str) -> None:
            if value not in allowed:
                self.add(
                    path, "epcis.choice", f"Giá trị phải là một trong: {listed}.", f"This must be one of: {listed}."
                )

        return check

    def array(self, check: Check, least: int = 0, unique: bool = False) -> Check:
        def check_array(value: Any, path: str) -> None:
            if not self.is_type(value, path, list, "một mảng", "an array"):
                return
            if len(value) < least:
                self.add(path, "epcis.empty", f"Cần ít nhất {least} phần tử.", f"At least {least} entry is needed.")
            for index, item in enumerate(value):
                check(item, f"{path}/{index}")
            if unique:
                self._unique(value, path)

        return check_array

    def _unique(self, values: list[Any], path: str) -> None:
        seen: set[Any] = set()
        for index, value in enumerate(values):
            if isinstance(value, str):
                if value in seen:
                    self.add(
                        f"{path}/{index}", "epcis.repeated",
                        f"«{value[:100]}» đã có trong danh sách này.", f"'{value[:100]}' is in this list already.",
                    )  # fmt: skip
                seen.add(value)

    def members(self, fields: Fields, required: tuple[str, ...] = (), *, open_ended: bool = False) -> Check:
        """An object with these members; with `open_ended` also extension members (which have a namespace)."""

        def check(value: Any, path: str) -> None:
            if not self.is_type(value, path, dict, "một đối tượng JSON", "a JSON object"):
                return
            for name in required:
                if name not in value:
                    self.missing(path, name)
            for name, inner in value.items():
                field = fields.get(name)
                if field is not None:
                    field(inner, pointer(path, name))
                else:
                    self.extension_name(name, path, open_ended)

        return check

    def extension_name(self, name: str, path: str, open_ended: bool = True) -> None:
        if open_ended and ":" in name:
            if not EXTENSION_KEY.fullmatch(name):
                self.add(
                    pointer(path, name), "epcis.namespace",
                    f"«{name[:100]}» không phải tên có không gian tên.",
                    f"'{name[:100]}' is not a name with a namespace.",
                )  # fmt: skip
        else:
            self.add(
                pointer(path, name), "epcis.unknown",
                f"Trường «{name[:100]}» không có trong chuẩn EPCIS 2.0 ở chỗ này"
                + ("; trường mở rộng cần không gian tên (tiền tố:tên)." if open_ended else "."),
                f"EPCIS 2.0 has no member '{name[:100]}' here"
                + ("; an extension needs a namespace (prefix:name)." if open_ended else "."),
            )  # fmt: skip
