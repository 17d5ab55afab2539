"""Uploaded photos: read as pictures, turned upright, made smaller, and written anew.

What is kept is never the file that came in: only its pixels, so no place, camera or owner of the file
(EXIF, XMP), and nothing hidden behind the picture, is given out again.
"""

from __future__ import annotations

import io
from typing import Final, NamedTuple

from PIL import Image, ImageOps

from lienvung.errors import Invalid

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000  # of what comes in; a small file can claim a huge picture
LARGE_SIDE, SMALL_SIDE = 1200, 480  # pixels of the longer side
SMALL_BYTES: Final = 20_000
_QUALITIES: Final = (80, 70, 60, 50, 40, 30)


class Kept(NamedTuple):
    """Both are WebP: `large` at most 1200 px, `small` at most 480 px and, if it can be, 20 kB."""

    large: bytes
    small: bytes


def read_picture(data: bytes, *, most_bytes: int = MOST_BYTES) -> Kept:
    """The upload as it is kept; Invalid for what is no PNG, JPEG or WebP picture, or above `most_bytes`."""
    if len(data) > most_bytes:
        most = most_bytes // (1024 * 1024)
        vi, en = f"Ảnh lớn hơn {most} MB.", f"The picture is above {most} MB."
        raise Invalid("catalogue.image_size", vi=vi, en=en, path="image")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as probe:
            wide, high = probe.size
            if wide * high > MOST_PIXELS:
                raise _no_picture()
            probe.verify()
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
            upright = ImageOps.exif_transpose(opened)
            clear = "A" in upright.getbands() or "transparency" in upright.info
            picture = upright.convert("RGBA" if clear else "RGB")
    except Invalid:
        raise
    except Exception as fault:  # a broken file makes Pillow raise errors of many kinds
        raise _no_picture() from fault
    picture.info.clear()
    return Kept(_webp(_within(picture, LARGE_SIDE), 85), _small(_within(picture, SMALL_SIDE)))


def small_name(name: str) -> str:
    """The stored name of the small picture beside the large one."""
    return name.removesuffix(".webp") + "-480.webp"


def _within(picture: Image.Image, side: int) -> Image.Image:
    made = picture.copy()
    made.thumbnail((side, side), Image.Resampling.LANCZOS)
    return made


def _webp(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()


def _small(picture: Image.Image) -> bytes:
    made = b""
    for quality in _QUALITIES:
        made = _webp(picture, quality)
        if len(made) <= SMALL_BYTES:
            break
    return made


def _no_picture() -> Invalid:
    return Invalid(
        "catalogue.image_kind",
        vi="Ảnh phải là PNG, JPEG hoặc WebP, mở được, tới 40 triệu điểm ảnh.",
        en="The picture must be a PNG, JPEG or WebP that opens, up to 40 million pixels.",
        path="image",
    )
