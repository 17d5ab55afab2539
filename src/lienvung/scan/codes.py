"""QR codes of Digital Link addresses: their text, their size, their modules.

Error correction level M and a quiet zone of 4 modules (ISO/IEC 18004); the module
of a printed code is at least 0.396 mm, the smallest that GS1's General
Specifications allow for a QR Code with GS1 Digital Link URI at retail.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import segno

QUIET_ZONE = 4
SMALLEST_MODULE_MM = 0.396


@dataclass(frozen=True, slots=True)
class Code:
    """The dark modules of one symbol, as horizontal runs (row, first column, length)."""

    text: str
    modules: int
    runs: tuple[tuple[int, int, int], ...]

    @property
    def side(self) -> int:
        """Modules of one side with the quiet zone."""
        return self.modules + 2 * QUIET_ZONE

    def svg_path(self) -> str:
        """Path data in modules, quiet zone included; `h`/`v` only, so that it stays small."""
        return "".join(
            f"M{column + QUIET_ZONE} {row + QUIET_ZONE}h{length}v1h-{length}z" for row, column, length in self.runs
        )


@lru_cache(maxsize=512)
def code(text: str) -> Code:
    """The symbol of `text`, level M, never a Micro QR (many telephones cannot read one)."""
    matrix = segno.make(text, error="m", boost_error=False, micro=False).matrix
    runs: list[tuple[int, int, int]] = []
    for number, row in enumerate(matrix):
        start = -1
        for column, dark in enumerate([*row, 0]):
            if dark and start < 0:
                start = column
            elif not dark and start >= 0:
                runs.append((number, start, column - start))
                start = -1
    return Code(text=text, modules=len(matrix), runs=tuple(runs))


def svg(text: str, *, module_mm: float = 0.6, title: str = "") -> str:
    """A stand-alone SVG of the code of `text`; its size is given in millimetres."""
    symbol = code(text)
    side = symbol.side
    size = f"{side * module_mm:.2f}mm"
    name = f"<title>{_escape(title)}</title>" if title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {side} {side}" '
        f'shape-rendering="crispEdges" role="img">{name}<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path d="{symbol.svg_path()}"/></svg>'
    )


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
