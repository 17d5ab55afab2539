"""Pure decisions about units: keys, English names, what a name matches."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Final

NAMESPACE: Final = uuid.UUID("0a3d1f56-5c0f-5d5e-9d0b-5b3f4f0c7a11")

# Official type words, longest first, with the English said behind the name
TYPES: Final = {
    "province": (("Thành phố", "City"), ("Tỉnh", "Province")),
    "district": (("Thành phố", "City"), ("Thị xã", "Town"), ("Quận", "Urban District"), ("Huyện", "District")),
    "commune": (
        ("Đặc khu", "Special Zone"),
        ("Thị trấn", "Township"),
        ("Phường", "Ward"),
        ("Xã", "Commune"),
    ),
}


def unit_id(level: str, code: str, valid_from: str) -> uuid.UUID:
    """The same unit has the same id in every installation, so exchanged records agree."""
    return uuid.uuid5(NAMESPACE, f"{level}:{code}:{valid_from}")


def split_name(level: str, name: str) -> tuple[str, str]:
    """Official name → (name without its type, English name): "Xã Kim Sơn" → ("Kim Sơn", "Kim Son Commune")."""
    for word, english in TYPES[level]:
        if name.startswith(word + " "):
            short = name[len(word) + 1 :]
            if short.isdigit():  # "Phường 1"
                return name, f"{english} {short}"
            return short, f"{without_marks(short)} {english}"
    return name, without_marks(name)


def without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}


def spelling(name: str) -> str:
    """Form in which two spellings of one name are equal: Hoà = Hòa, lower case, single spaces.

    Sources differ in which vowel carries the tone (10 of 255 names here), so the tone is moved to the
    end of its syllable; the vowels' own marks stay.
    """
    syllables = []
    for syllable in unicodedata.normalize("NFD", name).casefold().split():
        tone = "".join(letter for letter in syllable if letter in _TONES)
        syllables.append("".join(letter for letter in syllable if letter not in _TONES) + tone)
    return unicodedata.normalize("NFC", " ".join(syllables))
