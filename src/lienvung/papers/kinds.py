"""What a stored file may be, told by its content and never by its name.

Pictures are written anew (pixels only: no place, camera or hidden part). PDF, Word and Excel files are kept as they
came, for a signature in them may matter; what can run in them (scripts, macros, attached files, links to templates
elsewhere) is refused.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final, NamedTuple

from PIL import Image, ImageOps

from lienvung.errors import Invalid, TooLarge

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 2400
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_PARTS: Final = 5000
TYPES: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "png": "image/png",
}
ALL_KINDS: Final = frozenset(TYPES)
# names of the PDF dictionary by which a file runs ('#xx' writes a letter of a name)
# or carries something; /JS counts with a value only: the three letters alone stand somewhere in many scanned pages
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA)\b|/JS(?:\s|%[^\r\n]*[\r\n])*(?:[(<]|\d+\s+\d+\s+R)"
)
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_MAIN = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_MACROS = re.compile(r"(vbaProject|activeX|oleObject|embeddings/|externalLinks/|\.bin$|\.exe$)", re.I)
_ELSEWHERE = re.compile(rb'TargetMode\s*=\s*["\']External["\']')
_HYPERLINK = re.compile(rb"/relationships/hyperlink[\"']")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")


class Read(NamedTuple):
    """The bytes that are kept, and the kind: a key of `TYPES`."""

    data: bytes
    kind: str


def read_file(data: bytes, *, kinds: frozenset[str] = ALL_KINDS, most_bytes: int = MOST_BYTES) -> Read:
    """The upload as it is kept; Invalid for what is none of `kinds`, TooLarge above `most_bytes`."""
    if len(data) > most_bytes:
        most = most_bytes // (1024 * 1024)
        raise TooLarge(
            "papers.size", vi=f"Tệp lớn hơn {most} MB.", en=f"The file is above {most} MB.", path="file"
        )  # fmt: skip
    if data[:5] == b"%PDF-":
        read = Read(_pdf(data), "pdf")
    elif data[:4] == b"PK\x03\x04":
        read = Read(data, _office(data))
    else:
        read = _picture(data)
    if read.kind not in kinds:
        raise _unreadable(kinds)
    return read


def _pdf(data: bytes) -> bytes:
    if b"%%EOF" not in data[-2048:]:
        raise _unreadable()
    if _ACTIVE.search(_HEX.sub(lambda found: bytes([int(found[1], 16)]), data)):
        raise _active()
    return data


def _office(data: bytes) -> str:
    """'docx' or 'xlsx'; what is inside is looked at, but never unpacked beyond its announced and limited size."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise _unreadable()
            kind = next((kind for main, kind in _MAIN.items() if main in names), "")
            if not kind or "[Content_Types].xml" not in names or any(part.flag_bits & 1 for part in parts):
                raise _unreadable()
            if any(_MACROS.search(name) for name in names) or b"macroEnabled" in package.read("[Content_Types].xml"):
                raise _active()
            for part in parts:
                if part.filename.endswith(".rels") and _reaches_out(package.read(part)):
                    raise _active()
            if package.testzip() is not None:
                raise _unreadable()
    except Invalid:
        raise
    except Exception as fault:  # a broken package makes zipfile raise errors of many kinds
        raise _unreadable() from fault
    return kind


def _reaches_out(relations: bytes) -> bool:
    """Does the package fetch anything when it is opened? Links that a reader must click are none."""
    return any(
        _ELSEWHERE.search(one[0]) and not _HYPERLINK.search(one[0]) for one in _RELATION.finditer(relations)
    )  # fmt: skip


def _picture(data: bytes) -> Read:
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as probe:
            if probe.size[0] * probe.size[1] > MOST_PIXELS:
                raise _unreadable()
            drawn = probe.format == "PNG"
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except Exception as fault:  # a broken file makes Pillow raise errors of many kinds
        raise _unreadable() from fault
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    picture.info.clear()
    out = io.BytesIO()
    if drawn:
        picture.save(out, "PNG", optimize=True)
        return Read(out.getvalue(), "png")
    picture.save(out, "JPEG", quality=85)
    return Read(out.getvalue(), "jpg")


def _active() -> Invalid:
    return Invalid(
        "papers.active",
        vi="Tệp có mã lệnh, macro, tệp nhúng hoặc gọi ra ngoài; hãy lưu lại không kèm những thứ đó.",
        en="The file carries scripts, macros or embedded files, or calls elsewhere; save it again without them.",
        path="file",
    )


def _unreadable(kinds: frozenset[str] = ALL_KINDS) -> Invalid:
    names = ", ".join(kind.upper() for kind in TYPES if kind in kinds)
    return Invalid(
        "papers.kind",
        vi=f"Tệp phải thuộc loại {names}, mở được.",
        en=f"The file must be one of {names}, and open.",
        path="file",
    )
