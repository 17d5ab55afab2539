"""Words in both languages side by side.

Vietnamese first, English complete: a text is a pair, so that neither language can
be forgotten (decision 0002). Templates use `{% bi "Lô hàng" "Lot" %}`
(`lienvung.web.templatetags.words`), Python code uses `Text("Lô hàng", "Lot")`.
"""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """A phrase in Vietnamese and English."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        return self.vi if language.startswith("vi") else self.en
