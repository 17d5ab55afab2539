"""Whether a library may open a stranger's workbook whole, to write faults into it; pure.

Our own reading (`workbook`) takes what it wants of a file. A library takes everything: it makes a cell of every cell of
a merge (one line of XML, 17 thousand million cells), opens every picture, works every shared formula out anew. What
would cost more than a book of people does gets no copy; the page tells the faults just as well.
"""

from __future__ import annotations

import io
import zipfile
from typing import Final
from xml.etree import ElementTree

from openpyxl.utils.cell import range_boundaries
from PIL import Image, UnidentifiedImageError

from lienvung.errors import TooLarge
from lienvung.workbooks.reading import MOST_UNPACKED, local_name

MOST_ELEMENTS: Final = 600_000  # opening and closing tags of all parts
MOST_MERGED: Final = 50_000  # cells of all merges
MOST_FORMULA: Final = 5_000_000  # characters of shared formulas, as often as they are used
PICTURES: Final = frozenset({"PNG", "JPEG", "GIF"})  # which the library hands on as they are
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")  # XML of two bytes a letter: Excel writes none


def check_copy(data: bytes) -> None:
    """Raise TooLarge for a workbook that would cost a library too much. It was read by `read_workbook` before."""
    left = MOST_ELEMENTS
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for info in parts.infolist():
            with parts.open(info) as stream:
                part = stream.read(MOST_UNPACKED + 1)
            if part.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and not part.startswith(_WIDE):
                left -= part.count(b"<")
                if left < 0 or b"<!DOCTYPE" in part:
                    raise _too_much()
                _check_xml(part)
            elif part.startswith(_WIDE) or not _is_plain(part):
                raise _too_much()


def _check_xml(part: bytes) -> None:
    if b"mergeCell" not in part and b"shared" not in part:
        return
    merged = uses = longest = 0
    for _, element in ElementTree.iterparse(io.BytesIO(part)):
        name = local_name(element.tag)
        if name == "mergeCell":
            left, top, right, bottom = range_boundaries(str(element.get("ref")))
            merged += (int(right or 16_384) - int(left or 1) + 1) * (int(bottom or 1_048_576) - int(top or 1) + 1)
        elif name == "f" and element.get("t") == "shared":
            uses, longest = uses + 1, max(longest, len(element.text or ""))
        if merged > MOST_MERGED or uses * longest > MOST_FORMULA:
            raise _too_much()
        element.clear()


def _is_plain(part: bytes) -> bool:
    """No picture, or one that is not unpacked."""
    try:
        with Image.open(io.BytesIO(part)) as picture:
            return picture.format in PICTURES
    except UnidentifiedImageError:
        return True
    except Exception:  # a picture that claims to be huge or is broken
        return False


def _too_much() -> TooLarge:
    return TooLarge("workbooks.copy", vi="Tệp quá phức tạp để chép lại.", en="The file is too involved to be copied.")
