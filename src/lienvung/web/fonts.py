"""Be Vietnam Pro, cut down to Vietnamese and Latin, as WOFF2.

The font (SIL Open Font License 1.1) comes from the package
`fontpkg-be-vietnam-pro`; it is not copied into this repository. The cut files
(about 10 kB each instead of 130) are made once, at start-up, in
`LIENVUNG_HOME/static-build/fonts`, and found there by `BuiltFiles`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import fontpkg_be_vietnam_pro
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from fontTools import subset
from fontTools.ttLib import TTFont

WEIGHTS = {400: "Regular", 600: "SemiBold"}
VIETNAMESE = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
PUNCTUATION = " ©«°±²³·»×÷–—‘’“”•…₫≤≥"
CHARACTERS = frozenset(map(chr, range(0x20, 0x7F))) | set(VIETNAMESE + VIETNAMESE.upper() + PUNCTUATION)
FEATURES = ["kern", "liga", "tnum", "mark", "mkmk", "ccmp", "locl"]


def build_folder() -> Path:
    return Path(settings.HOME) / "static-build"


def font_path(weight: int) -> Path:
    return build_folder() / "fonts" / f"be-vietnam-pro-{weight}.woff2"


def source_path(weight: int) -> Path:
    """The complete font as the package ships it (TTF), e.g. for PDF labels."""
    return Path(fontpkg_be_vietnam_pro.ROOT) / "files" / f"BeVietnamPro-{WEIGHTS[weight]}.ttf"


def ensure_fonts() -> list[Path]:
    """Make the cut fonts that are missing; gives their paths."""
    for weight in WEIGHTS:
        if not font_path(weight).exists():
            cut_font(source_path(weight), font_path(weight))
    return [font_path(weight) for weight in WEIGHTS]


def cut_font(source: Path, target: Path) -> None:
    """Write `source` reduced to `CHARACTERS` as WOFF2; appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    font = TTFont(source)
    options = subset.Options(layout_features=FEATURES, hinting=False, name_IDs=[0, 1, 2, 13, 14])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(character) for character in CHARACTERS])
    cutter.subset(font)
    font.flavor = "woff2"
    half_made = target.with_suffix(f".{os.getpid()}.part")
    font.save(half_made)
    half_made.replace(target)


class BuiltFiles(BaseFinder):
    """Static files made at start-up (fonts), for `staticfiles` and WhiteNoise."""

    def check(self, **_: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        folder = build_folder().resolve()
        wanted = (folder / path).resolve()
        if path.startswith("fonts/") and wanted.is_relative_to(folder):
            ensure_fonts()
            if wanted.is_file():
                return [str(wanted)] if find_all else str(wanted)
        return []

    def list(self, ignore_patterns: Iterable[str] | None = None) -> Iterator[tuple[str, FileSystemStorage]]:
        storage = FileSystemStorage(location=build_folder())
        for path in ensure_fonts():
            yield str(path.relative_to(build_folder())), storage
