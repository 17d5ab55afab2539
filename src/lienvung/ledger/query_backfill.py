"""Events that an older release captured, entered where the query language of this one looks."""

from __future__ import annotations


def back_fill() -> None:
    """Read every stored event again and enter its fields, amounts and blocks; once, in migration 0002."""
