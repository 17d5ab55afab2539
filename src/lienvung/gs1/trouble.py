"""How this floor refuses: one line that says what was read, what is wrong with it and how to put it right."""

from __future__ import annotations

from typing import NoReturn

from lienvung.errors import Invalid

_SHOWN = 120


def refuse(code: str, vi: str, en: str, *, source: str = "", path: str = "") -> NoReturn:
    """Raise `Invalid`; `source`, the text that was read, is quoted in front, cut to 120 characters."""
    if source:
        shown = source if len(source) <= _SHOWN else source[:_SHOWN] + "…"
        vi, en = f"«{shown}»: {vi}", f"'{shown}': {en}"
    raise Invalid(code, vi=vi + ".", en=en + ".", path=path)
