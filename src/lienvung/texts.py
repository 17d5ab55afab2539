"""Words in both languages side by side.

Vietnamese first, English complete: a text is a pair, so that neither language can
be forgotten (decision 0002). Templates use `{% bi "Lô hàng" "Lot" %}`
(`lienvung.web.templatetags.words`), Python code uses `Text("Lô hàng", "Lot")`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lienvung.errors import Invalid


class Text(NamedTuple):
    """A phrase in Vietnamese and English."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        return self.vi if language.startswith("vi") else self.en


def check_texts(value: Any, at: str = "") -> None:
    """Raises Invalid with the JSON Pointer of a text in a JSON value that no database and no answer can hold: with half
    a character (`\\ud800`) or a NUL in it."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise Invalid(
                "texts.character",
                vi="Có ký tự không hợp lệ (NUL hoặc nửa ký tự).",
                en="It has a character that is none (a NUL, or half of one).",
                path=at,
            )
    elif isinstance(value, list):
        for number, one in enumerate(value):
            check_texts(one, f"{at}/{number}")
    elif isinstance(value, dict):
        for name, one in value.items():
            check_texts(name, at)
            check_texts(one, f"{at}/{name.replace('~', '~0').replace('/', '~1')}")
