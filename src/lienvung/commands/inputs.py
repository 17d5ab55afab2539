"""What commands say about their input, in both languages, and numbers that must not be negative."""

from __future__ import annotations

import argparse
import errno

_VI = {
    errno.ENOENT: "không có tệp này",
    errno.EISDIR: "đây là thư mục, không phải tệp",
    errno.EACCES: "không có quyền đọc tệp này",
}


def cannot_read(fault: OSError) -> str:
    """Why a file cannot be read, Vietnamese first."""
    vi = _VI.get(fault.errno or 0, "không đọc được tệp này")
    return f"{vi} / {fault.strerror or fault}"


def count(text: str) -> int:
    """A whole number from 0 on, for `argparse`."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"cần số nguyên từ 0 trở lên / a whole number from 0 on is needed: {text!r}")
    return number
