"""The document of a certificate: a PDF or a photo, told by its content, kept under a name of our own.

A photo is written anew (its pixels only: no place or camera of whoever took it). A PDF is kept as it came, for
its signature may matter; one that carries scripts or other files is refused, and all are handed out as a download
that a browser will not run (`HEADERS`).
"""

from __future__ import annotations

import hashlib
import io
import re
from typing import Final, NamedTuple

from PIL import Image, ImageOps

from lienvung.errors import Invalid, TooLarge

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 2400
TYPES: Final = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
# names of the PDF dictionary by which a file runs or carries something; '#xx' writes a letter of a name
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA)\b")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")


class Document(NamedTuple):
    data: bytes
    ending: str
    digest: str


def read_document(data: bytes) -> Document:
    """The upload as it is kept; Invalid for what is neither PDF, JPEG nor PNG, TooLarge above 5 MB."""
    if len(data) > MOST_BYTES:
        raise TooLarge("proofs.document_size", vi="Tệp lớn hơn 5 MB.", en="The file is above 5 MB.", path="document")
    kept, ending = (_pdf(data), "pdf") if data[:5] == b"%PDF-" else _photo(data)
    return Document(kept, ending, hashlib.sha256(kept).hexdigest())


def _pdf(data: bytes) -> bytes:
    if b"%%EOF" not in data[-2048:]:
        raise _unreadable()
    names = _HEX.sub(lambda found: bytes([int(found[1], 16)]), data)
    if _ACTIVE.search(names):
        raise Invalid(
            "proofs.document_active",
            vi="Tệp PDF có mã lệnh hoặc tệp đính kèm; hãy in lại thành PDF thường.",
            en="The PDF carries scripts or attached files; print it to a plain PDF.",
            path="document",
        )
    return data


def _photo(data: bytes) -> tuple[bytes, str]:
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as probe:
            if probe.size[0] * probe.size[1] > MOST_PIXELS:
                raise _unreadable()
            png = probe.format == "PNG"
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except Exception as fault:  # a broken file makes Pillow raise errors of many kinds
        raise _unreadable() from fault
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    picture.info.clear()
    out = io.BytesIO()
    if png:
        picture.save(out, "PNG", optimize=True)
        return out.getvalue(), "png"
    picture.save(out, "JPEG", quality=85)
    return out.getvalue(), "jpg"


def _unreadable() -> Invalid:
    return Invalid(
        "proofs.document_kind",
        vi="Tệp phải là PDF, JPEG hoặc PNG mở được.",
        en="The file must be a PDF, JPEG or PNG that opens.",
        path="document",
    )
