"""Matching words whatever their marks: "gao nep" finds "Gạo nếp"; pure.

A record keeps `search_text = plain(name, name_en, code …)`; a query matches when each of its tokens
is a part of that text.
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")


def plain(*texts: str | None) -> str:
    """Lower case without marks (đ → d), single spaces: the form in which texts are compared."""
    joined = " ".join(text for text in texts if text)
    decomposed = unicodedata.normalize("NFD", joined.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def tokens(query: str, *, most: int = 8) -> list[str]:
    """The words of a query in plain form, without repeats, at most `most`."""
    return list(dict.fromkeys(_WORD.findall(plain(query))))[:most]
