"""The typeface of a PDF.

An official document is set in Times New Roman. A .docx only names it; a PDF carries its letters, so they must be on
the machine: Times New Roman itself, or Liberation Serif or Tinos, which are as wide letter by letter. Where none of
them writes Vietnamese, Crimson Text is taken, a packaged serif with every Vietnamese letter and about as wide as Times.
`LIENVUNG_HOME/fonts` is looked at first. A sign that the family lacks is set in Be Vietnam Pro.
"""

from __future__ import annotations

import functools
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

import fontpkg_be_vietnam_pro
import fontpkg_crimson_text
from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from lienvung.papers.layout import Table

FACES: Final = ("", "-Bold", "-Italic", "-BoldItalic")
# the file names of the four faces, as Windows, Microsoft's fonts for the web and the free families call them
KNOWN: Final = (
    ("Times New Roman", ("times.ttf", "timesbd.ttf", "timesi.ttf", "timesbi.ttf")),
    (
        "Times New Roman",
        ("Times_New_Roman.ttf", "Times_New_Roman_Bold.ttf", "Times_New_Roman_Italic.ttf",
         "Times_New_Roman_Bold_Italic.ttf"),
    ),
    (
        "Times New Roman",
        ("Times New Roman.ttf", "Times New Roman Bold.ttf", "Times New Roman Italic.ttf",
         "Times New Roman Bold Italic.ttf"),
    ),
    ("Liberation Serif", tuple(f"LiberationSerif-{face}.ttf" for face in ("Regular", "Bold", "Italic", "BoldItalic"))),
    ("Tinos", tuple(f"Tinos-{face}.ttf" for face in ("Regular", "Bold", "Italic", "BoldItalic"))),
)  # fmt: skip
FOLDERS: Final = (
    "/usr/share/fonts/truetype/msttcorefonts",
    "/usr/share/fonts/truetype/liberation",
    "/usr/share/fonts/truetype/liberation2",
    "/usr/share/fonts/truetype/croscore",
    "/usr/share/fonts/liberation",
    "/usr/share/fonts/liberation-serif",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts/Supplemental",
)
PACKAGED: Final = "Crimson Text"
OTHER: Final = "Be Vietnam Pro"
_VOWELS: Final = "aăâeêioôơuưy"
_TONES: Final = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_SMALL: Final = "".join(unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES) + "đ"
LETTERS: Final = _SMALL + _SMALL.upper()
"""Every Vietnamese letter with a mark of its own, and the bare vowels, small and large."""
MARKS: Final = LETTERS + "…–“”"


class Family(NamedTuple):
    """`name` as people call it; the four faces as reportlab knows them; `other` for a sign that `letters` lacks."""

    name: str
    regular: str
    bold: str
    italic: str
    bold_italic: str
    letters: frozenset[int]
    other: str = ""


def family(*, packaged_only: bool = False) -> Family:
    """The family to set PDFs in, registered with reportlab."""
    return _family(str(settings.HOME), packaged_only)


@functools.lru_cache(maxsize=4)
def _family(home: str, packaged_only: bool) -> Family:
    windows = os.environ.get("WINDIR")
    folders = [Path(home) / "fonts", *map(Path, FOLDERS), *([Path(windows) / "Fonts"] if windows else [])]
    for folder in () if packaged_only else folders:
        for name, files in KNOWN:
            made = _registered(name, [folder / file for file in files])
            if made is not None:
                return made
    packaged = _registered(PACKAGED, _packaged(fontpkg_crimson_text, "CrimsonText"))
    if packaged is None:
        raise RuntimeError(f"the packaged font {PACKAGED} is incomplete")
    return packaged


def _packaged(package: ModuleType, name: str) -> list[Path]:
    folder = Path(package.ROOT) / "files"
    return [folder / f"{name}-{face}.ttf" for face in ("Regular", "Bold", "Italic", "BoldItalic")]


@functools.lru_cache(maxsize=1)
def _other() -> str:
    """Be Vietnam Pro as reportlab knows it."""
    made = TTFont("paper-other", str(_packaged(fontpkg_be_vietnam_pro, "BeVietnamPro")[0]))
    pdfmetrics.registerFont(made)
    return "paper-other"


def _registered(name: str, paths: Sequence[Path]) -> Family | None:
    """The family of these four files; None when one is missing, broken, or cannot write Vietnamese."""
    if not all(path.is_file() for path in paths):
        return None
    base = "paper-" + name.replace(" ", "")
    names = [base + face for face in FACES]
    try:
        fonts = [TTFont(face, str(path)) for face, path in zip(names, paths)]
    except (TTFError, OSError):
        return None
    if not all(ord(sign) in font.face.charToGlyph for font in fonts for sign in MARKS):
        return None
    for font in fonts:
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(base, normal=names[0], bold=names[1], italic=names[2], boldItalic=names[3])
    letters = frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts))
    regular, bold, italic, bold_italic = names
    return Family(name, regular, bold, italic, bold_italic, letters, _other())


def bold_width(text: str, size: float) -> float:
    """About how wide a line in bold Times is, in millimetres; marks take no room of their own."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return float(pdfmetrics.stringWidth(bare, "Times-Bold", size)) * 25.4 / 72


def column_widths(table: Table, width: float, size: float) -> list[float]:
    """Millimetres of each column, in the table's shares of `width`; a column in which no word of the head would fit
    takes what it needs from the others."""
    shares = [share / sum(table.widths) * width for share in table.widths]
    least = [max((bold_width(word, size) for word in text.split()), default=0.0) * 1.06 + 2.5 for text in table.columns]
    short = sum(max(0.0, need - share) for share, need in zip(shares, least))
    spare = sum(max(0.0, share - need) for share, need in zip(shares, least))
    if not short or spare < short:
        return shares
    return [
        need if share < need else share - (share - need) * short / spare for share, need in zip(shares, least)
    ]  # fmt: skip
